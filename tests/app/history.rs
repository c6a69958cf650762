//! The list of conversations and the page of one.

use switchboard::conversations::VisitDetails;

use crate::support::desk::Letter;
use crate::support::{Client, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// A customer who writes, and the conversation that opens.
async fn opened(app: &TestApp, channel: i64, address: &str, name: &str) -> (i64, i64) {
    let received =
        app.receives(Letter { channel, address, name, body: "Where is my parcel?", ..Letter::default() }).await;
    (received.customer.0, received.conversation.expect("a conversation opens").0)
}

async fn post(client: &Client, path: &str, fields: &[(&str, &str)]) {
    client.post_form(path, fields).await.assert_status(303);
}

async fn close(client: &Client, conversation: i64) {
    post(
        client,
        &format!("/conversations/{conversation}/closure"),
        &[("reason", "solved"), ("note", "All is well now")],
    )
    .await;
}

#[actix_web::test]
async fn active_and_closed_conversations_stand_on_their_tabs() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (_, first) = opened(&app, channel, "a", "Anna Kowalska").await;
    let (_, second) = opened(&app, channel, "b", "Виктор Громов").await;
    let operator = app.sign_in(OPERATOR).await;
    post(&operator, &format!("/conversations/{first}/assignment"), &[]).await;
    close(&operator, first).await;

    let supervisor = app.sign_in(SUPERVISOR).await;
    let active = supervisor.get("/history").await;
    active.assert_status(200).assert_has(&format!("#k{second}")).assert_lacks(&format!("#k{first}"));
    active.assert_says("Виктор Громов").assert_says("Queued");
    let closed = operator.get("/history?tab=history").await;
    closed.assert_has(&format!("#k{first}")).assert_lacks(&format!("#k{second}"));
    closed.assert_says("Anna Kowalska").assert_says("Olga Operator").assert_says("Solved");
    operator.htmx("/history?tab=history", "div#history").await.assert_region("history");
}

/// CUST-62: on the History page a customer is found by their ID, and their profile is one click away.
#[actix_web::test]
async fn a_customer_is_found_by_number() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (anna, of_anna) = opened(&app, channel, "a", "Anna").await;
    let (_, of_boris) = opened(&app, channel, "b", "Boris").await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    for conversation in [of_anna, of_boris] {
        close(&supervisor, conversation).await;
    }
    let found = supervisor.get(&format!("/history?tab=history&customer={anna}")).await;
    found.assert_has(&format!("#k{of_anna} a[href='/customers/{anna}']")).assert_lacks(&format!("#k{of_boris}"));
    supervisor.get(&format!("/customers/{anna}")).await.assert_status(200).assert_says("Anna");
    let wrong = supervisor.get("/history?customer=%27%3B+DROP+TABLE+customers").await;
    wrong.assert_status(200).assert_says("A customer ID is a number.");
    supervisor.get("/history?customer=99999999").await.assert_says("No such conversation");

    // By part, as on the Customers page, and by its normaliser; a number with few digits and one with many.
    let far = 10_477_001;
    app.execute(&format!(
        "INSERT INTO customers (id, name, name_folded, search_text, last_activity_at, created_at) \
         SELECT {far}, name, name_folded, 'anna\n{far}', last_activity_at, created_at FROM customers \
         WHERE id = {anna}"
    ));
    app.execute(&format!("UPDATE conversations SET customer_id = {far} WHERE id = {of_anna}"));
    for part in ["77", "477", "77001", "10477001", "ID+10+477", " 4770 ", "４７７"] {
        let found = supervisor.get(&format!("/history?tab=history&customer={part}")).await;
        found.assert_has(&format!("#k{of_anna}")).assert_lacks(&format!("#k{of_boris}"));
        let list = supervisor.get(&format!("/customers?period=all&id={part}")).await;
        list.assert_has(&format!("a[href='/customers/{far}']")).assert_lacks(&format!("a[href='/customers/{anna}']"));
    }
    // A number that only a phone holds is nobody's.
    app.execute(&format!("UPDATE customers SET search_text = 'anna\n79017880795\n{far}'"));
    supervisor.get("/history?tab=history&customer=788").await.assert_lacks("tbody tr");
}

#[actix_web::test]
async fn every_filter_narrows_and_keeps_its_words() {
    let app = spawn_app().await;
    let (web, other) = (app.channel("web_chat"), app.channel("app"));
    let (_, mine) = opened(&app, web, "a", "Anna").await;
    let (_, theirs) = opened(&app, other, "b", "Boris").await;
    let (one, two) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    post(&one, &format!("/conversations/{mine}/assignment"), &[]).await;
    post(&two, &format!("/conversations/{theirs}/assignment"), &[]).await;
    app.execute(
        "INSERT INTO conversation_tags (name, name_folded, created_at) VALUES ('Delivery', 'delivery', '2026-01-05 09:00:00')",
    );
    let top = app.number("SELECT MAX(id) FROM conversation_tags");
    app.execute(&format!(
        "INSERT INTO conversation_tags (parent_id, name, name_folded, created_at) \
         VALUES ({top}, 'Late', 'late', '2026-01-05 09:00:00')"
    ));
    let below = app.number("SELECT MAX(id) FROM conversation_tags");
    post(&one, &format!("/conversations/{mine}/tags"), &[("tag", &below.to_string())]).await;

    let me = app.staff_id(OPERATOR);
    let one = app.sign_in(SUPERVISOR).await;
    for query in [format!("operator={me}"), format!("channel={web}"), format!("tag={top}"), format!("tag={below}")] {
        let page = one.get(&format!("/history?{query}")).await;
        page.assert_has(&format!("#k{mine}")).assert_lacks(&format!("#k{theirs}"));
        page.assert_has("select option[selected]");
    }
    one.get("/history?from=2001-01-01&to=2001-12-31").await.assert_says("No such conversation");
    one.get("/history?from=2001-01-01").await.assert_has(&format!("#k{mine}")).assert_has(&format!("#k{theirs}"));
    one.get("/history?from=yesterday&at=nonsense&operator=x").await.assert_status(200).assert_says("Choose a day.");
    one.get(&format!("/history?tag={top}")).await.assert_says("Delivery / Late");
}

/// Nothing that is active has a rating, and its tab has no field for one: a filter by it does not go along there.
#[actix_web::test]
async fn a_rating_narrows_what_is_closed_alone() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (_, id) = opened(&app, channel, "a", "Anna").await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let closed = supervisor.get("/history?tab=history&rating=low").await;
    closed.assert_has("select[name=rating]").assert_says("No such conversation");
    assert_eq!(closed.attributes(".tabs a", "href"), ["/history", "/history?tab=history&rating=low"]);
    let active = supervisor.get("/history?rating=low").await;
    active.assert_has(&format!("#k{id}")).assert_lacks("select[name=rating]");
    active.assert_lacks("form.filters a[href='/history']");
}

#[actix_web::test]
async fn a_long_list_is_walked_page_by_page() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    for number in 0..53 {
        opened(&app, channel, &format!("a{number}"), &format!("Customer {number}")).await;
    }
    let supervisor = app.sign_in(SUPERVISOR).await;
    let first = supervisor.get("/history").await;
    assert_eq!(first.count("tbody tr"), 50);
    let second = supervisor.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.count("tbody tr"), 3);
    second.assert_lacks("a[rel=next]");
    let back = supervisor.get(&second.attribute("a[rel=prev]", "href")).await;
    assert_eq!(back.attributes("tbody tr", "id"), first.attributes("tbody tr", "id"));
}

/// CUST-32, CUST-33, CUST-34, CUST-35, CUST-36: each conversation shows when it began and ended, and leads to the one
/// before and the one after, so that they can be read one after the other.
#[actix_web::test]
async fn conversations_of_a_customer_are_read_one_after_the_other() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (customer, first) = opened(&app, channel, "a", "Anna").await;
    let operator = app.sign_in(OPERATOR).await;
    post(&operator, &format!("/conversations/{first}/assignment"), &[]).await;
    close(&operator, first).await;
    let (same, second) = opened(&app, channel, "a", "Anna").await;
    assert_eq!(customer, same);
    assert_ne!(first, second, "a closed conversation is not opened again");

    let page = operator.get(&format!("/conversations/{first}")).await;
    page.assert_status(200).assert_has("#started time").assert_has("#ended time").assert_has(".log .convo time");
    page.assert_says("Where is my parcel?").assert_lacks("a[rel=prev]");
    assert_eq!(page.attribute("a[rel=next]", "href"), format!("/conversations/{second}"));
    assert!(page.select("a[rel=next]")[0].contains("Next conversation"));
    let page = operator.get(&format!("/conversations/{second}")).await;
    page.assert_has("#started time").assert_lacks("#ended").assert_lacks("a[rel=next]");
    assert_eq!(page.attribute("a[rel=prev]", "href"), format!("/conversations/{first}"));
    assert!(page.select("a[rel=prev]")[0].contains("More message history"));
    operator.htmx(&format!("/conversations/{first}"), "div#conversation").await.assert_region("conversation");
}

/// SEARCH-41, SEARCH-42: what was handed over and closed stands among the messages, with the notes to it.
#[actix_web::test]
async fn transfers_and_closings_stand_among_the_messages() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (_, id) = opened(&app, channel, "a", "Anna").await;
    let operator = app.sign_in(OPERATOR).await;
    post(&operator, &format!("/conversations/{id}/assignment"), &[]).await;
    let to = app.staff_id(SECOND_OPERATOR).to_string();
    post(&operator, &format!("/conversations/{id}/transfer"), &[("to", &to), ("note", "She asks for <b>Otto</b>")])
        .await;
    let second = app.sign_in(SECOND_OPERATOR).await;
    close(&second, id).await;

    let page = operator.get(&format!("/conversations/{id}")).await;
    page.assert_says("Otto Operator").assert_says("She asks for <b>Otto</b>").assert_says("All is well now");
    page.assert_silent_about("<b>Otto</b>");
    assert!(page.select(".sys").iter().any(|line| line.contains("Otto Operator")), "the transfer is told");
    assert!(page.select(".convo").iter().any(|line| line.contains("Otto Operator")), "the closing is told");
}

/// CUST-26, CUST-27, CUST-28, CUST-29, CUST-30, CUST-31: the details of a web customer's conversation say where they
/// came from; those of other channels do not.
#[actix_web::test]
async fn a_web_conversation_says_where_its_customer_came_from() {
    let app = spawn_app().await;
    let visit = VisitDetails {
        ip: Some("203.0.113.9".into()),
        region: Some("Kraków, Poland".into()),
        environment: Some("Firefox 140, Linux".into()),
        page_url: Some("https://shop.example/basket".into()),
        referrer: Some("https://news.example/".into()),
    };
    let channel = app.channel("web_chat");
    let letter = Letter { channel, address: "a", name: "Anna", visit: Some(visit), ..Letter::default() };
    let web = app.receives(letter).await.conversation.expect("a conversation").0;
    let (_, other) = opened(&app, app.channel("app"), "b", "Boris").await;
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/conversations/{web}")).await;
    for words in
        ["203.0.113.9", "Kraków, Poland", "Firefox 140, Linux", "https://shop.example/basket", "https://news.example/"]
    {
        page.assert_says(words);
    }
    operator.get(&format!("/conversations/{other}")).await.assert_status(200).assert_lacks("#visit");
}

#[actix_web::test]
async fn only_what_may_be_done_is_offered() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (customer, id) = opened(&app, channel, "a", "Anna").await;
    let (mine, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let path = format!("/conversations/{id}");
    mine.get(&path).await.assert_has(&format!("form[action='{path}/assignment']")).assert_has("#d-transfer");
    post(&mine, &format!("{path}/assignment"), &[("back", &path)]).await;
    mine.get(&path).await.assert_lacks(&format!("form[action='{path}/assignment']")).assert_has("#d-close");
    other.get(&path).await.assert_lacks("#d-transfer").assert_lacks("#d-close").assert_says("belongs to a colleague");
    close(&mine, id).await;
    let over = mine.get(&path).await;
    over.assert_lacks("#d-close").assert_has(&format!("a[href^='/customers/{customer}/message']"));
    mine.get("/conversations/999999").await.assert_status(404);
    mine.get("/conversations/abc").await.assert_status(404);
}

#[actix_web::test]
async fn what_a_reader_may_not_see_is_not_there() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (customer, id) = opened(&app, channel, "a", "Anna Kowalska").await;
    let theirs = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {theirs} WHERE id = {customer}"));
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/history").await.assert_status(200).assert_silent_about("Anna Kowalska");
    operator.get(&format!("/conversations/{id}")).await.assert_status(404);
    let owner = app.sign_in(SECOND_OPERATOR).await;
    owner.get("/history").await.assert_says("Anna Kowalska");
    app.anonymous().get("/history").await.assert_redirect("/login");
}

/// History of everyone is for those who oversee. An operator finds what they work or closed, what was theirs once, and whatever
/// their own customers had; the page of a conversation of another visible customer opens nevertheless.
#[actix_web::test]
async fn operators_find_what_they_had_a_part_in() {
    let app = spawn_app().await;
    let channel = app.channel("web_chat");
    let (olga, otto) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let mut of = vec![];
    for name in ["closed", "handed", "responsible", "theirs", "queued", "past"] {
        of.push(opened(&app, channel, name, name).await);
    }
    let [closed, handed, responsible, theirs, queued, past] = of[..] else { panic!("six") };
    let take = |id: i64| format!("/conversations/{id}/assignment");
    post(&olga, &take(closed.1), &[]).await;
    for (_, id) in [handed, past] {
        post(&olga, &take(id), &[]).await;
        let to = app.staff_id(SECOND_OPERATOR).to_string();
        post(&olga, &format!("/conversations/{id}/transfer"), &[("to", &to), ("note", "Yours")]).await;
    }
    for (_, id) in [responsible, theirs] {
        post(&otto, &take(id), &[]).await;
    }
    let me = app.staff_id(OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = NULL WHERE id = {}", past.0));
    app.execute(&format!("UPDATE customers SET responsible_id = {me} WHERE id = {}", responsible.0));
    // Somebody else's customer whose waiting conversation the operator ended, without having taken it.
    app.execute(&format!(
        "UPDATE conversations SET status = 'closed', closed_at = opened_at, closed_by_id = {me} WHERE id = {}",
        queued.1
    ));
    close(&olga, closed.1).await;
    close(&supervisor, past.1).await;
    let shown = async |client: &Client, tab: &str| {
        let mut rows = client.get(&format!("/history?tab={tab}")).await.attributes("tbody tr", "id");
        rows.sort();
        rows
    };
    let rows = |of: &[(i64, i64)]| {
        let mut rows: Vec<String> = of.iter().map(|(_, id)| format!("k{id}")).collect();
        rows.sort();
        rows
    };
    assert_eq!(shown(&olga, "history").await, rows(&[closed, queued, past]));
    assert_eq!(shown(&olga, "active").await, rows(&[handed, responsible]));
    assert_eq!(olga.get("/history").await.select(".tabs .count"), ["2"]);
    assert_eq!(shown(&otto, "history").await, rows(&[past]));
    assert_eq!(shown(&otto, "active").await, rows(&[handed, responsible, theirs]));
    assert_eq!(shown(&supervisor, "history").await, rows(&[closed, queued, past]));
    assert_eq!(shown(&supervisor, "active").await, rows(&[handed, responsible, theirs]));
    olga.get(&format!("/conversations/{}", theirs.1)).await.assert_status(200);
}
