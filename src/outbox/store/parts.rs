//! The parts of a message, and the names under which providers know them.

use diesel::prelude::*;

use crate::db::schema::{deliveries, message_refs as refs};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{ChannelId, CustomerId, DeliveryId, MessageId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::outbox::model::{Delivery, Part, State};

/// Keeps the provider's name of a message, or of a part of it. False: the name is known in this channel.
/// `part`: only of what goes out, the first being 0.
pub fn remember(
    tx: &mut Tx,
    channel: ChannelId,
    provider_id: &str,
    message: MessageId,
    customer: CustomerId,
    part: Option<i32>,
) -> Result<bool> {
    if whose(tx, channel, provider_id)?.is_some() {
        return Ok(false);
    }
    diesel::insert_into(refs::table)
        .values((
            refs::channel_id.eq(channel),
            refs::provider_id.eq(provider_id),
            refs::message_id.eq(message),
            refs::customer_id.eq(customer),
            refs::part.eq(part.unwrap_or_default()),
            refs::state.eq(part.map(|_| State::Sent)),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// The message that a provider knows under this name, and its customer.
pub fn whose(conn: &mut Conn, channel: ChannelId, provider_id: &str) -> Result<Option<(MessageId, CustomerId)>> {
    Ok(refs::table
        .filter(refs::channel_id.eq(channel).and(refs::provider_id.eq(provider_id)))
        .select((refs::message_id, refs::customer_id))
        .one(conn)
        .optional()?)
}

/// A part has come so far, or has failed with the provider's code and words. False: it was there already, or further.
pub(in crate::outbox) fn part_reached(
    tx: &mut Tx,
    channel: ChannelId,
    provider_id: &str,
    state: State,
    error: Option<(&str, &str)>,
) -> Result<bool> {
    let row = refs::table.filter(refs::channel_id.eq(channel).and(refs::provider_id.eq(provider_id)));
    let (id, now): (i64, Option<State>) = row.select((refs::id, refs::state)).one(tx)?;
    if !now.unwrap_or(State::Sent).may_become(state) {
        return Ok(false);
    }
    diesel::update(refs::table.find(id))
        .set((
            refs::state.eq(state),
            refs::error_code.eq(error.map(|(code, _)| code)),
            refs::error.eq(error.map(|(_, words)| words)),
        ))
        .execute(&mut **tx)?;
    Ok(true)
}

/// The parts that the provider has, in their order.
pub(in crate::outbox) fn parts(conn: &mut Conn, message: MessageId) -> Result<Vec<Part>> {
    Ok(refs::table
        .filter(refs::message_id.eq(message).and(refs::state.is_not_null()))
        .order((refs::part, refs::id))
        .select((refs::part, refs::state.assume_not_null(), refs::error_code, refs::error))
        .load(conn)?)
}

/// Notes when a message arrived of which we had heard already that it was read. False: that is known.
pub(in crate::outbox) fn arrived_late(tx: &mut Tx, message: MessageId, at: UtcTime) -> Result<bool> {
    let read = deliveries::table.filter(deliveries::message_id.eq(message).and(deliveries::state.eq(State::Read)));
    let timeless = read.filter(deliveries::delivered_at.is_null());
    Ok(diesel::update(timeless).set(deliveries::delivered_at.eq(at)).execute(&mut **tx)? > 0)
}

/// Notes in how many calls the message goes out.
pub(in crate::outbox) fn count_parts(tx: &mut Tx, id: DeliveryId, parts: i32) -> Result<()> {
    diesel::update(deliveries::table.find(id)).set(deliveries::parts.eq(parts)).execute(&mut **tx)?;
    Ok(())
}

/// The provider has every part.
pub(in crate::outbox) fn handed_over(tx: &mut Tx, id: DeliveryId, at: UtcTime) -> Result<()> {
    diesel::update(deliveries::table.find(id)).set(deliveries::sent_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

/// Forgets the parts that the customer has not got, so that they go once more: those that failed, or all of them where the
/// message came back as a whole.
pub(in crate::outbox) fn forget_failed(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    let own = refs::table.filter(refs::message_id.eq(delivery.message_id).and(refs::state.is_not_null()));
    let failed = diesel::delete(own.filter(refs::state.eq(State::Failed))).execute(&mut **tx)?;
    if failed == 0 && delivery.sent_at.is_some() {
        diesel::delete(own).execute(&mut **tx)?;
    }
    diesel::update(deliveries::table.find(delivery.id))
        .set((
            deliveries::sent_at.eq(None::<UtcTime>),
            deliveries::delivered_at.eq(None::<UtcTime>),
            deliveries::read_at.eq(None::<UtcTime>),
            deliveries::failed_at.eq(None::<UtcTime>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The delivery of a message, if it has one, held until the end of the write: on PostgreSQL what a provider tells and
/// what its sender writes down may meet, and each has to see what the other wrote.
pub(in crate::outbox) fn held(tx: &mut Tx, message: MessageId) -> Result<Option<Delivery>> {
    let lock = dialect::row_lock(tx);
    if !lock.is_empty() {
        let row = Sql::new(format!("SELECT id FROM deliveries WHERE message_id = $1{lock}"));
        row.bind(message.0).execute(&mut **tx)?;
    }
    Ok(deliveries::table.filter(deliveries::message_id.eq(message)).select(Delivery::as_select()).one(tx).optional()?)
}
