//! Writing first: to whom, through what, and from which buttons.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::secrets::Secrets;

use crate::support::desk::{Letter, send_first};
use crate::support::{Client, OPERATOR, Page, SUPERVISOR, TestApp, eventually, spawn_app};

const TOKEN: &str = "the token of the app";
const IDENTITY: &str = "identity secret";

fn sealed(app: &TestApp, secret: &str) -> String {
    Secrets::load(&app.data().join("secret.key")).unwrap().seal(secret).unwrap()
}

/// A web chat that knows authorised visitors, and an app with a token.
pub fn with_web_chat_and_app(app: &TestApp) -> (i64, i64) {
    let (identity, hash) = (sealed(app, IDENTITY), switchboard::auth::sessions::hash_key(TOKEN));
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, secret, created_at) \
           VALUES ('web_chat', 'Our site', 'shop', TRUE, '{identity}', '2026-01-05 09:00:00'); \
         INSERT INTO channels (kind, name, public_key, enabled, created_at) \
           VALUES ('app', 'Our app', 'app', TRUE, '2026-01-05 09:00:00'); \
         INSERT INTO api_tokens (channel_id, name, token_hash, created_at) \
           SELECT id, 'server', '{hash}', '2026-01-05 09:00:00' FROM channels WHERE kind = 'app'"
    ));
    let id = |kind: &str| app.number(&format!("SELECT id FROM channels WHERE kind = '{kind}'"));
    (id("web_chat"), id("app"))
}

/// Fills in a form with these fields and sends it as a browser does.
pub async fn send(client: &Client, page: &Page, css: &str, fields: &[(&str, &str)]) -> Page {
    let form = page.form(css);
    let parts = form.filled(fields).into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&form.action, parts).await
}

pub async fn write_by_id(client: &Client, fields: &[(&str, &str)]) -> Page {
    let page = client.get("/external/new").await;
    page.assert_status(200);
    send(client, &page, "#newcomer_form", fields).await
}

/// What the visitor whom the site calls so reads in the widget.
pub async fn reads_in_web_chat(app: &TestApp, external_id: &str) -> String {
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(IDENTITY.as_bytes()).unwrap();
    mac.update(external_id.as_bytes());
    let hmac = hex::encode(mac.finalize().into_bytes());
    let http = app.anonymous();
    let body = json!({ "external_id": external_id, "hmac": hmac });
    let session = http.page(http.request(Method::POST, "/chat/shop/session").json(&body)).await;
    let token = session.json()["token"].as_str().expect("a token").to_owned();
    let visitor = http.with_header("authorization", &format!("Bearer {token}"));
    visitor.get("/chat/shop/messages").await.text
}

async fn reads_in_app(app: &TestApp, external_id: &str) -> Value {
    let program = app.anonymous().with_header("authorization", &format!("Bearer {TOKEN}"));
    let page = program.get(&format!("/api/v1/customers/{external_id}/messages")).await;
    page.assert_status(200);
    page.json()
}

/// SEND-10, SEND-13: somebody new, whom the site calls by an external ID, is written to in an authorised web chat: the
/// message waits for them there, and for nobody else.
#[actix_web::test]
async fn somebody_new_is_written_to_in_an_authorised_web_chat() {
    let app = spawn_app().await;
    let (web, _) = with_web_chat_and_app(&app);
    let supervisor = app.sign_in(SUPERVISOR).await;
    supervisor.get("/customers").await.assert_has("a[href='/external/new']");
    let fields =
        [("channel", &*web.to_string()), ("external_id", "u-77"), ("name", "Nora"), ("body", "Good day, Nora")];
    let sent = write_by_id(&supervisor, &fields).await;
    let id = app.number("SELECT id FROM customers WHERE external_id = 'u-77'");
    sent.assert_redirect(&format!("/inbox/{id}"));
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Nora"));
    assert_eq!(app.text("SELECT origin FROM conversations").as_deref(), Some("outgoing"));
    assert_eq!(app.number("SELECT assignee_id FROM conversations"), app.staff_id(SUPERVISOR));
    assert!(reads_in_web_chat(&app, "u-77").await.contains("Good day, Nora"));
    assert!(!reads_in_web_chat(&app, "u-78").await.contains("Good day"));
    // Nora's record is the one that she then writes under.
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 1);
}

/// SEND-11, SEND-14: the same in an app.
#[actix_web::test]
async fn somebody_new_is_written_to_in_an_app() {
    let app = spawn_app().await;
    let (_, program) = with_web_chat_and_app(&app);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let fields = [("channel", &*program.to_string()), ("external_id", "u-77"), ("body", "Good day")];
    write_by_id(&supervisor, &fields).await.assert_status(303);
    let read = reads_in_app(&app, "u-77").await;
    assert_eq!(read["messages"][0]["text"], "Good day");
    // Without a name they are called by their ID, until the app tells one.
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("u-77"));
    let http = app.anonymous().with_header("authorization", &format!("Bearer {TOKEN}"));
    let named = http.request(Method::PUT, "/api/v1/customers/u-77").json(&json!({ "name": "Nora" }));
    http.page(named).await.assert_status(200);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Nora"));
}

/// SEND-21, SEND-22: a file may be what the chosen channel takes, whatever other channels do; what is refused comes back with
/// all that was typed, without scripts too.
#[actix_web::test]
async fn files_are_measured_by_the_channel_that_was_chosen() {
    let app = spawn_app().await;
    let (web, program) = with_web_chat_and_app(&app);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let song = [b"ID3\x04\x00".as_slice(), &[0; 200]].concat();
    let with_file = async |channel: i64, name: &str, bytes: &[u8]| {
        let page = supervisor.get("/external/new").await;
        let channel = channel.to_string();
        let fields = [("channel", &*channel), ("external_id", "u-77"), ("body", "Listen to this")];
        let form = page.form("#newcomer_form");
        let parts = form.filled(&fields).into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        let file = Part::bytes(bytes.to_vec()).file_name(name.to_owned());
        supervisor.post_multipart(&form.action, parts.part("files", file)).await
    };
    let refused = with_file(web, "song.mp3", &song).await;
    refused.assert_status(422).assert_says("“song.mp3” is of a kind that this chat does not take");
    assert_eq!(refused.select("#body"), ["Listen to this"]);
    let empty = with_file(web, "empty.txt", b"").await;
    empty.assert_status(422).assert_has("#files[aria-invalid]");
    assert_eq!(empty.select("#body"), ["Listen to this"]);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 0);
    with_file(program, "song.mp3", &song).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM files"), 1);
}

/// SEND-12: a channel that is not there or on pause is not offered, and cannot be used.
#[actix_web::test]
async fn only_enabled_channels_reach_anybody() {
    let app = spawn_app().await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    supervisor.get("/external/new").await.assert_says("No web chat and no app is connected.");
    let (web, program) = with_web_chat_and_app(&app);
    let both = supervisor.get("/external/new").await;
    assert_eq!(both.attributes("#channel option", "value"), [web.to_string(), program.to_string()]);
    app.execute(&format!("UPDATE channels SET enabled = FALSE WHERE id = {web}"));
    let one = supervisor.get("/external/new").await;
    one.assert_lacks("#channel").assert_has(&format!("input[name=channel][value='{program}']"));
    let fields = [("channel", &*web.to_string()), ("external_id", "u-1"), ("body", "Hello")];
    send(&supervisor, &both, "#newcomer_form", &fields).await.assert_status(422);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 0);
    // What is missing is told at its field, and what was typed stays.
    let wrong = send(&supervisor, &one, "#newcomer_form", &[("external_id", ""), ("body", ""), ("name", "Nora")]).await;
    wrong.assert_status(422).assert_has("#external_id[aria-invalid]").assert_has("#body[aria-invalid]");
    assert_eq!(wrong.attribute("#name", "value"), "Nora");
}

/// A customer who has written, and whose conversation is closed.
async fn closed(app: &TestApp, channel: i64, address: &str) -> (i64, i64) {
    let received = app.receives(Letter { channel, address, name: "Anna", ..Letter::default() }).await;
    let id = received.conversation.expect("a conversation").0;
    app.execute(&format!(
        "UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00' WHERE id = {id}"
    ));
    app.execute("UPDATE customers SET active_count = 0");
    (received.customer.0, id)
}

/// SEND-02: to a blocked customer nothing is sent, from no button and by no address.
#[actix_web::test]
async fn nothing_is_sent_to_a_blocked_customer() {
    let app = spawn_app().await;
    let (customer, conversation) = closed(&app, app.channel("app"), "u-1").await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let before = supervisor.get(&format!("/customers/{customer}/message")).await;
    supervisor.post_form(&format!("/customers/{customer}/block"), &[("reason", "Insults")]).await.assert_status(303);
    let page = supervisor.get(&format!("/customers/{customer}/message")).await;
    page.assert_says("This customer is blocked. They have to be unblocked first.").assert_lacks("#m-body");
    send_first(&supervisor, &before, &[("body", "Still there?")]).await.assert_status(422);
    for place in
        [format!("/conversations/{conversation}"), format!("/contacts/{customer}"), "/customers?period=all".into()]
    {
        supervisor.get(&place).await.assert_lacks(&format!("a[href^='/customers/{customer}/message']"));
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 0);
}

/// SEND-03: nor to one with whom a conversation is active at that moment; the refusal leads to it.
#[actix_web::test]
async fn nothing_is_started_beside_an_active_conversation() {
    let app = spawn_app().await;
    let channel = app.channel("app");
    let (customer, _) = closed(&app, channel, "u-1").await;
    let operator = app.sign_in(OPERATOR).await;
    let before = operator.get(&format!("/customers/{customer}/message")).await;
    // The customer was faster.
    app.writes(Letter { channel, address: "u-1", name: "Anna", body: "Hello again", ..Letter::default() }).await;
    let refused = send_first(&operator, &before, &[("body", "How was it?")]).await;
    refused.assert_status(422).assert_says("This customer has an active conversation. Go on there.");
    refused.assert_says("How was it?");
    let open = app.number("SELECT MAX(id) FROM conversations");
    refused.assert_has(&format!("a[href='/conversations/{open}']"));
    operator.post_form(&format!("/conversations/{open}/assignment"), &[]).await.assert_status(303);
    let page = operator.get(&format!("/customers/{customer}/message")).await;
    page.assert_says("Go to conversation").assert_has(&format!("a[href^='/inbox/{customer}?at=']"));
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 0);
}

/// SEND-28, SEND-29, SEND-30, SEND-32, SEND-33, SEND-34, SEND-36: from the list's tab History to a closed conversation,
/// its "Conversation actions" and "Message customer"; one channel asks for no choice; text and file go out on Send and
/// stand in the log of an outgoing conversation.
#[actix_web::test]
async fn a_closed_conversation_leads_to_a_new_one() {
    let app = spawn_app().await;
    let (customer, conversation) = closed(&app, app.channel("app"), "u-1").await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let history = supervisor.get("/history?tab=history").await;
    let page =
        supervisor.get(&history.attribute(&format!("#k{conversation} a[href^='/conversations/']"), "href")).await;
    page.assert_says("Closed").assert_says("Conversation actions");
    let item = "#m-conv a[href*='/message']";
    assert_eq!(page.select(item), ["Message customer…"]);
    let form = supervisor.get(&page.attribute(item, "href")).await;
    form.assert_lacks("select[name=account]").assert_has("input[type=hidden][name=account]");
    let filled = form.form("#message_form").filled(&[("body", "How was it?")]);
    let parts = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    let parts = parts.part("files", Part::bytes(&b"one, two"[..]).file_name("prices.txt"));
    let sent = supervisor.post_multipart(&format!("/customers/{customer}/message"), parts).await;
    sent.assert_redirect(&format!("/inbox/{customer}"));
    let inbox = supervisor.get(&format!("/inbox/{customer}")).await;
    inbox.assert_says("How was it?").assert_says("prices.txt").assert_says("Written first by you");
    // The conversation from which it began stays as it is.
    let old = format!("SELECT COUNT(*) FROM conversations WHERE id = {conversation} AND status = 'closed'");
    assert_eq!(app.number(&old), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE origin = 'outgoing' AND status = 'active'"), 1);
    // While it is active, the item is gone.
    supervisor.get(&format!("/conversations/{conversation}")).await.assert_lacks(item);
}

/// A customer of two channels who has an address for mails, and a mailbox with two senders whose server is nowhere.
pub async fn with_mail(app: &TestApp) -> (i64, i64) {
    let secret = sealed(app, "{}");
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, secret, settings, created_at) \
         VALUES ('email', 'Mail', 'mail', TRUE, '{secret}', \
         '{{\"senders\":[\"care@desk.test\",\"sales@desk.test\"],\"user\":\"care\"}}', '2026-01-05 09:00:00')"
    ));
    let (customer, conversation) = closed(app, app.channel("app"), "u-1").await;
    app.execute(&format!(
        "UPDATE customers SET email = 'anna@example.com', email_folded = 'anna@example.com' WHERE id = {customer}"
    ));
    (customer, conversation)
}

/// SEND-31, SEND-37, SEND-39, SEND-40, SEND-41, SEND-42, SEND-43, SEND-44, SEND-45, SEND-49, SEND-50: a mail from a
/// conversation of the history: "E-mail message" out of several channels, a sender out of the connected ones, subject,
/// blind copies, "Your message", sent.
#[actix_web::test]
async fn a_mail_is_written_from_a_conversation() {
    let app = spawn_app().await;
    let (customer, conversation) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get(&format!("/conversations/{conversation}")).await;
    let form = supervisor.get(&page.attribute("#m-conv a[href*='/message']", "href")).await;
    let offered = form.select("select[name=account] option");
    assert_eq!(offered.len(), 2, "{offered:?}");
    assert!(offered.contains(&"E-mail message".to_owned()), "{offered:?}");
    assert_eq!(form.select("label[for=m-sender]"), ["Select a sender"]);
    assert_eq!(form.attributes("#m-sender option", "value"), ["care@desk.test", "sales@desk.test"]);
    assert_eq!(form.select("label[for=m-body]"), ["Your message"]);
    let mail = [
        ("account", "0"),
        ("sender", "sales@desk.test"),
        ("subject", "Your order"),
        ("bcc", "boss@desk.test, books@desk.test"),
        ("body", "It is on its way."),
    ];
    let stranger = mail.map(|(name, value)| (name, if name == "sender" { "ceo@else.test" } else { value }));
    send_first(&supervisor, &form, &stranger).await.assert_status(422).assert_has("#m-sender[aria-invalid]");
    send_first(&supervisor, &form, &mail).await.assert_redirect(&format!("/inbox/{customer}"));
    assert_eq!(app.number("SELECT COUNT(*) FROM deliveries"), 1);
    assert_eq!(app.text("SELECT subject FROM mails").as_deref(), Some("Your order"));
    assert!(app.text("SELECT sender FROM mails").unwrap().contains("sales@desk.test"));
    let bcc = app.text("SELECT bcc FROM mails").unwrap();
    assert!(bcc.contains("boss@desk.test") && bcc.contains("books@desk.test"), "{bcc}");
}

/// SEND-46, SEND-48: whoever of the staff opens the history later reads to whom blind copies went.
#[actix_web::test]
async fn blind_copies_are_shown_to_staff() {
    let app = spawn_app().await;
    let (customer, _) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let form = supervisor.get(&format!("/customers/{customer}/message")).await;
    let mail = [
        ("account", "0"),
        ("sender", "care@desk.test"),
        ("subject", "Your order"),
        ("bcc", "boss@desk.test, books@desk.test"),
        ("body", "It is on its way."),
    ];
    send_first(&supervisor, &form, &mail).await.assert_status(303);
    let conversation = app.number("SELECT MAX(id) FROM conversations");
    let operator = app.sign_in(OPERATOR).await;
    for client in [&supervisor, &operator] {
        for place in [format!("/inbox/{customer}"), format!("/conversations/{conversation}")] {
            let page = client.get(&place).await;
            page.assert_says("Bcc").assert_says("boss@desk.test, books@desk.test");
        }
    }
}

/// SEND-04, SEND-05, SEND-06, SEND-51: beside an active conversation a mail can be written, and nothing else; without an
/// address, or without a mailbox, not even that.
#[actix_web::test]
async fn a_mail_goes_beside_an_active_conversation() {
    let app = spawn_app().await;
    let (customer, conversation) = with_mail(&app).await;
    app.execute(&format!("UPDATE conversations SET status = 'queued', closed_at = NULL WHERE id = {conversation}"));
    app.execute(&format!("UPDATE customers SET active_count = 1 WHERE id = {customer}"));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let item = "#m-conv a[href*='/message']";
    for place in [format!("/conversations/{conversation}"), format!("/inbox/{customer}")] {
        supervisor.get(&place).await.assert_has(item);
    }
    let form = supervisor.get(&format!("/customers/{customer}/message")).await;
    form.assert_has("input[type=hidden][name=account][value='0']");
    let mail = [("sender", "care@desk.test"), ("subject", "Your order"), ("body", "It is on its way.")];
    send_first(&supervisor, &form, &mail).await.assert_status(303);
    let open = format!("SELECT COUNT(*) FROM conversations WHERE customer_id = {customer} AND status <> 'closed'");
    eventually("both are open", async || (app.number(&open) == 2).then_some(())).await;
    app.execute("UPDATE channels SET enabled = FALSE WHERE kind = 'email'");
    supervisor.get(&format!("/conversations/{conversation}")).await.assert_lacks(item);
    app.execute("UPDATE channels SET enabled = TRUE WHERE kind = 'email'");
    app.execute("UPDATE customers SET email = NULL, email_folded = NULL");
    supervisor.get(&format!("/conversations/{conversation}")).await.assert_lacks(item);
}
