//! One connection type for both engines.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::{ManageConnection, R2D2Connection};

use super::Failure;

/// A connection to one of the two engines. Queries are written once against it; what differs is in `dialect`.
#[derive(diesel::MultiConnection)]
pub enum Conn {
    /// PostgreSQL 15 or later.
    Postgres(PgConnection),
    /// The embedded engine.
    Sqlite(SqliteConnection),
}

/// What a connection may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    Read,
    Write,
}

/// Opens connections for the pool and the writer. Looks at the URL's scheme itself: `Conn::establish` tries every
/// engine in turn, hides the reason of a failure and makes a file out of a mistyped `postgres` URL.
#[derive(Clone)]
pub(super) struct Connector {
    pub url: String,
    pub access: Access,
}

impl Connector {
    pub fn is_sqlite(&self) -> bool {
        is_sqlite(&self.url)
    }
}

pub(super) fn is_sqlite(url: &str) -> bool {
    !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
}

/// WAL lets readers work beside the writer; FULL makes an acknowledged write survive a power cut.
/// A small page cache and a memory map were measured: the map halves the time of a list page, a bigger cache does not.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000; PRAGMA mmap_size = 268435456; \
    PRAGMA recursive_triggers = ON;";

impl ManageConnection for Connector {
    type Connection = Conn;
    type Error = Failure;

    fn connect(&self) -> Result<Conn, Failure> {
        if !self.is_sqlite() {
            let mut pg = PgConnection::establish(&self.url)?;
            pg.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning")?;
            return Ok(Conn::Postgres(pg));
        }
        let mut sqlite = SqliteConnection::establish(&self.url)?;
        sqlite.batch_execute(SQLITE_PRAGMAS)?;
        if self.access == Access::Read {
            sqlite.batch_execute("PRAGMA query_only = ON;")?;
        }
        Ok(Conn::Sqlite(sqlite))
    }

    fn is_valid(&self, conn: &mut Conn) -> Result<(), Failure> {
        match conn {
            Conn::Postgres(pg) => Ok(pg.ping()?),
            // An embedded database cannot go away between two calls; asking it would only cost time.
            Conn::Sqlite(_) => Ok(()),
        }
    }

    fn has_broken(&self, conn: &mut Conn) -> bool {
        std::thread::panicking() || conn.is_broken()
    }
}
