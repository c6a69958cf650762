//! Connections out of the pool, and what is read on them.
//!
//! PostgreSQL is not asked first whether a connection is still alive: that would be a round trip of each read. The first
//! statement shows it, and as nothing has happened before that, the next connection is tried.

use diesel::connection::{AnsiTransactionManager, TransactionManager};
use diesel::prelude::*;
use diesel::r2d2::PooledConnection;

use super::conn::Connector;
use super::{Conn, Db, Failure, guarded};
use crate::error::Error;

pub(super) type Held = PooledConnection<Connector>;

impl Db {
    fn held(&self) -> Result<Held, Failure> {
        self.0.pool.get().map_err(|_| Failure::Busy)
    }

    /// A connection in the transaction that `begin` begins.
    pub(super) fn begun(&self, begin: impl Fn(&mut Conn) -> QueryResult<()>) -> Result<Held, Failure> {
        // After a restart of PostgreSQL, all that waited in the pool are dead.
        for _ in 0..self.0.pool.max_size() {
            let mut held = self.held()?;
            match begin(&mut held.conn) {
                Ok(()) => return Ok(held),
                Err(_) => held.is_dead = true,
            }
        }
        let mut held = self.held()?;
        begin(&mut held.conn)?;
        Ok(held)
    }

    /// As [`Db::read`], on the calling thread: for the command line and for worker threads.
    pub fn read_blocking<T>(&self, f: impl FnOnce(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut told = Err(Failure::Closed.into());
        self.read_and(f, &mut |answer| told = answer);
        told
    }

    /// The same; `answer` hears what was read before the transaction ends, which on PostgreSQL is a round trip that nothing
    /// depends on.
    pub(super) fn read_and<T>(
        &self,
        f: impl FnOnce(&mut Conn) -> Result<T, Error>,
        answer: &mut dyn FnMut(Result<T, Error>),
    ) {
        let _reader = self.0.kept.reader();
        match self.begun(begin_read) {
            Ok(mut held) => {
                answer(guarded(|| f(&mut held.conn)));
                held.is_dead = Conn::rollback_transaction(&mut held.conn).is_err();
            }
            Err(failure) => answer(Err(failure.into())),
        }
    }

    /// As [`Db::look`], on the calling thread.
    pub(super) fn look_blocking<T>(&self, f: impl Fn(&mut Conn) -> Result<T, Error>) -> Result<T, Error> {
        let mut tries_left = self.0.pool.max_size();
        loop {
            let _reader = self.0.kept.reader();
            let mut held = self.held()?;
            match guarded(|| f(&mut held.conn)) {
                Err(Error::Db(_)) if tries_left > 0 && !held.is_alive() => {
                    held.is_dead = true;
                    tries_left -= 1;
                }
                answer => return answer,
            }
        }
    }
}

/// One transaction that sees one state of the database.
fn begin_read(conn: &mut Conn) -> QueryResult<()> {
    match conn {
        Conn::Postgres(pg) => {
            AnsiTransactionManager::begin_transaction_sql(pg, "BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY")
        }
        Conn::Sqlite(sqlite) => AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN"),
    }
}
