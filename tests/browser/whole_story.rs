//! The whole story of one conversation, with a visitor in one browser and the staff in another.

use std::path::PathBuf;

use thirtyfour::Key;

use crate::app::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR};
use crate::support::{Browser, Desk, journey_on, with_web_chat};

/// A file of this project to send.
fn file(path: &str) -> PathBuf {
    PathBuf::from(env!("CARGO_MANIFEST_DIR")).join(path)
}

/// Writes in the web chat.
async fn say(visitor: &Browser, text: &str) {
    visitor.fill("#text", text).await;
    visitor.press(Key::Enter).await;
    visitor.wait_for_text("#log .msg.out", text).await;
    visitor.wait_until_gone("#log .is-waiting").await;
}

/// Does something of the open conversation's menu.
async fn choose_action(staff: &Browser, action: &str) {
    staff.click_in_menu("main button[popovertarget]", "Conversation actions", action).await;
}

/// Signs the person before the staff's browser out and another one in.
async fn hand_over(staff: &Browser, email: &str) {
    staff.sign_out().await;
    staff.sign_in(email).await;
}

/// How many conversations there are like this.
fn conversations(desk: &Desk, which: &str) -> i64 {
    desk.app.number(&format!("SELECT COUNT(*) FROM conversations {which}"))
}

/// An operator has the inbox open, and nobody is there.
async fn waits_in_the_inbox(staff: &Browser) {
    staff.sign_in(OPERATOR).await;
    staff.click("nav a[href='/inbox']").await;
    staff.wait_for_text("#cards", "No customers here yet").await;
    staff.script("window.isTheSame = true").await;
}

/// The visitor says who they are and writes.
async fn introduces_herself(visitor: &Browser) {
    visitor.open_chat().await;
    visitor.fill("#about-name", "Anna Kowalska").await;
    visitor.click("#about button[type=submit]").await;
    say(visitor, "Do you have a lid for the milk pan?").await;
}

/// The card arrives in the open inbox.
async fn arrives_in_the_inbox(visitor: &Browser, staff: &Browser) {
    staff.wait_for_text("#cards .cc.is-unread", "Anna Kowalska").await;
    staff.wait_for_text("#cards .tabs a:nth-child(2) .count", "1").await;
    staff.click("#cards .cc-a").await;
    staff.wait_for_text("#thread .said", "Do you have a lid").await;
    staff.wait_until_gone("#cards .cc.is-unread").await;
    staff.wait_for_text("#cards .tabs a:nth-child(2) .count", "0").await;
    visitor.wait_for_text("#log .state", "seen").await;
}

/// Typing shows on both sides.
async fn type_at_once(visitor: &Browser, staff: &Browser) {
    // Each stroke may be the one that the visitor's page hears.
    staff.click("#composer textarea").await;
    staff
        .wait("the visitor sees the operator typing", async || {
            staff.press("m").await;
            visitor.texts("#typing").await.iter().any(|text| text.contains("typing"))
        })
        .await;
    visitor.fill("#text", "Or for").await;
    staff
        .wait("the operator sees the customer typing", async || {
            visitor.press(" any").await;
            staff.texts("#thread .here").await.iter().any(|text| text.contains("Customer is typing"))
        })
        .await;
}

/// The operator takes the conversation and answers, on the same page all the time.
async fn takes_and_answers(visitor: &Browser, staff: &Browser) {
    staff.click_text("#thread header button", "Take").await;
    staff.wait_for_text("#thread header", "with you").await;
    staff.fill("#composer textarea", "Yes, in two sizes.").await;
    staff.chord(Key::Control + Key::Enter).await;
    staff.wait_for_text("#thread .msg.out .said", "Yes, in two sizes.").await;
    visitor.wait_for_text("#log .msg:not(.out)", "Yes, in two sizes.").await;
    visitor.wait_for_text("#status", "Olga Operator").await;
    assert_eq!(staff.script("return window.isTheSame").await, true, "the inbox was loaded again");
}

/// What the customer does not see.
async fn comments(staff: &Browser) {
    staff.click_text("#composer label", "Comment").await;
    staff.wait_for("#composer textarea[placeholder='Comment for staff only']").await;
    staff.fill("#composer textarea", "A regular of ours").await;
    staff.click_text("#composer button", "Add comment").await;
    staff.wait_for_text("#thread .msg.is-note", "A regular of ours").await;
}

/// Files, both ways.
async fn exchange_files(visitor: &Browser, staff: &Browser) {
    visitor.fill("#text", "").await;
    visitor.upload("#files", &file("src/demo/parcel.png")).await;
    visitor.wait_for_text("#picked", "parcel.png").await;
    visitor.click("#write button[type=submit]").await;
    staff.wait_for("#thread .msg.in .pic").await;
    staff
        .wait("the picture is there", async || {
            staff.script("return document.querySelector('#thread .pic img').naturalWidth > 0").await == true
        })
        .await;
    staff.click_text("#composer label", "Reply").await;
    staff.upload("#composer input[type=file]", &file("src/demo/invoice.pdf")).await;
    staff.wait_for_text("#composer [data-files]", "invoice.pdf").await;
    staff.click_text("#composer button", "Send").await;
    visitor.wait_for_text("#log .msg:not(.out) a.file", "invoice.pdf").await;
    let arrives = "return fetch(document.querySelector('#log a.file').href).then(a => a.ok)";
    assert_eq!(visitor.script(arrives).await, true, "the visitor cannot fetch the file");
    assert!(!visitor.texts("#log").await.concat().contains("regular"), "the visitor sees a comment");
}

/// The number beside Inbox, on any other page.
async fn is_counted_elsewhere(visitor: &Browser, staff: &Browser) {
    staff.click("nav a[href='/contacts']").await;
    staff.wait_for_text("h1", "Contacts").await;
    say(visitor, "And in blue?").await;
    staff.wait_for_text("#nav-unread .unread", "1").await;
}

/// On to a colleague.
async fn hands_over_to_a_colleague(staff: &Browser) {
    staff.click("nav a[href='/inbox']").await;
    staff.click("#cards .cc-a").await;
    choose_action(staff, "Transfer…").await;
    staff.choose("dialog[open] select", "Otto Operator").await;
    staff.fill("dialog[open] textarea", "Knows the enamel").await;
    staff.click("dialog[open] button[type=submit]").await;
    staff.wait_for_text("#thread header", "with Otto Operator").await;
}

/// The colleague reads why, and closes.
async fn the_colleague_closes(staff: &Browser) {
    hand_over(staff, SECOND_OPERATOR).await;
    staff.click("nav a[href='/inbox']").await;
    staff.click("#cards .cc-a").await;
    staff.wait_for_text("#thread .sys", "Transferred by Olga Operator to you").await;
    staff.wait_for_text("#thread .sys", "Knows the enamel").await;
    choose_action(staff, "Close").await;
    staff.choose("dialog[open] select", "Solved").await;
    staff.fill("dialog[open] textarea", "Blue comes in May").await;
    staff.click("dialog[open] button[type=submit]").await;
    staff.wait_for_text("#thread header", "no active conversation").await;
}

/// The visitor rates.
async fn rates(visitor: &Browser) {
    visitor.wait_for_text("#rate-with", "Otto Operator").await;
    visitor.click("label[for=star4]").await;
    visitor.fill("#rate-comment", "Quick and kind").await;
    visitor.click("#rate button[type=submit]").await;
    visitor.wait_for_text("#typing", "Thank you").await;
}

/// A supervisor reads all of it, with what the customer did not see.
async fn a_supervisor_looks_back(staff: &Browser) {
    hand_over(staff, SUPERVISOR).await;
    staff.click("nav a[href='/history']").await;
    staff.click_text("#history .tabs a", "History").await;
    staff.wait_for_text("#history tbody tr", "Anna Kowalska").await;
    staff.wait_for("#history tbody .rate[aria-label^='4']").await;
    staff.click("#history tbody a[href^='/conversations/']").await;
    for line in [
        "Transferred by Olga Operator to Otto Operator",
        "Knows the enamel",
        "Closed by Otto Operator: Solved",
        "Blue comes in May",
        "A regular of ours",
        "The customer rated the conversation 4 of 5",
    ] {
        staff.wait_for_text("#conversation .log", line).await;
    }
    staff.wait_for_text("#conversation", "Quick and kind").await;
}

/// An admin blocks; what the customer writes then is kept and opens nothing.
async fn an_admin_blocks(desk: &Desk, visitor: &Browser, staff: &Browser) {
    hand_over(staff, ADMIN).await;
    staff.goto("/customers").await;
    staff.click_text("tbody a", "Anna Kowalska").await;
    staff.click_text(".tabs button", "Add to blacklist").await;
    staff.fill("dialog[open] textarea", "Sends advertising").await;
    staff.click("dialog[open] button[type=submit]").await;
    staff.wait_for_text("#profile .banner", "Blocked by Ada Admin").await;
    say(visitor, "Hello again").await;
    staff.click("nav a[href='/inbox']").await;
    staff.click("#cards .cc-a").await;
    staff.wait_for_text("#thread .msg", "Hello again").await;
    staff.wait_for_text("#thread .bub-h", "Received while blocked").await;
    assert_eq!(conversations(desk, "WHERE status <> 'closed'"), 0, "a conversation has opened");
    assert!(!staff.sees("#nav-unread .unread").await, "a blocked customer's message counts as unread");
}

/// Anybody finds them by three characters, and the profile takes the block away.
async fn is_found_and_unblocked(desk: &Desk, visitor: &Browser, staff: &Browser) {
    staff.press("/").await;
    staff.press("kow").await;
    staff.wait_for_text("#search-results .gs", "Anna Kowalska").await;
    staff.wait_for_text("#search-results .gs .flag", "blocked").await;
    staff.press(Key::Down).await;
    staff.press(Key::Enter).await;
    staff.wait_for_text("#profile h2", "Anna Kowalska").await;
    staff.click_text(".tabs button", "Remove from Blacklist").await;
    staff.click("dialog[open] button[type=submit]").await;
    staff.wait_until_gone("#profile .banner.is-bad").await;
    say(visitor, "Am I back?").await;
    staff.wait_for_text("#nav-unread .unread", "1").await;
    assert_eq!(conversations(desk, "WHERE status <> 'closed'"), 1);
    assert_eq!(conversations(desk, ""), 2, "the closed conversation is not opened again");
}

/// LIST-39, LIST-40, LIST-104, LIST-106, LIST-113, LIST-120, LIST-131, LIST-132, LIST-134: a visitor's words arrive in
/// the open inbox, and each goes on in turn until everybody has done their part.
/// SEARCH-05, SEARCH-13, SEARCH-30, SEARCH-32, SEARCH-41, SEARCH-42: colleagues find the customer and read what has been.
/// CUST-50, CUST-53, CUST-54, CUST-55, CUST-57, CUST-64: blocked, the customer writes and opens nothing; unblocked, again.
#[actix_web::test]
async fn core_a_conversation_from_the_first_word_to_the_last() {
    let app = with_web_chat(r#"{"ask_name":"required"}"#).await;
    journey_on(app, async |desk: &mut Desk| {
        let (visitor, staff) = (desk.browser().await, desk.browser().await);
        waits_in_the_inbox(&staff).await;
        introduces_herself(&visitor).await;
        arrives_in_the_inbox(&visitor, &staff).await;
        type_at_once(&visitor, &staff).await;
        takes_and_answers(&visitor, &staff).await;
        comments(&staff).await;
        exchange_files(&visitor, &staff).await;
        is_counted_elsewhere(&visitor, &staff).await;
        hands_over_to_a_colleague(&staff).await;
        the_colleague_closes(&staff).await;
        rates(&visitor).await;
        a_supervisor_looks_back(&staff).await;
        an_admin_blocks(desk, &visitor, &staff).await;
        is_found_and_unblocked(desk, &visitor, &staff).await;
    })
    .await;
}
