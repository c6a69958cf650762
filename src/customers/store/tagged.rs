//! The customers of a tag, newest activity first: under each tag they stand so in its index, which the database keeps in step.

use diesel::prelude::*;

use crate::db::page::Cursor;
use crate::db::schema::customer_tag_links as links;
use crate::db::sql::{Limited, count_of, past};
use crate::db::types::{CustomerId, CustomerTagId};
use crate::db::{Conn, kept};
use crate::error::Result;

/// Where a customer stands under a tag.
const PLACE: &str = "customer_tag_links.active_at, customer_tag_links.customer_id";

/// The numbers of up to `wanted` customers of a tag, as the list goes on from the cursor.
pub(super) fn page(
    conn: &mut Conn,
    tag: CustomerTagId,
    cursor: Option<Cursor>,
    wanted: i64,
) -> Result<Vec<CustomerId>> {
    let mut of_tag = links::table.filter(links::tag_id.eq(tag)).select(links::customer_id).into_boxed();
    if let Some(cursor) = cursor {
        of_tag = of_tag.filter(past(PLACE, cursor));
    }
    let of_tag = if cursor.is_some_and(|cursor| cursor.back) {
        of_tag.order((links::active_at.asc(), links::customer_id.asc()))
    } else {
        of_tag.order((links::active_at.desc(), links::customer_id.desc()))
    };
    Ok(of_tag.at_most(wanted).load(conn)?)
}

/// How many customers a tag has, counted up to `most`.
pub(super) fn count(conn: &mut Conn, tag: CustomerTagId, most: i64) -> Result<i64> {
    kept::capped(format!("customers of tag {tag}"), most, || {
        let of_tag = links::table.filter(links::tag_id.eq(tag)).select(links::customer_id);
        Ok(count_of(of_tag.at_most(kept::reach(most))).get_result(conn)?)
    })
}
