//! Lists: named sets of customers.

mod model;
mod store;

pub use model::CustomerList;
pub use store::all;
