//! Writes: one transaction each, announced after its commit.

use std::sync::Arc;
use std::time::Duration;

use actix_web::web;
use diesel::connection::TransactionManager;
use tokio::sync::{AcquireError, OwnedSemaphorePermit};

use super::tx::{Told, Tx};
use super::{Conn, Db, Failure, WAIT_FOR_TURN, Word, guarded};
use crate::error::Error;
use crate::measures::Calls;

/// How often [`Db::write_patiently`] tries, and by how much its pauses grow.
const PATIENT_TRIES: u32 = 5;
const PATIENT_PAUSE: Duration = Duration::from_millis(200);

impl Db {
    /// Runs `f` in one transaction and waits until it is on disk. `f` may be called again after a conflict.
    pub async fn write<T: Send + 'static>(
        &self,
        f: impl Fn(&mut Tx) -> Result<T, Error> + Send + 'static,
    ) -> Result<T, Error> {
        let _measured = self.0.calls.get().map(Calls::write);
        match &self.0.writer {
            Some(writer) => writer.call_in_turn(f).await,
            None => {
                let (db, turn) = (self.clone(), self.turn_to_write().await?);
                #[expect(clippy::disallowed_methods, reason = "the home of blocking work on the database")]
                let written = web::block(move || {
                    let written = db.write_here(f);
                    // As long as the work lasts, also when the caller has gone.
                    drop(turn);
                    written
                });
                written.await.map_err(|_| Failure::Closed)?
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
                    let travelling = told.topics.iter().filter(|topic| topic.travels()).cloned().collect();
                    self.0.bus.announce(told.topics);
                    self.tell_others(Word::new(writes, travelling));
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

    async fn turn_to_write(&self) -> Result<(OwnedSemaphorePermit, OwnedSemaphorePermit), Failure> {
        let (writing, turns) = (self.0.writing.clone(), self.0.turns.clone());
        let both = async { Ok::<_, AcquireError>((writing.acquire_owned().await?, turns.acquire_owned().await?)) };
        let turn = tokio::time::timeout(WAIT_FOR_TURN, both).await;
        turn.map_err(|_| Failure::Busy)?.map_err(|_| Failure::Closed)
    }
}

/// What a call does within its transaction.
fn run<T>(conn: &mut Conn, f: impl Fn(&mut Tx) -> Result<T, Error>) -> Result<(T, Told), Error> {
    let mut tx = Tx::new(conn);
    let value = f(&mut tx)?;
    Ok((value, tx.told))
}
