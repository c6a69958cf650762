//! The parts of a message, and the names under which providers know them.

use diesel::prelude::*;

use crate::db::schema::{deliveries, message_refs as refs};
use crate::db::sql::Limited;
use crate::db::types::{ChannelId, CustomerId, DeliveryId, MessageId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::outbox::model::{Delivery, State};

/// Keeps the provider's name of a message, or of a part of it. False: the name is known in this channel.
/// `state`: only of what goes out.
pub fn remember(
    tx: &mut Tx,
    channel: ChannelId,
    provider_id: &str,
    message: MessageId,
    customer: CustomerId,
    state: Option<State>,
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
            refs::state.eq(state),
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

/// A part has come so far. Gives the states of all parts of the message in their order, or nothing if the part was there already or
/// further.
pub(in crate::outbox) fn part_reached(
    tx: &mut Tx,
    channel: ChannelId,
    provider_id: &str,
    state: State,
) -> Result<Option<Vec<State>>> {
    let row = refs::table.filter(refs::channel_id.eq(channel).and(refs::provider_id.eq(provider_id)));
    let (id, message, now): (i64, MessageId, Option<State>) =
        row.select((refs::id, refs::message_id, refs::state)).one(tx)?;
    if !now.unwrap_or(State::Sent).may_become(state) {
        return Ok(None);
    }
    diesel::update(refs::table.find(id)).set(refs::state.eq(state)).execute(&mut **tx)?;
    let all: Vec<Option<State>> =
        refs::table.filter(refs::message_id.eq(message)).order(refs::id).select(refs::state).load(&mut **tx)?;
    Ok(Some(all.into_iter().flatten().collect()))
}

/// Notes when a message arrived of which we had heard already that it was read. False: that is known.
pub(in crate::outbox) fn arrived_late(tx: &mut Tx, message: MessageId, at: UtcTime) -> Result<bool> {
    let read = deliveries::table.filter(deliveries::message_id.eq(message).and(deliveries::state.eq(State::Read)));
    let timeless = read.filter(deliveries::delivered_at.is_null());
    Ok(diesel::update(timeless).set(deliveries::delivered_at.eq(at)).execute(&mut **tx)? > 0)
}

/// One more part has been sent.
pub(in crate::outbox) fn part_sent(tx: &mut Tx, id: DeliveryId, parts: i32) -> Result<()> {
    diesel::update(deliveries::table.find(id)).set(deliveries::parts_sent.eq(parts)).execute(&mut **tx)?;
    Ok(())
}

/// Forgets that any part was handed over, and the names under which the provider knows them.
pub(in crate::outbox) fn begin_anew(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    diesel::delete(refs::table.filter(refs::message_id.eq(delivery.message_id).and(refs::state.is_not_null())))
        .execute(&mut **tx)?;
    diesel::update(deliveries::table.find(delivery.id))
        .set((
            deliveries::parts_sent.eq(0),
            deliveries::sent_at.eq(None::<UtcTime>),
            deliveries::delivered_at.eq(None::<UtcTime>),
            deliveries::read_at.eq(None::<UtcTime>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Forgets that the parts after the first `arrived` were handed over, and the names under which the provider knows them.
pub(in crate::outbox) fn forget_parts(tx: &mut Tx, delivery: &Delivery, arrived: usize) -> Result<()> {
    let own = refs::table.filter(refs::message_id.eq(delivery.message_id).and(refs::state.is_not_null()));
    let ids: Vec<i64> = own.order(refs::id).select(refs::id).load(&mut **tx)?;
    let gone: Vec<i64> = ids.into_iter().skip(arrived).collect();
    diesel::delete(refs::table.filter(refs::id.eq_any(gone))).execute(&mut **tx)?;
    let row = deliveries::table.find(delivery.id);
    let parts = i32::try_from(arrived).unwrap_or(i32::MAX);
    diesel::update(row)
        .set((
            deliveries::parts_sent.eq(parts),
            deliveries::sent_at.eq(None::<UtcTime>),
            deliveries::failed_at.eq(None::<UtcTime>),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
