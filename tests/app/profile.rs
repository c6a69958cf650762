//! The profile: fields, tabs, responsible, tags, writing first, deleting.

use switchboard::conversations::VisitDetails;
use switchboard::customers::{Claim, ClaimKind};

use crate::support::desk::{Letter, Person, send_first};
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// A customer of the web chat whose conversation is over.
async fn quiet(app: &TestApp, name: &str) -> i64 {
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: name, name, ..Letter::default() }).await;
    close_all(app);
    id
}

fn close_all(app: &TestApp) {
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at, close_reason = 'solved'");
    app.execute("UPDATE customers SET active_count = 0");
}

/// CUST-12, CUST-13, CUST-14, CUST-15, CUST-16, CUST-17, CUST-18, CUST-19: every field is shown, is edited, and comes back.
#[actix_web::test]
async fn the_profile_has_its_fields() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Nick"));
    let client = app.sign_in(OPERATOR).await;
    let edit = client.get(&format!("/customers/{id}/edit")).await;
    let fields = [
        ("name", "Анна 🌸"),
        ("real_name", "Anna Kowalska"),
        ("phone", "+44 7700 900142"),
        ("email", "anna@example.com"),
        ("company", "Kowalska Studio"),
        ("external_id", "CRM-55"),
        ("language", "Polish"),
        ("note", "Two\nlines"),
        ("handles", "QQ: 12345\nICQ: 777"),
    ];
    client.submit(&edit, "form#edit_form", &fields).await.assert_redirect(&format!("/customers/{id}"));
    let page = client.get(&format!("/customers/{id}")).await;
    for words in [
        "Nickname",
        "Анна 🌸",
        "Real name",
        "Anna Kowalska",
        "Phone",
        "+44 7700 900142",
        "Email",
        "anna@example.com",
        "Company",
        "Kowalska Studio",
        "External ID",
        "CRM-55",
        "Language",
        "Polish",
        "Note",
        "Two lines",
        "QQ",
        "12345",
        "ICQ",
        "777",
    ] {
        page.assert_says(words);
    }
    page.assert_says(&format!("ID {id}"));
    let again = client.get(&format!("/customers/{id}/edit")).await.form("form#edit_form");
    for (name, value) in fields {
        let shown =
            again.fields.iter().find(|(field, _)| field == name).map(|(_, shown)| shown.trim().replace("\r\n", "\n"));
        assert_eq!(shown.as_deref(), Some(value), "{name}");
    }
}

/// CUST-12, CUST-13, CUST-14, CUST-15, CUST-16, CUST-17, CUST-18, CUST-19: each field is edited where it stands.
#[actix_web::test]
async fn a_field_is_edited_in_place() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Nick"));
    let client = app.sign_in(OPERATOR).await;
    let url = format!("/customers/{id}");
    let page = client.get(&url).await;
    for (field, value, shown) in [
        ("name", "Анна 🌸", "Анна 🌸"),
        ("real_name", "Anna Kowalska", "Anna Kowalska"),
        ("phone", "+44 7700 900142", "+44 7700 900142"),
        ("email", "anna@example.com", "anna@example.com"),
        ("company", "Kowalska Studio", "Kowalska Studio"),
        ("external_id", "CRM-55", "CRM-55"),
        ("language", "Polish", "Polish"),
        ("note", "Two\nlines", "Two lines"),
        ("handles", "QQ: 12345\nICQ: 777", "ICQ: 777"),
    ] {
        let (region, target) = (format!("field-{field}"), format!("div#field-{field}"));
        // Without scripts the same control leads to the page that edits.
        page.assert_has(&format!("#{region} a[href='{url}/edit#{field}'][hx-get='{url}?edit={field}']"));
        let form = client.htmx(&format!("{url}?edit={field}"), &target).await;
        form.assert_region(&region).assert_has(&format!("#f-{field}[autofocus]"));
        let action = format!("{url}/fields/{field}");
        let was = form.form("form").fields.iter().find(|(name, _)| name == "was").unwrap().1.clone();
        let saved = client.htmx_post(&action, &target, &[("typed", value), ("was", &was)]).await;
        saved.assert_region(&region).assert_says(shown).assert_lacks("form");
        assert_eq!(saved.header("hx-trigger"), r#"{"toast":"Saved"}"#);
        client.htmx(&url, &target).await.assert_region(&region).assert_says(shown).assert_lacks("form");
    }
    assert_eq!(app.text("SELECT phone_digits FROM customers").as_deref(), Some("447700900142"));
    assert_eq!(app.number("SELECT count(*) FROM companies"), 1);
    assert!(app.text("SELECT search_text FROM customers").unwrap().contains("crm-55"));
    client.post_form(&format!("{url}/fields/id"), &[("typed", "7")]).await.assert_status(404);
    client
        .post_form(&format!("{url}/fields/note"), &[("typed", "x"), ("was", "Two\r\nlines")])
        .await
        .assert_redirect(&url);
    client.post_form("/customers/999999/fields/note", &[("typed", "x")]).await.assert_status(404);
}

/// What does not fit is told at the field with what was typed; what others changed meanwhile is shown before it goes.
#[actix_web::test]
async fn a_field_that_does_not_fit_stays_open() {
    let app = spawn_app().await;
    let id = app.customer(Person { name: "Anna", email: "a@example.com", ..Person::default() });
    let other = app.customer(Person::named("Other"));
    app.execute(&format!("UPDATE customers SET external_id = 'CRM-1' WHERE id = {other}"));
    // A field that no form would let in is no reason to refuse another one.
    app.execute(&format!("UPDATE customers SET phone = 'none' WHERE id = {id}"));
    let client = app.sign_in(OPERATOR).await;
    let url = format!("/customers/{id}");
    let long = "я".repeat(201);
    for (field, was, typed) in [
        ("name", "Anna", " \u{200b}\u{7} "),
        ("name", "Anna", long.as_str()),
        ("phone", "none", "'; DROP TABLE customers; --"),
        ("email", "a@example.com", "a@b"),
        ("handles", "", "QQ 12345"),
        ("language", "", long.as_str()),
        ("external_id", "", "CRM-1"),
    ] {
        let action = format!("{url}/fields/{field}");
        let sent = [("typed", typed), ("was", was)];
        let answer = client.htmx_post(&action, &format!("div#field-{field}"), &sent).await;
        answer.assert_status(422).assert_has(&format!("#f-{field}-err"));
        answer.assert_has(&format!("#f-{field}[aria-invalid=true][autofocus]"));
        assert!(!answer.text.contains("<html"));
        let page = client.post_form(&action, &sent).await;
        page.assert_status(422).assert_has(&format!("html #f-{field}[aria-invalid=true]"));
        let kept =
            page.form(&format!("#field-{field} form")).fields.iter().find(|(n, _)| n == "typed").unwrap().1.clone();
        assert_eq!(kept.trim_end_matches('\n'), typed.replace(['\u{7}'], "\u{7}"), "{field}");
    }
    let action = format!("{url}/fields/email");
    let stale = client.htmx_post(&action, "div#field-email", &[("typed", "b@example.com"), ("was", "")]).await;
    stale.assert_status(422).assert_says("a@example.com").assert_says("Somebody else changed it");
    assert_eq!(stale.attribute("#f-email", "value"), "b@example.com");
    assert_eq!(stale.attribute("[name=was]", "value"), "a@example.com");
    client.submit(&stale, "form", &[]).await.assert_redirect(&url);
    assert_eq!(app.text(&format!("SELECT email FROM customers WHERE id = {id}")).as_deref(), Some("b@example.com"));
}

/// CUST-20, CUST-21: the ID is unique, is shown and is no field: what a form sends for it changes nothing.
#[actix_web::test]
async fn the_id_cannot_be_edited() {
    let app = spawn_app().await;
    let (one, other) = (app.customer(Person::named("One")), app.customer(Person::named("Other")));
    let client = app.sign_in(ADMIN).await;
    let edit = client.get(&format!("/customers/{one}/edit")).await;
    edit.assert_lacks("[name=id]").assert_says(&format!("ID {one}"));
    client.submit(&edit, "form#edit_form", &[("name", "Renamed"), ("id", &other.to_string())]).await.assert_status(303);
    assert_eq!(app.text(&format!("SELECT name FROM customers WHERE id = {other}")).as_deref(), Some("Other"));
    assert_eq!(app.number("SELECT count(DISTINCT id) FROM customers"), 2);
}

/// Wrong input is said at its field, keeps what was typed, and changes nothing; a taken external ID is one such thing.
#[actix_web::test]
async fn wrong_input_is_said_at_its_field() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let other = app.customer(Person::named("Other"));
    app.execute(&format!("UPDATE customers SET external_id = 'CRM-1' WHERE id = {other}"));
    let client = app.sign_in(OPERATOR).await;
    let edit = client.get(&format!("/customers/{id}/edit")).await;
    let long = "я".repeat(201);
    for (field, value) in [
        ("name", " \u{200b}\u{7} "),
        ("name", &long),
        ("phone", "'; DROP TABLE customers; --"),
        ("email", "a@b"),
        ("handles", "QQ 12345"),
        ("language", &long),
        ("external_id", "CRM-1"),
    ] {
        let answer = client.submit(&edit, "form#edit_form", &[("real_name", "<b>kept</b>"), (field, value)]).await;
        answer
            .assert_status(422)
            .assert_has(&format!("#{field}-err"))
            .assert_has(&format!("#{field}[aria-invalid=true]"));
        assert_eq!(answer.attribute("input#real_name", "value"), "<b>kept</b>", "{field}");
    }
    assert_eq!(app.text(&format!("SELECT name FROM customers WHERE id = {id}")).as_deref(), Some("Anna"));
    let region = client.htmx_post(&format!("/customers/{id}/edit"), "form#edit_form", &[("name", "")]).await;
    region.assert_status(422);
    assert!(!region.text.contains("<html"));
}

/// Two people edit one customer: the second sees the newer values and decides; a deleted customer's form is answered 404 with a way on.
#[actix_web::test]
async fn a_stale_form_asks() {
    let app = spawn_app().await;
    let id = app.customer(Person { name: "Anna", email: "a@example.com", ..Person::default() });
    let (one, other) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    let stale = other.get(&format!("/customers/{id}/edit")).await;
    let fresh = one.get(&format!("/customers/{id}/edit")).await;
    one.submit(&fresh, "form#edit_form", &[("phone", "+7 901 788-07-95")]).await.assert_status(303);
    let asked = other.submit(&stale, "form#edit_form", &[("name", "Anna K.")]).await;
    asked
        .assert_status(422)
        .assert_says("Somebody else changed this customer meanwhile")
        .assert_says("+7 901 788-07-95");
    assert_eq!(asked.attribute("input#name", "value"), "Anna K.");
    assert!(app.text("SELECT phone FROM customers").is_some());
    other.submit(&asked, "form#edit_form", &[]).await.assert_status(303);
    assert_eq!(app.text("SELECT name FROM customers").as_deref(), Some("Anna K."));
    app.execute("DELETE FROM customers");
    let gone = other.submit(&asked, "form#edit_form", &[]).await;
    gone.assert_status(404).assert_has("main a");
}

/// CUST-22, CUST-23: tags are added and taken away on their tab; admins get to their management.
#[actix_web::test]
async fn tags_are_added_and_taken_away() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let (vip, other) = (app.tag("VIP", 2), app.tag("Опт", 3));
    let client = app.sign_in(OPERATOR).await;
    let tab = format!("/customers/{id}?tab=tags");
    let page = client.get(&tab).await;
    page.assert_has("nav.tabs a[aria-current=page][href$='tab=tags']")
        .assert_lacks("a[href='/settings/customer-tags']");
    assert_eq!(page.count("#tags-others button"), 2);
    let post = format!("/customers/{id}/tags");
    for _ in 0..2 {
        client.post_form(&post, &[("add", &vip.to_string())]).await.assert_redirect(&tab);
    }
    client.post_form(&post, &[("add", &other.to_string())]).await.assert_status(303);
    let page = client.get(&tab).await;
    assert_eq!(page.count("#tags-on .tagx"), 2);
    page.assert_has(&format!("#tags-on .u2 button[name=remove][value='{vip}']"));
    client.post_form(&post, &[("remove", &vip.to_string())]).await.assert_status(303);
    assert_eq!(client.get(&tab).await.count("#tags-on .tagx"), 1);
    // The profile gets its region; another page is fetched again.
    let region = client.htmx_post(&post, "div#profile", &[("add", &vip.to_string())]).await;
    region.assert_status(200).assert_has("#profile #tags-on").assert_lacks("#app");
    assert_eq!(region.count("#tags-on .tagx"), 2);
    let elsewhere = client.htmx_post(&post, "form#add-tag", &[("remove", &vip.to_string())]).await;
    assert!(elsewhere.header("hx-location").contains("#app"));
    for wrong in [("add", "999"), ("add", "x"), ("x", "1")] {
        client.post_form(&post, &[wrong]).await.assert_status(422);
    }
    client.post_form("/customers/999/tags", &[("add", &vip.to_string())]).await.assert_status(404);
    app.sign_in(ADMIN).await.get(&tab).await.assert_has("a[href='/settings/customer-tags']");
}

/// CUST-24, CUST-25, CUST-26, CUST-27, CUST-28, CUST-29, CUST-30, CUST-31: conversations with ratings; a chosen one's details, and of a web customer address, region, software, page and referrer.
#[actix_web::test]
async fn the_interaction_tab_tells_of_conversations() {
    let app = spawn_app().await;
    let (chat, other) = (app.channel("web_chat"), app.channel("app"));
    let visit = VisitDetails {
        ip: Some("203.0.113.48".into()),
        region: Some("Leeds, United Kingdom".into()),
        environment: Some("Safari 19, iOS 20".into()),
        page_url: Some("https://shop.example/track".into()),
        referrer: Some("https://search.example/".into()),
    };
    let letter = Letter { channel: chat, address: "v", name: "Anna", email: "anna@example.com", ..Letter::default() };
    let id = app.writes(Letter { visit: Some(visit.clone()), ..letter.clone() }).await;
    close_all(&app);
    app.execute("UPDATE conversations SET rating = 2, rating_comment = 'Had to explain twice', rated_at = opened_at");
    assert_eq!(app.writes(Letter { channel: other, ..letter }).await, id);
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/customers/{id}?tab=interaction")).await;
    assert_eq!(page.count("tbody tr"), 2);
    page.assert_says("2.0 on average, 1 rating")
        .assert_has("tbody [role=img][aria-label='2 of 5']")
        .assert_says("Queued")
        .assert_says("Closed");
    page.assert_silent_about("203.0.113.48");
    let details: Vec<String> = page.attributes("tbody td:last-child a", "href");
    let web = client.get(details[1].split('#').next().unwrap()).await;
    for words in [
        "203.0.113.48",
        "Leeds, United Kingdom",
        "Safari 19, iOS 20",
        "https://shop.example/track",
        "https://search.example/",
        "Had to explain twice",
        "Solved",
    ] {
        web.assert_says(words);
    }
    web.assert_has("tr[aria-current=true]");
    let app_details = client.get(details[0].split('#').next().unwrap()).await;
    app_details.assert_has("#details").assert_silent_about("203.0.113.48").assert_silent_about("IP address");
    client.get(&format!("/customers/{id}")).await.assert_says("203.0.113.48");
    let stranger = app.customer(Person::named("Stranger"));
    let number = app.number("SELECT MIN(id) FROM conversations");
    for wrong in [
        format!("/customers/{stranger}?tab=interaction&conversation={number}"),
        format!("/customers/{id}?tab=interaction&conversation=x"),
    ] {
        client.get(&wrong).await.assert_status(404);
    }
    client.get(&format!("/customers/{stranger}?tab=interaction")).await.assert_says("No conversations yet");
    // A mean is of all conversations, also where the page shows the newest fifty.
    let closed = app.number("SELECT MIN(id) FROM conversations WHERE rating = 2");
    for _ in 0..50 {
        app.execute(&format!(
            "INSERT INTO conversations (customer_id, channel_id, account_id, origin, status, opened_at, closed_at, \
             last_message_at, rating) SELECT customer_id, channel_id, account_id, origin, status, opened_at, closed_at, \
             last_message_at, 4 FROM conversations WHERE id = {closed}"
        ));
    }
    let page = client.get(&format!("/customers/{id}?tab=interaction")).await;
    assert_eq!(page.count("tbody tr"), 50);
    page.assert_says("4.0 on average, 51 ratings");
}

/// CUST-38, CUST-39, SEARCH-36: Contact customer writes through the customer's channel and opens a new conversation; the past one stays closed; sent twice it is one.
#[actix_web::test]
async fn contact_customer_opens_a_new_conversation() {
    let app = spawn_app().await;
    let id = quiet(&app, "Anna").await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/customers/{id}")).await;
    page.assert_has("button[commandfor=d-contact]").assert_has("dialog#d-contact form#message_form");
    for _ in 0..2 {
        send_first(&client, &page, &[("body", "Good morning")]).await.assert_redirect(&format!("/inbox/{id}"));
    }
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 2);
    assert_eq!(app.number("SELECT count(*) FROM conversations WHERE status = 'closed' AND origin = 'incoming'"), 1);
    let assignee = app.number("SELECT assignee_id FROM conversations WHERE status = 'active' AND origin = 'outgoing'");
    assert_eq!(assignee, app.staff_id(OPERATOR));
    let page = client.get(&format!("/customers/{id}")).await;
    page.assert_has(&format!(".phead a.btn-primary[href^='/inbox/{id}?at=']")).assert_says("Active conversation");
    let refused = client.get(&format!("/customers/{id}/message")).await;
    refused
        .assert_says("has an active conversation")
        .assert_has(&format!("#message_form a[href^='/inbox/{id}?at=']"))
        .assert_lacks("textarea");
}

/// SEARCH-36: what cannot be sent says why: nothing typed, no channel, blocked, a colleague's customer, an account of somebody else.
#[actix_web::test]
async fn a_first_message_is_refused_with_its_reason() {
    let app = spawn_app().await;
    let id = quiet(&app, "Anna").await;
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/customers/{id}/message")).await;
    send_first(&client, &page, &[("body", " \n ")]).await.assert_status(422).assert_has("#m-body-err");
    let long = "x".repeat(10_001);
    let kept = send_first(&client, &page, &[("body", &long)]).await;
    assert_eq!(kept.assert_status(422).select("textarea").len(), 1);
    send_first(&client, &page, &[("body", "hi"), ("account", "999")]).await.assert_status(422);
    let bare = app.customer(Person::named("No channel"));
    client.get(&format!("/customers/{bare}/message")).await.assert_says("no channel yet").assert_lacks("textarea");
    let second = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {second} WHERE id = {id}"));
    client.get(&format!("/customers/{id}/message")).await.assert_says("belongs to a colleague");
    send_first(&client, &page, &[("body", "hi")])
        .await
        .assert_status(422)
        .assert_says("belongs to a colleague")
        .assert_says("hi");
    app.execute(&format!("UPDATE customers SET blocked = TRUE, responsible_id = NULL WHERE id = {id}"));
    client.get(&format!("/customers/{id}/message")).await.assert_says("This customer is blocked");
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 1);
}

/// CUST-50, CUST-57, CUST-64: the blacklist dialog asks for a reason; a blocked profile shows it and offers the way off; operators ask.
#[actix_web::test]
async fn the_profile_blocks_and_unblocks() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let page = format!("/customers/{id}");
    let (admin, operator) = (app.sign_in(ADMIN).await, app.sign_in(OPERATOR).await);
    let form = format!("dialog#d-block form[action='/customers/{id}/block'] textarea[name=reason][required]");
    admin.get(&page).await.assert_has(&form).assert_says("Add to blacklist");
    operator
        .get(&page)
        .await
        .assert_lacks(&form)
        .assert_says("Ask to block")
        .assert_has("#d-block textarea[name=reason]");
    let admin_id = app.staff_id(ADMIN);
    app.execute(&format!("UPDATE customers SET blocked = TRUE WHERE id = {id}"));
    app.execute(&format!(
        "INSERT INTO blocks (customer_id, reason, created_by_id, created_at) VALUES ({id}, 'Same offer every day', {admin_id}, '2026-01-05 09:00:00')"
    ));
    let blocked = admin.get(&page).await;
    blocked.assert_says("Same offer every day").assert_says("Ada Admin").assert_says("Remove from Blacklist");
    blocked
        .assert_has(&format!("dialog#d-unblock form[action='/customers/{id}/block/delete']"))
        .assert_lacks("#d-contact");
    operator.get(&page).await.assert_lacks("#d-unblock").assert_says("Blocked");
}

/// Operators take a free customer and let their own go; supervisors bind anybody; nobody binds to who is not there.
#[actix_web::test]
async fn a_customer_is_bound_by_those_who_may() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let (mine, second) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let post = format!("/customers/{id}/responsible");
    let responsible = || app.text("SELECT responsible_id FROM customers").and_then(|id| id.parse::<i64>().ok());
    let (operator, supervisor) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    operator.post_form(&post, &[("responsible", &second.to_string())]).await.assert_status(409);
    operator.post_form(&post, &[("responsible", &mine.to_string())]).await.assert_status(303);
    assert_eq!(responsible(), Some(mine));
    operator.get(&format!("/customers/{id}")).await.assert_says("your customer");
    operator.post_form(&post, &[("responsible", "")]).await.assert_status(303);
    assert_eq!(responsible(), None);
    supervisor.post_form(&post, &[("responsible", &second.to_string())]).await.assert_status(303);
    operator.post_form(&post, &[("responsible", &mine.to_string())]).await.assert_status(409);
    operator.post_form(&post, &[("responsible", "")]).await.assert_status(409);
    for wrong in ["999", "x"] {
        supervisor.post_form(&post, &[("responsible", wrong)]).await.assert_status(422);
    }
    assert_eq!(responsible(), Some(second));
}

/// What a visitor typed about themselves is shown as not verified beside who may be the same person, and can be taken over.
#[actix_web::test]
async fn claims_show_possible_duplicates() {
    let app = spawn_app().await;
    let known = app.customer(Person { name: "Known Anna", phone: "8 (901) 788-07-95", ..Person::default() });
    let chat = app.channel("web_chat");
    let claims = vec![
        Claim { kind: ClaimKind::Phone, value: "+7 901 788 07 95".into() },
        Claim { kind: ClaimKind::Email, value: "me@example.com".into() },
    ];
    let id = app.writes(Letter { channel: chat, address: "v", name: "Visitor", claims, ..Letter::default() }).await;
    assert_ne!(id, known);
    let client = app.sign_in(OPERATOR).await;
    let page = client.get(&format!("/customers/{id}")).await;
    page.assert_says("Not verified")
        .assert_says("Use this phone")
        .assert_says("Use this email")
        .assert_says("Contact details are missing");
    page.assert_has(&format!(".mini a[href='/customers/{known}']"));
    client.get(&format!("/customers/{known}")).await.assert_has(&format!(".mini a[href='/customers/{id}']"));
    let claim = app.number("SELECT id FROM contact_claims WHERE kind = 'email'").to_string();
    client.post_form(&format!("/customers/{known}/claims"), &[("claim", &claim)]).await.assert_status(404);
    client.post_form(&format!("/customers/{id}/claims"), &[("claim", &claim)]).await.assert_status(303);
    assert_eq!(app.text(&format!("SELECT email FROM customers WHERE id = {id}")).as_deref(), Some("me@example.com"));
    client
        .get(&format!("/customers/{id}"))
        .await
        .assert_silent_about("Use this email")
        .assert_silent_about("Contact details are missing");
}

/// However many others there are whom an operator may not see: the duplicates whom they may see are shown.
#[actix_web::test]
async fn duplicates_of_others_hide_no_own_ones() {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let (me, colleague) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let person = |of| Person { phone: "8 (901) 788-07-95", responsible: Some(of), ..Person::named("Anna") };
    let hidden: Vec<i64> = (0..8).map(|_| app.customer(person(colleague))).collect();
    let (id, own) = (app.customer(person(me)), app.customer(person(me)));
    let page = app.sign_in(OPERATOR).await.get(&format!("/customers/{id}")).await;
    page.assert_has(&format!(".mini a[href='/customers/{own}']"));
    page.assert_lacks(&format!(".mini a[href='/customers/{}']", hidden[0]));
}

/// LIST-126, LIST-127: an admin deletes a customer by typing the number of records that go with them; nothing of them is left.
#[actix_web::test]
async fn deleting_asks_for_the_number_of_records() {
    let app = spawn_app().await;
    let id = quiet(&app, "Anna").await;
    let path = format!("/customers/{id}/delete");
    for email in [OPERATOR, SUPERVISOR] {
        let client = app.sign_in(email).await;
        client.get(&path).await.assert_status(403);
        client.post_form(&path, &[("count", "5")]).await.assert_status(403);
        client.get(&format!("/customers/{id}")).await.assert_lacks(&format!("a[href='{path}']"));
    }
    let admin = app.sign_in(ADMIN).await;
    let profile = admin.get(&format!("/customers/{id}")).await;
    let page = admin.get(&profile.attribute("#m-prof a.danger", "href")).await;
    page.assert_says("This cannot be undone");
    let number = page.select("#records")[0].clone();
    assert_eq!(number, "5"); // the customer, an account, a conversation, two messages
    for wrong in ["", "1", "all", "-5", "<b>"] {
        let refused = admin.submit(&page, "form#delete_form", &[("count", wrong)]).await;
        refused.assert_status(422).assert_has("#count-err");
        assert_eq!(refused.attribute("input#count", "value"), wrong);
    }
    admin.submit(&page, "form#delete_form", &[("count", &number)]).await.assert_redirect("/customers");
    for table in ["customers", "conversations", "messages", "channel_accounts"] {
        assert_eq!(app.number(&format!("SELECT count(*) FROM {table}")), 0, "{table}");
    }
    assert_eq!(app.number("SELECT count(*) FROM audit_events WHERE event = 'customer.deleted'"), 1);
    admin.get(&format!("/customers/{id}")).await.assert_status(404);
    admin.submit(&page, "form#delete_form", &[("count", &number)]).await.assert_status(404);
}

/// SEARCH-15: the profile has a second search bar; both lead to the same search.
#[actix_web::test]
async fn the_profile_has_a_second_search_bar() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let page = app.sign_in(OPERATOR).await.get(&format!("/customers/{id}")).await;
    assert_eq!(page.count("input[data-search][name=q]"), 2);
    let results = page.attributes("input[data-search]", "hx-target");
    assert_ne!(results[0], results[1]);
}

/// Where somebody came from stands in the reader's words; what no channel is called stands as it was sent.
#[actix_web::test]
async fn the_source_has_a_name() {
    let app = spawn_app().await;
    let anna = quiet(&app, "Anna").await;
    let client = app.sign_in(OPERATOR).await;
    let russian = client.with_header("accept-language", "ru");
    for (stored, english, other) in [
        ("web_chat", "Web chat", "Веб-чат"),
        ("telegram", "Telegram", "Telegram"),
        ("manual", "Added by staff", "Добавлен сотрудником"),
        ("spring-ads", "spring-ads", "spring-ads"),
    ] {
        app.execute(&format!("UPDATE customers SET source_tag = '{stored}' WHERE id = {anna}"));
        for path in [format!("/customers/{anna}"), format!("/inbox/{anna}")] {
            for (reader, label, word) in [(&client, "Source", english), (&russian, "Источник", other)] {
                let shown = reader.get(&path).await.select("dl.kv > div");
                let is_it = |one: &String| one.starts_with(label) && one.ends_with(word);
                assert!(shown.iter().any(is_it), "{path}, {stored}: {shown:?}");
            }
        }
    }
}
