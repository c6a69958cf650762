//! The one door to the database: `read` and `write`.
//!
//! - [`Db::read`] runs on a pool of connections that refuse writes, in one transaction, so that a page agrees with itself.
//! - [`Db::write`] is the only way to a [`Tx`]. Its closure may run again after a conflict: it changes nothing outside
//!   the database, and it does no network, no file work and no rendering. Work for later is a job row in the same `Tx`.
//! - Topics published on a `Tx` are announced after its commit, and only then.
//!
//! On SQLite one thread owns the one writing connection and commits many calls at once (`writer.rs`); on PostgreSQL
//! each write is its own transaction, repeated when the engine asks for it.

mod address;
mod alone;
mod announcer;
pub mod bulk;
mod conn;
pub mod dialect;
mod failure;
pub mod figures;
pub mod kept;
pub mod migrate;
pub mod moving;
pub mod page;
mod pooled;
pub mod schema;
pub mod sql;
mod tx;
pub mod types;
mod writer;
mod writing;

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use diesel::r2d2::{ManageConnection, Pool};
use tokio::sync::{OwnedSemaphorePermit, Semaphore, oneshot};

pub use address::Address;
pub use alone::{Alone, Sole, serve_alone, work_alone};
use announcer::Announcer;
pub use announcer::Word;
use conn::{Access, Connector};
pub use conn::{Backend, Conn};
pub use dialect::Listener;
pub use failure::Failure;
use kept::{Kept, Writes};
pub use tx::Tx;
use writer::Writer;

use crate::error::Error;
use crate::measures::Calls;
use crate::realtime::{Bus, Changes, Topic};

/// How long a call waits for its turn before the answer is 503.
const WAIT_FOR_TURN: Duration = Duration::from_millis(500);
/// How long a call whose turn it is waits for a connection that has to be made first. Both together stay below a second.
const WAIT_FOR_CONNECTION: Duration = Duration::from_millis(400);
/// The same when the database is opened. Nobody waits for a page then, and a busy machine may take longer over the first.
const WAIT_FOR_FIRST: Duration = Duration::from_secs(10);

/// How full a database is at this moment.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Load {
    pub connections: usize,
    pub in_use: usize,
    pub writes_waiting: usize,
}

/// The database. Cheap to clone.
#[derive(Clone)]
pub struct Db(Arc<Inner>);

struct Inner {
    pool: Pool<Connector>,
    /// One for each connection: whoever waits for one holds no thread.
    turns: Arc<Semaphore>,
    /// On PostgreSQL, so many of them for writing at once: with all of them, a page stood behind everybody who writes.
    writing: Arc<Semaphore>,
    bus: Bus,
    kept: Kept,
    /// Present on SQLite only.
    writer: Option<Writer>,
    /// Present on PostgreSQL only.
    announcer: Option<Announcer>,
    address: Address,
    /// Empty: nobody wants to know.
    calls: OnceLock<Calls>,
}

impl Db {
    /// Opens the database, creating an SQLite file that is not there. Runs no migrations.
    pub fn open(address: impl Into<Address>, readers: u32) -> Result<Db, Failure> {
        let address = address.into();
        let (bus, kept) = (Bus::default(), Kept::default());
        // First, so that a wrong URL or folder is told with its reason, which the pool would hide.
        let to = |access| Connector { keeps_prepared: address.keeps_prepared, ..Connector::to(&address.url, access) };
        let first = to(Access::First).connect()?;
        let writing = to(Access::Write);
        let (writer, access) = if writing.is_sqlite() {
            (Some(Writer::start(writing.clone(), first, bus.clone(), kept.clone())?), Access::Read)
        } else {
            (None, Access::Write)
        };
        let announcer = writer.is_none().then(|| Announcer::start(address.direct().to_owned())).transpose()?;
        let pool = Pool::builder()
            .max_size(readers)
            .min_idle(Some(1))
            .connection_timeout(WAIT_FOR_CONNECTION)
            // Of an SQLite file this is a look at its name; see `pooled` for PostgreSQL.
            .test_on_check_out(writer.is_some())
            .error_handler(Box::new(PoolErrors))
            .build_unchecked(Connector { access, ..writing });
        drop(pool.get_timeout(WAIT_FOR_FIRST).map_err(|_| Failure::Busy)?);
        let connections = usize::try_from(readers).unwrap_or(1);
        let turns = Arc::new(Semaphore::new(connections));
        let writing = Arc::new(Semaphore::new((connections * 2 / 3).max(1)));
        Ok(Db(Arc::new(Inner { pool, turns, writing, bus, kept, writer, announcer, address, calls: OnceLock::new() })))
    }

    /// Has its reads and writes measured from now on.
    pub fn measure(&self, calls: Calls) {
        // Once is enough.
        let _ = self.0.calls.set(calls);
    }

    /// How full it is: connections that there may be, those in use, and writes in line for the one writer.
    pub fn load(&self) -> Load {
        let connections = usize::try_from(self.0.pool.max_size()).unwrap_or_default();
        let in_use = connections.saturating_sub(self.0.turns.available_permits());
        Load { connections, in_use, writes_waiting: self.0.writer.as_ref().map_or(0, Writer::waiting) }
    }

    /// Every announcement from now on.
    pub fn subscribe(&self) -> Changes {
        self.0.bus.subscribe()
    }

    /// Announces here what needs no write of its own.
    pub fn announce(&self, topic: Topic) {
        if topic.may_change_what_is_kept() {
            self.written_elsewhere();
        }
        self.0.bus.announce([topic]);
    }

    /// Announces what another instance has written.
    pub fn hear(&self, word: Word) {
        self.0.kept.written(word.writes);
        self.0.bus.announce(word.topics);
    }

    /// Says that announcements may have been missed.
    pub fn announce_lost(&self) {
        self.announce(Topic::Everything);
    }

    /// Says so to the other instances: whoever was here before may have been killed between a commit and word of it.
    pub fn begins(&self) {
        self.tell_others(Word::lost());
    }

    fn tell_others(&self, word: Word) {
        if let Some(announcer) = &self.0.announcer {
            announcer.tell(word);
        }
    }

    /// Says that somebody has written past this door: what is kept of the database holds no more.
    pub fn written_elsewhere(&self) {
        self.0.kept.written_somehow();
    }

    /// What [`kept::answer`] and its like hold under this key now: for async code, which need not go to the database then.
    pub fn kept<T: Send + Sync + 'static>(&self, key: &str) -> Option<Arc<T>> {
        self.0.kept.now(key)?.downcast().ok()
    }

    /// Announces what needs no write of its own (presence, typing) to every instance.
    pub fn spread(&self, topic: Topic) {
        self.announce(topic.clone());
        self.tell_others(Word::new(Writes::default(), vec![topic]));
    }

    /// Whether the database is the embedded one.
    pub fn is_sqlite(&self) -> bool {
        self.0.writer.is_some()
    }

    /// The address that it was opened with.
    pub fn url(&self) -> &str {
        &self.0.address.url
    }

    /// The same, with how it is reached.
    pub fn address(&self) -> &Address {
        &self.0.address
    }

    /// Runs `f` in one read-only transaction, off the async threads.
    pub async fn read<T: Send + 'static>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _measured = self.0.calls.get().map(Calls::read);
        self.in_turn(move |db, answer| db.read_and(f, answer)).await
    }

    /// Runs `f`, which reads what need not agree with itself: on PostgreSQL without a transaction, whose beginning and end
    /// are two round trips more. `f` runs again if the connection was dead.
    pub async fn look<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Conn) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _measured = self.0.calls.get().map(Calls::read);
        self.in_turn(move |db, answer| answer(db.look_blocking(f))).await
    }

    /// Has `work` done on a thread that may wait for the database, when it is its turn. The turn lasts as long as the work,
    /// also when the caller has gone; the caller goes on as soon as the work has its answer.
    async fn in_turn<T: Send + 'static>(
        &self,
        work: impl FnOnce(&Db, &mut dyn FnMut(Result<T, Error>)) + Send + 'static,
    ) -> Result<T, Error> {
        let (db, turn) = (self.clone(), self.turn().await?);
        let (tell, told) = oneshot::channel();
        let is_afresh = kept::is_afresh();
        tokio::task::spawn_blocking(move || {
            let mut tell = Some(tell);
            let mut answer = |answer| {
                // The caller may have gone.
                let _ = tell.take().map(|tell| tell.send(answer));
            };
            if is_afresh {
                kept::afresh_here(|| work(&db, &mut answer));
            } else {
                work(&db, &mut answer);
            }
            drop(turn);
        });
        told.await.map_err(|_| Failure::Closed)?
    }

    async fn turn(&self) -> Result<OwnedSemaphorePermit, Failure> {
        // Mostly there is one, and no clock has to be set.
        if let Ok(turn) = self.0.turns.clone().try_acquire_owned() {
            return Ok(turn);
        }
        let turn = tokio::time::timeout(WAIT_FOR_TURN, self.0.turns.clone().acquire_owned()).await;
        turn.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Closed)
    }

    /// Refuses new writes, finishes those that wait, and returns when they are on disk and the other instances are told. Blocks.
    pub fn close(&self) {
        if let Some(writer) = &self.0.writer {
            writer.close();
        }
        if let Some(announcer) = &self.0.announcer {
            announcer.close();
        }
    }
}

/// Turns a panic inside a call into an error of that call.
fn guarded<T>(f: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    catch_unwind(AssertUnwindSafe(f)).unwrap_or_else(|panic| {
        let text = panic
            .downcast_ref::<String>()
            .cloned()
            .or_else(|| panic.downcast_ref::<&str>().map(|s| (*s).to_owned()))
            .unwrap_or_default();
        Err(Failure::Panic(text).into())
    })
}

#[derive(Debug)]
struct PoolErrors;

impl diesel::r2d2::HandleError<Failure> for PoolErrors {
    fn handle_error(&self, error: Failure) {
        tracing::warn!(%error, "no connection to the database");
    }
}
