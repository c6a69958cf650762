//! Gives out what waits as soon as somebody asks for it, until it is stopped.

use tokio::sync::watch;

use super::distribution::distribute_waiting;
use crate::db::Db;
use crate::error::caught;
use crate::realtime::{self, Topic};

/// The one who gives, of this process.
pub struct Distributor {
    stop: watch::Sender<bool>,
    task: tokio::task::JoinHandle<()>,
}

impl Distributor {
    /// Starts it on the current thread.
    pub fn start(db: Db) -> Self {
        let (stop, stopped) = watch::channel(false);
        Self { stop, task: actix_web::rt::spawn(work(db, stopped)) }
    }

    /// Waits for what is being given.
    pub async fn stop(self) {
        let _ = self.stop.send(true);
        let _ = self.task.await;
    }
}

async fn work(db: Db, mut stopped: watch::Receiver<bool>) {
    let mut changes = db.subscribe();
    loop {
        tokio::select! {
            () = realtime::heard(&mut changes, &Topic::Distribution) => {}
            _ = stopped.changed() => return,
        }
        // Whatever was asked for by now is done by one look. Nobody waits for what is told from here on but the next.
        changes = db.subscribe();
        // What is left over comes round again.
        if let Err(error) = caught(distribute_waiting(&db)).await {
            tracing::warn!(%error, "what waits was not given out; it comes round again");
        }
    }
}
