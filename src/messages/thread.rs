//! A part of a message log with all that it takes to show it: files, conversations, channels and names, each read once.

use std::collections::HashMap;

use super::model::{Attachment, Message};
use super::store::{self, Stretch};
use crate::channels::{self, Channel, ChannelKind, registry};
use crate::conversations::{self, Conversation};
use crate::customers::{self, Customer};
use crate::db::Conn;
use crate::db::types::{ChannelId, ConversationId, MessageId, StaffId};
use crate::error::Result;
use crate::mails::{self, Mail};
use crate::outbox::{self, Attempt, Delivery};
use crate::staff;

/// Messages of a log, oldest first.
pub struct Thread {
    pub messages: Vec<Message>,
    pub has_older: bool,
    pub has_newer: bool,
    pub attachments: HashMap<MessageId, Vec<Attachment>>,
    pub conversations: HashMap<ConversationId, Conversation>,
    pub channels: HashMap<ChannelId, Channel>,
    pub staff: HashMap<StaffId, String>,
    /// Of those messages that were mails.
    pub mails: HashMap<MessageId, Mail>,
    /// What became of those that went out through a provider, with each try.
    pub deliveries: HashMap<MessageId, (Delivery, Vec<Attempt>)>,
    /// How far a customer has read where no provider tells it: in the web chat, and in an app.
    pub read: HashMap<ConversationId, MessageId>,
    /// The beginnings of messages that others answer.
    pub quotes: HashMap<MessageId, String>,
    pub reactions: HashMap<MessageId, Vec<String>>,
}

/// The last messages of one conversation, or those before a message.
pub fn of_conversation(
    conn: &mut Conn,
    customer: &Customer,
    conversation: &Conversation,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Thread> {
    let stretch = store::of_conversation(conn, customer, conversation.id, before, limit)?;
    around(conn, stretch, vec![conversation.clone()])
}

/// These messages.
pub fn of(conn: &mut Conn, customer: &Customer, stretch: Stretch) -> Result<Thread> {
    let mut ids: Vec<_> = stretch.messages.iter().filter_map(|m| m.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let conversations = conversations::store::of_customer::find_many(conn, customer, &ids)?;
    around(conn, stretch, conversations)
}

/// These messages, of these conversations.
fn around(conn: &mut Conn, stretch: Stretch, conversations: Vec<Conversation>) -> Result<Thread> {
    let with_files: Vec<_> = stretch.messages.iter().filter(|m| m.has_attachments).map(|m| m.id).collect();
    let channels: HashMap<_, _> = channels::list(conn)?.into_iter().map(|c| (c.id, c)).collect();
    let mut people: Vec<_> = stretch.messages.iter().filter_map(|m| m.author_id).collect();
    people.extend(conversations.iter().filter_map(|c| c.closed_by_id));
    people.sort_unstable();
    people.dedup();
    // Other kinds of channels have no deliveries, and nobody's thoughts of a message.
    let is_provider = |id| channels.get(&id).is_some_and(|channel: &Channel| has_outbox(channel.kind));
    let by_provider: Vec<_> = stretch.messages.iter().filter(|m| is_provider(m.channel_id)).collect();
    let outgoing: Vec<_> = by_provider.iter().filter(|m| m.is_outgoing()).map(|m| m.id).collect();
    let deliveries = outbox::of_messages(conn, &outgoing)?;
    let numbers: Vec<_> = deliveries.values().map(|delivery| delivery.id).collect();
    let mut attempts = outbox::attempts_of(conn, &numbers)?;
    let told: Vec<_> = conversations.iter().filter(|c| !is_provider(c.channel_id)).collect();
    let accounts: Vec<_> = told.iter().filter_map(|c| c.account_id).collect();
    let read = customers::store::read_by(conn, &accounts)?;
    let read = told.iter().filter_map(|c| Some((c.id, *read.get(&c.account_id?)?))).collect();
    let quoted: Vec<_> = stretch.messages.iter().filter_map(|m| m.reply_to_id).collect();
    let all: Vec<_> = by_provider.iter().map(|m| m.id).collect();
    let is_email = |id| channels.get(&id).is_some_and(|channel| channel.kind == ChannelKind::Email);
    let is_mail = |m: &&Message| m.kind.is_public() && is_email(m.channel_id);
    let letters: Vec<_> = stretch.messages.iter().filter(is_mail).map(|m| m.id).collect();
    Ok(Thread {
        mails: mails::find_many(conn, &letters)?,
        deliveries: deliveries
            .into_iter()
            .map(|(id, delivery)| (id, (attempts.remove(&delivery.id).unwrap_or_default(), delivery)))
            .map(|(id, (attempts, delivery))| (id, (delivery, attempts)))
            .collect(),
        read,
        quotes: store::quotes_of(conn, &quoted)?,
        reactions: store::reactions_of(conn, &all)?,
        attachments: store::attachments_of(conn, &with_files)?,
        conversations: conversations.into_iter().map(|c| (c.id, c)).collect(),
        channels,
        staff: staff::names(conn, &people)?,
        messages: stretch.messages,
        has_older: stretch.has_older,
        has_newer: stretch.has_newer,
    })
}

fn has_outbox(kind: ChannelKind) -> bool {
    registry::find(kind).is_some_and(|connector| connector.abilities().outbox)
}
