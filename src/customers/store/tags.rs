//! Which tags stand on which customers. The tags themselves are `tags`'.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use crate::db::schema::customer_tag_links as links;
use crate::db::sql::{Sql, among};
use crate::db::types::{CustomerId, CustomerTagId};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::tags::{self, CustomerTag};

/// Tags of many customers, by name, in one query: the tags themselves are at hand.
pub fn tags_of(conn: &mut Conn, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Arc<CustomerTag>>>> {
    let mut found: HashMap<CustomerId, Vec<Arc<CustomerTag>>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(CustomerId, CustomerTagId)> = links::table
        .filter(among(conn, links::customer_id, ids.iter().copied()))
        .select((links::customer_id, links::tag_id))
        .load(conn)?;
    let all = tags::customer_tags(conn)?;
    let places: HashMap<CustomerTagId, usize> = all.iter().map(|tag| tag.id).zip(0..).collect();
    let mut placed: Vec<(CustomerId, usize)> =
        rows.into_iter().filter_map(|(customer, tag)| Some((customer, *places.get(&tag)?))).collect();
    placed.sort_unstable();
    for (customer, place) in placed {
        found.entry(customer).or_default().push(all[place].clone());
    }
    Ok(found)
}

/// Puts a tag on a customer; nothing happens if it is there.
pub fn add_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    let row = Sql::new("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    row.bind(customer.0).bind(tag.0).execute(&mut **tx)?;
    Ok(())
}

pub fn remove_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    diesel::delete(links::table.find((customer, tag))).execute(&mut **tx)?;
    Ok(())
}
