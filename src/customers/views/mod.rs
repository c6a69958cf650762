//! Pages of customers.

mod list;
mod message;
mod profile;

pub use list::{CustomersPage, Row};
pub use message::{AccountChoice, MessageForm, MessagePage, Stop};
pub use profile::{
    Claimed, ConversationRow, DeletePage, EditForm, EditPage, Fields, Head, InteractionTab, ProfilePage, Selected, Tab,
    TagsTab, star_row,
};
