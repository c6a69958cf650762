//! The outbox, with Telegram as the provider: sent once, tried again, failed in the provider's words, unknown.

use std::time::Duration;

use reqwest::multipart::{Form, Part};
use serde_json::json;
use switchboard::db::Failure;
use switchboard::db::types::DeliveryId;
use switchboard::error::Error;
use switchboard::outbox;
use wiremock::ResponseTemplate;

use crate::support::desk::{reached, say};
use crate::support::telegram::{TOKEN, Telegram, customer, desk_with, error, too_many};
use crate::support::{ADMIN, Client, OPERATOR, PROVIDER_PATIENCE, SHORT_PATIENCE, SUPERVISOR, TestApp, eventually};

fn failed(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM customers WHERE send_failed")
}

async fn with_anna() -> (Telegram, TestApp, Client, i64) {
    with_anna_and(PROVIDER_PATIENCE).await
}

/// The same with so much patience with Telegram.
async fn with_anna_and(patience: Duration) -> (Telegram, TestApp, Client, i64) {
    let telegram = Telegram::start().await;
    let (app, _) = desk_with(&telegram, move |config| config.provider_patience = patience).await;
    let anna = customer(&app, &telegram, 42).await;
    let operator = app.sign_in(OPERATOR).await;
    (telegram, app, operator, anna)
}

/// SEND-18, SEND-19, SEND-20: text, text with a picture, and a picture without text leave at once, each once.
#[actix_web::test]
async fn a_reply_leaves_at_once() {
    let (telegram, app, operator, anna) = with_anna().await;
    say(&operator, anna, "Здравствуйте, Анна", vec![]).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    assert_eq!(telegram.texts(), ["Здравствуйте, Анна"]);
    let picture = || Part::bytes(&b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR"[..]).file_name("pic.png");
    say(&operator, anna, "Look", vec![picture()]).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    say(&operator, anna, "", vec![Part::bytes(&b"plain"[..]).file_name("a.txt")]).await;
    reached(&app, "sent").await;
    let methods: Vec<String> = telegram.sent().into_iter().map(|(method, _)| method).collect();
    assert_eq!(methods, ["sendMessage", "sendPhoto", "sendDocument"]);
    let page = operator.get(&format!("/inbox/{anna}")).await;
    assert_eq!(page.count(".dlv[data-state=sent]"), 3);
    page.assert_lacks(".msg.is-fail");
    assert_eq!(failed(&app), 0);
}

/// LIST-15, LIST-16: "Too many requests" is tried again by itself, after the seconds that it names.
#[actix_web::test]
async fn too_many_requests_wait_for_their_seconds() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([too_many(6)]);
    let before = std::time::Instant::now();
    say(&operator, anna, "patience", vec![]).await;
    eventually("the first try is over", async || {
        (app.number("SELECT count(*) FROM delivery_attempts WHERE outcome = 'again'") == 1).then_some(())
    })
    .await;
    assert_eq!(app.text("SELECT state FROM deliveries").as_deref(), Some("queued"));
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Too Many Requests: retry after 6").assert_says("Try 1").assert_says("Tried again");
    reached(&app, "sent").await;
    assert!(before.elapsed() >= Duration::from_secs(6), "{:?}", before.elapsed());
    assert_eq!(telegram.texts(), ["patience", "patience"]);
    assert_eq!(app.number("SELECT attempts FROM deliveries"), 2);
}

/// LIST-15, LIST-16: the seconds that the provider has named hold though somebody saves the channel's settings meanwhile.
#[actix_web::test]
async fn a_named_pause_outlives_new_settings() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([too_many(3600)]);
    say(&operator, anna, "patience", vec![]).await;
    let waits = "SELECT count(*) FROM deliveries d JOIN channels c ON c.id = d.channel_id \
                 WHERE d.state = 'queued' AND d.error_code = '429' AND c.send_after = d.not_before";
    eventually("it waits", async || (app.number(waits) == 1).then_some(())).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/settings/channels/{}", app.number("SELECT id FROM channels"))).await;
    admin.submit(&page, "#channel", &[("token", TOKEN)]).await.assert_status(303);
    assert_eq!(app.number(waits), 1);
    assert_eq!(telegram.texts(), ["patience"]);
}

/// LIST-09: an error is red on the bubble and on the card, in the provider's words, until a newer message arrives or a
/// retry does.
#[actix_web::test]
async fn an_error_is_red_until_it_is_mended() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([error(400, "Bad Request: chat not found")]);
    say(&operator, anna, "hello?", vec![]).await;
    reached(&app, "failed").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_has(".msg.is-fail").assert_says("Bad Request: chat not found").assert_says("Retry now");
    page.assert_has(".cc-e .cc-bad");
    let answer = operator.submit(&page, ".msg.is-fail form", &[]).await;
    answer.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_lacks(".msg.is-fail").assert_lacks(".cc-bad");
    assert_eq!(telegram.texts(), ["hello?", "hello?"]);
    let id = app.number("SELECT id FROM deliveries");
    operator.post_form(&format!("/deliveries/{id}/retry"), &[]).await.assert_status(409);
    operator.post_form("/deliveries/999/retry", &[]).await.assert_status(404);
}

/// Somebody who has blocked the bot is unsubscribed by the answer, too.
#[actix_web::test]
async fn a_blocked_bot_is_unsubscribed() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([error(403, "Forbidden: bot was blocked by the user")]);
    say(&operator, anna, "hello?", vec![]).await;
    reached(&app, "failed").await;
    assert_eq!(app.number("SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL"), 1);
    let refused = say(&operator, anna, "again", vec![]).await;
    refused.assert_status(422).assert_says("The customer has unsubscribed from this channel.");
    assert_eq!(telegram.texts().len(), 1);
}

/// A provider that answers nonsense, or nothing, may have sent: nobody sends twice, people look.
#[actix_web::test]
async fn what_nobody_knows_is_asked_about() {
    let (telegram, app, operator, anna) = with_anna_and(SHORT_PATIENCE).await;
    telegram.answers([ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>")]);
    say(&operator, anna, "nonsense", vec![]).await;
    reached(&app, "unknown").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Unknown, check").assert_says("the answer cannot be read (200 OK)");
    assert_eq!(failed(&app), 1);
    // Longer than the patience of this desk.
    telegram.answers([ResponseTemplate::new(200).set_delay(SHORT_PATIENCE * 4)]);
    say(&operator, anna, "silence", vec![]).await;
    reached(&app, "unknown").await;
    assert_eq!(telegram.texts(), ["nonsense", "silence"]);
    let admin = app.sign_in(ADMIN).await;
    admin.get("/settings/channels").await.assert_says("Failing, last failure");
    // What is unknown holds nothing back, and is cleared by what arrives.
    say(&operator, anna, "fine", vec![]).await;
    reached(&app, "sent").await;
    assert_eq!(failed(&app), 0);
}

/// Whoever has looked and found that the customer has it says so: nothing goes twice, and the mark is gone.
#[actix_web::test]
async fn what_has_arrived_is_noted() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([ResponseTemplate::new(200).set_body_string("<html>welcome to the wifi</html>")]);
    say(&operator, anna, "nonsense", vec![]).await;
    reached(&app, "unknown").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    let answer = operator.submit(&page, ".msg.is-fail form[action$=arrival]", &[]).await;
    answer.assert_redirect(&format!("/inbox/{anna}"));
    operator.follow(&answer).await.assert_says("Noted as arrived").assert_lacks(".msg.is-fail").assert_lacks(".cc-bad");
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_has(".dlv[data-state=sent]").assert_says("found that it had arrived");
    assert_eq!(failed(&app), 0);
    assert_eq!(app.number("SELECT count(*) FROM deliveries WHERE state = 'sent' AND sent_at IS NOT NULL"), 1);
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event = 'delivery.arrived'"), 1);
    let id = app.number("SELECT id FROM deliveries");
    operator.post_form(&format!("/deliveries/{id}/arrival"), &[]).await.assert_status(409);
    operator.post_form("/deliveries/999/arrival", &[]).await.assert_status(404);
    assert_eq!(telegram.texts(), ["nonsense"]);
}

/// An answer that leads elsewhere is not followed, wherever it leads.
#[actix_web::test]
async fn redirects_are_refused() {
    let (telegram, app, operator, anna) = with_anna().await;
    let metadata = "http://169.254.169.254/latest/meta-data/";
    telegram.answers([ResponseTemplate::new(302).insert_header("Location", metadata)]);
    say(&operator, anna, "come along", vec![]).await;
    eventually("it was tried", async || {
        (app.number("SELECT count(*) FROM delivery_attempts WHERE outcome = 'again'") == 1).then_some(())
    })
    .await;
    let words = app.text("SELECT words FROM delivery_attempts").unwrap();
    assert!(words.contains("302") && words.contains("not followed"), "{words}");
    assert_eq!(telegram.texts().len(), 1);
}

/// Messages to one customer leave in their order, the second not before the first.
#[actix_web::test]
async fn messages_keep_their_order() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([too_many(1)]);
    for text in ["one", "two", "three"] {
        say(&operator, anna, text, vec![]).await.assert_status(303);
    }
    reached(&app, "sent").await;
    assert_eq!(telegram.texts(), ["one", "one", "two", "three"]);
}

/// SEND-21, SEND-22: what the channel does not take is told before anything leaves, and what was typed stays.
#[actix_web::test]
async fn limits_are_told_before_sending() {
    let (telegram, app, operator, anna) = with_anna().await;
    let long = "я".repeat(4097);
    let refused = say(&operator, anna, &long, vec![]).await;
    refused.assert_status(422).assert_says("This channel takes at most 4096 characters in a message.");
    assert!(refused.select("#composer textarea")[0].starts_with("яяя"));
    say(&operator, anna, &"я".repeat(4096), vec![]).await.assert_status(303);
    reached(&app, "sent").await;
    assert_eq!(telegram.texts().len(), 1);
}

/// SEND-01, SEND-35, SEND-36, SEARCH-36: a message to a customer who wrote first leaves through their channel, under
/// the sender's name, marked outgoing.
#[actix_web::test]
async fn a_first_message_leaves_through_the_channel() {
    let (telegram, app, _, anna) = with_anna().await;
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get(&format!("/customers/{anna}/message")).await;
    page.assert_status(200);
    crate::support::desk::send_first(&supervisor, &page, &[("body", "How was it?")]).await.assert_status(303);
    reached(&app, "sent").await;
    assert_eq!(telegram.texts(), ["How was it?"]);
    assert_eq!(app.text("SELECT origin FROM conversations ORDER BY id DESC LIMIT 1").as_deref(), Some("outgoing"));
    let log = supervisor.get(&format!("/inbox/{anna}")).await;
    assert_eq!(log.select(".convo .flag"), ["Outgoing"]);
    let author = app.number("SELECT author_id FROM messages WHERE kind = 'staff'");
    assert_eq!(author, app.staff_id(SUPERVISOR));
}

/// A channel that is not connected, or on pause, refuses with its reason.
#[actix_web::test]
async fn a_paused_channel_says_so() {
    let (telegram, app, operator, anna) = with_anna().await;
    app.execute("UPDATE channels SET enabled = FALSE");
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("This channel cannot send right now.");
    app.execute("UPDATE channels SET enabled = TRUE, secret = NULL");
    operator.get(&format!("/inbox/{anna}")).await.assert_says("This channel is not connected.");
    assert_eq!(telegram.sent(), []);
}

/// A comment never leaves.
#[actix_web::test]
async fn comments_stay_here() {
    let (telegram, app, operator, anna) = with_anna().await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    let filled = page.form("#composer").filled(&[("text", "between us"), ("mode", "comment")]);
    let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    operator.post_multipart(&format!("/inbox/{anna}/messages"), form).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'comment'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
    assert_eq!(telegram.sent(), []);
}

/// A process that ends in the middle leaves a delivery that nobody sends again unasked.
#[actix_web::test]
async fn what_was_left_in_the_middle_is_unknown() {
    let (telegram, app, operator, anna) = with_anna().await;
    say(&operator, anna, "first", vec![]).await;
    reached(&app, "sent").await;
    app.execute("DELETE FROM message_refs WHERE state IS NOT NULL");
    app.execute("UPDATE deliveries SET state = 'sending', sent_at = NULL, leased_until = '2026-01-01 00:00:00'");
    reached(&app, "unknown").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("Unknown, check").assert_says("The program stopped while it was sending.");
    assert_eq!(telegram.texts(), ["first"]);
    operator.submit(&page, ".msg.is-fail form[action$=retry]", &[]).await.assert_status(303);
    reached(&app, "sent").await;
    assert_eq!(telegram.texts(), ["first", "first"]);
}

/// Two desks on one database: each delivery has one sender, and one of them asks the provider.
#[actix_web::test]
async fn two_instances_send_each_message_once() {
    let (telegram, app, operator, anna) = with_anna().await;
    let url = app.db.url().to_owned();
    let settings = telegram.settings();
    let data = app.data();
    let mut config = switchboard::config::Config {
        data: data.clone(),
        listen: "127.0.0.1:0".into(),
        database_url: Some(url),
        connections: 16,
        workers: Some(1),
        rounds: false,
        ..switchboard::config::Config::default()
    };
    settings(&mut config);
    let second = switchboard::app::start(config).await;
    if app.db.is_sqlite() {
        assert!(second.is_err(), "on an SQLite file one desk runs alone");
        return;
    }
    let second = second.expect("a second instance");
    for number in 0..12 {
        say(&operator, anna, &format!("m{number}"), vec![]).await.assert_status(303);
    }
    let sql = "SELECT count(*) FROM deliveries WHERE state = 'sent'";
    eventually("all are sent", async || (app.number(sql) == 12).then_some(())).await;
    // Time for the other one to send what has been sent.
    tokio::time::sleep(Duration::from_secs(2)).await;
    let expected: Vec<String> = (0..12).map(|number| format!("m{number}")).collect();
    assert_eq!(telegram.texts(), expected);
    telegram.writes(42, 50, json!({ "text": "one of you hears it" }));
    eventually("it is heard once", async || {
        (app.number("SELECT count(*) FROM messages WHERE body = 'one of you hears it'") == 1).then_some(())
    })
    .await;
    second.stop().await.expect("the second instance stops");
}

/// Another instance has taken a delivery between the look at it and the wish to send it again: it is not queued twice.
#[actix_web::test]
async fn what_was_taken_meanwhile_is_not_queued_again() {
    let (telegram, app, operator, anna) = with_anna().await;
    telegram.answers([too_many(3600)]);
    say(&operator, anna, "patience", vec![]).await;
    let waits = "SELECT count(*) FROM deliveries WHERE state = 'queued' AND attempts = 1";
    eventually("it waits", async || (app.number(waits) == 1).then_some(())).await;
    let id = DeliveryId(app.number("SELECT id FROM deliveries"));
    let read = app.db.read(move |conn| outbox::load(conn, id)).await.unwrap();
    app.execute("UPDATE deliveries SET state = 'sending', attempts = 2, leased_until = '2099-01-01 00:00:00'");
    let queued = app.db.write(move |tx| outbox::send_again(tx, &read)).await;
    assert!(matches!(queued, Err(Error::Db(Failure::Overtaken))), "{queued:?}");
    assert_eq!(app.text("SELECT state FROM deliveries").as_deref(), Some("sending"));
    operator.post_form(&format!("/deliveries/{id}/retry"), &[]).await.assert_status(409);
    assert_eq!(telegram.texts(), ["patience"]);
}
