//! What opens above the pages, looked at by axe in both themes and on a phone: menus, dialogs, the search, the web chat.

use switchboard::demo;

use crate::app::{OPERATOR, TestApp};
use crate::support::{Browser, Desk, Look, journey_on, with_demo, with_web_chat};

const PHONE: (u32, u32) = (390, 844);
const WIDE: (u32, u32) = (1440, 900);
const COLOURS: &str = r#"{"runOnly": ["color-contrast"]}"#;

/// What is wrong with what a browser shows now, in both widths and themes: once with all of the page, then in the part that
/// has opened. What lies behind it is looked at in pages.rs.
async fn look(browser: &Browser, what: &str, part: &str, found: &mut Vec<String>) {
    let mut note = |(width, _): (u32, u32), dark: bool, lines: Vec<String>| {
        found.extend(lines.into_iter().map(|line| format!("{what} at {width} px, dark: {dark}: {line}")));
    };
    note(WIDE, false, browser.axe_findings("{}").await);
    note(WIDE, false, browser.too_wide().await);
    browser.shade(true).await;
    note(WIDE, true, browser.axe_findings_in(part, COLOURS).await);
    browser.resize(PHONE).await;
    note(PHONE, true, browser.axe_findings_in(part, COLOURS).await);
    browser.shade(false).await;
    note(PHONE, false, browser.axe_findings_in(part, "{}").await);
    note(PHONE, false, browser.too_wide().await);
    browser.resize(WIDE).await;
}

fn nothing(found: &[String]) {
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

/// Opens each menu and each dialog of a page in turn.
async fn open_all(browser: &Browser, page: &str, found: &mut Vec<String>) {
    browser.goto(page).await;
    let ids = "return [...document.querySelectorAll('.menu[popover], dialog.dlg')].map(e => e.id)";
    let ids = browser.script(ids).await;
    for id in ids.as_array().into_iter().flatten().filter_map(|id| id.as_str()) {
        let open = format!(
            "const e = document.getElementById('{id}'); e.showPopover && e.matches('[popover]') ? e.showPopover() : e.showModal()"
        );
        browser.script(&open).await;
        look(browser, &format!("{page} #{id}"), &format!("#{id}"), found).await;
        browser
            .script(&format!(
                "const e = document.getElementById('{id}'); e.matches('[popover]') ? e.hidePopover() : e.close()"
            ))
            .await;
    }
}

fn customer(app: &TestApp, state: &str) -> i64 {
    app.number(&format!("SELECT MIN(customer_id) FROM conversations WHERE status = '{state}'"))
}

#[actix_web::test]
async fn menus_and_dialogs_hold() {
    journey_on(with_demo().await, async |desk: &mut Desk| {
        let browser = desk.open(Look { size: WIDE, ..Look::default() }).await;
        browser.sign_in_with("admin@demo.example", demo::PASSWORD).await;
        let active = customer(&desk.app, "active");
        let open = desk.app.number("SELECT MIN(id) FROM conversations WHERE status = 'active'");
        let blocked = desk.app.number("SELECT MIN(id) FROM customers WHERE blocked");
        let mut found = vec![];
        for page in [
            format!("/inbox/{active}"),
            format!("/conversations/{open}"),
            format!("/customers/{active}"),
            format!("/customers/{blocked}"),
            "/customers".into(),
        ] {
            open_all(&browser, &page, &mut found).await;
        }
        // The menu of a card is fetched when it opens.
        browser.goto("/inbox").await;
        browser.hover("#cards .cc").await;
        browser.click("#cards .cc-d").await;
        browser.wait_for("#m-card:popover-open .dropdown-item").await;
        look(&browser, "the menu of a card", "#m-card", &mut found).await;
        nothing(&found);
    })
    .await;
}

#[actix_web::test]
async fn the_search_dropdown_holds() {
    journey_on(with_demo().await, async |desk: &mut Desk| {
        let browser = desk.open(Look { size: WIDE, ..Look::default() }).await;
        browser.sign_in_with("operator@demo.example", demo::PASSWORD).await;
        let mut found = vec![];
        for (typed, shows) in [("kow", ".gs"), ("nobody at all", ".blank"), ("k", ".blank")] {
            browser.fill("#global-search", typed).await;
            browser.wait_for(&format!("#search-results {shows}")).await;
            browser.script("document.querySelector('.app-top .gsearch').classList.add('is-open')").await;
            look(&browser, &format!("the search for {typed:?}"), ".app-top .gsearch", &mut found).await;
        }
        nothing(&found);
    })
    .await;
}

/// LIST-135: the panel asks who writes before the first message.
#[actix_web::test]
async fn the_panel_of_the_web_chat_holds() {
    let app = with_web_chat(r#"{"ask_name":"required","ask_email":"optional"}"#).await;
    journey_on(app, async |desk: &mut Desk| {
        let visitor = desk.open(Look { size: WIDE, ..Look::default() }).await;
        let mut found = vec![];
        visitor.open_chat().await;
        visitor.wait_for("#about").await;
        look(&visitor, "before the chat", "html", &mut found).await;
        visitor.click("#about button[type=submit]").await;
        visitor.wait_for_text("#about-name-err", "Fill in this field").await;
        look(&visitor, "before the chat, refused", "html", &mut found).await;
        visitor.fill("#about-name", "Anna").await;
        visitor.click("#about button[type=submit]").await;
        visitor.fill("#text", "Is it oven-proof? See https://example.com").await;
        visitor.click("#write button[type=submit]").await;
        visitor.wait_until_gone("#log .is-waiting").await;

        let me = desk.app.sign_in(OPERATOR).await;
        let id = desk.app.number("SELECT id FROM customers");
        let inbox = me.get(&format!("/inbox/{id}")).await;
        let form = inbox.form("form#composer");
        let mut answer = reqwest::multipart::Form::new();
        for (name, value) in form.filled(&[("text", "Up to 250 degrees.")]) {
            answer = answer.text(name, value);
        }
        me.post_multipart(&form.action, answer).await.assert_status(303);
        visitor.wait_for_text("#log .msg:not(.out)", "Up to 250 degrees.").await;
        look(&visitor, "with messages", "html", &mut found).await;

        desk.app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at");
        visitor.driver.enter_default_frame().await.unwrap();
        visitor.open_chat().await;
        visitor.wait_for("#rate").await;
        look(&visitor, "the rating", "html", &mut found).await;
        visitor.click("#rate-skip").await;
        visitor.wait_for("#write").await;
        nothing(&found);
    })
    .await;
}
