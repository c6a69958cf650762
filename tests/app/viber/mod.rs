//! Viber: connecting, signatures over raw bytes, what each event becomes, and sending by links that expire.

pub mod double;
mod phones;
mod templates;

use reqwest::Method;
use reqwest::multipart::Part;
use serde_json::{Value, json};
use wiremock::ResponseTemplate;

use self::double::{ANNA, BASE, TOKEN, Viber, anna, became, desk, desk_with, happens, said, status};
use crate::support::desk::{moment, reached, read_all, say};
use crate::support::{ADMIN, OPERATOR, SHORT_PATIENCE, TestApp, eventually, spawn_app_with};

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";

/// Waits until so many messages of customers are stored.
async fn arrived(app: &TestApp, count: i64) {
    let sql = "SELECT count(*) FROM messages WHERE kind = 'customer'";
    eventually(&format!("{count} messages"), async || (app.number(sql) == count).then_some(())).await;
}

/// The form tells what is wrong before anything is stored; the token is sealed and never shown again; the webhook is
/// set with the events that matter.
#[actix_web::test]
async fn a_bot_is_connected_after_a_test() {
    let viber = Viber::start().await;
    let app = spawn_app_with(viber.settings()).await;
    let admin = app.sign_in(ADMIN).await;
    admin.get("/settings/channels").await.assert_has("a[href='/settings/channels/new/viber']");
    let form = admin.get("/settings/channels/new/viber").await;
    form.assert_has("input[type=password][name=token][required]").assert_has("input[name=sender][required]");
    let long = "я".repeat(29);
    let wrong = [("token", "no token"), ("sender", long.as_str())];
    let refused = admin.submit(&form, "#new-channel", &wrong).await;
    refused.assert_status(422).assert_has("#token-err").assert_has("#sender-err");
    let other = TOKEN.replace("445", "446");
    let refused = admin.submit(&form, "#new-channel", &[("token", &other), ("sender", "N")]).await;
    refused.assert_status(422).assert_says("The connection does not work: invalidAuthToken");
    let good = [("name", "Bot"), ("token", TOKEN), ("sender", "Northwind")];
    let tested = admin.submit(&form, "#new-channel", &[good.as_slice(), &[("test", "1")]].concat()).await;
    tested.assert_status(200).assert_says("The connection works: Northwind");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0, "a test stores nothing");
    admin.submit(&form, "#new-channel", &good).await.assert_status(303);
    let url = format!("/settings/channels/{}", app.number("SELECT id FROM channels"));
    assert!(!app.text("SELECT secret FROM channels").unwrap().contains("dazcczb"), "sealed");
    let page = admin.get(&url).await;
    page.assert_silent_about("dazcczb").assert_has("textarea[name=welcome]");
    assert!(viber.path().await.starts_with("/hooks/"));
    let hook = viber.hooks().remove(0);
    assert_eq!((hook["send_name"].as_bool(), hook["send_photo"].as_bool()), (Some(true), Some(true)));
    assert!(hook["event_types"].as_array().unwrap().contains(&json!("conversation_started")));
    // Viber looks whether anybody is there before it answers.
    viber.tells(&app, &json!({ "event": "webhook", "timestamp": 1, "message_token": 1 })).await;
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 0);
    // The picture of the sender, and the text of the welcome, are looked at where they are typed.
    let bad = admin.submit(&page, "#channel", &[("avatar", "javascript:alert(1)")]).await;
    bad.assert_status(422).assert_has("#avatar-err");
}

/// Without an address that Viber reaches nothing would ever come: the test says so.
#[actix_web::test]
async fn a_desk_that_cannot_be_called_is_told() {
    let viber = Viber::start().await;
    let settings = viber.settings();
    let app = spawn_app_with(move |config| {
        settings(config);
        config.public_url = Some("http://desk.example".into());
    })
    .await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/viber").await;
    let refused = admin.submit(&form, "#new-channel", &[("token", TOKEN), ("sender", "Northwind")]).await;
    refused.assert_status(422).assert_says("it needs a public URL that begins with https://");
}

/// The signature is of the raw bytes, whatever they would be if they were written again; without it nothing is taken.
#[actix_web::test]
async fn webhooks_are_believed_by_their_signature() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    // Written as no serialiser of ours would write it.
    let raw = said(1, json!({ "type": "text", "text": "PLACE" })).to_string();
    let raw = raw.replace("PLACE", "\\u041f\\u0440\\u0438\\u0432\\u0435\\u0442").replace("\":", "\" : ");
    for token in ["", "wrong", &TOKEN.replace("445", "446")] {
        viber.calls_with(&app, token, &raw).await.assert_status(403);
    }
    let path = viber.path().await;
    for signature in ["", "zz", "00"] {
        let client = app.anonymous().with_header("X-Viber-Content-Signature", signature);
        client.page(client.request(Method::POST, &path).body(raw.clone())).await.assert_status(403);
    }
    app.anonymous().post_form(&path, &[]).await.assert_status(403);
    app.anonymous().get(&path).await.assert_status(403);
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 0);
    for body in ["no JSON", "{}", "[]", "\"event\"", r#"{"event":"never heard of","message_token":1}"#] {
        viber.calls_with(&app, TOKEN, body).await.assert_status(200);
    }
    let large = format!("\"{}\"", "x".repeat(4 * 1024 * 1024));
    viber.calls_with(&app, TOKEN, &large).await.assert_status(413);
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 0);
    for _ in 0..3 {
        viber.calls_with(&app, TOKEN, &raw).await.assert_status(200);
    }
    arrived(&app, 1).await;
    read_all(&app).await;
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 1);
    assert_eq!(app.text("SELECT body FROM messages WHERE kind = 'customer'").as_deref(), Some("Привет"));
}

/// CONT-15, CONT-17, CONT-21, CONT-22: who writes becomes a customer, named and shown as Viber does, with a pending
/// action; and every kind of message is shown, those that nobody knows as such.
#[actix_web::test]
async fn every_kind_of_message_is_shown() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let face = viber.has_file("face", PNG);
    let picture = viber.has_file("pic", PNG);
    let bill = viber.has_file("bill", b"%PDF-1.7 bill");
    let sticker = viber.has_file("sticker", PNG);
    let mut first = said(1, json!({ "type": "text", "text": "My order 😀" }));
    first["sender"]["avatar"] = json!(face);
    viber.tells(&app, &first).await;
    let gone = format!("{}/media/gone", viber.server.uri());
    let messages = [
        json!({ "type": "picture", "media": picture, "text": "This one" }),
        json!({ "type": "file", "media": bill, "file_name": "../bill.pdf", "size": 13 }),
        json!({ "type": "sticker", "media": sticker, "sticker_id": 46105 }),
        json!({ "type": "contact", "contact": { "name": "Boris", "phone_number": "79123456789" } }),
        json!({ "type": "location", "location": { "lat": 50.76891, "lon": 6.11499 } }),
        json!({ "type": "file", "media": gone, "file_name": "gone.pdf" }),
        json!({ "type": "hologram" }),
        // An address inside the house, which a provider has no business to name.
        json!({ "type": "picture", "media": "http://127.0.0.1:1/latest/meta-data" }),
        json!({ "type": "file", "media": "http://169.254.169.254/latest/meta-data", "file_name": "keys.txt" }),
    ];
    for (number, message) in (2..).zip(messages) {
        viber.writes(&app, number, message).await;
    }
    arrived(&app, 10).await;
    // Files may come after the words.
    read_all(&app).await;
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Anna Orlova"));
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 1);
    assert_eq!(app.number("SELECT count(*) FROM attachments"), 3);
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("My order 😀").assert_says("This one").assert_has(".ch-viber");
    page.assert_says("Boris").assert_says("+79123456789").assert_says("bill.pdf");
    page.assert_says("https://www.openstreetmap.org/?mlat=50.76891&mlon=6.11499");
    page.assert_says("Not shown here: hologram").assert_says("Not shown here: gone.pdf: the file is gone");
    page.assert_says("Not shown here: photo.jpg: private addresses are not allowed");
    page.assert_says("Not shown here: keys.txt: private addresses are not allowed");
    let account = app.number("SELECT id FROM channel_accounts");
    operator.get(&format!("/avatars/{account}")).await.assert_status(200);
}

/// A welcome is the answer to whoever opens the chat for the first time; it makes no customer and no conversation.
#[actix_web::test]
async fn whoever_opens_the_chat_is_welcomed() {
    let viber = Viber::start().await;
    let (app, id) =
        desk(&viber, &[("welcome", "Здравствуйте!\nЧем помочь?"), ("avatar", "https://n.example/a.png")]).await;
    let mut opened = happens("conversation_started", 1);
    opened["subscribed"] = json!(false);
    let answer = viber.tells(&app, &opened).await;
    let said: Value = serde_json::from_slice(&answer.bytes).unwrap();
    let sender = json!({ "name": "Northwind", "avatar": "https://n.example/a.png" });
    assert_eq!(said, json!({ "type": "text", "text": "Здравствуйте!\nЧем помочь?", "sender": sender }));
    opened["subscribed"] = json!(true);
    assert!(viber.tells(&app, &opened).await.bytes.is_empty(), "who has subscribed is not welcomed again");
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{id}");
    let page = admin.get(&url).await;
    admin.submit(&page, "#channel", &[("welcome", "")]).await.assert_redirect(&url);
    opened["subscribed"] = json!(false);
    assert!(viber.tells(&app, &opened).await.bytes.is_empty());
}

/// A customer who leaves is unsubscribed, and nothing is offered that cannot arrive; one who comes back, or writes, is
/// not. Of two words the later one counts, in whatever order they come.
#[actix_web::test]
async fn who_leaves_is_unsubscribed_by_the_clock_of_viber() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let left = async |expected: i64, what: &str| {
        read_all(&app).await;
        let sql = "SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL";
        assert_eq!(app.number(sql), expected, "{what}");
    };
    viber.tells(&app, &happens("unsubscribed", 10)).await;
    left(1, "left").await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("The customer has unsubscribed from this channel.");
    // Overtaken on its way: she had come back before she left for good.
    viber.tells(&app, &happens("subscribed", 5)).await;
    left(1, "an older word changes nothing").await;
    viber.tells(&app, &happens("subscribed", 20)).await;
    left(0, "back").await;
    viber.tells(&app, &happens("unsubscribed", 15)).await;
    left(0, "an older word changes nothing").await;
    viber.tells(&app, &happens("unsubscribed", 30)).await;
    viber.tells(&app, &happens("unsubscribed", 30)).await;
    left(1, "left again").await;
    // The first message subscribes without an event of its own.
    viber.writes(&app, 40_000, json!({ "type": "text", "text": "I am back" })).await;
    left(0, "who writes wants to hear").await;
    viber.tells(&app, &happens("unsubscribed", 35)).await;
    left(0, "an older word changes nothing").await;
}

/// SEND-18, SEND-19, SEND-20: text, text with a picture, and a file leave at once, each once; media by links that open
/// one file, without a session, for those whom the desk has signed them for.
#[actix_web::test]
async fn a_reply_leaves_with_its_files() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let operator = app.sign_in(OPERATOR).await;
    say(&operator, anna, "Здравствуйте, Анна", vec![]).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    say(&operator, anna, "Look", vec![Part::bytes(PNG).file_name("pic.PNG")]).await.assert_status(303);
    reached(&app, "sent").await;
    let page = b"<!doctype html><script>alert(1)</script>";
    say(&operator, anna, "Read", vec![Part::bytes(&page[..]).file_name("report.html")]).await.assert_status(303);
    reached(&app, "sent").await;
    let sent = viber.sent();
    assert_eq!(sent.len(), 4);
    for message in &sent {
        assert_eq!(
            (&message["receiver"], &message["sender"]["name"]),
            (&json!(ANNA), &json!("Olga Operator, Northwind"))
        );
    }
    assert_eq!((&sent[0]["type"], &sent[0]["text"]), (&json!("text"), &json!("Здравствуйте, Анна")));
    assert_eq!((&sent[1]["type"], &sent[1]["text"]), (&json!("picture"), &json!("Look")));
    assert_eq!((&sent[2]["type"], &sent[2]["text"]), (&json!("text"), &json!("Read")));
    assert_eq!((&sent[3]["type"], &sent[3]["file_name"]), (&json!("file"), &json!("report.html")));
    assert_eq!(sent[3]["size"], json!(page.len()));

    let link = |message: &Value| message["media"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned();
    let (picture, file) = (link(&sent[1]), link(&sent[3]));
    assert!(picture.ends_with(".png") && file.ends_with(".html"), "{picture} {file}");
    let viber_itself = app.anonymous();
    let got = viber_itself.get(&picture).await;
    got.assert_status(200);
    assert_eq!((got.bytes.as_ref(), got.headers["content-type"].to_str().unwrap()), (PNG, "image/png"));
    let got = viber_itself.get(&file).await;
    got.assert_status(200);
    assert_eq!(got.headers["content-type"], "application/octet-stream");
    assert_eq!(got.headers["x-content-type-options"], "nosniff");
    assert_eq!(got.headers["content-security-policy"], "default-src 'none'; sandbox");
    let head = viber_itself.request(Method::HEAD, &picture).send().await.unwrap();
    assert_eq!((head.status().as_u16(), head.headers()["content-length"].to_str().unwrap()), (200, "16"));
    // Scoped to one file, and to the time that is signed.
    let signed = picture.split('/').nth(2).unwrap();
    let (text, signature) = signed.rsplit_once('.').unwrap();
    let (id, until) = text.split_once('-').unwrap();
    let next = id.parse::<i64>().unwrap() + 1;
    for forged in [
        format!("/shared/{next}-{until}.{signature}/file.png"),
        format!("/shared/{id}-{}.{signature}/file.png", until.parse::<i64>().unwrap() + 1),
        format!("/shared/{text}/file.png"),
        "/shared/x/y".to_owned(),
    ] {
        viber_itself.get(&forged).await.assert_status(404);
    }
    // A link dies with its file.
    app.execute("DELETE FROM attachments");
    viber_itself.get(&picture).await.assert_status(404);
}

/// Delivered and seen, in whatever order, however often; and a failure that is told after the fact.
#[actix_web::test]
async fn what_became_of_a_message_only_goes_forward() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let operator = app.sign_in(OPERATOR).await;
    say(&operator, anna, "one", vec![]).await;
    reached(&app, "sent").await;
    let id = app.text("SELECT provider_id FROM message_refs WHERE state IS NOT NULL").unwrap();
    assert!(id.starts_with("4912661846655238"), "every digit counts: {id}");
    viber.tells(&app, &became("seen", &id)).await;
    reached(&app, "read").await;
    for _ in 0..2 {
        viber.tells(&app, &became("delivered", &id)).await;
        viber.tells(&app, &became("seen", &id)).await;
        viber.tells(&app, &became("failed", &id)).await;
    }
    read_all(&app).await;
    assert_eq!(app.text("SELECT state FROM deliveries").as_deref(), Some("read"));
    say(&operator, anna, "two", vec![]).await;
    reached(&app, "sent").await;
    let sql = "SELECT provider_id FROM message_refs WHERE state IS NOT NULL ORDER BY id DESC LIMIT 1";
    let id = app.text(sql).unwrap();
    viber.tells(&app, &became("failed", &id)).await;
    reached(&app, "failed").await;
    operator.get(&format!("/inbox/{anna}")).await.assert_has(".msg.is-fail");
    // Some phone has got it after all.
    viber.tells(&app, &became("delivered", &id)).await;
    reached(&app, "delivered").await;
}

/// LIST-09: what Viber refuses is told in its words, and stops where it has to; what it has had too many of goes on by
/// itself.
#[actix_web::test]
async fn refusals_mean_what_their_numbers_say() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let operator = app.sign_in(OPERATOR).await;
    viber.answers([status(3, "badData")]);
    say(&operator, anna, "bad", vec![]).await;
    reached(&app, "failed").await;
    operator.get(&format!("/inbox/{anna}")).await.assert_says("badData");
    viber.answers([status(12, "Too many requests").insert_header("Retry-After", "1")]);
    say(&operator, anna, "patience", vec![]).await;
    reached(&app, "sent").await;
    assert_eq!(viber.texts(), ["bad", "patience", "patience"]);
    viber.answers([status(12, "Too many requests")]);
    say(&operator, anna, "more patience", vec![]).await;
    let waits = "SELECT count(*) FROM deliveries WHERE state = 'queued' AND attempts = 1";
    eventually("it waits", async || (app.number(waits) == 1).then_some(())).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Too many requests").assert_says("Tried again");
    app.execute("UPDATE deliveries SET not_before = '2026-01-01 00:00:00' WHERE state = 'queued'");
    reached(&app, "sent").await;
    viber.answers([status(6, "notSubscribed")]);
    say(&operator, anna, "hello?", vec![]).await;
    reached(&app, "failed").await;
    assert_eq!(app.number("SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL"), 1);
    let refused = say(&operator, anna, "again", vec![]).await;
    refused.assert_status(422).assert_says("The customer has unsubscribed from this channel.");
}

/// A provider that answers nonsense, or nothing, may have sent: nobody sends twice. An answer that leads elsewhere is not
/// followed.
#[actix_web::test]
async fn answers_that_are_none_are_not_believed() {
    let viber = Viber::start().await;
    let (app, _) = desk_with(&viber, &[], SHORT_PATIENCE).await;
    let anna = anna(&app, &viber).await;
    let operator = app.sign_in(OPERATOR).await;
    let nameless = ResponseTemplate::new(200).set_body_json(json!({ "status": 0 }));
    let strange = ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>");
    let silence = ResponseTemplate::new(200).set_delay(SHORT_PATIENCE * 4);
    for (text, answer) in [("nonsense", strange), ("silence", silence), ("nameless", nameless)] {
        viber.answers([answer]);
        say(&operator, anna, text, vec![]).await;
        reached(&app, "unknown").await;
    }
    operator.get(&format!("/inbox/{anna}")).await.assert_says("Unknown, check");
    app.sign_in(ADMIN).await.get("/settings/channels").await.assert_says("Failing, last failure");
    let metadata = "http://169.254.169.254/latest/meta-data/";
    viber.answers([ResponseTemplate::new(302).insert_header("Location", metadata)]);
    say(&operator, anna, "come along", vec![]).await;
    let again = "SELECT count(*) FROM delivery_attempts WHERE outcome = 'again'";
    eventually("it was tried", async || (app.number(again) == 1).then_some(())).await;
    let words = app.text("SELECT words FROM delivery_attempts WHERE outcome = 'again'").unwrap();
    assert!(words.contains("302") && words.contains("not followed"), "{words}");
    assert_eq!(viber.texts(), ["nonsense", "silence", "nameless", "come along"]);
}

/// SEND-21, SEND-22: what the channel does not take is told before anything leaves, and what was typed stays.
#[actix_web::test]
async fn limits_are_told_before_sending() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[]).await;
    let anna = anna(&app, &viber).await;
    let operator = app.sign_in(OPERATOR).await;
    let refused = say(&operator, anna, &"я".repeat(7001), vec![]).await;
    refused.assert_status(422).assert_says("This channel takes at most 7000 characters in a message.");
    say(&operator, anna, &"я".repeat(7000), vec![]).await.assert_status(303);
    reached(&app, "sent").await;
    assert_eq!(viber.sent().len(), 1);
}

/// What comes while the channel is on pause is kept, since Viber would not keep it, and read when it goes on. A channel
/// that is disconnected is called no more.
#[actix_web::test]
async fn a_pause_keeps_the_webhook_and_a_goodbye_removes_it() {
    let viber = Viber::start().await;
    let (app, id) = desk(&viber, &[]).await;
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{id}");
    let page = admin.get(&url).await;
    admin.submit(&page, "#pause", &[]).await.assert_redirect(&url);
    viber.writes(&app, 1, json!({ "type": "text", "text": "during the pause" })).await;
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
    let page = admin.get(&url).await;
    admin.submit(&page, "#enable", &[]).await.assert_redirect(&url);
    arrived(&app, 1).await;

    // Nobody has used this one.
    app.execute("DELETE FROM hook_events");
    let form = admin.get("/settings/channels/new/viber").await;
    let typed = [("name", "Second"), ("token", TOKEN), ("sender", "Northwind")];
    admin.submit(&form, "#new-channel", &typed).await.assert_status(303);
    app.jobs_done().await;
    let second = app.number("SELECT max(id) FROM channels");
    let page = admin.get(&format!("/settings/channels/{second}")).await;
    assert!(viber.hooks().iter().all(|hook| hook["url"] != ""), "no pause has removed a webhook");
    let ask = admin.get(&page.attribute("#disconnect", "href")).await;
    let gone = admin.submit(&ask, "#ask", &[]).await;
    gone.assert_redirect("/settings/channels");
    assert_eq!(viber.hooks().last().unwrap()["url"], "");
    admin.follow(&gone).await.assert_says("Channel disconnected").assert_silent_about("remove the webhook there");
}

/// A webhook that is registered in the end fails no more, though nobody may write for days.
#[actix_web::test]
async fn a_channel_that_is_set_up_in_the_end_is_well() {
    let viber = Viber::start().await;
    let (app, id) = desk(&viber, &[]).await;
    app.jobs_done().await;
    app.execute(&format!("UPDATE channels SET last_error_at = '{}', last_error = 'away'", moment(0)));
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{id}");
    admin.get(&url).await.assert_says("Failing, last failure");
    let set_up = |tx: &mut switchboard::db::Tx| switchboard::settings::set_up_all(tx, Some("https://desk.example"));
    app.db.write(set_up).await.unwrap();
    app.jobs_done().await;
    admin.get(&url).await.assert_silent_about("Failing, last failure").assert_says("Working");
}

/// What the provider says to a goodbye holds nothing up: the channel is gone, and the admin is told.
#[actix_web::test]
async fn a_goodbye_that_fails_is_said() {
    let viber = Viber::start().await;
    let (app, id) = desk(&viber, &[]).await;
    app.jobs_done().await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/settings/channels/{id}")).await;
    viber.hook_answers([ResponseTemplate::new(500)]);
    let ask = admin.get(&page.attribute("#disconnect", "href")).await;
    let gone = admin.submit(&ask, "#ask", &[]).await;
    gone.assert_redirect("/settings/channels");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0);
    admin.follow(&gone).await.assert_says("could not be told to stop calling");
}
