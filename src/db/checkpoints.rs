//! What was written goes from SQLite's log into its file beside the writer, on a thread of its own.
//!
//! By itself SQLite does it within the commit that makes the log long: whoever waits for that commit, and everybody in line
//! behind them, waits for the pages and for two more fsyncs. Here the log goes on being written meanwhile.

use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use diesel::connection::SimpleConnection;
use diesel::r2d2::ManageConnection;

use super::Failure;
use super::conn::{Connector, Opened};

/// After so many calls: of a message some twenty pages go into the log.
const CALLS: usize = 64;
/// Has the log moved into the file as calls are written.
pub(super) struct Checkpoints {
    wake: Option<SyncSender<()>>,
    thread: Option<JoinHandle<()>>,
    calls: usize,
}

impl Checkpoints {
    pub fn start(connector: Connector) -> Result<Self, Failure> {
        let (wake, woken) = mpsc::sync_channel(1);
        let run = move || {
            let mut opened: Option<Opened> = None;
            while woken.recv().is_ok() {
                opened = match checkpoint(&connector, opened.take()) {
                    Ok(opened) => Some(opened),
                    Err(error) => {
                        // The writer does it, when the log is long.
                        tracing::warn!(%error, "the log was not moved into the database file");
                        None
                    }
                };
            }
        };
        let thread = thread::Builder::new().name("checkpoints".into()).spawn(run);
        let thread = thread.map_err(|e| Failure::Unreachable(e.to_string()))?;
        Ok(Self { wake: Some(wake), thread: Some(thread), calls: 0 })
    }

    /// So many calls were written.
    pub fn written(&mut self, calls: usize) {
        self.calls += calls;
        if self.calls >= CALLS {
            self.calls = 0;
            // Whoever is at it, or about to be, takes these with it or leaves them to the next.
            let _ = self.wake.as_ref().map(|wake| wake.try_send(()));
        }
    }
}

impl Drop for Checkpoints {
    fn drop(&mut self) {
        self.wake.take();
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn checkpoint(connector: &Connector, opened: Option<Opened>) -> Result<Opened, Failure> {
    let mut opened = match opened.filter(|opened| connector.check(opened.file).is_ok()) {
        Some(opened) => opened,
        None => connector.connect()?,
    };
    opened.conn.batch_execute("PRAGMA wal_checkpoint(PASSIVE)")?;
    Ok(opened)
}
