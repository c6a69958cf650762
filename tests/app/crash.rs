//! The real binary, killed again and again while it sends.

use std::collections::HashMap;
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use switchboard::db::types::UtcTime;
use wiremock::matchers::path;
use wiremock::{Mock, Request, Respond, ResponseTemplate};

use crate::support::process::Process;
use crate::support::{PASSWORD, SUPERVISOR, TestApp, eventually};
use crate::viber::double::{Viber, desk};

const SENDS: usize = 1000;
const CUSTOMERS: usize = 250;
/// Each has a pace of its own: several together keep the process busy.
const CHANNELS: usize = 4;
/// Then the last process sends the rest.
const KILLS: usize = 12;
/// It takes some ten seconds; a machine that is busy takes its time.
const PATIENCE: Duration = Duration::from_secs(600);

/// Counts each text, and answers after a while in which the sender may be killed.
#[derive(Clone, Default)]
struct Counting(Arc<Mutex<HashMap<String, usize>>>);

impl Counting {
    fn all(&self) -> usize {
        self.0.lock().unwrap().values().sum()
    }

    fn of(&self, message: i64) -> usize {
        self.0.lock().unwrap().get(&format!("m{message}")).copied().unwrap_or_default()
    }
}

impl Respond for Counting {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        let text = body["text"].as_str().unwrap_or_default().to_owned();
        let mut counts = self.0.lock().unwrap();
        *counts.entry(text).or_default() += 1;
        let sent = json!({ "status": 0, "status_message": "ok", "message_token": counts.values().sum::<usize>() });
        ResponseTemplate::new(200).set_body_json(sent).set_delay(Duration::from_millis(rand::random_range(0..100)))
    }
}

fn start(app: &TestApp, viber: &Viber) -> Process {
    let mut command = app.process();
    command.args(["--provider-timeout", "20", "--provider", &format!("viber={}/pa", viber.server.uri())]);
    Process::start(command)
}

/// Customers with messages that wait to be sent, spread over the channels.
fn fill(app: &TestApp) {
    for round in 1..=CHANNELS.ilog2() {
        app.execute(&format!(
            "INSERT INTO channels (kind, name, public_key, enabled, secret, settings, created_at) \
             SELECT kind, name, public_key || '{round}', enabled, secret, settings, created_at FROM channels"
        ));
    }
    let channels = app.text(&list(app, "channels", "id")).unwrap();
    let channels: Vec<&str> = channels.lines().collect();
    assert_eq!(channels.len(), CHANNELS);
    let now = UtcTime::now().utc().format("%Y-%m-%d %H:%M:%S%.6f").to_string();
    let mut sql = String::new();
    for customer in 1..=CUSTOMERS {
        let channel = channels[customer % CHANNELS];
        sql.push_str(&format!(
            "INSERT INTO customers (id, name, name_folded, search_text, last_activity_at, created_at) \
               VALUES ({customer}, 'C', 'c', '', '{now}', '{now}'); \
             INSERT INTO channel_accounts (id, customer_id, channel_id, address, created_at, last_seen_at) \
               VALUES ({customer}, {customer}, {channel}, '{customer}', '{now}', '{now}');"
        ));
    }
    for message in 1..=SENDS {
        let customer = message % CUSTOMERS + 1;
        let channel = channels[customer % CHANNELS];
        sql.push_str(&format!(
            "INSERT INTO messages (id, customer_id, channel_id, kind, body, created_at) \
               VALUES ({message}, {customer}, {channel}, 'staff', 'm{message}', '{now}'); \
             INSERT INTO deliveries (message_id, customer_id, channel_id, account_id, idempotency_key, state, \
               not_before, queued_at) \
               VALUES ({message}, {customer}, {channel}, {customer}, 'k{message}', 'queued', '{now}', '{now}');"
        ));
    }
    app.execute(&sql);
}

/// The rows of a table, one a line.
fn list(app: &TestApp, table: &str, column: &str) -> String {
    let all = if app.is_sqlite() { "group_concat" } else { "string_agg" };
    format!("SELECT {all}(CAST({column} AS TEXT), '\n') FROM {table}")
}

/// Every delivery: its number, its message, its state.
fn deliveries(app: &TestApp) -> Vec<(i64, i64, String)> {
    let rows = app.text(&list(app, "deliveries", "id || ' ' || message_id || ' ' || state")).unwrap();
    let row = |line: &str| {
        let mut words = line.split(' ');
        let mut number = || words.next().unwrap().parse().unwrap();
        (number(), number(), words.next().unwrap().to_owned())
    };
    rows.lines().map(row).collect()
}

/// Killed at random points it loses no message and sends none twice: each is sent exactly once, or is unknown and was
/// sent once at most. What is unknown goes out once more when somebody says so, and only then.
#[actix_web::test]
async fn a_killed_process_sends_nothing_twice() {
    let viber = Viber::start().await;
    let (mut app, _) = desk(&viber, &[]).await;
    app.stop();
    fill(&app);
    let counting = Counting::default();
    let counted = Mock::given(path("/pa/send_message")).respond_with(counting.clone()).with_priority(1);
    counted.mount(&viber.server).await;

    let began = Instant::now();
    let number = |states: &str| app.number(&format!("SELECT count(*) FROM deliveries WHERE state IN ({states})"));
    let mut kills = 0;
    while number("'queued'") > 50 && kills < KILLS {
        let mut process = start(&app, &viber);
        // At any point, from before its first send on; fewer than wait, so that there are as many.
        let enough = counting.all() + rand::random_range(0..50);
        eventually("it sends", async || (counting.all() >= enough).then_some(())).await;
        tokio::time::sleep(Duration::from_millis(rand::random_range(0..100))).await;
        process.kill();
        kills += 1;
        // As if half a minute went by: nobody has the leases any more.
        app.execute("UPDATE deliveries SET leased_until = '2026-01-01 00:00:00' WHERE state = 'sending'");
        assert!(began.elapsed() < PATIENCE, "{} wait after {kills} kills", number("'queued'"));
    }
    let mut process = start(&app, &viber);
    let quiet = async |what: &str| {
        while number("'queued', 'sending'") > 0 {
            tokio::time::sleep(Duration::from_millis(100)).await;
            assert!(began.elapsed() < PATIENCE, "{what}: {} are left", number("'queued', 'sending'"));
        }
    };
    quiet("the rest").await;
    let found = deliveries(&app);
    assert_eq!(found.len(), SENDS);
    let is_fine = |message: i64, state: &str| match state {
        "sent" => counting.of(message) == 1,
        "unknown" => counting.of(message) <= 1,
        _ => false,
    };
    let wrong: Vec<String> = found
        .iter()
        .filter(|(_, message, state)| !is_fine(*message, state))
        .map(|(_, message, state)| format!("m{message} is {state} and was sent {} times", counting.of(*message)))
        .collect();
    assert_eq!(wrong, Vec::<String>::new());
    assert!(kills >= 3, "{kills} kills");
    let unknown: Vec<_> = found.iter().filter(|(_, _, state)| state == "unknown").collect();

    let supervisor = process.client();
    let login = supervisor.get("/login").await;
    supervisor.submit(&login, "form", &[("email", SUPERVISOR), ("password", PASSWORD)]).await.assert_status(303);
    let before: Vec<usize> = unknown.iter().map(|(_, message, _)| counting.of(*message)).collect();
    for (id, _, _) in &unknown {
        supervisor.post_form(&format!("/deliveries/{id}/retry"), &[]).await.assert_status(303);
    }
    quiet("what was unknown").await;
    process.kill();
    for ((_, message, _), before) in unknown.iter().zip(before) {
        assert_eq!(counting.of(*message), before + 1, "m{message}");
    }
    assert_eq!(number("'sent'"), i64::try_from(SENDS).unwrap());
    eprintln!("{SENDS} sends, {kills} kills, {} unknown, {:?}", unknown.len(), began.elapsed());
}
