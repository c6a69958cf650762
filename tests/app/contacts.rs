//! Contacts: two panes, search by name, new contacts, details.

use switchboard::customers::{Claim, ClaimKind};

use crate::support::desk::{Letter, Person, send_first};
use crate::support::{OPERATOR, Page, SECOND_OPERATOR, TestApp, spawn_app};

const NAMES: &str = "#contact_list .cc-a";

async fn new_contact(app: &TestApp, fields: &[(&str, &str)]) -> (crate::support::Client, Page) {
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/contacts/new").await;
    let answer = client.submit(&page, "form#contact_form", fields).await;
    (client, answer)
}

/// CONT-01, CONT-03: the sidebar leads to Contacts, and the section opens.
#[actix_web::test]
async fn the_sidebar_leads_to_contacts() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/contacts").await;
    page.assert_status(200).assert_has("nav.nav-side a[href='/contacts'][aria-current=page]");
    page.assert_says("No contacts yet").assert_has("a[href='/contacts/new']");
}

/// CONT-04, CONT-05, CONT-06, CONT-25: contacts and companies in the left pane, each on its tab; the chosen one's details on the right.
#[actix_web::test]
async fn the_list_stands_left_and_the_details_right() {
    let app = spawn_app().await;
    let anna = app.customer(Person { name: "Anna", email: "anna@example.com", ..Person::default() });
    app.customer(Person { name: "Борис", phone: "+7 901 788-07-95", ..Person::default() });
    app.execute("INSERT INTO companies (name, name_folded, created_at) VALUES ('Anna & Co', 'anna & co', '2026-01-01 10:00:00')");
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/contacts").await;
    assert_eq!(page.select(NAMES), ["Anna", "Борис"]);
    assert_eq!(page.select("nav.tabs a"), ["Contacts", "Companies"]);
    page.assert_silent_about("Anna &amp; Co");
    let details = client.get(&page.attribute(NAMES, "href")).await;
    assert_eq!(details.path, format!("/contacts/{anna}"));
    details
        .assert_has(&format!("{NAMES}[aria-current=true]"))
        .assert_says("anna@example.com")
        .assert_says("Recent conversations");
    assert_eq!(details.select("#detail h2")[0], "Anna");
    let companies = client.get("/companies").await;
    assert_eq!(companies.select("#company_list .cc-a"), ["Anna & Co"]);
    companies.assert_silent_about("Борис");
}

/// CONT-07, CONT-09, CONT-10: the search of this tab finds contacts by name only, any part of it, in any case.
#[actix_web::test]
async fn contacts_are_searched_by_name_only() {
    let app = spawn_app().await;
    app.customer(Person {
        name: "Ольга Кузнецова",
        phone: "+7 901 788-07-95",
        email: "anna@example.com",
        ..Person::default()
    });
    app.customer(Person::named("Anna"));
    app.execute("INSERT INTO companies (name, name_folded, created_at) VALUES ('Кузнецова и сын', 'кузнецова и сын', '2026-01-01 10:00:00')");
    let client = app.sign_in(OPERATOR).await;
    for (typed, found) in [
        ("КУЗНЕЦ", vec!["Ольга Кузнецова"]),
        ("ц", vec!["Ольга Кузнецова"]),
        ("nna", vec!["Anna"]),
        ("7880795", vec![]),
        ("example", vec![]),
    ] {
        let region = client.htmx(&format!("/contacts?q={typed}"), "div#contact_list").await;
        assert_eq!(region.assert_region("contact_list").select(NAMES), found, "{typed}");
    }
    client.get("/contacts?q=zzz").await.assert_says("No such name");
}

/// CONT-11, CONT-13, CONT-14: + makes a contact; an e-mail or a phone is enough, neither is refused at the fields and keeps what was typed.
#[actix_web::test]
async fn a_new_contact_needs_an_address() {
    let app = spawn_app().await;
    let (client, refused) = new_contact(&app, &[("name", "Екатерина"), ("note", "two\nlines")]).await;
    refused.assert_status(422).assert_has("#email-err").assert_has("#phone-err");
    assert_eq!(refused.attribute("input#name", "value"), "Екатерина");
    assert_eq!(refused.select("textarea#note"), ["two lines"]);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    client.submit(&refused, "form#contact_form", &[("email", "kate@example.com")]).await.assert_status(303);
    let (client, made) = new_contact(&app, &[("phone", "+7 901 788-07-95"), ("company", "Harbour & Sons")]).await;
    let shown = client.follow(&made).await;
    shown.assert_says("+7 901 788-07-95").assert_says("Harbour & Sons");
    assert_eq!(app.text("SELECT phone_digits FROM customers WHERE phone IS NOT NULL").as_deref(), Some("79017880795"));
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 0);
}

/// CONT-11: what does not fit is said at its field, and a form sent twice makes one contact.
#[actix_web::test]
async fn a_new_contact_is_checked_and_made_once() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/contacts/new").await;
    let long = "x".repeat(300);
    for (field, value) in [
        ("email", "no address"),
        ("phone", "12"),
        ("phone", "call me"),
        ("name", long.as_str()),
        ("handles", "no label"),
        ("company", long.as_str()),
        ("external_id", long.as_str()),
    ] {
        let mut fields = vec![("email", "good@example.com"), ("name", "A")];
        fields.retain(|(name, _)| *name != field);
        fields.push((field, value));
        let answer = client.submit(&page, "form#contact_form", &fields).await;
        answer.assert_status(422).assert_has(&format!("#{field}-err"));
    }
    assert_eq!(app.number("SELECT count(*) FROM customers"), 0);
    let name = "<b>Ann\u{202e}a</b> \u{7}😀 '; DROP TABLE customers; --";
    for _ in 0..2 {
        client
            .submit(&page, "form#contact_form", &[("name", name), ("email", "a@example.com")])
            .await
            .assert_status(303);
    }
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("<b>Anna</b> 😀 '; DROP TABLE customers; --"));
    client.get("/contacts").await.assert_lacks("#contact_list b").assert_says("<b>Anna</b> 😀");
}

/// CONT-13: somebody with the same phone or e-mail is shown first; the contact can be made all the same.
#[actix_web::test]
async fn duplicates_are_warned_about() {
    let app = spawn_app().await;
    let known = app.customer(Person {
        name: "Anna",
        phone: "8 (901) 788-07-95",
        email: "anna@example.com",
        ..Person::default()
    });
    for fields in [[("phone", "+79017880795")], [("email", "ANNA@example.com")]] {
        let (_, warned) = new_contact(&app, &fields).await;
        warned.assert_status(422).assert_says("This looks like").assert_has(&format!("a[href='/contacts/{known}']"));
    }
    let (client, warned) = new_contact(&app, &[("name", "Anna's twin"), ("phone", "+79017880795")]).await;
    assert_eq!(warned.attribute("input#name", "value"), "Anna's twin");
    // Whoever corrects the address into that of yet another customer is shown that one.
    let boris = app.customer(Person { name: "Boris", email: "boris@example.com", ..Person::default() });
    let anew = client.submit(&warned, "form#contact_form", &[("email", "boris@example.com")]).await;
    anew.assert_status(422).assert_has(&format!("#contact_form a[href='/contacts/{boris}']"));
    assert_eq!(app.number("SELECT count(*) FROM customers"), 2);
    // Of both they say that it is somebody else.
    client.submit(&anew, "form#contact_form", &[("name", "A third one")]).await.assert_status(303);
    assert_eq!(app.number("SELECT count(*) FROM customers"), 3);
    app.execute("UPDATE customers SET external_id = 'CRM-1' WHERE id = 1");
    let (_, taken) = new_contact(&app, &[("email", "other@example.com"), ("external_id", "CRM-1")]).await;
    taken.assert_status(422).assert_has("#external_id-err");
}

/// CONT-15, CONT-16, CONT-17, CONT-18, CONT-19, CONT-20: a conversation makes the contact, with address and name as the channel knows them; Edit changes the name for good.
#[actix_web::test]
async fn a_first_message_makes_the_contact() {
    let app = spawn_app().await;
    let whatsapp = app.channel("whatsapp");
    let letter = || Letter {
        channel: whatsapp,
        address: "79017880795",
        name: "Kate 🌸",
        phone: "+79017880795",
        ..Letter::default()
    };
    let id = app.writes(letter()).await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/contacts/{id}")).await;
    assert_eq!(page.select("#detail h2")[0], "Kate 🌸");
    page.assert_says("+79017880795").assert_silent_about("Contact details are missing");
    let edit = client.get(&page.attribute(".phead a[href*=edit]", "href")).await;
    let saved = client.submit(&edit, "form#edit_form", &[("name", "Екатерина Морозова")]).await;
    saved.assert_redirect(&format!("/contacts/{id}"));
    app.writes(Letter { name: "Kate again", ..letter() }).await;
    assert_eq!(client.get(&format!("/contacts/{id}")).await.select("#detail h2")[0], "Екатерина Морозова");
}

/// CONT-21, CONT-22, CONT-23, CONT-24: a visitor of the web chat without phone and e-mail is kept, with a pending action that ends with either.
#[actix_web::test]
async fn whoever_tells_no_address_is_kept_with_a_pending_action() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "v1", name: "", ..Letter::default() }).await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/contacts/{id}")).await;
    page.assert_says("Contact details are missing");
    let edit = client.get(&page.attribute(".banner a", "href")).await;
    client.submit(&edit, "form#edit_form", &[("email", "v@example.com")]).await.assert_status(303);
    client.get(&format!("/contacts/{id}")).await.assert_silent_about("Contact details are missing");
    assert_eq!(app.number("SELECT count(*) FROM pending_actions WHERE done_at IS NULL"), 0);
}

/// CONT-26, CONT-27, CONT-28, CONT-29: the details show recent conversations and start a new one through the registered channel.
#[actix_web::test]
async fn a_conversation_starts_from_the_details() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "v1", name: "Anna", ..Letter::default() }).await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/contacts/{id}")).await;
    assert_eq!(page.count("#recent a"), 1);
    page.assert_has("#recent a .flag.is-ok");
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at");
    app.execute("UPDATE customers SET active_count = 0");
    let start = page.select(".phead a.btn-primary");
    assert_eq!(start, ["Start conversation"]);
    let form = client.get(&page.attribute(".phead a.btn-primary", "href")).await;
    send_first(&client, &form, &[("body", "Good morning")]).await.assert_redirect(&format!("/inbox/{id}"));
    assert_eq!(
        app.number(&format!("SELECT channel_id FROM conversations WHERE origin = 'outgoing' AND customer_id = {id}")),
        chat
    );
    assert_eq!(client.get(&format!("/contacts/{id}")).await.count("#recent a"), 2);
}

/// The way back to the inbox is kept, and leads nowhere else.
#[actix_web::test]
async fn the_way_back_stays_in_the_house() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/contacts?back=/inbox/7").await;
    page.assert_has(".pane-back a[href='/inbox/7']");
    let form = client.get(&page.attribute(".pane-h a", "href")).await;
    let made = client.submit(&form, "form#contact_form", &[("email", "a@example.com")]).await;
    made.assert_redirect("/inbox/7");
    for (n, evil) in ["https://evil.example", "//evil.example", "javascript:alert(1)"].into_iter().enumerate() {
        let page = client.get(&format!("/contacts?back={evil}")).await;
        page.assert_lacks(".pane-back");
        let form = client.get("/contacts/new").await;
        let email = format!("b{n}@example.com");
        let made = client.submit(&form, "form#contact_form", &[("email", email.as_str()), ("back", evil)]).await;
        assert!(made.location().starts_with('/') && !made.location().starts_with("//"), "{evil}");
    }
}

/// Names page by page, forward and back; a page shows nobody that its reader may not see.
#[actix_web::test]
async fn names_come_in_pages() {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let theirs = app.customer(Person {
        name: "Name 000",
        responsible: Some(app.staff_id(SECOND_OPERATOR)),
        ..Person::default()
    });
    for n in 1..=60 {
        app.customer(Person::named(&format!("Name {n:03}")));
    }
    let client = app.sign_in(OPERATOR).await;
    let first = client.get("/contacts?q=name").await;
    let (count, names) = (first.count(NAMES), first.select(NAMES));
    assert_eq!((count, names[0].as_str()), (50, "Name 001"));
    let second = client.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.select(NAMES).len(), 10);
    assert_eq!(client.get(&second.attribute("a[rel=prev]", "href")).await.select(NAMES), names);
    client.get(&format!("/contacts/{theirs}")).await.assert_status(404);
    client.get("/contacts/999999").await.assert_status(404);
    client.get("/contacts/x").await.assert_status(404);
}

/// CONT-16, CONT-20, CONT-25, CUST-47: the details show what somebody typed about themselves as not verified, with the button that
/// takes it, and who may be the same person; fields stand in their one order, the declared ones among them.
#[actix_web::test]
async fn the_details_show_what_is_not_verified_and_all_fields_in_their_order() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let known = app.customer(Person { name: "Anna", email: "anna@example.com", ..Person::default() });
    let claims = vec![Claim { kind: ClaimKind::Email, value: "Anna@example.com".into() }];
    let id = app.writes(Letter { channel: chat, address: "v", name: "Visitor", claims, ..Letter::default() }).await;
    app.execute("INSERT INTO custom_fields (name, created_at, is_shown) VALUES ('City', '2026-01-05 09:00:00', TRUE)");
    let city = app.number("SELECT MAX(id) FROM custom_fields");
    app.execute(&format!("INSERT INTO field_places (field, place) VALUES ('{city}', 1), ('note', 2), ('email', 3)"));
    app.execute(&format!(
        "INSERT INTO customer_variables (customer_id, name, value) VALUES ({id}, 'City', 'Oslo'), ({id}, 'plan', 'gold')"
    ));
    let tag = app.tag("VIP", 1);
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {tag})"));
    let client = app.sign_in(OPERATOR).await;
    let here = format!("/contacts/{id}");
    let page = client.get(&here).await;
    page.assert_says("Oslo").assert_says("VIP").assert_says("gold").assert_says("Not verified");
    page.assert_has(&format!("#detail .mini a[href='/contacts/{known}']"));
    assert_eq!(page.select("#detail .kv-w dt")[..3], ["City", "Note", "Email"]);
    // The same button stands in the inbox, and leads back there.
    let side = client.get(&format!("/inbox/{id}")).await;
    let button = format!("#side form[action='/customers/{id}/claims']");
    side.assert_has(&button);
    assert_eq!(side.attribute(&format!("{button} [name=back]"), "value"), format!("/inbox/{id}"));
    let taken = client.submit(&page, &format!("#detail form[action='/customers/{id}/claims']"), &[]).await;
    taken.assert_redirect(&here);
    let page = client.get(&here).await;
    page.assert_says("Anna@example.com").assert_silent_about("Not verified").assert_silent_about("details are missing");
    client.get(&format!("/inbox/{id}")).await.assert_lacks(&button);
}

/// CONT-23: whose details are missing is marked in the list and can be listed alone, by name, searched and page by page; who has
/// got one is there no more.
#[actix_web::test]
async fn whose_details_are_missing_can_be_listed() {
    let app = spawn_app().await;
    app.customer(Person { name: "Anna Known", phone: "+7 901 788-07-95", ..Person::default() });
    let theirs = app.customer(Person {
        name: "Anna Theirs",
        responsible: Some(app.staff_id(SECOND_OPERATOR)),
        ..Person::default()
    });
    for n in 1..=53 {
        app.customer(Person::named(&format!("Zoe {n:02}")));
    }
    for name in ["Joanna", "Olga Annason", "Anna First"] {
        app.customer(Person::named(name));
    }
    let client = app.sign_in(OPERATOR).await;
    let all = client.get("/contacts").await;
    assert_eq!(all.select(NAMES)[..3], ["Anna First", "Anna Known", "Anna Theirs"]);
    assert_eq!(all.select(".cc-m")[..2], ["Details missing", "+7 901 788-07-95"]);
    let chip = all.attribute("#contact_list .chip", "href");
    let missing = client.get(&chip).await;
    assert_eq!(missing.select(NAMES)[..3], ["Anna First", "Anna Theirs", "Joanna"]);
    missing.assert_has("#contact_list .chip.is-on");
    let next = client.get(&missing.attribute("a[rel=next]", "href")).await;
    assert_eq!((next.count(NAMES), next.select(NAMES).last().cloned()), (7, Some("Zoe 53".to_owned())));
    let search = format!("{chip}&q=anna");
    let found = client.htmx(&search, "div#contact_list").await;
    assert_eq!(found.select(NAMES), ["Anna First", "Anna Theirs", "Olga Annason", "Joanna"]);
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    app.execute(&format!("UPDATE customers SET phone = '1234' WHERE id = {theirs}"));
    let found = client.get(&search).await;
    assert_eq!(found.select(NAMES), ["Anna First", "Olga Annason", "Joanna"]);
    client.get("/contacts?pending=1&q=known").await.assert_says("No such name");
}

/// CONT-30, CONT-31: the form and the list lie over the conversation; what is made is offered to be opened there, under the tab and
/// the filters that one had.
#[actix_web::test]
async fn contacts_lie_over_the_conversation() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "v1", name: "Anna", ..Letter::default() }).await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/inbox/{id}?tab=free&search=a")).await;
    let over = page.attribute(".pane-h a[href^='/contacts?']", "hx-get");
    let drawer = client.htmx(&over, "div#contact-dialog").await;
    drawer.assert_status(200).assert_has("dialog.drawer[data-open]").assert_lacks("nav.nav-side");
    assert_eq!(drawer.attribute(NAMES, "hx-get"), format!("/inbox/{id}?tab=free&search=a"));
    let list = client.htmx(&format!("{over}&q=nobody"), "div#contact_list").await;
    list.assert_region("contact_list").assert_says("No such name");
    let ask = page.attribute(".pane-h a[href^='/contacts/new']", "hx-get");
    let form = client.htmx(&ask, "div#contact-dialog").await;
    form.assert_has("dialog.dlg[data-open] form#contact_form");
    let back = form.attribute("#contact_form [name=back]", "value");
    assert_eq!(back, format!("/inbox/{id}?tab=free&search=a"));
    let token = form.attribute("#contact_form [name=form_token]", "value");
    let fields = |email| [("back", back.as_str()), ("form_token", token.as_str()), ("name", "Boris"), ("email", email)];
    let wrong = client.htmx_post("/contacts/new", "form#contact_form", &fields("")).await;
    wrong.assert_status(422).assert_has("form#contact_form #email-err").assert_lacks("nav.nav-side");
    let made = client.htmx_post("/contacts/new", "form#contact_form", &fields("b@example.com")).await;
    made.assert_status(200).assert_region("contact_form").assert_says("Boris");
    let boris = app.number("SELECT MAX(id) FROM customers");
    let open = made.attribute("#contact_form a.btn-primary", "href");
    assert_eq!(open, format!("/inbox/{boris}?tab=free&search=a"));
    client.get(&open).await.assert_status(200);
}
