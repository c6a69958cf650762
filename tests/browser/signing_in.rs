//! The way in.

use thirtyfour::Key;

use crate::app::desk::Letter;
use crate::app::{OPERATOR, PASSWORD};
use crate::support::{Desk, Look, Scripts, journey, journey_on, with_web_chat};

const TEXT: &str = "#composer textarea";

#[actix_web::test]
async fn core_an_operator_signs_in_and_sees_home() {
    journey(async |desk| {
        let browser = desk.browser().await;
        browser.goto("/login").await;
        browser.axe().await;
        browser.sign_in(OPERATOR).await;
        browser.wait_for("h1").await;
        assert_eq!(browser.path().await, "/");
        browser.axe().await;
        browser.screenshot("home").await;
    })
    .await;
}

#[actix_web::test]
async fn signing_in_needs_no_scripts() {
    journey(async |desk| {
        let browser = desk.open(Look { scripts: Scripts::Off, ..Look::default() }).await;
        browser.sign_in(OPERATOR).await;
        browser.wait_for("h1").await;
        assert_eq!(browser.path().await, "/");
    })
    .await;
}

#[actix_web::test]
async fn the_login_page_holds_in_the_dark_in_russian_and_on_a_phone() {
    journey(async |desk| {
        let browser = desk.open(Look { language: "ru", dark: true, size: (390, 844), ..Look::default() }).await;
        browser.goto("/login").await;
        browser.axe().await;
        assert_eq!(browser.script("return matchMedia('(prefers-color-scheme: dark)').matches").await, true);
        assert_eq!(browser.script("return innerWidth").await, 390);
        assert_eq!(browser.script("return document.documentElement.scrollWidth <= innerWidth").await, true);
    })
    .await;
}

/// A session that has ended leaves the page and its words alone while nothing is done, says so, and leads back to the same
/// place with the words.
#[actix_web::test]
async fn a_session_that_ends_loses_nothing() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT MIN(id) FROM channels");
        let anna = desk.app.writes(Letter { channel, address: "a1", name: "Anna", ..Letter::default() }).await;
        let inbox = format!("/inbox/{anna}");
        let staff = desk.browser().await;
        staff.sign_in(OPERATOR).await;
        staff.goto(&inbox).await;
        staff.fill(TEXT, "Before you go").await;
        desk.app.execute("DELETE FROM sessions");
        staff.script("document.body.dispatchEvent(new CustomEvent('live:chat'))").await;
        staff.wait_for_text("#signed-out", "Your session has ended").await;
        staff.wait_for_value(TEXT, "Before you go").await;
        staff.axe().await;

        // Sending leaves the page as it is, too; whoever goes elsewhere is led to the sign-in page, and back.
        staff.script("document.getElementById('signed-out').hidden = true").await;
        staff.click(TEXT).await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#signed-out", "Your session has ended").await;
        assert_eq!(staff.path().await, inbox);
        staff.wait_for_value(TEXT, "Before you go").await;
        staff.goto(&inbox).await;
        staff.wait("the sign-in page", async || staff.path().await.starts_with("/login?next=")).await;
        staff.fill("input[name=email]", OPERATOR).await;
        staff.fill("input[name=password]", PASSWORD).await;
        staff.click("form button:not([type=button])").await;
        staff.wait_for_path(&inbox).await;
        staff.wait_for_value(TEXT, "Before you go").await;
        staff.click(TEXT).await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#thread .msg.out .said", "Before you go").await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 1);
        staff.forget_console().await;
    })
    .await;
}
