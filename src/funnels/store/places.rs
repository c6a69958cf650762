//! Where customers are, and where they have been.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::{funnel_entries as entries, funnel_places as places};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{ChannelId, CustomerId, FunnelBlockId, FunnelId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::funnels::model::{Entry, FunnelBlock};

/// The block that a customer is in.
pub fn place_of(conn: &mut Conn, customer: CustomerId) -> Result<Option<FunnelBlockId>> {
    Ok(places::table.find(customer).select(places::block_id).one(conn).optional()?)
}

/// The same of many customers, in one query.
pub fn places_of(conn: &mut Conn, customers: &[CustomerId]) -> Result<HashMap<CustomerId, FunnelBlockId>> {
    let rows: Vec<(CustomerId, FunnelBlockId)> = places::table
        .filter(among(conn, places::customer_id, customers.iter().copied()))
        .select((places::customer_id, places::block_id))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// The blocks that each of these customers has been in, first ones first, in one query.
pub fn entries_of(conn: &mut Conn, customers: &[CustomerId]) -> Result<HashMap<CustomerId, Vec<Entry>>> {
    let rows: Vec<Entry> = entries::table
        .filter(among(conn, entries::customer_id, customers.iter().copied()))
        .order((entries::customer_id, entries::id))
        .select(Entry::as_select())
        .load(conn)?;
    let mut of: HashMap<CustomerId, Vec<Entry>> = HashMap::new();
    for entry in rows {
        of.entry(entry.customer_id).or_default().push(entry);
    }
    Ok(of)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    id: FunnelBlockId,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers are in each block of a funnel, up to a thousand.
pub fn customers_in(conn: &mut Conn, funnel: FunnelId) -> Result<HashMap<FunnelBlockId, i64>> {
    let rows: Vec<Count> = Sql::new(
        "SELECT b.id AS id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM funnel_places AS p \
         WHERE p.block_id = b.id LIMIT 1000) AS capped) AS n FROM funnel_blocks AS b WHERE b.funnel_id = $1",
    )
    .bind(funnel.0)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.n)).collect())
}

/// Where a message of a customer leads from the place that they have, while that funnel is enabled.
pub fn following(tx: &mut Tx, customer: CustomerId) -> Result<Option<FunnelBlock>> {
    let next = Sql::new(
        "SELECT n.id, n.funnel_id, n.name, n.text, n.next_id FROM funnel_places p JOIN funnel_blocks b ON b.id = p.block_id JOIN funnels f ON f.id = b.funnel_id \
         JOIN funnel_blocks n ON n.id = b.next_id WHERE p.customer_id = $1 AND f.enabled",
    );
    Ok(next.bind(customer.0).get_result(&mut **tx).optional()?)
}

/// Where a new customer's first message in a channel leads: the first block of the uppermost funnel that begins there.
pub fn first_for(tx: &mut Tx, channel: ChannelId) -> Result<Option<FunnelBlock>> {
    let first = Sql::new(
        "SELECT b.id, b.funnel_id, b.name, b.text, b.next_id FROM funnels f JOIN funnel_blocks b ON b.funnel_id = f.id \
         WHERE f.enabled AND (f.starts = 'everywhere' OR f.starts = 'chosen' AND EXISTS \
         (SELECT 1 FROM funnel_channels c WHERE c.funnel_id = f.id AND c.channel_id = $1)) \
         ORDER BY f.position, f.id, b.position, b.id LIMIT 1",
    );
    Ok(first.bind(channel.0).get_result(&mut **tx).optional()?)
}

/// Puts a customer into a block, out of the one that they were in. False: they are there already.
pub fn enter(tx: &mut Tx, customer: CustomerId, block: FunnelBlockId) -> Result<bool> {
    let put = Sql::new(
        "INSERT INTO funnel_places (customer_id, block_id) VALUES ($1, $2) ON CONFLICT (customer_id) \
         DO UPDATE SET block_id = excluded.block_id WHERE funnel_places.block_id <> excluded.block_id",
    );
    if put.bind(customer.0).bind(block.0).execute(&mut **tx)? == 0 {
        return Ok(false);
    }
    diesel::insert_into(entries::table)
        .values((
            entries::customer_id.eq(customer),
            entries::block_id.eq(block),
            entries::entered_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// Takes a customer out of the block that they are in. False: they are in none.
pub fn leave(tx: &mut Tx, customer: CustomerId) -> Result<bool> {
    Ok(diesel::delete(places::table.find(customer)).execute(&mut **tx)? > 0)
}
