//! Where operators do not see others' customers: a conversation that is handed to one of them brings its customer along,
//! on every page, for as long as it is open and theirs.

use reqwest::Method;
use reqwest::multipart::Form;

use crate::support::desk::{Letter, Person};
use crate::support::{Client, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// Otto's customer with a conversation that Otto works; and somebody of Otto's with none.
async fn desk() -> (TestApp, i64, i64) {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let channel = app.channel("web_chat");
    let received = app
        .receives(Letter { channel, address: "a-1", name: "Anna Kowalska", body: "hello", ..Letter::default() })
        .await;
    let (customer, conversation) = (received.customer.0, received.conversation.unwrap().0);
    let otto = app.staff_id(SECOND_OPERATOR);
    app.customer(Person { responsible: Some(otto), ..Person::named("Anna Other") });
    let second = app.sign_in(SECOND_OPERATOR).await;
    second.post_form(&format!("/conversations/{conversation}/assignment"), &[]).await.assert_status(303);
    (app, customer, conversation)
}

/// On which pages the customer is.
async fn seen(client: &Client, customer: i64, conversation: i64) -> Vec<String> {
    let mut seen = vec![];
    for list in [
        "/inbox",
        "/inbox?tab=others",
        "/inbox?search=kowal",
        "/inbox?search=ko",
        "/customers",
        "/contacts",
        "/search?q=kowalska",
        "/history",
    ] {
        let page = client.get(list).await;
        page.assert_status(200).assert_silent_about("Anna Other");
        if page.text.contains("Kowalska") {
            seen.push(list.to_owned());
        }
    }
    let counts = client.get("/inbox").await.select(".pane-tabs .count");
    if counts[0] == "1" && counts[3] == "1" {
        seen.push("counts".into());
    }
    if client.get("/history").await.select(".tabs .count").first().is_some_and(|count| count == "1") {
        seen.push("active".into());
    }
    for page in [
        format!("/inbox/{customer}"),
        format!("/inbox/{customer}/log"),
        format!("/inbox/{customer}/menu"),
        format!("/customers/{customer}"),
        format!("/customers/{customer}?tab=interaction"),
        format!("/contacts/{customer}"),
        format!("/conversations/{conversation}"),
        format!("/conversations/{conversation}/transfer"),
    ] {
        match client.get(&page).await.status.as_u16() {
            200 => seen.push(page),
            404 => {}
            other => panic!("{page} answered {other}"),
        }
    }
    let live = client.request(Method::GET, &format!("/live?customer={customer}")).send().await.unwrap();
    if live.status().is_success() {
        seen.push("live".into());
    }
    seen
}

/// Handed over, the customer is on every page of the colleague, who can answer and close; then they are gone again.
#[actix_web::test]
async fn a_conversation_brings_its_customer() {
    let (app, customer, conversation) = desk().await;
    let (olga, otto) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    assert_eq!(seen(&olga, customer, conversation).await, Vec::<String>::new());
    let (answer, close) = (format!("/inbox/{customer}/messages"), format!("/conversations/{conversation}/closure"));
    let ask = format!("/customers/{customer}/block-requests");
    let words = || Form::new().text("text", "Good day").text("mode", "reply");
    olga.post_multipart(&answer, words()).await.assert_status(404);
    olga.post_form(&close, &[("reason", "solved")]).await.assert_status(404);
    olga.post_form(&ask, &[("reason", "x")]).await.assert_status(404);

    let transfer = format!("/conversations/{conversation}/transfer");
    let mut live = olga.events("/live").await;
    assert_eq!(live.next().await.name, "sync");
    let offered = otto.get(&transfer).await;
    let me = app.staff_id(OPERATOR).to_string();
    otto.submit(&offered, "#transfer_form", &[("to", &me), ("note", "You know her")]).await.assert_status(303);
    while live.next().await.name != "inbox" {}
    let all = seen(&olga, customer, conversation).await;
    assert_eq!(all.len(), 19, "{all:?}");
    assert_eq!(
        app.number(&format!("SELECT responsible_id FROM customers WHERE id = {customer}")),
        app.staff_id(SECOND_OPERATOR)
    );

    olga.post_multipart(&answer, words()).await.assert_status(303);
    olga.post_form(&ask, &[("reason", "Asks for free parcels")]).await.assert_status(303);
    olga.post_form(&close, &[("reason", "solved")]).await.assert_status(303);
    assert_eq!(seen(&olga, customer, conversation).await, Vec::<String>::new());
    assert_eq!(app.number("SELECT count(*) FROM messages WHERE kind = 'staff'"), 1);
}

/// Handed on to a third person, the customer is gone from the second one's pages; those who see everything always do.
#[actix_web::test]
async fn handed_on_it_is_gone() {
    let (app, customer, conversation) = desk().await;
    let (olga, sam) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let transfer = format!("/conversations/{conversation}/transfer");
    let me = app.staff_id(OPERATOR).to_string();
    sam.post_form(&transfer, &[("to", &me)]).await.assert_status(303);
    olga.get(&format!("/customers/{customer}")).await.assert_status(200);
    let boss = app.staff_id(SUPERVISOR).to_string();
    olga.post_form(&transfer, &[("to", &boss)]).await.assert_status(303);
    assert_eq!(seen(&olga, customer, conversation).await, Vec::<String>::new());
    sam.get(&format!("/customers/{customer}")).await.assert_status(200);
}

/// Who closes a colleague's conversation, or hands it on, and loses sight of the customer by that, goes on to a list where something
/// is; whoever sees them still stays with them.
#[actix_web::test]
async fn the_way_on_leads_to_what_is_seen() {
    let (app, customer, conversation) = desk().await;
    let (olga, otto) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let (transfer, close) =
        (format!("/conversations/{conversation}/transfer"), format!("/conversations/{conversation}/closure"));
    let (olgas, ottos) = (app.staff_id(OPERATOR).to_string(), app.staff_id(SECOND_OPERATOR).to_string());
    let open = format!("/inbox/{customer}?tab=mine");
    let given = otto.post_form(&transfer, &[("to", &olgas), ("back", &open)]).await;
    assert_eq!(given.location(), open);

    let page = format!("/conversations/{conversation}");
    let handed_on = olga.post_form(&transfer, &[("to", &ottos), ("back", &page)]).await;
    assert_eq!(handed_on.location(), "/history");
    olga.follow(&handed_on).await.assert_status(200);

    otto.post_form(&transfer, &[("to", &olgas)]).await.assert_status(303);
    let closed = olga.post_form(&close, &[("reason", "solved"), ("back", &open)]).await;
    assert_eq!(closed.location(), "/inbox?tab=mine");
    olga.follow(&closed).await.assert_status(200);
}

/// Only those who can serve are offered, and nobody else is taken: not the one who has it, nobody whose account is off.
#[actix_web::test]
async fn only_who_can_serve_is_offered() {
    let (app, _, conversation) = desk().await;
    app.execute("UPDATE staff SET disabled_at = '2026-01-01 10:00:00' WHERE email = 'operator@desk.test'");
    let transfer = format!("/conversations/{conversation}/transfer");
    let otto = app.sign_in(SECOND_OPERATOR).await;
    let form = otto.get(&transfer).await;
    assert_eq!(
        form.select("#transfer_form option"),
        ["Choose…", "The queue", "Ada Admin · Offline", "Sam Supervisor · Offline"]
    );
    let off = app.staff_id(OPERATOR).to_string();
    otto.submit(&form, "#transfer_form", &[("to", &off)]).await.assert_status(422).assert_says("Choose a colleague");
}
