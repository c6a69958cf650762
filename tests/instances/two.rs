//! Two instances, as real processes, on one database and one data folder.

use std::collections::BTreeMap;
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;
use wiremock::matchers::method;
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::busy::{answered, sent};
use crate::support::process::{Process, serve};
use crate::support::{ADMIN, Client, Content, Database, OPERATOR, PASSWORD, SECOND_OPERATOR, desk::moment, eventually};

struct Pair {
    one: Process,
    other: Process,
    database: Database,
    /// The folder that both use.
    _data: TempDir,
}

impl Pair {
    /// Started at the same moment.
    fn on(make: impl Fn(&std::path::Path) -> Database) -> Pair {
        let data = tempfile::tempdir().expect("a folder");
        let database = make(data.path());
        assert!(!database.is_sqlite(), "set TEST_DATABASE_URL to a PostgreSQL server");
        let start = || {
            let mut command = serve(data.path(), &database);
            command.args(["--allow-private-webhooks", "true"]).env("SWITCHBOARD_CONNECTIONS", "16");
            command
        };
        let (first, second) = (start(), start());
        let (one, other) = std::thread::scope(|scope| {
            let one = scope.spawn(|| Process::start(first));
            let other = scope.spawn(|| Process::start(second));
            (one.join().expect("one starts"), other.join().expect("the other starts"))
        });
        Pair { one, other, database, _data: data }
    }

    fn new() -> Pair {
        Pair::on(|folder| Database::create(Content::Staff, folder))
    }

    fn execute(&self, sql: &str) {
        self.database.connect().execute(sql);
    }

    fn number(&self, sql: &str) -> i64 {
        self.database.connect().number(sql).expect("a number")
    }

    fn web_chat(&self) {
        self.execute(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
             VALUES ('web_chat', 'Shop', 'shop', TRUE, '2026-01-05 09:00:00')",
        );
    }

    /// Signed in on the first instance.
    async fn sign_in(&self, email: &str) -> Client {
        let client = self.one.client();
        let login = answered(async || client.get("/login").await).await;
        let fields = [("email", email), ("password", PASSWORD)];
        answered(async || client.submit(&login, "form", &fields).await).await.assert_status(303);
        client
    }

    /// A visitor who got their token on the first instance.
    async fn visitor(&self) -> Client {
        let http = self.one.client();
        let hello = || http.request(Method::POST, "/chat/shop/session").json(&json!({}));
        let hello = answered(async || http.page(hello()).await).await;
        hello.assert_status(200);
        http.with_header("authorization", &format!("Bearer {}", hello.json()["token"].as_str().expect("a token")))
    }
}

async fn say(visitor: &Client, text: &str) {
    let uuid = Uuid::new_v4().to_string();
    let form = || Form::new().text("client_uuid", uuid.clone()).text("text", text.to_owned());
    answered(async || visitor.post_multipart("/chat/shop/messages", form()).await).await.assert_status(200);
}

async fn reply(staff: &Client, customer: i64, text: &str) {
    let form = Form::new().text("client_uuid", Uuid::new_v4().to_string()).text("text", text.to_owned());
    staff.post_multipart(&format!("/inbox/{customer}/messages"), form).await.assert_status(303);
}

/// One key file: whoever signs in on one instance works on the other, and what is ended there is ended here.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_session_holds_on_every_instance_and_ends_on_every_instance() {
    let pair = Pair::new();
    let lost = pair.sign_in(OPERATOR).await;
    let there = lost.at(pair.other.address);
    there.get("/companies").await.assert_status(200);
    there.post_form("/companies/new", &[("name", "Made there")]).await.assert_status(303);
    lost.get("/companies").await.assert_says("Made there");
    // Somebody else's browser with the same account, on the other instance, ends the first one's session.
    let other = pair.sign_in(OPERATOR).await.at(pair.other.address);
    other.post_form("/settings/profile/sessions/end-others", &[]).await.assert_status(303);
    there.get("/companies").await.assert_redirect("/login");
    is_out(&lost).await;
    other.get("/companies").await.assert_status(200);
    // And an admin disables the account: nobody is in any more.
    let admin = pair.sign_in(ADMIN).await;
    let id = pair.number(&format!("SELECT id FROM staff WHERE email = '{OPERATOR}'"));
    admin.post_form(&format!("/settings/staff/{id}/disable"), &[]).await.assert_status(303);
    is_out(&other).await;
}

/// After the second for which an instance believes somebody without word from the others.
async fn is_out(client: &Client) {
    tokio::time::sleep(Duration::from_millis(1_100)).await;
    client.get("/companies").await.assert_redirect("/login");
}

/// Each instance keeps for a moment who somebody is, and hears of the others' writes a little later: whoever has written by way
/// of one of them is not told old things by the other, however soon they ask.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn who_writes_here_reads_it_there_at_once() {
    let pair = Pair::new();
    let here = pair.sign_in(OPERATOR).await;
    let there = here.at(pair.other.address);
    for theme in ["dark", "light"].repeat(10) {
        there.get("/companies").await.assert_status(200);
        here.post_form("/preferences", &[("theme", theme)]).await.assert_status(303);
        there.get("/companies").await.assert_has(&format!("html[data-bs-theme={theme}]"));
    }
}

/// Messages, presence and typing cross, in both directions, for staff and for the visitor.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn what_happens_on_one_is_seen_on_the_other() {
    let pair = Pair::new();
    pair.web_chat();
    let operator = pair.sign_in(OPERATOR).await;
    let mut inbox = operator.events("/live").await;
    inbox.until("sync").await;

    let visitor = pair.visitor().await.at(pair.other.address);
    say(&visitor, "Do you sell the lid?").await;
    inbox.until("inbox").await;
    let customer = pair.number("SELECT max(id) FROM customers");
    let page = operator.get(&format!("/inbox/{customer}")).await;
    page.assert_says("Do you sell the lid?");

    let mut chat = operator.events(&format!("/live?customer={customer}")).await;
    chat.until("sync").await;
    say(&visitor, "In blue?").await;
    chat.until("chat").await;

    // The answer is written here, the visitor listens there.
    let mut panel = visitor.events("/chat/shop/events").await;
    panel.until("sync").await;
    reply(&operator, customer, "In every colour").await;
    panel.until("chat").await;
    let said = visitor.get("/chat/shop/messages").await;
    assert!(said.text.contains("In every colour"), "{}", said.text);

    // A colleague looks and types there.
    let second = pair.sign_in(SECOND_OPERATOR).await.at(pair.other.address);
    second.post_form(&format!("/inbox/{customer}/presence"), &[("doing", "here")]).await.assert_status(204);
    chat.until("presence").await;
    let here = || async { operator.get(&format!("/inbox/{customer}/here")).await.text };
    eventually("the colleague's name", async || here().await.contains("Otto").then_some(())).await;
    second
        .post_form(&format!("/inbox/{customer}/presence"), &[("doing", "typing"), ("mode", "reply")])
        .await
        .assert_status(204);
    panel.until("typing").await;
    eventually("the colleague types", async || here().await.contains("typing").then_some(())).await;
    // One who types on is seen to, longer than a key lasts.
    for _ in 0..4 {
        tokio::time::sleep(Duration::from_secs(2)).await;
        second
            .post_form(&format!("/inbox/{customer}/presence"), &[("doing", "typing"), ("mode", "reply")])
            .await
            .assert_status(204);
    }
    eventually("the colleague still types", async || here().await.contains("typing").then_some(())).await;
    second.post_form(&format!("/inbox/{customer}/presence"), &[("doing", "gone")]).await.assert_status(204);
    eventually("the colleague has gone", async || (!here().await.contains("Otto")).then_some(())).await;

    let typing = visitor.request(Method::POST, "/chat/shop/typing").json(&json!({ "typing": true }));
    visitor.page(typing).await.assert_status(204);
    eventually("the customer types", async || here().await.contains("typing").then_some(())).await;
}

/// Eighty jobs, two runners, one database: each is done, and done once.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_job_is_done_by_one_of_them() {
    const JOBS: i64 = 80;
    let receiver = MockServer::start().await;
    Mock::given(method("POST")).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
    let pair = Pair::new();
    let (now, hook) = (moment(0), json!({ "webhook_url": format!("{}/hook", receiver.uri()) }));
    pair.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, settings, created_at) VALUES ('app', 'App', 'app', TRUE, '{hook}', '{now}'); \
         INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) VALUES ('A', 'a', 'a', '{now}', '{now}'); \
         INSERT INTO app_events (channel_id, customer_id, kind, payload, created_at) \
           SELECT ch.id, c.id, 'message.created', '{{}}', '{now}' FROM channels ch, customers c, generate_series(1, {JOBS}); \
         INSERT INTO jobs (name, payload, unique_key, run_at, created_at) \
           SELECT 'app_event.deliver', '{{\"event\":' || id || '}}', id, '{now}', '{now}' FROM app_events"
    ));
    eventually("no job left", async || (pair.number("SELECT count(*) FROM jobs") == 0).then_some(())).await;
    let mut pushed = BTreeMap::new();
    for request in receiver.received_requests().await.expect("requests") {
        let event = request.headers["switchboard-event"].to_str().expect("a number").to_owned();
        *pushed.entry(event).or_insert(0) += 1;
    }
    assert_eq!(pushed.len(), usize::try_from(JOBS).expect("a count"));
    let twice: Vec<_> = pushed.iter().filter(|(_, times)| **times != 1).collect();
    assert!(twice.is_empty(), "{twice:?}");
}

/// One is killed under load: what it acknowledged is there, the other goes on, its streams too, and whoever is turned
/// away once gets through there.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn one_is_killed_and_the_other_goes_on() {
    let mut pair = Pair::new();
    pair.web_chat();
    let operator = pair.sign_in(OPERATOR).await;
    let there = operator.at(pair.other.address);
    let mut stream = there.events("/live").await;
    stream.until("sync").await;
    let addresses = [pair.one.address, pair.other.address];
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let client = operator.clone();
            actix_web::rt::spawn(async move {
                let (mut done, mut turned_away) = (vec![], 0);
                for number in 0..60 {
                    let name = format!("company {writer}.{number}");
                    let token = Uuid::new_v4().to_string();
                    let form = [("name", name.as_str()), ("form_token", token.as_str())];
                    // As a load balancer does: the first that answers, one after the other.
                    let mut acknowledged = false;
                    for address in addresses {
                        let request = || client.at(address).request(Method::POST, "/companies/new").form(&form);
                        match sent(request).await {
                            Ok(answer) if answer.status().as_u16() == 303 => {
                                acknowledged = true;
                                break;
                            }
                            Ok(answer) => panic!("{}", answer.status()),
                            Err(_) => turned_away += 1,
                        }
                    }
                    assert!(acknowledged, "{name} was turned away twice");
                    done.push(name);
                }
                (done, turned_away)
            })
        })
        .collect();
    tokio::time::sleep(Duration::from_millis(200)).await;
    pair.one.kill();
    let mut turned_away = 0;
    for writer in writers {
        let (done, away) = writer.await.expect("joined");
        turned_away += away;
        for name in done {
            // The token makes the second try of one that had been done no second company.
            assert_eq!(pair.number(&format!("SELECT count(*) FROM companies WHERE name = '{name}'")), 1, "{name}");
        }
    }
    assert!(turned_away > 0, "it was killed under load");
    let visitor = pair.other.client();
    let hello = || visitor.request(Method::POST, "/chat/shop/session").json(&json!({}));
    let hello = answered(async || visitor.page(hello()).await).await;
    let token = format!("Bearer {}", hello.json()["token"].as_str().expect("a token"));
    say(&visitor.with_header("authorization", &token), "Still there?").await;
    stream.until("inbox").await;
    there.get("/inbox").await.assert_says("Still there?");
}

/// Two that start at once on an empty database with no key yet: one migrates and makes the key, the other waits.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn two_may_start_at_once_on_nothing() {
    for _ in 0..3 {
        let pair = Pair::on(Database::unmigrated);
        for process in [&pair.one, &pair.other] {
            process.client().get("/login").await.assert_status(200);
        }
        assert_eq!(pair.number("SELECT count(*) FROM staff"), 0);
        pair.execute(
            "INSERT INTO staff (email, name, role, created_at) VALUES ('a@desk.test', 'A', 'admin', '2026-01-05 09:00:00')",
        );
    }
}

/// The connections die, the listening one among them: it comes back by itself, says that something may have been
/// missed, and goes on passing on what happens.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_lost_listener_comes_back() {
    let pair = Pair::new();
    pair.web_chat();
    let operator = pair.sign_in(OPERATOR).await;
    let mut stream = operator.events("/live").await;
    stream.until("sync").await;
    let name = pair.database.connect().text("SELECT current_database()").expect("a name");
    pair.database
        .server()
        .execute(&format!("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = '{name}'"));
    stream.until("sync").await;
    let visitor = pair.visitor().await.at(pair.other.address);
    say(&visitor, "Did you hear me?").await;
    stream.until("inbox").await;
}
