//! A text index on SQLite, filled beside the load by a thread of its own.
//!
//! A temporary database has the texts and the index over them. It lies where sorted pieces lie, under no name, and is gone
//! when its connection ends, however that ends. A text index consists of plain tables, of some ten thousand blocks for a
//! million texts: when the load is done they are copied as they are.

use std::sync::mpsc::{self, SyncSender};
use std::thread::{self, JoinHandle};

use diesel::result::{DatabaseErrorKind, Error as Sql, QueryResult};
use rusqlite::Connection;

use super::feed::{as_diesel, insert};
use super::rows::Rows;

/// A text index, and whose.
pub struct TextIndex {
    pub name: &'static str,
    pub table: &'static str,
    /// The columns of the table that it is made of: the row's number, then the texts.
    pub columns: &'static [&'static str],
}

/// The tables that hold what a text index knows; a third one has its settings.
const PARTS: [&str; 2] = ["data", "idx"];
/// Bytes that are gathered before they are written as a piece, which is joined with others later: many times the default,
/// which suits one customer at a time.
const PIECE: u32 = 16 << 20;
/// Pieces of rows that wait for this thread.
const WAITING: usize = 2;

/// An index that is being filled.
pub(super) struct Filling {
    index: &'static TextIndex,
    thread: JoinHandle<rusqlite::Result<Connection>>,
}

impl TextIndex {
    /// Begins to fill the index that `makes` makes. It takes rows of its table until the sender is dropped.
    pub(super) fn fill(&'static self, makes: String) -> (SyncSender<Rows>, Filling) {
        let (to, rows) = mpsc::sync_channel::<Rows>(WAITING);
        let fill = move || {
            let Self { name, table, columns } = self;
            let mut beside = Connection::open("")?;
            // Nothing of it need outlive a failure: the load is begun again then.
            beside.execute_batch(&format!(
                "PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -16384; \
                 CREATE TABLE {table} ({}); {makes}",
                columns.join(", ").replacen(',', " INTEGER PRIMARY KEY,", 1)
            ))?;
            for rows in rows {
                insert(&mut beside, &rows, columns)?;
            }
            // All at once and in the order of the table. Given out of order, each row whose number is below the one
            // before it begins a new piece, and to join these takes ten times as long as all the rest.
            beside.execute_batch(&format!(
                "INSERT INTO {name} ({name}, rank) VALUES ('hashsize', {PIECE}); \
                 INSERT INTO {name} ({name}) VALUES ('rebuild')"
            ))?;
            Ok(beside)
        };
        (to, Filling { index: self, thread: thread::spawn(fill) })
    }
}

/// An index that is filled.
pub(super) struct Filled {
    index: &'static TextIndex,
    beside: Connection,
}

impl Filling {
    /// Waits until it is filled.
    pub(super) fn wait(self) -> QueryResult<Filled> {
        let panicked = |_| {
            let what = format!("the thread that fills {} has panicked", self.index.name);
            Sql::DatabaseError(DatabaseErrorKind::Unknown, Box::new(what))
        };
        let beside = self.thread.join().map_err(panicked)?.map_err(as_diesel)?;
        Ok(Filled { index: self.index, beside })
    }
}

impl Filled {
    /// Replaces what the file has of the index, which nobody else may have locked.
    pub(super) fn hand_over(self, path: &str) -> QueryResult<()> {
        let name = self.index.name;
        let copy = || {
            self.beside.execute("ATTACH ?1 AS whole", [path])?;
            self.beside.execute_batch("PRAGMA whole.synchronous = OFF; BEGIN")?;
            for part in PARTS {
                self.beside.execute_batch(&format!(
                    "DELETE FROM whole.{name}_{part}; INSERT INTO whole.{name}_{part} SELECT * FROM main.{name}_{part}"
                ))?;
            }
            self.beside.execute_batch("COMMIT")
        };
        copy().map_err(as_diesel)
    }
}
