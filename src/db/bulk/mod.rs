//! Loading millions of rows into a database that nobody uses yet.
//!
//! Indexes, triggers and foreign keys of the loaded tables are put away first and made again at the end, in one pass
//! each. What was put away stands in the database itself, so that an interrupted load can be told and begun again.
//! On SQLite rows go in by inserts of some rows, through a connection made for that, on PostgreSQL by COPY.

mod belongings;
mod feed;
mod rows;
mod target;
mod text;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;

pub use feed::Feed;
use feed::File;
pub use rows::Rows;
pub use target::{Target, is_number};
use text::Filling;
pub use text::TextIndex;

use super::conn::{Access, Conn, Connector};
use super::{Failure, Tx, dialect};
use crate::error::Error;

/// What is loaded, by the names of the tables and indexes.
pub struct Scope<'a> {
    /// They are emptied, and what belongs to them is put away.
    pub loaded: &'a [&'a str],
    /// They are emptied only: their few rows are written one by one.
    pub emptied: &'a [&'a str],
    /// Indexes that hold few of the rows. On SQLite they stay: to ask each row whether it belongs there costs a fifth
    /// of reading the whole table again.
    pub sparse: &'a [&'a str],
}

/// A database that is being loaded.
pub struct Bulk {
    url: String,
    conn: Conn,
    filling: Option<Filling>,
}

/// Nothing but new pages is written, so a rollback journal stays small where the log would hold every row twice. A killed
/// load leaves a whole file; only a power cut may not. What a column's values may be is a list that SQLite makes a table
/// of and looks up for every row: half the time of inserting messages. Whoever makes the rows has these values from the
/// same types as the desk.
const SQLITE_PRAGMAS: &str = "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; \
    PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON";
/// While rows go in: the indexes that stay are kept at hand.
const SQLITE_ROWS: &str = "PRAGMA cache_size = -65536";
/// While indexes are made: an index is sorted in pieces as large as the cache, by a thread beside the one that reads. In
/// memory it would be one piece, and one thread; of larger pieces more is left to do when everything is read.
const SQLITE_INDEXES: &str = "PRAGMA cache_size = -16384; PRAGMA temp_store = FILE; PRAGMA threads = 2";

impl Bulk {
    /// Opens a migrated database for loading alone.
    pub fn open(url: &str) -> Result<Self, Failure> {
        let mut conn = Connector::to(url, Access::Write).connect()?.conn;
        match &mut conn {
            Conn::Sqlite(sqlite) => sqlite.batch_execute(&format!("{SQLITE_PRAGMAS}; {SQLITE_INDEXES}"))?,
            Conn::Postgres(pg) => pg.batch_execute(
                "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'",
            )?,
        }
        Ok(Self { url: url.into(), conn, filling: None })
    }

    /// The connection, for what is not loaded.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.conn
    }

    /// Empties the tables, and puts what belongs to the loaded ones away. Returns the statements that make it again;
    /// `keep` stores these in the same transaction, along with `earlier` ones that an interrupted load has left.
    pub fn put_away(
        &mut self,
        scope: &Scope,
        earlier: Vec<String>,
        keep: impl FnOnce(&mut Conn, &[String]) -> QueryResult<()>,
    ) -> QueryResult<Vec<String>> {
        let emptied: Vec<&str> = scope.loaded.iter().chain(scope.emptied).copied().collect();
        self.conn.transaction(|conn| {
            let (drops, mut makes) = belongings::of(conn, scope.loaded, scope.sparse)?;
            for sql in earlier {
                if !makes.contains(&sql) {
                    makes.push(sql);
                }
            }
            // Indexes first: foreign keys are checked by them.
            makes.sort_by_key(|sql| !sql.contains(" INDEX "));
            keep(conn, &makes)?;
            for sql in drops {
                conn.batch_execute(&sql)?;
            }
            match conn {
                Conn::Sqlite(_) => {
                    for table in emptied {
                        conn.batch_execute(&format!(
                            "DELETE FROM {table}; DELETE FROM sqlite_sequence WHERE name = '{table}'"
                        ))?;
                    }
                }
                Conn::Postgres(_) => {
                    conn.batch_execute(&format!("TRUNCATE {} RESTART IDENTITY CASCADE", emptied.join(", ")))?;
                }
            }
            Ok(makes)
        })
    }

    /// Runs `f` in one transaction, for rows that are written one by one.
    pub fn write<T>(&mut self, f: impl FnOnce(&mut Tx) -> Result<T, Error>) -> Result<T, Error> {
        self.conn.transaction(|conn| f(&mut Tx::new(conn)))
    }

    /// Calls `f` with where the rows go in. A text index is filled meanwhile, where the engine has any.
    pub fn feed<T>(
        &mut self,
        (index, texts): (&'static TextIndex, impl Iterator<Item = Rows> + Send + 'static),
        f: impl FnOnce(&mut Feed) -> Result<T, Error>,
    ) -> Result<T, Error> {
        let sqlite = match &mut self.conn {
            Conn::Postgres(pg) => return f(&mut Feed::Postgres(pg)),
            Conn::Sqlite(sqlite) => sqlite,
        };
        self.filling = Some(index.fill(belongings::text_index(sqlite, index.name)?, texts));
        lend(sqlite, || f(&mut Feed::Sqlite(File::open(&self.url, &format!("{SQLITE_PRAGMAS}; {SQLITE_ROWS}"))?)))
    }

    /// Makes again what [`Bulk::put_away`] has put away, and tells which step comes, of how many.
    pub fn make_again(&mut self, makes: &[String], step: &mut dyn FnMut(u64, u64)) -> QueryResult<()> {
        let of = makes.len() as u64;
        for (place, statement) in (1..).zip(makes) {
            step(place, of);
            self.conn.batch_execute(statement)?;
        }
        if let (Conn::Sqlite(sqlite), Some(filling)) = (&mut self.conn, self.filling.take()) {
            let filled = filling.wait()?;
            lend(sqlite, || filled.hand_over(&self.url))?;
        }
        Ok(())
    }

    /// What follows the indexes: numbers for later rows, the planner's figures, and on SQLite the log that the desk works
    /// with.
    pub fn finish(&mut self) -> QueryResult<()> {
        if let Conn::Postgres(pg) = &mut self.conn {
            for name in belongings::numbered(pg)? {
                pg.batch_execute(&format!(
                    "SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {name}), false)"
                ))?;
            }
            // So that the first pages need not note for each row that it is visible.
            pg.batch_execute("VACUUM")?;
        }
        dialect::analyze(&mut self.conn)?;
        if let Conn::Sqlite(sqlite) = &mut self.conn {
            sqlite.batch_execute(
                "PRAGMA ignore_check_constraints = OFF; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL",
            )?;
        }
        Ok(())
    }

    /// Numbers later rows of these tables behind the last number that was ever given in them, which may be of a row that is
    /// gone.
    pub fn number_on(&mut self, given: &[(String, u64)]) -> QueryResult<()> {
        given.iter().try_for_each(|(name, last)| {
            self.conn.batch_execute(&format!(
                "SELECT setval(pg_get_serial_sequence('{name}', 'id'), \
                 GREATEST({last}, (SELECT COALESCE(MAX(id), 0) FROM {name})) + 1, false)"
            ))
        })
    }
}

/// Gives a file that is locked to another connection for as long as `f` goes on.
fn lend<T, E: From<diesel::result::Error>>(
    sqlite: &mut SqliteConnection,
    f: impl FnOnce() -> Result<T, E>,
) -> Result<T, E> {
    // A lock is given up by the next reading.
    sqlite.batch_execute("PRAGMA locking_mode = NORMAL; SELECT 1 FROM sqlite_schema LIMIT 1")?;
    let done = f()?;
    sqlite.batch_execute("PRAGMA locking_mode = EXCLUSIVE")?;
    Ok(done)
}
