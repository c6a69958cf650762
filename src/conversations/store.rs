//! Rows of conversations.

pub mod departing;
pub mod of_customer;
pub(super) mod ratings;
pub mod waiting;

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{CloseReason, Conversation, Origin, Status, VisitDetails};
use crate::auth::CustomerScope;
use crate::customers::{self, Customer};
use crate::db::schema::{conversation_tag_links as links, conversation_tags as tags, conversations};
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::{AccountId, ChannelId, ConversationId, ConversationTagId, CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Failure, Tx};
use crate::error::Result;

/// The conversation, if the scope shows its customer.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: ConversationId) -> Result<Conversation> {
    let found: Conversation = conversations::table.find(id).select(Conversation::as_select()).one(conn)?;
    customers::require_visible(conn, scope, found.customer_id)?;
    Ok(found)
}

/// The same, and its customer.
pub fn find_with_customer(
    conn: &mut Conn,
    scope: &CustomerScope,
    id: ConversationId,
) -> Result<(Conversation, Customer)> {
    let found: Conversation = conversations::table.find(id).select(Conversation::as_select()).one(conn)?;
    let customer = customers::find(conn, scope, found.customer_id)?;
    Ok((found, customer))
}

/// The conversation of this account that is not closed.
pub(super) fn open_of_account(tx: &mut Tx, customer: CustomerId, account: AccountId) -> Result<Option<ConversationId>> {
    let open = Sql::new(
        "SELECT id FROM conversations WHERE customer_id = $1 AND account_id = $2 AND status <> 'closed' \
         ORDER BY opened_at DESC, id DESC LIMIT 1",
    );
    Ok(open.bind(customer.0).bind(account.0).get_result::<Found>(&mut **tx).optional()?.map(|found| found.id))
}

/// The customer's conversation that is not closed of the chain that this one belongs to: itself, or the newest that goes on
/// with the chain.
pub(super) fn open_of_chain(tx: &mut Tx, customer: CustomerId, id: ConversationId) -> Result<Option<ConversationId>> {
    let open = Sql::new(
        "SELECT k.id FROM conversations k JOIN conversations named ON named.id = $1 \
         WHERE k.customer_id = $2 AND k.status <> 'closed' \
         AND COALESCE(k.continues_id, k.id) = COALESCE(named.continues_id, named.id) \
         ORDER BY CASE WHEN k.id = named.id THEN 0 ELSE 1 END, k.id DESC LIMIT 1",
    );
    Ok(open.bind(id.0).bind(customer.0).get_result::<Found>(&mut **tx).optional()?.map(|found| found.id))
}

/// The first conversation of the chain that this one belongs to.
pub(super) fn first_of_chain(tx: &mut Tx, id: ConversationId) -> Result<Option<ConversationId>> {
    let first = Sql::new("SELECT COALESCE(continues_id, id) AS id FROM conversations WHERE id = $1");
    Ok(first.bind(id.0).get_result::<Found>(&mut **tx).optional()?.map(|found| found.id))
}

#[derive(QueryableByName)]
struct Found {
    #[diesel(sql_type = BigInt)]
    id: ConversationId,
}

/// A conversation to open.
pub(super) struct New<'a> {
    pub customer: CustomerId,
    pub channel: ChannelId,
    pub account: AccountId,
    pub origin: Origin,
    pub assignee: Option<StaffId>,
    pub visit: Option<&'a VisitDetails>,
    /// The first conversation of the chain of mails that it goes on with.
    pub continues: Option<ConversationId>,
}

pub(super) fn insert(tx: &mut Tx, new: &New) -> Result<ConversationId> {
    let now = UtcTime::now();
    let visit = new.visit.cloned().unwrap_or_default();
    let status = if new.assignee.is_some() { Status::Active } else { Status::Queued };
    let id = diesel::insert_into(conversations::table)
        .values((
            conversations::customer_id.eq(new.customer),
            conversations::channel_id.eq(new.channel),
            conversations::account_id.eq(new.account),
            conversations::status.eq(status),
            conversations::origin.eq(new.origin),
            conversations::assignee_id.eq(new.assignee),
            conversations::opened_at.eq(now),
            conversations::taken_at.eq(new.assignee.map(|_| now)),
            conversations::last_message_at.eq(now),
            conversations::ip.eq(visit.ip),
            conversations::region.eq(visit.region),
            conversations::environment.eq(visit.environment),
            conversations::page_url.eq(visit.page_url),
            conversations::referrer.eq(visit.referrer),
            conversations::continues_id.eq(new.continues),
        ))
        .returning(conversations::id)
        .get_result(&mut **tx)?;
    customers::store::add_active(tx, new.customer, 1)?;
    Ok(id)
}

/// Gives the conversation, as it was read, to somebody else or back to the queue. Whoever had it is not given it again by itself.
pub(super) fn assign(tx: &mut Tx, conversation: &Conversation, assignee: Option<StaffId>) -> Result<()> {
    let status = if assignee.is_some() { Status::Active } else { Status::Queued };
    let taken_at = conversation.taken_at.or(assignee.map(|_| UtcTime::now()));
    let as_read = conversations::table
        .filter(conversations::id.eq(conversation.id).and(conversations::status.eq(conversation.status)))
        .filter(
            Sql::new("COALESCE(assignee_id, 0) = $1").bind(conversation.assignee_id.map_or(0, |id| id.0)).condition(),
        );
    let changed = diesel::update(as_read)
        .set((
            conversations::status.eq(status),
            conversations::assignee_id.eq(assignee),
            conversations::taken_at.eq(taken_at),
            conversations::handed_back_by_id.eq(conversation.assignee_id.filter(|_| assignee.is_none())),
        ))
        .execute(&mut **tx)?;
    if changed == 0 {
        return Err(Failure::Overtaken.into());
    }
    // Whoever had it keeps finding it in History.
    if let Some(before) = conversation.assignee_id.filter(|before| Some(*before) != assignee) {
        let past = "INSERT INTO past_assignments (conversation_id, staff_id) VALUES ($1, $2) ON CONFLICT DO NOTHING";
        Sql::new(past).bind(conversation.id.0).bind(before.0).execute(&mut **tx)?;
    }
    Ok(())
}

/// Ends the conversation.
pub(super) fn close(
    tx: &mut Tx,
    conversation: &Conversation,
    by: Option<StaffId>,
    reason: CloseReason,
    note: &str,
) -> Result<()> {
    let changed = diesel::update(
        conversations::table
            .filter(conversations::id.eq(conversation.id).and(conversations::status.ne(Status::Closed))),
    )
    .set((
        conversations::status.eq(Status::Closed),
        conversations::closed_at.eq(UtcTime::now()),
        conversations::closed_by_id.eq(by),
        conversations::close_reason.eq(reason),
        conversations::close_note.eq(note),
    ))
    .execute(&mut **tx)?;
    if changed == 0 {
        return Err(Failure::Overtaken.into());
    }
    customers::store::add_active(tx, conversation.customer_id, -1)
}

/// Notes that a message came or went, in a conversation that is open; the first answer's time is kept for the figures.
pub(super) fn touch(tx: &mut Tx, id: ConversationId, is_reply: bool) -> Result<()> {
    let now = UtcTime::now();
    let of_open = "UPDATE conversations SET last_message_at = $1 WHERE id = $2 AND status <> 'closed'";
    if Sql::new(of_open).bind(now).bind(id.0).execute(&mut **tx)? == 0 {
        return Err(Failure::Overtaken.into());
    }
    if is_reply {
        diesel::update(
            conversations::table.filter(conversations::id.eq(id).and(conversations::first_reply_at.is_null())),
        )
        .set(conversations::first_reply_at.eq(now))
        .execute(&mut **tx)?;
    }
    Ok(())
}

/// Messages among which the one is that was written last.
const LAST_HEARD: i64 = 20;

/// When this account wrote last, if it ever did: by the customer's clock where that is known, since the provider counts by it.
pub(super) fn last_heard(conn: &mut Conn, account: AccountId) -> Result<Option<UtcTime>> {
    use crate::db::schema::{channel_accounts as accounts, messages};
    use crate::messages::MessageKind;
    // By the customer, whose messages are read from the newest on. The plus keeps the engines from the conversations of the
    // account, of which all messages would be sorted.
    let mut of_account = Sql::default();
    let id = of_account.put(account.0);
    of_account.text = format!("+conversations.account_id = {id}");
    let customer = accounts::table.find(account).select(accounts::customer_id).single_value();
    // Some may have come late, and in another order than they were written in.
    let last: Vec<(UtcTime, Option<UtcTime>)> = messages::table
        .inner_join(conversations::table)
        .filter(messages::customer_id.nullable().eq(customer).and(messages::kind.eq(MessageKind::Customer)))
        .filter(of_account.condition())
        .order(messages::id.desc())
        .select((messages::created_at, messages::sent_at))
        .at_most(LAST_HEARD)
        .load(conn)?;
    Ok(last.into_iter().map(|(came, sent)| sent.unwrap_or(came)).max())
}

/// Which tags stand on many conversations, in one query.
pub fn tags_of(conn: &mut Conn, ids: &[ConversationId]) -> Result<HashMap<ConversationId, Vec<ConversationTagId>>> {
    let mut found: HashMap<ConversationId, Vec<ConversationTagId>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    let rows: Vec<(ConversationId, ConversationTagId)> = links::table
        .filter(among(conn, links::conversation_id, ids.iter().copied()))
        .select((links::conversation_id, links::tag_id))
        .load(conn)?;
    for (conversation, tag) in rows {
        found.entry(conversation).or_default().push(tag);
    }
    Ok(found)
}

/// Puts a tag on a conversation; nothing happens if it is there. False: there is no such tag.
pub(super) fn add_tag(tx: &mut Tx, id: ConversationId, tag: ConversationTagId) -> Result<bool> {
    let known: Option<ConversationTagId> = tags::table.find(tag).select(tags::id).one(tx).optional()?;
    if known.is_none() {
        return Ok(false);
    }
    let there: Option<ConversationTagId> = links::table.find((id, tag)).select(links::tag_id).one(tx).optional()?;
    if there.is_none() {
        diesel::insert_into(links::table)
            .values((links::conversation_id.eq(id), links::tag_id.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(true)
}

pub(super) fn remove_tag(tx: &mut Tx, id: ConversationId, tag: ConversationTagId) -> Result<()> {
    diesel::delete(links::table.find((id, tag))).execute(&mut **tx)?;
    Ok(())
}
