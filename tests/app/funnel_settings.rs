//! Settings, Funnels: making, changing, ordering and deleting funnels and their blocks.

use crate::support::desk::Person;
use crate::support::{ADMIN, Client, Page, SUPERVISOR, TestApp, spawn_app};

const HERE: &str = "/settings/funnels";

fn number(app: &TestApp, table: &str, name: &str) -> i64 {
    app.number(&format!("SELECT id FROM {table} WHERE name = '{name}'"))
}

async fn made(app: &TestApp, admin: &Client, name: &str) -> Page {
    let page = admin.get(HERE).await;
    let done = admin.submit(&page, "#new-funnel", &[("name", name)]).await;
    let url = format!("{HERE}/{}", number(app, "funnels", name));
    done.assert_redirect(&url);
    admin.get(&url).await
}

/// PRODUCT, section 2: admins make funnels and their blocks. A new funnel is switched off; wrong input is told at its field and
/// kept; the same form sent twice works once; each step is in the audit log.
#[actix_web::test]
async fn funnels_and_blocks_are_made_and_changed() {
    let app = spawn_app().await;
    let (site, mail) = (app.channel("web_chat"), app.channel("email"));
    app.sign_in(SUPERVISOR).await.get(HERE).await.assert_status(403);
    let admin = app.sign_in(ADMIN).await;
    let empty = admin.get(HERE).await;
    empty.assert_says("No funnels yet").assert_has("nav.tabs a[href='/settings/funnels'][aria-current=page]");
    let page = made(&app, &admin, "Welcome").await;
    admin.submit(&empty, "#new-funnel", &[("name", "Twice")]).await.assert_status(303);
    admin.submit(&empty, "#new-funnel", &[("name", "Thrice")]).await.assert_redirect(HERE);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnels WHERE NOT enabled AND starts = 'nowhere'"), 2);
    let list = admin.get(HERE).await;
    for (name, says) in [(" ", "Enter a name."), ("WELCOME", "There is a funnel with this name already.")] {
        let wrong = admin.submit(&list, "#new-funnel", &[("name", name)]).await;
        wrong.assert_status(422).assert_has("#name[aria-invalid=true]").assert_says(says);
        assert_eq!(wrong.attribute("#name", "value"), name);
    }
    let url = page.path.clone();
    page.assert_says("No blocks yet").assert_lacks(&format!("input[name=channel][value='{mail}']"));
    let site = site.to_string();
    let nowhere = admin.submit(&page, "#funnel", &[("starts", "chosen"), ("name", "Hello")]).await;
    nowhere.assert_status(422).assert_says("Choose at least one channel.").assert_has("input[value=chosen][checked]");
    assert_eq!(nowhere.attribute("#funnel #name", "value"), "Hello");
    let chosen = [("starts", "chosen"), ("channel", site.as_str()), ("enabled", "true")];
    admin.submit(&page, "#funnel", &chosen).await.assert_redirect(&url);
    let page = admin.get(&url).await;
    page.assert_has(&format!("input[name=channel][value='{site}'][checked]")).assert_has(".flag.is-ok");
    let greeting = [("name", "Greeting"), ("text", "Hello,\n{name}!")];
    admin.submit(&page, "#new-block", &greeting).await.assert_redirect(&url);
    admin.submit(&page, "#new-block", &[("name", "Again")]).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnel_blocks"), 1, "sent twice");
    let first = number(&app, "funnel_blocks", "Greeting");
    let page = admin.get(&url).await;
    admin.submit(&page, "#new-block", &[("name", "Question"), ("next", &first.to_string())]).await.assert_status(303);
    let second = number(&app, "funnel_blocks", "Question");
    let page = admin.get(&url).await;
    let form = format!("#block-{first}");
    let long = "x".repeat(2_001);
    for (field, value, says) in [
        ("name", "QUESTION", "This funnel has a block with this name already."),
        ("text", long.as_str(), "Use at most 2"),
        ("next", "999", "Choose another block of this funnel."),
        ("next", &first.to_string(), "Choose another block of this funnel."),
    ] {
        let typed = [("text", "Good day"), (field, value)];
        let wrong = admin.submit(&page, &form, if field == "text" { &typed[1..] } else { &typed }).await;
        wrong.assert_status(422).assert_has(&format!("#of-{first} details[open] #b{first}-{field}[aria-invalid=true]"));
        assert!(wrong.select(&format!("#b{first}-{field}-err"))[0].contains(says), "{field}");
        let kept = if field == "text" { value } else { "Good day" };
        assert_eq!(wrong.raw_texts(&format!("#b{first}-text"))[0].trim(), kept);
    }
    let done = admin.submit(&page, &form, &[("text", "Good day"), ("next", &second.to_string())]).await;
    done.assert_redirect(&url);
    let leads = format!("SELECT next_id FROM funnel_blocks WHERE text = 'Good day' AND id = {first}");
    assert_eq!(app.number(&leads), second);
    assert_eq!(app.number(&format!("SELECT next_id FROM funnel_blocks WHERE id = {second}")), first, "round and round");
    // Of another funnel.
    let other = made(&app, &admin, "Other").await.path;
    let fields = [("name", "x"), ("next", &first.to_string())];
    admin.post_form(&format!("{other}/blocks"), &fields).await.assert_status(422);
    admin.post_form(&format!("{other}/blocks/{first}"), &[("name", "x")]).await.assert_status(404);
    admin.post_form(&format!("{other}/blocks/{first}/delete"), &[]).await.assert_status(404);
    for (event, count) in [
        ("funnel.added", 3),
        ("funnel.edited", 1),
        ("funnel.enabled", 1),
        ("funnel_block.added", 2),
        ("funnel_block.edited", 1),
    ] {
        assert_eq!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = '{event}'")), count, "{event}");
    }
    admin.get("/settings/audit").await.assert_says("Made a funnel block").assert_says("Name: Greeting");
}

/// Both are moved past their neighbours; the button that was pressed keeps the focus.
#[actix_web::test]
async fn funnels_and_blocks_have_an_order() {
    let app = spawn_app().await;
    let blocks = app.funnel("A", &[("One", ""), ("Two", ""), ("Three", "")]);
    app.funnel("B", &[]);
    let admin = app.sign_in(ADMIN).await;
    let (upper, lower) = (number(&app, "funnels", "A"), number(&app, "funnels", "B"));
    let fields = [("funnel", lower.to_string()), ("step", "up".to_owned())];
    let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
    let moved = admin.htmx_post(&format!("{HERE}/move"), "div#section", &fields).await;
    moved.assert_status(200).assert_has(&format!("#down-{lower}[autofocus]"));
    assert_eq!(moved.select("li a.order-name"), ["B", "A"]);
    admin.post_form(&format!("{HERE}/move"), &fields).await.assert_status(303);
    let url = format!("{HERE}/{upper}");
    let third = blocks[2].to_string();
    for _ in 0..3 {
        let fields = [("block", third.as_str()), ("step", "up")];
        admin.post_form(&format!("{url}/blocks/move"), &fields).await.assert_redirect(&url);
    }
    assert_eq!(admin.get(&url).await.select("li summary bdi.b"), ["Three", "One", "Two"]);
    let nobody = [("block", "999"), ("step", "up")];
    admin.post_form(&format!("{url}/blocks/move"), &nobody).await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'funnel_block.moved'"), 2);
}

/// Deleting a block says first how many customers are in it. They are in none afterwards, what led to it leads nowhere, and
/// what they have been in is remembered.
#[actix_web::test]
async fn deleting_says_how_many_are_in_it() {
    let app = spawn_app().await;
    let blocks = app.funnel("Welcome", &[("Greeting", "Hello"), ("Question", "What?")]);
    let [anna, boris, vera] = ["Anna", "Boris", "Vera"].map(|name| app.customer(Person::named(name)));
    let admin = app.sign_in(ADMIN).await;
    for (customer, block) in [(anna, blocks[1]), (boris, blocks[1]), (vera, blocks[0])] {
        let fields = [("block", block.to_string())];
        let fields = fields.each_ref().map(|(name, value)| (*name, value.as_str()));
        admin.post_form(&format!("/customers/{customer}/funnel-block"), &fields).await.assert_status(303);
    }
    let url = format!("{HERE}/{}", number(&app, "funnels", "Welcome"));
    let page = admin.get(&url).await;
    assert_eq!(page.select(&format!("a[href='/inbox?funnel_block={}']", blocks[1])), ["2 customers: Question"]);
    let ask = admin.get(&format!("{url}/blocks/{}/delete", blocks[1])).await;
    ask.assert_says("2 customers are in this block, and will be in none.");
    admin.submit(&ask, "#delete-funnel", &[]).await.assert_redirect(&url);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnel_places"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnel_blocks WHERE next_id IS NULL"), 1);
    assert_eq!(app.number("SELECT COUNT(*) FROM funnel_entries"), 3);
    let ask = admin.get(&format!("{url}/delete")).await;
    admin.submit(&ask, "#delete-funnel", &[]).await.assert_redirect(HERE);
    let left = "SELECT (SELECT COUNT(*) FROM funnel_places) + (SELECT COUNT(*) FROM funnel_blocks)";
    assert_eq!(app.number(left), 0);
    admin.get(&url).await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 3);
}
