//! Rows of the demo, written directly because each has a time of its own in the past.

use diesel::prelude::*;

use crate::auth::Role;
use crate::channels::ChannelKind;
use crate::conversations::{CloseReason, Origin, Status};
use crate::db::schema::{
    attachments, block_requests, blocks, channel_accounts as accounts, channels, commands, companies,
    conversation_tag_links, conversation_tags, conversations, customer_tag_links, customer_tags, customers, messages,
    quick_replies, settings, staff,
};
use crate::db::sql::Limited;
use crate::db::types::{
    AccountId, ChannelId, CompanyId, ConversationId, ConversationTagId, CustomerId, CustomerTagId, MessageId, StaffId,
    UtcTime,
};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::messages::{Event, MessageKind};
use crate::text;

/// What a database holds, as far as `--demo` cares.
#[derive(Debug, PartialEq, Eq)]
pub enum Holds {
    Nothing,
    Demo,
    /// A large demo whose load was interrupted.
    Unfinished,
    RealData,
}

const MARK: &str = "demo";
/// The statements that a load has yet to run, as JSON: there while it goes on, and after one that was interrupted.
const UNFINISHED: &str = "demo_unfinished";

pub fn holds(conn: &mut Conn) -> Result<Holds> {
    let marked: Option<String> = settings::table.find(MARK).select(settings::value).one(conn).optional()?;
    if marked.is_some() {
        return Ok(Holds::Demo);
    }
    if unfinished(conn)?.is_some() {
        return Ok(Holds::Unfinished);
    }
    let somebody: Option<StaffId> = staff::table.select(staff::id).one(conn).optional()?;
    let anybody: Option<CustomerId> = customers::table.select(customers::id).one(conn).optional()?;
    Ok(if somebody.is_some() || anybody.is_some() { Holds::RealData } else { Holds::Nothing })
}

/// What an interrupted load has put away.
pub fn unfinished(conn: &mut Conn) -> Result<Option<Vec<String>>> {
    let kept: Option<String> = settings::table.find(UNFINISHED).select(settings::value).one(conn).optional()?;
    Ok(kept.map(|json| serde_json::from_str(&json).unwrap_or_default()))
}

pub fn keep_unfinished(conn: &mut Conn, makes: &[String]) -> QueryResult<()> {
    let json = serde_json::to_string(makes).map_err(|e| diesel::result::Error::SerializationError(e.into()))?;
    diesel::delete(settings::table.find(UNFINISHED)).execute(conn)?;
    diesel::insert_into(settings::table)
        .values((settings::key.eq(UNFINISHED), settings::value.eq(json)))
        .execute(conn)
        .map(drop)
}

/// From here on it is a demo like the small one.
pub fn finish_load(tx: &mut Tx) -> Result<()> {
    diesel::delete(settings::table.find(UNFINISHED)).execute(&mut **tx)?;
    mark(tx)
}

pub fn mark(tx: &mut Tx) -> Result<()> {
    for (key, value) in [(MARK, "true"), ("business_name", "Northwind")] {
        diesel::insert_into(settings::table)
            .values((settings::key.eq(key), settings::value.eq(value)))
            .execute(&mut **tx)?;
    }
    Ok(())
}

pub fn staff(tx: &mut Tx, email: &str, name: &str, role: Role, hash: &str, presence: &str) -> Result<StaffId> {
    Ok(diesel::insert_into(staff::table)
        .values((
            staff::email.eq(email),
            staff::name.eq(name),
            staff::role.eq(role),
            staff::password_hash.eq(hash),
            staff::presence.eq(presence),
            staff::created_at.eq(UtcTime::now().plus(-chrono::Duration::days(90))),
        ))
        .returning(staff::id)
        .get_result(&mut **tx)?)
}

pub fn channel(
    tx: &mut Tx,
    kind: ChannelKind,
    name: &str,
    key: &str,
    enabled: bool,
    sealed: Option<&str>,
) -> Result<ChannelId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(channels::table)
        .values((
            channels::kind.eq(kind),
            channels::name.eq(name),
            channels::public_key.eq(key),
            channels::enabled.eq(enabled),
            channels::secret.eq(sealed),
            channels::settings.eq("{}"),
            channels::last_success_at.eq(enabled.then_some(now)),
            channels::created_at.eq(now.plus(-chrono::Duration::days(60))),
        ))
        .returning(channels::id)
        .get_result(&mut **tx)?)
}

/// What of a channel is no secret.
pub fn set_settings(tx: &mut Tx, id: ChannelId, json: &str) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::settings.eq(json)).execute(&mut **tx)?;
    Ok(())
}

pub fn company(tx: &mut Tx, name: &str, domain: &str) -> Result<CompanyId> {
    Ok(diesel::insert_into(companies::table)
        .values((
            companies::name.eq(name),
            companies::name_folded.eq(text::fold(name)),
            companies::domain.eq(domain),
            companies::note.eq(""),
            companies::created_at.eq(UtcTime::now()),
        ))
        .returning(companies::id)
        .get_result(&mut **tx)?)
}

pub fn customer_tag(tx: &mut Tx, name: &str, hue: i32) -> Result<CustomerTagId> {
    Ok(diesel::insert_into(customer_tags::table)
        .values((
            customer_tags::name.eq(name),
            customer_tags::name_folded.eq(text::fold(name)),
            customer_tags::hue.eq(hue),
            customer_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(customer_tags::id)
        .get_result(&mut **tx)?)
}

pub fn subject(tx: &mut Tx, name: &str, parent: Option<ConversationTagId>) -> Result<ConversationTagId> {
    Ok(diesel::insert_into(conversation_tags::table)
        .values((
            conversation_tags::parent_id.eq(parent),
            conversation_tags::name.eq(name),
            conversation_tags::name_folded.eq(text::fold(name)),
            conversation_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(conversation_tags::id)
        .get_result(&mut **tx)?)
}

/// A quick reply that everybody may use.
pub fn quick_reply(tx: &mut Tx, shortcut: &str, body: &str) -> Result<()> {
    let folded = text::fold(shortcut);
    diesel::insert_into(quick_replies::table)
        .values((
            quick_replies::shortcut.eq(shortcut),
            quick_replies::shortcut_folded.eq(&folded),
            quick_replies::body.eq(body),
            quick_replies::search.eq(format!("{folded}\n{}", text::fold(body))),
            quick_replies::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// A command. Its server is nowhere: a run shows how a failure is told.
pub fn command(tx: &mut Tx, name: &str, about: &str, parameters: &str, sealed: &str) -> Result<()> {
    diesel::insert_into(commands::table)
        .values((
            commands::name.eq(name),
            commands::name_folded.eq(text::fold(name)),
            commands::about.eq(about),
            commands::url.eq(format!("https://shop.northwind.example/desk/{name}")),
            commands::secret.eq(sealed),
            commands::parameters.eq(parameters),
            commands::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// A customer of the demo.
pub struct NewCustomer<'a> {
    pub name: &'a str,
    pub phone: Option<&'a str>,
    pub email: Option<&'a str>,
    pub external_id: Option<&'a str>,
    pub company: Option<CompanyId>,
    pub responsible: Option<StaffId>,
    pub channel: (ChannelId, ChannelKind),
    pub address: &'a str,
    pub username: &'a str,
    pub paused: bool,
    pub created_at: UtcTime,
}

pub fn customer(tx: &mut Tx, new: &NewCustomer) -> Result<(CustomerId, AccountId)> {
    let id: CustomerId = diesel::insert_into(customers::table)
        .values((
            customers::name.eq(new.name),
            customers::name_folded.eq(text::fold(new.name)),
            customers::phone.eq(new.phone),
            customers::phone_digits.eq(new.phone.and_then(|p| text::phone_digits(p, "RU"))),
            customers::email.eq(new.email),
            customers::email_folded.eq(new.email.map(text::fold)),
            customers::external_id.eq(new.external_id),
            customers::company_id.eq(new.company),
            customers::responsible_id.eq(new.responsible),
            customers::source_tag.eq(new.channel.1.as_str()),
            customers::channel_id.eq(new.channel.0),
            customers::channel_kind.eq(new.channel.1),
            customers::paused.eq(new.paused),
            customers::search_text.eq(""),
            customers::last_activity_at.eq(new.created_at),
            customers::created_at.eq(new.created_at),
        ))
        .returning(customers::id)
        .get_result(&mut **tx)?;
    let account = diesel::insert_into(accounts::table)
        .values((
            accounts::customer_id.eq(id),
            accounts::channel_id.eq(new.channel.0),
            accounts::address.eq(new.address),
            accounts::display_name.eq(new.name),
            accounts::username.eq(new.username),
            accounts::created_at.eq(new.created_at),
            accounts::last_seen_at.eq(new.created_at),
        ))
        .returning(accounts::id)
        .get_result(&mut **tx)?;
    crate::customers::refresh_search_text(tx, id)?;
    Ok((id, account))
}

pub fn tag_customer(tx: &mut Tx, customer: CustomerId, tag: CustomerTagId) -> Result<()> {
    diesel::insert_into(customer_tag_links::table)
        .values((customer_tag_links::customer_id.eq(customer), customer_tag_links::tag_id.eq(tag)))
        .execute(&mut **tx)?;
    Ok(())
}

/// How a conversation of the demo ended.
pub struct Ended {
    pub at: UtcTime,
    pub by: StaffId,
    pub reason: CloseReason,
    pub rating: Option<(i32, &'static str)>,
}

/// A conversation of the demo.
pub struct NewConversation {
    pub customer: CustomerId,
    pub channel: ChannelId,
    pub account: AccountId,
    pub assignee: Option<StaffId>,
    pub opened_at: UtcTime,
    pub first_reply_at: Option<UtcTime>,
    pub last_message_at: UtcTime,
    pub ended: Option<Ended>,
    pub subject: Option<ConversationTagId>,
    pub is_web: bool,
}

pub fn conversation(tx: &mut Tx, new: &NewConversation) -> Result<ConversationId> {
    let status = match (&new.ended, new.assignee) {
        (Some(_), _) => Status::Closed,
        (None, Some(_)) => Status::Active,
        (None, None) => Status::Queued,
    };
    let ended = new.ended.as_ref();
    let rating = ended.and_then(|e| e.rating);
    let web = |text: &'static str| new.is_web.then_some(text);
    let id: ConversationId = diesel::insert_into(conversations::table)
        .values((
            (
                conversations::customer_id.eq(new.customer),
                conversations::channel_id.eq(new.channel),
                conversations::account_id.eq(new.account),
                conversations::status.eq(status),
                conversations::origin.eq(Origin::Incoming),
                conversations::assignee_id.eq(new.assignee),
                conversations::opened_at.eq(new.opened_at),
                conversations::taken_at.eq(new.first_reply_at),
                conversations::first_reply_at.eq(new.first_reply_at),
                conversations::last_message_at.eq(ended.map_or(new.last_message_at, |e| e.at)),
                conversations::closed_at.eq(ended.map(|e| e.at)),
            ),
            (
                conversations::closed_by_id.eq(ended.map(|e| e.by)),
                conversations::close_reason.eq(ended.map(|e| e.reason)),
                conversations::rating.eq(rating.map(|(stars, _)| stars)),
                conversations::rating_comment.eq(rating.map_or("", |(_, comment)| comment)),
                conversations::rated_at.eq(ended.filter(|e| e.rating.is_some()).map(|e| e.at)),
                conversations::ip.eq(web("203.0.113.48")),
                conversations::region.eq(web("Leeds, United Kingdom")),
                conversations::environment.eq(web("Safari 19, iOS 20")),
                conversations::page_url.eq(web("https://northwind.example/track")),
                conversations::referrer.eq(web("https://www.google.com/")),
            ),
        ))
        .returning(conversations::id)
        .get_result(&mut **tx)?;
    if let Some(tag) = new.subject {
        diesel::insert_into(conversation_tag_links::table)
            .values((conversation_tag_links::conversation_id.eq(id), conversation_tag_links::tag_id.eq(tag)))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// A message of the demo.
pub struct NewMessage<'a> {
    pub customer: CustomerId,
    pub conversation: ConversationId,
    pub channel: ChannelId,
    pub kind: MessageKind,
    pub author: Option<StaffId>,
    pub body: &'a str,
    pub event: Option<&'a Event>,
    pub file: Option<&'a StoredFile>,
    pub at: UtcTime,
}

pub fn message(tx: &mut Tx, new: &NewMessage) -> Result<MessageId> {
    let event = new.event.map(serde_json::to_string).transpose().map_err(|e| Error::Internal(e.to_string()))?;
    let id: MessageId = diesel::insert_into(messages::table)
        .values((
            messages::customer_id.eq(new.customer),
            messages::conversation_id.eq(new.conversation),
            messages::channel_id.eq(new.channel),
            messages::kind.eq(new.kind),
            messages::author_id.eq(new.author),
            messages::body.eq(new.body),
            messages::event.eq(event),
            messages::has_attachments.eq(new.file.is_some()),
            messages::created_at.eq(new.at),
        ))
        .returning(messages::id)
        .get_result(&mut **tx)?;
    if let Some(file) = new.file {
        diesel::insert_into(attachments::table)
            .values((
                attachments::message_id.eq(id),
                attachments::customer_id.eq(new.customer),
                attachments::file_id.eq(file.file_id),
                attachments::name.eq(&file.name),
            ))
            .execute(&mut **tx)?;
    }
    Ok(id)
}

/// The card of a customer: what was said last, and what waits.
pub struct Card<'a> {
    pub last: &'a NewMessage<'a>,
    pub last_id: MessageId,
    pub active: i64,
    pub unread: i64,
}

pub fn card(tx: &mut Tx, customer: CustomerId, card: &Card) -> Result<()> {
    let text = if card.last.body.is_empty() { card.last.file.map_or("", |f| &f.name) } else { card.last.body };
    diesel::update(customers::table.find(customer))
        .set((
            customers::last_message_id.eq(card.last_id),
            customers::last_message_kind.eq(card.last.kind),
            customers::last_message_author_id.eq(card.last.author),
            customers::last_message_text.eq(text::preview(text, 120)),
            customers::last_message_attachment.eq(card.last.file.is_some()),
            customers::last_activity_at.eq(card.last.at),
            customers::active_count.eq(card.active),
            customers::unread_count.eq(card.unread),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn block(tx: &mut Tx, customer: CustomerId, reason: &str, by: StaffId, at: UtcTime) -> Result<()> {
    diesel::insert_into(blocks::table)
        .values((
            blocks::customer_id.eq(customer),
            blocks::reason.eq(reason),
            blocks::created_by_id.eq(by),
            blocks::created_at.eq(at),
        ))
        .execute(&mut **tx)?;
    diesel::update(customers::table.find(customer)).set(customers::blocked.eq(true)).execute(&mut **tx)?;
    Ok(())
}

pub fn block_request(tx: &mut Tx, customer: CustomerId, reason: &str, by: StaffId, at: UtcTime) -> Result<()> {
    diesel::insert_into(block_requests::table)
        .values((
            block_requests::customer_id.eq(customer),
            block_requests::reason.eq(reason),
            block_requests::requested_by_id.eq(by),
            block_requests::created_at.eq(at),
            block_requests::status.eq("waiting"),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
