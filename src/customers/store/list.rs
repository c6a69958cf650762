//! The Customers page, newest activity first.
//!
//! What the list walks, at a million customers: a rare name is found by the trigram index over `search_text` (which
//! holds the name), a rare tag from the tag's side (a tag alone is a list of its own, [`tagged`]), a period with few customers by `customers_created`; each of these
//! gives a short set that is sorted. Whatever is common is compared while walking `customers_activity`, newest first, where
//! a page fills quickly. Nobody is created after their last activity, so a period's beginning also ends the walk.
//!
//! A list that is narrowed gathers the numbers of its page first: what the filters compare stands in those indexes, and
//! PostgreSQL reads a row of the table for each that it walks past as soon as a column of the page is asked for, too (a
//! number that holds 123: 10 ms, and 2.3 in the index alone).

use diesel::prelude::*;
use diesel::sql_types::Bool;

use super::finding::{self, Stretch};
use super::numbers::numbered_customers;
use super::tagged;
use crate::auth::CustomerScope;
use crate::customers::filter::Filter;
use crate::customers::model::ListedCustomer;
use crate::db::dialect::{self, Engine};
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::{customer_tag_links as links, customers};
use crate::db::sql::{Limited, Sql, among, count_of, one_of, past};
use crate::db::types::{CustomerId, CustomerTagId, UtcTime};
use crate::db::{Backend, Conn, kept};
use crate::error::Result;
use crate::text;
use crate::web::times::Clock;

/// A tag that fewer have is kept as a set while the list is walked, in customers who make it common; of one that more have,
/// each customer is asked. Of a hundred thousand, to make a set of the 16,000 who had one took 6 ms on SQLite.
const SET: i64 = 5;
/// Where a customer stands in the list.
const PLACE: &str = "customers.last_activity_at, customers.id";
/// Counts go no further: "999+".
const COUNTED: i64 = 1_000;
/// Up to so many who were created lately are named on PostgreSQL; of more, those who were active since are walked. 900 of a
/// hundred thousand took 7 ms by their numbers, and take a tenth of one so.
const NAMED: i64 = 100;

pub(super) type Query<'a> = customers::BoxedQuery<'a, Backend>;
type Condition<'a> = Box<dyn BoxableExpression<customers::table, Backend, SqlType = Bool> + 'a>;

/// A page of the Customers page, and how many customers match.
pub struct Listing {
    pub page: Page<ListedCustomer>,
    /// Up to [`Listing::counted_to`] exactly; more stands for any number above.
    pub count: i64,
    /// How far was counted: past a page only where counting costs little more than the page.
    pub counted_to: i64,
}

/// A page of the Customers page.
pub fn page(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    cursor: Option<Cursor>,
) -> Result<Listing> {
    let everybody = scope.condition().is_none();
    let (query, (count, counted_to)) = if let Some(tag) = filter.only_tag().filter(|_| everybody) {
        let ids = tagged::page(conn, tag, cursor, PAGE + 1)?;
        (whole(conn, ids), (tagged::count(conn, tag, COUNTED)?, COUNTED - 1))
    } else if filter.is_narrow() {
        let narrowed = |conn: &mut Conn| narrowed(conn, scope, filter, clock, cursor);
        let (ids, counted) = dialect::planned_for_values(conn, narrowed)?;
        (whole(conn, ids), counted)
    } else {
        let mut all = visible(scope);
        if let Some(cursor) = cursor {
            all = all.filter(past(PLACE, cursor));
        }
        (all, (count_all(conn, scope)?, COUNTED - 1))
    };
    let back = cursor.is_some_and(|c| c.back);
    let rows = newest(query, back).select(ListedCustomer::as_select()).at_most(PAGE + 1).load(conn)?;
    let page = Page::new(rows, cursor, |row: &ListedCustomer| (row.last_activity_at, row.id.0));
    Ok(Listing { page, count, counted_to })
}

fn whole<'a>(conn: &Conn, ids: Vec<CustomerId>) -> Query<'a> {
    customers::table.filter(among(conn, customers::id, ids)).into_boxed()
}

/// The numbers of a page of a narrowed list; how many match, and how far was counted.
fn narrowed(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    cursor: Option<Cursor>,
) -> Result<(Vec<CustomerId>, (i64, i64))> {
    let Gathered { mut ids, typed } = gather(conn, scope, filter, clock, cursor)?;
    let found = i64::try_from(ids.len()).ok().filter(|_| cursor.is_none());
    ids.truncate(usize::try_from(PAGE + 1).unwrap_or(usize::MAX));
    let counted = match (found, typed) {
        (Some(found), _) if found <= PAGE => (found, PAGE),
        (Some(found), Some(Held::ByFew)) => (found, COUNTED - 1),
        // Of a thousand customers everybody can be counted.
        (_, Some(Held::ByMany)) if count_all(conn, scope)? >= COUNTED => (PAGE + 1, PAGE),
        _ => (count(conn, scope, filter, clock)?, COUNTED - 1),
    };
    Ok((ids, counted))
}

/// The numbers of a page of a narrowed list, and of more where they are at hand.
struct Gathered {
    ids: Vec<CustomerId>,
    typed: Option<Held>,
}

fn gather(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    cursor: Option<Cursor>,
) -> Result<Gathered> {
    let name = text::fold(&filter.name);
    if !name.is_empty() && filter.id.is_empty() && cursor.is_none() {
        let whole = usize::try_from(PAGE + 1).unwrap_or(usize::MAX);
        let (mut from, mut reached) = (None, 0);
        let walked = finding::walked(conn, &name, whole, |conn, n, wanted| {
            reached += n;
            let to = finding::newest_since(conn, reached)?;
            let mut stretch = filtered(conn, scope, filter, clock, Way::Walk)?.query;
            if let Some(from) = from {
                stretch = stretch.filter(customers::last_activity_at.lt(from));
            }
            if let Some(to) = to {
                stretch = stretch.filter(customers::last_activity_at.ge(to));
            }
            from = to;
            let found = newest(stretch, false).select(customers::id).at_most(wanted).load(conn)?;
            Ok(Stretch { found, is_last: to.is_none() })
        })?;
        if let Some(ids) = walked {
            return Ok(Gathered { ids, typed: Some(Held::ByMany) });
        }
    }
    let Filtered { mut query, typed } = filtered(conn, scope, filter, clock, Way::Choose)?;
    if let Some(cursor) = cursor {
        query = query.filter(past(PLACE, cursor));
    }
    // Few are all looked up and sorted, whatever is wanted of them.
    let wanted = if typed == Some(Held::ByFew) && cursor.is_none() { COUNTED } else { PAGE + 1 };
    let ids = newest(query, cursor.is_some_and(|c| c.back)).select(customers::id).at_most(wanted).load(conn)?;
    Ok(Gathered { ids, typed })
}

/// Those of these customers who match, lowest number first: for whoever goes through all of them, by number. That stays,
/// where a walk by activity would miss whoever writes while it goes on. The customers are named one by one: of a range
/// SQLite does not know how few it holds, and would go through an index of the filter's for each.
pub fn among_these(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    these: &[CustomerId],
) -> Result<Vec<CustomerId>> {
    let mut sql = Sql::default();
    sql.text = one_of(conn, &mut sql, "customers.id", these.iter().map(|id| id.0));
    dialect::planned_for_values(conn, |conn| {
        Ok(filtered(conn, scope, filter, clock, Way::Walk)?
            .query
            .filter(sql.condition())
            .select(customers::id)
            .order(customers::id)
            .load(conn)?)
    })
}

/// How many match, to the last one.
pub fn count_exactly(conn: &mut Conn, scope: &CustomerScope, filter: &Filter, clock: &Clock) -> Result<i64> {
    dialect::planned_for_values(conn, |conn| {
        Ok(filtered(conn, scope, filter, clock, Way::Count)?.query.count().get_result(conn)?)
    })
}

fn newest(query: Query, back: bool) -> Query {
    if back {
        query.order((customers::last_activity_at.asc(), customers::id.asc()))
    } else {
        query.order((customers::last_activity_at.desc(), customers::id.desc()))
    }
}

/// How many customers match, counted up to [`COUNTED`].
fn count(conn: &mut Conn, scope: &CustomerScope, filter: &Filter, clock: &Clock) -> Result<i64> {
    kept::capped(format!("customers {scope:?} {filter:?} {:?}", filter.bounds(clock)), COUNTED, || {
        let found = filtered(conn, scope, filter, clock, Way::Count)?.query.select(customers::id);
        Ok(count_of(found.at_most(kept::reach(COUNTED))).get_result(conn)?)
    })
}

/// How many customers there are for this person, counted up to [`COUNTED`].
pub fn count_all(conn: &mut Conn, scope: &CustomerScope) -> Result<i64> {
    kept::capped(format!("all customers {scope:?}"), COUNTED, || {
        Ok(count_of(visible(scope).select(customers::id).at_most(kept::reach(COUNTED))).get_result(conn)?)
    })
}

/// Everybody whom the scope shows.
pub(super) fn visible<'a>(scope: &CustomerScope) -> Query<'a> {
    let query = customers::table.into_boxed();
    match scope.condition() {
        Some(condition) => query.filter(condition),
        None => query,
    }
}

/// By how many customers what was typed may be held.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Held {
    ByFew,
    ByMany,
}

struct Filtered<'a> {
    query: Query<'a>,
    /// Of the name and the number together; `None` where neither was typed.
    typed: Option<Held>,
}

/// How a narrowed list is gone through.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Way {
    /// In its order.
    Walk,
    /// In its order, or by whom an index names.
    Choose,
    /// Whoever is found first is counted first.
    Count,
}

fn filtered<'a>(
    conn: &mut Conn,
    scope: &CustomerScope,
    filter: &Filter,
    clock: &Clock,
    way: Way,
) -> Result<Filtered<'a>> {
    let (mut query, mut typed) = (visible(scope), vec![]);
    let (from, before) = filter.bounds(clock);
    if from.is_some() || before.is_some() {
        query = query.filter(created(conn, from, before)?);
    }
    if let Some(tag) = filter.tag {
        query = query.filter(of_tag(conn, tag, way != Way::Count)?);
    }
    let name = text::fold(&filter.name);
    if !name.is_empty() {
        let mut sql = Sql::default();
        let holds = dialect::contains(conn, &mut sql, "customers.name_folded", &name);
        let holds = match way {
            Way::Walk => finding::bits_first(&mut sql, conn, "customers", &name, &holds),
            Way::Choose | Way::Count => {
                format!("{}{holds}", finding::lacks_none(&mut sql, conn, "customers", &name))
            }
        };
        let of_few = match way {
            Way::Walk => None,
            Way::Choose | Way::Count => finding::of_few(conn, &mut sql, "customers", &name)?,
        };
        typed.push(of_few.is_some());
        sql.text = format!("({holds}{})", of_few.map(|named| format!(" AND {named}")).unwrap_or_default());
        query = query.filter(sql.condition());
    }
    if !filter.id.is_empty() {
        let mut sql = Sql::default();
        let numbered = numbered_customers(&mut sql, conn, "customers", &filter.id)?;
        typed.push(numbered.few);
        sql.text = numbered.condition;
        query = query.filter(sql.condition());
    }
    let held = |few: &[bool]| if few.contains(&true) { Held::ByFew } else { Held::ByMany };
    Ok(Filtered { query, typed: (!typed.is_empty()).then(|| held(&typed)) })
}

/// First seen in this period.
fn created<'a>(conn: &mut Conn, from: Option<UtcTime>, before: Option<UtcTime>) -> Result<Condition<'a>> {
    let within = || {
        let mut within = customers::table.select(customers::id).into_boxed::<Backend>();
        if let Some(from) = from {
            within = within.filter(customers::created_at.ge(from));
        }
        if let Some(before) = before {
            within = within.filter(customers::created_at.lt(before));
        }
        within
    };
    let count = kept::capped(format!("created {from:?} {before:?}"), COUNTED, || {
        count_of(within().at_most(kept::reach(COUNTED))).get_result(conn)
    })?;
    let few = if before.is_none() && dialect::engine(conn) == Engine::Postgres { NAMED } else { COUNTED };
    if count < few {
        let ids: Vec<i64> = within().at_most(COUNTED).load(conn)?;
        // The count may be kept from before other instances wrote.
        if i64::try_from(ids.len()).unwrap_or(COUNTED) < COUNTED {
            return Ok(Box::new(among(conn, customers::id, ids)));
        }
    }
    let from = from.unwrap_or_else(|| UtcTime::from_micros(0).unwrap_or_else(UtcTime::now));
    let walk = customers::created_at.ge(from).and(customers::last_activity_at.ge(from));
    Ok(match before {
        Some(before) => Box::new(walk.and(customers::created_at.lt(before))),
        None => Box::new(walk),
    })
}

/// With this tag.
fn of_tag<'a>(conn: &mut Conn, tag: CustomerTagId, walks: bool) -> Result<Condition<'a>> {
    let common = finding::common(conn)?;
    let set = finding::on_engine(conn, SET * common);
    let tagged = links::table.filter(links::tag_id.eq(tag)).select(links::customer_id);
    let count = kept::number(format!("tagged {tag}"), || count_of(tagged.at_most(set)).get_result(conn))?;
    // PostgreSQL's planner takes to the walk, with a question for each customer, a little before it pays to look them up: for
    // 628 of a hundred thousand that took 8 ms.
    let few = if dialect::engine(conn) == Engine::Postgres { common * 2 / 3 } else { common };
    if count < few || !walks && count < set {
        return Ok(Box::new(customers::id.eq_any(tagged)));
    }
    if count < set {
        // In these words both engines make a set of it and walk: of a tag that 5,800 of a million have, 2.1 ms on
        // PostgreSQL, where asking for each customer took 47.
        let of_tag = "(customers.id IN (SELECT l.customer_id FROM customer_tag_links l WHERE l.tag_id = $1)) IS TRUE";
        return Ok(Box::new(Sql::new(of_tag).bind(tag.0).condition()));
    }
    Ok(Box::new(diesel::dsl::exists(
        links::table.filter(links::customer_id.eq(customers::id).and(links::tag_id.eq(tag))),
    )))
}
