//! The writer of the embedded engine: one thread, one connection, many calls a commit.
//!
//! SQLite has one writer at a time. Letting callers queue here instead of at its lock makes the wait fair, and one
//! fsync pays for all that wait: 64 callers get 23,000 durable writes a second where a pool of four gets 5,300.
//! Each call runs in its own savepoint, so that one that fails or panics takes nothing with it.

use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::{Arc, Mutex, PoisonError, mpsc};
use std::thread;
use std::time::{Duration, Instant};

use diesel::RunQueryDsl;
use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::r2d2::ManageConnection;
use diesel::result::Error as Sql;
use tokio::sync::{Semaphore, oneshot};

use super::conn::{Conn, Connector, Opened};
use super::kept::{Kept, Writes};
use super::sql::Sql as Statement;
use super::tx::Told;
use super::{Failure, Tx, guarded};
use crate::error::Error;
use crate::realtime::{Bus, Topic};

/// Calls that may wait before the next one is refused.
const QUEUE: usize = 1024;
/// Calls of async threads that are in hand at once, and so at the most in one commit. Others wait for their turn, and are told to
/// come again after [`PATIENCE`].
const IN_HAND: usize = 64;
/// How far the writing thread stands back where processors are short. A commit works for a millisecond and more at a time,
/// and a page that is ready to go on would wait behind it: beside 3,000 messages a second p95 of the inbox was 2.9 to 3.2
/// times the quiet figure at 0, 2.2 to 2.5 at 7, 1.8 to 2.2 at 10 and 1.5 to 1.9 at 15. Where pages take all there is (32
/// connections on two cores), 64 visitors get 1,700 messages a second instead of 3,200, none of them after more than 80 ms, and
/// pages two fifths more.
const NICE: i32 = 15;
/// How long after a commit of several calls the next one begins, unless so many wait that they fill it. Those that come
/// meanwhile share it, where each few would pay for a commit of their own, and each commit has pages count and read anew. Two
/// cores, 3,000 messages a second: p95 of the inbox and of customers was 1.9 and 1.6 to 1.9 times the quiet figure with commits
/// of up to 8 calls, 2 ms apart while fewer waited; with up to 64 calls it is 1.6 and 1.7 at 3 ms, 1.6 and 1.5 at 4, 1.4 to 1.7
/// and 1.3 to 1.5 at 5 and 6. Of 64 visitors who write as fast as they can, 5,800 to 6,300 messages a second got through, now
/// 8,200, 7,200, 6,500 and 5,900. Who writes alone, one call after the other, does not wait.
const REST: Duration = Duration::from_millis(4);
/// How long a call waits in line: a little longer than those before it wait for a lock on the file.
const PATIENCE: Duration = Duration::from_secs(6);
/// Calls in one commit, at the most.
const BATCH: usize = 256;
/// How long a commit collects calls, at the most.
const BATCH_TIME: Duration = Duration::from_millis(20);

/// The waiting line before the writing thread.
pub(super) struct Writer {
    queue: Mutex<Option<mpsc::SyncSender<Box<dyn Job>>>>,
    thread: Mutex<Option<thread::JoinHandle<()>>>,
    turns: Semaphore,
    waiting: Arc<AtomicUsize>,
}

/// Counts somebody who waits, until they do no more or have gone away.
struct Waiting<'a>(&'a AtomicUsize);

impl Drop for Waiting<'_> {
    fn drop(&mut self) {
        self.0.fetch_sub(1, Ordering::Relaxed);
    }
}

impl Writer {
    pub fn start(connector: Connector, opened: Opened, bus: Bus, kept: Kept) -> Result<Writer, Failure> {
        let (queue, calls) = mpsc::sync_channel(QUEUE);
        let waiting = Arc::new(AtomicUsize::new(0));
        let crowd = waiting.clone();
        let thread = thread::Builder::new()
            .name("writer".into())
            .spawn(move || {
                stand_back();
                run(&connector, opened, &calls, &bus, &kept, &crowd);
            })
            .map_err(|e| Failure::Unreachable(e.to_string()))?;
        Ok(Writer {
            queue: Mutex::new(Some(queue)),
            thread: Mutex::new(Some(thread)),
            turns: Semaphore::new(IN_HAND),
            waiting,
        })
    }

    /// Waits in line, lines up `f`, and waits until it is on disk.
    pub async fn call_in_turn<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let before = self.waiting.fetch_add(1, Ordering::Relaxed);
        let _waiting = Waiting(&self.waiting);
        if before >= QUEUE {
            return Err(Failure::Busy.into());
        }
        let _turn = match self.turns.try_acquire() {
            Ok(turn) => turn,
            Err(_) => {
                let turn = tokio::time::timeout(PATIENCE, self.turns.acquire()).await;
                turn.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Closed)?
            }
        };
        self.call(f)?.await.map_err(|_| Failure::Closed)?
    }

    /// Lines up `f`; its result comes once it is on disk.
    pub fn call<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<oneshot::Receiver<Result<T, Error>>, Failure> {
        let (reply, answer) = oneshot::channel();
        let queue = self.queue.lock().unwrap_or_else(PoisonError::into_inner).clone().ok_or(Failure::Closed)?;
        queue.try_send(Box::new(Call { f, result: None, reply })).map_err(|e| match e {
            mpsc::TrySendError::Full(_) => Failure::Busy,
            mpsc::TrySendError::Disconnected(_) => Failure::Closed,
        })?;
        Ok(answer)
    }

    /// Those who wait for their turn, with those in hand.
    pub fn waiting(&self) -> usize {
        self.waiting.load(Ordering::Relaxed)
    }

    pub fn close(&self) {
        self.queue.lock().unwrap_or_else(PoisonError::into_inner).take();
        if let Some(thread) = self.thread.lock().unwrap_or_else(PoisonError::into_inner).take() {
            let _ = thread.join();
        }
    }
}

/// Of threads one by one on Linux only; elsewhere it would be the whole process.
fn stand_back() {
    #[cfg(target_os = "linux")]
    if let Err(error) = rustix::process::nice(NICE) {
        tracing::debug!(%error, "the writing thread has the same rank as all others");
    }
}

trait Job: Send {
    /// Does the call's work; false undoes it.
    fn run(&mut self, tx: &mut Tx) -> bool;
    /// Tells the caller, once the commit has succeeded or failed.
    fn answer(self: Box<Self>, saved: Result<(), Arc<str>>);
}

struct Call<F, T> {
    f: F,
    result: Option<Result<T, Error>>,
    reply: oneshot::Sender<Result<T, Error>>,
}

impl<T: Send, F: Fn(&mut Tx) -> Result<T, Error> + Send> Job for Call<F, T> {
    fn run(&mut self, tx: &mut Tx) -> bool {
        self.result.insert(guarded(|| (self.f)(tx))).is_ok()
    }

    fn answer(self: Box<Self>, saved: Result<(), Arc<str>>) {
        // A caller that has gone away needs no answer.
        let _ = self.reply.send(match (self.result, saved) {
            (Some(Err(own)), _) => Err(own),
            (Some(Ok(value)), Ok(())) => Ok(value),
            (_, saved) => Err(Failure::NotSaved(saved.err().unwrap_or_else(|| "not reached".into())).into()),
        });
    }
}

fn run(
    connector: &Connector,
    opened: Opened,
    calls: &mpsc::Receiver<Box<dyn Job>>,
    bus: &Bus,
    kept: &Kept,
    crowd: &AtomicUsize,
) {
    let Opened { mut conn, mut file, .. } = opened;
    let mut rest_until = Instant::now();
    while let Ok(first) = calls.recv() {
        if crowd.load(Ordering::Relaxed) < IN_HAND {
            thread::sleep(rest_until.saturating_duration_since(Instant::now()));
        }
        let mut done = vec![];
        let saved = match connector.check(file) {
            Ok(()) => batch(&mut conn, first, calls, &mut done).map_err(|e| Arc::from(e.to_string())),
            Err(moved) => {
                done.extend(std::iter::once(first).chain(calls.try_iter()));
                Err(Arc::from(moved.to_string()))
            }
        };
        match &saved {
            Ok((_, writes)) => kept.written(*writes),
            Err(_) => kept.written_somehow(),
        }
        let saved = saved.map(|(topics, _)| bus.announce(topics));
        if let Err(error) = &saved {
            tracing::error!(%error, calls = done.len(), "a commit failed; its calls were told so");
            // The old connection rolls back as it closes. If no new one opens now, the next batch tries again.
            if let Ok(fresh) = connector.connect() {
                Opened { conn, file, .. } = fresh;
            }
        }
        if done.len() > 1 {
            rest_until = Instant::now() + REST;
        }
        for job in done {
            job.answer(saved.clone());
            // As between calls: all at once, they would stand before a page that is ready to go on.
            thread::yield_now();
        }
    }
}

/// Runs `first` and whatever else waits in one transaction. All jobs taken end up in `done`, also on failure. Gives what
/// they announce, and what they say of their extent.
fn batch(
    conn: &mut Conn,
    first: Box<dyn Job>,
    calls: &mpsc::Receiver<Box<dyn Job>>,
    done: &mut Vec<Box<dyn Job>>,
) -> Result<(Vec<Topic>, Writes), Sql> {
    let (started, mut topics, mut writes, mut next) = (Instant::now(), vec![], Writes::default(), Some(first));
    if let Conn::Sqlite(sqlite) = conn {
        AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE").inspect_err(|_| {
            // Whoever waits behind has waited as long: they are told, too, instead of one after the other.
            done.extend(next.take().into_iter().chain(calls.try_iter()));
        })?;
    }
    while let Some(mut job) = next {
        let outcome = in_savepoint(conn, &mut *job);
        done.push(job);
        // Whoever is ready goes first; where a processor is free, this is nothing. Without it a page beside 3,000 messages a
        // second took 2.0 to 2.3 times as long as alone (p95), with it 1.7 to 2.0, and as many messages got through.
        thread::yield_now();
        if let Some(told) = outcome? {
            writes.add(told.writes());
            for topic in told.topics {
                if !topics.contains(&topic) {
                    topics.push(topic);
                }
            }
        }
        let go_on = done.len() < BATCH && started.elapsed() < BATCH_TIME;
        next = if go_on { calls.try_recv().ok() } else { None };
    }
    Conn::commit_transaction(conn)?;
    Ok((topics, writes))
}

/// Runs one job in its own savepoint; `None` if it was undone. An error here means that the whole batch is lost.
fn in_savepoint(conn: &mut Conn, job: &mut dyn Job) -> Result<Option<Told>, Sql> {
    Statement::new("SAVEPOINT call").execute(conn)?;
    let mut tx = Tx::new(conn);
    let ok = job.run(&mut tx);
    let Tx { conn, told } = tx;
    // More than one level: a panic left nested transactions open, which diesel does not release by itself.
    let open = Conn::transaction_manager_status_mut(conn).transaction_depth()?.map_or(0, |depth| depth.get());
    for _ in 1..open {
        Conn::rollback_transaction(conn)?;
    }
    // SQLite keeps a savepoint after ROLLBACK TO. Both fail if SQLite has ended the transaction by itself.
    let keep = ok && open == 1;
    if !keep {
        conn.batch_execute("ROLLBACK TO call")?;
    }
    Statement::new("RELEASE call").execute(conn)?;
    Ok(keep.then_some(told))
}
