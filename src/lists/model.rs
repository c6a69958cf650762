//! Lists as they are.

use diesel::prelude::*;

use crate::db::schema::customer_lists;
use crate::db::types::CustomerListId;

/// A named set of customers.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = customer_lists)]
pub struct CustomerList {
    pub id: CustomerListId,
    pub name: String,
}
