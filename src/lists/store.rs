//! Rows of lists, and how many are on them.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::CustomerList;
use crate::auth::CustomerScope;
use crate::db::schema::customer_lists as lists;
use crate::db::sql::{Limited, Sql, one_of};
use crate::db::types::{CustomerId, CustomerListId, UtcTime};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;
use crate::realtime::Topic;
use crate::text;

/// All lists, by name.
pub fn all(conn: &mut Conn) -> Result<Vec<Arc<CustomerList>>> {
    let all = kept::settled("customer lists".into(), || -> QueryResult<Vec<Arc<CustomerList>>> {
        let rows: Vec<CustomerList> =
            lists::table.order(lists::name_folded).select(CustomerList::as_select()).load(conn)?;
        Ok(rows.into_iter().map(Arc::new).collect())
    });
    Ok(all?.to_vec())
}

pub fn find(conn: &mut Conn, id: CustomerListId) -> Result<CustomerList> {
    Ok(lists::table.find(id).select(CustomerList::as_select()).one(conn)?)
}

/// The list of this name, in whatever case.
pub fn named(conn: &mut Conn, name: &str) -> Result<Option<CustomerListId>> {
    Ok(lists::table.filter(lists::name_folded.eq(text::fold(name))).select(lists::id).one(conn).optional()?)
}

pub fn insert(tx: &mut Tx, name: &str) -> Result<CustomerListId> {
    tx.publish(Topic::Inbox);
    Ok(diesel::insert_into(lists::table)
        .values((lists::name.eq(name), lists::name_folded.eq(text::fold(name)), lists::created_at.eq(UtcTime::now())))
        .returning(lists::id)
        .get_result(&mut **tx)?)
}

pub fn rename(tx: &mut Tx, id: CustomerListId, name: &str) -> Result<()> {
    tx.publish(Topic::Inbox);
    diesel::update(lists::table.find(id))
        .set((lists::name.eq(name), lists::name_folded.eq(text::fold(name))))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: CustomerListId) -> Result<()> {
    tx.publish(Topic::Inbox);
    diesel::delete(lists::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

#[derive(QueryableByName)]
struct Size {
    #[diesel(sql_type = BigInt)]
    id: CustomerListId,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers this reader sees on each list, up to a thousand.
pub fn sizes(conn: &mut Conn, scope: &CustomerScope) -> Result<HashMap<CustomerListId, i64>> {
    let mut sql = Sql::default();
    let on = on_list(&mut sql, scope);
    sql.text = format!(
        "SELECT t.id AS id, (SELECT COUNT(*) FROM (SELECT 1 AS one {on} AND l.list_id = t.id \
         LIMIT 1000) AS capped) AS n FROM customer_lists AS t"
    );
    let rows: Vec<Size> = sql.load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.n)).collect())
}

/// How many customers this reader sees on a list, to the last one.
pub fn count(conn: &mut Conn, scope: &CustomerScope, id: CustomerListId) -> Result<i64> {
    let mut sql = Sql::default();
    let (on, list) = (on_list(&mut sql, scope), sql.put(id.0));
    sql.text = format!("SELECT CAST({list} AS BIGINT) AS id, COUNT(*) AS n {on} AND l.list_id = {list}");
    Ok(sql.get_result::<Size>(conn)?.n)
}

/// Those of these customers whom this reader sees on a list, lowest number first.
pub fn among_these(
    conn: &mut Conn,
    scope: &CustomerScope,
    id: CustomerListId,
    these: &[CustomerId],
) -> Result<Vec<CustomerId>> {
    #[derive(QueryableByName)]
    struct On {
        #[diesel(sql_type = BigInt)]
        id: CustomerId,
    }
    let mut sql = Sql::default();
    let (on, list) = (on_list(&mut sql, scope), sql.put(id.0));
    let these = one_of(conn, &mut sql, "l.customer_id", these.iter().map(|id| id.0));
    sql.text = format!("SELECT l.customer_id AS id {on} AND l.list_id = {list} AND {these} ORDER BY l.customer_id");
    Ok(sql.load::<On>(conn)?.into_iter().map(|row| row.id).collect())
}

/// The links `l` to customers whom this reader sees; a further condition follows.
fn on_list(sql: &mut Sql, scope: &CustomerScope) -> String {
    let seen = scope.put(sql, "c");
    let people = if seen.is_empty() { "" } else { "JOIN customers AS c ON c.id = l.customer_id " };
    format!("FROM customer_list_links AS l {people}WHERE TRUE{seen}")
}
