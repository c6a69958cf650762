//! Who may hold a text, as the trigram index over `customers.search_text` says: that holds names, numbers and addresses.
//! Whoever asks compares exactly.
//!
//! What few hold is looked up there. What many hold is compared while walking a list's own index, where a page fills
//! quickly: at a million customers the two meet at some thousands, where either takes 4 ms.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::dialect::{self, Engine};
use crate::db::sql::Sql;
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::text;

/// From so many customers on a text counts as common. On PostgreSQL see [`on_engine`].
pub const COMMON: i64 = 2_500;
/// The fewest characters that have trigrams.
const SHORTEST: usize = 3;

/// A number of candidates that costs this engine as much as `cap` cost SQLite. PostgreSQL's index has no search texts, so
/// that a walk reads rows, and takes six times as long.
pub fn on_engine(conn: &Conn, cap: i64) -> i64 {
    match dialect::engine(conn) {
        Engine::Sqlite => cap,
        Engine::Postgres => cap * 2,
    }
}

/// Whether a folded text has trigrams, and fewer customers than [`COMMON`] may hold it. SQLite counts whom they name;
/// PostgreSQL, whose index makes out everybody first, goes by what its planner expects.
pub fn is_few(conn: &mut Conn, text: &str) -> Result<bool> {
    if text.chars().count() < SHORTEST {
        return Ok(false);
    }
    let mut sql = Sql::default();
    if dialect::engine(conn) == Engine::Postgres {
        let holds = dialect::contains(conn, &mut sql, "c.search_text", text);
        sql.text = format!("SELECT 1 FROM customers c WHERE {holds}");
        return Ok(dialect::expected_rows(conn, sql)? < on_engine(conn, COMMON));
    }
    let named = named(&mut sql, text);
    sql.text = format!("SELECT count(*) AS n FROM ({named} LIMIT {COMMON}) AS found");
    Ok(kept::number(sql.key(), || sql.get_result::<Count>(conn).map(|count| count.n))? < COMMON)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// SQLite: whom the trigrams of a text name.
fn named(sql: &mut Sql, text: &str) -> String {
    format!("SELECT rowid FROM customers_fts WHERE customers_fts MATCH {}", sql.put(text::trigram_match(text)))
}

/// The condition that the trigram index names a customer, whose table or alias this is, for a text of three characters or
/// more.
pub fn holding(sql: &mut Sql, conn: &Conn, alias: &str, text: &str) -> String {
    match dialect::engine(conn) {
        Engine::Sqlite => format!("{alias}.id IN ({})", named(sql, text)),
        Engine::Postgres => dialect::contains(conn, sql, &format!("{alias}.search_text"), text),
    }
}

/// The condition that the number of a customer in `column` has these digits somewhere. The number is one of the lines of the
/// search text.
pub fn numbered(sql: &mut Sql, conn: &mut Conn, column: &str, digits: &str) -> Result<String> {
    dialect::plan_for_values(conn)?;
    let digits = text::digits(digits);
    let pattern = sql.put(format!("%{digits}%"));
    if !is_few(conn, &digits)? {
        return Ok(format!("CAST({column} AS TEXT) LIKE {pattern}"));
    }
    Ok(match dialect::engine(conn) {
        // As an array, so that it is asked once and its numbers are looked up.
        Engine::Postgres => format!(
            "{column} = ANY (ARRAY (SELECT id FROM customers \
             WHERE search_text LIKE {pattern} AND CAST(id AS TEXT) LIKE {pattern}))"
        ),
        Engine::Sqlite => format!("{column} IN ({} AND CAST(rowid AS TEXT) LIKE {pattern})", named(sql, &digits)),
    })
}
