//! Home: the cards, today's numbers, the two charts.

use chrono::{Duration, Utc};

use crate::support::{ADMIN, OPERATOR, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app, spawn_app_with};

fn channel(app: &TestApp, kind: &str) -> i64 {
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, created_at) VALUES ('{kind}', '{kind}', 'key-{kind}', '2026-01-01 10:00:00')"
    ));
    app.number("SELECT MAX(id) FROM channels")
}

fn customer(app: &TestApp, unread: i64, responsible: Option<i64>) -> i64 {
    let responsible = responsible.map_or("NULL".into(), |id| id.to_string());
    app.execute(&format!(
        "INSERT INTO customers (name, name_folded, search_text, unread_count, responsible_id, last_activity_at, created_at) \
         VALUES ('Anna', 'anna', 'anna', {unread}, {responsible}, '2026-01-01 10:00:00', '2026-01-01 10:00:00')"
    ));
    app.number("SELECT MAX(id) FROM customers")
}

/// When something was, as both engines write it: so many days and minutes ago.
fn ago(days: i64, minutes: i64) -> String {
    #[expect(clippy::disallowed_methods, reason = "the test's own clock")]
    let now = Utc::now();
    (now - Duration::days(days) - Duration::minutes(minutes)).format("%Y-%m-%d %H:%M:%S").to_string()
}

fn conversation(app: &TestApp, customer: i64, channel: i64, status: &str, opened_at: &str) -> i64 {
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, opened_at, last_message_at) \
         VALUES ({customer}, {channel}, '{status}', 'incoming', '{opened_at}', '{opened_at}')"
    ));
    app.number("SELECT MAX(id) FROM conversations")
}

/// CONT-02: the home page leads to Contacts under the heading "Serve users"; each person sees the sections they may use.
#[actix_web::test]
async fn the_cards_lead_to_the_sections_that_one_may_use() {
    let app = spawn_app().await;
    let everybody = ["/inbox", "/contacts", "/history", "/customers"];
    let of_supervisors = vec!["/reports", "/blacklist", "/lists", "/exports"];
    let of_admins = [of_supervisors.clone(), vec!["/settings"]].concat();
    for (email, more) in [(OPERATOR, vec!["/lists"]), (SUPERVISOR, of_supervisors), (ADMIN, of_admins)] {
        let page = app.sign_in(email).await.get("/").await;
        page.assert_status(200);
        assert_eq!(page.select("section:has(> .tiles) > h2"), ["Serve users"]);
        assert_eq!(page.attributes(".tiles > a", "href"), [everybody.to_vec(), more].concat(), "{email}");
        page.assert_has(".tiles > a[href='/contacts']");
    }
    let demo = spawn_app_with(|config| config.demo = true).await;
    demo.sign_in(OPERATOR).await.get("/").await.assert_has(".tiles > a[href='/demo']");
}

/// A fresh desk says what to do first: the admin connects a channel, everybody else knows whom to ask.
#[actix_web::test]
async fn a_fresh_desk_asks_for_a_channel() {
    let app = spawn_app().await;
    let page = app.sign_in(ADMIN).await.get("/").await;
    page.assert_has("#today a[href='/settings/channels']").assert_lacks(".stats").assert_lacks(".chart");
    let page = app.sign_in(OPERATOR).await.get("/").await;
    page.assert_lacks("#today a").assert_says("An admin can connect one");
    channel(&app, "web_chat");
    let page = app.sign_in(OPERATOR).await.get("/").await;
    page.assert_has(".stats")
        .assert_says("No conversations in the last 7 days")
        .assert_says("No ratings in the last 7 days");
    assert_eq!(page.select(".stats strong"), ["0", "0", "0", "None yet"]);
}

/// Today's numbers: unread, open, waiting, and the median first reply against the same weekday a week before.
#[actix_web::test]
async fn the_numbers_are_those_of_today() {
    let app = spawn_app().await;
    let chat = channel(&app, "web_chat");
    let me = app.staff_id(OPERATOR);
    let (mine, free) = (customer(&app, 5, Some(me)), customer(&app, 3, None));
    customer(&app, 0, None);
    conversation(&app, mine, chat, "active", &ago(0, 2));
    app.execute(&format!("UPDATE conversations SET assignee_id = {me}"));
    conversation(&app, free, chat, "queued", &ago(0, 11));
    conversation(&app, free, chat, "closed", &ago(3, 0));

    let page = app.sign_in(SUPERVISOR).await.get("/").await;
    assert_eq!(page.select(".stats strong")[..3], ["8", "2", "1"]);
    assert_eq!(page.select(".stats .sm")[..3], ["from 2 customers", "none is yours", "oldest waits 11 min"]);
    page.assert_says("1 person online, longest wait 11 min.");
    let operator = app.sign_in(OPERATOR).await;
    operator.post_form("/presence", &[("presence", "away")]).await;
    let page = operator.get("/").await;
    // Of operators what History shows them: the number leads there.
    assert_eq!(page.select(".stats strong")[..3], ["5", "1", "1"]);
    assert_eq!(operator.get("/history").await.select(".tabs .count"), ["1"]);
    assert_eq!(page.select(".stats .sm")[..2], ["from 1 customer", "1 is yours"]);
    page.assert_says("1 person online");
    // Who has closed the browser is not there, whatever they chose.
    app.execute(&format!("UPDATE staff SET seen_at = '2026-01-05 09:00:00' WHERE email = '{SUPERVISOR}'"));
    operator.get("/").await.assert_says("Nobody is online");
    let staff = app.sign_in(ADMIN).await.get("/settings/staff").await;
    assert_eq!(staff.count("tbody .dot.is-ok"), 1, "the admin alone");
    let region = operator.htmx("/", "section#today").await;
    region.assert_region("today").assert_has(".stats").assert_lacks(".tiles");
    assert_eq!(region.select("title"), ["Home · Switchboard"]);
}

/// The median first reply of today, and how it compares.
#[actix_web::test]
async fn replies_are_compared_with_the_same_weekday() {
    let app = spawn_app().await;
    let chat = channel(&app, "web_chat");
    let anna = customer(&app, 0, None);
    // Each at its own moment of two whole days: today from midnight on, and the same day of last week.
    let midnight = ago(0, 0)[..10].to_owned();
    let week_ago = ago(7, 0)[..10].to_owned();
    for (day, seconds) in [(&midnight, 60), (&midnight, 160), (&midnight, 900), (&week_ago, 195)] {
        let id = conversation(&app, anna, chat, "closed", &format!("{day} 00:00:00"));
        let (minutes, seconds) = (seconds / 60, seconds % 60);
        app.execute(&format!(
            "UPDATE conversations SET first_reply_at = '{day} 00:{minutes:02}:{seconds:02}' WHERE id = {id}"
        ));
    }
    let page = app.sign_in(OPERATOR).await.get("/").await;
    assert_eq!(page.select(".stats strong").last().map(String::as_str), Some("2 min 40 s"));
    let said = page.select(".stats .sm").pop().unwrap();
    assert!(said.starts_with("35 s faster than last ") && said.ends_with("day"), "{said}");
}

/// The charts: conversations by day and messenger, and the share of good ratings, said in words as well.
#[actix_web::test]
async fn the_charts_show_seven_days_and_say_them() {
    let app = spawn_app().await;
    let (chat, telegram) = (channel(&app, "web_chat"), channel(&app, "telegram"));
    let anna = customer(&app, 0, None);
    for (channel, days) in [(chat, 0), (telegram, 0), (telegram, 0), (chat, 3), (chat, 7), (chat, 30)] {
        let id = conversation(&app, anna, channel, "closed", &ago(days, 0));
        let rating = if channel == chat { 2 } else { 5 };
        app.execute(&format!("UPDATE conversations SET rating = {rating}, rated_at = opened_at WHERE id = {id}"));
    }
    let page = app.sign_in(OPERATOR).await.get("/").await;
    assert_eq!(page.count(".chart svg[role=img][aria-label]"), 2);
    assert_eq!(page.count(".chart rect"), 3);
    assert_eq!(page.select(".legend").first().map(String::as_str), Some("Web chatTelegram"));
    let said = page.attributes(".chart svg", "aria-label");
    assert!(said[0].starts_with("Conversations per day: ") && said[0].ends_with("Today 3."), "{}", said[0]);
    assert!(said[1].contains(" 0%, ") && said[1].ends_with("Today 67%."), "{}", said[1]);
    page.assert_says("50% in 7 days, 4 ratings").assert_silent_about("style=");
    let russian = app.sign_in(OPERATOR).await;
    russian.post_form("/preferences", &[("language", "ru")]).await;
    russian.get("/").await.assert_says("50% за 7 дней, 4 оценки").assert_says("Обращения по дням");
}

/// Days are those of the installation's time zone, and what an operator may not see is not counted.
#[actix_web::test]
async fn the_numbers_obey_zone_and_scope() {
    // It is already tomorrow there for half of each day, so a conversation of now is always of its own today.
    let app = spawn_app_with(|config| config.time_zone = chrono_tz::Pacific::Auckland).await;
    let chat = channel(&app, "web_chat");
    let (me, other) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    for responsible in [Some(me), None, Some(other), Some(other)] {
        let id = customer(&app, 1, responsible);
        let id = conversation(&app, id, chat, "active", &ago(0, 0));
        app.execute(&format!("UPDATE conversations SET rating = 5, rated_at = opened_at WHERE id = {id}"));
    }
    let operator = app.sign_in(OPERATOR).await;
    let today =
        |page: &crate::support::Page| page.attribute(".chart svg", "aria-label").rsplit(' ').next().map(str::to_owned);
    assert_eq!(today(&operator.get("/").await).as_deref(), Some("4."));
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let page = operator.get("/").await;
    assert_eq!(today(&page).as_deref(), Some("2."));
    assert_eq!(page.select(".stats strong")[1], "1");
    page.assert_says("100% in 7 days, 2 ratings");
    assert_eq!(today(&app.sign_in(SUPERVISOR).await.get("/").await).as_deref(), Some("4."));
}
