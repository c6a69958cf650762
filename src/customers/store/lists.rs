//! Which customers are on which lists. The lists themselves are `lists`'.

use diesel::prelude::*;

use crate::customers::model::Lists;
use crate::db::schema::customer_list_links as links;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, CustomerListId};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::lists;

/// The lists that a customer is on, and those to choose from, by name.
pub fn lists_of(conn: &mut Conn, id: CustomerId) -> Result<Lists> {
    let own: Vec<CustomerListId> = links::table.filter(links::customer_id.eq(id)).select(links::list_id).load(conn)?;
    let (on, others) = lists::all(conn)?.into_iter().partition(|list| own.contains(&list.id));
    Ok(Lists { on, others })
}

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
