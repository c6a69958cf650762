//! The plans of the desk's statements: a table of them, each with the indexes that it lives by.
//!
//! Each row of the table runs the product's own query and reads what it sent; the engine then explains that text, its
//! parameters still parameters. At a million customers a statement that loses its index takes seconds.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use switchboard::auth::CustomerScope;
use switchboard::channels::ChannelKind;
use switchboard::customers::filter::Asked;
use switchboard::db::page::Cursor;
use switchboard::db::types::{AccountId, ConversationId, CustomerId, MessageId, StaffId, UtcTime};
use switchboard::db::{Conn, Db};
use switchboard::messages::store::At;
use switchboard::web::times::Clock;
use switchboard::{auth, conversations, customers, history, inbox, messages, search};

use crate::demo_large;

/// A listed query: what it is, what runs it, and the indexes that its plan must name on each engine.
struct Listed {
    name: &'static str,
    run: fn(&mut Conn),
    sqlite: &'static [&'static str],
    postgres: &'static [&'static str],
}

const fn both(name: &'static str, run: fn(&mut Conn), indexes: &'static [&'static str]) -> Listed {
    Listed { name, run, sqlite: indexes, postgres: indexes }
}

fn scope() -> CustomerScope {
    CustomerScope::system()
}

fn clock() -> Clock {
    Clock::now(chrono_tz::Tz::UTC)
}

fn cursor() -> Cursor {
    Cursor { at: UtcTime::now(), id: 100, back: false }
}

fn list(conn: &mut Conn, asked: Asked, cursor: Option<Cursor>) {
    customers::store::list::page(conn, &scope(), &asked.filter(), &clock(), cursor).expect("a page");
}

fn all() -> Asked {
    Asked { period: "all".into(), ..Asked::default() }
}

fn in_inbox(conn: &mut Conn, query: &str) {
    let query: inbox::model::ListQuery = serde_json::from_str(query).expect("a query");
    inbox::store::rows(conn, &scope(), StaffId(3), &query.filter()).expect("rows");
}

fn in_history(conn: &mut Conn, query: &str) {
    let asked: history::model::Asked = serde_json::from_str(query).expect("a query");
    history::store::page(conn, &scope(), &asked.parse(&clock()).0, None).expect("a page");
}

fn found(conn: &mut Conn, typed: &str) {
    let search::Query::Term(term) = search::Query::parse(typed) else { panic!("{typed}") };
    search::store::find(conn, &scope(), &term, &search::store::Limits { common: 50, newest: 100, shown: 10 })
        .expect("found");
}

const TABLE: &[Listed] = &[
    both("a session", |c| drop(auth::store::find_session(c, "x")), &["sessions"]),
    both("unread of everybody", |c| drop(auth::store::unread_number(c, None)), &["customers_unread"]),
    both("unread of one", |c| drop(auth::store::unread_number(c, Some(StaffId(3)))), &["customers_unread"]),
    both("inbox", |c| in_inbox(c, "{}"), &["customers_activity"]),
    both(
        "inbox, a later page",
        |c| in_inbox(c, &format!(r#"{{"before":"{}"}}"#, cursor().encode())),
        &["customers_activity"],
    ),
    both("inbox, unanswered", |c| in_inbox(c, r#"{"tab":"unanswered"}"#), &["customers_unread"]),
    both("inbox, mine", |c| in_inbox(c, r#"{"tab":"mine"}"#), &["customers_responsible"]),
    Listed {
        name: "inbox, free",
        run: |c| in_inbox(c, r#"{"tab":"free"}"#),
        // PostgreSQL takes no order from an index whose first column IS NULL: it has one of its own.
        sqlite: &["customers_"],
        postgres: &["customers_free"],
    },
    Listed {
        name: "inbox, by a rare name",
        run: |c| in_inbox(c, r#"{"search":"zzzzq"}"#),
        sqlite: &["VIRTUAL TABLE", "channel_accounts_customer"],
        postgres: &["customers_search"],
    },
    both(
        "inbox, numbers under the tabs",
        |c| drop(inbox::store::counts(c, &scope(), StaffId(3))),
        &["customers_responsible", "customers_unread"],
    ),
    both("customers", |c| list(c, all(), None), &["customers_activity"]),
    both("customers, a later page", |c| list(c, all(), Some(cursor())), &["customers_activity"]),
    both("customers, back", |c| list(c, all(), Some(Cursor { back: true, ..cursor() })), &["customers_activity"]),
    both(
        "customers, some days",
        |c| list(c, Asked { period: "today".into(), ..Asked::default() }, None),
        &["customers_created"],
    ),
    both("customers, a rare tag", |c| list(c, Asked { tag: "40".into(), ..all() }, None), &["customer_tag_links_tag"]),
    Listed {
        name: "customers, by a rare name",
        run: |c| list(c, Asked { name: "zzzzq".into(), ..all() }, None),
        sqlite: &["VIRTUAL TABLE"],
        postgres: &["customers_search"],
    },
    both("contacts", |c| drop(customers::store::list::by_name(c, &scope(), "", None)), &["customers_name"]),
    both(
        "tags of a page",
        |c| drop(customers::store::tags_of(c, &[CustomerId(1), CustomerId(2)])),
        &["customer_tag_links"],
    ),
    both("history, active", |c| in_history(c, "{}"), &["conversations_open"]),
    both("history, closed", |c| in_history(c, r#"{"tab":"history"}"#), &["conversations_closed"]),
    both(
        "history, of a customer",
        |c| in_history(c, r#"{"tab":"history","customer":"2987"}"#),
        &["conversations_customer"],
    ),
    both(
        "a customer's conversations",
        |c| drop(conversations::store::of_customer::page(c, &scope(), CustomerId(7), Some(cursor()))),
        &["conversations_customer"],
    ),
    both(
        "a log's end",
        |c| drop(messages::store::stretch(c, &scope(), CustomerId(7), At::End, 50)),
        &["messages_customer"],
    ),
    both(
        "a log, further back",
        |c| drop(messages::store::stretch(c, &scope(), CustomerId(7), At::Before(MessageId(900)), 50)),
        &["messages_customer"],
    ),
    both(
        "when a customer wrote last by an account",
        |c| drop(conversations::window(c, ChannelKind::WhatsApp, Some(AccountId(7)))),
        &["messages_customer"],
    ),
    both(
        "one conversation",
        |c| drop(messages::store::of_conversation(c, &scope(), CustomerId(7), ConversationId(7), None, 50)),
        &["messages_c"],
    ),
    both(
        "a message sent twice",
        |c| drop(messages::store::find_by_client_uuid(c, CustomerId(7), "x")),
        &["messages_client"],
    ),
    both(
        "whose phone or e-mail it is",
        |c| drop(customers::store::find_by_contact(c, Some("x"), Some("1"), Some("y"))),
        &["customers_external", "customers_phone", "customers_email"],
    ),
    Listed {
        name: "search, a rare term",
        run: |c| found(c, "zzzzq"),
        sqlite: &["VIRTUAL TABLE"],
        postgres: &["customers_search"],
    },
    both("search, one digit again and again", |c| found(c, "1111"), &["customers_digit_1"]),
    both(
        "search, whose conversations one works",
        |c| drop(search::store::active_with(c, StaffId(3), &[CustomerId(1), CustomerId(2)])),
        &["conversations_open_"],
    ),
    both(
        "what is open of a customer",
        |c| drop(conversations::store::open_of(c, &scope(), CustomerId(7))),
        &["conversations_open_customer"],
    ),
    Listed {
        name: "search, a common term",
        run: |c| found(c, "example"),
        sqlite: &[
            "VIRTUAL TABLE",
            "customers_activity",
            "customers_name",
            "customers_email",
            "customers_external",
            "customers_phone",
        ],
        postgres: &["customers_activity", "customers_name", "customers_email", "customers_external", "customers_phone"],
    },
];

/// Tables that no statement may read from end to end.
const LARGE: &[&str] =
    &["customers", "conversations", "messages", "channel_accounts", "attachments", "customer_tag_links"];

#[actix_web::test]
async fn every_listed_query_uses_its_index() {
    let loaded = demo_large::load_sized(5, (3_000, 6_000, 20_000)).await;
    let is_sqlite = loaded.database.is_sqlite();
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let wrong =
        db.read(move |conn| Ok(TABLE.iter().flat_map(|listed| check(conn, listed, is_sqlite)).collect::<Vec<_>>()));
    let wrong = wrong.await.expect("explained");
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
    db.close();
}

fn check(conn: &mut Conn, listed: &Listed, is_sqlite: bool) -> Option<String> {
    let statements = recorded(conn, listed.run);
    assert!(!statements.is_empty(), "{}: nothing was asked", listed.name);
    let plans: Vec<String> = statements.iter().map(|sql| explain(conn, sql, is_sqlite)).collect();
    let plan = plans.join("\n");
    let wanted = if is_sqlite { listed.sqlite } else { listed.postgres };
    let missing: Vec<_> = wanted.iter().filter(|index| !plan.contains(**index)).collect();
    let scanned: Vec<_> = plans.iter().flat_map(|plan| plan.lines().filter(|line| is_scan(line, plan))).collect();
    let is_wrong = !missing.is_empty() || !scanned.is_empty();
    is_wrong.then(|| {
        format!("{}: without {missing:?}, end to end {scanned:?}\n{plan}\n{}", listed.name, statements.join("\n"))
    })
}

/// Whether a line of a plan reads a large table from end to end. What the plan itself has gathered is not large.
fn is_scan(line: &str, plan: &str) -> bool {
    let line = line.trim_start_matches([' ', '-', '>']);
    let of = |rest: &str| {
        let mut words = rest.split_whitespace();
        // SQLite names the alias, which for our tables is their first letter or `k` for conversations.
        let table = words.next().unwrap_or_default();
        let is_large = LARGE.contains(&table) || ["c", "k", "a", "o"].contains(&table);
        is_large && !rest.contains("USING") && !plan.contains(&format!("CO-ROUTINE {table}"))
    };
    line.strip_prefix("SCAN ").or_else(|| line.strip_prefix("Seq Scan on ")).is_some_and(of)
}

/// What a query sent.
fn recorded(conn: &mut Conn, run: fn(&mut Conn)) -> Vec<String> {
    #[derive(Clone, Default)]
    struct Recorder(Arc<Mutex<Vec<String>>>);
    impl Instrumentation for Recorder {
        fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
            if let InstrumentationEvent::StartQuery { query, .. } = event {
                let text = query.to_string();
                let sql = text.split(" -- binds: ").next().unwrap_or_default().trim().to_owned();
                self.0.lock().expect("a list").push(sql);
            }
        }
    }
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    run(conn);
    conn.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let sent = recorder.0.lock().expect("a list").clone();
    sent.into_iter().filter(|sql| sql.contains("SELECT")).collect()
}

#[derive(QueryableByName)]
struct Line {
    #[diesel(sql_type = Text)]
    detail: String,
}

#[derive(QueryableByName)]
struct PgLine {
    #[diesel(sql_type = Text, column_name = "QUERY PLAN")]
    detail: String,
}

fn explain(conn: &mut Conn, sql: &str, is_sqlite: bool) -> String {
    if is_sqlite {
        let lines: Vec<Line> =
            sql_query(format!("EXPLAIN QUERY PLAN {sql}")).load(conn).unwrap_or_else(|e| panic!("{e}: {sql}"));
        return lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n");
    }
    let count = (1..100).rev().find(|n| sql.contains(&format!("${n}"))).unwrap_or(0);
    let values = if count == 0 { String::new() } else { format!("({})", vec!["NULL"; count].join(", ")) };
    for text in [
        "SET LOCAL plan_cache_mode = force_generic_plan",
        "SET LOCAL seq_page_cost = 300",
        &format!("PREPARE listed AS {sql}"),
    ] {
        sql_query(text).execute(conn).unwrap_or_else(|e| panic!("{e}: {sql}"));
    }
    let lines: Vec<PgLine> =
        sql_query(format!("EXPLAIN EXECUTE listed{values}")).load(conn).unwrap_or_else(|e| panic!("{e}: {sql}"));
    sql_query("DEALLOCATE listed").execute(conn).expect("forgotten");
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n")
}
