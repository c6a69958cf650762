//! Pages that stay open while the server, the network or the tab is away: each then equals a fresh load.

use std::time::{Duration, Instant};

use thirtyfour::Key;

use crate::app::{OPERATOR, SECOND_OPERATOR};
use crate::support::{Browser, Desk, Network, journey_on, with_web_chat};

const HALF: &str = "I am still writ";

/// A visitor who has written, and the operator who has their conversation open and has answered half.
async fn both_write(desk: &Desk) -> (Browser, Browser, String) {
    let (visitor, staff) = (desk.browser().await, desk.browser().await);
    visitor.open_chat().await;
    write(&visitor, "Good morning").await;
    visitor.wait_until_gone("#log .is-waiting").await;
    let inbox = format!("/inbox/{}", desk.app.number("SELECT MIN(id) FROM customers"));
    staff.sign_in(OPERATOR).await;
    staff.goto(&inbox).await;
    staff.fill("#composer textarea", "Good morning to you").await;
    staff.chord(Key::Control + Key::Enter).await;
    visitor.wait_for_text("#log .msg:not(.out)", "Good morning to you").await;
    staff.fill("#composer textarea", HALF).await;
    (visitor, staff, inbox)
}

async fn write(visitor: &Browser, text: &str) {
    visitor.fill("#text", text).await;
    visitor.press(Key::Enter).await;
}

/// What the operator's page says, without what they type.
async fn inbox_says(staff: &Browser) -> String {
    let regions = "return ['#nav-unread', '#cards', '[id^=head-]', '[id^=messages-]', '[id^=side-]'] \
        .map(css => document.querySelector(css).innerText).join('\\n---\\n')";
    staff.script(regions).await.as_str().unwrap_or_default().to_owned()
}

async fn panel_says(visitor: &Browser) -> String {
    let parts = "return ['#status', '#log'].map(css => document.querySelector(css).innerText).join('\\n---\\n')";
    visitor.script(parts).await.as_str().unwrap_or_default().to_owned()
}

/// What the panel says once it has said the same for three seconds: what changes it comes bit by bit.
async fn panel_settled(visitor: &Browser) -> String {
    let (mut before, mut since) = (panel_says(visitor).await, Instant::now());
    visitor
        .wait("a panel that changes no more", async || {
            let now = panel_says(visitor).await;
            if now != before {
                (before, since) = (now, Instant::now());
            }
            since.elapsed() > Duration::from_secs(3)
        })
        .await;
    before
}

/// Both pages say what they say after a fresh load, and what was half typed is still there.
async fn both_are_fresh(desk: &Desk, visitor: &Browser, staff: &Browser, inbox: &str) {
    // The last thing to arrive: the operator's open page has read the message.
    visitor.wait_for_text("#log .msg.out:last-child .state", "seen").await;
    assert_eq!(typed(staff).await, HALF, "what was half typed is gone");
    // Beside the open page, whose regions may arrive one by one.
    let fresh = desk.browser().await;
    fresh.sign_in(OPERATOR).await;
    fresh
        .wait("an inbox that says what it says after a fresh load", async || {
            fresh.goto(inbox).await;
            inbox_says(&fresh).await == inbox_says(staff).await
        })
        .await;
    let panel = panel_settled(visitor).await;
    visitor.driver.enter_default_frame().await.unwrap();
    visitor.open_chat().await;
    visitor.wait("a panel that says what it said", async || panel_says(visitor).await == panel).await;
}

async fn typed(staff: &Browser) -> String {
    let typed = staff.script("return document.querySelector('#composer textarea').value").await;
    typed.as_str().unwrap_or_default().to_owned()
}

/// How many messages say exactly this, in the inbox or in the panel.
async fn count(browser: &Browser, text: &str) -> usize {
    browser.texts("#thread .said, #log .bub p").await.iter().filter(|found| *found == text).count()
}

async fn arrives_once(browser: &Browser, text: &str) {
    browser.wait(&format!("{text:?} once"), async || count(browser, text).await == 1).await;
}

/// The server goes away for an upgrade while both write.
#[actix_web::test]
async fn core_a_restart_loses_and_doubles_nothing() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (visitor, staff, inbox) = both_write(desk).await;
        desk.app.stop();
        staff.wait_for_text("#connection", "Connection lost").await;
        write(&visitor, "Are you there?").await;
        visitor.wait_for_text("#log .is-waiting", "Are you there?").await;
        visitor.wait_for("#lost").await;
        desk.app.start_again().await;
        visitor.wait_until_gone("#log .is-waiting").await;
        visitor.wait_until_gone("#lost").await;
        staff.wait_until_gone("#connection").await;
        arrives_once(&staff, "Are you there?").await;
        arrives_once(&visitor, "Are you there?").await;
        // Live again, not only once.
        write(&visitor, "Now you are").await;
        arrives_once(&staff, "Now you are").await;
        both_are_fresh(desk, &visitor, &staff, &inbox).await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'customer'"), 3);
        for browser in [&visitor, &staff] {
            browser.forget_console().await;
        }
    })
    .await;
}

/// A browser without network hears everything when it is back, and what it had to say arrives.
#[actix_web::test]
async fn being_offline_loses_and_doubles_nothing() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (visitor, staff, inbox) = both_write(desk).await;
        staff.network(Network::Offline).await;
        staff.wait_for_text("#connection", "Connection lost").await;
        write(&visitor, "One").await;
        write(&visitor, "Two").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        assert_eq!(count(&staff, "Two").await, 0, "the operator's browser is not offline");
        staff.network(Network::Usual).await;
        arrives_once(&staff, "One").await;
        arrives_once(&staff, "Two").await;
        staff.wait_until_gone("#connection").await;

        visitor.network(Network::Offline).await;
        write(&visitor, "Three").await;
        visitor.wait_for_text("#log .is-waiting .state", "Waiting for the network").await;
        visitor.network(Network::Usual).await;
        visitor.wait_until_gone("#log .is-waiting").await;
        arrives_once(&staff, "Three").await;
        both_are_fresh(desk, &visitor, &staff, &inbox).await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'customer'"), 4);
        for browser in [&visitor, &staff] {
            browser.forget_console().await;
        }
    })
    .await;
}

/// A send that fails keeps the words in the composer, says so, and goes out once when it is tried again.
#[actix_web::test]
async fn an_answer_that_cannot_be_sent_stays_in_the_composer() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (visitor, staff, _) = both_write(desk).await;
        staff.fill("#composer textarea", "Into the void").await;
        staff.network(Network::Offline).await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#toasts .toastx", "No connection to the server").await;
        assert_eq!(typed(&staff).await, "Into the void");
        staff.network(Network::Usual).await;
        staff.wait_until_gone("#connection").await;
        staff.click("#composer textarea").await;
        staff.chord(Key::Control + Key::Enter).await;
        arrives_once(&visitor, "Into the void").await;
        arrives_once(&staff, "Into the void").await;
        staff.forget_console().await;
    })
    .await;
}

/// A page that nobody looks at reads nothing; looked at again it shows what has happened. Its stream, which it has given up to a
/// page that is looked at, it does not open before that: not when the network comes back either.
#[actix_web::test]
async fn a_hidden_page_catches_up() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (visitor, staff, inbox) = both_write(desk).await;
        let counted = "window.opened = []; const { EventSource: Own } = window; \
            window.EventSource = class extends Own { constructor(url) { super(url); opened.push(this); } }; \
            dispatchEvent(new Event('online'))";
        staff.script(counted).await;
        assert_ne!(staff.script("return opened.length").await, 0);
        staff.minimise(true).await;
        write(&visitor, "Nobody looks").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        assert!(
            !visitor.texts("#log .msg.out:last-child .state").await.concat().contains("seen"),
            "a hidden page has read the message"
        );
        staff.script("new BroadcastChannel('switchboard-live').postMessage('mine')").await;
        let is_closed = "return opened.every((stream) => stream.readyState === EventSource.CLOSED)";
        staff.wait("its stream is given up", async || staff.script(is_closed).await == true).await;
        staff.script("dispatchEvent(new Event('online'))").await;
        assert_eq!(staff.script(is_closed).await, true, "a hidden page has opened its stream again");
        staff.minimise(false).await;
        arrives_once(&staff, "Nobody looks").await;
        both_are_fresh(desk, &visitor, &staff, &inbox).await;
    })
    .await;
}

/// What is half written stays when a colleague takes the conversation: as it stands, it can become a comment.
#[actix_web::test]
async fn a_colleague_who_takes_leaves_the_words() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (visitor, staff) = (desk.browser().await, desk.browser().await);
        visitor.open_chat().await;
        write(&visitor, "Good morning").await;
        visitor.wait_until_gone("#log .is-waiting").await;
        let id = desk.app.number("SELECT MIN(id) FROM customers");
        let conversation = desk.app.number("SELECT MIN(id) FROM conversations");
        staff.sign_in(OPERATOR).await;
        staff.goto(&format!("/inbox/{id}")).await;
        staff.fill("#composer textarea", HALF).await;
        let colleague = desk.app.sign_in(SECOND_OPERATOR).await;
        let take = format!("/conversations/{conversation}/assignment");
        colleague.post_form(&take, &[]).await.assert_status(303);
        staff.wait_for_text("#thread header", "with Otto Operator").await;
        staff.wait_for_text("#composer", "comments only").await;
        assert_eq!(typed(&staff).await, HALF);
        staff.wait_for_focus("#composer textarea").await;
    })
    .await;
}
