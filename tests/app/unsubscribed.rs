//! "Delete unsubscribed": whom nothing reaches any more leaves the base, and whoever was blocked stays blocked.

use crate::first_messages::send;
use crate::support::desk::Letter;
use crate::support::{ADMIN, Client, OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app};

const FORM: &str = "/inbox/bulk?task=delete_unsubscribed";
/// The log's entries of blocks that nobody has set.
const BY_PROGRAM: &str = "SELECT COUNT(*) FROM audit_events WHERE event = 'customer.blocked' AND actor = 'system'";

async fn told(app: &TestApp, channel: i64, address: &str, name: &str) -> i64 {
    app.writes(Letter { channel, address, name, ..Letter::default() }).await
}

fn leaves(app: &TestApp, channel: i64, address: &str) {
    app.execute(&format!(
        "UPDATE channel_accounts SET unsubscribed_at = '2026-01-05 09:00:00' \
         WHERE channel_id = {channel} AND address = '{address}'"
    ));
}

fn there(app: &TestApp, id: i64) -> bool {
    app.number(&format!("SELECT COUNT(*) FROM customers WHERE id = {id}")) == 1
}

/// LIST-19, LIST-20: who unsubscribed wherever they had an account goes, and who is blocked; nobody else, and only when
/// an admin has typed their number.
#[actix_web::test]
async fn who_has_left_and_who_is_blocked_is_deleted() {
    let app = spawn_app().await;
    let (bot, chat) = (app.channel("telegram"), app.channel("web_chat"));
    let gone = told(&app, bot, "1", "Gone").await;
    let elsewhere = told(&app, bot, "2", "Elsewhere").await;
    app.execute(&format!(
        "INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         VALUES ({elsewhere}, {chat}, 'v', '2026-01-05 09:00:00', '2026-01-05 09:00:00')"
    ));
    let (stays, blocked) = (told(&app, bot, "3", "Stays").await, told(&app, bot, "4", "Blocked").await);
    let unknown = app.customer(crate::support::desk::Person::named("Never in touch"));
    leaves(&app, bot, "1");
    leaves(&app, bot, "2");
    let (admin, supervisor) = (app.sign_in(ADMIN).await, app.sign_in(SUPERVISOR).await);
    let block = format!("/customers/{blocked}/block");
    supervisor.post_form(&block, &[("reason", "spam"), ("expires", "")]).await.assert_status(303);
    supervisor.get("/inbox").await.assert_lacks("#m-list a[href*=delete_unsubscribed]");
    supervisor.get(FORM).await.assert_status(403);
    let fields = [("action", "delete_unsubscribed"), ("count", "2")];
    supervisor.post_form("/inbox/bulk", &fields).await.assert_status(403);
    admin.get("/inbox").await.assert_has("#m-list a[href*=delete_unsubscribed]");
    // Nobody chooses it for others: it says itself whom it is about.
    admin.get("/inbox/bulk?all=1").await.assert_lacks("a[href*=delete_unsubscribed]");
    let asked = admin.get(&format!("{FORM}&row={stays}&all=1")).await;
    asked.assert_says("2 customers have unsubscribed or are on the blacklist.");
    let wrong = admin.submit(&asked, "#bulk_form", &[("action", "delete_unsubscribed"), ("count", "5")]).await;
    wrong.assert_status(422).assert_says("This is not the number of customers.");
    assert!(there(&app, gone) && there(&app, blocked));
    let fields = [("action", "delete_unsubscribed"), ("count", "2")];
    admin.submit(&asked, "#bulk_form", &fields).await.assert_redirect("/inbox");
    assert_eq!([gone, elsewhere, stays, blocked, unknown].map(|id| there(&app, id)), [false, true, true, false, true]);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.deleted'"), 2);
    admin.get(FORM).await.assert_says("Nobody has unsubscribed, and nobody is on the blacklist.");
}

/// LIST-20: what is left of a blocked customer is no name and no address, and yet they come back blocked; whoever
/// unblocks them then is done with it.
#[actix_web::test]
async fn who_was_blocked_comes_back_blocked() {
    let app = spawn_app().await;
    let (bot, chat) = (app.channel("telegram"), app.channel("web_chat"));
    let first = told(&app, bot, "79161234567", "Ivan").await;
    let admin = app.sign_in(ADMIN).await;
    admin.post_form(&format!("/customers/{first}/block"), &[("reason", "spam"), ("expires", "")]).await;
    let asked = admin.get(FORM).await;
    admin.submit(&asked, "#bulk_form", &[("action", "delete_unsubscribed"), ("count", "1")]).await.assert_status(303);
    assert!(!there(&app, first));
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks WHERE mark LIKE '%79161234567%'"), 0);
    // The same characters in a channel of another kind are somebody else.
    let other = app.receives(Letter { channel: chat, address: "79161234567", ..Letter::default() }).await;
    assert!(other.conversation.is_some());
    let back = app.receives(Letter { channel: bot, address: "79161234567", name: "Ivan", ..Letter::default() }).await;
    assert_eq!(back.conversation, None);
    let id = back.customer.0;
    assert_eq!(app.number(&format!("SELECT unread_count FROM customers WHERE id = {id}")), 0);
    admin.get("/blacklist").await.assert_says("Was on the blacklist when their record was deleted");
    admin.get(&format!("/customers/{id}")).await.assert_says("Was on the blacklist when their record was deleted");
    admin.post_form(&format!("/customers/{id}/block/delete"), &[]).await.assert_status(303);
    let heard = app.receives(Letter { channel: bot, address: "79161234567", name: "Ivan", ..Letter::default() }).await;
    assert!(heard.conversation.is_some());
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 0);
}

/// LIST-20: it is the address that stays blocked, whoever's record has it by now: what goes on with them is over, and nobody
/// writes first to such an address.
#[actix_web::test]
async fn who_was_blocked_is_known_under_another_record_too() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let mail = app.channel("email");
    app.execute(&format!("UPDATE channels SET settings = '{{\"senders\":[\"help@desk.test\"]}}' WHERE id = {mail}"));
    let letter = |address| Letter { channel: mail, address, email: address, ..Letter::default() };
    let admin = app.sign_in(ADMIN).await;
    for address in ["ivan@customer.test", "olga@customer.test"] {
        let first = app.writes(letter(address)).await;
        admin.post_form(&format!("/customers/{first}/block"), &[("reason", "spam"), ("expires", "")]).await;
    }
    let asked = admin.get(FORM).await;
    admin.submit(&asked, "#bulk_form", &[("action", "delete_unsubscribed"), ("count", "2")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 2);
    // Somebody else by all that is known, until they write from there.
    let again = app.writes(Letter { channel: chat, address: "v", name: "Ivan", ..Letter::default() }).await;
    app.execute(&format!(
        "UPDATE customers SET email = 'ivan@customer.test', email_folded = 'ivan@customer.test' WHERE id = {again}"
    ));
    let back = app.receives(letter("ivan@customer.test")).await;
    assert_eq!((back.customer.0, back.conversation), (again, None));
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status <> 'closed'"), 0);
    assert_eq!(app.text("SELECT close_reason FROM conversations").as_deref(), Some("customer_blocked"));
    let state = "SELECT unread_count + 10 * active_count FROM customers WHERE blocked AND id = ";
    assert_eq!(app.number(&format!("{state}{again}")), 0);
    admin.get(&format!("/inbox/{again}")).await.assert_says("Customer blocked");
    admin.get("/blacklist").await.assert_says("Was on the blacklist when their record was deleted");
    // Nobody is made of the other one by writing first.
    let form = admin.get("/mails/new").await;
    let fields = [("email", "olga@customer.test"), ("subject", "Hello"), ("body", "Good day")];
    let refused = send(&admin, &form, "#newcomer_form", &fields).await;
    refused.assert_status(422).assert_says("was on the blacklist when their record was deleted");
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 1);
}

/// Ivan, who has written all this, is blocked for good, and his record deleted.
async fn ivan_was_deleted(app: &TestApp, admin: &Client, written: &[Letter<'_>]) {
    let mut ids = vec![];
    for letter in written {
        ids.push(app.writes(letter.clone()).await);
    }
    assert!(ids.iter().all(|id| *id == ids[0]), "{ids:?}");
    admin.post_form(&format!("/customers/{}/block", ids[0]), &[("reason", "spam"), ("expires", "")]).await;
    let asked = admin.get(FORM).await;
    admin.submit(&asked, "#bulk_form", &[("action", "delete_unsubscribed"), ("count", "1")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), i64::try_from(written.len()).unwrap());
}

fn by_mail(app: &TestApp) -> Letter<'static> {
    let (channel, address) = (app.channel("email"), "ivan@customer.test");
    Letter { channel, address, email: address, ..Letter::default() }
}

/// LIST-20: whoever was let in again stays in, though another of their addresses was kept blocked, too.
#[actix_web::test]
async fn who_was_let_in_again_is_not_locked_out_by_another_address() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let mail = by_mail(&app);
    let bot = Letter { channel: app.channel("telegram"), address: "77", ..mail.clone() };
    ivan_was_deleted(&app, &admin, &[mail.clone(), bot.clone()]).await;
    let back = app.receives(mail.clone()).await;
    assert_eq!(back.conversation, None);
    admin.post_form(&format!("/customers/{}/block/delete", back.customer), &[]).await.assert_status(303);
    assert!(app.receives(mail).await.conversation.is_some());
    let heard = app.receives(bot).await;
    assert_eq!(heard.customer, back.customer);
    assert!(heard.conversation.is_some());
    assert_eq!(app.number("SELECT COUNT(*) FROM customers WHERE blocked"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status = 'closed'"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 0);
}

/// Somebody else by all that is known, until they write by Ivan's mail.
async fn unknown_ivan(app: &TestApp) -> i64 {
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "v", name: "Ivan", ..Letter::default() }).await;
    let mail = "email = 'ivan@customer.test', email_folded = 'ivan@customer.test'";
    app.execute(&format!("UPDATE customers SET {mail} WHERE id = {id}"));
    id
}

/// LIST-20: who is blocked for a while, and writes from an address that was kept blocked for good, stays blocked for good.
#[actix_web::test]
async fn the_longer_block_holds() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let mail = by_mail(&app);
    ivan_was_deleted(&app, &admin, std::slice::from_ref(&mail)).await;
    let again = unknown_ivan(&app).await;
    let block = [("reason", "rude"), ("expires", "7d")];
    admin.post_form(&format!("/customers/{again}/block"), &block).await.assert_status(303);
    let back = app.receives(mail).await;
    assert_eq!((back.customer.0, back.conversation), (again, None));
    assert_eq!(app.number("SELECT COUNT(*) FROM blocks WHERE expires_at IS NULL AND reason = 'rude'"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM blocks"), 1);
    assert_eq!(app.number(BY_PROGRAM), 1);
}

/// LIST-20: a block by the program is one like any other: open pages hear of it, the log has it, and nobody has to decide any more
/// what an operator asked for.
#[actix_web::test]
async fn a_block_by_the_program_is_like_any_other() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let mail = by_mail(&app);
    ivan_was_deleted(&app, &admin, std::slice::from_ref(&mail)).await;
    let again = unknown_ivan(&app).await;
    // Nothing is open, but somebody has marked them as unread.
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-01-05 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0, unread_count = 1");
    let operator = app.sign_in(OPERATOR).await;
    let asked = operator.post_form(&format!("/customers/{again}/block-requests"), &[("reason", "It is Ivan")]).await;
    asked.assert_status(303);
    let mut live = admin.events("/live").await;
    assert_eq!(live.next().await.name, "sync");
    assert_eq!(app.receives(mail).await.conversation, None);
    live.until("inbox").await;
    assert_eq!(app.number(&format!("SELECT unread_count FROM customers WHERE blocked AND id = {again}")), 0);
    assert_eq!(app.text("SELECT status FROM block_requests").as_deref(), Some("approved"));
    assert_eq!(app.number(BY_PROGRAM), 1);
    admin.get("/blacklist?tab=requests").await.assert_says("No request waits");
    admin.get(&format!("/inbox/{again}")).await.assert_says("Customer blocked");
}

/// A block with an end keeps it: until then they come back blocked, and afterwards as anybody else.
#[actix_web::test]
async fn a_block_with_an_end_ends_for_who_was_deleted_too() {
    let app = spawn_app().await;
    let bot = app.channel("telegram");
    let admin = app.sign_in(ADMIN).await;
    for address in ["1", "2"] {
        let id = told(&app, bot, address, "Ivan").await;
        let block = [("reason", "spam"), ("expires", "7d")];
        admin.post_form(&format!("/customers/{id}/block"), &block).await.assert_status(303);
    }
    let asked = admin.get(FORM).await;
    admin.submit(&asked, "#bulk_form", &[("action", "delete_unsubscribed"), ("count", "2")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks WHERE expires_at IS NOT NULL"), 2);
    let back = app.receives(Letter { channel: bot, address: "1", ..Letter::default() }).await;
    assert_eq!(back.conversation, None);
    assert_eq!(app.number("SELECT COUNT(*) FROM blocks WHERE expires_at IS NOT NULL"), 1);
    app.execute("UPDATE anonymous_blocks SET expires_at = '2026-01-05 09:00:00'");
    let later = app.receives(Letter { channel: bot, address: "2", ..Letter::default() }).await;
    assert!(later.conversation.is_some());
    assert_eq!(app.number("SELECT COUNT(*) FROM anonymous_blocks"), 0);
}

/// LIST-19: many go in the background; who can be reached again by the time it comes to them stays, and is told of.
#[actix_web::test]
async fn who_comes_back_meanwhile_stays() {
    let app = spawn_app().await;
    let bot = app.channel("telegram");
    for n in 1..=3 {
        told(&app, bot, &n.to_string(), &format!("N{n}")).await;
        leaves(&app, bot, &n.to_string());
    }
    let me = app.staff_id(ADMIN);
    app.execute(&format!(
        "INSERT INTO batches (id, staff_id, action, detail, total, started_at) VALUES (1, {me}, \
         'delete_unsubscribed', '{{\"reason\":\"\",\"tags\":[]}}', 3, '2026-01-01 10:00:00')"
    ));
    app.execute("INSERT INTO batch_parts (batch_id, place, customers) SELECT 1, id, CAST(id AS TEXT) FROM customers");
    told(&app, bot, "2", "N2").await;
    app.execute(
        "INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES ('batch.step', \
         '{\"batch\":1,\"turn\":0}', '2026-01-01 10:00:00', 0, '2026-01-01 10:00:00')",
    );
    let over = "SELECT COUNT(*) FROM batches WHERE ended_at IS NULL";
    eventually("the batch is over", async || (app.number(over) == 0).then_some(())).await;
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("N2"));
    app.sign_in(ADMIN).await.get("/batches").await.assert_says("N2: can be reached again");
}

/// LIST-19: who has unsubscribed is marked on the card and in the panel beside the chat, and can be listed; the dialog that deletes
/// them leads there, and says whom it leaves.
#[actix_web::test]
async fn who_has_unsubscribed_is_marked_and_listed() {
    let app = spawn_app().await;
    let (bot, chat) = (app.channel("telegram"), app.channel("web_chat"));
    let gone = told(&app, bot, "1", "Gone").await;
    let elsewhere = told(&app, bot, "2", "Elsewhere").await;
    app.execute(&format!(
        "INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         VALUES ({elsewhere}, {chat}, 'v', '2026-01-05 09:00:00', '2026-01-05 09:00:00')"
    ));
    let stays = told(&app, bot, "3", "Stays").await;
    leaves(&app, bot, "1");
    leaves(&app, bot, "2");
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/inbox/{gone}")).await;
    for (id, marked) in [(gone, true), (elsewhere, true), (stays, false)] {
        let said = page.select(&format!("#k{id} .flag")).iter().any(|flag| flag == "Unsubscribed");
        assert_eq!(said, marked, "{id}");
    }
    page.assert_has("#side .side-top .flag").assert_says("Unsubscribed");
    assert!(admin.get(&format!("/inbox/{stays}")).await.select("#side .side-top .flag").is_empty());
    for query in ["unsubscribed=1", "unsubscribed=1&sort=created", "unsubscribed=1&search=gone"] {
        let listed = admin.get(&format!("/inbox?{query}")).await;
        assert_eq!(listed.select(".cc .cc-a"), ["Gone"], "{query}");
    }
    let asked = admin.get(FORM).await;
    asked.assert_has("#bulk_form a[href='/inbox?unsubscribed=1']").assert_says("a web chat or an app included");
    assert_eq!(admin.get("/inbox/bulk?all=1&filters=unsubscribed%3D1").await.select("#bulk-count").len(), 1);
}
