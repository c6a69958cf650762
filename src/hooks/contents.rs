//! The files of events, stored before the write that names them. What is stored leaves the event, so that a mail of 25 MB
//! is held once.

use std::mem;
use std::time::Duration;

use tokio::time::Instant;

use super::actions::Fetched;
use super::known::Known;
use super::store;
use crate::channels::inbound::{self, Event, Message, RemoteFile, Sender, Source};
use crate::channels::{self, Channel, Connector, FileLimits, Link, Way};
use crate::error::Result;
use crate::files::{self, StoredFile};
use crate::jobs::Ctx;
use crate::mails;

/// How often a file is tried before the message goes in without it.
const FETCHES: u32 = 3;

/// Which reading of an event this is.
#[derive(Clone, Copy)]
pub struct Reading {
    /// Its messages are stored; what is fetched are files that they lack.
    pub is_rest: bool,
    /// What cannot be had now never will be.
    pub is_last: bool,
    /// Nobody waits for a file any longer; `None`: it takes as long as it takes.
    pub until: Option<Instant>,
}

/// Why a file is not there.
enum Lost {
    /// It may be had later: the provider, the line or the store is away.
    ForNow(String),
    ForGood(String),
}

/// Each event with what is stored of it.
pub async fn stored(
    ctx: &Ctx,
    channel: &Channel,
    connector: &dyn Connector,
    link: &Link,
    events: Vec<Event>,
    reading: Reading,
) -> Result<Vec<(Event, Fetched)>> {
    let mut found = vec![];
    for mut event in events {
        let fetched = match &mut event {
            Event::Message(message) => of_message(ctx, channel, connector, link, message, reading).await?,
            _ => Fetched::default(),
        };
        found.push((event, fetched));
    }
    Ok(found)
}

async fn of_message(
    ctx: &Ctx,
    channel: &Channel,
    connector: &dyn Connector,
    link: &Link,
    message: &mut Message,
    reading: Reading,
) -> Result<Fetched> {
    let (known, wants_avatar) = is_known(ctx, channel, message).await?;
    let (remote, letter, avatar) = (mem::take(&mut message.files), message.letter.take(), message.sender.avatar.take());
    let mut fetched = Fetched { is_rest: reading.is_rest, ..Fetched::default() };
    if known != reading.is_rest {
        return Ok(fetched);
    }
    let limit = FileLimits::of(channel.kind).file;
    for file in remote {
        match get_until(reading.until, &file, get(ctx, connector, link, &file, limit)).await {
            Ok(stored) => fetched.files.push(stored),
            Err(Lost::ForNow(_)) if !reading.is_last => fetched.awaited.push(named(&file.name)),
            Err(Lost::ForNow(why) | Lost::ForGood(why)) => {
                fetched.missing.push(format!("{}: {why}", named(&file.name)));
            }
        }
    }
    if reading.is_rest {
        return Ok(fetched);
    }
    if let Some(letter) = letter {
        fetched.mail = Some(mails::keep(&ctx.db, &ctx.files, &letter).await?);
    }
    if let Some(source) = avatar.filter(|_| wants_avatar) {
        let picture = RemoteFile { name: "avatar".into(), content_type: String::new(), size: 0, source };
        let got = get_until(reading.until, &picture, get(ctx, connector, link, &picture, 5 * channels::MB)).await;
        fetched.avatar = got.ok().filter(|file| files::is_picture(&file.content_type));
    }
    Ok(fetched)
}

/// Whether a message is stored already, and needs no files a second time; and whether its sender needs a picture. Nothing
/// is asked for what brings neither.
async fn is_known(ctx: &Ctx, channel: &Channel, message: &Message) -> Result<(bool, bool)> {
    if message.files.is_empty() && message.letter.is_none() && message.sender.avatar.is_none() {
        return Ok((false, false));
    }
    let sender = Sender { address: message.sender.address.clone(), ..Sender::default() };
    let (provider_id, chain) = (message.provider_id.clone(), message.chain.clone());
    let (channel, message) = (channel.clone(), Message { sender, provider_id, chain, ..Message::default() });
    let asked = ctx.db.read(move |conn| {
        let known = Known::find(conn, &channel, &message)?;
        let is_new = known.message.is_none();
        Ok((!is_new, is_new && store::wants_avatar(conn, channel.id, &known.address)?))
    });
    asked.await
}

fn named(name: &str) -> String {
    if name.is_empty() { "file".into() } else { files::clean_name(name) }
}

/// What comes from elsewhere is not waited for longer than that.
async fn get_until(
    until: Option<Instant>,
    file: &RemoteFile,
    getting: impl Future<Output = Result<StoredFile, Lost>>,
) -> Result<StoredFile, Lost> {
    match (until, &file.source) {
        (Some(until), Source::There(_)) => {
            let late = |_| Err(Lost::ForNow("it did not come in time".into()));
            tokio::time::timeout_at(until, getting).await.unwrap_or_else(late)
        }
        _ => getting.await,
    }
}

/// Fetches and keeps one file; or says why not.
async fn get(
    ctx: &Ctx,
    connector: &dyn Connector,
    link: &Link,
    file: &RemoteFile,
    limit: u64,
) -> Result<StoredFile, Lost> {
    let mut tries = 1;
    let got = loop {
        let done = match &file.source {
            Source::Here(bytes) => Ok(inbound::Fetched { bytes: bytes.clone(), name: None }),
            Source::There(_) => connector.fetch(link, file, limit).await,
        };
        match done {
            Ok(got) => break got,
            Err(failure) if tries < FETCHES && failure.way.is_temporary() => {
                let named = match failure.way {
                    Way::Again(Some(time)) | Way::ChannelAgain(time) | Way::UntilMended(time) => time,
                    _ => Duration::from_secs(1),
                };
                tokio::time::sleep(named.min(Duration::from_secs(10))).await;
                tries += 1;
            }
            Err(failure) if failure.way.is_temporary() => return Err(Lost::ForNow(failure.words)),
            Err(failure) => return Err(Lost::ForGood(failure.words)),
        }
    };
    let name = match (&got.name, file.name.is_empty()) {
        (Some(name), true) => name.clone(),
        _ => named(&file.name),
    };
    files::keep_bytes(&ctx.db, &ctx.files, &name, &got.bytes).await.map_err(|error| {
        tracing::error!(%error, "a file was not kept");
        Lost::ForNow("the file could not be stored here".into())
    })
}
