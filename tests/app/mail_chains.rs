//! Chains of mails: which conversation a mail goes on with, and what an answer refers to.

use std::slice;

use switchboard::channels::RawEvent;
use switchboard::db::types::{ChannelId, ConversationId};
use switchboard::{hooks, mails};

use crate::first_messages::with_mail;
use crate::support::desk::read_all;
use crate::support::{TestApp, spawn_app};

/// Somebody's mail comes into the mailbox and is read; `head` are further header lines.
async fn comes(app: &TestApp, from: &str, id: &str, head: &str) {
    let channel = ChannelId(app.number("SELECT id FROM channels WHERE kind = 'email'"));
    let raw = format!(
        "Message-ID: <{id}>\r\nFrom: {from}\r\nTo: care@desk.test\r\nSubject: Order 5\r\n{head}\r\nIt ships tomorrow\r\n"
    );
    let event = RawEvent { key: format!("{id} {from}"), body: raw.into_bytes() };
    let kept = app.db.write(move |tx| hooks::store::insert(tx, channel, slice::from_ref(&event))).await;
    assert_eq!(kept.expect("it is kept"), 1);
    read_all(app).await;
}

/// How many conversations by mail there are, and how many messages of the customer the newest of them has.
fn talks(app: &TestApp) -> (i64, i64) {
    let by_mail = "FROM conversations WHERE channel_id = (SELECT id FROM channels WHERE kind = 'email')";
    let newest = format!("conversation_id = (SELECT MAX(id) {by_mail})");
    let messages = format!("SELECT COUNT(*) FROM messages WHERE kind = 'customer' AND {newest}");
    (app.number(&format!("SELECT COUNT(*) {by_mail}")), app.number(&messages))
}

fn close_all(app: &TestApp) {
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
}

/// A firm's ticket system marks whatever is written there as made by a program: it is heard, whatever it refers to. Word of an
/// absence opens nothing; it goes where the chain goes on.
#[actix_web::test]
async fn a_ticket_system_is_heard_and_an_absence_opens_nothing() {
    let app = spawn_app().await;
    with_mail(&app).await;
    let redmine = "redmine@supplier.test";
    let generated = "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\n";
    comes(&app, redmine, "1@supplier.test", &format!("References: <issue-5@supplier.test>\r\n{generated}")).await;
    assert_eq!(talks(&app), (1, 1), "its thread began elsewhere");
    close_all(&app);
    comes(&app, redmine, "2@supplier.test", &format!("In-Reply-To: <1@supplier.test>\r\n{generated}")).await;
    assert_eq!(talks(&app), (2, 1), "the conversation is closed");
    let away = "In-Reply-To: <1@supplier.test>\r\nAuto-Submitted: auto-replied\r\n";
    comes(&app, redmine, "3@supplier.test", away).await;
    assert_eq!(talks(&app), (2, 2), "another one goes on with the chain");
    close_all(&app);
    comes(&app, redmine, "4@supplier.test", away).await;
    assert_eq!(talks(&app), (2, 2), "nothing is open");
}

/// Two people's programs gave their mails the same id: an answer to either refers to it as it was given, so that their programs
/// find what was answered.
#[actix_web::test]
async fn an_answer_refers_to_ids_as_they_were_given() {
    let app = spawn_app().await;
    with_mail(&app).await;
    for from in ["anna@customer.test", "boris@customer.test"] {
        comes(&app, from, "1@program.test", "").await;
    }
    assert_eq!(talks(&app), (2, 1));
    let newest = ConversationId(app.number("SELECT MAX(id) FROM conversations"));
    let chain = app.db.read(move |conn| mails::chain_of(conn, newest)).await.expect("the chain is read");
    assert_eq!(chain, ["1@program.test"]);
    assert_eq!(
        app.number("SELECT COUNT(*) FROM message_refs WHERE provider_id = '1@program.test boris@customer.test'"),
        1
    );
}
