//! Custom fields, which admins declare, and variables, which nobody did. One store of values holds both.
//!
//! - A value belongs to a customer and a name. Names match exactly, case included: a declared field is the variable of
//!   that name, so that declaring takes over values that are there, and renaming renames them in its own transaction.
//! - A field that is deleted leaves its values behind as variables, unless the admin says otherwise.
//! - Profiles show the system's fields and the custom ones in one sequence, which admins set. Custom fields can be
//!   hidden, the system's cannot.
//! - Here stands no scope: who asks for values has found the customer.

mod actions;
mod model;
mod store;
mod views;

pub use actions::{declare, delete, move_by_one, rename, show};
pub use model::{CustomField, NAME, Placed, Step, SystemField, VALUE, Variable, name, value};
pub use store::{
    all_names, columns, count_values, declared, find, names_among, put_value, remove_value, sequence, value_of,
    values_of, values_under,
};
pub use views::{At, FieldRegion, Open, Values, VariablesRegion};

use crate::db::Conn;
use crate::db::types::CustomerId;
use crate::error::Result;

/// What a customer has (`all`, by name), to be shown and edited. `back`: where forms lead; empty for the profile.
pub fn values(conn: &mut Conn, customer: CustomerId, all: Vec<Variable>, back: &str) -> Result<Values> {
    Ok(Values { customer, sequence: sequence(conn)?, all, open: None, back: back.to_owned() })
}
