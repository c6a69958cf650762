//! Rows of events.

use diesel::prelude::*;
use serde_json::{Value, json};

use super::model::{Deliver, Event, Matter};
use crate::channels::{self, Channel, ChannelKind};
use crate::db::schema::{app_events as events, channel_accounts as accounts, messages, staff};
use crate::db::sql::Limited;
use crate::db::types::{ChannelId, MessageId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::{jobs, messages as chat};

/// Staff have said something to the customer.
pub fn said(tx: &mut Tx, of: Matter, id: MessageId) -> Result<()> {
    let channel = channels::find(tx, of.channel)?;
    if channel.kind != ChannelKind::App {
        return Ok(());
    }
    let (text, at, author): (String, UtcTime, Option<String>) = messages::table
        .left_join(staff::table)
        .filter(messages::id.eq(id))
        .select((messages::body, messages::created_at, staff::name.nullable()))
        .one(tx)?;
    let files = chat::store::attachments_of(tx, &[id])?.remove(&id).unwrap_or_default();
    let files: Vec<Value> = files
        .iter()
        .map(|file| {
            let url = format!("/api/v1/files/{}", file.id);
            json!({ "id": file.id, "name": file.name, "size": file.size, "content_type": file.content_type, "url": url })
        })
        .collect();
    let message = json!({
        "id": id, "conversation_id": of.conversation, "kind": "staff", "text": text, "at": at.rfc3339(),
        "author": author.map(|name| json!({ "name": name })), "files": files,
    });
    record(tx, &channel, of, "message.created", json!({ "message": message }))
}

/// A conversation has ended.
pub fn closed(tx: &mut Tx, of: Matter) -> Result<()> {
    let channel = channels::find(tx, of.channel)?;
    if channel.kind != ChannelKind::App {
        return Ok(());
    }
    record(tx, &channel, of, "conversation.closed", json!({ "conversation": { "id": of.conversation, "open": false } }))
}

fn record(tx: &mut Tx, channel: &Channel, of: Matter, kind: &str, mut data: Value) -> Result<()> {
    let address: Option<String> = match of.account {
        Some(account) => accounts::table.find(account).select(accounts::address).one(tx).optional()?,
        None => None,
    };
    data["customer"] = json!({ "id": of.customer, "external_id": address });
    // In the order of their numbers, or whoever asks for what came after the newest would miss one that is committed later.
    dialect::hold_words(tx, [format!("events of channel {}", of.channel)])?;
    let id: i64 = diesel::insert_into(events::table)
        .values((
            events::channel_id.eq(of.channel),
            events::customer_id.eq(of.customer),
            events::kind.eq(kind),
            events::payload.eq(data.to_string()),
            events::created_at.eq(UtcTime::now()),
        ))
        .returning(events::id)
        .get_result(&mut **tx)?;
    if channel.app().webhook_url.is_some() {
        jobs::enqueue(tx, &Deliver { event: id })?;
    }
    Ok(())
}

/// An event, unless its customer has been deleted since.
pub(super) fn find(conn: &mut Conn, id: i64) -> Result<Option<Event>> {
    Ok(events::table.find(id).select(Event::as_select()).one(conn).optional()?)
}

/// Events of a channel after a number, oldest first.
pub fn since(conn: &mut Conn, channel: ChannelId, after: i64, limit: i64) -> Result<Vec<Event>> {
    Ok(events::table
        .filter(events::channel_id.eq(channel).and(events::id.gt(after)))
        .order(events::id)
        .select(Event::as_select())
        .at_most(limit)
        .load(conn)?)
}
