//! The API of app channels, as a company's program uses it.

use chrono::Datelike;
use chrono_tz::Tz;
use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::app_events::{self, Matter};
use switchboard::auth::sessions::hash_key;
use switchboard::db::types::{AccountId, ChannelId, ConversationId, CustomerId, StaffId, UtcTime};
use switchboard::messages::{self, MessageKind, NewMessage};
use switchboard::reports;
use switchboard::secrets::Secrets;
use switchboard::web::times::Clock;
use uuid::Uuid;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::support::desk::{Letter, Person};
use crate::support::{ADMIN, Client, OPERATOR, Page, SUPERVISOR, TestApp, eventually, spawn_app, spawn_app_with};

const TOKEN: &str = "token-of-the-app";
const SECRET: &str = "webhook secret";
pub const ANNA: &str = "/api/v1/customers/u-1";

fn channel(app: &TestApp, name: &str, token: &str, settings: &str) {
    let sealed = Secrets::load(&app.data().join("secret.key")).unwrap().seal(SECRET).unwrap();
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, secret, settings, created_at) \
         VALUES ('app', '{name}', '{name}', TRUE, '{sealed}', '{settings}', '2026-01-05 09:00:00')"
    ));
    app.execute(&format!(
        "INSERT INTO api_tokens (channel_id, name, token_hash, created_at) \
         SELECT id, 'server', '{}', '2026-01-05 09:00:00' FROM channels WHERE name = '{name}'",
        hash_key(token)
    ));
}

fn program(app: &TestApp, token: &str) -> Client {
    app.anonymous().with_header("authorization", &format!("Bearer {token}"))
}

async fn send(program: &Client, way: Method, path: &str, body: Value) -> Page {
    program.page(program.request(way, path).json(&body)).await
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("no JSON: {}", page.text))
}

fn message(text: &str) -> Value {
    json!({"client_uuid": Uuid::new_v4().to_string(), "text": text, "something": "newer"})
}

/// A desk with an app's channel, and the app.
pub async fn desk() -> (TestApp, Client) {
    let app = spawn_app().await;
    channel(&app, "app", TOKEN, "{}");
    let program = program(&app, TOKEN);
    (app, program)
}

/// Somebody of the app with so many messages and one more; returns their number.
pub async fn customer_with_messages(app: &TestApp, program: &Client, count: usize) -> i64 {
    send(program, Method::PUT, ANNA, json!({"name": "Anna"})).await.assert_status(200);
    send(program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    let rows = (0..count).map(|_| {
        "SELECT customer_id, conversation_id, channel_id, kind, body, created_at FROM messages WHERE id = \
         (SELECT min(id) FROM messages WHERE kind = 'customer')"
    });
    let into = "customer_id, conversation_id, channel_id, kind, body, created_at";
    app.execute(&format!("INSERT INTO messages ({into}) {}", rows.collect::<Vec<_>>().join(" UNION ALL ")));
    app.number("SELECT max(id) FROM customers")
}

/// An answer and a comment of staff, as the message store takes them.
fn staff_says(app: &TestApp, kind: &str, text: &str) {
    let author = app.staff_id(OPERATOR);
    app.execute(&format!(
        "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, author_id, body, created_at) \
         SELECT customer_id, id, channel_id, '{kind}', {author}, '{text}', '2026-01-05 10:00:00' FROM conversations"
    ));
}

#[actix_web::test]
async fn a_program_needs_a_working_token() {
    let (app, program) = desk().await;
    app.anonymous().get(ANNA).await.assert_status(401);
    let stranger = app.anonymous().with_header("authorization", "Bearer nonsense");
    let refused = stranger.get(ANNA).await;
    refused.assert_status(401);
    assert_eq!(json_of(&refused)["error"]["code"], "unauthorized");
    program.get(ANNA).await.assert_status(404);
    assert_eq!(app.number("SELECT count(*) FROM api_tokens WHERE last_used_at IS NOT NULL"), 1);
    app.execute("UPDATE api_tokens SET revoked_at = created_at");
    program.get(ANNA).await.assert_status(401);
}

/// A token of a channel that is on pause is good: its program is told to come again, however often it asks, and its calls work
/// when the pause is over.
#[actix_web::test]
async fn a_pause_is_no_wrong_token() {
    let (app, program) = desk().await;
    app.execute("UPDATE channels SET enabled = FALSE");
    for _ in 0..100 {
        program.get(ANNA).await.assert_status(503);
    }
    let waits = program.get(ANNA).await;
    assert_eq!(json_of(&waits)["error"]["code"], "channel_paused");
    assert_eq!(waits.header("retry-after"), "60");
    app.execute("UPDATE channels SET enabled = TRUE");
    program.get(ANNA).await.assert_status(404);
}

/// A company's server speaks for all its users from one address: hundreds of calls at once are answered. Whoever tries tokens is
/// told to wait.
#[actix_web::test]
async fn a_token_has_a_limit_of_its_own() {
    let (app, program) = desk().await;
    send(&program, Method::PUT, ANNA, json!({"name": "Anna"})).await.assert_status(200);
    for _ in 0..400 {
        program.get(ANNA).await.assert_status(200);
    }
    let (stranger, mut waits) = (app.anonymous().with_header("authorization", "Bearer nonsense"), false);
    for _ in 0..2_000 {
        waits = stranger.get(ANNA).await.status.as_u16() == 429;
        if waits {
            break;
        }
    }
    assert!(waits, "whoever tries tokens is slowed down");
}

/// CONT-16, CONT-17, CUST-31: the app names its customers; nothing of a web visit is kept for them.
#[actix_web::test]
async fn an_app_keeps_its_customers_and_writes_for_them() {
    let (app, program) = desk().await;
    let made = send(&program, Method::PUT, ANNA, json!({"name": "Анна", "email": "a@example.com", "extra": [1]})).await;
    made.assert_status(200);
    let made = json_of(&made);
    assert_eq!((made["name"].as_str(), made["external_id"].as_str()), (Some("Анна"), Some("u-1")));
    let sent = message("Hello");
    let first = send(&program, Method::POST, &format!("{ANNA}/messages"), sent.clone()).await;
    first.assert_status(201);
    let again = send(&program, Method::POST, &format!("{ANNA}/messages"), sent).await;
    again.assert_status(200);
    assert_eq!(json_of(&first)["id"], json_of(&again)["id"]);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Анна"));
    assert_eq!(app.text("SELECT ip FROM conversations"), None);
    assert_eq!(json_of(&program.get(ANNA).await)["email"], "a@example.com");
    // Staff have named the person: the app's name no longer replaces theirs.
    app.execute("UPDATE customers SET name = 'Anna K.', name_edited = TRUE");
    send(&program, Method::PUT, ANNA, json!({"name": "Other"})).await.assert_status(200);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Anna K."));
}

/// Whoever names somebody's e-mail or phone in their profile of an app gets neither into that person's record nor hears anything
/// of it: not of another user of the same app, and not of somebody whom another channel brought. Staff see that they may be one.
#[actix_web::test]
async fn an_address_that_the_app_does_not_vouch_for_joins_nobody() {
    let (app, program) = desk().await;
    let of = |who: &str| format!("/api/v1/customers/{who}");
    let anna = json!({"name": "Anna", "email": "anna@app.test", "phone": "+7 912 345 67 89", "verified": true});
    send(&program, Method::PUT, &of("u-anna"), anna).await.assert_status(200);
    app.customer(Person { email: "mail@desk.test", ..Person::named("Maria") });
    for (who, email) in [("mallory", "anna@app.test"), ("eve", "mail@desk.test")] {
        let put = send(&program, Method::PUT, &of(who), json!({"name": "Mallory", "email": email})).await;
        put.assert_status(200).assert_silent_about("345 67");
        let got = json_of(&put);
        assert_eq!((&got["external_id"], &got["phone"]), (&json!(who), &Value::Null));
        let id = got["id"].as_i64().unwrap();
        assert_eq!(app.text(&format!("SELECT email FROM customers WHERE id = {id}")), None, "it stays the other one's");
        send(&program, Method::POST, &format!("{}/messages", of(who)), message("Hello")).await.assert_status(201);
        let supervisor = app.sign_in(SUPERVISOR).await;
        let other = app.number(&format!("SELECT id FROM customers WHERE email = '{email}'"));
        let page = supervisor.get(&format!("/inbox/{id}")).await;
        page.assert_says("Perhaps the same person:").assert_has(&format!(".mini a[href='/customers/{other}']"));
    }
    assert_eq!(json_of(&program.get(&of("u-anna")).await)["name"], "Anna");
    assert_eq!(app.number("SELECT count(*) FROM customers"), 4);
    // Another message of theirs changes nothing of what they have said, and what staff know besides is not told.
    app.execute("UPDATE customers SET phone = '+79990001122', name = 'Known otherwise', name_edited = TRUE");
    let mallory = program.get(&of("mallory")).await;
    mallory.assert_silent_about("9990001122").assert_silent_about("otherwise");
    assert_eq!(json_of(&mallory)["email"], "anna@app.test");
}

/// The same the other way round: whoever has named a stranger's address first has not got it, and the stranger's own mail is a
/// customer of its own.
#[actix_web::test]
async fn nobody_joins_whoever_named_their_address_first() {
    let (app, program) = desk().await;
    let mallory = json!({"name": "Mallory", "email": "victim@shop.test", "phone": "+7 912 345 67 89"});
    let mallory = json_of(&send(&program, Method::PUT, ANNA, mallory).await)["id"].as_i64().unwrap();
    let reached = format!("SELECT COALESCE(email, phone) FROM customers WHERE id = {mallory}");
    assert_eq!(app.text(&reached), None);
    let mail = app.channel("email");
    let victim = Letter { channel: mail, address: "victim@shop.test", email: "victim@shop.test", ..Letter::default() };
    let victim = app.writes(victim).await;
    let phone = app.channel("whatsapp");
    let caller = Letter { channel: phone, address: "79123456789", phone: "+79123456789", ..Letter::default() };
    let caller = app.writes(caller).await;
    assert!(victim != mallory && caller != mallory, "{mallory}: {victim}, {caller}");
    let page = app.sign_in(SUPERVISOR).await.get(&format!("/inbox/{mallory}")).await;
    page.assert_says("Perhaps the same person:").assert_has(&format!(".mini a[href='/customers/{victim}']"));
}

/// What the app has made sure of leads to the customer whom another channel brought. They have the app's ID from then on, so
/// that the next channel with that ID finds the same person.
#[actix_web::test]
async fn an_address_that_the_app_vouches_for_finds_its_customer_and_gives_them_its_id() {
    let (app, program) = desk().await;
    let known = app.customer(Person { email: "anna@app.test", ..Person::named("Anna") });
    let said = json!({"name": "Anna", "email": "ANNA@app.test", "verified": true});
    assert_eq!(json_of(&send(&program, Method::PUT, ANNA, said).await)["id"], known);
    assert_eq!(app.text(&format!("SELECT external_id FROM customers WHERE id = {known}")).as_deref(), Some("u-1"));
    channel(&app, "other", "other token", "{}");
    let other = self::program(&app, "other token");
    assert_eq!(json_of(&send(&other, Method::PUT, ANNA, json!({"name": "Anna"})).await)["id"], known);
}

/// A new e-mail or phone takes the place of the one that the app said before; of what staff have written, nothing does.
#[actix_web::test]
async fn what_the_app_says_anew_takes_the_place_of_what_it_said_before() {
    let (app, program) = desk().await;
    let put = async |body: Value| json_of(&send(&program, Method::PUT, ANNA, body).await);
    put(json!({"name": "Anna", "email": "old@app.test", "phone": "+7 912 345 67 89", "verified": true})).await;
    let now = put(json!({"email": "new@app.test", "verified": true})).await;
    assert_eq!((&now["name"], &now["email"]), (&json!("Anna"), &json!("new@app.test")));
    assert_eq!(now["phone"], "+7 912 345 67 89", "what is left out stays");
    let kept = || (app.text("SELECT email FROM customers"), app.text("SELECT phone_digits FROM customers"));
    assert_eq!(kept(), (Some("new@app.test".into()), Some("79123456789".into())));
    put(json!({"phone": "+7 912 000 00 00", "verified": true})).await;
    app.execute("UPDATE customers SET email = 'staff@desk.test', email_folded = 'staff@desk.test'");
    put(json!({"email": "third@app.test", "verified": true})).await;
    assert_eq!(kept(), (Some("staff@desk.test".into()), Some("79120000000".into())));
    // What the app does not vouch for changes nothing of the record.
    let said = put(json!({"phone": "+7 912 111 11 11"})).await;
    assert_eq!(said["phone"], "+7 912 111 11 11");
    assert_eq!(kept(), (Some("staff@desk.test".into()), Some("79120000000".into())));
}

#[actix_web::test]
async fn what_does_not_fit_is_refused_with_its_reason() {
    let (app, program) = desk().await;
    let messages = format!("{ANNA}/messages");
    for (body, field) in [
        (json!({"client_uuid": "1", "text": "x"}), "client_uuid"),
        (json!({"client_uuid": Uuid::new_v4().to_string()}), "text"),
        (json!({"client_uuid": Uuid::new_v4().to_string(), "text": "x".repeat(10_001)}), "text"),
    ] {
        let refused = send(&program, Method::POST, &messages, body).await;
        refused.assert_status(422);
        assert_eq!(json_of(&refused)["error"]["field"], field, "{}", refused.text);
    }
    for body in [json!({"client_uuid": 5}), json!({"text": "no uuid"}), json!([1]), json!(null)] {
        let refused = send(&program, Method::POST, &messages, body).await;
        refused.assert_status(422);
        assert_eq!(json_of(&refused)["error"]["code"], "invalid");
    }
    let broken = program
        .page(program.request(Method::POST, &messages).header("content-type", "application/json").body("{"))
        .await;
    broken.assert_status(422);
    let email = send(&program, Method::PUT, ANNA, json!({"email": "nobody"})).await;
    assert_eq!(json_of(&email)["error"]["field"], "email");
    send(&program, Method::PUT, "/api/v1/customers/%0a", json!({})).await.assert_status(422);
    send(&program, Method::PUT, ANNA, json!({"name": 5})).await.assert_status(422);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
}

/// Comments, system messages and other channels' customers never leave.
#[actix_web::test]
async fn an_app_sees_what_was_said_to_its_customers_and_nothing_else() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    for kind in ["comment", "system", "command_result"] {
        staff_says(&app, kind, "secret");
    }
    staff_says(&app, "staff", "Good day");
    let seen = program.get(&format!("{ANNA}/messages")).await;
    seen.assert_silent_about("secret");
    let seen = json_of(&seen);
    let texts: Vec<&str> = seen["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap()).collect();
    assert_eq!(texts, ["Hello", "Good day"]);
    assert_eq!(seen["messages"][1]["author"]["name"], "Olga Operator");
    let first = seen["messages"][0]["id"].as_i64().unwrap();
    let after = json_of(&program.get(&format!("{ANNA}/messages?after={first}")).await);
    assert_eq!(after["messages"].as_array().unwrap().len(), 1);
    let id = app.number("SELECT id FROM conversations");
    let found = json_of(&program.get(&format!("{ANNA}/conversations")).await);
    assert_eq!(found["conversations"][0]["id"], id);
    channel(&app, "other", "other token", "{}");
    let other = self::program(&app, "other token");
    other.get(ANNA).await.assert_status(404);
    other.get(&format!("/api/v1/conversations/{id}")).await.assert_status(404);
    program.get(&format!("/api/v1/conversations/{id}")).await.assert_status(200);
}

#[actix_web::test]
async fn files_come_and_go_with_the_token() {
    let (app, program) = desk().await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".to_vec();
    let form = Form::new()
        .text("client_uuid", Uuid::new_v4().to_string())
        .part("file", Part::bytes(png.clone()).file_name("a.png"));
    program.post_multipart(&format!("{ANNA}/messages"), form).await.assert_status(201);
    let url = json_of(&program.get(&format!("{ANNA}/messages")).await)["messages"][0]["files"][0]["url"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(program.get(&url).await.bytes.as_ref(), png);
    app.anonymous().get(&url).await.assert_status(401);
    app.execute("UPDATE messages SET kind = 'comment' WHERE has_attachments");
    program.get(&url).await.assert_status(404);
    let big = Part::bytes(vec![0; 20 * 1024 * 1024 + 1]).file_name("big.bin");
    let form = Form::new().text("client_uuid", Uuid::new_v4().to_string()).part("file", big);
    program.post_multipart(&format!("{ANNA}/messages"), form).await.assert_status(413);
}

#[actix_web::test]
async fn reading_typing_and_rating_come_from_the_app_too() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    send(&program, Method::POST, &format!("{ANNA}/typing"), json!({"typing": true})).await.assert_status(204);
    send(&program, Method::POST, &format!("{ANNA}/read"), json!({"up_to": 99})).await.assert_status(204);
    assert_eq!(app.number("SELECT read_message_id FROM channel_accounts"), app.number("SELECT max(id) FROM messages"));
    let rating = format!("/api/v1/conversations/{}/rating", app.number("SELECT id FROM conversations"));
    send(&program, Method::POST, &rating, json!({"rating": 5})).await.assert_status(409);
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved'");
    send(&program, Method::POST, &rating, json!({"rating": 0})).await.assert_status(422);
    send(&program, Method::POST, &rating, json!({"rating": 5, "comment": "Good"})).await.assert_status(204);
    assert_eq!(app.number("SELECT rating FROM conversations"), 5);
}

/// A rating is said once in a log: by its line, with words and time; whoever hides such lines sees it where the conversation ends.
#[actix_web::test]
async fn a_rating_is_said_once() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    let (id, supervisor) = (app.number("SELECT id FROM conversations"), app.sign_in(SUPERVISOR).await);
    supervisor.post_form(&format!("/conversations/{id}/closure"), &[("reason", "solved")]).await.assert_status(303);
    let rated = json!({"rating": 4, "comment": "Quick"});
    send(&program, Method::POST, &format!("/api/v1/conversations/{id}/rating"), rated).await.assert_status(204);
    let log = format!("/inbox/{}", app.number("SELECT id FROM customers"));
    let page = supervisor.get(&log).await;
    page.assert_says("rated the conversation 4 of 5").assert_says("Quick").assert_lacks(".log .rate");
    let shown = [("bot", "1"), ("comment", "1"), ("command", "1")];
    supervisor.post_form("/inbox/display", &shown).await.assert_status(303);
    let page = supervisor.get(&log).await;
    assert_eq!(page.count(".log .convo .rate"), 1);
    page.assert_silent_about("rated the conversation");
}

/// The last rating counts, and however often somebody rates, staff read one line of it until something else is said.
#[actix_web::test]
async fn a_rating_takes_the_place_of_the_one_before() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved'");
    let rating = format!("/api/v1/conversations/{}/rating", app.number("SELECT id FROM conversations"));
    let told = || app.number("SELECT count(*) FROM messages WHERE event LIKE '%stars%'");
    for stars in [1, 1, 5, 2, 2] {
        send(&program, Method::POST, &rating, json!({"rating": stars, "comment": "Hm"})).await.assert_status(204);
        assert_eq!((app.number("SELECT rating FROM conversations"), told()), (stars, 1));
    }
    let last = app.text("SELECT event FROM messages WHERE event LIKE '%stars%'").unwrap();
    assert!(last.contains("\"stars\":2"), "{last}");
    staff_says(&app, "comment", "They changed their mind twice");
    send(&program, Method::POST, &rating, json!({"rating": 4, "comment": "Hm"})).await.assert_status(204);
    assert_eq!((app.number("SELECT rating FROM conversations"), told()), (4, 2));
}

/// The last rating counts in reports, too: the day on which the one before was counted loses it, and nothing else.
#[actix_web::test]
async fn a_changed_rating_counts_once_in_reports() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    let rating = format!("/api/v1/conversations/{}/rating", app.number("SELECT id FROM conversations"));
    // A Monday two weeks ago at least, so that its week is counted as well.
    let monday = Clock::now(Tz::UTC).today() - chrono::Duration::days(21);
    let monday = monday - chrono::Duration::days(i64::from(monday.weekday().num_days_from_monday()));
    let then = format!("'{monday} 10:00:00'");
    app.execute(&format!(
        "UPDATE conversations SET opened_at = {then}, status = 'closed', closed_at = {then}, close_reason = 'solved'"
    ));
    send(&program, Method::POST, &rating, json!({"rating": 2})).await.assert_status(204);
    app.execute(&format!("UPDATE conversations SET rated_at = {then}"));
    reports::count_days(&app.db, Clock::now(Tz::UTC)).await.unwrap();
    let sum = |column: &str| app.number(&format!("SELECT CAST(SUM({column}) AS BIGINT) FROM report_days"));
    // By channel and operator, by each, and in all; of the day and of its week.
    assert_eq!((sum("closed"), sum("rated"), sum("stars")), (8, 8, 16));
    send(&program, Method::POST, &rating, json!({"rating": 5})).await.assert_status(204);
    assert_eq!((sum("closed"), sum("rated"), sum("stars")), (8, 0, 0));
    // Once more on the same day: that one is not counted yet.
    send(&program, Method::POST, &rating, json!({"rating": 4})).await.assert_status(204);
    assert_eq!((sum("rated"), sum("stars")), (0, 0));
}

/// Two people of one family have one customer and an account each: what one of them writes while blocked the other does not
/// read, and to neither anything tells that they are blocked.
#[actix_web::test]
async fn each_account_sees_its_own_and_no_block() {
    let (app, program) = desk().await;
    let of = |who: &str| format!("/api/v1/customers/{who}");
    let (anna, boris) = (of("u-anna"), of("u-boris"));
    for person in [&anna, &boris] {
        send(&program, Method::PUT, person, json!({"name": "Family", "email": "us@example.com", "verified": true}))
            .await
            .assert_status(200);
        send(&program, Method::POST, &format!("{person}/messages"), message("Hello")).await.assert_status(201);
    }
    assert_eq!(
        (app.number("SELECT count(*) FROM customers"), app.number("SELECT count(*) FROM channel_accounts")),
        (1, 2)
    );
    let customer = app.number("SELECT id FROM customers");
    let supervisor = app.sign_in(SUPERVISOR).await;
    supervisor.post_form(&format!("/customers/{customer}/block"), &[("reason", "Rude")]).await.assert_status(303);
    tokio::time::sleep(std::time::Duration::from_millis(20)).await;
    send(&program, Method::POST, &format!("{anna}/messages"), message("What Anna goes on to say"))
        .await
        .assert_status(201);
    program.get(&format!("{anna}/messages")).await.assert_says("What Anna goes on to say");
    program.get(&format!("{boris}/messages")).await.assert_silent_about("Anna");
    let list =
        async |person: &str| json_of(&program.get(&format!("{person}/conversations")).await)["conversations"].clone();
    let (hers, his) = (list(&anna).await, list(&boris).await);
    assert_eq!((&hers[0]["open"], &his[0]["open"]), (&json!(true), &json!(false)), "{hers} {his}");
    let alone = json_of(&program.get(&format!("/api/v1/conversations/{}", hers[0]["id"])).await);
    assert_eq!(alone, hers[0]);
}

/// An answer is written with its event; the event is pushed signed, again after a failure, and can be polled.
#[actix_web::test]
async fn answers_are_pushed_signed_and_again_after_a_failure() {
    let app = spawn_app_with(|config| config.allow_private_webhooks = true).await;
    let receiver = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/hook"))
        .respond_with(ResponseTemplate::new(500))
        .up_to_n_times(1)
        .mount(&receiver)
        .await;
    Mock::given(method("POST")).and(path("/hook")).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
    channel(&app, "app", TOKEN, &json!({"webhook_url": format!("{}/hook", receiver.uri())}).to_string());
    let program = program(&app, TOKEN);
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    answer(&app, "Good day").await;
    let pushed = eventually("two pushes", async || {
        let requests = receiver.received_requests().await.unwrap();
        (requests.len() >= 2).then_some(requests)
    })
    .await;
    let last = pushed.last().unwrap();
    let header = |name: &str| last.headers[name].to_str().unwrap().to_owned();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(SECRET.as_bytes()).unwrap();
    mac.update(format!("{}.", header("switchboard-timestamp")).as_bytes());
    mac.update(&last.body);
    assert_eq!(header("switchboard-signature"), format!("v1={}", hex::encode(mac.finalize().into_bytes())));
    let event: Value = serde_json::from_slice(&last.body).unwrap();
    assert_eq!(event["kind"], "message.created");
    assert_eq!(event["data"]["message"]["text"], "Good day");
    assert_eq!(event["data"]["customer"]["external_id"], "u-1");
    let polled = json_of(&program.get("/api/v1/events?after=0").await);
    assert_eq!(polled["events"], json!([event]));
    let none = json_of(&program.get(&format!("/api/v1/events?after={}", event["id"])).await);
    assert_eq!(none["events"], json!([]));
    eventually("the health line", async || {
        (app.number("SELECT count(*) FROM channels WHERE last_success_at > last_error_at") == 1).then_some(())
    })
    .await;
}

/// What is said while the channel is on pause reaches the webhook when the pause is over.
#[actix_web::test]
async fn what_is_said_during_a_pause_is_pushed_after_it() {
    let app = spawn_app_with(|config| config.allow_private_webhooks = true).await;
    let receiver = MockServer::start().await;
    Mock::given(method("POST")).and(path("/hook")).respond_with(ResponseTemplate::new(200)).mount(&receiver).await;
    channel(&app, "app", TOKEN, &json!({"webhook_url": format!("{}/hook", receiver.uri())}).to_string());
    let program = program(&app, TOKEN);
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    let (admin, id) = (app.sign_in(ADMIN).await, app.number("SELECT id FROM channels"));
    admin.post_form(&format!("/settings/channels/{id}/pause"), &[]).await.assert_status(303);
    answer(&app, "Good day").await;
    let waits = "SELECT count(*) FROM app_events WHERE waits";
    eventually("it waits", async || (app.number(waits) == 1).then_some(())).await;
    assert_eq!(receiver.received_requests().await.unwrap().len(), 0);
    admin.post_form(&format!("/settings/channels/{id}/enable"), &[]).await.assert_status(303);
    let pushed = eventually("it is pushed", async || receiver.received_requests().await.unwrap().pop()).await;
    let event: Value = serde_json::from_slice(&pushed.body).unwrap();
    assert_eq!(event["data"]["message"]["text"], "Good day");
    assert_eq!(app.number(waits), 0);
}

/// The app hears once that a conversation has ended, whatever ended it, and not why.
#[actix_web::test]
async fn the_end_of_a_conversation_is_told_without_its_reason() {
    let (app, program) = desk().await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let newest = || app.number("SELECT max(id) FROM conversations");
    let events = async || json_of(&program.get("/api/v1/events").await)["events"].as_array().unwrap().clone();

    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    let (first, customer) = (newest(), app.number("SELECT id FROM customers"));
    let fields = [("reason", "spam"), ("note", "Do not answer again")];
    supervisor.post_form(&format!("/conversations/{first}/closure"), &fields).await.assert_status(303);
    supervisor.post_form(&format!("/conversations/{first}/closure"), &fields).await.assert_status(409);
    let told = events().await;
    assert_eq!(told.len(), 1, "{told:?}");
    assert_eq!(told[0]["kind"], "conversation.closed");
    let ended = |id: i64| json!({"conversation": {"id": id, "open": false}, "customer": {"id": customer, "external_id": "u-1"}});
    assert_eq!(told[0]["data"], ended(first));

    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello?")).await.assert_status(201);
    let second = newest();
    assert_ne!(second, first);
    let block = format!("/customers/{customer}/block");
    supervisor.post_form(&block, &[("reason", "Rude words")]).await.assert_status(303);
    let told = events().await;
    assert_eq!(told.len(), 2, "{told:?}");
    assert_eq!((&told[1]["kind"], &told[1]["data"]), (&json!("conversation.closed"), &ended(second)));
    let found = program.get(&format!("/api/v1/conversations/{second}")).await;
    assert_eq!(json_of(&found)["open"], false);
    found.assert_silent_about("block").assert_silent_about("Rude");
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Why?")).await.assert_status(201);
    assert_eq!((newest(), events().await.len()), (second, 2), "what a blocked customer writes opens and tells nothing");
}

/// PRODUCT, section 5: the button "Test connection" posts a signed `ping` to the webhook, says what came back and notes it in the
/// health line; apps that poll do not see it. The address is asked for when the app is connected.
#[actix_web::test]
async fn an_admin_tries_the_webhook() {
    let app = spawn_app_with(|config| config.allow_private_webhooks = true).await;
    let receiver = MockServer::start().await;
    let answers = |status: u16, body: &str| {
        let answer = ResponseTemplate::new(status).set_body_string(body);
        Mock::given(method("POST")).and(path("/hook")).respond_with(answer).up_to_n_times(1).mount(&receiver)
    };
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/app").await;
    let hook = format!("{}/hook", receiver.uri());
    admin.submit(&form, "#new-channel", &[("name", "Shop"), ("webhook_url", "hook")]).await.assert_status(422);
    let shown = admin.submit(&form, "#new-channel", &[("name", "Shop"), ("webhook_url", &hook)]).await;
    let secret = shown.assert_status(200).attribute("#shown-value", "value");
    let url = format!("/settings/channels/{}", app.number("SELECT id FROM channels"));
    assert_eq!(shown.attribute("#webhook_url", "value"), hook);
    answers(200, "pong, thanks").await;
    let good = admin.post_form(&format!("{url}/test"), &[]).await;
    good.assert_status(200).assert_says("The connection works: 200 OK: pong, thanks");
    let request = receiver.received_requests().await.unwrap().pop().unwrap();
    let event: Value = serde_json::from_slice(&request.body).unwrap();
    assert_eq!((&event["kind"], &event["id"], &event["data"]), (&json!("ping"), &json!(0), &json!({})));
    let header = |name: &str| request.headers[name].to_str().unwrap().to_owned();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.", header("switchboard-timestamp")).as_bytes());
    mac.update(&request.body);
    assert_eq!(header("switchboard-signature"), format!("v1={}", hex::encode(mac.finalize().into_bytes())));
    answers(500, "<h1>Out of order</h1>").await;
    let bad = admin.post_form(&format!("{url}/test"), &[]).await;
    bad.assert_says("500 Internal Server Error: <h1>Out of order</h1>");
    assert!(app.text("SELECT last_error FROM channels").unwrap().contains("Out of order"));
    assert_eq!(app.number("SELECT count(*) FROM app_events"), 0);
    // Without an address there is nothing to try.
    let page = admin.get(&url).await;
    admin.submit(&page, "#channel", &[("webhook_url", "")]).await.assert_status(303);
    admin.get(&url).await.assert_lacks("#test");
}

#[actix_web::test]
async fn a_webhook_reaches_no_private_address() {
    let app = spawn_app().await;
    let receiver = MockServer::start().await;
    let by_name = receiver.uri().replace("127.0.0.1", "localhost");
    channel(&app, "app", TOKEN, &json!({"webhook_url": format!("{by_name}/hook")}).to_string());
    let program = program(&app, TOKEN);
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    answer(&app, "Good day").await;
    let told =
        eventually("the refusal", async || app.text("SELECT last_error FROM channels WHERE last_error IS NOT NULL"))
            .await;
    assert!(told.contains("private addresses"), "{told}");
    assert!(receiver.received_requests().await.unwrap().is_empty());
}

/// Every route of the API is described, with its method.
#[actix_web::test]
async fn the_document_describes_every_route() {
    let (app, _) = desk().await;
    let document = json_of(&app.anonymous().get("/api/v1/openapi.json").await);
    for entry in switchboard::web::routes::TABLE.iter().filter(|entry| entry.path.starts_with("/api/v1/")) {
        if entry.path.ends_with("openapi.json") {
            continue;
        }
        let found = &document["paths"][entry.path][entry.method.to_lowercase()];
        assert!(found.is_object(), "{} {}", entry.method, entry.path);
    }
}

/// The document says what every route may answer, what may be sent as a form, what events tell, and how the webhook is signed;
/// what is refused is said for whoever wrote the program.
#[actix_web::test]
async fn the_document_describes_refusals_events_and_the_webhook() {
    let (app, program) = desk().await;
    let document = json_of(&program.get("/api/v1/openapi.json").await);
    for (path, methods) in document["paths"].as_object().unwrap() {
        for (method, operation) in methods.as_object().unwrap() {
            for status in ["400", "401", "429", "503"] {
                let refusal = &operation["responses"][status]["content"]["application/json"]["schema"]["$ref"];
                assert_eq!(refusal, "#/components/schemas/Problem", "{method} {path} {status}");
            }
        }
    }
    let of = |path: &str| &document["paths"][format!("/api/v1/customers/{{external_id}}{path}")];
    let forms = &of("/messages")["post"]["requestBody"]["content"];
    for kind in ["application/json", "multipart/form-data"] {
        assert!(forms[kind]["schema"]["$ref"].is_string(), "{kind}: {forms}");
    }
    for (path, method, status) in [("", "put", "413"), ("/typing", "post", "422"), ("/read", "post", "422")] {
        assert!(of(path)[method]["responses"][status].is_object(), "{method} {path} {status}");
    }
    let pushed = &document["webhooks"]["event"]["post"];
    assert_eq!(pushed["requestBody"]["content"]["application/json"]["schema"]["$ref"], "#/components/schemas/Event");
    let headers: Vec<&str> =
        pushed["parameters"].as_array().unwrap().iter().map(|header| header["name"].as_str().unwrap()).collect();
    assert_eq!(headers, ["Switchboard-Event", "Switchboard-Timestamp", "Switchboard-Signature"]);
    // Whatever is named is there.
    let named: Vec<String> = document.to_string().split("#/components/schemas/").skip(1).map(name_of).collect();
    for name in named {
        assert!(document["components"]["schemas"][&name].is_object(), "{name}");
    }
    let unread = program.get("/api/v1/events?after=abc").await;
    unread.assert_status(400);
    let said = json_of(&unread)["error"]["message"].as_str().unwrap().to_owned();
    assert!(said.contains("invalid digit") && !said.contains("Reload"), "{said}");
    let stranger = app.anonymous().get(ANNA).await;
    assert!(stranger.text.contains("Authorization: Bearer"), "{}", stranger.text);
}

fn name_of(rest: &str) -> String {
    rest.chars().take_while(char::is_ascii_alphanumeric).collect()
}

/// Events are kept for thirty days; what waits for the end of a pause stays.
#[actix_web::test]
async fn old_events_are_forgotten() {
    let (app, program) = desk().await;
    send(&program, Method::POST, &format!("{ANNA}/messages"), message("Hello")).await.assert_status(201);
    for text in ["old", "waits", "new"] {
        answer(&app, text).await;
    }
    let ids = || app.text("SELECT CAST(count(*) AS TEXT) FROM app_events").unwrap();
    let first = app.number("SELECT min(id) FROM app_events");
    app.execute(&format!(
        "UPDATE app_events SET created_at = '2026-01-05 09:00:00' WHERE id <= {}; \
         UPDATE app_events SET waits = TRUE WHERE id = {}",
        first + 1,
        first + 1
    ));
    let before = UtcTime::now().plus(-chrono::Duration::days(30));
    let more = app.db.write(move |tx| app_events::forget(tx, before)).await.unwrap();
    assert!(!more);
    assert_eq!((ids().as_str(), app.number("SELECT min(id) FROM app_events")), ("2", first + 1));
}

/// Staff answer in the only conversation, as the desk stores it.
async fn answer(app: &TestApp, text: &str) {
    let of = Matter {
        channel: ChannelId(app.number("SELECT channel_id FROM conversations")),
        customer: CustomerId(app.number("SELECT customer_id FROM conversations")),
        account: Some(AccountId(app.number("SELECT account_id FROM conversations"))),
        conversation: ConversationId(app.number("SELECT id FROM conversations")),
    };
    let (author, text) = (StaffId(app.staff_id(OPERATOR)), text.to_owned());
    let said = app.db.write(move |tx| {
        let new = NewMessage {
            customer_id: of.customer,
            conversation_id: Some(of.conversation),
            channel_id: of.channel,
            kind: MessageKind::Staff,
            author_id: Some(author),
            body: text.clone(),
            event: None,
            files: vec![],
            client_uuid: None,
            from_blocked: None,
        };
        let id = messages::insert(tx, &new)?;
        app_events::said(tx, of, id)
    });
    said.await.unwrap();
}
