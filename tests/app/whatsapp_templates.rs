//! Templates of WhatsApp, the 24-hour window, and writing first.

use reqwest::multipart::Form;
use serde_json::{Value, json};

use crate::support::desk::{Person, send_first};
use crate::support::whatsapp::{
    SETTINGS, WhatsApp, compose, connect, customer, desk, desk_with_templates, order_ready, silent_for, template,
};
use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, TestApp, eventually};

const ANNA: &str = "79011234567";
const VALUES: [(&str, &str); 3] = [("title_1", "12"), ("body_1", "Анна"), ("body_2", "Friday")];

async fn sent(whatsapp: &WhatsApp, count: usize) -> Vec<Value> {
    eventually("it is sent", async || (whatsapp.sent().len() == count).then_some(())).await;
    whatsapp.sent()
}

fn id_of(app: &TestApp, name: &str) -> String {
    app.number(&format!("SELECT id FROM message_templates WHERE name = '{name}'")).to_string()
}

/// The order_ready template, filled in.
fn filled(app: &TestApp) -> Vec<(&'static str, String)> {
    let mut fields = vec![("template", id_of(app, "order_ready"))];
    fields.extend(VALUES.map(|(name, value)| (name, value.to_owned())));
    fields
}

fn as_strs<'a>(fields: &'a [(&'static str, String)]) -> Vec<(&'a str, &'a str)> {
    fields.iter().map(|(name, value)| (*name, value.as_str())).collect()
}

fn assert_is_order_ready(sent: &Value, to: &str) {
    assert_eq!(sent["to"].as_str(), Some(to));
    let parameters =
        |values: &[&str]| values.iter().map(|text| json!({ "type": "text", "text": text })).collect::<Vec<_>>();
    assert_eq!(
        sent["template"],
        json!({
            "name": "order_ready", "language": { "policy": "deterministic", "code": "en" },
            "components": [
                { "type": "header", "parameters": parameters(&["12"]) },
                { "type": "body", "parameters": parameters(&["Анна", "Friday"]) },
            ],
        })
    );
}

/// What the customer reads, as the message keeps it.
const READS: &str = "Order 12\n\nDear Анна, come and fetch it until Friday.\n\nNorthwind";

/// SEND-25, SEND-26, SEND-27: templates are fetched in pages with title, signature and state; what is gone at WhatsApp
/// is gone here; what cannot be filled in says why. Only admins see the page.
#[actix_web::test]
async fn templates_are_fetched_as_whatsapp_has_them() {
    let whatsapp = WhatsApp::start().await;
    let rejected = template("spam", "REJECTED", json!([{ "type": "BODY", "text": "Buy" }]));
    let picture = json!([{ "type": "HEADER", "format": "IMAGE" }, { "type": "BODY", "text": "Look" }]);
    let second = vec![rejected, template("look", "APPROVED", picture)];
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()], second]).await;
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/settings/templates").await;
    assert_eq!(page.count(".tpl-row"), 3);
    page.assert_says("order_ready").assert_says("Approved").assert_says("Rejected").assert_says("Order {{1}}");
    page.assert_says("Cannot be filled in here").assert_says("Its title is a picture").assert_says("Northwind");
    page.assert_lacks("a[href^='/settings/templates/new']");
    let old = id_of(&app, "order_ready");
    whatsapp.has_templates(vec![vec![order_ready()]]);
    let id = app.number("SELECT id FROM channels");
    let region = admin.htmx_post(&format!("/settings/channels/{id}/templates"), "div#section", &[]).await;
    region.assert_status(200).assert_says("order_ready");
    assert_eq!(app.number("SELECT count(*) FROM message_templates"), 1);
    assert_eq!(id_of(&app, "order_ready"), old, "what is still there keeps its number");
    // Nobody writes them here.
    admin.get(&format!("/settings/templates/new?channel={id}")).await.assert_status(404);
    admin.get(&format!("/settings/templates/{old}")).await.assert_status(404);
    admin.post_form(&format!("/settings/templates/{old}/delete"), &[]).await.assert_status(404);
    app.sign_in(OPERATOR).await.get("/settings/templates").await.assert_status(403);
}

/// A fetch that fails says why, and leaves what there is.
#[actix_web::test]
async fn a_fetch_that_fails_changes_nothing() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let admin = app.sign_in(ADMIN).await;
    let id = app.number("SELECT id FROM channels");
    let page = admin.get("/settings/templates").await;
    whatsapp.server.reset().await;
    let failed = admin.submit(&page, &format!("#fetch-{id}"), &[]).await;
    failed.assert_status(422).assert_says("The templates could not be fetched: the answer cannot be read (404");
    assert_eq!(app.number("SELECT count(*) FROM message_templates"), 1);
    admin.get("/settings/channels").await.assert_has(".dot.is-bad");
}

/// SEND-23: in a closed window the composer offers templates only and says why; the server says the same to whoever
/// asks in another way. The template leaves with its values, and the message keeps what the customer reads.
#[actix_web::test]
async fn a_closed_window_takes_templates_only() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let anna = customer(&app, ANNA).await;
    let operator = app.sign_in(OPERATOR).await;
    let url = format!("/inbox/{anna}");
    let page = operator.get(&url).await;
    assert_eq!(page.attributes("#composer input[name=mode]", "value"), ["reply", "template", "comment"]);
    page.assert_says("Free text can be written for another 24 hr").assert_has("[data-until]");
    silent_for(&app, 25);
    let page = operator.get(&url).await;
    assert_eq!(page.attributes("#composer input[name=mode]", "value"), ["template", "comment"]);
    page.assert_says("The customer has not written for 24 hours").assert_lacks("[data-until]");
    let refused = compose(&operator, anna, &[("mode", "reply"), ("text", "free text")], None).await;
    refused.assert_status(422).assert_says("only a template can be sent now").assert_says("free text");
    // What is missing is said at its field, and what was typed stays.
    let mut fields = filled(&app);
    fields.push(("mode", "template".into()));
    fields.retain(|(name, _)| *name != "body_2");
    let missing = compose(&operator, anna, &as_strs(&fields), None).await;
    missing.assert_status(422).assert_has("#body_2[aria-invalid]").assert_lacks("#body_1[aria-invalid]");
    assert_eq!(missing.attribute("#body_1", "value"), "Анна");
    let other = compose(&operator, anna, &[("mode", "template"), ("template", "999")], None).await;
    other.assert_status(422).assert_says("This template cannot be used any more.");
    fields.push(("body_2", "Friday".into()));
    let file = Some(("a.txt", b"plain".to_vec()));
    compose(&operator, anna, &as_strs(&fields), file).await.assert_status(422).assert_says("No files can go");
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
    compose(&operator, anna, &as_strs(&fields), None).await.assert_redirect(&url);
    assert_is_order_ready(&sent(&whatsapp, 1).await[0], ANNA);
    assert_eq!(app.text("SELECT body FROM messages WHERE kind = 'staff'").as_deref(), Some(READS));
    let extra: Value = serde_json::from_str(&app.text("SELECT extra FROM deliveries").unwrap()).unwrap();
    assert_eq!(extra["template"]["id"].to_string(), id_of(&app, "order_ready"));
    operator.get(&url).await.assert_says("come and fetch it until Friday");
    // Whoever answers opens it again.
    app.execute("UPDATE messages SET created_at = '2099-01-01 00:00:00' WHERE kind = 'customer'");
    assert_eq!(operator.get(&url).await.attributes("#composer input[name=mode]", "value").len(), 3);
}

/// The fields of a template and what it says so far come from the server, as regions; without scripts by a button.
#[actix_web::test]
async fn a_template_is_filled_in_with_a_preview() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let anna = customer(&app, ANNA).await;
    let operator = app.sign_in(OPERATOR).await;
    let (id, channel) = (id_of(&app, "order_ready"), app.number("SELECT id FROM channels"));
    let fields = format!("/templates/fields?template_channels={channel}&template={id}");
    let region = operator.htmx(&fields, "fieldset#template_fields").await;
    region.assert_has("#title_1").assert_has("#body_1").assert_has("#body_2").assert_lacks("#body_3");
    assert_eq!(region.select("#template_preview mark"), ["{{1}}", "{{1}}", "{{2}}"]);
    let preview = operator.htmx(&format!("{fields}&body_1=Anna+%3Cb%3E"), "div#template_preview").await;
    preview.assert_says("Dear Anna <b>, come and fetch it until {{2}}.").assert_lacks("fieldset").assert_lacks("b");
    operator
        .htmx("/templates/fields?template_channels=999,x&template=1", "fieldset#template_fields")
        .await
        .assert_lacks("#body_1");
    let asked = compose(&operator, anna, &[("mode", "template"), ("template", &id), ("fields", "1")], None).await;
    asked.assert_status(200).assert_has("#composer #body_2").assert_has("#mode-template[checked]");
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
}

/// A template that has been stopped since the page was opened is not sent.
#[actix_web::test]
async fn what_is_not_approved_any_more_is_refused() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let anna = customer(&app, ANNA).await;
    let operator = app.sign_in(OPERATOR).await;
    app.execute("UPDATE message_templates SET state = 'paused'");
    operator.get(&format!("/inbox/{anna}")).await.assert_lacks("#mode-template");
    silent_for(&app, 25);
    operator.get(&format!("/inbox/{anna}")).await.assert_says("There is no approved template for this channel.");
    let mut fields = filled(&app);
    fields.push(("mode", "template".into()));
    compose(&operator, anna, &as_strs(&fields), None).await.assert_status(422);
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 0);
}

async fn write(client: &Client, page: &Page, fields: &[(&str, &str)]) -> Page {
    let form = page.form("#newcomer_form");
    let mut parts = Form::new();
    for (name, value) in form.filled(fields) {
        parts = parts.text(name, value);
    }
    client.post_multipart(&form.action, parts).await
}

/// SEND-07, SEARCH-17, LIST-02: "Write to WhatsApp" makes a customer of a number that nobody knows and sends them a
/// template; the search for the number leads there; sent twice it is one. The answer comes to the same customer.
#[actix_web::test]
async fn somebody_new_is_written_to_by_their_number() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let operator = app.sign_in(OPERATOR).await;
    for page in ["/customers", "/inbox"] {
        operator.get(page).await.assert_has("a[href='/customers/new/whatsapp']");
    }
    let nobody = operator.get("/search?q=%2B7+901+123-45-67").await;
    let href = nobody.attribute("a[href^='/customers/new/whatsapp']", "href");
    let page = operator.get(&href).await;
    assert_eq!(page.attribute("#phone", "value"), "+7 901 123-45-67");
    page.assert_lacks("select[name=channel]").assert_lacks("textarea[name=body]");
    for (field, value) in [("phone", ""), ("phone", "12345"), ("phone", "no number"), ("body_1", "")] {
        let mut fields = as_strs(&[]);
        let all = filled(&app);
        fields.extend(as_strs(&all));
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let wrong = write(&operator, &page, &fields).await;
        wrong.assert_status(422).assert_has(&format!("#{field}[aria-invalid]"));
    }
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    let all = filled(&app);
    let mut fields = as_strs(&all);
    fields.push(("name", "Anna from the fair"));
    let done = write(&operator, &page, &fields).await;
    let id = app.number("SELECT id FROM customers");
    done.assert_redirect(&format!("/inbox/{id}"));
    write(&operator, &page, &fields).await.assert_redirect(&format!("/inbox/{id}"));
    assert_is_order_ready(&sent(&whatsapp, 1).await[0], ANNA);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Anna from the fair"));
    assert_eq!(app.text("SELECT origin FROM conversations").as_deref(), Some("outgoing"));
    assert_eq!(app.number("SELECT count(*) FROM deliveries"), 1);
    assert_eq!(customer(&app, ANNA).await, id);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);
}

/// LIST-03: with several numbers the sender is chosen, and a template of another number is not sent through it.
#[actix_web::test]
async fn one_of_several_numbers_is_chosen() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let first = app.number("SELECT id FROM channels").to_string();
    connect(&app, &SETTINGS.map(|(name, value)| if name == "name" { (name, "Second number") } else { (name, value) }))
        .await;
    let second = app.number("SELECT MAX(id) FROM channels").to_string();
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/customers/new/whatsapp").await;
    assert_eq!(page.attributes("select[name=channel] option", "value"), [first.as_str(), second.as_str()]);
    let all = filled(&app);
    let with = |channel: &str| {
        let mut fields = all.clone();
        fields.extend([("phone", "+79011234567".to_owned()), ("channel", channel.to_owned())]);
        fields
    };
    let wrong = write(&operator, &page, &as_strs(&with(&second))).await;
    wrong.assert_status(422).assert_says("This template belongs to another channel.");
    write(&operator, &page, &as_strs(&with("999"))).await.assert_status(422).assert_has("#channel[aria-invalid]");
    write(&operator, &page, &as_strs(&with(&first))).await.assert_status(303);
    assert_eq!(app.number("SELECT channel_id FROM conversations").to_string(), first);
}

/// SEND-07: somebody known is written to and not made anew: by any spelling of their number; a colleague's customer is refused.
#[actix_web::test]
async fn a_known_number_is_nobody_new() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let anna = app.customer(Person { phone: "+7 901 123-45-67", ..Person::named("Anna") });
    let colleague = Some(app.staff_id(SECOND_OPERATOR));
    app.customer(Person { phone: "+7 901 000-00-01", responsible: colleague, ..Person::named("Boris") });
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/customers/new/whatsapp").await;
    let all = filled(&app);
    let with = |phone: &'static str| [as_strs(&all), vec![("phone", phone)]].concat();
    write(&operator, &page, &with("8 901 000 00 01")).await.assert_status(422).assert_says("belongs to a colleague");
    write(&operator, &page, &with("8 (901) 123 45 67")).await.assert_redirect(&format!("/inbox/{anna}"));
    assert_eq!(app.number("SELECT count(*) FROM customers"), 2);
    let again = operator.get("/customers/new/whatsapp").await;
    write(&operator, &again, &with("+79011234567")).await.assert_status(422).assert_says("active conversation");
    // A new number of theirs is the one that is written to.
    app.execute("UPDATE conversations SET status = 'closed', closed_at = '2026-11-01 10:00:00'");
    app.execute("UPDATE customers SET active_count = 0");
    app.execute(&format!(
        "UPDATE customers SET phone = '+7 901 555-00-99', phone_digits = '79015550099' WHERE id = {anna}"
    ));
    let page = operator.get("/customers/new/whatsapp").await;
    write(&operator, &page, &with("+7 901 555 00 99")).await.assert_redirect(&format!("/inbox/{anna}"));
    let used = "SELECT a.address FROM conversations c JOIN channel_accounts a ON a.id = c.account_id ORDER BY c.id DESC LIMIT 1";
    assert_eq!(app.text(used).as_deref(), Some("79015550099"));
}

/// SEND-31, SEND-32, SEND-23: Message customer, Callback and Start conversation reach whoever has a phone number by
/// WhatsApp, with a template; whoever wrote lately gets free text.
#[actix_web::test]
async fn a_customer_with_a_number_is_written_to_first() {
    let whatsapp = WhatsApp::start().await;
    let app = desk_with_templates(&whatsapp, vec![vec![order_ready()]]).await;
    let known = app.customer(Person { phone: "+7 901 123-45-67", ..Person::named("Anna") });
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/customers/{known}/message")).await;
    page.assert_says("Shop number").assert_has("select[name=template]").assert_lacks("textarea[name=body]");
    operator.get(&format!("/customers/{known}")).await.assert_has("#d-contact select[name=template]");
    operator.get("/search?q=anna").await.assert_has(&format!("a[href='/customers/{known}/message']"));
    let free = send_first(&operator, &page, &[("body", "free text")]).await;
    free.assert_status(422).assert_has("#template[aria-invalid]");
    let all = filled(&app);
    send_first(&operator, &page, &as_strs(&all)).await.assert_redirect(&format!("/inbox/{known}"));
    assert_is_order_ready(&sent(&whatsapp, 1).await[0], ANNA);
    // Somebody who has written lately, and whose conversation is over.
    let boris = customer(&app, "79010000001").await;
    app.execute(&format!("UPDATE conversations SET status = 'closed' WHERE customer_id = {boris}"));
    app.execute(&format!("UPDATE customers SET active_count = 0 WHERE id = {boris}"));
    let page = operator.get(&format!("/customers/{boris}/message")).await;
    page.assert_has("textarea[name=body]").assert_has("select[name=template]");
    send_first(&operator, &page, &[("body", "free text")]).await.assert_redirect(&format!("/inbox/{boris}"));
    assert_eq!(sent(&whatsapp, 2).await[1]["text"]["body"].as_str(), Some("free text"));
}

/// Without a number that works the page says so, and kinds that do not go by numbers have none.
#[actix_web::test]
async fn without_a_number_nothing_is_offered() {
    let whatsapp = WhatsApp::start().await;
    let app = desk(&whatsapp).await;
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/customers/new/whatsapp").await.assert_says("There is no approved template for this channel.");
    app.execute("UPDATE channels SET enabled = FALSE");
    operator.get("/customers/new/whatsapp").await.assert_says("No channel of this kind writes to phone numbers now.");
    operator.get("/customers").await.assert_lacks("a[href^='/customers/new/']");
    operator.get("/customers/new/telegram").await.assert_status(404);
    operator.get("/customers/new/nothing").await.assert_status(404);
}
