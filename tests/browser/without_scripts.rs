//! The daily work in a browser that runs no scripts: plain links and forms, menus and dialogs of the browser itself.

use thirtyfour::Key;

use crate::app::desk::Letter;
use crate::app::{PASSWORD, SUPERVISOR};
use crate::support::{Browser, Desk, Look, Scripts, journey, journey_on, with_web_chat};

async fn plain(desk: &Desk) -> Browser {
    let browser = desk.open(Look { scripts: Scripts::Off, ..Look::default() }).await;
    browser.sign_in(SUPERVISOR).await;
    browser
}

async fn choose_action(browser: &Browser, action: &str) {
    browser.click_text("main button[popovertarget]", "Conversation actions").await;
    browser.click_text(".menu:popover-open .dropdown-item", action).await;
}

async fn send(browser: &Browser, text: &str) {
    browser.fill("#composer textarea", text).await;
    browser.click_text("#composer button", "Send").await;
    browser.wait_for_text("#thread .said", text).await;
}

/// SEARCH-01, SEARCH-21, LIST-120, CUST-22, CUST-57: find, open, take, answer, comment, transfer, close, tag and block.
#[actix_web::test]
async fn core_a_conversation_needs_no_scripts() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        let letter =
            Letter { channel, address: "a1", name: "Anna Kowalska", body: "Is it oven-proof?", ..Letter::default() };
        desk.app.writes(letter.clone()).await;
        desk.app.tag("VIP", 2);
        let browser = plain(desk).await;

        browser.fill("#global-search", "kow").await;
        browser.press(Key::Enter).await;
        browser.click_text("#found .gs-a", "Anna Kowalska").await;
        browser.wait_for_text("#profile h2", "Anna Kowalska").await;
        browser.click("nav a[href='/inbox']").await;
        browser.click_text("#cards .cc-a", "Anna Kowalska").await;
        browser.wait_for_text("#thread .said", "Is it oven-proof?").await;

        browser.click_text("#thread header button", "Take").await;
        browser.wait_for_text("#thread header", "with you").await;
        browser.wait_for_text("[data-flash]", "taken").await;
        send(&browser, "Up to 250 degrees").await;
        browser.click_text("#composer label", "Comment").await;
        browser.fill("#composer textarea", "Asked before").await;
        browser.click_text("#composer button", "Add comment").await;
        browser.wait_for_text("#thread .msg.is-note", "Asked before").await;

        choose_action(&browser, "Transfer…").await;
        browser.choose("dialog[open] select", "Otto Operator").await;
        browser.fill("dialog[open] textarea", "Knows ovens").await;
        browser.click("dialog[open] button[type=submit]").await;
        browser.wait_for_text("#thread header", "with Otto Operator").await;
        browser.wait_for_text("#thread .sys", "Knows ovens").await;

        choose_action(&browser, "Close").await;
        browser.choose("dialog[open] select", "Solved").await;
        browser.click("dialog[open] button[type=submit]").await;
        browser.wait_for_text("#thread header", "no active conversation").await;

        choose_action(&browser, "Open customer profile").await;
        browser.click_text(".tabs a", "Customer tags").await;
        browser.click_text("#tags-others button", "VIP").await;
        browser.wait_for_text("#tags-on", "VIP").await;

        browser.click_text(".tabs button", "Add to blacklist").await;
        browser.fill("dialog[open] textarea", "Sends advertising").await;
        browser.click("dialog[open] button[type=submit]").await;
        browser.wait_for_text("#profile .banner", "Sends advertising").await;
        browser.click_text(".tabs button", "Remove from Blacklist").await;
        browser.click("dialog[open] button[type=submit]").await;
        browser.wait_until_gone("#profile .banner.is-bad").await;
    })
    .await;
}

/// A session that ends while somebody writes swallows nothing: the words stand on the sign-in page, and leave with one more
/// click once the same person has signed in again.
#[actix_web::test]
async fn an_answer_outlives_its_session() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        let letter =
            Letter { channel, address: "a1", name: "Anna Kowalska", body: "Is it oven-proof?", ..Letter::default() };
        let anna = desk.app.writes(letter).await;
        let browser = plain(desk).await;
        browser.goto(&format!("/inbox/{anna}")).await;
        browser.fill("#composer textarea", "Up to 250 degrees, <b>dry</b>").await;
        desk.app.execute("DELETE FROM sessions");
        browser.click_text("#composer button", "Send").await;
        browser.wait_for_text("#login_form", "You were signed out. What you wrote is kept below").await;
        // The browser notes the refusal.
        browser.forget_console().await;
        browser.wait_for_text("#login_form textarea[readonly]", "Up to 250 degrees, <b>dry</b>").await;
        browser.fill("#login_form [name=email]", SUPERVISOR).await;
        browser.fill("#login_form [name=password]", PASSWORD).await;
        browser.click("#login_form button[type=submit]").await;
        browser.wait_for_text("main", "What you wrote is not sent yet").await;
        browser.click_text("form.again button", "Send again").await;
        browser.wait_for_text("#thread .said", "Up to 250 degrees, <b>dry</b>").await;
    })
    .await;
}

/// CONT-11, CONT-13, CONT-14: a contact is created by a plain form, which keeps what was typed when it comes back.
#[actix_web::test]
async fn core_a_contact_is_created_without_scripts() {
    journey(async |desk: &Desk| {
        let browser = plain(desk).await;
        browser.click("nav a[href='/contacts']").await;
        browser.click("a[href='/contacts/new']").await;
        browser.fill("#contact_form [name=name]", "Ewa Nowak").await;
        browser.click("#contact_form button[type=submit]").await;
        browser.wait_for_text("#email-err", "Enter an email address or a phone number").await;
        browser.fill("#contact_form [name=email]", "ewa@example.com").await;
        browser.click("#contact_form button[type=submit]").await;
        browser.wait_for_text("#detail h2", "Ewa Nowak").await;
        browser.wait_for_text("#detail", "ewa@example.com").await;
    })
    .await;
}
