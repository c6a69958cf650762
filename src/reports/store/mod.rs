//! The figures of days that are counted, and of those that are counted on the spot.

mod counting;

use std::collections::BTreeMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::days::{self, Day, Sources, WEEK};
use super::model::{ALL_CHANNELS, EVERYBODY, Figures, Filter, NOBODY, Report, Row, Slot};
use crate::auth::Supervisor;
use crate::db::dialect::{self, Engine};
use crate::db::sql::{Sql, one_of};
use crate::db::{Conn, kept};
use crate::error::Result;
use crate::web::times::Clock;
use counting::{columns, sums};
pub use counting::{count, known, on_the_spot, uncounted};

/// So many days of a period that are over and not counted yet are counted on the spot.
const FEW: usize = 3;

/// Counted rows `r` of these days and weeks under a condition; `select` names the columns.
fn counted(conn: &Conn, sql: &mut Sql, sources: &Sources, select: &str, condition: &str) -> String {
    counted_in(conn, sql, sources, select, "report_days r", condition)
}

fn counted_in(conn: &Conn, sql: &mut Sql, sources: &Sources, select: &str, table: &str, condition: &str) -> String {
    let mut part = |length: Day, listed: &[Day]| {
        let these = one_of(conn, sql, "r.day", listed.iter().copied());
        format!("SELECT {select} FROM {table} WHERE r.days = {length} AND {these} AND {condition}")
    };
    format!("{} UNION ALL {}", part(WEEK, &sources.weeks), part(1, &sources.days))
}

/// Rows of days and weeks that are over, which stay as they are: the days stand in the key.
fn load(conn: &mut Conn, sql: &Sql) -> Result<Arc<Vec<Row>>> {
    Ok(kept::lasting(sql.key(), || sql.clone().load::<Row>(conn))?)
}

/// The figures of each day or week, as filtered.
pub fn series(conn: &mut Conn, filter: &Filter, sources: &Sources) -> Result<Arc<Vec<Row>>> {
    let mut sql = Sql::default();
    let (channel, operator) = keys(&mut sql, filter);
    let select = format!("r.day, r.channel_id, r.operator_id, {}", columns());
    let condition = format!("r.channel_id = {channel} AND r.operator_id = {operator}");
    sql.text = counted(conn, &mut sql, sources, &select, &condition);
    load(conn, &sql)
}

/// The sums of each operator, and of nobody's.
pub fn by_operator(conn: &mut Conn, filter: &Filter, sources: &Sources) -> Result<Arc<Vec<Row>>> {
    let mut sql = Sql::default();
    let (channel, _) = keys(&mut sql, filter);
    let condition = format!("r.channel_id = {channel} AND r.operator_id >= {NOBODY}");
    let rows = counted(conn, &mut sql, sources, "r.*", &condition);
    sums_by(conn, sql, &rows, "CAST(0 AS BIGINT) AS channel_id, operator_id", "operator_id")
}

/// The sums of each channel.
pub fn by_channel(conn: &mut Conn, filter: &Filter, sources: &Sources) -> Result<Arc<Vec<Row>>> {
    let mut sql = Sql::default();
    let (_, operator) = keys(&mut sql, filter);
    let condition = format!("r.operator_id = {operator} AND r.channel_id > {ALL_CHANNELS}");
    let table = match dialect::engine(conn) {
        // SQLite would take the primary key, and read the rows of all operators.
        Engine::Sqlite => "report_days r INDEXED BY report_days_operator",
        Engine::Postgres => "report_days r",
    };
    let rows = counted_in(conn, &mut sql, sources, "r.*", table, &condition);
    sums_by(conn, sql, &rows, "channel_id, CAST(0 AS BIGINT) AS operator_id", "channel_id")
}

/// The sums of these rows for each value of `column`; `keys` are the two columns that name a row.
fn sums_by(conn: &mut Conn, mut sql: Sql, rows: &str, keys: &str, column: &str) -> Result<Arc<Vec<Row>>> {
    let sums = sums();
    sql.text = format!("SELECT CAST(0 AS BIGINT) AS day, {keys}, {sums} FROM ({rows}) AS s GROUP BY {column}");
    load(conn, &sql)
}

/// The rows that a filter names: of one, or of all.
fn keys(sql: &mut Sql, filter: &Filter) -> (String, String) {
    let (channel, operator) = (filter.channel.unwrap_or(ALL_CHANNELS), filter.operator.unwrap_or(EVERYBODY));
    (sql.put(channel.0), sql.put(operator.0))
}

/// Everything that the page shows. A supervisor sees all.
pub fn report(conn: &mut Conn, _: &Supervisor, clock: &Clock, filter: &Filter) -> Result<Report> {
    let (days, before) = (filter.days(), filter.days_before());
    let known = known(conn, clock, &(before.start..days.end))?;
    let sources = Sources::of(&known, &days, true);
    if sources.missing.len() > FEW {
        return Ok(Report { counting: sources.missing.len(), ..Report::default() });
    }
    let drawn = if filter.by_week() { sources.clone() } else { Sources::of(&known, &days, false) };
    let mut rows = series(conn, filter, &drawn)?.to_vec();
    let mut operators = if filter.operator.is_none() { by_operator(conn, filter, &sources)?.to_vec() } else { vec![] };
    let mut channels = if filter.channel.is_none() { by_channel(conn, filter, &sources)?.to_vec() } else { vec![] };
    let now = spot(conn, clock, filter, &sources)?;
    for all in [&mut rows, &mut operators, &mut channels] {
        all.extend(&now);
    }
    let before = Sources::of(&known, &before, true);
    Ok(Report {
        total: total(&rows),
        before: if before.missing.len() > FEW {
            None
        } else {
            let mut rows = series(conn, filter, &before)?.to_vec();
            rows.extend(spot(conn, clock, filter, &before)?);
            Some(total(&rows))
        },
        slots: slots(filter, &rows),
        operators: if filter.operator.is_none() { ranked(&operators, |row| row.operator_id) } else { vec![] },
        channels: if filter.channel.is_none() { ranked(&channels, |row| row.channel_id) } else { vec![] },
        counting: 0,
    })
}

/// What is counted now, as filtered.
fn spot(conn: &mut Conn, clock: &Clock, filter: &Filter, sources: &Sources) -> Result<Vec<Row>> {
    let mut found = vec![];
    for day in sources.on_the_spot() {
        found.extend(on_the_spot(conn, clock, day)?.iter().filter(|row| {
            filter.channel.is_none_or(|channel| channel == row.channel_id)
                && filter.operator.is_none_or(|operator| operator == row.operator_id)
        }));
    }
    Ok(found)
}

fn total(rows: &[Row]) -> Figures {
    let mut total = Figures::default();
    rows.iter().for_each(|row| total += row.figures);
    total
}

/// The places of the chart. The first and the last week may be cut.
fn slots(filter: &Filter, rows: &[Row]) -> Vec<Slot> {
    let days = filter.days();
    let (first, length) = if filter.by_week() { (days::monday(days.start), WEEK) } else { (days.start, 1) };
    let mut slots = vec![];
    let mut day = first;
    while day < days.end {
        let (from, to) = (day.max(days.start), (day + length).min(days.end) - 1);
        slots.push(Slot { from, to, figures: Figures::default() });
        day += length;
    }
    for row in rows {
        let place = usize::try_from((row.day - first) / length).ok();
        if let Some(slot) = place.and_then(|place| slots.get_mut(place)) {
            slot.figures += row.figures;
        }
    }
    slots
}

/// The sums of each, most closed first.
fn ranked<T: Ord + Copy>(rows: &[Row], of: impl Fn(&Row) -> T) -> Vec<(T, Figures)> {
    let mut sums: BTreeMap<T, Figures> = BTreeMap::new();
    rows.iter().for_each(|row| *sums.entry(of(row)).or_default() += row.figures);
    let mut sums: Vec<(T, Figures)> = sums.into_iter().filter(|(_, figures)| !figures.is_empty()).collect();
    sums.sort_by_key(|(_, figures)| std::cmp::Reverse((figures.closed, figures.opened)));
    sums
}

/// The figures of each day, channel and operator of the period, oldest first. `None`: days are still being counted.
pub fn everything(conn: &mut Conn, _: &Supervisor, clock: &Clock, filter: &Filter) -> Result<Option<Vec<Row>>> {
    let days = filter.days();
    let sources = Sources::of(&known(conn, clock, &days)?, &days, false);
    if sources.missing.len() > FEW {
        return Ok(None);
    }
    let mut sql = Sql::default();
    let mut condition = format!("r.channel_id > {ALL_CHANNELS} AND r.operator_id >= {NOBODY}");
    for (column, id) in [("channel_id", filter.channel.map(i64::from)), ("operator_id", filter.operator.map(i64::from))]
    {
        if let Some(id) = id {
            condition.push_str(&format!(" AND r.{column} = {}", sql.put(id)));
        }
    }
    let select = format!("r.day, r.channel_id, r.operator_id, {}", columns());
    sql.text = counted(conn, &mut sql, &sources, &select, &condition);
    let mut rows: Vec<Row> = sql.load(conn)?;
    rows.extend(spot(conn, clock, filter, &sources)?);
    rows.sort_by_key(|row| (row.day, row.channel_id, row.operator_id));
    Ok(Some(rows))
}
