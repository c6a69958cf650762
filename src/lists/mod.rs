//! Lists: named sets of customers. Everybody makes, renames and deletes them; who is on one is the customers' matter.
//!
//! - A name is there once, in whatever case. A deleted list leaves its customers as they are.
//! - The number beside a list counts whom the reader may see, up to a thousand; an export counts them all.

mod actions;
mod model;
mod store;
mod views;
pub mod web;

pub use actions::{add, delete, rename};
pub use model::CustomerList;
pub use store::{all, among_these, count, find};
