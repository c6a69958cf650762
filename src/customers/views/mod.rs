//! Pages of customers.

mod deals;
mod edit;
mod field;
mod first;
mod interaction;
mod list;
mod message;
mod newcomer;
mod profile;

pub use deals::{DealDeletePage, DealPage};
pub use edit::{DeletePage, EditForm, EditPage};
pub use field::{Edited, Field};
pub use first::TypedFirst;
pub use interaction::{ConversationRow, InteractionTab, Selected};
pub use list::{CustomersPage, Row};
pub use message::{AccountChoice, MessageForm, MessagePage, Stop, WayOn};
pub use newcomer::{NewcomerPage, TypedNewcomer, Way};
pub use profile::{Fields, Head, ProfilePage, Tab, TagsTab};
