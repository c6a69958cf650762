//! The pages of lists: newest activity first on the Customers page, by name in Contacts.
//!
//! What the lists walk, at a million customers: a rare name is found by the trigram index over `search_text` (which
//! holds the name), a rare tag from the tag's side, a period with few customers by `customers_created`; each of these
//! gives a short set that is sorted. Whatever is common is filtered while walking `customers_activity` (or
//! `customers_name`), newest first, where a page fills quickly. Nobody is created after their last activity, so a
//! period's beginning also ends the walk.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Bool};

use crate::auth::CustomerScope;
use crate::customers::filter::Filter;
use crate::customers::model::ListedCustomer;
use crate::db::dialect::{self, Engine};
use crate::db::page::{Cursor, NameCursor, PAGE, Page};
use crate::db::schema::{customer_tag_links as links, customers};
use crate::db::sql::{Limited, Sql, among, count_of, past};
use crate::db::types::{CompanyId, CustomerTagId, UtcTime};
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::text;
use crate::web::times::Clock;

/// From so many candidates on, a filter counts as common.
const COMMON: i64 = 5_000;
/// Counts go no further.
pub const COUNTED: i64 = 1_000;

type Backend = <Conn as Connection>::Backend;
type Query<'a> = customers::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<customers::table, Backend, SqlType = Bool> + 'a>;

/// A page of the Customers page.
pub fn page(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    cursor: Option<Cursor>,
) -> Result<Page<ListedCustomer>> {
    let mut query = filtered(conn, scope, filter, clock)?;
    if let Some(cursor) = cursor {
        query = query.filter(past("customers.last_activity_at, customers.id", cursor));
    }
    query = if cursor.is_some_and(|c| c.back) {
        query.order((customers::last_activity_at.asc(), customers::id.asc()))
    } else {
        query.order((customers::last_activity_at.desc(), customers::id.desc()))
    };
    let rows = query.select(ListedCustomer::as_select()).at_most(PAGE + 1).load(conn)?;
    Ok(Page::new(rows, cursor, |row: &ListedCustomer| (row.last_activity_at, row.id.0)))
}

/// How many customers match, counted up to [`COUNTED`].
pub fn count(conn: &mut Conn, scope: &CustomerScope, filter: &Filter, clock: &Clock) -> Result<i64> {
    kept::capped(format!("customers {scope:?} {filter:?} {:?}", filter.bounds(clock)), COUNTED, || {
        let found = filtered(conn, scope, filter, clock)?.select(customers::id);
        Ok(count_of(found.at_most(kept::reach(COUNTED))).get_result(conn)?)
    })
}

/// How many customers there are for this person, counted up to [`COUNTED`].
pub fn count_all(conn: &mut Conn, scope: &CustomerScope) -> Result<i64> {
    kept::capped(format!("all customers {scope:?}"), COUNTED, || {
        Ok(count_of(visible(scope).select(customers::id).at_most(kept::reach(COUNTED))).get_result(conn)?)
    })
}

fn visible<'a>(scope: &CustomerScope) -> Query<'a> {
    let query = customers::table.into_boxed();
    match scope.condition() {
        Some(condition) => query.filter(condition),
        None => query,
    }
}

fn filtered<'a>(conn: &mut Conn, scope: &CustomerScope, filter: &Filter, clock: &Clock) -> Result<Query<'a>> {
    let mut query = visible(scope);
    let (from, before) = filter.bounds(clock);
    if from.is_some() || before.is_some() {
        query = query.filter(created(conn, from, before)?);
    }
    if let Some(tag) = filter.tag {
        query = query.filter(tagged(conn, tag)?);
    }
    let name = text::fold(&filter.name);
    if !name.is_empty() {
        query = query.filter(named(conn, &name)?);
    }
    if !filter.id.is_empty() {
        let mut sql = Sql::default();
        sql.text = numbered(&mut sql, conn, "customers.id", &filter.id)?;
        query = query.filter(sql.condition());
    }
    Ok(query)
}

/// First seen in this period.
fn created<'a>(conn: &mut Conn, from: Option<UtcTime>, before: Option<UtcTime>) -> Result<Condition<'a>> {
    let mut few = customers::table.select(customers::id).into_boxed::<Backend>();
    if let Some(from) = from {
        few = few.filter(customers::created_at.ge(from));
    }
    if let Some(before) = before {
        few = few.filter(customers::created_at.lt(before));
    }
    let ids: Vec<i64> = few.at_most(COUNTED).load(conn)?;
    if i64::try_from(ids.len()).unwrap_or(COUNTED) < COUNTED {
        return Ok(Box::new(among(customers::id, ids)));
    }
    let from = from.unwrap_or_else(|| UtcTime::from_micros(0).unwrap_or_else(UtcTime::now));
    let walk = customers::created_at.ge(from).and(customers::last_activity_at.ge(from));
    Ok(match before {
        Some(before) => Box::new(walk.and(customers::created_at.lt(before))),
        None => Box::new(walk),
    })
}

/// With this tag.
fn tagged<'a>(conn: &mut Conn, tag: CustomerTagId) -> Result<Condition<'a>> {
    let tagged = links::table.filter(links::tag_id.eq(tag)).select(links::customer_id).at_most(COMMON);
    let count = kept::number(format!("tagged {tag}"), || count_of(tagged).get_result(conn))?;
    if count < COMMON {
        let of_tag = links::table.filter(links::tag_id.eq(tag)).select(links::customer_id);
        return Ok(Box::new(customers::id.eq_any(of_tag)));
    }
    Ok(Box::new(diesel::dsl::exists(
        links::table.filter(links::customer_id.eq(customers::id).and(links::tag_id.eq(tag))),
    )))
}

/// With this text, folded, somewhere in the name.
fn named<'a>(conn: &mut Conn, name: &str) -> Result<Condition<'a>> {
    dialect::plan_for_values(conn)?;
    let pattern = format!("%{}%", text::like_escape(name));
    let holds = customers::name_folded.like(pattern).escape('\\');
    if name.chars().count() < 3 {
        return Ok(Box::new(holds));
    }
    Ok(Box::new(holds.and(holding(conn, name)?)))
}

/// With this text, folded and of at least three characters, somewhere in the search text. Narrows down by trigrams
/// where that helps; the caller compares exactly.
fn holding<'a>(conn: &mut Conn, term: &str) -> Result<Condition<'a>> {
    let pattern = format!("%{}%", text::like_escape(term));
    if dialect::engine(conn) == Engine::Postgres {
        return Ok(Box::new(customers::search_text.like(pattern).escape('\\')));
    }
    let trigrams = text::trigram_match(term);
    if is_few(conn, HITS, &trigrams)? {
        return Ok(Box::new(Sql::new(format!("customers.id IN ({HITS})")).bind(trigrams).condition()));
    }
    Ok(Box::new(customers::search_text.like(pattern).escape('\\')))
}

/// Whom the trigram index names; `$1` are the trigrams.
const HITS: &str = "SELECT rowid FROM customers_fts WHERE customers_fts MATCH $1";

/// The condition, as text for `sql`, that the number of a customer in `column` has these digits somewhere. The number is
/// one of the lines of the search text, so three digits or more are looked up by their trigrams; what is common is
/// compared while walking.
pub fn numbered(sql: &mut Sql, conn: &mut Conn, column: &str, digits: &str) -> Result<String> {
    dialect::plan_for_values(conn)?;
    let digits = text::digits(digits);
    let pattern = sql.put(format!("%{digits}%"));
    if digits.len() >= 3 {
        let like = format!("%{digits}%");
        match dialect::engine(conn) {
            // As an array, so that it is asked once and its numbers are looked up.
            Engine::Postgres if is_few(conn, "SELECT id FROM customers WHERE search_text LIKE $1", &like)? => {
                return Ok(format!(
                    "{column} = ANY (ARRAY (SELECT id FROM customers \
                     WHERE search_text LIKE {pattern} AND CAST(id AS TEXT) LIKE {pattern}))"
                ));
            }
            Engine::Sqlite if is_few(conn, HITS, &text::trigram_match(&digits))? => {
                let trigrams = sql.put(text::trigram_match(&digits));
                return Ok(format!(
                    "{column} IN (SELECT rowid FROM customers_fts \
                     WHERE customers_fts MATCH {trigrams} AND CAST(rowid AS TEXT) LIKE {pattern})"
                ));
            }
            Engine::Postgres | Engine::Sqlite => {}
        }
    }
    Ok(format!("CAST({column} AS TEXT) LIKE {pattern}"))
}

/// Whether a statement with one text names few.
fn is_few(conn: &mut Conn, statement: &str, term: &str) -> Result<bool> {
    let count = Sql::new(format!("SELECT count(*) AS n FROM ({statement} LIMIT {COMMON}) AS found")).bind(term);
    Ok(kept::number(count.key(), || count.get_result::<Count>(conn).map(|count| count.n))? < COMMON)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// A page of Contacts: by name, those whose name holds `name` (folded; empty: everybody).
pub fn by_name(
    conn: &mut Conn,
    scope: &CustomerScope,
    name: &str,
    cursor: Option<&NameCursor>,
) -> Result<Page<ListedCustomer>> {
    let mut query = visible(scope);
    if !name.is_empty() {
        query = query.filter(named(conn, name)?);
    }
    named_page(conn, query, cursor)
}

/// A page of a company's members, by name.
pub fn of_company(
    conn: &mut Conn,
    scope: &CustomerScope,
    company: CompanyId,
    cursor: Option<&NameCursor>,
) -> Result<Page<ListedCustomer>> {
    named_page(conn, visible(scope).filter(customers::company_id.eq(company)), cursor)
}

fn named_page(conn: &mut Conn, query: Query, cursor: Option<&NameCursor>) -> Result<Page<ListedCustomer>> {
    let mut query = query;
    if let Some(cursor) = cursor {
        let sign = if cursor.back { "<" } else { ">" };
        let past = Sql::new(format!("(customers.name_folded, customers.id) {sign} ($1, $2)"));
        query = query.filter(past.bind(cursor.name.clone()).bind(cursor.id).condition());
    }
    query = if cursor.is_some_and(|c| c.back) {
        query.order((customers::name_folded.desc(), customers::id.desc()))
    } else {
        query.order((customers::name_folded.asc(), customers::id.asc()))
    };
    let rows = query.select(ListedCustomer::as_select()).at_most(PAGE + 1).load(conn)?;
    Ok(Page::by_name(rows, cursor, |row: &ListedCustomer| (row.name_folded.clone(), row.id.0)))
}
