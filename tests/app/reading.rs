//! What reads a customer's messages for everybody: a page that shows them, once.

use crate::support::desk::Letter;
use crate::support::{OPERATOR, Page, SUPERVISOR, TestApp, spawn_app};

/// Anna writes; her number.
async fn writes(app: &TestApp, channel: i64, body: &str) -> i64 {
    app.writes(Letter { channel, address: "anna", name: "Anna", body, ..Letter::default() }).await
}

fn unread(app: &TestApp) -> i64 {
    app.number("SELECT unread_count FROM customers")
}

fn says(page: &Page, words: &str) -> bool {
    page.select("[id^='messages-'] .said").iter().any(|said| said == words)
}

/// LIST-39: a log that ends before the newest message reads nothing, neither when it is opened nor while it is looked at: what
/// comes in is not seen there.
#[actix_web::test]
async fn a_log_that_ends_before_the_newest_message_reads_nothing() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let operator = app.sign_in(OPERATOR).await;
    let anna = writes(&app, channel, "The very first").await;
    for n in 1..60 {
        writes(&app, channel, &format!("Message {n}")).await;
    }
    let old = app.number("SELECT id FROM conversations");
    operator.post_form(&format!("/conversations/{old}/closure"), &[("reason", "solved")]).await.assert_status(303);
    writes(&app, channel, "Once more").await;
    let there = unread(&app);
    assert!(there > 0);

    let page = operator.get(&format!("/inbox/{anna}?at={old}")).await;
    assert!(says(&page, "The very first") && !says(&page, "Once more"));
    page.assert_lacks("[data-seen]").assert_has(&format!("#newer a[data-log-end][href='/inbox/{anna}']"));
    let newest = page.attribute("#newer", "data-newest");
    operator.post_form(&format!("/inbox/{anna}/presence"), &[("doing", "here")]).await.assert_status(204);
    assert_eq!(unread(&app), there);

    // The page learns that there is something new, and stays where it is.
    writes(&app, channel, "URGENT").await;
    let log = operator.get(&page.attribute("[id^='messages-']", "hx-get")).await;
    assert!(says(&log, "The very first") && !says(&log, "URGENT"));
    log.assert_lacks("[data-seen]");
    assert_ne!(log.attribute("#newer", "data-newest"), newest);
    assert_eq!(unread(&app), there + 1);

    let end = operator.get(&format!("/inbox/{anna}")).await;
    assert!(says(&end, "URGENT"));
    end.assert_has("[data-seen]").assert_lacks("#newer");
    assert_eq!(unread(&app), 0);
    // Nothing follows the conversation that goes on.
    let last = app.number("SELECT MAX(id) FROM messages");
    let before = operator.get(&format!("/inbox/{anna}?before={last}")).await;
    before.assert_has("#newer a[data-log-end]").assert_silent_about("Next conversation");
}

/// The way to a conversation that goes on leads to its end, where what comes in is seen; further in, too, than a page is long.
#[actix_web::test]
async fn a_conversation_that_goes_on_is_shown_at_its_end() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let operator = app.sign_in(OPERATOR).await;
    let mut anna = 0;
    for n in 1..=70 {
        anna = writes(&app, channel, &format!("Message {n}")).await;
    }
    let open = app.number("SELECT id FROM conversations");
    let page = operator.get(&format!("/inbox/{anna}?at={open}")).await;
    assert!(says(&page, "Message 70") && says(&page, "Message 30") && !says(&page, "Message 1"));
    page.assert_has("[data-seen]").assert_lacks("#newer");
    assert_eq!(unread(&app), 0);
    let again = page.attribute("[id^='messages-']", "hx-get");
    assert!(again.contains(&format!("at={open}&from=")), "{again}");
    for n in 71..=90 {
        writes(&app, channel, &format!("Message {n}")).await;
    }
    let log = operator.get(&again).await;
    assert!(says(&log, "Message 90") && says(&log, "Message 30"), "it has grown");
    log.assert_has("[data-seen]").assert_lacks("#newer");
    assert_eq!(log.attribute("[id^='messages-']", "hx-get"), again);
}

/// LIST-39, LIST-121: a page that is open reads what it shows, and not what has come since; what a colleague marks as unread stays
/// so as long as nothing new is shown.
#[actix_web::test]
async fn an_open_page_reads_what_it_shows() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (operator, supervisor) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let anna = writes(&app, channel, "Good morning").await;
    let page = operator.get(&format!("/inbox/{anna}")).await;
    let region = page.attribute("[id^='messages-']", "hx-get");
    let here = async |fields: &[(&str, &str)]| {
        let fields = [&[("doing", "here")][..], fields].concat();
        operator.post_form(&format!("/inbox/{anna}/presence"), &fields).await.assert_status(204);
    };
    writes(&app, channel, "Anybody there?").await;
    let before = page.attribute("[data-seen]", "data-seen");
    here(&[("shown", before.as_str())]).await;
    assert_eq!(unread(&app), 1, "the page does not show it yet");
    let shown = operator.get(&region).await.attribute("[data-seen]", "data-seen");
    here(&[("shown", shown.as_str())]).await;
    assert_eq!(unread(&app), 0);

    supervisor.post_form(&format!("/inbox/{anna}/unread"), &[]).await.assert_status(303);
    here(&[]).await;
    here(&[("shown", "x")]).await;
    assert_eq!(unread(&app), 1);
}
