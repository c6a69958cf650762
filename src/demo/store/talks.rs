//! Rows of customers, and of what was said with them.

use diesel::prelude::*;

use crate::channels::ChannelKind;
use crate::conversations::{CloseReason, Origin, Status};
use crate::db::Tx;
use crate::db::schema::{
    attachments, block_requests, blocks, channel_accounts as accounts, conversation_tag_links, conversations,
    customer_list_links, customer_tag_links, customers, deals, funnel_entries as entries, funnel_places, messages,
};
use crate::db::types::{
    AccountId, ChannelId, CompanyId, ConversationId, ConversationTagId, CustomerId, CustomerListId, CustomerTagId,
    DealStageId, FunnelBlockId, MessageId, StaffId, UtcTime,
};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::messages::{Event, MessageKind};
use crate::text;

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
            customers::email_folded.eq(new.email.map(text::fold_address)),
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

pub fn put_on_list(tx: &mut Tx, customer: CustomerId, list: CustomerListId) -> Result<()> {
    diesel::insert_into(customer_list_links::table)
        .values((customer_list_links::customer_id.eq(customer), customer_list_links::list_id.eq(list)))
        .execute(&mut **tx)?;
    Ok(())
}

/// Puts a customer into the last of these funnel blocks, by way of the others, a minute in each.
pub fn place(tx: &mut Tx, customer: CustomerId, been: &[FunnelBlockId], from: UtcTime) -> Result<()> {
    let Some(last) = been.last() else { return Ok(()) };
    for (minute, block) in (0..).zip(been) {
        diesel::insert_into(entries::table)
            .values((
                entries::customer_id.eq(customer),
                entries::block_id.eq(*block),
                entries::entered_at.eq(from.plus(chrono::Duration::minutes(minute))),
            ))
            .execute(&mut **tx)?;
    }
    diesel::insert_into(funnel_places::table)
        .values((funnel_places::customer_id.eq(customer), funnel_places::block_id.eq(*last)))
        .execute(&mut **tx)?;
    Ok(())
}

/// A deal of a customer, made by somebody at that time.
pub fn deal(
    tx: &mut Tx,
    customer: CustomerId,
    stage: DealStageId,
    (title, amount): (&str, Option<i64>),
    (by, at): (StaffId, UtcTime),
) -> Result<()> {
    diesel::insert_into(deals::table)
        .values((
            deals::customer_id.eq(customer),
            deals::stage_id.eq(stage),
            deals::title.eq(title),
            deals::amount.eq(amount),
            deals::created_by_id.eq(by),
            deals::created_at.eq(at),
            deals::moved_at.eq(at),
        ))
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
