//! The conversation tag that the settings may ask for.

use crate::support::desk::{Letter, send_first};
use crate::support::{ADMIN, OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// A conversation tag.
fn subject(app: &TestApp, name: &str) -> i64 {
    app.execute(&format!(
        "INSERT INTO conversation_tags (name, name_folded, created_at) \
         VALUES ('{name}', '{}', '2026-01-05 09:00:00')",
        switchboard::text::fold(name)
    ));
    app.number("SELECT MAX(id) FROM conversation_tags")
}

/// Switches the setting on through its page.
async fn ask_for_tags(app: &TestApp, on: bool) {
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/rules").await;
    let fields = page.form("#rules").filled(&[("require_tag", if on { "true" } else { "" })]);
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
    admin.post_form("/settings/rules", &fields).await.assert_status(303);
    let shown = admin.get("/settings/rules").await;
    assert_eq!(shown.has("input[name=require_tag][checked]"), on);
}

/// A customer with whom nothing goes on.
async fn idle(app: &TestApp) -> i64 {
    let id =
        app.writes(Letter { channel: app.channel("app"), address: "anna", name: "Anna", ..Letter::default() }).await;
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    id
}

/// SEND-15, SEND-16: with the setting, nothing leaves before one of the conversation tags is chosen; it goes on the new
/// conversation, and the customer stays as they were.
#[actix_web::test]
async fn writing_first_needs_a_tag() {
    let app = spawn_app().await;
    let (delivery, refund) = (subject(&app, "Delivery"), subject(&app, "Refund"));
    let anna = idle(&app).await;
    ask_for_tags(&app, true).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let path = format!("/customers/{anna}/message");
    let page = supervisor.get(&path).await;
    let offered = page.attributes("#m-tag option", "value");
    assert_eq!(offered, ["".to_owned(), delivery.to_string(), refund.to_string()]);
    let messages = app.number("SELECT COUNT(*) FROM messages");
    for (typed, said) in [("", "Choose a conversation tag."), ("999", "This tag no longer exists."), ("x", "no longer")]
    {
        let refused = send_first(&supervisor, &page, &[("body", "How was it?"), ("tag", typed)]).await;
        refused.assert_status(422).assert_has("#m-tag[aria-invalid]");
        assert!(refused.select("#m-tag-err")[0].contains(said), "{typed}");
        assert_eq!(refused.select("#m-body"), ["How was it?"]);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM messages"), messages);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations"), 1);
    send_first(&supervisor, &page, &[("body", "How was it?"), ("tag", &refund.to_string())]).await.assert_status(303);
    let tagged =
        "SELECT tag_id FROM conversation_tag_links WHERE conversation_id = (SELECT MAX(id) FROM conversations)";
    assert_eq!(app.number(tagged), refund);
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_tag_links"), 0);
    // The dialog of the profile offers the same choice.
    let other = idle(&app).await;
    supervisor.get(&format!("/customers/{other}")).await.assert_has("#d-contact select[name=tag]");
}

/// SEND-17: without the setting nobody is asked; nor where there is no tag to choose.
#[actix_web::test]
async fn without_the_setting_no_tag_is_needed() {
    let app = spawn_app().await;
    let anna = idle(&app).await;
    ask_for_tags(&app, true).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get(&format!("/customers/{anna}/message")).await;
    page.assert_status(200).assert_lacks("[name=tag]");
    subject(&app, "Delivery");
    supervisor.get(&format!("/customers/{anna}/message")).await.assert_has("[name=tag]");
    ask_for_tags(&app, false).await;
    let page = supervisor.get(&format!("/customers/{anna}/message")).await;
    page.assert_lacks("[name=tag]");
    send_first(&supervisor, &page, &[("body", "How was it?")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversation_tag_links"), 0);
}

/// Closing asks for it, too, unless the conversation carries one.
#[actix_web::test]
async fn closing_needs_a_tag() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let delivery = subject(&app, "Delivery").to_string();
    ask_for_tags(&app, true).await;
    let operator = app.sign_in(OPERATOR).await;
    let open = async |address: &str| {
        let received = app.receives(Letter { channel, address, name: "Anna", ..Letter::default() }).await;
        (received.customer.0, received.conversation.expect("a conversation").0)
    };
    let (anna, first) = open("a").await;
    let path = format!("/conversations/{first}/closure");
    operator.get(&format!("/inbox/{anna}")).await.assert_has("#d-close select[name=tag]");
    let page = operator.get(&path).await;
    let refused = operator.submit(&page, "#close_form", &[("reason", "solved"), ("note", "All is well")]).await;
    refused.assert_status(422).assert_has("#c-tag[aria-invalid]").assert_says("Choose a conversation tag.");
    assert_eq!(refused.select("#c-note"), ["All is well"]);
    refused.assert_has("#c-reason option[value=solved][selected]");
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status = 'closed'"), 0);
    let fields = [("reason", "solved"), ("tag", delivery.as_str())];
    operator.submit(&page, "#close_form", &fields).await.assert_status(303);
    assert_eq!(app.number(&format!("SELECT COUNT(*) FROM conversation_tag_links WHERE conversation_id = {first}")), 1);
    // One that carries a tag already is closed without a question.
    let (_, second) = open("b").await;
    operator.post_form(&format!("/conversations/{second}/tags"), &[("tag", &delivery)]).await.assert_status(303);
    let page = operator.get(&format!("/conversations/{second}/closure")).await;
    page.assert_lacks("[name=tag]");
    operator.submit(&page, "#close_form", &[("reason", "solved")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM conversations WHERE status = 'closed'"), 2);
}
