//! Tags and lists, put on a customer and taken off where they stand.

use serde_json::json;

use crate::app::desk::Person;
use crate::app::{OPERATOR, SUPERVISOR};
use crate::support::{Browser, Desk, journey};

/// Where the page is scrolled to, after it was scrolled there.
async fn scroll(browser: &Browser, css: &str) -> serde_json::Value {
    browser.script(&format!("document.querySelector({}).scrollIntoView({{ block: 'center' }})", json!(css))).await;
    scrolled(browser).await
}

async fn scrolled(browser: &Browser) -> serde_json::Value {
    browser.script("return document.querySelector('.app-main').scrollTop").await
}

/// CUST-22: a tag that is added or taken away changes its part of the page: the person stays where they were, with the
/// keyboard too, and a colleague's page follows.
#[actix_web::test]
async fn a_tag_changes_where_it_stands() {
    journey(async |desk: &Desk| {
        let id = desk.app.customer(Person::named("Anna Kowalska"));
        let tags: Vec<i64> = (1..=400).map(|n| desk.app.tag(&format!("Subject number {n:03}"), n % 8 + 1)).collect();
        let (browser, colleague) = (desk.browser().await, desk.browser().await);
        browser.sign_in(OPERATOR).await;
        colleague.sign_in(SUPERVISOR).await;
        for each in [&browser, &colleague] {
            each.goto(&format!("/customers/{id}?tab=tags")).await;
        }
        browser.script("window.same = true").await;
        let last = format!("#tags-others [value='{}']", tags[399]);
        let place = scroll(&browser, &last).await;
        assert!(place.as_f64().unwrap() > 100.0, "{place}");
        browser.click(&last).await;
        browser.wait_for_text(".toasts", "Saved").await;
        browser.wait_for_text("#tags-on", "Subject number 400").await;
        colleague.wait_for_text("#tags-on", "Subject number 400").await;
        let after = scrolled(&browser).await;
        assert!((after.as_f64().unwrap() - place.as_f64().unwrap()).abs() < 80.0, "{place} -> {after}");
        browser.wait_for_focus("#tags-others button").await;

        // Others take its place, and one of them the focus.
        let middle = format!("#tags-others [value='{}']", tags[200]);
        scroll(&browser, &middle).await;
        browser.click(&middle).await;
        browser.wait_for_text("#tags-on", "Subject number 201").await;
        browser.wait_for_focus("#tags-others button").await;

        // When the last has gone, the focus stays on the tab.
        for tag in [tags[200], tags[399]] {
            browser.click(&format!("#tags-on [value='{tag}']")).await;
            colleague.wait_until_gone(&format!("#tags-on [value='{tag}']")).await;
            browser.wait_until_gone(&format!("#tags-on [value='{tag}']")).await;
        }
        browser.wait_for_focus("#tags button").await;
        assert_eq!(browser.script("return window.same === true").await, json!(true), "the page was not loaded anew");
    })
    .await;
}

/// The same of lists, which are chosen from a menu; a field that is being written in stays as it is.
#[actix_web::test]
async fn a_list_changes_where_it_stands() {
    journey(async |desk: &Desk| {
        let id = desk.app.customer(Person::named("Anna Kowalska"));
        desk.app.list("Wholesale", &[]);
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto(&format!("/customers/{id}")).await;
        browser.click("#field-note a").await;
        browser.fill("#f-note", "half a sentence").await;
        browser.click("#profile-lists [popovertarget]").await;
        browser.click_text("#m-add-list button", "Wholesale").await;
        browser.wait_for_text("#lists-on", "Wholesale").await;
        browser.wait_for_value("#f-note", "half a sentence").await;
        browser.click("#lists-on button").await;
        browser.wait_until_gone("#lists-on").await;
        browser.wait_for_value("#f-note", "half a sentence").await;
        browser.wait_for_focus("#f-note, #profile-lists button").await;
    })
    .await;
}
