//! One connection type for both engines.

use diesel::connection::{CacheSize, SimpleConnection};
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

/// What queries are built for: either engine.
pub type Backend = <Conn as Connection>::Backend;

/// What a connection may do.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Access {
    /// Writes, and makes the file if there is none.
    First,
    Write,
    Read,
}

/// Opens connections for the pool and the writer. Looks at the URL's scheme itself: `Conn::establish` tries every
/// engine in turn, hides the reason of a failure and makes a file out of a mistyped `postgres` URL.
#[derive(Clone)]
pub(super) struct Connector {
    pub url: String,
    pub access: Access,
    /// Whether PostgreSQL keeps statements prepared for the next time.
    pub keeps_prepared: bool,
}

impl Connector {
    pub fn to(url: &str, access: Access) -> Self {
        Self { url: url.into(), access, keeps_prepared: true }
    }

    pub fn is_sqlite(&self) -> bool {
        is_sqlite(&self.url)
    }
}

pub(super) fn is_sqlite(url: &str) -> bool {
    !(url.starts_with("postgres://") || url.starts_with("postgresql://"))
}

/// WAL lets readers work beside the writer; FULL makes an acknowledged write survive a power cut.
/// A small page cache and a memory map were measured: the map halves the time of a list page, a bigger cache does not. The
/// map covers the whole file, however large (`.cargo/config.toml` lets it): it takes addresses, not memory, and a search
/// that reads rows from all over took four times as long where the map ended before them.
const SQLITE_PRAGMAS: &str = "PRAGMA busy_timeout = 5000; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL; \
    PRAGMA foreign_keys = ON; PRAGMA temp_store = MEMORY; PRAGMA cache_size = -4000; PRAGMA mmap_size = 1099511627776; \
    PRAGMA recursive_triggers = ON;";

/// Which file it is, whatever its name: device and number there. Unknown where the system does not tell.
pub(super) type FileId = Option<(u64, u64)>;

/// A connection, and the file that it has open.
pub(super) struct Opened {
    pub conn: Conn,
    pub file: FileId,
    /// Not to be used again.
    pub is_dead: bool,
}

impl Opened {
    /// Asks the server.
    pub fn is_alive(&mut self) -> bool {
        match &mut self.conn {
            Conn::Postgres(pg) => pg.ping().is_ok(),
            Conn::Sqlite(_) => true,
        }
    }
}

impl Connector {
    /// Fails if another file than `file` has the database's name now, or none. SQLite would go on in the old one,
    /// which is lost with the process.
    pub fn check(&self, file: FileId) -> Result<(), Failure> {
        if !self.is_sqlite() || file_id(&self.url)? == file {
            return Ok(());
        }
        Err(Failure::Unreachable(format!("{} is another file than before", self.url)))
    }

    fn open(&self) -> Result<Conn, Failure> {
        if !self.is_sqlite() {
            let mut pg = PgConnection::establish(&self.url)?;
            pg.batch_execute("SET TIME ZONE 'UTC'; SET client_min_messages = warning")?;
            if !self.keeps_prepared {
                pg.set_prepared_statement_cache_size(CacheSize::Disabled);
            }
            return Ok(Conn::Postgres(pg));
        }
        // The engine says what it could not do, but not where.
        let mut sqlite =
            SqliteConnection::establish(&self.url).map_err(|e| Failure::Unreachable(format!("{}: {e}", self.url)))?;
        sqlite.batch_execute(SQLITE_PRAGMAS)?;
        if self.access == Access::Read {
            sqlite.batch_execute("PRAGMA query_only = ON;")?;
        }
        Ok(Conn::Sqlite(sqlite))
    }
}

/// Makes an empty file for its owner only where there is none. SQLite would let everybody read it, in a data folder that was
/// there before; its log takes the file's mode. What fails here fails there as well, which says it.
fn make_file(path: &str) {
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let _ = options.open(path);
}

/// The file of this name; fails if there is none.
fn file_id(path: &str) -> Result<FileId, Failure> {
    let about = std::fs::metadata(path).map_err(|e| Failure::Unreachable(format!("{path}: {e}")))?;
    Ok(number_of(&about))
}

#[cfg(unix)]
fn number_of(about: &std::fs::Metadata) -> FileId {
    use std::os::unix::fs::MetadataExt;
    Some((about.dev(), about.ino()))
}

#[cfg(not(unix))]
fn number_of(_: &std::fs::Metadata) -> FileId {
    None
}

impl ManageConnection for Connector {
    type Connection = Opened;
    type Error = Failure;

    fn connect(&self) -> Result<Opened, Failure> {
        if !self.is_sqlite() {
            return Ok(Opened { conn: self.open()?, file: None, is_dead: false });
        }
        // SQLite makes an empty database of a file that is not there: only the first connection may.
        if self.access == Access::First {
            make_file(&self.url);
        } else {
            file_id(&self.url)?;
        }
        let conn = self.open()?;
        Ok(Opened { file: file_id(&self.url)?, conn, is_dead: false })
    }

    fn is_valid(&self, opened: &mut Opened) -> Result<(), Failure> {
        match &mut opened.conn {
            Conn::Postgres(pg) => Ok(pg.ping()?),
            Conn::Sqlite(_) => self.check(opened.file),
        }
    }

    fn has_broken(&self, opened: &mut Opened) -> bool {
        opened.is_dead || std::thread::panicking() || opened.conn.is_broken()
    }
}
