//! The plans of the desk's statements: a table of them, each with the indexes that it lives by.
//!
//! Each row of the table runs the product's own query and reads what it sent; the engine then explains that text. SQLite
//! looks at the values that are bound (a pattern's beginning, the condition of a partial index), so it is given those that
//! the product bound; PostgreSQL, which goes over to plans for any value after some calls, makes one of those. At a
//! million customers a statement that loses its index takes seconds.

use std::sync::{Arc, Mutex};

use diesel::connection::{Instrumentation, InstrumentationEvent};
use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use switchboard::auth::store::{StaffRow, UnreadOf};
use switchboard::auth::{CustomerScope, Role};
use switchboard::channels::ChannelKind;
use switchboard::conversations::store::waiting::{self, Waiting};
use switchboard::customers::Customer;
use switchboard::customers::filter::Asked;
use switchboard::db::page::Cursor;
use switchboard::db::sql::{Sql, Value};
use switchboard::db::types::{AccountId, ChannelId, ConversationId, CustomerId, MessageId, StaffId, UtcTime};
use switchboard::db::{Conn, Db, Tx};
use switchboard::messages::store::At;
use switchboard::web::times::Clock;
use switchboard::{audit, auth, batches, conversations, customers, deals, history, inbox, messages, reports, search};

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

/// Of a table that the demo leaves empty: PostgreSQL reads that without an index.
const fn on_sqlite(name: &'static str, run: fn(&mut Conn), indexes: &'static [&'static str]) -> Listed {
    Listed { name, run, sqlite: indexes, postgres: &[] }
}

/// Read from where a tag's customers stand in their order, and no row of a table with it.
const fn of_tag(name: &'static str, run: fn(&mut Conn)) -> Listed {
    Listed {
        name,
        run,
        sqlite: &["COVERING INDEX customer_tag_links_tag"],
        postgres: &["Index Only Scan", "using customer_tag_links_tag"],
    }
}

fn scope() -> CustomerScope {
    CustomerScope::system()
}

/// Somebody whom something is open with.
fn seventh(conn: &mut Conn) -> Customer {
    let customer = customers::find(conn, &scope(), CustomerId(7)).expect("found");
    Customer { active_count: 1, ..customer }
}

fn log(conn: &mut Conn, at: At) {
    let customer = seventh(conn);
    drop(messages::store::stretch(conn, &customer, at, 50));
}

fn unread(conn: &mut Conn, role: Role) {
    let staff = auth::store::find_enabled(conn, StaffId(3)).expect("asked").expect("somebody");
    drop(UnreadOf::staff(&StaffRow { role, ..staff }).count(conn));
}

fn whose_turn(conn: &mut Conn) {
    let waiting = Waiting { id: ConversationId(1), responsible_id: None, handed_back_by_id: None };
    drop(waiting::whose_turn(conn, ChannelId(1), &waiting));
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

fn tagged(tag: &str) -> Asked {
    Asked { tag: tag.into(), ..all() }
}

fn viewer() -> inbox::Viewer {
    inbox::Viewer { scope: scope(), me: StaffId(3), clock: clock() }
}

fn in_inbox(conn: &mut Conn, query: &str) {
    let query: inbox::model::ListQuery = serde_json::from_str(query).expect("a query");
    inbox::store::rows(conn, &viewer(), &query.filter()).expect("rows");
}

fn in_history(conn: &mut Conn, query: &str) {
    let asked: history::model::Asked = serde_json::from_str(query).expect("a query");
    history::store::page(conn, &scope(), &asked.parse(&clock()).0, None).expect("a page");
}

/// As an operator sees it.
fn in_history_of(conn: &mut Conn, query: &str, staff: i64) {
    let asked: history::model::Asked = serde_json::from_str(query).expect("a query");
    let filter = history::model::Filter { part_of: Some(StaffId(staff)), ..asked.parse(&clock()).0 };
    history::store::page(conn, &scope(), &filter, None).expect("a page");
}

fn in_audit_log(conn: &mut Conn, query: &str) {
    let asked: audit::model::Asked = serde_json::from_str(query).expect("a query");
    audit::store::page(conn, &asked.parse(&clock()).expect("a filter"), Some(cursor())).expect("a page");
}

fn found(conn: &mut Conn, typed: &str) {
    let search::Query::Term(term) = search::Query::parse(typed) else { panic!("{typed}") };
    search::store::find(conn, &scope(), &term, &search::store::Limits { common: 50, newest: 100, shown: 10 })
        .expect("found");
}

/// A year of figures, of which all but the days around it are whole weeks.
fn in_report(conn: &mut Conn, query: &str, ask: fn(&mut Conn, &reports::model::Filter, &reports::days::Sources)) {
    let asked: reports::model::Asked = serde_json::from_str(query).expect("a query");
    let filter = asked.parse(&clock()).expect("a period");
    let counted = filter.days().collect();
    let known = reports::days::Known { first: None, unsettled: filter.days().end, counted };
    ask(conn, &filter, &reports::days::Sources::of(&known, &filter.days(), true));
}

const TABLE: &[Listed] = &[
    both(
        "reports, a day",
        |c| drop(reports::store::on_the_spot(c, &clock(), 20_000)),
        &["conversations_opened", "conversations_closed", "conversations_rated"],
    ),
    on_sqlite("the audit log", |c| in_audit_log(c, "{}"), &["audit_events_at"]),
    on_sqlite("the audit log, of somebody", |c| in_audit_log(c, r#"{"by":"3"}"#), &["audit_events_staff ("]),
    on_sqlite("the audit log, a kind", |c| in_audit_log(c, r#"{"kind":"staff"}"#), &["audit_events_event ("]),
    on_sqlite(
        "the audit log, a kind of somebody's",
        |c| in_audit_log(c, r#"{"by":"3","kind":"staff","from":"2026-01-01"}"#),
        &["audit_events_staff_event (staff_id=? AND event=? AND"],
    ),
    on_sqlite(
        "the audit log, about a customer",
        |c| in_audit_log(c, r#"{"customer":"7","by":"3","kind":"customers"}"#),
        &["audit_events_customer (customer_id=?"],
    ),
    on_sqlite(
        "reports, the chart of a year",
        |c| in_report(c, r#"{"period":"year"}"#, |c, f, s| drop(reports::store::series(c, f, s))),
        &["PRIMARY KEY (days=? AND day=? AND channel_id=? AND operator_id=?)"],
    ),
    on_sqlite(
        "reports, by operator",
        |c| in_report(c, r#"{"period":"year"}"#, |c, f, s| drop(reports::store::by_operator(c, f, s))),
        &["PRIMARY KEY (days=? AND day=? AND channel_id=? AND operator_id>?)"],
    ),
    on_sqlite(
        "reports, by channel",
        |c| in_report(c, r#"{"period":"year"}"#, |c, f, s| drop(reports::store::by_channel(c, f, s))),
        &["report_days_operator (days=? AND operator_id=? AND day=?"],
    ),
    both("reports, days to count", |c| drop(reports::store::uncounted(c, &clock())), &["conversations_opened"]),
    both(
        "who typed a contact",
        |c| {
            let lookalikes = customers::store::profile::lookalikes;
            drop(lookalikes(c, &scope(), Some(CustomerId(1)), &["x".into()], &[]));
            drop(lookalikes(c, &scope(), Some(CustomerId(1)), &[], &["x".into()]));
        },
        &["customers_phone", "customers_email", "contact_claims_value"],
    ),
    both("a session", |c| drop(auth::store::find_session(c, "x")), &["sessions"]),
    both("unread of everybody", |c| unread(c, Role::Admin), &["customers_unread"]),
    both("unread of one", |c| unread(c, Role::Operator), &["customers_unread"]),
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
    Listed {
        name: "inbox, by what is too short for trigrams",
        run: |c| in_inbox(c, r#"{"search":"an"}"#),
        // The texts that are compared stand in the index.
        sqlite: &["COVERING INDEX customers_activity", "channel_accounts_customer"],
        // By the bits of pairs in the index alone, then by number. Each customer's addresses, not everybody's first.
        postgres: &["Index Only Scan using customers_activity", "customers_pkey", "channel_accounts_customer"],
    },
    Listed {
        name: "inbox, by a part of the number",
        run: |c| in_inbox(c, r#"{"customer_id":"298"}"#),
        sqlite: &["INTEGER PRIMARY KEY (rowid=?)"],
        postgres: &["customers_pkey"],
    },
    both("inbox, last created", |c| in_inbox(c, r#"{"sort":"created"}"#), &["customers_created"]),
    both(
        "inbox, last created, a later page",
        |c| in_inbox(c, &format!(r#"{{"sort":"created","before":"{}"}}"#, cursor().encode())),
        &["customers_created"],
    ),
    both("inbox, a rare tag", |c| in_inbox(c, r#"{"tag":"40"}"#), &["customer_tag_links_tag"]),
    both("inbox, not a tag", |c| in_inbox(c, r#"{"not_tag":"40"}"#), &["customers_activity"]),
    on_sqlite("inbox, a list of few", |c| in_inbox(c, r#"{"list":"1"}"#), &["customer_list_links_list"]),
    both("inbox, a funnel block", |c| in_inbox(c, r#"{"funnel_block":"3"}"#), &["funnel_places_block"]),
    both("inbox, a deal stage", |c| in_inbox(c, r#"{"deal_stage":"4"}"#), &["deals_stage"]),
    both("a customer's deals", |c| drop(deals::of_customer(c, CustomerId(300))), &["deals_customer"]),
    both("distribution, who waits longest", |c| drop(waiting::longest(c, &[StaffId(3)], 1)), &["conversations_queued"]),
    both("distribution, who has the fewest", whose_turn, &["conversations_open_assignee"]),
    both("inbox, a channel", |c| in_inbox(c, r#"{"channel":"6"}"#), &["channel_accounts_channel"]),
    on_sqlite("inbox, a variable", |c| in_inbox(c, r#"{"variable":"Size"}"#), &["customer_variables_name"]),
    on_sqlite("inbox, a value", |c| in_inbox(c, r#"{"value":"M"}"#), &["customer_variables_value"]),
    both("inbox, some days", |c| in_inbox(c, r#"{"registered_before":"2001-01-01"}"#), &["customers_created"]),
    both("inbox, of one", |c| in_inbox(c, r#"{"responsible":"3"}"#), &["customers_responsible"]),
    both("inbox, unanswered by the panel", |c| in_inbox(c, r#"{"unanswered":"1"}"#), &["customers_unread"]),
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
    Listed {
        name: "customers, many days",
        run: |c| list(c, Asked { from: "2000-01-01".into(), ..Asked::default() }, None),
        sqlite: &["customers_activity"],
        postgres: &["Index Only Scan using customers_activity"],
    },
    of_tag("customers, a rare tag", |c| list(c, tagged("40"), None)),
    of_tag("customers, a tag that many have", |c| list(c, tagged("1"), None)),
    of_tag("customers, a tag, a later page", |c| list(c, tagged("1"), Some(cursor()))),
    of_tag("customers, a tag, back", |c| list(c, tagged("1"), Some(Cursor { back: true, ..cursor() }))),
    Listed {
        name: "customers, a tag within a period",
        run: |c| list(c, Asked { from: "2000-01-01".into(), ..tagged("40") }, None),
        sqlite: &["customer_tag_links_tag"],
        postgres: &["customer_tag_links"],
    },
    Listed {
        name: "customers, by a rare name",
        run: |c| list(c, Asked { name: "zzzzq".into(), ..all() }, None),
        sqlite: &["VIRTUAL TABLE"],
        postgres: &["customers_search"],
    },
    Listed {
        name: "customers, by what is too short for trigrams",
        run: |c| list(c, Asked { name: "an".into(), ..all() }, None),
        sqlite: &["COVERING INDEX customers_activity"],
        postgres: &["Index Only Scan using customers_activity"],
    },
    Listed {
        name: "customers, by a digit of the number",
        run: |c| list(c, Asked { id: "1".into(), ..all() }, None),
        sqlite: &["COVERING INDEX customers_activity"],
        postgres: &["Index Only Scan using customers_"],
    },
    Listed {
        name: "contacts, by what is too short for trigrams",
        run: |c| drop(customers::store::by_name::by_name(c, &scope(), "an", false, None)),
        sqlite: &["COVERING INDEX customers_name"],
        postgres: &["Index Only Scan using customers_name"],
    },
    Listed {
        name: "contacts, by a last name",
        run: |c| drop(customers::store::by_name::by_name(c, &scope(), "ivanova", false, None)),
        sqlite: &["COVERING INDEX customers_later_name"],
        postgres: &["Index Only Scan using customers_later_name"],
    },
    both("contacts", |c| drop(customers::store::by_name::by_name(c, &scope(), "", false, None)), &["customers_name"]),
    both(
        "contacts whose details are missing",
        |c| drop(customers::store::by_name::by_name(c, &scope(), "", true, None)),
        &["customers_lacking"],
    ),
    both(
        "contacts whose details are missing, by a first name",
        |c| drop(customers::store::by_name::by_name(c, &scope(), "an", true, None)),
        &["customers_lacking"],
    ),
    both(
        "contacts whose details are missing, by a last name",
        |c| drop(customers::store::by_name::by_name(c, &scope(), "ivanova", true, None)),
        &["customers_lacking_later"],
    ),
    both(
        "tags of a page",
        |c| drop(customers::store::tags_of(c, &[CustomerId(1), CustomerId(2)])),
        &["customer_tag_links"],
    ),
    both(
        "who has left, and who is blocked",
        |c| drop(batches::count(c, &customers::store::unsubscribed(&scope()))),
        &["channel_accounts_unsubscribed", "customers_blocked"],
    ),
    both("history, active", |c| in_history(c, "{}"), &["conversations_open"]),
    both("history, closed", |c| in_history(c, r#"{"tab":"history"}"#), &["conversations_closed"]),
    both("history, active, of an operator", |c| in_history_of(c, "{}", 3), &["conversations_open"]),
    both("history, closed, of an operator", |c| in_history_of(c, r#"{"tab":"history"}"#, 3), &["conversations_closed"]),
    both(
        "history, closed, of an operator who had a part in little",
        |c| in_history_of(c, r#"{"tab":"history"}"#, 1),
        &["conversations_closed_assignee", "conversations_closed_by", "past_assignments", "customers_responsible"],
    ),
    both(
        "history, of somebody who closed little",
        |c| in_history(c, r#"{"tab":"history","operator":"1"}"#),
        &["conversations_closed_assignee"],
    ),
    both(
        "history, of a channel",
        |c| in_history(c, r#"{"tab":"history","channel":"3"}"#),
        &["conversations_closed_channel"],
    ),
    both("history, rated low", |c| in_history(c, r#"{"tab":"history","rating":"low"}"#), &["conversations_closed_low"]),
    Listed {
        name: "history, of a day",
        run: |c| in_history(c, r#"{"tab":"history","from":"2026-01-05","to":"2026-01-05"}"#),
        sqlite: &["COVERING INDEX conversations_opened"],
        postgres: &["Index Only Scan using conversations_opened"],
    },
    both(
        "history, what ended on a day",
        |c| in_history(c, r#"{"tab":"history","by":"ended","from":"2026-01-05","to":"2026-01-05"}"#),
        &["conversations_closed"],
    ),
    both(
        "history, what somebody ended on a day",
        |c| in_history(c, r#"{"tab":"history","by":"ended","operator":"1","from":"2026-01-05","to":"2026-01-05"}"#),
        &["conversations_closed"],
    ),
    Listed {
        name: "history, before a day",
        run: |c| in_history(c, r#"{"tab":"history","to":"2026-12-31"}"#),
        sqlite: &["COVERING INDEX conversations_closed"],
        postgres: &["Index Only Scan using conversations_closed"],
    },
    both(
        "history, by a subject that few have",
        |c| in_history(c, r#"{"tab":"history","tag":"999"}"#),
        &["conversation_tag_links_tag"],
    ),
    both(
        "history, of a customer",
        |c| in_history(c, r#"{"tab":"history","customer":"2987"}"#),
        &["conversations_customer"],
    ),
    both(
        "a customer's conversations",
        |c| {
            let customer = seventh(c);
            drop(conversations::store::of_customer::page(c, &customer, Some(cursor())));
        },
        &["conversations_customer"],
    ),
    both("a log's end", |c| log(c, At::End), &["messages_customer"]),
    both("a log, further back", |c| log(c, At::Before(MessageId(900))), &["messages_customer"]),
    both(
        "when a customer wrote last by an account",
        |c| drop(conversations::window(c, ChannelKind::WhatsApp, Some(AccountId(7)))),
        &["messages_customer"],
    ),
    both(
        "one conversation",
        |c| {
            let customer = seventh(c);
            drop(messages::store::of_conversation(c, &customer, ConversationId(7), None, 50));
        },
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
    Listed {
        name: "what is open of a customer",
        run: |c| {
            let customer = seventh(c);
            drop(conversations::store::of_customer::open(c, &customer));
        },
        sqlite: &["conversations_open_customer"],
        // Where customers have few, the index of all of them serves as well.
        postgres: &["conversations_"],
    },
    Listed {
        name: "search, a common term",
        run: |c| found(c, "example"),
        sqlite: &[
            "VIRTUAL TABLE",
            "COVERING INDEX customers_activity",
            "customers_name",
            "customers_email",
            "customers_external",
            "customers_phone",
            "channel_accounts_username",
        ],
        postgres: &[
            "customers_activity",
            "customers_name",
            "customers_email",
            "customers_external",
            "customers_phone",
            "channel_accounts_username",
        ],
    },
];

/// Tables that no statement may read from end to end.
const LARGE: &[&str] = &[
    "customers",
    "conversations",
    "messages",
    "channel_accounts",
    "attachments",
    "customer_tag_links",
    "funnel_places",
    "deals",
];

/// Fails unless every listed query of this database uses its index.
pub async fn hold(loaded: &demo_large::Loaded) {
    let wrong = complaints(loaded).await;
    assert!(wrong.is_empty(), "{}", wrong.join("\n\n"));
}

/// On a connection of their own: SQLite does not notice of an explanation that it has prepared that an index is gone.
async fn complaints(loaded: &demo_large::Loaded) -> Vec<String> {
    let is_sqlite = loaded.database.is_sqlite();
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    let check = move |conn: &mut Conn| Ok(TABLE.iter().filter_map(|listed| check(conn, listed, is_sqlite)).collect());
    let found: switchboard::error::Result<Vec<String>> = db.read(check).await;
    db.close();
    found.expect("explained")
}

#[actix_web::test]
async fn every_listed_query_uses_its_index() {
    let loaded = demo_large::load_sized(5, (3_000, 6_000, 20_000)).await;
    hold(&loaded).await;
    // And it would say so.
    loaded.database.connect().execute("DROP INDEX customers_activity; DROP INDEX messages_customer");
    let wrong = complaints(&loaded).await.join("\n\n");
    for name in ["inbox:", "customers, a later page:", "a log, further back:"] {
        assert!(wrong.contains(name), "{name} lost its index and nobody complains:\n{wrong}");
    }
}

/// Told that the customer is equal, PostgreSQL's planner would look for their newest messages among everybody's.
#[actix_web::test]
async fn a_log_is_read_from_its_index_though_one_customer_has_a_fifth_of_all_messages() {
    let loaded = demo_large::load_sized(6, (300, 600, 20_000)).await;
    loaded.database.connect().execute("UPDATE messages SET customer_id = 7 WHERE id % 5 = 0 AND id < 15000; ANALYZE");
    let is_sqlite = loaded.database.is_sqlite();
    let db = Db::open(loaded.database.url(), 1).expect("the database");
    for at in [At::End, At::Before(MessageId(9_000)), At::After(MessageId(9_000))] {
        let plans = db.read(move |conn| {
            let sent = recorded(conn, |conn| log(conn, at));
            let explain = if is_sqlite { explain_on_sqlite } else { explain_for_its_values };
            Ok(sent.iter().map(|sent| explain(conn, sent)).collect::<Vec<_>>())
        });
        let plans = plans.await.expect("explained").join("\n");
        assert!(plans.contains("messages_customer") && !plans.contains("messages_pkey"), "{at:?}\n{plans}");
    }
    db.close();
}

fn check(conn: &mut Conn, listed: &Listed, is_sqlite: bool) -> Option<String> {
    let statements = recorded(conn, listed.run);
    assert!(!statements.is_empty(), "{}: nothing was asked", listed.name);
    let plans: Vec<String> = statements.iter().map(|sent| explain(conn, sent, is_sqlite)).collect();
    let plan = plans.join("\n");
    let wanted = if is_sqlite { listed.sqlite } else { listed.postgres };
    let missing: Vec<_> = wanted.iter().filter(|index| !plan.contains(**index)).collect();
    let scanned: Vec<_> = plans.iter().flat_map(|plan| plan.lines().filter(|line| is_scan(line, plan))).collect();
    let is_wrong = !missing.is_empty() || !scanned.is_empty();
    is_wrong.then(|| {
        let sent: Vec<&str> = statements.iter().map(|sent| sent.sql.as_str()).collect();
        format!("{}: without {missing:?}, end to end {scanned:?}\n{plan}\n{}", listed.name, sent.join("\n"))
    })
}

/// Whether a line of a plan reads a large table from end to end. What the plan itself has gathered is not large.
fn is_scan(line: &str, plan: &str) -> bool {
    let line = line.trim_start_matches([' ', '-', '>']);
    let of = |rest: &str| {
        let mut words = rest.split_whitespace();
        // SQLite names the alias, which for our tables is their first letter or `k` for conversations.
        let table = words.next().unwrap_or_default();
        let is_large = LARGE.contains(&table) || ["c", "k", "a", "o", "x"].contains(&table);
        is_large && !rest.contains("USING") && !plan.contains(&format!("CO-ROUTINE {table}"))
    };
    line.strip_prefix("SCAN ").or_else(|| line.strip_prefix("Seq Scan on ")).is_some_and(of)
}

/// A statement as it was sent.
#[derive(Clone)]
struct Sent {
    sql: String,
    /// As diesel writes them for a log: `["%anna%", CustomerId(7), None]`.
    binds: String,
}

#[derive(Clone, Default)]
struct Recorder(Arc<Mutex<Vec<Sent>>>);

impl Instrumentation for Recorder {
    fn on_connection_event(&mut self, event: InstrumentationEvent<'_>) {
        if let InstrumentationEvent::StartQuery { query, .. } = event {
            let text = query.to_string();
            let (sql, binds) = text.split_once(" -- binds: ").unwrap_or((&text, "[]"));
            self.0.lock().expect("a list").push(Sent { sql: sql.trim().to_owned(), binds: binds.trim().to_owned() });
        }
    }
}

/// What a query sent.
fn recorded(conn: &mut Conn, run: impl Fn(&mut Conn)) -> Vec<Sent> {
    let recorder = Recorder::default();
    conn.set_instrumentation(recorder.clone());
    run(conn);
    conn.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let sent = recorder.0.lock().expect("a list").clone();
    // What is asked of the planner is no statement of its own.
    sent.into_iter().filter(|sent| sent.sql.contains("SELECT") && !sent.sql.starts_with("EXPLAIN")).collect()
}

/// What comes round by itself, and so often that nobody may notice: its plans, as one text each.
pub fn of_work(tx: &mut Tx, run: impl Fn(&mut Tx), is_sqlite: bool) -> Vec<String> {
    let recorder = Recorder::default();
    tx.set_instrumentation(recorder.clone());
    run(tx);
    tx.set_instrumentation(None::<Box<dyn Instrumentation>>);
    let sent = recorder.0.lock().expect("a list").clone();
    sent.iter().filter(|sent| sent.sql.contains("WHERE")).map(|sent| explain(tx, sent, is_sqlite)).collect()
}

/// The values of a statement, read back from the log's words for them.
fn values(binds: &str) -> Vec<Value> {
    let inner = binds.strip_prefix('[').and_then(|rest| rest.strip_suffix(']')).unwrap_or_else(|| panic!("{binds}"));
    let (mut parts, mut depth, mut is_text, mut is_escaped) = (vec![String::new()], 0, false, false);
    for c in inner.chars() {
        let part = parts.last_mut().expect("a part");
        match c {
            ',' if depth == 0 && !is_text => {
                parts.push(String::new());
                continue;
            }
            '"' if !is_escaped => is_text = !is_text,
            '(' if !is_text => depth += 1,
            ')' if !is_text => depth -= 1,
            _ => {}
        }
        is_escaped = c == '\\' && !is_escaped;
        part.push(c);
    }
    parts.iter().map(|part| part.trim()).filter(|part| !part.is_empty()).map(value).collect()
}

fn value(part: &str) -> Value {
    let inside = |name: &str| part.strip_prefix(name)?.strip_prefix('(')?.strip_suffix(')');
    if let Some(inner) = inside("Some") {
        return value(inner);
    }
    if inside("UtcTime").is_some() {
        return UtcTime::now().into();
    }
    if let Some(text) = part.strip_prefix('"').and_then(|rest| rest.strip_suffix('"')) {
        return text.replace("\\n", "\n").replace("\\\"", "\"").replace("\\\\", "\\").into();
    }
    match part {
        "None" => return Value::Maybe(None),
        "true" | "false" => return (part == "true").into(),
        _ => {}
    }
    // A number, or one with the name of what it numbers.
    let number = part.rsplit('(').next().unwrap_or(part).trim_end_matches(')');
    if let Ok(number) = number.parse::<i64>() {
        return number.into();
    }
    // A word of ours, such as `WebChat`, which the database knows as `web_chat`.
    let is_word = part.chars().all(char::is_alphanumeric);
    assert!(is_word, "a value that is not understood: {part}");
    let mut word = String::new();
    for c in part.chars() {
        if c.is_uppercase() && !word.is_empty() {
            word.push('_');
        }
        word.extend(c.to_lowercase());
    }
    word.into()
}

#[test]
fn values_are_read_back_as_they_were_bound() {
    let read = values(r#"["%a, \"b\" (c%", CustomerId(7), Some(StaffId(3)), None, true, WebChat, 51]"#);
    let read = format!("{read:?}");
    let wanted = r#"[Text("%a, \"b\" (c%"), Int(7), Int(3), Maybe(None), Flag(true), Text("web_chat"), Int(51)]"#;
    assert_eq!(read, wanted);
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

fn explain(conn: &mut Conn, sent: &Sent, is_sqlite: bool) -> String {
    let sql = &sent.sql;
    if is_sqlite {
        return explain_on_sqlite(conn, sent);
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

/// A statement whose values have numbers, with a question mark for each; others as they are.
fn by_place(sql: &str, values: Vec<Value>) -> (String, Vec<Value>) {
    let mut pieces = sql.split('$');
    let (mut text, mut in_order) = (pieces.next().unwrap_or_default().to_owned(), vec![]);
    for piece in pieces {
        let end = piece.find(|c: char| !c.is_ascii_digit()).unwrap_or(piece.len());
        let number: usize = piece[..end].parse().unwrap_or_else(|_| panic!("a number after $: {sql}"));
        in_order.push(values.get(number - 1).unwrap_or_else(|| panic!("no ${number}: {sql}")).clone());
        text.push('?');
        text.push_str(&piece[end..]);
    }
    if in_order.is_empty() { (text, values) } else { (text, in_order) }
}

fn explain_on_sqlite(conn: &mut Conn, sent: &Sent) -> String {
    let sql = &sent.sql;
    let mut explained = Sql::new("EXPLAIN QUERY PLAN ");
    let (sql, values) = by_place(sql, values(&sent.binds));
    let mut values = values.into_iter();
    for (place, piece) in sql.split('?').enumerate() {
        if place > 0 {
            let value = values.next().unwrap_or_else(|| panic!("too few of {}: {sql}", sent.binds));
            let place = explained.put(value);
            explained.text.push_str(&place);
        }
        explained.text.push_str(piece);
    }
    assert!(values.next().is_none(), "too many of {}: {sql}", sent.binds);
    let lines: Vec<Line> = explained.load(conn).unwrap_or_else(|e| panic!("{e}: {sql}"));
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n")
}

/// As PostgreSQL plans it the first few times.
fn explain_for_its_values(conn: &mut Conn, sent: &Sent) -> String {
    let explained = Sql::new(format!("EXPLAIN {}", sent.sql));
    let explained = values(&sent.binds).into_iter().fold(explained, Sql::bind);
    let lines: Vec<PgLine> = explained.load(conn).unwrap_or_else(|e| panic!("{e}: {}", sent.sql));
    lines.into_iter().map(|line| line.detail).collect::<Vec<_>>().join("\n")
}
