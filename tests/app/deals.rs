//! Deals of customers, and the inbox's filter by their stages.

use reqwest::Method;
use serde_json::{Value, json};

use crate::app_api;
use crate::support::desk::Person;
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, TestApp, spawn_app};

fn deals(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM deals")
}

async fn listed(client: &Client, query: &str) -> Vec<String> {
    let page = client.get(&format!("/inbox?{query}")).await;
    page.assert_status(200);
    let mut names = page.select(".cc .cc-a");
    names.sort();
    names
}

/// PRODUCT, section 1: a deal is of a customer. Staff add, change, move and delete it in the profile and beside the conversation;
/// wrong input is told at its field and kept, the same form sent twice works once, open pages hear of it, each step is in the
/// audit log.
#[actix_web::test]
async fn staff_work_with_a_customers_deals() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let operator = app.sign_in(OPERATOR).await;
    let (profile, inbox) = (format!("/customers/{anna}"), format!("/inbox/{anna}"));
    operator.get(&profile).await.assert_lacks("#deals");
    operator.get(&inbox).await.assert_lacks(&format!("#sec-deals-{anna}"));
    let stages = app.pipeline("Sales", &["New", "Won"]);
    operator.get(&profile).await.assert_has("#deals").assert_says("No deals yet.");
    let mut events = operator.events(&format!("/live?customer={anna}")).await;
    let form = operator.get(&format!("{profile}/deals/new?back={inbox}")).await;
    let new = stages[0].to_string();
    for (field, value, says) in [
        ("title", " ", "Enter a title."),
        ("amount", "many", "Enter an amount like 1200 or 99.50."),
        ("amount", "-5", "Enter an amount like 1200 or 99.50."),
        ("stage", "999", "Choose a stage."),
    ] {
        let mut fields = vec![("title", "Ten chairs"), ("amount", "12"), ("stage", &new)];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let wrong = operator.submit(&form, "#deal_form", &fields).await;
        wrong.assert_status(422).assert_has(&format!("#{field}[aria-invalid=true]")).assert_says(says);
        let kept = if field == "title" { ("amount", "12") } else { ("title", "Ten chairs") };
        assert_eq!(wrong.attribute(&format!("#{}", kept.0), "value"), kept.1);
    }
    let fields = [("title", "Ten chairs"), ("amount", "1 234,5"), ("stage", new.as_str())];
    operator.submit(&form, "#deal_form", &fields).await.assert_redirect(&inbox);
    operator.submit(&form, "#deal_form", &fields).await.assert_redirect(&inbox);
    events.until("chat").await;
    assert_eq!(app.number("SELECT amount FROM deals"), 123_450);
    for page in [&profile, &inbox] {
        let page = operator.get(page).await;
        page.assert_says("Ten chairs").assert_says("Sales / New").assert_says("1234.50 EUR");
    }
    let url = format!("{profile}/deals/{}", app.number("SELECT id FROM deals"));
    let form = operator.get(&url).await;
    assert_eq!(form.attribute("#amount", "value"), "1234.50");
    form.assert_has(&format!("option[value='{new}'][selected]"));
    // Nothing changed.
    operator.submit(&form, "#deal_form", &[]).await.assert_redirect(&profile);
    operator.submit(&form, "#deal_form", &[("amount", "")]).await.assert_redirect(&profile);
    let long_ago = "UPDATE deals SET moved_at = '2026-01-05 09:00:00'";
    app.execute(long_ago);
    let form = operator.get(&url).await;
    operator.submit(&form, "#deal_form", &[("title", "Eleven chairs")]).await.assert_status(303);
    let kept = "SELECT COUNT(*) FROM deals WHERE amount IS NULL AND moved_at = '2026-01-05 09:00:00'";
    assert_eq!(app.number(kept), 1, "only a move is a move");
    let form = operator.get(&url).await;
    operator.submit(&form, "#deal_form", &[("stage", &stages[1].to_string())]).await.assert_status(303);
    assert_eq!(app.number(kept), 0);
    assert_eq!(app.number("SELECT stage_id FROM deals"), stages[1]);
    let ask = operator.get(&format!("{url}/delete?back={inbox}")).await;
    ask.assert_says("This cannot be undone.");
    assert_eq!(deals(&app), 1);
    operator.submit(&ask, "#delete-deal", &[]).await.assert_redirect(&inbox);
    assert_eq!(deals(&app), 0);
    operator.get(&url).await.assert_status(404);
    for (event, count) in [("deal_added", 1), ("deal_edited", 2), ("deal_moved", 1), ("deal_deleted", 1)] {
        let noted =
            format!("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.{event}' AND customer_id = {anna}");
        assert_eq!(app.number(&noted), count, "{event}");
    }
    let log = app.sign_in(ADMIN).await.get(&format!("/settings/audit?customer={anna}")).await;
    log.assert_says("Added a deal").assert_says("Name: Ten chairs: Sales / New");
}

/// Two change one deal: the second is asked, sees what the first wrote and keeps what they typed; who types the same as the
/// first is not. Saved once more, it goes through.
#[actix_web::test]
async fn who_has_not_seen_a_change_is_asked() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let stages = app.pipeline("Sales", &["New", "Won"]);
    let deal = app.deal(anna, stages[0], "Chairs");
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(ADMIN).await);
    let url = format!("/customers/{anna}/deals/{deal}");
    let form = one.get(&url).await;
    other.submit(&form, "#deal_form", &[("amount", "10"), ("stage", &stages[1].to_string())]).await.assert_status(303);
    one.submit(&form, "#deal_form", &[("amount", "10,00"), ("stage", &stages[1].to_string())]).await.assert_status(303);
    let asked = one.submit(&form, "#deal_form", &[("title", "Ten chairs")]).await;
    asked.assert_status(422).assert_says("Somebody else changed this deal meanwhile.").assert_says("Sales / Won");
    assert_eq!(asked.select("#deal_form dt"), ["Title", "Amount", "Stage"]);
    assert_eq!(asked.attribute("#title", "value"), "Ten chairs");
    let stored = "SELECT COUNT(*) FROM deals WHERE title = 'Chairs' AND amount = 1000";
    assert_eq!(app.number(stored), 1, "the second has overwritten the first");
    one.submit(&asked, "#deal_form", &[]).await.assert_redirect(&format!("/customers/{anna}"));
    assert_eq!(app.text("SELECT title FROM deals").as_deref(), Some("Ten chairs"));
}

/// A deal goes to the next stage, or to any other, in one click from the profile and beside the conversation. Who has not seen
/// that somebody else has moved it is told; the same click twice is one.
#[actix_web::test]
async fn a_deal_moves_in_one_click() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let stages = app.pipeline("Sales", &["New", "Talks", "Won", "Lost"]);
    app.execute("UPDATE deal_stages SET kind = 'won' WHERE name = 'Won'");
    app.execute("UPDATE deal_stages SET kind = 'lost' WHERE name = 'Lost'");
    app.db.written_elsewhere();
    let deal = app.deal(anna, stages[0], "Chairs");
    let alone = app.pipeline("Repairs", &["Only"])[0];
    app.deal(anna, alone, "Table");
    let operator = app.sign_in(OPERATOR).await;
    let (profile, inbox) = (format!("/customers/{anna}"), format!("/inbox/{anna}"));
    let url = format!("{profile}/deals/{deal}/stage");
    let form = format!("form[action='{url}']");
    let here = operator.get(&profile).await;
    assert_eq!(
        here.attributes("form[action$='/stage']", "action"),
        [url.as_str()],
        "nowhere to go from the only stage"
    );
    assert_eq!(here.select(&format!("{form} > button[name=stage]")), ["Talks"]);
    let at = || app.number(&format!("SELECT stage_id FROM deals WHERE id = {deal}"));
    let seen = stages[0].to_string();
    let to = |stage: i64| [("stage", stage.to_string()), ("seen", seen.clone())];
    let send = async |stage: i64| {
        let fields = to(stage);
        let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
        operator.post_form(&url, &fields).await
    };
    send(stages[1]).await.assert_redirect(&profile);
    send(stages[1]).await.assert_redirect(&profile);
    assert_eq!(at(), stages[1]);
    let late = send(stages[2]).await;
    late.assert_status(409).assert_says("Somebody else has moved this deal to “Sales / Talks” meanwhile.");
    assert_eq!(at(), stages[1]);
    let side = operator.get(&inbox).await;
    assert_eq!(side.select(&format!("{form} > button[name=stage]")), ["Won"]);
    assert_eq!(side.select(&format!("{form} .menu button[name=stage]")), ["New", "Won", "Lost"]);
    operator.submit(&side, &form, &[("stage", &stages[3].to_string())]).await.assert_redirect(&inbox);
    assert_eq!(at(), stages[3]);
    // From an end there is no next one.
    let side = operator.get(&inbox).await;
    side.assert_lacks(&format!("{form} > button[name=stage]")).assert_has(&format!("{form} .menu button[name=stage]"));
    for wrong in ["x", "", "999"] {
        let answer = operator.post_form(&url, &[("stage", wrong)]).await;
        assert!(answer.status.is_client_error(), "{wrong}");
    }
    let moved = "SELECT COUNT(*) FROM audit_events WHERE event = 'customer.deal_moved'";
    assert_eq!(app.number(moved), 2);
    assert_eq!(app.number("SELECT COUNT(*) FROM deals WHERE title = 'Chairs'"), 1);
}

/// A program reads the pipelines and the deals of its customer, makes them once, changes and moves them; what does not fit is
/// told at its field, and what others have moved meanwhile stays.
#[actix_web::test]
async fn a_program_works_with_deals() {
    let (app, program) = app_api::desk().await;
    let stages = app.pipeline("Sales", &["New", "Won"]);
    let deals = format!("{}/deals", app_api::ANNA);
    program.get(&deals).await.assert_status(404);
    let anna = app_api::customer_with_messages(&app, &program, 1).await;
    assert_eq!(program.get(&deals).await.json(), json!({ "deals": [] }));
    let pipelines = program.get("/api/v1/pipelines").await.json();
    assert_eq!(pipelines["pipelines"][0]["stages"][1]["name"], "Won");
    let send = async |method: Method, address: &str, body: Value| {
        program.page(program.request(method, address).json(&body)).await
    };
    let uuid = "8d4ac8ca-2d1c-4b65-9f4e-6d6b2c6e9d01";
    let new = json!({ "client_uuid": uuid, "title": "Ten chairs", "amount": 123_450, "stage": stages[0] });
    let wrong = |field: &str, value: Value| {
        let mut body = new.clone();
        body[field] = value;
        body
    };
    for (field, value) in [
        ("title", json!(" ")),
        ("amount", json!(-1)),
        ("amount", json!(i64::MAX)),
        ("stage", json!(999)),
        ("client_uuid", json!("x")),
    ] {
        let answer = send(Method::POST, &deals, wrong(field, value)).await;
        answer.assert_status(422);
        assert_eq!(answer.json()["error"]["field"], field);
    }
    let made = send(Method::POST, &deals, new.clone()).await;
    made.assert_status(201);
    send(Method::POST, &deals, wrong("client_uuid", json!(uuid.to_uppercase()))).await.assert_status(200);
    let listed = program.get(&deals).await.json();
    assert_eq!(listed["deals"], json!([made.json()]));
    let first = &listed["deals"][0];
    assert_eq!(
        (&first["amount"], &first["pipeline"], &first["stage"]["name"]),
        (&json!(123_450), &json!("Sales"), &json!("New"))
    );
    let url = format!("{deals}/{}", first["id"]);
    let moved = send(Method::PUT, &url, json!({ "stage": stages[1], "seen_stage": stages[0] })).await.json();
    assert_eq!(
        (&moved["stage"]["id"], &moved["title"], &moved["amount"]),
        (&json!(stages[1]), &first["title"], &first["amount"])
    );
    send(Method::PUT, &url, json!({ "stage": stages[0], "seen_stage": stages[0] })).await.assert_status(409);
    assert_eq!(send(Method::PUT, &url, json!({ "stage": 999 })).await.json()["error"]["field"], "stage");
    let emptied = send(Method::PUT, &url, json!({ "amount": null, "title": "Chairs" })).await.json();
    assert_eq!(
        (&emptied["amount"], &emptied["title"], &emptied["stage"]["name"]),
        (&Value::Null, &json!("Chairs"), &json!("Won"))
    );
    send(Method::PUT, &format!("{deals}/999"), json!({})).await.assert_status(404);
    let by = "SELECT COUNT(*) FROM audit_events WHERE actor LIKE 'API: %' AND staff_id IS NULL AND event LIKE 'customer.deal%'";
    assert_eq!(app.number(by), 3);
    let operator = app.sign_in(OPERATOR).await;
    operator.get(&format!("/customers/{anna}")).await.assert_says("Chairs").assert_says("Sales / Won");
}

/// A program deletes a deal of its customer, once; those of others are not there for it. The log says who it was.
#[actix_web::test]
async fn a_program_deletes_a_deal() {
    let (app, program) = app_api::desk().await;
    let stage = app.pipeline("Sales", &["New"])[0];
    let anna = app_api::customer_with_messages(&app, &program, 1).await;
    let (hers, other) = (app.deal(anna, stage, "Chairs"), app.customer(Person::named("Ewa")));
    let ewas = app.deal(other, stage, "Tables");
    let delete = async |by: &Client, deal: i64| {
        by.page(by.request(Method::DELETE, &format!("{}/deals/{deal}", app_api::ANNA))).await
    };
    delete(&app.anonymous(), hers).await.assert_status(401);
    delete(&program, ewas).await.assert_status(404);
    let document = program.get("/api/v1/openapi.json").await.json();
    assert!(document["paths"]["/api/v1/customers/{external_id}/deals/{deal}"]["delete"].is_object());
    delete(&program, hers).await.assert_status(204);
    delete(&program, hers).await.assert_status(404);
    assert_eq!(app.text("SELECT title FROM deals").as_deref(), Some("Tables"));
    let noted = format!(
        "SELECT actor FROM audit_events WHERE event = 'customer.deal_deleted' AND customer_id = {anna} AND staff_id IS NULL"
    );
    assert_eq!(app.text(&noted).as_deref(), Some("API: app"));
}

/// Whom one does not see has no deals to work with, and a deal of another customer is not there. A customer who is deleted
/// takes theirs along.
#[actix_web::test]
async fn deals_are_of_their_customer() {
    let app = spawn_app().await;
    let other = app.staff_id(SECOND_OPERATOR);
    let anna = app.customer(Person::named("Anna"));
    let hidden = app.customer(Person { name: "Vera", responsible: Some(other), ..Person::default() });
    let stage = app.pipeline("Sales", &["New"])[0];
    let (hers, veras) = (app.deal(anna, stage, "Chairs"), app.deal(hidden, stage, "Tables"));
    let (operator, admin) = (app.sign_in(OPERATOR).await, app.sign_in(ADMIN).await);
    let fields = [("business_name", "Northwind"), ("language", "en"), ("operators_see_others", "false")];
    admin.post_form("/settings/general", &fields).await.assert_status(303);
    let stage = stage.to_string();
    let fields = [("title", "Mine"), ("stage", stage.as_str())];
    for (customer, deal) in [(hidden, veras), (anna, veras), (999, hers)] {
        let url = format!("/customers/{customer}/deals/{deal}");
        operator.get(&url).await.assert_status(404);
        operator.get(&format!("{url}/delete")).await.assert_status(404);
        operator.post_form(&url, &fields).await.assert_status(404);
        operator.post_form(&format!("{url}/delete"), &[]).await.assert_status(404);
    }
    operator.get(&format!("/customers/{hidden}/deals/new")).await.assert_status(404);
    operator.post_form(&format!("/customers/{hidden}/deals"), &fields).await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM deals WHERE title IN ('Chairs', 'Tables')"), 2);
    let ask = admin.get(&format!("/customers/{anna}/delete")).await;
    let count = ask.select("#records")[0].clone();
    admin.submit(&ask, "#delete_form", &[("count", &count)]).await.assert_status(303);
    assert_eq!(deals(&app), 1);
}

/// LIST-70: the filter "Deal stage from the built-in CRM" shows all customers on the selected stages; several are joined by OR,
/// with other filters by AND. The address, the panel, saved filters, files and what is done to all go by it.
#[actix_web::test]
async fn customers_are_filtered_by_their_deals_stage() {
    let app = spawn_app().await;
    let sales = app.pipeline("Sales", &["New", "Won"]);
    let repairs = app.pipeline("Repairs", &["New"])[0];
    let [a, b, c, d, _] = ["A", "B", "C", "D", "E"].map(|name| app.customer(Person::named(name)));
    for (customer, stage) in [(a, sales[0]), (b, sales[0]), (b, sales[1]), (b, sales[0]), (c, sales[1]), (d, repairs)] {
        app.deal(customer, stage, "Chairs");
    }
    let vip = app.tag("VIP", 1);
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({b}, {vip}), ({d}, {vip})"));
    app.db.written_elsewhere();
    let of = |stage: i64| format!("deal_stage={stage}");
    let (new, won) = (of(sales[0]), of(sales[1]));
    let operator = app.sign_in(OPERATOR).await;
    for (query, wanted) in [
        (new.clone(), &["A", "B"][..]),
        (format!("{new}&{won}"), &["A", "B", "C"]),
        (format!("{new}&{}&tag={vip}", of(repairs)), &["B", "D"]),
        (format!("{new}&sort=created"), &["A", "B"]),
        (format!("{new}&search=a"), &["A"]),
        ("deal_stage=999".into(), &[]),
        ("deal_stage=x".into(), &["A", "B", "C", "D", "E"]),
    ] {
        assert_eq!(listed(&operator, &query).await, wanted, "{query}");
    }
    operator.get(&format!("/inbox?{new}")).await.assert_says("Deal stages: Sales / New");
    operator.get("/inbox?deal_stage=999").await.assert_says("Deal stages: deleted");
    let panel = operator.get(&format!("/inbox/filters?{new}")).await;
    panel.assert_has(&format!("input[name=deal_stage][value='{}'][checked]", sales[0]));
    assert_eq!(panel.select("[aria-labelledby=ff-deal_stage] > div"), ["Sales", "Repairs"]);
    operator.submit(&panel, "#filter_form", &[("show", "1")]).await.assert_redirect(&format!("/inbox?{new}"));
    let save = operator.get(&format!("/inbox/filters/new?{new}&{won}")).await;
    save.assert_says("Deal stages: Sales / New, Sales / Won");
    operator.submit(&save, "#saved_filter", &[("name", "Buyers")]).await.assert_status(303);
    assert_eq!(app.text("SELECT query FROM saved_filters").unwrap(), format!("{new}&{won}"));
    // All who match, not only those who are shown.
    let all = [("all", "1"), ("filters", new.as_str()), ("action", "unread")];
    operator.post_form("/inbox/bulk", &all).await.assert_status(303);
    app.jobs_done().await;
    assert_eq!(app.number("SELECT SUM(id) FROM customers WHERE unread_count > 0"), a + b);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/inbox/export?{}", of(repairs))).await;
    admin.submit(&page, "#export_form", &[("format", "csv")]).await.assert_redirect("/exports");
    app.jobs_done().await;
    let file = admin.get(&format!("/exports/{}/file", app.number("SELECT MAX(id) FROM exports"))).await.text;
    assert_eq!(file.lines().count(), 2, "{file}");
    assert!(file.lines().any(|line| line.starts_with(&format!("{d},"))), "{file}");
}
