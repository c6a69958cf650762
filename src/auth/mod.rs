//! Who asks, and what they may.
//!
//! [`Operator`], [`Supervisor`] and [`Admin`] are proofs: their fields are private and only their extractors make them,
//! from the session and the staff row, or [`Operator::now`] from the row alone, for work in the background. The
//! higher gives the lower (`Admin` derefs to `Supervisor`, that to `Operator`), never the other way. Whoever writes
//! or reads customers' matters takes one of them, or a [`CustomerScope`] made from one.

mod guard;
mod model;
pub mod passwords;
pub mod rights;
mod scope;
pub mod sessions;
pub mod store;
pub mod throttle;
pub mod web;

pub use guard::{Admin, Me, Operator, Supervisor, Visit};
pub use model::{Presence, Role, Theme, Unread};
pub use scope::CustomerScope;
