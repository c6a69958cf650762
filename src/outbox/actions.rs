//! What moves a delivery.

use chrono::Duration;
use uuid::Uuid;

use super::model::{Delivery, Outcome, Part, State};
use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::channels::email::address;
use crate::channels::{self, Extra, Failure, Pace, Receipt, Way, registry};
use crate::customers;
use crate::db::Tx;
use crate::db::types::{AccountId, ChannelId, CustomerId, MessageId, UtcTime};
use crate::error::{Error, Result};
use crate::realtime::Topic;

/// Tries with pauses of our own before it has failed for good: some forty minutes.
const TRIES: i32 = 10;
/// Tries when the provider names each pause.
pub(super) const NAMED_TRIES: i32 = 60;
/// The code of a try whose end a person has found out.
pub const ARRIVED: &str = "arrived";
/// The longest pause of our own, in seconds.
const LONGEST: i64 = 900;

/// A message that goes out.
pub struct Outgoing<'a> {
    pub message: MessageId,
    pub customer: CustomerId,
    pub channel: ChannelId,
    pub account: Option<AccountId>,
    pub extra: &'a Extra,
}

/// Puts a message on its way, in the transaction that stores it. A kind of channel whose readers fetch needs nothing.
pub fn enqueue(tx: &mut Tx, out: &Outgoing) -> Result<()> {
    let channel = channels::find(tx, out.channel)?;
    let leaves = registry::find(channel.kind).map(|connector| connector.abilities()).filter(|can| can.outbox);
    let (Some(can), Some(account)) = (leaves, out.account) else {
        // It is the newest outgoing message now, and it has arrived.
        if store::set_mark(tx, out.customer, false)? {
            tx.publish(Topic::Inbox);
        }
        return Ok(());
    };
    let extra = serde_json::to_string(out.extra).map_err(|e| Error::Internal(e.to_string()))?;
    let now = UtcTime::now();
    let last = store::last_sent(tx, out.customer, account)?.map(|at| at.plus(chrono_of(can.pace.recipient)));
    let new = store::New {
        message: out.message,
        customer: out.customer,
        channel: out.channel,
        account,
        key: &Uuid::new_v4().to_string(),
        extra: &extra,
        not_before: last.unwrap_or(now).max(now),
    };
    store::insert(tx, &new)?;
    changed(tx, out.customer)?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// Sends it once more, now: after a failure, when it is unknown, or instead of waiting. Whether this person may write in
/// the conversation, the caller has seen (`conversations::send_again`).
pub fn retry(tx: &mut Tx, by: &Operator, delivery: &Delivery) -> Result<()> {
    let customer = customers::find(tx, &by.scope(), delivery.customer_id)?;
    if customer.blocked {
        return Err(Error::refused("refused-blocked"));
    }
    if !delivery.may_retry() {
        return Err(Error::refused("delivery-on-its-way"));
    }
    send_again(tx, delivery)?;
    audit::record(tx, by, "delivery.retried", Some(customer.id))
}

/// Somebody has looked: the customer has what nobody knew of. Parts behind it that were not tried yet go on.
pub fn arrived(tx: &mut Tx, by: &Operator, delivery: &Delivery) -> Result<()> {
    if delivery.state != State::Unknown {
        return Err(Error::refused("delivery-not-unknown"));
    }
    let now = UtcTime::now();
    store::end_attempt(tx, delivery, Outcome::Sent, Some(ARRIVED), Some(&by.me().name), None)?;
    let known = store::parts(tx, delivery.message_id)?;
    let is_missing = |part: &i32| known.iter().all(|known| known.number != *part);
    let missing: Vec<i32> = (0..delivery.parts).filter(is_missing).collect();
    if let Some(part) = missing.first() {
        let (message, customer) = (delivery.message_id, delivery.customer_id);
        store::remember(tx, delivery.channel_id, &name_of(delivery, *part), message, customer, Some(*part))?;
    }
    if missing.len() > 1 {
        store::queue_again(tx, delivery)?;
    } else {
        whole(tx, delivery.message_id, now)?;
    }
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    audit::record(tx, by, "delivery.arrived", Some(delivery.customer_id))
}

/// The name of a part that its provider has not told: of a mail we know it, answers will refer to it.
fn name_of(delivery: &Delivery, part: i32) -> String {
    let key = &delivery.idempotency_key;
    match delivery.extra().mail {
        Some(mail) => address::message_id(key, &mail.from),
        None => format!("{ARRIVED}:{key}:{part}"),
    }
}

/// The same as [`retry`], as a part of larger work that has looked at the rights and at the customer. What the customer
/// has got does not go a second time.
pub fn send_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    store::forget_failed(tx, delivery)?;
    store::queue_again(tx, delivery)?;
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// A part has been handed over. The customer's answer has to come back to the account that was written to.
pub(super) fn part_sent(tx: &mut Tx, delivery: &Delivery, part: i32, receipt: &Receipt) -> Result<()> {
    let id = &receipt.provider_id;
    store::remember(tx, delivery.channel_id, id, delivery.message_id, delivery.customer_id, Some(part))?;
    match &receipt.address {
        Some(address) => customers::store::correct_address(tx, delivery.account_id, address),
        None => Ok(()),
    }
}

/// Every part has been handed over.
pub(super) fn sent(tx: &mut Tx, delivery: &Delivery, pace: Pace) -> Result<()> {
    let now = UtcTime::now();
    store::end_attempt(tx, delivery, Outcome::Sent, None, None, None)?;
    whole(tx, delivery.message_id, now)?;
    store::hold_account(tx, delivery.account_id, now.plus(chrono_of(pace.recipient)))?;
    channels::note_success(tx, delivery.channel_id, now)?;
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// The provider has every part now. What it told of them meanwhile counts from here on.
fn whole(tx: &mut Tx, message: MessageId, now: UtcTime) -> Result<()> {
    let Some(current) = store::held(tx, message)? else { return Ok(()) };
    store::handed_over(tx, current.id, now)?;
    follow_parts(tx, &current, now)
}

/// A message of which every part has left is as far as its parts are.
pub(super) fn follow_parts(tx: &mut Tx, delivery: &Delivery, at: UtcTime) -> Result<()> {
    let parts = store::parts(tx, delivery.message_id)?;
    let whole = Part::whole(&parts);
    // What failed may arrive after all: on another phone, at another try of the provider's.
    if whole == delivery.state || !(delivery.state == State::Failed || delivery.state.may_become(whole)) {
        return Ok(());
    }
    let failed = parts.iter().find(|part| part.state == State::Failed);
    let error =
        failed.map(|part| (part.error_code.as_deref().unwrap_or_default(), part.error.as_deref().unwrap_or_default()));
    store::set_state(tx, delivery, whole, at, error)
}

/// A try has failed: again later, for good, or nobody knows.
pub(super) fn failed(tx: &mut Tx, delivery: &Delivery, failure: &Failure, idempotent: bool) -> Result<()> {
    let now = UtcTime::now();
    let current = store::load(tx, delivery.id)?;
    if current.attempts != delivery.attempts || !matches!(current.state, State::Sending | State::Unknown) {
        return Ok(());
    }
    let way = if failure.way == Way::Unknown && idempotent { Way::Again(None) } else { failure.way };
    let (code, words) = (failure.code.as_str(), failure.words.as_str());
    let pause = match way {
        Way::Again(None) if delivery.tries < TRIES => Some(pause(delivery.tries)),
        Way::Again(Some(time)) | Way::ChannelAgain(time) | Way::UntilMended(time) if delivery.tries < NAMED_TRIES => {
            Some(chrono_of(time))
        }
        _ => None,
    };
    if let Some(pause) = pause {
        let at = now.plus(pause);
        store::end_attempt(tx, delivery, Outcome::Again, Some(code), Some(words), Some(at))?;
        store::queue_later(tx, &current, at, way.is_named(), (code, words))?;
        if way.holds_channel() {
            store::hold_channel(tx, delivery.channel_id, at, way.is_named())?;
        }
    } else {
        let (outcome, state) = match way {
            Way::Unknown => (Outcome::Unknown, State::Unknown),
            _ => (Outcome::Failed, State::Failed),
        };
        store::end_attempt(tx, delivery, outcome, Some(code), Some(words), None)?;
        store::set_state(tx, &current, state, now, Some((code, words)))?;
    }
    if way == Way::Unsubscribed {
        store::unsubscribe(tx, delivery.account_id, now)?;
    }
    if failure.of_channel {
        channels::note_failure(tx, delivery.channel_id, now, words)?;
    }
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// Somebody has mended a channel, and the provider has said that it works: what waits for that leaves now. What the provider
/// wants to have later still waits.
pub fn mended(tx: &mut Tx, channel: ChannelId) -> Result<()> {
    store::end_rest(tx, channel, UtcTime::now())?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// The process that sent it has gone in the middle. Where the provider sends a key once it is simply sent again;
/// elsewhere people have to look.
pub(super) fn abandoned(tx: &mut Tx, delivery: &Delivery, idempotent: bool) -> Result<()> {
    let words = "the program stopped while it was sending";
    failed(tx, delivery, &Failure::new("interrupted", words, Way::Unknown), idempotent)
}

/// Open pages look again; the customer's red mark follows their newest message.
pub(super) fn changed(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    tx.publish(Topic::Customer(customer));
    if store::refresh_mark(tx, customer)? {
        tx.publish(Topic::Inbox);
    }
    Ok(())
}

/// 4, 8, 16 … seconds, a quarter of an hour at the most, up to a quarter more by chance.
fn pause(tries: i32) -> Duration {
    let power = u32::try_from(tries + 1).unwrap_or(1).min(16);
    let seconds = 2_i64.saturating_pow(power).min(LONGEST);
    Duration::milliseconds(seconds * 1000 + rand::random_range(0..seconds * 250))
}

pub(super) fn chrono_of(time: std::time::Duration) -> Duration {
    Duration::from_std(time).unwrap_or(Duration::hours(24))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_ceiling() {
        let seconds: Vec<i64> = (1..=TRIES).map(|tries| pause(tries).num_seconds()).collect();
        assert!((4..=5).contains(&seconds[0]), "{seconds:?}");
        assert!(seconds.windows(2).all(|pair| pair[1] * 5 >= pair[0] * 4), "{seconds:?}");
        assert!(seconds.iter().all(|pause| *pause <= LONGEST * 5 / 4), "{seconds:?}");
        assert!(seconds.iter().sum::<i64>() < 3600, "{seconds:?}");
    }
}
