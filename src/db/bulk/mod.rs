//! Loading millions of rows into a database that nobody uses yet.
//!
//! Indexes, triggers and foreign keys of the loaded tables are put away first and made again at the end, in one pass
//! each. What was put away stands in the database itself, so that an interrupted load can be told and begun again.
//! On SQLite rows go in by large inserts that stay prepared, on PostgreSQL by COPY.

mod belongings;
mod feed;
mod rows;
mod target;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::r2d2::ManageConnection;

pub use feed::Insert;
pub use rows::Rows;
pub use target::{Target, is_number};

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
pub struct Bulk(Conn);

impl Bulk {
    /// Opens a migrated database for loading alone.
    pub fn open(url: &str) -> Result<Self, Failure> {
        let mut conn = Connector::to(url, Access::Write).connect()?.conn;
        conn.batch_execute(match &conn {
            // Nothing but new pages is written, so a rollback journal stays small where the log would hold every row
            // twice. A killed load leaves a whole file; only a power cut may not. An index is sorted in pieces as large
            // as the cache, by a thread beside the one that reads; in memory it would be one piece, and one thread.
            // What a column's values may be is a list that SQLite makes a table of and looks up for every row: half the
            // time of inserting messages. Whoever makes the rows has these values from the same types as the desk.
            Conn::Sqlite(_) => {
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; \
                 PRAGMA foreign_keys = OFF; PRAGMA ignore_check_constraints = ON; PRAGMA cache_size = -65536; \
                 PRAGMA temp_store = FILE; PRAGMA threads = 2"
            }
            Conn::Postgres(_) => {
                "SET synchronous_commit = off; SET maintenance_work_mem = '256MB'; SET work_mem = '64MB'"
            }
        })?;
        Ok(Self(conn))
    }

    /// The connection, for what is not loaded.
    pub fn conn(&mut self) -> &mut Conn {
        &mut self.0
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
        self.0.transaction(|conn| {
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
        self.0.transaction(|conn| f(&mut Tx::new(conn)))
    }

    /// Writes rows, in a transaction of their own.
    pub fn load(&mut self, rows: &Rows) -> QueryResult<()> {
        match &mut self.0 {
            Conn::Sqlite(sqlite) => sqlite.transaction(|sqlite| feed::insert(sqlite, rows)),
            Conn::Postgres(pg) => (rows.target.copy)(pg, &feed::copy_text(rows)).map(drop),
        }
    }

    /// Runs one of the statements of [`Bulk::put_away`].
    pub fn make(&mut self, statement: &str) -> QueryResult<()> {
        self.0.batch_execute(statement)
    }

    /// What follows the indexes: text indexes, numbers for later rows, the planner's figures, and on SQLite the log
    /// that the desk works with.
    pub fn finish(&mut self) -> QueryResult<()> {
        for name in belongings::to_finish(&mut self.0)? {
            self.0.batch_execute(&match &self.0 {
                Conn::Sqlite(_) => format!("INSERT INTO {name} ({name}) VALUES ('rebuild')"),
                Conn::Postgres(_) => format!(
                    "SELECT setval(pg_get_serial_sequence('{name}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {name}), false)"
                ),
            })?;
        }
        if let Conn::Postgres(pg) = &mut self.0 {
            // So that the first pages need not note for each row that it is visible.
            pg.batch_execute("VACUUM")?;
        }
        dialect::analyze(&mut self.0)?;
        if let Conn::Sqlite(sqlite) = &mut self.0 {
            sqlite.batch_execute(
                "PRAGMA ignore_check_constraints = OFF; PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL; \
                 PRAGMA synchronous = FULL",
            )?;
        }
        Ok(())
    }
}
