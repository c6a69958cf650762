//! Two people at the same moment. On PostgreSQL writes run side by side, so both are stopped where they would change the same
//! row, and let go together; SQLite writes one after the other.

use std::future::Future;
use std::time::Duration;

use futures_util::future::join;

use crate::support::desk::{Letter, Person, say_from};
use crate::support::{ADMIN, OPERATOR, PASSWORD, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app, spawn_empty_app};

/// How long two are waited for. Who needs no lock is not stopped, and is there long before.
const BOTH: Duration = Duration::from_secs(3);

/// Awaits two requests, and lets neither past what `stop` locks before both are there.
async fn at_once<A, B>(
    app: &TestApp,
    stop: &str,
    one: impl Future<Output = A>,
    other: impl Future<Output = B>,
) -> (A, B) {
    let both = join(one, other);
    if app.is_sqlite() { both.await } else { behind(app, stop, 2, both).await }
}

/// Awaits requests that wait for what `deed` holds, as many as `count`, and lets it be done once all are there.
async fn behind<T>(app: &TestApp, deed: &str, count: i64, requests: impl Future<Output = T>) -> T {
    app.expects_many().await;
    let mut gate = app.direct();
    gate.execute(&format!("BEGIN; {deed}"));
    let opened = async move {
        let waiting =
            "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'";
        let begun = std::time::Instant::now();
        while app.number(waiting) < count && begun.elapsed() < BOTH {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        gate.execute("COMMIT");
    };
    join(requests, opened).await.0
}

/// A statement that locks as whoever holds these words does.
fn words(text: &str) -> String {
    format!("SELECT pg_advisory_xact_lock(hashtextextended('{text}', 0))")
}

/// One changes the phone and a colleague the note, at the same moment: both stand there afterwards.
#[actix_web::test]
async fn two_fields_of_a_customer_are_both_kept() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", ..Person::default() });
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let field = |name: &str| format!("/customers/{anna}/fields/{name}");
    let stop = format!("SELECT 1 FROM customers WHERE id = {anna} FOR NO KEY UPDATE");
    let (phone, note) = (field("phone"), field("note"));
    let (first, second) = at_once(
        &app,
        &stop,
        one.post_form(&phone, &[("typed", "+7 901 788-07-95"), ("was", "")]),
        other.post_form(&note, &[("typed", "Likes tea"), ("was", "")]),
    )
    .await;
    first.assert_status(303);
    second.assert_status(303);
    assert_eq!(app.text("SELECT note FROM customers").as_deref(), Some("Likes tea"));
    assert!(app.text("SELECT phone FROM customers").is_some(), "the phone is gone");
}

/// The same form saved twice at the same moment: one is asked, since it has not seen what the other wrote.
#[actix_web::test]
async fn of_two_forms_one_is_asked() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", ..Person::default() });
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let url = format!("/customers/{anna}/edit");
    let page = one.get(&url).await;
    let stop = format!("SELECT 1 FROM customers WHERE id = {anna} FOR NO KEY UPDATE");
    let (first, second) = at_once(
        &app,
        &stop,
        one.submit(&page, "form#edit_form", &[("name", "Anna One")]),
        other.submit(&page, "form#edit_form", &[("name", "Anna Two")]),
    )
    .await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    let stop = "SELECT 1 FROM companies FOR NO KEY UPDATE";
    let made = one.get("/companies/new").await;
    let made = one.submit(&made, "form#company_form", &[("name", "Harbour")]).await;
    let page = one.get(&format!("{}/edit", made.header("location"))).await;
    let (first, second) = at_once(
        &app,
        stop,
        one.submit(&page, "form#company_form", &[("name", "Harbour One")]),
        other.submit(&page, "form#company_form", &[("name", "Harbour Two")]),
    )
    .await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
}

/// Two who take the same free customer at the same moment, by their profile or by a conversation each: the one who comes first
/// has them, and the other is told.
#[actix_web::test]
async fn a_free_customer_is_taken_once() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", ..Person::default() });
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let [mine, yours] = [OPERATOR, SECOND_OPERATOR].map(|email| app.staff_id(email).to_string());
    let url = format!("/customers/{anna}/responsible");
    let stop = format!("SELECT 1 FROM customers WHERE id = {anna} FOR NO KEY UPDATE");
    let (mine, yours) = ([("responsible", &*mine)], [("responsible", &*yours)]);
    let (first, second) = at_once(&app, &stop, one.post_form(&url, &mine), other.post_form(&url, &yours)).await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.bound'"), 1);
}

/// Two change one deal at the same moment: one is asked. Two move it: one is told.
#[actix_web::test]
async fn of_two_who_change_a_deal_one_is_asked() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", ..Person::default() });
    let stages = app.pipeline("Sales", &["New", "Talks", "Won"]);
    let deal = app.deal(anna, stages[0], "Chairs");
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let url = format!("/customers/{anna}/deals/{deal}");
    let page = one.get(&url).await;
    let stop = format!("SELECT 1 FROM customers WHERE id = {anna} FOR NO KEY UPDATE");
    let (first, second) = at_once(
        &app,
        &stop,
        one.submit(&page, "#deal_form", &[("title", "Ten chairs")]),
        other.submit(&page, "#deal_form", &[("title", "Eleven chairs")]),
    )
    .await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    let (seen, talks, won) = (stages[0].to_string(), stages[1].to_string(), stages[2].to_string());
    let place = format!("{url}/stage");
    let (mine, yours) = ([("stage", talks.as_str()), ("seen", &seen)], [("stage", won.as_str()), ("seen", &seen)]);
    let (first, second) = at_once(&app, &stop, one.post_form(&place, &mine), other.post_form(&place, &yours)).await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 409]);
}

/// A company, a tag, a list, a customer is deleted at the moment in which somebody else uses it: whoever comes second is told that
/// it is not there, and of a bulk action the rest is done.
#[actix_web::test]
async fn what_goes_at_the_moment_of_its_use_is_not_there() {
    let app = spawn_app().await;
    if app.is_sqlite() {
        return;
    }
    let anna = app.customer(Person { name: "Anna", ..Person::default() });
    let boris = app.customer(Person { name: "Boris", ..Person::default() });
    let (vip, late, list) = (app.tag("VIP", 3), app.tag("Late", 4), app.list("Autumn", &[]));
    let client = app.sign_in(SUPERVISOR).await;
    app.execute("INSERT INTO companies (name, name_folded, created_at) VALUES ('A', 'a', '2026-01-01 10:00:00')");
    let company = app.number("SELECT id FROM companies");
    let (whom, tags, lists) = (anna.to_string(), format!("/customers/{anna}/tags"), format!("/customers/{anna}/lists"));
    for (table, id, url, field, value, status) in [
        ("companies", company, format!("/companies/{company}/members"), "add", whom.clone(), 404),
        ("customer_tags", late, tags, "add", late.to_string(), 422),
        ("customer_lists", list, lists, "add", list.to_string(), 422),
        ("customers", boris, format!("/customers/{boris}/block"), "reason", "Spam".to_owned(), 404),
    ] {
        let deed = format!("DELETE FROM {table} WHERE id = {id}");
        let fields = [(field, value.as_str())];
        behind(&app, &deed, 1, client.post_form(&url, &fields)).await.assert_status(status);
    }
    let (vip, gone) = (vip.to_string(), app.tag("Gone", 5).to_string());
    let fields = [("action", "add_tags"), ("row", whom.as_str()), ("tag", vip.as_str()), ("tag", gone.as_str())];
    let deed = format!("DELETE FROM customer_tags WHERE id = {gone}");
    behind(&app, &deed, 1, client.post_form("/inbox/bulk", &fields)).await.assert_redirect("/inbox");
    assert_eq!(app.number("SELECT COUNT(*) FROM batches WHERE failed = 0 AND done = 1"), 1);
    assert_eq!(app.number(&format!("SELECT COUNT(*) FROM customer_tag_links WHERE tag_id = {vip}")), 1);
}

/// Rule 18: of two replies at the same moment one is held back and shown the other.
#[actix_web::test]
async fn of_two_replies_one_is_held_back() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let letter = Letter { channel, address: "anna", name: "Anna", body: "Hello", ..Letter::default() };
    let customer = app.writes(letter).await;
    let (one, other) = (app.sign_in(SUPERVISOR).await, app.sign_in(ADMIN).await);
    // Both have opened the conversation before either answers.
    let url = format!("/inbox/{customer}");
    let (mine, yours) = (one.get(&url).await, other.get(&url).await);
    let stop = format!("SELECT 1 FROM customers WHERE id = {customer} FOR NO KEY UPDATE");
    let (first, second) = at_once(
        &app,
        &stop,
        say_from(&one, &mine, customer, "From one", vec![]),
        say_from(&other, &yours, customer, "From the other", vec![]),
    )
    .await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 422]);
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'staff'"), 1);
}

/// Two admins who disable each other: one is left, or nobody could let anybody in.
#[actix_web::test]
async fn an_admin_is_left() {
    let app = spawn_app().await;
    let second = app.staff("second-admin@desk.test", "admin");
    let first = app.staff_id(ADMIN);
    let (one, other) = (app.sign_in(ADMIN).await, app.sign_in("second-admin@desk.test").await);
    let (his, hers) = (format!("/settings/staff/{second}/disable"), format!("/settings/staff/{first}/disable"));
    at_once(&app, &words("admins"), one.post_form(&his, &[]), other.post_form(&hers, &[])).await;
    assert_eq!(app.number("SELECT count(*) FROM staff WHERE role = 'admin' AND disabled_at IS NULL"), 1);
}

/// A one-time link works once, also for two who open it at the same moment.
#[actix_web::test]
async fn a_link_is_spent_once() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/staff/new").await;
    let fields = [("email", "new@desk.test"), ("name", "New Person"), ("role", "operator")];
    let shown = admin.submit(&form, "#new-staff", &fields).await;
    let link = shown.attribute("#link", "value");
    let link = &link[link.find("/welcome/").expect("a link")..];
    let (one, other) = (app.anonymous(), app.anonymous());
    let mine = [("password", "a password of one"), ("again", "a password of one")];
    let yours = [("password", "a password of another"), ("again", "a password of another")];
    let stop = "SELECT 1 FROM staff_links FOR NO KEY UPDATE";
    let (first, second) = at_once(&app, stop, one.post_form(link, &mine), other.post_form(link, &yours)).await;
    let mut answers = [first.status.as_u16(), second.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410]);
}

/// Several copies of the desk print a link for the first admin each: of two who open two of them at the same moment one makes it.
#[actix_web::test]
async fn one_admin_is_the_first() {
    let app = spawn_empty_app().await;
    let link = async || {
        let token = app.db.write(switchboard::staff::first_admin_link).await.expect("written");
        format!("/welcome/{}", token.expect("a link"))
    };
    let (mine, yours) = (link().await, link().await);
    let fields = |email| [("name", "Ada"), ("email", email), ("password", PASSWORD), ("again", PASSWORD)];
    let (ada, eve) = (fields("ada@desk.test"), fields("eve@desk.test"));
    let (one, other) = (app.anonymous(), app.anonymous());
    let both = at_once(&app, &words("admins"), one.post_form(&mine, &ada), other.post_form(&yours, &eve)).await;
    let mut answers = [both.0.status.as_u16(), both.1.status.as_u16()];
    answers.sort_unstable();
    assert_eq!(answers, [303, 410]);
    assert_eq!(app.number("SELECT count(*) FROM staff"), 1);
}

/// Whoever guesses passwords is slowed down, and nobody else with them: not the same person from elsewhere.
#[actix_web::test]
async fn a_guesser_keeps_nobody_out_from_elsewhere() {
    let app = crate::support::spawn_app_with(|config| {
        config.trusted_proxies = vec!["127.0.0.1".parse().expect("an address")];
    })
    .await;
    let from = |address| app.anonymous().with_header("x-forwarded-for", address);
    let guesser = from("203.0.113.7");
    let fields = |password| [("email", SECOND_OPERATOR), ("password", password)];
    let mut slowed = false;
    for _ in 0..100 {
        slowed = slowed || guesser.post_form("/login", &fields("a guess")).await.status.as_u16() == 429;
    }
    assert!(slowed, "a guesser is slowed down");
    from("198.51.100.9").post_form("/login", &fields(PASSWORD)).await.assert_status(303);
    // What the client itself claims to be counts for nothing.
    let liar = from("6.6.6.6, 203.0.113.7");
    liar.post_form("/login", &fields(PASSWORD)).await.assert_status(429);
}
