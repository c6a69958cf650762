//! Rows of deliveries and of their tries.

mod parts;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

pub(super) use parts::{arrived_late, count_parts, forget_failed, handed_over, held, part_reached, parts};
pub use parts::{remember, whose};

use super::model::{Attempt, Delivery, Outcome, State};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::db::dialect::{self, Engine};
use crate::db::schema::{channel_accounts as accounts, channels, customers, deliveries, delivery_attempts as attempts};
use crate::db::sql::{Condition, Limited, Sql, among};
use crate::db::types::{AccountId, ChannelId, CustomerId, DeliveryId, MessageId, UtcTime};
use crate::db::{Conn, Failure, Tx};
use crate::error::Result;

/// A delivery to make.
pub(super) struct New<'a> {
    pub message: MessageId,
    pub customer: CustomerId,
    pub channel: ChannelId,
    pub account: AccountId,
    pub key: &'a str,
    pub extra: &'a str,
    pub not_before: UtcTime,
}

pub(super) fn insert(tx: &mut Tx, new: &New) -> Result<DeliveryId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(deliveries::table)
        .values((
            deliveries::message_id.eq(new.message),
            deliveries::customer_id.eq(new.customer),
            deliveries::channel_id.eq(new.channel),
            deliveries::account_id.eq(new.account),
            deliveries::idempotency_key.eq(new.key),
            deliveries::extra.eq(new.extra),
            deliveries::state.eq(State::Queued),
            deliveries::not_before.eq(new.not_before),
            deliveries::queued_at.eq(now),
        ))
        .returning(deliveries::id)
        .get_result(&mut **tx)?)
}

/// The delivery, if the scope shows its customer.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: DeliveryId) -> Result<Delivery> {
    let found: Delivery = deliveries::table.find(id).select(Delivery::as_select()).one(conn)?;
    crate::customers::require_visible(conn, scope, found.customer_id)?;
    Ok(found)
}

/// As it is now, for the sender and for larger work.
pub fn load(conn: &mut Conn, id: DeliveryId) -> Result<Delivery> {
    Ok(deliveries::table.find(id).select(Delivery::as_select()).one(conn)?)
}

/// Deliveries of many messages, in one query.
pub fn of_messages(conn: &mut Conn, ids: &[MessageId]) -> Result<HashMap<MessageId, Delivery>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Delivery> = deliveries::table
        .filter(among(conn, deliveries::message_id, ids.iter().copied()))
        .select(Delivery::as_select())
        .load(conn)?;
    Ok(rows.into_iter().map(|delivery| (delivery.message_id, delivery)).collect())
}

/// The tries of many deliveries, in their order, in one query.
pub fn attempts_of(conn: &mut Conn, ids: &[DeliveryId]) -> Result<HashMap<DeliveryId, Vec<Attempt>>> {
    let mut found: HashMap<DeliveryId, Vec<Attempt>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<Attempt> = attempts::table
        .filter(among(conn, attempts::delivery_id, ids.iter().copied()))
        .order(attempts::id)
        .select(Attempt::as_select())
        .load(conn)?;
    for attempt in rows {
        found.entry(attempt.delivery_id).or_default().push(attempt);
    }
    Ok(found)
}

#[derive(QueryableByName)]
struct Due {
    #[diesel(sql_type = BigInt)]
    id: DeliveryId,
    #[diesel(sql_type = BigInt)]
    channel_id: ChannelId,
    #[diesel(sql_type = Text)]
    kind: ChannelKind,
}

/// What may leave now: due, its channel switched on and not held back, and no earlier message of the account still on
/// its way. Channels of `busy` are passed over.
fn due(conn: &mut Conn, now: UtcTime, busy: &[ChannelId], lock: &str) -> Result<Option<Due>> {
    let busy: String = busy.iter().map(|id| format!(", {id}")).collect();
    let text = format!(
        "SELECT d.id, d.channel_id, c.kind FROM deliveries d JOIN channels c ON c.id = d.channel_id \
         WHERE d.state = 'queued' AND d.not_before <= $1 AND c.enabled \
         AND (c.send_after IS NULL OR c.send_after <= $1) AND d.channel_id NOT IN (0{busy}) \
         AND NOT EXISTS (SELECT 1 FROM deliveries e WHERE e.account_id = d.account_id AND e.id < d.id \
           AND e.state IN ('queued', 'sending')) \
         ORDER BY d.not_before, d.id LIMIT 1{lock}"
    );
    Ok(Sql::new(text).bind(now).get_result(conn).optional()?)
}

/// Whether anything may leave: asked by reading, so that an idle desk writes nothing.
pub fn is_due(conn: &mut Conn, now: UtcTime, busy: &[ChannelId]) -> Result<bool> {
    Ok(due(conn, now, busy, "")?.is_some())
}

/// Takes the delivery that is due longest, until `lease`, and holds its channel back for its pace. No two senders get
/// the same.
pub(super) fn take(
    tx: &mut Tx,
    now: UtcTime,
    lease: UtcTime,
    busy: &[ChannelId],
    pace: impl Fn(ChannelKind) -> chrono::Duration,
) -> Result<Option<Delivery>> {
    let lock = match dialect::engine(tx) {
        Engine::Postgres => " FOR UPDATE OF d SKIP LOCKED",
        Engine::Sqlite => "",
    };
    let Some(due) = due(tx, now, busy, lock)? else { return Ok(None) };
    // Another instance may have sent through the channel in this moment: then its pace is taken.
    let free = channels::table
        .filter(channels::id.eq(due.channel_id))
        .filter(channels::send_after.is_null().or(channels::send_after.le(now)));
    if diesel::update(free).set(channels::send_after.eq(now.plus(pace(due.kind)))).execute(&mut **tx)? == 0 {
        return Ok(None);
    }
    diesel::update(deliveries::table.find(due.id))
        .set((
            deliveries::state.eq(State::Sending),
            deliveries::leased_until.eq(lease),
            deliveries::attempts.eq(deliveries::attempts + 1),
            deliveries::tries.eq(deliveries::tries + 1),
            deliveries::sending_at.eq(now),
        ))
        .execute(&mut **tx)?;
    let taken = load(tx, due.id)?;
    diesel::insert_into(attempts::table)
        .values((attempts::delivery_id.eq(taken.id), attempts::number.eq(taken.attempts), attempts::started_at.eq(now)))
        .execute(&mut **tx)?;
    Ok(Some(taken))
}

/// A state as the partial indexes say it: of a bound word PostgreSQL does not know, in a plan for any values, that they apply.
fn is(state: &str) -> Condition {
    Sql::new(state).condition()
}

/// When something will be due that is not due yet.
pub fn next_due(conn: &mut Conn, now: UtcTime) -> Result<Option<UtcTime>> {
    let waiting: Option<UtcTime> = deliveries::table
        .filter(is("deliveries.state = 'queued'"))
        .filter(deliveries::not_before.gt(now))
        .order(deliveries::not_before)
        .select(deliveries::not_before)
        .one(conn)
        .optional()?;
    let held: Option<UtcTime> = channels::table
        .filter(channels::send_after.gt(now))
        .select(diesel::dsl::min(channels::send_after))
        .one(conn)?;
    Ok([waiting, held].into_iter().flatten().min())
}

/// Goes on for longer, while it is this try that is under way; false: it is not.
pub(super) fn renew(tx: &mut Tx, id: DeliveryId, attempt: i32, lease: UtcTime) -> Result<bool> {
    let own = deliveries::table
        .filter(deliveries::id.eq(id).and(deliveries::state.eq(State::Sending)).and(deliveries::attempts.eq(attempt)));
    Ok(diesel::update(own).set(deliveries::leased_until.eq(lease)).execute(&mut **tx)? > 0)
}

/// Deliveries whose sender has gone.
pub fn expired(conn: &mut Conn, now: UtcTime) -> Result<Vec<Delivery>> {
    Ok(deliveries::table
        .filter(is("deliveries.state = 'sending'"))
        .filter(deliveries::leased_until.lt(now))
        .order(deliveries::id)
        .select(Delivery::as_select())
        .at_most(500)
        .load(conn)?)
}

/// The end of a try.
pub(super) fn end_attempt(
    tx: &mut Tx,
    delivery: &Delivery,
    outcome: Outcome,
    code: Option<&str>,
    words: Option<&str>,
    again_at: Option<UtcTime>,
) -> Result<()> {
    let own = attempts::table.filter(attempts::delivery_id.eq(delivery.id).and(attempts::number.eq(delivery.attempts)));
    diesel::update(own)
        .set((
            attempts::ended_at.eq(UtcTime::now()),
            attempts::outcome.eq(outcome),
            attempts::code.eq(code),
            attempts::words.eq(words),
            attempts::again_at.eq(again_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The one way from the state in which a delivery was read to another; its lease ends. On PostgreSQL another instance may
/// have taken it meanwhile, or its provider told of it: then nothing is changed, and the call is made again and sees that.
fn transition(tx: &mut Tx, read: &Delivery, to: State) -> Result<()> {
    let as_read = deliveries::table.filter(
        deliveries::id.eq(read.id).and(deliveries::state.eq(read.state)).and(deliveries::attempts.eq(read.attempts)),
    );
    let changed = diesel::update(as_read)
        .set((deliveries::state.eq(to), deliveries::leased_until.eq(None::<UtcTime>)))
        .execute(&mut **tx)?;
    if changed == 0 { Err(Failure::Overtaken.into()) } else { Ok(()) }
}

/// A new state with its time; the lease ends. What went wrong before is kept with the tries.
pub(super) fn set_state(
    tx: &mut Tx,
    delivery: &Delivery,
    state: State,
    at: UtcTime,
    error: Option<(&str, &str)>,
) -> Result<()> {
    transition(tx, delivery, state)?;
    let row = deliveries::table.find(delivery.id);
    diesel::update(row)
        .set((
            deliveries::error_code.eq(error.map(|(code, _)| code)),
            deliveries::error.eq(error.map(|(_, words)| words)),
        ))
        .execute(&mut **tx)?;
    match state {
        State::Delivered => diesel::update(row).set(deliveries::delivered_at.eq(at)).execute(&mut **tx)?,
        State::Read => diesel::update(row).set(deliveries::read_at.eq(at)).execute(&mut **tx)?,
        State::Failed | State::Unknown => diesel::update(row).set(deliveries::failed_at.eq(at)).execute(&mut **tx)?,
        State::Queued | State::Sending | State::Sent => 0,
    };
    Ok(())
}

/// To be tried at `at`, which the provider has named or we have chosen, after what went wrong: code and words.
pub(super) fn queue_later(
    tx: &mut Tx,
    delivery: &Delivery,
    at: UtcTime,
    named: bool,
    error: (&str, &str),
) -> Result<()> {
    set_state(tx, delivery, State::Queued, at, Some(error))?;
    diesel::update(deliveries::table.find(delivery.id))
        .set((deliveries::not_before.eq(at), deliveries::pause_named.eq(named)))
        .execute(&mut **tx)?;
    Ok(())
}

/// To be tried now: a person wants it, and the tries are counted anew.
pub(super) fn queue_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    transition(tx, delivery, State::Queued)?;
    diesel::update(deliveries::table.find(delivery.id))
        .set((
            deliveries::not_before.eq(UtcTime::now()),
            deliveries::tries.eq(0),
            deliveries::failed_at.eq(None::<UtcTime>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Nothing leaves through the channel before `at`, which the provider has named or we have chosen.
pub(super) fn hold_channel(tx: &mut Tx, id: ChannelId, at: UtcTime, named: bool) -> Result<()> {
    let sooner = channels::table
        .filter(channels::id.eq(id))
        .filter(channels::send_after.is_null().or(channels::send_after.lt(at)));
    diesel::update(sooner).set((channels::send_after.eq(at), channels::rest_named.eq(named))).execute(&mut **tx)?;
    Ok(())
}

/// What waits because of the channel waits no longer: it rests no more, and what has failed is due; but for pauses that the
/// provider has named.
pub(super) fn end_rest(tx: &mut Tx, id: ChannelId, now: UtcTime) -> Result<()> {
    let ours = channels::table.filter(channels::id.eq(id).and(channels::rest_named.eq(false)));
    diesel::update(ours).set(channels::send_after.eq(None::<UtcTime>)).execute(&mut **tx)?;
    let sql = "UPDATE deliveries SET not_before = $1 WHERE state = 'queued' AND not_before > $1 AND channel_id = $2 \
        AND error_code IS NOT NULL AND NOT pause_named";
    Sql::new(sql).bind(now).bind(id.0).execute(&mut **tx)?;
    Ok(())
}

/// Nothing that waits for the account leaves before `at`.
pub(super) fn hold_account(tx: &mut Tx, id: AccountId, at: UtcTime) -> Result<()> {
    let waiting = deliveries::table.filter(
        deliveries::account_id.eq(id).and(deliveries::state.eq(State::Queued)).and(deliveries::not_before.lt(at)),
    );
    diesel::update(waiting).set(deliveries::not_before.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// When the last message to the account was handed over.
pub(super) fn last_sent(conn: &mut Conn, customer: CustomerId, account: AccountId) -> Result<Option<UtcTime>> {
    Ok(deliveries::table
        .filter(deliveries::customer_id.eq(customer).and(deliveries::account_id.eq(account)))
        .filter(deliveries::sending_at.is_not_null())
        .order(deliveries::id.desc())
        .select(deliveries::sending_at)
        .one(conn)
        .optional()?
        .flatten())
}

/// Brings the customer's red mark into step with their newest delivery; true if it changed.
pub(super) fn refresh_mark(tx: &mut Tx, id: CustomerId) -> Result<bool> {
    let newest: Option<State> = deliveries::table
        .filter(deliveries::customer_id.eq(id))
        .order(deliveries::id.desc())
        .select(deliveries::state)
        .one(tx)
        .optional()?;
    set_mark(tx, id, newest.is_some_and(State::is_bad))
}

/// Sets the customer's red mark; true if it changed.
pub(super) fn set_mark(tx: &mut Tx, id: CustomerId, failed: bool) -> Result<bool> {
    let other = customers::table.filter(customers::id.eq(id).and(customers::send_failed.ne(failed)));
    Ok(diesel::update(other).set(customers::send_failed.eq(failed)).execute(&mut **tx)? > 0)
}

/// The customer wants to hear nothing there.
pub(super) fn unsubscribe(tx: &mut Tx, account: AccountId, at: UtcTime) -> Result<()> {
    let still = accounts::table.filter(accounts::id.eq(account).and(accounts::unsubscribed_at.is_null()));
    diesel::update(still).set(accounts::unsubscribed_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// Where a customer is in a channel: their address, unless they have left.
pub(super) fn address(conn: &mut Conn, account: AccountId) -> Result<(String, Option<UtcTime>)> {
    Ok(accounts::table.find(account).select((accounts::address, accounts::unsubscribed_at)).one(conn)?)
}
