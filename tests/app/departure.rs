//! Somebody goes: their open conversations and their customers go to a colleague, or to nobody, and never stay with whoever will
//! not answer.

use reqwest::multipart::Form;
use switchboard::conversations::{self, HandOver};
use switchboard::db::types::{StaffId, UtcTime};
use switchboard::{jobs, staff};

use crate::support::desk::{Letter, Person};
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app};

/// Otto works a conversation with Anna, who is his, and one with Clara, who is Sam's; Boris is his, too.
struct Desk {
    app: TestApp,
    anna: i64,
    clara: i64,
    boris: i64,
    olga: i64,
    otto: i64,
}

async fn desk() -> Desk {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    app.db.written_elsewhere();
    let channel = app.channel("web_chat");
    let (olga, otto, sam) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR), app.staff_id(SUPERVISOR));
    let second = app.sign_in(SECOND_OPERATOR).await;
    let mut wrote = vec![];
    for name in ["Anna Kowalska", "Clara Zetkin"] {
        let received = app.receives(Letter { channel, address: name, name, body: "hello", ..Letter::default() }).await;
        let conversation = received.conversation.unwrap();
        second.post_form(&format!("/conversations/{conversation}/assignment"), &[]).await.assert_status(303);
        wrote.push(received.customer.0);
    }
    app.execute(&format!("UPDATE customers SET responsible_id = {sam} WHERE id = {}", wrote[1]));
    app.db.written_elsewhere();
    let boris = app.customer(Person { responsible: Some(otto), ..Person::named("Boris Vian") });
    Desk { app, anna: wrote[0], clara: wrote[1], boris, olga, otto }
}

impl Desk {
    fn leaving(&self) -> String {
        format!("/settings/staff/{}/disable", self.otto)
    }

    /// Whose the conversation is, and whose the customer: 0 is nobody's.
    fn held(&self, customer: i64) -> (i64, i64) {
        let of = format!("SELECT COALESCE(MAX(assignee_id), 0) FROM conversations WHERE customer_id = {customer}");
        let bound = format!("SELECT COALESCE(responsible_id, 0) FROM customers WHERE id = {customer}");
        (self.app.number(&of), self.app.number(&bound))
    }
}

/// The page says how much there is and offers everybody else; a colleague who sees only their own customers has all of it at once,
/// finds it in the inbox, and answers. What is another's stays another's, and enabling the account gives nothing back.
#[actix_web::test]
async fn a_colleague_takes_over() {
    let desk = desk().await;
    let (admin, olga) = (desk.app.sign_in(ADMIN).await, desk.app.sign_in(OPERATOR).await);
    olga.get("/inbox?tab=all").await.assert_silent_about("Kowalska").assert_silent_about("Vian");
    let page = admin.get(&desk.leaving()).await;
    page.assert_says("Open conversations: 2. Customers: 2.");
    assert_eq!(page.select("#to option"), ["Nobody", "Ada Admin", "Olga Operator", "Sam Supervisor"]);
    let mut live = olga.events("/live").await;
    assert_eq!(live.next().await.name, "sync");
    let url = format!("/settings/staff/{}", desk.otto);
    admin.submit(&page, "#disable", &[("to", &desk.olga.to_string())]).await.assert_redirect(&url);
    while live.next().await.name != "inbox" {}
    let sam = desk.app.staff_id(SUPERVISOR);
    assert_eq!(desk.held(desk.anna), (desk.olga, desk.olga));
    assert_eq!(desk.held(desk.clara), (desk.olga, sam), "Clara is Sam's");
    assert_eq!(desk.held(desk.boris), (0, desk.olga));
    let inbox = olga.get("/inbox?tab=all").await;
    inbox.assert_says("Anna Kowalska").assert_says("Clara Zetkin").assert_says("Boris Vian");
    let thread = olga.get(&format!("/inbox/{}", desk.anna)).await;
    thread.assert_says("was disabled; passed on to");
    let words = Form::new().text("text", "Good day").text("mode", "reply");
    olga.post_multipart(&format!("/inbox/{}/messages", desk.anna), words).await.assert_status(303);
    // Whoever had them finds them in History, and the log says who did it.
    let log = admin.get("/settings/audit?kind=staff").await;
    log.assert_says("Handed over what a staff member had").assert_says("Conversations").assert_says("Olga Operator");
    admin.post_form(&format!("{url}/enable"), &[]).await.assert_status(303);
    assert_eq!((desk.held(desk.anna), desk.held(desk.boris)), ((desk.olga, desk.olga), (0, desk.olga)));
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM jobs WHERE name = 'staff.hand_over'"), 0, "so few need no job");
}

/// With nobody the conversations wait in the queue and the customers are free; where conversations are given out, these are.
#[actix_web::test]
async fn nobody_takes_over() {
    let desk = desk().await;
    let admin = desk.app.sign_in(ADMIN).await;
    let page = admin.get(&desk.leaving()).await;
    admin.submit(&page, "#disable", &[]).await.assert_status(303);
    let sam = desk.app.staff_id(SUPERVISOR);
    assert_eq!((desk.held(desk.anna), desk.held(desk.boris)), ((0, 0), (0, 0)));
    assert_eq!(desk.held(desk.clara), (0, sam));
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM conversations WHERE status = 'queued'"), 2);
    admin.get(&format!("/inbox/{}", desk.anna)).await.assert_says("was disabled; back in the queue");
    let olga = desk.app.sign_in(OPERATOR).await;
    olga.get("/inbox?tab=all").await.assert_says("Anna Kowalska").assert_says("Boris Vian");
    admin.post_form("/settings/rules", &[("distribute", "true")]).await.assert_status(303);
    eventually("Olga is given it", async || (desk.held(desk.anna) == (desk.olga, desk.olga)).then_some(())).await;
}

/// Only a colleague who can serve takes over. Otherwise nothing is done, and what was chosen is told at its field.
#[actix_web::test]
async fn only_who_can_serve_takes_over() {
    let desk = desk().await;
    let admin = desk.app.sign_in(ADMIN).await;
    desk.app.execute("UPDATE staff SET disabled_at = '2026-01-01 10:00:00' WHERE email = 'operator@desk.test'");
    desk.app.db.written_elsewhere();
    let page = admin.get(&desk.leaving()).await;
    assert_eq!(page.select("#to option"), ["Nobody", "Ada Admin", "Sam Supervisor"]);
    for wrong in [desk.olga.to_string(), desk.otto.to_string(), "999".into(), "x".into()] {
        let answer = admin.post_form(&desk.leaving(), &[("to", &wrong)]).await;
        answer.assert_status(422).assert_has("#to[aria-invalid]").assert_says("Choose a colleague");
    }
    assert_eq!(desk.held(desk.anna), (desk.otto, desk.otto));
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'staff.disabled'"), 0);
    admin.get(&format!("/settings/staff/{}/disable", desk.app.staff_id(ADMIN))).await.assert_status(409);
}

/// More than one write does at once is done in the background, all of it. Meanwhile nobody is kept from writing.
#[actix_web::test]
async fn many_are_handed_over_in_the_background() {
    let desk = desk().await;
    let (admin, otto, olga) = (desk.app.sign_in(ADMIN).await, desk.otto, desk.olga);
    desk.app.execute(&format!(
        "INSERT INTO customers (name, name_folded, responsible_id, search_text, last_activity_at, created_at) \
         WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1500) \
         SELECT 'Many', 'many', {otto}, '', '2026-01-05 09:00:00', '2026-01-05 09:00:00' FROM n"
    ));
    desk.app.db.written_elsewhere();
    let page = admin.get(&desk.leaving()).await;
    page.assert_says("Customers: 1502.");
    admin.submit(&page, "#disable", &[("to", &olga.to_string())]).await.assert_status(303);
    let theirs = |who: i64| desk.app.number(&format!("SELECT COUNT(*) FROM customers WHERE responsible_id = {who}"));
    eventually("all are Olga's", async || (theirs(otto) == 0).then_some(())).await;
    assert_eq!(theirs(olga), 1502);
    eventually("the job is done", async || {
        (desk.app.number("SELECT COUNT(*) FROM jobs WHERE name = 'staff.hand_over'") == 0).then_some(())
    })
    .await;
}

/// At the command line nobody takes over. What somebody still has who was disabled before can be handed over on their page.
#[actix_web::test]
async fn what_is_left_is_handed_over_later() {
    let desk = desk().await;
    let admin = desk.app.sign_in(ADMIN).await;
    let gone = desk.app.db.write(|tx| conversations::dismiss_from_command_line(tx, SECOND_OPERATOR)).await;
    assert!(gone.unwrap(), "they could sign in until now");
    assert_eq!((desk.held(desk.anna), desk.held(desk.boris)), ((0, 0), (0, 0)));
    let url = format!("/settings/staff/{}", desk.otto);
    admin.get(&url).await.assert_lacks("#to-hand-over");
    desk.app.execute(&format!("UPDATE customers SET responsible_id = {} WHERE id = {}", desk.otto, desk.boris));
    desk.app.db.written_elsewhere();
    admin.get(&url).await.assert_has("#to-hand-over").assert_says("Customers: 1.");
    let page = admin.get(&desk.leaving()).await;
    let done = admin.submit(&page, "#disable", &[("to", &desk.olga.to_string())]).await;
    done.assert_redirect(&url);
    admin.follow(&done).await.assert_says("Handed over").assert_silent_about("Account disabled");
    assert_eq!(desk.held(desk.boris), (0, desk.olga));
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'staff.disabled'"), 1);
}

/// Of somebody who is disabled already the command line notes no second time, nor of somebody who is enabled that they are; what
/// is still theirs goes back all the same.
#[actix_web::test]
async fn whoever_is_gone_is_not_dismissed_again() {
    let desk = desk().await;
    let dismiss =
        async || desk.app.db.write(|tx| conversations::dismiss_from_command_line(tx, SECOND_OPERATOR)).await.unwrap();
    let enable = async || desk.app.db.write(|tx| staff::enable_from_command_line(tx, SECOND_OPERATOR)).await.unwrap();
    let noted = |event: &str| desk.app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'"));
    assert!(dismiss().await);
    let since = format!("UPDATE staff SET disabled_at = '2026-01-05 09:00:00' WHERE id = {}", desk.otto);
    desk.app.execute(&since);
    desk.app.execute(&format!("UPDATE customers SET responsible_id = {} WHERE id = {}", desk.otto, desk.boris));
    desk.app.db.written_elsewhere();
    assert!(!dismiss().await);
    assert_eq!(desk.held(desk.boris), (0, 0));
    let long_ago = "SELECT COUNT(*) FROM staff WHERE disabled_at = '2026-01-05 09:00:00'";
    assert_eq!((noted("staff.disabled"), noted("staff.handed_over"), desk.app.number(long_ago)), (1, 2, 1));
    assert!(enable().await);
    assert!(!enable().await);
    let admin = desk.app.sign_in(ADMIN).await;
    admin.post_form(&format!("/settings/staff/{}/enable", desk.otto), &[]).await.assert_status(303);
    assert_eq!(noted("staff.enabled"), 1);
}

/// What is on its way in the background is not offered once more: the page says so. Whoever orders it anew all the same has the last
/// word.
#[actix_web::test]
async fn what_is_on_its_way_is_said() {
    let desk = desk().await;
    let (admin, otto) = (desk.app.sign_in(ADMIN).await, desk.otto);
    // Waits for its runner, with what it is to hand over to nobody.
    desk.app.execute(&format!(
        "UPDATE staff SET disabled_at = '2026-01-01 10:00:00' WHERE id = {otto}; \
         INSERT INTO jobs (name, payload, unique_key, run_at, tries, created_at) VALUES ('staff.hand_over', \
         '{{\"from\":{otto},\"to\":null}}', '{otto}', '2099-01-01 10:00:00', 0, '2026-01-01 10:00:00')"
    ));
    let page = admin.get(&format!("/settings/staff/{otto}")).await;
    page.assert_says("Customers: 2.").assert_says("being handed over").assert_lacks("#to-hand-over");
    let page = admin.get(&desk.leaving()).await;
    admin.submit(&page, "#disable", &[("to", &desk.olga.to_string())]).await.assert_status(303);
    assert_eq!((desk.held(desk.anna), desk.held(desk.boris)), ((desk.olga, desk.olga), (0, desk.olga)));
    assert_eq!(desk.app.number("SELECT COUNT(*) FROM jobs WHERE name = 'staff.hand_over'"), 0);
}

/// An order that another has taken the place of goes no further, though its job has begun.
#[actix_web::test]
async fn the_last_order_counts() {
    let desk = desk().await;
    let (otto, olga) = (StaffId(desk.otto), StaffId(desk.olga));
    desk.app.execute(&format!("UPDATE staff SET disabled_at = '2026-01-01 10:00:00' WHERE id = {otto}"));
    let order: HandOver = serde_json::from_value(serde_json::json!({ "from": otto, "to": olga })).unwrap();
    let queued = desk.app.db.write(move |tx| {
        jobs::enqueue_at(tx, &order, UtcTime::now().plus(chrono::Duration::hours(1)))?;
        assert!(jobs::is_wanted(tx, &order)?);
        let other: HandOver = serde_json::from_value(serde_json::json!({ "from": otto, "to": null })).unwrap();
        jobs::withdraw(tx, &other)?;
        jobs::is_wanted(tx, &order)
    });
    assert!(!queued.await.unwrap());
}
