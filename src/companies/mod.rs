//! Organisations that customers belong to; a customer belongs to at most one.
//!
//! - A company that is deleted leaves its members behind, without a company.
//! - Two companies may have the same name, if that is said to be meant; whoever types a name gets the older of them.

pub mod actions;
mod model;
pub mod store;
mod views;
pub mod web;

pub use model::{Company, NewCompany, TypedCompany};
