//! The web chat in the browser of a visitor.

use thirtyfour::Key;

use crate::support::{Desk, journey_on, with_web_chat};

/// What a visitor has half written outlives a reload of the host's page.
#[actix_web::test]
async fn a_visitors_words_outlive_a_reload() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_chat().await;
        visitor.fill("#text", "Do you have").await;
        visitor.driver.enter_default_frame().await.unwrap();
        visitor.open_chat().await;
        visitor.wait_for_value("#text", "Do you have").await;
        visitor.click("#text").await;
        visitor.press(Key::Enter).await;
        visitor.wait_until_gone("#log .is-waiting").await;
        visitor.driver.enter_default_frame().await.unwrap();
        visitor.open_chat().await;
        visitor.wait_for_text("#log .msg.out", "Do you have").await;
        visitor.wait_for_value("#text", "").await;
    })
    .await;
}

/// LIST-135: the form before the chat says all that is wrong at once, and what is put right is no longer red.
#[actix_web::test]
async fn the_form_before_the_chat_checks_all_fields_at_once() {
    let app = with_web_chat(r#"{"ask_name":"required","ask_email":"required","ask_phone":"optional"}"#).await;
    journey_on(app, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_chat().await;
        visitor.fill("#about-name", "Anna").await;
        visitor.fill("#about-email", "me@x").await;
        visitor.fill("#about-phone", "not-a-phone").await;
        visitor.click("#about button[type=submit]").await;
        visitor.wait_for("#about-email[aria-invalid=true]").await;
        visitor.wait_for("#about-phone[aria-invalid=true]").await;
        visitor.wait_for_focus("#about-email").await;
        assert!(visitor.texts("#about-phone-err").await.iter().all(|text| !text.is_empty()));
        visitor.fill("#about-email", "anna@example.com").await;
        visitor.wait_until_gone("#about-email[aria-invalid]").await;
        visitor.fill("#about-phone", "+48 22 555 01 01").await;
        visitor.click("#about button[type=submit]").await;
        visitor.fill("#text", "Good morning").await;
        visitor.press(Key::Enter).await;
        visitor.wait_for_text("#log .msg.out", "Good morning").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'customer'"), 1);
        // The check answered 422 on purpose.
        visitor.forget_console().await;
    })
    .await;
}
