//! The planner's figures of a desk that grows: how many rows its tables have, and how many share a value.
//!
//! PostgreSQL gathers them by itself, and a load ends with all of them ([`super::dialect::analyze`]). SQLite has none
//! until it is told to, and then those of that day. Here they are gathered anew for each table that has twice as many
//! rows as they say, or half as many: a few dozen times in the life of a desk.
//!
//! Gathering is a write, so it goes index by index: others write in between. An index is read before the door is taken,
//! so that nobody waits for the disk. In the end all open connections are told.

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::{BigInt, Bool, Text};

use super::{Conn, Db, dialect};
use crate::error::Result;

/// Entries of an index that are read, at the most: a tenth of a second. Few more would be too few: the guess for a tag
/// that thirty thousand customers have was a thousand. The limit also keeps SQLite from taking samples.
const ENTRIES: u32 = 1_000_000;

/// An index of a table whose figures are no longer true.
#[derive(QueryableByName, Clone)]
struct Index {
    #[diesel(sql_type = Text)]
    table: String,
    #[diesel(sql_type = Text)]
    name: String,
    #[diesel(sql_type = Bool)]
    is_partial: bool,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Gathers what is missing or outgrown, and returns the names of the indexes that were read. On PostgreSQL it does
/// nothing.
pub async fn refresh(db: &Db) -> Result<Vec<String>> {
    if !db.is_sqlite() {
        return Ok(vec![]);
    }
    let outgrown = db.read(|conn| Ok(outgrown(conn)?)).await?;
    for index in outgrown.clone() {
        let to_warm = index.clone();
        db.read(move |conn| Ok(warm(conn, &to_warm)?)).await?;
        db.write(move |tx| Ok(gather(tx, &index)?)).await?;
    }
    if !outgrown.is_empty() {
        db.write(|tx| Ok(tell_open_connections(tx)?)).await?;
    }
    Ok(outgrown.into_iter().map(|index| index.name).collect())
}

fn outgrown(conn: &mut Conn) -> QueryResult<Vec<Index>> {
    let has_figures = number(conn, "SELECT count(*) AS n FROM sqlite_schema WHERE name = 'sqlite_stat1'")? > 0;
    let indexes: Vec<Index> = sql_query(
        "SELECT t.name AS \"table\", i.name AS name, i.partial AS is_partial \
         FROM pragma_table_list t JOIN pragma_index_list(t.name) i \
         WHERE t.schema = 'main' AND t.type = 'table' AND t.name NOT LIKE 'sqlite_%' ORDER BY t.name, i.seq",
    )
    .load(conn)?;
    let mut found = vec![];
    for of_table in indexes.chunk_by(|a, b| a.table == b.table) {
        let Some(Index { table, .. }) = of_table.first() else { continue };
        let rows = number(conn, &format!("SELECT count(*) AS n FROM {table}"))?;
        // The first number of an index is that of its entries; a partial one has fewer than the table has rows.
        let known = match has_figures {
            true => number(
                conn,
                &format!("SELECT COALESCE(max(CAST(stat AS INTEGER)), 0) AS n FROM sqlite_stat1 WHERE tbl = '{table}'"),
            )?,
            false => 0,
        };
        if rows > known * 2 || rows * 2 < known {
            found.extend_from_slice(of_table);
        }
    }
    Ok(found)
}

fn number(conn: &mut Conn, sql: &str) -> QueryResult<i64> {
    sql_query(sql).get_result::<Count>(conn).map(|count| count.n)
}

/// Has the index in memory. One that holds some of the rows is short, and can be read by its condition only.
fn warm(conn: &mut Conn, Index { table, name, is_partial }: &Index) -> QueryResult<()> {
    if !is_partial {
        number(conn, &format!("SELECT count(*) AS n FROM {table} INDEXED BY {name}"))?;
    }
    Ok(())
}

/// Samples are taken where [`dialect::analyze`] keeps them.
fn gather(conn: &mut Conn, Index { table, name, .. }: &Index) -> QueryResult<()> {
    let entries = if dialect::is_sampled(table, name) { 0 } else { ENTRIES };
    conn.batch_execute(&format!("PRAGMA analysis_limit = {entries}; ANALYZE {name}; PRAGMA analysis_limit = 0"))
}

/// A connection reads the figures together with the schema, and the schema again as soon as that has changed.
fn tell_open_connections(conn: &mut Conn) -> QueryResult<()> {
    conn.batch_execute("CREATE VIEW figures_are_new AS SELECT 1; DROP VIEW figures_are_new")
}
