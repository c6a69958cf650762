//! "Resend failed messages": who is written to again, who is passed over, and how the run goes on.

use serde_json::json;

use crate::support::telegram::{Telegram, customer, desk, error, too_many};
use crate::support::{ADMIN, Client, OPERATOR, Page, SUPERVISOR, TestApp, eventually};

/// A desk on which these customers of a bot have been answered, each with a failure.
async fn with_failed(chats: &[i64]) -> (Telegram, TestApp, Vec<i64>) {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let mut customers = vec![];
    for chat in chats {
        let id = customer(&app, &telegram, *chat).await;
        telegram.answers([error(400, "Bad Request: chat not found")]);
        answer(&supervisor, id, &format!("to {chat}")).await;
        has_failed(&app, id).await;
        customers.push(id);
    }
    (telegram, app, customers)
}

async fn answer(client: &Client, customer: i64, text: &str) {
    let page = client.get(&format!("/inbox/{customer}")).await;
    let filled = page.form("#composer").filled(&[("text", text), ("mode", "reply")]);
    let form = filled.into_iter().fold(reqwest::multipart::Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await.assert_status(303);
}

async fn has_failed(app: &TestApp, customer: i64) {
    let sql = format!("SELECT state FROM deliveries WHERE customer_id = {customer} ORDER BY id DESC LIMIT 1");
    eventually("the message has failed", async || (app.text(&sql).as_deref() == Some("failed")).then_some(())).await;
}

/// Starts a run with these settings, from the page that the menu leads to.
async fn start(client: &Client, settings: &[(&str, &str)]) -> Page {
    let page = client.get("/resends/new").await;
    page.assert_status(200);
    client.submit(&page, "#resend_form", settings).await
}

async fn run_is_over(app: &TestApp) {
    let sql = "SELECT COUNT(*) FROM resends WHERE ended_at IS NULL";
    eventually("the run is over", async || (app.number(sql) == 0).then_some(())).await;
    let sql = "SELECT COUNT(*) FROM deliveries WHERE state IN ('queued', 'sending')";
    eventually("everything has left", async || (app.number(sql) == 0).then_some(())).await;
}

/// The interval is over.
fn time_flies(app: &TestApp) {
    app.execute("UPDATE jobs SET run_at = '2026-01-01 00:00:00'");
}

fn conversations(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM conversations")
}

/// Which texts have gone out, and how often.
fn sent(telegram: &Telegram, text: &str) -> usize {
    telegram.texts().iter().filter(|sent| *sent == text).count()
}

/// LIST-07, LIST-08, LIST-11: the item in the menu opens the settings, which say how many messages it will be; then the
/// last message goes once more to everybody whom it did not reach, and no conversation is opened.
#[actix_web::test]
async fn what_failed_is_sent_again() {
    let (telegram, app, customers) = with_failed(&[42, 43]).await;
    let before = conversations(&app);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let inbox = supervisor.get("/inbox").await;
    inbox.assert_has("#m-list a[href='/resends/new'][hx-target='#resend-dialog']");
    let dialog = supervisor.htmx("/resends/new", "div#resend-dialog").await;
    dialog.assert_has("dialog[data-open] #resend_form input[type=date][name=since]");
    dialog.assert_has("select[name=kind]").assert_has("input[name=interval]");
    dialog.assert_says("2 messages will be sent again.");
    start(&supervisor, &[("interval", "0")]).await.assert_redirect("/resends");
    run_is_over(&app).await;
    assert_eq!((sent(&telegram, "to 42"), sent(&telegram, "to 43")), (2, 2));
    assert_eq!(conversations(&app), before);
    // Whoever would stop it now comes too late, and is told so.
    let stop = format!("/resends/{}/stop", app.number("SELECT id FROM resends"));
    assert_eq!(supervisor.post_form(&stop, &[]).await.toast(), "toast-done-already");
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'messages.resend_stopped'"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers WHERE send_failed"), 0);
    let page = supervisor.get("/resends").await;
    assert_eq!(page.select("[data-tally=sent]"), ["2"]);
    page.assert_says("2 of 2").assert_says("Done");
    let log = supervisor.get(&format!("/inbox/{}", customers[0])).await;
    log.assert_has(".dlv[data-state=sent]").assert_lacks(".msg.is-fail");
    // There is nothing left, and the form says so.
    start(&supervisor, &[]).await.assert_status(422).assert_says("There is nothing to send again.");
}

/// LIST-10: whoever has got the last message is left alone, whatever failed before; and so is whoever waits for the
/// next try by itself.
#[actix_web::test]
async fn only_those_whose_last_message_failed() {
    let (telegram, app, customers) = with_failed(&[42, 43, 44]).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    answer(&supervisor, customers[0], "it works again").await;
    let sql = format!("SELECT COUNT(*) FROM customers WHERE id = {} AND NOT send_failed", customers[0]);
    eventually("the newer one has arrived", async || (app.number(&sql) == 1).then_some(())).await;
    telegram.answers([too_many(60)]);
    answer(&supervisor, customers[1], "too fast").await;
    let sql = "SELECT COUNT(*) FROM delivery_attempts WHERE outcome = 'again'";
    eventually("it waits for its seconds", async || (app.number(sql) == 1).then_some(())).await;
    supervisor.get("/resends/new").await.assert_says("1 message will be sent again.");
    // The bot holds everything back for as long as Telegram has asked for; here time flies.
    app.execute("UPDATE channels SET send_after = NULL");
    start(&supervisor, &[("interval", "0")]).await.assert_redirect("/resends");
    let sql = "SELECT COUNT(*) FROM resends WHERE ended_at IS NULL";
    eventually("the run is over", async || (app.number(sql) == 0).then_some(())).await;
    eventually("it has left", async || (sent(&telegram, "to 44") == 2).then_some(())).await;
    assert_eq!((sent(&telegram, "to 42"), sent(&telegram, "to 43"), sent(&telegram, "too fast")), (1, 1, 1));
    assert_eq!(app.number("SELECT COUNT(*) FROM deliveries WHERE state = 'queued'"), 1);
}

/// LIST-12, LIST-13: the date and the messenger narrow it.
#[actix_web::test]
async fn date_and_messenger_narrow_it() {
    let (telegram, app, _) = with_failed(&[42, 43]).await;
    let old = "UPDATE deliveries SET failed_at = '2026-01-10 23:59:59' WHERE id = (SELECT MIN(id) FROM deliveries)";
    app.execute(old);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let count = async |query: &str| {
        let page = supervisor.htmx(&format!("/resends/new?interval=0&{query}"), "div#resend_count").await;
        page.select("#resend_count p").join(" ")
    };
    assert_eq!(count("since=2026-01-10").await, "2 messages will be sent again.");
    assert_eq!(count("since=2026-01-11").await, "1 message will be sent again.");
    assert_eq!(count("since=2026-01-11&kind=telegram").await, "1 message will be sent again.");
    assert_eq!(count("since=2026-01-10&kind=email").await, "There is nothing to send again.");
    start(&supervisor, &[("since", "2026-01-11"), ("kind", "email")]).await.assert_status(422);
    start(&supervisor, &[("since", "2026-01-11"), ("kind", "telegram"), ("interval", "0")]).await.assert_status(303);
    run_is_over(&app).await;
    assert_eq!((sent(&telegram, "to 42"), sent(&telegram, "to 43")), (1, 2));
}

/// LIST-14: so much time lies between two messages at least.
#[actix_web::test]
async fn messages_keep_their_distance() {
    let (telegram, app, _) = with_failed(&[42, 43]).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    start(&supervisor, &[("interval", "8")]).await.assert_redirect("/resends");
    eventually("the first has left", async || (telegram.texts().len() == 3).then_some(())).await;
    let page = supervisor.get("/resends").await;
    page.assert_says("In progress").assert_says("1 of 2");
    supervisor.get("/inbox").await.assert_says("Sending again: 1 of 2");
    // A second run would send the same: it waits for the end of this one.
    start(&supervisor, &[]).await.assert_status(422).assert_says("Messages are being sent again right now.");
    run_is_over(&app).await;
    let times = "SELECT COUNT(*) FROM delivery_attempts a JOIN delivery_attempts b ON b.id > a.id AND a.number = 2 \
                 AND b.number = 2 AND b.started_at >= ";
    let later = if app.is_sqlite() {
        "strftime('%Y-%m-%d %H:%M:%f', a.started_at, '+7.9 seconds')"
    } else {
        "a.started_at + INTERVAL '7.9 seconds'"
    };
    assert_eq!(app.number(&format!("{times}{later}")), 1);
}

/// Blocked customers and those who have left are passed over, at the start and in the middle; what was in the way of a
/// whole run can be stopped.
#[actix_web::test]
async fn blocked_and_unsubscribed_ones_are_passed_over() {
    let (telegram, app, customers) = with_failed(&[42, 43, 44, 45]).await;
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {}", customers[0]));
    app.execute(&format!(
        "UPDATE channel_accounts SET unsubscribed_at = '2026-01-01 00:00:00' WHERE customer_id = {}",
        customers[1]
    ));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/resends/new").await;
    page.assert_says("2 messages will be sent again.").assert_says("2 are passed over");
    start(&supervisor, &[("interval", "3600")]).await.assert_status(303);
    eventually("the first has left", async || (sent(&telegram, "to 44") == 2).then_some(())).await;
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {}", customers[3]));
    time_flies(&app);
    run_is_over(&app).await;
    assert_eq!(sent(&telegram, "to 42") + sent(&telegram, "to 43") + sent(&telegram, "to 45"), 3);
    let page = supervisor.get("/resends").await;
    assert_eq!(page.select("[data-tally=passed]"), ["1"]);
}

/// A run goes on after a restart, each message once; and it can be stopped.
#[actix_web::test]
async fn a_run_outlives_a_restart_and_can_be_stopped() {
    let (telegram, mut app, _) = with_failed(&[42, 43, 44]).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    start(&supervisor, &[("interval", "3600")]).await.assert_status(303);
    eventually("the first has left", async || (sent(&telegram, "to 42") == 2).then_some(())).await;
    app.restart().await;
    time_flies(&app);
    eventually("the second has left", async || (sent(&telegram, "to 43") == 2).then_some(())).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/resends").await;
    supervisor.submit(&page, "article form", &[]).await.assert_redirect("/resends");
    time_flies(&app);
    app.jobs_done().await;
    eventually("the last job is gone", async || (app.number("SELECT COUNT(*) FROM jobs") == 0).then_some(())).await;
    assert_eq!((sent(&telegram, "to 42"), sent(&telegram, "to 43"), sent(&telegram, "to 44")), (2, 2, 1));
    supervisor.get("/resends").await.assert_says("Stopped");
}

/// What had been handed over and came back later (a bounce, a status) goes out again as a whole, not on paper only.
#[actix_web::test]
async fn what_failed_after_it_was_handed_over_is_sent_again() {
    let telegram = Telegram::start().await;
    let (app, _) = desk(&telegram).await;
    let anna = customer(&app, &telegram, 42).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    answer(&supervisor, anna, "hello").await;
    let sql = "SELECT state FROM deliveries";
    eventually("it is sent", async || (app.text(sql).as_deref() == Some("sent")).then_some(())).await;
    let now = crate::support::desk::moment(0);
    app.execute(&format!("UPDATE deliveries SET state = 'failed', failed_at = '{now}'"));
    app.execute("UPDATE message_refs SET state = 'failed' WHERE state IS NOT NULL");
    app.execute("UPDATE customers SET send_failed = TRUE");
    start(&supervisor, &[("interval", "0")]).await.assert_status(303);
    run_is_over(&app).await;
    eventually("it has left", async || (sent(&telegram, "hello") == 2).then_some(())).await;
    assert_eq!(app.text(sql).as_deref(), Some("sent"));
    assert_eq!(app.number("SELECT COUNT(*) FROM message_refs WHERE state = 'failed'"), 0);
}

/// Operators neither see the item nor get through; wrong settings are told at their fields.
#[actix_web::test]
async fn supervisors_and_admins_only() {
    let (_telegram, app, _) = with_failed(&[42]).await;
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/inbox").await.assert_lacks("a[href='/resends/new']").assert_lacks("a[href='/resends']");
    operator.get("/resends/new").await.assert_status(403);
    operator.post_form("/resends", &[("since", "2026-01-01"), ("interval", "0")]).await.assert_status(403);
    let admin = app.sign_in(ADMIN).await;
    admin.get("/inbox").await.assert_has("a[href='/resends/new']");
    let page = start(&admin, &[("since", "yesterday"), ("interval", "-1")]).await;
    page.assert_status(422).assert_has("#r-since[aria-invalid]").assert_has("#r-interval[aria-invalid]");
    page.assert_has("#r-since[value=yesterday]");
    admin.post_form("/resends/999/stop", &[]).await.assert_status(404);
}

/// LIST-09: the list can be narrowed to those whom the last message has not reached; the filter is a part of its address.
#[actix_web::test]
async fn the_list_shows_those_alone() {
    let (telegram, app, customers) = with_failed(&[42]).await;
    telegram.writes(50, 1, json!({ "text": "Hello" }));
    let sql = "SELECT COUNT(*) FROM customers";
    eventually("both are there", async || (app.number(sql) == 2).then_some(())).await;
    let operator = app.sign_in(OPERATOR).await;
    let all = operator.get("/inbox").await;
    assert_eq!(all.count(".cc"), 2);
    let narrowed = operator.get(&all.attribute("#m-list a[href*=failed]", "href")).await;
    assert_eq!(narrowed.attributes(".cc", "id"), [format!("k{}", customers[0])]);
    narrowed.assert_has(".cc-bad").assert_has(".chip.is-on");
    let region = narrowed.attribute("#cards", "hx-get");
    assert!(region.contains("failed=1"), "{region}");
    assert_eq!(operator.get(&region).await.count(".cc"), 1);
    let back = narrowed.attribute(".cards-note a", "href");
    assert_eq!(operator.get(&back).await.count(".cc"), 2);
}

/// A run whose steps fail every time is ended and says so: the next one can begin.
#[actix_web::test]
async fn a_run_that_cannot_go_on_is_ended() {
    let (telegram, app, _) = with_failed(&[42]).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    app.breaks("resend_items", "UPDATE", "NEW.outcome IS NOT NULL", "this row is broken");
    start(&supervisor, &[("interval", "0")]).await.assert_status(303);
    eventually("it has failed", async || {
        app.execute("UPDATE jobs SET tries = 7, run_at = '2026-01-01 00:00:00' WHERE dead_at IS NULL AND tries < 7");
        (app.number("SELECT COUNT(*) FROM resends WHERE broken AND ended_at IS NOT NULL") == 1).then_some(())
    })
    .await;
    supervisor.get("/resends").await.assert_says("Ended because of an error");
    app.mended("resend_items");
    assert_eq!(sent(&telegram, "to 42"), 1);
    start(&supervisor, &[("interval", "0")]).await.assert_redirect("/resends");
    run_is_over(&app).await;
    assert_eq!(sent(&telegram, "to 42"), 2);
}

/// A message that cannot be queued again counts as failed, and the run goes on to the next.
#[actix_web::test]
async fn one_that_fails_does_not_hold_up_the_others() {
    let (telegram, app, customers) = with_failed(&[42, 43]).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let rows = format!("NEW.state = 'queued' AND NEW.customer_id = {}", customers[0]);
    app.breaks("deliveries", "UPDATE", &rows, "this row is broken");
    start(&supervisor, &[("interval", "0")]).await.assert_status(303);
    run_is_over(&app).await;
    assert_eq!((sent(&telegram, "to 42"), sent(&telegram, "to 43")), (1, 2));
    let page = supervisor.get("/resends").await;
    assert_eq!(
        (page.select("[data-tally=failed]"), page.select("[data-tally=sent]")),
        (vec!["1".into()], vec!["1".into()])
    );
}
