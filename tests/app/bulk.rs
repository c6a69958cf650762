//! One action on many customers: those who are marked, and all who match.

use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, eventually, spawn_app};

/// So many customers with an unread message each, `N1` the one whose activity lies furthest back.
async fn with_customers(many: i64) -> TestApp {
    let app = spawn_app().await;
    let mut rows = vec![];
    for n in 1..=many {
        rows.push(format!(
            "({n}, 'N{n}', 'n{n}', 'n{n}', -1, 1, '2026-01-01 10:{:02}:{:02}', '2026-01-01 10:00:00')",
            n / 60 % 60,
            n % 60
        ));
    }
    app.execute(&format!(
        "INSERT INTO customers (id, name, name_folded, search_text, search_pairs, unread_count, last_activity_at, \
         created_at) VALUES {}",
        rows.join(", ")
    ));
    app
}

async fn hide_others(app: &TestApp) {
    let fields = [("business_name", "Northwind"), ("language", "en"), ("operators_see_others", "false")];
    app.sign_in(ADMIN).await.post_form("/settings/general", &fields).await.assert_status(303);
}

async fn post(client: &Client, fields: &[(&str, &str)]) -> Page {
    client.post_form("/inbox/bulk", fields).await
}

fn count(app: &TestApp, condition: &str) -> i64 {
    app.number(&format!("SELECT COUNT(*) FROM customers WHERE {condition}"))
}

async fn all_over(app: &TestApp) {
    let going = "SELECT COUNT(*) FROM batches WHERE ended_at IS NULL";
    eventually("every batch is over", async || (app.number(going) == 0).then_some(())).await;
}

/// LIST-21, LIST-22, LIST-23, LIST-33, LIST-34: a box beside each card and one for all, and what is marked becomes
/// read and unread in one go. Without scripts the same form does it.
#[actix_web::test]
async fn marked_conversations_become_read_and_unread() {
    let app = with_customers(4).await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/inbox").await;
    page.assert_has("#k2 input[type=checkbox][name=row][value='2'][form=bulk]").assert_has("#bulk [data-select-all]");
    page.assert_has("#bulk button[name=action][value=read][formmethod=post]");
    post(&operator, &[("action", "read"), ("row", "2"), ("row", "3"), ("back", "/inbox?tab=mine")])
        .await
        .assert_redirect("/inbox?tab=mine");
    assert_eq!((count(&app, "unread_count = 0"), count(&app, "unread_count = 0 AND id IN (2, 3)")), (2, 2));
    app.execute("UPDATE customers SET blocked = TRUE WHERE id = 3");
    // A blocked customer counts as no unread: that one is told with its reason, the others are done.
    let fields = [("action", "unread"), ("row", "2"), ("row", "3"), ("row", "999")];
    post(&operator, &fields).await.assert_redirect("/batches");
    assert_eq!((count(&app, "unread_count = 1"), count(&app, "unread_count = 0 AND id = 3")), (3, 1));
    let told = operator.get("/batches").await;
    told.assert_says("N3: This customer is blocked.").assert_says("ID 999: not there any more");
    assert_eq!(told.select("[data-tally=done]")[0], "1");
    assert_eq!(told.select("[data-tally=failed]"), ["2"]);
    post(&operator, &[("action", "read")]).await.assert_status(422).assert_says("Nobody is selected");
    post(&operator, &[("action", "read"), ("row", "998")]).await.assert_redirect("/batches");
}

/// LIST-24, LIST-25: one reason serves all; who is blocked already keeps their own. Operators may neither block nor
/// unblock.
#[actix_web::test]
async fn marked_customers_are_blocked_and_unblocked() {
    let app = with_customers(3).await;
    let (supervisor, operator) = (app.sign_in(SUPERVISOR).await, app.sign_in(OPERATOR).await);
    let rows = [("row", "1"), ("row", "2"), ("row", "3")];
    let with = |more: &[(&'static str, &'static str)]| [&rows[..], more].concat();
    post(&operator, &with(&[("action", "block"), ("reason", "spam")])).await.assert_status(403);
    operator.get("/inbox/bulk?task=block&row=1").await.assert_status(403);
    operator.get("/inbox").await.assert_lacks("#bulk button[value=block], #bulk button[value=delete]");
    assert_eq!(count(&app, "blocked"), 0);
    supervisor.post_form("/customers/1/block", &[("reason", "insults"), ("expires", "")]).await.assert_status(303);
    let asked = supervisor.get("/inbox/bulk?task=block&row=1&row=2&row=3").await;
    asked.assert_says("3 customers are selected.");
    supervisor.submit(&asked, "#bulk_form", &[("action", "block"), ("reason", " ")]).await.assert_status(422);
    assert_eq!(count(&app, "blocked"), 1);
    supervisor.submit(&asked, "#bulk_form", &[("action", "block"), ("reason", "spam")]).await.assert_redirect("/inbox");
    assert_eq!(count(&app, "blocked"), 3);
    assert_eq!(app.number("SELECT COUNT(*) FROM blocks WHERE reason = 'spam'"), 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM blocks WHERE reason = 'insults' AND lifted_at IS NULL"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.blocked'"), 3);
    post(&operator, &with(&[("action", "unblock")])).await.assert_status(403);
    post(&supervisor, &with(&[("action", "unblock")])).await.assert_redirect("/inbox");
    post(&supervisor, &with(&[("action", "unblock")])).await.assert_redirect("/inbox");
    assert_eq!(count(&app, "blocked"), 0);
}

/// LIST-30, LIST-31, LIST-32: one tag or several are chosen first, then added or removed; only to customers whom the
/// person may see.
#[actix_web::test]
async fn marked_customers_get_and_lose_tags() {
    let app = with_customers(3).await;
    let admin = app.sign_in(ADMIN).await;
    for name in ["VIP", "Late", "Other"] {
        admin.post_form("/settings/customer-tags", &[("name", name), ("hue", "3")]).await.assert_status(303);
    }
    let tag = |name: &str| app.number(&format!("SELECT id FROM customer_tags WHERE name = '{name}'")).to_string();
    let (vip, late) = (tag("VIP"), tag("Late"));
    let other = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {other} WHERE id = 3"));
    hide_others(&app).await;
    let operator = app.sign_in(OPERATOR).await;
    let asked = operator.get("/inbox/bulk?task=tags&row=1&row=2&row=3").await;
    asked.assert_says("2 customers are selected.").assert_says("1 of those you marked is not there any more");
    asked.assert_has("#bulk_form button[name=action][value=add_tags]").assert_has("button[value=remove_tags]");
    let rows = [("row", "1"), ("row", "2"), ("row", "3")];
    post(&operator, &[&rows[..], &[("action", "add_tags")]].concat()).await.assert_status(422);
    // One that was deleted meanwhile is none.
    post(&operator, &[&rows[..], &[("action", "add_tags"), ("tag", "999")]].concat()).await.assert_status(422);
    let add = [&rows[..], &[("action", "add_tags"), ("tag", &vip), ("tag", &late)]].concat();
    post(&operator, &add).await.assert_redirect("/batches");
    post(&operator, &add).await.assert_redirect("/batches");
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_tag_links"), 4);
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_tag_links WHERE customer_id = 3"), 0);
    operator.get("/batches").await.assert_silent_about("N3").assert_says("ID 3: not there any more");
    post(&operator, &[("row", "1"), ("action", "remove_tags"), ("tag", &late)]).await.assert_redirect("/inbox");
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_tag_links"), 3);
}

/// LIST-26, LIST-27: only admins delete, and only those as many as they type; a wrong number deletes nobody.
#[actix_web::test]
async fn deleting_many_asks_for_their_number() {
    let app = with_customers(4).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let rows = [("row", "1"), ("row", "2"), ("row", "3"), ("action", "delete")];
    post(&supervisor, &[&rows[..], &[("count", "3")]].concat()).await.assert_status(403);
    let admin = app.sign_in(ADMIN).await;
    admin.get("/inbox/bulk?task=delete&row=1&row=2&row=3").await.assert_says("Type 3, the number of customers");
    for wrong in ["", "2", "4", "three"] {
        let page = post(&admin, &[&rows[..], &[("count", wrong)]].concat()).await;
        page.assert_status(422).assert_says("This is not the number of customers.");
        assert_eq!(page.attribute("#bulk_form input[name=count]", "value"), wrong);
    }
    assert_eq!((count(&app, "TRUE"), app.number("SELECT COUNT(*) FROM batches")), (4, 0));
    // One goes meanwhile: the number that was shown holds no more.
    app.execute("DELETE FROM customers WHERE id = 1");
    post(&admin, &[&rows[..], &[("count", "3")]].concat()).await.assert_status(422);
    post(&admin, &[&rows[..], &[("count", "2")]].concat()).await.assert_redirect("/batches");
    assert_eq!((count(&app, "TRUE"), count(&app, "id = 4")), (1, 1));
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.deleted'"), 2);
}

/// LIST-33: all that match, and not only those on the page: tab and filters, with the exact number first.
#[actix_web::test]
async fn all_means_all_that_match_tab_and_filters() {
    let app = with_customers(130).await;
    app.execute("UPDATE customers SET unread_count = 0 WHERE id > 120");
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/inbox?tab=unanswered&customer_id=1").await;
    let all = page.attribute("#bulk .bulk-all", "href");
    let chosen = operator.get(&all).await;
    // Of 1 to 120 with a 1 in it: 1, 10 to 19, 21 and so on to 91, 100 to 120.
    chosen.assert_says("40 customers match the tab and the filters.");
    let dialog = operator.htmx(&all, "div#bulk-dialog").await;
    let href = dialog.attributes("a.btn[hx-target='#bulk_form']", "href");
    let read = href.iter().find(|href| href.contains("task=read")).expect("mark as read").clone();
    assert!(!href.iter().any(|href| href.contains("task=delete") || href.contains("task=block")));
    let asked = operator.get(&read).await;
    operator.submit(&asked, "#bulk_form", &[("action", "read")]).await.assert_status(303);
    assert_eq!(count(&app, "unread_count > 0"), 80);
    assert_eq!(operator.get("/inbox?tab=unanswered&customer_id=1").await.count(".cc"), 0);
    // A part of the name, and nothing else.
    let fields = [("all", "1"), ("search", "N11"), ("action", "unread")];
    post(&operator, &fields).await.assert_status(303);
    assert_eq!((count(&app, "unread_count > 0"), count(&app, "unread_count > 0 AND name LIKE 'N11%'")), (91, 11));
}

/// LIST-05, LIST-06: the menu of the section marks everything as read that this person may see, in the background
/// where it is much, and goes on after a restart; the counters go to nought.
#[actix_web::test]
async fn everything_becomes_read_also_over_a_restart() {
    let mut app = with_customers(460).await;
    let other = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {other} WHERE id <= 10"));
    hide_others(&app).await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/inbox").await;
    // How many they are is shown before, and asked.
    let item = "#m-list a[href='/inbox/bulk?task=read&all=1&tab=unanswered']";
    let asked = operator.get(&page.attribute(item, "href")).await;
    asked.assert_says("450");
    assert_eq!(count(&app, "unread_count > 0"), 460);
    operator.submit(&asked, "#bulk_form", &[("action", "read")]).await.assert_redirect("/inbox");
    app.restart().await;
    all_over(&app).await;
    assert_eq!((count(&app, "unread_count > 0"), count(&app, "unread_count > 0 AND id <= 10")), (10, 10));
    assert_eq!(app.number("SELECT done FROM batches"), 450);
    assert_eq!(app.number("SELECT COUNT(*) FROM batch_parts"), 0);
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/inbox").await;
    assert_eq!(page.select(".pane-tabs .count")[1], "0");
    operator.get("/batches").await.assert_says("450 of 450").assert_says("Done");
    // There is nothing left to be read: told, and nothing else happens.
    operator.get(&page.attribute(item, "href")).await.assert_lacks("#bulk_form button[name=action]");
    operator.submit(&asked, "#bulk_form", &[("action", "read")]).await.assert_redirect("/inbox");
    assert_eq!(app.number("SELECT COUNT(*) FROM batches"), 1);
}

/// LIST-33: whom a batch of many is about is written in a few rows, exactly those who matched when it began; it goes through
/// them over a restart, and what it has not come to is forgotten in one short write when it is stopped.
#[actix_web::test]
async fn a_batch_of_thousands_begins_with_a_few_rows() {
    let mut app = with_customers(3_210).await;
    app.execute("UPDATE customers SET unread_count = 0 WHERE id % 3 = 0");
    let operator = app.sign_in(OPERATOR).await;
    let all = [("all", "1"), ("tab", "unanswered"), ("action", "read")];
    app.breaks("batches", "UPDATE", "NEW.turn > 3", "here it stands still");
    post(&operator, &all).await.assert_redirect("/inbox");
    assert_eq!(app.number("SELECT total FROM batches"), 2_140);
    assert_eq!(app.number("SELECT COUNT(*) FROM batch_parts"), 3);
    // Who comes now is not among them.
    app.execute("UPDATE customers SET unread_count = 1 WHERE id = 3");
    eventually("it stands still", async || (app.number("SELECT turn FROM batches") == 3).then_some(())).await;
    assert_eq!((app.number("SELECT done FROM batches"), count(&app, "unread_count > 0")), (300, 1_841));
    operator.get("/batches").await.assert_says("300 of 2140");
    app.mended("batches");
    app.execute("UPDATE jobs SET run_at = '2026-01-01 10:00:00'");
    app.restart().await;
    all_over(&app).await;
    assert_eq!((app.number("SELECT done FROM batches"), count(&app, "unread_count > 0")), (2_140, 1));
    assert_eq!(count(&app, "unread_count > 0 AND id = 3"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM batch_parts"), 0);
}

/// A step that comes twice is done once; whoever has lost the right meanwhile goes no further; and a batch can be
/// stopped, by whoever started it and by supervisors.
#[actix_web::test]
async fn batches_stop_and_ask_for_rights_at_each_step() {
    let app = with_customers(5).await;
    let me = app.staff_id(OPERATOR);
    let batch = |id: i64, action: &str| {
        app.execute(&format!(
            "INSERT INTO batches (id, staff_id, action, detail, total, started_at) \
             VALUES ({id}, {me}, '{action}', '{{\"reason\":\"spam\",\"tags\":[]}}', 5, '2026-01-01 10:00:00')"
        ));
        app.execute(&format!(
            "INSERT INTO batch_parts (batch_id, place, customers) VALUES ({id}, 0, '1 1 1'), ({id}, 1, '4 1')"
        ));
    };
    let job = |id: i64, turn: i64| {
        app.execute(&format!(
            "INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES ('batch.step', \
             '{{\"batch\":{id},\"turn\":{turn}}}', '2026-01-01 10:00:00', 0, '2026-01-01 10:00:00')"
        ));
    };
    batch(1, "block");
    job(1, 0);
    app.jobs_done().await;
    assert_eq!((count(&app, "blocked"), app.number("SELECT COUNT(*) FROM batches WHERE no_right")), (0, 1));
    let (operator, second) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    operator.get("/batches").await.assert_says("whoever started this may not do it any more");
    second.get("/batches").await.assert_lacks("#batch-1");
    batch(2, "read");
    operator.get("/inbox").await.assert_says("Mark as read: 0 of 5");
    second.post_form("/batches/2/stop", &[]).await.assert_status(404);
    for _ in 0..2 {
        let stopped = operator.post_form("/batches/2/stop", &[]).await;
        stopped.assert_redirect("/batches");
        assert_eq!(stopped.toast(), "toast-resend-stopped");
    }
    job(2, 0);
    app.jobs_done().await;
    assert_eq!((count(&app, "unread_count > 0"), app.number("SELECT COUNT(*) FROM batch_parts")), (5, 0));
    operator.get("/batches").await.assert_says("Stopped");
    batch(3, "read");
    app.execute("DELETE FROM customers WHERE id = 5");
    job(3, 0);
    job(3, 0);
    app.jobs_done().await;
    assert_eq!(app.number("SELECT done FROM batches WHERE id = 3"), 4);
    assert_eq!(app.number("SELECT failed FROM batches WHERE id = 3"), 1);
    // Whoever comes too late is not told that anybody was spared.
    assert_eq!(operator.post_form("/batches/3/stop", &[]).await.toast(), "toast-done-already");
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customers.bulk_stopped'"), 1);
    app.sign_in(SUPERVISOR).await.get("/batches").await.assert_has("#batch-3").assert_says("ID 5: not there any more");
}

/// "An error for each row that failed": one customer's error keeps nobody else from it, and leaves nothing half done with
/// that one.
#[actix_web::test]
async fn one_who_fails_is_told_and_the_others_are_done() {
    let app = with_customers(3).await;
    let admin = app.sign_in(ADMIN).await;
    for name in ["VIP", "Late"] {
        admin.post_form("/settings/customer-tags", &[("name", name), ("hue", "3")]).await.assert_status(303);
    }
    app.breaks("customer_tag_links", "INSERT", "NEW.customer_id = 2 AND NEW.tag_id = 2", "this row is broken");
    let rows = [("row", "1"), ("row", "2"), ("row", "3"), ("tag", "1"), ("tag", "2"), ("action", "add_tags")];
    post(&admin, &rows).await.assert_redirect("/batches");
    let page = admin.get("/batches").await;
    page.assert_says("N2: an error; nothing was changed").assert_says("Done");
    assert_eq!(
        (page.select("[data-tally=done]"), page.select("[data-tally=failed]")),
        (vec!["2".into()], vec!["1".into()])
    );
    let tagged = |who: &str| app.number(&format!("SELECT COUNT(*) FROM customer_tag_links WHERE customer_id {who}"));
    assert_eq!((tagged("<> 2"), tagged("= 2")), (4, 0));
}

/// A batch whose steps fail every time is ended and says so, and admins find the error in the settings.
#[actix_web::test]
async fn a_batch_that_cannot_go_on_is_ended() {
    let app = with_customers(2).await;
    let me = app.staff_id(OPERATOR);
    app.execute(&format!(
        "INSERT INTO batches (id, staff_id, action, detail, total, started_at) \
         VALUES (1, {me}, 'read', 'no JSON', 2, '2026-01-01 10:00:00'); \
         INSERT INTO batch_parts (batch_id, place, customers) VALUES (1, 0, '1 1'); \
         INSERT INTO jobs (name, payload, run_at, tries, created_at) VALUES \
         ('batch.step', '{{\"batch\":1,\"turn\":0}}', '2026-01-01 10:00:00', 7, '2026-01-01 10:00:00')"
    ));
    all_over(&app).await;
    let operator = app.sign_in(OPERATOR).await;
    operator
        .get("/batches")
        .await
        .assert_says("Failed")
        .assert_says("Ended because of an error")
        .assert_lacks("#batch-1 form");
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/general").await;
    page.assert_says("Work that failed").assert_says("batch.step").assert_says("8 tries");
    page.assert_lacks("#work form[action$=again]");
    admin.submit(&page, "#work form", &[]).await.assert_status(303);
    admin.get("/settings/general").await.assert_lacks("#work");
}
