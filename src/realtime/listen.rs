//! Announcements of the other instances, by PostgreSQL's LISTEN.
//!
//! It needs a direct connection of its own (never through PgBouncer in transaction mode). After a lost connection
//! nobody knows what was missed, so every page is told to look again.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use crate::db::{Db, Listener, Word};

/// How often the connection is asked for what has arrived.
const POLL: Duration = Duration::from_millis(50);
/// The pause before a lost connection is made again.
const RECONNECT: Duration = Duration::from_secs(1);

/// Passes on what other instances announce, until `stop`. Returns at once on the embedded engine.
pub fn follow_other_instances(db: Db, stop: Arc<AtomicBool>) -> Option<std::thread::JoinHandle<()>> {
    if db.is_sqlite() {
        return None;
    }
    std::thread::Builder::new()
        .name("listen".into())
        .spawn(move || {
            let mut connected_before = false;
            while !stop.load(Ordering::Relaxed) {
                match follow(&db, &stop, connected_before) {
                    Ok(()) => return,
                    Err(error) => tracing::warn!(%error, "live updates between instances are interrupted"),
                }
                connected_before = true;
                std::thread::sleep(RECONNECT);
            }
        })
        .inspect_err(|error| tracing::error!(%error, "no thread for live updates between instances"))
        .ok()
}

fn follow(db: &Db, stop: &AtomicBool, was_interrupted: bool) -> Result<(), crate::error::Error> {
    let mut listener = Listener::open(db.address().direct())?;
    if was_interrupted {
        db.announce_lost();
    }
    while !stop.load(Ordering::Relaxed) {
        for text in listener.drain()? {
            if let Some(word) = Word::heard(&text) {
                db.hear(word);
            }
        }
        std::thread::sleep(POLL);
    }
    Ok(())
}
