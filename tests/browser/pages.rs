//! Every page of the desk, in a table: each has to hold in both themes and languages, on a phone and on a wide screen.

use std::collections::HashSet;

use switchboard::demo;
use switchboard::web::routes::TABLE;

use crate::app::{TestApp, spawn_empty_app};
use crate::support::{Browser, Desk, Look, journey_on, with_demo};

/// The pages that an admin of the demo sees: a route, and the addresses at which it is looked at. Words in braces stand
/// for the numbers of [`numbers`].
const PAGES: &[(&str, &[&str])] = &[
    ("/", &["/"]),
    ("/search", &["/search", "/search?q=ко", "/search?q=kow", "/search?q=nobody+at+all"]),
    (
        "/inbox",
        &[
            "/inbox",
            "/inbox?tab=unanswered",
            "/inbox?search=nobody+at+all",
            "/inbox?tag={tag}&not_tag=9999&sort=created",
        ],
    ),
    (
        "/inbox/{customer}",
        &["/inbox/{active}", "/inbox/{regular}", "/inbox/{blocked}", "/inbox/{long}", "/inbox/{writer}"],
    ),
    ("/contacts", &["/contacts", "/contacts?back=/inbox", "/contacts?q=nobody+at+all"]),
    ("/contacts/new", &["/contacts/new"]),
    ("/contacts/{id}", &["/contacts/{active}", "/contacts/{long}"]),
    ("/companies", &["/companies"]),
    ("/companies/new", &["/companies/new"]),
    ("/companies/{id}", &["/companies/{company}?find=kow"]),
    ("/companies/{id}/edit", &["/companies/{company}/edit"]),
    ("/companies/{id}/delete", &["/companies/{company}/delete"]),
    ("/history", &["/history", "/history?tab=history", "/history?customer=x"]),
    ("/conversations/{id}", &["/conversations/{open}", "/conversations/{closed}", "/conversations/{rated}"]),
    ("/conversations/{id}/transfer", &["/conversations/{open}/transfer"]),
    ("/conversations/{id}/closure", &["/conversations/{open}/closure"]),
    ("/customers", &["/customers", "/customers?period=all", "/customers?name=nobody+at+all"]),
    (
        "/customers/{id}",
        &[
            "/customers/{active}",
            "/customers/{long}",
            "/customers/{blocked}",
            "/customers/{active}?tab=tags",
            "/customers/{rated-by}?tab=interaction&conversation={rated}",
            "/customers/{active}?dialog=block",
            "/customers/{blocked}?dialog=unblock",
        ],
    ),
    ("/customers/{id}/edit", &["/customers/{active}/edit"]),
    ("/customers/{id}/message", &["/customers/{idle}/message", "/customers/{active}/message"]),
    ("/customers/{id}/delete", &["/customers/{active}/delete"]),
    ("/customers/{id}/deals/new", &["/customers/{active}/deals/new"]),
    ("/customers/{id}/deals/{deal}", &["/customers/{buyer}/deals/{deal}"]),
    ("/customers/{id}/deals/{deal}/delete", &["/customers/{buyer}/deals/{deal}/delete"]),
    ("/customers/{id}/block", &["/customers/{active}/block"]),
    ("/customers/{id}/block-requests", &["/customers/{idle}/block-requests"]),
    ("/mails/new", &["/mails/new"]),
    ("/mails/{message}", &["/mails/{letter}", "/mails/{letter}?pictures=shown"]),
    ("/external/new", &["/external/new"]),
    ("/resends", &["/resends"]),
    ("/batches", &["/batches"]),
    ("/inbox/preview", &["/inbox/preview"]),
    ("/inbox/display", &["/inbox/display"]),
    (
        "/inbox/bulk",
        &[
            "/inbox/bulk?all=1",
            "/inbox/bulk?all=1&task=tags",
            "/inbox/bulk?all=1&task=lists",
            "/inbox/bulk?all=1&task=delete",
            "/inbox/bulk?task=delete_unsubscribed",
        ],
    ),
    ("/resends/new", &["/resends/new"]),
    (
        "/reports",
        &[
            "/reports",
            "/reports?period=90d",
            "/reports?from=2026-02-01&to=2026-01-01",
            "/reports?from=2001-01-01&to=2001-01-09",
        ],
    ),
    ("/exports", &["/exports"]),
    ("/lists", &["/lists"]),
    ("/lists/{id}/edit", &["/lists/{list}/edit"]),
    ("/lists/{id}/delete", &["/lists/{list}/delete"]),
    ("/lists/{id}/export", &["/lists/{list}/export"]),
    ("/customers/export", &["/customers/export?period=all"]),
    ("/inbox/export", &["/inbox/export?tab=mine"]),
    ("/inbox/filters", &["/inbox/filters?tab=mine&tag={tag}&not_tag=9999&variable=Size"]),
    ("/inbox/filters/new", &["/inbox/filters/new?tab=mine&tag={tag}&registered_after=2026-01-01"]),
    ("/inbox/filters/{id}", &["/inbox/filters/{saved}?unanswered=1"]),
    ("/inbox/filters/{id}/delete", &["/inbox/filters/{saved}/delete"]),
    ("/customers/new/{kind}", &["/customers/new/whatsapp", "/customers/new/viber"]),
    ("/blacklist", &["/blacklist"]),
    ("/settings/profile", &["/settings/profile"]),
    ("/settings/general", &["/settings/general"]),
    ("/settings/rules", &["/settings/rules"]),
    ("/settings/api-tokens", &["/settings/api-tokens"]),
    (
        "/settings/audit",
        &[
            "/settings/audit",
            "/settings/audit?kind=sign-ins",
            "/settings/audit?customer=999999",
            "/settings/audit?from=2026-02-01&to=2026-01-01",
        ],
    ),
    ("/settings/quick-replies", &["/settings/quick-replies", "/settings/quick-replies?q=nothing+fits"]),
    ("/settings/quick-replies/new", &["/settings/quick-replies/new"]),
    ("/settings/quick-replies/{id}", &["/settings/quick-replies/{reply}"]),
    ("/settings/quick-replies/{id}/delete", &["/settings/quick-replies/{reply}/delete"]),
    ("/settings/commands", &["/settings/commands"]),
    ("/settings/commands/new", &["/settings/commands/new"]),
    ("/settings/commands/{id}", &["/settings/commands/{command}"]),
    ("/settings/commands/{id}/delete", &["/settings/commands/{command}/delete"]),
    ("/settings/commands/{id}/secret", &["/settings/commands/{command}/secret"]),
    ("/inbox/{customer}/slash", &["/inbox/{active}/slash", "/inbox/{active}/slash?q=nothing+fits"]),
    ("/settings/funnels", &["/settings/funnels"]),
    ("/settings/funnels/{id}", &["/settings/funnels/{funnel}"]),
    ("/settings/funnels/{id}/delete", &["/settings/funnels/{funnel}/delete"]),
    ("/settings/funnels/{id}/blocks/{block}/delete", &["/settings/funnels/{funnel}/blocks/{block}/delete"]),
    ("/settings/pipelines", &["/settings/pipelines"]),
    ("/settings/pipelines/{id}", &["/settings/pipelines/{pipeline}"]),
    ("/settings/pipelines/{id}/delete", &["/settings/pipelines/{pipeline}/delete"]),
    ("/settings/pipelines/{id}/stages/{stage}/delete", &["/settings/pipelines/{pipeline}/stages/{stage}/delete"]),
    ("/settings/staff", &["/settings/staff"]),
    ("/settings/staff/new", &["/settings/staff/new"]),
    ("/settings/staff/{id}", &["/settings/staff/{colleague}"]),
    ("/settings/staff/{id}/disable", &["/settings/staff/{colleague}/disable"]),
    ("/settings/channels", &["/settings/channels"]),
    ("/settings/channels/new/{kind}", &["/settings/channels/new/web_chat", "/settings/channels/new/viber"]),
    (
        "/settings/channels/{id}",
        &[
            "/settings/channels/{web-chat}",
            "/settings/channels/{app}",
            "/settings/channels/{mailbox}",
            "/settings/channels/{viber}",
        ],
    ),
    ("/settings/channels/{id}/secret", &["/settings/channels/{web-chat}/secret"]),
    ("/settings/channels/{id}/disconnect", &["/settings/channels/{mailbox}/disconnect"]),
    ("/settings/templates", &["/settings/templates"]),
    ("/settings/templates/new", &["/settings/templates/new?channel={viber}"]),
    ("/settings/templates/{id}", &["/settings/templates/{template}"]),
    ("/settings/templates/{id}/delete", &["/settings/templates/{template}/delete"]),
    ("/settings/custom-fields", &["/settings/custom-fields"]),
    ("/settings/custom-fields/{id}/delete", &["/settings/custom-fields/{custom-field}/delete"]),
    ("/settings/customer-tags", &["/settings/customer-tags"]),
    ("/settings/customer-tags/{id}/delete", &["/settings/customer-tags/{tag}/delete"]),
    ("/settings/conversation-tags", &["/settings/conversation-tags"]),
    ("/settings/conversation-tags/{id}/delete", &["/settings/conversation-tags/{subject}/delete"]),
    ("/demo", &["/demo"]),
];

/// The pages of whoever is not signed in; [`pages_before_signing_in_hold`] looks at them.
const BEFORE: &[&str] = &["/login", "/welcome/{token}"];

/// What GET answers with something else than a page, and what that is.
const NO_PAGES: &[(&str, &str)] = &[
    ("/healthz", "a word for a load balancer"),
    ("/readyz", "a word for a load balancer"),
    ("/metrics", "figures for programs"),
    ("/assets/{name}", "files"),
    ("/files/{attachment}", "files"),
    ("/exports/{id}/file", "files"),
    ("/reports/csv", "files"),
    ("/settings/audit/csv", "files"),
    ("/shared/{signed}/{name}", "files for a provider"),
    ("/avatars/{account}", "pictures"),
    ("/api/", "JSON"),
    ("/chat/widget.js", "a script"),
    ("/chat/{key}/look", "JSON"),
    ("/chat/{key}/messages", "JSON"),
    ("/chat/{key}/events", "events"),
    ("/chat/{key}/files/{attachment}", "files"),
    ("/chat/{key}/frame", "the panel, which overlays.rs looks at"),
    ("/live", "events"),
    ("/hooks/{key}", "a word for a provider"),
    ("/mails/{message}/look", "a stranger's mail in its sandbox"),
    ("/mails/{message}/original", "files"),
    ("/templates/fields", "a region of forms"),
    ("/shell/", "regions of every page"),
    ("/inbox/cards", "a region of the inbox"),
    ("/inbox/{customer}/", "regions of the inbox"),
    ("/settings", "leads on to the first section"),
    ("/settings/channels/{id}/tokens/{token}/revoke", "asks as its neighbours do; the demo has no token"),
    ("/settings/lists", "leads on to the lists"),
];

/// Numbers of the demo that stand for the words in the addresses.
fn numbers(app: &TestApp) -> Vec<(&'static str, i64)> {
    [
        ("{active}", "SELECT MIN(customer_id) FROM conversations WHERE status = 'active'"),
        ("{idle}", "SELECT MIN(id) FROM customers WHERE active_count = 0 AND NOT blocked AND channel_kind = 'web_chat'"),
        ("{blocked}", "SELECT MIN(id) FROM customers WHERE blocked"),
        ("{regular}", "SELECT customer_id FROM messages GROUP BY customer_id ORDER BY COUNT(*) DESC LIMIT 1"),
        ("{long}", "SELECT id FROM customers ORDER BY LENGTH(name) DESC LIMIT 1"),
        ("{open}", "SELECT MIN(id) FROM conversations WHERE status = 'active'"),
        ("{closed}", "SELECT MIN(id) FROM conversations WHERE status = 'closed'"),
        ("{rated}", "SELECT MIN(id) FROM conversations WHERE rating IS NOT NULL AND rating_comment <> ''"),
        (
            "{rated-by}",
            "SELECT customer_id FROM conversations WHERE rating IS NOT NULL AND rating_comment <> '' ORDER BY id LIMIT 1",
        ),
        ("{company}", "SELECT MIN(company_id) FROM customers"),
        ("{colleague}", "SELECT MIN(id) FROM staff WHERE role = 'operator'"),
        ("{web-chat}", "SELECT MIN(id) FROM channels WHERE kind = 'web_chat'"),
        ("{app}", "SELECT MIN(id) FROM channels WHERE kind = 'app'"),
        ("{custom-field}", "SELECT MIN(id) FROM custom_fields"),
        ("{tag}", "SELECT MIN(id) FROM customer_tags"),
        ("{list}", "SELECT MIN(id) FROM customer_lists"),
        ("{subject}", "SELECT MIN(id) FROM conversation_tags"),
        ("{reply}", "SELECT MIN(id) FROM quick_replies"),
        ("{saved}", "SELECT MIN(id) FROM saved_filters"),
        ("{command}", "SELECT MIN(id) FROM commands"),
        ("{funnel}", "SELECT MIN(id) FROM funnels"),
        ("{block}", "SELECT MIN(id) FROM funnel_blocks"),
        ("{pipeline}", "SELECT MIN(id) FROM pipelines"),
        ("{stage}", "SELECT MIN(id) FROM deal_stages"),
        ("{deal}", "SELECT MIN(id) FROM deals"),
        ("{buyer}", "SELECT customer_id FROM deals WHERE id = (SELECT MIN(id) FROM deals)"),
        ("{letter}", "SELECT MIN(message_id) FROM mails WHERE html_file_id IS NOT NULL"),
        ("{writer}", "SELECT customer_id FROM mails WHERE html_file_id IS NOT NULL"),
        ("{mailbox}", "SELECT MIN(id) FROM channels WHERE kind = 'email'"),
        ("{viber}", "SELECT MIN(id) FROM channels WHERE kind = 'viber'"),
        ("{template}", "SELECT MIN(id) FROM message_templates"),
    ]
    .map(|(word, sql)| (word, app.number(sql)))
    .to_vec()
}

/// Addresses with the numbers of the demo in place of their words.
fn filled(addresses: &[&str], numbers: &[(&str, i64)]) -> Vec<String> {
    let fill = |address: &&str| {
        numbers.iter().fold((*address).to_owned(), |text, (word, number)| text.replace(word, &number.to_string()))
    };
    addresses.iter().map(fill).collect()
}

/// All addresses of the table.
fn addresses(app: &TestApp) -> Vec<String> {
    let numbers = numbers(app);
    PAGES.iter().flat_map(|(_, addresses)| filled(addresses, &numbers)).collect()
}

/// Whether an address belongs to a route.
fn belongs(address: &str, route: &str) -> bool {
    let path = address.split('?').next().unwrap_or_default();
    let (parts, wanted): (Vec<&str>, Vec<&str>) = (path.split('/').collect(), route.split('/').collect());
    parts.len() == wanted.len() && parts.iter().zip(&wanted).all(|(part, want)| want.starts_with('{') || part == want)
}

/// A new page without a row fails here, and so does a row without a page.
#[test]
fn every_page_has_a_row() {
    let routes: HashSet<&str> = TABLE.iter().filter(|entry| entry.method == "Get").map(|entry| entry.path).collect();
    let has_row = |route: &str| BEFORE.contains(&route) || PAGES.iter().any(|(known, _)| route == *known);
    // A page of its own may stand among regions.
    let is_no_page = |route: &str| {
        let among = |known: &str| known.ends_with('/') && route.starts_with(known) && !has_row(route);
        NO_PAGES.iter().any(|(known, _)| route == *known || among(known))
    };
    for route in &routes {
        assert!(
            has_row(route) != is_no_page(route),
            "{route}: a page needs a row in PAGES, anything else one in NO_PAGES"
        );
    }
    for (route, addresses) in PAGES {
        assert!(routes.contains(route), "{route} is no route any more");
        assert!(!addresses.is_empty(), "{route} is looked at nowhere");
        for address in *addresses {
            assert!(belongs(address, route), "{address} is not at {route}");
        }
    }
    for (known, _) in NO_PAGES {
        assert!(routes.iter().any(|r| r == known || (known.ends_with('/') && r.starts_with(known))), "{known} is gone");
    }
}

const PHONE: (u32, u32) = (390, 844);
const WIDE: (u32, u32) = (1440, 900);
/// Themes differ in their colours alone.
const COLOURS: &str = r#"{"runOnly": ["color-contrast"]}"#;

/// What is wrong with the page that a browser shows, in both widths; with `themes` in both themes, for axe. The browser is
/// left narrow and light.
async fn findings(browser: &Browser, name: &str, themes: bool) -> Vec<String> {
    let mut found = vec![];
    let mut note = |(width, _): (u32, u32), what: &str, lines: Vec<String>| {
        found.extend(lines.into_iter().map(|line| format!("{name} at {width} px, {what}: {line}")));
    };
    browser.resize(WIDE).await;
    note(WIDE, "layout", browser.layout_findings().await);
    if themes {
        note(WIDE, "axe", browser.axe_findings("{}").await);
        browser.shade(true).await;
        note(WIDE, "axe in the dark", browser.axe_findings(COLOURS).await);
        browser.remember_looks().await;
    }
    browser.resize(PHONE).await;
    if themes {
        // What looks as it does on a wide screen has the same contrast here.
        note(PHONE, "axe in the dark", browser.axe_findings_where_it_differs(COLOURS).await);
        browser.shade(false).await;
        note(PHONE, "axe", browser.axe_findings("{}").await);
    }
    note(PHONE, "layout", browser.layout_findings().await);
    found
}

/// Walks addresses and fails with everything that is wrong on any of them.
async fn walk(browser: &Browser, addresses: &[String], themes: bool) {
    let mut found = vec![];
    for address in addresses {
        browser.goto(address).await;
        let status = browser.script("return performance.getEntriesByType('navigation')[0].responseStatus").await;
        // Filters that do not fit are answered with 422.
        if !matches!(status.as_i64(), Some(200 | 422)) {
            found.push(format!("{address}: status {status}"));
        }
        found.extend(findings(browser, address, themes).await);
        let said = browser.console_errors().await;
        found.extend(said.into_iter().map(|line| format!("{address}, console: {line}")));
    }
    assert!(found.is_empty(), "{} findings:\n{}", found.len(), found.join("\n"));
}

async fn admin(desk: &Desk, language: &'static str) -> Browser {
    let browser = desk.open(Look { language, size: WIDE, ..Look::default() }).await;
    browser.sign_in_with("admin@demo.example", demo::PASSWORD).await;
    browser
}

/// The demo with a channel that has templates written here, behind a gateway that takes phone numbers. What is sent
/// there would fail: its secret is none.
async fn with_templates() -> TestApp {
    let app = with_demo().await;
    app.execute(
        "UPDATE channels SET enabled = TRUE, secret = 'none', settings = '{\"sender\":\"Northwind\",\"phones\":true}' \
           WHERE kind = 'viber'; \
         INSERT INTO message_templates (channel_id, name, language, title, body, signature, state, note, updated_at) \
           SELECT id, 'order_ready', 'en', 'Order {{1}}', 'Dear {{1}}, it waits for you until {{2}}.', 'Northwind', \
             'approved', '', '2026-01-05 09:00:00' FROM channels WHERE kind = 'viber'; \
         INSERT INTO audit_events (at, staff_id, actor, event, customer_id, detail) \
           SELECT '2026-01-05 09:00:00', 1, 'admin@demo.example', 'customer.blocked', MIN(id), \
             '{\"reason\":\"Writes the same again and again: https://example.com/a/very/long/address/without/an/end\"}' \
           FROM customers; \
         INSERT INTO audit_events (at, staff_id, actor, event, customer_id, detail) VALUES \
           ('2026-01-04 09:00:00', NULL, 'command line', 'staff.added', NULL, '{\"staff\":1}'), \
           ('2026-01-03 09:00:00', 999999, 'left@demo.example', 'customers.exported', 424242, \
             '{\"view\":\"/customers?period=all&tag=1&tag=2&not_tag=3\",\"format\":\"csv\",\"customers\":12000}'), \
           ('2026-01-02 09:00:00', NULL, 'system', 'moon.landed', NULL, '{\"craft\":\"Eagle\"}')",
    );
    app
}

/// The pages with tables of many columns.
const TABLES: &[&str] = &[
    "/customers?period=all",
    "/contacts",
    "/companies",
    "/history",
    "/history?tab=history",
    "/blacklist",
    "/blacklist?tab=requests",
    "/customers/{rated-by}?tab=interaction",
    "/settings/staff",
    "/settings/channels",
    "/settings/templates",
    "/settings/commands",
    "/settings/audit",
    "/settings/rules",
];

/// How many pixels each table of a page is wider than what frames it.
const OVER: &str = "return [...document.querySelectorAll('table')].map(table => \
    Math.ceil(table.getBoundingClientRect().width) - table.parentElement.clientWidth).filter(by => by > 0)";

/// Names as long as they get: an address, and one of eighty letters; then all names at once, and every time with its year, as
/// from January on most have.
const LONG_NAMES: &[&str] = &[
    "UPDATE channels SET name = 'care-and-returns@northwind.example'",
    "UPDATE channels SET name = 'Northwind care, returns and everything else that somebody may want of us at night'",
    "UPDATE staff SET name = 'Wolfeschlegelsteinhausenbergerdorff Konstantinopolskaya'; \
     UPDATE customers SET name = 'Wolfeschlegelsteinhausenbergerdorff, Konstantin Alexandrowitsch the Younger'; \
     UPDATE customers SET phone = '+44 20 7946 0958 0000', email = 'konstantin.wolfeschlegelsteinhausen@mail.example'; \
     UPDATE conversation_tags SET name = 'Questions of delivery, returns and repairs ' || id; \
     UPDATE customer_tags SET name = 'Buys for a whole school, and pays late ' || id; \
     UPDATE block_requests SET created_at = '2024-11-28 20:00:00'; \
     UPDATE blocks SET created_at = '2024-11-28 20:00:00', expires_at = '2031-11-28 20:00:00'; \
     UPDATE audit_events SET at = datetime(at, '-2 years'); \
     UPDATE conversations SET opened_at = datetime(opened_at, '-2 years'), closed_at = datetime(closed_at, '-2 years'), \
       first_reply_at = datetime(first_reply_at, '-2 years'), last_message_at = datetime(last_message_at, '-2 years') \
       WHERE status = 'closed'; \
     UPDATE customers SET last_activity_at = datetime(last_activity_at, '-2 years')",
];

/// A wide screen shows every column of every table, whatever things are called, in each language. What is cut for it is
/// told whole under the pointer.
#[actix_web::test]
async fn no_table_is_wider_than_a_wide_screen() {
    journey_on(with_templates().await, async |desk: &mut Desk| {
        let (english, russian) = (admin(desk, "en").await, admin(desk, "ru").await);
        let numbers = numbers(&desk.app);
        let mut wide = vec![];
        for names in LONG_NAMES {
            desk.app.execute(names);
            for (browser, language, is_dark) in [(&english, "en", false), (&russian, "ru", true)] {
                browser.turn(WIDE, is_dark).await;
                for address in filled(TABLES, &numbers) {
                    browser.goto(&address).await;
                    browser.wait_for(&format!("html[lang={language}]")).await;
                    let over = browser.script(OVER).await;
                    if over.as_array().is_none_or(|tables| !tables.is_empty()) {
                        wide.push(format!("{address}, {language}, {names:.30}: {over} px too wide"));
                    }
                }
            }
        }
        assert!(wide.is_empty(), "{}", wide.join("\n"));
        english.goto("/history").await;
        english.hover("#history tbody tr:first-child td:nth-child(3) bdi").await;
        english.wait_for("#history td bdi[title^='Northwind care, returns and everything else']").await;
    })
    .await;
}

#[actix_web::test]
async fn pages_hold_in_both_themes_and_widths() {
    journey_on(with_templates().await, async |desk: &mut Desk| {
        let browser = admin(desk, "en").await;
        walk(&browser, &addresses(&desk.app), true).await;
    })
    .await;
}

/// Russian words are longer; what holds a reader of English up holds this one up as well, so axe need not look again.
#[actix_web::test]
async fn pages_hold_in_russian() {
    journey_on(with_templates().await, async |desk: &mut Desk| {
        let browser = admin(desk, "ru").await;
        browser.wait_for("html[lang=ru]").await;
        walk(&browser, &addresses(&desk.app), false).await;
    })
    .await;
}

#[actix_web::test]
async fn pages_before_signing_in_hold() {
    let app = spawn_empty_app().await;
    let link = app.db.write(switchboard::staff::first_admin_link).await.unwrap().expect("a link");
    journey_on(app, async |desk: &mut Desk| {
        for language in ["en", "ru"] {
            let browser = desk.open(Look { language, size: WIDE, ..Look::default() }).await;
            walk(&browser, &["/login".into(), format!("/welcome/{link}")], language == "en").await;
            for gone in ["/welcome/unknown", "/nothing/here"] {
                browser.goto(gone).await;
                let found = findings(&browser, gone, language == "en").await;
                assert!(found.is_empty(), "{}", found.join("\n"));
            }
            // Each 404 has said so.
            browser.forget_console().await;
        }
    })
    .await;
}
