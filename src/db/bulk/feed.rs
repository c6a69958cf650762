//! How rows go in: by inserts of some rows on SQLite, through a connection that binds each value directly; by COPY on
//! PostgreSQL.

use std::convert::Infallible;

use diesel::prelude::*;
use diesel::result::{DatabaseErrorKind, Error as Sql};
use rusqlite::{Connection, OpenFlags};

use super::rows::{Rows, Value};

/// Values of one insert on SQLite: enough that a statement's own cost is lost, and few enough to stay near the processor.
const VALUES: usize = 400;

/// Where rows go in.
pub enum Feed<'a> {
    Sqlite(File),
    Postgres(&'a mut PgConnection),
}

/// A file of SQLite, opened by another library than for everything else: diesel keeps lists of what it binds, which were
/// a third of the time of an insert.
pub struct File(Connection);

impl File {
    /// Opens a file that is there, set as `pragmas` say.
    pub(super) fn open(path: &str, pragmas: &str) -> QueryResult<Self> {
        let flags = OpenFlags::SQLITE_OPEN_READ_WRITE | OpenFlags::SQLITE_OPEN_NO_MUTEX;
        let sqlite = Connection::open_with_flags(path, flags).map_err(as_diesel)?;
        sqlite.execute_batch(pragmas).map_err(as_diesel)?;
        Ok(Self(sqlite))
    }

    fn load(&mut self, rows: &Rows) -> rusqlite::Result<()> {
        let transaction = self.0.transaction()?;
        insert(&transaction, rows, rows.target.table, rows.target.columns)?;
        transaction.commit()
    }
}

impl Feed<'_> {
    /// Writes rows, in a transaction of their own.
    pub fn load(&mut self, rows: Rows) -> QueryResult<()> {
        match self {
            Self::Sqlite(file) => file.load(&rows).map_err(as_diesel),
            Self::Postgres(pg) => (rows.target.copy)(pg, &copy_text(&rows)).map(drop),
        }
    }
}

/// What the other library tells of a failed statement: what the engine says.
pub(super) fn as_diesel(error: rusqlite::Error) -> Sql {
    Sql::DatabaseError(DatabaseErrorKind::Unknown, Box::new(error.to_string()))
}

/// Inserts the rows into a table, whose columns are named in the order of the rows' target.
pub(super) fn insert(sqlite: &Connection, rows: &Rows, table: &str, columns: &[&str]) -> rusqlite::Result<()> {
    let (at_once, width) = (VALUES / columns.len() + 1, columns.len());
    let row = format!("({})", vec!["?"; width].join(", "));
    // What a failed statement has inserted need not be taken back by itself: the transaction is.
    let insert = format!("INSERT OR FAIL INTO {table} ({}) VALUES ", columns.join(", "));
    let statement = |rows: usize| insert.clone() + &vec![row.as_str(); rows].join(", ");

    let (mut many, mut one) = (sqlite.prepare(&statement(at_once))?, sqlite.prepare(&statement(1))?);
    let in_many = rows.count() / at_once * at_once;
    let (mut inserted, mut bound) = (0, 0);
    rows.each(|_, value| -> rusqlite::Result<()> {
        let (insert, of) = if inserted < in_many { (&mut many, at_once) } else { (&mut one, 1) };
        bound += 1;
        match value {
            Value::Int(number) => insert.raw_bind_parameter(bound, number)?,
            Value::Text(text) => insert.raw_bind_parameter(bound, text)?,
        }
        if bound == of * width {
            insert.raw_execute()?;
            (inserted, bound) = (inserted + of, 0);
        }
        Ok(())
    })
}

/// The rows as PostgreSQL's COPY reads them.
fn copy_text(rows: &Rows) -> Vec<u8> {
    let last = rows.target.columns.len() - 1;
    let mut out = Vec::with_capacity(rows.size());
    let Ok(()) = rows.each(|place, value| -> Result<(), Infallible> {
        match value {
            Value::Int(Some(number)) => out.extend(number.to_string().bytes()),
            Value::Text(Some(text)) => escape(text, &mut out),
            Value::Int(None) | Value::Text(None) => out.extend(b"\\N"),
        }
        out.push(if place == last { b'\n' } else { b'\t' });
        Ok(())
    });
    out
}

fn escape(text: &str, out: &mut Vec<u8>) {
    for byte in text.bytes() {
        match byte {
            b'\\' => out.extend(b"\\\\"),
            b'\t' => out.extend(b"\\t"),
            b'\n' => out.extend(b"\\n"),
            b'\r' => out.extend(b"\\r"),
            byte => out.push(byte),
        }
    }
}
