//! The database server is restarted, and crashes, while everybody works.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use reqwest::Method;
use uuid::Uuid;

use crate::cluster::Cluster;
use crate::support::process::Process;
use crate::support::{Client, Direct, OPERATOR, PASSWORD, eventually, staff};

/// Adds companies until it is told to stop, each until it is acknowledged, as a person does who tries again.
async fn add_companies(client: Client, writer: usize, over: Arc<AtomicBool>) -> (Vec<String>, u32) {
    let (mut done, mut refused) = (vec![], 0);
    while !over.load(Ordering::Relaxed) {
        let name = format!("company {writer}.{}", done.len());
        // The token makes a second try of one that had been done no second company.
        let token = Uuid::new_v4().to_string();
        let form = [("name", name.as_str()), ("form_token", token.as_str())];
        let since = Instant::now();
        loop {
            let request = client.request(Method::POST, "/companies/new").form(&form).timeout(Duration::from_secs(30));
            let answer = request.send().await.expect("the desk itself is there all the time");
            match answer.status().as_u16() {
                303 => break,
                503 => refused += 1,
                other => panic!("{name}: {other}"),
            }
            assert!(since.elapsed() < Duration::from_secs(30), "{name} is refused for half a minute");
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        done.push(name);
    }
    (done, refused)
}

/// Two instances under load go through a restart and through a crash of PostgreSQL by themselves: changes are refused
/// with 503 meanwhile, what was acknowledged is there once, and open pages hear of what happens afterwards.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_restart_and_a_crash_under_load_lose_nothing() {
    let cluster = Arc::new(Cluster::start());
    let data = tempfile::tempdir().expect("a folder");
    switchboard::db::migrate::run(&cluster.url()).expect("the migrations run");
    let direct = || Direct::postgres(&cluster.url());
    direct().execute(&staff::everyone());
    let start = || {
        let mut command = std::process::Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["serve", "--data"]).arg(data.path());
        command.env("DATABASE_URL", cluster.url()).env("SWITCHBOARD_LISTEN", "127.0.0.1:0");
        Process::start(command)
    };
    let (one, other) = (start(), start());
    let here = one.client();
    let login = here.get("/login").await;
    here.submit(&login, "form", &[("email", OPERATOR), ("password", PASSWORD)]).await.assert_status(303);
    let there = here.at(other.address);
    let mut stream = there.events("/live").await;
    stream.until("sync").await;

    let over = Arc::new(AtomicBool::new(false));
    let writers: Vec<_> = [&here, &there, &here, &there]
        .into_iter()
        .enumerate()
        .map(|(writer, client)| actix_web::rt::spawn(add_companies(client.clone(), writer, over.clone())))
        .collect();
    for stop in [Cluster::restart, Cluster::crash] {
        tokio::time::sleep(Duration::from_millis(500)).await;
        let restarted = cluster.clone();
        tokio::task::spawn_blocking(move || stop(&restarted)).await.expect("the server is back");
        stream.until("sync").await;
        for client in [&here, &there] {
            eventually("a page again", async || (client.get("/companies").await.status == 200).then_some(())).await;
        }
    }
    tokio::time::sleep(Duration::from_millis(500)).await;
    over.store(true, Ordering::Relaxed);

    let (mut added, mut refused) = (0, 0);
    for writer in writers {
        let (done, turned_away) = writer.await.expect("joined");
        refused += turned_away;
        added += done.len();
        for name in done {
            assert_eq!(
                direct().number(&format!("SELECT count(*) FROM companies WHERE name = '{name}'")),
                Some(1),
                "{name}"
            );
        }
    }
    assert!(refused > 0, "it was restarted under load");
    assert_eq!(direct().number("SELECT count(*) FROM companies"), i64::try_from(added).ok());
}
