//! What a message was as a mail: subject, people, blind copies, its HTML and its bytes as they came.
//!
//! - Blind copies are for staff: no channel, widget or API reads this table.
//! - HTML is stored as it came and made harmless each time that it is shown, in a frame that may run nothing. Pictures
//!   from elsewhere wait until somebody asks for them.
//! - Mails that belong together are a chain, and a chain is a conversation: it is found by the names (Message-IDs) of
//!   both directions, then by the token in the address that was answered, never by subject.

mod actions;
mod model;
mod store;
mod typed;
mod views;
pub mod web;

pub use actions::keep;
pub use model::{Mail, NewMail, reply_subject};
pub use store::{
    attach, chain_of, conversation_of_chain, find_many, last_of, sender_for, set_token, token_of, writer_in,
};
pub use typed::{Typed, is_chosen, senders};
pub use views::MailHead;
