//! What customers see of their own matter from outside: the web chat and the app share it.
//!
//! - Only what they wrote and what was said to them ([`MessageKind::is_public`]), and only in the conversations of the
//!   account that has proved itself: never another channel's, never a comment, never what staff do among themselves.
//! - A block is never told. A conversation that it closes has ended like any other, for a rating, too; what the customer
//!   goes on to write is taken, and looks like a new conversation that nobody has answered yet.
//!
//! [`MessageKind::is_public`]: crate::messages::MessageKind::is_public

mod model;
mod store;

pub use model::{Author, Conversation, Said, Seat, View};
pub use store::{
    At, conversation_of, conversations, is_public_in, note_read, rateable, rateable_in, seat_of, somebody_is_online,
    view,
};
