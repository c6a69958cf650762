//! Pages of customers.

mod edit;
mod external;
mod field;
mod interaction;
mod list;
mod mail;
mod message;
mod newcomer;
mod profile;

pub use edit::{DeletePage, EditForm, EditPage};
pub use external::{ExternalPage, TypedExternal};
pub use field::{Edited, Field};
pub use interaction::{ConversationRow, InteractionTab, Selected, star_row};
pub use list::{CustomersPage, Row};
pub use mail::NewMailPage;
pub use message::{AccountChoice, MessageForm, MessagePage, Stop};
pub use newcomer::NewcomerPage;
pub use profile::{Claimed, Fields, Head, ProfilePage, Tab, TagsTab};
