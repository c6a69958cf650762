//! Finding customers by keyboard and by hand, and Home with something on it.

use thirtyfour::Key;

use crate::app::{ADMIN, OPERATOR, TestApp};
use crate::support::{Desk, Look, Scripts, journey};

const PEOPLE: &[(&str, &str, &str, &str, &str, bool, i64)] = &[
    ("Anna Kowalska", "+44 7700 900142", "anna.kowalska@example.com", "CRM-55019", "whatsapp", false, 1),
    ("Марек Ковальский", "+48 601 555 014", "marek.kow@example.org", "", "telegram", false, 1),
    ("Jan Kowalczyk", "", "jan@kowalczyk.example", "CRM-41207", "email", false, 0),
    ("Kow-Tech 高科", "+86 138 0013 8061", "sales@example.com", "", "viber", true, 0),
    ("Ewa Kowal", "", "ewa@example.com", "", "web_chat", false, 0),
    ("مريم كوفالسكي", "+971 50 123 4567", "maryam.kow@example.net", "", "whatsapp", false, 0),
];

/// A small business with a week behind it.
fn fill(app: &TestApp) {
    let me = app.staff_id(OPERATOR);
    let ago = |hours: i64| {
        #[expect(clippy::disallowed_methods, reason = "the test's own clock")]
        let now = chrono::Utc::now();
        (now - chrono::Duration::hours(hours)).format("%Y-%m-%d %H:%M:%S").to_string()
    };
    let kinds = ["web_chat", "email", "telegram", "whatsapp", "viber"];
    for (id, kind) in (1..).zip(kinds) {
        app.execute(&format!(
            "INSERT INTO channels (kind, name, public_key, created_at) VALUES ('{kind}', '{kind}', 'k{id}', '{}')",
            ago(900)
        ));
    }
    for (id, (name, phone, email, external, kind, blocked, active)) in (1..).zip(PEOPLE) {
        let null = |text: &str| if text.is_empty() { "NULL".into() } else { format!("'{text}'") };
        let lines = [name.to_lowercase(), switchboard::text::digits(phone), email.to_string(), external.to_lowercase()];
        app.execute(&format!(
            "INSERT INTO customers (name, name_folded, phone, email, external_id, channel_kind, blocked, active_count, \
             unread_count, search_text, last_activity_at, created_at) VALUES ('{name}', '{}', {}, {}, {}, '{kind}', \
             {blocked}, {active}, {active}, '{}', '{}', '{}')",
            name.to_lowercase(),
            null(phone),
            null(email),
            null(external),
            lines.join("\n"),
            ago(id * id * 20),
            ago(900),
        ));
        app.execute(&format!(
            "INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
             VALUES ({id}, 1, 'a{id}', '{0}', '{0}')",
            ago(900)
        ));
    }
    for number in 0..160i64 {
        let (customer, channel, at) = (number % 6 + 1, number * number % 5 + 1, ago(number + 1));
        let rating = [5, 4, 5, 5, 2, 4, 5, 3][usize::try_from(number % 8).unwrap()];
        app.execute(&format!(
            "INSERT INTO conversations (customer_id, channel_id, status, origin, opened_at, first_reply_at, \
             last_message_at, rating, rated_at) \
             VALUES ({customer}, {channel}, 'closed', 'incoming', '{at}', '{0}', '{at}', {rating}, '{0}')",
            ago(number)
        ));
    }
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, assignee_id, opened_at, last_message_at) \
         VALUES (1, 4, 'active', 'incoming', {me}, '{0}', '{0}'), (2, 3, 'queued', 'incoming', NULL, '{0}', '{0}')",
        ago(0)
    ));
}

async fn no_wider_than_the_screen(browser: &crate::support::Browser) {
    let fits = browser.script("return document.documentElement.scrollWidth <= innerWidth").await;
    assert_eq!(fits, true, "the page is wider than the screen");
}

/// SEARCH-14, SEARCH-21, SEARCH-34: results appear below the bar as one types, and the keys move through them.
#[actix_web::test]
async fn core_customers_are_found_by_keyboard() {
    journey(async |desk: &Desk| {
        fill(&desk.app);
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.press("/").await;
        browser.wait_for_focus("#global-search").await;
        browser.press("kow").await;
        browser.wait_for_text("#search-results .gs-a", "Anna Kowalska").await;
        browser.wait("six rows", async || browser.texts("#search-results .gs").await.len() == 6).await;
        browser.axe().await;
        browser.press(Key::Down).await;
        browser.wait_for("#search-results .gs:first-child .acts").await;
        browser.screenshot("search").await;
        browser.press(Key::Escape).await;
        browser.wait_until_gone("#search-results").await;
        browser.wait_for_focus("#global-search").await;
        browser.press(Key::Down).await;
        browser.press(Key::Down).await;
        let first = browser.script("return document.querySelector('#search-results .gs-a').getAttribute('href')").await;
        let first = first.as_str().unwrap_or_default().to_owned();
        browser.press(Key::Enter).await;
        browser.wait_for_path(&first).await;
        browser.forget_console().await;
    })
    .await;
}

/// SEARCH-13, SEARCH-15, SEARCH-16: two bars of a page show one text; too little and nothing found are told.
#[actix_web::test]
async fn two_bars_show_one_text() {
    journey(async |desk: &Desk| {
        fill(&desk.app);
        let browser = desk.browser().await;
        browser.sign_in(OPERATOR).await;
        browser.goto("/search").await;
        browser.fill("#page-q", "kowal").await;
        browser.wait_for_text("#found .gs-a", "Jan Kowalczyk").await;
        browser.wait_for_value("#global-search", "kowal").await;
        browser.wait_for_path("/search?q=kowal").await;
        browser.axe().await;
        browser.screenshot("search-page").await;
        browser.fill("#global-search", "+44 7700 900999").await;
        browser.wait_for_text("#search-results h2", "Nothing found").await;
        browser.wait_for_value("#page-q", "+44 7700 900999").await;
        browser.axe().await;
        browser.screenshot("search-nothing").await;
        browser.fill("#global-search", "ko").await;
        browser.wait_for_text("#search-results h2", "Keep typing").await;
    })
    .await;
}

/// SEARCH-01: without scripts the bar is a form.
#[actix_web::test]
async fn core_searching_needs_no_scripts() {
    journey(async |desk: &Desk| {
        fill(&desk.app);
        let browser = desk.open(Look { scripts: Scripts::Off, ..Look::default() }).await;
        browser.sign_in(OPERATOR).await;
        browser.fill("#global-search", "kowal").await;
        browser.press(Key::Enter).await;
        browser.wait_for_text("#found .gs-a", "Anna Kowalska").await;
    })
    .await;
}

/// Search and Home hold in the dark, in Russian and on a phone.
#[actix_web::test]
async fn search_and_home_hold_in_every_look() {
    journey(async |desk: &Desk| {
        fill(&desk.app);
        for (name, language, dark, size) in [
            ("wide", "en", false, (1440, 900)),
            ("dark", "ru", true, (1440, 900)),
            ("phone", "ru", false, (390, 844)),
            ("phone-dark", "en", true, (390, 844)),
        ] {
            let browser = desk.open(Look { language, dark, size, ..Look::default() }).await;
            browser.sign_in(ADMIN).await;
            browser.wait_for(".chart").await;
            no_wider_than_the_screen(&browser).await;
            browser.axe().await;
            browser.screenshot(&format!("home-{name}")).await;
            if size.0 < 768 {
                browser.click("[data-search-open]").await;
            }
            browser.fill("#global-search", "kow").await;
            browser.wait_for("#search-results .gs").await;
            no_wider_than_the_screen(&browser).await;
            browser.axe().await;
            browser.screenshot(&format!("search-{name}")).await;
            browser.goto("/search?q=kow").await;
            browser.wait_for("#found .gs").await;
            no_wider_than_the_screen(&browser).await;
            browser.axe().await;
            browser.screenshot(&format!("search-page-{name}")).await;
        }
    })
    .await;
}
