//! The web chat in the browser of a visitor.

use serde_json::json;
use thirtyfour::Key;

use crate::support::{Desk, Network, journey_on, with_web_chat};

/// What a visitor has half written outlives a reload of the host's page. Words that are pasted with a picture of themselves are
/// words.
#[actix_web::test]
async fn a_visitors_words_outlive_a_reload() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_chat().await;
        visitor.fill("#text", "Do you have").await;
        assert!(!visitor.paste("#text", "Total\t42", "image.png").await, "the words are lost");
        assert!(visitor.paste("#text", "", "screenshot.png").await);
        visitor.wait_for_text("#picked", "screenshot.png").await;
        assert!(visitor.texts("#picked").await.iter().all(|picked| !picked.contains("image.png")));
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

/// Nothing can be typed before the desk knows the visitor: it would be lost. Once it does, the chat is there by itself.
#[actix_web::test]
async fn the_panel_takes_words_when_the_desk_has_answered() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.block("/session").await;
        visitor.enter_panel().await;
        visitor.wait_for_text("#status", "Connecting").await;
        assert!(!visitor.sees("#write").await);
        visitor.block("").await;
        visitor.fill("#text", "Good morning").await;
        visitor.press(Key::Enter).await;
        visitor.wait_for_text("#log .msg.out", "Good morning").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        visitor.forget_console().await;
    })
    .await;
}

/// A panel that could not be loaded, as while the desk restarts, is there as soon as it can.
#[actix_web::test]
async fn a_panel_that_did_not_load_comes_by_itself() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_site().await;
        visitor.network(Network::Offline).await;
        visitor.press_launcher().await;
        visitor.driver.enter_default_frame().await.unwrap();
        // While none can load: the next that does is another one.
        visitor.mark_panel().await;
        visitor.network(Network::Usual).await;
        visitor.enter_new_panel().await;
        visitor.fill("#text", "Good morning").await;
        visitor.forget_console().await;
    })
    .await;
}

/// Whoever signs in on the site in one tab does not take a guest's chat from another.
#[actix_web::test]
async fn a_guest_and_whoever_is_signed_in_leave_each_other_alone() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let guest = desk.browser().await;
        guest.open_chat().await;
        guest.fill("#text", "Good morning").await;
        guest.press(Key::Enter).await;
        guest.wait_for_text("#log .msg.out", "Good morning").await;
        guest.wait_until_gone("#log .is-waiting").await;
        guest.driver.enter_default_frame().await.unwrap();
        let stored = "return localStorage.getItem('switchboard:shop')";
        let token = guest.script(stored).await;
        // Another page of the same site, where somebody is signed in.
        let signed_in = "new MutationObserver(() => { const script = document.querySelector('script[data-channel]'); \
            if (script) Object.assign(script.dataset, { externalId: 'anna-7', hmac: '00' }); }) \
            .observe(document, { childList: true, subtree: true })";
        let source = json!({ "source": signed_in });
        let observer = guest.devtools("Page.addScriptToEvaluateOnNewDocument", source).await;
        guest.enter_panel().await;
        guest.wait_for_text("#status", "not available").await;
        guest.driver.enter_default_frame().await.unwrap();
        assert_eq!(guest.script(stored).await, token);
        guest.devtools("Page.removeScriptToEvaluateOnNewDocument", observer).await;
        guest.open_chat().await;
        guest.wait_for_text("#log .msg.out", "Good morning").await;
        guest.forget_console().await;
    })
    .await;
}

/// Another tab has begun the visit: what waits here goes out in it, with what the site says of the visitor.
#[actix_web::test]
async fn what_waits_goes_out_in_the_visit_of_another_tab() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_site().await;
        visitor.script("document.querySelector('script[data-channel]').dataset.name = 'Anna Kowalska'").await;
        visitor.press_launcher().await;
        visitor.wait_in_panel("#write").await;
        visitor.block("/messages").await;
        visitor.fill("#text", "Good morning").await;
        visitor.press(Key::Enter).await;
        visitor.wait_for("#log .is-waiting").await;
        visitor.fill("#text", "Do you have").await;
        visitor.driver.enter_default_frame().await.unwrap();
        let other_tab = "const key = 'switchboard:shop', before = localStorage.getItem(key); \
            fetch('/chat/shop/session', { method: 'POST', headers: { 'Content-Type': 'application/json' }, body: '{}' }) \
            .then((answer) => answer.json()).then(({ token }) => { \
              localStorage.setItem(key, JSON.stringify({ token })); \
              dispatchEvent(new StorageEvent('storage', { key })); window.begun = String(before !== null); })";
        visitor.script(other_tab).await;
        visitor.wait("the other tab's visit", async || visitor.script("return window.begun").await == json!("true")).await;
        visitor.enter_open_panel().await;
        visitor.block("").await;
        visitor.wait_for_text("#log .msg.out", "Good morning").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        visitor.wait_for_value("#text", "Do you have").await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'customer'"), 1);
        assert_eq!(desk.app.text("SELECT name FROM customers").as_deref(), Some("Anna Kowalska"));
        visitor.forget_console().await;
    })
    .await;
}

/// Whoever leaves a shared computer leaves no trace of who they were.
#[actix_web::test]
async fn a_logout_leaves_nothing_in_the_storage_of_the_site() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        visitor.open_chat().await;
        visitor.driver.enter_default_frame().await.unwrap();
        let kept = "return Object.keys(localStorage).filter((key) => key.startsWith('switchboard:'))";
        assert_eq!(visitor.script(kept).await, json!(["switchboard:shop"]));
        let leaves = "localStorage.setItem('switchboard:shop:anna@example.com', '{\"token\":\"x\"}'); \
            document.querySelector('script[data-channel]').dataset.externalId = 'anna@example.com'; \
            SwitchboardChat.logout()";
        visitor.script(leaves).await;
        assert_eq!(visitor.script(kept).await, json!([]));
    })
    .await;
}

/// The button is there as soon as the desk is, which restarts behind its proxy while the page loads.
#[actix_web::test]
async fn the_launcher_asks_again_while_the_desk_restarts() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let visitor = desk.browser().await;
        // The proxy's answer, twice; and nobody waits 15 seconds here.
        let proxy = "{ const ask = window.fetch, later = window.setTimeout; window.refused = 0; \
            window.fetch = (url, ...more) => String(url).includes('/look') && window.refused < 2 \
              ? Promise.resolve(new Response('', { status: [503, 429][window.refused++] })) : ask(url, ...more); \
            window.setTimeout = (work, time) => later(work, time === 15000 ? 50 : time); }";
        visitor.devtools("Page.addScriptToEvaluateOnNewDocument", json!({ "source": proxy })).await;
        visitor.open_chat().await;
        visitor.driver.enter_default_frame().await.unwrap();
        assert_eq!(visitor.script("return window.refused").await, json!(2));
    })
    .await;
}
