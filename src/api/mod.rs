//! The JSON API of app channels, version 1: a company's own program speaks for its users.
//!
//! - A token belongs to one app channel, and the program sees the customers of that channel only, by its own IDs.
//! - What goes out is read through `portal`: what was said to the customer, never what staff do among themselves.
//! - Funnels are the desk's: a program sees in which block its customer is, and may move them.
//! - So are deals: a program reads those of its customer, makes, changes, moves and deletes them.
//! - Errors are `{"error":{"code","message","field"?}}`. Unknown fields are passed over, so that older servers and newer
//!   programs understand each other.
//! - `GET /api/v1/openapi.json` describes all of it.

mod body;
pub mod deals;
mod document;
pub mod funnel;
mod guard;
mod model;
mod people;
pub mod web;

pub use document::openapi;
