//! What is half written: it stays, it stays for whom it was meant, and nobody else gets to see it.

use std::path::PathBuf;

use serde_json::json;
use thirtyfour::Key;

use crate::app::desk::Letter;
use crate::app::{OPERATOR, SECOND_OPERATOR, SUPERVISOR};
use crate::support::{Browser, Desk, journey_on, with_web_chat};

const TEXT: &str = "#composer textarea";
const COMMENT: &str = "#composer input[value=comment]:checked";
const REPLY: &str = "#composer input[value=reply]:checked";

/// Two customers who have written; returns their numbers.
async fn two_write(desk: &Desk) -> (i64, i64) {
    let channel = desk.app.number("SELECT MIN(id) FROM channels");
    let anna = desk.app.writes(Letter { channel, address: "a1", name: "Anna Kowalska", ..Letter::default() }).await;
    let ewa = desk.app.writes(Letter { channel, address: "a2", name: "Ewa Nowak", ..Letter::default() }).await;
    (anna, ewa)
}

async fn at(desk: &Desk, who: &str, customer: i64) -> Browser {
    let browser = desk.browser().await;
    browser.sign_in(who).await;
    browser.goto(&format!("/inbox/{customer}")).await;
    browser
}

/// Whether a match is in the page, shown or not.
async fn has(browser: &Browser, css: &str) -> bool {
    browser.script(&format!("return document.querySelector({}) !== null", json!(css))).await == true
}

/// The number of messages of this kind.
fn count(desk: &Desk, kind: &str) -> i64 {
    desk.app.number(&format!("SELECT COUNT(*) FROM messages WHERE kind = '{kind}'"))
}

/// A comment stays a comment when a colleague takes the conversation and puts it back while it is written.
#[actix_web::test]
async fn a_comment_never_turns_into_a_reply() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        let conversation = desk.app.number(&format!("SELECT MIN(id) FROM conversations WHERE customer_id = {anna}"));
        let staff = at(desk, SUPERVISOR, anna).await;
        staff.click_text("#composer label", "Comment").await;
        let colleague = desk.app.sign_in(OPERATOR).await;
        let form = "return document.querySelector('#composer [name=client_uuid]').value";

        // Chosen, and nothing written yet.
        let before = staff.script(form).await;
        colleague.post_form(&format!("/conversations/{conversation}/assignment"), &[]).await.assert_status(303);
        staff.wait("the next composer", async || staff.script(form).await != before).await;
        assert!(has(&staff, COMMENT).await, "the composer writes to the customer now");

        staff.fill(TEXT, "Do not trust her").await;
        let before = staff.script(form).await;
        desk.app.execute(&format!(
            "UPDATE conversations SET status = 'queued', assignee_id = NULL WHERE id = {conversation}"
        ));
        staff.script("document.body.dispatchEvent(new CustomEvent('live:chat'))").await;
        staff.wait("the next composer", async || staff.script(form).await != before).await;
        assert!(has(&staff, COMMENT).await, "the composer writes to the customer now");
        staff.wait_for_value(TEXT, "Do not trust her").await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#thread .msg.is-note", "Do not trust her").await;
        assert_eq!((count(desk, "comment"), count(desk, "staff")), (1, 0));
    })
    .await;
}

/// Who writes on while a comment is under way goes on writing a comment.
#[actix_web::test]
async fn writing_on_after_a_comment_stays_a_comment() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        let staff = at(desk, OPERATOR, anna).await;
        staff.click_text("#composer label", "Comment").await;
        staff.fill(TEXT, "One.").await;
        staff.hold("/messages").await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_until_held().await;
        staff.press(" Two").await;
        staff.wait_for_value(TEXT, "One. Two").await;
        staff.let_go().await;
        staff.wait_for_value(TEXT, "Two").await;
        assert!(has(&staff, COMMENT).await, "the rest is for the customer");
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#thread .msg.is-note", "Two").await;
        assert_eq!((count(desk, "comment"), count(desk, "staff")), (2, 0));
    })
    .await;
}

/// A draft is there again after another card, a reload and another page, with whom it is for; its card says so. What is sent
/// is gone.
#[actix_web::test]
async fn what_is_half_written_is_kept() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        let staff = at(desk, OPERATOR, anna).await;
        staff.fill(TEXT, "Good morning, An").await;

        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        staff.wait_for_value(TEXT, "").await;
        staff.wait_for_text(&format!("#k{anna} [data-draft-mark]"), "Draft").await;
        staff.click_text("#composer label", "Comment").await;
        staff.fill(TEXT, "She pays late").await;
        staff.axe().await;

        staff.click_text("#cards .cc-a", "Anna Kowalska").await;
        staff.wait_for_value(TEXT, "Good morning, An").await;
        assert!(has(&staff, REPLY).await);
        staff.driver.refresh().await.unwrap();
        staff.wait_for_value(TEXT, "Good morning, An").await;
        staff.click("nav a[href='/customers']").await;
        staff.wait_for("#customers").await;
        staff.driver.back().await.unwrap();
        staff.wait_for_value(TEXT, "Good morning, An").await;

        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_value(TEXT, "She pays late").await;
        assert!(has(&staff, COMMENT).await, "what was for colleagues is for the customer now");
        staff.click(TEXT).await;
        staff.chord(Key::Control + Key::Enter).await;
        staff.wait_for_text("#thread .msg.is-note", "She pays late").await;
        staff.driver.refresh().await.unwrap();
        staff.wait_for(TEXT).await;
        staff.wait_for_value(TEXT, "").await;
        assert!(!has(&staff, "#cards .cc:has([aria-current]) [data-draft-mark]").await);
        assert_eq!(count(desk, "staff"), 0);
    })
    .await;
}

/// Files of a quick reply stay with its words, when a colleague takes the conversation and after a reload. Other files cannot
/// be kept, and the draft says so.
#[actix_web::test]
async fn a_draft_says_which_files_it_had() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        desk.app.execute(
            "INSERT INTO files (sha256, size, content_type, created_at) \
             VALUES ('aa', 3, 'text/plain', '2026-01-05 09:00:00'); \
             INSERT INTO quick_replies (shortcut, shortcut_folded, body, search, created_at) \
             VALUES ('prices', 'prices', 'Our prices', 'prices', '2026-01-05 09:00:00'); \
             INSERT INTO quick_reply_files (reply_id, position, file_id, name) \
             SELECT r.id, 1, f.id, 'prices.txt' FROM quick_replies r, files f WHERE f.sha256 = 'aa'",
        );
        let conversation = desk.app.number(&format!("SELECT MIN(id) FROM conversations WHERE customer_id = {anna}"));
        let staff = at(desk, SUPERVISOR, anna).await;
        let goes_along = "#composer [data-quick] input[value='1.1']:checked";
        staff.fill(TEXT, "/prices").await;
        staff.wait_for("#slash-r1[aria-selected=true]").await;
        staff.press(Key::Enter).await;
        staff.wait_for_value(TEXT, "Our prices").await;
        assert!(has(&staff, goes_along).await, "the file of the quick reply is not there");

        let form = "return document.querySelector('#composer [name=client_uuid]').value";
        let before = staff.script(form).await;
        let colleague = desk.app.sign_in(OPERATOR).await;
        colleague.post_form(&format!("/conversations/{conversation}/assignment"), &[]).await.assert_status(303);
        staff.wait("the next composer", async || staff.script(form).await != before).await;
        staff.wait_for_value(TEXT, "Our prices").await;
        staff.wait_for_text("#composer [data-quick]", "prices.txt").await;
        assert!(has(&staff, goes_along).await, "the words go out without their file");

        let file = PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("src/demo/invoice.pdf");
        staff.upload("#composer input[type=file]", &file).await;
        staff.wait_for_text("#composer [data-files]", "invoice.pdf").await;
        staff.driver.refresh().await.unwrap();
        staff.wait_for_value(TEXT, "Our prices").await;
        staff.wait_for_text("#composer [data-quick]", "prices.txt").await;
        assert!(has(&staff, goes_along).await, "the words came back without their file");
        staff.wait_for_text("#composer [data-files-lost]", "Choose them again: invoice.pdf").await;
    })
    .await;
}

/// Drafts are of one person: another who signs in at the same browser sees none, and signing out leaves none behind.
#[actix_web::test]
async fn drafts_are_their_writers_alone() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        let inbox = format!("/inbox/{anna}");
        let staff = at(desk, OPERATOR, anna).await;
        staff.fill(TEXT, "Mine alone").await;
        let kept = "return Object.keys(localStorage).filter((key) => key.startsWith('switchboard-draft:')).length";
        assert_eq!(staff.script(kept).await, 1);

        // The session ends without a word.
        staff.driver.delete_all_cookies().await.unwrap();
        staff.sign_in(SECOND_OPERATOR).await;
        staff.goto(&inbox).await;
        staff.wait_for(TEXT).await;
        staff.wait_for_value(TEXT, "").await;
        assert!(!has(&staff, "[data-draft-mark]").await);
        staff.sign_out().await;
        assert_eq!(staff.script(kept).await, 0, "signing out leaves drafts");
    })
    .await;
}

/// A colleague who closes the conversation does not take the words away: they stand there, and in the form that opens the
/// next one.
#[actix_web::test]
async fn a_closed_conversation_leaves_its_draft() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        let staff = at(desk, OPERATOR, anna).await;
        staff.fill(TEXT, "One more thing").await;
        desk.app.execute(&format!(
            "UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved' \
             WHERE customer_id = {anna}"
        ));
        desk.app.execute(&format!("UPDATE customers SET active_count = 0 WHERE id = {anna}"));
        staff.script("document.body.dispatchEvent(new CustomEvent('live:chat'))").await;
        staff.wait_for_text("[data-draft-kept]", "One more thing").await;
        staff.click_text(".composer a", "Start conversation").await;
        staff.wait_for_value("#message_form textarea[name=body]", "One more thing").await;
        staff.click_text("#message_form button", "Send").await;
        staff.wait_for_text("#thread .msg.out .said", "One more thing").await;
        staff.wait_for_value(TEXT, "").await;
    })
    .await;
}

/// A template that is being filled in is kept with its values over another card and a reload; what is sent is gone.
#[actix_web::test]
async fn a_template_keeps_its_values() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let (anna, _) = two_write(desk).await;
        desk.app.execute(
            "UPDATE channels SET kind = 'viber', enabled = FALSE; \
             INSERT INTO message_templates (channel_id, name, language, title, body, signature, state, note, updated_at) \
             SELECT id, 'order_ready', 'en', 'Order {{1}}', 'Dear {{1}}, it waits for you until {{2}}.', 'Northwind', \
             'approved', '', '2026-01-05 09:00:00' FROM channels; \
             UPDATE channels SET enabled = TRUE, secret = 'none', settings = '{\"sender\":\"Northwind\",\"phones\":true}'; \
             UPDATE channel_accounts SET address = '4479001' || id",
        );
        let staff = at(desk, OPERATOR, anna).await;
        staff.click_text("#composer label", "Template").await;
        staff.choose("#composer [name=template]", "order_ready · en").await;
        staff.fill("#composer [name=title_1]", "4711").await;
        staff.fill("#composer [name=body_2]", "Friday").await;
        staff.wait_for_text("#template_preview", "Friday").await;

        let stands = async || {
            staff.wait_for_value("#composer [name=title_1]", "4711").await;
            staff.wait_for_value("#composer [name=body_2]", "Friday").await;
            staff.wait_for_text("#template_preview", "until Friday").await;
        };
        staff.click_text("#cards .cc-a", "Ewa Nowak").await;
        staff.wait_for_text("#thread h2", "Ewa Nowak").await;
        staff.wait_until_gone("#template_preview").await;
        staff.wait_for_text(&format!("#k{anna} [data-draft-mark]"), "Draft").await;
        staff.click_text("#cards .cc-a", "Anna Kowalska").await;
        stands().await;
        staff.driver.refresh().await.unwrap();
        stands().await;

        staff.fill("#composer [name=body_1]", "Anna").await;
        staff.click("#composer button[type=submit].btn-primary").await;
        staff.wait_for_text("#thread .msg.out", "Dear Anna, it waits for you until Friday.").await;
        staff.driver.refresh().await.unwrap();
        staff.wait_for(TEXT).await;
        assert!(!has(&staff, "#template_preview").await, "what was sent is no draft");
    })
    .await;
}
