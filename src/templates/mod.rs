//! Message templates: messages of a fixed wording with numbered places, for channels whose providers want them.
//!
//! - What a kind of channel has of them stands in its abilities: none, fetched from the provider, or written by hand.
//! - Only approved ones are offered. What is sent is put together in the transaction that stores the message: the text
//!   that the customer reads is kept on the message, the template and its parameters on the delivery.

mod actions;
mod model;
mod store;
mod typed;
mod views;
pub mod web;

pub use actions::{add, delete, edit, take_over};
pub use model::{MessageTemplate, NewTemplate, Parts, Piece, pieces};
pub use store::{all, find, offers, rendered};
pub use typed::{Offer, Typed};
pub use views::Picker;
