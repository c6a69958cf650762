//! Asks those providers that are asked: one instance a channel, without a pause.

use std::collections::HashMap;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::lease::Lease;
use super::store::{self, Work};
use crate::channels::{self, Channel, Failure, Link, Polled, Receives, Way, registry};
use crate::db::types::{ChannelId, UtcTime};
use crate::error::Result;
use crate::jobs::Ctx;
use crate::realtime::{self, Topic};

/// How often it looks for channels that nobody asks.
const LOOK: Duration = Duration::from_secs(5);
/// After a failure; doubled up to the longest.
const PAUSE: Duration = Duration::from_secs(1);
const LONGEST: Duration = Duration::from_secs(60);

/// The poller of this process.
pub struct Poller {
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

impl Poller {
    /// Starts it on the current thread.
    pub fn start(ctx: Ctx) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: actix_web::rt::spawn(watch_over(ctx, stopped)) }
    }

    /// Stops asking. What is stored is stored; what was about to come, comes again.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

/// A channel that is being asked: as it was when that began.
struct Asked {
    seen: (String, Option<String>),
    stop: watch::Sender<bool>,
    task: JoinHandle<()>,
}

async fn watch_over(ctx: Ctx, mut stopped: watch::Receiver<bool>) {
    let mut changes = ctx.db.subscribe();
    let mut asked: HashMap<ChannelId, Asked> = HashMap::new();
    while !*stopped.borrow() {
        match ctx.db.read(channels::enabled).await {
            Ok(all) => keep_up(&ctx, &mut asked, all).await,
            Err(error) => tracing::warn!(%error, "the channels could not be read"),
        }
        tokio::select! {
            () = realtime::heard(&mut changes, &Topic::Channels) => {}
            () = tokio::time::sleep(LOOK) => {}
            _ = stopped.changed() => {}
        }
    }
    for (_, one) in asked {
        end(one).await;
    }
}

/// Starts what is not asked, ends what has changed or gone.
async fn keep_up(ctx: &Ctx, asked: &mut HashMap<ChannelId, Asked>, all: Vec<Channel>) {
    let wanted: HashMap<ChannelId, Channel> =
        all.into_iter().filter(|channel| is_polled(ctx, channel)).map(|channel| (channel.id, channel)).collect();
    let stale: Vec<ChannelId> = asked
        .iter()
        .filter(|(id, one)| one.task.is_finished() || wanted.get(id).is_none_or(|now| one.seen != seen(now)))
        .map(|(id, _)| *id)
        .collect();
    for id in stale {
        if let Some(one) = asked.remove(&id) {
            end(one).await;
        }
    }
    for (id, channel) in wanted {
        if asked.contains_key(&id) {
            continue;
        }
        match Lease::take(&ctx.db, Work::Polling, id).await {
            Ok(Some(lease)) => {
                let (stop, stopped) = watch::channel(false);
                let seen = seen(&channel);
                let task = actix_web::rt::spawn(ask(ctx.clone(), channel, lease, stopped));
                asked.insert(id, Asked { seen, stop, task });
            }
            Ok(None) => {}
            Err(error) => tracing::warn!(%error, "a channel could not be taken"),
        }
    }
}

async fn end(one: Asked) {
    let _ = one.stop.send(true);
    let _ = one.task.await;
}

fn seen(channel: &Channel) -> (String, Option<String>) {
    (channel.settings.clone(), channel.secret.clone())
}

fn is_polled(ctx: &Ctx, channel: &Channel) -> bool {
    let Some(connector) = registry::find(channel.kind) else { return false };
    Link::open(channel, &ctx.secrets, &ctx.net).is_ok_and(|link| connector.receives(&link) == Receives::Polling)
}

/// Asks one channel until told to stop, or until the lease is lost.
async fn ask(ctx: Ctx, channel: Channel, lease: Lease, mut stopped: watch::Receiver<bool>) {
    let work = async {
        tokio::select! {
            () = ask_on(&ctx, &channel) => {}
            _ = stopped.changed() => {}
        }
    };
    lease.during(work).await;
}

async fn ask_on(ctx: &Ctx, channel: &Channel) {
    let id = channel.id;
    let mut pause = PAUSE;
    let mut polling = None;
    // The channel is as it was when asking began: how it does since then, only this loop knows.
    let mut well = false;
    loop {
        let asked = once(ctx, channel, &mut polling, well).await;
        well = asked.is_ok();
        match asked {
            Ok(true) => pause = PAUSE,
            // The provider answers at once without anything: it is not asked in a circle.
            Ok(false) => {
                pause = PAUSE;
                tokio::time::sleep(PAUSE).await;
            }
            Err(failure) => {
                tracing::warn!(channel = %id, code = failure.code, words = failure.words, "a channel could not be asked");
                let words = failure.words.clone();
                let noted = ctx.db.write(move |tx| {
                    tx.concerns_nothing_kept();
                    channels::note_failure(tx, id, UtcTime::now(), &words)
                });
                if let Err(error) = noted.await {
                    tracing::warn!(%error, "a failure was not noted");
                }
                let named = match failure.way {
                    Way::Again(time) => time,
                    Way::ChannelAgain(time) | Way::UntilMended(time) => Some(time),
                    _ => None,
                };
                tokio::time::sleep(named.unwrap_or(pause)).await;
                pause = (pause * 2).min(LONGEST);
            }
        }
    }
}

/// What is asked, and the link that it works with.
type Conversation = Option<(Box<dyn channels::Polling>, Link)>;

/// Asks once and stores what has come; and that it went well, unless that is known to be written down (`well`). False:
/// nothing came, without any waiting.
async fn once(ctx: &Ctx, channel: &Channel, polling: &mut Conversation, well: bool) -> Result<bool, Failure> {
    let ours = |error: crate::error::Error| Failure::again("storing", error.to_string());
    let id = channel.id;
    let cursor = ctx.db.read(move |conn| store::cursor(conn, id)).await.map_err(ours)?;
    // What fails before it is stored ends the conversation.
    let (mut talk, link) = match polling.take() {
        Some(going_on) => going_on,
        None => {
            let link = Link::open(channel, &ctx.secrets, &ctx.net).map_err(ours)?;
            let connector = registry::find(channel.kind);
            let made = connector.and_then(|connector| connector.polling(&link));
            (made.ok_or_else(|| Failure::permanent("no_polling", "this channel is not asked"))?, link)
        }
    };
    let began = tokio::time::Instant::now();
    let next = talk.next(cursor.as_deref()).await;
    if let Err(error) = channels::keep_renewed(&ctx.db, &ctx.secrets, &link).await {
        tracing::warn!(%error, channel = %id, "a secret that the provider has replaced was not stored");
    }
    let Polled { events, cursor, failure } = next?;
    let is_empty = events.is_empty();
    let news = !is_empty || cursor.is_some();
    let went_well = failure.is_none();
    if news || (went_well && !well) {
        ctx.db
            .write(move |tx| {
                tx.concerns_nothing_kept();
                let count = store::insert(tx, id, &events)?;
                if let Some(cursor) = &cursor {
                    store::set_cursor(tx, id, cursor)?;
                }
                if count > 0 {
                    tx.publish(Topic::Hooks);
                }
                if went_well { channels::note_success(tx, id, UtcTime::now()) } else { Ok(()) }
            })
            .await
            .map_err(ours)?;
    }
    *polling = Some((talk, link));
    failure.map_or_else(|| Ok(!is_empty || began.elapsed() >= PAUSE), Err)
}
