//! Pins: each person's own, above every sort, within the tab and the filters in force.

use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, TestApp, eventually, spawn_app};

/// So many customers, `N1` the one whose activity lies furthest back.
async fn with_customers(many: i64) -> TestApp {
    let app = spawn_app().await;
    for n in 1..=many {
        app.execute(&format!(
            "INSERT INTO customers (id, name, name_folded, search_text, search_pairs, last_activity_at, created_at) \
             VALUES ({n}, 'N{n}', 'n{n}', 'n{n}', -1, '2026-01-01 10:{:02}:{:02}', '2026-01-01 10:00:00')",
            n / 60,
            n % 60
        ));
    }
    app
}

async fn pin(client: &Client, id: i64, pinned: &str) -> Page {
    client.post_form(&format!("/inbox/{id}/pin"), &[("pinned", pinned)]).await
}

fn names(page: &Page) -> Vec<String> {
    page.select(".cc-a")
}

/// LIST-119, LIST-123, LIST-124: pinned by the card's menu, a customer stands above newer ones with a pin, for this
/// person alone; unpinned by the same item, at their place again. Without scripts the conversation's menu does it.
#[actix_web::test]
async fn a_pinned_customer_stands_above_newer_ones_for_who_pinned_them() {
    let app = with_customers(4).await;
    let operator = app.sign_in(OPERATOR).await;
    assert_eq!(names(&operator.get("/inbox").await), ["N4", "N3", "N2", "N1"]);
    let menu = operator.get("/inbox/2/menu").await;
    menu.assert_says("Pin conversation");
    operator.submit(&menu, "form[action='/inbox/2/pin']", &[]).await.assert_redirect("/inbox");
    pin(&operator, 1, "1").await.assert_status(303);
    let page = operator.get("/inbox").await;
    assert_eq!(names(&page), ["N2", "N1", "N4", "N3"], "above, and among themselves by activity");
    page.assert_has("#k2 .cc-pin[aria-label=Pinned]").assert_lacks("#k4 .cc-pin");
    assert_eq!(page.select(".pane-tabs .count")[0], "4");
    assert_eq!(names(&app.sign_in(SECOND_OPERATOR).await.get("/inbox").await), ["N4", "N3", "N2", "N1"]);
    // A page that is open elsewhere hears of it, and only this person's.
    let open = operator.get("/inbox/2").await;
    open.assert_has("#m-conv form[action='/inbox/2/pin'] input[name=pinned][value='0']")
        .assert_says("Unpin conversation");
    operator.submit(&open, "#m-conv form[action='/inbox/2/pin']", &[]).await.assert_redirect("/inbox/2");
    assert_eq!(names(&operator.get("/inbox").await), ["N1", "N4", "N3", "N2"]);
    // Who is deleted is pinned no more.
    app.execute("DELETE FROM customers WHERE id = 1");
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_pins"), 0);
}

/// LIST-124: within the tab and the filters, on the first page, and nobody twice or left out.
#[actix_web::test]
async fn pins_keep_to_tab_and_filters_and_pages_keep_their_order() {
    let app = with_customers(60).await;
    app.execute("UPDATE customers SET unread_count = 1 WHERE id IN (5, 7)");
    let operator = app.sign_in(OPERATOR).await;
    for id in [5, 6, 59] {
        pin(&operator, id, "1").await.assert_status(303);
    }
    let first = operator.get("/inbox").await;
    let mut all = names(&first);
    assert_eq!(all[..5], ["N59", "N6", "N5", "N60", "N58"]);
    assert_eq!(all.len(), 53);
    let second = operator.get(&first.attribute(".cc-more a", "href")).await;
    all.extend(names(&second));
    assert_eq!(names(&second).first().map(String::as_str), Some("N9"));
    assert_eq!(all.len(), 60);
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 60, "everybody once");
    assert_eq!(names(&operator.get("/inbox?tab=unanswered").await), ["N5", "N7"]);
    assert_eq!(names(&operator.get("/inbox?customer_id=6").await)[..3], ["N6", "N60", "N56"]);
    assert_eq!(names(&operator.get("/inbox?search=n5").await)[..4], ["N59", "N5", "N58", "N57"]);
    assert_eq!(names(&operator.get("/inbox?search=n7").await), ["N7"]);
}

/// Fifty are enough, and the fifty-first is refused with words; who is out of sight cannot be pinned, and a pin does
/// not show whom this person may not see any more.
#[actix_web::test]
async fn pins_have_a_limit_and_a_scope() {
    let app = with_customers(52).await;
    let me = app.staff_id(OPERATOR);
    app.execute(&format!(
        "INSERT INTO customer_pins (staff_id, customer_id) SELECT {me}, id FROM customers WHERE id <= 49"
    ));
    let operator = app.sign_in(OPERATOR).await;
    pin(&operator, 50, "1").await.assert_status(303);
    pin(&operator, 50, "1").await.assert_status(303);
    pin(&operator, 51, "1").await.assert_status(409).assert_says("You have pinned 50 conversations");
    pin(&operator, 1, "0").await.assert_status(303);
    pin(&operator, 51, "1").await.assert_status(303);
    pin(&operator, 999, "1").await.assert_status(404);
    let admin = app.sign_in(ADMIN).await;
    let fields = [("business_name", "Northwind"), ("language", "en"), ("operators_see_others", "false")];
    admin.post_form("/settings/general", &fields).await.assert_status(303);
    let other = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {other} WHERE id = 51"));
    app.db.written_elsewhere();
    eventually("out of sight", async || (names(&operator.get("/inbox").await)[0] == "N50").then_some(())).await;
    pin(&operator, 51, "1").await.assert_status(404);
    pin(&operator, 51, "0").await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_pins"), 49);
}
