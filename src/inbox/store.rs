//! The list's queries: which customers, newest activity first, and how many stand under each tab.

pub mod displays;
mod facets;
mod narrow;
pub mod pins;
pub mod saved;
pub mod whole;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{Filter, Sort, Tab};
use crate::auth::CustomerScope;
use crate::channels::ChannelKind;
use crate::customers as people;
use crate::db::page::Cursor;
use crate::db::schema::{companies, conversations, customers};
use crate::db::sql::{Condition, Limited, Sql, among, one_of};
use crate::db::types::{CompanyId, ConversationId, CustomerId, StaffId, UtcTime};
use crate::db::{Backend, Conn, dialect, kept};
use crate::error::Result;
use crate::messages::MessageKind;
use crate::web::times::Clock;

/// Counts go no further.
const CAP: i64 = 1_000;

/// A customer as a card shows them.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = customers)]
pub struct Listed {
    pub id: CustomerId,
    pub name: String,
    pub responsible_id: Option<StaffId>,
    pub channel_kind: Option<ChannelKind>,
    pub blocked: bool,
    pub paused: bool,
    pub unread_count: i64,
    pub last_message_kind: Option<MessageKind>,
    pub last_message_author_id: Option<StaffId>,
    pub last_message_text: String,
    pub last_message_attachment: bool,
    pub last_activity_at: UtcTime,
    pub created_at: UtcTime,
    pub send_failed: bool,
    /// Nothing reaches them any more in the channel where they were last in touch.
    #[diesel(select_expression = Sql::new(people::store::HAS_LEFT).condition())]
    #[diesel(select_expression_type = Condition)]
    pub has_left: bool,
}

impl Listed {
    /// Their place in a list.
    pub fn place(&self, sort: Sort) -> Cursor {
        let at = match sort {
            Sort::Activity => self.last_activity_at,
            Sort::Created => self.created_at,
        };
        Cursor { at, id: self.id.0, back: false }
    }
}

/// Who looks at a list: whom they may see, whose customers are theirs, and when their days begin.
#[derive(Clone, Copy, Debug)]
pub struct Viewer {
    pub scope: CustomerScope,
    pub me: StaffId,
    pub clock: Clock,
}

/// Up to `depth + 1` customers of the list, without those whom this person has pinned.
///
/// So many more are read as are pinned, and those are passed over: left out by the statement itself, they would be a
/// plan of their own for PostgreSQL, for each number of them.
pub fn rows(conn: &mut Conn, by: &Viewer, filter: &Filter) -> Result<Vec<Listed>> {
    let (wanted, pinned) = (filter.depth + 1, pins::of(conn, by.me)?);
    let longer = Filter { depth: filter.depth + i64::try_from(pinned.len()).unwrap_or(0), ..filter.clone() };
    let mut rows = with_pinned(conn, by, &longer)?;
    rows.retain(|row| !pinned.contains(&row.id));
    rows.truncate(usize::try_from(wanted).unwrap_or(usize::MAX));
    Ok(rows)
}

fn with_pinned(conn: &mut Conn, by: &Viewer, filter: &Filter) -> Result<Vec<Listed>> {
    let mut sql = Sql::default();
    if !filter.is_narrow() && filter.facets.sort == Sort::Activity {
        sql.text = base(&mut sql, conn, by, filter, "customers")?;
        return fitting(conn, sql, filter, filter.depth + 1);
    }
    let base = base(&mut sql, conn, by, filter, "c")?;
    let ids = dialect::planned_for_values(conn, |conn| narrow::ids(conn, sql, &base, by, filter))?;
    of_numbers(conn, filter, ids)
}

/// Those of the list whom this person has pinned, above the first page of it. No statement where nobody is.
pub fn pinned(conn: &mut Conn, by: &Viewer, filter: &Filter) -> Result<Vec<Listed>> {
    let pinned = pins::of(conn, by.me)?;
    if pinned.is_empty() || filter.before.is_some() {
        return Ok(vec![]);
    }
    let most = i64::try_from(pinned.len()).unwrap_or(0);
    let ids = pinned.iter().map(|id| id.0);
    let mut sql = Sql::default();
    if !filter.is_narrow() {
        let fits = whole::of_tab(&mut sql, by, filter, "customers");
        sql.text = format!("{} AND {fits}", one_of(conn, &mut sql, "customers.id", ids));
        return fitting(conn, sql, filter, most);
    }
    let Some(fits) = whole::listed(conn, &mut sql, by, filter)? else { return Ok(vec![]) };
    let them = one_of(conn, &mut sql, "c.id", ids);
    sql.text = format!("SELECT c.id AS n FROM customers c WHERE {them} AND {fits}");
    let ids = sql.load::<Count>(conn)?.into_iter().map(|row| row.n).collect();
    of_numbers(conn, filter, ids)
}

fn fitting(conn: &mut Conn, sql: Sql, filter: &Filter, most: i64) -> Result<Vec<Listed>> {
    let them = in_order(customers::table.filter(sql.condition()).into_boxed(), filter);
    Ok(them.select(Listed::as_select()).at_most(most).load(conn)?)
}

fn of_numbers(conn: &mut Conn, filter: &Filter, ids: Vec<i64>) -> Result<Vec<Listed>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    let them = in_order(customers::table.filter(among(conn, customers::id, ids)).into_boxed(), filter);
    Ok(them.select(Listed::as_select()).load(conn)?)
}

fn in_order<'a>(query: customers::BoxedQuery<'a, Backend>, filter: &Filter) -> customers::BoxedQuery<'a, Backend> {
    match filter.facets.sort {
        Sort::Activity => query.order((customers::last_activity_at.desc(), customers::id.desc())),
        Sort::Created => query.order((customers::created_at.desc(), customers::id.desc())),
    }
}

/// What holds for every row of a page, and what its index knows of: whatever else is asked, it is walked within that.
fn base(sql: &mut Sql, conn: &mut Conn, by: &Viewer, filter: &Filter, alias: &str) -> Result<String> {
    let known = if filter.facets.sort == Sort::Created {
        "TRUE".to_owned()
    } else {
        let tab = if filter.tab == Tab::Others && few_of_others(conn, by.me)? {
            format!("{alias}.id IN ({})", of_others(sql, by.me))
        } else {
            tab_condition(sql, filter.tab, by.me, alias)
        };
        let failed = if filter.failed { format!(" AND {alias}.send_failed") } else { String::new() };
        format!("{tab}{failed}{}", facets::own(conn, sql, &filter.facets, alias))
    };
    let bounds = facets::bounds(sql, &filter.facets, &by.clock, alias);
    Ok(format!("{known}{}{bounds}{}", by.scope.put(sql, alias), after(sql, filter, alias)))
}

/// Few customers of others are named one by one: walking past everybody else's would take long.
fn few_of_others(conn: &mut Conn, me: StaffId) -> Result<bool> {
    let mut sql = Sql::default();
    let named = of_others(&mut sql, me);
    sql.text = format!("SELECT COUNT(*) AS n FROM ({named} LIMIT {CAP}) AS found");
    Ok(kept::number(sql.key(), || sql.get_result::<Count>(conn).map(|count| count.n))? < CAP)
}

fn of_others(sql: &mut Sql, me: StaffId) -> String {
    format!("SELECT o.id FROM customers o WHERE o.responsible_id IN ({})", colleagues(sql, me))
}

fn colleagues(sql: &mut Sql, me: StaffId) -> String {
    format!("SELECT s.id FROM staff s WHERE s.id <> {}", sql.put(me.0))
}

/// The condition of a tab.
fn tab_condition(sql: &mut Sql, tab: Tab, me: StaffId, c: &str) -> String {
    match tab {
        Tab::All => "TRUE".into(),
        Tab::Unanswered => format!("{c}.unread_count > 0"),
        Tab::Mine => format!("{c}.responsible_id = {}", sql.put(me.0)),
        Tab::Others => format!("{c}.responsible_id IS NOT NULL AND {c}.responsible_id <> {}", sql.put(me.0)),
        Tab::Free => format!("{c}.responsible_id IS NULL"),
    }
}

fn after(sql: &mut Sql, filter: &Filter, c: &str) -> String {
    let Some(cursor) = filter.before else { return String::new() };
    let column = facets::column(filter.facets.sort);
    let (at, id) = (sql.put(cursor.at), sql.put(cursor.id));
    format!(" AND ({c}.{column}, {c}.id) < ({at}, {id})")
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers stand under each tab, in the order of [`Tab::ALL`]; 1000 stands for more than 999.
pub fn counts(conn: &mut Conn, scope: &CustomerScope, me: StaffId) -> Result<Vec<i64>> {
    let keys = Tab::ALL.iter().map(|tab| format!("inbox {tab:?} {scope:?} {me}")).collect();
    kept::capped_each(keys, CAP, |places| {
        let mut sql = Sql::default();
        // UNION ALL keeps its order on both engines only by a column to sort by.
        let parts: Vec<String> =
            places.iter().map(|place| count_of(&mut sql, *place, Tab::ALL[*place], scope, me)).collect();
        sql.text = format!("SELECT n FROM ({}) AS counts ORDER BY tab", parts.join(" UNION ALL "));
        Ok(sql.load::<Count>(conn)?.into_iter().map(|count| count.n).collect())
    })
}

fn count_of(sql: &mut Sql, place: usize, tab: Tab, scope: &CustomerScope, me: StaffId) -> String {
    let condition = match tab {
        Tab::Others => format!("c.responsible_id IN ({})", colleagues(sql, me)),
        tab => tab_condition(sql, tab, me, "c"),
    };
    let scope = scope.put(sql, "c");
    format!(
        "SELECT {place} AS tab, (SELECT COUNT(*) FROM (SELECT c.id FROM customers c WHERE {condition}{scope} \
         LIMIT {}) AS t{place}) AS n",
        kept::reach(CAP)
    )
}

/// The conversation of this customer that began next after another one.
pub fn next_conversation(
    conn: &mut Conn,
    customer: CustomerId,
    after: ConversationId,
) -> Result<Option<ConversationId>> {
    let opened: Option<UtcTime> =
        conversations::table.find(after).select(conversations::opened_at).one(conn).optional()?;
    let Some(opened) = opened else { return Ok(None) };
    let later = conversations::opened_at.gt(opened);
    let same = conversations::opened_at.eq(opened).and(conversations::id.gt(after));
    Ok(conversations::table
        .filter(conversations::customer_id.eq(customer))
        .filter(later.or(same))
        .order((conversations::opened_at, conversations::id))
        .select(conversations::id)
        .one(conn)
        .optional()?)
}

/// A company's name.
pub fn company_name(conn: &mut Conn, id: Option<CompanyId>) -> Result<Option<String>> {
    let Some(id) = id else { return Ok(None) };
    Ok(companies::table.find(id).select(companies::name).one(conn).optional()?)
}
