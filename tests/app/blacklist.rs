//! The blacklist: blocking, unblocking, asking, deciding, and what a blocked customer can still do.

use crate::support::desk::{Letter, Person};
use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

fn letter(channel: i64) -> Letter<'static> {
    Letter { channel, address: "anna-1", name: "Anna", body: "hello", ..Letter::default() }
}

/// Blocks through the form, as a browser without scripts does.
async fn block(client: &Client, customer: i64, reason: &str) -> Page {
    let form = client.get(&format!("/customers/{customer}/block?back=/blacklist")).await;
    form.assert_status(200);
    client.submit(&form, "#block_form", &[("reason", reason)]).await
}

/// The events of the system messages about a customer, oldest first.
fn events(app: &TestApp, customer: i64) -> Vec<String> {
    let count =
        app.number(&format!("SELECT count(*) FROM messages WHERE customer_id = {customer} AND kind = 'system'"));
    (0..count)
        .map(|at| {
            let sql = format!(
                "SELECT event FROM messages WHERE customer_id = {customer} AND kind = 'system' ORDER BY id LIMIT 1 OFFSET {at}"
            );
            let event: serde_json::Value = serde_json::from_str(&app.text(&sql).unwrap()).unwrap();
            event["event"].as_str().unwrap().to_owned()
        })
        .collect()
}

/// CUST-50, CUST-51, CUST-52, CUST-57, CUST-59, CUST-60, CUST-61: an admin blocks with a reason, sees whom and why on the
/// blacklist, and "Delete" there takes the customer off it without deleting them.
#[actix_web::test]
async fn an_admin_blocks_looks_and_unblocks() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let anna = app.customer(Person::named("Anna <b>Kowalska</b>"));
    admin.get("/blacklist").await.assert_says("Nobody is blocked").assert_lacks("tbody tr");

    let empty = block(&admin, anna, "  \u{202e} ").await;
    empty.assert_status(422).assert_has("textarea[name=reason][aria-invalid=true]").assert_says("Enter a reason.");
    block(&admin, anna, "Spam & <i>threats</i> 🙂").await.assert_redirect("/blacklist");

    let page = admin.get("/blacklist").await;
    assert_eq!(page.select("tbody .who bdi"), ["Anna <b>Kowalska</b>"]);
    assert_eq!(page.select("tbody td.full"), ["Spam & <i>threats</i> 🙂"]);
    page.assert_says("You").assert_says("Until removed").assert_lacks("td i, bdi b");
    let gone = admin.submit(&page, "tbody form", &[]).await;
    gone.assert_redirect("/blacklist");
    admin.follow(&gone).await.assert_says("Nobody is blocked").assert_says("Removed from the blacklist");
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE NOT blocked"), 1);
    assert_eq!(app.number("SELECT count(*) FROM blocks WHERE lifted_at IS NOT NULL AND lifted_by_id IS NOT NULL"), 1);
    assert_eq!(
        app.number("SELECT count(*) FROM audit_events WHERE event IN ('customer.blocked', 'customer.unblocked')"),
        2
    );
}

/// CUST-53, CUST-54, CUST-55: a blocked customer still writes; the message is kept, opens no conversation and counts as
/// no unread; staff cannot write to them; unblocking replays nothing, and the next message opens a conversation.
#[actix_web::test]
async fn a_blocked_customer_is_kept_out() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let first = app.receives(letter(chat)).await;
    let (customer, conversation) = (first.customer.0, first.conversation.unwrap().0);
    let supervisor = app.sign_in(SUPERVISOR).await;
    block(&supervisor, customer, "Insults").await.assert_status(303);
    let closed = format!("SELECT close_reason FROM conversations WHERE id = {conversation} AND status = 'closed'");
    assert_eq!(app.text(&closed).as_deref(), Some("customer_blocked"));
    assert_eq!(events(&app, customer), ["opened", "blocked", "closed"]);

    let second = app.receives(letter(chat)).await;
    assert_eq!(second.conversation, None);
    let kept = format!(
        "SELECT count(*) FROM messages WHERE customer_id = {customer} AND received_while_blocked AND conversation_id IS NULL"
    );
    assert_eq!(app.number(&kept), 1);
    assert_eq!(
        app.number("SELECT unread_count FROM customers"),
        0,
        "what came before counts no more, what came after neither"
    );
    assert_eq!(app.number(&format!("SELECT active_count FROM customers WHERE id = {customer}")), 0);
    let form = app.sign_in(OPERATOR).await.get(&format!("/customers/{customer}/message")).await;
    form.assert_says("This customer is blocked");

    supervisor.post_form(&format!("/customers/{customer}/block/delete"), &[]).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1, "nothing is replayed");
    assert!(app.receives(letter(chat)).await.conversation.is_some());
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 2);
}

/// SEARCH-43: an operator asks with a reason, a supervisor decides; both leave a system message in the history, which the
/// customer does not see.
#[actix_web::test]
async fn operators_ask_and_supervisors_decide() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let customer = app.writes(letter(chat)).await;
    let (operator, supervisor) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let ask = format!("/customers/{customer}/block-requests");
    let form = operator.get(&ask).await;
    operator.submit(&form, "#block_form", &[("reason", "")]).await.assert_status(422).assert_says("Enter a reason.");
    let sent = operator.submit(&form, "#block_form", &[("reason", "Three warnings")]).await;
    sent.assert_redirect(&format!("/customers/{customer}"));
    operator.submit(&form, "#block_form", &[("reason", "Three warnings")]).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM block_requests"), 1, "the same form works once");
    let other = app.sign_in(SECOND_OPERATOR).await;
    other.post_form(&ask, &[("reason", "me too")]).await.assert_status(409).assert_says("waits for its decision");

    let page = supervisor.get("/blacklist?tab=requests").await;
    page.assert_says("Three warnings").assert_says("Olga Operator").assert_has(".tabs .unread");
    let long = "x".repeat(501);
    let wrong = supervisor.submit(&page, "tbody form", &[("approve", "true"), ("note", &long)]).await;
    wrong.assert_status(422).assert_says("Use at most 500 characters.");
    assert_eq!(wrong.attribute("tbody input[name=note]", "value"), long);
    supervisor.submit(&page, "tbody form", &[("approve", "perhaps")]).await.assert_status(422);
    let declined = supervisor.submit(&page, "tbody form", &[("approve", "false"), ("note", "Be patient")]).await;
    declined.assert_redirect("/blacklist");
    assert_eq!(events(&app, customer), ["opened", "block_requested", "block_request_decided"]);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE blocked"), 0);
    let request = app.number("SELECT id FROM block_requests");
    let again = supervisor.post_form(&format!("/block-requests/{request}/decision"), &[("approve", "true")]).await;
    again.assert_status(409).assert_says("has been decided already");

    other.post_form(&ask, &[("reason", "Once more")]).await.assert_status(303);
    let page = supervisor.get("/blacklist?tab=requests").await;
    supervisor.submit(&page, "tbody form", &[("approve", "true"), ("note", "")]).await.assert_status(303);
    supervisor.get("/blacklist").await.assert_says("Once more").assert_says("Sam Supervisor");
    supervisor.get("/blacklist?tab=requests").await.assert_says("No request waits");
    let open = format!("SELECT count(*) FROM conversations WHERE customer_id = {customer} AND status <> 'closed'");
    assert_eq!(app.number(&open), 0);
    other.post_form(&ask, &[("reason", "again")]).await.assert_status(409).assert_says("on the blacklist already");
}

/// SEARCH-43: so it is with a contact who has never been in touch: whoever asked reads there what was decided.
#[actix_web::test]
async fn a_decision_stands_with_a_customer_who_was_never_in_touch() {
    let app = spawn_app().await;
    app.channel("web_chat");
    let customer = app.customer(Person::named("Anna Kowalska"));
    let (operator, supervisor) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let ask = format!("/customers/{customer}/block-requests");
    operator.post_form(&ask, &[("reason", "Spam")]).await.assert_status(303);
    let page = supervisor.get("/blacklist?tab=requests").await;
    supervisor
        .submit(&page, "tbody form", &[("approve", "false"), ("note", "A supplier of ours")])
        .await
        .assert_status(303);
    operator.get(&format!("/inbox/{customer}")).await.assert_says("A supplier of ours");
}

/// A supervisor who blocks decides the request that waits.
#[actix_web::test]
async fn a_block_decides_the_waiting_request() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    app.sign_in(OPERATOR).await.post_form(&format!("/customers/{anna}/block-requests"), &[("reason", "x")]).await;
    block(&app.sign_in(SUPERVISOR).await, anna, "Spam").await.assert_status(303);
    assert_eq!(app.text("SELECT status FROM block_requests").as_deref(), Some("approved"));
}

/// What the state of things has no room for is refused, and what does not exist is not there.
#[actix_web::test]
async fn wrong_moves_are_refused() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let unblock = format!("/customers/{anna}/block/delete");
    supervisor.post_form(&unblock, &[]).await.assert_status(409).assert_says("not on the blacklist");
    let url = format!("/customers/{anna}/block");
    supervisor.post_form(&url, &[("reason", &"я".repeat(501))]).await.assert_status(422).assert_says("Use at most 500");
    let wrong = supervisor.post_form(&url, &[("reason", "Spam'; DROP TABLE blocks"), ("expires", "9y")]).await;
    wrong.assert_status(422).assert_says("how long").assert_says("Spam'; DROP TABLE blocks");
    supervisor.post_form(&url, &[("reason", "Spam")]).await.assert_status(303);
    supervisor.post_form(&url, &[("reason", "Spam")]).await.assert_status(409).assert_says("on the blacklist already");
    for path in ["/customers/999/block", "/customers/x/block", "/block-requests/999/decision"] {
        supervisor.post_form(path, &[("reason", "Spam"), ("approve", "true")]).await.assert_status(404);
    }
    let away = supervisor.post_form(&unblock, &[("back", "//evil.example")]).await;
    away.assert_redirect(&format!("/customers/{anna}"));
}

/// CUST-50, CUST-51, CUST-52: operators neither see the blacklist nor change it; they may only ask, and not about whom
/// they may not see.
#[actix_web::test]
async fn operators_may_only_ask() {
    let app = spawn_app().await;
    let others = app.staff_id(SECOND_OPERATOR);
    let hidden = app.customer(Person { responsible: Some(others), ..Person::named("Hidden") });
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/blacklist").await.assert_status(403);
    operator.get(&format!("/customers/{hidden}/block")).await.assert_status(403);
    operator.post_form(&format!("/customers/{hidden}/block"), &[("reason", "x")]).await.assert_status(403);
    operator.post_form(&format!("/customers/{hidden}/block/delete"), &[]).await.assert_status(403);
    operator.post_form("/block-requests/1/decision", &[("approve", "true")]).await.assert_status(403);
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    operator.post_form(&format!("/customers/{hidden}/block-requests"), &[("reason", "x")]).await.assert_status(404);
    assert_eq!(app.number("SELECT count(*) FROM block_requests"), 0);
}

/// A block with an end is lifted by the program, which says so in the history; one without stays.
#[actix_web::test]
async fn blocks_end_by_themselves() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let (anna, boris) = (app.writes(letter(chat)).await, app.customer(Person::named("Boris")));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let fields = [("reason", "Calm down"), ("expires", "24h")];
    supervisor.post_form(&format!("/customers/{anna}/block"), &fields).await.assert_status(303);
    block(&supervisor, boris, "Spam").await.assert_status(303);
    app.db.write(switchboard::blacklist::lift_expired).await.unwrap();
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE blocked"), 2);
    app.execute(&format!("UPDATE blocks SET expires_at = '2026-01-01 10:00:00' WHERE customer_id = {anna}"));
    app.db.write(switchboard::blacklist::lift_expired).await.unwrap();
    assert_eq!(app.number(&format!("SELECT count(*) FROM customers WHERE blocked AND id = {boris}")), 1);
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE blocked"), 1);
    assert_eq!(events(&app, anna).last().map(String::as_str), Some("unblocked"));
}

/// Thousands of blocks that end at once are lifted some a write, so that others write in between; a process that crashes
/// meanwhile goes on where it was. So are the marks of those who were deleted.
#[actix_web::test]
async fn many_blocks_end_some_at_a_time() {
    let mut app = spawn_app().await;
    let ended = "'2026-01-01 10:00:00'";
    let (mut people, mut blocks, mut marks) = (vec![], vec![], vec![]);
    for id in 1..=1_250 {
        people.push(format!("({id}, 'N', 'n', '', TRUE, {ended}, {ended})"));
        blocks.push(format!("({id}, 'spam', {ended}, {ended})"));
        marks.push(format!("('m{id}', {ended}, {ended})"));
    }
    app.execute(&format!(
        "INSERT INTO customers (id, name, name_folded, search_text, blocked, last_activity_at, created_at) VALUES {}; \
         INSERT INTO blocks (customer_id, reason, created_at, expires_at) VALUES {}; \
         INSERT INTO anonymous_blocks (mark, created_at, expires_at) VALUES {}",
        people.join(", "),
        blocks.join(", "),
        marks.join(", ")
    ));
    let left = |app: &TestApp| {
        (
            app.number("SELECT count(*) FROM customers WHERE blocked"),
            app.number("SELECT count(*) FROM anonymous_blocks"),
        )
    };
    assert!(app.db.write(switchboard::blacklist::lift_expired).await.unwrap());
    assert_eq!(left(&app), (1_150, 250));
    app.restart().await;
    while app.db.write(switchboard::blacklist::lift_expired).await.unwrap() {}
    assert_eq!(left(&app), (0, 0));
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event = 'customer.unblocked'"), 1_250);
}

/// CUST-59: many blocked customers come in pages, are found by name and by number, and as a region.
#[actix_web::test]
async fn the_blacklist_is_paged_and_searched() {
    let app = spawn_app().await;
    let me = app.staff_id(SUPERVISOR);
    for i in 0..53 {
        let id = app.customer(Person { blocked: true, ..Person::named(&format!("Клиент {i:02}")) });
        app.execute(&format!(
            "INSERT INTO blocks (customer_id, reason, created_by_id, created_at) \
             VALUES ({id}, 'r{i}', {me}, '2026-03-01 10:{i:02}:00')"
        ));
    }
    let client = app.sign_in(SUPERVISOR).await;
    let first = client.get("/blacklist").await;
    assert_eq!(first.count("tbody tr"), 50);
    let second = client.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.select("tbody .who bdi"), ["Клиент 02", "Клиент 01", "Клиент 00"]);
    let back = client.get(&second.attribute("a[rel=prev]", "href")).await;
    assert_eq!(back.select("tbody .who bdi"), first.select("tbody .who bdi"));
    let q = "/blacklist?q=%D0%9A%D0%9B%D0%98%D0%95%D0%9D%D0%A2+17";
    let found = client.htmx(q, "section#blacklist").await;
    found.assert_region("blacklist");
    assert_eq!(found.select("tbody .who bdi"), ["Клиент 17"]);
    let id = app.number("SELECT id FROM customers WHERE name = 'Клиент 41'");
    let found = client.get(&format!("/blacklist?q={id}")).await.select("tbody .who bdi");
    assert!(found.contains(&"Клиент 41".to_owned()), "{found:?}");
    client.get("/blacklist?q=%23").await.assert_says("Nobody found");
    client.get("/blacklist?q=%25&at=nonsense").await.assert_status(200).assert_says("Nobody found");
}

/// Open pages hear of a block.
#[actix_web::test]
async fn the_blacklist_is_live() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let mut live = supervisor.events("/live").await;
    assert_eq!(live.next().await.name, "sync");
    block(&supervisor, anna, "Spam").await;
    while live.next().await.name != "blacklist" {}
}

/// Two at once: one decides, or lifts; the other one is told that it is done.
#[actix_web::test]
async fn two_who_decide_at_once_are_told_apart() {
    let app = spawn_app().await;
    app.expects_many().await;
    let (operator, one, two) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await, app.sign_in(ADMIN).await);
    let anna = app.customer(Person::named("Anna"));
    for round in 0..6 {
        operator.post_form(&format!("/customers/{anna}/block-requests"), &[("reason", "x")]).await.assert_status(303);
        let request = app.number("SELECT MAX(id) FROM block_requests");
        let decision = format!("/block-requests/{request}/decision");
        let unblock = format!("/customers/{anna}/block/delete");
        for (path, fields) in [(&decision, vec![("approve", "true")]), (&unblock, vec![])] {
            let (a, b) = tokio::join!(one.post_form(path, &fields), two.post_form(path, &fields));
            let mut statuses = [a.status.as_u16(), b.status.as_u16()];
            statuses.sort_unstable();
            assert_eq!(statuses, [303, 409], "{path}, round {round}");
        }
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'block.approved'"), 6);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.unblocked'"), 6);
}
