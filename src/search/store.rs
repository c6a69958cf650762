//! The two plans of a search, on both engines.
//!
//! Measured at a million customers: LIKE alone took up to 800 ms, trigrams alone up to 175, together 12 at the worst
//! percentile. First the trigram index says, up to a cap, how many customers may hold the term.
//! - Fewer than the cap: all of them are compared, ranked and sorted.
//! - As many as the cap: the term is common, so among the newest customers many hold it. Walk those, newest first; the
//!   exact matches come from their own indexes. Should the walk find too few, the first plan is taken after all.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text, Timestamp};

use super::model::{Term, trigram_match};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::db::Conn;
use crate::db::dialect::{self, Engine};
use crate::db::schema::{channel_accounts, channels, conversations};
use crate::db::sql::{Sql, among};
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::error::Result;
use crate::text::like_escape;

/// By how much longer the list of a term's trigrams may be where the term repeats them.
const REPEATED: i64 = 6;

/// How much a search looks at and gives.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// From so many candidates on a term counts as common.
    pub common: i64,
    /// So many of the newest customers are walked for a common term.
    pub newest: i64,
    /// So many results are given.
    pub shown: i64,
}

impl Default for Limits {
    fn default() -> Self {
        Self { common: 5_000, newest: 20_000, shown: 50 }
    }
}

/// A customer that matches.
#[derive(Clone, Debug, QueryableByName)]
pub struct Hit {
    #[diesel(sql_type = BigInt)]
    pub id: CustomerId,
    /// 0: a line is the term; 1: a line begins with it; 2: a word does; 3: it stands inside.
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
    // A term that repeats itself, such as 1111, is far rarer than its few trigrams say.
    let common = if term.repeats() { limits.common * REPEATED } else { limits.common };
    if candidates(conn, term, common)? < common {
        return all(conn, scope, term, limits);
    }
    let mut hits = newest(conn, scope, term, limits)?;
    if !hits.more {
        return all(conn, scope, term, limits);
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

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers may hold the term, by their trigrams; counts no further than `cap`.
fn candidates(conn: &mut Conn, term: &Term, cap: i64) -> Result<i64> {
    let mut sql = Sql::default();
    let inner = match dialect::engine(conn) {
        Engine::Sqlite => {
            let trigrams = sql.put(trigram_match(&term.needles()));
            format!("SELECT rowid FROM customers_fts WHERE customers_fts MATCH {trigrams}")
        }
        Engine::Postgres => {
            let holds = holds(&mut sql, term);
            format!("SELECT 1 FROM customers c WHERE {holds}")
        }
    };
    sql.text = format!("SELECT count(*) AS n FROM ({inner} LIMIT {cap}) AS found");
    Ok(sql.load::<Count>(conn)?.first().map_or(0, |count| count.n))
}

/// Plan one: everybody who holds the term.
fn all(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Hits> {
    let mut sql = Sql::default();
    let rank = rank(&mut sql, term);
    let from = match dialect::engine(conn) {
        // CROSS JOIN keeps this order: the index first, then the customers that it names.
        Engine::Sqlite => {
            let trigrams = sql.put(trigram_match(&term.needles()));
            format!(
                "customers_fts f CROSS JOIN customers c ON c.id = f.rowid WHERE f.customers_fts MATCH {trigrams} AND"
            )
        }
        Engine::Postgres => "customers c WHERE".to_owned(),
    };
    let (holds, scope) = (holds(&mut sql, term), scope.put(&mut sql, "c"));
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM {from} {holds}{scope} \
         ORDER BY rank, c.last_activity_at DESC, c.id DESC LIMIT {}",
        limits.shown + 1
    );
    hits(sql, conn, limits)
}

/// Plan two: those among the newest customers who hold the term.
fn newest(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Hits> {
    let mut sql = Sql::default();
    let (rank, holds, scope) = (rank(&mut sql, term), holds(&mut sql, term), scope.put(&mut sql, "c"));
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM \
         (SELECT id, search_text, responsible_id, last_activity_at FROM customers \
         ORDER BY last_activity_at DESC, id DESC LIMIT {}) AS c \
         WHERE {holds}{scope} ORDER BY c.last_activity_at DESC, c.id DESC LIMIT {}",
        limits.newest,
        limits.shown + 1
    );
    hits(sql, conn, limits)
}

/// Those whose name, phone, e-mail, external ID or number is the term, whenever they were active.
fn exact(conn: &mut Conn, scope: &CustomerScope, term: &Term, limits: &Limits) -> Result<Vec<Hit>> {
    let mut sql = Sql::default();
    let (rank, scope) = (rank(&mut sql, term), scope.put(&mut sql, "c"));
    let is = sql.put(term.folded().to_owned());
    let phone = sql.put(term.digits().unwrap_or(term.folded()).to_owned());
    let number = term.folded().parse::<i64>().map_or_else(|_| String::new(), |id| format!(" OR id = {}", sql.put(id)));
    sql.text = format!(
        "SELECT c.id, {rank} AS rank, c.search_text, c.last_activity_at FROM \
         (SELECT id, search_text, responsible_id, last_activity_at FROM customers \
         WHERE name_folded = {is} OR email_folded = {is} OR external_id = {is} OR phone_digits = {phone}{number} LIMIT {}) AS c \
         WHERE c.id > 0{scope} ORDER BY c.last_activity_at DESC, c.id DESC LIMIT {}",
        limits.common, limits.shown
    );
    Ok(sql.load(conn)?)
}

/// The condition on `c.search_text`: a plain substring, of any of the needles.
fn holds(sql: &mut Sql, term: &Term) -> String {
    let needles = term.needles();
    let likes = needles.iter().map(|needle| {
        let pattern = sql.put(format!("%{}%", like_escape(needle)));
        format!("c.search_text LIKE {pattern} ESCAPE '\\'")
    });
    format!("({})", likes.collect::<Vec<_>>().join(" OR "))
}

/// How good a match is, by the best place of any spelling.
fn rank(sql: &mut Sql, term: &Term) -> String {
    let mut cases = String::new();
    type Form = (fn(&str) -> String, u8);
    let forms: [Form; 3] = [(|n| format!("%\n{n}\n%"), 0), (|n| format!("%\n{n}%"), 1), (|n| format!("% {n}%"), 2)];
    for (form, rank) in forms {
        for spelling in term.spellings() {
            let pattern = sql.put(form(&like_escape(spelling)));
            cases.push_str(&format!(
                " WHEN '\n' || c.search_text || '\n' LIKE {pattern} ESCAPE '\\' THEN CAST({rank} AS BIGINT)"
            ));
        }
    }
    format!("CASE{cases} ELSE CAST(3 AS BIGINT) END")
}

/// Up to the number shown, and whether there is one more.
fn hits(sql: Sql, conn: &mut Conn, limits: &Limits) -> Result<Hits> {
    let mut rows: Vec<Hit> = sql.load(conn)?;
    let shown = usize::try_from(limits.shown).unwrap_or(usize::MAX);
    let more = rows.len() > shown;
    rows.truncate(shown);
    Ok(Hits { rows, more })
}

/// Which of these customers have an active conversation that this person works.
pub fn active_with(conn: &mut Conn, me: StaffId, ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    Ok(conversations::table
        .filter(among(conversations::customer_id, ids.iter().copied()))
        .filter(conversations::assignee_id.eq(me))
        .filter(conversations::status.ne("closed"))
        .select(conversations::customer_id)
        .load(conn)?)
}

/// Which of these customers an enabled channel of these kinds can reach.
pub fn reachable(conn: &mut Conn, kinds: &[ChannelKind], ids: &[CustomerId]) -> Result<Vec<CustomerId>> {
    Ok(channel_accounts::table
        .inner_join(channels::table)
        .filter(among(channel_accounts::customer_id, ids.iter().copied()))
        .filter(channel_accounts::unsubscribed_at.is_null())
        .filter(channels::enabled.eq(true))
        .filter(channels::kind.eq_any(kinds))
        .select(channel_accounts::customer_id)
        .load(conn)?)
}
