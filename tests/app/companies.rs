//! Companies: list, form, members.

use crate::support::desk::Person;
use crate::support::{Client, OPERATOR, Page, spawn_app};

async fn create(client: &Client, name: &str) -> Page {
    let page = client.get("/companies/new").await;
    let made =
        client.submit(&page, "form#company_form", &[("name", name), ("domain", "https://www.Harbour.example/")]).await;
    client.follow(&made).await
}

/// CONT-08, CONT-12, CONT-33: + makes a company with name, domain and note; the search of its tab finds it, and no contact.
#[actix_web::test]
async fn a_company_is_made_found_and_edited() {
    let app = spawn_app().await;
    app.customer(Person::named("Harbour Anna"));
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/companies").await;
    assert_eq!(page.attribute(".pane-h a", "href"), "/companies/new");
    let shown = create(&client, "Harbour & Sons Ltd").await;
    shown.assert_says("Harbour & Sons Ltd").assert_says("harbour.example");
    let found = client.htmx("/companies?q=HARBOUR", "div#company_list").await;
    assert_eq!(found.assert_region("company_list").select(".cc-a"), ["Harbour & Sons Ltd"]);
    client.get("/companies?q=anna").await.assert_says("No such company");
    let edit = client.get(&shown.attribute(".phead a[href*=edit]", "href")).await;
    let saved = client.submit(&edit, "form#company_form", &[("note", "Pays late")]).await;
    client.follow(&saved).await.assert_says("Pays late");
}

/// CONT-12: a company without a name, or with what is no domain, is refused at the field; one form makes one company.
#[actix_web::test]
async fn a_company_form_is_checked_and_works_once() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/companies/new").await;
    client
        .submit(&page, "form#company_form", &[("name", " \u{200b} ")])
        .await
        .assert_status(422)
        .assert_has("#name-err");
    let wrong = client.submit(&page, "form#company_form", &[("name", "A"), ("domain", "<script>")]).await;
    wrong.assert_status(422).assert_has("#domain-err");
    assert_eq!(wrong.attribute("input#domain", "value"), "<script>");
    let long = "x".repeat(201);
    client.submit(&page, "form#company_form", &[("name", &long)]).await.assert_status(422).assert_has("#name-err");
    for _ in 0..2 {
        client.submit(&page, "form#company_form", &[("name", "Twice")]).await.assert_status(303);
    }
    assert_eq!(app.number("SELECT count(*) FROM companies"), 1);
    client.get("/companies/999").await.assert_status(404);
    client.post_form("/companies/999/edit", &[("name", "A")]).await.assert_status(404);
    client.post_form("/companies/999/members", &[("add", "1")]).await.assert_status(404);
}

/// Two people edit: the second sees what the first saved and is asked. The same form sent twice, or typed twice, asks nothing.
#[actix_web::test]
async fn a_stale_company_form_asks() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let shown = create(&client, "Harbour").await;
    let stale = client.get(&format!("{}/edit", shown.path)).await;
    for _ in 0..2 {
        client.submit(&stale, "form#company_form", &[("name", "First")]).await.assert_redirect(&shown.path);
    }
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event = 'company.edited'"), 1);
    let asked = client.submit(&stale, "form#company_form", &[("name", "Second")]).await;
    asked.assert_status(422).assert_says("First").assert_says("Somebody else changed");
    assert_eq!(asked.attribute("input#name", "value"), "Second");
    client.submit(&asked, "form#company_form", &[]).await.assert_status(303);
    assert_eq!(app.text("SELECT name FROM companies").as_deref(), Some("Second"));
}

/// CONT-33: members are added and removed; a customer belongs to at most one company; a deleted company leaves them. Open pages
/// that show a member hear of a new name, and of the end.
#[actix_web::test]
async fn a_customer_belongs_to_at_most_one_company() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", email: "anna@example.com", ..Person::default() });
    let client = app.sign_in(OPERATOR).await;
    let (one, other) = (create(&client, "One").await.path, create(&client, "Other").await.path);
    let found = client.get(&format!("{one}?find=ANN")).await;
    client.submit(&found, "form.member", &[]).await.assert_redirect(&one);
    client.get(&one).await.assert_has(&format!("#members a[href='/contacts/{anna}']"));
    let found = client.get(&format!("{other}?find=anna")).await;
    found.assert_says("leaves another company");
    client.submit(&found, "form.member", &[]).await.assert_status(303);
    client.get(&one).await.assert_lacks("#members");
    // A stale page of the first company takes nobody out of the second.
    client.post_form(&format!("{one}/members"), &[("remove", &anna.to_string())]).await.assert_status(303);
    let shown = client.get(&other).await;
    shown.assert_has("#members");
    client.submit(&shown, "#members form", &[]).await.assert_status(303);
    client.get(&other).await.assert_lacks("#members");
    client.post_form(&format!("{other}/members"), &[("add", &anna.to_string())]).await.assert_status(303);
    let mut events = client.events(&format!("/live?customer={anna}")).await;
    let edit = client.get(&format!("{other}/edit")).await;
    client.submit(&edit, "form#company_form", &[("name", "Another")]).await.assert_redirect(&other);
    events.until("chat").await;
    let asked = client.get(&format!("{other}/delete")).await;
    client.submit(&asked, "form#company_delete", &[]).await.assert_redirect("/companies");
    events.until("chat").await;
    assert_eq!(app.number("SELECT count(*) FROM customers WHERE company_id IS NULL"), 1);
    client.get(&other).await.assert_status(404);
}

/// CONT-33: a second company of one name, in whatever case, is asked about, with the one that is there; it is made or renamed all
/// the same if that is meant.
#[actix_web::test]
async fn a_second_company_of_one_name_is_asked_about() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    create(&client, "Ромашка").await;
    let first = app.number("SELECT MAX(id) FROM companies");
    let page = client.get("/companies/new").await;
    let asked = client.submit(&page, "form#company_form", &[("name", "РОМАШКА"), ("note", "the other")]).await;
    asked
        .assert_status(422)
        .assert_has(&format!("#company_form a[href='/companies/{first}']"))
        .assert_says("Save anyway");
    assert_eq!(asked.attribute("input#name", "value"), "РОМАШКА");
    assert_eq!(app.number("SELECT COUNT(*) FROM companies"), 1);
    // Whoever corrects the name into that of yet another company is asked about that one.
    create(&client, "Albatros").await;
    let other = app.number("SELECT MAX(id) FROM companies");
    let anew = client.submit(&asked, "form#company_form", &[("name", "albatros")]).await;
    anew.assert_status(422).assert_has(&format!("#company_form a[href='/companies/{other}']"));
    app.execute(&format!("DELETE FROM companies WHERE id = {other}"));
    client.submit(&asked, "form#company_form", &[]).await.assert_status(303);
    // A second click is no third company, and asks nothing.
    client.submit(&page, "form#company_form", &[("name", "РОМАШКА")]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM companies"), 2);
    create(&client, "Harbour").await;
    let third = app.number("SELECT MAX(id) FROM companies");
    let edit = client.get(&format!("/companies/{third}/edit")).await;
    client.submit(&edit, "form#company_form", &[("name", "ромашка")]).await.assert_status(422);
    assert_eq!(app.text(&format!("SELECT name FROM companies WHERE id = {third}")).as_deref(), Some("Harbour"));
    // Whoever keeps its name is asked nothing.
    let edit = client.get(&format!("/companies/{first}/edit")).await;
    client.submit(&edit, "form#company_form", &[("note", "ours")]).await.assert_status(303);
}
