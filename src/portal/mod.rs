//! What customers see of their own matter from outside: the web chat and the app share it.
//!
//! - Only what they wrote and what was said to them ([`MessageKind::is_public`]), and only in the conversations of the
//!   account that has proved itself: never another channel's, never a comment, never what staff do among themselves.
//! - A block cannot be told from silence: messages are taken, and a conversation that the block closed looks open.
//!
//! [`MessageKind::is_public`]: crate::messages::MessageKind::is_public

mod model;
mod store;

pub use model::{Author, Conversation, Said, Seat, View};
pub use store::{
    At, conversation_of, conversations, is_public_in, note_read, rateable, rateable_in, seat_of, somebody_is_online,
    view,
};
