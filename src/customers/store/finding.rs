//! Who may hold a text, as the trigram index over `customers.search_text` says: that holds names, numbers and addresses.
//! Whoever asks compares exactly.
//!
//! What few hold is looked up there. What many hold is compared while walking a list's own index, where a page fills
//! quickly; see [`common`] for where the two meet, and [`walked`] for how a list finds out.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use crate::db::dialect::{self, Engine};
use crate::db::sql::Sql;
use crate::db::types::UtcTime;
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::text;

/// The fewest characters that have trigrams.
const SHORTEST: usize = 3;

/// A condition on customers.
pub struct Matching {
    pub condition: String,
    /// It holds for fewer than [`common`], and they are looked up.
    pub few: bool,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// From so many customers on a text counts as common.
///
/// To look up each of `k` takes 1.9 microseconds, on SQLite; to walk until a page of 50 is full, 0.2 for each of 50·N/k. The
/// two meet at some 2.5·√N: 2,500 of a million, where either takes 5 ms, and 250 of ten thousand.
pub fn common(conn: &mut Conn) -> Result<i64> {
    // Whoever came last has the highest number; an older answer is as good.
    let newest = kept::settled("newest customer".into(), || {
        Sql::new("SELECT COALESCE(MAX(id), 0) AS n FROM customers").get_result::<Number>(conn).map(|newest| newest.n)
    })?;
    // It stands in statements, which are to stay the same while customers come.
    let rounded = 100 * (25 * (*newest).max(0).isqrt() / 10 / 100);
    Ok(rounded.max(200))
}

/// A number of candidates that costs this engine as much as `cap` cost SQLite. PostgreSQL's index has no search texts, so
/// that a walk reads rows, and takes six times as long.
pub fn on_engine(conn: &Conn, cap: i64) -> i64 {
    match dialect::engine(conn) {
        Engine::Sqlite => cap,
        Engine::Postgres => cap * 2,
    }
}

/// So many times as many customers as make a text common are walked, first and then.
const STEPS: [i64; 2] = [1, 12];

/// Up to `wanted` rows that hold a text, out of the list's own index: `walk` gives those among its next `n`. `None`: a page
/// does not fill so, and whoever holds the text has to be looked up.
///
/// On SQLite a few are walked first, which takes a millisecond: to ask its trigram index for a last name takes four. On
/// PostgreSQL a walk takes longer, and its planner knows in half of that how many to expect.
pub fn walked<T>(
    conn: &mut Conn,
    text: &str,
    wanted: usize,
    mut walk: impl FnMut(&mut Conn, i64) -> Result<Vec<T>>,
) -> Result<Option<Vec<T>>> {
    let common = common(conn)?;
    let [near, far] = STEPS.map(|step| step * common);
    if dialect::engine(conn) == Engine::Postgres {
        if is_rare(conn, text)? {
            return Ok(None);
        }
    } else {
        let found = walk(conn, near)?;
        if found.len() >= wanted {
            return Ok(Some(found));
        }
        // As rarely as so far, the page would not fill.
        if found.len() * usize::try_from(far / near).unwrap_or(1) < wanted {
            return Ok(None);
        }
    }
    let found = walk(conn, far)?;
    Ok((found.len() >= wanted).then_some(found))
}

/// When the last of the `n` newest customers was active: who walks no further ends there.
pub fn newest_since(conn: &mut Conn, n: i64) -> Result<UtcTime> {
    // A moment later more of them are as new, which does no harm.
    let since = kept::settled(format!("the {n} newest customers"), || {
        let newest =
            format!("SELECT last_activity_at FROM customers ORDER BY last_activity_at DESC, id DESC LIMIT {n}");
        let since = Sql::new(format!("SELECT MIN(last_activity_at) AS at FROM ({newest}) AS newest"));
        since.get_result::<Since>(conn).map(|since| since.at)
    })?;
    Ok((*since).unwrap_or_else(UtcTime::now))
}

#[derive(QueryableByName)]
struct Since {
    #[diesel(sql_type = Nullable<Timestamp>)]
    at: Option<UtcTime>,
}

/// The condition that the trigram index names a customer, whose table or alias this is. `None`: the text has no trigrams, or
/// they name many.
pub fn of_few(conn: &mut Conn, sql: &mut Sql, alias: &str, text: &str) -> Result<Option<String>> {
    if dialect::engine(conn) == Engine::Postgres {
        return Ok(is_rare(conn, text)?.then(|| holding(sql, conn, alias, text)));
    }
    Ok(few(conn, text)?.map(|ids| one_of(sql, &format!("{alias}.id"), &ids)))
}

/// The condition that the trigram index names a customer, however many it names, for a text of three characters or more.
pub fn holding(sql: &mut Sql, conn: &Conn, alias: &str, text: &str) -> String {
    match dialect::engine(conn) {
        Engine::Sqlite => format!("{alias}.id IN ({})", named(sql, text)),
        Engine::Postgres => dialect::contains(conn, sql, &format!("{alias}.search_text"), text),
    }
}

/// Whether a text is long enough to have trigrams.
pub fn has_trigrams(text: &str) -> bool {
    text.chars().count() >= SHORTEST
}

/// PostgreSQL, whose index makes out everybody before it names the first, goes by what its planner expects.
fn is_rare(conn: &mut Conn, text: &str) -> Result<bool> {
    if !has_trigrams(text) {
        return Ok(false);
    }
    let mut sql = Sql::default();
    let holds = dialect::contains(conn, &mut sql, "c.search_text", text);
    sql.text = format!("SELECT 1 FROM customers c WHERE {holds}");
    let expected = kept::number(sql.key(), || dialect::expected_rows(conn, sql))?;
    let common = common(conn)?;
    Ok(expected < on_engine(conn, common))
}

/// SQLite: whom the trigrams of a text name, if they are few. The index is asked once: to meet the lists of several trigrams
/// takes as long as to compare who is found.
fn few(conn: &mut Conn, text: &str) -> Result<Option<Vec<i64>>> {
    if !has_trigrams(text) {
        return Ok(None);
    }
    let (mut sql, common) = (Sql::default(), common(conn)?);
    let named = named(&mut sql, text);
    sql.text = format!("SELECT rowid AS n FROM ({named} LIMIT {common})");
    let ids: Vec<i64> = sql.load::<Number>(conn)?.into_iter().map(|row| row.n).collect();
    Ok((i64::try_from(ids.len()).unwrap_or(common) < common).then_some(ids))
}

/// SQLite: whom the trigrams of a text name.
fn named(sql: &mut Sql, text: &str) -> String {
    format!("SELECT rowid FROM customers_fts WHERE customers_fts MATCH {}", sql.put(text::trigram_match(text)))
}

/// SQLite: that a column is one of these numbers.
fn one_of(sql: &mut Sql, column: &str, ids: &[i64]) -> String {
    let ids = sql.put(serde_json::to_string(ids).unwrap_or_default());
    format!("{column} IN (SELECT value FROM json_each({ids}))")
}

/// The condition that the number of a customer in `column` has these digits somewhere. The number is one of the lines of the
/// search text.
pub fn numbered(sql: &mut Sql, conn: &mut Conn, column: &str, digits: &str) -> Result<Matching> {
    dialect::plan_for_values(conn)?;
    let digits = text::digits(digits);
    let pattern = format!("%{digits}%");
    if dialect::engine(conn) == Engine::Sqlite
        && let Some(mut ids) = few(conn, &digits)?
    {
        ids.retain(|id| id.to_string().contains(&digits));
        return Ok(Matching { condition: one_of(sql, column, &ids), few: true });
    }
    let pattern = sql.put(pattern);
    if dialect::engine(conn) == Engine::Postgres && is_rare(conn, &digits)? {
        // As an array, so that it is asked once and its numbers are looked up.
        let condition = format!(
            "{column} = ANY (ARRAY (SELECT id FROM customers \
             WHERE search_text LIKE {pattern} AND CAST(id AS TEXT) LIKE {pattern}))"
        );
        return Ok(Matching { condition, few: true });
    }
    Ok(Matching { condition: format!("CAST({column} AS TEXT) LIKE {pattern}"), few: false })
}
