//! The web chat as a visitor's browser uses it, and what staff then find.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::db::Conn;
use switchboard::db::types::ChannelId;
use switchboard::secrets::Secrets;
use uuid::Uuid;

use crate::support::{ADMIN, Client, OPERATOR, Page, SUPERVISOR, TestApp, spawn_app, spawn_app_with};

pub const KEY: &str = "shop";
const SECRET: &str = "identity secret";
const CHROME: &str =
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/132.0.0.0 Safari/537.36";

/// A visitor's panel.
pub struct Panel {
    pub http: Client,
    pub token: String,
}

/// A web chat with these settings (JSON).
pub fn channel(app: &TestApp, settings: &str) {
    let secrets = Secrets::load(&app.data().join("secret.key")).unwrap();
    let sealed = secrets.seal(SECRET).unwrap();
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, secret, settings, created_at) \
         VALUES ('web_chat', 'Northwind care', '{KEY}', TRUE, '{sealed}', '{settings}', '2026-01-05 09:00:00')"
    ));
}

async fn hello(app: &TestApp, body: Value) -> Page {
    let http = app.anonymous();
    http.page(http.request(Method::POST, &format!("/chat/{KEY}/session")).json(&body)).await
}

/// A new visitor, or the one that `body` names.
pub async fn visit(app: &TestApp, body: Value) -> Panel {
    let session = hello(app, body).await;
    session.assert_status(200);
    let token = json_of(&session)["token"].as_str().unwrap().to_owned();
    let http =
        app.anonymous().with_header("authorization", &format!("Bearer {token}")).with_header("user-agent", CHROME);
    Panel { http, token }
}

fn json_of(page: &Page) -> Value {
    serde_json::from_str(&page.text).unwrap_or_else(|_| panic!("no JSON: {}", page.text))
}

pub fn message(uuid: &str, text: &str) -> Form {
    Form::new().text("client_uuid", uuid.to_owned()).text("text", text.to_owned())
}

pub fn new_uuid() -> String {
    Uuid::new_v4().to_string()
}

impl Panel {
    pub async fn post(&self, what: &str, body: Value) -> Page {
        self.http.page(self.http.request(Method::POST, &format!("/chat/{KEY}/{what}")).json(&body)).await
    }

    pub async fn send(&self, form: Form) -> Page {
        self.http.post_multipart(&format!("/chat/{KEY}/messages"), form).await
    }

    pub async fn say(&self, text: &str) -> i64 {
        let sent = self.send(message(&new_uuid(), text)).await;
        sent.assert_status(200);
        json_of(&sent)["id"].as_i64().unwrap()
    }

    async fn view(&self, query: &str) -> Value {
        let page = self.http.get(&format!("/chat/{KEY}/messages{query}")).await;
        page.assert_status(200);
        json_of(&page)
    }

    async fn texts(&self) -> Vec<String> {
        let view = self.view("").await;
        view["messages"].as_array().unwrap().iter().map(|m| m["text"].as_str().unwrap().to_owned()).collect()
    }
}

fn hash(external_id: &str) -> String {
    hash_with(SECRET, external_id)
}

fn hash_with(secret: &str, external_id: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(external_id.as_bytes());
    hex::encode(mac.finalize().into_bytes())
}

/// What staff do is written as their pages would.
fn staff_says(app: &TestApp, kind: &str, text: &str) {
    let author = app.staff_id(OPERATOR);
    app.execute(&format!(
        "INSERT INTO messages (customer_id, conversation_id, channel_id, kind, author_id, body, created_at) \
         SELECT customer_id, id, channel_id, '{kind}', {author}, '{text}', '2026-01-05 10:00:00' FROM conversations"
    ));
}

/// CONT-15, CONT-21, CONT-22, CONT-23, CONT-24: a visitor without e-mail or phone is saved by their first message, with
/// a pending action to ask for the rest; opening the panel alone makes nobody.
#[actix_web::test]
async fn the_first_message_makes_a_customer_and_opens_a_conversation() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    panel.say("Do you sell the lid?").await;
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
    assert_eq!(app.number("SELECT count(*) FROM conversations WHERE status = 'queued'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 1);
    assert_eq!(app.number("SELECT unread_count FROM customers"), 1);
    panel.say("In blue?").await;
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);
    assert_eq!(panel.texts().await, ["Do you sell the lid?", "In blue?"]);
}

/// CUST-27, CUST-28, CUST-29, CUST-30: the first message stores address, browser and system, page and referrer; a
/// link that would run something is dropped.
#[actix_web::test]
async fn where_a_visitor_comes_from_is_stored_with_the_conversation() {
    let app = spawn_app_with(|config| config.trusted_proxies = vec!["127.0.0.1".parse().unwrap()]).await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let http = panel.http.with_header("x-forwarded-for", "203.0.113.9");
    let form = message(&new_uuid(), "Hi")
        .text("page", "https://shop.example/kettle?x=1")
        .text("referrer", "javascript:alert(1)");
    http.post_multipart(&format!("/chat/{KEY}/messages"), form).await.assert_status(200);
    assert_eq!(app.text("SELECT ip FROM conversations").as_deref(), Some("203.0.113.9"));
    let environment = app.text("SELECT environment FROM conversations").unwrap();
    assert!(environment.starts_with("Chrome 132, Windows"), "{environment}");
    assert_eq!(app.text("SELECT page_url FROM conversations").as_deref(), Some("https://shop.example/kettle?x=1"));
    assert_eq!(app.text("SELECT referrer FROM conversations"), None);
}

/// LIST-135, CONT-16, CONT-17: contact details can be asked for before the chat; they are kept unverified and open
/// nobody else's record, and the name becomes the customer's.
#[actix_web::test]
async fn the_form_before_the_chat_is_asked_once_and_believed_in_nothing() {
    let app = spawn_app().await;
    channel(&app, r#"{"ask_name":"required","ask_email":"required"}"#);
    app.execute(
        "INSERT INTO customers (name, name_folded, email, email_folded, search_text, last_activity_at, created_at) \
         VALUES ('Victim', 'victim', 'v@example.com', 'v@example.com', 'victim', '2026-01-05 09:00:00', '2026-01-05 09:00:00')",
    );
    let panel = visit(&app, json!({})).await;
    let refused = panel.send(message(&new_uuid(), "Hi")).await;
    refused.assert_status(422);
    assert_eq!(json_of(&refused)["error"]["field"], "name");
    let wrong = panel.send(message(&new_uuid(), "Hi").text("name", "Анна").text("email", "nonsense")).await;
    assert_eq!(json_of(&wrong)["error"]["field"], "email");
    let form = message(&new_uuid(), "Hi")
        .text("name", "Анна <b>")
        .text("email", "v@example.com")
        .text("phone", "+79017880795");
    panel.send(form).await.assert_status(200);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 2);
    assert_eq!(app.text("SELECT name FROM customers WHERE email IS NULL").as_deref(), Some("Анна <b>"));
    assert_eq!(app.number("SELECT count(*) FROM contact_claims"), 2);
    // Not asked again, and a name typed later changes nothing.
    panel.send(message(&new_uuid(), "More").text("name", "Eve")).await.assert_status(200);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE name = 'Анна <b>'"), 1);
}

#[actix_web::test]
async fn the_same_message_sent_twice_is_stored_once() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let uuid = new_uuid();
    let first = panel.send(message(&uuid, "Once")).await;
    let second = panel.send(message(&uuid.to_uppercase(), "Once")).await;
    assert_eq!(json_of(&first), json_of(&second));
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 1);
    panel.send(message("1", "No UUID")).await.assert_status(422);
    panel.send(message(&new_uuid(), " \u{202e}\n ")).await.assert_status(422);
    panel.send(message(&new_uuid(), &"x".repeat(10_001))).await.assert_status(422);
}

#[actix_web::test]
async fn a_token_is_worth_something_only_as_it_was_given() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    panel.say("Mine").await;
    let again = visit(&app, json!({"token": panel.token})).await;
    assert_eq!(again.texts().await, ["Mine"]);
    let mut tampered = panel.token.clone();
    tampered.replace_range(0..1, "9");
    let stranger = app.anonymous().with_header("authorization", &format!("Bearer {tampered}"));
    stranger.get(&format!("/chat/{KEY}/messages")).await.assert_status(401);
    app.anonymous().get(&format!("/chat/{KEY}/messages")).await.assert_status(401);
    let fresh = visit(&app, json!({"token": tampered})).await;
    assert!(fresh.texts().await.is_empty());
    app.execute("UPDATE channels SET enabled = FALSE");
    panel.http.get(&format!("/chat/{KEY}/messages")).await.assert_status(404);
}

/// A signed external ID finds its customer; the e-mail beside it is signed by nobody and joins nobody.
#[actix_web::test]
async fn a_site_vouches_for_its_visitors_by_signing_their_id() {
    let app = spawn_app().await;
    channel(&app, r#"{"ask_email":"required"}"#);
    app.execute(
        "INSERT INTO customers (name, name_folded, external_id, email, email_folded, search_text, last_activity_at, created_at) VALUES \
         ('Anna', 'anna', 'u-1', NULL, NULL, 'anna', '2026-01-05 09:00:00', '2026-01-05 09:00:00'), \
         ('Boris', 'boris', NULL, 'b@example.com', 'b@example.com', 'boris', '2026-01-05 09:00:00', '2026-01-05 09:00:00')",
    );
    hello(&app, json!({"external_id": "u-1", "hmac": hash("u-2")})).await.assert_status(422);
    hello(&app, json!({"external_id": "u-1"})).await.assert_status(422);
    let panel = visit(&app, json!({"external_id": "u-1", "hmac": hash("u-1")})).await;
    panel.send(message(&new_uuid(), "Hi").text("email", "b@example.com").text("phone", "?")).await.assert_status(200);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 2);
    assert_eq!(
        app.text("SELECT c.name FROM customers c JOIN messages m ON m.customer_id = c.id AND m.kind = 'customer'")
            .as_deref(),
        Some("Anna")
    );
    panel.send(message(&new_uuid(), "Hi").text("email", "victim@shop.test")).await.assert_status(200);
    let email = "SELECT email FROM customers WHERE external_id = 'u-1'";
    assert_eq!(app.text(email), None, "not another one's, and not one that its owner has yet to write from");
    // The token of a signed-in visitor is no key to them once the site no longer names them.
    let later = visit(&app, json!({"token": panel.token})).await;
    assert!(later.texts().await.is_empty());
}

/// An identity secret that has leaked is replaced, and with it goes whatever was given to those whom it vouched for; who
/// is vouched for anew finds their chat, and visitors whom nobody vouched for keep theirs.
#[actix_web::test]
async fn a_replaced_secret_ends_what_it_has_vouched_for() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let visitor = visit(&app, json!({})).await;
    visitor.say("Anybody there?").await;
    let thief = visit(&app, json!({"external_id": "boss", "hmac": hash("boss")})).await;
    thief.say("Mine").await;
    assert_eq!(thief.texts().await, ["Mine"]);
    let admin = app.sign_in(ADMIN).await;
    let ask = admin.get(&format!("/settings/channels/{}/secret", app.number("SELECT id FROM channels"))).await;
    let secret = admin.submit(&ask, "#ask", &[]).await.attribute("#shown-value", "value");
    thief.http.get(&format!("/chat/{KEY}/messages")).await.assert_status(401);
    thief.send(message(&new_uuid(), "Still me")).await.assert_status(401);
    hello(&app, json!({"external_id": "boss", "hmac": hash("boss")})).await.assert_status(422);
    let boss = visit(&app, json!({"external_id": "boss", "hmac": hash_with(&secret, "boss")})).await;
    assert_eq!(boss.texts().await, ["Mine"]);
    assert_eq!(visitor.texts().await, ["Anybody there?"]);
    assert_eq!(visit(&app, json!({"token": visitor.token})).await.texts().await, ["Anybody there?"]);
}

/// A channel is reached by its key alone: its number, which anybody can guess, is none, though the desk itself asks by it.
#[actix_web::test]
async fn a_channel_is_not_reached_by_its_number() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let visitor = visit(&app, json!({})).await;
    visitor.say("Anybody there?").await;
    let id = app.number("SELECT id FROM channels");
    let asked = move |conn: &mut Conn| switchboard::channels::find(conn, ChannelId(id));
    app.db.read(asked).await.expect("the channel is known by its number now");
    let http = app.anonymous();
    http.get(&format!("/chat/{id}/look")).await.assert_status(404);
    let begin = http.request(Method::POST, &format!("/chat/{id}/session")).json(&json!({}));
    http.page(begin).await.assert_status(404);
    http.get(&format!("/chat/{KEY}/look")).await.assert_status(200);
}

/// Comments, system messages and other channels' conversations never reach the visitor; an operator's name does.
#[actix_web::test]
async fn visitors_see_what_was_said_to_them_and_nothing_else() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let mine = panel.say("Hello").await;
    staff_says(&app, "comment", "between us");
    staff_says(&app, "system", "internal");
    staff_says(&app, "command_result", "balance: 5");
    staff_says(&app, "staff", "Yes, 9 pounds");
    assert_eq!(panel.texts().await, ["Hello", "Yes, 9 pounds"]);
    let view = panel.view(&format!("?after={mine}")).await;
    assert_eq!(view["messages"][0]["author"]["name"], "Olga Operator");
    assert_eq!(view["seen"], 0);
    let other = visit(&app, json!({})).await;
    other.say("Other").await;
    assert_eq!(other.texts().await, ["Other"]);
}

/// A block ends the conversation for the visitor as any end does, live, and nothing says why. What they go on to write is
/// kept, opens nothing, notifies nobody, and looks to them like a new conversation that nobody answers.
#[actix_web::test]
async fn a_blocked_visitor_sees_no_sign_of_it() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    panel.say("Hello").await;
    let (customer, id) = (app.number("SELECT id FROM customers"), app.number("SELECT id FROM conversations"));
    let supervisor = app.sign_in(SUPERVISOR).await;
    supervisor.post_form(&format!("/conversations/{id}/assignment"), &[]).await.assert_status(303);
    assert_eq!(panel.view("").await["conversation"]["open"], true);
    let mut events = panel.http.events(&format!("/chat/{KEY}/events")).await;
    assert_eq!(events.next().await.name, "sync");

    let block = format!("/customers/{customer}/block");
    supervisor.post_form(&block, &[("reason", "Rude words")]).await.assert_status(303);
    assert_eq!(events.next().await.name, "chat");
    let ended = panel.view("").await;
    assert_eq!(ended["conversation"]["open"], false);
    assert_eq!(ended["conversation"]["with"]["name"], "Sam Supervisor");
    assert!(!ended.to_string().to_lowercase().contains("block") && !ended.to_string().contains("Rude"), "{ended}");
    panel.post("rating", json!({"conversation": id, "rating": 1})).await.assert_status(204);
    assert_eq!(panel.view("").await["conversation"]["rated"], true);

    panel.say("Are you there?").await;
    panel.post("typing", json!({"typing": true})).await.assert_status(204);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE received_while_blocked"), 1);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);
    assert_eq!(app.number("SELECT count(*) FROM conversations WHERE status = 'closed'"), 1);
    assert_eq!(app.number("SELECT unread_count FROM customers"), 0, "nobody is to open it any more");
    let view = panel.view("").await;
    assert_eq!(panel.texts().await, ["Hello", "Are you there?"]);
    assert_eq!(view["conversation"], json!({"id": id, "open": true, "rated": false, "with": null}));
    assert!(!view.to_string().contains("block"), "{view}");
}

#[actix_web::test]
async fn files_are_taken_by_content_and_given_back_to_their_visitor() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01".to_vec();
    let file = |bytes: Vec<u8>, name: &str| {
        Form::new().text("client_uuid", new_uuid()).part("file", Part::bytes(bytes).file_name(name.to_owned()))
    };
    panel.send(file(png.clone(), "../../kettle.png")).await.assert_status(200);
    panel.send(file(b"%PDF-1.7 x".to_vec(), "bill.pdf")).await.assert_status(200);
    for (bytes, name) in [
        (b"<!doctype html><script>alert(1)</script>".to_vec(), "page.png"),
        (b"<svg xmlns='http://www.w3.org/2000/svg' onload='x()'/>".to_vec(), "picture.png"),
        (b"MZ\x90\0\x03\0\0\0".to_vec(), "bill.pdf"),
        (vec![], "empty.txt"),
    ] {
        panel.send(file(bytes, name)).await.assert_status(422);
    }
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 2);
    let view = panel.view("").await;
    let picture = &view["messages"][0]["files"][0];
    assert_eq!(picture["name"], "kettle.png");
    assert_eq!(picture["picture"], true);
    let url = picture["url"].as_str().unwrap().to_owned();
    let got = app.anonymous().get(&url).await;
    got.assert_status(200);
    assert_eq!(got.bytes.as_ref(), png);
    assert_eq!(got.headers["content-security-policy"], "default-src 'none'; sandbox");
    assert_eq!(got.headers["x-content-type-options"], "nosniff");
    let bill = app.anonymous().get(view["messages"][1]["files"][0]["url"].as_str().unwrap()).await;
    assert!(bill.headers["content-disposition"].to_str().unwrap().starts_with("attachment;"));
    app.anonymous().get(url.split('?').next().unwrap()).await.assert_status(404);
    let second = app.number("SELECT max(id) FROM attachments");
    let swapped = url.replacen("/files/1?", &format!("/files/{second}?"), 1);
    app.anonymous().get(&swapped).await.assert_status(404);
}

#[actix_web::test]
async fn a_file_over_twenty_megabytes_is_refused_with_its_limit() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let big = Part::bytes(vec![b'a'; 20 * 1024 * 1024 + 1]).file_name("big.txt");
    let refused = panel.send(Form::new().text("client_uuid", new_uuid()).part("file", big)).await;
    refused.assert_status(413);
    assert!(refused.text.contains("20 MB"), "{}", refused.text);
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
    assert_eq!(app.number("SELECT count(*) FROM files"), 0);
}

#[actix_web::test]
async fn reading_rating_and_typing_reach_the_desk() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    panel.post("read", json!({"up_to": 1})).await.assert_status(404);
    panel.say("Hello").await;
    staff_says(&app, "staff", "Hi");
    panel.post("read", json!({"up_to": 999_999})).await.assert_status(204);
    let newest = app.number("SELECT max(id) FROM messages");
    assert_eq!(app.number("SELECT read_message_id FROM channel_accounts"), newest);
    // Staff see which of their words have been read: those up to there.
    staff_says(&app, "staff", "Still there? See https://shop.example/a?b=1&c=2.");
    let page = app.sign_in(ADMIN).await.get("/inbox/1").await;
    assert_eq!(page.select(".msg.out:has([title=Read]) .said"), ["Hi"]);
    // Addresses in what was said are links, and nothing else is.
    assert_eq!(page.attributes(".msg .said a", "href"), ["https://shop.example/a?b=1&c=2"]);
    assert_eq!(page.attributes(".msg .said a", "rel"), ["noopener noreferrer nofollow"]);
    let id = app.number("SELECT id FROM conversations");
    let rate = |stars: i64| json!({"conversation": id, "rating": stars, "comment": "Fine 🙂"});
    panel.post("rating", rate(5)).await.assert_status(409);
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved'");
    app.execute("UPDATE customers SET active_count = 0");
    panel.post("rating", rate(6)).await.assert_status(422);
    panel.post("rating", json!({"conversation": id + 100, "rating": 5})).await.assert_status(404);
    panel.post("rating", rate(4)).await.assert_status(204);
    assert_eq!(app.number("SELECT rating FROM conversations"), 4);
    let stranger = visit(&app, json!({})).await;
    stranger.say("Mine").await;
    stranger.post("rating", rate(1)).await.assert_status(404);
    panel.say("One more thing").await;
    assert_eq!(app.number("SELECT count(*) FROM conversations WHERE customer_id = 1"), 2);
}

#[actix_web::test]
async fn the_panel_hears_of_its_own_matter_only() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    panel.http.page(panel.http.request(Method::GET, &format!("/chat/{KEY}/events"))).await.assert_status(404);
    panel.say("Hello").await;
    let mut events = panel.http.events(&format!("/chat/{KEY}/events")).await;
    assert_eq!(events.next().await.name, "sync");
    let other = visit(&app, json!({})).await;
    other.say("Other").await;
    assert!(events.within(std::time::Duration::from_millis(600)).await.is_none());
    panel.say("Again").await;
    let event = events.next().await;
    assert_eq!((event.name.as_str(), event.data.as_str()), ("chat", ""));
}

#[actix_web::test]
async fn the_panel_may_be_framed_by_the_sites_of_its_channel_only() {
    let app = spawn_app().await;
    channel(&app, r#"{"origins":["https://shop.example"]}"#);
    let frame = app.anonymous().get(&format!("/chat/{KEY}/frame?lang=ru&theme=dark")).await;
    frame.assert_status(200);
    frame.assert_has("html[lang=ru][data-theme=dark]");
    let policy = frame.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-ancestors https://shop.example;"), "{policy}");
    assert!(!policy.contains("unsafe"), "{policy}");
    // Without both, a site that is isolated across origins shows an error in the panel's place.
    assert_eq!(frame.headers["cross-origin-resource-policy"], "cross-origin");
    assert_eq!(frame.headers["cross-origin-embedder-policy"], "require-corp");
    let look = format!("/chat/{KEY}/look");
    app.anonymous().with_header("origin", "https://evil.example").get(&look).await.assert_status(404);
    let own = app.anonymous().with_header("origin", "https://shop.example").get(&look).await;
    assert_eq!(own.headers["access-control-allow-origin"], "https://shop.example");
    app.anonymous().get("/chat/nobody/frame").await.assert_status(404);
    let script = app.anonymous().get("/chat/widget.js").await;
    assert_eq!(script.headers["cache-control"], "public, max-age=300");
    let etag = script.headers["etag"].to_str().unwrap().to_owned();
    app.anonymous().with_header("if-none-match", &etag).get("/chat/widget.js").await.assert_status(304);
    app.anonymous().get("/demo").await.assert_status(404);
}

/// Visitors read the name of the business, never that of the channel, which is for staff; where there is none, a word.
#[actix_web::test]
async fn visitors_read_the_name_of_the_business() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let said = async |lang: &str| {
        let frame = app.anonymous().get(&format!("/chat/{KEY}/frame?lang={lang}")).await;
        let look = app.anonymous().get(&format!("/chat/{KEY}/look?lang={lang}")).await;
        let session = hello(&app, json!({})).await;
        frame.assert_silent_about("Northwind care");
        let title = frame.raw_texts("#title").concat();
        assert_eq!(json_of(&look)["title"], title.as_str());
        let settings = json_of(&session)["settings"].clone();
        (title, settings["title"].as_str().unwrap().to_owned(), settings["initials"].as_str().unwrap().to_owned())
    };
    app.execute("DELETE FROM settings WHERE key = 'business_name'");
    assert_eq!(said("ru").await, ("Чат".into(), String::new(), String::new()));
    app.execute("INSERT INTO settings (key, value) VALUES ('business_name', 'Kettle Works')");
    assert_eq!(said("en").await, ("Kettle Works".into(), "Kettle Works".into(), "KW".into()));
}

#[actix_web::test]
async fn errors_are_said_in_the_visitors_language() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let http = panel.http.with_header("accept-language", "ru");
    let refused = http.post_multipart(&format!("/chat/{KEY}/messages"), message(&new_uuid(), "")).await;
    assert_eq!(json_of(&refused)["error"]["message"], "Напишите сообщение или приложите файл.");
    panel.say("Hi").await;
    panel.post("rating", json!({"rating": "five"})).await.assert_status(400);
}

#[actix_web::test]
async fn a_flood_is_slowed_down() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let http = app.anonymous();
    // Many at once, so that a slow machine does not refill the allowance meanwhile; one that is slower still has more of them.
    let mut refused = None;
    for _ in 0..20 {
        let answers = futures_util::future::join_all((0..320).map(|_| http.get("/chat/nobody/frame"))).await;
        refused = refused.or(answers.into_iter().find(|page| page.status.as_u16() == 429));
        if refused.is_some() {
            break;
        }
    }
    let refused = refused.expect("a limit");
    assert!(refused.headers.contains_key("retry-after"));
}

/// LIST-135: what a visitor says of themselves is checked before they write, every field with its own sentence.
#[actix_web::test]
async fn the_form_before_the_chat_is_checked_as_a_whole() {
    let app = spawn_app().await;
    channel(&app, r#"{"ask_name":"required","ask_email":"required","ask_phone":"optional"}"#);
    let panel = visit(&app, json!({})).await;
    let refused = panel.post("about", json!({"name": " ", "email": "me@x", "phone": "not-a-phone"})).await;
    refused.assert_status(422);
    let error = &json_of(&refused)["error"];
    assert_eq!(error["field"], "email");
    for field in ["name", "email", "phone"] {
        assert!(error["fields"][field].as_str().is_some_and(|text| !text.is_empty()), "{field}: {error}");
    }
    panel.post("about", json!({"name": "Anna", "email": "anna@example.com"})).await.assert_status(204);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 0, "the check has kept somebody");
}

/// A message of nothing that shows is empty, from visitors and from staff.
#[actix_web::test]
async fn a_message_that_shows_nothing_is_refused() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let refused = panel.send(message(&new_uuid(), "\u{200b}\n\u{200d}")).await;
    refused.assert_status(422);
    assert_eq!(json_of(&refused)["error"]["field"], "text");
    panel.say("\u{1f469}\u{200d}\u{1f467}").await;
    let staff = app.sign_in(OPERATOR).await;
    let customer = app.number("SELECT MIN(id) FROM customers");
    crate::support::desk::say(&staff, customer, "\u{200b}", vec![]).await.assert_status(422);
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 0);
}

/// Whether the chat tells a visitor that somebody is there.
pub async fn says_online(app: &TestApp) -> bool {
    json_of(&hello(app, json!({})).await)["online"].as_bool().unwrap()
}
