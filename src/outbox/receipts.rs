//! What providers tell of messages afterwards.

use super::actions::{NAMED_TRIES, changed, chrono_of, follow_parts};
use super::model::{Delivery, Outcome, State};
use super::store;
use crate::channels::email::address;
use crate::channels::inbound::Reached;
use crate::channels::{Failure, Way};
use crate::db::Tx;
use crate::db::types::{ChannelId, MessageId, UtcTime};
use crate::error::Result;
use crate::mails;
use crate::messages;
use crate::realtime::Topic;

/// A provider tells what became of a message, or of a part of it. False: it knows a name that we do not (yet).
pub fn reached(tx: &mut Tx, channel: ChannelId, provider_id: &str, reached: &Reached, at: UtcTime) -> Result<bool> {
    let Some((message, customer)) = store::whose(tx, channel, provider_id)? else { return Ok(false) };
    let Some(delivery) = store::held(tx, message)? else { return Ok(true) };
    if let Reached::Failed { recipients, failure } = reached {
        match whose_failure(tx, &delivery, recipients)? {
            Whose::Customers => {}
            Whose::Copys(address) => {
                copy_failed(tx, message, address, &failure.words)?;
                return Ok(true);
            }
            Whose::Anyones => {
                doubt(tx, &delivery, failure, recipients, at)?;
                return Ok(true);
            }
        }
    }
    let (state, error) = match reached {
        Reached::Sent => (State::Sent, None),
        Reached::Delivered => (State::Delivered, None),
        Reached::Read => (State::Read, None),
        Reached::Failed { failure, .. } => (State::Failed, Some((failure.code.as_str(), failure.words.as_str()))),
    };
    if !store::part_reached(tx, channel, provider_id, state, error)? {
        if state == State::Delivered && store::arrived_late(tx, message, at)? {
            changed(tx, customer)?;
        }
        return Ok(true);
    }
    if let Reached::Failed { failure, .. } = reached {
        if failure.way == Way::Unsubscribed {
            store::unsubscribe(tx, delivery.account_id, at)?;
        }
        if too_many(tx, &delivery, failure)? {
            changed(tx, customer)?;
            tx.publish(Topic::Outbox);
            return Ok(true);
        }
    }
    if delivery.sent_at.is_some() {
        follow_parts(tx, &delivery, at)?;
    }
    changed(tx, customer)?;
    tx.publish(Topic::Outbox);
    Ok(true)
}

/// The provider had accepted it, and says later that these were too many: what failed goes once more after the time
/// that it names, as if it had said so at once. False: that was not why; or a part behind the one that failed has gone
/// through, and only people can tell in what order the customer should see them; or its sender is at work.
fn too_many(tx: &mut Tx, delivery: &Delivery, failure: &Failure) -> Result<bool> {
    let (Way::Again(Some(pause)) | Way::ChannelAgain(pause) | Way::UntilMended(pause)) = failure.way else {
        return Ok(false);
    };
    let parts = store::parts(tx, delivery.message_id)?;
    let rest_failed =
        parts.iter().skip_while(|part| part.state != State::Failed).all(|part| part.state == State::Failed);
    let is_whole = delivery.sent_at.is_some() && matches!(delivery.state, State::Sent | State::Failed);
    let may_go = is_whole || delivery.state == State::Queued;
    if !(may_go && rest_failed && delivery.tries < NAMED_TRIES) {
        return Ok(false);
    }
    let at = UtcTime::now().plus(chrono_of(pause)).max(delivery.not_before);
    let (code, words) = (failure.code.as_str(), failure.words.as_str());
    store::end_attempt(tx, delivery, Outcome::Again, Some(code), Some(words), Some(at))?;
    store::forget_failed(tx, delivery)?;
    store::queue_later(tx, delivery, at, failure.way.is_named(), (code, words))?;
    if failure.way.holds_channel() {
        store::hold_channel(tx, delivery.channel_id, at, failure.way.is_named())?;
    }
    Ok(true)
}

/// Who did not get a mail.
enum Whose {
    Customers,
    /// Of the blind copy to this address.
    Copys(String),
    /// The report names neither of them: somebody to whom one of them passes mails on, or nobody.
    Anyones,
}

fn whose_failure(tx: &mut Tx, delivery: &Delivery, recipients: &[String]) -> Result<Whose> {
    let message = delivery.message_id;
    let mail = mails::find_many(tx, &[message])?.remove(&message);
    let bcc = mail.map(|mail| mail.bcc).unwrap_or_default();
    let (account, _) = store::address(tx, delivery.account_id)?;
    if recipients.iter().any(|to| to == address::reached(&account)) || (recipients.is_empty() && bcc.is_empty()) {
        return Ok(Whose::Customers);
    }
    let copy = recipients.iter().find(|to| bcc.contains(to));
    Ok(copy.map_or(Whose::Anyones, |copy| Whose::Copys(copy.clone())))
}

/// A blind copy came back: staff are told, and the customer's own mail may well have arrived.
fn copy_failed(tx: &mut Tx, message: MessageId, address: String, words: &str) -> Result<()> {
    let about = messages::store::find(tx, message)?;
    let event = messages::Event::CopyFailed { address, words: words.to_owned() };
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
    Ok(())
}

/// Something came back, and nobody can tell whether it was the customer's own: people look, and nobody is unsubscribed.
fn doubt(tx: &mut Tx, delivery: &Delivery, failure: &Failure, recipients: &[String], at: UtcTime) -> Result<()> {
    if delivery.state != State::Sent {
        return Ok(());
    }
    let words = if recipients.is_empty() {
        failure.words.clone()
    } else {
        format!("{}: {}", recipients.join(", "), failure.words)
    };
    store::set_state(tx, delivery, State::Unknown, at, Some((failure.code.as_str(), words.as_str())))?;
    changed(tx, delivery.customer_id)?;
    tx.publish(Topic::Outbox);
    Ok(())
}
