//! Lists in the order of the alphabet: Contacts, and a company's members.
//!
//! Who looks somebody up types how their name begins. So of a list that is narrowed, names that begin with the text come
//! first, then others that hold it. The first part is a stretch of the index `customers_name`, however many have the text;
//! the second is walked there for a while, and looked up by its trigrams where few hold the text or the walk fills no page.
//! At a million customers the walk alone, in one order for both, took up to 60 ms: for a common name from the end of
//! the alphabet.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::finding;
use super::list::{Query, visible};
use crate::auth::CustomerScope;
use crate::customers::model::ListedCustomer;
use crate::db::page::{NameCursor, PAGE, Page};
use crate::db::schema::customers;
use crate::db::sql::{Limited, Sql, among};
use crate::db::types::CompanyId;
use crate::db::{Conn, dialect};
use crate::error::Result;

/// So many times as many as make a text common are walked.
const WALKED: i64 = 8;

/// A page of Contacts: by name, those whose name holds `name` (folded; empty: everybody), first those that begin with it.
pub fn by_name(
    conn: &mut Conn,
    scope: &CustomerScope,
    name: &str,
    cursor: Option<&NameCursor>,
) -> Result<Page<ListedCustomer>> {
    if name.is_empty() {
        return page(conn, visible(scope), cursor);
    }
    dialect::plan_for_values(conn)?;
    let (back, at) = (cursor.is_some_and(|c| c.back), cursor.map(|c| Part::of(&c.name, name)));
    let parts: &[Part] = match (at, back) {
        (None | Some(Part::Begins), false) => &[Part::Begins, Part::Holds],
        (Some(Part::Holds), true) => &[Part::Holds, Part::Begins],
        (Some(Part::Holds), false) => &[Part::Holds],
        (None | Some(Part::Begins), true) => &[Part::Begins],
    };
    let (mut ids, whole) = (vec![], usize::try_from(PAGE + 1).unwrap_or(usize::MAX));
    for part in parts {
        let stretch =
            Stretch { scope, name, past: cursor.filter(|_| at == Some(*part)), back, limit: whole - ids.len() };
        if stretch.limit > 0 {
            ids.extend(stretch.of(conn, *part)?);
        }
    }
    let query = customers::table.filter(among(conn, customers::id, ids.iter().copied()));
    let mut rows: Vec<ListedCustomer> = query.select(ListedCustomer::as_select()).load(conn)?;
    rows.sort_by_key(|row| ids.iter().position(|id| *id == row.id.0));
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

/// The two parts of a narrowed list, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Part {
    Begins,
    Holds,
}

impl Part {
    /// In which part a name stands. Names are compared by their bytes, as both engines do it.
    fn of(name: &str, text: &str) -> Self {
        if name >= text && name < end_of(text).as_str() { Part::Begins } else { Part::Holds }
    }
}

/// Past all names that begin with this text: no name has the last character that there is.
fn end_of(text: &str) -> String {
    format!("{text}{}", char::MAX)
}

/// What is asked of a part.
struct Stretch<'a> {
    scope: &'a CustomerScope,
    name: &'a str,
    past: Option<&'a NameCursor>,
    back: bool,
    limit: usize,
}

#[derive(QueryableByName)]
struct Row {
    #[diesel(sql_type = BigInt)]
    id: i64,
}

impl Stretch<'_> {
    /// The numbers of its customers, in reading order.
    fn of(&self, conn: &mut Conn, part: Part) -> Result<Vec<i64>> {
        let mut sql = Sql::default();
        let (first, end) = (sql.put(self.name), sql.put(end_of(self.name)));
        let scope = self.scope.put(&mut sql, "c");
        let past = self.past.map(|cursor| format!(" AND {}", past(&mut sql, "c", cursor))).unwrap_or_default();
        let base = match part {
            Part::Begins => format!("c.name_folded >= {first} AND c.name_folded < {end}{scope}{past}"),
            Part::Holds => format!("(c.name_folded < {first} OR c.name_folded >= {end}){scope}{past}"),
        };
        if part == Part::Begins {
            sql.text = format!("SELECT c.id FROM customers c WHERE {base}{}", self.order(self.limit));
            return load(conn, &sql);
        }
        let holds = dialect::contains(conn, &mut sql, "c.name_folded", self.name);
        if let Some(named) = finding::of_few(conn, &mut sql, "c", self.name)? {
            sql.text =
                format!("SELECT c.id FROM customers c WHERE {named} AND {holds} AND {base}{}", self.order(self.limit));
            return load(conn, &sql);
        }
        let walked = self.walk(conn, sql.clone(), &base, &holds)?;
        if walked.len() == self.limit {
            return Ok(walked);
        }
        // The walk ended before the alphabet did. Too short for trigrams: there is no other way than to go on.
        let mut named = String::new();
        if finding::has_trigrams(self.name) {
            named = format!("{} AND ", finding::holding(&mut sql, conn, "c", self.name));
        }
        sql.text = format!("SELECT c.id FROM customers c WHERE {named}{holds} AND {base}{}", self.order(self.limit));
        load(conn, &sql)
    }

    /// Those among the next names.
    fn walk(&self, conn: &mut Conn, mut sql: Sql, base: &str, holds: &str) -> Result<Vec<i64>> {
        let next = WALKED * finding::common(conn)?;
        sql.text = format!(
            "SELECT c.id FROM (SELECT c.id, c.name_folded FROM customers c WHERE {base}{}) AS c WHERE {holds}{}",
            self.order(usize::try_from(next).unwrap_or(usize::MAX)),
            self.order(self.limit)
        );
        load(conn, &sql)
    }

    fn order(&self, limit: usize) -> String {
        let way = if self.back { "DESC" } else { "ASC" };
        format!(" ORDER BY c.name_folded {way}, c.id {way} LIMIT {limit}")
    }
}

fn load(conn: &mut Conn, sql: &Sql) -> Result<Vec<i64>> {
    Ok(sql.clone().load::<Row>(conn)?.into_iter().map(|row| row.id).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_stands_in_the_part_that_its_bytes_say() {
        for (name, text) in [("anna", "anna"), ("anna k.", "anna"), ("анна", "ан"), ("王芳", "王")] {
            assert_eq!(Part::of(name, text), Part::Begins, "{name} of {text}");
        }
        for (name, text) in [("joanna", "anna"), ("ann", "anna"), ("anno", "anna"), ("яна", "ан")] {
            assert_eq!(Part::of(name, text), Part::Holds, "{name} of {text}");
        }
    }
}
