//! The address book: customers and companies by name, list and details side by side.
//!
//! Not a second entity: a contact is a customer. Who is entered here by hand needs a phone or an e-mail; who comes by
//! a channel that tells neither is kept all the same, with a pending action.

mod views;
pub mod web;

pub use views::Book;
pub use web::Asked;
