//! Lists in the order of the alphabet: Contacts, and a company's members.
//!
//! Who looks somebody up types how their first or their last name begins. So of a list that is narrowed, names that begin with
//! the text come first; then those whose later words do, as in a telephone book; then others in the same script that hold it,
//! then those in other scripts. The first two parts are stretches of the indexes `customers_name` and `customers_later_name`,
//! however many have the text; the others are walked by name, and looked up by their trigrams where few hold it. At a million
//! customers a walk in one order for all took up to 60 ms: for a common name from the end of the alphabet, and for each
//! Cyrillic one, past everybody whose name is Latin; and last names that stand nowhere near, looked up, 17.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::finding::{self, Stretch};
use super::list::{Query, visible};
use super::name_parts::Part;
use crate::auth::CustomerScope;
use crate::customers::model::ListedCustomer;
use crate::db::page::{NameCursor, PAGE, Page};
use crate::db::schema::customers;
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::CompanyId;
use crate::db::{Conn, dialect};
use crate::error::Result;

/// Whoever has neither phone nor e-mail, and so a pending action: the index `customers_lacking` holds them by name.
const LACKING: &str = " AND c.phone IS NULL AND c.email IS NULL";

/// A page of Contacts: by name, those whose name holds `name` (folded; empty: everybody), first those that begin with it.
/// `lacking`: of those alone whose contact details are missing.
pub fn by_name(
    conn: &mut Conn,
    scope: &CustomerScope,
    name: &str,
    lacking: bool,
    cursor: Option<&NameCursor>,
) -> Result<Page<ListedCustomer>> {
    if name.is_empty() {
        let everybody = visible(scope);
        let listed = if lacking {
            everybody.filter(customers::phone.is_null().and(customers::email.is_null()))
        } else {
            everybody
        };
        return page(conn, listed, cursor);
    }
    let back = cursor.is_some_and(|c| c.back);
    let at = cursor.map(|cursor| (Part::of(&cursor.name, name), cursor));
    let list = Narrowed { scope, lacking, name, at, back };
    let ids = dialect::planned_for_values(conn, |conn| list.ids(conn))?;
    let query = customers::table.filter(among(conn, customers::id, ids));
    let mut rows: Vec<ListedCustomer> = query.select(ListedCustomer::as_select()).load(conn)?;
    rows.sort_by_cached_key(|row| {
        let part = Part::of(&row.name_folded, name);
        (part, part.key_of(&row.name_folded).to_owned(), row.name_folded.clone(), row.id.0)
    });
    if back {
        rows.reverse();
    }
    Ok(Page::by_name(rows, cursor, |row: &ListedCustomer| (row.name_folded.clone(), row.id.0)))
}

/// A page of a company's members, by name.
pub fn of_company(
    conn: &mut Conn,
    scope: &CustomerScope,
    company: CompanyId,
    cursor: Option<&NameCursor>,
) -> Result<Page<ListedCustomer>> {
    page(conn, visible(scope).filter(customers::company_id.eq(company)), cursor)
}

fn page(conn: &mut Conn, mut query: Query, cursor: Option<&NameCursor>) -> Result<Page<ListedCustomer>> {
    if let Some(cursor) = cursor {
        let mut sql = Sql::default();
        sql.text = past(&mut sql, "customers", cursor);
        query = query.filter(sql.condition());
    }
    query = if cursor.is_some_and(|c| c.back) {
        query.order((customers::name_folded.desc(), customers::id.desc()))
    } else {
        query.order((customers::name_folded.asc(), customers::id.asc()))
    };
    let rows = query.select(ListedCustomer::as_select()).at_most(PAGE + 1).load(conn)?;
    Ok(Page::by_name(rows, cursor, |row: &ListedCustomer| (row.name_folded.clone(), row.id.0)))
}

fn past(sql: &mut Sql, alias: &str, cursor: &NameCursor) -> String {
    let sign = if cursor.back { "<" } else { ">" };
    let (name, id) = (sql.put(cursor.name.as_str()), sql.put(cursor.id));
    format!("({alias}.name_folded, {alias}.id) {sign} ({name}, {id})")
}

/// A narrowed list, at a place in it.
struct Narrowed<'a> {
    scope: &'a CustomerScope,
    /// Of those alone whose contact details are missing.
    lacking: bool,
    name: &'a str,
    /// Past which name it goes on, and in which part that stands.
    at: Option<(Part, &'a NameCursor)>,
    back: bool,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Narrowed<'_> {
    /// The numbers of a page, and of one more.
    fn ids(&self, conn: &mut Conn) -> Result<Vec<i64>> {
        let (mut ids, whole, mut parts) = (vec![], usize::try_from(PAGE + 1).unwrap_or(usize::MAX), self.parts());
        while ids.len() < whole && !parts.is_empty() {
            let limit = whole - ids.len();
            let part = parts.remove(0);
            if let Some(more) = self.stretch(conn, part, limit)? {
                ids.extend(more);
                continue;
            }
            // The other one of those that are walked comes next, if it does.
            let others = parts.extract_if(.., |part| part.is_walked());
            let walked: Vec<Part> = std::iter::once(part).chain(others).collect();
            ids.extend(self.looked_up(conn, &walked, limit)?);
        }
        Ok(ids)
    }

    /// Those that are still to be read, in reading order.
    fn parts(&self) -> Vec<Part> {
        let mut parts = Part::ALL.to_vec();
        if self.back {
            parts.reverse();
        }
        parts.drain(..parts.iter().position(|part| self.at.is_some_and(|(at, _)| at == *part)).unwrap_or(0));
        parts
    }

    /// Up to `limit` customers of a part, in reading order. `None`: they are better looked up.
    fn stretch(&self, conn: &mut Conn, part: Part, limit: usize) -> Result<Option<Vec<i64>>> {
        let mut sql = Sql::default();
        let within = self.within(conn, &mut sql, part);
        let base = format!("SELECT c.id FROM customers c WHERE {within}{}", self.among(&mut sql));
        let (order, key, (mut from, last)) = (self.order(conn, part), part.key(conn), self.ends(part));
        let whole = between(&mut sql, &key, from.as_ref(), last.as_ref());
        if !part.is_walked() {
            sql.text = format!("{base}{whole}{order} LIMIT {limit}");
            return Ok(Some(load(conn, &sql)?));
        }
        let holds = dialect::contains(conn, &mut sql, "c.name_folded", self.name);
        let walked = finding::walked(conn, self.name, limit, |conn, n, wanted| {
            let mut sql = sql.clone();
            let rest = between(&mut sql, &key, from.as_ref(), last.as_ref());
            let end = self.end(conn, sql.clone(), &format!("{base}{rest}{order} LIMIT {n}"), n)?;
            let to = end.clone().map(|name| Bound(if self.back { ">=" } else { "<=" }, name));
            let stretch = between(&mut sql, &key, from.as_ref(), to.as_ref().or(last.as_ref()));
            from = end.map(|name| Bound(if self.back { "<" } else { ">" }, name));
            sql.text = format!("{base}{stretch} AND {holds}{order} LIMIT {wanted}");
            Ok(Stretch { found: load(conn, &sql)?, is_last: to.is_none() })
        })?;
        if walked.is_some() || finding::has_trigrams(self.name) {
            return Ok(walked);
        }
        // Too short for trigrams: there is no other way than to walk on.
        sql.text = format!("{base}{whole} AND {holds}{order} LIMIT {limit}");
        Ok(Some(load(conn, &sql)?))
    }

    /// Where what is to be read of a part begins and ends, in reading order.
    fn ends(&self, part: Part) -> (Option<Bound>, Option<Bound>) {
        let (lowest, highest) = part.bounds(self.name).unzip();
        let (mut lowest, mut highest) = (lowest.map(|at| Bound(">=", at)), highest.map(|at| Bound("<", at)));
        if let Some((_, cursor)) = self.at.filter(|(at, _)| *at == part) {
            let at = part.key_of(&cursor.name).to_owned();
            if self.back { highest = Some(Bound("<=", at)) } else { lowest = Some(Bound(">=", at)) }
        }
        if self.back { (highest, lowest) } else { (lowest, highest) }
    }

    /// Which name the last of the `n` customers has whom `rows` gives. `None`: there are fewer.
    fn end(&self, conn: &mut Conn, mut sql: Sql, rows: &str, n: i64) -> Result<Option<String>> {
        let last = if self.back { "MIN" } else { "MAX" };
        let names = rows.replacen("c.id", "c.name_folded AS name", 1);
        sql.text = format!("SELECT {last}(name) AS name, COUNT(*) AS n FROM ({names}) AS list");
        let end: End = sql.get_result(conn)?;
        Ok(end.name.filter(|_| end.n >= n))
    }

    /// Up to `limit` customers of these parts, in reading order, out of all whom the trigrams name.
    fn looked_up(&self, conn: &mut Conn, parts: &[Part], limit: usize) -> Result<Vec<i64>> {
        let mut sql = Sql::default();
        let named = finding::holding(&mut sql, conn, "c", self.name)?;
        let holds = dialect::contains(conn, &mut sql, "c.name_folded", self.name);
        let within: Vec<String> =
            parts.iter().map(|part| format!("({})", self.within(conn, &mut sql, *part))).collect();
        let places = (0..).zip(parts).map(|(place, part)| {
            let condition = part.condition(conn, &mut sql, self.name);
            format!(" WHEN {condition} THEN {place}")
        });
        let places = places.collect::<String>();
        let among = self.among(&mut sql);
        sql.text = format!(
            "SELECT f.id FROM (SELECT c.id, c.name_folded, CASE{places} END AS place FROM customers c \
             WHERE {named} AND {holds} AND ({}){among}) AS f ORDER BY f.place, f.name_folded {way}, f.id {way} LIMIT {limit}",
            within.join(" OR "),
            way = self.way()
        );
        load(conn, &sql)
    }

    /// The condition that a customer `c` belongs to the list at all, beginning with AND, or empty.
    fn among(&self, sql: &mut Sql) -> String {
        format!("{}{}", self.scope.put(sql, "c"), if self.lacking { LACKING } else { "" })
    }

    /// The condition of a part, past the place where the list goes on.
    fn within(&self, conn: &Conn, sql: &mut Sql, part: Part) -> String {
        let condition = part.condition(conn, sql, self.name);
        let Some((_, cursor)) = self.at.filter(|(at, _)| *at == part) else { return condition };
        if part != Part::LaterBegins {
            return format!("{condition} AND {}", past(sql, "c", cursor));
        }
        let sign = if cursor.back { "<" } else { ">" };
        let (later, name, id) = (sql.put(part.key_of(&cursor.name)), sql.put(cursor.name.as_str()), sql.put(cursor.id));
        format!("{condition} AND ({}, c.name_folded, c.id) {sign} ({later}, {name}, {id})", part.key(conn))
    }

    fn order(&self, conn: &Conn, part: Part) -> String {
        let (key, way) = (part.key(conn), self.way());
        format!(" ORDER BY {key} {way}, c.name_folded {way}, c.id {way}")
    }

    fn way(&self) -> &'static str {
        if self.back { "DESC" } else { "ASC" }
    }
}

/// A place in the order of a part, and on which side of it one reads.
struct Bound(&'static str, String);

/// The condition that a key lies from one place to another.
fn between(sql: &mut Sql, key: &str, from: Option<&Bound>, to: Option<&Bound>) -> String {
    let bounds = from.into_iter().chain(to);
    bounds.map(|Bound(sign, at)| format!(" AND {key} {sign} {}", sql.put(at.as_str()))).collect()
}

#[derive(QueryableByName)]
struct End {
    #[diesel(sql_type = Nullable<Text>)]
    name: Option<String>,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

fn load(conn: &mut Conn, sql: &Sql) -> Result<Vec<i64>> {
    Ok(sql.clone().load::<Row>(conn)?.into_iter().map(|row| row.id).collect())
}
