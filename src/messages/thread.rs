//! A part of a message log with all that it takes to show it: files, conversations, channels and names, each read once.

use std::collections::HashMap;

use super::model::{Attachment, Message};
use super::store::{self, At, Stretch};
use crate::auth::CustomerScope;
use crate::channels::{self, Channel};
use crate::conversations::{self, Conversation};
use crate::db::Conn;
use crate::db::types::{ChannelId, ConversationId, CustomerId, MessageId, StaffId};
use crate::error::Result;
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
}

/// Messages of the one scroll over all conversations of a customer.
pub fn of_customer(conn: &mut Conn, scope: &CustomerScope, customer: CustomerId, at: At, limit: i64) -> Result<Thread> {
    let stretch = store::stretch(conn, scope, customer, at, limit)?;
    fill(conn, scope, customer, stretch)
}

/// The last messages of one conversation, or those before a message.
pub fn of_conversation(
    conn: &mut Conn,
    scope: &CustomerScope,
    conversation: &Conversation,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Thread> {
    let stretch = store::of_conversation(conn, scope, conversation.customer_id, conversation.id, before, limit)?;
    fill(conn, scope, conversation.customer_id, stretch)
}

fn fill(conn: &mut Conn, scope: &CustomerScope, customer: CustomerId, stretch: Stretch) -> Result<Thread> {
    let with_files: Vec<_> = stretch.messages.iter().filter(|m| m.has_attachments).map(|m| m.id).collect();
    let mut ids: Vec<_> = stretch.messages.iter().filter_map(|m| m.conversation_id).collect();
    ids.sort_unstable();
    ids.dedup();
    let conversations = conversations::store::find_many(conn, scope, customer, &ids)?;
    let mut people: Vec<_> = stretch.messages.iter().filter_map(|m| m.author_id).collect();
    people.extend(conversations.iter().filter_map(|c| c.closed_by_id));
    people.sort_unstable();
    people.dedup();
    Ok(Thread {
        attachments: store::attachments_of(conn, &with_files)?,
        conversations: conversations.into_iter().map(|c| (c.id, c)).collect(),
        channels: channels::list(conn)?.into_iter().map(|c| (c.id, c)).collect(),
        staff: staff::names(conn, &people)?,
        messages: stretch.messages,
        has_older: stretch.has_older,
        has_newer: stretch.has_newer,
    })
}
