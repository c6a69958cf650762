//! The Customers page: its table, its filters, its pages.

use std::io::Read;

use crate::support::desk::{Letter, Person, moment};
use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app, spawn_app_with};

const NAMES: &str = "tbody .who bdi";

fn create_many(app: &TestApp, count: i64) {
    let operator = app.staff_id(OPERATOR);
    let tags = [app.tag("Very important", 2), app.tag("Постоянный клиент", 4)];
    let mut sql = String::new();
    for n in 0..count {
        let id = 100_000 + n;
        let at = moment(0);
        sql.push_str(&format!(
            "INSERT INTO customers (id, name, name_folded, phone, phone_digits, email, email_folded, channel_kind, \
             responsible_id, search_text, last_activity_at, created_at) VALUES ({id}, 'Константин Преображенский {n}', \
             'константин преображенский {n}', '+7 901 788-07-{n:02}', '790178807{n:02}', 'konstantin.{n}@example.com', \
             'konstantin.{n}@example.com', 'web_chat', {operator}, 'константин преображенский {n}\nkonstantin.{n}@example.com\n{id}', \
             '{at}', '{at}');"
        ));
        for tag in &tags[..usize::try_from(n % 3).unwrap()] {
            sql.push_str(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({id}, {tag});"));
        }
    }
    app.execute(&sql);
}

/// LIST-01, CUST-01, CUST-02, CUST-03, CUST-11: an admin sees all customers, with what identifies them and what can be done
/// with them, and a row leads to the profile.
#[actix_web::test]
async fn the_table_shows_every_customer_and_leads_to_profiles() {
    let app = spawn_app().await;
    let mine = app.customer(Person {
        name: "Анна Ковальская",
        phone: "+7 901 788-07-95",
        email: "anna@example.com",
        responsible: Some(app.staff_id(ADMIN)),
        ..Person::default()
    });
    app.customer(Person {
        name: "王芳",
        responsible: Some(app.staff_id(OPERATOR)),
        idle: 1,
        age: 1,
        ..Person::default()
    });
    let tag = app.tag("VIP", 2);
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({mine}, {tag})"));
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get("/customers?period=all").await;
    assert_eq!(page.select(NAMES), ["Анна Ковальская", "王芳"]);
    page.assert_says("anna@example.com")
        .assert_says("+7 901 788-07-95")
        .assert_says("Olga Operator")
        .assert_says("VIP");
    page.assert_says("2 customers");
    // What can be done: with the whole list above it, with one customer in their row.
    page.assert_has("a[href^='/customers/export']");
    for action in ["message", "?dialog=block"] {
        let leads = page.attributes("tbody tr:first-child .acts a", "href");
        assert!(leads.iter().any(|href| href.ends_with(action)), "{action} of {leads:?}");
    }
    let link = page.attribute("tbody .who", "href");
    assert_eq!(link, format!("/customers/{mine}"));
    admin.get(&link).await.assert_status(200).assert_says("Анна Ковальская");
}

/// CUST-04, CUST-05: this week unless asked otherwise; the chip is removable; a period, and dates in the desk's zone.
#[actix_web::test]
async fn the_week_is_the_default_and_can_be_taken_off() {
    // 14 hours ahead: its Monday begins while it is Sunday in UTC.
    let app = spawn_app_with(|config| config.time_zone = chrono_tz::Pacific::Kiritimati).await;
    app.customer(Person::named("New this week"));
    app.customer(Person { name: "Known for long", age: 40, ..Person::default() });
    let old = app.customer(Person { name: "On a day", age: 400, idle: 400, ..Person::default() });
    // 1 March in Kiritimati, still 28 February in UTC.
    app.execute(&format!("UPDATE customers SET created_at = '2025-02-28 10:30:00' WHERE id = {old}"));
    let client = app.sign_in(ADMIN).await;
    let week = client.get("/customers").await;
    assert_eq!(week.select(NAMES), ["New this week"]);
    week.assert_says("1 of 3 customers").assert_says("This week");
    let off = week.attribute(".chips a", "href");
    assert_eq!(off, "/customers?period=all");
    assert_eq!(client.get(&off).await.count("tbody tr"), 3);
    assert_eq!(client.get("/customers?period=today").await.select(NAMES), ["New this week"]);
    assert_eq!(client.get("/customers?period=30d").await.count("tbody tr"), 1);
    let day = client.get("/customers?period=dates&from=2025-03-01&to=2025-03-01").await;
    assert_eq!(day.select(NAMES), ["On a day"]);
    assert_eq!(day.attribute("input#d-from", "value"), "2025-03-01");
    assert_eq!(client.get("/customers?from=2025-02-01&to=2025-02-28").await.count("tbody tr"), 0);
    assert_eq!(client.get("/customers?to=2025-03-01").await.select(NAMES), ["On a day"]);
}

/// CUST-04: nothing this week is not nothing at all: the page says so and offers everybody.
#[actix_web::test]
async fn an_empty_week_offers_everybody() {
    let app = spawn_app().await;
    let client = app.sign_in(OPERATOR).await;
    client.get("/customers").await.assert_says("No customers yet").assert_has(".blank a[href='/contacts/new']");
    app.customer(Person { name: "Known for long", age: 40, idle: 3, ..Person::default() });
    let page = client.get("/customers").await;
    page.assert_says("Nobody new in this period").assert_lacks("table");
    assert_eq!(client.get(&page.attribute(".blank a", "href")).await.select(NAMES), ["Known for long"]);
    client
        .get("/customers?name=nobody")
        .await
        .assert_says("Nobody matches")
        .assert_has(".blank a[href='/customers?period=all&name=nobody']");
}

/// CUST-06: by tag, whether many have it or one.
#[actix_web::test]
async fn a_tag_narrows_down() {
    let app = spawn_app().await;
    let (anna, _) = (app.customer(Person::named("Anna")), app.customer(Person::named("Boris")));
    let (vip, empty) = (app.tag("VIP", 2), app.tag("Nobody's", 3));
    app.execute(&format!("INSERT INTO customer_tag_links (customer_id, tag_id) VALUES ({anna}, {vip})"));
    let client = app.sign_in(OPERATOR).await;
    assert_eq!(client.get(&format!("/customers?tag={vip}")).await.select(NAMES), ["Anna"]);
    assert_eq!(client.get(&format!("/customers?tag={empty}")).await.count("tbody tr"), 0);
    let page = client.get("/customers").await;
    let filtered = client.submit(&page, "form#filters", &[("tag", &vip.to_string())]).await;
    assert_eq!(filtered.select(NAMES), ["Anna"]);
    assert!(filtered.has(&format!("option[value='{vip}'][selected]")));
}

/// CUST-07, CUST-09: the name filter finds a part of a name, anywhere, in any case and script, and nothing but names.
#[actix_web::test]
async fn the_name_filter_is_fuzzy() {
    let app = spawn_app().await;
    for name in ["Константин Ё. Петров", "王芳", "محمد العلي", "100% O'Brien_", "Straße Anna"]
    {
        app.customer(Person::named(name));
    }
    app.customer(Person { name: "Only mail", email: "petrov@anna.example", ..Person::default() });
    let client = app.sign_in(OPERATOR).await;
    for (typed, found) in [
        ("СТАНТ", "Константин Ё. Петров"),
        ("е. пет", "Константин Ё. Петров"),
        ("т", "Константин Ё. Петров"),
        ("芳", "王芳"),
        ("العلي", "محمد العلي"),
        ("0%25", "100% O'Brien_"),
        ("O'BRIEN_", "100% O'Brien_"),
        ("ANNA", "Straße Anna"),
        ("  anna ", "Straße Anna"),
    ] {
        let page = client.get(&format!("/customers?period=all&name={typed}")).await;
        assert_eq!(page.select(NAMES), [found], "{typed}");
    }
    for typed in ["petrov@", "%25%25%25", "___", "' OR 1=1 --", "\"\"\"", "<b>"] {
        let page = client.get(&format!("/customers?period=all&name={typed}")).await;
        assert_eq!(page.assert_status(200).count("tbody tr"), 0, "{typed}");
    }
}

/// CUST-08, CUST-10, CUST-63: the ID filter finds a part of the number, of blocked customers too.
#[actix_web::test]
async fn the_id_filter_is_fuzzy() {
    let app = spawn_app().await;
    let blocked = app.customer(Person { name: "Blocked", blocked: true, ..Person::default() });
    let other = app.customer(Person { name: "104882 in the name", ..Person::default() });
    app.execute(&format!("UPDATE customers SET id = 104882, search_text = 'blocked\n104882' WHERE id = {blocked}"));
    app.execute(&format!("UPDATE customers SET id = 7, search_text = '104882 in the name\n7' WHERE id = {other}"));
    let client = app.sign_in(SUPERVISOR).await;
    for typed in ["104882", "0488", "82", "104 882", "№104882"] {
        let page = client.get(&format!("/customers?id={typed}")).await;
        assert_eq!(page.select(NAMES), ["Blocked"], "{typed}");
    }
    assert_eq!(client.get("/customers?id=7").await.select(NAMES), ["104882 in the name"]);
    let wrong = client.get("/customers?id=abc").await;
    wrong.assert_status(200).assert_says("A customer ID is a number.");
    assert_eq!(wrong.attribute("#f-id[aria-invalid]", "value"), "abc");
    let page = client.get("/customers?id=104882").await;
    page.assert_says("Blocked");
    client
        .get(&page.attribute("tbody .who", "href"))
        .await
        .assert_has("#d-unblock form[action='/customers/104882/block/delete']");
}

/// CUST-56, CUST-58: from the table a supervisor gets to the blacklist and blocks; operators see neither.
#[actix_web::test]
async fn supervisors_block_from_the_table() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("Anna"));
    let supervisor = app.sign_in(SUPERVISOR).await;
    let page = supervisor.get("/customers").await;
    page.assert_has(".tbar a[href='/blacklist']");
    let link = page.attribute("tbody a.ban", "href");
    let profile = supervisor.get(&link).await;
    profile.assert_has(&format!(
        "dialog#d-block[open] form[action='/customers/{id}/block'] textarea[name=reason][required]"
    ));
    let page = app.sign_in(OPERATOR).await.get("/customers").await;
    page.assert_lacks(".tbar a[href='/blacklist']").assert_lacks("tbody a[href*=block]");
}

/// CUST-01: fifty a page, newest activity first, forward and back without a gap, with the filters kept.
#[actix_web::test]
async fn pages_follow_each_other() {
    let app = spawn_app().await;
    create_many(&app, 99);
    let client = app.sign_in(OPERATOR).await;
    let first = client.get("/customers?name=преображенский").await;
    assert_eq!(first.count("tbody tr"), 50);
    first.assert_says("99 of 99 customers").assert_lacks("a[rel=prev]");
    let second = client.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.count("tbody tr"), 49);
    second.assert_lacks("a[rel=next]");
    assert_eq!(second.attribute("input#f-name", "value"), "преображенский");
    let mut all = first.select("tbody td.ltr");
    all.extend(second.select("tbody td.ltr"));
    all.sort();
    all.dedup();
    assert_eq!(all.len(), 99);
    let back = client.get(&second.attribute("a[rel=prev]", "href")).await;
    assert_eq!(back.select("tbody td.ltr"), first.select("tbody td.ltr"));
    client.get("/customers?at=nonsense&tag=x&id=-1&period=%00").await.assert_status(200);
}

/// The page of fifty rows stays under 62 KB, and under 10 KB compressed; the region alone is less.
#[actix_web::test]
async fn a_full_page_is_small() {
    let app = spawn_app().await;
    create_many(&app, 60);
    let client = app.sign_in(SUPERVISOR).await;
    let page = client.get("/customers").await;
    assert_eq!(page.count("tbody tr"), 50);
    assert!(page.bytes.len() < 62 * 1024, "{} bytes", page.bytes.len());
    let mut packed = vec![];
    flate2::read::GzEncoder::new(&page.bytes[..], flate2::Compression::default()).read_to_end(&mut packed).unwrap();
    assert!(packed.len() < 10 * 1024, "{} bytes compressed", packed.len());
    let region = client.htmx("/customers?name=преобр", "div#customers").await;
    region.assert_region("customers");
    assert!(region.text.contains("<title>Customers"));
}

/// Where operators see their own and free customers only, the table, its count and its filters show no others.
#[actix_web::test]
async fn the_scope_holds_for_the_table() {
    let app = spawn_app().await;
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    app.customer(Person { name: "Mine", responsible: Some(app.staff_id(OPERATOR)), ..Person::default() });
    let others =
        app.customer(Person { name: "Theirs", responsible: Some(app.staff_id(SECOND_OPERATOR)), ..Person::default() });
    app.customer(Person { name: "Free", idle: 0, ..Person::default() });
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/customers").await;
    page.assert_silent_about("Theirs").assert_says("2 of 2 customers");
    assert_eq!(client.get("/customers?name=theirs").await.count("tbody tr"), 0);
    for path in ["", "/edit", "/message", "?tab=interaction"] {
        client.get(&format!("/customers/{others}{path}")).await.assert_status(404);
    }
    assert_eq!(app.sign_in(SUPERVISOR).await.get("/customers").await.count("tbody tr"), 3);
}

/// CUST-37: the table's Callback leads to the form for a first message.
#[actix_web::test]
async fn callback_stands_in_each_row() {
    let app = spawn_app().await;
    let chat = app.channel("web_chat");
    let id = app.writes(Letter { channel: chat, address: "a", name: "Anna", ..Letter::default() }).await;
    app.execute("UPDATE conversations SET status = 'closed', closed_at = opened_at");
    app.execute("UPDATE customers SET active_count = 0");
    let client = app.sign_in(OPERATOR).await;
    let page = client.get("/customers").await;
    let link = page.attribute("tbody td.acts a", "href");
    assert_eq!(link, format!("/customers/{id}/message"));
    client.get(&link).await.assert_has("form#message_form textarea[name=body]");
}
