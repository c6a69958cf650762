//! What is read for customers.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool, Nullable, Text, Timestamp};

use super::model::{Author, Conversation, Said, Seat, View};
use crate::auth::{self, CustomerScope};
use crate::conversations::{self as episodes, Status};
use crate::db::schema::{channel_accounts as accounts, conversations, customers, messages, staff};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, MessageId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::messages::{self as chat, MessageKind};

/// Where a look lies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum At {
    /// The newest messages.
    End,
    Before(MessageId),
    After(MessageId),
}

/// The account with this address in a channel, if anybody has written from it.
pub fn seat_of(conn: &mut Conn, channel: ChannelId, address: &str) -> Result<Option<Seat>> {
    let row = Sql::new(
        "SELECT a.id AS account, a.customer_id AS customer, a.display_name, c.blocked FROM channel_accounts a \
         JOIN customers c ON c.id = a.customer_id WHERE a.channel_id = $1 AND a.address = $2",
    );
    let row = row.bind(channel.0).bind(address).get_result::<SeatRow>(conn).optional()?;
    Ok(row.map(|row| Seat {
        account: row.account,
        customer: row.customer,
        channel,
        display_name: row.display_name,
        blocked: row.blocked,
    }))
}

#[derive(QueryableByName)]
struct SeatRow {
    #[diesel(sql_type = BigInt)]
    account: AccountId,
    #[diesel(sql_type = BigInt)]
    customer: CustomerId,
    #[diesel(sql_type = Text)]
    display_name: String,
    #[diesel(sql_type = Bool)]
    blocked: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: MessageId,
    #[diesel(sql_type = Text)]
    kind: MessageKind,
    #[diesel(sql_type = Nullable<BigInt>)]
    conversation_id: Option<ConversationId>,
    #[diesel(sql_type = Text)]
    body: String,
    #[diesel(sql_type = Timestamp)]
    created_at: UtcTime,
    #[diesel(sql_type = Nullable<BigInt>)]
    author_id: Option<StaffId>,
    #[diesel(sql_type = Nullable<Text>)]
    author: Option<String>,
    #[diesel(sql_type = Nullable<Text>)]
    client_uuid: Option<String>,
    #[diesel(sql_type = Bool)]
    has_attachments: bool,
}

/// Up to `limit` messages, with the state of the newest conversation.
pub fn view(conn: &mut Conn, seat: &Seat, at: At, limit: i64) -> Result<View> {
    let (edge, compare, order) = match at {
        At::End => (i64::MAX, "<", "DESC"),
        At::Before(id) => (id.0, "<", "DESC"),
        At::After(id) => (id.0, ">", "ASC"),
    };
    let text = format!(
        "SELECT m.id, m.kind, m.conversation_id, m.body, m.created_at, m.author_id, s.name AS author, m.client_uuid, \
         m.has_attachments FROM messages m LEFT JOIN staff s ON s.id = m.author_id \
         WHERE m.customer_id = $1 AND m.id {compare} $2 AND m.channel_id = $3 \
         AND m.kind IN ('customer', 'staff', 'bot') AND (m.conversation_id IN \
         (SELECT id FROM conversations WHERE customer_id = $1 AND account_id = $4) \
         OR (m.conversation_id IS NULL AND m.blocked_account_id = $4)) ORDER BY m.id {order} LIMIT {}",
        limit + 1
    );
    let wanted = Sql::new(text).bind(seat.customer.0).bind(edge).bind(seat.channel.0).bind(seat.account.0);
    let mut rows: Vec<Row> = wanted.load(conn)?;
    let more = i64::try_from(rows.len()).unwrap_or(i64::MAX) > limit;
    rows.truncate(usize::try_from(limit).unwrap_or_default());
    if order == "DESC" {
        rows.reverse();
    }
    let with_files: Vec<MessageId> = rows.iter().filter(|row| row.has_attachments).map(|row| row.id).collect();
    let mut files = chat::store::attachments_of(conn, &with_files)?;
    let messages = rows
        .into_iter()
        .map(|row| Said {
            files: files.remove(&row.id).unwrap_or_default(),
            author: row.author_id.zip(row.author).map(|(id, name)| Author { id, name }),
            id: row.id,
            kind: row.kind,
            conversation: row.conversation_id,
            text: row.body,
            at: row.created_at,
            // Of a message of staff it is their own page's.
            client_uuid: row.client_uuid.filter(|_| row.kind == MessageKind::Customer),
        })
        .collect();
    let read = accounts::table.find(seat.account).select(accounts::read_message_id).one(conn)?;
    Ok(View { messages, more, seen: seen(conn, seat)?, read, conversation: newest(conn, seat)? })
}

/// The newest message of theirs that no longer counts as unread. What a blocked customer writes is never seen.
fn seen(conn: &mut Conn, seat: &Seat) -> Result<MessageId> {
    let unread: i64 = customers::table.find(seat.customer).select(customers::unread_count).one(conn)?;
    let unread = unread.clamp(0, 500);
    let ids: Vec<MessageId> = messages::table
        .filter(messages::customer_id.eq(seat.customer).and(messages::kind.eq(MessageKind::Customer)))
        .filter(messages::conversation_id.is_not_null())
        .order(messages::id.desc())
        .select(messages::id)
        .at_most(unread + 1)
        .load(conn)?;
    let read = usize::try_from(unread).ok().and_then(|n| ids.get(n)).copied();
    Ok(read.unwrap_or(MessageId(0)))
}

type ConversationRow = (ConversationId, Status, Option<i32>, UtcTime, Option<UtcTime>, Option<StaffId>, Option<String>);

/// The columns of a [`ConversationRow`], with whoever is assigned.
macro_rules! conversation_rows {
    () => {
        conversations::table
            .left_join(staff::table.on(conversations::assignee_id.eq(staff::id.nullable())))
            .order((conversations::opened_at.desc(), conversations::id.desc()))
            .select((
                conversations::id,
                conversations::status,
                conversations::rating,
                conversations::opened_at,
                conversations::closed_at,
                conversations::assignee_id,
                staff::name.nullable(),
            ))
    };
}

fn conversation(row: ConversationRow) -> Conversation {
    let (id, status, rating, opened_at, closed_at, assignee, name) = row;
    Conversation {
        id,
        is_open: status != Status::Closed,
        rating,
        opened_at,
        closed_at,
        with: assignee.zip(name).map(|(id, name)| Author { id, name }),
    }
}

/// The newest conversations of an account, newest first.
pub fn conversations(conn: &mut Conn, seat: &Seat, limit: i64) -> Result<Vec<Conversation>> {
    let rows: Vec<ConversationRow> = conversation_rows!()
        .filter(conversations::customer_id.eq(seat.customer).and(conversations::account_id.eq(seat.account)))
        .at_most(limit)
        .load(conn)?;
    let mut found: Vec<Conversation> = rows.into_iter().map(conversation).collect();
    if let Some(newest) = found.first_mut() {
        hide_block(conn, seat, newest)?;
    }
    Ok(found)
}

fn newest(conn: &mut Conn, seat: &Seat) -> Result<Option<Conversation>> {
    Ok(conversations(conn, seat, 1)?.into_iter().next())
}

/// Shows an account's newest conversation as it would be if they were not blocked: to anybody else, writing on would have
/// opened a new one.
fn hide_block(conn: &mut Conn, seat: &Seat, newest: &mut Conversation) -> Result<()> {
    let Some(ended) = newest.closed_at.filter(|_| seat.blocked) else { return Ok(()) };
    if last_word(conn, seat)?.is_some_and(|at| at > ended) {
        (newest.is_open, newest.rating, newest.closed_at, newest.with) = (true, None, None, None);
    }
    Ok(())
}

/// When a blocked customer last wrote from here.
fn last_word(conn: &mut Conn, seat: &Seat) -> Result<Option<UtcTime>> {
    Ok(messages::table
        .filter(messages::customer_id.eq(seat.customer).and(messages::channel_id.eq(seat.channel)))
        .filter(messages::blocked_account_id.eq(seat.account))
        .order(messages::id.desc())
        .select(messages::created_at)
        .one(conn)
        .optional()?)
}

/// One conversation of a channel.
pub fn conversation_of(conn: &mut Conn, channel: ChannelId, id: ConversationId) -> Result<Conversation> {
    let here = conversations::id.eq(id).and(conversations::channel_id.eq(channel));
    let found = conversation(conversation_rows!().filter(here).one(conn)?);
    let address: Option<String> = conversations::table
        .inner_join(accounts::table.on(conversations::account_id.eq(accounts::id.nullable())))
        .filter(here)
        .select(accounts::address)
        .one(conn)
        .optional()?;
    let seat = address.map(|address| seat_of(conn, channel, &address)).transpose()?.flatten();
    // As it is shown among all of the account's.
    let newest = seat.map(|seat| newest(conn, &seat)).transpose()?.flatten();
    Ok(newest.filter(|newest| newest.id == found.id).unwrap_or(found))
}

/// The conversation of this account that a rating may go to.
pub fn rateable(conn: &mut Conn, seat: &Seat, id: ConversationId) -> Result<episodes::Conversation> {
    let found = rateable_in(conn, seat.channel, id)?;
    if found.account_id == Some(seat.account) { Ok(found) } else { Err(Error::NotFound) }
}

/// The conversation of this channel that a rating may go to.
pub fn rateable_in(conn: &mut Conn, channel: ChannelId, id: ConversationId) -> Result<episodes::Conversation> {
    let system = CustomerScope::system();
    let found = episodes::store::find(conn, &system, id)?;
    if found.channel_id == channel { Ok(found) } else { Err(Error::NotFound) }
}

/// Whether a message belongs to a channel and is for its customer's eyes.
pub fn is_public_in(conn: &mut Conn, channel: ChannelId, id: MessageId) -> Result<bool> {
    let kind: Option<MessageKind> = messages::table
        .filter(messages::id.eq(id).and(messages::channel_id.eq(channel)))
        .select(messages::kind)
        .one(conn)
        .optional()?;
    Ok(kind.is_some_and(MessageKind::is_public))
}

/// Notes how far they have read; true if that is further than before.
pub fn note_read(tx: &mut Tx, seat: &Seat, up_to: MessageId) -> Result<bool> {
    let newest: Option<MessageId> = messages::table
        .filter(messages::customer_id.eq(seat.customer))
        .order(messages::id.desc())
        .select(messages::id)
        .one(tx)
        .optional()?;
    // A number from the future would mark what is yet to come as read.
    let Some(up_to) = newest.map(|newest| newest.min(up_to)) else { return Ok(false) };
    let behind = accounts::table.filter(accounts::id.eq(seat.account).and(accounts::read_message_id.lt(up_to)));
    Ok(diesel::update(behind).set(accounts::read_message_id.eq(up_to)).execute(&mut **tx)? > 0)
}

/// Whether any staff member is there to answer.
pub fn somebody_is_online(conn: &mut Conn) -> Result<bool> {
    Ok(auth::store::online(conn)? > 0)
}
