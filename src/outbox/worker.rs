//! Takes deliveries and sends them, a few at once, until it is stopped.

use std::cell::RefCell;
use std::collections::HashMap;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;

use super::actions::{self, chrono_of};
use super::model::Delivery;
use super::sending::{self, LEASE};
use super::store;
use crate::channels::{ChannelKind, registry};
use crate::db::types::{ChannelId, UtcTime};
use crate::error::{Result, caught};
use crate::jobs::Ctx;
use crate::realtime::{self, Changes, Topic};

/// How often it looks though nobody has called.
const LOOK: Duration = Duration::from_secs(1);
/// Deliveries of one process at a time, and of one channel among them: a provider that hangs holds up its own only.
const AT_ONCE: usize = 32;
const OF_CHANNEL: usize = 8;

/// The sender of this process.
pub struct Worker {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Worker {
    /// Starts it on the current thread.
    pub fn start(ctx: Ctx) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: actix_web::rt::spawn(work(ctx, stopped)) }
    }

    /// Takes nothing new and waits for what is being sent.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

type Busy = Rc<RefCell<HashMap<ChannelId, usize>>>;

async fn work(ctx: Ctx, mut stopped: watch::Receiver<bool>) {
    let mut changes = ctx.db.subscribe();
    let (room, busy) = (std::sync::Arc::new(Semaphore::new(AT_ONCE)), Busy::default());
    let mut sending = JoinSet::new();
    let mut next_look = tokio::time::Instant::now();
    while !*stopped.borrow() {
        while sending.try_join_next().is_some() {}
        if next_look <= tokio::time::Instant::now() {
            next_look = tokio::time::Instant::now() + LOOK;
            if let Err(error) = free_abandoned(&ctx).await {
                tracing::warn!(%error, "abandoned deliveries could not be freed");
            }
        }
        let Ok(permit) = room.clone().acquire_owned().await else { return };
        match take(&ctx, &busy).await {
            Ok(Some(delivery)) => {
                *busy.borrow_mut().entry(delivery.channel_id).or_default() += 1;
                let (ctx, busy) = (ctx.clone(), busy.clone());
                sending.spawn_local(async move {
                    if let Err(error) = caught(sending::send(&ctx, &delivery)).await {
                        tracing::error!(%error, delivery = %delivery.id, "what became of a delivery was not written down");
                    }
                    if let Some(count) = busy.borrow_mut().get_mut(&delivery.channel_id) {
                        *count -= 1;
                    }
                    drop(permit);
                    // There may be room for the next of this channel.
                    ctx.db.announce(Topic::Outbox);
                });
            }
            outcome => {
                drop(permit);
                if let Err(error) = outcome {
                    tracing::warn!(%error, "the outbox could not be read");
                }
                wait(&ctx, &mut changes, &mut stopped).await;
            }
        }
    }
    while sending.join_next().await.is_some() {}
}

/// Until something may leave: somebody has called, the next is due, or it is time to look.
async fn wait(ctx: &Ctx, changes: &mut Changes, stopped: &mut watch::Receiver<bool>) {
    let now = UtcTime::now();
    let next = ctx.db.read(move |conn| store::next_due(conn, now)).await.ok().flatten();
    let until = next.and_then(|at| now.until(at).to_std().ok()).unwrap_or(LOOK).min(LOOK);
    tokio::select! {
        () = realtime::heard(changes, &Topic::Outbox) => {}
        () = tokio::time::sleep(until) => {}
        _ = stopped.changed() => {}
    }
}

async fn take(ctx: &Ctx, busy: &Busy) -> Result<Option<Delivery>> {
    let full: Vec<ChannelId> =
        busy.borrow().iter().filter(|(_, count)| **count >= OF_CHANNEL).map(|(id, _)| *id).collect();
    let now = UtcTime::now();
    let looked = full.clone();
    if !ctx.db.read(move |conn| store::is_due(conn, now, &looked)).await? {
        return Ok(None);
    }
    let taken = ctx.db.write(move |tx| {
        tx.concerns_one_customer();
        store::take(tx, UtcTime::now(), UtcTime::now().plus(LEASE), &full, pace)
    });
    taken.await
}

fn pace(kind: ChannelKind) -> chrono::Duration {
    registry::find(kind).map_or(chrono::Duration::zero(), |connector| chrono_of(connector.abilities().pace.channel))
}

/// What a process left behind when it ended in the middle.
async fn free_abandoned(ctx: &Ctx) -> Result<()> {
    let now = UtcTime::now();
    let expired = ctx.db.read(move |conn| store::expired(conn, now)).await?;
    for delivery in expired {
        tracing::warn!(delivery = %delivery.id, "a delivery was left in the middle");
        ctx.db
            .write(move |tx| {
                let kind = crate::channels::find(tx, delivery.channel_id)?.kind;
                let idempotent = registry::find(kind).is_some_and(|connector| connector.abilities().idempotent);
                actions::abandoned(tx, &delivery, idempotent)
            })
            .await?;
    }
    Ok(())
}
