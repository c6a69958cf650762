//! Telegram: connecting, receiving by both ways, what each kind of message becomes, and what is refused.

use std::time::Duration;

use serde_json::json;

use crate::support::telegram::{OTHER_TOKEN, TOKEN, Telegram, customer, desk, desk_with, said};
use crate::support::{ADMIN, OPERATOR, TestApp, eventually, spawn_app_with};

/// Waits until so many messages of customers are stored.
async fn arrived(app: &TestApp, count: i64) {
    let sql = "SELECT count(*) FROM messages WHERE kind = 'customer'";
    eventually(&format!("{count} messages"), async || (app.number(sql) == count).then_some(())).await;
}

async fn read(app: &TestApp) {
    let sql = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all events are read", async || (app.number(sql) == 0).then_some(())).await;
}

/// The form tells what is wrong before anything is stored; the token is sealed and never shown again.
#[actix_web::test]
async fn a_bot_is_connected_after_a_test() {
    let telegram = Telegram::start().await;
    let app = spawn_app_with(telegram.settings()).await;
    let admin = app.sign_in(ADMIN).await;
    admin.get("/settings/channels").await.assert_has("a[href='/settings/channels/new/telegram']");
    let form = admin.get("/settings/channels/new/telegram").await;
    form.assert_has("input[type=password][name=token][required]");
    let empty = admin.submit(&form, "#new-channel", &[("token", "")]).await;
    empty.assert_status(422).assert_has("#token-err");
    admin.submit(&form, "#new-channel", &[("token", "no token")]).await.assert_status(422).assert_has("#token-err");
    let other = TOKEN.replace("777", "778");
    let wrong = admin.submit(&form, "#new-channel", &[("token", &other)]).await;
    wrong.assert_status(422).assert_says("The connection does not work: Unauthorized");
    let tested = admin.submit(&form, "#new-channel", &[("token", TOKEN), ("test", "1")]).await;
    tested.assert_status(200).assert_says("The connection works: @northwind_bot");
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0, "a test stores nothing");
    admin.submit(&form, "#new-channel", &[("name", "Bot"), ("token", TOKEN)]).await.assert_status(303);
    let url = format!("/settings/channels/{}", app.number("SELECT id FROM channels"));
    assert!(!app.text("SELECT secret FROM channels").unwrap().contains("AAExample"), "sealed");
    let page = admin.get(&url).await;
    page.assert_silent_about("AAExample").assert_lacks("input[name=token][required]");
    let page = admin.submit(&page, "#test", &[]).await;
    page.assert_says("The connection works: @northwind_bot").assert_has(".dot.is-ok");
    // An empty token leaves the one that is there.
    admin.submit(&page, "#channel", &[("name", "Our bot"), ("way", "polling")]).await.assert_redirect(&url);
    admin.submit(&page, "#test", &[]).await.assert_says("The connection works");
    let wrong = admin.submit(&page, "#channel", &[("token", &other)]).await;
    wrong.assert_status(422).assert_says("Unauthorized");
}

/// The provider is asked before anything is stored, and that takes a while: secrets that somebody else stored meanwhile stay.
#[actix_web::test]
async fn secrets_stored_meanwhile_are_not_overwritten() {
    let telegram = Telegram::start().await;
    let (app, channel) = desk(&telegram).await;
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{channel}");
    let page = admin.get(&url).await;
    let other = app.text("SELECT secret FROM channels").unwrap().chars().rev().collect::<String>();
    telegram.takes_its_time(Duration::from_secs(5));
    let before = telegram.called("getMe");
    let save = admin.submit(&page, "#channel", &[("token", TOKEN)]);
    let meanwhile = async {
        // What is there has been read by then.
        eventually("the provider is asked", async || (telegram.called("getMe") > before).then_some(())).await;
        app.execute(&format!("UPDATE channels SET secret = '{other}'"));
    };
    let (saved, ()) = futures_util::future::join(save, meanwhile).await;
    saved.assert_status(422).assert_says("Somebody else changed this channel meanwhile");
    assert_eq!(app.text("SELECT secret FROM channels"), Some(other));
}

/// CONT-15, CONT-17, CONT-21, CONT-22, CONT-23, CONT-24: who writes becomes a customer, named as Telegram names them,
/// with a pending action. The same update twice is one message.
#[actix_web::test]
async fn a_message_comes_in_once() {
    let telegram = Telegram::start().await;
    telegram.has_file("face", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let (app, channel) = desk(&telegram).await;
    let update = telegram.writes(5_000_000_001, 10, json!({ "text": "Привет 😀" }));
    arrived(&app, 1).await;
    telegram.repeats(
        json!({ "update_id": update + 50, "message": said(5_000_000_001, 10, json!({ "text": "Привет 😀" })) }),
    );
    telegram
        .repeats(json!({ "update_id": update + 51, "message": said(5_000_000_001, 11, json!({ "text": "Second" })) }));
    arrived(&app, 2).await;
    read(&app).await;
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Anna Orlova"));
    assert_eq!(app.text("SELECT username FROM channel_accounts").as_deref(), Some("annaor"));
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 1);
    assert_eq!(app.number("SELECT unread_count FROM customers"), 2);
    assert_eq!(app.number("SELECT count(*) FROM hook_events WHERE read_at IS NOT NULL AND length(body) > 0"), 0);
    let account = app.number("SELECT id FROM channel_accounts");
    let operator = app.sign_in(OPERATOR).await;
    operator.get(&format!("/avatars/{account}")).await.assert_status(200);
    let page = operator.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("Привет 😀").assert_has(".ch-telegram");
    assert_eq!(
        app.number(&format!("SELECT count(*) FROM channels WHERE id = {channel} AND last_success_at IS NOT NULL")),
        1
    );
}

/// Each bot counts the messages of a chat from 1: what is written to another bot that has come into the channel is new, and
/// what is edited there is not what somebody said to the bot before.
#[actix_web::test]
async fn another_bot_begins_anew() {
    let telegram = Telegram::start().await;
    let (app, id) = desk(&telegram).await;
    customer(&app, &telegram, 42).await;
    read(&app).await;
    let asked = telegram.called("getUpdates");
    eventually("its updates are confirmed", async || (telegram.called("getUpdates") > asked).then_some(())).await;
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{id}");
    let page = admin.get(&url).await;
    admin.submit(&page, "#channel", &[("token", OTHER_TOKEN)]).await.assert_redirect(&url);
    let path = format!("/bot{OTHER_TOKEN}/getUpdates");
    eventually("the other bot is asked", async || {
        let requests = telegram.server.received_requests().await.unwrap();
        requests.iter().any(|request| request.url.path() == path).then_some(())
    })
    .await;
    telegram.writes(42, 1, json!({ "text": "Is this the new bot?" }));
    arrived(&app, 2).await;
    telegram.happens("edited_message", said(42, 1, json!({ "text": "The new bot?", "edit_date": 1_790_000_100 })));
    let second = "SELECT count(*) FROM messages WHERE body = 'The new bot?' AND first_body = 'Is this the new bot?'";
    eventually("the second one is edited", async || (app.number(second) == 1).then_some(())).await;
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE body = 'Hello'"), 1);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
}

/// Edited, answered, pictures, stickers, files that are gone, and what nobody knows yet.
#[actix_web::test]
async fn every_kind_of_message_is_shown() {
    let telegram = Telegram::start().await;
    telegram.has_file("pic", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR");
    let (app, _) = desk(&telegram).await;
    telegram.writes(42, 1, json!({ "text": "My order" }));
    telegram.writes(42, 2, json!({ "photo": [{ "file_id": "pic" }], "caption": "This one" }));
    telegram.writes(42, 3, json!({ "document": { "file_id": "gone", "file_name": "../bill.pdf" } }));
    telegram.writes(42, 4, json!({ "text": "See above", "reply_to_message": { "message_id": 1 } }));
    telegram.writes(42, 5, json!({ "checklist": { "title": "x" } }));
    let boris = json!({ "type": "user", "sender_user": { "id": 9, "first_name": "Boris" } });
    telegram.writes(42, 6, json!({ "text": "You get it back", "forward_origin": boris }));
    telegram.happens("edited_message", said(42, 1, json!({ "text": "My order 7", "edit_date": 1_790_000_100 })));
    // Edited before it is known, as far as we are told.
    telegram.happens("edited_message", said(42, 99, json!({ "text": "never seen" })));
    arrived(&app, 6).await;
    let sql = "SELECT count(*) FROM messages WHERE edited_at IS NOT NULL";
    eventually("it is edited", async || (app.number(sql) == 1).then_some(())).await;
    // Files may come after the words; the edit of what nobody knows waits for it.
    let waits = "SELECT count(*) FROM hook_events WHERE read_at IS NULL";
    eventually("all else is read", async || (app.number(waits) == 1).then_some(())).await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{}", app.number("SELECT id FROM customers"))).await;
    page.assert_says("My order 7").assert_says("edited").assert_says("This one");
    assert_eq!(page.attribute(".msg [title='My order']", "title"), "My order");
    page.assert_has(".msg .pic img").assert_says("Not shown here: bill.pdf: Bad Request: wrong file_id");
    page.assert_says("Not shown here: checklist").assert_says("Answers:");
    assert_eq!(page.count(".msg .bub-h"), 1, "of the others nothing is said");
    page.assert_says("Forwarded from").assert_says("Boris").assert_says("You get it back");
    assert_eq!(app.number("SELECT count(*) FROM attachments"), 1);
    page.assert_silent_about(TOKEN);
}

/// Of two edits the later one stays, whichever comes first; also where it says once more what stands there already.
#[actix_web::test]
async fn an_older_edit_changes_nothing() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    customer(&app, &telegram, 42).await;
    let edit = |words: &str, at: i64| {
        telegram.happens("edited_message", said(42, 1, json!({ "text": words, "edit_date": 1_790_000_000 + at })));
    };
    let says = "SELECT body FROM messages WHERE kind = 'customer'";
    let stays = async |words: &str, after: &str| {
        eventually(after, async || {
            let all = app.number("SELECT count(*) FROM hook_events WHERE dedupe_key LIKE '777000111:%'");
            let read = app.number("SELECT count(*) FROM hook_events WHERE read_at IS NOT NULL");
            (all == read && all == telegram.told()).then_some(())
        })
        .await;
        assert_eq!(app.text(says).as_deref(), Some(words), "{after}");
    };
    edit("Two lids", 20);
    stays("Two lids", "the first").await;
    edit("One lid", 10);
    stays("Two lids", "an older one").await;
    edit("Three lids", 30);
    stays("Three lids", "a newer one").await;
    edit("Three lids", 50);
    stays("Three lids", "the same once more").await;
    edit("Four lids", 40);
    stays("Three lids", "one between the two").await;
    assert_eq!(app.text("SELECT first_body FROM messages WHERE kind = 'customer'").as_deref(), Some("Hello"));
}

/// A customer who blocks the bot is unsubscribed, and nothing is offered that cannot arrive; one who comes back is not.
#[actix_web::test]
async fn who_blocks_the_bot_is_unsubscribed() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let anna = customer(&app, &telegram, 42).await;
    let member =
        |status: &str| json!({ "chat": { "id": 42, "type": "private" }, "new_chat_member": { "status": status } });
    let left = "SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL";
    telegram.happens("my_chat_member", member("kicked"));
    eventually("unsubscribed", async || (app.number(left) == 1).then_some(())).await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    page.assert_says("The customer has unsubscribed from this channel.");
    assert_eq!(page.count("#composer input[name=mode]"), 1, "comments only");
    telegram.happens("my_chat_member", member("member"));
    eventually("back", async || (app.number(left) == 0).then_some(())).await;
    assert_eq!(operator.get(&format!("/inbox/{anna}")).await.count("#composer input[name=mode]"), 2);
}

/// A message from before somebody blocked the bot, read after that, does not bring them back; the next one does.
#[actix_web::test]
async fn a_late_message_brings_nobody_back() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    customer(&app, &telegram, 42).await;
    let left = "SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL";
    let (chat, kicked) = (json!({ "id": 42, "type": "private" }), json!({ "status": "kicked" }));
    telegram.happens("my_chat_member", json!({ "date": 1_790_000_060, "chat": chat, "new_chat_member": kicked }));
    eventually("unsubscribed", async || (app.number(left) == 1).then_some(())).await;
    telegram.writes(42, 2, json!({ "text": "before", "date": 1_790_000_050 }));
    arrived(&app, 2).await;
    assert_eq!(app.number(left), 1);
    telegram.writes(42, 3, json!({ "text": "after", "date": 1_790_000_070 }));
    arrived(&app, 3).await;
    assert_eq!(app.number(left), 0);
}

/// By webhook: the secret decides, the answer comes at once, repeated updates change nothing, and what cannot be read
/// is thrown away.
#[actix_web::test]
async fn webhooks_are_believed_by_their_secret() {
    let telegram = Telegram::start().await;
    let (app, _) = desk_with(&telegram, |config| config.public_url = Some("https://desk.example".into())).await;
    eventually("the webhook is set", async || (telegram.called("setWebhook") > 0).then_some(())).await;
    assert_eq!(telegram.called("getUpdates"), 0, "nobody asks");
    let requests = telegram.server.received_requests().await.unwrap();
    let set = requests.iter().find(|request| request.url.path().ends_with("/setWebhook")).unwrap();
    let set: serde_json::Value = serde_json::from_slice(&set.body).unwrap();
    let secret = set["secret_token"].as_str().unwrap().to_owned();
    let path = set["url"].as_str().unwrap().strip_prefix("https://desk.example").unwrap().to_owned();
    let post = async |secret: &str, body: String| {
        let client = app.anonymous().with_header("X-Telegram-Bot-Api-Secret-Token", secret);
        let request = client.request(reqwest::Method::POST, &path).body(body);
        client.page(request).await
    };
    let update = json!({ "update_id": 7, "message": said(42, 1, json!({ "text": "by hook" })) }).to_string();
    post("wrong", update.clone()).await.assert_status(403);
    post("", update.clone()).await.assert_status(403);
    app.anonymous().post_form(&path, &[]).await.assert_status(403);
    for _ in 0..3 {
        post(&secret, update.clone()).await.assert_status(200);
    }
    post(&secret, "no JSON".into()).await.assert_status(200);
    post(&secret, "{}".into()).await.assert_status(200);
    post(&secret, format!("\"{}\"", "x".repeat(4 * 1024 * 1024))).await.assert_status(413);
    app.anonymous().get(&path).await.assert_status(403);
    let nobody = app.anonymous().post_form("/hooks/nobody", &[]).await;
    nobody.assert_status(404);
    assert!(nobody.text.starts_with(r#"{"error""#), "no page of the desk for a provider: {}", nobody.text);
    arrived(&app, 1).await;
    read(&app).await;
    assert_eq!(app.number("SELECT count(*) FROM hook_events"), 1);
}

/// What comes while the channel is on pause is read when it goes on; the provider is told.
#[actix_web::test]
async fn a_pause_loses_nothing() {
    let telegram = Telegram::start().await;
    let (app, id) = desk(&telegram).await;
    customer(&app, &telegram, 42).await;
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/channels/{id}");
    let page = admin.get(&url).await;
    admin.submit(&page, "#pause", &[]).await.assert_redirect(&url);
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    telegram.writes(42, 2, json!({ "text": "during the pause" }));
    tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 1);
    let page = admin.get(&url).await;
    admin.submit(&page, "#enable", &[]).await.assert_redirect(&url);
    arrived(&app, 2).await;
}

/// A bot to which nobody writes is well again as soon as Telegram answers again.
#[actix_web::test]
async fn an_outage_that_is_over_is_not_shown_any_more() {
    let telegram = Telegram::start().await;
    let (app, id) = desk(&telegram).await;
    let told = async |what: &str, sql: &str| {
        let sql = format!("SELECT count(*) FROM channels WHERE id = {id} AND {sql}");
        eventually(what, async || (app.number(&sql) == 1).then_some(())).await;
    };
    told("it is well", "last_success_at IS NOT NULL AND last_error_at IS NULL").await;
    telegram.is_out(true);
    told("it fails", "last_error_at >= last_success_at").await;
    telegram.is_out(false);
    told("it is well again", "last_error_at < last_success_at").await;
    let page = app.sign_in(ADMIN).await.get(&format!("/settings/channels/{id}")).await;
    page.assert_has("#health .dot.is-ok").assert_lacks("#health .dot.is-bad");
}

/// CONT-22, CONT-24: who writes first and shares their own contact later is reached by that number, and nobody is asked
/// to find it out any more. A contact that they pass on is somebody else's.
#[actix_web::test]
async fn a_number_that_is_shared_later_is_kept() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let anna = customer(&app, &telegram, 42).await;
    let waits = "SELECT count(*) FROM pending_actions WHERE done_at IS NULL";
    assert_eq!(app.number(waits), 1);
    let contact =
        |of: i64, phone: &str| json!({ "contact": { "user_id": of, "first_name": "A", "phone_number": phone } });
    telegram.writes(42, 2, contact(43, "79120000043"));
    arrived(&app, 2).await;
    let phone = format!("SELECT phone FROM customers WHERE id = {anna}");
    assert_eq!((app.text(&phone), app.number(waits)), (None, 1));
    telegram.writes(42, 3, contact(42, "79120000042"));
    arrived(&app, 3).await;
    assert_eq!((app.text(&phone).as_deref(), app.number(waits)), (Some("+79120000042"), 0));
    let found = app.sign_in(OPERATOR).await.get("/search?q=79120000042").await;
    found.assert_says("Anna Orlova");
    // What is known stays as it is.
    telegram.writes(42, 4, contact(42, "79120000099"));
    arrived(&app, 4).await;
    assert_eq!(app.text(&phone).as_deref(), Some("+79120000042"));
}

/// Nothing is read of a call to a key that nobody has, or whose channel takes no calls; whoever tries keys is not heard
/// after a while, and a provider may call as often as it likes.
#[actix_web::test]
async fn strangers_who_call_are_slowed_down() {
    let telegram = Telegram::start().await;
    let (app, id) = desk_with(&telegram, |config| config.public_url = Some("https://desk.example".into())).await;
    app.execute(
        "INSERT INTO channels (kind, name, public_key, enabled, settings, created_at) \
         VALUES ('web_chat', 'Site', 'shop', TRUE, '{}', '2026-01-05 09:00:00')",
    );
    let key = app.text(&format!("SELECT public_key FROM channels WHERE id = {id}")).unwrap();
    let sealed = app.text(&format!("SELECT secret FROM channels WHERE id = {id}")).unwrap();
    let secrets = switchboard::secrets::Secrets::load(&app.data().join("secret.key")).unwrap();
    let secret = switchboard::channels::unpack(&secrets.open(&sealed).unwrap())["hook"].clone();
    let large = "x".repeat(4 * 1024 * 1024);
    for nobody in ["/hooks/nobody", "/hooks/shop"] {
        let client = app.anonymous();
        client.page(client.request(reqwest::Method::POST, nobody).body(large.clone())).await.assert_status(404);
    }
    let provider = app.anonymous().with_header("X-Telegram-Bot-Api-Secret-Token", &secret);
    let path = format!("/hooks/{key}");
    let call = async |client: &crate::support::Client, path: &str| {
        client.page(client.request(reqwest::Method::POST, path).body("no JSON")).await
    };
    app.expects_many().await;
    let calls = futures_util::future::join_all((0..300).map(|_| call(&provider, &path))).await;
    assert!(calls.iter().all(|page| page.status == 200), "who is believed is not counted");
    let stranger = app.anonymous();
    for path in ["/hooks/guess", &path] {
        let mut answers = vec![];
        while answers.len() < 3000 && !answers.contains(&429) {
            let calls = futures_util::future::join_all((0..100).map(|_| call(&stranger, path))).await;
            answers.extend(calls.iter().map(|page| page.status.as_u16()));
        }
        assert!(answers.contains(&429) && !answers.contains(&200), "{path}");
        tokio::time::sleep(std::time::Duration::from_millis(150)).await;
    }
    call(&provider, &path).await.assert_status(200);
}

/// A bot that is disconnected is told to call no more; whatever Telegram says, the channel is gone.
#[actix_web::test]
async fn a_goodbye_removes_the_webhook() {
    let telegram = Telegram::start().await;
    let (app, id) = desk_with(&telegram, |config| config.public_url = Some("https://desk.example".into())).await;
    eventually("the webhook is set", async || (telegram.called("setWebhook") > 0).then_some(())).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/settings/channels/{id}")).await;
    let before = telegram.called("deleteWebhook");
    let ask = admin.get(&page.attribute("#disconnect", "href")).await;
    let gone = admin.submit(&ask, "#ask", &[]).await;
    gone.assert_redirect("/settings/channels");
    assert_eq!(telegram.called("deleteWebhook"), before + 1);
    assert_eq!(app.number("SELECT count(*) FROM channels"), 0);
    admin.follow(&gone).await.assert_says("Channel disconnected").assert_silent_about("remove the webhook there");
}

/// A customer who is blocked here is heard, and nothing goes out to them.
#[actix_web::test]
async fn a_blocked_customer_is_kept_apart() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let anna = customer(&app, &telegram, 42).await;
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {anna}"));
    telegram.writes(42, 2, json!({ "text": "let me in" }));
    arrived(&app, 2).await;
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE received_while_blocked"), 1);
}
