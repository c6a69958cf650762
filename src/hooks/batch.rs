//! Some events of a channel, read and written together.

use std::slice;
use std::sync::Arc;
use std::time::Duration;

use bytes::Bytes;
use futures_util::stream::{self, StreamExt, TryStreamExt};
use tokio::time::Instant;

use super::actions::{self, Fetched, Outcome};
use super::contents;
use super::store::{self, Waiting};
use crate::channels::inbound::Event;
use crate::channels::{self, Channel, Connector, Link};
use crate::customers::Addressing;
use crate::db::Tx;
use crate::db::types::{HookEventId, UtcTime};
use crate::error::{Error, Result};
use crate::funnels;
use crate::jobs::Ctx;

/// Events whose files are fetched at a time.
const AT_ONCE: usize = 4;
/// How long the words of others wait for files, from when they are taken up together.
const SOON: Duration = Duration::from_secs(3);
/// How often an event is tried that cannot be applied, before it is given up with its reason.
const TRIES: i32 = 6;

/// How often a file is asked for that cannot be had at the moment: for a day. Providers keep them for longer.
const FILE_TRIES: i32 = 34;

/// An event, read, and its files stored: what the write needs of it. Its bytes have gone.
struct Ready {
    id: HookEventId,
    received_at: UtcTime,
    tries: i32,
    lacks_files: bool,
    read: Result<Vec<(Event, Fetched)>, String>,
}

/// Reads events and writes down what they say: all together, or one by one where that fails.
pub async fn take(
    ctx: &Ctx,
    channel: &Channel,
    connector: &'static dyn Connector,
    link: &Link,
    waiting: Vec<Waiting>,
) -> Result<()> {
    let soon = Instant::now() + SOON;
    let ready: Vec<Arc<Ready>> = stream::iter(waiting)
        .map(|event| make_ready(ctx, channel, connector, link, event, soon))
        // In their order, though their files come as they come.
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    let (addressing, bot) = (Addressing::new(&ctx.config, &ctx.secrets), funnels::are_on(&ctx.db).await);
    let (all, of, reading) = (ready.clone(), channel.clone(), addressing.clone());
    let together = ctx.db.write(move |tx| write(tx, &of, &all, (&reading, bot))).await;
    let Err(error) = together else { return Ok(()) };
    if is_away(&error) {
        return Err(error);
    }
    tracing::warn!(%error, channel = %channel.id, "a batch of events failed; they are read one by one");
    for one in ready {
        let (of, reading, id, tries) = (channel.clone(), addressing.clone(), one.id, one.tries);
        let lacks_files = one.lacks_files;
        let Err(error) = ctx.db.write(move |tx| write(tx, &of, slice::from_ref(&one), (&reading, bot))).await else {
            continue;
        };
        if is_away(&error) {
            return Err(error);
        }
        let why = error.to_string();
        tracing::warn!(event = %id, why, tries, "an event failed");
        ctx.db
            .write(move |tx| {
                if tries >= TRIES {
                    store::set_unreadable(tx, id, &why)
                } else if lacks_files {
                    store::set_later(tx, id, UtcTime::now().plus(pause(tries)), store::LACKS_FILES)
                } else {
                    store::set_later(tx, id, UtcTime::now().plus(pause(tries)), &why)
                }
            })
            .await?;
    }
    Ok(())
}

/// Whether the database is away or busy: no event's fault, so that none has had its try.
fn is_away(error: &Error) -> bool {
    matches!(error, Error::Db(failure) if failure.is_temporary())
}

async fn make_ready(
    ctx: &Ctx,
    channel: &Channel,
    connector: &'static dyn Connector,
    link: &Link,
    event: Waiting,
    soon: Instant,
) -> Result<Arc<Ready>> {
    let Waiting { id, body, received_at, tries, lacks_files } = event;
    let read = match read(connector, link, body).await {
        Ok(events) => {
            let until = (!lacks_files).then_some(soon);
            let once = contents::Reading { is_rest: lacks_files, is_last: tries >= FILE_TRIES, until };
            Ok(contents::stored(ctx, channel, connector, link, events, once).await?)
        }
        Err(why) => Err(why),
    };
    Ok(Arc::new(Ready { id, received_at, tries, lacks_files, read }))
}

/// Reads one event where nobody waits for the thread: how long that takes, its sender decides.
async fn read(connector: &'static dyn Connector, link: &Link, body: Bytes) -> Result<Vec<Event>, String> {
    let link = link.clone();
    let done = tokio::task::spawn_blocking(move || connector.read(&link, &body)).await;
    done.unwrap_or_else(|error| Err(format!("it could not be read: {error}")))
}

/// `reading`: with whether a funnel may be enabled.
fn write(tx: &mut Tx, channel: &Channel, ready: &[Arc<Ready>], reading: (&Addressing, bool)) -> Result<()> {
    let events = ready.iter().filter_map(|one| one.read.as_ref().ok()).flatten();
    // A number that moves leaves one customer and comes to another.
    let customers = events.map(|(event, _)| if matches!(event, Event::Moved { .. }) { 2 } else { 1 });
    tx.concerns_customers(customers.sum());
    let mut read = vec![];
    for one in ready {
        if apply(tx, channel, one, reading)? {
            read.push(one.id);
        }
    }
    if !read.is_empty() {
        channels::note_success(tx, channel.id, UtcTime::now())?;
    }
    store::set_read(tx, &read)
}

/// Whether the event is done with; if not, what becomes of it is written down.
fn apply(tx: &mut Tx, channel: &Channel, one: &Ready, reading: (&Addressing, bool)) -> Result<bool> {
    let (id, tries) = (one.id, one.tries);
    let events = match &one.read {
        Ok(events) => events,
        Err(why) => {
            channels::note_failure(tx, channel.id, UtcTime::now(), why)?;
            store::set_unreadable(tx, id, why)?;
            return Ok(false);
        }
    };
    let mut lacks_files = false;
    for (event, fetched) in events {
        match actions::apply(tx, channel, event, fetched, one.received_at, reading)? {
            // What it is about may be written down in this moment: a status that overtakes the answer to its call.
            Outcome::Later if tries < TRIES => {
                let why = "it names a message that is not known yet";
                store::set_later(tx, id, UtcTime::now().plus(pause(tries)), why)?;
                return Ok(false);
            }
            Outcome::FilesLater => lacks_files = true,
            Outcome::Later | Outcome::Done => {}
        }
    }
    if lacks_files {
        store::set_later(tx, id, UtcTime::now().plus(file_pause(tries)), store::LACKS_FILES)?;
    }
    Ok(!lacks_files)
}

/// 2, 4, 8 … seconds, an hour at the most.
fn file_pause(tries: i32) -> chrono::Duration {
    chrono::Duration::seconds(2_i64.saturating_pow(u32::try_from(tries).unwrap_or(0).min(12) + 1).min(3600))
}

/// 1, 2, 4 … seconds.
fn pause(tries: i32) -> chrono::Duration {
    chrono::Duration::seconds(2_i64.saturating_pow(u32::try_from(tries).unwrap_or(0).min(8)))
}
