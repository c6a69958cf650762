//! Which customers are on which lists. The lists themselves are `lists`'.

use diesel::prelude::*;

use crate::db::Tx;
use crate::db::schema::customer_list_links as links;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, CustomerListId};
use crate::error::Result;

/// Puts a customer on a list; nothing happens if they are there.
pub fn add_to_list(tx: &mut Tx, customer: CustomerId, list: CustomerListId) -> Result<()> {
    let row = Sql::new("INSERT INTO customer_list_links (customer_id, list_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    row.bind(customer.0).bind(list.0).execute(&mut **tx)?;
    Ok(())
}

pub fn remove_from_list(tx: &mut Tx, customer: CustomerId, list: CustomerListId) -> Result<()> {
    diesel::delete(links::table.find((customer, list))).execute(&mut **tx)?;
    Ok(())
}
