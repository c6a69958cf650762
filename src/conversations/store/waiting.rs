//! Conversations that wait for somebody, and those who are there for them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::auth;
use crate::db::sql::{Sql, one_of};
use crate::db::types::{ChannelId, ConversationId, StaffId};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::settings;

/// A conversation that nobody has now.
#[derive(QueryableByName)]
pub struct Waiting {
    #[diesel(sql_type = BigInt)]
    pub id: ConversationId,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub responsible_id: Option<StaffId>,
    /// Whoever has handed it back to the queue.
    #[diesel(sql_type = Nullable<BigInt>)]
    pub handed_back_by_id: Option<StaffId>,
}

/// Whoever is given one.
#[derive(QueryableByName)]
pub struct Server {
    #[diesel(sql_type = BigInt)]
    pub id: StaffId,
    #[diesel(sql_type = Text)]
    pub name: String,
}

/// How many a person has.
const HAS: &str = "(SELECT count(*) FROM conversations h WHERE h.assignee_id = s.id AND h.status <> 'closed')";

/// That `s` is there and has room for one more. `$1` is since when one must have been seen.
fn has_room(conn: &mut Conn) -> Result<String> {
    let room = settings::at_most(conn)?.map(|most| format!(" AND {HAS} < {most}")).unwrap_or_default();
    Ok(format!("s.disabled_at IS NULL AND s.presence = 'online' AND s.seen_at > $1{room}"))
}

/// That `s` may serve a channel.
fn serves(channel: &str) -> String {
    format!(
        "(NOT EXISTS (SELECT 1 FROM staff_channels sc WHERE sc.staff_id = s.id) \
         OR EXISTS (SELECT 1 FROM staff_channels sc WHERE sc.staff_id = s.id AND sc.channel_id = {channel}))"
    )
}

/// Who may be given one more.
pub fn with_room(conn: &mut Conn) -> Result<Vec<StaffId>> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: StaffId,
    }
    let text = format!("SELECT s.id AS id FROM staff s WHERE {}", has_room(conn)?);
    let found: Vec<Found> = Sql::new(text).bind(auth::store::here_since()).load(conn)?;
    Ok(found.into_iter().map(|found| found.id).collect())
}

/// Whether any waits that somebody who is there may be given.
pub fn is_any(conn: &mut Conn) -> Result<bool> {
    let there = with_room(conn)?;
    Ok(!longest(conn, &there, 1)?.is_empty())
}

/// Those that have waited longest, of those that one of these people may serve.
pub fn longest(conn: &mut Conn, there: &[StaffId], limit: i64) -> Result<Vec<Waiting>> {
    select(conn, there, limit, "")
}

/// The same for whoever may be given one more, kept as they are until the end. What somebody else holds at this moment is
/// left to them.
pub fn hold_longest(tx: &mut Tx, limit: i64) -> Result<Vec<Waiting>> {
    let (there, lock) = (with_room(tx)?, dialect::free_rows_lock(tx, "v, c"));
    select(tx, &there, limit, &lock)
}

fn select(conn: &mut Conn, there: &[StaffId], limit: i64, lock: &str) -> Result<Vec<Waiting>> {
    // Of nobody the whole queue would be asked.
    if there.is_empty() {
        return Ok(vec![]);
    }
    let mut sql = Sql::default();
    let (they, serves) = (one_of(conn, &mut sql, "s.id", there.iter().map(|id| id.0)), serves("v.channel_id"));
    sql.text = format!(
        "SELECT v.id AS id, c.responsible_id AS responsible_id, v.handed_back_by_id AS handed_back_by_id \
         FROM conversations v JOIN customers c ON c.id = v.customer_id \
         WHERE v.status = 'queued' AND NOT c.blocked AND EXISTS (SELECT 1 FROM staff s WHERE {they} AND {serves} \
         AND s.id <> COALESCE(v.handed_back_by_id, 0) AND (s.role = 'operator' OR s.id = c.responsible_id)) \
         ORDER BY v.opened_at, v.id LIMIT {limit}{lock}"
    );
    Ok(sql.load(conn)?)
}

/// Who gets one of this channel: the customer's responsible before the operator with the fewest, and not whoever has handed
/// it back.
pub fn whose_turn(conn: &mut Conn, channel: ChannelId, waiting: &Waiting) -> Result<Option<Server>> {
    let (has_room, serves) = (has_room(conn)?, serves("$2"));
    let text = format!(
        "SELECT s.id AS id, s.name AS name FROM staff s WHERE {has_room} AND {serves} \
         AND s.id <> $4 AND (s.role = 'operator' OR s.id = $3) \
         ORDER BY CASE WHEN s.id = $3 THEN 0 ELSE 1 END, {HAS}, s.id LIMIT 1"
    );
    let number = |id: Option<StaffId>| id.map_or(0, |id| id.0);
    let asked = Sql::new(text).bind(auth::store::here_since()).bind(channel.0);
    let asked = asked.bind(number(waiting.responsible_id)).bind(number(waiting.handed_back_by_id));
    Ok(asked.get_result(conn).optional()?)
}
