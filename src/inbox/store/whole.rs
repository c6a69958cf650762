//! The whole list, for whoever goes through all of it: exports, and what is done to many customers at once.

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::super::model::Filter;
use super::{Viewer, facets, narrow, tab_condition};
use crate::auth::CustomerScope;
use crate::db::sql::{Sql, one_of};
use crate::db::types::CustomerId;
use crate::db::{Conn, dialect};
use crate::error::Result;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(QueryableByName)]
struct Listed {
    #[diesel(sql_type = BigInt)]
    id: CustomerId,
}

/// Selects all who stand in the list, wherever in it: their `id`.
pub fn all(conn: &mut Conn, by: &Viewer, filter: &Filter) -> Result<Sql> {
    let mut sql = Sql::default();
    let named = narrow::named(conn, &mut sql, filter)?;
    let Some(typed) = narrow::typed(conn, &mut sql, filter)? else {
        return Ok(Sql::new("SELECT c.id FROM customers c WHERE FALSE"));
    };
    let tab = of_tab(&mut sql, by, filter, "c");
    let chosen = facets::named(conn, &mut sql, &filter.facets, &by.clock);
    sql.text = format!("SELECT c.id FROM customers c WHERE {named}{tab}{typed}{chosen}");
    Ok(sql)
}

/// Selects those of these customers who may be seen: their `id`.
pub fn marked(conn: &Conn, scope: &CustomerScope, ids: &[CustomerId]) -> Sql {
    let mut sql = Sql::default();
    let (these, seen) = (one_of(conn, &mut sql, "c.id", ids.iter().map(|id| id.0)), scope.put(&mut sql, "c"));
    sql.text = format!("SELECT c.id FROM customers c WHERE {these}{seen}");
    sql
}

/// How many customers are on the list, to the last one.
pub fn count_exactly(conn: &mut Conn, by: &Viewer, filter: &Filter) -> Result<i64> {
    let mut sql = all(conn, by, filter)?;
    sql.text = format!("SELECT COUNT(*) AS n FROM ({}) AS found", sql.text);
    Ok(dialect::planned_for_values(conn, |conn| sql.get_result::<Number>(conn))?.n)
}

/// Those of these customers who are on the list, lowest number first.
pub fn among_these(conn: &mut Conn, by: &Viewer, filter: &Filter, these: &[CustomerId]) -> Result<Vec<CustomerId>> {
    let mut sql = Sql::default();
    let Some(listed) = listed(conn, &mut sql, by, filter)? else { return Ok(vec![]) };
    let these = one_of(conn, &mut sql, "c.id", these.iter().map(|id| id.0));
    sql.text = format!("SELECT c.id FROM customers c WHERE {these} AND {listed} ORDER BY c.id");
    let found: Vec<Listed> = dialect::planned_for_values(conn, |conn| sql.load(conn))?;
    Ok(found.into_iter().map(|row| row.id).collect())
}

/// The condition that a customer `c`, who is named otherwise, is on the list. None: nobody is.
pub(super) fn listed(conn: &mut Conn, sql: &mut Sql, by: &Viewer, filter: &Filter) -> Result<Option<String>> {
    let Some(typed) = narrow::typed(conn, sql, filter)? else { return Ok(None) };
    let tab = of_tab(sql, by, filter, "c");
    Ok(Some(format!("{tab}{typed}{}", facets::asked(conn, sql, &filter.facets, &by.clock))))
}

/// The condition that a customer of this alias may be seen and stands under the tab.
pub(super) fn of_tab(sql: &mut Sql, by: &Viewer, filter: &Filter, alias: &str) -> String {
    let tab = tab_condition(sql, filter.tab, by.me, alias);
    let failed = if filter.failed { format!(" AND {alias}.send_failed") } else { String::new() };
    format!("{tab}{failed}{}", by.scope.put(sql, alias))
}
