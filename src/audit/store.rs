//! The audit log's rows.

use diesel::prelude::*;

use super::model::{By, Filter, Row};
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::audit_events as audit;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::Result;

/// Events that note what somebody has written about a customer: titles of deals, why they were blocked.
const WRITTEN: [&str; 5] =
    ["customer.blocked", "customer.deal_added", "customer.deal_edited", "customer.deal_moved", "customer.deal_deleted"];
/// The details of those events that hold it.
const WORDS: [&str; 2] = ["name", "reason"];

pub fn insert(
    tx: &mut Tx,
    staff: Option<StaffId>,
    actor: &str,
    event: &str,
    customer: Option<CustomerId>,
    detail: &str,
) -> Result<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::at.eq(UtcTime::now()),
            audit::staff_id.eq(staff),
            audit::actor.eq(actor),
            audit::event.eq(event),
            audit::customer_id.eq(customer),
            audit::detail.eq(detail),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Takes what somebody has written about a customer out of the rows about them, which stay: with the customer, it goes.
pub fn forget_words(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    let (mut sql, mut detail) = (Sql::default(), "detail".to_owned());
    for key in WORDS {
        detail = dialect::without_key(tx, &mut sql, &detail, key);
    }
    let customer = sql.put(customer.0);
    let events: Vec<String> = WRITTEN.iter().map(|event| sql.put(*event)).collect();
    // Looked for among the few events about this customer, and by no other index.
    sql.text = format!(
        "UPDATE audit_events SET detail = {detail} WHERE customer_id = {customer} AND event || '' IN ({})",
        events.join(", ")
    );
    sql.execute(&mut **tx)?;
    Ok(())
}

/// A page of the log, newest first.
pub fn page(conn: &mut Conn, filter: &Filter, cursor: Option<Cursor>) -> Result<Page<Row>> {
    let rows = read(conn, filter, cursor, PAGE + 1)?;
    Ok(Page::new(rows, cursor, |row| (row.at, row.id)))
}

/// The newest rows, at most `limit`.
pub fn newest(conn: &mut Conn, filter: &Filter, limit: i64) -> Result<Vec<Row>> {
    read(conn, filter, None, limit)
}

/// Rows from a cursor on, in reading order.
fn read(conn: &mut Conn, filter: &Filter, cursor: Option<Cursor>, limit: i64) -> Result<Vec<Row>> {
    let mut sql = Sql::default();
    let back = cursor.is_some_and(|cursor| cursor.back);
    let way = if back { "ASC" } else { "DESC" };
    let stretch = stretch(&mut sql, filter, cursor);
    // Which ones, from an index; then their words.
    let order = |name: &str| format!("ORDER BY {name}.at {way}, {name}.id {way} LIMIT {limit}");
    let places = match (filter.customer, filter.group) {
        (Some(customer), _) => {
            let customer = sql.put(customer.0);
            // There are few events about one customer: what else is asked is looked for in them, and by no other index.
            let mut also = by(&mut sql, filter, "k.staff_id + 0");
            if let Some(group) = filter.group {
                let events: Vec<String> = group.events().map(|event| sql.put(event)).collect();
                also.push_str(&format!(" AND k.event || '' IN ({})", events.join(", ")));
            }
            format!("SELECT k.id FROM audit_events k WHERE k.customer_id = {customer}{also}{stretch} {}", order("k"))
        }
        (None, Some(group)) => {
            let by = by(&mut sql, filter, "k.staff_id");
            let of_event = |(number, event): (usize, &'static str)| {
                let event = sql.put(event);
                format!(
                    "SELECT * FROM (SELECT k.at, k.id FROM audit_events k WHERE k.event = {event}{by}{stretch} {}) AS u{number}",
                    order("k")
                )
            };
            let each: Vec<String> = group.events().enumerate().map(of_event).collect();
            format!("SELECT u.id FROM ({}) AS u {}", each.join(" UNION ALL "), order("u"))
        }
        (None, None) => {
            let by = by(&mut sql, filter, "k.staff_id");
            format!("SELECT k.id FROM audit_events k WHERE 1 = 1{by}{stretch} {}", order("k"))
        }
    };
    sql.text = format!(
        "SELECT e.id, e.at, e.staff_id, e.actor, e.event, e.customer_id, e.detail FROM audit_events e WHERE e.id IN ({places})"
    );
    let mut rows: Vec<Row> = sql.load(conn)?;
    rows.sort_by_key(|row| (row.at, row.id));
    if !back {
        rows.reverse();
    }
    Ok(rows)
}

/// The condition that it was this person, whose number is in `column`.
fn by(sql: &mut Sql, filter: &Filter, column: &str) -> String {
    match filter.by {
        None => String::new(),
        Some(By::Program) => format!(" AND {column} IS NULL"),
        Some(By::Staff(id)) => format!(" AND {column} = {}", sql.put(id.0)),
    }
}

/// The condition of the days, and of where the page begins.
fn stretch(sql: &mut Sql, filter: &Filter, cursor: Option<Cursor>) -> String {
    let mut text = String::new();
    filter.from.into_iter().for_each(|from| text.push_str(&format!(" AND k.at >= {}", sql.put(from))));
    filter.until.into_iter().for_each(|until| text.push_str(&format!(" AND k.at < {}", sql.put(until))));
    if let Some(cursor) = cursor {
        let (at, id) = (sql.put(cursor.at), sql.put(cursor.id));
        let sign = if cursor.back { ">" } else { "<" };
        text.push_str(&format!(" AND (k.at, k.id) {sign} ({at}, {id})"));
    }
    text
}
