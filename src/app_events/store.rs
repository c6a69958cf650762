//! Rows of events.

use diesel::prelude::*;
use diesel::sql_types::Bool;
use serde_json::{Value, json};

use super::model::{Deliver, Event, Matter};
use crate::channels::{self, Channel, ChannelKind};
use crate::db::schema::{app_events as events, channel_accounts as accounts, messages, staff};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{ChannelId, MessageId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;
use crate::jobs::Job;
use crate::messages::MessageKind;
use crate::{jobs, messages as chat};

/// Staff or the bot have said something to the customer.
pub fn said(tx: &mut Tx, of: Matter, id: MessageId) -> Result<()> {
    let channel = channels::find(tx, of.channel)?;
    if channel.kind != ChannelKind::App {
        return Ok(());
    }
    let (kind, text, at, author): (MessageKind, String, UtcTime, Option<String>) = messages::table
        .left_join(staff::table)
        .filter(messages::id.eq(id))
        .select((messages::kind, messages::body, messages::created_at, staff::name.nullable()))
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
        "id": id, "conversation_id": of.conversation, "kind": kind.as_str(), "text": text, "at": at.rfc3339(),
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

/// Notes that an event waits for its channel, which is on pause. False: it is not, now.
pub(super) fn wait(tx: &mut Tx, id: i64) -> Result<bool> {
    tx.concerns_nothing_kept();
    // Whoever ends the pause waits for this, or is waited for.
    let lock = dialect::row_lock(tx);
    let text =
        format!("SELECT enabled FROM channels WHERE id = (SELECT channel_id FROM app_events WHERE id = $1){lock}");
    #[derive(QueryableByName)]
    struct Found {
        #[diesel(sql_type = Bool)]
        enabled: bool,
    }
    let found: Option<Found> = Sql::new(text).bind(id).get_result(&mut **tx).optional()?;
    if found.is_some_and(|channel| channel.enabled) {
        return Ok(false);
    }
    diesel::update(events::table.find(id)).set(events::waits.eq(true)).execute(&mut **tx)?;
    Ok(true)
}

/// Puts off what is to be pushed to a channel's app, but for what is being pushed.
pub(super) fn put_off(tx: &mut Tx, channel: ChannelId, until: UtcTime) -> Result<()> {
    // One after the other: they would write the same rows.
    dialect::hold_words(tx, [format!("putting off events of channel {channel}")])?;
    // A job says `{"event":7}`.
    let text = "UPDATE jobs SET run_at = $1 WHERE name = $2 AND dead_at IS NULL AND leased_until IS NULL AND run_at < $1 \
         AND EXISTS (SELECT 1 FROM app_events e WHERE e.channel_id = $3 \
         AND e.id = CAST(SUBSTR(jobs.payload, 10, LENGTH(jobs.payload) - 10) AS BIGINT))";
    Sql::new(text).bind(until).bind(Deliver::NAME).bind(channel.0).execute(&mut **tx)?;
    Ok(())
}

/// The pause of a channel is over: what has waited for that is pushed, oldest first.
pub fn release(tx: &mut Tx, channel: ChannelId) -> Result<()> {
    let waiting = events::table.filter(events::channel_id.eq(channel).and(events::waits));
    let ids: Vec<i64> = waiting.order(events::id).select(events::id).load(&mut **tx)?;
    jobs::enqueue_all(tx, &ids.into_iter().map(|event| Deliver { event }).collect::<Vec<_>>())?;
    diesel::update(waiting).set(events::waits.eq(false)).execute(&mut **tx)?;
    Ok(())
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

/// Forgets up to a thousand events that happened before this; whether there may be more. What waits for its channel stays.
pub fn forget(tx: &mut Tx, before: UtcTime) -> Result<bool> {
    tx.concerns_nothing_kept();
    // By their numbers, which follow their times: the oldest ones are met first.
    let oldest: Vec<(i64, UtcTime)> = events::table
        .filter(events::waits.eq(false))
        .order(events::id)
        .select((events::id, events::created_at))
        .at_most(1000)
        .load(&mut **tx)?;
    let old: Vec<i64> = oldest.into_iter().filter(|(_, at)| *at < before).map(|(id, _)| id).collect();
    diesel::delete(events::table.filter(events::id.eq_any(&old))).execute(&mut **tx)?;
    Ok(old.len() == 1000)
}
