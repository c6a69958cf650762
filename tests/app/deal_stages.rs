//! Settings, Pipelines: making, changing, ordering and deleting pipelines and their stages.

use crate::support::desk::Person;
use crate::support::{ADMIN, SUPERVISOR, TestApp, spawn_app};

const HERE: &str = "/settings/pipelines";

fn number(app: &TestApp, table: &str, name: &str) -> i64 {
    app.number(&format!("SELECT MIN(id) FROM {table} WHERE name = '{name}'"))
}

/// PRODUCT, section 2: admins make pipelines and their stages. A new pipeline has the stages New, In progress, Won, Lost; wrong
/// input is told at its field and kept; the same form sent twice works once; each step is in the audit log.
#[actix_web::test]
async fn pipelines_and_stages_are_made_and_changed() {
    let app = spawn_app().await;
    app.sign_in(SUPERVISOR).await.get(HERE).await.assert_status(403);
    let admin = app.sign_in(ADMIN).await;
    let empty = admin.get(HERE).await;
    empty.assert_says("No pipelines yet").assert_has("nav.tabs a[href='/settings/pipelines'][aria-current=page]");
    let fields = [("name", "Sales"), ("currency", "eur")];
    let done = admin.submit(&empty, "#new-pipeline", &fields).await;
    let sales = number(&app, "pipelines", "Sales");
    let url = format!("{HERE}/{sales}");
    done.assert_redirect(&url);
    admin.submit(&empty, "#new-pipeline", &[("name", "Twice"), ("currency", "EUR")]).await.assert_redirect(HERE);
    assert_eq!(app.number("SELECT COUNT(*) FROM pipelines WHERE currency = 'EUR'"), 1);
    let page = admin.get(&url).await;
    assert_eq!(page.select("li summary .tagx"), ["New", "In progress", "Won", "Lost"]);
    assert_eq!(app.number("SELECT COUNT(*) FROM deal_stages WHERE kind = 'open'"), 2);
    let list = admin.get(HERE).await;
    for (field, value, says) in [
        ("name", " ", "Enter a name."),
        ("name", "SALES", "There is a pipeline with this name already."),
        ("currency", "euro", "Enter the three letters of a currency."),
        ("currency", "1EU", "Enter the three letters of a currency."),
    ] {
        let mut fields = vec![("name", "Repairs"), ("currency", "USD")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let wrong = admin.submit(&list, "#new-pipeline", &fields).await;
        wrong.assert_status(422).assert_has(&format!("#{field}[aria-invalid=true]")).assert_says(says);
        assert_eq!(wrong.attribute(&format!("#{field}"), "value"), value);
    }
    admin.submit(&list, "#new-pipeline", &[("name", "Repairs"), ("currency", "RUB")]).await.assert_status(303);
    let fields = [("name", "Repairs"), ("currency", "USD")];
    admin
        .submit(&page, "#pipeline", &fields)
        .await
        .assert_status(422)
        .assert_says("There is a pipeline with this name");
    admin.submit(&page, "#pipeline", &[("currency", "USD")]).await.assert_redirect(&url);
    assert_eq!(app.text("SELECT currency FROM pipelines WHERE name = 'Sales'").unwrap(), "USD");
    let stage = [("name", "Talks"), ("hue", "5"), ("kind", "open")];
    admin.submit(&page, "#new-stage", &stage).await.assert_redirect(&url);
    admin.submit(&page, "#new-stage", &stage).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT COUNT(*) FROM deal_stages WHERE name = 'Talks' AND hue = 5"), 1, "sent twice");
    let talks = number(&app, "deal_stages", "Talks");
    let page = admin.get(&url).await;
    let form = format!("#stage-{talks}");
    for (field, value, says) in [
        ("name", "NEW", "This pipeline has a stage with this name already."),
        ("name", "", "Enter a name."),
        ("hue", "9", "Choose a colour."),
        ("kind", "x", "Choose what the stage means."),
    ] {
        let wrong = admin.submit(&page, &form, &[(field, value)]).await;
        wrong.assert_status(422).assert_has(&format!("#of-{talks} details[open]")).assert_says(says);
        let name = wrong.attribute(&format!("#s{talks}-name"), "value");
        assert_eq!(name, if field == "name" { value } else { "Talks" });
    }
    admin.submit(&page, &form, &[("name", "Offer"), ("kind", "won")]).await.assert_redirect(&url);
    assert_eq!(app.text(&format!("SELECT kind FROM deal_stages WHERE id = {talks}")).unwrap(), "won");
    // Of another pipeline.
    let other = format!("{HERE}/{}", number(&app, "pipelines", "Repairs"));
    admin.post_form(&format!("{other}/stages/{talks}"), &stage).await.assert_status(404);
    admin.post_form(&format!("{other}/stages/{talks}/delete"), &[]).await.assert_status(404);
    for (event, count) in
        [("pipeline.added", 2), ("pipeline.edited", 1), ("deal_stage.added", 1), ("deal_stage.edited", 1)]
    {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")), count, "{event}");
    }
    admin.get("/settings/audit").await.assert_says("Made a pipeline").assert_says("Name: Sales");
}

/// Both are moved past their neighbours; the button that was pressed keeps the focus.
#[actix_web::test]
async fn pipelines_and_stages_have_an_order() {
    let app = spawn_app().await;
    let stages = app.pipeline("A", &["One", "Two", "Three"]);
    app.pipeline("B", &[]);
    let admin = app.sign_in(ADMIN).await;
    let (upper, lower) = (number(&app, "pipelines", "A"), number(&app, "pipelines", "B").to_string());
    let fields = [("pipeline", lower.as_str()), ("step", "up")];
    let moved = admin.htmx_post(&format!("{HERE}/move"), "div#section", &fields).await;
    moved.assert_status(200).assert_has(&format!("#down-{lower}[autofocus]"));
    assert_eq!(moved.select("li a.order-name"), ["B", "A"]);
    let url = format!("{HERE}/{upper}");
    let third = stages[2].to_string();
    for _ in 0..3 {
        let fields = [("stage", third.as_str()), ("step", "up")];
        admin.post_form(&format!("{url}/stages/move"), &fields).await.assert_redirect(&url);
    }
    assert_eq!(admin.get(&url).await.select("li summary .tagx"), ["Three", "One", "Two"]);
    admin.post_form(&format!("{url}/stages/move"), &[("stage", "999"), ("step", "up")]).await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'deal_stage.moved'"), 2);
}

/// A stage or a pipeline that has deals is not deleted, and says how many they are. Without them it goes.
#[actix_web::test]
async fn what_has_deals_is_not_deleted() {
    let app = spawn_app().await;
    let stages = app.pipeline("Sales", &["New", "Won"]);
    let anna = app.customer(Person::named("Anna"));
    let one = app.deal(anna, stages[0], "Chairs");
    app.deal(anna, stages[0], "Tables");
    let admin = app.sign_in(ADMIN).await;
    let url = format!("{HERE}/{}", number(&app, "pipelines", "Sales"));
    let page = admin.get(&url).await;
    assert_eq!(page.select(&format!("a[href='/inbox?deal_stage={}']", stages[0])), ["2 deals: New"]);
    let ask = admin.get(&format!("{url}/stages/{}/delete", stages[0])).await;
    let kept = admin.submit(&ask, "#delete-pipeline", &[]).await;
    kept.assert_status(422).assert_says("2 deals stand on this stage.").assert_lacks(".btn-danger");
    let ask = admin.get(&format!("{url}/delete")).await;
    let kept = admin.submit(&ask, "#delete-pipeline", &[]).await;
    kept.assert_status(422).assert_says("2 deals stand in this pipeline.");
    assert_eq!(app.number("SELECT COUNT(*) FROM deal_stages"), 2);
    // One without.
    let free = admin.get(&format!("{url}/stages/{}/delete", stages[1])).await;
    admin.submit(&free, "#delete-pipeline", &[]).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT COUNT(*) FROM deal_stages"), 1);
    app.execute(&format!("DELETE FROM deals WHERE id <> {one}"));
    app.db.written_elsewhere();
    admin.submit(&ask, "#delete-pipeline", &[]).await.assert_says("1 deal stands in this pipeline.");
    app.execute("DELETE FROM deals");
    app.db.written_elsewhere();
    admin.submit(&ask, "#delete-pipeline", &[]).await.assert_redirect(HERE);
    assert_eq!(app.number("SELECT (SELECT COUNT(*) FROM pipelines) + (SELECT COUNT(*) FROM deal_stages)"), 0);
    admin.get(&url).await.assert_status(404);
}
