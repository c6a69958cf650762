//! The bot: where a customer's message leads, what it says, and when it says nothing.

use futures_util::future::join;
use serde_json::json;

use crate::support::desk::{Letter, Person, say};
use crate::support::telegram::{Telegram, customer, desk};
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, TestApp, eventually, spawn_app};

const BLOCKS: &[(&str, &str)] =
    &[("Greeting", "Hello, {name}!"), ("Question", "What is it about?"), ("Handed over", "")];

/// What the bot has said, in its order.
fn said(app: &TestApp) -> Vec<String> {
    let count = app.number("SELECT COUNT(*) FROM messages WHERE kind = 'bot'");
    let nth = |n| {
        let sql = format!("SELECT body FROM messages WHERE kind = 'bot' ORDER BY id LIMIT 1 OFFSET {n}");
        app.text(&sql).unwrap_or_default()
    };
    (0..count).map(nth).collect()
}

fn place(app: &TestApp, customer: i64) -> i64 {
    app.number(&format!("SELECT COALESCE(MAX(block_id), 0) FROM funnel_places WHERE customer_id = {customer}"))
}

fn letter<'a>(channel: i64, address: &'a str) -> Letter<'a> {
    Letter { channel, address, name: "Anna", ..Letter::default() }
}

/// A new customer enters the first block and is greeted by name; each later message is one step, until the flow ends. Nothing
/// of it is an answer of staff: the customer is unread and waits in the queue.
#[actix_web::test]
async fn a_message_is_a_step() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", BLOCKS);
    let channel = app.channel("web_chat");
    let anna = app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, anna), said(&app)), (blocks[0], vec!["Hello, Anna!".to_owned()]));
    let card = format!("SELECT last_message_text FROM customers WHERE id = {anna} AND unread_count = 1");
    assert_eq!(app.text(&card).as_deref(), Some("Hello, Anna!"));
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, anna), said(&app).len()), (blocks[1], 2));
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, anna), said(&app).len()), (blocks[2], 2), "a block without a text says nothing");
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, anna), said(&app).len()), (blocks[2], 2), "the flow has ended");
    let history = format!("SELECT COUNT(*) FROM funnel_entries WHERE customer_id = {anna} AND block_id = ");
    for block in &blocks {
        assert_eq!(app.number(&format!("{history}{block}")), 1);
    }
    let waits = "SELECT COUNT(*) FROM conversations WHERE status = 'queued' AND first_reply_at IS NULL";
    assert_eq!(app.number(waits), 1);
    assert_eq!(app.number(&format!("SELECT unread_count FROM customers WHERE id = {anna}")), 4);
    let page = app.sign_in(OPERATOR).await.get(&format!("/inbox/{anna}")).await;
    page.assert_has("article.msg.is-bot").assert_says("Hello, Anna!").assert_says("Bot");
}

/// The funnel begins where it is said to, with new customers only; of two, the upper one. Switched off, nothing moves.
#[actix_web::test]
async fn a_funnel_begins_with_new_customers_where_it_is_said_to() {
    let app = spawn_app().await;
    let (site, other) = (app.channel("web_chat"), app.channel("web_chat"));
    let old = app.writes(letter(site, "old")).await;
    let blocks = app.funnel("Welcome", BLOCKS);
    let lower = app.funnel("Lower", &[("First", "Lower")]);
    app.execute(&format!(
        "UPDATE funnels SET starts = 'chosen' WHERE name = 'Welcome'; \
         INSERT INTO funnel_channels (funnel_id, channel_id) SELECT id, {site} FROM funnels WHERE name = 'Welcome'"
    ));
    app.writes(letter(site, "old")).await;
    assert_eq!((place(&app, old), said(&app).len()), (0, 0), "not new");
    let (here, there) = (app.writes(letter(site, "a")).await, app.writes(letter(other, "b")).await);
    assert_eq!((place(&app, here), place(&app, there)), (blocks[0], lower[0]));
    app.execute("UPDATE funnels SET enabled = FALSE");
    app.db.written_elsewhere();
    let late = app.writes(letter(site, "c")).await;
    app.writes(letter(site, "a")).await;
    assert_eq!((place(&app, late), place(&app, here)), (0, blocks[0]));
    app.execute("UPDATE funnels SET enabled = TRUE, starts = 'nowhere'");
    app.db.written_elsewhere();
    let nobody = app.writes(letter(site, "d")).await;
    app.writes(letter(site, "a")).await;
    assert_eq!((place(&app, nobody), place(&app, here)), (0, blocks[1]), "who is in goes on");
}

/// The bot is silent, and the place stays, for whoever is paused or blocked, once staff work the conversation, and
/// in mails. A conversation that begins anew is the bot's again.
#[actix_web::test]
async fn the_bot_is_silent_where_others_speak() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let before = app.writes(letter(channel, "a")).await;
    let blocks = app.funnel("Welcome", BLOCKS);
    let put = format!("INSERT INTO funnel_places (customer_id, block_id) VALUES ({before}, {})", blocks[0]);
    app.execute(&put);
    for (set, undo) in [
        ("UPDATE customers SET paused = TRUE", "UPDATE customers SET paused = FALSE"),
        ("UPDATE customers SET blocked = TRUE", "UPDATE customers SET blocked = FALSE"),
        (
            "UPDATE conversations SET assignee_id = (SELECT MIN(id) FROM staff)",
            "UPDATE conversations SET assignee_id = NULL",
        ),
    ] {
        app.execute(set);
        app.writes(letter(channel, "a")).await;
        assert_eq!((place(&app, before), said(&app).len()), (blocks[0], 0), "{set}");
        app.execute(undo);
    }
    // Somebody has answered, and given the conversation back to the queue.
    let operator = app.sign_in(OPERATOR).await;
    say(&operator, before, "I am here", vec![]).await.assert_status(303);
    app.execute("UPDATE conversations SET assignee_id = NULL, status = 'queued'");
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, before), said(&app).len()), (blocks[0], 0), "answered");
    app.execute(
        "UPDATE conversations SET status = 'closed', closed_at = '2026-01-10 20:30:00', close_reason = 'solved'; \
         UPDATE customers SET active_count = 0",
    );
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, before), said(&app).len()), (blocks[1], 1), "a new conversation");
    // Mails are answered by people.
    let mail = app.channel("email");
    let writer = app.writes(letter(mail, "anna@example.com")).await;
    assert_eq!((place(&app, writer), said(&app).len()), (0, 1));
    // Whom staff write to first is not new when they answer.
    let customer = app.customer(Person::named("Boris"));
    app.execute(&format!(
        "INSERT INTO channel_accounts (customer_id, channel_id, address, display_name, created_at, last_seen_at) \
         VALUES ({customer}, {channel}, 'b', 'Anna', '2026-01-10 20:30:00', '2026-01-10 20:30:00'); \
         INSERT INTO messages (customer_id, channel_id, kind, body, created_at) \
         VALUES ({customer}, {channel}, 'staff', 'Good day', '2026-01-10 20:30:00'); \
         UPDATE customers SET last_message_id = (SELECT MAX(id) FROM messages) WHERE id = {customer}"
    ));
    app.writes(letter(channel, "b")).await;
    assert_eq!(place(&app, customer), 0);
}

/// With automatic distribution the flow goes on beside whoever was given the conversation, until they answer or somebody takes it
/// by hand.
#[actix_web::test]
async fn the_bot_goes_on_beside_whoever_was_given_the_conversation() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", BLOCKS);
    app.execute("INSERT INTO settings (key, value) VALUES ('distribute_conversations', 'true')");
    app.db.written_elsewhere();
    let operator = app.sign_in(OPERATOR).await;
    let channel = app.channel("web_chat");
    let anna = app.writes(letter(channel, "a")).await;
    let assignee = format!("SELECT COALESCE(assignee_id, 0) FROM conversations WHERE customer_id = {anna}");
    let olga = app.staff_id(OPERATOR);
    eventually("she is given it", async || (app.number(&assignee) == olga).then_some(())).await;
    app.writes(letter(channel, "a")).await;
    assert_eq!((place(&app, anna), said(&app).len()), (blocks[1], 2), "nobody has answered");
    say(&operator, anna, "I am here", vec![]).await.assert_status(303);
    app.writes(letter(channel, "a")).await;
    assert_eq!(place(&app, anna), blocks[1], "she has answered");
    // Another one is handed to a colleague, who has not answered yet.
    let boris = app.writes(letter(channel, "b")).await;
    let id = app.number(&format!("SELECT id FROM conversations WHERE customer_id = {boris}"));
    let to = app.staff_id(SECOND_OPERATOR).to_string();
    operator.post_form(&format!("/conversations/{id}/transfer"), &[("to", &to), ("note", "")]).await.assert_status(303);
    app.writes(letter(channel, "b")).await;
    assert_eq!(place(&app, boris), blocks[0], "a colleague has it by hand");
}

/// Two machines do not talk to each other for ever: in a flow that leads round, the bot says no more than twenty things within an
/// hour.
#[actix_web::test]
async fn a_flow_that_leads_round_comes_to_an_end() {
    let app = spawn_app().await;
    let blocks = app.funnel("Round", &[("One", "One"), ("Two", "Two")]);
    app.execute(&format!("UPDATE funnel_blocks SET next_id = {} WHERE id = {}", blocks[0], blocks[1]));
    app.db.written_elsewhere();
    let channel = app.channel("web_chat");
    for _ in 0..30 {
        app.writes(letter(channel, "a")).await;
    }
    assert_eq!(said(&app).len(), 20);
    app.execute("UPDATE messages SET created_at = '2026-01-10 20:30:00' WHERE kind = 'bot'");
    app.writes(letter(channel, "a")).await;
    assert_eq!(said(&app).len(), 21, "the next day it goes on");
}

/// Through a messenger the bot's words leave as everybody's do, by the outbox; who cannot be reached is told nothing, and stays.
#[actix_web::test]
async fn what_the_bot_says_goes_out() {
    let telegram = Telegram::start().await;
    let (app, channel) = desk(&telegram).await;
    let blocks = app.funnel("Welcome", BLOCKS);
    let anna = customer(&app, &telegram, 42).await;
    eventually("the greeting is there", async || (telegram.texts() == ["Hello, Anna Orlova!"]).then_some(())).await;
    let state = "SELECT state FROM deliveries";
    eventually("it is sent", async || (app.text(state).as_deref() == Some("sent")).then_some(())).await;
    app.execute(&format!("UPDATE channels SET enabled = FALSE WHERE id = {channel}"));
    app.writes(Letter { channel, address: "42", name: "Anna Orlova", ..Letter::default() }).await;
    assert_eq!((place(&app, anna), said(&app).len()), (blocks[0], 1), "the channel is on pause");
    app.execute(&format!("UPDATE channels SET enabled = TRUE WHERE id = {channel}"));
    app.db.written_elsewhere();
    telegram.writes(42, 7, json!({ "text": "A lamp" }));
    eventually("the question is there", async || (telegram.texts().len() == 2).then_some(())).await;
    assert_eq!(place(&app, anna), blocks[1]);
}

/// Two first messages at the same moment are two steps: each block is entered once.
#[actix_web::test]
async fn two_messages_at_once_are_two_steps() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", BLOCKS);
    let channel = app.channel("web_chat");
    for n in 0..5 {
        let address = format!("a{n}");
        let (one, other) = join(app.writes(letter(channel, &address)), app.writes(letter(channel, &address))).await;
        assert_eq!((one, place(&app, one)), (other, blocks[1]));
        let entries = format!("SELECT COUNT(*) FROM funnel_entries WHERE customer_id = {one}");
        assert_eq!(app.number(&entries), 2);
    }
    assert_eq!(said(&app).len(), 10);
}

/// Where no funnel is enabled, nothing of funnels is looked up when a message comes in.
#[actix_web::test]
async fn without_a_funnel_a_message_costs_nothing_more() {
    let app = spawn_app().await;
    let (channel, admin) = (app.channel("web_chat"), app.sign_in(ADMIN).await);
    app.funnel("Welcome", BLOCKS);
    let is_on = async || switchboard::funnels::are_on(&app.db).await;
    assert!(is_on().await);
    let funnel = app.number("SELECT id FROM funnels");
    let fields = [("name", "Welcome"), ("starts", "everywhere")];
    admin.post_form(&format!("/settings/funnels/{funnel}"), &fields).await.assert_status(303);
    assert!(!is_on().await, "known at once");
    assert_eq!(
        app.db.kept::<bool>("a funnel is enabled").as_deref(),
        Some(&false),
        "it is kept: nobody asks the next time"
    );
    app.execute("DROP TABLE funnel_entries; DROP TABLE funnel_places");
    let mut inbound = letter(channel, "a").inbound(&app);
    inbound.bot = is_on().await;
    app.receives_this(inbound).await;
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'customer'"), 1);
}
