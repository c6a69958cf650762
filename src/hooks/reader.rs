//! Reads what has come, channel by channel, in the order in which it came.

use std::cell::RefCell;
use std::collections::HashSet;
use std::rc::Rc;
use std::time::Duration;

use tokio::sync::watch;
use tokio::task::JoinHandle;

use super::batch;
use super::lease::Lease;
use super::store::{self, Work};
use crate::channels::{self, Link, registry};
use crate::db::types::{ChannelId, UtcTime};
use crate::error::{Result, caught};
use crate::jobs::Ctx;
use crate::realtime::{self, Topic};

const LOOK: Duration = Duration::from_secs(1);

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
        for (id, work) in waiting {
            if !busy.borrow_mut().insert((id, work)) {
                continue;
            }
            let (ctx, busy, stopped) = (ctx.clone(), busy.clone(), stopped.clone());
            reading.spawn_local(async move {
                if let Err(error) = caught(of_channel(&ctx, id, work, stopped)).await {
                    tracing::warn!(%error, channel = %id, "the events of a channel could not be read");
                    tokio::time::sleep(LOOK).await;
                }
                busy.borrow_mut().remove(&(id, work));
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

/// Reads what waits in a channel, or fetches the files that did not come while it was read.
async fn of_channel(ctx: &Ctx, id: ChannelId, work: Work, stopped: watch::Receiver<bool>) -> Result<()> {
    let Some(lease) = Lease::take(&ctx.db, work, id).await? else { return Ok(()) };
    let mut halted = stopped.clone();
    let reading = async {
        let channel = ctx.db.read(move |conn| channels::find(conn, id)).await?;
        let Some(connector) = registry::find(channel.kind) else { return Ok(()) };
        let link = Link::open(&channel, &ctx.secrets, &ctx.net)?;
        while !*stopped.borrow() {
            let now = UtcTime::now();
            let waiting = ctx.db.read(move |conn| store::waiting(conn, id, work, now)).await?;
            if waiting.is_empty() {
                break;
            }
            batch::take(ctx, &channel, connector, &link, waiting).await?;
        }
        Ok(())
    };
    let working = async {
        if work != Work::Fetching {
            return reading.await;
        }
        // A file may be minutes on its way: whoever stops does not wait for it, it is asked for again.
        tokio::select! {
            done = reading => done,
            _ = halted.wait_for(|stop| *stop) => Ok(()),
        }
    };
    lease.during(working).await.unwrap_or(Ok(()))
}
