//! The two plans of a search, on both engines.
//!
//! First the trigram index says, up to a cap, how many customers may hold the term; on PostgreSQL, a sample does.
//! - Fewer than the cap: all of them are compared, ranked and sorted.
//! - As many as the cap: the term is common, so among the newest customers many hold it. Walk those, newest first; the
//!   exact matches come from their own indexes. Should the walk find too few, the first plan is taken after all.
//!
//! The cap is [`finding::many`]: a customer who is walked past takes a tenth of a candidate's time, or less. In SQLite's
//! index of activity stand their texts, in PostgreSQL's the beginnings of them ([`finding::met`]).
//!
//! One digit four times or more has indexes of its own: by its one trigram it took up to a fifth of a second.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::model::{Term, trigram_match};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::customers::finding::{self, Stretch};
use crate::db::Conn;
use crate::db::dialect::{self, Engine};
use crate::db::schema::{channel_accounts, channels, conversations};
use crate::db::sql::{Sql, among, among_texts, is_open};
use crate::db::types::{ConversationId, CustomerId, StaffId, UtcTime};
use crate::error::Result;
use crate::text;

/// By how much longer the list of a term's trigrams may be where the term repeats them.
const REPEATED: i64 = 6;

/// How much a search looks at and gives.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From so many candidates on a term counts as common, if it does not from fewer ([`finding::many`]).
    pub common: i64,
    /// So many of the newest customers are walked for a common term; on PostgreSQL [`finding::walked`] says how far.
    pub newest: i64,
    /// So many results are given.
    pub shown: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { common: i64::MAX, newest: 30_000, shown: 50 }
    }
}

/// A customer that matches.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = BigInt)]
    pub id: CustomerId,
    /// 0: a line is the term; 1: a line begins with it; 2: a word does; 3: it stands inside; 4: only its digits from +7 do.
    #[diesel(sql_type = BigInt)]
    pub rank: i64,
    #[diesel(sql_type = Text)]
    pub search_text: String,
    #[diesel(sql_type = Timestamp)]
    pub last_activity_at: UtcTime,
}

/// The best matches.
#[derive(Clone, Debug)]
pub struct Hits {
    pub rows: Vec<Hit>,
    /// More than these match.
    pub more: bool,
}

/// The customers that match, best first, then latest activity.
pub fn find(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Hits> {
    dialect::planned_for_values(conn, |conn| best(conn, scope, term, limits))
}

fn best(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Hits> {
    // A term that repeats itself is far rarer than its few trigrams say.
    let repeats = term.repeats() && term.repeated_digit().is_none();
    let common = limits.common.min(finding::many(conn)?);
    let limits = &Limits { common, ..*limits };
    let common = common * if repeats { REPEATED } else { 1 };
    let candidates = candidates(conn, term, common)?;
    if candidates.count < common {
        return all(conn, scope, term, limits, &candidates);
    }
    let mut hits = newest(conn, scope, term, limits)?;
    if !hits.more {
        return all(conn, scope, term, limits, &Candidates { count: common, ids: None });
    }
    for hit in exact(conn, scope, term, limits)? {
        if !hits.rows.iter().any(|known| known.id == hit.id) {
            hits.rows.push(hit);
        }
    }
    hits.rows.sort_by(|a, b| (a.rank, b.last_activity_at, b.id).cmp(&(b.rank, a.last_activity_at, a.id)));
    hits.rows.truncate(usize::try_from(limits.shown).unwrap_or(usize::MAX));
    Ok(hits)
}

/// Customers who may hold the term, as an index says.
struct Candidates {
    /// How many: counted no further than a cap, or expected.
    count: i64,
    /// Their numbers, where SQLite's trigrams named them: meeting the lists of several trigrams takes most of a search,
    /// and is done once.
    ids: Option<String>,
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Candidate {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

fn candidates(conn: &mut Conn, term: &Term, cap: i64) -> Result<Candidates> {
    let mut sql = Sql::default();
    if term.repeated_digit().is_none() && dialect::engine(conn) == Engine::Sqlite {
        let trigrams = sql.put(trigram_match(&term.needles()));
        sql.text = format!("SELECT rowid AS id FROM customers_fts WHERE customers_fts MATCH {trigrams} LIMIT {cap}");
        let ids: Vec<i64> = sql.load::<Candidate>(conn)?.into_iter().map(|row| row.id).collect();
        let count = i64::try_from(ids.len()).unwrap_or(cap);
        return Ok(Candidates { count, ids: Some(serde_json::to_string(&ids).unwrap_or_default()) });
    }
    let Some(condition) = repeating(conn, term) else {
        let mut count = 0;
        for needle in term.needles() {
            count += finding::expected(conn, needle)?.unwrap_or(0);
        }
        return Ok(Candidates { count, ids: None });
    };
    sql.text = format!("SELECT count(*) AS n FROM (SELECT 1 FROM customers c WHERE {condition} LIMIT {cap}) AS found");
    Ok(Candidates { count: sql.load::<Count>(conn)?.first().map_or(0, |count| count.n), ids: None })
}

/// Whose search text holds one digit four times, in the words of the partial index of that digit.
fn repeating(conn: &Conn, term: &Term) -> Option<String> {
    let place_of = match dialect::engine(conn) {
        Engine::Sqlite => "instr",
        Engine::Postgres => "strpos",
    };
    let digit = term.repeated_digit()?;
    Some(format!("{place_of}(c.search_text, '{digit}{digit}{digit}{digit}') > 0"))
}

/// Plan one: everybody who holds the term.
fn all(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits, candidates: &Candidates) -> Result<Hits> {
    let mut sql = Sql::default();
    let rank = rank(&mut sql, conn, term);
    // CROSS JOIN keeps this order: first those who are named, then their rows.
    let from = match (repeating(conn, term), dialect::engine(conn), &candidates.ids) {
        (Some(condition), _, _) => format!("customers c WHERE {condition} AND"),
        (None, Engine::Postgres, _) => "customers c WHERE".to_owned(),
        (None, Engine::Sqlite, Some(ids)) => {
            let ids = sql.put(ids.as_str());
            format!("json_each({ids}) f CROSS JOIN customers c ON c.id = f.value WHERE")
        }
        (None, Engine::Sqlite, None) => {
            let trigrams = sql.put(trigram_match(&term.needles()));
            format!(
                "customers_fts f CROSS JOIN customers c ON c.id = f.rowid WHERE f.customers_fts MATCH {trigrams} AND"
            )
        }
    };
    let holds = match (dialect::engine(conn), term.repeated_digit()) {
        (Engine::Postgres, None) => {
            let needles = term.needles();
            let named = needles.iter().map(|needle| finding::holding(&mut sql, conn, "c", needle));
            format!("({})", named.collect::<Result<Vec<_>>>()?.join(" OR "))
        }
        _ => holds(&mut sql, conn, term),
    };
    let scope = scope.put(&mut sql, "c");
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM {from} {holds}{scope} \
         ORDER BY rank, c.last_activity_at DESC, c.id DESC LIMIT {}",
        limits.shown + 1
    );
    hits(sql, conn, limits)
}

/// Plan two: those among the newest customers who hold the term.
fn newest(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Hits> {
    let needles = term.needles();
    if let (Engine::Postgres, None, [needle]) = (dialect::engine(conn), term.repeated_digit(), needles.as_slice()) {
        return walked(conn, scope, term, needle, limits);
    }
    let mut sql = Sql::default();
    let (rank, holds) = (rank(&mut sql, conn, term), holds(&mut sql, conn, term));
    let scope = scope.put(&mut sql, "c");
    let among = repeating(conn, term).map(|condition| format!(" WHERE {condition}")).unwrap_or_default();
    // The rows come in the order of the walk. Told to sort them, SQLite would walk to the end before it gives the first.
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM \
         (SELECT c.id, c.search_pairs, c.search_text, c.responsible_id, c.last_activity_at FROM customers c{among} \
         ORDER BY c.last_activity_at DESC, c.id DESC LIMIT {}) AS c WHERE {holds}{scope} LIMIT {}",
        limits.newest,
        limits.shown + 1
    );
    hits(sql, conn, limits)
}

/// The same on PostgreSQL, where a sample says how far to walk.
fn walked(conn: &mut Conn, scope: &CustomerScope, term: &Term, needle: &str, limits: &Limits) -> Result<Hits> {
    let (mut from, mut reached) = (None, 0);
    let wanted = usize::try_from(limits.shown + 1).unwrap_or(usize::MAX);
    let walked = finding::walked(conn, needle, wanted, |conn, n, wanted| {
        reached += n;
        let to = finding::newest_since(conn, reached)?;
        let mut sql = Sql::default();
        let stretch = finding::between(&mut sql, from, to);
        from = to;
        let scope = scope.put(&mut sql, "c");
        let met = finding::met(&mut sql, conn, needle, "last_activity_at", &format!("TRUE{stretch}{scope}"));
        let (rank, holds) = (rank(&mut sql, conn, term), holds(&mut sql, conn, term));
        sql.text = format!(
            "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM {met} WHERE {holds} \
             ORDER BY w.at DESC, w.id DESC LIMIT {wanted}"
        );
        Ok(Stretch { found: sql.load::<Hit>(conn)?, is_last: to.is_none() })
    })?;
    // Better looked up: then nothing is known of how many there are.
    Ok(walked.map_or_else(|| Hits { rows: vec![], more: false }, |rows| shown(rows, limits)))
}

/// Those whose name, phone, e-mail, external ID, username or number is the term, whenever they were active.
fn exact(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Vec<Hit>> {
    let mut sql = Sql::default();
    let (rank, scope) = (rank(&mut sql, conn, term), scope.put(&mut sql, "c"));
    let is = sql.put(term.folded().to_owned());
    let phone = sql.put(term.number().unwrap_or(term.folded()).to_owned());
    let number = term.folded().parse::<i64>().map_or_else(|_| String::new(), |id| format!(" OR id = {}", sql.put(id)));
    let typed = sql.put(term.typed().to_owned());
    let address = sql.put(text::fold_address(term.typed()));
    // In the words of its index, whose alphabet is that of usernames.
    let named = format!("SELECT customer_id FROM channel_accounts WHERE lower(username) = {is} AND username <> ''");
    let named = match dialect::engine(conn) {
        Engine::Sqlite => format!("id IN ({named})"),
        // Told otherwise, PostgreSQL would read all customers for it.
        Engine::Postgres => format!("id = ANY (ARRAY({named}))"),
    };
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM \
         (SELECT id, search_text, responsible_id, last_activity_at FROM customers \
         WHERE name_folded = {is} OR email_folded IN ({is}, {address}) OR external_id IN ({is}, {typed}) \
         OR phone_digits = {phone} OR {named}{number} LIMIT {}) AS c \
         WHERE TRUE{scope} ORDER BY c.last_activity_at DESC, c.id DESC LIMIT {}",
        limits.common, limits.shown
    );
    Ok(sql.load(conn)?)
}

/// The condition on `c.search_text`: a plain substring, of any of the needles. Both are folded.
fn holds(sql: &mut Sql, conn: &Conn, term: &Term) -> String {
    let needles = term.needles();
    let conditions = needles.iter().map(|needle| finding::compared(sql, conn, "c", needle));
    format!("({})", conditions.collect::<Vec<_>>().join(" OR "))
}

/// How good a match is, by the best place of any spelling.
fn rank(sql: &mut Sql, conn: &Conn, term: &Term) -> String {
    let place_of = match dialect::engine(conn) {
        Engine::Sqlite => "instr",
        Engine::Postgres => "strpos",
    };
    let (mut begins, mut is_line, mut in_word) = (vec![], vec![], vec![]);
    for spelling in term.spellings() {
        begins.push(format!("{place_of}(c.search_text, {}) > 0", sql.put(format!("\n{spelling}"))));
        begins.push(format!("{place_of}(c.search_text, {}) = 1", sql.put(spelling)));
        // A longer text, which is made for those alone who may need it.
        let line = sql.put(format!("\n{spelling}\n"));
        is_line.push(format!("{place_of}('\n' || c.search_text || '\n', {line}) > 0"));
        in_word.push(format!("{place_of}(c.search_text, {}) > 0", sql.put(format!(" {spelling}"))));
    }
    let mut last = String::new();
    if term.from_code().is_some() {
        let inside = term.spellings().into_iter().map(|own| format!("{place_of}(c.search_text, {}) = 0", sql.put(own)));
        last = format!("WHEN {} THEN CAST(4 AS BIGINT) ", inside.collect::<Vec<_>>().join(" AND "));
    }
    format!(
        "CASE WHEN {} THEN CASE WHEN {} THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END \
         WHEN {} THEN CAST(2 AS BIGINT) {last}ELSE CAST(3 AS BIGINT) END",
        begins.join(" OR "),
        is_line.join(" OR "),
        in_word.join(" OR ")
    )
}

/// Up to the number shown, and whether there is one more.
fn hits(sql: Sql, conn: &mut Conn, limits: &Limits) -> Result<Hits> {
    Ok(shown(sql.load(conn)?, limits))
}

fn shown(mut rows: Vec<Hit>, limits: &Limits) -> Hits {
    let shown = usize::try_from(limits.shown).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    Hits { rows, more }
}

/// Which of these customers have an active conversation that this person works.
pub fn active_with(conn: &mut Conn, me: StaffId, ids: &[CustomerId]) -> Result<HashMap<CustomerId, ConversationId>> {
    let rows: Vec<(CustomerId, ConversationId)> = conversations::table
        .filter(among(conn, conversations::customer_id, ids.iter().copied()))
        .filter(conversations::assignee_id.eq(me))
        .filter(is_open())
        .select((conversations::customer_id, conversations::id))
        .order(conversations::id)
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Which of these customers an enabled channel of these kinds can reach.
pub fn reachable(conn: &mut Conn, kinds: &[ChannelKind], ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let kinds: Vec<String> = kinds.iter().map(|kind| kind.as_str().to_owned()).collect();
    Ok(channel_accounts::table
        .inner_join(channels::table)
        .filter(among(conn, channel_accounts::customer_id, ids.iter().copied()))
        .filter(channel_accounts::unsubscribed_at.is_null())
        .filter(channels::enabled.eq(true))
        .filter(among_texts(channels::kind, &kinds))
        .select(channel_accounts::customer_id)
        .load(conn)?)
}
