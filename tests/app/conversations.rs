//! What staff do with a conversation: take, hand over, close, tag.

use crate::support::desk::{Letter, Person};
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

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
        [("assignment", vec![]), ("transfer", vec![("to", "queue")]), ("closure", vec![("reason", "solved")])]
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
    let nobody = operator.submit(&form, "#transfer_form", &[("note", "Please go on")]).await;
    nobody.assert_status(422).assert_says("Choose who goes on with it.").assert_says("Please go on");
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
    second.post_form(&url, &[("to", "queue")]).await.assert_status(303);
    assert_eq!(state(&app, id), ("queued".into(), None));
    second.post_form(&url, &[("to", "queue")]).await.assert_status(409).assert_says("belongs to a colleague");
    operator.post_form(&url, &[("to", "queue")]).await.assert_status(409).assert_says("It is with them already");
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

/// Everybody at once: on PostgreSQL writes run side by side, and each still finds things as the one before has left them.
#[actix_web::test]
async fn what_happens_at_once_happens_one_after_the_other() {
    let app = spawn_app().await;
    app.expects_many().await;
    let chat = app.channel("web_chat");
    let (one, two) = (app.sign_in(SUPERVISOR).await, app.sign_in(ADMIN).await);
    let of_visitor = "(SELECT MAX(customer_id) FROM channel_accounts)";
    for round in 0..6 {
        let address = format!("visitor {round}");
        let says = |body: &'static str| app.receives(Letter { address: &address, body, ..letter(chat, "") });
        let first = says("a first word makes the account").await;
        let id = first.conversation.expect("a conversation");
        let closure = format!("/conversations/{id}/closure");

        // One closes it; the other one is told so.
        let reason = [("reason", "solved")];
        let (a, b) = tokio::join!(one.post_form(&closure, &reason), two.post_form(&closure, &reason));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "round {round}");
        assert_eq!(app.number(&format!("SELECT active_count FROM customers WHERE id = {of_visitor}")), 0);

        // Words that come together open one conversation.
        futures_util::future::join_all((0..8).map(|_| says("again"))).await;
        let open =
            format!("SELECT COUNT(*) FROM conversations WHERE customer_id = {of_visitor} AND status <> 'closed'");
        assert_eq!(app.number(&open), 1, "round {round}");
        assert_eq!(app.number(&format!("SELECT active_count FROM customers WHERE id = {of_visitor}")), 1);
        let inside = format!(
            "SELECT COUNT(*) FROM messages m JOIN conversations c ON c.id = m.conversation_id \
             WHERE m.body = 'again' AND c.status <> 'closed' AND m.customer_id = {of_visitor}"
        );
        assert_eq!(app.number(&inside), 8, "round {round}");

        // They write on while they are blocked: nothing is open afterwards.
        let block = format!("/customers/{}/block", first.customer);
        let fields = [("reason", "Spam")];
        let words = futures_util::future::join_all((0..8).map(|_| says("and on")));
        let (blocked, _) = tokio::join!(one.post_form(&block, &fields), words);
        blocked.assert_status(303);
        assert_eq!(app.number(&open), 0, "round {round}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE event LIKE '%closed%' AND event LIKE '%solved%'"), 6);
}

/// CONT-15, CONT-16: two channels that vouch for the same new person at once make one customer of them.
#[actix_web::test]
async fn two_channels_that_bring_the_same_new_person_make_one_customer() {
    let app = spawn_app().await;
    let (one, two) = (app.channel("whatsapp"), app.channel("whatsapp"));
    for round in 0..12 {
        let (phone, email) = (format!("7901788{round:04}"), format!("p{round}@mail.example"));
        let letter = Letter { address: &phone, phone: &phone, email: &email, name: "Ann", ..Letter::default() };
        let (first, second) = (Letter { channel: one, ..letter.clone() }, Letter { channel: two, ..letter });
        let (a, b) = tokio::join!(app.writes(first), app.writes(second));
        assert_eq!(a, b, "round {round}");
    }
}

/// Two take the same conversation: it is one's, and the other is told whose it is.
#[actix_web::test]
async fn two_who_take_at_once_are_told_apart() {
    let app = spawn_app().await;
    app.expects_many().await;
    let chat = app.channel("web_chat");
    let (one, two) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    for round in 0..8 {
        let address = format!("visitor {round}");
        let id = app.receives(Letter { address: &address, ..letter(chat, "") }).await.conversation.expect("opened");
        let take = format!("/conversations/{id}/assignment");
        let (a, b) = tokio::join!(one.post_form(&take, &[]), two.post_form(&take, &[]));
        let mut statuses = [a.status.as_u16(), b.status.as_u16()];
        statuses.sort_unstable();
        assert_eq!(statuses, [303, 409], "round {round}");
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE event LIKE '%taken%'"), 8);
}
