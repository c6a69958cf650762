//! The queue's rows.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Integer, Text, Timestamp};

use crate::db::dialect::{self, Engine};
use crate::db::schema::jobs;
use crate::db::sql::{Limited, Sql};
use crate::db::types::UtcTime;
use crate::db::{Conn, Tx};
use crate::error::Result;

/// A job taken from the queue.
#[derive(QueryableByName)]
pub struct Taken {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub name: String,
    #[diesel(sql_type = Text)]
    pub payload: String,
    /// Tries so far, this one included.
    #[diesel(sql_type = Integer)]
    pub tries: i32,
}

pub fn insert(tx: &mut Tx, name: &str, payload: &str, unique_key: Option<&str>, at: UtcTime) -> Result<()> {
    if let Some(key) = unique_key {
        let waits: Option<i64> = jobs::table
            .filter(jobs::name.eq(name).and(jobs::unique_key.eq(key)).and(jobs::dead_at.is_null()))
            .select(jobs::id)
            .one(tx)
            .optional()?;
        if waits.is_some() {
            return Ok(());
        }
    }
    diesel::insert_into(jobs::table)
        .values((
            jobs::name.eq(name),
            jobs::payload.eq(payload),
            jobs::unique_key.eq(unique_key),
            jobs::run_at.eq(at),
            jobs::tries.eq(0),
            jobs::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Whether anything is due: asked by reading, so that an idle desk writes nothing.
pub fn is_due(conn: &mut Conn, now: UtcTime) -> Result<bool> {
    let due: Option<i64> = jobs::table
        .filter(jobs::dead_at.is_null().and(jobs::run_at.le(now)))
        .filter(jobs::leased_until.is_null().or(jobs::leased_until.lt(now)))
        .select(jobs::id)
        .one(conn)
        .optional()?;
    Ok(due.is_some())
}

/// Takes the job that is due longest, until `lease`. No two runners get the same.
pub fn take(tx: &mut Tx, now: UtcTime, lease: UtcTime) -> Result<Option<Taken>> {
    let lock = match dialect::engine(tx) {
        Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        Engine::Sqlite => "",
    };
    let text = format!(
        "UPDATE jobs SET leased_until = $1, tries = tries + 1 WHERE id = (\
           SELECT id FROM jobs WHERE dead_at IS NULL AND run_at <= $2 AND (leased_until IS NULL OR leased_until < $3) \
           ORDER BY run_at, id LIMIT 1{lock}) \
         RETURNING id, name, payload, tries"
    );
    let taken = sql_query(text)
        .bind::<Timestamp, _>(lease)
        .bind::<Timestamp, _>(now)
        .bind::<Timestamp, _>(now)
        .get_result(&mut **tx)
        .optional()?;
    Ok(taken)
}

/// Keeps a job that is being done for its runner.
pub fn prolong(tx: &mut Tx, id: i64, lease: UtcTime) -> Result<()> {
    diesel::update(jobs::table.find(id)).set(jobs::leased_until.eq(lease)).execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: i64) -> Result<()> {
    diesel::delete(jobs::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// After a failure: again at `again`, or dead.
pub fn fail(tx: &mut Tx, id: i64, error: &str, again: Option<UtcTime>) -> Result<()> {
    let dead: Option<UtcTime> = if again.is_none() { Some(UtcTime::now()) } else { None };
    diesel::update(jobs::table.find(id))
        .set((
            jobs::leased_until.eq(None::<UtcTime>),
            jobs::last_error.eq(error),
            jobs::run_at.eq(again.unwrap_or_else(UtcTime::now)),
            jobs::dead_at.eq(dead),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes a turn of a run, which is a row of `table`: false if it has been taken, or the run is over. So a step that
/// comes twice is done once.
pub fn take_turn(tx: &mut Tx, table: &str, id: i64, turn: i64) -> Result<bool> {
    let taken = format!("UPDATE {table} SET turn = turn + 1 WHERE id = $1 AND turn = $2 AND ended_at IS NULL");
    Ok(Sql::new(taken).bind(id).bind(turn).execute(&mut **tx)? > 0)
}

/// Ends a run. False: it was over.
pub fn end_run(tx: &mut Tx, table: &str, id: i64, stopped: bool) -> Result<bool> {
    let ended = format!("UPDATE {table} SET ended_at = $2, stopped = $3 WHERE id = $1 AND ended_at IS NULL");
    Ok(Sql::new(ended).bind(id).bind(UtcTime::now()).bind(stopped).execute(&mut **tx)? > 0)
}
