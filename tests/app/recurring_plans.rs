//! The plans of what comes round by itself: every half a second, or every hour, and each time over tables that only grow.

use switchboard::db::types::{ChannelId, UtcTime};
use switchboard::db::{Db, Tx};
use switchboard::hooks::store::Work;
use switchboard::{app_events, blacklist, hooks, jobs, outbox, web};

use crate::support::database::Direct;
use crate::{demo_large, plans};

/// Work, and the indexes that its plans must name on both engines; `a|b`: either will do, as both hold the few rows alone.
struct Listed {
    name: &'static str,
    run: fn(&mut Tx),
    indexes: &'static [&'static str],
}

const fn work(name: &'static str, run: fn(&mut Tx), indexes: &'static [&'static str]) -> Listed {
    Listed { name, run, indexes }
}

const KINDS: &[&str] = &["batch.step", "resend.step"];

/// Long before the demo: nothing goes, whatever is looked for.
fn long_ago() -> UtcTime {
    UtcTime::now().plus(-chrono::Duration::days(10_000))
}

const TABLE: &[Listed] = &[
    work(
        "channels whose events are due",
        |tx| drop(hooks::store::channels_waiting(tx, UtcTime::now())),
        &["hook_events_due"],
    ),
    work(
        "events of a channel that wait",
        |tx| drop(hooks::store::waiting(tx, ChannelId(1), Work::Reading, UtcTime::now())),
        &["hook_events_waiting"],
    ),
    work(
        "events of a channel that lack files",
        |tx| drop(hooks::store::waiting(tx, ChannelId(1), Work::Fetching, UtcTime::now())),
        &["hook_events_waiting|hook_events_due"],
    ),
    work("events that were read long ago", |tx| drop(hooks::forget(tx, long_ago())), &["hook_events_read"]),
    work("whether a message may leave", |tx| drop(outbox::store::is_due(tx, UtcTime::now(), &[])), &["deliveries_due"]),
    work("when the next message leaves", |tx| drop(outbox::store::next_due(tx, UtcTime::now())), &["deliveries_due"]),
    work(
        "messages whose sender has gone",
        |tx| drop(outbox::store::expired(tx, UtcTime::now())),
        &["deliveries_leased|deliveries_waiting"],
    ),
    work("whether a job is due", |tx| drop(jobs::store::is_due(tx, KINDS, UtcTime::now())), &["jobs_due"]),
    work("the next job", |tx| drop(jobs::store::take(tx, KINDS, UtcTime::now(), UtcTime::now())), &["jobs_due"]),
    work(
        "events of an app since",
        |tx| drop(app_events::since(tx, ChannelId(1), 7, 100)),
        &["app_events_channel|PRIMARY KEY (rowid>?)"],
    ),
    work("events of an app on pause", |tx| drop(app_events::release(tx, ChannelId(2))), &["app_events_waiting"]),
    work("blocks that end", |tx| drop(blacklist::lift_expired(tx)), &["blocks_expiring", "anonymous_blocks_expiry"]),
    work("tokens of forms", |tx| drop(web::forms::forget_tokens(tx, long_ago())), &["form_tokens_used"]),
];

/// What years leave behind, and the little of it that is due.
fn fill(direct: &mut Direct, is_sqlite: bool) {
    let rows =
        |count: i64| format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) ");
    let at = "'2026-01-05 09:00:00'";
    let events = "INSERT INTO hook_events (channel_id, dedupe_key, body, received_at, not_before, read_at)";
    let empty = if is_sqlite { "x''" } else { "CAST('' AS bytea)" };
    for (what, select) in [
        (
            events,
            format!(
                "SELECT i % 5 + 1, 'k' || i, {empty}, {at}, {at}, CASE WHEN i % 100 > 0 THEN CAST({at} AS TIMESTAMP) END FROM n"
            ),
        ),
        (
            "INSERT INTO jobs (name, payload, run_at, tries, dead_at, created_at)",
            format!(
                "SELECT 'batch.step', '', {at}, 8, CASE WHEN i % 100 > 0 THEN CAST({at} AS TIMESTAMP) END, {at} FROM n"
            ),
        ),
        (
            "INSERT INTO app_events (channel_id, kind, payload, created_at, waits)",
            format!("SELECT i % 5 + 1, 'message.created', '', {at}, i % 100 = 0 FROM n"),
        ),
        ("INSERT INTO form_tokens (token, used_at)", format!("SELECT 't' || i, {at} FROM n")),
        (
            "INSERT INTO anonymous_blocks (mark, created_at, expires_at)",
            format!(
                "SELECT 'm' || i, {at}, CASE WHEN i % 100 = 0 THEN CAST('2126-01-05 09:00:00' AS TIMESTAMP) END FROM n"
            ),
        ),
    ] {
        direct.execute(&format!("{}{what} {select}", rows(4_000)));
    }
    direct.execute(&format!(
        "INSERT INTO blocks (customer_id, reason, created_at, lifted_at) SELECT c.id, '', {at}, {at} \
         FROM customers c CROSS JOIN (SELECT id FROM customers WHERE id <= 20) AS times; \
         INSERT INTO deliveries (message_id, customer_id, channel_id, account_id, idempotency_key, state, not_before, queued_at) \
         SELECT m.id, m.customer_id, m.channel_id, (SELECT MIN(a.id) FROM channel_accounts a), 'k' || m.id, \
         CASE WHEN m.id % 100 > 0 THEN 'sent' ELSE 'failed' END, {at}, {at} FROM messages m; ANALYZE"
    ));
}

#[actix_web::test]
async fn what_comes_round_uses_its_indexes() {
    let loaded = demo_large::load_sized(7, (300, 600, 6_000)).await;
    let is_sqlite = loaded.database.is_sqlite();
    fill(&mut loaded.database.connect(), is_sqlite);
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let wrong = db.write(move |tx| {
        let mut wrong = vec![];
        for listed in TABLE {
            let plans = plans::of_work(tx, listed.run, is_sqlite).join("\n");
            let missing: Vec<_> =
                listed.indexes.iter().filter(|index| !index.split('|').any(|index| plans.contains(index))).collect();
            if !missing.is_empty() {
                wrong.push(format!("{}: without {missing:?}\n{plans}", listed.name));
            }
        }
        Ok(wrong)
    });
    let wrong = wrong.await.expect("explained");
    db.close();
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}
