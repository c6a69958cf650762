//! Where customers are: moved by staff and by programs, filtered by, and written into files.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app_api;
use crate::support::desk::Person;
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, TestApp, eventually, spawn_app};

async fn put(client: &Client, customer: i64, block: &str) {
    client.post_form(&format!("/customers/{customer}/funnel-block"), &[("block", block)]).await.assert_status(303);
}

async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/inbox?{query}")).await;
    page.assert_status(200);
    let mut names = page.select(".cc .cc-a");
    names.sort();
    names
}

fn entries(app: &TestApp, customer: i64) -> i64 {
    app.number(&format!("SELECT COUNT(*) FROM funnel_entries WHERE customer_id = {customer}"))
}

/// Staff move a customer in the profile and beside the conversation, into a block and out of the funnel. Nothing is sent; open
/// pages hear of it; whom they do not see is not there.
#[actix_web::test]
async fn staff_move_a_customer() {
    let app = spawn_app().await;
    let other = app.staff_id(SECOND_OPERATOR);
    let anna = app.customer(Person::named("Anna"));
    let hidden = app.customer(Person { name: "Vera", responsible: Some(other), ..Person::default() });
    let operator = app.sign_in(OPERATOR).await;
    let (profile, inbox) = (format!("/customers/{anna}"), format!("/inbox/{anna}"));
    for page in [&profile, &inbox] {
        operator.get(page).await.assert_lacks("#funnel-block");
    }
    let blocks = app.funnel("Welcome", &[("Greeting", "Hello!"), ("Question", "What?")]);
    app.funnel("After the sale", &[("Wishes", "")]);
    let mut events = operator.events(&format!("/live?customer={anna}")).await;
    let page = operator.get(&profile).await;
    assert_eq!(page.attributes("#funnel-block optgroup", "label"), ["Welcome", "After the sale"]);
    let question = blocks[1].to_string();
    operator.submit(&page, "#funnel-block", &[("block", &question)]).await.assert_redirect(&profile);
    events.until("chat").await;
    for page in [&profile, &inbox] {
        let page = operator.get(page).await;
        page.assert_has(&format!("#funnel-block option[value='{question}'][selected]"));
    }
    // The same once more changes nothing.
    put(&operator, anna, &question).await;
    assert_eq!(entries(&app, anna), 1);
    let page = operator.get(&inbox).await;
    operator.submit(&page, "#funnel-block", &[("block", "")]).await.assert_redirect(&inbox);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnel_places"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM messages"), 0);
    for wrong in ["999", "x"] {
        let answer = operator.post_form(&format!("{profile}/funnel-block"), &[("block", wrong)]).await;
        answer.assert_status(422).assert_says("Choose a block that is there.");
    }
    let fields = [("business_name", "Northwind"), ("language", "en"), ("operators_see_others", "false")];
    let admin = app.sign_in(ADMIN).await;
    admin.post_form("/settings/general", &fields).await.assert_status(303);
    let unseen = operator.post_form(&format!("/customers/{hidden}/funnel-block"), &[("block", &question)]).await;
    unseen.assert_status(404);
    for (event, count) in [("customer.funnel_moved", 1), ("customer.funnel_left", 1)] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")), count, "{event}");
    }
    admin.get(&format!("/settings/audit?customer={anna}")).await.assert_says("Name: Welcome / Question");
}

/// LIST-52, LIST-53: the filter by the block "Greeting" shows all customers in the greeting block; several blocks are joined by
/// OR, with other filters by AND. The address, the panel, saved filters and what is done to all go by it.
#[actix_web::test]
async fn customers_are_filtered_by_their_block() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", &[("Greeting", "Hello!"), ("Question", "What?")]);
    let wishes = app.funnel("After the sale", &[("Wishes", "")])[0];
    let [a, b, c, d] = ["A", "B", "C", "D"].map(|name| app.customer(Person::named(name)));
    let operator = app.sign_in(OPERATOR).await;
    for (customer, block) in [(a, blocks[0]), (b, blocks[0]), (c, blocks[1]), (d, wishes)] {
        put(&operator, customer, &block.to_string()).await;
    }
    put(&operator, b, "").await;
    put(&operator, b, &blocks[0].to_string()).await;
    let vip = app.tag("VIP", 1);
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({b}, {vip}), ({d}, {vip})"));
    let of = |block: i64| format!("funnel_block={block}");
    let (greeting, question) = (of(blocks[0]), of(blocks[1]));
    for (query, wanted) in [
        (greeting.clone(), &["A", "B"][..]),
        (format!("{greeting}&{question}"), &["A", "B", "C"]),
        (format!("{greeting}&{}&tag={vip}", of(wishes)), &["B", "D"]),
        (format!("{greeting}&sort=created"), &["A", "B"]),
        (format!("{greeting}&search=a"), &["A"]),
        ("funnel_block=999".into(), &[]),
        ("funnel_block=x".into(), &["A", "B", "C", "D"]),
    ] {
        assert_eq!(listed(&operator, &query).await, wanted, "{query}");
    }
    operator.get(&format!("/inbox?{greeting}")).await.assert_says("Funnel blocks: Welcome / Greeting");
    operator.get("/inbox?funnel_block=999").await.assert_says("Funnel blocks: deleted");
    let panel = operator.get(&format!("/inbox/filters?{greeting}")).await;
    panel.assert_has(&format!("input[name=funnel_block][value='{}'][checked]", blocks[0]));
    let groups = panel.select("[aria-labelledby=ff-funnel_block] > div");
    assert_eq!(groups, ["Welcome", "After the sale"]);
    let shown = operator.submit(&panel, "#filter_form", &[("show", "1")]).await;
    shown.assert_redirect(&format!("/inbox?{greeting}"));
    let save = operator.get(&format!("/inbox/filters/new?{greeting}&{question}")).await;
    save.assert_says("Funnel blocks: Welcome / Greeting, Welcome / Question");
    operator.submit(&save, "#saved_filter", &[("name", "In the flow")]).await.assert_status(303);
    let query = app.text("SELECT query FROM saved_filters").unwrap();
    assert_eq!(query, format!("{greeting}&{question}"));
    // All who match, not only those who are shown.
    let all = [("all", "1"), ("filters", greeting.as_str()), ("action", "unread")];
    operator.post_form("/inbox/bulk", &all).await.assert_status(303);
    app.jobs_done().await;
    let unread = "SELECT SUM(id) FROM customers WHERE unread_count > 0";
    assert_eq!(app.number(unread), a + b);
}

/// CUST-40: a file has the block that a customer is in, and those that they have been in, each with its time, deleted ones too.
#[actix_web::test]
async fn files_have_the_block_and_its_history() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", &[("Greeting", "Hello!"), ("Question", "What?")]);
    let (anna, boris) = (app.customer(Person::named("Anna")), app.customer(Person::named("Boris")));
    app.execute(&format!(
        "INSERT INTO funnel_entries (customer_id, block_id, entered_at) VALUES ({anna}, 4711, '2026-01-10 20:30:00'), \
         ({anna}, {}, '2026-01-10 20:31:05'); INSERT INTO funnel_places (customer_id, block_id) VALUES ({anna}, {})",
        blocks[1], blocks[1]
    ));
    let admin = app.sign_in(ADMIN).await;
    let file = async |form: &str| {
        let page = admin.get(form).await;
        admin.submit(&page, "#export_form", &[("format", "csv")]).await.assert_redirect("/exports");
        let id = app.number("SELECT MAX(id) FROM exports");
        let state = format!("SELECT state FROM exports WHERE id = {id} AND state <> 'making'");
        eventually("the export has ended", async || app.text(&state)).await;
        admin.get(&format!("/exports/{id}/file")).await
    };
    let rows = file("/customers/export?period=all").await.text;
    let row = |id: i64| rows.lines().find(|row| row.starts_with(&format!("{id},"))).expect("a row").to_owned();
    let wanted = format!(",{},4711 2026-01-10T20:30:00+00:00; {} 2026-01-10T20:31:05+00:00,", blocks[1], blocks[1]);
    assert!(row(anna).contains(&wanted), "{}", row(anna));
    assert!(row(boris).ends_with(",,,,"), "{}", row(boris));
    // The inbox's filter holds for its file.
    let text = file(&format!("/inbox/export?funnel_block={}", blocks[1])).await.text;
    assert_eq!(text.lines().count(), 2, "{text}");
}

/// A bot that runs elsewhere reads where its customer is, and moves them; nothing is sent.
#[actix_web::test]
async fn a_program_moves_its_customer() {
    let (app, program) = app_api::desk().await;
    let blocks = app.funnel("Welcome", &[("Greeting", "Hello!"), ("Question", "What?")]);
    let address = format!("{}/funnel-block", app_api::ANNA);
    let send = async |body: Value| program.page(program.request(Method::PUT, &address).json(&body)).await;
    send(json!({ "block": blocks[0] })).await.assert_status(404);
    let anna = app_api::customer_with_messages(&app, &program, 1).await;
    // She was greeted, which her app hears of as it does of staff.
    let events = program.get("/api/v1/events").await.json();
    assert_eq!(events["events"][0]["data"]["message"]["kind"], "bot");
    assert_eq!(events["events"][0]["data"]["message"]["text"], "Hello!");
    let here = program.get(&address).await.json();
    assert_eq!(here, json!({ "block": { "id": blocks[0], "name": "Greeting", "funnel": "Welcome" } }));
    let moved = send(json!({ "block": blocks[1] })).await;
    moved.assert_status(200);
    assert_eq!(moved.json()["block"]["name"], "Question");
    for wrong in [json!({ "block": 999 }), json!({}), json!({ "block": "x" })] {
        send(wrong).await.assert_status(422);
    }
    assert_eq!(entries(&app, anna), 2);
    assert_eq!(send(json!({ "block": null })).await.json(), json!({ "block": null }));
    assert_eq!(program.get(&address).await.json(), json!({ "block": null }));
    assert_eq!(app.number("SELECT COUNT(*) FROM messages WHERE kind = 'bot'"), 1);
    // The audit log names the program.
    for event in ["customer.funnel_moved", "customer.funnel_left"] {
        let entries = format!(
            "SELECT COUNT(*) FROM audit_events WHERE event = '{event}' AND customer_id = {anna} AND staff_id IS NULL \
             AND actor = (SELECT name FROM api_tokens)"
        );
        assert_eq!(app.number(&entries), 1, "{event}");
    }
    let described = program.get("/api/v1/openapi.json").await.json();
    let paths = &described["paths"]["/api/v1/customers/{external_id}/funnel-block"];
    assert!(paths["get"].is_object() && paths["put"].is_object(), "{paths}");
}
