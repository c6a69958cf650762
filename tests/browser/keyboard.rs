//! The desk without a mouse.

use thirtyfour::Key;

use crate::app::desk::{Letter, Person};
use crate::app::{ADMIN, OPERATOR, SUPERVISOR};
use crate::support::{Desk, journey, journey_on, with_web_chat};

/// LIST-120: from the address bar to an answered customer by Tab, Enter and Ctrl+Enter.
#[actix_web::test]
async fn core_a_customer_is_answered_by_keyboard() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        desk.app.writes(Letter { channel, address: "a1", name: "Anna Kowalska", ..Letter::default() }).await;
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto("/inbox").await;

        // The first stop leads past the sidebar.
        browser.press(Key::Tab).await;
        browser.wait_for_focus("a.skip").await;
        browser.wait_for("a.skip").await;
        browser.press(Key::Enter).await;
        browser.wait_for_focus("#main").await;

        browser.tab_to("#cards .cc-a").await;
        browser.press(Key::Enter).await;
        browser.wait_for("#composer textarea").await;
        browser.tab_to("#composer textarea").await;
        browser.press("Good morning").await;
        browser.press(Key::Enter).await;
        browser.press("How can I help?").await;
        browser.chord(Key::Control + Key::Enter).await;
        browser.wait_for_text("#thread .msg.out .said", "Good morning\nHow can I help?").await;
        // Ready for the next one. The reply may come after the message itself, which arrives as it does for everybody.
        browser.wait_for_value("#composer textarea", "").await;
        browser.wait_for_focus("#composer textarea").await;
    })
    .await;
}

/// LIST-120: Enter on a card leads into the conversation; j and k go on to the next customer and back, r and c write. In a
/// field they are letters.
#[actix_web::test]
async fn the_inbox_is_walked_through_by_keyboard() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for (address, name) in [("a1", "Anna Kowalska"), ("a2", "Ewa Nowak")] {
            desk.app.writes(Letter { channel, address, name, ..Letter::default() }).await;
        }
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto("/inbox").await;
        let first = browser.texts("#cards .cc-a").await.remove(0);
        browser.tab_to("#cards .cc-a").await;
        browser.press(Key::Enter).await;
        browser.wait_for_text("#thread h2", &first).await;
        browser.wait_for_focus("#thread h2").await;
        let second = browser.texts("#cards .cc-a").await.remove(1);
        browser.press("j").await;
        browser.wait_for_text("#thread h2", &second).await;
        browser.wait_for_focus("#thread h2").await;
        browser.press("k").await;
        browser.wait_for_text("#thread h2", &first).await;
        browser.wait_for_focus("#thread h2").await;
        browser.press("c").await;
        browser.wait_for_focus("#composer textarea").await;
        browser
            .wait("comment", async || {
                browser.script("return document.querySelector('#mode-note').checked").await == true
            })
            .await;
        browser.press("jkrc?").await;
        browser.wait_for_value("#composer textarea", "jkrc?").await;
        browser.axe().await;

        // A way past the list, and the list of keys.
        browser.goto("/inbox").await;
        browser.click_text("#cards .cc-a", "Anna").await;
        browser.wait_for_text("#thread h2", "Anna").await;
        browser.tab_to("#pane-list a.skip").await;
        browser.press(Key::Enter).await;
        browser.wait_for_focus("#thread").await;
        browser.press("r").await;
        browser.wait_for_focus("#composer textarea").await;
    })
    .await;
}

/// A colleague closes the conversation while somebody types: the rest of the word opens nobody else's conversation, presses
/// nothing, and is no one's. After a pause the keys are keys again.
#[actix_web::test]
async fn words_whose_composer_went_away_go_nowhere() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for (address, name) in [("a1", "Anna Kowalska"), ("a2", "Ewa Nowak"), ("a3", "Maria Kos")] {
            desk.app.writes(Letter { channel, address, name, ..Letter::default() }).await;
        }
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto("/inbox/2").await;
        browser.click("#composer textarea").await;
        // Nobody pauses here until they say so, however slow the machine is.
        browser.script("window.now = Date.now; const at = now(); Date.now = () => at").await;
        browser.press("e").await;
        let colleague = desk.app.sign_in(ADMIN).await;
        let closed = [("reason", "solved")];
        colleague.post_form("/conversations/2/closure", &closed).await.assert_status(303);
        // Typing goes on until the composer has gone, and beyond.
        browser
            .wait("the composer is gone", async || {
                browser.press("e").await;
                browser.script("return document.querySelector('#composer textarea') === null").await == true
            })
            .await;
        browser.press("jj rings").await;
        browser.press(Key::Enter).await;
        // Time for what must not happen.
        tokio::time::sleep(std::time::Duration::from_millis(1_700)).await;
        browser.script("const at = now() + 2000; Date.now = () => at").await;
        browser.wait_for_text("#thread h2", "Ewa").await;
        assert_eq!(browser.script("return document.querySelector('dialog[open]') === null").await, true);
        browser.press("j").await;
        browser.wait("the next customer", async || !browser.texts("#thread h2").await.concat().contains("Ewa")).await;
    })
    .await;
}

/// Escape ends what was being typed: the key right after it is a key again.
#[actix_web::test]
async fn keys_are_keys_right_after_escape() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for (address, name) in [("a1", "Anna Kowalska"), ("a2", "Ewa Nowak"), ("a3", "Maria Kos")] {
            desk.app.writes(Letter { channel, address, name, ..Letter::default() }).await;
        }
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto("/inbox/2").await;
        browser.wait_for_text("#thread h2", "Ewa").await;
        browser.click_in_menu("main button[popovertarget]", "Conversation actions", "Close").await;
        browser.click("#d-close textarea[name=note]").await;
        browser.press("d").await;
        browser.press(Key::Escape).await;
        browser.press("j").await;
        browser.wait("the next customer", async || !browser.texts("#thread h2").await.concat().contains("Ewa")).await;
    })
    .await;
}

/// Menus open, are walked through and close by keys; the focus goes back to where it came from.
#[actix_web::test]
async fn menus_are_used_by_keyboard() {
    journey(async |desk: &Desk| {
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.tab_to(".user-btn").await;
        browser.press(Key::Enter).await;
        browser.wait_for(".menu:popover-open").await;
        browser.axe().await;
        browser.press(Key::Down).await;
        browser.wait_for_focus(".menu:popover-open button[name=theme]").await;
        browser.press(Key::Up).await;
        browser.wait_for_focus(".menu:popover-open form[action='/logout'] button").await;
        browser.press(Key::Up).await;
        browser.wait_for_focus("button[commandfor=help]").await;
        browser.press(Key::Enter).await;
        browser.wait_for("dialog#help[open]").await;
        browser.axe().await;
        browser.press(Key::Escape).await;
        browser.wait_until_gone("dialog#help").await;
        browser.press(Key::Escape).await;
        browser.wait_until_gone(".menu:popover-open").await;
        browser.wait_for_focus(".user-btn").await;

        browser.press("?").await;
        browser.wait_for("dialog#help[open]").await;
        browser.press(Key::Escape).await;
        browser.wait_for_focus(".user-btn").await;
    })
    .await;
}

/// A dialog takes the focus, keeps it, and gives it back.
#[actix_web::test]
async fn dialogs_are_used_by_keyboard() {
    journey(async |desk: &Desk| {
        let id = desk.app.customer(Person::named("Anna Kowalska"));
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto(&format!("/customers/{id}")).await;
        browser.tab_to("button[commandfor=d-block]").await;
        browser.press(Key::Enter).await;
        browser.wait_for_focus("#d-block textarea").await;
        for _ in 0..8 {
            browser.press(Key::Tab).await;
            let left = browser.script("return !document.activeElement.closest('dialog, body:focus')").await;
            let is_body = browser.script("return document.activeElement === document.body").await;
            assert!(left == false || is_body == true, "Tab leaves the dialog for the page behind it");
        }
        browser.press(Key::Escape).await;
        browser.wait_until_gone("#d-block").await;
        browser.wait_for_focus("button[commandfor=d-block]").await;

        browser.press(Key::Enter).await;
        browser.wait_for_focus("#d-block textarea").await;
        browser.press("Sends advertising").await;
        browser.tab_to("#d-block button[type=submit]").await;
        browser.press(Key::Enter).await;
        browser.wait_for_text("#profile .banner", "Sends advertising").await;
    })
    .await;
}

/// Quick replies and commands by keyboard alone: a slash opens the list, letters narrow it, arrows walk through it, Enter
/// takes an entry, Escape leaves the text as it is. The text keeps the focus all the while. Who types faster than the list comes
/// gets what fits to what they typed.
#[actix_web::test]
async fn a_slash_offers_quick_replies() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT MIN(id) FROM channels");
        let anna = desk.app.writes(Letter { channel, address: "a1", name: "Anna Kowalska", ..Letter::default() }).await;
        for (shortcut, body) in [("hello", "Good day, {name}"), ("help", "How can I help?"), ("bye", "Goodbye")] {
            desk.app.execute(&format!(
                "INSERT INTO quick_replies (shortcut, shortcut_folded, body, search, created_at) \
                 VALUES ('{shortcut}', '{shortcut}', '{body}', '{shortcut}', '2026-01-05 09:00:00')"
            ));
        }
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto(&format!("/inbox/{anna}")).await;
        browser.tab_to("#composer textarea").await;
        browser.press("/he").await;
        browser.wait_for("#slash-options #slash-r1[aria-selected=true]").await;
        browser.wait_for("#composer textarea[aria-activedescendant=slash-r1][aria-controls=slash-options]").await;
        browser.axe().await;
        browser.press(Key::Down).await;
        browser.wait_for("#composer textarea[aria-activedescendant=slash-r2]").await;
        browser.wait_for("#slash-r2[aria-selected=true]").await;
        browser.press(Key::Up).await;
        browser.wait_for("#composer textarea[aria-activedescendant=slash-r1]").await;
        browser.press(Key::Enter).await;
        browser.wait_for_focus("#composer textarea").await;
        browser.wait_for_value("#composer textarea", "Good day, Anna Kowalska").await;
        browser.wait_until_gone("#slash-pop:not([hidden])").await;

        // Faster than the answers: Enter takes nothing from the list of the letters before, and one writes on meanwhile.
        let holds_answers = "const fetched = window.fetch; window.waiting = []; \
            window.fetch = async (address, asked) => { \
                if (window.waiting && String(address).includes('/slash')) await new Promise((go) => window.waiting.push(go)); \
                return fetched(address, asked); \
            };";
        let lets_them_go = "const { waiting } = window; window.waiting = null; waiting.forEach((go) => go())";
        browser.press(" /").await;
        browser.wait_for("#slash-r3[aria-selected=true]").await;
        browser.script(holds_answers).await;
        browser.press("help").await;
        browser.press(Key::Enter).await;
        browser.press(" Tell me.").await;
        browser.wait_for_value("#composer textarea", "Good day, Anna Kowalska /help Tell me.").await;
        // It does not go out as it is.
        browser.chord(Key::Control + Key::Enter).await;
        browser.script(lets_them_go).await;
        let helpful = "Good day, Anna Kowalska How can I help? Tell me.";
        browser.wait_for_value("#composer textarea", helpful).await;
        // Of a word that stands for nothing, Enter begins a new line, as ever.
        browser.script("window.waiting = []").await;
        browser.press(" See /nowhere").await;
        browser.press(Key::Enter).await;
        browser.press("there").await;
        browser.script(lets_them_go).await;
        let all = format!("{helpful} See /nowhere\nthere");
        browser.wait_for_value("#composer textarea", &all).await;

        browser.press(". and/or /by").await;
        browser.wait_for("#slash-options #slash-r3[aria-selected=true]").await;
        browser.press(Key::Escape).await;
        browser.wait_until_gone("#slash-pop:not([hidden])").await;
        let all = format!("{all}. and/or /by");
        browser.wait_for_value("#composer textarea", &all).await;
        browser.chord(Key::Control + Key::Enter).await;
        browser.wait_for_text("#thread .msg.out .said", &all).await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 1);
    })
    .await;
}
