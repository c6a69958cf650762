//! Background work: rows in the database, enqueued in the transaction of the change that makes them necessary.
//!
//! A job is shallow (it calls an action), idempotent (it may run again after a crash) and leased (its runner prolongs the
//! lease while it goes on; a crash frees it when the lease runs out). A job that has failed too often is dead: it ends what
//! waits for it, and admins see it in the settings. An instance takes only the kinds that it knows: while a desk is being
//! upgraded, an older one leaves a newer one's work alone. Recurring work is one table in `recurring.rs`.

mod dead;
mod recurring;
mod runner;
pub mod store;
mod webhook;

use std::future::Future;

use serde::Serialize;
use serde::de::DeserializeOwned;

use crate::channels::Net;
use crate::config::Config;
use crate::db::types::UtcTime;
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::files::Files;
use crate::secrets::Secrets;

pub use dead::{remove_dead, try_again};
pub use runner::{Registry, Runner};
pub use store::{Dead, dead, end_run, give_back, take_turn};
pub use webhook::{Post, post};

/// What a job works with.
#[derive(Clone)]
pub struct Ctx {
    pub db: Db,
    pub config: Config,
    pub secrets: Secrets,
    pub files: Files,
    pub net: Net,
}

/// A kind of background work.
pub trait Job: Serialize + DeserializeOwned + Send + 'static {
    /// Its name in the database: never changed once it has run anywhere.
    const NAME: &'static str;
    /// How often it is tried before it is dead.
    const TRIES: i32 = 8;
    /// How many of them one process does at a time. What takes long, or hangs, stands in the way of its own kind only.
    const PLACES: usize = 3;

    /// Two waiting jobs of the same key are one.
    fn unique_key(&self) -> Option<String> {
        None
    }

    /// Does the work. It may have been done already, wholly or in part, by a try that crashed.
    fn run(self, ctx: &Ctx) -> impl Future<Output = Result<()>>;

    /// It has failed too often: ends what waits for it, in the transaction in which it dies. True if it has ended it, so
    /// that to try again would do nothing.
    fn died(self, _tx: &mut Tx) -> Result<bool> {
        Ok(false)
    }
}

/// Puts a job in the queue, with the change that makes it necessary.
pub fn enqueue<J: Job>(tx: &mut Tx, job: &J) -> Result<()> {
    enqueue_at(tx, job, UtcTime::now())
}

/// The same for later.
pub fn enqueue_at<J: Job>(tx: &mut Tx, job: &J, at: UtcTime) -> Result<()> {
    let payload = serde_json::to_string(job).map_err(|e| Error::Internal(e.to_string()))?;
    store::insert(tx, J::NAME, &payload, job.unique_key().as_deref(), at)
}

/// The same for many at once, without their keys: whoever is waiting already stays, too.
pub fn enqueue_all<J: Job>(tx: &mut Tx, jobs: &[J]) -> Result<()> {
    let payloads: Result<Vec<_>, _> = jobs.iter().map(serde_json::to_string).collect();
    let payloads = payloads.map_err(|e| Error::Internal(e.to_string()))?;
    payloads.chunks(1_000).try_for_each(|payloads| store::insert_all(tx, J::NAME, payloads))
}

/// Takes back what waits under the key of this job, or is being done: whoever does it asks now and then whether it
/// [`is_wanted`].
pub fn withdraw<J: Job>(tx: &mut Tx, job: &J) -> Result<()> {
    let Some(key) = job.unique_key() else { return Ok(()) };
    store::withdraw(tx, J::NAME, &key)
}

/// Whether a job is to be done still: one that is being done may have been taken back.
pub fn is_wanted<J: Job>(conn: &mut Conn, job: &J) -> Result<bool> {
    let payload = serde_json::to_string(job).map_err(|e| Error::Internal(e.to_string()))?;
    store::is_wanted(conn, J::NAME, &payload)
}

/// Whether a job of this key waits, or is being done.
pub fn is_under_way<J: Job>(conn: &mut Conn, key: &str) -> Result<bool> {
    store::is_under_way(conn, J::NAME, key)
}

/// The message id of how a run of many steps stands, and the kind of its flag.
pub fn run_state(is_over: bool, is_stopped: bool, is_broken: bool) -> (&'static str, &'static str) {
    match (is_over, is_stopped) {
        (true, _) if is_broken => ("run-state-broken", "bad"),
        (false, _) => ("run-state-going", "info"),
        (true, true) => ("run-state-stopped", "warn"),
        (true, false) => ("run-state-done", "ok"),
    }
}
