//! Lists as they are and as they are typed.

use diesel::prelude::*;

use crate::db::schema::customer_lists;
use crate::db::types::CustomerListId;
use crate::error::Said;
use crate::web::forms::Errors;

/// The longest name of a list, in characters: it must fit on a chip.
const NAME: usize = 60;

/// A named set of customers.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = customer_lists)]
pub struct CustomerList {
    pub id: CustomerListId,
    pub name: String,
}

/// A name as typed, checked.
pub fn name(typed: &str) -> Result<String, Errors> {
    let mut errors = Errors::default();
    let name = errors.line("name", typed, "list-name-missing");
    if name.chars().count() > NAME {
        errors.add("name", Said::from("error-too-long").with("limit", NAME));
    }
    errors.or(name)
}
