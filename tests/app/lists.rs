//! Lists: making, renaming and deleting them, and who is on them.

use crate::support::desk::Person;
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

fn links(app: &TestApp) -> i64 {
    app.number("SELECT COUNT(*) FROM customer_list_links")
}

async fn hide_others(app: &TestApp) {
    let fields = [("business_name", "Northwind"), ("language", "en"), ("operators_see_others", "false")];
    app.sign_in(ADMIN).await.post_form("/settings/general", &fields).await.assert_status(303);
}

/// Everybody makes, renames and deletes lists; a wrong name is told at its field and kept. Deleting a list leaves its
/// customers, and each step is in the audit log.
#[actix_web::test]
async fn lists_are_made_renamed_and_deleted() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get("/lists").await;
    page.assert_says("No lists yet").assert_has("nav.nav-side a[href='/lists'][aria-current=page]");
    page.assert_has("#m-more a[href='/lists']");
    operator.submit(&page, "#new-list", &[("name", "  Autumn   newsletter ")]).await.assert_redirect("/lists");
    // The same form sent twice makes one list.
    operator.submit(&page, "#new-list", &[("name", "Spring newsletter")]).await.assert_redirect("/lists");
    let list = app.number("SELECT id FROM customer_lists WHERE name = 'Autumn newsletter'");
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_lists"), 1);
    let too_long = "n".repeat(61);
    for (name, says) in [
        (" ", "Enter a name."),
        ("AUTUMN newsletter", "There is a list with this name already."),
        (too_long.as_str(), "Use at most 60 characters."),
    ] {
        let page = operator.get("/lists").await;
        let answer = operator.submit(&page, "#new-list", &[("name", name)]).await;
        answer.assert_status(422).assert_has("#name[aria-invalid=true]");
        assert!(answer.select("#name-err")[0].contains(says), "{:?}", answer.select("#name-err"));
        assert_eq!(answer.attribute("#name", "value"), name);
    }
    let page = operator.get("/lists").await;
    operator.submit(&page, "#new-list", &[("name", "Опт")]).await.assert_status(303);
    let rename = operator.get(&format!("/lists/{list}/edit")).await;
    assert_eq!(rename.attribute("#name", "value"), "Autumn newsletter");
    let taken = operator.submit(&rename, "#list_form", &[("name", "ОПТ")]).await;
    taken.assert_status(422).assert_says("There is a list with this name already.");
    assert_eq!(taken.attribute("#name", "value"), "ОПТ");
    operator.submit(&rename, "#list_form", &[("name", "AUTUMN NEWSLETTER")]).await.assert_redirect("/lists");
    app.execute(&format!("INSERT INTO customer_list_links (customer_id, list_id) VALUES ({anna}, {list})"));
    app.db.written_elsewhere();
    let page = operator.get("/lists").await;
    assert_eq!(page.select(&format!("#list-{list} a[href='/inbox?list={list}']")), ["AUTUMN NEWSLETTER"]);
    assert_eq!(page.select(&format!("#list-{list} td.sub")), ["1 customer"]);
    let ask = operator.get(&format!("/lists/{list}/delete")).await;
    ask.assert_says("1 customer is on this list and stays a customer.");
    operator.submit(&ask, "#delete-list", &[]).await.assert_redirect("/lists");
    assert_eq!((links(&app), app.number("SELECT COUNT(*) FROM customers")), (0, 1));
    operator.get("/lists").await.assert_silent_about("AUTUMN").assert_says("Опт");
    operator.post_form(&format!("/lists/{list}/delete"), &[]).await.assert_status(404);
    operator.post_form(&format!("/lists/{list}/edit"), &[("name", "x")]).await.assert_status(404);
    for (event, count) in [("list.added", 2), ("list.renamed", 1), ("list.deleted", 1)] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")), count, "{event}");
    }
}

/// A list counts, for operators who see only their own customers, those alone.
#[actix_web::test]
async fn a_list_counts_whom_the_reader_may_see() {
    let app = spawn_app().await;
    let (own, other) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let people = [("Anna", Some(own)), ("Boris", None), ("Vera", Some(other))]
        .map(|(name, responsible)| app.customer(Person { name, responsible, ..Person::default() }));
    let list = app.list("Newsletter", &people);
    hide_others(&app).await;
    for (email, count) in [(OPERATOR, "2 customers"), (SUPERVISOR, "3 customers")] {
        let client = app.sign_in(email).await;
        assert_eq!(client.get("/lists").await.select(&format!("#list-{list} td.sub")), [count]);
        client.get(&format!("/lists/{list}/delete")).await.assert_says(&format!("{count} are on this list"));
    }
}

/// LIST-28, LIST-29, LIST-32: one list or several are chosen first, then the marked customers are added or removed;
/// only those whom the person may see, and all who match when all are chosen.
#[actix_web::test]
async fn marked_customers_are_put_on_lists_and_taken_off() {
    let app = spawn_app().await;
    let other = app.staff_id(SECOND_OPERATOR);
    let people = [("Anna", None), ("Boris", None), ("Vera", Some(other))]
        .map(|(name, responsible)| app.customer(Person { name, responsible, ..Person::default() }).to_string());
    let (news, wholesale) = (app.list("Newsletter", &[]).to_string(), app.list("Wholesale", &[]).to_string());
    hide_others(&app).await;
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/inbox").await.assert_has("#bulk button[name=task][value=lists]");
    let rows: Vec<(&str, &str)> = people.iter().map(|id| ("row", id.as_str())).collect();
    let query: Vec<String> = people.iter().map(|id| format!("row={id}")).collect();
    let asked = operator.get(&format!("/inbox/bulk?task=lists&{}", query.join("&"))).await;
    asked.assert_says("2 customers are selected.");
    assert_eq!(asked.attributes("#bulk_form input[name=list]", "value"), [news.as_str(), &wholesale]);
    asked.assert_has("button[name=action][value=add_to_lists]").assert_has("button[value=remove_from_lists]");
    let post = async |more: &[(&str, &str)]| operator.post_form("/inbox/bulk", &[&rows[..], more].concat()).await;
    // None chosen, and one that was deleted meanwhile, are told at the field.
    for wrong in [&[("action", "add_to_lists")][..], &[("action", "add_to_lists"), ("list", "999")]] {
        let answer = post(wrong).await;
        answer.assert_status(422).assert_has("#bulk-list-err").assert_says("Choose at least one list.");
    }
    let add = [("action", "add_to_lists"), ("list", news.as_str()), ("list", &wholesale)];
    post(&add).await.assert_redirect("/batches");
    post(&add).await.assert_redirect("/batches");
    assert_eq!(links(&app), 4);
    let hidden = format!("SELECT COUNT(*) FROM customer_list_links WHERE customer_id = {}", people[2]);
    assert_eq!(app.number(&hidden), 0);
    operator.get("/batches").await.assert_says("Add to lists");
    let remove = [("row", people[0].as_str()), ("action", "remove_from_lists"), ("list", &wholesale)];
    operator.post_form("/inbox/bulk", &remove).await.assert_redirect("/inbox");
    assert_eq!(links(&app), 3);
    let all = [("all", "1"), ("action", "remove_from_lists"), ("list", news.as_str())];
    operator.post_form("/inbox/bulk", &all).await.assert_redirect("/inbox");
    assert_eq!(links(&app), 1);
}

/// In the customer bar and the profile a customer is put on a list and taken off it; the way leads back.
#[actix_web::test]
async fn a_customer_is_put_on_a_list_and_taken_off() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let (news, wholesale) = (app.list("Newsletter", &[]), app.list("Wholesale", &[id]));
    let operator = app.sign_in(OPERATOR).await;
    for (page, back) in
        [(format!("/inbox/{id}"), format!("/inbox/{id}")), (format!("/customers/{id}"), format!("/customers/{id}"))]
    {
        let shown = operator.get(&page).await;
        shown.assert_has(&format!("#lists-on button[name=remove][value='{wholesale}']"));
        assert_eq!(shown.attributes("#add-list button[name=add]", "value"), [news.to_string()]);
        operator.submit(&shown, "#add-list", &[("add", &news.to_string())]).await.assert_redirect(&back);
        let shown = operator.get(&page).await;
        assert_eq!(shown.select("#lists-on .tagx"), ["Newsletter", "Wholesale"]);
        shown.assert_lacks("#add-list");
        operator.submit(&shown, "#lists-on", &[("remove", &news.to_string())]).await.assert_redirect(&back);
        assert_eq!(links(&app), 1);
    }
    let post = format!("/customers/{id}/lists");
    for wrong in [("add", "999"), ("add", "x"), ("x", "1")] {
        operator.post_form(&post, &[wrong]).await.assert_status(422);
    }
    operator.post_form("/customers/999/lists", &[("add", &news.to_string())]).await.assert_status(404);
    for (event, count) in [("customer.listed", 2), ("customer.unlisted", 2)] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")), count, "{event}");
    }
}
