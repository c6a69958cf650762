//! The same for the public side of the web chat: looks, cursors, messages, forms and files that no panel of ours sends.
//! The answer says what is wrong, in JSON with a sentence for people, or is one of the usual size.

use reqwest::Method;
use reqwest::multipart::Part;
use serde_json::{Value, json};

use crate::oversized::{ask, judged};
use crate::support::{Page, TestApp, spawn_app};
use crate::webchat::{self, KEY, Panel, message, new_uuid};

/// Messages of one look.
const LOOK: usize = 40;
/// Messages of the visitor's history: more than two looks.
const MANY: i64 = 100;

/// A visitor with a long history.
async fn talker(app: &TestApp) -> Panel {
    webchat::channel(app, r#"{"ask_name":"optional","ask_email":"required","ask_phone":"optional"}"#);
    let panel = webchat::visit(app, json!({})).await;
    panel.send(message(&new_uuid(), "first").text("email", "a@example.com")).await.assert_status(200);
    let numbers = if app.is_sqlite() {
        format!("WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < {MANY}) SELECT i FROM n")
    } else {
        format!("SELECT i FROM generate_series(1, {MANY}) AS s (i)")
    };
    app.execute(&format!(
        "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, body, created_at) \
         SELECT m.customer_id, m.conversation_id, m.channel_id, 'customer', 'message ' || n.i, m.created_at \
         FROM messages m CROSS JOIN ({numbers}) AS n WHERE m.kind = 'customer'"
    ));
    panel
}

/// Fails unless a refusal says why.
fn assert_told(what: &str, page: &Page) {
    if page.status.is_client_error() {
        let words = page.json()["error"]["message"].as_str().map(str::to_owned);
        assert!(words.is_some_and(|words| words.len() > 5), "{what:.120}: {}", page.text);
    }
}

/// Short queries and long ones, tampered cursors, both directions at once.
#[actix_web::test]
async fn a_look_has_its_size_whatever_is_asked() {
    let app = spawn_app().await;
    let panel = talker(&app).await;
    for asked in [
        "",
        "limit=1000000&size=1000000&per_page=1000000&count=-1&page=-1",
        "after=0",
        "after=-9223372036854775808",
        "after=9223372036854775807",
        "before=9223372036854775807",
        "before=-9223372036854775808",
        "before=0&after=0",
        "after=99999999999999999999",
        "before=-99999999999999999999",
        "after=1e9",
        "after=",
        "after=%00",
        "after=1'; DROP TABLE messages; --",
        "after=1&after=2",
        &format!("after={}", "9".repeat(50_000)),
        &format!("before={}", "%D0%96".repeat(9_000)),
        &format!("x={}", "y".repeat(60_000)),
        &"a=b&".repeat(15_000),
    ] {
        let path = format!("/chat/{KEY}/messages?{asked}");
        let page = ask(&panel.http, &path).await;
        assert_told(&path, &page);
        if page.status == 200 {
            let found = page.json()["messages"].as_array().expect("a list").len();
            assert!(found <= LOOK, "{path:.120}: {found}");
        }
    }
    let page = ask(&panel.http, &format!("/chat/{KEY}/messages?before=9223372036854775807")).await.json();
    assert_eq!((page["messages"].as_array().map(Vec::len), &page["more"]), (Some(LOOK), &json!(true)));
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), MANY + 1);
}

/// Keys, languages, passes and numbers of files in the address.
#[actix_web::test]
async fn addresses_that_were_tampered_with_do_no_harm() {
    let app = spawn_app().await;
    let panel = talker(&app).await;
    let long = "x".repeat(50_000);
    for key in ["%00", "%FF%FE", "..%2F..%2Fsecret", "'%20OR%201=1", &long, &"%D0%96".repeat(5_000)] {
        for what in ["look", "frame", "messages", "events", "files/1"] {
            let page = ask(&panel.http, &format!("/chat/{key}/{what}")).await;
            assert!(page.status.is_client_error(), "{key:.20}/{what}: {}", page.status);
        }
    }
    let half = "x".repeat(25_000);
    for words in [format!("lang={half}&theme={half}"), "lang=%D0&theme=%00".into(), "lang=ж".into()] {
        ask(&panel.http, &format!("/chat/{KEY}/frame?{words}")).await.assert_status(200);
        ask(&panel.http, &format!("/chat/{KEY}/look?{words}")).await.assert_status(200);
    }
    for file in ["0", "-1", "9223372036854775807", "99999999999999999999", "1e9", "%00"] {
        for pass in ["", "%00", "a-1-99999", &long] {
            let path = format!("/chat/{KEY}/files/{file}?pass={pass}");
            ask(&panel.http, &path).await.assert_status(404);
        }
    }
}

/// What the panel says in JSON.
#[actix_web::test]
async fn calls_of_the_panel_that_do_not_fit_are_refused() {
    let app = spawn_app().await;
    let panel = talker(&app).await;
    let (long, deep) = ("x".repeat(50_000), format!("{}1{}", "[".repeat(100_000), "]".repeat(100_000)));
    let huge = "x".repeat(300 * 1024);
    let numbers = ["-1", "0", "9223372036854775807", "-9223372036854775808", "99999999999999999999", "1e400", "null"];
    let mut calls: Vec<(&str, String)> = vec![];
    for number in numbers {
        calls.push(("read", format!(r#"{{"up_to":{number}}}"#)));
        calls.push(("rating", format!(r#"{{"conversation":{number},"rating":5}}"#)));
        calls.push(("rating", format!(r#"{{"conversation":1,"rating":{number}}}"#)));
        calls.push(("typing", format!(r#"{{"typing":{number}}}"#)));
    }
    for text in [long.as_str(), &huge, "\\u0000", "\\ud800"] {
        calls.push(("session", format!(r#"{{"token":"{text}"}}"#)));
        calls.push(("session", format!(r#"{{"external_id":"{text}","hmac":"{text}"}}"#)));
        calls.push(("rating", format!(r#"{{"conversation":1,"rating":5,"comment":"{text}"}}"#)));
    }
    for what in ["session", "read", "typing", "rating"] {
        calls.push((what, deep.clone()));
        calls.push((what, String::new()));
        calls.push((what, r#"{"up_to":1,"up_to":2,"typing":true,"typing":false}"#.into()));
    }
    for (what, body) in calls {
        let request = panel.http.request(Method::POST, &format!("/chat/{KEY}/{what}"));
        let request = request.header("Content-Type", "application/json").body(body.clone());
        let told = format!("{what} {body}");
        assert_told(&told, &judged(&told, panel.http.page(request)).await);
    }
    let newest = app.number("SELECT max(id) FROM messages");
    assert!(app.number("SELECT read_message_id FROM channel_accounts") <= newest, "nobody reads what is yet to come");
    assert_eq!(app.number("SELECT count(*) FROM conversations WHERE rating IS NOT NULL"), 0);
}

/// A message's form: each field too long, too many of them, files of every wrong kind, and bodies that are no form.
#[actix_web::test]
async fn messages_that_do_not_fit_are_refused_at_their_field() {
    let app = spawn_app().await;
    let panel = talker(&app).await;
    let long = "ж".repeat(30_000);
    let before = app.number("SELECT count(*) FROM messages");
    let file = |name: &str| Part::bytes(b"a".to_vec()).file_name(name.to_owned());
    let say = |text: &str| message(&new_uuid(), text);
    for (form, field) in [
        (say(&"x".repeat(10_001)), "text"),
        (say(&"\u{1f600}".repeat(10_001)), "text"),
        (say("\0\u{202e}"), "text"),
        (message(&long, "Hi"), "client_uuid"),
        (message("\0", "Hi"), "client_uuid"),
    ] {
        let refused = judged(field, panel.send(form)).await;
        refused.assert_status(422);
        assert_eq!(refused.json()["error"]["field"], field, "{}", refused.text);
    }
    let many = |count: usize| (0..count).fold(say("Hi"), |form, n| form.text(format!("field {n}"), "x"));
    let files = |count: usize| (0..count).fold(say("Hi"), |form, n| form.part("file", file(&format!("{n}.txt"))));
    for (form, status) in [
        (say(&"x".repeat(300 * 1024)), 413),
        (many(200), 400),
        (files(11), 422),
        (say("Hi").part("text", Part::bytes(vec![0xff, 0xfe])), 400),
    ] {
        let refused = judged("a form", panel.send(form)).await;
        refused.assert_status(status);
        assert_told("a form", &refused);
    }
    for (kind, body) in [
        (
            "multipart/form-data; boundary=x",
            "--x\r\nContent-Disposition: form-data; name=\"text\"\r\n\r\nHi".to_owned(),
        ),
        ("multipart/form-data; boundary=x", "-".repeat(200_000)),
        ("multipart/form-data", "--x--".into()),
        ("multipart/form-data; boundary=x", format!("--x\r\n{}: y\r\n\r\n--x--", "h".repeat(100_000))),
        ("application/x-www-form-urlencoded", "text=Hi".into()),
        ("application/json", "{}".into()),
    ] {
        let request = panel.http.request(Method::POST, &format!("/chat/{KEY}/messages"));
        let request = request.header("Content-Type", kind).body(body);
        let refused = judged(kind, panel.http.page(request)).await;
        assert!(refused.status.is_client_error(), "{kind}: {}", refused.status);
        assert_told(kind, &refused);
    }
    assert_eq!(app.number("SELECT count(*) FROM messages"), before);

    // What is merely told along is cut, or left out; the message goes through.
    let along = say("Hi").text("page", format!("https://shop.example/{long}")).text("referrer", long.clone());
    judged("along", panel.send(along.text("name", long.clone()).text("email", long.clone()))).await.assert_status(200);
    let named = say("Look").part("file", file(&format!("{}.txt", "x".repeat(5_000))));
    judged("a file", panel.send(named)).await.assert_status(200);
    let nul = judged("NUL", panel.send(say("a\0b").text("name", "\0").text("phone", "\0"))).await;
    nul.assert_status(200);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), MANY + 4);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE body = 'ab'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
}

/// The form before the chat: nobody becomes a customer by what does not fit.
#[actix_web::test]
async fn the_form_before_the_chat_takes_nothing_too_long() {
    let app = spawn_app().await;
    webchat::channel(&app, r#"{"ask_name":"required","ask_email":"required","ask_phone":"required"}"#);
    let panel = webchat::visit(&app, json!({})).await;
    let fits = [("name", "Анна"), ("email", "a@example.com"), ("phone", "+79017880795")];
    let long = [
        ("name", "ж".repeat(60_000)),
        ("email", format!("{}@b.de", "x".repeat(60_000))),
        ("phone", "1".repeat(60_000)),
    ];
    for (field, value) in &long {
        let form = fits.iter().fold(message(&new_uuid(), "Hi"), |form, (name, typed)| {
            form.text(*name, if name == field { value.clone() } else { (*typed).to_owned() })
        });
        let refused = judged(field, panel.send(form)).await;
        refused.assert_status(422);
        assert_eq!(refused.json()["error"]["field"], Value::from(*field), "{}", refused.text);
    }
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    let form = fits.iter().fold(message(&new_uuid(), "Hi"), |form, (name, typed)| form.text(*name, *typed));
    judged("fits", panel.send(form)).await.assert_status(200);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
}
