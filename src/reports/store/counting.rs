//! Counting a day, on the spot or for good.

use std::ops::Range;
use std::sync::Arc;

use diesel::prelude::*;

use crate::db::schema::{conversations, report_days, reported_days};
use crate::db::sql::{Limited, Sql};
use crate::db::types::UtcTime;
use crate::db::{Conn, Tx, dialect, kept};
use crate::error::Result;
use crate::reports::days::{self, Day, Known, WEEK};
use crate::reports::model::{ALL_CHANNELS, EVERYBODY, Figures, NOBODY, Row};
use crate::web::times::Clock;

pub(super) fn columns() -> String {
    Figures::COLUMNS.join(", ")
}

pub(super) fn sums() -> String {
    let sum = |column: &&str| format!("CAST(SUM({column}) AS BIGINT) AS {column}");
    Figures::COLUMNS.iter().map(sum).collect::<Vec<_>>().join(", ")
}

/// What happened on a day, by channel and operator: the one statement that counts.
fn counting(conn: &Conn, sql: &mut Sql, clock: &Clock, day: Day) -> String {
    let (from, until) = days::bounds(clock, day);
    let (from, until, day) = (sql.put(from), sql.put(until), sql.put(day));
    let reply = dialect::seconds_between(conn, "k.opened_at", "k.first_reply_at");
    let close = dialect::seconds_between(conn, "k.opened_at", "k.closed_at");
    let of_customers = "k.origin = 'incoming'";
    let one_if = |condition: &str| format!("CASE WHEN {condition} THEN 1 ELSE 0 END");
    // Each kind of event gives rows with all columns; what it does not count is nothing.
    let event = |counted: &[(&str, String)], condition: &str| {
        let value = |column: &&str| {
            let counted = counted.iter().find(|(name, _)| name == column);
            format!("{} AS {column}", counted.map_or("0", |(_, value)| value.as_str()))
        };
        let values: Vec<String> = Figures::COLUMNS.iter().map(value).collect();
        format!(
            "SELECT k.channel_id, COALESCE(k.assignee_id, {NOBODY}) AS operator_id, {} FROM conversations k \
             WHERE {condition}",
            values.join(", ")
        )
    };
    let within = |low: i64, high: Option<i64>| {
        let high = high.map(|high| format!(" AND {reply} < {high}")).unwrap_or_default();
        one_if(&format!("{of_customers} AND {reply} >= {low}{high}"))
    };
    let opened = event(
        &[("opened", "1".into()), ("by_customers", one_if(of_customers))],
        &format!("k.opened_at >= {from} AND k.opened_at < {until}"),
    );
    let closed = event(
        &[
            ("closed", "1".into()),
            ("reply_1_min", within(0, Some(60))),
            ("reply_5_min", within(60, Some(300))),
            ("reply_15_min", within(300, Some(900))),
            ("reply_1_h", within(900, Some(3_600))),
            ("reply_4_h", within(3_600, Some(14_400))),
            ("reply_1_day", within(14_400, Some(86_400))),
            ("reply_later", within(86_400, None)),
            ("reply_never", one_if(&format!("{of_customers} AND k.first_reply_at IS NULL"))),
            (
                "reply_seconds",
                format!("CASE WHEN {of_customers} AND k.first_reply_at IS NOT NULL THEN {reply} ELSE 0 END"),
            ),
            ("close_seconds", close),
        ],
        &format!("k.status = 'closed' AND k.closed_at >= {from} AND k.closed_at < {until}"),
    );
    let rated = event(
        &[("rated", "1".into()), ("stars", "k.rating".into())],
        &format!("k.rated_at IS NOT NULL AND k.rating IS NOT NULL AND k.rated_at >= {from} AND k.rated_at < {until}"),
    );
    format!(
        "SELECT CAST({day} AS BIGINT) AS day, channel_id, operator_id, {} \
         FROM ({opened} UNION ALL {closed} UNION ALL {rated}) AS e GROUP BY channel_id, operator_id",
        sums()
    )
}

/// A day as it is now. A supervisor who looks again within a second sees the same: of a busy day it takes some milliseconds.
pub fn on_the_spot(conn: &mut Conn, clock: &Clock, day: Day) -> Result<Arc<Vec<Row>>> {
    let mut sql = Sql::default();
    sql.text = counting(conn, &mut sql, clock, day);
    Ok(kept::briefly(sql.key(), || sql.load::<Row>(conn))?)
}

/// Counts a day for good; false if it has been counted. No two instances count at once. Figures of another time zone go.
pub fn count(tx: &mut Tx, clock: &Clock, day: Day) -> Result<bool> {
    dialect::hold_words(tx, ["counting days for reports".to_owned()])?;
    forget_other_zones(tx, clock)?;
    let known: Option<Day> = reported_days::table.find(day).select(reported_days::day).one(tx).optional()?;
    if known.is_some() {
        return Ok(false);
    }
    diesel::insert_into(reported_days::table)
        .values((reported_days::day.eq(day), reported_days::time_zone.eq(clock.zone.name())))
        .execute(&mut **tx)?;
    let mut sql = Sql::default();
    let (counted, columns, sums) = (counting(tx, &mut sql, clock, day), columns(), sums());
    sql.text = format!(
        "WITH c AS MATERIALIZED ({counted}) INSERT INTO report_days (days, day, channel_id, operator_id, {columns}) \
         SELECT 1, day, channel_id, operator_id, {columns} FROM c \
         UNION ALL SELECT 1, day, channel_id, {EVERYBODY}, {sums} FROM c GROUP BY day, channel_id \
         UNION ALL SELECT 1, day, {ALL_CHANNELS}, operator_id, {sums} FROM c GROUP BY day, operator_id \
         UNION ALL SELECT 1, day, {ALL_CHANNELS}, {EVERYBODY}, {sums} FROM c GROUP BY day"
    );
    sql.execute(&mut **tx)?;
    sum_up_week(tx, days::monday(day))?;
    Ok(true)
}

/// Adds up a week as soon as all of it is counted.
fn sum_up_week(tx: &mut Tx, monday: Day) -> Result<()> {
    let counted: i64 = reported_days::table
        .filter(reported_days::day.ge(monday).and(reported_days::day.lt(monday + WEEK)))
        .count()
        .get_result(&mut **tx)?;
    if counted < WEEK {
        return Ok(());
    }
    let mut sql = Sql::default().bind(monday).bind(monday + WEEK);
    sql.text = format!(
        "INSERT INTO report_days (days, day, channel_id, operator_id, {}) \
         SELECT {WEEK}, CAST($1 AS BIGINT), channel_id, operator_id, {} FROM report_days \
         WHERE days = 1 AND day >= $1 AND day < $2 GROUP BY channel_id, operator_id",
        columns(),
        sums()
    );
    sql.execute(&mut **tx)?;
    Ok(())
}

fn forget_other_zones(tx: &mut Tx, clock: &Clock) -> Result<()> {
    let other: Option<Day> = reported_days::table
        .filter(reported_days::time_zone.ne(clock.zone.name()))
        .select(reported_days::day)
        .one(tx)
        .optional()?;
    if other.is_some() {
        diesel::delete(report_days::table).execute(&mut **tx)?;
        diesel::delete(reported_days::table).execute(&mut **tx)?;
    }
    Ok(())
}

/// Days that are over and not counted yet, newest first.
pub fn uncounted(conn: &mut Conn, clock: &Clock) -> Result<Vec<Day>> {
    let Some(first) = first_day(conn, clock)? else { return Ok(vec![]) };
    let all = first..days::first_unsettled(clock);
    let known = known(conn, clock, &all)?;
    Ok(all.rev().filter(|day| !known.counted.contains(day)).collect())
}

fn first_day(conn: &mut Conn, clock: &Clock) -> Result<Option<Day>> {
    let first: Option<UtcTime> =
        conversations::table.order(conversations::opened_at).select(conversations::opened_at).one(conn).optional()?;
    Ok(first.map(|at| days::number(clock.day(at))))
}

/// What is known of these days.
pub fn known(conn: &mut Conn, clock: &Clock, stretch: &Range<Day>) -> Result<Known> {
    let counted: Vec<Day> = reported_days::table
        .filter(reported_days::day.ge(stretch.start).and(reported_days::day.lt(stretch.end)))
        .filter(reported_days::time_zone.eq(clock.zone.name()))
        .select(reported_days::day)
        .load(conn)?;
    Ok(Known {
        first: first_day(conn, clock)?,
        unsettled: days::first_unsettled(clock),
        counted: counted.into_iter().collect(),
    })
}
