//! Custom fields and variables: declared and ordered in the settings, filled in on profiles and in the customer bar.

use crate::support::desk::{Letter, Person, moment};
use crate::support::{ADMIN, Client, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

const SETTINGS: &str = "/settings/custom-fields";

fn field(app: &TestApp, name: &str) -> i64 {
    app.number(&format!("SELECT id FROM custom_fields WHERE name = '{name}'"))
}

fn values(app: &TestApp, customer: i64) -> String {
    let text = app.text(&format!(
        "SELECT string_agg(pair, ',') FROM (SELECT name || '=' || value AS pair FROM customer_variables \
         WHERE customer_id = {customer} ORDER BY name) AS pairs"
    ));
    text.unwrap_or_default()
}

/// CUST-46, CUST-47, CUST-48, CUST-49: in Settings > Custom Fields admins declare fields, put them and the system's fields
/// into one order, and hide those of their own; profiles and the customer bar follow.
#[actix_web::test]
async fn admins_declare_order_and_hide_fields() {
    let app = spawn_app().await;
    let customer = app.customer(Person::named("Anna"));
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let profile = format!("/customers/{customer}");
    app.sign_in(SUPERVISOR).await.get(SETTINGS).await.assert_status(403);
    let page = admin.get(SETTINGS).await;
    assert_eq!(page.select(".tabs a[aria-current]"), ["Custom fields"]);
    page.assert_says("There are no custom fields yet.");
    for name in ["Delivery city", "Shoe size"] {
        let page = admin.get(SETTINGS).await;
        admin.submit(&page, "#new-field", &[("name", name)]).await.assert_redirect(SETTINGS);
        admin.submit(&page, "#new-field", &[("name", name)]).await.assert_redirect(SETTINGS);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM custom_fields"), 2, "sent twice, done once");
    let labels = async || operator.get(&profile).await.select("#profile .cols > section dl > div[id] > dt");
    let system = ["Nickname", "Real name", "Phone", "Email", "Other messengers", "Company", "External ID", "Language"];
    let expected: Vec<&str> = system.into_iter().chain(["Note", "Delivery city", "Shoe size"]).collect();
    assert_eq!(labels().await, expected);
    // Up with the keyboard: the button that was pressed has the focus again, and at the top the other one.
    let (city, size) = (field(&app, "Delivery city"), field(&app, "Shoe size"));
    let (key, up) = (city.to_string(), format!("{SETTINGS}/move"));
    let steps = [("field", key.as_str()), ("step", "up")];
    for left in (0..9).rev() {
        let moved = admin.htmx_post(&up, "div#section", &steps).await;
        let focus = if left == 0 { format!("#down-{city}") } else { format!("#up-{city}") };
        moved.assert_region("new-field").assert_has(&format!("{focus}[autofocus]"));
        assert_eq!(moved.count("[autofocus]"), 1);
    }
    admin.post_form(&up, &steps).await.assert_redirect(SETTINGS);
    admin.post_form(&up, &[("field", "note"), ("step", "down")]).await.assert_redirect(SETTINGS);
    let expected: Vec<&str> = ["Delivery city"].into_iter().chain(system).chain(["Shoe size", "Note"]).collect();
    assert_eq!(labels().await, expected);
    // The customer bar keeps the order, without what is empty and is not asked for there.
    let bar = operator.get(&format!("/inbox/{customer}")).await.select(&format!("#sec-contact-{customer} dt"));
    assert_eq!(bar, ["Delivery city", "Phone", "Email", "Company", "External ID", "Shoe size"]);
    // Hidden: neither a field nor a variable of the profile. The system's have no such button, and no address takes them.
    admin.post_form(&format!("{SETTINGS}/{size}/show"), &[("shown", "false")]).await.assert_redirect(SETTINGS);
    operator.get(&profile).await.assert_silent_about("Shoe size");
    operator.get(&format!("/inbox/{customer}")).await.assert_silent_about("Shoe size");
    let page = admin.get(SETTINGS).await;
    page.assert_has(&format!("#show-{size}")).assert_lacks("#show-note").assert_says("Hidden");
    admin.post_form(&format!("{SETTINGS}/note/show"), &[("shown", "false")]).await.assert_status(404);
    admin.post_form(&format!("{SETTINGS}/{size}/show"), &[("shown", "true")]).await.assert_redirect(SETTINGS);
    operator.get(&profile).await.assert_says("Shoe size");
    // Names that are missing, taken or too long are refused at the field; case makes another name.
    let long = "я".repeat(61);
    for bad in ["", " \u{200b} ", "Shoe size", long.as_str()] {
        for (action, focus) in
            [(SETTINGS.to_owned(), "#name".to_owned()), (format!("{SETTINGS}/{city}"), format!("#f{city}-name"))]
        {
            let answer = admin.htmx_post(&action, "div#section", &[("name", bad)]).await;
            answer.assert_status(422).assert_has(&format!("{focus}[aria-invalid][autofocus]"));
            assert_eq!(answer.attribute(&focus, "value"), bad);
        }
    }
    admin.post_form(SETTINGS, &[("name", "shoe size")]).await.assert_redirect(SETTINGS);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'custom_field.added'"), 3);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'custom_field.hidden'"), 1);
}

/// CUST-19, LIST-75: a declared field is the variable of its very name. Renaming takes the values of all customers along,
/// unless one would be lost; deleting leaves them as variables, or takes them along, as the admin says.
#[actix_web::test]
async fn values_follow_the_name_of_their_field() {
    let app = spawn_app().await;
    let (anna, boris) = (app.customer(Person::named("Anna")), app.customer(Person::named("Boris")));
    for (customer, name, value) in
        [(anna, "Size", "M"), (anna, "size", "s"), (boris, "Size", "XL"), (boris, "Fit", "slim")]
    {
        app.execute(&format!("INSERT INTO customer_variables VALUES ({customer}, '{name}', '{value}')"));
    }
    let admin = app.sign_in(ADMIN).await;
    let profile = format!("/customers/{anna}");
    admin
        .get(&profile)
        .await
        .assert_has("#variables a[href$='variable=Size']")
        .assert_has("#variables a[href$='variable=size']");
    admin.post_form(SETTINGS, &[("name", "Size")]).await.assert_redirect(SETTINGS);
    let size = field(&app, "Size");
    let page = admin.get(&profile).await;
    assert_eq!(page.select(&format!("#custom-{size} bdi")), ["Size", "M"]);
    page.assert_lacks("#variables a[href$='variable=Size']").assert_has("#variables a[href$='variable=size']");
    let one = format!("{SETTINGS}/{size}");
    let lossy = admin.post_form(&one, &[("name", "Fit")]).await;
    lossy.assert_status(422).assert_has(&format!("#f{size}-name-err")).assert_says("One of the two would be lost");
    admin.post_form(&one, &[("name", "Размер")]).await.assert_redirect(SETTINGS);
    assert_eq!((values(&app, anna), values(&app, boris)), ("size=s,Размер=M".into(), "Fit=slim,Размер=XL".into()));
    let ask = admin.get(&format!("{one}/delete")).await;
    ask.assert_says("2 customers have values in this field.").assert_says("Keep them as variables");
    admin.submit(&ask, "#delete-field", &[]).await.assert_redirect(SETTINGS);
    assert_eq!(values(&app, boris), "Fit=slim,Размер=XL", "kept unless the admin says otherwise");
    admin.get(&profile).await.assert_has("#variables").assert_says("Размер");
    admin.post_form(SETTINGS, &[("name", "Размер")]).await.assert_redirect(SETTINGS);
    let again = format!("{SETTINGS}/{}/delete", field(&app, "Размер"));
    admin.post_form(&again, &[("values", "delete")]).await.assert_redirect(SETTINGS);
    assert_eq!((values(&app, anna), values(&app, boris)), ("size=s".into(), "Fit=slim".into()));
    admin.get(&again).await.assert_status(404);
    for event in ["renamed", "deleted"] {
        assert!(app.number(&format!("SELECT COUNT(*) FROM audit_events WHERE event = 'custom_field.{event}'")) > 0);
    }
}

/// CUST-19, CUST-46: a custom field is filled in where it stands, on the profile and in the customer bar. What others changed
/// meanwhile is shown first; with scripts off all of it works.
#[actix_web::test]
async fn a_field_is_filled_in_where_it_stands() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let admin = app.sign_in(ADMIN).await;
    admin.post_form(SETTINGS, &[("name", "City <b>")]).await.assert_redirect(SETTINGS);
    let city = field(&app, "City <b>");
    let client = app.sign_in(OPERATOR).await;
    let (profile, inbox, region) = (format!("/customers/{id}"), format!("/inbox/{id}"), format!("custom-{city}"));
    let (action, target) = (format!("{profile}/custom-fields/{city}"), format!("div#{region}"));
    // Without scripts the link in the bar opens the form on the profile, which leads back.
    let link = client.get(&inbox).await.attribute(&format!("#side #{region} a.add"), "href");
    let form = client.get(&link).await;
    form.assert_has(&format!("html #f-{region}[autofocus]"));
    client.submit(&form, &format!("#{region} form"), &[("typed", "Leeds")]).await.assert_redirect(&inbox);
    client.get(&inbox).await.assert_has("#side #variables a.add").assert_says("Leeds");
    // With them only the field changes.
    let open = client.htmx(&format!("{profile}?custom={city}"), &target).await;
    open.assert_region(&region);
    let saved = client.htmx_post(&action, &target, &[("typed", " York "), ("was", "Leeds")]).await;
    saved.assert_region(&region).assert_says("York").assert_lacks("form");
    let stale = client.htmx_post(&action, &target, &[("typed", "Hull"), ("was", "Leeds")]).await;
    stale.assert_status(422).assert_says("York").assert_says("Somebody else changed it");
    assert_eq!(
        (stale.attribute("[name=typed]", "value"), stale.attribute("[name=was]", "value")),
        ("Hull".into(), "York".into())
    );
    let long = "я".repeat(501);
    let too_long = client.post_form(&action, &[("typed", &long), ("was", "York")]).await;
    too_long.assert_status(422).assert_has(&format!("html #f-{region}[aria-invalid=true]"));
    assert_eq!(values(&app, id), "City <b>=York");
    client.htmx_post(&action, &target, &[("typed", ""), ("was", "York")]).await.assert_has("a.add");
    assert_eq!(values(&app, id), "");
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.edited'"), 3);
    client.post_form(&format!("{profile}/custom-fields/999"), &[("typed", "b")]).await.assert_status(404);
    hide_from_others(&app, &admin, id).await;
    app.sign_in(SECOND_OPERATOR).await.post_form(&action, &[("typed", "b")]).await.assert_status(404);
}

/// Who does not see the customer does not see, or change, what they have.
async fn hide_from_others(app: &TestApp, admin: &Client, id: i64) {
    app.execute(&format!("UPDATE customers SET responsible_id = {} WHERE id = {id}", app.staff_id(OPERATOR)));
    admin.post_form("/settings/general", &[("operators_see_others", "")]).await.assert_status(303);
}

/// CUST-19: variables are added, edited and deleted where they stand. What others changed meanwhile is shown first; with scripts
/// off all of it works.
#[actix_web::test]
async fn variables_are_edited_where_they_stand() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let (admin, client) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let (profile, long) = (format!("/customers/{id}"), "я".repeat(501));
    let (action, target) = (format!("{profile}/variables"), "div#variables");
    let form = client.get(&format!("{profile}?add=variable")).await;
    for (name, value, wrong) in
        [("", "M", "name"), ("Size", " ", "typed"), ("Size", &long, "typed"), (&*"n".repeat(61), "M", "name")]
    {
        let answer = client.submit(&form, "#new-variable", &[("name", name), ("typed", value)]).await;
        answer.assert_status(422).assert_has(&format!("#v-{wrong}[aria-invalid]"));
        assert_eq!(
            (answer.attribute("#v-name", "value"), answer.attribute("#v-typed", "value")),
            (name.into(), value.into())
        );
    }
    client.submit(&form, "#new-variable", &[("name", "Size & fit"), ("typed", "M")]).await.assert_redirect(&profile);
    client.submit(&form, "#new-variable", &[("name", "Size & fit"), ("typed", "M")]).await.assert_redirect(&profile);
    let there = client.submit(&form, "#new-variable", &[("name", "Size & fit"), ("typed", "L")]).await;
    there.assert_status(422).assert_says("already").assert_has("#v-name[aria-invalid]");
    let link = client.get(&profile).await.attribute("#variables a.field-value", "hx-get");
    let form = client.htmx(&link, target).await;
    form.assert_region("variables").assert_has("#v-typed[autofocus]").assert_lacks("a.field-value");
    let saved = client.htmx_post(&action, target, &[("name", "Size & fit"), ("typed", "XS"), ("was", "M")]).await;
    saved.assert_region("variables").assert_says("XS").assert_has("a.add");
    let stale = [("name", "Size & fit"), ("typed", ""), ("was", "M"), ("delete", "1")];
    client.htmx_post(&action, target, &stale).await.assert_status(422).assert_says("XS");
    // Deleted by somebody else while its form was open: what was typed is not lost.
    let missed = [("name", "Fit"), ("typed", "slim"), ("was", "wide")];
    let missed = client.htmx_post(&action, target, &missed).await;
    missed.assert_status(422).assert_has("#new-variable #v-typed[aria-invalid]");
    assert_eq!(
        (missed.attribute("#v-name", "value"), missed.attribute("#v-typed", "value")),
        ("Fit".into(), "slim".into())
    );
    let gone = [("name", "Size & fit"), ("typed", ""), ("was", "XS"), ("delete", "1")];
    client.post_form(&action, &gone).await.assert_redirect(&profile);
    assert_eq!(app.number("SELECT COUNT(*) FROM customer_variables"), 0);
    assert_eq!(app.number("SELECT COUNT(*) FROM audit_events WHERE event = 'customer.edited'"), 3);
    hide_from_others(&app, &admin, id).await;
    let other = app.sign_in(SECOND_OPERATOR).await;
    other.post_form(&action, &[("name", "a"), ("typed", "b"), ("new", "1")]).await.assert_status(404);
}

/// LIST-17, LIST-128: each person chooses what the cards of the list show; nobody else's change with it.
#[actix_web::test]
async fn each_person_chooses_what_cards_show() {
    let app = spawn_app().await;
    let person = Person { name: "Anna", phone: "+44 7700 900142", email: "a@example.com", ..Person::default() };
    let id = app.customer(person);
    let tag = app.tag("VIP", 3);
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {tag})"));
    app.execute(&format!("INSERT INTO customer_variables VALUES ({id}, 'City', 'Leeds')"));
    app.execute(&format!(
        "UPDATE customers SET last_message_text = 'Hello', last_message_kind = 'customer' WHERE id = {id}"
    ));
    let admin = app.sign_in(ADMIN).await;
    admin.post_form(SETTINGS, &[("name", "City")]).await.assert_redirect(SETTINGS);
    let city = field(&app, "City").to_string();
    let client = app.sign_in(OPERATOR).await;
    let inbox = client.get("/inbox").await;
    inbox.assert_has("#m-list a[href='/inbox/preview']").assert_says("Hello").assert_lacks(".cc-x");
    client.htmx("/inbox/preview", "div#display-dialog").await.assert_has("dialog[data-open] #display_form");
    let form = client.get("/inbox/preview").await;
    assert_eq!(form.attributes("#display_form [checked]", "name"), ["message", "channel", "responsible"]);
    let ticked = [("tags", "1"), ("phone", "1"), (city.as_str(), "1"), ("back", "/inbox")];
    client.post_form("/inbox/preview", &ticked).await.assert_redirect("/inbox");
    let card = client.get("/inbox").await;
    assert_eq!(card.select(".cc-x > *"), ["VIP", "+44 7700 900142", "City: Leeds"]);
    card.assert_silent_about("Hello").assert_silent_about("a@example.com");
    admin.get("/inbox").await.assert_says("Hello").assert_lacks(".cc-x");
    // A field that is hidden from profiles is on no card.
    admin.post_form(&format!("{SETTINGS}/{city}/show"), &[("shown", "false")]).await.assert_redirect(SETTINGS);
    client.get("/inbox").await.assert_silent_about("Leeds").assert_says("VIP");
}

/// LIST-18: each person chooses which kinds of messages the chat shows. How many are hidden is said, with the way to see
/// them; History shows everything.
#[actix_web::test]
async fn each_person_chooses_which_messages_the_chat_shows() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "a", name: "Anna", ..Letter::default() }).await;
    let conversation = app.number("SELECT MAX(id) FROM conversations");
    for (kind, body) in [("bot", "Beep"), ("comment", "Among us"), ("customer", "From me")] {
        app.execute(&format!(
            "INSERT INTO messages (conversation_id, customer_id, channel_id, kind, body, created_at) \
             SELECT id, customer_id, channel_id, '{kind}', '{body}', '{}' FROM conversations WHERE id = {conversation}",
            moment(0)
        ));
    }
    let client = app.sign_in(OPERATOR).await;
    let url = format!("/inbox/{id}");
    let whole = client.get(&url).await;
    whole.assert_says("Beep").assert_says("Among us").assert_lacks(".log-hidden");
    let last = whole.attribute("input[name=shown]", "value");
    let form = client.get("/inbox/display").await;
    assert_eq!(form.attributes("#display_form [checked]", "name"), ["system", "bot", "comment", "command"]);
    client.post_form("/inbox/display", &[("system", "1"), ("command", "1")]).await.assert_redirect("/inbox");
    let page = client.get(&url).await;
    page.assert_silent_about("Beep").assert_says("From me").assert_says("2 messages are hidden");
    assert_eq!(page.attribute("input[name=shown]", "value"), last, "the composer goes by all of them");
    let region = client.htmx(&page.attribute(".log-hidden a", "hx-get"), &format!("div#messages-{id}")).await;
    region.assert_says("Beep").assert_says("Among us").assert_has("[name=whole]");
    assert!(region.attribute("[data-region]", "hx-get").ends_with("whole=1"), "what is fetched again stays whole");
    let shown = client.get(&page.attribute(".log-hidden a", "href")).await;
    shown.assert_says("Beep");
    client.get(&shown.attribute(".log-hidden a", "href")).await.assert_silent_about("Beep");
    client.get(&format!("/conversations/{conversation}")).await.assert_says("Beep").assert_says("Among us");
    app.sign_in(ADMIN).await.get(&url).await.assert_says("Beep");
}
