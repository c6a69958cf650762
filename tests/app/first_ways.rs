//! Writing first: by what a customer is known, what only some channels have, and where a refusal leads.

use crate::first_messages::{reads_in_web_chat, send, with_mail, with_web_chat_and_app, write_by_id};
use crate::support::desk::{Letter, Person, send_first};
use crate::support::{OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// A customer whom only an external ID names.
fn known_by_id(app: &TestApp, external_id: &str) -> i64 {
    let id = app.customer(Person::named("Nora"));
    app.execute(&format!(
        "UPDATE customers SET external_id = '{external_id}', search_text = search_text || '\n{external_id}' WHERE id = {id}"
    ));
    id
}

/// SEND-10, SEND-11, SEND-13, SEND-14, SEARCH-36: whoever is known by an external ID alone is written to from their profile
/// and from a search: in each web chat and app that goes by it.
#[actix_web::test]
async fn an_external_id_is_a_way_to_write() {
    let app = spawn_app().await;
    let nora = known_by_id(&app, "u-77");
    let supervisor = app.sign_in(SUPERVISOR).await;
    let message = format!("/customers/{nora}/message");
    supervisor.get(&message).await.assert_says("no channel yet through which you could write first");
    let found = supervisor.get("/search?q=u-77").await;
    assert_eq!(found.select(".gs-a"), ["Nora"]);
    found.assert_lacks(&format!("a[href='{message}']"));

    let (web, program) = with_web_chat_and_app(&app);
    supervisor.get("/search?q=u-77").await.assert_has(&format!("a[href='{message}']"));
    supervisor.get(&format!("/customers/{nora}")).await.assert_has("#d-contact select[name=account]");
    let page = supervisor.get(&message).await;
    assert_eq!(page.select("select[name=account] option"), ["Our site · u-77", "Our app · u-77"]);
    let chosen = page.attributes("select[name=account] option", "value");
    let sent = send_first(&supervisor, &page, &[("account", &chosen[0]), ("body", "Good day, Nora")]).await;
    sent.assert_redirect(&format!("/inbox/{nora}"));
    assert!(reads_in_web_chat(&app, "u-77").await.contains("Good day, Nora"));
    assert_eq!(app.number("SELECT channel_id FROM conversations"), web);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 1);

    // With an account there, it is that account's; while the conversation goes on, there is nothing to choose.
    let busy = supervisor.get(&message).await;
    busy.assert_says("This customer has an active conversation.").assert_lacks("textarea[name=body]");
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    let again = supervisor.get(&message).await;
    let ways = again.attributes("select[name=account] option", "value");
    assert_eq!(ways.len(), 2, "{ways:?}");
    assert!(ways.contains(&app.number("SELECT id FROM channel_accounts").to_string()), "{ways:?}");
    assert!(ways.contains(&format!("-{program}")), "{ways:?}");
}

/// SEND-31, SEND-40, SEND-43, SEND-45: where the channel is chosen, subject and blind copies stand beside a mail only. What is
/// typed there and then sent through another channel is not dropped: the form says so, and shows it.
#[actix_web::test]
async fn what_only_a_mail_has_goes_with_a_mail_only() {
    let app = spawn_app().await;
    let (customer, _) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let form = supervisor.get(&format!("/customers/{customer}/message")).await;
    form.assert_has("fieldset.mail-only #m-subject");
    let other = app.number("SELECT id FROM channel_accounts").to_string();
    for (field, typed) in [("subject", "Important"), ("bcc", "boss@desk.test")] {
        let fields = [("account", &*other), ("body", "Good day"), (field, typed)];
        let refused = send_first(&supervisor, &form, &fields).await;
        refused.assert_status(422).assert_has("#m-account[aria-invalid]");
        refused.assert_says("go only with an e-mail message").assert_lacks("fieldset.mail-only");
        assert_eq!(refused.attribute(&format!("#m-{field}"), "value"), typed);
        assert_eq!(refused.select("#m-body"), ["Good day"]);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'staff'"), 0);
    // A sender alone is chosen in advance.
    send_first(&supervisor, &form, &[("account", &other), ("body", "Good day")]).await.assert_status(303);
    // Where nothing but a mail is left, its fields are simply there.
    let only = supervisor.get(&format!("/customers/{customer}/message")).await;
    only.assert_has("#m-subject").assert_lacks("fieldset.mail-only");
}

/// SEND-45: who gets the mail itself gets no copy of it.
#[actix_web::test]
async fn a_blind_copy_to_the_recipient_is_left_out() {
    let app = spawn_app().await;
    let (customer, _) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let form = supervisor.get(&format!("/customers/{customer}/message")).await;
    let mail = [
        ("account", "0"),
        ("sender", "care@desk.test"),
        ("subject", "Your order"),
        ("bcc", "Anna@Example.com, boss@desk.test"),
        ("body", "It is on its way."),
    ];
    send_first(&supervisor, &form, &mail).await.assert_status(303);
    assert_eq!(app.text("SELECT bcc FROM mails").as_deref(), Some("[\"boss@desk.test\"]"));
    let delivery = app.text("SELECT CAST(extra AS TEXT) FROM deliveries").unwrap_or_default();
    assert!(delivery.contains("boss@desk.test") && !delivery.contains("nna@"), "{delivery}");
}

/// SEND-09: whoever writes from an address is the one who is written to at it, whatever their profile says by now.
#[actix_web::test]
async fn a_mail_goes_to_the_address_that_a_customer_writes_from() {
    let app = spawn_app().await;
    with_mail(&app).await;
    let channel = app.number("SELECT id FROM channels WHERE kind = 'email'");
    let (mia, _) = {
        let from = "mia.mail@customer.test";
        let letter = Letter { channel, address: from, email: from, name: "Mia", ..Letter::default() };
        let received = app.receives(letter).await;
        (received.customer.0, received.conversation)
    };
    app.execute(&format!("UPDATE customers SET email = 'mia2@c.test', email_folded = 'mia2@c.test' WHERE id = {mia}"));
    let known = app.number("SELECT COUNT(*) FROM customers");
    let supervisor = app.sign_in(SUPERVISOR).await;
    for (email, of) in [("Mia.Mail@customer.test", "mia.mail@customer.test"), ("mia2@c.test", "mia2@c.test")] {
        let page = supervisor.get("/mails/new").await;
        let mail = [("email", email), ("sender", "care@desk.test"), ("subject", "Your order"), ("body", "Good day")];
        send(&supervisor, &page, "#newcomer_form", &mail).await.assert_redirect(&format!("/inbox/{mia}"));
        let to = app.text(
            "SELECT a.address FROM conversations c JOIN channel_accounts a ON a.id = c.account_id ORDER BY c.id DESC LIMIT 1",
        );
        assert_eq!(to.as_deref(), Some(of));
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), known);
}

/// SEND-02, SEND-03: a refusal to write to whoever was typed names them and leads on: to one's own conversation, to what a
/// colleague has open, to the profile. Whom one may not see stays unnamed.
#[actix_web::test]
async fn a_refusal_leads_on() {
    let app = spawn_app().await;
    let (web, _) = with_web_chat_and_app(&app);
    let nora = known_by_id(&app, "u-77");
    let operator = app.sign_in(OPERATOR).await;
    let fields = [("channel", &*web.to_string()), ("external_id", "u-77"), ("body", "Good day")];
    write_by_id(&operator, &fields).await.assert_redirect(&format!("/inbox/{nora}"));
    let open = app.number("SELECT id FROM conversations");
    let refused = write_by_id(&operator, &fields).await;
    refused.assert_status(422).assert_says("This customer has an active conversation. Go on there.");
    refused.assert_has(&format!("a[href='/inbox/{nora}?at={open}']")).assert_says("Nora");
    assert_eq!(refused.select("#body"), ["Good day"]);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let colleagues = write_by_id(&supervisor, &fields).await;
    colleagues.assert_status(422).assert_has(&format!("a[href='/conversations/{open}']"));

    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    let profile = format!("#newcomer_form a[href='/customers/{nora}']");
    let other = app.sign_in(SECOND_OPERATOR).await;
    let theirs = write_by_id(&other, &fields).await;
    theirs.assert_status(422).assert_says("This customer belongs to a colleague.").assert_has(&profile);
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    app.db.written_elsewhere();
    let hidden = write_by_id(&other, &fields).await;
    hidden.assert_status(422).assert_says("This customer belongs to a colleague.");
    hidden.assert_lacks(&profile).assert_silent_about("Nora");

    app.execute("UPDATE customers SET blocked = TRUE");
    let blocked = write_by_id(&supervisor, &fields).await;
    blocked.assert_status(422).assert_says("This customer is blocked.").assert_has(&profile);
    // What is wrong with the message alone is no reason to go elsewhere.
    let empty = write_by_id(&supervisor, &[fields[0], fields[1]]).await;
    empty.assert_status(422).assert_lacks(&profile);
}

/// With scripts off, an answer in one of several chains of mails comes back to that chain.
#[actix_web::test]
async fn an_answer_comes_back_to_its_own_chain() {
    let app = spawn_app().await;
    let (customer, _) = with_mail(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let mail = |subject: &'static str| {
        [("account", "0"), ("sender", "care@desk.test"), ("subject", subject), ("body", "Good day")]
    };
    let mut chains = vec![];
    for subject in ["First", "Second"] {
        let form = supervisor.get(&format!("/customers/{customer}/message")).await;
        send_first(&supervisor, &form, &mail(subject)).await.assert_status(303);
        chains.push(app.number("SELECT MAX(id) FROM conversations"));
    }
    let answer = async |chain: i64| {
        let page = supervisor.get(&format!("/inbox/{customer}?at={chain}")).await;
        let fields = [("text", "And one thing more"), ("mode", "reply")];
        send(&supervisor, &page, "#composer", &fields).await
    };
    answer(chains[0]).await.assert_redirect(&format!("/inbox/{customer}?at={}", chains[0]));
    let next = supervisor.get(&format!("/inbox/{customer}?at={}", chains[0])).await;
    assert_eq!(next.attribute("#composer [name=conversation]", "value"), chains[0].to_string());
    assert_eq!(answer(chains[1]).await.location(), format!("/inbox/{customer}"), "the newest is the one that is shown");
    let said = format!("SELECT COUNT(*) FROM messages WHERE kind = 'staff' AND conversation_id = {}", chains[0]);
    assert_eq!(app.number(&said), 2);
}
