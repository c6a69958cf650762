//! Taking, handing over, closing, rating.

use serde_json::{Value, json};

use super::model::{CloseReason, Conversation};
use super::{distribution, required_tag, store};
use crate::app_events;
use crate::audit;
use crate::auth::{CustomerScope, Me, Operator, Role};
use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::db::types::{ChannelId, ConversationId, ConversationTagId, CustomerId, DeliveryId, MessageId, StaffId};
use crate::error::{Error, Result};
use crate::messages::{self, Event, MessageKind, NewMessage, Who};
use crate::outbox::{self, Delivery};
use crate::realtime::Topic;
use crate::staff;

/// The person as a system message remembers them.
pub fn who(by: &Operator) -> Who {
    Who { id: by.id(), name: by.me().name.clone() }
}

/// Supervisors and admins work any conversation, operators their own and free ones. `None`: what was said outside of one
/// is a matter of whose customer it is.
pub fn is_workable(me: &Me, customer: &Customer, conversation: Option<&Conversation>) -> bool {
    let assignee = conversation.and_then(|conversation| conversation.assignee_id);
    let is_own = assignee == Some(me.id);
    let is_free = assignee.is_none() && customer.responsible_id.is_none_or(|id| id == me.id);
    is_own || is_free || me.role >= Role::Supervisor
}

/// The same as a refusal.
pub fn may_work(by: &Operator, customer: &Customer, conversation: &Conversation) -> Result<()> {
    hold_to_own(by, customer, Some(conversation))
}

fn hold_to_own(by: &Operator, customer: &Customer, conversation: Option<&Conversation>) -> Result<()> {
    if is_workable(by.me(), customer, conversation) { Ok(()) } else { Err(Error::refused("refused-not-yours")) }
}

/// Sends a message once more that has not arrived: an answer like any other, so of one's own and free conversations. One
/// that is closed meanwhile stays closed: the message belongs to it.
pub fn send_again(tx: &mut Tx, by: &Operator, id: DeliveryId) -> Result<CustomerId> {
    let delivery = own_delivery(tx, by, id)?;
    outbox::retry(tx, by, &delivery)?;
    Ok(delivery.customer_id)
}

/// Says of a message of which nobody knew whether it was sent that the customer has it.
pub fn note_arrival(tx: &mut Tx, by: &Operator, id: DeliveryId) -> Result<CustomerId> {
    let delivery = own_delivery(tx, by, id)?;
    outbox::arrived(tx, by, &delivery)?;
    Ok(delivery.customer_id)
}

/// A delivery in whose conversation this person may write.
fn own_delivery(tx: &mut Tx, by: &Operator, id: DeliveryId) -> Result<Delivery> {
    let scope = by.scope();
    let delivery = outbox::find(tx, &scope, id)?;
    let customer = customers::find(tx, &scope, delivery.customer_id)?;
    let message = messages::store::find(tx, delivery.message_id)?;
    let conversation = message.conversation_id.map(|id| store::find(tx, &scope, id)).transpose()?;
    hold_to_own(by, &customer, conversation.as_ref())?;
    Ok(delivery)
}

/// Writes what happened where staff read it.
pub fn tell(
    tx: &mut Tx,
    customer: CustomerId,
    conversation: Option<ConversationId>,
    channel: ChannelId,
    event: Event,
) -> Result<MessageId> {
    tx.publish(Topic::Customer(customer));
    messages::insert(
        tx,
        &NewMessage {
            customer_id: customer,
            conversation_id: conversation,
            channel_id: channel,
            kind: MessageKind::System,
            author_id: None,
            body: String::new(),
            event: Some(event),
            files: vec![],
            client_uuid: None,
            from_blocked: None,
        },
    )
}

/// Takes a queued conversation (a supervisor may also take one over). A free customer becomes the taker's own.
pub fn take(tx: &mut Tx, by: &Operator, conversation: &Conversation) -> Result<()> {
    let customer = workable(tx, by, conversation)?;
    if conversation.assignee_id == Some(by.id()) {
        return Ok(());
    }
    hand_to(tx, conversation, customer.responsible_id, by.id())?;
    let detail = json!({ "conversation": conversation.id });
    note(tx, by, conversation, "conversation.taken", &detail, Event::Taken { by: who(by) })
}

/// A queued conversation becomes somebody's: by their own hand, or by the program's. `responsible`: for the customer, so far.
fn hand_to(tx: &mut Tx, conversation: &Conversation, responsible: Option<StaffId>, to: StaffId) -> Result<()> {
    store::assign(tx, conversation, Some(to))?;
    if responsible.is_none() {
        customers::store::set_responsible(tx, conversation.customer_id, None, Some(to))?;
    }
    Ok(())
}

/// Gives a queued conversation to somebody without their doing.
pub(super) fn give(tx: &mut Tx, conversation: &Conversation, responsible: Option<StaffId>, to: Who) -> Result<()> {
    hand_to(tx, conversation, responsible, to.id)?;
    let detail = json!({ "conversation": conversation.id, "assignee": to.id });
    audit::record_as(tx, "system", "conversation.distributed", Some(conversation.customer_id), &detail)?;
    said(tx, conversation, Event::Distributed { to })
}

/// Hands a conversation to a colleague, or back to the queue (`None`), with a note for whoever goes on.
pub fn transfer(
    tx: &mut Tx,
    by: &Operator,
    conversation: &Conversation,
    to: Option<StaffId>,
    words: &str,
) -> Result<()> {
    workable(tx, by, conversation)?;
    if conversation.assignee_id == to {
        return Err(Error::refused("refused-same-assignee"));
    }
    let colleague = to.map(|id| serving(tx, id)).transpose()?;
    store::assign(tx, conversation, to)?;
    let event = Event::Transferred { by: who(by), to: colleague, note: words.to_owned() };
    let detail = json!({ "conversation": conversation.id, "assignee": to });
    note(tx, by, conversation, "conversation.transferred", &detail, event)?;
    distribution::ask(tx)
}

fn serving(tx: &mut Tx, id: StaffId) -> Result<Who> {
    let found = staff::serving(tx)?.into_iter().find(|member| member.id == id);
    found.map(|member| Who { id, name: member.name }).ok_or(Error::Invalid("conversations-colleague-unknown".into()))
}

/// Ends a conversation, with the tag that it may still need.
pub fn close(
    tx: &mut Tx,
    by: &Operator,
    conversation: &Conversation,
    tag: Option<ConversationTagId>,
    reason: CloseReason,
    words: &str,
) -> Result<()> {
    workable(tx, by, conversation)?;
    required_tag::hold_to(tx, Some(conversation.id), tag)?;
    if let Some(tag) = tag {
        add_tag(tx, by, conversation, tag)?;
    }
    finish(tx, Some(by), conversation, reason, words)?;
    distribution::ask(tx)
}

/// Ends whatever is open with a customer who has just been blocked, by somebody or by the program.
pub fn close_for_block(tx: &mut Tx, by: Option<&Operator>, customer: CustomerId) -> Result<()> {
    let customer = customers::find(tx, &CustomerScope::system(), customer)?;
    for conversation in store::of_customer::open(tx, &customer)? {
        finish(tx, by, &conversation, CloseReason::CustomerBlocked, "")?;
    }
    distribution::ask(tx)
}

/// The customer's word on a conversation that is over. The last one counts; one that says what the one before said changes
/// nothing, and one right after another takes its place.
pub fn rate(tx: &mut Tx, conversation: &Conversation, stars: i32, comment: &str) -> Result<()> {
    if conversation.is_open() {
        return Err(Error::refused("refused-not-closed"));
    }
    if !(1..=5).contains(&stars) {
        return Err(Error::Invalid("error-rating".into()));
    }
    if conversation.rating == Some(stars) && conversation.rating_comment == comment {
        return Ok(());
    }
    store::ratings::rate(tx, conversation, stars, comment)?;
    let event = Event::Rated { stars, comment: comment.to_owned() };
    if conversation.rating.is_some() && messages::store::say_instead(tx, conversation.id, &event)? {
        tx.publish(Topic::Customer(conversation.customer_id));
        return Ok(());
    }
    tell(tx, conversation.customer_id, Some(conversation.id), conversation.channel_id, event)?;
    Ok(())
}

/// Marks what a conversation is about; closed ones, too.
pub fn add_tag(tx: &mut Tx, by: &Operator, conversation: &Conversation, tag: ConversationTagId) -> Result<()> {
    if !store::add_tag(tx, conversation.id, tag)? {
        return Err(Error::Invalid("conversations-tag-unknown".into()));
    }
    tagged(tx, by, conversation, "conversation.tagged", tag)
}

pub fn remove_tag(tx: &mut Tx, by: &Operator, conversation: &Conversation, tag: ConversationTagId) -> Result<()> {
    store::remove_tag(tx, conversation.id, tag)?;
    tagged(tx, by, conversation, "conversation.untagged", tag)
}

fn tagged(
    tx: &mut Tx,
    by: &Operator,
    conversation: &Conversation,
    audited: &str,
    tag: ConversationTagId,
) -> Result<()> {
    let detail = json!({ "conversation": conversation.id, "tag": tag });
    audit::record_with(tx, by, audited, Some(conversation.customer_id), &detail)?;
    tx.publish(Topic::Customer(conversation.customer_id));
    tx.publish(Topic::Inbox);
    Ok(())
}

fn workable(tx: &mut Tx, by: &Operator, conversation: &Conversation) -> Result<Customer> {
    let customer = customers::find(tx, &by.scope(), conversation.customer_id)?;
    if !conversation.is_open() {
        return Err(Error::refused("refused-closed"));
    }
    may_work(by, &customer, conversation)?;
    Ok(customer)
}

fn finish(
    tx: &mut Tx,
    by: Option<&Operator>,
    conversation: &Conversation,
    reason: CloseReason,
    words: &str,
) -> Result<()> {
    store::close(tx, conversation, by.map(|by| by.id()), reason, words)?;
    app_events::closed(tx, conversation.matter())?;
    let event = Event::Closed { by: by.map(who), reason: reason.as_str().into(), note: words.to_owned() };
    let detail = json!({ "conversation": conversation.id, "closed_as": reason.as_str() });
    let Some(by) = by else {
        audit::record_as(tx, "system", "conversation.closed", Some(conversation.customer_id), &detail)?;
        return said(tx, conversation, event);
    };
    note(tx, by, conversation, "conversation.closed", &detail, event)
}

fn note(
    tx: &mut Tx,
    by: &Operator,
    conversation: &Conversation,
    audited: &str,
    detail: &Value,
    event: Event,
) -> Result<()> {
    audit::record_with(tx, by, audited, Some(conversation.customer_id), detail)?;
    said(tx, conversation, event)
}

pub(super) fn said(tx: &mut Tx, conversation: &Conversation, event: Event) -> Result<()> {
    tell(tx, conversation.customer_id, Some(conversation.id), conversation.channel_id, event)?;
    tx.publish(Topic::Inbox);
    if let Some(account) = conversation.account_id {
        tx.publish(Topic::Visitor(account));
    }
    Ok(())
}
