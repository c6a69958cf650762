//! Staff write: a reply, a comment, or first.

use serde_json::json;

use super::actions::{may_work, tell, who};
use super::model::{Conversation, Origin};
use super::{mail, required_tag, sendable, store};
use crate::app_events;
use crate::audit;
use crate::auth::Operator;
use crate::channels::{self, Channel, Extra};
use crate::customers::{self, ChannelAccount, Customer};
use crate::db::types::{ConversationId, ConversationTagId, MessageId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::messages::{self, Event, Message, MessageKind, NewMessage, StoredFile};
use crate::outbox;
use crate::realtime::Topic;
use crate::templates;

/// What a composer sends.
#[derive(Clone, Debug, Default)]
pub struct Outgoing {
    pub body: String,
    pub files: Vec<StoredFile>,
    /// The newest message that the composer showed.
    pub shown: Option<MessageId>,
    /// Send even though a colleague has answered meanwhile.
    pub over_colleague: bool,
    pub client_uuid: Option<String>,
    /// What a conversation that opens with it is about.
    pub tag: Option<ConversationTagId>,
    /// What only some kinds of channels have: subject, blind copies, template.
    pub extra: Extra,
}

/// What became of a reply.
#[derive(Clone, Debug)]
pub enum Sent {
    /// It is on its way.
    Message(MessageId),
    /// Held back: a colleague has answered since, with this message. Shown, and asked about.
    HeldBack(Box<Message>),
}

/// Answers in a conversation. A queued one is taken with it.
pub fn reply(tx: &mut Tx, by: &Operator, conversation: &Conversation, out: &Outgoing) -> Result<Sent> {
    // As they are now: a colleague may answer at this moment, or close it.
    let customer = customers::find_held(tx, &by.scope(), conversation.customer_id)?;
    let conversation = &store::find(tx, &by.scope(), conversation.id)?;
    if customer.blocked {
        return Err(Error::refused("refused-blocked"));
    }
    if !conversation.is_open() {
        return Err(Error::refused("refused-closed"));
    }
    may_work(by, &customer, conversation)?;
    if let Some(uuid) = &out.client_uuid
        && let Some(known) = messages::store::find_by_client_uuid(tx, customer.id, uuid)?
    {
        return Ok(Sent::Message(known.id));
    }
    if !out.over_colleague
        && let Some(newer) = messages::store::newest_from_staff(tx, conversation.id)?
        && newer.author_id != Some(by.id())
        && out.shown.is_some_and(|shown| newer.id > shown)
    {
        return Ok(Sent::HeldBack(Box::new(newer)));
    }
    sendable::may_reach(tx, conversation.channel_id, conversation.account_id)?;
    let kind = channels::find(tx, conversation.channel_id)?.kind;
    sendable::fits(tx, kind, conversation.account_id, out)?;
    if conversation.assignee_id.is_none() {
        super::actions::take(tx, by, conversation)?;
    }
    let id = say(tx, by, conversation, MessageKind::Staff, out)?;
    store::touch(tx, conversation.id, true)?;
    customers::actions::mark_read(tx, customer.id)?;
    if let Some(account) = conversation.account_id {
        tx.publish(Topic::Visitor(account));
    }
    Ok(Sent::Message(id))
}

/// Says something to colleagues only.
pub fn comment(tx: &mut Tx, by: &Operator, conversation: &Conversation, out: &Outgoing) -> Result<MessageId> {
    let customer = customers::find(tx, &by.scope(), conversation.customer_id)?;
    if let Some(uuid) = &out.client_uuid
        && let Some(known) = messages::store::find_by_client_uuid(tx, customer.id, uuid)?
    {
        return Ok(known.id);
    }
    say(tx, by, conversation, MessageKind::Comment, out)
}

/// Writes first, through one of the customer's accounts. The one service behind every such button: it opens a new
/// conversation, outgoing, assigned to the sender.
pub fn start(
    tx: &mut Tx,
    by: &Operator,
    customer: &Customer,
    account: &ChannelAccount,
    out: &Outgoing,
) -> Result<ConversationId> {
    if let Some(uuid) = &out.client_uuid
        && let Some(known) = messages::store::find_by_client_uuid(tx, customer.id, uuid)?
        && let Some(conversation) = known.conversation_id
    {
        return Ok(conversation);
    }
    // As they are now: the customer may write at this moment, or a colleague to them.
    let customer = &customers::find_held(tx, &by.scope(), customer.id)?;
    may_write_first(tx, by, customer, account)?;
    required_tag::hold_to(tx, None, out.tag)?;
    let kind = channels::find(tx, account.channel_id)?.kind;
    sendable::fits(tx, kind, Some(account.id), out)?;
    let id = store::insert(
        tx,
        &store::New {
            customer: customer.id,
            channel: account.channel_id,
            account: account.id,
            origin: Origin::Outgoing,
            assignee: Some(by.id()),
            visit: None,
            continues: None,
        },
    )?;
    if let Some(tag) = out.tag
        && !store::add_tag(tx, id, tag)?
    {
        return Err(Error::refused("conversations-tag-unknown"));
    }
    tell(tx, customer.id, Some(id), account.channel_id, Event::Opened { by: Some(who(by)) })?;
    if customer.responsible_id.is_none() {
        customers::store::set_responsible(tx, customer.id, None, Some(by.id()))?;
    }
    let conversation = store::find(tx, &by.scope(), id)?;
    say(tx, by, &conversation, MessageKind::Staff, out)?;
    store::touch(tx, id, true)?;
    audit::record_with(tx, by, "conversation.started", Some(customer.id), &json!({ "conversation": id }))?;
    tx.publish(Topic::Visitor(account.id));
    Ok(id)
}

/// Why this person cannot write first to this account, if they cannot. Whether it has to be with a template, [`window`]
/// tells.
///
/// [`window`]: super::window
pub fn may_write_first(conn: &mut Conn, by: &Operator, customer: &Customer, account: &ChannelAccount) -> Result<()> {
    let channel = channels::find(conn, account.channel_id)?;
    if customer.blocked {
        return Err(Error::refused("refused-blocked"));
    }
    if account.customer_id != customer.id || !by.scope().sees(conn, customer.id, customer.responsible_id)? {
        return Err(Error::NotFound);
    }
    if !channel.enabled {
        return Err(Error::refused("refused-channel"));
    }
    if account.unsubscribed_at.is_some() {
        return Err(Error::refused("refused-unsubscribed"));
    }
    let abilities = sendable::may_use(&channel)?;
    // A mail begins a chain of its own, whatever else goes on.
    if customer.is_active() && !abilities.chains {
        return Err(Error::refused("refused-active"));
    }
    may_take(by, customer)
}

/// Why this person cannot write first to a customer through a channel where they have no account yet, if they cannot.
pub fn may_write_anew(by: &Operator, customer: &Customer, channel: &Channel) -> Result<()> {
    if customer.blocked {
        return Err(Error::refused("refused-blocked"));
    }
    if !channel.enabled {
        return Err(Error::refused("refused-channel"));
    }
    sendable::may_use(channel)?;
    if customer.is_active() {
        return Err(Error::refused("refused-active"));
    }
    may_take(by, customer)
}

/// Operators write to their own customers and to free ones.
fn may_take(by: &Operator, customer: &Customer) -> Result<()> {
    let is_others = customer.responsible_id.is_some_and(|id| id != by.id());
    if is_others && by.supervisor().is_none() {
        return Err(Error::refused("refused-customer-not-yours"));
    }
    Ok(())
}

/// Why this person cannot write a mail to this customer, whatever account they have for that, if they cannot.
pub fn may_write_mail(by: &Operator, customer: &Customer) -> Result<()> {
    if customer.blocked {
        return Err(Error::refused("refused-blocked"));
    }
    may_take(by, customer)
}

fn say(
    tx: &mut Tx,
    by: &Operator,
    conversation: &Conversation,
    kind: MessageKind,
    out: &Outgoing,
) -> Result<MessageId> {
    let extra =
        if kind == MessageKind::Staff { mail::complete(tx, conversation, &out.extra)? } else { out.extra.clone() };
    // What the customer reads is put together here, from the template as it is now.
    let body = match &out.extra.template {
        Some(template) if kind == MessageKind::Staff => templates::rendered(tx, conversation.channel_id, template)?,
        _ => out.body.clone(),
    };
    let id = messages::insert(
        tx,
        &NewMessage {
            customer_id: conversation.customer_id,
            conversation_id: Some(conversation.id),
            channel_id: conversation.channel_id,
            kind,
            author_id: Some(by.id()),
            body,
            event: None,
            files: out.files.clone(),
            client_uuid: out.client_uuid.clone(),
            from_blocked: None,
        },
    )?;
    if kind == MessageKind::Staff {
        app_events::said(tx, conversation.matter(), id)?;
        mail::keep(tx, conversation, id, &extra)?;
        outbox::enqueue(
            tx,
            &outbox::Outgoing {
                message: id,
                customer: conversation.customer_id,
                channel: conversation.channel_id,
                account: conversation.account_id,
                extra: &extra,
            },
        )?;
    }
    tx.publish(Topic::Customer(conversation.customer_id));
    tx.publish(Topic::Inbox);
    Ok(id)
}
