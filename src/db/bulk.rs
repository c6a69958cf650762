//! Loading millions of rows into a database that nobody uses yet.
//!
//! Indexes, triggers and foreign keys of the loaded tables are put away first and made again at the end, in one pass
//! each. What was put away stands in the database itself, so that an interrupted load can be told and begun again.
//! On SQLite rows go in by large inserts that stay prepared, on PostgreSQL by COPY.

use diesel::connection::SimpleConnection;
use diesel::pg::PgConnection;
use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::r2d2::ManageConnection;
use diesel::sql_query;
use diesel::sql_types::is_nullable::NotNull;
use diesel::sql_types::{BigInt, Bool, Integer, Nullable, SqlType, Text, Timestamp};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::conn::{Access, Conn, Connector};
use super::types::UtcTime;
use super::{Failure, Tx, dialect};
use crate::error::Error;

/// Values of one insert on SQLite: far below its limit of 32,766, and enough that a statement's own cost is lost.
const VALUES: usize = 2_000;

/// A table that is loaded, with the columns that are given. Made by [`crate::bulk_target`].
pub struct Target {
    pub table: &'static str,
    pub columns: &'static [&'static str],
    /// Of each column, whether it holds numbers (truth values are 0 and 1).
    pub numbers: &'static [bool],
    pub copy: fn(&mut PgConnection, &[u8]) -> QueryResult<usize>,
}

/// Declares a [`Target`]: `bulk_target!(NAME: table(column, …))`.
#[macro_export]
macro_rules! bulk_target {
    ($($name:ident: $table:ident($($column:ident),+ $(,)?);)+) => { $(
        pub const $name: $crate::db::bulk::Target = $crate::db::bulk::Target {
            table: stringify!($table),
            columns: &[$(stringify!($column)),+],
            numbers: &[$($crate::db::bulk::is_number($crate::db::schema::$table::$column)),+],
            copy: |pg, text| {
                use diesel::prelude::ExecuteCopyFromDsl;
                use $crate::db::schema::$table as t;
                diesel::copy_from(t::table)
                    .from_raw_data(($(t::$column,)+), |to| {
                        to.write_all(text).map_err(|e| diesel::result::Error::SerializationError(e.into()))
                    })
                    .execute(pg)
            },
        };
    )+ };
}

/// Whether a column of this type holds numbers.
pub trait Holds {
    const NUMBERS: bool;
}

macro_rules! holds {
    ($($kind:ty: $numbers:literal),+ $(,)?) => { $(
        impl Holds for $kind {
            const NUMBERS: bool = $numbers;
        }
    )+ };
}
holds!(BigInt: true, Integer: true, Bool: true, Text: false, Timestamp: false);

impl<T: Holds + SqlType<IsNull = NotNull>> Holds for Nullable<T> {
    const NUMBERS: bool = T::NUMBERS;
}

/// Whether `_column` holds numbers.
pub const fn is_number<C: Copy + Expression<SqlType: Holds>>(_column: C) -> bool {
    <C::SqlType as Holds>::NUMBERS
}

/// Rows in the making: their values one after the other.
pub struct Rows {
    pub target: &'static Target,
    text: String,
    cells: Vec<Cell>,
    day: (i64, String),
}

/// A value in the making.
#[derive(Clone, Copy)]
enum Cell {
    Null,
    Int(i64),
    /// What was added to the text, up to here.
    Text(usize),
}

/// A value of a row.
#[derive(Clone, Copy)]
enum Value<'a> {
    Int(Option<i64>),
    Text(Option<&'a str>),
}

impl Rows {
    pub fn new(target: &'static Target) -> Self {
        Self { target, text: String::new(), cells: vec![], day: (i64::MIN, String::new()) }
    }

    /// Complete rows.
    pub fn count(&self) -> usize {
        self.cells.len() / self.target.columns.len()
    }

    fn end(&mut self) -> &mut Self {
        self.cells.push(Cell::Text(self.text.len()));
        self
    }

    pub fn null(&mut self) -> &mut Self {
        self.cells.push(Cell::Null);
        self
    }

    pub fn text(&mut self, value: &str) -> &mut Self {
        self.text.push_str(value);
        self.end()
    }

    pub fn int(&mut self, value: impl Into<i64>) -> &mut Self {
        self.cells.push(Cell::Int(value.into()));
        self
    }

    pub fn flag(&mut self, value: bool) -> &mut Self {
        self.int(i64::from(value))
    }

    /// A moment, in the form that diesel writes on SQLite; whole seconds.
    pub fn time(&mut self, value: UtcTime) -> &mut Self {
        const DAY: i64 = 86_400;
        let seconds = value.micros().div_euclid(1_000_000);
        let (day, rest) = (seconds.div_euclid(DAY), seconds.rem_euclid(DAY));
        if self.day.0 != day {
            self.day = (day, value.utc().format("%F ").to_string());
        }
        self.text.push_str(&self.day.1);
        for (place, part) in [rest / 3600, rest / 60 % 60, rest % 60].into_iter().enumerate() {
            if place > 0 {
                self.text.push(':');
            }
            for digit in [part / 10, part % 10] {
                self.text.push(char::from(b'0' + u8::try_from(digit).unwrap_or_default()));
            }
        }
        self.end()
    }

    pub fn opt<T>(&mut self, value: Option<T>, put: impl FnOnce(&mut Self, T) -> &mut Self) -> &mut Self {
        match value {
            Some(value) => put(self, value),
            None => self.null(),
        }
    }

    /// All values, each as its column holds it. A number in a column of text, or the other way round, is none: the
    /// database refuses it where one has to be, and the tests compare every row with what it should be.
    fn values(&self) -> Vec<Value<'_>> {
        let mut start = 0;
        let cut = self.cells.iter().zip(self.target.numbers.iter().cycle()).map(|(cell, is_number)| {
            let text = match cell {
                Cell::Text(end) => self.text.get(std::mem::replace(&mut start, *end)..*end),
                Cell::Null | Cell::Int(_) => None,
            };
            match (cell, is_number) {
                (Cell::Int(value), true) => Value::Int(Some(*value)),
                (_, true) => Value::Int(None),
                (_, false) => Value::Text(text),
            }
        });
        cut.collect()
    }
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
            Conn::Sqlite(_) => {
                "PRAGMA locking_mode = EXCLUSIVE; PRAGMA journal_mode = TRUNCATE; PRAGMA synchronous = OFF; \
                 PRAGMA foreign_keys = OFF; PRAGMA cache_size = -65536; PRAGMA temp_store = FILE; PRAGMA threads = 2"
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

    /// Empties the `loaded` tables and `also` others, and puts the indexes, triggers and foreign keys of the former
    /// away. Returns the statements that make them again; `keep` stores these in the same transaction, along with
    /// `earlier` ones that an interrupted load has left.
    pub fn put_away(
        &mut self,
        loaded: &[&str],
        also: &[&str],
        earlier: Vec<String>,
        keep: impl FnOnce(&mut Conn, &[String]) -> QueryResult<()>,
    ) -> QueryResult<Vec<String>> {
        let emptied: Vec<&str> = loaded.iter().chain(also).copied().collect();
        let loaded = loaded.iter().map(|table| format!("'{table}'")).collect::<Vec<_>>().join(", ");
        self.0.transaction(|conn| {
            let (drops, mut makes) = match conn {
                Conn::Sqlite(_) => sqlite_belongings(conn, &loaded)?,
                Conn::Postgres(_) => postgres_belongings(conn, &loaded)?,
            };
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
            Conn::Sqlite(sqlite) => sqlite.transaction(|sqlite| insert(sqlite, rows)),
            Conn::Postgres(pg) => (rows.target.copy)(pg, &copy_text(rows)).map(drop),
        }
    }

    /// Runs one of the statements of [`Bulk::put_away`].
    pub fn make(&mut self, statement: &str) -> QueryResult<()> {
        self.0.batch_execute(statement)
    }

    /// What follows the indexes: text indexes, numbers for later rows, the planner's figures, and on SQLite the log
    /// that the desk works with.
    pub fn finish(&mut self) -> QueryResult<()> {
        match &self.0 {
            Conn::Sqlite(_) => {
                let sql = "SELECT name AS drops, '' AS makes FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'";
                for belonging in sql_query(sql).load::<Belonging>(&mut self.0)? {
                    let name = belonging.drops;
                    self.0.batch_execute(&format!("INSERT INTO {name} ({name}) VALUES ('rebuild')"))?;
                }
            }
            Conn::Postgres(_) => {
                let sql = "SELECT table_name::text AS drops, '' AS makes FROM information_schema.columns \
                           WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'";
                for belonging in sql_query(sql).load::<Belonging>(&mut self.0)? {
                    let table = belonging.drops;
                    self.0.batch_execute(&format!(
                        "SELECT setval(pg_get_serial_sequence('{table}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {table}), false)"
                    ))?;
                }
                // So that the first pages need not note for each row that it is visible.
                self.0.batch_execute("VACUUM")?;
            }
        }
        dialect::analyze(&mut self.0)?;
        if let Conn::Sqlite(sqlite) = &mut self.0 {
            sqlite
                .batch_execute("PRAGMA locking_mode = NORMAL; PRAGMA journal_mode = WAL; PRAGMA synchronous = FULL")?;
        }
        Ok(())
    }
}

#[derive(QueryableByName)]
struct Belonging {
    #[diesel(sql_type = Text)]
    drops: String,
    #[diesel(sql_type = Text)]
    makes: String,
}

fn sqlite_belongings(conn: &mut Conn, tables: &str) -> QueryResult<(Vec<String>, Vec<String>)> {
    belongings(
        conn,
        format!(
            "SELECT 'DROP ' || type || ' ' || name AS drops, sql AS makes FROM sqlite_schema \
             WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ({tables}) ORDER BY rowid"
        ),
    )
}

fn postgres_belongings(conn: &mut Conn, tables: &str) -> QueryResult<(Vec<String>, Vec<String>)> {
    belongings(
        conn,
        format!(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drops, \
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS makes \
             FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN ({tables}) \
             UNION ALL \
             SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) FROM pg_index i \
             WHERE i.indrelid::regclass::text IN ({tables}) \
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
        ),
    )
}

fn belongings(conn: &mut Conn, sql: String) -> QueryResult<(Vec<String>, Vec<String>)> {
    let found: Vec<Belonging> = sql_query(sql).load(conn)?;
    Ok(found.into_iter().map(|belonging| (belonging.drops, belonging.makes)).unzip())
}

/// An insert of some rows on SQLite. A column's values are all bound as the same type, numbers or text; so the
/// statement's text and types are always the same, and it is prepared once.
struct Insert<'a> {
    target: &'static Target,
    values: &'a [Value<'a>],
}

impl QueryFragment<Sqlite> for Insert<'_> {
    fn walk_ast<'b>(&'b self, mut out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        out.push_sql("INSERT INTO ");
        out.push_sql(self.target.table);
        for (place, column) in self.target.columns.iter().enumerate() {
            out.push_sql(if place == 0 { " (" } else { ", " });
            out.push_sql(column);
        }
        for (row, values) in self.values.chunks(self.target.columns.len()).enumerate() {
            out.push_sql(if row == 0 { ") VALUES (" } else { "), (" });
            for (place, value) in values.iter().enumerate() {
                if place > 0 {
                    out.push_sql(", ");
                }
                match value {
                    Value::Int(value) => out.push_bind_param::<Nullable<BigInt>, _>(value)?,
                    Value::Text(value) => out.push_bind_param::<Nullable<Text>, _>(value)?,
                }
            }
        }
        out.push_sql(")");
        Ok(())
    }
}

impl QueryId for Insert<'_> {
    type QueryId = ();
    const HAS_STATIC_QUERY_ID: bool = false;
}

impl RunQueryDsl<SqliteConnection> for Insert<'_> {}

fn insert(sqlite: &mut SqliteConnection, rows: &Rows) -> QueryResult<()> {
    let width = rows.target.columns.len();
    let values = rows.values();
    for values in values.chunks(VALUES / width * width) {
        Insert { target: rows.target, values }.execute(sqlite)?;
    }
    Ok(())
}

/// The rows as COPY reads them.
fn copy_text(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.text.len() + rows.cells.len() * 2);
    for row in rows.values().chunks(rows.target.columns.len()) {
        for (place, value) in row.iter().enumerate() {
            if place > 0 {
                out.push(b'\t');
            }
            let text = match value {
                Value::Int(Some(number)) => {
                    out.extend(number.to_string().bytes());
                    continue;
                }
                Value::Text(Some(text)) => text,
                Value::Int(None) | Value::Text(None) => {
                    out.extend(b"\\N");
                    continue;
                }
            };
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
        out.push(b'\n');
    }
    out
}
