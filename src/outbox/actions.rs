//! What moves a delivery.

use chrono::Duration;
use uuid::Uuid;

use super::model::{Delivery, Outcome, State};
use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::channels::inbound::Reached;
use crate::channels::{self, Extra, Failure, Pace, Receipt, Way, registry};
use crate::customers;
use crate::db::Tx;
use crate::db::types::{AccountId, ChannelId, CustomerId, MessageId, UtcTime};
use crate::error::{Error, Result};
use crate::mails;
use crate::messages;
use crate::realtime::Topic;

/// Tries with pauses of our own before it has failed for good: some forty minutes.
const TRIES: i32 = 10;
/// Tries when the provider names each pause.
const NAMED_TRIES: i32 = 60;
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

/// The same as a part of larger work that has looked at the rights and at the customer.
pub fn send_again(tx: &mut Tx, delivery: &Delivery) -> Result<()> {
    if delivery.state == State::Failed && delivery.sent_at.is_some() {
        // It had been handed over, and failed later: a bounce, a status. All of it goes once more, under new names.
        store::begin_anew(tx, delivery)?;
    }
    store::queue_again(tx, delivery)?;
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
}

/// A part has been handed over. After the last one the message is sent.
pub(super) fn part_sent(
    tx: &mut Tx,
    delivery: &Delivery,
    part: usize,
    parts: usize,
    receipt: &Receipt,
    pace: Pace,
) -> Result<()> {
    let id = &receipt.provider_id;
    store::remember(tx, delivery.channel_id, id, delivery.message_id, delivery.customer_id, Some(State::Sent))?;
    store::part_sent(tx, delivery.id, i32::try_from(part + 1).unwrap_or(i32::MAX))?;
    if part + 1 < parts { Ok(()) } else { sent(tx, delivery, pace) }
}

/// Every part has been handed over.
pub(super) fn sent(tx: &mut Tx, delivery: &Delivery, pace: Pace) -> Result<()> {
    let now = UtcTime::now();
    store::end_attempt(tx, delivery, Outcome::Sent, None, None, None)?;
    // Its status may have come by webhook before this.
    let current = store::load(tx, delivery.id)?;
    if current.state.may_become(State::Sent) {
        store::set_state(tx, &current, State::Sent, now, None)?;
    }
    store::hold_account(tx, delivery.account_id, now.plus(chrono_of(pace.recipient)))?;
    channels::note_success(tx, delivery.channel_id, now)?;
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
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
        Way::Again(Some(time)) | Way::ChannelAgain(time) if delivery.tries < NAMED_TRIES => Some(chrono_of(time)),
        _ => None,
    };
    if let Some(pause) = pause {
        let at = now.plus(pause);
        store::end_attempt(tx, delivery, Outcome::Again, Some(code), Some(words), Some(at))?;
        store::queue_later(tx, &current, at, (code, words))?;
        if matches!(way, Way::ChannelAgain(_)) {
            store::hold_channel(tx, delivery.channel_id, at)?;
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

/// Somebody has mended a channel, and the provider has said that it works: what waits for that leaves now.
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

/// A provider tells what became of a message. False: it knows a name that we do not (yet).
pub fn reached(tx: &mut Tx, channel: ChannelId, provider_id: &str, reached: &Reached, at: UtcTime) -> Result<bool> {
    let Some((message, customer)) = store::whose(tx, channel, provider_id)? else { return Ok(false) };
    if let Reached::Failed { recipient: Some(recipient), failure } = reached
        && copy_failed(tx, message, recipient, &failure.words)?
    {
        return Ok(true);
    }
    let (state, error) = match reached {
        Reached::Sent => (State::Sent, None),
        Reached::Delivered => (State::Delivered, None),
        Reached::Read => (State::Read, None),
        Reached::Failed { failure, .. } => (State::Failed, Some((failure.code.as_str(), failure.words.as_str()))),
    };
    let Some(parts) = store::part_reached(tx, channel, provider_id, state)? else {
        if state == State::Delivered && store::arrived_late(tx, message, at)? {
            changed(tx, customer)?;
        }
        return Ok(true);
    };
    let Some(delivery) = store::of_message(tx, message)? else { return Ok(true) };
    if let Reached::Failed { failure, .. } = reached
        && too_many(tx, &delivery, failure, &parts)?
    {
        changed(tx, customer)?;
        tx.publish(Topic::Outbox);
        return Ok(true);
    }
    // The message is as far as the part that lags; one part that failed fails it.
    let whole = if parts.contains(&State::Failed) { Some(State::Failed) } else { slowest(&parts) };
    if let Some(whole) = whole.filter(|whole| delivery.state.may_become(*whole)) {
        store::set_state(tx, &delivery, whole, at, error.filter(|_| whole == State::Failed))?;
    }
    if matches!(reached, Reached::Failed { failure, .. } if failure.way == Way::Unsubscribed) {
        store::unsubscribe(tx, delivery.account_id, at)?;
    }
    changed(tx, customer)?;
    tx.publish(Topic::Outbox);
    Ok(true)
}

/// The provider had accepted it, and says later that these were too many: what failed goes once more after the time
/// that it names, as if it had said so at once. False: that was not why, or a part behind the one that failed has gone
/// through, and only people can tell what the customer should see twice.
fn too_many(tx: &mut Tx, delivery: &Delivery, failure: &Failure, parts: &[State]) -> Result<bool> {
    let (Way::Again(Some(pause)) | Way::ChannelAgain(pause)) = failure.way else { return Ok(false) };
    let arrived = parts.iter().take_while(|part| **part != State::Failed).count();
    let is_whole = usize::try_from(delivery.parts_sent).is_ok_and(|sent| sent == parts.len());
    let rest_failed = parts.iter().skip(arrived).all(|part| *part == State::Failed);
    let has_left = matches!(delivery.state, State::Sent | State::Failed);
    if !(is_whole && rest_failed && has_left && delivery.tries < NAMED_TRIES) {
        return Ok(false);
    }
    let now = UtcTime::now();
    let at = now.plus(chrono_of(pause));
    let (code, words) = (failure.code.as_str(), failure.words.as_str());
    store::end_attempt(tx, delivery, Outcome::Again, Some(code), Some(words), Some(at))?;
    store::forget_parts(tx, delivery, arrived)?;
    store::queue_later(tx, delivery, at, (code, words))?;
    if matches!(failure.way, Way::ChannelAgain(_)) {
        store::hold_channel(tx, delivery.channel_id, at)?;
    }
    Ok(true)
}

/// A blind copy came back: staff are told, and the customer's own mail may well have arrived. False: it was no copy.
fn copy_failed(tx: &mut Tx, message: MessageId, recipient: &str, words: &str) -> Result<bool> {
    let mail = mails::find_many(tx, &[message])?.remove(&message);
    if !mail.is_some_and(|mail| mail.bcc.iter().any(|copy| copy == recipient)) {
        return Ok(false);
    }
    let about = messages::store::find(tx, message)?;
    let event = messages::Event::CopyFailed { address: recipient.to_owned(), words: words.to_owned() };
    messages::insert(
        tx,
        &messages::NewMessage {
            customer_id: about.customer_id,
            conversation_id: about.conversation_id,
            channel_id: about.channel_id,
            kind: messages::MessageKind::System,
            author_id: None,
            body: String::new(),
            event: Some(event),
            files: vec![],
            client_uuid: None,
            from_blocked: None,
        },
    )?;
    tx.publish(Topic::Customer(about.customer_id));
    Ok(true)
}

fn slowest(parts: &[State]) -> Option<State> {
    [State::Sent, State::Delivered, State::Read].into_iter().find(|state| parts.contains(state))
}

/// Open pages look again; the customer's red mark follows their newest message.
fn changed(tx: &mut Tx, customer: CustomerId) -> Result<()> {
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

    #[test]
    fn a_message_of_parts_is_as_far_as_the_slowest() {
        assert_eq!(slowest(&[State::Read, State::Delivered]), Some(State::Delivered));
        assert_eq!(slowest(&[State::Read, State::Read]), Some(State::Read));
    }
}
