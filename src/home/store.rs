//! What Home counts. Counts stop at a thousand ("999+"); the charts read one week of an index.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Timestamp};

use super::model::{DAYS, Opened, Rated, Today, Week, median};
use crate::auth::{self, CustomerScope, Operator, Role};
use crate::channels;
use crate::db::sql::Sql;
use crate::db::types::{ChannelId, UtcTime};
use crate::db::{Backend, Conn, kept};
use crate::error::{Error, Result};
use crate::history;

/// Counts go no further.
const CAP: i64 = 1_000;
/// First replies of a day that a median is made of.
const REPLIES: i64 = 10_000;

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Everything that Home tells this person.
pub fn today(conn: &mut Conn, by: &Operator, week: &Week) -> Result<Today> {
    let scope = by.scope();
    let (waiting, waiting_since) = waiting(conn)?;
    let mut own = Sql::default();
    let mine = if by.me().role == Role::Operator {
        format!(" AND responsible_id = {}", own.put(by.id().0))
    } else {
        String::new()
    };
    // What History shows this person, where the number leads.
    let part_of = by.supervisor().is_none().then(|| by.id());
    Ok(Today {
        unread_customers: count(conn, own, &format!("customers WHERE unread_count > 0{mine}"))?,
        open: history::count_active(conn, &scope, part_of)?,
        mine: count(
            conn,
            Sql::default().bind(by.id().0),
            "conversations WHERE status <> 'closed' AND assignee_id = $1",
        )?,
        waiting,
        waiting_since,
        reply: reply(conn, &scope, week.starts[DAYS - 1], None)?,
        reply_before: reply(conn, &scope, week.week_before.0, Some(week.week_before.1))?,
        online: auth::store::online(conn)?,
        block_requests: match by.supervisor() {
            Some(_) => count(conn, Sql::default(), "block_requests WHERE status = 'waiting'")?,
            None => 0,
        },
        has_channels: count(conn, Sql::default(), "channels")? > 0,
        opened: opened(conn, &scope, week)?,
        rated: rated(conn, &scope, week)?,
    })
}

/// Counts rows of `from`, which is our own text with the values of `sql`, up to the cap.
fn count(conn: &mut Conn, mut sql: Sql, from: &str) -> Result<i64> {
    sql.text = format!("SELECT count(*) AS n FROM (SELECT 1 FROM {from} LIMIT {CAP}) AS capped");
    kept::number(sql.key(), || Ok(sql.get_result::<Count>(conn)?.n))
}

/// `conversations v` with the scope's condition; customers are asked only where the scope needs them.
fn conversations(sql: &mut Sql, scope: &CustomerScope) -> String {
    let condition = scope.put(sql, "c");
    if condition.is_empty() {
        return "conversations v WHERE 1 = 1".into();
    }
    format!("conversations v JOIN customers c ON c.id = v.customer_id WHERE 1 = 1{condition}")
}

#[derive(QueryableByName)]
struct Waiting {
    #[diesel(sql_type = BigInt)]
    n: i64,
    #[diesel(sql_type = Nullable<Timestamp>)]
    since: Option<UtcTime>,
}

/// Free customers in the queue. Everybody may see these.
fn waiting(conn: &mut Conn) -> Result<(i64, Option<UtcTime>)> {
    // Asked customer by customer: PostgreSQL would gather the free ones first, who may be everybody.
    let sql = Sql::new(format!(
        "SELECT count(DISTINCT customer_id) AS n, MIN(opened_at) AS since FROM \
         (SELECT v.customer_id, v.opened_at FROM conversations v WHERE v.status = 'queued' \
         AND (SELECT c.responsible_id FROM customers c WHERE c.id = v.customer_id) IS NULL \
         ORDER BY v.opened_at LIMIT {CAP}) AS free"
    ));
    let found = kept::answer(sql.key(), || sql.get_result::<Waiting>(conn))?;
    Ok((found.n, found.since))
}

#[derive(QueryableByName)]
struct Reply {
    #[diesel(sql_type = Timestamp)]
    opened_at: UtcTime,
    #[diesel(sql_type = Timestamp)]
    first_reply_at: UtcTime,
}

/// The median time to the first reply in what was opened from `start` on, and before the end if there is one.
fn reply(
    conn: &mut Conn,
    scope: &CustomerScope,
    start: UtcTime,
    end: Option<UtcTime>,
) -> Result<Option<chrono::Duration>> {
    let mut sql = Sql::default().bind(start);
    let before = end.map_or_else(String::new, |end| format!(" AND v.opened_at < {}", sql.put(end)));
    sql.text = format!(
        "SELECT v.opened_at, v.first_reply_at FROM {} AND v.opened_at >= $1{before} \
         AND v.origin = 'incoming' AND v.first_reply_at IS NOT NULL ORDER BY v.opened_at DESC LIMIT {REPLIES}",
        conversations(&mut sql, scope)
    );
    let median = kept::answer(sql.key(), || {
        let rows: Vec<Reply> = sql.load(conn)?;
        Ok::<_, Error>(median(rows.iter().map(|row| row.opened_at.until(row.first_reply_at)).collect()))
    })?;
    Ok(*median)
}

/// The day of `column` as its place in the week. Its values are bound as `$1` … `$6`, the week's start as `$7`.
fn day_of(column: &str) -> String {
    let later = (1..DAYS).rev().zip(1..).map(|(day, bind)| format!(" WHEN {column} >= ${bind} THEN {day}"));
    format!("CAST(CASE{} ELSE 0 END AS BIGINT)", later.collect::<String>())
}

/// Rows of the week by day. `asked` gives the statement out of the day of a row and the condition on `column` that names the days.
/// Today is read again after each write. Days that are over stay as they are, and a week of a million customers takes a tenth of a
/// second; for those who do not see everybody they are read again, too, since whom they see changes.
fn of_week<T>(
    conn: &mut Conn,
    scope: &CustomerScope,
    week: &Week,
    column: &str,
    asked: impl Fn(&mut Sql, &str, &str) -> String,
) -> Result<Vec<T>>
where
    T: QueryableByName<Backend> + Clone + Send + Sync + 'static,
{
    let mut over = week.starts.iter().rev().fold(Sql::default(), |sql, start| sql.bind(*start));
    over.text = asked(&mut over, &day_of(column), &format!("{column} >= ${DAYS} AND {column} < $1"));
    let mut today = Sql::default().bind(week.starts[DAYS - 1]);
    today.text = asked(&mut today, &format!("CAST({} AS BIGINT)", DAYS - 1), &format!("{column} >= $1"));
    let over = match scope.condition() {
        None => kept::settled(over.key(), || over.load::<T>(conn)),
        Some(_) => kept::answer(over.key(), || over.load::<T>(conn)),
    };
    let mut rows = over?.to_vec();
    rows.extend_from_slice(&kept::answer(today.key(), || today.load::<T>(conn))?);
    Ok(rows)
}

#[derive(QueryableByName, Clone)]
struct OpenedRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    channel_id: ChannelId,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Conversations of the week by day and messenger.
fn opened(conn: &mut Conn, scope: &CustomerScope, week: &Week) -> Result<Vec<Opened>> {
    let rows: Vec<OpenedRow> = of_week(conn, scope, week, "v.opened_at", |sql, day, these| {
        format!(
            "SELECT {day} AS day, v.channel_id, count(*) AS n FROM {} AND {these} GROUP BY 1, 2",
            conversations(sql, scope)
        )
    })?;
    let known = channels::list(conn)?;
    let kind = |id| known.iter().find(|channel| channel.id == id).map(|channel| channel.kind);
    Ok(rows
        .iter()
        .filter_map(|row| {
            Some(Opened { day: usize::try_from(row.day).ok()?, kind: kind(row.channel_id)?, count: row.n })
        })
        .collect())
}

#[derive(QueryableByName, Clone)]
struct RatedRow {
    #[diesel(sql_type = BigInt)]
    day: i64,
    #[diesel(sql_type = BigInt)]
    good: i64,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// Ratings of the week by the day on which they were given.
fn rated(conn: &mut Conn, scope: &CustomerScope, week: &Week) -> Result<[Rated; DAYS]> {
    let rows: Vec<RatedRow> = of_week(conn, scope, week, "v.rated_at", |sql, day, these| {
        format!(
            "SELECT {day} AS day, CAST(SUM(CASE WHEN v.rating >= 4 THEN 1 ELSE 0 END) AS BIGINT) AS good, count(*) AS n \
             FROM {} AND v.rated_at IS NOT NULL AND {these} GROUP BY 1",
            conversations(sql, scope)
        )
    })?;
    let mut days = [Rated::default(); DAYS];
    for row in rows {
        if let Some(day) = usize::try_from(row.day).ok().and_then(|day| days.get_mut(day)) {
            *day = Rated { good: row.good, count: row.n };
        }
    }
    Ok(days)
}
