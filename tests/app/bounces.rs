//! Mails that come back: whose copy it was, and who is unsubscribed by it.

use switchboard::channels::inbound::Reached;
use switchboard::channels::{Failure, Way};
use switchboard::db::types::{ChannelId, UtcTime};
use switchboard::outbox;

use crate::first_messages::with_mail;
use crate::support::desk::{moment, send_first};
use crate::support::{SUPERVISOR, TestApp, eventually, spawn_app};

/// A desk from which a mail went to anna@example.com, and copies to `bcc`; and whose it was.
async fn sent(bcc: &str) -> (TestApp, i64) {
    let app = spawn_app().await;
    let (customer, _) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let form = supervisor.get(&format!("/customers/{customer}/message")).await;
    let mail = [
        ("account", "0"),
        ("sender", "care@desk.test"),
        ("subject", "Your order"),
        ("bcc", bcc),
        ("body", "It is on its way."),
    ];
    send_first(&supervisor, &form, &mail).await.assert_status(303);
    // There is no mail server: what it would have taken is written down here.
    let tried = "SELECT count(*) FROM delivery_attempts WHERE ended_at IS NOT NULL";
    eventually("it was tried", async || (app.number(tried) >= 1).then_some(())).await;
    app.execute("UPDATE channels SET enabled = FALSE WHERE kind = 'email'");
    app.execute(&format!("UPDATE deliveries SET state = 'sent', sent_at = '{}'", moment(0)));
    app.execute(
        "INSERT INTO message_refs (channel_id, provider_id, message_id, customer_id, state) \
         SELECT channel_id, 'm1@desk.test', message_id, customer_id, 'sent' FROM deliveries",
    );
    (app, customer)
}

/// A server says that there is nobody at these addresses.
async fn comes_back(app: &TestApp, recipients: &[&str]) {
    let channel = ChannelId(app.number("SELECT channel_id FROM deliveries"));
    let recipients = recipients.iter().map(|to| (*to).to_owned()).collect();
    let told = Reached::Failed { failure: Failure::new("5.1.1", "no such user", Way::Unsubscribed), recipients };
    app.db
        .write(move |tx| outbox::reached(tx, channel, "m1@desk.test", &told, UtcTime::now()))
        .await
        .expect("it is heard");
}

fn state(app: &TestApp) -> Option<String> {
    app.text("SELECT state FROM deliveries")
}

fn unsubscribed(app: &TestApp) -> i64 {
    app.number("SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL")
}

/// SEND-44: a copy went to an address that is passed on to somebody who has left: the copy came back, not the mail.
#[actix_web::test]
async fn a_copy_that_was_passed_on_is_a_copy() {
    let (app, customer) = sent("archive@desk.test").await;
    comes_back(&app, &["left@else.test", "archive@desk.test"]).await;
    assert_eq!((state(&app).as_deref(), unsubscribed(&app)), (Some("sent"), 0));
    let page = app.sign_in(SUPERVISOR).await.get(&format!("/inbox/{customer}")).await;
    page.assert_says("A blind copy to").assert_says("archive@desk.test").assert_lacks(".msg.is-fail");
}

/// Nobody is unsubscribed by a report that does not name them; people look. What names them is theirs.
#[actix_web::test]
async fn who_is_not_named_is_not_unsubscribed() {
    for (bcc, recipients) in [("boss@desk.test", vec![]), ("", vec!["left@else.test"])] {
        let (app, customer) = sent(bcc).await;
        comes_back(&app, &recipients).await;
        assert_eq!((state(&app).as_deref(), unsubscribed(&app)), (Some("unknown"), 0), "{recipients:?}");
        let supervisor = app.sign_in(SUPERVISOR).await;
        let page = supervisor.get(&format!("/inbox/{customer}")).await;
        page.assert_has(".msg.is-fail").assert_says("no such user");
        supervisor.submit(&page, ".msg.is-fail form[action$=arrival]", &[]).await.assert_status(303);
        assert_eq!(state(&app).as_deref(), Some("sent"));
        comes_back(&app, &["anna@example.com"]).await;
        assert_eq!((state(&app).as_deref(), unsubscribed(&app)), (Some("failed"), 1));
    }
    // With no copy there is nobody else whose it could be.
    let (app, _) = sent("").await;
    comes_back(&app, &[]).await;
    assert_eq!((state(&app).as_deref(), unsubscribed(&app)), (Some("failed"), 1));
}
