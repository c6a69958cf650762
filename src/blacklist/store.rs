//! Rows of blocks and block requests.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Block, BlockRequest, RequestStatus};
use crate::auth::CustomerScope;
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::{block_requests as requests, blocks, channels, conversations, customers};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{BlockRequestId, ChannelId, ConversationId, CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Failure, Tx, kept};
use crate::error::Result;
use crate::text;

/// The block in force.
pub fn current(conn: &mut Conn, customer: CustomerId) -> Result<Option<Block>> {
    Ok(blocks::table
        .filter(blocks::customer_id.eq(customer).and(blocks::lifted_at.is_null()))
        .select(Block::as_select())
        .one(conn)
        .optional()?)
}

/// The request that waits for its decision.
pub fn waiting_of(conn: &mut Conn, customer: CustomerId) -> Result<Option<BlockRequest>> {
    Ok(requests::table
        .filter(requests::customer_id.eq(customer).and(requests::status.eq(RequestStatus::Waiting)))
        .select(BlockRequest::as_select())
        .one(conn)
        .optional()?)
}

pub(super) fn find_request(conn: &mut Conn, scope: &CustomerScope, id: BlockRequestId) -> Result<BlockRequest> {
    let found: BlockRequest = requests::table.find(id).select(BlockRequest::as_select()).one(conn)?;
    crate::customers::require_visible(conn, scope, found.customer_id)?;
    Ok(found)
}

pub(super) fn insert(
    tx: &mut Tx,
    customer: CustomerId,
    by: Option<StaffId>,
    reason: &str,
    expires_at: Option<UtcTime>,
) -> Result<()> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::customer_id.eq(customer),
            blocks::reason.eq(reason),
            blocks::created_by_id.eq(by),
            blocks::created_at.eq(UtcTime::now()),
            blocks::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Moves the end of a block that is in force; `None`: it is for good.
pub(super) fn prolong(tx: &mut Tx, block: i64, until: Option<UtcTime>) -> Result<()> {
    let changed = diesel::update(blocks::table.filter(blocks::id.eq(block).and(blocks::lifted_at.is_null())))
        .set(blocks::expires_at.eq(until))
        .execute(&mut **tx)?;
    if changed > 0 { Ok(()) } else { Err(Failure::Overtaken.into()) }
}

/// Whether somebody has taken the customer off the blacklist since then.
pub(super) fn was_unblocked(conn: &mut Conn, customer: CustomerId, since: UtcTime) -> Result<bool> {
    let lifted = blocks::table
        .filter(blocks::customer_id.eq(customer).and(blocks::lifted_by_id.is_not_null()))
        .filter(blocks::lifted_at.ge(since));
    Ok(diesel::select(exists(lifted)).one(conn)?)
}

/// Ends a block that is in force.
pub(super) fn lift(tx: &mut Tx, block: i64, by: Option<StaffId>) -> Result<()> {
    let changed = diesel::update(blocks::table.filter(blocks::id.eq(block).and(blocks::lifted_at.is_null())))
        .set((blocks::lifted_at.eq(UtcTime::now()), blocks::lifted_by_id.eq(by)))
        .execute(&mut **tx)?;
    if changed > 0 { Ok(()) } else { Err(Failure::Overtaken.into()) }
}

/// Blocks whose time has come, at most `limit` of them.
pub(super) fn expired(tx: &mut Tx, now: UtcTime, limit: i64) -> Result<Vec<Block>> {
    Ok(blocks::table
        .filter(blocks::lifted_at.is_null().and(blocks::expires_at.is_not_null()).and(blocks::expires_at.le(now)))
        .order(blocks::expires_at)
        .select(Block::as_select())
        .at_most(limit)
        .load(&mut **tx)?)
}

pub(super) fn insert_request(tx: &mut Tx, customer: CustomerId, by: StaffId, reason: &str) -> Result<()> {
    diesel::insert_into(requests::table)
        .values((
            requests::customer_id.eq(customer),
            requests::reason.eq(reason),
            requests::requested_by_id.eq(by),
            requests::created_at.eq(UtcTime::now()),
            requests::status.eq(RequestStatus::Waiting),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Decides a request that waits.
pub(super) fn decide(
    tx: &mut Tx,
    id: BlockRequestId,
    by: Option<StaffId>,
    status: RequestStatus,
    note: &str,
) -> Result<()> {
    let waiting = requests::table.filter(requests::id.eq(id).and(requests::status.eq(RequestStatus::Waiting)));
    let changed = diesel::update(waiting)
        .set((
            requests::status.eq(status),
            requests::decided_by_id.eq(by),
            requests::decided_at.eq(UtcTime::now()),
            requests::decision_note.eq(note),
        ))
        .execute(&mut **tx)?;
    if changed > 0 { Ok(()) } else { Err(Failure::Overtaken.into()) }
}

/// Where a word about a customer belongs: into their newest conversation, else beside them all in the channel of the
/// latest contact; of somebody who has never been in touch, in any. `None`: there is no channel at all.
pub(super) fn place(conn: &mut Conn, customer: CustomerId) -> Result<Option<(Option<ConversationId>, ChannelId)>> {
    let newest: Option<(ConversationId, ChannelId)> = conversations::table
        .filter(conversations::customer_id.eq(customer))
        .order((conversations::opened_at.desc(), conversations::id.desc()))
        .select((conversations::id, conversations::channel_id))
        .one(conn)
        .optional()?;
    if let Some((conversation, channel)) = newest {
        return Ok(Some((Some(conversation), channel)));
    }
    let channel: Option<ChannelId> = customers::table.find(customer).select(customers::channel_id).one(conn)?;
    let channel = match channel {
        Some(channel) => Some(channel),
        None => channels::table.select(channels::id).order(channels::id).one(conn).optional()?,
    };
    Ok(channel.map(|channel| (None, channel)))
}

/// Blocks in force, newest first; `typed` is a part of the customer's name or number.
pub(super) fn page(conn: &mut Conn, scope: &CustomerScope, typed: &str, cursor: Option<Cursor>) -> Result<Page<Block>> {
    let mut sql = Sql::default();
    let scope = scope.put(&mut sql, "c");
    let folded = text::fold(typed);
    let fits = if folded.is_empty() {
        String::new()
    } else {
        // Folded, the sign of a number would be letters.
        let number = text::clean(typed).replace(' ', "");
        let number = number.trim_start_matches(['#', '№']);
        let name = sql.put(format!("%{}%", text::like_escape(&folded)));
        let numbered = if number.is_empty() {
            String::new()
        } else {
            let number = sql.put(format!("%{}%", text::like_escape(number)));
            format!(" OR CAST(c.id AS TEXT) LIKE {number} ESCAPE '\\'")
        };
        format!(" AND (c.name_folded LIKE {name} ESCAPE '\\'{numbered})")
    };
    let order = keyset(&mut sql, "b", cursor);
    sql.text = format!(
        "SELECT b.id, b.customer_id, b.reason, b.created_by_id, b.created_at, b.expires_at FROM blocks b \
         JOIN customers c ON c.id = b.customer_id WHERE b.lifted_at IS NULL{scope}{fits}{order}"
    );
    Ok(Page::new(sql.load(conn)?, cursor, |block: &Block| (block.created_at, block.id)))
}

/// Requests that wait, newest first.
pub(super) fn waiting(conn: &mut Conn, scope: &CustomerScope, cursor: Option<Cursor>) -> Result<Page<BlockRequest>> {
    let mut sql = Sql::default();
    let (scope, order) = (scope.put(&mut sql, "c"), keyset(&mut sql, "r", cursor));
    sql.text = format!(
        "SELECT r.id, r.customer_id, r.reason, r.requested_by_id, r.created_at, r.status FROM block_requests r \
         JOIN customers c ON c.id = r.customer_id WHERE r.status = 'waiting'{scope}{order}"
    );
    Ok(Page::new(sql.load(conn)?, cursor, |request: &BlockRequest| (request.created_at, request.id.0)))
}

/// Where a page begins, its order and its end.
fn keyset(sql: &mut Sql, table: &str, cursor: Option<Cursor>) -> String {
    let (sign, way) = if cursor.is_some_and(|c| c.back) { (">", "ASC") } else { ("<", "DESC") };
    let past = cursor.map_or_else(String::new, |cursor| {
        let (at, id) = (sql.put(cursor.at), sql.put(cursor.id));
        format!(" AND ({table}.created_at, {table}.id) {sign} ({at}, {id})")
    });
    format!("{past} ORDER BY {table}.created_at {way}, {table}.id {way} LIMIT {}", PAGE + 1)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many requests wait, and how many are blocked; neither counts past a thousand.
pub(super) fn counts(conn: &mut Conn) -> Result<(i64, i64)> {
    let mut count = |from: &str| {
        let sql = Sql::new(format!("SELECT count(*) AS n FROM (SELECT 1 FROM {from} LIMIT 1000) AS capped"));
        kept::number(sql.key(), || sql.get_result::<Count>(conn).map(|count| count.n))
    };
    Ok((count("block_requests WHERE status = 'waiting'")?, count("blocks WHERE lifted_at IS NULL")?))
}
