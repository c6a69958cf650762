//! The list narrowed by what is typed into its filters, a name or address, a part of the number, and by what is chosen in the
//! panel.
//!
//! A text that many may hold is looked for among the newest customers, in the index of their activity; one that few hold is
//! looked up by its trigrams. Either way each customer is compared in full. SQLite's index has their texts, PostgreSQL's the
//! beginnings of them ([`finding::met`]).

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::Viewer;
use super::facets::{self, Found};
use crate::customers::finding::{self, Stretch};
use crate::customers::numbered_customers;
use crate::db::Conn;
use crate::db::dialect::{self, Engine};
use crate::db::sql::Sql;
use crate::db::types::UtcTime;
use crate::error::Result;
use crate::inbox::model::{Filter, Sort};
use crate::text::{digits, fold, like_escape, phone_needle, typed_from_trunk};

/// From so many digits on a number is meant as one.
const WHOLE: usize = 7;

/// A customer who fits the filters.
#[derive(Clone, Copy, Debug, QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

/// What is typed, as names and addresses are kept: a user name without the @ that people write before it, a whole phone number
/// as messengers name it.
fn compared(filter: &Filter) -> String {
    let text = fold(&filter.search);
    if let Some((own, _)) = unfinished(&text) {
        return own[1..].to_owned();
    }
    match phone_needle(&text) {
        Some(number) if text.starts_with('+') || number.len() >= WHOLE => number,
        _ => text.strip_prefix('@').filter(|name| !name.is_empty()).unwrap_or(&text).to_owned(),
    }
}

/// What a name or an address has to hold, one of these: a Russian number that is being typed from its 8 may stand there from
/// its 7. Then all of them hold what is `compared`, which has neither.
fn needles(filter: &Filter) -> Vec<String> {
    let text = compared(filter);
    match unfinished(&fold(&filter.search)) {
        Some((own, from_code)) => vec![own, from_code],
        None => vec![text],
    }
}

/// The digits of a number that is being typed from its 8, as they are and from 7.
fn unfinished(text: &str) -> Option<(String, String)> {
    phone_needle(text)?;
    let own = digits(text);
    let from_code = typed_from_trunk(&own).filter(|_| own.len() >= WHOLE)?;
    Some((own, from_code))
}

/// The numbers of up to `depth + 1` customers who fit, first in the list's order: to be planned for its values. `base` is what
/// holds for every row `c`, whatever is typed and chosen, and `sql` has its values.
pub(super) fn ids(conn: &mut Conn, mut sql: Sql, base: &str, by: &Viewer, filter: &Filter) -> Result<Vec<i64>> {
    let (text, number) = (compared(filter), fold(&filter.customer_id));
    let Some(numbered) = numbered(conn, &mut sql, &number)? else { return Ok(vec![]) };
    let base = format!("{base}{numbered}");
    let list = List { sql: sql.clone(), base: base.clone(), sort: filter.facets.sort };
    let sources = facets::sources_in_order(filter, by.me, &by.clock);
    let chosen = facets::found(conn, &mut sql, &sources, filter.depth + 1)?;
    let excluded = facets::excluded(conn, &mut sql, &filter.facets);
    let typed =
        if text.is_empty() { String::new() } else { format!(" AND {}", fits(conn, &mut sql, &needles(filter))) };
    match chosen {
        Found::Named(named) => list.first(conn, sql, &format!("{named}{excluded}{typed}"), filter.depth + 1),
        Found::Walked { asked, after } if text.is_empty() => {
            let fits = format!("{asked}{excluded}");
            if let Some((far, named)) = after {
                let end = list.end(conn, None, far)?;
                let stretch = list.from(&mut sql, end);
                let found = list.first(conn, sql.clone(), &format!("{fits}{stretch}"), filter.depth + 1)?;
                if end.is_none() || i64::try_from(found.len()).unwrap_or(0) > filter.depth {
                    return Ok(found);
                }
                let named = named.unwrap_or_default();
                return list.first(conn, sql, &format!("{named}{fits}"), filter.depth + 1);
            }
            list.first(conn, sql, &fits, filter.depth + 1)
        }
        Found::Walked { asked, .. } => {
            let fits = format!("{typed}{asked}{excluded}");
            if filter.facets.sort == Sort::Created {
                return created(conn, &list, sql, &text, &fits, filter.depth + 1);
            }
            searched(conn, &list, sql, &text, &fits, filter)
        }
    }
}

/// The list in its order, within what its index knows.
struct List {
    sql: Sql,
    base: String,
    sort: Sort,
}

impl List {
    /// The first of those in it for whom `fits` holds, too: it begins with AND, or is empty.
    fn first(&self, conn: &mut Conn, mut sql: Sql, fits: &str, limit: i64) -> Result<Vec<i64>> {
        sql.text = format!("SELECT c.id FROM customers c WHERE {}{fits}{}", self.base, self.order(limit));
        load(conn, &sql)
    }

    /// Where the `n` customers of it end that come after `from`.
    fn end(&self, conn: &mut Conn, from: Option<UtcTime>, n: i64) -> Result<Option<UtcTime>> {
        let (mut sql, column) = (self.sql.clone(), facets::column(self.sort));
        let after = finding::between(&mut sql, from, None);
        sql.text = format!("SELECT c.{column} AS at FROM customers c WHERE {}{after}{}", self.base, self.order(n));
        finding::end_of(conn, &sql, n)
    }

    /// The condition, beginning with AND, that a customer stands above its end.
    fn from(&self, sql: &mut Sql, end: Option<UtcTime>) -> String {
        end.map(|end| format!(" AND c.{} >= {}", facets::column(self.sort), sql.put(end))).unwrap_or_default()
    }

    fn order(&self, limit: i64) -> String {
        format!(" ORDER BY c.{} DESC, c.id DESC LIMIT {limit}", facets::column(self.sort))
    }
}

/// Those who hold a text, newest activity first.
fn searched(conn: &mut Conn, list: &List, mut sql: Sql, text: &str, fits: &str, filter: &Filter) -> Result<Vec<i64>> {
    let base = &list.base;
    let wanted = usize::try_from(filter.depth + 1).unwrap_or(usize::MAX);
    let holds = finding::compared(&mut sql, conn, "c", text);
    let mut from = None;
    let walked = finding::walked(conn, text, wanted, |conn, n, wanted| {
        // Where its stretches end is the same for every text.
        let to = list.end(conn, from, n)?;
        let mut sql = sql.clone();
        let stretch = finding::between(&mut sql, from, to);
        from = to;
        sql.text = match dialect::engine(conn) {
            Engine::Sqlite => {
                format!("SELECT c.id FROM customers c WHERE {base}{stretch} AND {holds}{fits}{}", list.order(wanted))
            }
            Engine::Postgres => {
                let column = facets::column(list.sort);
                let met = finding::met(&mut sql, conn, text, column, &format!("{base}{stretch}"));
                format!("SELECT c.id FROM {met} WHERE {holds}{fits} ORDER BY w.at DESC, w.id DESC LIMIT {wanted}")
            }
        };
        Ok(Stretch { found: load(conn, &sql)?, is_last: to.is_none() })
    })?;
    if let Some(found) = walked {
        return Ok(found);
    }
    // Too short for trigrams: there is no other way than to walk on.
    let named = named(conn, &mut sql, filter)?;
    sql.text = format!("SELECT c.id FROM customers c WHERE {named}{base}{fits}{}", list.order(filter.depth + 1));
    load(conn, &sql)
}

/// Those who hold a text, last created first: looked up if few do, else found in a walk.
fn created(conn: &mut Conn, list: &List, mut sql: Sql, text: &str, fits: &str, limit: i64) -> Result<Vec<i64>> {
    let holds = match finding::of_few(conn, &mut sql, "c", text)? {
        Some(named) => named,
        None => finding::compared(&mut sql, conn, "c", text),
    };
    list.first(conn, sql, &format!(" AND {holds}{fits}"), limit)
}

/// The condition that the trigrams of what is typed name customer `c`, ending with AND; empty where it has none.
pub(super) fn named(conn: &mut Conn, sql: &mut Sql, filter: &Filter) -> Result<String> {
    let text = compared(filter);
    if !finding::has_trigrams(&text) {
        return Ok(String::new());
    }
    Ok(format!("{} AND ", finding::holding(sql, conn, "c", &text)?))
}

/// The condition of what is typed, for customers `c` who are named otherwise, or for whoever goes through
/// everybody: it begins with AND, or is empty. None: nobody fits.
pub(super) fn typed(conn: &mut Conn, sql: &mut Sql, filter: &Filter) -> Result<Option<String>> {
    let (text, number) = (compared(filter), fold(&filter.customer_id));
    let Some(numbered) = numbered(conn, sql, &number)? else { return Ok(None) };
    let fits = if text.is_empty() { String::new() } else { format!(" AND {}", fits(conn, sql, &needles(filter))) };
    Ok(Some(format!("{numbered}{fits}")))
}

fn load(conn: &mut Conn, sql: &Sql) -> Result<Vec<i64>> {
    Ok(sql.clone().load::<Row>(conn)?.into_iter().map(|row| row.id).collect())
}

/// The condition of the number, beginning with AND, or empty. None: what is typed is in no number.
fn numbered(conn: &mut Conn, sql: &mut Sql, number: &str) -> Result<Option<String>> {
    if number.is_empty() {
        return Ok(Some(String::new()));
    }
    if !number.bytes().all(|b| b.is_ascii_digit()) {
        return Ok(None);
    }
    Ok(Some(format!(" AND {}", numbered_customers(sql, conn, "c", number)?.condition)))
}

/// That name or address in a messenger hold the text. The address of a web-chat visitor is a random number of ours. Where an
/// account is not plain ASCII, of which each engine has letters of its own, it has what it is found by, folded.
///
/// The limit keeps PostgreSQL from comparing the addresses of everybody first, to have them at hand: a list by a first name
/// took 256 ms so, of which the walk is 5.
fn fits(conn: &Conn, sql: &mut Sql, needles: &[String]) -> String {
    let mut any = |of: &mut dyn FnMut(&mut Sql, &str) -> String| {
        let each: Vec<String> = needles.iter().map(|needle| of(sql, needle)).collect();
        if each.len() == 1 { each.concat() } else { format!("({})", each.join(" OR ")) }
    };
    let name = any(&mut |sql, needle| dialect::contains(conn, sql, "c.name_folded", needle));
    let like = |column: &'static str| {
        move |sql: &mut Sql, needle: &str| {
            let pattern = sql.put(format!("%{}%", like_escape(needle)));
            format!("COALESCE(a.found_by, LOWER({column})) LIKE {pattern} ESCAPE '\\'")
        }
    };
    let (address, username) = (any(&mut like("a.address")), any(&mut like("a.username")));
    format!(
        "({name} OR EXISTS (SELECT 1 FROM channel_accounts a \
         WHERE a.customer_id = c.id AND ({address} \
         AND a.channel_id IN (SELECT h.id FROM channels h WHERE h.kind <> 'web_chat') \
         OR {username}) LIMIT 1 OFFSET 0))"
    )
}
