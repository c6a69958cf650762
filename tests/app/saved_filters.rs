//! Filters under a name: one's own, and those of the team.

use crate::support::desk::Person;
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, spawn_app};

async fn save(client: &Client, query: &str, name: &str, shared: &str) -> crate::support::Page {
    let form = client.get(&format!("/inbox/filters/new?{query}")).await;
    client.submit(&form, "#saved_filter", &[("name", name), ("shared", shared)]).await
}

async fn offered(client: &Client) -> Vec<String> {
    client.get("/inbox/filters").await.select("#filter_form .saved > a bdi")
}

/// LIST-45, LIST-46: the filters in force are saved under a name, with the order, and chosen from the panel later.
#[actix_web::test]
async fn a_saved_filter_is_a_link() {
    let app = spawn_app().await;
    let tag = app.tag("VIP", 1);
    let id = app.customer(Person::named("Anna"));
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {tag})"));
    app.customer(Person::named("Boris"));
    let (olga, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let query = format!("tab=free&tag={tag}&sort=created");
    let asked = olga.get(&format!("/inbox/filters?{query}&save=1")).await;
    assert_eq!(asked.location(), format!("/inbox/filters/new?{query}"));
    save(&olga, &query, "Free VIPs", "false").await.assert_redirect(&format!("/inbox?{query}"));
    save(&olga, "unanswered=1", "Waiting", "true").await.assert_status(303);
    assert_eq!(offered(&olga).await, ["Free VIPs", "Waiting"]);
    assert_eq!(offered(&other).await, ["Waiting"]);
    let panel = olga.get("/inbox/filters").await;
    let link = panel.attribute(".saved > a", "href");
    assert_eq!(link, format!("/inbox?{query}"));
    assert_eq!(olga.get(&link).await.select(".cc-a"), ["Anna"]);
    // A tag that is deleted leaves nobody, and says so.
    app.execute(&format!("DELETE FROM customer_tags WHERE id = {tag}"));
    olga.get(&link).await.assert_says("is not there any more").assert_lacks(".cc");
    let panel = olga.get(&link.replace("/inbox?", "/inbox/filters?")).await;
    panel.assert_has(&format!("[name=tag][value='{tag}'][checked]")).assert_says("is not there any more");
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'saved_filter.added'"), 2);
}

/// LIST-45: a name is needed, short, and one's own or the team's only once; what was typed stays. Whoever saved a filter
/// renames, replaces and deletes it, and admins do so with those of the team.
#[actix_web::test]
async fn saved_filters_are_changed_by_whose_they_are() {
    let app = spawn_app().await;
    let (olga, other, admin) =
        (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await, app.sign_in(ADMIN).await);
    save(&olga, "unanswered=1", "Waiting", "false").await.assert_status(303);
    let long = "x".repeat(61);
    for (name, said) in [(" ", "Give the filter a name."), (&long, "60"), ("WAITING", "Another filter is called so.")] {
        let page = save(&olga, "tab=free", name, "false").await;
        page.assert_status(422).assert_says(said).assert_has("#saved_filter [name=name][aria-invalid]");
        assert_eq!(page.attribute("[name=name]", "value"), name);
        assert_eq!(page.attribute("[name=view]", "value"), "tab=free");
    }
    save(&olga, "nonsense=1", "Nothing", "false").await.assert_status(422).assert_says("No filter is set.");
    save(&other, "unanswered=1", "Waiting", "false").await.assert_status(303);
    save(&other, "unanswered=1", "Team", "true").await.assert_status(303);
    save(&olga, "unanswered=1", "team", "true").await.assert_status(422);
    let id = |name: &str| app.number(&format!("SELECT MIN(id) FROM saved_filters WHERE name = '{name}'"));
    let (own, team) = (format!("/inbox/filters/{}", id("Waiting")), format!("/inbox/filters/{}", id("Team")));
    // Of one person: nobody else finds it.
    for client in [&other, &admin] {
        client.get(&own).await.assert_status(404);
        client.post_form(&own, &[("name", "Mine")]).await.assert_status(404);
        client.post_form(&format!("{own}/delete"), &[]).await.assert_status(404);
    }
    olga.get(&team).await.assert_status(403);
    olga.post_form(&team, &[("name", "Mine")]).await.assert_status(403);
    olga.post_form(&format!("{team}/delete"), &[]).await.assert_status(403);
    // Renamed, it is what it was; replaced, it is what the list is.
    let form = olga.get(&format!("{own}?tab=mine")).await;
    olga.submit(&form, "#saved_filter", &[("name", "Late")]).await.assert_redirect("/inbox?unanswered=1");
    olga.submit(&form, "#saved_filter", &[("name", "Late"), ("replace", "1")]).await.assert_redirect("/inbox?tab=mine");
    assert_eq!(app.text("SELECT query FROM saved_filters WHERE name = 'Late'").as_deref(), Some("tab=mine"));
    olga.submit(&form, "#saved_filter", &[("name", "Team"), ("shared", "true")]).await.assert_status(422);
    let ask = admin.get(&format!("{team}/delete")).await;
    ask.assert_says("It is shared and goes for everybody.");
    admin.submit(&ask, "#saved_filter_delete", &[]).await.assert_redirect("/inbox/filters");
    let ask = olga.get(&format!("{own}/delete")).await;
    olga.submit(&ask, "#saved_filter_delete", &[]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM saved_filters"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'saved_filter.deleted'"), 2);
}

/// LIST-45: those of the team stand in one list with one's own, so a name is there once.
#[actix_web::test]
async fn ones_own_filter_is_not_called_as_one_of_the_team() {
    let app = spawn_app().await;
    let (olga, other) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    save(&olga, "unanswered=1", "Важные", "true").await.assert_status(303);
    for client in [&olga, &other] {
        let refused = save(client, "tab=free", "важные", "false").await;
        refused.assert_status(422).assert_says("Another filter is called so.");
    }
    save(&other, "tab=free", "Свободные", "false").await.assert_status(303);
    save(&other, "tab=free", "свободные", "true").await.assert_status(422);
}

/// LIST-45, LIST-75: a filter by a custom field goes by the new name of that field, whoever saved it; one by a variable of another
/// name stays as it is.
#[actix_web::test]
async fn a_saved_filter_follows_the_name_of_its_field() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    app.customer(Person::named("Boris"));
    app.execute(&format!("INSERT INTO customer_variables VALUES ({anna}, 'City', 'Gdańsk')"));
    let (olga, admin) = (app.sign_in(OPERATOR).await, app.sign_in(ADMIN).await);
    let fields = "/settings/custom-fields";
    admin.post_form(fields, &[("name", "City")]).await.assert_redirect(fields);
    save(&olga, "tab=free&variable=City&value=Gda%C5%84sk&sort=created", "Gdańsk", "true").await.assert_status(303);
    save(&olga, "variable=city", "Another", "false").await.assert_status(303);
    let field = app.number("SELECT id FROM custom_fields");
    admin.post_form(&format!("{fields}/{field}"), &[("name", "Delivery city")]).await.assert_redirect(fields);
    let query = |name: &str| app.text(&format!("SELECT query FROM saved_filters WHERE name = '{name}'")).unwrap();
    assert_eq!(query("Gdańsk"), "tab=free&variable=Delivery+city&value=Gda%C5%84sk&sort=created");
    assert_eq!(query("Another"), "variable=city");
    assert_eq!(olga.get(&format!("/inbox?{}", query("Gdańsk"))).await.select(".cc-a"), ["Anna"]);
}
