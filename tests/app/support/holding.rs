//! Connections of a desk to its database: taken from it for a while, or made before they are needed.

use std::sync::mpsc::{Sender, channel};
use std::time::Duration;

use switchboard::db::Db;
use switchboard::error::Error;
use tokio::sync::oneshot;
use tokio::task::JoinHandle;

use super::{TestApp, eventually};

/// A connection that nobody else gets until it is let go, or dropped.
pub struct Held {
    release: Sender<()>,
    reading: JoinHandle<Result<(), Error>>,
}

impl Held {
    /// Gives it back.
    pub async fn let_go(self) {
        drop(self.release);
        self.reading.await.expect("joined").expect("the holder reads on");
    }
}

/// Takes a connection, and returns when it is held: what goes on in the background may have it first.
pub async fn hold(db: &Db) -> Held {
    eventually("a connection is held", async || {
        let (release, released) = channel::<()>();
        let (tell, told) = oneshot::channel();
        let db = db.clone();
        let reading = tokio::spawn(async move {
            db.read(move |_| {
                let _ = tell.send(());
                let _ = released.recv_timeout(Duration::from_secs(120));
                Ok::<_, Error>(())
            })
            .await
        });
        // Whoever did not get one has told nothing.
        told.await.ok().map(|()| Held { release, reading })
    })
    .await
}

/// Has so many connections made: a request does not wait long for one that is new, and on a busy machine PostgreSQL takes longer.
pub async fn make_connections(db: &Db, count: usize) {
    if db.is_sqlite() {
        return;
    }
    let mut held = vec![];
    // The background works on meanwhile.
    for _ in 0..count.min(db.load().connections.saturating_sub(2)) {
        held.push(hold(db).await);
    }
    for one in held {
        one.let_go().await;
    }
}

impl TestApp {
    /// Gets the desk ready for many requests at the same moment.
    pub async fn expects_many(&self) {
        make_connections(&self.db, 12).await;
    }
}
