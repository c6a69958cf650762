//! A gateway that takes phone numbers in place of Viber's own IDs.

use reqwest::multipart::Form;
use serde_json::{Value, json};

use super::double::{Viber, became, desk, happens, said};
use crate::support::desk::{Person, reached, read_all, send_first};
use crate::support::{ADMIN, Client, OPERATOR, Page, TestApp, spawn_app};

const NUMBER: &str = "79011234567";

async fn write(client: &Client, page: &Page, fields: &[(&str, &str)]) -> Page {
    let form = page.form("#newcomer_form");
    let parts = form.filled(fields).into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&form.action, parts).await
}

/// What became of our last message, as a gateway tells it.
fn told(app: &TestApp, event: &str) -> Value {
    let id = app.text("SELECT provider_id FROM message_refs WHERE state IS NOT NULL ORDER BY id DESC LIMIT 1").unwrap();
    let mut told = became(event, &id);
    told["user_id"] = json!(NUMBER);
    told
}

/// SEND-08, SEND-12, SEARCH-18: somebody whom nobody knows is written to over Viber by their number, from the search that
/// found nobody; what becomes of it finds the message, and the answer comes to the same customer.
#[actix_web::test]
async fn somebody_new_is_written_to_by_their_number() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[("phones", "1")]).await;
    let operator = app.sign_in(OPERATOR).await;
    for page in ["/customers", "/inbox"] {
        operator.get(page).await.assert_has("a[href='/customers/new/viber']");
    }
    let nobody = operator.get("/search?q=%2B7+901+123-45-67").await;
    let page = operator.get(&nobody.attribute("a[href^='/customers/new/viber']", "href")).await;
    assert_eq!(page.attribute("#phone", "value"), "+7 901 123-45-67");
    page.assert_lacks("select[name=channel]").assert_has("textarea[name=body]");
    for (field, value) in [("phone", "12345"), ("body", " ")] {
        let mut fields = vec![("phone", "+7 901 123-45-67"), ("name", "Anna from the fair"), ("body", "Good day")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let wrong = write(&operator, &page, &fields).await;
        wrong.assert_status(422).assert_has(&format!("#{field}[aria-invalid]"));
        assert_eq!(wrong.attribute("#name", "value"), "Anna from the fair");
    }
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    let fields = [("name", "Anna from the fair"), ("body", "Good day, Anna")];
    let done = write(&operator, &page, &fields).await;
    let anna = app.number("SELECT id FROM customers");
    done.assert_redirect(&format!("/inbox/{anna}"));
    write(&operator, &page, &fields).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    assert_eq!(viber.sent().len(), 1);
    let sent = viber.sent().remove(0);
    assert_eq!((&sent["receiver"], &sent["text"]), (&json!(NUMBER), &json!("Good day, Anna")));
    assert_eq!(app.text("SELECT origin FROM conversations").as_deref(), Some("outgoing"));
    for (event, state) in [("delivered", "delivered"), ("seen", "read")] {
        viber.tells(&app, &told(&app, event)).await;
        reached(&app, state).await;
    }

    // She answers; some gateways write a plus.
    for (token, id) in [(1, NUMBER.to_owned()), (2, format!("+{NUMBER}"))] {
        let mut answer = said(token, json!({ "type": "text", "text": "Good day" }));
        answer["sender"]["id"] = json!(id);
        viber.tells(&app, &answer).await;
    }
    read_all(&app).await;
    let hers = format!("SELECT count(*) FROM messages WHERE kind = 'customer' AND customer_id = {anna}");
    assert_eq!(app.number(&hers), 2);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 1);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);

    super::say(&operator, anna, "Are you there?", vec![]).await.assert_status(303);
    reached(&app, "sent").await;
    viber.tells(&app, &told(&app, "failed")).await;
    reached(&app, "failed").await;
    operator.get(&format!("/inbox/{anna}")).await.assert_has(".msg.is-fail");
    let mut left = happens("unsubscribed", 90_000);
    left["user_id"] = json!(NUMBER);
    left["user"]["id"] = json!(NUMBER);
    viber.tells(&app, &left).await;
    read_all(&app).await;
    assert_eq!(app.number("SELECT count(*) FROM channel_accounts WHERE unsubscribed_at IS NOT NULL"), 1);
}

/// SEND-08: a customer who has a number and no account is reached by "Contact customer"; whoever then writes from that
/// number is that customer, not a second one.
#[actix_web::test]
async fn a_customer_with_a_number_is_contacted() {
    let viber = Viber::start().await;
    let (app, _) = desk(&viber, &[("phones", "1")]).await;
    let person = |name, phone| Person { name, phone, ..Person::default() };
    let (anna, boris) =
        (app.customer(person("Anna", "8 901 123-45-67")), app.customer(person("Boris", "+79020000000")));
    let operator = app.sign_in(OPERATOR).await;
    let form = operator.get(&format!("/customers/{anna}/message")).await;
    form.assert_says("Shop bot").assert_lacks("select[name=account]");
    send_first(&operator, &form, &[("body", "Good day, Anna")]).await.assert_redirect(&format!("/inbox/{anna}"));
    reached(&app, "sent").await;
    assert_eq!(viber.sent()[0]["receiver"], NUMBER);
    // He writes before anybody has written to him.
    let mut hello = said(1, json!({ "type": "text", "text": "Hello" }));
    hello["sender"]["id"] = json!("79020000000");
    viber.tells(&app, &hello).await;
    read_all(&app).await;
    assert_eq!(app.number("SELECT customer_id FROM messages WHERE kind = 'customer'"), boris);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 2);
}

/// SEND-08, SEND-12: Viber's own bot API writes to no number, so nothing is offered that would not arrive: off is how a
/// channel begins, and what was offered before it was switched off is refused with what was typed kept.
#[actix_web::test]
async fn without_a_gateway_nothing_is_offered_that_would_not_arrive() {
    let viber = Viber::start().await;
    let (app, id) = desk(&viber, &[("phones", "1")]).await;
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let anna = app.customer(Person { name: "Anna", phone: "+79011234567", ..Person::default() });
    let (new, known) =
        (operator.get("/customers/new/viber").await, operator.get(&format!("/customers/{anna}/message")).await);
    let url = format!("/settings/channels/{id}");
    let settings = admin.get(&url).await;
    settings.assert_has("input[type=checkbox][name=phones][checked]").assert_says("The gateway takes phone numbers");
    settings.assert_says("Viber’s own bot API does not");
    admin.submit(&settings, "#channel", &[("phones", "")]).await.assert_redirect(&url);
    admin.get(&url).await.assert_has("input[name=phones]:not([checked])");

    let refused = write(&operator, &new, &[("phone", "+79020000000"), ("body", "Good day")]).await;
    refused.assert_status(422).assert_says("No channel of this kind writes to phone numbers now.");
    refused.assert_says("Good day");
    let refused = send_first(&operator, &known, &[("body", "Good day")]).await;
    refused.assert_status(422).assert_says("no channel yet through which you could write first");
    for page in ["/customers", "/inbox"] {
        operator.get(page).await.assert_lacks("a[href='/customers/new/viber']");
    }
    operator.get("/search?q=nobody").await.assert_has("a[href='/contacts/new?q=nobody']");
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
    assert!(viber.sent().is_empty());

    // A kind that never goes by numbers has no such page.
    let bare = spawn_app().await;
    bare.sign_in(OPERATOR).await.get("/customers/new/telegram").await.assert_status(404);
}
