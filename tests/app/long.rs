//! A conversation of 20,000 messages, and as many over a thousand conversations, open as quickly as twenty.

use std::time::{Duration, Instant};

use crate::support::{ADMIN, Client, TestApp, desk::Person, spawn_app};

const MANY: i64 = 20_000;
/// Read several times by turns; the best look at each counts, since other tests run at the same time. As long as the long one
/// is the slower one, they are read on.
const LOOKS: usize = 7;
const MOST_LOOKS: usize = 60;
/// How much longer the long one may take, and what a busy machine adds to anything.
const FACTOR: u32 = 3;
const NOISE: Duration = Duration::from_millis(25);

/// A customer with so many conversations of so many messages each; returns the newest conversation, too.
fn talk(app: &TestApp, channel: i64, name: &str, conversations: i64, messages: i64) -> (i64, i64) {
    let customer = app.customer(Person::named(name));
    let numbers = |count: i64| {
        if app.is_sqlite() {
            format!(
                "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {count}) SELECT i FROM n"
            )
        } else {
            format!("SELECT i FROM generate_series(1, {count}) AS s (i)")
        }
    };
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, opened_at, last_message_at) \
         SELECT {customer}, {channel}, CASE WHEN i = {conversations} THEN 'active' ELSE 'closed' END, 'incoming', \
         '2026-01-05 09:00:00', '2026-01-05 09:00:00' FROM ({}) AS numbers",
        numbers(conversations)
    ));
    app.execute("UPDATE conversations SET closed_at = '2026-01-05 10:00:00' WHERE status = 'closed'");
    app.execute(&format!(
        "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, body, has_attachments, created_at) \
         SELECT {customer}, c.id, {channel}, 'customer', 'message ' || n.i, FALSE, '2026-01-05 09:00:00' \
         FROM (SELECT id FROM conversations WHERE customer_id = {customer}) AS c, ({}) AS n ORDER BY c.id, n.i",
        numbers(messages)
    ));
    app.execute(&format!("UPDATE customers SET active_count = 1 WHERE id = {customer}"));
    (customer, app.number(&format!("SELECT max(id) FROM conversations WHERE customer_id = {customer}")))
}

async fn look(client: &Client, path: &str) -> Duration {
    let since = Instant::now();
    client.get(path).await.assert_status(200);
    since.elapsed()
}

/// Fails if the long one does not open as quickly as the short one.
async fn assert_as_quick(client: &Client, what: &str, long: &str, short: &str) {
    let (mut best, mut best_short) = (Duration::MAX, Duration::MAX);
    for looks in 1..=MOST_LOOKS {
        best_short = best_short.min(look(client, short).await);
        best = best.min(look(client, long).await);
        if looks >= LOOKS && best <= best_short * FACTOR + NOISE {
            return;
        }
    }
    panic!("{what}: {long} took {best:?}, and the short one {best_short:?}");
}

#[actix_web::test]
async fn a_long_history_opens_as_quickly_as_a_short_one() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let short = talk(&app, channel, "Short", 1, 60);
    let long = talk(&app, channel, "Long", 1, MANY);
    let often = talk(&app, channel, "Often", 1_000, MANY / 1_000);
    app.execute("ANALYZE");
    let client = app.sign_in(ADMIN).await;
    // The newest message of each, half way into its history, and the page there.
    let middle = |customer: i64| {
        app.number(&format!("SELECT (min(id) + max(id)) / 2 FROM messages WHERE customer_id = {customer}"))
    };
    for (what, paths) in [
        ("the inbox", [short, long, often].map(|(customer, _)| format!("/inbox/{customer}"))),
        ("the next fifty", [short, long, often].map(|(c, _)| format!("/inbox/{c}/log?before={}", middle(c)))),
        (
            "the conversation's page",
            [short, long, often].map(|(_, conversation)| format!("/conversations/{conversation}")),
        ),
        (
            "its earlier messages",
            [short, long, often].map(|(c, id)| format!("/conversations/{id}?before={}", middle(c))),
        ),
        ("the profile", [short, long, often].map(|(customer, _)| format!("/customers/{customer}"))),
        ("the profile's history", [short, long, often].map(|(c, _)| format!("/customers/{c}?tab=interaction"))),
    ] {
        let [short, long, often] = &paths;
        for path in [long, often] {
            assert_as_quick(&client, what, path, short).await;
        }
    }
    // And it is a page of fifty, not all of it.
    let page = client.get(&format!("/inbox/{}", long.0)).await;
    assert!(page.text.len() < 400_000, "{} bytes", page.text.len());
}
