//! Rows of messages and attachments.

pub mod turns;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::model::{Attachment, Event, Message, MessageKind, NewMessage};
use crate::customers::Customer;
use crate::db::dialect::{Engine, engine};
use crate::db::schema::{attachments, files, message_reactions as reactions, messages};
use crate::db::sql::{Condition, Limited, Sql, among};
use crate::db::types::{ConversationId, CustomerId, FileId, MessageId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::text;

/// Characters of a message that a card shows.
const PREVIEW: usize = 120;

#[derive(QueryableByName)]
struct Inserted {
    #[diesel(sql_type = BigInt)]
    id: MessageId,
}

/// Stores a message with its files and brings the customer's card up to date. The one place where messages are made.
pub fn insert(tx: &mut Tx, new: &NewMessage) -> Result<MessageId> {
    let now = UtcTime::now();
    let event =
        new.event.as_ref().map(serde_json::to_string).transpose().map_err(|e| Error::Internal(e.to_string()))?;
    let id = Sql::new(
        "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, author_id, body, event, client_uuid, \
         has_attachments, received_while_blocked, blocked_account_id, created_at) \
         VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12) RETURNING id",
    )
    .bind(new.customer_id.0)
    .bind(new.conversation_id.map(|id| id.0))
    .bind(new.channel_id.0)
    .bind(new.kind.as_str())
    .bind(new.author_id.map(|id| id.0))
    .bind(new.body.as_str())
    .bind(event)
    .bind(new.client_uuid.clone())
    .bind(!new.files.is_empty())
    .bind(new.from_blocked.is_some())
    .bind(new.from_blocked.map(|id| id.0))
    .bind(now)
    .get_result::<Inserted>(&mut **tx)?
    .id;
    insert_files(tx, id, new.customer_id, 0, &new.files)?;
    let is_talk = !matches!(new.kind, MessageKind::System | MessageKind::CommandResult);
    if is_talk && new.from_blocked.is_none() {
        show_on_card(tx, new, id, now)?;
    }
    Ok(id)
}

fn insert_files(tx: &mut Tx, id: MessageId, customer: CustomerId, first: i32, new: &[StoredFile]) -> Result<()> {
    for (position, file) in (first..).zip(new) {
        diesel::insert_into(attachments::table)
            .values((
                attachments::message_id.eq(id),
                attachments::customer_id.eq(customer),
                attachments::file_id.eq(file.file_id),
                attachments::name.eq(&file.name),
                attachments::position.eq(position),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// Puts files on a message that is there already; those that it has are passed over.
pub fn add_files(tx: &mut Tx, id: MessageId, customer: CustomerId, files: &[StoredFile]) -> Result<()> {
    let there: Vec<(FileId, String, i32)> = attachments::table
        .filter(attachments::message_id.eq(id))
        .select((attachments::file_id, attachments::name, attachments::position))
        .load(&mut **tx)?;
    let is_new =
        |file: &&StoredFile| !there.iter().any(|(known, name, _)| *known == file.file_id && *name == file.name);
    let new: Vec<StoredFile> = files.iter().filter(is_new).cloned().collect();
    let Some(file) = new.first() else { return Ok(()) };
    let first = there.iter().map(|(.., position)| position + 1).max().unwrap_or_default();
    insert_files(tx, id, customer, first, &new)?;
    diesel::update(messages::table.find(id)).set(messages::has_attachments.eq(true)).execute(&mut **tx)?;
    Sql::new(
        "UPDATE customers SET last_message_attachment = $1, \
         last_message_text = CASE WHEN last_message_text = '' THEN $2 ELSE last_message_text END \
         WHERE id = $3 AND last_message_id = $4",
    )
    .bind(true)
    .bind(file.name.as_str())
    .bind(customer.0)
    .bind(id.0)
    .execute(&mut **tx)?;
    Ok(())
}

/// A customer's message is one more that is unread, and names the channel that they are reached through now.
fn show_on_card(tx: &mut Tx, new: &NewMessage, id: MessageId, now: UtcTime) -> Result<()> {
    let preview = match (new.body.is_empty(), new.files.first()) {
        (true, Some(file)) => file.name.clone(),
        _ => text::preview(&new.body, PREVIEW),
    };
    let card = Sql::default()
        .bind(id.0)
        .bind(new.kind.as_str())
        .bind(new.author_id.map(|id| id.0))
        .bind(preview)
        .bind(!new.files.is_empty())
        .bind(now)
        .bind(new.customer_id.0);
    let (mut card, unread) = match new.kind {
        MessageKind::Customer => (
            card.bind(new.channel_id.0),
            ", unread_count = unread_count + 1, channel_id = $8, \
             channel_kind = (SELECT k.kind FROM channels k WHERE k.id = $8)",
        ),
        _ => (card, ""),
    };
    // What staff write for each other is no activity of the customer's: they keep their place in lists.
    card.text = format!(
        "UPDATE customers SET last_message_id = $1, last_message_kind = $2, last_message_author_id = $3, \
         last_message_text = $4, last_message_attachment = $5, \
         last_activity_at = CASE WHEN $2 = 'comment' THEN last_activity_at ELSE $6 END{unread} WHERE id = $7"
    );
    card.execute(&mut **tx)?;
    Ok(())
}

/// A message, for those who carry it: whoever shows it asks for a part of a log.
pub fn find(conn: &mut Conn, id: MessageId) -> Result<Message> {
    Ok(messages::table.find(id).select(Message::as_select()).one(conn)?)
}

/// The files of a message in their order, each with its name in the store.
pub fn contents_of(conn: &mut Conn, id: MessageId) -> Result<Vec<(Attachment, String)>> {
    Ok(attachments::table
        .inner_join(files::table)
        .filter(attachments::message_id.eq(id))
        .order(attachments::position)
        .select((
            (
                attachments::id,
                attachments::message_id,
                attachments::file_id,
                attachments::name,
                files::size,
                files::content_type,
            ),
            files::sha256,
        ))
        .load(conn)?)
}

/// The beginnings of messages that others answer, in one query.
pub fn quotes_of(conn: &mut Conn, ids: &[MessageId]) -> Result<HashMap<MessageId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(MessageId, String)> = messages::table
        .filter(among(conn, messages::id, ids.iter().copied()))
        .select((messages::id, messages::body))
        .load(conn)?;
    Ok(rows.into_iter().map(|(id, body)| (id, text::preview(&body, PREVIEW))).collect())
}

/// What people think of messages, in one query. An empty one has been taken back.
pub fn reactions_of(conn: &mut Conn, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<String>>> {
    let mut found: HashMap<MessageId, Vec<String>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(MessageId, String)> = reactions::table
        .filter(among(conn, reactions::message_id, ids.iter().copied()))
        .filter(reactions::emoji.ne(""))
        .order(reactions::id)
        .select((reactions::message_id, reactions::emoji))
        .load(conn)?;
    for (id, emoji) in rows {
        found.entry(id).or_default().push(emoji);
    }
    Ok(found)
}

/// The message that this customer's program has sent under this UUID before.
pub fn find_by_client_uuid(conn: &mut Conn, customer: CustomerId, uuid: &str) -> Result<Option<Known>> {
    let known = Sql::new("SELECT id, conversation_id FROM messages WHERE customer_id = $1 AND client_uuid = $2");
    Ok(known.bind(customer.0).bind(uuid).get_result(conn).optional()?)
}

/// A message that is stored already.
#[derive(Clone, Copy, Debug, QueryableByName)]
pub struct Known {
    #[diesel(sql_type = BigInt)]
    pub id: MessageId,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub conversation_id: Option<ConversationId>,
}

/// A part of the one scroll over all conversations of a customer, oldest first.
pub struct Stretch {
    pub messages: Vec<Message>,
    /// Older messages lie before.
    pub has_older: bool,
    /// Newer messages follow.
    pub has_newer: bool,
}

/// Where a stretch lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The newest messages.
    End,
    /// The messages before this one.
    Before(MessageId),
    /// The messages after this one.
    After(MessageId),
}

/// Up to `limit` messages of all the customer's conversations. Costs the same at any depth.
pub fn stretch(conn: &mut Conn, customer: &Customer, at: At, limit: i64) -> Result<Stretch> {
    let query = messages::table.filter(of(conn, customer.id)).select(Message::as_select()).into_boxed();
    let (oldest, newest) =
        ((messages::customer_id.asc(), messages::id.asc()), (messages::customer_id.desc(), messages::id.desc()));
    let query = match at {
        At::End => query.order(newest),
        At::Before(id) => query.filter(messages::id.lt(id)).order(newest),
        At::After(id) => query.filter(messages::id.gt(id)).order(oldest),
    };
    let mut rows: Vec<Message> = query.at_most(limit + 1).load(conn)?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    let forward = matches!(at, At::After(_));
    if !forward {
        rows.reverse();
    }
    let has_older = match at {
        At::After(id) => any_up_to(conn, customer.id, id)?,
        _ => more,
    };
    Ok(Stretch { has_older, has_newer: if forward { more } else { matches!(at, At::Before(_)) }, messages: rows })
}

/// That a message is the customer's, for a list in the order of customer and number. Told that the customer is equal,
/// PostgreSQL's planner drops them from the order, and looks for the newest of somebody who has a fifth of all messages
/// among everybody's: eight milliseconds of a hundred thousand. Of a range it keeps the order, and the index that has it.
/// SQLite goes down to the number only where the customer is equal.
fn of(conn: &Conn, customer: CustomerId) -> Condition {
    let is_theirs = match engine(conn) {
        Engine::Sqlite => "messages.customer_id = $1",
        Engine::Postgres => "messages.customer_id BETWEEN $1 AND $1",
    };
    Sql::new(is_theirs).bind(customer.0).condition()
}

fn any_up_to(conn: &mut Conn, customer: CustomerId, id: MessageId) -> Result<bool> {
    let found: Option<MessageId> = messages::table
        .filter(messages::customer_id.eq(customer).and(messages::id.le(id)))
        .select(messages::id)
        .one(conn)
        .optional()?;
    Ok(found.is_some())
}

/// The messages of one conversation from its end, oldest first; `before` goes further back.
pub fn of_conversation(
    conn: &mut Conn,
    customer: &Customer,
    conversation: ConversationId,
    before: Option<MessageId>,
    limit: i64,
) -> Result<Stretch> {
    let mut query = messages::table
        .filter(messages::customer_id.eq(customer.id).and(messages::conversation_id.eq(conversation)))
        .select(Message::as_select())
        .order(messages::id.desc())
        .into_boxed();
    if let Some(id) = before {
        query = query.filter(messages::id.lt(id));
    }
    let mut rows: Vec<Message> = query.at_most(limit + 1).load(conn)?;
    let has_older = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    rows.reverse();
    Ok(Stretch { messages: rows, has_older, has_newer: before.is_some() })
}

/// The first message of a conversation.
pub fn first_of(conn: &mut Conn, customer: CustomerId, conversation: ConversationId) -> Result<Option<MessageId>> {
    Ok(messages::table
        .filter(messages::customer_id.eq(customer).and(messages::conversation_id.eq(conversation)))
        .order(messages::id.asc())
        .select(messages::id)
        .one(conn)
        .optional()?)
}

/// The newest message of a conversation.
pub fn last_of(conn: &mut Conn, customer: CustomerId, conversation: ConversationId) -> Result<Option<MessageId>> {
    Ok(messages::table
        .filter(messages::customer_id.eq(customer).and(messages::conversation_id.eq(conversation)))
        .order(messages::id.desc())
        .select(messages::id)
        .one(conn)
        .optional()?)
}

/// Whether the customer has written after this message. What came while they were blocked was never unread.
pub fn has_written_after(conn: &mut Conn, customer: CustomerId, id: MessageId) -> Result<bool> {
    let is_written = messages::kind.eq(MessageKind::Customer).and(messages::received_while_blocked.eq(false));
    let found: Option<MessageId> = messages::table
        .filter(messages::customer_id.eq(customer).and(messages::id.gt(id)).and(is_written))
        .select(messages::id)
        .one(conn)
        .optional()?;
    Ok(found.is_some())
}

/// Files of many messages, in one query.
pub fn attachments_of(conn: &mut Conn, ids: &[MessageId]) -> Result<HashMap<MessageId, Vec<Attachment>>> {
    let mut found: HashMap<MessageId, Vec<Attachment>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<Attachment> = attachments::table
        .inner_join(files::table)
        .filter(among(conn, attachments::message_id, ids.iter().copied()))
        .order((attachments::message_id, attachments::position))
        .select((
            attachments::id,
            attachments::message_id,
            attachments::file_id,
            attachments::name,
            files::size,
            files::content_type,
        ))
        .load(conn)?;
    for row in rows {
        found.entry(row.message_id).or_default().push(row);
    }
    Ok(found)
}

/// Puts an event in the place of the same kind of event, where that is the last word of a conversation; tells whether it was.
pub fn say_instead(tx: &mut Tx, conversation: ConversationId, event: &Event) -> Result<bool> {
    let last: Option<(MessageId, Option<String>)> = messages::table
        .filter(messages::conversation_id.eq(conversation))
        .order(messages::id.desc())
        .select((messages::id, messages::event))
        .one(tx)
        .optional()?;
    let Some((id, Some(said))) = last else { return Ok(false) };
    let same_kind = serde_json::from_str::<Event>(&said)
        .is_ok_and(|said| std::mem::discriminant(&said) == std::mem::discriminant(event));
    if same_kind {
        let text = serde_json::to_string(event).map_err(|e| Error::Internal(e.to_string()))?;
        diesel::update(messages::table.find(id)).set(messages::event.eq(text)).execute(&mut **tx)?;
    }
    Ok(same_kind)
}

/// The newest message to the customer in a conversation: what a composer must have shown before it sends.
pub fn newest_from_staff(conn: &mut Conn, conversation: ConversationId) -> Result<Option<Message>> {
    Ok(messages::table
        .filter(messages::conversation_id.eq(conversation).and(messages::kind.eq(MessageKind::Staff)))
        .order(messages::id.desc())
        .select(Message::as_select())
        .one(conn)
        .optional()?)
}
