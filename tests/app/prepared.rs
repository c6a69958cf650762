//! Statements stay prepared: a page that has been shown is shown again without the database reading any of its questions
//! anew. What diesel cannot tell apart by type (a piece of text in a query of its own, a list of values on SQLite) it prepares
//! each time, and says nothing: the inbox spent a fifth of its reading so.

use std::collections::{BTreeSet, HashMap, HashSet};
use std::sync::{LazyLock, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent, set_default_instrumentation};

use crate::support::desk::Letter;
use crate::support::{ADMIN, OPERATOR, spawn_app};

/// By database: what was asked a second time on a connection that had not kept it.
static ANEW: LazyLock<Mutex<HashMap<String, BTreeSet<String>>>> = LazyLock::new(Mutex::default);

/// Looks on at one connection.
#[derive(Default)]
struct Watch {
    url: String,
    asked: HashSet<String>,
    kept: HashSet<String>,
}

impl Instrumentation for Watch {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        match event {
            InstrumentationEvent::StartEstablishConnection { url, .. } => self.url = url.to_owned(),
            InstrumentationEvent::CacheQuery { sql, .. } => {
                self.kept.insert(sql.trim().to_owned());
            }
            InstrumentationEvent::StartQuery { query, .. } => {
                let text = query.to_string();
                let sql = text.split_once(" -- binds: ").map_or(&*text, |(sql, _)| sql).trim().to_owned();
                if !sql.starts_with("SELECT") || self.asked.insert(sql.clone()) || self.kept.contains(&sql) {
                    return;
                }
                ANEW.lock().expect("a list").entry(self.url.clone()).or_default().insert(sql);
            }
            _ => {}
        }
    }
}

#[actix_web::test]
async fn a_page_that_is_shown_again_prepares_nothing() {
    set_default_instrumentation(|| Some(Box::new(Watch::default()))).expect("looking on");
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    for name in ["Anna", "Boris", "Clara"] {
        app.receives(Letter { channel, address: name, name, body: "Where is my order?", ..Letter::default() }).await;
    }
    let customer = app.number("SELECT MIN(id) FROM customers");
    let (of_one, profile) = (format!("/inbox/{customer}"), format!("/customers/{customer}"));
    let interaction = format!("{profile}?tab=interaction");
    for email in [ADMIN, OPERATOR] {
        let client = app.sign_in(email).await;
        let manages: &[&str] = match email {
            ADMIN => {
                &["/blacklist", "/reports", "/exports", "/settings/staff", "/settings/channels", "/settings/audit"]
            }
            _ => &[],
        };
        let works = [
            "/",
            "/inbox",
            "/inbox?tab=unanswered",
            "/inbox?search=ann",
            "/inbox/cards",
            &of_one,
            &profile,
            &interaction,
            "/customers?period=all",
            "/customers?period=all&name=ann",
            "/contacts",
            "/history",
            "/history?tab=history",
            "/search?q=anna",
            "/search?q=12",
            "/shell/unread",
            "/lists",
            "/companies",
            "/batches",
        ];
        for path in works.iter().chain(manages) {
            for _ in 0..4 {
                let page = client.get(path).await;
                assert!(page.status.is_success(), "{path}: {}", page.status);
            }
        }
    }
    // And it would say so.
    app.db
        .read(|conn| {
            use diesel::prelude::*;
            for _ in 0..2 {
                diesel::sql_query("SELECT 1 AS by_hand").execute(conn)?;
            }
            Ok(())
        })
        .await
        .expect("asked");
    let mut anew = ANEW.lock().expect("a list").remove(app.db.url()).unwrap_or_default();
    assert!(anew.remove("SELECT 1 AS by_hand"), "nobody looks on");
    // By which whoever listens on PostgreSQL asks for news; it is not prepared at all.
    anew.remove("SELECT 1");
    assert!(anew.is_empty(), "prepared anew each time:\n{}", Vec::from_iter(anew).join("\n"));
}
