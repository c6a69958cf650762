//! Who may hold a text, as the trigram index over `customers.search_text` says: that holds names, numbers and addresses.
//! Whoever asks compares exactly.
//!
//! What few hold is looked up there. What many hold is compared while walking a list's own index, where a page fills
//! quickly; see [`common`] for where the two meet, and [`walked`] for how a list finds out.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use super::sample::sample;
use super::search_text::pairs;
use super::trigrams::rarest;
use crate::db::dialect::{self, Engine};
use crate::db::sql::{Sql, one_of};
use crate::db::types::UtcTime;
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::text;

/// The fewest characters that have trigrams.
const SHORTEST: usize = 3;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// From so many customers on a text counts as common.
///
/// To look up each of `k` takes 1.9 microseconds, on SQLite; to compare texts until a page of 50 is full, 0.2 for each of
/// 50·N/k. The two meet at some 2.5·√N: 2,500 of a million, where either takes 5 ms, and 250 of ten thousand. Where the bits
/// of pairs spare most of the comparing, a list finds out by itself how far to walk ([`walked`]).
pub fn common(conn: &mut Conn) -> Result<i64> {
    // Whoever came last has the highest number; an older answer is as good.
    let newest = kept::settled("newest customer".into(), || newest(conn))?;
    // It stands in statements, which are to stay the same while customers come.
    let rounded = 100 * (25 * (*newest).max(0).isqrt() / 10 / 100);
    Ok(rounded.max(200))
}

/// From so many customers on who hold a text, a walk finds a page of them sooner than to look up each. PostgreSQL takes five
/// microseconds to look up one, and as long as SQLite to walk past one ([`met`]).
pub fn many(conn: &mut Conn) -> Result<i64> {
    let common = common(conn)?;
    Ok(match dialect::engine(conn) {
        Engine::Sqlite => common,
        Engine::Postgres => common * 2 / 3,
    })
}

/// The highest number that a customer has.
pub fn newest(conn: &mut Conn) -> Result<i64> {
    let newest = Sql::new("SELECT COALESCE(MAX(id), 0) AS n FROM customers").get_result::<Number>(conn)?;
    Ok(newest.n)
}

/// A number of candidates that costs this engine as much as `cap` cost SQLite, where a walk reads rows: of PostgreSQL's, that
/// takes six times as long.
pub fn on_engine(conn: &Conn, cap: i64) -> i64 {
    match dialect::engine(conn) {
        Engine::Sqlite => cap,
        Engine::Postgres => cap * 2,
    }
}

/// A stretch of a list's own index.
pub struct Stretch<T> {
    /// Those in it who hold the text.
    pub found: Vec<T>,
    /// The list ends with it.
    pub is_last: bool,
}

/// So much of a search text stands in PostgreSQL's index of activity, in characters: its migration `search_heads` says so.
const HEAD: i64 = 300;

/// How long the stretches of a walk are, in customers who make a text common.
const STRETCHES: &[i64] = &[1, 2, 4, 8];
/// What it costs to ask the trigram index, and to look up one whom it names, in customers walked past: 0.05 to 0.08 microseconds
/// each, where the bits of their pairs say that they lack the text.
const ASKED: (i64, i64) = (24, 30);

/// Up to `wanted` rows that hold a text, out of the list's own index: `next` gives up to so many of its next stretch of `n`
/// customers. `None`: whoever holds the text is better looked up.
///
/// On SQLite a few are walked first, which takes a fraction of a millisecond; to ask its trigram index for a last name, four.
/// How many hold the text there says what is quicker, to walk on or to look up; the next stretch says it better.
/// On PostgreSQL a [`sample`] says beforehand how many to expect.
pub fn walked<T>(
    conn: &mut Conn,
    text: &str,
    wanted: usize,
    mut next: impl FnMut(&mut Conn, i64, i64) -> Result<Stretch<T>>,
) -> Result<Option<Vec<T>>> {
    let common = common(conn)?;
    let knows = dialect::engine(conn) == Engine::Postgres;
    let stretches = if knows {
        let expected = expected(conn, text)?;
        let many = many(conn)?;
        if expected.is_some_and(|expected| expected < many) {
            return Ok(None);
        }
        stretches_for(wanted, expected, common)
    } else {
        STRETCHES.iter().map(|step| step * common).collect()
    };
    let (mut found, mut walked) = (vec![], 0);
    for n in stretches {
        // In tens, so that the statements stay few.
        let still = i64::try_from((wanted - found.len()).next_multiple_of(10)).unwrap_or(i64::MAX);
        let stretch = next(conn, n, still)?;
        found.extend(stretch.found);
        found.truncate(wanted);
        walked += n;
        if found.len() >= wanted || stretch.is_last {
            return Ok(Some(found));
        }
        if !knows && !pays(found.len(), wanted, walked / common, common) {
            return Ok(None);
        }
    }
    Ok(None)
}

/// How far to walk at first, and in all, in halves of what makes a text common: for a page of a text that just pays for a walk,
/// that is 32.
const FARTHEST: (i64, i64) = (32, 48);

/// How far to walk where so many of everybody are expected to hold a text: as far as ought to do, and then some. In halves
/// of what makes a text common, so that the statements stay few.
fn stretches_for(wanted: usize, expected: Option<i64>, common: i64) -> Vec<i64> {
    let wanted = i64::try_from(wanted).unwrap_or(i64::MAX);
    let ought = expected.map_or(common, |expected| wanted * everybody(common) / expected.max(1) * 5 / 4);
    let step = common / 2;
    let first = (ought / step + 1).min(FARTHEST.0) * step;
    let second = first.min(FARTHEST.1 * step - first);
    let third = FARTHEST.1 * step - first - second;
    [first, second, third].into_iter().filter(|n| *n > 0).collect()
}

/// So many customers there are about, where so many make a text common.
pub fn everybody(common: i64) -> i64 {
    common * common * 4 / 25
}

/// Whether it is quicker to walk on, if of `walked` (in customers who make a text common) so many held it.
fn pays(found: usize, wanted: usize, walked: i64, common: i64) -> bool {
    let (found, wanted) = (i64::try_from(found).unwrap_or(i64::MAX), i64::try_from(wanted).unwrap_or(i64::MAX));
    // Of few that were expected, none need be found.
    let likely = found + 1;
    let still = (wanted - found) * walked * common / likely;
    still < ASKED.0 * common + ASKED.1 * likely * everybody(common) / (walked * common)
}

/// When the last of the first `n` rows of a list was active, newest first: `list` gives them, as `at`. `None`: the list ends
/// before.
pub fn end_of(conn: &mut Conn, list: &Sql, n: i64) -> Result<Option<UtcTime>> {
    // A moment later more of them are as new, which does no harm.
    let end = kept::settled(format!("the end of {}", list.key()), || {
        let mut sql = list.clone();
        sql.text = format!("SELECT MIN(at) AS at, COUNT(*) AS n FROM ({}) AS list", list.text);
        sql.get_result::<End>(conn).map(|end| end.at.filter(|_| end.n >= n))
    })?;
    Ok(*end)
}

/// When the last of the `n` newest customers was active. `None`: there are fewer.
pub fn newest_since(conn: &mut Conn, n: i64) -> Result<Option<UtcTime>> {
    let newest = "SELECT last_activity_at AS at FROM customers ORDER BY last_activity_at DESC, id DESC";
    end_of(conn, &Sql::new(format!("{newest} LIMIT {n}")), n)
}

/// The condition, beginning with AND, that a customer `c` was active in a stretch: before the one time, and not before the
/// other.
pub fn between(sql: &mut Sql, from: Option<UtcTime>, to: Option<UtcTime>) -> String {
    let from = from.map(|from| format!(" AND c.last_activity_at < {}", sql.put(from)));
    let to = to.map(|to| format!(" AND c.last_activity_at >= {}", sql.put(to)));
    from.into_iter().chain(to).collect()
}

/// PostgreSQL: the rows `c` of those customers who may hold a text, as the walk by `at` meets them, newest first: `w` is where
/// they stand in it. `within` is the condition of the stretch, on `c`. For a statement in the order `w.at DESC, w.id DESC`, which
/// ends with its limit; it compares the whole text.
///
/// In the index of activity stand the bits of their pairs and the beginning of their search text, which is mostly all of it: so
/// the row is read of those alone who are found. Of a million customers the walk for a word that 5,000 have took 16 ms by the
/// bits alone, which name a third of those who lack it, and 2 so. Each OFFSET keeps the planner from mixing the two: told what
/// is asked of the rows, it would rather look up the text by its trigrams.
pub fn met(sql: &mut Sql, conn: &Conn, text: &str, at: &str, within: &str) -> String {
    let (may_hold, begins) = (may_hold(sql, "c", text), dialect::contains(conn, sql, "c.search_head", text));
    format!(
        "(SELECT c.id, c.{at} AS at FROM customers c WHERE {within} AND \
         CASE WHEN {may_hold} THEN {begins} OR length(c.search_head) = {HEAD} ELSE FALSE END \
         ORDER BY c.{at} DESC, c.id DESC OFFSET 0) AS w \
         CROSS JOIN LATERAL (SELECT t.* FROM customers t WHERE t.id = w.id OFFSET 0) AS c"
    )
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = Nullable<Timestamp>)]
    at: Option<UtcTime>,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// The condition that the trigram index names a customer, whose table or alias this is. `None`: the text has no trigrams, or
/// they name many.
pub fn of_few(conn: &mut Conn, sql: &mut Sql, alias: &str, text: &str) -> Result<Option<String>> {
    if dialect::engine(conn) == Engine::Postgres {
        let many = many(conn)?;
        let few = expected(conn, text)?.is_some_and(|expected| expected < many);
        return if few { holding(sql, conn, alias, text).map(Some) } else { Ok(None) };
    }
    Ok(few(conn, text)?.map(|ids| one_of(conn, sql, &format!("{alias}.id"), ids)))
}

/// The condition that the trigram index names a customer, however many it names, for a text of three characters or more. On
/// PostgreSQL it is also compared whether they hold it.
pub fn holding(sql: &mut Sql, conn: &mut Conn, alias: &str, text: &str) -> Result<String> {
    if dialect::engine(conn) == Engine::Sqlite {
        return Ok(format!("{alias}.id IN ({})", named(sql, text)));
    }
    let rarest = rarest(conn, text)?;
    if rarest.is_empty() {
        return Ok(dialect::contains(conn, sql, &format!("{alias}.search_text"), text));
    }
    let named = rarest.iter().map(|trigram| dialect::contains(conn, sql, &format!("{alias}.search_text"), trigram));
    let named = named.collect::<Vec<_>>().join(" AND ");
    // The index knows nothing of strpos: it is not asked for the whole text.
    Ok(format!("{named} AND strpos({alias}.search_text, {}) > 0", sql.put(text)))
}

/// The condition that the search text holds a text. On SQLite the bits of its pairs go first, which stand before the texts in
/// the index that is walked.
pub fn compared(sql: &mut Sql, conn: &Conn, alias: &str, text: &str) -> String {
    let lacks_none = lacks_none(sql, conn, alias, text);
    let text = sql.put(text);
    match dialect::engine(conn) {
        Engine::Sqlite => format!("{lacks_none}instr({alias}.search_text, {text}) > 0"),
        // Of a pattern of LIKE its planner would look up how many hold it, for a walk that is decided.
        Engine::Postgres => format!("strpos({alias}.search_text, {text}) > 0"),
    }
}

/// The condition, ending with AND, that a customer may hold a text as the bits of its pairs say; empty on PostgreSQL, which
/// would compare the text before them.
pub fn lacks_none(sql: &mut Sql, conn: &Conn, alias: &str, text: &str) -> String {
    match dialect::engine(conn) {
        Engine::Sqlite => format!("{} AND ", may_hold(sql, alias, text)),
        Engine::Postgres => String::new(),
    }
}

/// That a condition holds which nobody fulfils who lacks a text: it is tried on those alone whom the bits name. PostgreSQL
/// would try what it takes for cheaper first: to walk past 17,000 names with LIKE took it 8 ms, by the bits 5.
pub fn bits_first(sql: &mut Sql, conn: &Conn, alias: &str, text: &str, holds: &str) -> String {
    let may_hold = may_hold(sql, alias, text);
    match dialect::engine(conn) {
        Engine::Sqlite => format!("{may_hold} AND {holds}"),
        Engine::Postgres => format!("CASE WHEN {may_hold} THEN {holds} ELSE FALSE END"),
    }
}

/// The condition that a customer may hold a text, as the bits of its pairs say.
pub fn may_hold(sql: &mut Sql, alias: &str, text: &str) -> String {
    format!("(~{alias}.search_pairs & {}) = 0", sql.put(pairs(text)))
}

/// Whether a text is long enough to have trigrams.
pub fn has_trigrams(text: &str) -> bool {
    text.chars().count() >= SHORTEST
}

/// PostgreSQL, whose index makes out everybody before it names the first, goes by how many are expected to hold a text. `None`:
/// it has no trigrams.
pub fn expected(conn: &mut Conn, text: &str) -> Result<Option<i64>> {
    if !has_trigrams(text) {
        return Ok(None);
    }
    Ok(Some(sample(conn)?.expected(text)))
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_walk_is_as_long_as_its_page_needs() {
        // Of a million, 51 wanted.
        assert_eq!(stretches_for(51, Some(7_000), 2_500), [10_000, 10_000, 40_000]);
        assert_eq!(stretches_for(51, Some(46_000), 2_500), [2_500, 2_500, 55_000]);
        assert_eq!(stretches_for(51, Some(1_667), 2_500), [38_750, 21_250], "no further than to look up pays");
        assert_eq!(stretches_for(51, Some(1_000), 2_500), [40_000, 20_000]);
        assert_eq!(stretches_for(51, None, 2_500), [3_750, 3_750, 52_500]);
    }

    #[test]
    fn a_walk_goes_on_where_a_page_fills_before_all_are_looked_up() {
        // A million customers, of whom 2,500 were walked.
        for (found, walks) in [(0, false), (1, true), (5, true), (12, true), (50, true)] {
            assert_eq!(pays(found, 51, 1, 2_500), walks, "{found} of 2,500");
        }
        assert!(!pays(1, 51, 3, 2_500));
        assert!(!pays(0, 51, 1, 200), "few of ten thousand");
    }
}
