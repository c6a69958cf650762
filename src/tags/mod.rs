//! Customer tags (coloured marks on customers) and conversation tags (subjects, up to three levels). Admins define them.

mod actions;
mod model;
mod store;

pub use actions::{
    add_conversation_tag, add_customer_tag, delete_conversation_tag, delete_customer_tag, edit_customer_tag,
    rename_conversation_tag,
};
pub use model::{Branch, ConversationTag, CustomerTag, LEVELS, NewCustomerTag, TagPath, tag_name, tree};
pub use store::{
    conversation_tags, conversations_with, customer_tags, customers_with, find_conversation_tag, find_customer_tag,
    in_branch, paths, with_those_below,
};
