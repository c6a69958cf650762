//! What is asked of the database.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use crate::db::sql::Sql;
use crate::db::types::UtcTime;
use crate::db::{Conn, migrate};
use crate::error::Result;

/// Counts stop here: nobody is served by the last job of a million.
const CAP: i64 = 10_000;
/// Failures older than this are nobody's news.
const RECENT: chrono::Duration = chrono::Duration::hours(24);

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether the database has every migration that this program knows. It may have more: those of a newer one that takes over.
pub(super) fn is_migrated(conn: &mut Conn) -> Result<bool> {
    let done: Vec<Version> = Sql::new("SELECT version FROM __diesel_schema_migrations").load(conn)?;
    Ok(migrate::known()?.iter().all(|known| done.iter().any(|row| row.version == *known)))
}

/// Work that waits, each count capped.
#[derive(QueryableByName)]
pub(super) struct Waiting {
    #[diesel(sql_type = BigInt)]
    pub jobs_due: i64,
    #[diesel(sql_type = BigInt)]
    pub jobs_later: i64,
    #[diesel(sql_type = BigInt)]
    pub jobs_dead: i64,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub job_due_at: Option<UtcTime>,
    #[diesel(sql_type = BigInt)]
    pub queued: i64,
    #[diesel(sql_type = BigInt)]
    pub sending: i64,
    #[diesel(sql_type = BigInt)]
    pub failed: i64,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub delivery_due_at: Option<UtcTime>,
}

/// How much waits now. Each number is read from an index of nothing else.
pub(super) fn waiting(conn: &mut Conn, now: UtcTime) -> Result<Waiting> {
    let mut sql = Sql::default();
    let (moment, since) = (sql.put(now), sql.put(now.plus(-RECENT)));
    let count =
        |of: &str| format!("(SELECT CAST(count(*) AS BIGINT) FROM (SELECT 1 AS one FROM {of} LIMIT {CAP}) AS capped)");
    sql.text = format!(
        "SELECT {} AS jobs_due, {} AS jobs_later, {} AS jobs_dead, \
         (SELECT min(j.run_at) FROM jobs j WHERE j.dead_at IS NULL AND j.run_at <= {moment}) AS job_due_at, \
         {} AS queued, {} AS sending, {} AS failed, \
         (SELECT min(d.not_before) FROM deliveries d WHERE d.state = 'queued' AND d.not_before <= {moment}) AS delivery_due_at",
        count(&format!("jobs j WHERE j.dead_at IS NULL AND j.run_at <= {moment}")),
        count(&format!("jobs j WHERE j.dead_at IS NULL AND j.run_at > {moment}")),
        count("jobs j WHERE j.dead_at IS NOT NULL"),
        count("deliveries d WHERE d.state = 'queued'"),
        count("deliveries d WHERE d.state = 'sending'"),
        count(&format!("deliveries d WHERE d.state = 'failed' AND d.failed_at >= {since}")),
    );
    Ok(sql.get_result(conn)?)
}
