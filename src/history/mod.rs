//! What was said and done: all conversations, and the page of each.
//!
//! - Active is what is not closed, latest message first; History is what is closed, latest closing first.
//! - Everything is shown here, whatever the inbox hides; but only of customers whom the reader may see. The list of an operator
//!   holds what they had a part in; the page of a conversation opens from the interaction history of any customer they see.
//! - A page of the list is found by where the last one ended; every filter is in the address.

pub mod model;
pub mod store;
mod views;
pub mod web;

pub use store::count_active;
