//! Which conversations a list shows. Their rows and all else are read by those whose they are.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable};

use super::model::{Filter, Listed, Rating, Tab, Whose};
use crate::auth::CustomerScope;
use crate::conversations::Conversation;
use crate::customers;
use crate::db::dialect::{self, Engine};
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::{conversations, customers as whose};
use crate::db::sql::{Sql, one_of};
use crate::db::types::{ConversationId, StaffId};
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::tags;

/// Counts stop here: "999+".
const CAP: i64 = 1000;

/// The column that orders a tab.
fn order_of(tab: Tab) -> &'static str {
    match tab {
        Tab::Active => "k.last_message_at",
        Tab::History => "k.closed_at",
    }
}

/// So many conversations of a period are read and sorted, in customers who make a text common: they stand side by side.
const PERIOD: i64 = 8;

/// What stands after FROM: conversations `k`. Those of a period that ended are read by it, if they are not too many, where the
/// list's own index would be walked past all that came later: 140 ms to a month two years ago. What a tab is ordered by stands there.
fn source(sql: &mut Sql, conn: &mut Conn, filter: &Filter) -> Result<String> {
    let everything = "conversations k".to_owned();
    // By when they ended the list is ordered anyway.
    let Some(until) = filter.until.filter(|_| !filter.by_end) else { return Ok(everything) };
    let period = |sql: &mut Sql| {
        let from = filter.from.map(|from| format!(" AND o.opened_at >= {}", sql.put(from))).unwrap_or_default();
        format!("conversations o WHERE o.opened_at < {}{from}", sql.put(until))
    };
    let most = PERIOD * customers::finding::common(conn)?;
    let mut counted = Sql::default();
    counted.text = format!("SELECT o.id FROM {}", period(&mut counted));
    if !are_fewer(conn, counted, most)? {
        return Ok(everything);
    }
    Ok(match dialect::engine(conn) {
        Engine::Sqlite => format!("{everything} INDEXED BY conversations_opened"),
        Engine::Postgres => format!("(SELECT o.* FROM {} OFFSET 0) AS k", period(sql)),
    })
}

/// What stands after WHERE.
fn conditions(sql: &mut Sql, conn: &mut Conn, scope: &CustomerScope, filter: &Filter) -> Result<String> {
    let of_customer = match filter.customer.as_str() {
        "" => None,
        part => Some(customers::numbered(sql, conn, "k.customer_id", part)?.condition),
    };
    let mut text = match filter.tab {
        Tab::Active => "k.status <> 'closed'".to_owned(),
        Tab::History => "k.status = 'closed'".to_owned(),
    };
    let mut also = |condition: String| text.push_str(&format!(" AND {condition}"));
    of_customer.into_iter().for_each(&mut also);
    let time = if filter.by_end { "k.closed_at" } else { "k.opened_at" };
    if let Some(from) = filter.from {
        let from = sql.put(from);
        also(format!("{time} >= {from}"));
        if filter.tab == Tab::History && !filter.by_end {
            // Nothing is closed before it is opened: the walk ends there.
            also(format!("k.closed_at >= {from}"));
        }
    }
    filter.until.into_iter().for_each(|until| also(format!("{time} < {}", sql.put(until))));
    filter.operator.into_iter().for_each(|id| also(format!("k.assignee_id = {}", sql.put(id.0))));
    filter.channel.into_iter().for_each(|id| also(format!("k.channel_id = {}", sql.put(id.0))));
    if let Some(tag) = filter.tag {
        // A tag stands for what is below it, too.
        let tags = tags::with_those_below(conn, tag)?;
        let tagged = |conn: &Conn, sql: &mut Sql| {
            let one_of_them = one_of(conn, sql, "l.tag_id", tags.iter().map(|tag| tag.0));
            format!("conversation_tag_links l WHERE {one_of_them}")
        };
        let named = few(conn, sql, |conn, sql| format!("SELECT l.conversation_id FROM {}", tagged(conn, sql)))?;
        also(match named {
            Some(named) => named,
            None => format!("EXISTS (SELECT 1 FROM {} AND l.conversation_id = k.id)", tagged(conn, sql)),
        });
    }
    match filter.rating {
        Some(Rating::Low) => also("k.rating <= 3".into()),
        Some(Rating::None) => also("k.rating IS NULL".into()),
        None => {}
    }
    if let Some(me) = filter.part_of {
        // Of what is open a walk meets the end soon. Of what is closed, one who had a part in little would walk past everything.
        let named = match filter.tab {
            Tab::Active => None,
            Tab::History => few(conn, sql, |_, sql| closed_with_part_of(sql, me))?,
        };
        also(named.unwrap_or_else(|| had_part(sql, me)));
    }
    let visible = scope.put(sql, "c");
    if !visible.is_empty() {
        also(format!("EXISTS (SELECT 1 FROM customers c WHERE c.id = k.customer_id{visible})"));
    }
    Ok(text)
}

/// The condition that somebody had a part in a conversation `k`, beside the list's own index. The customer's responsible is asked
/// for row by row: PostgreSQL would gather all customers of theirs for an EXISTS.
fn had_part(sql: &mut Sql, me: StaffId) -> String {
    let me = sql.put(me.0);
    format!(
        "(k.assignee_id = {me} OR k.closed_by_id = {me} \
         OR (SELECT r.responsible_id FROM customers r WHERE r.id = k.customer_id) = {me} \
         OR EXISTS (SELECT 1 FROM past_assignments p WHERE p.conversation_id = k.id AND p.staff_id = {me}))"
    )
}

/// The same of those that are closed, each part by an index of its own.
fn closed_with_part_of(sql: &mut Sql, me: StaffId) -> String {
    let me = sql.put(me.0);
    format!(
        "SELECT o.id FROM conversations o WHERE o.status = 'closed' AND o.assignee_id = {me} \
         UNION ALL SELECT o.id FROM conversations o WHERE o.status = 'closed' AND o.closed_by_id = {me} \
         AND o.closed_by_id <> COALESCE(o.assignee_id, 0) \
         UNION ALL SELECT p.conversation_id FROM past_assignments p WHERE p.staff_id = {me} \
         UNION ALL SELECT o.id FROM customers r JOIN conversations o ON o.customer_id = r.id \
         WHERE r.responsible_id = {me}"
    )
}

/// The condition that a conversation `k` is one of those that `which` selects, if they are few: then they are named and sorted.
/// Of more, a walk of the list's own index meets a page soon.
fn few(conn: &mut Conn, sql: &mut Sql, which: impl Fn(&Conn, &mut Sql) -> String) -> Result<Option<String>> {
    let common = customers::finding::common(conn)?;
    let mut counted = Sql::default();
    counted.text = which(conn, &mut counted);
    if !are_fewer(conn, counted, common)? {
        return Ok(None);
    }
    let these = which(conn, sql);
    Ok(Some(match dialect::engine(conn) {
        Engine::Sqlite => format!("k.id IN ({these})"),
        // Told otherwise, PostgreSQL would rather walk past everything to them.
        Engine::Postgres => format!("k.id = ANY (ARRAY({these}))"),
    }))
}

/// Whether a statement gives fewer rows than this. It decides on the way alone: an older answer is as good.
fn are_fewer(conn: &mut Conn, mut rows: Sql, than: i64) -> Result<bool> {
    rows.text = format!("SELECT CAST(count(*) AS BIGINT) AS n FROM ({} LIMIT {than}) AS u", rows.text);
    let count = kept::settled(rows.key(), || rows.clone().get_result::<Number>(conn).map(|count| count.n))?;
    Ok(*count < than)
}

/// The conversations of a page, in its order, and whose they are.
pub fn page(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    cursor: Option<Cursor>,
) -> Result<Page<(Listed, Whose)>> {
    let mut sql = Sql::default();
    let (key, source) = (order_of(filter.tab), source(&mut sql, conn, filter)?);
    let mut conditions = conditions(&mut sql, conn, scope, filter)?;
    let back = cursor.is_some_and(|cursor| cursor.back);
    let (sign, way) = if back { (">", "ASC") } else { ("<", "DESC") };
    if let Some(cursor) = cursor {
        let (at, id) = (sql.put(cursor.at), sql.put(cursor.id));
        conditions.push_str(&format!(" AND ({key}, k.id) {sign} ({at}, {id})"));
    }
    // Which ones, from the index; then their words, and their customers'.
    sql.text = format!(
        "conversations.id IN (SELECT k.id FROM {source} WHERE {conditions} ORDER BY {key} {way}, k.id {way} LIMIT {})",
        PAGE + 1
    );
    let found = conversations::table
        .inner_join(whose::table)
        .filter(sql.condition())
        .select((Listed::as_select(), Whose::as_select()));
    let mut rows: Vec<(Listed, Whose)> = if filter.customer.is_empty() {
        found.load(conn)?
    } else {
        dialect::planned_for_values(conn, |conn| found.load(conn))?
    };
    let place = |row: &Listed| (row.at(filter.tab), row.id.0);
    rows.sort_by_key(|(row, _)| place(row));
    if !back {
        rows.reverse();
    }
    Ok(Page::new(rows, cursor, |(row, _)| place(row)))
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many conversations are not closed, capped; only those in which somebody has a part, if one is given.
pub fn count_active(conn: &mut Conn, scope: &CustomerScope, part_of: Option<StaffId>) -> Result<i64> {
    let mut sql = Sql::default();
    let theirs = part_of.map(|me| format!(" AND {}", had_part(&mut sql, me))).unwrap_or_default();
    let visible = scope.put(&mut sql, "c");
    let seen = if visible.is_empty() {
        String::new()
    } else {
        format!(" AND EXISTS (SELECT 1 FROM customers c WHERE c.id = k.customer_id{visible})")
    };
    sql.text = format!(
        "SELECT CAST(count(*) AS BIGINT) AS n FROM \
         (SELECT k.id FROM conversations k WHERE k.status <> 'closed'{theirs}{seen} LIMIT {}) AS u",
        kept::reach(CAP)
    );
    kept::capped(sql.key(), CAP, || Ok(sql.get_result::<Number>(conn)?.n))
}

#[derive(QueryableByName)]
struct Neighbours {
    #[diesel(sql_type = Nullable<BigInt>)]
    previous: Option<ConversationId>,
    #[diesel(sql_type = Nullable<BigInt>)]
    next: Option<ConversationId>,
}

/// The conversations before and after this one in the customer's interaction history. The reader sees the customer.
pub fn neighbours(conn: &mut Conn, of: &Conversation) -> Result<(Option<ConversationId>, Option<ConversationId>)> {
    let mut sql = Sql::default();
    let (whose, at, id) = (sql.put(of.customer_id.0), sql.put(of.opened_at), sql.put(of.id.0));
    let nearest = |sign: &str, way: &str| {
        format!(
            "(SELECT k.id FROM conversations k WHERE k.customer_id = {whose} AND (k.opened_at, k.id) {sign} ({at}, {id}) \
             ORDER BY k.opened_at {way}, k.id {way} LIMIT 1)"
        )
    };
    sql.text = format!("SELECT {} AS previous, {} AS next", nearest("<", "DESC"), nearest(">", "ASC"));
    let found: Neighbours = sql.get_result(conn)?;
    Ok((found.previous, found.next))
}
