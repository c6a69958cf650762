//! What an open page reads for everybody.

use reqwest::multipart::Form;

use crate::app::desk::Letter;
use crate::app::{OPERATOR, SECOND_OPERATOR};
use crate::support::{Desk, journey_on, with_web_chat};

async fn writes(desk: &Desk, body: &str) -> i64 {
    let channel = desk.app.number("SELECT MIN(id) FROM channels");
    desk.app.writes(Letter { channel, address: "anna", name: "Anna Kowalska", body, ..Letter::default() }).await
}

fn unread(desk: &Desk) -> i64 {
    desk.app.number("SELECT unread_count FROM customers")
}

/// LIST-39, LIST-121: what a page does not show it does not read, and says that there is something; what it has shown before it
/// does not read again.
#[actix_web::test]
async fn a_page_reads_what_it_shows() {
    journey_on(with_web_chat("{}").await, async |desk: &mut Desk| {
        let anna = writes(desk, "The very first").await;
        for n in 1..60 {
            writes(desk, &format!("Message {n}")).await;
        }
        let colleague = desk.app.sign_in(SECOND_OPERATOR).await;
        let old = desk.app.number("SELECT id FROM conversations");
        let closure = format!("/conversations/{old}/closure");
        colleague.post_form(&closure, &[("reason", "solved")]).await.assert_status(303);
        writes(desk, "Once more").await;
        let there = unread(desk);

        let staff = desk.browser().await;
        staff.sign_in(OPERATOR).await;
        staff.goto(&format!("/inbox/{anna}?at={old}")).await;
        staff.wait_for_text("#thread .log", "Message 40").await;
        writes(desk, "URGENT").await;
        staff.wait_for("[data-log-jump]").await;
        assert_eq!(unread(desk), there + 1, "the page does not show it");
        staff.click("[data-log-jump]").await;
        staff.wait_for_path(&format!("/inbox/{anna}")).await;
        staff.wait_for_text("#thread .log", "URGENT").await;
        staff.wait("it is read", async || unread(desk) == 0).await;
        // What the page shows from its beginning it tells as soon as its scripts run.
        let told = format!(
            "return performance.getEntriesByType('resource').some((one) => one.name.endsWith('/inbox/{anna}/presence'))"
        );
        staff.wait("the page is here", async || staff.script(&told).await == true).await;

        let page = colleague.get(&format!("/inbox/{anna}")).await;
        colleague.post_form(&format!("/inbox/{anna}/unread"), &[]).await.assert_status(303);
        let comment = page.form("#composer").filled(&[("text", "Between us"), ("mode", "comment")]);
        let comment = comment.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
        colleague.post_multipart(&format!("/inbox/{anna}/messages"), comment).await.assert_status(303);
        staff.wait_for_text("#thread .log", "Between us").await;
        assert_eq!(unread(desk), 1, "nothing by the customer has come");
        writes(desk, "Are you there?").await;
        staff.wait_for_text("#thread .log", "Are you there?").await;
        staff.wait("it is read", async || unread(desk) == 0).await;
    })
    .await;
}
