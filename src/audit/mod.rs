//! Who did what: a row in the transaction of the change itself, and the page that shows them.
//!
//! - The log is written by every domain and read by admins alone. Nothing deletes a row: it outlives the person and the
//!   customer that it names. What somebody has written about a customer goes with the customer ([`forget_words`]); nothing else
//!   of a row is changed.
//! - Whatever domain records a new event gives it a line in [`model::EVENTS`]; a test reads the sources for those that have
//!   none. An event without one is shown by its own word, and is of no kind.
//! - Details are numbers and names of that day. What a number leads to is looked up when the page is read.

mod file;
pub mod model;
mod names;
pub mod store;
mod views;
pub mod web;

use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::{CustomerId, StaffId};
use crate::error::Result;

pub use store::forget_words;

/// Records `event` (a short stable word such as "customer.blocked") by the person whose proof is given.
pub fn record(tx: &mut Tx, by: &Operator, event: &str, customer: Option<CustomerId>) -> Result<()> {
    store::insert(tx, Some(by.id()), &by.me().email, event, customer, "{}")
}

/// The same with more to tell, as JSON.
pub fn record_with(
    tx: &mut Tx,
    by: &Operator,
    event: &str,
    customer: Option<CustomerId>,
    detail: &serde_json::Value,
) -> Result<()> {
    store::insert(tx, Some(by.id()), &by.me().email, event, customer, &detail.to_string())
}

/// Records what somebody did who has shown who they are, but has no session yet: who signs in, who uses a one-time link.
pub fn record_of(tx: &mut Tx, staff: StaffId, email: &str, event: &str, detail: &serde_json::Value) -> Result<()> {
    store::insert(tx, Some(staff), email, event, None, &detail.to_string())
}

/// Records what no signed-in person did: `actor` says who, in a word ("system", "command line").
pub fn record_as(
    tx: &mut Tx,
    actor: &str,
    event: &str,
    customer: Option<CustomerId>,
    detail: &serde_json::Value,
) -> Result<()> {
    store::insert(tx, None, actor, event, customer, &detail.to_string())
}
