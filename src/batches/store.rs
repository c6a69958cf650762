//! Rows of batches, and whom they are still about.

use std::collections::HashSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Action, Batch, Deed, Detail, Whom, Why};
use crate::db::schema::{batch_items as items, batches};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{BatchId, CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Tx, dialect, kept};
use crate::error::{Error, Result};
use crate::jobs;

/// Batches that the page shows.
const SHOWN: i64 = 20;
/// Customers whom the page names because it was not done to them, of all its batches.
const NAMED: i64 = 200;

/// How many a statement finds.
pub fn count(conn: &mut Conn, found: &Sql) -> Result<i64> {
    #[derive(QueryableByName)]
    struct Count {
        #[diesel(sql_type = BigInt)]
        n: i64,
    }
    let mut sql = found.clone();
    sql.text = format!("SELECT COUNT(*) AS n FROM ({}) AS found", found.text);
    dialect::planned_for_values(conn, |conn| Ok(sql.get_result::<Count>(conn)?.n))
}

pub fn insert(tx: &mut Tx, by: StaffId, deed: &Deed) -> Result<BatchId> {
    let detail = Detail { reason: deed.reason.clone(), tags: deed.tags.clone(), lists: deed.lists.clone() };
    let detail = serde_json::to_string(&detail).map_err(|error| Error::Internal(error.to_string()))?;
    Ok(diesel::insert_into(batches::table)
        .values((
            batches::staff_id.eq(by),
            batches::action.eq(deed.action),
            batches::detail.eq(detail),
            batches::total.eq(0),
            batches::started_at.eq(UtcTime::now()),
        ))
        .returning(batches::id)
        .get_result(&mut **tx)?)
}

/// Notes whom a batch is about. Gives how many they are, with those who have vanished.
pub fn fill(tx: &mut Tx, id: BatchId, whom: &Whom) -> Result<i64> {
    let mut sql = whom.found.clone();
    let batch = sql.put(id.0);
    sql.text = format!(
        "INSERT INTO batch_items (batch_id, customer_id) SELECT CAST({batch} AS BIGINT), found.id FROM ({}) AS found",
        whom.found.text
    );
    let found = dialect::planned_for_values(&mut *tx, |conn| -> Result<usize> { Ok(sql.execute(conn)?) })?;
    let found = i64::try_from(found).unwrap_or(i64::MAX);
    if whom.expected.is_some_and(|expected| expected != found) {
        return Err(Error::refused("bulk-number-wrong"));
    }
    let vanished = if whom.marked.is_empty() { 0 } else { note_vanished(tx, id, &whom.marked)? };
    let total = found + vanished;
    diesel::update(batches::table.find(id))
        .set((batches::total.eq(total), batches::failed.eq(vanished)))
        .execute(&mut **tx)?;
    Ok(total)
}

/// Notes those of the marked ones who are not among whom the batch is about. Gives how many they are.
fn note_vanished(tx: &mut Tx, id: BatchId, marked: &[CustomerId]) -> Result<i64> {
    let there: Vec<CustomerId> =
        items::table.filter(items::batch_id.eq(id)).select(items::customer_id).load(&mut **tx)?;
    let mut known: HashSet<CustomerId> = there.into_iter().collect();
    // Nobody is noted twice.
    let gone: Vec<CustomerId> = marked.iter().copied().filter(|marked| known.insert(*marked)).collect();
    if gone.is_empty() {
        return Ok(0);
    }
    let mut sql = Sql::default();
    let (batch, why) = (sql.put(id.0), sql.put(Why::Gone.as_str()));
    let rows: Vec<String> = gone.iter().map(|gone| format!("({batch}, {}, {why})", gone.0)).collect();
    sql.text = format!("INSERT INTO batch_items (batch_id, customer_id, error) VALUES {}", rows.join(", "));
    sql.execute(&mut **tx)?;
    Ok(i64::try_from(gone.len()).unwrap_or(i64::MAX))
}

pub fn find(conn: &mut Conn, id: BatchId) -> Result<Batch> {
    Ok(batches::table.find(id).select(Batch::as_select()).one(conn)?)
}

/// The newest batches: of everybody, or of this person.
pub fn newest(conn: &mut Conn, of: Option<StaffId>) -> Result<Vec<Batch>> {
    let newest = batches::table.order(batches::id.desc()).select(Batch::as_select());
    Ok(match of {
        None => newest.at_most(SHOWN).load(conn)?,
        Some(of) => newest.filter(batches::staff_id.eq(of)).at_most(SHOWN).load(conn)?,
    })
}

/// A batch on its way.
#[derive(Clone, Copy, Debug)]
pub struct Going {
    pub action: Action,
    pub done: i64,
    pub total: i64,
}

/// This person's newest batch that is going.
pub fn going(conn: &mut Conn, of: StaffId) -> Result<Option<Going>> {
    let found = kept::settled(format!("the batch of {of} that is going"), || {
        batches::table
            .filter(batches::ended_at.is_null().and(batches::staff_id.eq(of)))
            .order(batches::id.desc())
            .select((batches::action, batches::done, batches::failed, batches::total))
            .one::<(Action, i64, i64, i64)>(conn)
            .optional()
    });
    Ok(found?.map(|(action, done, failed, total)| Going { action, done: done + failed, total }))
}

/// Takes a turn of a batch: false if it has been taken, or the batch is over.
pub fn take_turn(tx: &mut Tx, id: BatchId, turn: i64) -> Result<bool> {
    jobs::take_turn(tx, "batches", id.0, turn)
}

/// The customers whose turn it is.
pub fn next(tx: &mut Tx, id: BatchId, most: i64) -> Result<Vec<CustomerId>> {
    Ok(items::table
        .filter(items::batch_id.eq(id).and(items::error.is_null()))
        .order(items::customer_id)
        .select(items::customer_id)
        .at_most(most)
        .load(&mut **tx)?)
}

/// What became of these: done, but for those who failed.
pub fn note(tx: &mut Tx, id: BatchId, of: &[CustomerId], failed: &[(CustomerId, Why)]) -> Result<()> {
    for (customer, why) in failed {
        diesel::update(items::table.find((id, *customer))).set(items::error.eq(*why)).execute(&mut **tx)?;
    }
    let these = among(tx, items::customer_id, of.iter().copied());
    diesel::delete(items::table.filter(items::batch_id.eq(id)).filter(items::error.is_null()).filter(these))
        .execute(&mut **tx)?;
    let failed = i64::try_from(failed.len()).unwrap_or(i64::MAX);
    let done = i64::try_from(of.len()).unwrap_or(i64::MAX) - failed;
    diesel::update(batches::table.find(id))
        .set((batches::done.eq(batches::done + done), batches::failed.eq(batches::failed + failed)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends a batch, and forgets whom it has not come to. False: it was over.
pub fn end(tx: &mut Tx, id: BatchId, stopped: bool) -> Result<bool> {
    diesel::delete(items::table.filter(items::batch_id.eq(id)).filter(items::error.is_null())).execute(&mut **tx)?;
    jobs::end_run(tx, "batches", id.0, stopped)
}

/// Ends a batch whose starter may not go on with it.
pub fn end_without_right(tx: &mut Tx, id: BatchId) -> Result<()> {
    end(tx, id, true)?;
    diesel::update(batches::table.find(id)).set(batches::no_right.eq(true)).execute(&mut **tx)?;
    Ok(())
}

/// Ends a batch whose steps fail.
pub fn end_broken(tx: &mut Tx, id: BatchId) -> Result<()> {
    if end(tx, id, true)? {
        diesel::update(batches::table.find(id)).set(batches::broken.eq(true)).execute(&mut **tx)?;
    }
    Ok(())
}

/// To whom these batches did not do it, and why.
pub fn failures(conn: &mut Conn, of: &[Batch]) -> Result<Vec<(BatchId, CustomerId, Why)>> {
    if of.is_empty() {
        return Ok(vec![]);
    }
    let rows: Vec<(BatchId, CustomerId, Option<Why>)> = items::table
        .filter(among(conn, items::batch_id, of.iter().map(|batch| batch.id)))
        .filter(items::error.is_not_null())
        .order((items::batch_id.desc(), items::customer_id))
        .select((items::batch_id, items::customer_id, items::error))
        .at_most(NAMED)
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(batch, customer, why)| Some((batch, customer, why?))).collect())
}
