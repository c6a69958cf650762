//! The queue's rows.

use diesel::dsl::exists;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Integer, Text};

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
    if let Some(key) = unique_key
        && is_under_way(tx, name, key)?
    {
        return Ok(());
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

/// Jobs of a kind that are due now, in one statement.
pub fn insert_all(tx: &mut Tx, name: &str, payloads: &[String]) -> Result<()> {
    let mut sql = Sql::default();
    let (name, now) = (sql.put(name), sql.put(UtcTime::now()));
    let rows: Vec<String> =
        payloads.iter().map(|payload| format!("({name}, {}, {now}, 0, {now})", sql.put(payload.as_str()))).collect();
    sql.text = format!("INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES {}", rows.join(", "));
    sql.execute(&mut **tx)?;
    Ok(())
}

/// Condition of jobs that are due, but for their lease: $1 is now. `kinds`: the names that this program knows, our own
/// words, so they stand in the text.
fn due(kinds: &[&str]) -> String {
    format!("dead_at IS NULL AND run_at <= $1 AND name IN ('{}')", kinds.join("', '"))
}

/// Whether anything is due of these kinds: asked by reading, so that an idle desk writes nothing.
pub fn is_due(conn: &mut Conn, kinds: &[&str], now: UtcTime) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        #[allow(dead_code, reason = "that there is one says it")]
        id: i64,
    }
    let text =
        format!("SELECT id FROM jobs WHERE {} AND (leased_until IS NULL OR leased_until < $1) LIMIT 1", due(kinds));
    Ok(Sql::new(text).bind(now).get_result::<Found>(conn).optional()?.is_some())
}

/// Takes the job of these kinds that is due longest, until `lease`. No two runners get the same.
pub fn take(tx: &mut Tx, kinds: &[&str], now: UtcTime, lease: UtcTime) -> Result<Option<Taken>> {
    let lock = match dialect::engine(tx) {
        Engine::Postgres => " FOR UPDATE SKIP LOCKED",
        Engine::Sqlite => "",
    };
    let text = format!(
        "UPDATE jobs SET leased_until = $2, tries = tries + 1 WHERE id = (\
           SELECT id FROM jobs WHERE {} AND (leased_until IS NULL OR leased_until < $1) \
           ORDER BY run_at, id LIMIT 1{lock}) \
         RETURNING id, name, payload, tries",
        due(kinds)
    );
    Ok(Sql::new(text).bind(now).bind(lease).get_result(&mut **tx).optional()?)
}

/// Gives back what a process held that is not there any more: for whoever knows that there is no other.
pub fn give_back(tx: &mut Tx) -> Result<()> {
    diesel::update(jobs::table.filter(jobs::leased_until.is_not_null()))
        .set(jobs::leased_until.eq(None::<UtcTime>))
        .execute(&mut **tx)?;
    Ok(())
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

/// Takes the job of this key out of the queue, whether it waits or is being done.
pub fn withdraw(tx: &mut Tx, name: &str, key: &str) -> Result<()> {
    let alive = jobs::table.filter(jobs::name.eq(name).and(jobs::unique_key.eq(key)).and(jobs::dead_at.is_null()));
    diesel::delete(alive).execute(&mut **tx)?;
    Ok(())
}

/// Whether a job with this payload waits, or is being done.
pub fn is_wanted(conn: &mut Conn, name: &str, payload: &str) -> Result<bool> {
    let alive = jobs::table.filter(jobs::name.eq(name).and(jobs::payload.eq(payload)).and(jobs::dead_at.is_null()));
    Ok(diesel::select(exists(alive)).one(conn)?)
}

/// Whether a job of this key waits, or is being done.
pub fn is_under_way(conn: &mut Conn, name: &str, key: &str) -> Result<bool> {
    let alive = jobs::table.filter(jobs::name.eq(name).and(jobs::unique_key.eq(key)).and(jobs::dead_at.is_null()));
    Ok(diesel::select(exists(alive)).one(conn)?)
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

/// A job that has failed for good.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = jobs)]
pub struct Dead {
    pub id: i64,
    pub name: String,
    pub unique_key: Option<String>,
    pub tries: i32,
    /// In the program's words.
    pub last_error: Option<String>,
    pub dead_at: Option<UtcTime>,
    /// What it was to do has been ended: to try again does nothing.
    pub is_over: bool,
}

/// The newest dead jobs, some of them.
pub fn dead(conn: &mut Conn) -> Result<Vec<Dead>> {
    Ok(jobs::table
        .filter(jobs::dead_at.is_not_null())
        .order((jobs::dead_at.desc(), jobs::id.desc()))
        .select(Dead::as_select())
        .at_most(50)
        .load(conn)?)
}

pub fn find_dead(tx: &mut Tx, id: i64) -> Result<Option<Dead>> {
    let dead = jobs::table.filter(jobs::id.eq(id).and(jobs::dead_at.is_not_null()));
    Ok(dead.select(Dead::as_select()).one(tx).optional()?)
}

/// Whether another job does the same already.
pub fn is_waiting(tx: &mut Tx, like: &Dead) -> Result<bool> {
    let Some(key) = &like.unique_key else { return Ok(false) };
    is_under_way(tx, &like.name, key)
}

/// A dead job waits again, as if it had never been tried.
pub fn revive(tx: &mut Tx, id: i64) -> Result<()> {
    let now = UtcTime::now();
    diesel::update(jobs::table.find(id))
        .set((jobs::dead_at.eq(None::<UtcTime>), jobs::tries.eq(0), jobs::run_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Notes that what a job was to do has been ended.
pub fn is_over(tx: &mut Tx, id: i64) -> Result<()> {
    diesel::update(jobs::table.find(id)).set(jobs::is_over.eq(true)).execute(&mut **tx)?;
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
