//! `serve --demo`: a believable desk on an empty database, and on no other.

use switchboard::demo;
use switchboard::files::Files;
use switchboard::secrets::Secrets;

use crate::support::{TestApp, spawn_app, spawn_empty_app};

async fn fill(app: &TestApp) -> Result<(), String> {
    let config = switchboard::config::Config { data: app.data().to_owned(), ..Default::default() };
    let files = Files::open(&config).expect("a file store");
    let secrets = Secrets::load(&config.key_path()).expect("a key");
    demo::fill(&app.db, &files, &secrets).await.map_err(|e| e.to_string())
}

#[actix_web::test]
async fn the_demo_fills_an_empty_desk_once() {
    let app = spawn_empty_app().await;
    fill(&app).await.expect("filled");
    let (customers, messages) =
        (app.number("SELECT count(*) FROM customers"), app.number("SELECT count(*) FROM messages"));
    assert!(customers >= 100, "{customers} customers");
    for (what, sql) in [
        ("queued conversations", "SELECT count(*) FROM conversations WHERE status = 'queued'"),
        ("ratings", "SELECT count(*) FROM conversations WHERE rating IS NOT NULL"),
        ("blocked customers", "SELECT count(*) FROM customers WHERE blocked"),
        ("paused customers", "SELECT count(*) FROM customers WHERE paused"),
        ("block requests", "SELECT count(*) FROM block_requests"),
        ("pending actions", "SELECT count(*) FROM pending_actions"),
        ("attachments", "SELECT count(*) FROM attachments"),
        ("customers in a funnel block", "SELECT count(*) FROM funnel_places"),
        ("deals", "SELECT count(*) FROM deals"),
        ("comments", "SELECT count(*) FROM messages WHERE kind = 'comment'"),
        (
            "mails with a look",
            "SELECT count(*) FROM mails JOIN mail_pictures USING (message_id) WHERE html_file_id > 0",
        ),
        ("blind copies", "SELECT count(*) FROM mails WHERE bcc LIKE '%@%'"),
    ] {
        assert!(app.number(sql) > 0, "no {what}");
    }
    assert_eq!(
        app.number("SELECT count(*) FROM funnels WHERE enabled"),
        0,
        "a bot would answer whoever tries the chat"
    );
    fill(&app).await.expect("a second start changes nothing");
    assert_eq!(app.number("SELECT count(*) FROM messages"), messages);
    let (email, password) = demo::sign_ins()[0];
    let client = app.anonymous();
    let signed_in = client.post_form("/login", &[("email", email), ("password", password)]).await;
    signed_in.assert_status(303);
}

#[actix_web::test]
async fn cards_agree_with_the_messages() {
    let app = spawn_empty_app().await;
    fill(&app).await.expect("filled");
    assert_eq!(
        app.number(
            "SELECT count(*) FROM customers c WHERE last_message_id <> \
             (SELECT max(id) FROM messages m WHERE m.customer_id = c.id AND m.kind <> 'system')"
        ),
        0
    );
    assert_eq!(
        app.number(
            "SELECT count(*) FROM customers c WHERE active_count <> \
             (SELECT count(*) FROM conversations v WHERE v.customer_id = c.id AND v.status <> 'closed')"
        ),
        0
    );
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE search_text = ''"), 0);
    assert_eq!(
        app.number("SELECT count(*) FROM blocks") - app.number("SELECT count(*) FROM customers WHERE blocked"),
        0
    );
}

/// A new user sees what mail looks like, and that nothing can leave: the mailbox is not connected, and says so.
#[actix_web::test]
async fn letters_are_shown_and_never_sent() {
    let app = spawn_empty_app().await;
    fill(&app).await.expect("filled");
    let client = app.anonymous();
    client
        .post_form("/login", &[("email", "admin@demo.example"), ("password", demo::PASSWORD)])
        .await
        .assert_status(303);
    let channel = app.number("SELECT id FROM channels WHERE kind = 'email'");
    let page = client.get(&format!("/settings/channels/{channel}")).await;
    page.assert_says("Not connected").assert_lacks("#enable").assert_has("input[value='imap.northwind.example']");
    let letter = app.number("SELECT message_id FROM mails WHERE html_file_id IS NOT NULL");
    let writer = app.number(&format!("SELECT customer_id FROM mails WHERE message_id = {letter}"));
    let page = client.get(&format!("/inbox/{writer}")).await;
    page.assert_says("Order 18412: one chair with a scratch").assert_has(&format!("a[href='/mails/{letter}']"));
    page.assert_lacks("#mode-template").assert_has("#mode-note[checked]");
    client.get(&format!("/mails/{letter}")).await.assert_says("pictures");
    let look = client.get(&format!("/mails/{letter}/look")).await;
    assert!(look.text.contains("data:image/png;base64,"), "the picture inside is shown");
    assert!(!look.text.contains("statistics.solberg.example"), "a picture from elsewhere is not fetched");
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
}

#[actix_web::test]
async fn real_data_is_refused() {
    let app = spawn_app().await;
    let refused = fill(&app).await.expect_err("staff are real data");
    assert!(refused.contains("real data"), "{refused}");
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
}
