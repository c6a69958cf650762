//! The door to the database: what is acknowledged stays, what fails leaves nothing, whatever else happens beside it.

use std::cell::Cell;
use std::io::{BufRead, BufReader};
use std::process::{Command, Stdio};
use std::rc::Rc;
use std::time::Duration;

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;
use switchboard::db::{Db, Failure, Tx};
use switchboard::error::Error;

use crate::support::{PASSWORD, eventually, spawn_app, spawn_empty_app};

fn put(tx: &mut Tx, key: &str) -> Result<(), Error> {
    sql_query("INSERT INTO settings (key, value) VALUES ($1, 'x')").bind::<Text, _>(key).execute(&mut **tx)?;
    Ok(())
}

async fn attempt(db: Db, number: usize) -> Result<(), Error> {
    db.write(move |tx| {
        put(tx, &format!("test.{number}"))?;
        match number % 6 {
            // Refused by the call itself, after it has written.
            1 => Err(Error::refused("refused-closed")),
            // Refused by the database.
            2 => put(tx, &format!("test.{number}")),
            3 => panic!("call {number} has a bug"),
            // A step inside is undone, the rest stays.
            4 => {
                let undone = tx.transaction::<(), Error, _>(|conn| {
                    sql_query("INSERT INTO settings (key, value) VALUES ('inner', 'x')").execute(conn)?;
                    Err(Error::NotFound)
                });
                assert!(matches!(undone, Err(Error::NotFound)));
                Ok(())
            }
            _ => Ok(()),
        }
    })
    .await
}

/// Sixty calls at once, half of them bad in their own way: exactly the good ones are there.
#[actix_web::test]
async fn a_bad_call_takes_nothing_with_it() {
    let app = spawn_app().await;
    let calls = (0..60).map(|number| attempt(app.db.clone(), number));
    let outcomes = futures_util::future::join_all(calls).await;
    for (number, outcome) in outcomes.iter().enumerate() {
        let is_good = matches!(number % 6, 0 | 4 | 5);
        // PostgreSQL has no more connections than it is given, and may say so; it never says it has done what it has not.
        let busy = !app.is_sqlite() && matches!(outcome, Err(Error::Db(Failure::Busy)));
        assert!(outcome.is_ok() == is_good || busy, "call {number}: {outcome:?}");
        let there = app.number(&format!("SELECT count(*) FROM settings WHERE key = 'test.{number}'"));
        assert_eq!(there == 1, outcome.is_ok(), "call {number}");
    }
    assert_eq!(app.number("SELECT count(*) FROM settings WHERE key = 'inner'"), 0);
    // The door is open as before.
    app.db.write(|tx| put(tx, "after")).await.expect("a write after all that");
}

/// More calls than can wait are told so at once, and what was taken is done.
#[actix_web::test]
async fn overload_is_answered() {
    let app = spawn_app().await;
    if !app.is_sqlite() {
        return;
    }
    let (release, held) = std::sync::mpsc::channel::<()>();
    let held = std::sync::Mutex::new(held);
    let db = app.db.clone();
    let slow = actix_web::rt::spawn(async move {
        db.write(move |_| {
            let _ = held.lock().expect("the lock").recv_timeout(Duration::from_secs(120));
            Ok(())
        })
        .await
    });
    tokio::time::sleep(Duration::from_millis(200)).await;
    let is_refused = Rc::new(Cell::new(false));
    let waiting: Vec<_> = (0..1200)
        .map(|number| {
            let (db, is_refused) = (app.db.clone(), is_refused.clone());
            actix_web::rt::spawn(async move {
                let outcome = db.write(move |tx| put(tx, &format!("load.{number}"))).await;
                is_refused.set(is_refused.get() || outcome.is_err());
                outcome
            })
        })
        .collect();
    eventually("somebody is refused", async || is_refused.get().then_some(())).await;
    release.send(()).expect("the slow call waits");
    slow.await.expect("joined").expect("the slow call ends well");
    let (mut done, mut refused) = (0, 0);
    for call in waiting {
        match call.await.expect("joined") {
            Ok(()) => done += 1,
            Err(Error::Db(Failure::Busy)) => refused += 1,
            Err(other) => panic!("{other}"),
        }
    }
    // On a slow disk some of those who were taken in wait for too long.
    assert!(refused > 0 && done > 0, "{done} done, {refused} refused");
    assert_eq!(app.number("SELECT count(*) FROM settings WHERE key LIKE 'load.%'"), done);
    let busy = Error::Db(Failure::Busy);
    assert_eq!((busy.code(), busy.retry_after()), ("unavailable", Some(1)));
}

/// Closing finishes what waits, and refuses what comes later.
#[actix_web::test]
async fn closing_finishes_what_waits() {
    let app = spawn_empty_app().await;
    if !app.is_sqlite() {
        return;
    }
    let db = Db::open(app.db.url(), 2).expect("a second door");
    let calls: Vec<_> = (0..200)
        .map(|number| {
            let db = db.clone();
            std::thread::spawn(move || db.write_blocking(move |tx| put(tx, &format!("close.{number}"))))
        })
        .collect();
    std::thread::sleep(Duration::from_millis(5));
    db.close();
    let mut acknowledged = 0;
    for call in calls {
        match call.join().expect("a thread") {
            Ok(()) => acknowledged += 1,
            Err(Error::Db(Failure::Closed)) => {}
            Err(other) => panic!("{other}"),
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM settings WHERE key LIKE 'close.%'"), acknowledged);
    assert!(matches!(db.write_blocking(|tx| put(tx, "late")), Err(Error::Db(Failure::Closed))));
}

/// The process is killed while it writes: every change that was answered is in the database afterwards.
#[actix_web::test]
async fn a_killed_process_loses_no_acknowledged_write() {
    let folder = tempfile::tempdir().expect("a folder");
    let binary = env!("CARGO_BIN_EXE_switchboard");
    let data = folder.path().to_str().expect("a path in UTF-8");
    let mut add = Command::new(binary)
        .args(["staff", "add", "ada@desk.test", "--role", "admin", "--password-stdin", "--data", data])
        .env_remove("DATABASE_URL")
        .stdin(Stdio::piped())
        .stdout(Stdio::null())
        .spawn()
        .expect("the binary starts");
    std::io::Write::write_all(&mut add.stdin.take().expect("standard input"), PASSWORD.as_bytes()).expect("written");
    assert!(add.wait().expect("it ends").success());

    let mut server = Command::new(binary)
        .args(["serve", "--listen", "127.0.0.1:0", "--data", data])
        .env_remove("DATABASE_URL")
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .expect("the binary starts");
    let mut lines = BufReader::new(server.stdout.take().expect("standard output")).lines();
    let ready = lines.next().expect("a line").expect("text");
    let address = ready.rsplit("http://").next().expect("an address").parse().expect("an address");

    let client = crate::support::Client::new(address);
    let login = client.get("/login").await;
    let answer = client.submit(&login, "form", &[("email", "ada@desk.test"), ("password", PASSWORD)]).await;
    answer.assert_status(303);
    let answered = Rc::new(Cell::new(0));
    let writers: Vec<_> = (0..4)
        .map(|writer| {
            let (client, answered) = (client.clone(), answered.clone());
            actix_web::rt::spawn(async move {
                let mut acknowledged = vec![];
                for number in 0.. {
                    let name = format!("company {writer}.{number}");
                    let token = uuid::Uuid::new_v4().to_string();
                    let form = [("name", name.as_str()), ("form_token", token.as_str())];
                    match client.request(reqwest::Method::POST, "/companies/new").form(&form).send().await {
                        Ok(answer) => assert_eq!(answer.status().as_u16(), 303),
                        // Killed.
                        Err(_) => break,
                    }
                    acknowledged.push(name);
                    answered.set(answered.get() + 1);
                }
                acknowledged
            })
        })
        .collect();
    eventually("it writes", async || (answered.get() > 100).then_some(())).await;
    // SIGKILL: no handler runs, no file is closed in order.
    server.kill().expect("killed");
    server.wait().expect("gone");

    let file = folder.path().join("switchboard.sqlite");
    let file = file.to_str().expect("a path in UTF-8");
    let mut acknowledged = vec![];
    for writer in writers {
        acknowledged.extend(writer.await.expect("joined"));
    }
    assert!(acknowledged.len() > 100, "{} writes", acknowledged.len());
    for name in acknowledged {
        let there = format!("SELECT count(*) FROM companies WHERE name = '{name}'");
        assert_eq!(crate::support::sqlite_number(file, &there), 1, "{name} was acknowledged");
    }
}
