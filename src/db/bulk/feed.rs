//! How rows go in: large inserts on SQLite, COPY on PostgreSQL.

use std::marker::PhantomData;

use diesel::prelude::*;
use diesel::query_builder::{AstPass, QueryFragment, QueryId};
use diesel::sql_types::{BigInt, Nullable, Text};
use diesel::sqlite::{Sqlite, SqliteConnection};

use super::Target;
use super::rows::{Rows, Value};

/// Values of one insert on SQLite: far below its limit of 32,766, and enough that a statement's own cost is lost.
const VALUES: usize = 2_000;

/// An insert of some rows on SQLite. A column's values are all bound as the same type, numbers or text; so the
/// statement's text and types are always the same, and it is prepared once.
pub struct Insert<'a> {
    target: &'static Target,
    values: &'a [Value<'a>],
}

impl Insert<'_> {
    /// Runs the insert of as many rows as one takes, which `T` alone stands for: each target has one of its own.
    pub fn kept_as<T: 'static>(self, sqlite: &mut SqliteConnection) -> QueryResult<usize> {
        Kept::<T>(self, PhantomData).execute(sqlite)
    }
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

/// An insert whose text depends on `T` alone. So diesel finds the prepared statement by the type, and the text, of many
/// thousand characters, is not made each time.
struct Kept<'a, T>(Insert<'a>, PhantomData<T>);

impl<T> QueryFragment<Sqlite> for Kept<'_, T> {
    fn walk_ast<'b>(&'b self, out: AstPass<'_, 'b, Sqlite>) -> QueryResult<()> {
        self.0.walk_ast(out)
    }
}

impl<T: 'static> QueryId for Kept<'_, T> {
    type QueryId = Kept<'static, T>;
    const HAS_STATIC_QUERY_ID: bool = true;
}

impl<T> RunQueryDsl<SqliteConnection> for Kept<'_, T> {}

/// Inserts rows on SQLite.
pub fn insert(sqlite: &mut SqliteConnection, rows: &Rows) -> QueryResult<()> {
    let target = rows.target;
    let full = VALUES / target.columns.len() * target.columns.len();
    for values in rows.values().chunks(full) {
        let insert = Insert { target, values };
        if values.len() == full {
            (target.insert)(sqlite, insert)?
        } else {
            insert.execute(sqlite)?
        };
    }
    Ok(())
}

/// The rows as PostgreSQL's COPY reads them.
pub fn copy_text(rows: &Rows) -> Vec<u8> {
    let mut out = Vec::with_capacity(rows.size());
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
