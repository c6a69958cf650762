//! Reads what has come, channel by channel, in the order in which it came.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::slice;
use std::time::Duration;

use futures_util::stream::{self, StreamExt};
use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::actions::{self, Fetched, Outcome};
use super::lease::Lease;
use super::store::{self, Waiting, Work};
use crate::channels::inbound::{Event, Message, Source};
use crate::channels::{self, Channel, Connector, FileLimits, Link, Way, registry};
use crate::customers::Addressing;
use crate::db::Tx;
use crate::db::types::{ChannelId, UtcTime};
use crate::error::Result;
use crate::files::{self, StoredFile};
use crate::jobs::Ctx;
use crate::mails;
use crate::realtime::{self, Topic};

const LOOK: Duration = Duration::from_secs(1);
/// Events that are read together.
const BATCH: i64 = 50;
/// Events whose files are fetched at a time.
const AT_ONCE: usize = 4;
/// Bytes from which reading an event would hold up whoever else is on its thread: a mail with its files.
const LARGE: usize = 32 * 1024;
/// How often a file is tried before the message goes without it.
const FETCHES: u32 = 3;
/// How often an event is tried that cannot be applied, before it is given up with its reason.
const TRIES: i32 = 6;

/// The reader of this process.
pub struct Reader {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Reader {
    /// Starts it on the current thread.
    pub fn start(ctx: Ctx) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: actix_web::rt::spawn(watch_over(ctx, stopped)) }
    }

    /// Finishes what is being read.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn watch_over(ctx: Ctx, mut stopped: watch::Receiver<bool>) {
    let mut changes = ctx.db.subscribe();
    let busy = Rc::new(RefCell::new(HashSet::new()));
    let mut reading = tokio::task::JoinSet::new();
    while !*stopped.borrow() {
        while reading.try_join_next().is_some() {}
        let now = UtcTime::now();
        let waiting = ctx.db.read(move |conn| store::channels_waiting(conn, now)).await.unwrap_or_else(|error| {
            tracing::warn!(%error, "the events could not be read");
            vec![]
        });
        for id in waiting {
            if !busy.borrow_mut().insert(id) {
                continue;
            }
            let (ctx, busy, stopped) = (ctx.clone(), busy.clone(), stopped.clone());
            reading.spawn_local(async move {
                if let Err(error) = of_channel(&ctx, id, stopped).await {
                    tracing::warn!(%error, channel = %id, "the events of a channel could not be read");
                    tokio::time::sleep(LOOK).await;
                }
                busy.borrow_mut().remove(&id);
            });
        }
        tokio::select! {
            () = realtime::heard(&mut changes, &Topic::Hooks) => {}
            // What came for a channel while its reader was about to end has been passed over as that reader's.
            Some(_) = reading.join_next() => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
    while reading.join_next().await.is_some() {}
}

async fn of_channel(ctx: &Ctx, id: ChannelId, stopped: watch::Receiver<bool>) -> Result<()> {
    let Some(lease) = Lease::take(&ctx.db, Work::Reading, id).await? else { return Ok(()) };
    let work = async {
        let channel = ctx.db.read(move |conn| channels::find(conn, id)).await?;
        let Some(connector) = registry::find(channel.kind) else { return Ok(()) };
        let link = Link::open(&channel, &ctx.secrets, &ctx.net)?;
        while !*stopped.borrow() {
            let now = UtcTime::now();
            let waiting = ctx.db.read(move |conn| store::waiting(conn, id, now, BATCH)).await?;
            if waiting.is_empty() {
                break;
            }
            batch(ctx, &channel, connector, &link, waiting).await?;
        }
        Ok(())
    };
    lease.during(work).await.unwrap_or(Ok(()))
}

/// An event, read, with its files.
#[derive(Clone)]
struct Ready {
    event: Waiting,
    read: Result<Vec<(Event, Fetched)>, String>,
}

async fn batch(
    ctx: &Ctx,
    channel: &Channel,
    connector: &'static dyn Connector,
    link: &Link,
    waiting: Vec<Waiting>,
) -> Result<()> {
    let ready: Vec<Ready> = stream::iter(waiting)
        .map(|event| async move {
            let read = match read(connector, link, &event.body).await {
                Ok(events) => Ok(with_files(ctx, channel, connector, link, events).await?),
                Err(why) => Err(why),
            };
            Ok::<_, crate::error::Error>(Ready { event, read })
        })
        // In their order, though their files come as they come.
        .buffered(AT_ONCE)
        .collect::<Vec<_>>()
        .await
        .into_iter()
        .collect::<Result<_>>()?;
    let addressing = Addressing::new(&ctx.config, &ctx.secrets);
    let (all, of, reading) = (ready.clone(), channel.clone(), addressing.clone());
    let together = ctx.db.write(move |tx| write(tx, &of, &all, &reading)).await;
    let Err(error) = together else { return Ok(()) };
    tracing::warn!(%error, channel = %channel.id, "a batch of events failed; they are read one by one");
    for one in ready {
        let (of, reading, id, tries) = (channel.clone(), addressing.clone(), one.event.id, one.event.tries);
        let Err(error) = ctx.db.write(move |tx| write(tx, &of, slice::from_ref(&one), &reading)).await else {
            continue;
        };
        let why = error.to_string();
        tracing::warn!(event = %id, why, tries, "an event failed");
        ctx.db
            .write(move |tx| {
                if tries >= TRIES {
                    store::set_unreadable(tx, id, &why)
                } else {
                    store::set_later(tx, id, UtcTime::now().plus(pause(tries)), &why)
                }
            })
            .await?;
    }
    Ok(())
}

/// Reads one event; a large one where nobody waits for the thread.
async fn read(connector: &'static dyn Connector, link: &Link, body: &[u8]) -> Result<Vec<Event>, String> {
    if body.len() < LARGE {
        return connector.read(link, body);
    }
    let (link, body) = (link.clone(), body.to_vec());
    let done = tokio::task::spawn_blocking(move || connector.read(&link, &body)).await;
    done.unwrap_or_else(|error| Err(format!("it could not be read: {error}")))
}

fn write(tx: &mut Tx, channel: &Channel, ready: &[Ready], addressing: &Addressing) -> Result<()> {
    let events = ready.iter().filter_map(|one| one.read.as_ref().ok()).flatten();
    // A number that moves leaves one customer and comes to another.
    let customers = events.map(|(event, _)| if matches!(event, Event::Moved { .. }) { 2 } else { 1 });
    tx.concerns_customers(customers.sum());
    let mut read = vec![];
    for one in ready {
        if apply(tx, channel, one, addressing)? {
            read.push(one.event.id);
        }
    }
    if !read.is_empty() {
        channels::note_success(tx, channel.id, UtcTime::now())?;
    }
    store::set_read(tx, &read)
}

/// Whether the event is done with; if not, what becomes of it is written down.
fn apply(tx: &mut Tx, channel: &Channel, one: &Ready, addressing: &Addressing) -> Result<bool> {
    let (id, tries) = (one.event.id, one.event.tries);
    let events = match &one.read {
        Ok(events) => events,
        Err(why) => {
            channels::note_failure(tx, channel.id, UtcTime::now(), why)?;
            store::set_unreadable(tx, id, why)?;
            return Ok(false);
        }
    };
    for (event, fetched) in events {
        if actions::apply(tx, channel, event, fetched, one.event.received_at, addressing)? == Outcome::Later
            && tries < TRIES
        {
            // What it is about may be written down in this moment: a status that overtakes the answer to its call.
            let why = "it names a message that is not known yet";
            store::set_later(tx, id, UtcTime::now().plus(pause(tries)), why)?;
            return Ok(false);
        }
    }
    Ok(true)
}

/// 1, 2, 4 … seconds.
fn pause(tries: i32) -> chrono::Duration {
    chrono::Duration::seconds(2_i64.saturating_pow(u32::try_from(tries).unwrap_or(0).min(8)))
}

async fn with_files(
    ctx: &Ctx,
    channel: &Channel,
    connector: &dyn Connector,
    link: &Link,
    events: Vec<Event>,
) -> Result<Vec<(Event, Fetched)>> {
    let mut found = vec![];
    for event in events {
        let mut fetched = Fetched::default();
        if let Event::Message(message) = &event {
            let (known, wants_avatar) = is_known(ctx, channel.id, message).await?;
            if !known {
                let limit = FileLimits::of(channel.kind).file;
                for file in &message.files {
                    match get(ctx, connector, link, file, limit).await {
                        Ok(stored) => fetched.files.push(stored),
                        Err(why) => fetched.missing.push(format!("{}: {why}", named(&file.name))),
                    }
                }
                if let Some(letter) = &message.letter {
                    fetched.mail = Some(mails::keep(&ctx.db, &ctx.files, letter).await?);
                }
                if let Some(source) = message.sender.avatar.clone().filter(|_| wants_avatar) {
                    let picture = channels::inbound::RemoteFile {
                        name: "avatar".into(),
                        content_type: String::new(),
                        size: 0,
                        source,
                    };
                    let got = get(ctx, connector, link, &picture, 5 * channels::MB).await;
                    fetched.avatar = got.ok().filter(|file| files::is_picture(&file.content_type));
                }
            }
        }
        found.push((event, fetched));
    }
    Ok(found)
}

/// Whether a message is stored already, and needs no files a second time; and whether its sender needs a picture. Nothing
/// is asked for what brings neither.
async fn is_known(ctx: &Ctx, channel: ChannelId, message: &Message) -> Result<(bool, bool)> {
    if message.files.is_empty() && message.letter.is_none() && message.sender.avatar.is_none() {
        return Ok((false, false));
    }
    let (name, address) = (message.provider_id.clone(), message.sender.address.clone());
    let asked = ctx.db.read(move |conn| {
        let known = crate::outbox::whose(conn, channel, &name)?.is_some();
        Ok((known, !known && store::wants_avatar(conn, channel, &address)?))
    });
    asked.await
}

fn named(name: &str) -> String {
    if name.is_empty() { "file".into() } else { files::clean_name(name) }
}

/// Fetches and keeps one file; or says why not.
async fn get(
    ctx: &Ctx,
    connector: &dyn Connector,
    link: &Link,
    file: &channels::inbound::RemoteFile,
    limit: u64,
) -> Result<StoredFile, String> {
    let mut tries = 1;
    let got = loop {
        let done = match &file.source {
            Source::Here(bytes) => Ok(channels::inbound::Fetched { bytes: bytes.clone(), name: None }),
            Source::There(_) => connector.fetch(link, file, limit).await,
        };
        match done {
            Ok(got) => break got,
            Err(failure) if tries < FETCHES && matches!(failure.way, Way::Again(_) | Way::ChannelAgain(_)) => {
                let named = match failure.way {
                    Way::Again(Some(time)) | Way::ChannelAgain(time) => time,
                    _ => Duration::from_secs(1),
                };
                tokio::time::sleep(named.min(Duration::from_secs(10))).await;
                tries += 1;
            }
            Err(failure) => return Err(failure.words),
        }
    };
    let name = match (&got.name, file.name.is_empty()) {
        (Some(name), true) => name.clone(),
        _ => named(&file.name),
    };
    files::keep_bytes(&ctx.db, &ctx.files, &name, &got.bytes).await.map_err(|error| {
        tracing::error!(%error, "a file was not kept");
        "the file could not be stored here".into()
    })
}
