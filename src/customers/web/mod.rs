//! The pages of customers.

pub mod bind;
mod choices;
pub mod deals;
pub mod delete;
pub mod edit;
pub mod field;
mod first;
pub mod funnel;
mod list;
pub mod lists;
pub mod message;
pub mod newcomer;
pub mod profile;
mod recipient;
pub mod tags;
pub mod variables;
mod way_on;

pub use list::list;

use crate::db::types::CustomerId;

/// The address of a profile.
pub fn customer_url(id: CustomerId) -> String {
    format!("/customers/{id}")
}
