//! Answers that come late, from somewhere else, or not at all: what somebody sees and writes stays theirs.

use std::path::PathBuf;
use std::time::Duration;

use serde_json::json;
use thirtyfour::Key;

use crate::app::desk::Letter;
use crate::app::{OPERATOR, SECOND_OPERATOR};
use crate::support::{Browser, Desk, journey_on, with_web_chat};

const TEXT: &str = "#composer textarea";

/// Two customers who have written, and an operator who has the first before them.
async fn at_the_first(desk: &Desk) -> (Browser, i64, i64) {
    let (anna, ewa) = (writes(desk, "Anna Kowalska").await, writes(desk, "Ewa Nowak").await);
    let staff = desk.browser().await;
    staff.sign_in(OPERATOR).await;
    staff.goto(&format!("/inbox/{anna}")).await;
    staff.wait_for_text("#thread h2", "Anna Kowalska").await;
    (staff, anna, ewa)
}

async fn writes(desk: &Desk, name: &str) -> i64 {
    let channel = desk.app.number("SELECT MIN(id) FROM channels");
    desk.app.writes(Letter { channel, address: name, name, ..Letter::default() }).await
}

/// From now on requests whose path ends so wait for this long; then they are answered with this status by somebody who is
/// not the desk, or by the desk if it is 0.
async fn way(staff: &Browser, path_ends: &str, milliseconds: u32, status: u16) {
    let script = "const [end, time, status] = ARGS; window.ownFetch ??= window.fetch; \
        window.fetch = async (url, options) => { \
            const path = new URL(url, location.href).pathname; \
            if (!path.endsWith(end)) return ownFetch(url, options); \
            await new Promise((done) => setTimeout(done, time)); \
            return status ? new Response('<h1>upstream says no</h1>', { status }) : ownFetch(url, options); \
        }";
    staff.script(&script.replace("ARGS", &json!([path_ends, milliseconds, status]).to_string())).await;
}

/// A refresh of the list is asked for, and its answer waits until it is let go: `letGo()`. What is typed in its filter does not.
async fn holds_a_list(staff: &Browser) {
    let script = "window.asked = 0; window.listed = []; window.ownFetch ??= window.fetch; \
        const go = new Promise((done) => (window.letGo = done)); \
        window.fetch = async (url, options) => { \
            const { pathname, searchParams } = new URL(url, location.href); \
            if (pathname !== '/inbox/cards' || searchParams.has('typed')) return ownFetch(url, options); \
            asked += 1; \
            await go; \
            return ownFetch(url, options); \
        }; \
        document.addEventListener('htmx:finally:request', ({ detail: { ctx } }) => listed.push(ctx.request.action));";
    staff.script(script).await;
    says(staff, "live:counts").await;
    staff.wait("the list is asked for", async || staff.script("return asked > 0").await == true).await;
}

/// Lets it go, and waits until the list that has this in its address is there.
async fn lists(staff: &Browser, part: &str) {
    staff.script("letGo()").await;
    let is_listed =
        "return listed.some((one) => one.startsWith('/inbox/cards') && !one.includes('typed') && one.includes(PART))";
    let is_listed = is_listed.replace("PART", &json!(part).to_string());
    staff.wait(&format!("the list of {part}"), async || staff.script(&is_listed).await == true).await;
}

async fn is_there(staff: &Browser, css: &str) -> bool {
    staff.script(&format!("return document.querySelector({}) !== null", json!(css))).await == true
}

async fn says(staff: &Browser, live: &str) {
    staff.script(&format!("document.body.dispatchEvent(new CustomEvent({}, {{ bubbles: true }}))", json!(live))).await;
}

/// Whoever closes a dialog has closed it: what others do brings it back over nobody's words.
#[actix_web::test]
async fn a_closed_dialog_stays_closed() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, _, _) = at_the_first(desk).await;
        staff.click("a[hx-get='/inbox/filters']").await;
        staff.wait_for("#d-filter:modal").await;
        staff.press(Key::Escape).await;
        staff.wait_until_gone("#d-filter").await;
        writes(desk, "Jan Lis").await;
        staff.wait_for_text("#cards .cc-a", "Jan Lis").await;
        assert!(!is_there(&staff, "dialog:modal").await, "the drawer is there again");
        // It opens when it is asked for.
        staff.click("a[hx-get='/inbox/filters']").await;
        staff.wait_for("#d-filter:modal").await;
    })
    .await;
}

/// The customer who was opened last stays open, however late the one before arrives.
#[actix_web::test]
async fn a_slow_card_takes_nobody_back() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, anna, ewa) = at_the_first(desk).await;
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        way(&staff, &format!("/inbox/{anna}"), 2000, 0).await;
        staff.click_text("#cards .cc-a", "Anna Kowalska").await;
        let jan = writes(desk, "Jan Lis").await;
        staff.click_text("#cards .cc-a", "Jan Lis").await;
        staff.wait_for_text("#thread h2", "Jan Lis").await;
        staff.fill(TEXT, "For Jan alone").await;
        tokio::time::sleep(Duration::from_millis(3000)).await;
        staff.wait_for_text("#thread h2", "Jan Lis").await;
        assert_eq!(staff.path().await, format!("/inbox/{jan}"));
        staff.wait_for_value(TEXT, "For Jan alone").await;

        // Nor does something done to a customer whom one has left: its answer leads nowhere any more.
        staff.hold("/pin").await;
        staff.script("document.querySelector(\"form[action$='/pin']\").requestSubmit()").await;
        staff.wait_until_held().await;
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        staff.let_go().await;
        let pins = "SELECT COUNT(*) FROM customer_pins";
        staff.wait("the pin, which is done all the same", async || desk.app.number(pins) == 1).await;
        tokio::time::sleep(Duration::from_millis(1000)).await;
        assert_eq!(staff.path().await, format!("/inbox/{ewa}"));
    })
    .await;
}

/// A list that was asked for before another customer was opened, or before something was typed, comes after that: it takes neither
/// the mark nor the filter away, and is asked for anew.
#[actix_web::test]
async fn a_slow_list_takes_nothing_back() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, _, ewa) = at_the_first(desk).await;
        // Whoever opens what is read changes no list.
        let colleague = desk.app.sign_in(SECOND_OPERATOR).await;
        colleague.post_form(&format!("/inbox/{ewa}/read"), &[]).await.assert_status(303);
        staff.wait_until_gone("#cards .unread").await;

        holds_a_list(&staff).await;
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        lists(&staff, &format!("open={ewa}")).await;
        let marked =
            "return [...document.querySelectorAll('#cards .cc-a[aria-current]')].map((card) => card.textContent)";
        assert_eq!(staff.script(marked).await, json!(["Ewa Nowak"]));

        holds_a_list(&staff).await;
        staff.fill("#inbox-filter input[name=search]", "Ewa").await;
        staff.wait_for("#cards[hx-get*='search=Ewa']").await;
        lists(&staff, "search=Ewa").await;
        let cards = "return [...document.querySelectorAll('#cards .cc-a')].map((card) => card.textContent)";
        assert_eq!(staff.script(cards).await, json!(["Ewa Nowak"]));
    })
    .await;
}

/// A proxy that answers for the desk takes neither words nor lists away.
#[actix_web::test]
async fn a_proxys_words_are_not_taken_in() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, anna, ewa) = at_the_first(desk).await;
        staff.fill(TEXT, "With a large file").await;
        way(&staff, "/messages", 0, 413).await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#toasts .toastx", "The file is too large").await;
        staff.wait_for_value(TEXT, "With a large file").await;

        for (path, live) in [("/cards".to_owned(), "live:inbox"), (format!("/inbox/{anna}/side"), "live:chat")] {
            way(&staff, &path, 0, 400).await;
            says(&staff, live).await;
            tokio::time::sleep(Duration::from_millis(600)).await;
        }
        way(&staff, "no such path", 0, 0).await;
        writes(desk, "Jan Lis").await;
        staff.wait_for_text("#cards .cc-a", "Jan Lis").await;
        staff.wait_for_text("#side h2", "Anna Kowalska").await;

        // A customer who does not load leaves the one who is there, and their address.
        for status in [429, 500] {
            way(&staff, &format!("/inbox/{ewa}"), 0, status).await;
            staff.click_text("#cards .cc-a", "Ewa Nowak").await;
            let said = if status == 429 { "Too many requests" } else { "The server could not do this" };
            staff.wait_for_text("#toasts .toastx", said).await;
            assert_eq!(staff.path().await, format!("/inbox/{anna}"));
            staff.wait_for_text("#thread h2", "Anna Kowalska").await;
            staff.wait_for_value(TEXT, "With a large file").await;
        }
        assert!(!staff.texts("body").await.concat().contains("upstream"));
        staff.forget_console().await;
    })
    .await;
}

/// A message that is refused once one has gone on is told, with the way to it.
#[actix_web::test]
async fn a_refusal_follows_whoever_went_on() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, anna, _) = at_the_first(desk).await;
        staff.fill(TEXT, "Too much of it").await;
        way(&staff, "/messages", 0, 422).await;
        staff.hold("/messages").await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_until_held().await;
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        staff.let_go().await;
        staff.wait_for_text("#toasts .toastx", "Your message was not sent").await;
        staff.wait_for_text("#toasts .toastx", "Anna Kowalska").await;
        staff.click("#toasts a[data-way]").await;
        staff.wait_for_path(&format!("/inbox/{anna}")).await;
        staff.wait_for_value(TEXT, "Too much of it").await;
        staff.forget_console().await;
    })
    .await;
}

/// A chosen file is seen for as long as it would be sent, and goes to nobody else.
#[actix_web::test]
async fn a_chosen_file_is_seen() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, _, _) = at_the_first(desk).await;
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/demo/invoice.pdf");
        staff.upload("#composer input[data-attach]", &file).await;
        staff.wait_for_text("#composer [data-files]", "invoice.pdf").await;
        staff.script("document.querySelector(\"form[action$='/pin']\").requestSubmit()").await;
        staff.wait_for_text("#toasts .toastx", "Pinned").await;
        let chosen = "return document.querySelector('#composer input[data-attach]').files.length";
        assert_eq!(staff.script(chosen).await, 1);
        staff.wait_for_text("#composer [data-files]", "invoice.pdf").await;

        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        assert_eq!(staff.script(chosen).await, 0, "it would go to somebody else");
    })
    .await;
}

/// A customer who is gone is not shown any longer, and half written words are.
#[actix_web::test]
async fn who_is_gone_is_not_shown() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, anna, _) = at_the_first(desk).await;
        staff.fill(TEXT, "Half an answ").await;
        staff
            .script(&format!(
                "window.fetch = async (url, options) => new URL(url, location.href).pathname.startsWith('/inbox/{anna}/') \
                 ? new Response('', {{ status: 404 }}) : new Response('', {{ status: 204 }})"
            ))
            .await;
        says(&staff, "live:chat").await;
        staff.wait_for_text("#gone", "This customer is not there any more").await;
        staff.wait_until_gone("#side h2").await;
        assert!(!is_there(&staff, "#thread h2").await);
        staff.wait_for_value(TEXT, "Half an answ").await;
        assert!(!is_there(&staff, "#toasts .toastx").await, "nobody has asked for anything");
        staff.axe().await;
        staff.forget_console().await;
    })
    .await;
}

/// A section that was folded stays so when something happens, and with the next customer.
#[actix_web::test]
async fn a_folded_section_stays_folded() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, anna, ewa) = at_the_first(desk).await;
        staff.click(&format!("#sec-contact-{anna} summary")).await;
        staff.wait_until_gone(&format!("#sec-contact-{anna} .sec-b")).await;
        says(&staff, "live:chat").await;
        tokio::time::sleep(Duration::from_millis(800)).await;
        assert!(!is_there(&staff, &format!("#sec-contact-{anna}[open]")).await, "it is open again");
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        assert!(!is_there(&staff, &format!("#sec-contact-{ewa}[open]")).await);
        assert!(is_there(&staff, &format!("#sec-tags-{ewa}[open]")).await);
    })
    .await;
}

/// A connection that passes nothing any more, and says nothing of it, is noticed: the server is heard every 15 seconds.
#[actix_web::test]
async fn the_server_is_heard() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (staff, _, _) = at_the_first(desk).await;
        staff
            .script("document.body.addEventListener('live:beat', () => (window.beats = (window.beats ?? 0) + 1))")
            .await;
        tokio::time::sleep(Duration::from_secs(8)).await;
        staff.wait("a beat", async || staff.script("return window.beats ?? 0").await != 0).await;
    })
    .await;
}
