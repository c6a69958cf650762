//! The database is busy, locked, full or gone (`tests/instances` restarts PostgreSQL): a page that says so, a refusal that programs understand, nothing
//! half done, and no restart of the desk when it is back.

use std::time::{Duration, Instant};

use diesel::connection::SimpleConnection;

use crate::support::holding::hold;
use crate::support::{Client, OPERATOR, Page, TestApp, eventually, spawn_app_with, spawn_embedded_app};

/// What an outage looks like from outside: a page, a toast and JSON, each with 503 and when to try again.
fn assert_unavailable(answer: &Page) {
    answer.assert_status(503);
    assert_eq!(answer.header("retry-after"), "1");
    assert!(answer.text.contains("database does not answer"), "{}", answer.text);
}

async fn add_company(client: &Client, name: &str) -> Page {
    client.post_form("/companies/new", &[("name", name)]).await
}

fn companies(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM companies")
}

/// Every reading connection is taken: the answer comes in under a second, and the next one after that is a page again.
#[actix_web::test]
async fn a_pool_that_is_exhausted_says_so_in_time_and_recovers() {
    let app = spawn_app_with(|config| config.connections = 2).await;
    let client = app.sign_in(OPERATOR).await;
    let holders = [hold(&app.db).await, hold(&app.db).await];
    // The best of five, since this machine does other things at the same time.
    let mut took = vec![];
    for _ in 0..5 {
        let alone = Instant::now();
        assert_unavailable(&client.get("/companies").await);
        took.push(alone.elapsed());
        if alone.elapsed() < Duration::from_secs(1) {
            break;
        }
    }
    assert!(took.iter().min() < Some(&Duration::from_secs(1)), "{took:?}");
    let since = Instant::now();
    let looks: Vec<_> = (0..40).map(|_| client.get("/companies")).collect();
    for answer in futures_util::future::join_all(looks).await {
        assert_unavailable(&answer);
        answer.assert_says("Not available right now").assert_has("a[href='/']");
    }
    let json = app.anonymous().with_header("authorization", "Bearer x").get("/api/v1/events").await;
    json.assert_status(503);
    assert_eq!(json.json()["error"]["code"], "unavailable");
    let toast = client.htmx("/companies", "main#app").await;
    toast.assert_status(503);
    assert!(toast.header("hx-trigger").contains("toast"), "{:?}", toast.headers);
    // They waited together: one after the other, forty times half a second.
    assert!(since.elapsed() < Duration::from_secs(20), "{:?}", since.elapsed());
    for holder in holders {
        holder.let_go().await;
    }
    eventually("a page again", async || (client.get("/companies").await.status == 200).then_some(())).await;
}

/// Another process holds the lock: pages are read, changes are refused together instead of one after the other.
#[actix_web::test]
async fn a_locked_file_refuses_changes_and_shows_pages() {
    let app = spawn_embedded_app().await;
    let client = app.sign_in(OPERATOR).await;
    let mut other = app.direct();
    other.execute("BEGIN EXCLUSIVE");
    let since = Instant::now();
    let writes = futures_util::future::join_all((0..6).map(|_| add_company(&client, "Locked out"))).await;
    for answer in &writes {
        assert_unavailable(answer);
    }
    // The engine's own patience is five seconds: once for all of them, twice for those that came in between.
    // One after the other, it would be six times.
    assert!(since.elapsed() < Duration::from_secs(25), "{:?}", since.elapsed());
    client.get("/companies").await.assert_status(200);
    other.execute("ROLLBACK");
    assert_eq!(companies(&app), 0);
    add_company(&client, "Let in").await.assert_status(303);
    assert_eq!(companies(&app), 1);
}

/// The disk is full (the engine's own limit on the file stands in for the disk): nothing is half done, pages go on,
/// and once there is room, so do changes.
#[actix_web::test]
async fn a_full_disk_is_said_and_passes() {
    let app = spawn_embedded_app().await;
    let client = app.sign_in(OPERATOR).await;
    let limit = |pages: i64| app.db.write(move |tx| Ok(tx.batch_execute(&format!("PRAGMA max_page_count = {pages}"))?));
    limit(app.number("SELECT page_count FROM pragma_page_count")).await.expect("a limit");
    let before = companies(&app);
    let note = "a long note ".repeat(800);
    let mut refused = 0;
    for number in 0..20 {
        let answer = client.post_form("/companies/new", &[("name", &format!("Full {number}")), ("note", &note)]).await;
        if answer.status != 303 {
            assert_unavailable(&answer);
            refused += 1;
        }
    }
    assert!(refused >= 15, "{refused} refused");
    assert_eq!(companies(&app), before + 20 - refused, "nothing is half done");
    client.get("/companies").await.assert_status(200);
    limit(1_000_000).await.expect("room");
    add_company(&client, "Room again").await.assert_status(303);
}

/// The file is moved away and brought back: no empty database takes its place meanwhile, and nothing that is
/// acknowledged goes into a file without a name.
#[actix_web::test]
async fn a_file_that_is_gone_is_said_and_may_come_back() {
    let app = spawn_embedded_app().await;
    let client = app.sign_in(OPERATOR).await;
    add_company(&client, "Before").await.assert_status(303);
    let (file, away) = (app.db.url().to_owned(), format!("{}.away", app.db.url()));
    std::fs::rename(&file, &away).expect("moved away");
    let page = client.get("/companies").await;
    assert_unavailable(&page);
    page.assert_says("Not available right now");
    // Also without a session to look up.
    assert_unavailable(&app.anonymous().post_form("/login", &[("email", OPERATOR), ("password", "x")]).await);
    assert!(app.db.write(|tx| Ok(tx.batch_execute("DELETE FROM companies")?)).await.is_err());
    assert!(!std::path::Path::new(&file).exists(), "no empty database takes its place");
    std::fs::rename(&away, &file).expect("brought back");
    eventually("a page again", async || (client.get("/companies").await.status == 200).then_some(())).await;
    assert_eq!(companies(&app), 1);
    eventually("a change again", async || (add_company(&client, "After").await.status == 303).then_some(())).await;
    // The next start finds all of it.
    assert_eq!(companies(&app), 2);
}
