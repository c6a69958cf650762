//! What load balancers and those who watch the desk ask for.

use std::sync::mpsc::channel;
use std::time::Duration;

use actix_web::web::Data;
use reqwest::Method;
use switchboard::error::Error;
use switchboard::ops::{Stopping, web};

use crate::support::{OPERATOR, Page, eventually, spawn_app, spawn_app_with};

/// A plain word that no cache keeps, and no cookie.
fn assert_word(answer: &Page, status: u16, word: &str) {
    answer.assert_status(status);
    assert_eq!(answer.text, word);
    assert_eq!(answer.header("cache-control"), "no-store");
    assert_eq!(answer.header("set-cookie"), "");
    assert!(answer.header("content-type").starts_with("text/plain"), "{}", answer.header("content-type"));
}

/// The process answers, and can work, without a session; a head is enough. While it stops it says so.
#[actix_web::test]
async fn a_desk_that_works_says_so() {
    let app = spawn_app().await;
    let balancer = app.anonymous();
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
    assert_word(&balancer.get("/readyz").await, 200, "ok");
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
    let (release, held) = channel::<()>();
    let db = app.db.clone();
    let holder = actix_web::rt::spawn(async move {
        db.read(move |_| {
            let _ = held.recv_timeout(Duration::from_secs(20));
            Ok::<_, Error>(())
        })
        .await
    });
    eventually("the connection is held", async || (app.db.load().in_use == 1).then_some(())).await;
    assert_word(&app.anonymous().get("/readyz").await, 503, "database: no answer");
    assert_word(&person.get("/healthz").await, 200, "ok");
    drop(release);
    holder.await.expect("joined").expect("read");
    assert_word(&app.anonymous().get("/readyz").await, 200, "ok");
}
