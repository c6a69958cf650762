//! Rows of batches, and whom they are still about.

use std::collections::BTreeSet;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Action, Batch, Deed, Detail, Part, Those, Whom, Why};
use crate::db::schema::{batch_items as items, batch_parts as parts, batches};
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

/// Finds whom a batch is about. Of a million customers that takes a second or so: it is read before the write that begins.
pub fn read(conn: &mut Conn, whom: &Whom, expected: Option<i64>) -> Result<Those> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        id: CustomerId,
    }
    let rows: Vec<Found> = dialect::planned_for_values(conn, |conn| whom.found.clone().load(conn))?;
    let mut found: Vec<CustomerId> = rows.into_iter().map(|row| row.id).collect();
    found.sort_unstable();
    let gone = whom.marked.iter().copied().filter(|marked| found.binary_search(marked).is_err());
    // Nobody is noted twice.
    let gone = gone.collect::<BTreeSet<_>>().into_iter().collect();
    Ok(Those { gone, found, expected })
}

/// Notes whom a batch is about. Gives how many they are, with those who have vanished.
pub fn fill(tx: &mut Tx, id: BatchId, whom: &Those) -> Result<i64> {
    let count = |of: &[CustomerId]| i64::try_from(of.len()).unwrap_or(i64::MAX);
    let (found, vanished) = (count(&whom.found), count(&whom.gone));
    if whom.expected.is_some_and(|expected| expected != found) {
        return Err(Error::refused("bulk-number-wrong"));
    }
    for (place, some) in (0i64..).zip(whom.found.chunks(Part::LONGEST)) {
        let customers = Part(some.to_vec()).to_string();
        diesel::insert_into(parts::table)
            .values((parts::batch_id.eq(id), parts::place.eq(place), parts::customers.eq(customers)))
            .execute(&mut **tx)?;
    }
    note_failed(tx, id, whom.gone.iter().map(|gone| (*gone, Why::Gone)))?;
    let total = found + vanished;
    diesel::update(batches::table.find(id))
        .set((batches::total.eq(total), batches::failed.eq(vanished)))
        .execute(&mut **tx)?;
    Ok(total)
}

fn note_failed(tx: &mut Tx, id: BatchId, failed: impl IntoIterator<Item = (CustomerId, Why)>) -> Result<()> {
    for (customer, why) in failed {
        diesel::insert_into(items::table)
            .values((items::batch_id.eq(id), items::customer_id.eq(customer), items::error.eq(why)))
            .execute(&mut **tx)?;
    }
    Ok(())
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

/// The next customers of a batch, up to so many, who leave its list with this.
pub fn take(tx: &mut Tx, id: BatchId, most: usize) -> Result<Vec<CustomerId>> {
    let first = parts::table.filter(parts::batch_id.eq(id)).order(parts::place);
    let first: Option<(i64, String)> = first.select((parts::place, parts::customers)).one(tx).optional()?;
    let Some((place, customers)) = first else { return Ok(vec![]) };
    let Part(mut taken) = Part::parse(&customers)?;
    let rest = Part(taken.split_off(most.min(taken.len())));
    let row = parts::table.find((id, place));
    if rest.0.is_empty() {
        diesel::delete(row).execute(&mut **tx)?;
    } else {
        diesel::update(row).set(parts::customers.eq(rest.to_string())).execute(&mut **tx)?;
    }
    Ok(taken)
}

/// Whether everybody's turn has been.
pub fn is_through(tx: &mut Tx, id: BatchId) -> Result<bool> {
    let first = parts::table.filter(parts::batch_id.eq(id)).order(parts::place).select(parts::place);
    Ok(first.one::<i64>(tx).optional()?.is_none())
}

/// What became of so many: done, but for those who failed.
pub fn note(tx: &mut Tx, id: BatchId, of: usize, failed: &[(CustomerId, Why)]) -> Result<()> {
    note_failed(tx, id, failed.iter().copied())?;
    let failed = i64::try_from(failed.len()).unwrap_or(i64::MAX);
    let done = i64::try_from(of).unwrap_or(i64::MAX) - failed;
    diesel::update(batches::table.find(id))
        .set((batches::done.eq(batches::done + done), batches::failed.eq(batches::failed + failed)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends a batch, and forgets whom it has not come to. False: it was over.
pub fn end(tx: &mut Tx, id: BatchId, stopped: bool) -> Result<bool> {
    diesel::delete(parts::table.filter(parts::batch_id.eq(id))).execute(&mut **tx)?;
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
        .order((items::batch_id.desc(), items::customer_id))
        .select((items::batch_id, items::customer_id, items::error))
        .at_most(NAMED)
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(batch, customer, why)| Some((batch, customer, why?))).collect())
}
