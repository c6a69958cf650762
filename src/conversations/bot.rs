//! The bot's turn: after a customer's message, a step through the funnel that they are in, and what its block says.

use super::inbound::{Identified, Inbound};
use super::model::Conversation;
use super::outgoing::Outgoing;
use super::{sendable, store};
use crate::app_events;
use crate::auth::CustomerScope;
use crate::channels::{self, Extra, registry};
use crate::db::Tx;
use crate::db::types::{ConversationId, UtcTime};
use crate::error::{Result, why_refused};
use crate::funnels;
use crate::messages::{self, MessageKind, NewMessage};
use crate::outbox;

/// What the bot says in a conversation within an hour: a flow that leads round would talk to somebody's automatic answer for ever.
const AT_MOST: i64 = 20;

/// Goes one step on, if the message leads anywhere and the bot may speak.
pub(super) fn turn(tx: &mut Tx, inbound: &Inbound, who: &Identified, id: ConversationId) -> Result<()> {
    if !inbound.bot {
        return Ok(());
    }
    let new_in = who.is_new.then_some(inbound.channel);
    let Some(block) = funnels::following(tx, who.customer, new_in)? else { return Ok(()) };
    let (conversation, customer) = store::find_with_customer(tx, &CustomerScope::system(), id)?;
    let is_staffs = conversation.first_reply_at.is_some()
        || conversation.assignee_id.is_some() && !messages::was_given_last(tx, conversation.id)?;
    let out = Outgoing { body: block.said_to(&customer.name), ..Outgoing::default() };
    if customer.paused || is_staffs || !may_say(tx, &conversation, &out)? {
        return Ok(());
    }
    let since = UtcTime::now().plus(-chrono::Duration::hours(1));
    if messages::by_bot(tx, conversation.id, since, AT_MOST)? >= AT_MOST {
        return Ok(());
    }
    funnels::enter(tx, customer.id, block.id)?;
    if out.body.is_empty() { Ok(()) } else { say(tx, &conversation, out.body) }
}

/// Whether the bot reaches the customer. It answers no mails: some of them are written by machines.
fn may_say(tx: &mut Tx, conversation: &Conversation, out: &Outgoing) -> Result<bool> {
    let kind = channels::find(tx, conversation.channel_id)?.kind;
    if registry::find(kind).is_none_or(|connector| connector.abilities().mail) {
        return Ok(false);
    }
    let reaches = sendable::may_reach(tx, conversation.channel_id, conversation.account_id);
    let fits = |()| sendable::fits(tx, kind, conversation.account_id, out);
    Ok(why_refused(reaches.and_then(fits))?.is_none())
}

/// The customer stays unread, and nobody has answered them yet.
fn say(tx: &mut Tx, conversation: &Conversation, body: String) -> Result<()> {
    let id = messages::insert(
        tx,
        &NewMessage {
            customer_id: conversation.customer_id,
            conversation_id: Some(conversation.id),
            channel_id: conversation.channel_id,
            kind: MessageKind::Bot,
            author_id: None,
            body,
            event: None,
            files: vec![],
            client_uuid: None,
            from_blocked: None,
        },
    )?;
    app_events::said(tx, conversation.matter(), id)?;
    outbox::enqueue(
        tx,
        &outbox::Outgoing {
            message: id,
            customer: conversation.customer_id,
            channel: conversation.channel_id,
            account: conversation.account_id,
            extra: &Extra::default(),
        },
    )?;
    store::touch(tx, conversation.id, false)
}
