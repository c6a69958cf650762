//! Lists in the order of the alphabet: Contacts, and a company's members.
//!
//! Who looks somebody up types how their name begins. So of a list that is narrowed, names that begin with the text come
//! first, then others in the same script that hold it, then those in other scripts. The first part is a stretch of the index
//! `customers_name`, however many have the text; the others are walked there, and looked up by their trigrams where few
//! hold it. At a million customers a walk in one order for all took up to 60 ms: for a common name from the end of the
//! alphabet, and for each Cyrillic one, past everybody whose name is Latin.

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

/// Where the scripts of names begin: Latin, Greek, Cyrillic, those of the Near East and India, those of the Far East.
const SCRIPTS: [char; 5] = ['\0', '\u{370}', '\u{400}', '\u{530}', '\u{2e80}'];

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
    let back = cursor.is_some_and(|c| c.back);
    let at = cursor.map(|cursor| (Part::of(&cursor.name, name), cursor));
    let list = Narrowed { scope, name, at, back };
    let (mut ids, whole, parts) = (vec![], usize::try_from(PAGE + 1).unwrap_or(usize::MAX), list.parts());
    for (n, part) in parts.iter().enumerate() {
        let limit = whole - ids.len();
        let Some(more) = list.stretch(conn, *part, limit)? else {
            ids.extend(list.looked_up(conn, &parts[n..], limit)?);
            break;
        };
        ids.extend(more);
        if ids.len() == whole {
            break;
        }
    }
    let query = customers::table.filter(among(conn, customers::id, ids));
    let mut rows: Vec<ListedCustomer> = query.select(ListedCustomer::as_select()).load(conn)?;
    rows.sort_by_cached_key(|row| (Part::of(&row.name_folded, name), row.name_folded.clone(), row.id.0));
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

/// The parts of a narrowed list, in their order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
enum Part {
    Begins,
    SameScript,
    OtherScript,
}

impl Part {
    const ALL: [Part; 3] = [Part::Begins, Part::SameScript, Part::OtherScript];

    /// In which part a name stands. Names are compared by their bytes, as both engines do it.
    fn of(name: &str, text: &str) -> Self {
        let within = |(from, to): &(String, String)| name >= from.as_str() && name < to.as_str();
        match () {
            () if within(&beginning(text)) => Part::Begins,
            () if within(&script(text)) => Part::SameScript,
            () => Part::OtherScript,
        }
    }

    /// The same as a condition on `c`.
    fn range(self, sql: &mut Sql, text: &str) -> String {
        let mut within = |(from, to): (String, String)| {
            let (from, to) = (sql.put(from), sql.put(to));
            format!("c.name_folded >= {from} AND c.name_folded < {to}")
        };
        match self {
            Part::Begins => within(beginning(text)),
            Part::SameScript => format!("{} AND NOT ({})", within(script(text)), within(beginning(text))),
            Part::OtherScript => format!("NOT ({})", within(script(text))),
        }
    }
}

/// From where on, and before where, names begin with this text: none has the last character that there is.
fn beginning(text: &str) -> (String, String) {
    (text.to_owned(), format!("{text}{}", char::MAX))
}

/// The same for names in the script in which this text begins.
fn script(text: &str) -> (String, String) {
    let first = text.chars().next().unwrap_or_default();
    let next = SCRIPTS.iter().position(|begins| *begins > first).unwrap_or(SCRIPTS.len());
    // PostgreSQL keeps no NUL.
    let from = SCRIPTS.get(next.wrapping_sub(1)).filter(|begins| **begins != '\0');
    let to = SCRIPTS.get(next).copied().unwrap_or(char::MAX);
    (from.map(char::to_string).unwrap_or_default(), to.to_string())
}

/// A narrowed list, at a place in it.
struct Narrowed<'a> {
    scope: &'a CustomerScope,
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
        let within = self.within(&mut sql, part);
        let base = format!("{within}{}", self.scope.put(&mut sql, "c"));
        if part == Part::Begins {
            sql.text = format!("SELECT c.id FROM customers c WHERE {base}{} LIMIT {limit}", self.order());
            return Ok(Some(load(conn, &sql)?));
        }
        let holds = dialect::contains(conn, &mut sql, "c.name_folded", self.name);
        let walked = finding::walked(conn, self.name, limit, |conn, n| {
            // In the order of the walk; told to sort, SQLite would walk to the end before it gives the first.
            let next = format!("SELECT c.id, c.name_folded FROM customers c WHERE {base}{} LIMIT {n}", self.order());
            let mut sql = sql.clone();
            sql.text = format!("SELECT c.id FROM ({next}) AS c WHERE {holds} LIMIT {limit}");
            load(conn, &sql)
        })?;
        if walked.is_some() || finding::has_trigrams(self.name) {
            return Ok(walked);
        }
        // Too short for trigrams: there is no other way than to walk on.
        sql.text = format!("SELECT c.id FROM customers c WHERE {holds} AND {base}{} LIMIT {limit}", self.order());
        Ok(Some(load(conn, &sql)?))
    }

    /// Up to `limit` customers of these parts, in reading order, out of all whom the trigrams name.
    fn looked_up(&self, conn: &mut Conn, parts: &[Part], limit: usize) -> Result<Vec<i64>> {
        let mut sql = Sql::default();
        let named = finding::holding(&mut sql, conn, "c", self.name);
        let holds = dialect::contains(conn, &mut sql, "c.name_folded", self.name);
        let within: Vec<String> = parts.iter().map(|part| format!("({})", self.within(&mut sql, *part))).collect();
        let places = (0..).zip(parts).map(|(place, part)| {
            let range = part.range(&mut sql, self.name);
            format!(" WHEN {range} THEN {place}")
        });
        let places = places.collect::<String>();
        let scope = self.scope.put(&mut sql, "c");
        sql.text = format!(
            "SELECT f.id FROM (SELECT c.id, c.name_folded, CASE{places} END AS place FROM customers c \
             WHERE {named} AND {holds} AND ({}){scope}) AS f ORDER BY f.place, f.name_folded {way}, f.id {way} LIMIT {limit}",
            within.join(" OR "),
            way = self.way()
        );
        load(conn, &sql)
    }

    /// The condition of a part, past the place where the list goes on.
    fn within(&self, sql: &mut Sql, part: Part) -> String {
        let range = part.range(sql, self.name);
        match self.at {
            Some((at, cursor)) if at == part => format!("{range} AND {}", past(sql, "c", cursor)),
            _ => range,
        }
    }

    fn order(&self) -> String {
        let way = self.way();
        format!(" ORDER BY c.name_folded {way}, c.id {way}")
    }

    fn way(&self) -> &'static str {
        if self.back { "DESC" } else { "ASC" }
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
        for (part, name, text) in [
            (Part::Begins, "anna", "anna"),
            (Part::Begins, "anna k.", "anna"),
            (Part::Begins, "анна", "ан"),
            (Part::Begins, "王芳", "王"),
            (Part::SameScript, "joanna", "anna"),
            (Part::SameScript, "яна", "ан"),
            (Part::SameScript, "小王", "王"),
            (Part::OtherScript, "anna иванова", "иван"),
            (Part::OtherScript, "иван smith", "smith"),
            (Part::OtherScript, "anna 王", "王"),
        ] {
            assert_eq!(Part::of(name, text), part, "{name} of {text}");
        }
    }
}
