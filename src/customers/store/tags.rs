//! Which tags stand on which customers. The tags themselves are `tags`'.

use std::collections::HashMap;

use diesel::prelude::*;

use crate::db::schema::{customer_tag_links as links, customer_tags as tags};
use crate::db::sql::{Limited, among};
use crate::db::types::{CustomerId, CustomerTagId};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::tags::CustomerTag;

/// Tags of many customers, in one query.
pub fn tags_of(conn: &mut Conn, ids: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<CustomerTag>>> {
    let mut found: HashMap<CustomerId, Vec<CustomerTag>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(CustomerId, CustomerTag)> = links::table
        .inner_join(tags::table)
        .filter(among(conn, links::customer_id, ids.iter().copied()))
        .order(tags::name_folded)
        .select((links::customer_id, CustomerTag::as_select()))
        .load(conn)?;
    for (customer, tag) in rows {
        found.entry(customer).or_default().push(tag);
    }
    Ok(found)
}

/// Puts a tag on a customer; nothing happens if it is there.
pub fn add_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    let there: Option<CustomerTagId> = links::table.find((customer, tag)).select(links::tag_id).one(tx).optional()?;
    if there.is_none() {
        diesel::insert_into(links::table)
            .values((links::customer_id.eq(customer), links::tag_id.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub fn remove_tag(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    diesel::delete(links::table.find((customer, tag))).execute(&mut **tx)?;
    Ok(())
}
