//! Conversations that wait for somebody, and those who are there for them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use crate::auth;
use crate::db::sql::Sql;
use crate::db::types::{ChannelId, ConversationId, StaffId};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;

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

/// That `s` is there, and may serve a channel. `$1` is since when one must have been seen.
fn serves(channel: &str) -> String {
    format!(
        "s.disabled_at IS NULL AND s.presence = 'online' AND s.seen_at > $1 \
         AND (NOT EXISTS (SELECT 1 FROM staff_channels sc WHERE sc.staff_id = s.id) \
         OR EXISTS (SELECT 1 FROM staff_channels sc WHERE sc.staff_id = s.id AND sc.channel_id = {channel}))"
    )
}

/// Those that have waited longest, of those that somebody who is there may serve.
pub fn longest(conn: &mut Conn, limit: i64) -> Result<Vec<Waiting>> {
    select(conn, limit, "")
}

/// The same, kept as they are until the end. What somebody else holds at this moment is left to them.
pub fn hold_longest(tx: &mut Tx, limit: i64) -> Result<Vec<Waiting>> {
    let lock = dialect::free_rows_lock(tx, "v, c");
    select(tx, limit, &lock)
}

fn select(conn: &mut Conn, limit: i64, lock: &str) -> Result<Vec<Waiting>> {
    let text = format!(
        "SELECT v.id AS id, c.responsible_id AS responsible_id, v.handed_back_by_id AS handed_back_by_id \
         FROM conversations v JOIN customers c ON c.id = v.customer_id \
         WHERE v.status = 'queued' AND NOT c.blocked AND EXISTS (SELECT 1 FROM staff s WHERE {} \
         AND s.id <> COALESCE(v.handed_back_by_id, 0) AND (s.role = 'operator' OR s.id = c.responsible_id)) \
         ORDER BY v.opened_at, v.id LIMIT {limit}{lock}",
        serves("v.channel_id")
    );
    Ok(Sql::new(text).bind(auth::store::here_since()).load(conn)?)
}

/// Who gets one of this channel: the customer's responsible before the operator with the fewest, and not whoever has handed
/// it back.
pub fn whose_turn(conn: &mut Conn, channel: ChannelId, waiting: &Waiting) -> Result<Option<Server>> {
    let text = format!(
        "SELECT s.id AS id, s.name AS name FROM staff s WHERE {} AND s.id <> $4 AND (s.role = 'operator' OR s.id = $3) \
         ORDER BY CASE WHEN s.id = $3 THEN 0 ELSE 1 END, (SELECT count(*) FROM conversations v \
         WHERE v.assignee_id = s.id AND v.status <> 'closed'), s.id LIMIT 1",
        serves("$2")
    );
    let number = |id: Option<StaffId>| id.map_or(0, |id| id.0);
    let asked = Sql::new(text).bind(auth::store::here_since()).bind(channel.0);
    let asked = asked.bind(number(waiting.responsible_id)).bind(number(waiting.handed_back_by_id));
    Ok(asked.get_result(conn).optional()?)
}
