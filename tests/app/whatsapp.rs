//! WhatsApp: connecting, webhooks, what each kind of message becomes, what goes out and what comes of it.

use std::time::Duration;

use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use crate::support::whatsapp::{
    APP_SECRET, NUMBER, SETTINGS, TOKEN, VERIFY, WhatsApp, compose, customer, desk, desk_with, envelope, error,
    happens, post_signed, said, status,
};
use crate::support::{ADMIN, Client, OPERATOR, PROVIDER_PATIENCE, SHORT_PATIENCE, TestApp, eventually, spawn_app_with};

const ANNA: &str = "79011234567";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

async fn arrived(app: &TestApp, count: i64) {
    let sql = "SELECT count(*) FROM messages WHERE kind = 'customer'";
    eventually(&format!("{count} messages"), async || (app.number(sql) == count).then_some(())).await;
}

async fn read(app: &TestApp) {
    let sql = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all events are read", async || (app.number(sql) == 0).then_some(())).await;
}

/// Waits until the newest delivery is in this state.
async fn reached(app: &TestApp, state: &str) {
    let sql = "SELECT state FROM deliveries ORDER BY id DESC LIMIT 1";
    let is = async || (app.text(sql).as_deref() == Some(state)).then_some(());
    eventually(&format!("the delivery is {state}"), is).await;
}

async fn with_anna() -> (WhatsApp, TestApp, Client, i64) {
    with_anna_and(PROVIDER_PATIENCE).await
}

/// The same with so much patience with WhatsApp.
async fn with_anna_and(patience: Duration) -> (WhatsApp, TestApp, Client, i64) {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with(&whatsapp, patience).await;
    let anna = customer(&app, ANNA).await;
    let operator = app.sign_in(OPERATOR).await;
    (whatsapp, app, operator, anna)
}

async fn reply(client: &Client, customer: i64, text: &str) {
    let sent = compose(client, customer, &[("mode", "reply"), ("text", text)], None).await;
    sent.assert_redirect(&format!("/inbox/{customer}"));
}

/// The form asks WhatsApp before anything is stored and says what is wrong; secrets are sealed and never shown again;
/// the webhook's address is shown, and answers Meta's challenge.
#[actix_web::test]
async fn a_number_is_connected_after_a_test() {
    let whatsapp = WhatsApp::start().await;
    let app = spawn_app_with(whatsapp.settings()).await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/whatsapp").await;
    form.assert_has("input[type=password][name=app_secret][required]");
    let with =
        |name: &'static str, value: &'static str| SETTINGS.map(|(n, v)| if n == name { (n, value) } else { (n, v) });
    for (field, value, words) in [
        ("phone_number_id", "+1 555", "it has digits only"),
        ("phone_number_id", "106540352242923", "the business account has no phone number with this ID"),
        ("token", "EAAOther", "Invalid OAuth access token"),
        ("app_secret", "other", "Invalid appsecret_proof"),
        ("verify_token", "", "Fill in this field"),
    ] {
        let answer = admin.submit(&form, "#new-channel", &with(field, value)).await;
        answer.assert_status(422);
        assert!(answer.text.contains(words) || answer.has(&format!("#{field}-err")), "{field}: {}", answer.text);
    }
    let mut tested = SETTINGS.to_vec();
    tested.push(("test", "1"));
    let tested = admin.submit(&form, "#new-channel", &tested).await;
    tested.assert_says("The connection works: Northwind +1 555-078-3881");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0, "a test stores nothing");
    admin.submit(&form, "#new-channel", &SETTINGS).await.assert_status(303);
    eventually("subscribed", async || (whatsapp.called("/subscribed_apps") > 0).then_some(())).await;
    let sealed = app.text("SELECT secret FROM channels").unwrap();
    assert!(!sealed.contains(TOKEN) && !sealed.contains(APP_SECRET), "sealed");
    let page = admin.get(&format!("/settings/channels/{}", app.number("SELECT id FROM channels"))).await;
    page.assert_silent_about(TOKEN).assert_silent_about(APP_SECRET);
    let hook = page.attribute("#hook-url", "value");
    let path = hook.split_once("/hooks/").map(|(_, key)| format!("/hooks/{key}")).unwrap();
    let ask = |token: &str| {
        let token = token.replace(' ', "+");
        format!("{path}?hub.mode=subscribe&hub.verify_token={token}&hub.challenge=1158201444")
    };
    let answer = app.anonymous().get(&ask(VERIFY)).await;
    answer.assert_status(200);
    assert_eq!(answer.text, "1158201444");
    app.anonymous().get(&ask("another word")).await.assert_status(403);
    app.anonymous().get(&path).await.assert_status(403);
}

/// CONT-15, CONT-16, CONT-17, CONT-18: who writes becomes a customer with the number that WhatsApp vouches for and the
/// name that they go by there; nothing is missing. Sent again, or in another order, it is one message.
#[actix_web::test]
async fn a_message_comes_in_once() {
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let first = said(ANNA, "wamid.1", json!({ "type": "text", "text": { "body": "Привет 😀" } }));
    let answer = json!({ "type": "text", "text": { "body": "Second" }, "context": { "id": "wamid.1" } });
    happens(&app, first.clone()).await;
    arrived(&app, 1).await;
    happens(&app, said(ANNA, "wamid.2", answer)).await;
    happens(&app, first).await;
    arrived(&app, 2).await;
    read(&app).await;
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 2);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Анна Орлова"));
    assert_eq!(app.text("SELECT phone FROM customers").as_deref(), Some("+79011234567"));
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 0);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("Привет 😀").assert_has(".ch-whatsapp").assert_says("Answers:");
}

/// A message that was long on its way shows when it was written, and free text goes out for a day after that only.
#[actix_web::test]
async fn a_late_message_opens_no_window() {
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let mut late = said(ANNA, "wamid.9", json!({ "type": "text", "text": { "body": "Hello?" } }));
    late["messages"][0]["timestamp"] = json!("1700000000");
    happens(&app, late).await;
    arrived(&app, 1).await;
    let page = app.sign_in(OPERATOR).await.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("14 Nov 2023").assert_says("received today at");
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer' AND sent_at IS NOT NULL"), 1);
}

/// A customer who is known by this number, from wherever, is the one who writes.
#[actix_web::test]
async fn a_known_number_is_a_known_customer() {
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let person =
        crate::support::desk::Person { phone: "8 (901) 123-45-67", ..crate::support::desk::Person::named("A.") };
    let known = app.customer(person);
    assert_eq!(customer(&app, ANNA).await, known);
}

/// Webhooks are believed by the signature over their raw bytes. What is signed and not WhatsApp's is thrown away.
#[actix_web::test]
async fn webhooks_are_believed_by_their_signature() {
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let body = envelope(said(ANNA, "wamid.1", json!({ "type": "text", "text": { "body": "Ёжик" } })));
    assert!(body.contains("\\u0401"), "the bytes are escaped, as Meta signs them");
    post_signed(&app, "another secret", &body).await.assert_status(403);
    let key = app.text("SELECT public_key FROM channels").unwrap();
    app.anonymous().post_form(&format!("/hooks/{key}"), &[]).await.assert_status(403);
    post_signed(&app, APP_SECRET, "no JSON").await.assert_status(200);
    post_signed(&app, APP_SECRET, "{}").await.assert_status(200);
    post_signed(&app, APP_SECRET, &body.replace(NUMBER, "1")).await.assert_status(200);
    post_signed(&app, APP_SECRET, &"x".repeat(4 * 1024 * 1024)).await.assert_status(413);
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 0);
    for _ in 0..3 {
        post_signed(&app, APP_SECRET, &body).await.assert_status(200);
    }
    arrived(&app, 1).await;
    read(&app).await;
    assert_eq!(app.text("SELECT body FROM messages WHERE kind = 'customer'").as_deref(), Some("Ёжик"));
}

/// Pictures, files that have expired, places, reactions, and what nobody knows yet.
#[actix_web::test]
async fn every_kind_of_message_is_shown() {
    let whatsapp = WhatsApp::start().await;
    whatsapp.has_file("9001", PNG);
    let app = desk(&whatsapp).await;
    let kinds = [
        json!({ "type": "text", "text": { "body": "My order" } }),
        json!({ "type": "image", "image": { "id": "9001", "mime_type": "image/png", "caption": "This one" } }),
        json!({ "type": "document", "document": { "id": "9002", "filename": "../bill.pdf" } }),
        json!({ "type": "sticker", "sticker": { "id": "9001", "mime_type": "image/webp" } }),
        json!({ "type": "location", "location": { "latitude": 55.75, "longitude": 37.6, "name": "Our shop" } }),
        json!({ "type": "contacts", "contacts": [{ "name": { "formatted_name": "Boris" } }] }),
        json!({ "type": "unsupported", "errors": [{ "code": 131051, "title": "Unsupported message type" }] }),
        json!({ "type": "hologram", "hologram": {} }),
    ];
    for (number, kind) in (1..).zip(kinds) {
        happens(&app, said(ANNA, &format!("wamid.{number}"), kind)).await;
    }
    let reaction = |emoji: &str| json!({ "type": "reaction", "reaction": { "message_id": "wamid.1", "emoji": emoji } });
    happens(&app, said(ANNA, "wamid.r1", reaction("👍"))).await;
    arrived(&app, 8).await;
    read(&app).await;
    let operator = app.sign_in(OPERATOR).await;
    let url = format!("/inbox/{}", app.number("SELECT id FROM customers"));
    let page = operator.get(&url).await;
    page.assert_says("My order").assert_says("This one").assert_says("Our shop").assert_says("Boris");
    assert_eq!(page.select(".reacts span"), ["👍"]);
    assert_eq!(page.count(".msg .pic img"), 2);
    page.assert_says("Not shown here: bill.pdf: Object with ID '9002' does not exist");
    page.assert_says("Not shown here: Unsupported message type").assert_says("Not shown here: hologram");
    page.assert_silent_about(TOKEN);
    happens(&app, said(ANNA, "wamid.r2", reaction(""))).await;
    read(&app).await;
    operator.get(&url).await.assert_lacks(".reacts");
}

/// Of two reactions the later one stays, whichever comes first, and so does the word that there is none any more.
#[actix_web::test]
async fn an_older_reaction_changes_nothing() {
    let (_whatsapp, app, operator, anna) = with_anna().await;
    let reacts = async |id: &str, emoji: &str, at: i64| {
        let reaction = json!({ "message_id": format!("wamid.IN{ANNA}"), "emoji": emoji });
        let at = (1_790_000_000 + at).to_string();
        let told = json!({ "type": "reaction", "reaction": reaction, "timestamp": at });
        happens(&app, said(ANNA, id, told)).await;
        read(&app).await;
        operator.get(&format!("/inbox/{anna}")).await.select(".reacts span")
    };
    assert!(reacts("wamid.r1", "", 20).await.is_empty());
    assert!(reacts("wamid.r2", "👍", 10).await.is_empty(), "it has been taken back");
    assert_eq!(reacts("wamid.r3", "🎉", 30).await, ["🎉"]);
    assert_eq!(reacts("wamid.r4", "👎", 25).await, ["🎉"]);
    assert!(reacts("wamid.r5", "", 30).await.is_empty());
}

/// A file that does not come holds up nobody's words, neither when it is first asked for nor later; it is put into its
/// message when it comes.
#[actix_web::test]
async fn a_slow_file_holds_up_nobody() {
    const BORIS: &str = "79030000000";
    const SLOW: Duration = Duration::from_secs(60);
    let whatsapp = WhatsApp::start().await;
    whatsapp.has_file("9001", PNG);
    whatsapp.gives_files_after(SLOW);
    let app = desk_with(&whatsapp, SLOW).await;
    let picture =
        json!({ "type": "image", "image": { "id": "9001", "mime_type": "image/png", "caption": "This one" } });
    happens(&app, said(ANNA, "wamid.1", picture)).await;
    let text = |words: &str| json!({ "type": "text", "text": { "body": words } });
    happens(&app, said(BORIS, "wamid.2", text("Hello"))).await;
    arrived(&app, 2).await;
    let awaited = "SELECT count(*) FROM messages WHERE unsupported LIKE 'awaited%'";
    assert_eq!(app.number(awaited), 1);
    // By then it is asked for again.
    tokio::time::sleep(Duration::from_secs(3)).await;
    happens(&app, said(BORIS, "wamid.3", text("Is anybody there?"))).await;
    let since = std::time::Instant::now();
    arrived(&app, 3).await;
    assert!(since.elapsed() < SLOW / 3, "{:?}", since.elapsed());
    // Whoever stops does not wait for it either; afterwards it comes.
    whatsapp.gives_files_after(Duration::ZERO);
    let mut app = app;
    app.restart().await;
    app.execute("UPDATE hook_events SET not_before = '2026-01-05 09:00:00'");
    eventually("the picture is there", async || {
        (app.number("SELECT count(*) FROM attachments") == 1 && app.number(awaited) == 0).then_some(())
    })
    .await;
}

/// SEND-18, SEND-19, SEND-20: text, a picture with a text below it, and a document without any leave at once, each once.
#[actix_web::test]
async fn a_reply_leaves_at_once() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    reply(&operator, anna, "Здравствуйте").await;
    reached(&app, "sent").await;
    let picture = Some(("pic.png", PNG.to_vec()));
    compose(&operator, anna, &[("mode", "reply"), ("text", "Look")], picture).await.assert_status(303);
    eventually("two are sent", async || (whatsapp.sent().len() == 2).then_some(())).await;
    reached(&app, "sent").await;
    let paper = Some(("bill.pdf", b"%PDF-1.7\n".to_vec()));
    compose(&operator, anna, &[("mode", "reply"), ("text", "")], paper).await.assert_status(303);
    eventually("three are sent", async || (whatsapp.sent().len() == 3).then_some(())).await;
    reached(&app, "sent").await;
    let sent = whatsapp.sent();
    assert_eq!((sent[0]["to"].as_str(), sent[0]["type"].as_str()), (Some(ANNA), Some("text")));
    assert_eq!(whatsapp.texts(), ["Здравствуйте"]);
    assert_eq!(sent[1]["image"], json!({ "id": "up-1", "caption": "Look" }));
    assert_eq!(sent[2]["document"], json!({ "id": "up-2", "filename": "bill.pdf" }));
    assert!(whatsapp.uploads()[0].contains("messaging_product"), "{:?}", whatsapp.uploads()[0]);
}

/// Sounds as iPhones and messengers record them leave under the names that Meta has for them.
#[actix_web::test]
async fn sounds_of_phones_leave() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    let opus = [&b"OggS\0\x02"[..], &[0_u8; 20][..], &b"\x01\x13OpusHead\x01\x01"[..]].concat();
    let memo = b"\0\0\0\x1cftypM4A \0\0\0\0M4A mp42isom".to_vec();
    for (at, name, bytes, kind) in [(1, "memo.m4a", memo, "audio/mp4"), (2, "voice.ogg", opus, "audio/ogg")] {
        let fields = [("mode", "reply"), ("text", "")];
        compose(&operator, anna, &fields, Some((name, bytes))).await.assert_status(303);
        eventually("it is sent", async || (whatsapp.sent().len() == at).then_some(())).await;
        reached(&app, "sent").await;
        let upload = whatsapp.uploads()[at - 1].to_ascii_lowercase();
        assert!(upload.contains(&format!("content-type: {kind}\r\n")), "{upload}");
        assert!(upload.contains(&format!("name=\"type\"\r\n\r\n{kind}\r\n")), "{upload}");
        assert_eq!(whatsapp.sent()[at - 1]["type"], "audio");
    }
}

/// WhatsApp knows many numbers of Brazil, Mexico and Argentina by other digits than people write: the answer to what was
/// sent to such a number comes from the other one, and belongs to the same customer and conversation.
#[actix_web::test]
async fn an_answer_comes_from_the_number_that_whatsapp_knows() {
    const WRITTEN: &str = "5582999448232";
    const KNOWN: &str = "558299448232";
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let maria = customer(&app, WRITTEN).await;
    let operator = app.sign_in(OPERATOR).await;
    let contacts = json!([{ "input": WRITTEN, "wa_id": KNOWN }]);
    let sent = json!({ "messaging_product": "whatsapp", "contacts": contacts, "messages": [{ "id": "wamid.OUT1" }] });
    whatsapp.answers([ResponseTemplate::new(200).set_body_json(sent)]);
    reply(&operator, maria, "Olá").await;
    reached(&app, "sent").await;
    assert_eq!(app.text("SELECT address FROM channel_accounts").as_deref(), Some(KNOWN));
    assert_eq!(app.text("SELECT phone FROM customers").as_deref(), Some("+5582999448232"));
    happens(&app, said(KNOWN, "wamid.2", json!({ "type": "text", "text": { "body": "Oi" } }))).await;
    arrived(&app, 2).await;
    let all = "SELECT (SELECT count(*) FROM customers) * 10 + (SELECT count(*) FROM conversations)";
    assert_eq!(app.number(all), 11, "one customer, one conversation");
    reply(&operator, maria, "Tudo bem?").await;
    eventually("the second is sent", async || (whatsapp.sent().len() == 2).then_some(())).await;
    assert_eq!(whatsapp.sent()[1]["to"], KNOWN);
}

/// SEND-21, SEND-22: what WhatsApp does not take is refused before it is sent, with the reason.
#[actix_web::test]
async fn what_whatsapp_does_not_take_is_refused_at_once() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    let mut large = PNG.to_vec();
    large.resize(5 * 1024 * 1024 + 1, 0);
    let fields = [("mode", "reply"), ("text", "Look")];
    let refused = compose(&operator, anna, &fields, Some(("large.png", large))).await;
    refused.assert_status(422).assert_says("5 MB").assert_says("Look");
    let zip = b"PK\x03\x04\x14\0\0\0\0\0".to_vec();
    let refused = compose(&operator, anna, &fields, Some(("all.zip", zip))).await;
    refused.assert_status(422).assert_says("all.zip");
    let long = "x".repeat(4097);
    let refused = compose(&operator, anna, &[("mode", "reply"), ("text", &long)], None).await;
    refused.assert_status(422).assert_says("4096");
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
    assert_eq!(whatsapp.sent().len(), 0);
}

/// What became of a message comes late, twice and out of order: it never goes back.
#[actix_web::test]
async fn statuses_only_go_forward() {
    let (_whatsapp, app, operator, anna) = with_anna().await;
    reply(&operator, anna, "one").await;
    reached(&app, "sent").await;
    happens(&app, status("wamid.OUT1", "read")).await;
    reached(&app, "read").await;
    for word in ["delivered", "sent", "read", "failed"] {
        happens(&app, status("wamid.OUT1", word)).await;
    }
    read(&app).await;
    assert_eq!(app.text("SELECT state FROM deliveries").as_deref(), Some("read"));
    // Rule 16: each state with its time, though the one came after the other.
    assert_eq!(app.number("SELECT COUNT(*) FROM deliveries WHERE delivered_at IS NOT NULL AND read_at IS NOT NULL"), 1);
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_has(".dlv[data-state=read]").assert_lacks(".is-fail");
}

/// A failure that comes minutes after "accepted" is red, in WhatsApp's words; who is not there any more is unsubscribed.
#[actix_web::test]
async fn a_failure_may_come_later() {
    let (_whatsapp, app, operator, anna) = with_anna().await;
    reply(&operator, anna, "one").await;
    reached(&app, "sent").await;
    let mut failed = status("wamid.OUT1", "failed");
    failed["statuses"][0]["errors"] = json!([{ "code": 131026, "title": "Message undeliverable" }]);
    happens(&app, failed).await;
    reached(&app, "failed").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_has(".msg.is-fail").assert_says("Message undeliverable").assert_says("unsubscribed from this channel");
}

/// LIST-15, LIST-16: too many messages, to this customer or in all, are sent again by themselves after a while.
#[actix_web::test]
async fn too_many_messages_wait() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    let seconds = |answer: ResponseTemplate| answer.insert_header("retry-after", "1");
    whatsapp.answers([
        seconds(error(429, 130429, "Rate limit hit")),
        seconds(error(400, 131056, "Too many messages to this customer")),
    ]);
    let before = std::time::Instant::now();
    reply(&operator, anna, "patience").await;
    reached(&app, "sent").await;
    assert!(before.elapsed() >= Duration::from_secs(2), "{:?}", before.elapsed());
    assert_eq!(app.number("SELECT attempts FROM deliveries"), 3);
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Rate limit hit").assert_says("Too many messages to this customer");
}

/// A message that failed, as a status tells it.
fn failed(id: &str, code: i64, title: &str) -> Value {
    let mut failed = status(id, "failed");
    failed["statuses"][0]["errors"] = json!([{ "code": code, "title": title }]);
    failed
}

/// LIST-15, LIST-16: what waits for the seconds that were named does so though somebody saves the channel's settings meanwhile.
#[actix_web::test]
async fn a_customers_pause_outlives_new_settings() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    whatsapp.answers([error(400, 131056, "Pair rate limit hit").insert_header("retry-after", "3600")]);
    reply(&operator, anna, "patience").await;
    let later = switchboard::db::types::UtcTime::now().plus(chrono::Duration::seconds(1800));
    let waits = format!(
        "SELECT count(*) FROM deliveries WHERE state = 'queued' AND not_before > '{}'",
        later.utc().format("%Y-%m-%d %H:%M:%S%.6f")
    );
    eventually("it waits", async || (app.number(&waits) == 1).then_some(())).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/settings/channels/{}", app.number("SELECT id FROM channels"))).await;
    admin.submit(&page, "#channel", &[("token", TOKEN)]).await.assert_status(303);
    assert_eq!(app.number(&waits), 1);
    assert_eq!(whatsapp.texts(), ["patience"]);
}

/// LIST-15, LIST-16: the same where WhatsApp accepts them first, and says so later by a status. Told twice, it goes once
/// more only.
#[actix_web::test]
async fn too_many_messages_wait_when_a_status_says_so() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    reply(&operator, anna, "patience").await;
    reached(&app, "sent").await;
    let before = std::time::Instant::now();
    for _ in 0..2 {
        happens(&app, failed("wamid.OUT1", 131056, "Pair rate limit hit")).await;
    }
    reached(&app, "queued").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Pair rate limit hit").assert_lacks(".is-fail");
    eventually("it goes once more", async || (whatsapp.texts().len() == 2).then_some(())).await;
    assert!(before.elapsed() >= Duration::from_secs(6), "{:?}", before.elapsed());
    reached(&app, "sent").await;
    assert_eq!(whatsapp.texts(), ["patience", "patience"]);
    assert_eq!(app.number("SELECT attempts FROM deliveries"), 2);
    happens(&app, status("wamid.OUT2", "delivered")).await;
    reached(&app, "delivered").await;
    // Another number of seconds, for all of the channel.
    reply(&operator, anna, "throughput").await;
    reached(&app, "sent").await;
    let wait = switchboard::db::types::UtcTime::now().plus(chrono::Duration::seconds(4));
    happens(&app, failed("wamid.OUT3", 130429, "Rate limit hit")).await;
    reached(&app, "queued").await;
    assert_eq!(app.number("SELECT count(*) FROM channels WHERE send_after IS NOT NULL"), 1);
    let at = wait.utc().format("%Y-%m-%d %H:%M:%S%.6f");
    assert_eq!(app.number(&format!("SELECT count(*) FROM deliveries WHERE not_before > '{at}'")), 1);
}

/// Of a message in two parts nothing that arrived is sent again: when the first failed and the second did not, people
/// decide; when the second fails, too, both go once more.
#[actix_web::test]
async fn parts_that_arrived_are_not_sent_again() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    let long = "я".repeat(1100);
    let paper = Some(("bill.pdf", b"%PDF-1.7 bill".to_vec()));
    let fields = [("mode", "reply"), ("text", long.as_str())];
    compose(&operator, anna, &fields, paper).await.assert_status(303);
    reached(&app, "sent").await;
    assert_eq!(whatsapp.sent().len(), 2);
    happens(&app, failed("wamid.OUT1", 131056, "Pair rate limit hit")).await;
    reached(&app, "failed").await;
    happens(&app, failed("wamid.OUT2", 131056, "Pair rate limit hit")).await;
    reached(&app, "queued").await;
    eventually("both go once more", async || (whatsapp.sent().len() == 4).then_some(())).await;
    reached(&app, "sent").await;
    // The text arrives, the paper does not: it alone goes again.
    happens(&app, status("wamid.OUT3", "delivered")).await;
    happens(&app, failed("wamid.OUT4", 131056, "Pair rate limit hit")).await;
    reached(&app, "queued").await;
    eventually("the paper goes again", async || (whatsapp.sent().len() == 5).then_some(())).await;
    assert_eq!(whatsapp.sent()[4]["type"], "document");
}

/// A customer who has another number stays the same customer, in the same conversation; a number that somebody else has
/// stays theirs. Staff read of both.
#[actix_web::test]
async fn a_new_number_is_the_same_customer() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    let changes = async |id: &str, from: &str, to: &str| {
        let system = json!({ "body": "User changed number", "wa_id": to, "type": "user_changed_number" });
        let message = json!({ "from": from, "id": id, "timestamp": "1790000200", "type": "system", "system": system });
        happens(&app, json!({ "messages": [message] })).await;
        read(&app).await;
    };
    let (new, other) = ("79020000000", "79030000000");
    for _ in 0..2 {
        changes("wamid.S1", ANNA, new).await;
    }
    assert_eq!(app.text("SELECT address FROM channel_accounts").as_deref(), Some(new));
    assert_eq!(app.text("SELECT phone FROM customers").as_deref(), Some("+79020000000"));
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("address here has changed").assert_says(new);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 1, "it is no message of hers");
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'system' AND event LIKE '%79020000000%'"), 1);
    reply(&operator, anna, "Still you?").await;
    reached(&app, "sent").await;
    assert_eq!(whatsapp.sent().last().unwrap()["to"], new);
    assert_eq!(customer(&app, new).await, anna);
    operator.get("/search?q=79020000000").await.assert_has(&format!("a[href^='/customers/{anna}']"));

    let boris = customer(&app, other).await;
    assert_ne!(boris, anna);
    changes("wamid.S2", new, other).await;
    assert_eq!(customer(&app, new).await, anna);
    operator.get(&format!("/inbox/{anna}")).await.assert_says("which belongs to another customer here");
    // Whoever is not known has nothing to move.
    changes("wamid.S3", "79990000000", "79990000001").await;
    assert_eq!(app.number("SELECT count(*) FROM channel_accounts"), 2);
}

/// What fails for good does so in WhatsApp's words; what concerns the number is on its health line, and fails no message.
#[actix_web::test]
async fn errors_say_how_to_go_on() {
    let (whatsapp, app, operator, anna) = with_anna().await;
    whatsapp.answers([error(400, 131047, "More than 24 hours have passed since the customer last replied")]);
    reply(&operator, anna, "one").await;
    reached(&app, "failed").await;
    operator.get(&format!("/inbox/{anna}")).await.assert_says("More than 24 hours have passed");
    whatsapp.answers([error(401, 190, "Error validating access token: the session has expired")]);
    reply(&operator, anna, "two").await;
    // No message is at fault for the token: it waits, and with it the channel, until an admin has looked.
    let waits = "SELECT count(*) FROM deliveries d JOIN channels c ON c.id = d.channel_id \
                 WHERE d.state = 'queued' AND d.error_code = '190' AND c.send_after = d.not_before";
    eventually("the second waits", async || (app.number(waits) == 1).then_some(())).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/settings/channels/{}", app.number("SELECT id FROM channels"))).await;
    page.assert_has(".dot.is-bad").assert_says("the session has expired");
    // A token that works, saved, ends that at once: what waits leaves, in its order.
    reply(&operator, anna, "three").await;
    admin.submit(&page, "#channel", &[("token", TOKEN)]).await.assert_status(303);
    let left = "SELECT count(*) FROM deliveries WHERE state = 'sent'";
    eventually("what has waited leaves", async || (app.number(left) == 2).then_some(())).await;
    assert_eq!(whatsapp.texts().iter().rev().take(2).rev().collect::<Vec<_>>(), ["two", "three"]);
}

/// An answer that is none, or none in time, may have sent: nobody sends twice, people look.
#[actix_web::test]
async fn what_nobody_knows_is_asked_about() {
    let (whatsapp, app, operator, anna) = with_anna_and(SHORT_PATIENCE).await;
    whatsapp.answers([ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>")]);
    reply(&operator, anna, "nonsense").await;
    reached(&app, "unknown").await;
    operator.get(&format!("/inbox/{anna}")).await.assert_says("Unknown, check");
    whatsapp.answers([ResponseTemplate::new(200).set_delay(SHORT_PATIENCE * 4)]);
    reply(&operator, anna, "silence").await;
    let two = "SELECT count(*) FROM deliveries WHERE state = 'unknown'";
    eventually("both are unknown", async || (app.number(two) == 2).then_some(())).await;
    assert_eq!(whatsapp.texts(), ["nonsense", "silence"]);
}
