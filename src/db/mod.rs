//! The one door to the database: `read` and `write`.
//!
//! - [`Db::read`] runs on a pool of connections that refuse writes, in one transaction, so that a page agrees with itself.
//! - [`Db::write`] is the only way to a [`Tx`]. Its closure may run again after a conflict: it changes nothing outside
//!   the database, and it does no network, no file work and no rendering. Work for later is a job row in the same `Tx`.
//! - Topics published on a `Tx` are announced after its commit, and only then.
//!
//! On SQLite one thread owns the one writing connection and commits many calls at once (`writer.rs`); on PostgreSQL
//! each write is its own transaction, repeated when the engine asks for it.

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

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::sync::{Arc, OnceLock};
use std::time::Duration;

use actix_web::web;
use diesel::connection::TransactionManager;
use diesel::r2d2::{ManageConnection, Pool};
use tokio::sync::{AcquireError, OwnedSemaphorePermit, Semaphore, SemaphorePermit, oneshot};

use announcer::Announcer;
pub use announcer::Word;
use conn::{Access, Connector};
pub use conn::{Backend, Conn};
pub use dialect::Listener;
pub use failure::Failure;
use kept::{Kept, Writes};
use tx::Told;
pub use tx::Tx;
use writer::Writer;

use crate::error::Error;
use crate::measures::Calls;
use crate::realtime::{Bus, Changes, Topic};

/// How long a call waits for its turn before the answer is 503.
const WAIT_FOR_TURN: Duration = Duration::from_millis(500);
/// How long a call whose turn it is waits for a connection that has to be made first. Both together stay below a second.
const WAIT_FOR_CONNECTION: Duration = Duration::from_millis(400);

/// How often [`Db::write_patiently`] tries, and by how much its pauses grow.
const PATIENT_TRIES: u32 = 5;
const PATIENT_PAUSE: Duration = Duration::from_millis(200);

/// Where a database is, and how it is reached.
#[derive(Clone, Debug)]
pub struct Address {
    /// `postgres://…`, or the path of an SQLite file.
    pub url: String,
    /// PostgreSQL itself, where `url` leads to a pooler that gives each transaction another connection: who listens
    /// needs one of their own.
    pub direct_url: Option<String>,
    /// Whether PostgreSQL keeps statements prepared; some poolers do not know them.
    pub keeps_prepared: bool,
}

impl<T: AsRef<str> + ?Sized> From<&T> for Address {
    fn from(url: &T) -> Self {
        Self { url: url.as_ref().into(), direct_url: None, keeps_prepared: true }
    }
}

impl Address {
    /// Past the pooler, if there is one.
    pub fn direct(&self) -> &str {
        self.direct_url.as_ref().unwrap_or(&self.url)
    }
}

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
    writing: Semaphore,
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
        let connections = usize::try_from(readers).unwrap_or(1);
        let turns = Arc::new(Semaphore::new(connections));
        let writing = Semaphore::new((connections * 2 / 3).max(1));
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

    async fn turn_to_write(&self) -> Result<(SemaphorePermit<'_>, SemaphorePermit<'_>), Failure> {
        let both = async { Ok::<_, AcquireError>((self.0.writing.acquire().await?, self.0.turns.acquire().await?)) };
        let turn = tokio::time::timeout(WAIT_FOR_TURN, both).await;
        turn.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Closed)
    }

    /// Runs `f` in one transaction and waits until it is on disk. `f` may be called again after a conflict.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _measured = self.0.calls.get().map(Calls::write);
        match &self.0.writer {
            Some(writer) => writer.call_in_turn(f).await,
            None => {
                let db = self.clone();
                let _turn = self.turn_to_write().await?;
                #[expect(clippy::disallowed_methods, reason = "the home of blocking work on the database")]
                web::block(move || db.write_here(f)).await.map_err(|_| Failure::Closed)?
            }
        }
    }

    /// As [`Db::write`], for what must not be lost to a database that is away or busy for a moment: made again a few times.
    pub async fn write_patiently<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + Sync + 'static,
    ) -> Result<T, Error> {
        let f = Arc::new(f);
        let mut pause = PATIENT_PAUSE;
        for _ in 1..PATIENT_TRIES {
            let again = f.clone();
            match self.write(move |tx| again(tx)).await {
                Err(Error::Db(failure)) if failure.is_temporary() => tokio::time::sleep(pause).await,
                done => return done,
            }
            pause += PATIENT_PAUSE;
        }
        self.write(move |tx| f(tx)).await
    }

    /// As [`Db::write`], on the calling thread, which must not be an async one.
    pub fn write_blocking<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _measured = self.0.calls.get().map(Calls::write);
        match &self.0.writer {
            Some(writer) => writer.call(f)?.blocking_recv().map_err(|_| Failure::Closed)?,
            None => self.write_here(f),
        }
    }

    fn write_here<T>(&self, f: impl Fn(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
        const TRIES: u32 = 10;
        for attempt in 1..=TRIES {
            let outcome = guarded(|| {
                // A connection that a panic leaves inside a transaction is thrown away by the pool.
                let mut held = self.begun(Conn::begin_transaction)?;
                let outcome = run(&mut held.conn, &f);
                match &outcome {
                    Ok(_) => Conn::commit_transaction(&mut held.conn)?,
                    // What has failed is told, not that it could not be undone: the pool sees that, and the server does it.
                    Err(_) => held.is_dead = Conn::rollback_transaction(&mut held.conn).is_err(),
                }
                outcome
            });
            // After an error, too: a connection that was lost does not say whether it had committed.
            match &outcome {
                Ok((_, told)) => self.0.kept.written(told.writes()),
                Err(_) => self.0.kept.written_somehow(),
            }
            match outcome {
                Ok((value, told)) => {
                    let writes = told.writes();
                    self.0.bus.announce(told.topics.clone());
                    self.tell_others(Word::new(writes, told.topics));
                    return Ok(value);
                }
                Err(Error::Db(failure)) if attempt < TRIES && failure.is_conflict() => {
                    // Without chance in it, the same two calls meet again and again.
                    std::thread::sleep(Duration::from_millis(rand::random_range(0..u64::from(attempt) * 20)));
                }
                Err(error) => return Err(error),
            }
        }
        Err(Failure::Busy.into())
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

/// What a call does within its transaction.
fn run<T>(conn: &mut Conn, f: impl Fn(&mut Tx) -> Result<T, Error>) -> Result<(T, Told), Error> {
    let mut tx = Tx::new(conn);
    let value = f(&mut tx)?;
    Ok((value, tx.told))
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
