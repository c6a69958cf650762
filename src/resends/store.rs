//! Rows of runs, and the question whose newest message failed.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text};

use super::model::{Asked, Count, Outcome, Progress, Resend, Tally};
use crate::channels::{ChannelKind, registry};
use crate::db::schema::{channels, resend_items as items, resends};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{DeliveryId, ResendId, StaffId, UtcTime};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;
use crate::jobs;
use crate::outbox::State;

/// Runs that the page shows.
const SHOWN: i64 = 20;

/// Nobody gets what is sent again while they are blocked or gone, or while the channel is on pause.
const SENDABLE: &str = "NOT c.blocked AND a.unsubscribed_at IS NULL AND h.enabled";

/// FROM and WHERE: customers whose newest outgoing message failed, as `d`.
fn failed(sql: &mut Sql, since: UtcTime, kind: Option<ChannelKind>) -> String {
    let kind = kind.map(|kind| format!(" AND h.kind = {}", sql.put(kind.as_str()))).unwrap_or_default();
    let since = sql.put(since);
    format!(
        "FROM customers c JOIN deliveries d ON d.id = (SELECT MAX(n.id) FROM deliveries n WHERE n.customer_id = c.id) \
         JOIN channels h ON h.id = d.channel_id JOIN channel_accounts a ON a.id = d.account_id \
         WHERE c.send_failed AND d.state = 'failed' AND d.failed_at >= {since}{kind}"
    )
}

/// How many there are.
pub fn count(conn: &mut Conn, asked: &Asked) -> Result<Count> {
    let mut sql = Sql::default();
    let failed = failed(&mut sql, asked.since, asked.kind);
    sql.text = format!(
        "SELECT COUNT(CASE WHEN {SENDABLE} THEN 1 END) AS sendable, \
         COUNT(CASE WHEN {SENDABLE} THEN NULL ELSE 1 END) AS passed {failed}"
    );
    Ok(sql.get_result(conn)?)
}

/// A new run with all that it is to send, oldest failure first.
pub fn insert(tx: &mut Tx, by: StaffId, asked: &Asked) -> Result<(ResendId, i64)> {
    let id: ResendId = diesel::insert_into(resends::table)
        .values((
            resends::staff_id.eq(by),
            resends::since.eq(asked.since),
            resends::channel_kind.eq(asked.kind),
            resends::interval_seconds.eq(asked.interval),
            resends::total.eq(0),
            resends::started_at.eq(UtcTime::now()),
        ))
        .returning(resends::id)
        .get_result(&mut **tx)?;
    let mut sql = Sql::default();
    let run = sql.put(id.0);
    let failed = failed(&mut sql, asked.since, asked.kind);
    sql.text = format!(
        "INSERT INTO resend_items (resend_id, position, delivery_id) \
         SELECT {run}, ROW_NUMBER() OVER (ORDER BY d.failed_at, d.id), d.id {failed} AND {SENDABLE}"
    );
    let total = i64::try_from(sql.execute(&mut **tx)?).unwrap_or(i64::MAX);
    diesel::update(resends::table.find(id)).set(resends::total.eq(total)).execute(&mut **tx)?;
    Ok((id, total))
}

pub fn find(conn: &mut Conn, id: ResendId) -> Result<Resend> {
    Ok(resends::table.find(id).select(Resend::as_select()).one(conn)?)
}

/// The newest runs.
pub fn newest(conn: &mut Conn) -> Result<Vec<Resend>> {
    Ok(resends::table.order(resends::id.desc()).select(Resend::as_select()).at_most(SHOWN).load(conn)?)
}

/// Whether a run is going, and how far it is.
pub fn going(conn: &mut Conn) -> Result<Option<Progress>> {
    let found = kept::settled("the run that is going".into(), || {
        resends::table
            .filter(resends::ended_at.is_null().and(resends::stopped.eq(false)))
            .select((resends::turn, resends::total))
            .one::<(i64, i64)>(conn)
            .optional()
    });
    Ok(found?.map(|(done, total)| Progress { done: done.min(total), total }))
}

#[derive(QueryableByName)]
struct Part {
    #[diesel(sql_type = BigInt)]
    resend_id: ResendId,
    #[diesel(sql_type = Text)]
    outcome: String,
    #[diesel(sql_type = Nullable<Text>)]
    state: Option<State>,
    #[diesel(sql_type = Bool)]
    failed: bool,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// What became of the messages of these runs, in one query.
pub fn tallies(conn: &mut Conn, of: &[Resend]) -> Result<HashMap<ResendId, Tally>> {
    let mut found: HashMap<ResendId, Tally> = HashMap::new();
    // The numbers are our own, so they stand in the text; 0 is nobody's.
    let ids: String = of.iter().map(|run| format!(", {}", run.id)).collect();
    let rows: Vec<Part> = Sql::new(format!(
        "SELECT i.resend_id, i.outcome, i.failed, d.state, COUNT(*) AS n FROM resend_items i \
         JOIN deliveries d ON d.id = i.delivery_id WHERE i.outcome IS NOT NULL AND i.resend_id IN (0{ids}) \
         GROUP BY i.resend_id, i.outcome, i.failed, d.state"
    ))
    .load(conn)?;
    for row in rows {
        let tally = found.entry(row.resend_id).or_default();
        match row.state {
            _ if row.failed => tally.failed += row.n,
            _ if row.outcome == "passed" => tally.passed += row.n,
            Some(State::Queued | State::Sending) => tally.waiting += row.n,
            Some(State::Failed | State::Unknown) => tally.failed += row.n,
            _ => tally.sent += row.n,
        }
    }
    Ok(found)
}

/// Takes a turn of a run: false if it has been taken, or the run is over.
pub fn take_turn(tx: &mut Tx, id: ResendId, turn: i64) -> Result<bool> {
    jobs::take_turn(tx, "resends", id.0, turn)
}

/// The message whose turn it is.
pub fn next_item(tx: &mut Tx, id: ResendId) -> Result<Option<(i64, DeliveryId)>> {
    Ok(items::table
        .filter(items::resend_id.eq(id).and(items::outcome.is_null()))
        .order(items::position)
        .select((items::position, items::delivery_id))
        .one(tx)
        .optional()?)
}

/// Whether this is still a customer's newest message, failed, with nothing in its way.
pub fn is_sendable(tx: &mut Tx, run: &Resend, id: DeliveryId) -> Result<bool> {
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = BigInt)]
        #[allow(dead_code, reason = "that there is one says it")]
        id: i64,
    }
    let mut sql = Sql::default();
    let failed = failed(&mut sql, run.since, run.channel_kind);
    let id = sql.put(id.0);
    sql.text = format!("SELECT d.id {failed} AND {SENDABLE} AND d.id = {id} AND c.id = d.customer_id");
    Ok(sql.get_result::<Found>(&mut **tx).optional()?.is_some())
}

/// What became of a message.
pub fn note(tx: &mut Tx, id: ResendId, position: i64, outcome: Outcome) -> Result<()> {
    let word = if outcome == Outcome::Again { "again" } else { "passed" };
    diesel::update(items::table.find((id, position)))
        .set((items::outcome.eq(word), items::failed.eq(outcome == Outcome::Failed)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Ends a run. False: it was over.
pub fn end(tx: &mut Tx, id: ResendId, stopped: bool) -> Result<bool> {
    jobs::end_run(tx, "resends", id.0, stopped)
}

/// Ends a run whose steps fail.
pub fn end_broken(tx: &mut Tx, id: ResendId) -> Result<()> {
    if end(tx, id, true)? {
        diesel::update(resends::table.find(id)).set(resends::broken.eq(true)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Kinds of channels in which a message can fail, for the choice: what goes to a widget or an app waits there.
pub fn kinds(conn: &mut Conn) -> Result<Vec<ChannelKind>> {
    let kinds = channels::table.filter(channels::enabled).select(channels::kind).distinct().order(channels::kind);
    let mut kinds: Vec<ChannelKind> = kinds.load(conn)?;
    kinds.retain(|kind| registry::find(*kind).is_some_and(|connector| connector.abilities().outbox));
    Ok(kinds)
}
