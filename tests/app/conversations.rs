//! What staff do with a conversation: take, hand over, close, tag.

use crate::support::desk::{Letter, Person};
use crate::support::{OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

fn letter(channel: i64, address: &'static str) -> Letter<'static> {
    Letter { channel, address, name: "Anna", body: "hello", ..Letter::default() }
}

/// Somebody's open conversation.
async fn opened(app: &TestApp) -> i64 {
    let chat = app.channel("web_chat");
    app.receives(letter(chat, "anna-1")).await.conversation.unwrap().0
}

fn state(app: &TestApp, id: i64) -> (String, Option<i64>) {
    let status = app.text(&format!("SELECT status FROM conversations WHERE id = {id}")).unwrap();
    let assignee = app.number(&format!("SELECT COALESCE(assignee_id, 0) FROM conversations WHERE id = {id}"));
    (status, Some(assignee).filter(|id| *id > 0))
}

/// Taking a queued conversation of a free customer makes the taker responsible; a colleague cannot work it then, a
/// supervisor can.
#[actix_web::test]
async fn a_conversation_is_taken() {
    let app = spawn_app().await;
    let id = opened(&app).await;
    let (me, operator) = (app.staff_id(OPERATOR), app.sign_in(OPERATOR).await);
    let take = format!("/conversations/{id}/assignment");
    let customer = app.number("SELECT id FROM customers");
    operator.post_form(&take, &[]).await.assert_redirect(&format!("/inbox/{customer}"));
    assert_eq!(state(&app, id), ("active".into(), Some(me)));
    assert_eq!(app.number("SELECT responsible_id FROM customers"), me);
    operator.post_form(&take, &[("back", "/history")]).await.assert_redirect("/history");

    let other = app.sign_in(SECOND_OPERATOR).await;
    for (path, fields) in
        [("assignment", vec![]), ("transfer", vec![("to", "")]), ("closure", vec![("reason", "solved")])]
    {
        let refused = other.post_form(&format!("/conversations/{id}/{path}"), &fields).await;
        refused.assert_status(409).assert_says("belongs to a colleague");
    }
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    other.post_form(&take, &[]).await.assert_status(404);
    assert_eq!(state(&app, id), ("active".into(), Some(me)));
    app.sign_in(SUPERVISOR).await.post_form(&take, &[]).await.assert_status(303);
    assert_eq!(state(&app, id).1, Some(app.staff_id(SUPERVISOR)));
}

/// A conversation goes to a colleague or back to the queue, with a note; wrong input comes back with what was typed.
#[actix_web::test]
async fn a_conversation_is_handed_over() {
    let app = spawn_app().await;
    let id = opened(&app).await;
    let (operator, other) = (app.sign_in(OPERATOR).await, app.staff_id(SECOND_OPERATOR));
    operator.post_form(&format!("/conversations/{id}/assignment"), &[]).await;
    let url = format!("/conversations/{id}/transfer");
    let form = operator.get(&url).await;
    form.assert_status(200).assert_has("select[name=to] option[value='']").assert_silent_about("You cannot");
    app.execute("UPDATE staff SET disabled_at = '2026-01-01 10:00:00' WHERE email = 'supervisor@desk.test'");
    for to in ["999", "x", &app.staff_id(SUPERVISOR).to_string()] {
        let wrong = operator.submit(&form, "#transfer_form", &[("to", to), ("note", "Please <b>go on</b>")]).await;
        wrong.assert_status(422).assert_says("Choose a colleague").assert_says("Please <b>go on</b>");
    }
    let wrong = operator.htmx_post(&url, "form#transfer_form", &[("note", &"x".repeat(1001))]).await;
    wrong.assert_status(422).assert_has("textarea[name=note][aria-invalid=true]").assert_silent_about("<html");
    let fields = [("to", other.to_string()), ("note", "Wants a refund".into())];
    let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
    operator.submit(&form, "#transfer_form", &fields).await.assert_status(303);
    assert_eq!(state(&app, id), ("active".into(), Some(other)));
    operator.submit(&form, "#transfer_form", &fields).await.assert_status(303);
    let told = "SELECT count(*) FROM messages WHERE kind = 'system' AND event LIKE '%\"transferred\"%Wants a refund%'";
    assert_eq!(app.number(told), 1, "the same form works once");

    let second = app.sign_in(SECOND_OPERATOR).await;
    second.post_form(&url, &[("to", "")]).await.assert_status(303);
    assert_eq!(state(&app, id), ("queued".into(), None));
    second.post_form(&url, &[("to", "")]).await.assert_status(409).assert_says("belongs to a colleague");
    operator.post_form(&url, &[("to", "")]).await.assert_status(409).assert_says("It is with them already");
}

/// A conversation is closed with a reason; it stays closed, and the next message opens a new one.
#[actix_web::test]
async fn a_conversation_is_closed() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.receives(letter(chat, "anna-1")).await.conversation.unwrap().0;
    let operator = app.sign_in(OPERATOR).await;
    operator.post_form(&format!("/conversations/{id}/assignment"), &[]).await;
    let url = format!("/conversations/{id}/closure");
    let form = operator.get(&url).await;
    for reason in ["", "nonsense", "customer_blocked"] {
        let wrong = operator.submit(&form, "#close_form", &[("reason", reason), ("note", "Done 🙂")]).await;
        wrong.assert_status(422).assert_says("Choose a reason.").assert_says("Done 🙂");
    }
    operator.submit(&form, "#close_form", &[("reason", "solved"), ("note", "Done 🙂")]).await.assert_status(303);
    assert_eq!(state(&app, id).0, "closed");
    assert_eq!(app.number("SELECT active_count FROM customers"), 0);
    operator.post_form(&url, &[("reason", "spam")]).await.assert_status(409).assert_says("is closed");
    operator.post_form(&format!("/conversations/{id}/assignment"), &[]).await.assert_status(409);

    let next = app.receives(letter(chat, "anna-1")).await.conversation.unwrap().0;
    assert_ne!(next, id);
    assert_eq!(state(&app, next).0, "queued");
    operator.post_form("/conversations/999/closure", &[("reason", "spam")]).await.assert_status(404);
}

/// Tags go on and off a conversation; unknown ones are refused.
#[actix_web::test]
async fn a_conversation_is_tagged() {
    let app = spawn_app().await;
    let id = opened(&app).await;
    app.execute(
        "INSERT INTO conversation_tags (name, name_folded, created_at) VALUES ('Delivery', 'delivery', '2026-01-05 09:00:00')",
    );
    let tag = app.number("SELECT id FROM conversation_tags").to_string();
    let operator = app.sign_in(OPERATOR).await;
    let url = format!("/conversations/{id}/tags");
    for _ in 0..2 {
        operator.post_form(&url, &[("tag", &tag)]).await.assert_redirect(&format!("/conversations/{id}"));
    }
    assert_eq!(app.number("SELECT count(*) FROM conversation_tag_links"), 1);
    for wrong in ["", "x", "999"] {
        operator.post_form(&url, &[("tag", wrong)]).await.assert_status(422).assert_says("no longer exists");
    }
    operator.post_form(&format!("{url}/delete"), &[("tag", &tag)]).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM conversation_tag_links"), 0);
}

/// Operators without the right to see others' customers take what is free.
#[actix_web::test]
async fn a_free_customer_is_open_to_all() {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let id = opened(&app).await;
    app.customer(Person::named("Somebody else"));
    let other = app.sign_in(SECOND_OPERATOR).await;
    other.post_form(&format!("/conversations/{id}/assignment"), &[]).await.assert_status(303);
    assert_eq!(state(&app, id).1, Some(app.staff_id(SECOND_OPERATOR)));
}
