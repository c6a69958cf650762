//! What a page owes to whoever uses it: the focus, a word on what was done, the way back, one deed a click.

use std::path::PathBuf;

use thirtyfour::Key;

use crate::app::desk::{Letter, Person};
use crate::app::{OPERATOR, SUPERVISOR};
use crate::support::{Browser, Desk, Network, journey, journey_on, with_web_chat};

/// Clicks twice, as hasty people do.
async fn double_click(browser: &Browser, css: &str) {
    let button = browser.find(css).await;
    browser.driver.action_chain().double_click_element(&button).perform().await.expect("two clicks");
}

/// The first message of somebody who writes by the web chat; returns their number.
async fn anna_writes(desk: &Desk) -> i64 {
    let channel = desk.app.number("SELECT id FROM channels");
    desk.app.writes(Letter { channel, address: "a1", name: "Anna Kowalska", ..Letter::default() }).await
}

/// An operator's browser that shows what she wrote.
async fn at_anna(desk: &Desk) -> Browser {
    let id = anna_writes(desk).await;
    let browser = desk.browser().await;
    browser.sign_in(OPERATOR).await;
    browser.goto(&format!("/inbox/{id}")).await;
    browser
}

/// The tab says how much is unread; where somebody has asked for it, the system says so while no page is in sight.
#[actix_web::test]
async fn what_comes_in_is_said_outside_of_the_page() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto("/settings/profile").await;
        // In the place of the system's own, which would ask somebody.
        browser
            .script(
                "window.told = []; window.Notification = class { static permission = 'granted'; \
                 static async requestPermission() {} constructor(_, { body }) { told.push(body); } addEventListener() {} }",
            )
            .await;
        browser.click_text("[data-notify] button", "Switch on").await;
        browser.wait_for_text("[data-notify] button", "Switch off").await;
        browser.axe().await;
        anna_writes(desk).await;
        let title = "return document.title";
        browser.wait("the number", async || browser.script(title).await == "(1) My profile · Switchboard").await;
        assert_eq!(browser.script("return told").await, serde_json::json!([]), "the page is in sight");
        browser.script("Object.defineProperty(document, 'hidden', { get: () => true })").await;
        anna_writes(desk).await;
        browser.wait("the notification", async || browser.script("return told.length").await == 1).await;
        assert_eq!(browser.script("return told[0]").await, "2 unread");
        browser.click_text("[data-notify] button", "Switch off").await;
        anna_writes(desk).await;
        browser.wait("the number", async || browser.script(title).await == "(3) My profile · Switchboard").await;
        assert_eq!(browser.script("return told.length").await, 1);
    })
    .await;
}

/// However many are unread, each new message is said, in the place of the one before; of several pages that say the same number one
/// is heard: the same tag, and no wish to be heard again.
#[actix_web::test]
async fn each_message_is_said_once_however_many_there_are() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        anna_writes(desk).await;
        desk.app.execute("UPDATE customers SET unread_count = 1500");
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto("/settings/profile").await;
        browser
            .script(
                "window.told = []; window.Notification = class { static permission = 'granted'; \
                 static async requestPermission() {} constructor(_, { tag, renotify = false }) { told.push([tag, renotify]); } \
                 addEventListener() {} close() { told.push('closed'); } }",
            )
            .await;
        browser.click_text("[data-notify] button", "Switch on").await;
        browser.wait_for_text("[data-notify] button", "Switch off").await;
        let title = "return document.title";
        browser.wait("the number", async || browser.script(title).await == "(999+) My profile · Switchboard").await;
        browser.script("Object.defineProperty(document, 'hidden', { get: () => true })").await;
        anna_writes(desk).await;
        browser.wait("the first", async || browser.script("return told.length").await == 1).await;
        anna_writes(desk).await;
        browser.wait("the second", async || browser.script("return told.length").await == 3).await;
        let told = serde_json::json!([["switchboard-notify-1501", false], "closed", ["switchboard-notify-1502", false]]);
        assert_eq!(browser.script("return told").await, told);
    })
    .await;
}

/// A browser that grants notifications and refuses each one, as Chrome on Android does, is not asked again: the switch goes away,
/// and the page goes on.
#[actix_web::test]
async fn a_browser_without_notifications_is_not_asked_again() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.goto("/settings/profile").await;
        browser
            .script(
                "window.asked = 0; window.Notification = class { static permission = 'granted'; \
                 static async requestPermission() {} constructor() { asked += 1; throw new TypeError('Illegal constructor'); } }",
            )
            .await;
        browser.click_text("[data-notify] button", "Switch on").await;
        browser.wait_for_text("[data-notify] button", "Switch off").await;
        browser.script("Object.defineProperty(document, 'hidden', { get: () => true })").await;
        anna_writes(desk).await;
        browser.wait_until_gone("[data-notify]").await;
        anna_writes(desk).await;
        let title = "return document.title";
        browser.wait("the number", async || browser.script(title).await == "(2) My profile · Switchboard").await;
        assert_eq!(browser.script("return asked").await, 1);
    })
    .await;
}

/// Whoever works down a long list is where they were after a conversation: by the phone's arrow, by Back, and after a reload.
#[actix_web::test]
async fn back_leads_to_where_one_was() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for number in 0..70 {
            let (address, name) = (format!("a{number}"), format!("Visitor {number:02}"));
            desk.app.writes(Letter { channel, address: &address, name: &name, ..Letter::default() }).await;
        }
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        browser.turn((390, 844), false).await;
        browser.goto("/inbox").await;
        let seen = "const card = document.querySelector('#k3'); const box = card?.getBoundingClientRect(); \
                    return Boolean(box) && box.top > 0 && box.bottom < innerHeight";
        let is_there = async || browser.wait("the card in sight", async || browser.script(seen).await == true).await;
        let open = async || {
            browser.script("document.querySelector('#clist .cc-more, #k3').scrollIntoView({ block: 'center' })").await;
            browser.wait_for("#k3").await;
            browser.script("document.querySelector('#k3').scrollIntoView({ block: 'center' })").await;
            browser.click("#k3 .cc-a").await;
            browser.wait_for_text("#thread h2", "Visitor 02").await;
        };
        open().await;
        browser.click("#thread a[data-returns], .pane-thread a[data-returns]").await;
        is_there().await;
        open().await;
        browser.driver.back().await.expect("back");
        is_there().await;
        browser.driver.refresh().await.expect("loaded again");
        is_there().await;
    })
    .await;
}

/// A form that comes back has the focus where something is wrong, and keeps what was typed.
#[actix_web::test]
async fn a_refused_form_leads_to_what_is_wrong() {
    journey(async |desk: &Desk| {
        let id = desk.app.customer(Person { name: "Anna Kowalska", email: "anna@example.com", ..Person::default() });
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;

        // Replaced in place.
        browser.goto(&format!("/customers/{id}/edit")).await;
        browser.fill("#edit_form [name=real_name]", "Anna Maria").await;
        browser.fill("#edit_form [name=email]", "not an address").await;
        browser.click("#edit_form button[type=submit]").await;
        browser.wait_for("#edit_form [name=email][aria-invalid=true]").await;
        browser.wait_for_focus("#edit_form [name=email]").await;
        browser.wait_for_value("#edit_form [name=real_name]", "Anna Maria").await;
        browser.axe().await;

        // Loaded as a page.
        browser.goto("/contacts/new").await;
        browser.fill("#contact_form [name=name]", "Ewa Nowak").await;
        browser.click("#contact_form button[type=submit]").await;
        browser.wait_for_text("#email-err", "Enter an email address or a phone number").await;
        browser.wait_for_focus("#contact_form [name=email]").await;
        browser.axe().await;
    })
    .await;
}

/// A form that meets a locked database says so, keeps what was typed, and goes through when it is sent again.
#[actix_web::test]
async fn a_form_outlives_an_outage() {
    journey(async |desk: &Desk| {
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto("/contacts/new").await;
        browser.fill("#contact_form [name=name]", "Ewa Nowak").await;
        browser.fill("#contact_form [name=email]", "ewa@example.com").await;
        let mut other = desk.app.direct();
        other.execute("BEGIN EXCLUSIVE");
        browser.click("#contact_form button[type=submit]").await;
        browser.wait_for_text("#toasts .toastx", "The database does not answer").await;
        other.execute("ROLLBACK");
        browser.wait_for_value("#contact_form [name=name]", "Ewa Nowak").await;
        browser.wait_for_value("#contact_form [name=email]", "ewa@example.com").await;
        browser.click("#contact_form button[type=submit]").await;
        browser.wait_for_text("#detail h2", "Ewa Nowak").await;
        browser.forget_console().await;
    })
    .await;
}

/// What was done is said where screen readers listen, and can be put away.
#[actix_web::test]
async fn a_deed_is_announced() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        let id = desk.app.writes(Letter { channel, address: "a1", name: "Anna", ..Letter::default() }).await;
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto(&format!("/inbox/{id}")).await;
        browser.click_text("#thread header button", "Take").await;
        browser.wait_for_text("[aria-live=polite] .toastx", "taken").await;
        // It stays under the pointer, however long this takes.
        browser.hover(".toastx").await;
        browser.axe().await;
        browser.click(".toastx [data-dismiss]").await;
        browser.wait_until_gone(".toastx").await;
    })
    .await;
}

/// Back and Forward lead through filtered lists and what was opened from them.
#[actix_web::test]
async fn back_and_forward_restore_the_list() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for (address, name) in [("a1", "Anna Kowalska"), ("a2", "Jan Kowalczyk"), ("a3", "Ewa Nowak")] {
            desk.app.writes(Letter { channel, address, name, ..Letter::default() }).await;
        }
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;

        browser.goto("/customers").await;
        browser.fill("#f-name", "kowal").await;
        browser.wait("two rows", async || browser.texts("#customers tbody tr").await.len() == 2).await;
        browser.wait("the filter in the address", async || browser.path().await.contains("name=kowal")).await;
        browser.click_text("#customers tbody a", "Anna Kowalska").await;
        browser.wait_for_text("#profile h2", "Anna Kowalska").await;
        let profile = browser.path().await;
        browser.driver.back().await.unwrap();
        browser.wait("two rows again", async || browser.texts("#customers tbody tr").await.len() == 2).await;
        browser.wait_for_value("#f-name", "kowal").await;
        browser.driver.forward().await.unwrap();
        browser.wait_for_path(&profile).await;
        browser.wait_for_text("#profile h2", "Anna Kowalska").await;

        browser.goto("/inbox?tab=free").await;
        browser.fill("#inbox-filter [name=search]", "kowal").await;
        browser.wait("two cards", async || browser.texts("#cards .cc").await.len() == 2).await;
        browser.wait_for_path("/inbox?tab=free&search=kowal").await;
        browser.click_text("#cards .cc-a", "Jan Kowalczyk").await;
        browser.wait_for_text("#thread h2", "Jan Kowalczyk").await;
        browser.click_text("#cards .cc-a", "Anna Kowalska").await;
        browser.wait_for_text("#thread h2", "Anna Kowalska").await;
        browser.driver.back().await.unwrap();
        browser.wait_for_text("#thread h2", "Jan Kowalczyk").await;
        browser.driver.back().await.unwrap();
        browser.wait_for_path("/inbox?tab=free&search=kowal").await;
        browser.wait_for_text("#thread", "Choose a customer").await;
        browser.wait("two cards again", async || browser.texts("#cards .cc").await.len() == 2).await;
        browser.wait_for_value("#inbox-filter [name=search]", "kowal").await;
        browser.wait_for_text("#cards .tabs [aria-current]", "Free").await;
        browser.driver.forward().await.unwrap();
        browser.wait_for_text("#thread h2", "Jan Kowalczyk").await;
    })
    .await;
}

/// LIST-121, LIST-122: what is marked as unread stays so, though the conversation was open here, and is with a colleague.
#[actix_web::test]
async fn what_is_marked_as_unread_stays_so() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let id = anna_writes(desk).await;
        let (browser, colleague) = (desk.browser().await, desk.browser().await);
        for (one, email) in [(&browser, SUPERVISOR), (&colleague, OPERATOR)] {
            one.sign_in(email).await;
            one.goto(&format!("/inbox/{id}")).await;
            one.wait_for_text("#cards .tabs a:nth-child(2) .count", "0").await;
        }
        browser.hover("#cards .cc").await;
        browser.click("#cards .cc-d").await;
        browser.click_text(".menu:popover-open .dropdown-item", "Mark as unread").await;
        browser.wait_for("#cards .cc.is-unread").await;
        colleague.wait_for("#cards .cc.is-unread").await;
        tokio::time::sleep(std::time::Duration::from_secs(2)).await;
        assert_eq!(desk.app.number("SELECT unread_count FROM customers"), 1);
    })
    .await;
}

/// LIST-121, LIST-122, LIST-125: the menu of a card marks as unread, blocks and unblocks.
#[actix_web::test]
async fn a_card_has_a_menu() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let id = anna_writes(desk).await;
        let browser = desk.browser().await;
        browser.sign_in(SUPERVISOR).await;
        let choose = async |action: &str| {
            browser.hover("#cards .cc").await;
            browser.click("#cards .cc-d").await;
            browser.click_text(".menu:popover-open .dropdown-item", action).await;
        };
        // Opened, it is read.
        browser.goto(&format!("/inbox/{id}")).await;
        browser.goto("/inbox").await;
        browser.wait_for_text("#cards .tabs a:nth-child(2) .count", "0").await;
        choose("Mark as unread").await;
        browser.wait_for_text("#cards .is-unread", "Anna Kowalska").await;
        browser.wait_for_text("#cards .tabs a:nth-child(2) .count", "1").await;
        choose("Block…").await;
        browser.fill("dialog[open] textarea", "Sends advertising").await;
        browser.click("dialog[open] button[type=submit]").await;
        browser.wait_for_text("#cards .flag", "Blocked").await;
        choose("Unblock").await;
        browser.wait_until_gone("#cards .flag").await;
    })
    .await;
}

/// The composer stands at the foot of the pane, on a phone as on a desk.
#[actix_web::test]
async fn the_composer_stands_at_the_foot() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        let gap = "const foot = css => document.querySelector(css).getBoundingClientRect().bottom; \
            return Math.abs(foot('#inbox') - foot('.composer-area'))";
        for size in [(1440, 900), (390, 844)] {
            browser.turn(size, false).await;
            browser
                .wait("no gap below", async || browser.script(gap).await.as_f64().is_some_and(|gap| gap < 2.0))
                .await;
        }
    })
    .await;
}

/// Two clicks are one message, one contact, one conversation.
#[actix_web::test]
async fn a_double_click_does_it_once() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        // So that the second click comes before the first answer.
        browser.network(Network::Slow(150)).await;
        browser.fill("#composer textarea", "Good morning").await;
        double_click(&browser, "#composer button[type=submit]").await;
        browser.wait_for_text("#thread .msg.out", "Good morning").await;
        browser.fill("#composer textarea", "A second one").await;
        browser.chord(Key::Control + Key::Enter).await;
        browser.wait_for_text("#thread .msg.out", "A second one").await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 2);

        browser.goto("/contacts/new").await;
        browser.fill("#contact_form [name=email]", "ewa@example.com").await;
        browser.fill("#contact_form [name=name]", "Ewa Nowak").await;
        double_click(&browser, "#contact_form button[type=submit]").await;
        browser.wait_for_text("#contact_list", "Ewa Nowak").await;
        browser.wait("the form is left", async || browser.path().await != "/contacts/new").await;
        assert_eq!(desk.app.number("SELECT COUNT(*) FROM customers WHERE name = 'Ewa Nowak'"), 1);
    })
    .await;
}

/// A script that does what choosing a file in the browser's dialog does: it takes the place of what the field held.
fn choosing(name: &str) -> String {
    format!(
        "const field = document.querySelector('#composer input[type=file]'); const chosen = new DataTransfer(); \
         chosen.items.add(new File(['words'], '{name}', {{ type: 'text/plain' }})); field.files = chosen.files; \
         field.dispatchEvent(new Event('change', {{ bubbles: true }}))"
    )
}

/// What is copied from a table or a document has a picture of itself beside its words: the words are what is pasted. A picture
/// alone is a file, and so is one whose name is all that stands beside it.
#[actix_web::test]
async fn words_are_pasted_as_words() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        let text = "#composer textarea";
        browser.wait_for(text).await;
        assert!(!browser.paste(text, "Total\t42\nVAT\t8", "image.png").await, "the words are lost");
        assert!(browser.paste(text, "", "screenshot.png").await);
        browser.wait_for_text("#composer [data-files]", "screenshot.png").await;
        assert!(browser.paste(text, "/home/anna/my plan.png\n", "my plan.png").await);
        browser.wait_for_text("#composer [data-files]", "my plan.png").await;
        let names = "return [...document.querySelector('#composer input[type=file]').files].map(({ name }) => name)";
        assert_eq!(browser.script(names).await, serde_json::json!(["screenshot.png", "my plan.png"]));
    })
    .await;
}

/// Files that are let go over the messages are for the composer below, which says so as long as they are held there; the page
/// stays.
#[actix_web::test]
async fn files_are_dropped_anywhere_in_the_conversation() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        browser.wait_for("#composer textarea").await;
        // Whether the page takes what is held over the log, or let go there.
        let over_the_log = |event: &str| {
            format!(
                "const dataTransfer = new DataTransfer(); dataTransfer.items.add(new File(['words'], 'dropped.txt')); \
                 const log = document.querySelector('#thread .log'); \
                 return !log.dispatchEvent(new DragEvent('{event}', {{ dataTransfer, bubbles: true, cancelable: true }}))"
            )
        };
        assert_eq!(browser.script(&over_the_log("dragover")).await, true);
        browser.wait_for("#composer.is-drop").await;
        browser.script(&over_the_log("dragleave")).await;
        browser.wait_until_gone("#composer.is-drop").await;
        assert_eq!(browser.script(&over_the_log("drop")).await, true);
        browser.wait_for_text("#composer [data-files]", "dropped.txt").await;
    })
    .await;
}

/// Files that are chosen beside others go along with them, each once; one that is taken off goes alone.
#[actix_web::test]
async fn a_second_choice_of_files_leaves_the_first() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        browser.wait_for("#composer textarea").await;
        for name in ["first.txt", "second.txt", "third.txt"] {
            browser.script(&choosing(name)).await;
            browser.wait_for_text("#composer [data-files]", name).await;
        }
        let names = "return [...document.querySelector('#composer input[type=file]').files].map(({ name }) => name)";
        assert_eq!(browser.script(names).await, serde_json::json!(["first.txt", "second.txt", "third.txt"]));
        browser.click("#composer [data-files] button[aria-label*='second.txt']").await;
        assert_eq!(browser.script(names).await, serde_json::json!(["first.txt", "third.txt"]));
        // The same one once more: in the field as in the list.
        let again = "const field = document.querySelector('#composer input[type=file]'); const chosen = new DataTransfer(); \
            chosen.items.add(field.files[0]); field.files = chosen.files; \
            field.dispatchEvent(new Event('change', { bubbles: true }))";
        browser.script(again).await;
        assert_eq!(browser.script(names).await, serde_json::json!(["first.txt", "third.txt"]));
    })
    .await;
}

/// Who writes on while the last message is under way loses nothing, whether it is then sent or refused, and no file that is
/// chosen meanwhile.
#[actix_web::test]
async fn writing_on_while_a_message_is_sent_loses_nothing() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        let uuid = async || browser.script("return document.querySelector('#composer [name=client_uuid]').value").await;

        browser.fill("#composer textarea", "Good morning.").await;
        let before = uuid().await;
        browser.hold("/messages").await;
        browser.chord(Key::Control + Key::Enter).await;
        browser.wait_until_held().await;
        browser.press(" How can").await;
        browser.wait_for_value("#composer textarea", "Good morning. How can").await;
        browser.script(&choosing("later.txt")).await;
        browser.let_go().await;
        browser.wait("the next composer", async || uuid().await != before).await;
        browser.wait_for_value("#composer textarea", "How can").await;
        browser.wait_for_text("#composer [data-files]", "later.txt").await;
        browser.wait_for_focus("#composer textarea").await;
        browser.press(" I help?").await;
        browser.wait_for_value("#composer textarea", "How can I help?").await;
        browser.wait_for_text("#thread .msg.out .said", "Good morning.").await;
    })
    .await;
}

/// What others see of a message may come before the answer to the one who sent it. The answer still arrives: a sent message
/// leaves the composer, and one that is refused says why.
#[actix_web::test]
async fn an_answer_that_comes_after_the_news_of_it_arrives() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let browser = at_anna(desk).await;
        let hold_answers_to_posts = "const fetched = window.fetch;
            window.fetch = async (address, asked) => {
                const answer = await fetched(address, asked);
                if (asked?.method === 'POST' && String(address).endsWith('/messages')) await new Promise((go) => setTimeout(go, 1500));
                return answer;
            };";
        browser.script(hold_answers_to_posts).await;

        browser.fill("#composer textarea", "Good morning").await;
        browser.chord(Key::Control + Key::Enter).await;
        browser.wait_for_text("#thread .msg.out .said", "Good morning").await;
        browser.wait_for_value("#composer textarea", "").await;
        browser.wait_for_focus("#composer textarea").await;

        browser.chord(Key::Control + Key::Enter).await;
        let channel = desk.app.number("SELECT id FROM channels");
        desk.app.writes(Letter { channel, address: "a1", name: "Anna Kowalska", body: "Hello?", ..Letter::default() }).await;
        browser.wait_for_text("#thread .msg.in .said", "Hello?").await;
        browser.wait_for("#composer .banner.is-bad").await;
    })
    .await;
}

/// SEARCH-14: while a search runs, the bar says so.
#[actix_web::test]
async fn a_slow_search_says_that_it_searches() {
    journey(async |desk: &Desk| {
        desk.app.customer(Person::named("Anna Kowalska"));
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.hold("/search").await;
        browser.press("/").await;
        browser.press("kowal").await;
        browser
            .wait("the word Searching…", async || {
                let said = "const busy = document.getElementById('global-search-busy'); \
                    return busy.checkVisibility({ opacityProperty: true, visibilityProperty: true }) && busy.innerText";
                browser.script(said).await == "Searching…"
            })
            .await;
        browser.let_go().await;
        browser.wait_for_text("#search-results .gs", "Anna Kowalska").await;
        browser.wait_until_gone("#global-search-busy").await;
    })
    .await;
}

/// A first message that is refused keeps the files that were chosen for it.
#[actix_web::test]
async fn a_refused_first_message_keeps_its_files() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let anna = anna_writes(desk).await;
        desk.app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved'");
        desk.app.execute("UPDATE customers SET active_count = 0");
        let staff = desk.browser().await;
        staff.sign_in(OPERATOR).await;
        staff.goto(&format!("/customers/{anna}/message")).await;
        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/demo/invoice.pdf");
        staff.upload("#message_form input[type=file]", &file).await;
        // More than a message may have; the field itself would not take it.
        staff.script("const text = document.querySelector('#message_form textarea'); text.removeAttribute('maxlength'); text.value = 'x'.repeat(10001)").await;
        staff.click_text("#message_form button", "Send").await;
        staff.wait_for("#message_form textarea[aria-invalid=true]").await;
        let files = "return document.querySelector('#message_form input[type=file]').files[0]?.name ?? ''";
        assert_eq!(staff.script(files).await, "invoice.pdf");
    })
    .await;
}

/// The bar of marked customers counts those who are marked, after the list has become another.
#[actix_web::test]
async fn the_bar_counts_who_is_marked() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let channel = desk.app.number("SELECT id FROM channels");
        for (address, name) in [("a1", "Anna Kowalska"), ("a2", "Ewa Nowak")] {
            desk.app.writes(Letter { channel, address, name, ..Letter::default() }).await;
        }
        let staff = desk.browser().await;
        staff.sign_in(SUPERVISOR).await;
        staff.goto("/inbox").await;
        let says = "const n = document.querySelector('#bulk .n'); return getComputedStyle(n, '::before').content.replace(/\\D/g, '')";
        for card in ["Anna Kowalska", "Ewa Nowak"] {
            let tick = format!("[...document.querySelectorAll('#cards .cc')].find((c) => c.textContent.includes('{card}')).querySelector('[name=row]').click()");
            staff.script(&tick).await;
        }
        staff.wait("2 selected", async || staff.script(says).await == "2").await;
        staff.fill("#inbox-filter [name=search]", "kowal").await;
        staff.wait("one card", async || staff.texts("#cards .cc").await.len() == 1).await;
        staff.wait("1 selected", async || staff.script(says).await == "1").await;
    })
    .await;
}

/// Back leads to fields that say what the list shows.
#[actix_web::test]
async fn back_in_history_restores_its_fields() {
    journey(async |desk: &Desk| {
        desk.app.customer(Person::named("Anna Kowalska"));
        let staff = desk.browser().await;
        staff.sign_in(SUPERVISOR).await;
        staff.goto("/history?tab=history").await;
        staff.choose("#h-rating", "Not rated").await;
        staff.click("#history .filters button[type=submit]").await;
        staff.wait("the filter in the address", async || staff.path().await.contains("rating=none")).await;
        staff.driver.back().await.unwrap();
        staff.wait_for_path("/history?tab=history").await;
        staff.wait_for_value("#h-rating", "").await;
    })
    .await;
}
