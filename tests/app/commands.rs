//! Commands: defined in the settings, run from the composer, answered by the company's own server.

use hmac::{Hmac, KeyInit, Mac};
use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::{Value, json};
use sha2::Sha256;
use switchboard::db::types::UtcTime;
use wiremock::matchers::{method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

use crate::first_messages::{send, with_mail};
use crate::support::desk::Letter;
use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app_with};

/// A desk, the company's server, and a customer who has written.
async fn desk() -> (TestApp, MockServer, i64) {
    let app = spawn_app_with(|config| config.allow_private_webhooks = true).await;
    let server = MockServer::start().await;
    let channel = app.channel("web_chat");
    let anna = app.writes(Letter { channel, address: "a", name: "Anna", ..Letter::default() }).await;
    (app, server, anna)
}

/// Defines a command through the page; returns its secret, which is shown this once.
async fn define(app: &TestApp, name: &str, url: &str, parameters: &str) -> String {
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/commands/new").await;
    let fields = [("name", name), ("about", "Gives money back"), ("url", url), ("parameters", parameters)];
    let made = admin.submit(&page, "#command", &fields).await;
    made.assert_status(200);
    let id = app.number(&format!("SELECT id FROM commands WHERE name = '{name}'"));
    assert_eq!(made.header("hx-replace-url"), format!("/settings/commands/{id}"), "found again by a reload");
    made.attribute("#shown-value", "value")
}

async fn answers(server: &MockServer, answer: ResponseTemplate) {
    Mock::given(method("POST")).and(path("/refund")).respond_with(answer).mount(server).await;
}

/// Types this into the composer and sends it.
async fn types(client: &Client, customer: i64, text: &str, mode: &str) -> Page {
    let page = client.get(&format!("/inbox/{customer}")).await;
    let filled = page.form("#composer").filled(&[("text", text), ("mode", mode)]);
    let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await
}

async fn is_over(app: &TestApp, state: &str) {
    let sql = format!("SELECT COUNT(*) FROM command_runs WHERE state = '{state}'");
    eventually(&format!("a run is {state}"), async || (app.number(&sql) > 0).then_some(())).await;
}

/// SEARCH-44: "sent" and the result stand in the conversation, among its messages in the inbox, the history and the
/// profile; the server gets signed JSON with what it needs.
#[actix_web::test]
async fn a_command_is_run_and_its_result_stands_in_the_conversation() {
    let (app, server, anna) = desk().await;
    answers(&server, ResponseTemplate::new(200).set_body_json(json!({ "status": "refunded", "amount": 12.5 }))).await;
    let secret = define(&app, "refund", &format!("{}/refund", server.uri()), "order\nreason?").await;
    let olga = app.sign_in(OPERATOR).await;
    let list = olga.htmx(&format!("/inbox/{anna}/slash?q=ref&start=1"), "div#slash-list").await;
    assert_eq!(list.select("[role=option] b"), ["/refund order [reason]"]);
    assert_eq!(list.attribute("[role=option]", "data-insert"), "/refund ");
    types(&olga, anna, "/refund 12 it was  broken", "reply").await.assert_status(303);
    is_over(&app, "done").await;

    let conversation = app.number("SELECT MAX(id) FROM conversations");
    for place in [format!("/inbox/{anna}"), format!("/conversations/{conversation}")] {
        let page = olga.get(&place).await;
        page.assert_says("/refund sent by you").assert_says("order: 12").assert_says("reason: it was broken");
        page.assert_says("Command result, customers don’t see this").assert_says("status: refunded");
        page.assert_says("amount: 12.5");
    }
    let requests = server.received_requests().await.unwrap();
    assert_eq!(requests.len(), 1);
    let header = |name: &str| requests[0].headers[name].to_str().unwrap().to_owned();
    let mut mac = <Hmac<Sha256> as KeyInit>::new_from_slice(secret.as_bytes()).unwrap();
    mac.update(format!("{}.", header("switchboard-timestamp")).as_bytes());
    mac.update(&requests[0].body);
    assert_eq!(header("switchboard-signature"), format!("v1={}", hex::encode(mac.finalize().into_bytes())));
    let told: Value = serde_json::from_slice(&requests[0].body).unwrap();
    assert_eq!(told["command"], "refund");
    assert_eq!(told["parameters"], json!({ "order": "12", "reason": "it was  broken" }));
    assert_eq!((&told["customer"]["id"], &told["customer"]["name"]), (&json!(anna), &json!("Anna")));
    assert_eq!(told["conversation"]["id"], json!(conversation));
    assert_eq!(told["staff"]["name"], "Olga Operator");
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 0, "nothing goes to the customer");
    // The card still shows what was said last.
    assert_eq!(app.text("SELECT last_message_kind FROM customers").as_deref(), Some("customer"));
}

/// What failed says why, in the server's words where it has any; a run is posted once.
#[actix_web::test]
async fn a_failure_says_why() {
    let (app, server, anna) = desk().await;
    let olga = app.sign_in(OPERATOR).await;
    let refused = ResponseTemplate::new(422).set_body_json(json!({ "error": "There is no order 13" }));
    Mock::given(method("POST")).and(path("/refund")).respond_with(refused).up_to_n_times(1).mount(&server).await;
    let html = ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>");
    Mock::given(method("POST")).and(path("/refund")).respond_with(html).mount(&server).await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "order").await;
    define(&app, "lost", "http://127.0.0.1:9/lost", "").await;
    for (text, count, said) in [
        ("/refund 13", 1, "There is no order 13"),
        ("/refund 14", 2, "the answer cannot be read"),
        ("/lost", 3, "/lost failed"),
    ] {
        types(&olga, anna, text, "reply").await.assert_status(303);
        let sql = "SELECT COUNT(*) FROM command_runs WHERE state = 'failed'";
        eventually("it has failed", async || (app.number(sql) == count).then_some(())).await;
        olga.get(&format!("/inbox/{anna}")).await.assert_says(said);
    }
    assert_eq!(server.received_requests().await.unwrap().len(), 2);
    // A process that ended in the middle: nobody posts again, people look.
    app.execute("UPDATE command_runs SET state = 'running' WHERE id = (SELECT MAX(id) FROM command_runs)");
    let run = app.number("SELECT MAX(id) FROM command_runs");
    app.execute(&format!(
        "INSERT INTO jobs (name, payload, run_at, tries, created_at) \
         VALUES ('command.run', '{{\"run\":{run}}}', '2026-01-01 00:00:00', 1, '2026-01-01 00:00:00')"
    ));
    let told = "SELECT COUNT(*) FROM messages WHERE event LIKE '%it may have been done, check%'";
    eventually("it is told", async || (app.number(told) == 1).then_some(())).await;
}

/// Nothing of it ever reaches the customer: not in the widget, not in the API, not as an event, not in what is pushed.
#[actix_web::test]
async fn customers_never_see_it() {
    let (app, server, _) = desk().await;
    answers(&server, ResponseTemplate::new(200).set_body_json(json!({ "margin": "secret-margin" }))).await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "order").await;
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
           VALUES ('app', 'App', 'app', TRUE, '2026-01-05 09:00:00'); \
         INSERT INTO api_tokens (channel_id, name, token_hash, created_at) \
           SELECT id, 'server', '{}', '2026-01-05 09:00:00' FROM channels WHERE public_key = 'app'",
        switchboard::auth::sessions::hash_key("the-token")
    ));
    let program = app.anonymous().with_header("authorization", "Bearer the-token");
    let visitor = widget(&app).await;
    let hello = json!({ "client_uuid": uuid::Uuid::new_v4().to_string(), "text": "Hello" });
    let sent = program.page(program.request(Method::POST, "/api/v1/customers/u-1/messages").json(&hello)).await;
    sent.assert_status(201);
    let people = "SELECT MAX(id) FROM customers";
    let of_app = app.number(people);
    let hello = Form::new().text("client_uuid", uuid::Uuid::new_v4().to_string()).text("text", "Hello");
    visitor.post_multipart("/chat/shop/messages", hello).await.assert_status(200);
    let of_widget = app.number(people);
    let olga = app.sign_in(OPERATOR).await;
    for customer in [of_app, of_widget] {
        types(&olga, customer, "/refund 12", "reply").await.assert_status(303);
    }
    let sql = "SELECT COUNT(*) FROM messages WHERE kind = 'command_result'";
    eventually("both are answered", async || (app.number(sql) == 2).then_some(())).await;
    for page in [
        program.get("/api/v1/customers/u-1/messages").await,
        program.get("/api/v1/events?after=0").await,
        visitor.get("/chat/shop/messages").await,
    ] {
        page.assert_status(200).assert_silent_about("secret-margin").assert_silent_about("refund");
    }
    olga.get(&format!("/inbox/{of_app}")).await.assert_says("secret-margin");
}

/// A visitor of a web chat.
async fn widget(app: &TestApp) -> Client {
    app.execute(
        "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
         VALUES ('web_chat', 'Shop', 'shop', TRUE, '2026-01-05 09:00:00')",
    );
    let http = app.anonymous();
    let request =
        http.request(Method::POST, "/chat/shop/session").body("{}").header("content-type", "application/json");
    let token = http.page(request).await.json()["token"].as_str().expect("a token").to_owned();
    http.with_header("authorization", &format!("Bearer {token}"))
}

/// A mistyped command, or a quick reply that was not chosen, does not go to the customer by itself: the sender is asked
/// once, with what was typed kept, and may send it as it is. A path, or a comment, is not asked about.
#[actix_web::test]
async fn what_looks_like_a_command_is_asked_about_once() {
    let (app, server, anna) = desk().await;
    define(&app, "name", &format!("{}/name", server.uri()), "").await;
    let (ada, sam) = (app.sign_in(ADMIN).await, app.sign_in(SUPERVISOR).await);
    let stale = ada.get(&format!("/inbox/{anna}")).await;
    let sends = async |fields: &[(&str, &str)]| {
        let filled = stale.form("#composer").filled(fields);
        let shown =
            ["shown", "from"].map(|name| (name.to_owned(), stale.attribute(&format!("[name={name}]"), "value")));
        let all = filled.into_iter().chain(shown).fold(Form::new(), |form, (name, value)| form.text(name, value));
        ada.post_multipart(&format!("/inbox/{anna}/messages"), all).await
    };
    let said = |text: &str| app.number(&format!("SELECT COUNT(*) FROM messages WHERE body = '{text}'"));
    for text in ["/nmae", "/nmae 12 and more", "/имя"] {
        let held = sends(&[("text", text)]).await;
        held.assert_status(422).assert_says("is no command").assert_has("button[name=plain][value='1']");
        assert_eq!(held.raw_texts("#composer textarea")[0].trim(), text);
        assert_eq!(said(text), 0);
    }
    // Meanwhile a colleague has answered: that is asked as well, and the first question not once more.
    types(&sam, anna, "It ships today", "reply").await.assert_status(303);
    let held = sends(&[("text", "/nmae"), ("plain", "1")]).await;
    held.assert_status(422).assert_says("Sam Supervisor has answered meanwhile").assert_has("button[name=over]");
    held.assert_has("input[type=hidden][name=plain][value='1']").assert_lacks("button[name=plain]");
    sends(&[("text", "/nmae"), ("plain", "1"), ("over", "1")]).await.assert_status(303);
    assert_eq!(said("/nmae"), 1);
    types(&ada, anna, "/etc/hosts", "reply").await.assert_status(303);
    types(&ada, anna, "/nmae is not for them", "comment").await.assert_status(303);
    assert_eq!((said("/etc/hosts"), said("/nmae is not for them")), (1, 1));
    assert_eq!(app.number("SELECT COUNT(*) FROM command_runs"), 0);
}

/// What calls a command does not go out with a first message either; what looks like one is asked about, at its field.
#[actix_web::test]
async fn a_command_is_no_first_message() {
    let (app, server, anna) = desk().await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "order\nreason?").await;
    with_mail(&app).await;
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    let supervisor = app.sign_in(SUPERVISOR).await;
    let said = || app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'");
    let message = supervisor.get(&format!("/customers/{anna}/message")).await;
    let new_mail = supervisor.get("/mails/new").await;
    let to: &[(&str, &str)] = &[("email", "new@customer.test"), ("subject", "Hello")];
    let forms: [(_, _, &[(&str, &str)], _); 2] =
        [(&message, "#message_form", &[], "#m-body"), (&new_mail, "#newcomer_form", to, "#body")];
    for (page, form, more, field) in forms {
        let sends = async |fields: &[(&str, &str)]| send(&supervisor, page, form, &[fields, more].concat()).await;
        let refused = sends(&[("body", "/refund 4711 a liar")]).await;
        refused.assert_status(422).assert_says("/refund runs a command").assert_has(&format!("{field}[aria-invalid]"));
        refused.assert_lacks("input[name=plain]");
        sends(&[("body", "/refund 4711 a liar"), ("plain", "1")]).await.assert_status(422);
        let asked = sends(&[("body", "/refnud 4711")]).await;
        asked.assert_status(422).assert_says("/refnud is no command").assert_has(&format!("{field}[aria-invalid]"));
        asked.assert_has("input[type=checkbox][name=plain]");
        let before = said();
        sends(&[("body", "/refnud 4711"), ("plain", "1")]).await.assert_status(303);
        assert_eq!(said(), before + 1);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM command_runs"), 0);
}

/// An app that takes calls and answers none keeps nobody waiting for a command, and after a while its own events wait for it
/// without being tried.
#[actix_web::test]
async fn a_command_does_not_wait_for_an_app_that_hangs() {
    let (app, server, anna) = desk().await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "order").await;
    answers(&server, ResponseTemplate::new(200).set_body_json(json!({}))).await;
    let hangs = ResponseTemplate::new(200).set_delay(std::time::Duration::from_secs(30));
    Mock::given(method("POST")).and(path("/hook")).respond_with(hangs).mount(&server).await;
    let (hook, now) = (json!({ "webhook_url": format!("{}/hook", server.uri()) }), "2026-01-05 09:00:00");
    let hung = app.channel("app");
    app.execute(&format!("UPDATE channels SET settings = '{hook}' WHERE id = {hung}"));
    for _ in 0..12 {
        app.execute(&format!(
            "INSERT INTO app_events (channel_id, customer_id, kind, payload, created_at) \
             VALUES ({hung}, {anna}, 'message.created', '{{}}', '{now}')"
        ));
    }
    app.execute(&format!(
        "INSERT INTO jobs (name, payload, unique_key, run_at, created_at) SELECT 'app_event.deliver', \
         '{{\"event\":' || id || '}}', CAST(id AS TEXT), '{now}', '{now}' FROM app_events"
    ));
    let pushed = async || server.received_requests().await.unwrap().iter().filter(|r| r.url.path() == "/hook").count();
    eventually("the app is told", async || (pushed().await >= 3).then_some(())).await;
    let operator = app.sign_in(OPERATOR).await;
    types(&operator, anna, "/refund 12", "comment").await.assert_status(303);
    is_over(&app, "done").await;
    let untried = "SELECT COUNT(*) FROM jobs WHERE name = 'app_event.deliver' AND tries = 0";
    let put_off = format!("{untried} AND run_at > '{now}'");
    let all_put_off = async || (app.number(&put_off) == 9).then_some(());
    tokio::time::sleep(std::time::Duration::from_secs(8)).await;
    eventually("the others wait", all_put_off).await;
    assert_eq!(pushed().await, 3);
}

/// What is missing is told at the composer, and nothing leaves: neither to the server nor to the customer.
#[actix_web::test]
async fn a_wrong_call_goes_nowhere() {
    let (app, server, anna) = desk().await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "order\nreason?").await;
    define(&app, "ping", &format!("{}/ping", server.uri()), "").await;
    let olga = app.sign_in(OPERATOR).await;
    for (text, said) in [
        ("/refund", "“order” is missing. Write /refund order [reason]"),
        ("/Refund  ", "“order” is missing."),
        ("/ping 12", "This command takes no parameters."),
    ] {
        for mode in ["reply", "comment"] {
            let refused = types(&olga, anna, text, mode).await;
            refused.assert_status(422).assert_says(said);
            assert_eq!(refused.raw_texts("#composer textarea")[0].trim(), text.trim());
        }
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM command_runs"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind IN ('staff', 'comment')"), 0);
    // A paused one is not offered and cannot be run.
    app.execute("UPDATE commands SET enabled = FALSE WHERE name = 'ping'");
    let list = olga.htmx(&format!("/inbox/{anna}/slash?q=&start=1"), "div#slash-list").await;
    assert_eq!(list.count("[role=option]"), 1);
    // Only at the beginning of a message does a slash call a command.
    let list = olga.htmx(&format!("/inbox/{anna}/slash?q=ref&start="), "div#slash-list").await;
    assert_eq!(list.count("[role=option]"), 0);
    // Whoever may only comment runs nothing.
    let supervisor = app.sign_in(SUPERVISOR).await;
    let other = app.sign_in(SECOND_OPERATOR).await;
    let mine = app.staff_id(OPERATOR);
    app.execute(&format!("UPDATE conversations SET assignee_id = {mine}, status = 'active'"));
    types(&other, anna, "/refund 12", "comment").await.assert_status(422);
    assert_eq!(app.number("SELECT COUNT(*) FROM command_runs"), 0);
    types(&supervisor, anna, "/refund 12", "comment").await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM command_runs"), 1);
}

/// Private addresses are refused unless the settings allow them.
#[actix_web::test]
async fn private_addresses_are_refused() {
    let app = spawn_app_with(|_| ()).await;
    let server = MockServer::start().await;
    let channel = app.channel("web_chat");
    let anna = app.writes(Letter { channel, address: "a", name: "Anna", ..Letter::default() }).await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "").await;
    let olga = app.sign_in(OPERATOR).await;
    types(&olga, anna, "/refund", "reply").await.assert_status(303);
    is_over(&app, "failed").await;
    olga.get(&format!("/inbox/{anna}")).await.assert_says("private addresses are not allowed");
    assert!(server.received_requests().await.unwrap().is_empty());
}

/// Admins define commands; wrong definitions are told at their fields; the secret is shown once and kept sealed.
#[actix_web::test]
async fn admins_define_commands() {
    let (app, server, _) = desk().await;
    let olga = app.sign_in(OPERATOR).await;
    olga.get("/settings/commands").await.assert_status(403);
    olga.post_form("/settings/commands", &[("name", "x")]).await.assert_status(403);
    let url = format!("{}/refund", server.uri());
    let secret = define(&app, "refund", &url, "order").await;
    assert!(secret.len() > 30);
    assert!(!app.text("SELECT secret FROM commands").unwrap().contains(&secret));
    let admin = app.sign_in(ADMIN).await;
    let id = app.number("SELECT id FROM commands");
    let page = admin.get(&format!("/settings/commands/{id}")).await;
    page.assert_silent_about(&secret);
    let fields = [("name", "two words"), ("url", "ftp://x"), ("parameters", "a b")];
    let refused = admin.submit(&page, "#command", &fields).await;
    refused.assert_status(422);
    for field in ["name", "url", "parameters"] {
        refused.assert_has(&format!("#{field}[aria-invalid]"));
    }
    assert_eq!(refused.attribute("#name", "value"), "two words");
    let new = admin.get("/settings/commands/new").await;
    let taken = admin.submit(&new, "#command", &[("name", "REFUND"), ("url", &url)]).await;
    taken.assert_status(422).assert_says("There is a command with this name already.");
    let ask = admin.get(&page.attribute("#secret", "href")).await;
    let renewed = admin.submit(&ask, "#ask", &[]).await;
    renewed.assert_has("button[data-copy-from='shown-value']");
    assert_ne!(renewed.attribute("#shown-value", "value"), secret);
    admin.submit(&page, "#pause", &[]).await.assert_redirect(&format!("/settings/commands/{id}"));
    admin.get("/settings/commands").await.assert_says("Paused");
    let ask = admin.get(&format!("/settings/commands/{id}/delete")).await;
    admin.submit(&ask, "#command-delete", &[]).await.assert_redirect("/settings/commands");
    assert_eq!(app.number("SELECT COUNT(*) FROM commands"), 0);
}

/// What could not be sent is not told as "may have been done": it is tried again, and in the end has not been done.
#[actix_web::test]
async fn a_command_that_was_never_posted_is_tried_again() {
    let (app, server, anna) = desk().await;
    answers(&server, ResponseTemplate::new(200).set_body_json(json!({ "status": "refunded" }))).await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "").await;
    // What the server is told cannot be read for a while.
    app.execute("ALTER TABLE staff RENAME COLUMN name TO hidden");
    let me = app.staff_id(OPERATOR);
    let run = |tries: i64| {
        app.execute(&format!(
            "INSERT INTO command_runs (command_id, customer_id, conversation_id, staff_id, parameters, state, created_at) \
             SELECT c.id, v.customer_id, v.id, {me}, '{{}}', 'queued', '2026-01-01 10:00:00' FROM commands c, \
             conversations v"
        ));
        let run = app.number("SELECT MAX(id) FROM command_runs");
        app.execute(&format!(
            "INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES ('command.run', '{{\"run\":{run}}}', \
             '2026-01-01 10:00:00', {tries}, '2026-01-01 10:00:00')"
        ));
    };
    run(0);
    let failed = "SELECT COUNT(*) FROM jobs WHERE last_error IS NOT NULL AND dead_at IS NULL";
    eventually("it has failed once", async || (app.number(failed) == 1).then_some(())).await;
    run(7);
    let dead = "SELECT COUNT(*) FROM jobs WHERE dead_at IS NOT NULL";
    eventually("the other has failed for good", async || (app.number(dead) == 1).then_some(())).await;
    app.execute("ALTER TABLE staff RENAME COLUMN hidden TO name");
    app.execute("UPDATE jobs SET run_at = '2026-01-01 10:00:00' WHERE dead_at IS NULL");
    is_over(&app, "done").await;
    assert_eq!(server.received_requests().await.unwrap().len(), 1);
    let page = app.sign_in(OPERATOR).await.get(&format!("/inbox/{anna}")).await;
    page.assert_says("status: refunded").assert_says("it has not been done");
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE event LIKE '%may have been done%'"), 0);
}

/// An answer outlives a database that is busy in the moment in which it comes.
#[actix_web::test]
async fn an_answer_is_not_lost_to_a_busy_database() {
    let (app, server, anna) = desk().await;
    answers(&server, ResponseTemplate::new(200).set_body_json(json!({ "status": "refunded" }))).await;
    define(&app, "refund", &format!("{}/refund", server.uri()), "").await;
    let olga = app.sign_in(OPERATOR).await;
    // It is busy until its clock shows this. Two seconds lie between the first try and the last one.
    let until = UtcTime::now().plus(chrono::Duration::seconds(2)).utc().format("%Y-%m-%d %H:%M:%S");
    let zone = if app.is_sqlite() { "" } else { "+00" };
    let rows = format!("NEW.state = 'done' AND CURRENT_TIMESTAMP < '{until}{zone}'");
    app.breaks("command_runs", "UPDATE", &rows, "the database is locked");
    types(&olga, anna, "/refund", "reply").await.assert_status(303);
    eventually("it is posted", async || {
        (server.received_requests().await.is_some_and(|all| all.len() == 1)).then_some(())
    })
    .await;
    is_over(&app, "done").await;
    olga.get(&format!("/inbox/{anna}")).await.assert_says("status: refunded");
}
