//! Messages of every kind, in one row of numbers a customer.
//!
//! - Comments, system messages and command results never leave the house ([`MessageKind::is_public`]).
//! - A message with a client's UUID is stored once, however often it is sent.
//! - Storing a message keeps the customer's card (last message, last activity) true.

mod delivery_view;
mod model;
pub mod store;
pub mod thread;
pub mod views;

pub use model::{AWAITED, Attachment, Event, LONGEST, Message, MessageKind, NewMessage, Who};

pub use crate::files::StoredFile;
pub use store::turns::{by_bot, was_given_last};
pub use store::{At, Stretch, add_files, find_by_client_uuid, first_of, has_written_after, insert, last_of, stretch};
