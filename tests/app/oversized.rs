//! Oversized pages: sizes, cursors, queries and depths that no link of the desk leads to. The answer is a page of the
//! usual size, or says what is wrong; it comes at once, and it is never a failure.

use std::time::{Duration, Instant};

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use switchboard::db::page::{Cursor, NameCursor, PAGE};
use switchboard::db::types::UtcTime;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::app_api;
use crate::support::desk::Person;
use crate::support::{ADMIN, Client, Page, TestApp, spawn_app};

/// Of everything that a list shows: more than the deepest list holds.
const MANY: i64 = 400;
/// Messages of an answer to a program.
const MESSAGES: usize = 100;
/// Rows of the inbox, once it has been scrolled to its end.
const DEEPEST: usize = 300;
/// What no page has, even where a name is very long.
const LARGEST: usize = 700 * 1024;
/// What an answer may take on a busy machine, and what one may take that cannot be asked for once more.
const SOON: Duration = Duration::from_secs(3);
const LATE: Duration = Duration::from_secs(15);

/// A desk with so much in it that every list has several pages; returns somebody in it, with a long history.
async fn crowd() -> (TestApp, Client, i64) {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let numbers = if app.is_sqlite() {
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) SELECT i FROM n")
    } else {
        format!("SELECT i FROM generate_series(1, {MANY}) AS s (i)")
    };
    let at = "'2026-01-05 09:00:00'";
    let each =
        |into: &str, values: &str| app.execute(&format!("INSERT INTO {into} SELECT {values} FROM ({numbers}) AS n"));
    each("companies (name, name_folded, created_at)", &format!("'Firm ' || i, 'firm ' || i, {at}"));
    let company = app.number("SELECT min(id) FROM companies");
    each(
        "customers (name, name_folded, search_text, company_id, channel_id, unread_count, last_activity_at, created_at)",
        &format!("'Person ' || i, 'person ' || i, 'person ' || i, {company}, {channel}, 1, {at}, {at}"),
    );
    let of_all = |into: &str, values: &str| app.execute(&format!("INSERT INTO {into} SELECT {values} FROM customers"));
    of_all("blocks (customer_id, reason, created_at)", &format!("id, 'spam', {at}"));
    of_all("block_requests (customer_id, reason, status, created_at)", &format!("id, 'spam', 'waiting', {at}"));
    let opened = "conversations (customer_id, channel_id, status, origin, opened_at, last_message_at, closed_at)";
    of_all(opened, &format!("id, {channel}, 'active', 'incoming', {at}, {at}, NULL"));
    of_all(opened, &format!("id, {channel}, 'closed', 'incoming', {at}, {at}, {at}"));
    let talker = app.customer(Person::named("Anna"));
    each(opened, &format!("{talker}, {channel}, 'closed', 'incoming', {at}, {at}, {at}"));
    let conversation = app.number(&format!("SELECT min(id) FROM conversations WHERE customer_id = {talker}"));
    each(
        "messages (customer_id, conversation_id, channel_id, kind, body, created_at)",
        &format!("{talker}, {conversation}, {channel}, 'customer', 'message ' || i, {at}"),
    );
    let client = app.sign_in(ADMIN).await;
    (app, client, talker)
}

/// Every page with a list, each with the name of its cursor.
fn lists(app: &TestApp, talker: i64) -> Vec<(String, &'static str)> {
    let company = app.number("SELECT min(id) FROM companies");
    let conversation = app.number(&format!("SELECT min(id) FROM conversations WHERE customer_id = {talker}"));
    let list = |path: &str, cursor| (path.to_owned(), cursor);
    vec![
        list("/inbox?", "before"),
        list("/inbox/cards?", "before"),
        list(&format!("/inbox/{talker}?"), "from"),
        list(&format!("/inbox/{talker}/log?"), "before"),
        list("/customers?period=all&", "at"),
        list(&format!("/customers/{talker}?tab=interaction&"), "at"),
        list("/contacts?", "at"),
        list("/companies?", "at"),
        list(&format!("/companies/{company}?"), "members"),
        list("/history?", "at"),
        list("/history?tab=history&", "at"),
        list(&format!("/conversations/{conversation}?"), "before"),
        list("/blacklist?", "at"),
        list("/blacklist?tab=requests&", "at"),
        list("/search?", "q"),
        list("/settings/quick-replies?", "q"),
    ]
}

/// Asks, and fails unless the answer is soon there, is no failure and has a limit: the best of three times, since other
/// tests run at the same time.
pub async fn ask(client: &Client, path: &str) -> Page {
    let mut took = vec![];
    for _ in 0..3 {
        let since = Instant::now();
        let page = client.get(path).await;
        took.push(since.elapsed());
        assert_sound(path, &page);
        if took.last() < Some(&SOON) {
            return page;
        }
    }
    panic!("{path:.120}: {took:?}");
}

/// Waits for an answer and fails as [`ask`] does.
pub async fn judged(what: &str, answer: impl Future<Output = Page>) -> Page {
    let since = Instant::now();
    let page = answer.await;
    let took = since.elapsed();
    assert_sound(what, &page);
    assert!(took < LATE, "{what:.120}: {took:?}");
    page
}

fn assert_sound(what: &str, page: &Page) {
    assert!(page.status.is_success() || page.status.is_client_error(), "{what:.120}: {}", page.status);
    assert!(page.text.len() < LARGEST, "{what:.120}: {} bytes", page.text.len());
}

#[actix_web::test]
async fn a_page_has_its_size_whatever_is_asked() {
    let (app, client, talker) = crowd().await;
    for (path, _) in lists(&app, talker) {
        let usual = ask(&client, &path).await;
        usual.assert_status(200);
        for sizes in [
            "limit=1000000&size=1000000&per_page=1000000&rows=1000000&count=-1",
            "page=99999999999999999999&offset=-1&skip=9223372036854775807",
            "depth=-1",
            "depth=99999999999999999999",
        ] {
            let page = ask(&client, &format!("{path}{sizes}")).await;
            page.assert_status(200);
            // Links of the page may repeat what was asked.
            assert!(page.text.len() < usual.text.len() + 4_000, "{path}{sizes}: {} bytes", page.text.len());
        }
    }
    // The one list that grows as one scrolls.
    let usual = usize::try_from(PAGE).expect("a size");
    for (depth, rows) in [("50", usual), ("299", 299), ("301", DEEPEST), ("9223372036854775807", DEEPEST)] {
        assert_eq!(ask(&client, &format!("/inbox/cards?depth={depth}")).await.count("li.cc"), rows, "{depth}");
    }
}

/// A page that somebody has put together by hand is the first page, or an empty one, and never a failure.
#[actix_web::test]
async fn cursors_that_were_tampered_with_do_no_harm() {
    let (app, client, talker) = crowd().await;
    let made = |text: &str| URL_SAFE_NO_PAD.encode(text);
    let cursors = [
        made("f9223372036854775807.9223372036854775807"),
        made("b-9223372036854775808.-9223372036854775808"),
        made("f8210266876799999999.1"),
        made("f-62135596800000000.1"),
        made("f253402300799999999.0"),
        made("f1.'; DROP TABLE customers; --"),
        made("b0.\0"),
        made(&format!("f1.{}", "ż".repeat(10_000))),
        made(&format!("b1.{}", "%_\\".repeat(10_000))),
        "%00".into(),
        "9223372036854775807".into(),
        "-9223372036854775808".into(),
        "-1".into(),
        "0".into(),
        "1e9".into(),
        "x".repeat(5_000),
    ];
    for (path, cursor) in lists(&app, talker) {
        for value in &cursors {
            ask(&client, &format!("{path}{cursor}={value}")).await.assert_status(200);
        }
    }
    assert_eq!(app.number("SELECT count(*) FROM customers"), MANY + 1);
}

/// Before everything and after everything, as far as a cursor reaches.
#[actix_web::test]
async fn very_deep_pages_come_as_quickly_as_the_first() {
    let (app, client, talker) = crowd().await;
    let at = |text: &str| UtcTime::from(text.parse::<chrono::DateTime<chrono::Utc>>().expect("a moment"));
    let mut cursors = vec![];
    for back in [false, true] {
        for (moment, id) in
            [("0001-01-02T00:00:00Z", i64::MIN), ("9999-12-31T00:00:00Z", i64::MAX), ("2026-01-05T09:00:00Z", 2)]
        {
            cursors.push(Cursor { at: at(moment), id, back }.encode());
        }
        for (name, id) in [("", i64::MIN), ("person 399", 2), ("\u{10ffff}\u{10ffff}", i64::MAX)] {
            cursors.push(NameCursor { name: name.into(), id, back }.encode());
        }
    }
    for (path, cursor) in lists(&app, talker) {
        for value in &cursors {
            ask(&client, &format!("{path}{cursor}={value}")).await.assert_status(200);
        }
    }
}

/// Up to some 60 KB a query is read, and what no field takes is cut or told; what is longer is refused.
#[actix_web::test]
async fn very_long_queries_are_cut_or_refused() {
    let (app, client, talker) = crowd().await;
    let names = [
        "q",
        "name",
        "search",
        "find",
        "customer",
        "customer_id",
        "id",
        "tag",
        "period",
        "from",
        "at",
        "before",
        "back",
        "typed",
    ];
    for (path, _) in lists(&app, talker) {
        for name in names {
            for long in ["x".repeat(60_000), "%F0%9F%98%80".repeat(300)] {
                ask(&client, &format!("{path}{name}={long}")).await;
            }
        }
        for (piece, count) in [("x", 3_000), ("%D0%96", 600), ("%25_", 800)] {
            let all = names.map(|name| format!("{name}={}", piece.repeat(count))).join("&");
            ask(&client, &format!("{path}{all}")).await;
        }
        ask(&client, &format!("{path}{}", "a=b&".repeat(15_000))).await;
    }
    for bytes in [66_000, 120_000, 140_000, 1_000_000] {
        let said = refusal_of(&app, bytes).await;
        assert!(said.is_empty() || said.starts_with("HTTP/1.1 4"), "{bytes}: {said}");
        ask(&client, "/customers").await.assert_status(200);
    }
}

/// The beginning of what comes back for an address of so many bytes; nothing if the connection was closed meanwhile.
async fn refusal_of(app: &TestApp, bytes: usize) -> String {
    let mut socket = TcpStream::connect(app.address).await.expect("connected");
    let head = format!("GET /customers?q={} HTTP/1.1\r\nHost: {}\r\n\r\n", "x".repeat(bytes), app.address);
    // Whoever refuses need not read to the end.
    let _ = socket.write_all(head.as_bytes()).await;
    let mut said = [0; 32];
    let read =
        tokio::time::timeout(Duration::from_secs(10), socket.read(&mut said)).await.expect("an answer or an end");
    String::from_utf8_lossy(&said[..read.unwrap_or(0)]).into_owned()
}

/// The same for programs: at most a hundred messages or events, and a refusal in JSON.
#[actix_web::test]
async fn programs_get_a_hundred_at_a_time() {
    let (app, program) = app_api::desk().await;
    let id = app_api::customer_with_messages(&app, &program, 3 * MESSAGES).await;
    app.execute(&format!(
        "INSERT INTO app_events (channel_id, customer_id, kind, payload, created_at) \
         SELECT channel_id, customer_id, 'message', '{{}}', created_at FROM messages WHERE customer_id = {id}"
    ));
    for path in [format!("{}/messages", app_api::ANNA), "/api/v1/events".into()] {
        for asked in [
            "",
            "limit=1000000&size=1000000&page=-1",
            "after=0",
            "after=-9223372036854775808",
            "after=9223372036854775807",
            "before=9223372036854775807",
            "before=-9223372036854775808",
            "after=99999999999999999999",
            "after=1e9",
            "after=%00",
            "after=1&after=2",
            &format!("after={}", "9".repeat(50_000)),
            &format!("x={}", "y".repeat(60_000)),
        ] {
            let page = ask(&program, &format!("{path}?{asked}")).await;
            let json = page.json();
            if page.status == 200 {
                let found = json["messages"].as_array().or(json["events"].as_array()).expect("a list");
                assert!(found.len() <= MESSAGES, "{path}?{asked}: {}", found.len());
            } else {
                assert!(json["error"]["message"].is_string(), "{path}?{asked}: {}", page.text);
            }
        }
        assert_eq!(ask(&program, &format!("{path}?after=0")).await.json()["more"], true, "{path}");
    }
}
