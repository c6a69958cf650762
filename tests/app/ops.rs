//! What load balancers and those who watch the desk ask for.

use actix_web::web::Data;
use reqwest::Method;
use switchboard::ops::{Stopping, web};

use crate::support::desk::Person;
use crate::support::holding::hold;
use crate::support::{Client, OPERATOR, Page, TestApp, eventually, spawn_app, spawn_app_with};

const TOKEN: &str = "a-token-for-the-test";

/// A plain word that no cache keeps, and no cookie.
fn assert_word(answer: &Page, status: u16, word: &str) {
    answer.assert_status(status);
    assert_eq!(answer.text, word);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.header("content-type").starts_with("text/plain"), "{}", answer.header("content-type"));
}

/// The answer of a desk that is ready, once it is: on a busy machine the database may take longer than a second to answer.
async fn ready(balancer: &Client) -> Page {
    eventually("it is ready", async || Some(balancer.get("/readyz").await).filter(|answer| answer.status == 200)).await
}

/// The process answers, and can work, without a session; a head is enough. While it stops it says so.
#[actix_web::test]
async fn a_desk_that_works_says_so() {
    let app = spawn_app().await;
    let balancer = app.anonymous();
    ready(&balancer).await;
    for path in ["/healthz", "/readyz"] {
        assert_word(&balancer.get(path).await, 200, "ok");
        let head = balancer.page(balancer.request(Method::HEAD, path)).await;
        head.assert_status(200);
        assert_eq!(head.text, "");
    }
    let stopping = Stopping::default();
    stopping.begin();
    let answer = web::ready(Data::new(app.db.clone()), Data::new(stopping)).await;
    assert_eq!(answer.status(), 503);
}

/// A database that lacks a migration of this program, as after an older backup was put in place, is not ready; one that has
/// more, as while a newer instance takes over, is.
#[actix_web::test]
async fn a_database_without_its_migrations_is_not_ready() {
    let app = spawn_app().await;
    let balancer = app.anonymous();
    app.execute(
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000001', '2999-12-31 00:00:00')",
    );
    assert_word(&ready(&balancer).await, 200, "ok");
    app.execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261129000640'");
    assert_word(&balancer.get("/readyz").await, 503, "migrations: not all are done");
    assert_word(&balancer.get("/healthz").await, 200, "ok");
}

/// A database that does not answer within a second is said, also to somebody who is signed in, and no reason to start the
/// process anew; afterwards all is well again.
#[actix_web::test]
async fn a_database_that_does_not_answer_is_not_ready() {
    let app = spawn_app_with(|config| config.connections = 1).await;
    let person = app.sign_in(OPERATOR).await;
    let holder = hold(&app.db).await;
    assert_word(&app.anonymous().get("/readyz").await, 503, "database: no answer");
    assert_word(&person.get("/healthz").await, 200, "ok");
    holder.let_go().await;
    assert_word(&ready(&app.anonymous()).await, 200, "ok");
}

/// The figures of a scrape.
struct Scraped(String);

impl Scraped {
    async fn of(client: &Client) -> Self {
        let answer = client.get("/metrics").await;
        answer.assert_status(200);
        assert!(answer.header("content-type").starts_with("text/plain; version=0.0.4"));
        assert_eq!((answer.header("cache-control"), answer.header("set-cookie")), ("no-store", ""));
        Self(answer.text)
    }

    /// The number of this name and these labels; 0 where there is none yet.
    fn number(&self, series: &str) -> f64 {
        let of_series = |line: &str| line.strip_prefix(series)?.strip_prefix(' ')?.trim().parse().ok();
        self.0.lines().find_map(of_series).unwrap_or_default()
    }
}

fn measured(app: &TestApp) -> Client {
    app.anonymous().with_header("authorization", &format!("Bearer {TOKEN}"))
}

/// What the desk does moves the numbers: requests by the pattern of their route, work in the database, jobs, deliveries,
/// channels, open pages, memory. No number, name or path of anybody is in it.
#[actix_web::test]
async fn what_the_desk_does_is_measured() {
    let app = spawn_app_with(|config| config.metrics_token = Some(TOKEN.into())).await;
    let anna = app.customer(Person::named("Anna Kowalska"));
    let client = app.sign_in(OPERATOR).await;
    let prometheus = measured(&app);
    let before = Scraped::of(&prometheus).await;
    client.get(&format!("/customers/{anna}")).await.assert_status(200);
    client.get("/customers/424242").await.assert_status(404);
    client.get("/settings/staff").await.assert_status(403);
    client.get("/nowhere/at/all").await.assert_status(404);
    app.anonymous().get("/inbox").await.assert_status(303);
    client.post_form("/companies/new", &[("name", "Northwind")]).await.assert_status(303);
    let program = app.anonymous();
    let deal = program.request(Method::DELETE, "/api/v1/customers/nowhere/deals/424242");
    program.page(deal).await.assert_status(401);
    app.execute(
        "INSERT INTO jobs (name, payload, run_at, tries, created_at, dead_at) VALUES \
         ('x', '{}', '2999-01-01 00:00:00', 0, '2026-01-01 00:00:00', NULL), \
         ('y', '{}', '2026-01-01 00:00:00', 9, '2026-01-01 00:00:00', '2026-01-02 00:00:00')",
    );
    let _open = client.events("/live").await;
    let after = Scraped::of(&prometheus).await;
    let moved = |series: &str| after.number(series) - before.number(series);
    let requests = |route: &str, method: &str, status: &str| {
        format!("switchboard_http_requests_total{{route=\"{route}\",method=\"{method}\",status=\"{status}\"}}")
    };
    assert_eq!(moved(&requests("/customers/{id}", "GET", "2xx")), 1.0, "{}", after.0);
    assert_eq!(moved(&requests("/customers/{id}", "GET", "4xx")), 1.0);
    assert_eq!(moved(&requests("/settings/staff", "GET", "4xx")), 1.0);
    assert_eq!(moved(&requests("/inbox", "GET", "3xx")), 1.0);
    assert_eq!(moved(&requests("/companies/new", "POST", "3xx")), 1.0);
    assert_eq!(moved(&requests("/api/v1/customers/{external_id}/deals/{deal}", "DELETE", "4xx")), 1.0);
    assert_eq!(moved(&requests("none", "GET", "4xx")), 1.0);
    let seconds = "switchboard_http_request_duration_seconds_count{route=\"/customers/{id}\",method=\"GET\"}";
    assert_eq!(moved(seconds), 2.0);
    for kind in ["read", "write"] {
        assert!(moved(&format!("switchboard_database_call_duration_seconds_count{{kind=\"{kind}\"}}")) > 0.0, "{kind}");
    }
    assert_eq!(after.number("switchboard_jobs{state=\"later\"}"), 1.0);
    assert_eq!(after.number("switchboard_jobs{state=\"dead\"}"), 1.0);
    assert!(after.number("switchboard_event_streams") >= 1.0);
    assert!(after.number("switchboard_database_connections{state=\"possible\"}") >= 1.0);
    if cfg!(target_os = "linux") {
        assert!(after.number("switchboard_process_resident_memory_bytes") > 1_000_000.0);
        assert!(after.number("switchboard_process_open_fds") > 3.0);
    }
    for word in ["Kowalska", "424242", "nowhere", "Northwind", OPERATOR, TOKEN] {
        assert!(!after.0.contains(word), "{word}");
    }
    for name in ["deliveries", "channels", "oldest_due_job_age_seconds", "oldest_due_delivery_age_seconds"] {
        assert!(after.0.contains(&format!("# TYPE switchboard_{name} gauge")), "{name}");
    }
}

/// Without the token, or with another one, nothing is told; without one in the settings there is no such page.
#[actix_web::test]
async fn measurements_are_for_whoever_has_the_token() {
    let app = spawn_app_with(|config| config.metrics_token = Some(TOKEN.into())).await;
    app.anonymous().get("/metrics").await.assert_status(401).assert_silent_about("switchboard_");
    app.sign_in(OPERATOR).await.get("/metrics").await.assert_status(401);
    for wrong in ["Bearer ", "Bearer a-token-for-the-tes", "Bearer a-token-for-the-test2", "Basic a-token-for-the-test"]
    {
        let refused = app.anonymous().with_header("authorization", wrong).get("/metrics").await;
        refused.assert_status(401).assert_silent_about("switchboard_");
        assert_eq!(refused.header("www-authenticate"), "Bearer");
    }
    Scraped::of(&measured(&app)).await;
    let silent = spawn_app().await;
    measured(&silent).get("/metrics").await.assert_status(404);
}
