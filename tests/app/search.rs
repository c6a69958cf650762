//! Search: the two plans against a plain comparison, and what the results offer.

use proptest::prelude::*;
use proptest::strategy::ValueTree;
use switchboard::auth::CustomerScope;
use switchboard::search::store::{Hits, Limits, find};
use switchboard::search::{Query, Term};
use switchboard::text;

use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

/// A customer to find; what is empty is unknown.
#[derive(Clone, Default)]
struct Person<'a> {
    name: &'a str,
    phone: &'a str,
    email: &'a str,
    external_id: &'a str,
    username: &'a str,
    channel: &'a str,
    blocked: bool,
    active: i64,
    responsible: Option<i64>,
    /// Minutes since the last activity.
    idle: u32,
}

fn sql_text(text: &str) -> String {
    if text.is_empty() { "NULL".into() } else { format!("'{}'", text.replace('\'', "''")) }
}

/// Stores a person with the search text that they have, and returns their number.
fn add(app: &TestApp, person: &Person) -> i64 {
    let phone_digits = text::phone_digits(person.phone, "RU").unwrap_or_default();
    let id = app.number("SELECT COALESCE(MAX(id), 0) + 1 FROM customers");
    let number = id.to_string();
    let lines = [person.name, &phone_digits, person.email, person.external_id, person.username, &number];
    let search: Vec<String> = lines.iter().map(|line| text::fold(line)).filter(|line| !line.is_empty()).collect();
    let responsible = person.responsible.map_or("NULL".into(), |id| id.to_string());
    let minutes = 59 - person.idle.min(59);
    app.execute(&format!(
        "INSERT INTO customers (name, name_folded, phone, phone_digits, email, email_folded, external_id, channel_kind, \
         blocked, active_count, responsible_id, search_text, last_activity_at, created_at) \
         VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {responsible}, {}, '2026-03-01 10:{minutes:02}:00', '2026-02-01 10:00:00')",
        sql_text(person.name),
        sql_text(&text::fold(person.name)),
        sql_text(person.phone),
        sql_text(&phone_digits),
        sql_text(person.email),
        sql_text(&text::fold(person.email)),
        sql_text(person.external_id),
        sql_text(person.channel),
        person.blocked,
        person.active,
        sql_text(&search.join("\n")),
    ));
    id
}

fn named(name: &str) -> Person<'_> {
    Person { name, ..Person::default() }
}

/// A channel of this kind.
fn channel(app: &TestApp, kind: &str, enabled: bool) -> i64 {
    app.execute(&format!(
        "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
         VALUES ('{kind}', '{kind}', 'key-{kind}-{enabled}', {enabled}, '2026-01-01 10:00:00')"
    ));
    app.number("SELECT MAX(id) FROM channels")
}

fn account(app: &TestApp, customer: i64, channel: i64) {
    app.execute(&format!(
        "INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         VALUES ({customer}, {channel}, 'a{customer}', '2026-01-01 10:00:00', '2026-01-01 10:00:00')"
    ));
}

fn conversation(app: &TestApp, customer: i64, channel: i64, status: &str, assignee: Option<i64>) -> i64 {
    let assignee = assignee.map_or("NULL".into(), |id| id.to_string());
    app.execute(&format!(
        "INSERT INTO conversations (customer_id, channel_id, status, origin, assignee_id, opened_at, last_message_at) \
         VALUES ({customer}, {channel}, '{status}', 'incoming', {assignee}, '2026-03-01 10:00:00', '2026-03-01 10:00:00')"
    ));
    app.number("SELECT MAX(id) FROM conversations")
}

async fn dropdown(client: &Client, q: &str) -> Page {
    let q: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
    let page = client.htmx(&format!("/search?q={q}"), "div#search-results").await;
    page.assert_region("search-results");
    page
}

async fn names(client: &Client, q: &str) -> Vec<String> {
    dropdown(client, q).await.select(".gs-a")
}

fn term(typed: &str) -> Term {
    Query::parse(typed).term().cloned().unwrap_or_else(|| panic!("{typed:?} is no term"))
}

async fn hits(app: &TestApp, term: &Term, limits: Limits) -> Hits {
    let term = term.clone();
    app.db.read(move |conn| find(conn, &CustomerScope::system(), &term, &limits)).await.unwrap()
}

/// SEARCH-05, SEARCH-06, SEARCH-08, SEARCH-10, SEARCH-11, SEARCH-12: each field finds its customer, and a typed `@`
/// before a username is ignored.
#[actix_web::test]
async fn each_parameter_finds_its_customer() {
    let app = spawn_app().await;
    add(
        &app,
        &Person {
            name: "Ксения Алёшина",
            phone: "8 (901) 788-07-95",
            email: "Ksenia.A@example.com",
            external_id: "CRM-55019",
            username: "kseniya_al",
            ..Person::default()
        },
    );
    add(&app, &named("Somebody Else"));
    let operator = app.sign_in(OPERATOR).await;
    for q in ["ксен", "АЛЕШ", "алёшина", "788-07", "senia.a@ex", "crm-55", "kseniya_al", "@kseniya_al", "@Kseniya"]
    {
        assert_eq!(names(&operator, q).await, ["Ксения Алёшина"], "{q}");
    }
    assert!(names(&operator, "nobody of that name").await.is_empty());
}

/// SEARCH-07: the same phone, however it is written.
#[actix_web::test]
async fn phones_are_found_however_they_are_written() {
    let app = spawn_app().await;
    for (phone, name) in [("8 (901) 788-07-95", "Stored nationally"), ("+7.901.788.07.95", "Stored with dots")] {
        add(&app, &Person { name, phone, ..Person::default() });
    }
    let operator = app.sign_in(OPERATOR).await;
    for q in ["8 (901) 788-07-95", "+79017880795", "7880795", "788.07.95", "+7 (901) 788-07-95", "89017880795"] {
        assert_eq!(names(&operator, q).await.len(), 2, "{q}");
    }
    // While it is typed from its 8, from the fifth digit on. Whoever has those very digits stands before them.
    for end in 5..11 {
        let q = &"89017880795"[..end];
        assert_eq!(names(&operator, q).await.len(), 2, "{q}");
    }
    add(&app, &Person { name: "With an 8 inside", phone: "+44 7189 017881", ..Person::default() });
    let page = dropdown(&operator, "8901788").await;
    assert_eq!(page.select(".gs-a")[0], "With an 8 inside");
    assert_eq!(page.select(".gs mark"), ["89 01788", "7.901.788", "8 (901) 788"]);
}

/// SEARCH-04: one query is compared with one parameter; words of two of them find nobody.
#[actix_web::test]
async fn a_query_is_not_spread_over_several_parameters() {
    let app = spawn_app().await;
    add(&app, &Person { name: "Anna Kowalska", email: "anna@example.com", ..Person::default() });
    let operator = app.sign_in(OPERATOR).await;
    assert_eq!(names(&operator, "anna kowalska").await.len(), 1);
    assert!(names(&operator, "anna anna@example.com").await.is_empty());
    assert!(names(&operator, "kowalska anna").await.is_empty());
}

/// SEARCH-09: a customer without an external ID is not found by one that others have.
#[actix_web::test]
async fn only_who_has_an_external_id_is_found_by_it() {
    let app = spawn_app().await;
    add(&app, &Person { name: "Authorised", external_id: "client-777", ..Person::default() });
    add(&app, &named("Anonymous"));
    assert_eq!(names(&app.sign_in(OPERATOR).await, "client-777").await, ["Authorised"]);
}

/// SEARCH-13: with fewer than three characters nothing is searched, and the page says so.
#[actix_web::test]
async fn fewer_than_three_characters_are_not_searched() {
    let app = spawn_app().await;
    add(&app, &named("王芳"));
    add(&app, &named("Abby"));
    let operator = app.sign_in(OPERATOR).await;
    for q in ["a", "ab", "王芳", "@ab", "  b ", "\u{200b}a\u{200b}\u{202e}"] {
        let page = dropdown(&operator, q).await;
        page.assert_lacks(".gs").assert_says("The search begins at three characters.");
    }
    for q in ["", "   ", "@", "\u{202e}"] {
        dropdown(&operator, q).await.assert_lacks(".gs").assert_lacks(".blank");
    }
    operator.get("/search").await.assert_status(200).assert_says("Find a customer").assert_lacks(".gs");
    assert_eq!(names(&operator, "abb").await, ["Abby"]);
}

/// SEARCH-02, SEARCH-03: staff only, in every presence status.
#[actix_web::test]
async fn staff_search_in_every_presence_status() {
    let app = spawn_app().await;
    add(&app, &named("Anna Kowalska"));
    app.anonymous().get("/search?q=anna").await.assert_redirect("/login");
    for email in [OPERATOR, SUPERVISOR, ADMIN] {
        let client = app.sign_in(email).await;
        for presence in ["online", "away", "offline"] {
            client.post_form("/presence", &[("presence", presence)]).await;
            assert_eq!(names(&client, "anna").await, ["Anna Kowalska"], "{email} {presence}");
        }
    }
}

/// SEARCH-01, SEARCH-14: the bar stands on the page's frame, with its indicator, and works as a plain form.
#[actix_web::test]
async fn the_bar_stands_in_the_frame_and_works_without_scripts() {
    let app = spawn_app().await;
    add(&app, &named("Anna Kowalska"));
    let operator = app.sign_in(OPERATOR).await;
    for path in ["/", "/search"] {
        let page = operator.get(path).await;
        page.assert_has(".app-top .gsearch input[name=q]").assert_has(".app-top .gsearch .htmx-indicator");
        assert_eq!(page.select(".app-top .gsearch .htmx-indicator"), ["Searching…"]);
        let found = operator.submit(&page, ".app-top .gsearch form", &[("q", "kowal")]).await;
        found.assert_status(200).assert_has("#found .gs");
        assert_eq!(found.attribute(".app-top input[name=q]", "value"), "kowal");
        assert_eq!(found.attribute("#page-q", "value"), "kowal");
    }
    let region = operator.htmx("/search?q=kowal", "section#found").await;
    region.assert_region("found").assert_has(".gs");
    assert_eq!(region.select("title"), ["kowal · Search · Switchboard"]);
}

/// SEARCH-21..27: what is known is shown, what is unknown is not; the match is marked.
#[actix_web::test]
async fn a_result_shows_what_is_known() {
    let app = spawn_app().await;
    add(
        &app,
        &Person {
            name: "Anna Kowalska",
            phone: "+44 7700 900142",
            email: "anna@example.com",
            external_id: "CRM-1",
            channel: "telegram",
            username: "ann_k",
            ..Person::default()
        },
    );
    let plain = add(&app, &named("Kowal"));
    let operator = app.sign_in(OPERATOR).await;
    let page = dropdown(&operator, "kowal").await;
    assert_eq!(page.select(".gs-a"), ["Kowal", "Anna Kowalska"], "the exact name comes first");
    assert_eq!(page.select(".gs-a mark"), ["Kowal", "Kowal"]);
    assert_eq!(page.select(".gs .sm.trunc"), ["+44 7700 900142 · anna@example.com · CRM-1"]);
    assert_eq!(page.count(".gs .ch-telegram"), 1);
    assert_eq!(page.count(".gs .ch"), 1);
    assert_eq!(page.attribute(".gs-a", "href"), format!("/customers/{plain}"));
    assert_eq!(dropdown(&operator, "7700-900").await.select("mark"), ["7700 900"]);
    assert_eq!(dropdown(&operator, "ann_k").await.select("mark"), ["ann_k"], "a match that no field shows is told");
}

/// SEARCH-28, SEARCH-29: the green indicator is there with an active conversation, and only then.
#[actix_web::test]
async fn an_active_conversation_shows_as_a_green_indicator() {
    let app = spawn_app().await;
    add(&app, &Person { name: "Anna Active", active: 1, ..Person::default() });
    add(&app, &named("Anna Idle"));
    let page = dropdown(&app.sign_in(OPERATOR).await, "anna").await;
    assert_eq!(page.count(".gs"), 2);
    assert_eq!(page.attributes(".gs .dot.is-ok", "aria-label"), ["Active conversation"]);
}

/// SEARCH-30..33: a blocked customer is found, marked by icon and label, and cannot be written to.
#[actix_web::test]
async fn a_blocked_customer_is_found_and_cannot_be_written_to() {
    let app = spawn_app().await;
    let chat = channel(&app, "web_chat", true);
    let blocked = add(&app, &Person { name: "Anna Blocked", blocked: true, ..Person::default() });
    let free = add(&app, &named("Boris Free"));
    account(&app, blocked, chat);
    account(&app, free, chat);
    let operator = app.sign_in(OPERATOR).await;
    let page = dropdown(&operator, "anna").await;
    page.assert_has(".gs .av-blocked use[href$='#alert-circle']").assert_lacks(".gs .av:not(.av-blocked)");
    assert_eq!(page.select(".gs .flag.is-bad"), ["blocked"]);
    page.assert_lacks("a[href$='/message']")
        .assert_has(&format!("a[href='/inbox/{blocked}'][aria-label='View chat history']"));
    let page = dropdown(&operator, "boris").await;
    page.assert_lacks(".av-blocked").assert_lacks(".flag").assert_has("a[href$='/message']");
}

/// SEARCH-34..40: each action is offered where it applies, and leads to its place.
#[actix_web::test]
async fn only_actions_that_apply_are_offered() {
    let app = spawn_app().await;
    let (chat, closed) = (channel(&app, "web_chat", true), channel(&app, "web_chat", false));
    let (me, other) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    let person = |name, active, responsible| Person { name, active, responsible, ..Person::default() };
    let reachable = add(&app, &person("Anna Reachable", 0, None));
    let mine = add(&app, &person("Anna Mine", 1, Some(me)));
    let others = add(&app, &person("Anna Others", 1, Some(other)));
    let queued = add(&app, &person("Anna Queued", 1, None));
    let bound = add(&app, &person("Anna Bound", 0, Some(other)));
    let unreachable = add(&app, &person("Anna Unreachable", 0, None));
    for id in [reachable, mine, others, queued, bound] {
        account(&app, id, chat);
    }
    account(&app, unreachable, closed);
    let at = conversation(&app, mine, chat, "active", Some(me));
    conversation(&app, others, chat, "active", Some(other));
    conversation(&app, queued, chat, "queued", None);
    conversation(&app, reachable, chat, "closed", Some(me));

    let operator = app.sign_in(OPERATOR).await;
    let page = dropdown(&operator, "anna").await;
    assert_eq!(page.count(".gs"), 6);
    assert_eq!(page.attributes("a[href*='?at=']", "href"), [format!("/inbox/{mine}?at={at}")]);
    assert_eq!(page.attributes("a[href$='/message']", "href"), [format!("/customers/{reachable}/message")]);
    assert_eq!(page.count("a[href^='/inbox/'][aria-label='View chat history']"), 6);
    let page = dropdown(&app.sign_in(SUPERVISOR).await, "anna").await;
    page.assert_lacks("a[href*='?at=']");
    assert_eq!(page.count("a[href$='/message']"), 2, "a supervisor may write to others' customers");
}

/// SEARCH-16, SEARCH-17, SEARCH-18, SEARCH-19: when nothing is found a new customer is offered in WhatsApp and Viber,
/// where these are enabled, and nowhere else.
#[actix_web::test]
async fn when_nothing_is_found_a_new_customer_is_offered() {
    let app = spawn_app().await;
    channel(&app, "web_chat", true);
    channel(&app, "whatsapp", false);
    let operator = app.sign_in(OPERATOR).await;
    let page = dropdown(&operator, "+44 7700 900999").await;
    page.assert_has(".blank").assert_says("Nothing found").assert_lacks("a[href^='/contacts/new']");
    channel(&app, "whatsapp", true);
    let page = dropdown(&operator, "+44 7700 900999").await;
    page.assert_lacks("a[href^='/contacts/new']");
    assert_eq!(page.count("a[href^='/customers/new']"), 1);
    let href = page.attribute("a[href^='/customers/new']", "href");
    assert_eq!(href, "/customers/new/whatsapp?q=%2B44%207700%20900999");
    channel(&app, "viber", true);
    let page = operator.get("/search?q=nobody").await;
    page.assert_has("a[href='/customers/new/whatsapp?q=nobody']");
    page.assert_has("a[href='/contacts/new?q=nobody']");
}

/// SEARCH-20: somebody made from a search that found nobody is written to by the rules of every first message: no channel
/// that reaches them, or a block, and nothing is sent.
#[actix_web::test]
async fn whoever_is_made_from_a_search_is_written_to_by_the_rules() {
    let app = spawn_app().await;
    channel(&app, "viber", true);
    let supervisor = app.sign_in(SUPERVISOR).await;
    let offer = supervisor.get("/search?q=nobody").await.attribute("a[href^='/contacts/new']", "href");
    let form = supervisor.get(&offer).await;
    assert_eq!(form.attribute("#contact_form #name", "value"), "nobody");
    for (q, field) in [("%2B7+901+123-45-67", "phone"), ("nobody@example.com", "email")] {
        let page = supervisor.get(&format!("/search?q={q}")).await;
        page.assert_says("In Viber, a bot can write only to those who have written to it.");
        page.assert_silent_about("write in Viber");
        let form = supervisor.get(&page.attribute("a[href^='/contacts/new']", "href")).await;
        assert_eq!(form.attribute("#contact_form #name", "value"), "", "{q}");
        assert_ne!(form.attribute(&format!("#contact_form #{field}"), "value"), "", "{q}");
    }
    let fields = [("name", "Nobody Yet"), ("email", "nobody@example.com")];
    supervisor.submit(&form, "#contact_form", &fields).await.assert_status(303);
    let id = app.number("SELECT id FROM customers");
    app.execute("UPDATE channels SET enabled = FALSE");
    let write = format!("/customers/{id}/message");
    let form = || reqwest::multipart::Form::new().text("body", "Good day");
    let reasons = [("UPDATE customers SET blocked = FALSE", 422), ("UPDATE customers SET blocked = TRUE", 422)];
    for (state, status) in reasons {
        app.execute(state);
        let page = supervisor.get(&write).await;
        page.assert_status(200).assert_has("[role=alert]").assert_lacks("textarea[name=body]");
        supervisor.post_multipart(&write, form()).await.assert_status(status).assert_says("Good day");
    }
    assert_eq!(app.number("SELECT count(*) FROM messages"), 0);
    assert_eq!(app.number("SELECT count(*) FROM conversations"), 0);
}

/// Operators who may not see others' customers do not find them either.
#[actix_web::test]
async fn results_obey_the_scope() {
    let app = spawn_app().await;
    let (me, other) = (app.staff_id(OPERATOR), app.staff_id(SECOND_OPERATOR));
    for (name, responsible) in [("Anna Mine", Some(me)), ("Anna Free", None), ("Anna Others", Some(other))] {
        add(&app, &Person { name, responsible, ..Person::default() });
    }
    let (operator, supervisor) = (app.sign_in(OPERATOR).await, app.sign_in(SUPERVISOR).await);
    assert_eq!(names(&operator, "anna").await.len(), 3);
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let mut seen = names(&operator, "anna").await;
    seen.sort();
    assert_eq!(seen, ["Anna Free", "Anna Mine"]);
    assert_eq!(names(&supervisor, "anna").await.len(), 3);
}

/// What is typed means itself: patterns, quotes, HTML, SQL, emoji, and things that are no text.
#[actix_web::test]
async fn odd_input_is_only_text() {
    let app = spawn_app().await;
    for name in
        ["50% off_er\\", "O'Brien \"Bob\"", "<script>alert(1)</script>", "👩‍🚀 Zoë", "x'; DROP TABLE customers; --"]
    {
        add(&app, &named(name));
    }
    add(&app, &named("Plain Person"));
    let operator = app.sign_in(OPERATOR).await;
    for (q, name) in [
        ("50% off_er\\", "50% off_er\\"),
        ("% o", "50% off_er\\"),
        ("o'b", "O'Brien \"Bob\""),
        ("\"bob\"", "O'Brien \"Bob\""),
        ("<script>", "<script>alert(1)</script>"),
        ("👩‍🚀", "👩‍🚀 Zoë"),
        ("'; drop table", "x'; DROP TABLE customers; --"),
    ] {
        assert_eq!(names(&operator, q).await, [name], "{q}");
    }
    for q in ["%%%", "___", "AND", "NEAR(a b)", "* * *", "\0\0\0abc", "a\nb\nc", "((("] {
        dropdown(&operator, q).await.assert_lacks(".gs").assert_silent_about("<script>alert");
    }
    operator.get(&format!("/search?q={}", "я".repeat(3000))).await.assert_status(200);
    operator.get("/search?q=%FF%FE%FD").await.assert_status(200);
    operator.get("/search?other=1").await.assert_status(200);
}

/// The dropdown shows ten and the page fifty, and both say so.
#[actix_web::test]
async fn long_lists_are_cut_and_say_so() {
    let app = spawn_app().await;
    for i in 0..52 {
        add(&app, &named(&format!("Anna Number{i}")));
    }
    let operator = app.sign_in(OPERATOR).await;
    let page = dropdown(&operator, "anna").await;
    assert_eq!(page.count(".gs"), 10);
    page.assert_says("The first 10 customers").assert_has("a[href='/search?q=anna']");
    let page = operator.get("/search?q=anna").await;
    assert_eq!(page.count(".gs"), 50);
    page.assert_says("The first 50 customers").assert_says("More customers match");
}

/// Best match first: the line itself, the beginning of a line, of a word, then anywhere; the newest first within each.
#[actix_web::test]
async fn the_best_match_comes_first() {
    let app = spawn_app().await;
    let person = |name, idle| Person { name, idle, ..Person::default() };
    for (name, idle) in
        [("Makowska", 0), ("Jan Kowal", 1), ("Kowalik", 2), ("Kowalczyk", 1), ("Kow", 9), ("Ewa Kowal", 2)]
    {
        add(&app, &person(name, idle));
    }
    let operator = app.sign_in(OPERATOR).await;
    assert_eq!(names(&operator, "kow").await, ["Kow", "Kowalczyk", "Kowalik", "Jan Kowal", "Ewa Kowal", "Makowska"]);
}

/// A whole phone number, however it is written, e-mail address, external ID, username or number of a customer shows that
/// customer first, a blocked one too, and before everybody who holds it as a part: by either plan.
#[actix_web::test]
async fn what_is_typed_whole_comes_first() {
    let app = spawn_app().await;
    let telegram = channel(&app, "telegram", true);
    add(&app, &named("Nobody"));
    app.execute("UPDATE customers SET id = 1233");
    if !app.db.is_sqlite() {
        app.number("SELECT setval(pg_get_serial_sequence('customers', 'id'), 1233)");
    }
    let mut wanted = vec![];
    for blocked in [false, true] {
        let n = i32::from(blocked);
        let target = Person {
            name: "Target",
            phone: &format!("+7 901 788-07-9{n}"),
            email: &format!("na{n}@example.com"),
            external_id: &format!("CRM-5{n}"),
            username: &format!("nora{n}"),
            blocked,
            idle: 59,
            ..Person::default()
        };
        let id = add(&app, &target);
        account(&app, id, telegram);
        app.execute(&format!("UPDATE channel_accounts SET username = 'nora{n}' WHERE customer_id = {id}"));
        for typed in [target.phone, target.email, target.external_id, target.username] {
            wanted.push((typed.to_owned(), id));
        }
        for typed in ["8 (901) 788-07-9", "8901788079", "8 901 7880 79", "7901788079", "@Nora"] {
            wanted.push((format!("{typed}{n}"), id));
        }
        wanted.push((format!("NA{n}@Example.com"), id));
        wanted.push((id.to_string(), id));
        for part in 0..20 {
            let inside = Person {
                name: &format!("Has it inside {id}{part}"),
                phone: &format!("+1 79017880 79{n} {part}"),
                email: &format!("an{part}na{n}@example.com"),
                external_id: &format!("CRM-5{n}{part}"),
                username: &format!("eleonora{n}{part}"),
                idle: part,
                ..Person::default()
            };
            add(&app, &inside);
        }
    }
    for (typed, id) in wanted {
        for limits in [Limits::default(), Limits { common: 5, newest: 20, shown: 5 }] {
            let found = hits(&app, &term(&typed), limits).await;
            let first = found.rows.first().map(|hit| (hit.id.0, hit.rank));
            assert_eq!(first, Some((id, 0)), "{typed} {limits:?}");
        }
    }
}

/// What a plain comparison of everybody finds.
fn naive(all: &[(i64, String)], term: &Term) -> Vec<i64> {
    let holds = |text: &str| term.needles().iter().any(|needle| text.contains(needle));
    all.iter().filter(|(_, text)| holds(text)).map(|(id, _)| *id).collect()
}

/// A name in one of four scripts, made of few syllables so that terms meet often.
fn some_name() -> impl Strategy<Value = String> {
    prop_oneof!["[Aa]n[ane]{1,3}( K[ow]{1,2})?", "[КАк]а[яё]{1,3}( С[ёе]{1,2})?", "[王芳]{3,5}", "[مر]{3,5}"]
}

fn some_term() -> impl Strategy<Value = String> {
    prop_oneof![
        "[anAN]{3}",
        "[ane]{3,4} ?[k]?",
        "[каяёЁ]{3}",
        "[王芳]{3}",
        "[مر]{3}",
        "[+]?[0-9][ -]?[0-9]{2,3}",
        "[%_a]{3}"
    ]
}

/// Every answer of either plan is that of a plain comparison, in four scripts, whatever is common and whatever is rare.
#[actix_web::test]
async fn every_answer_equals_a_plain_comparison() {
    let app = spawn_app().await;
    let mut runner = proptest::test_runner::TestRunner::deterministic();
    let people = prop::collection::vec((some_name(), "[0-9]{7}", 0..60u32), 120);
    let people = people.new_tree(&mut runner).unwrap().current();
    for (name, phone, idle) in &people {
        let phone = format!("+7901{phone}");
        add(&app, &Person { name, phone: &phone, idle: *idle, ..Person::default() });
    }
    let all: Vec<(i64, String)> = (1..=people.len())
        .map(|id| {
            let id = i64::try_from(id).unwrap();
            (id, app.text(&format!("SELECT search_text FROM customers WHERE id = {id}")).unwrap())
        })
        .collect();
    let mut plans = (0, 0);
    for _ in 0..150 {
        let typed = some_term().new_tree(&mut runner).unwrap().current();
        let Query::Term(term) = Query::parse(&typed) else { continue };
        let mut expected = naive(&all, &term);
        for limits in [
            Limits { shown: 1000, ..Limits::default() },
            Limits { common: 1, newest: 60, shown: 1000 },
            Limits { common: 3, newest: 20, shown: 4 },
        ] {
            let hits = hits(&app, &term, limits).await;
            let mut found: Vec<i64> = hits.rows.iter().map(|hit| hit.id.0).collect();
            let size = expected.len().min(usize::try_from(limits.shown).unwrap());
            assert_eq!(found.len(), size, "{typed} {limits:?}");
            assert_eq!(hits.more, expected.len() > size, "{typed} {limits:?}");
            let order = |rank: i64, at, id| (rank, std::cmp::Reverse((at, id)));
            assert!(hits.rows.is_sorted_by_key(|h| order(h.rank, h.last_activity_at, h.id)), "{typed} {limits:?}");
            found.sort_unstable();
            expected.sort_unstable();
            if size == expected.len() {
                assert_eq!(found, expected, "{typed} {limits:?}");
                plans.0 += 1;
            } else {
                assert!(found.iter().all(|id| expected.contains(id)), "{typed} {limits:?}");
                plans.1 += 1;
            }
        }
    }
    assert!(plans.0 > 50 && plans.1 > 10, "both plans were tried: {plans:?}");
}

/// Of a term that very many share, the exact match is shown though it is the oldest.
#[actix_web::test]
async fn an_exact_match_is_not_lost_among_the_newest() {
    let app = spawn_app().await;
    add(&app, &Person { name: "Anna", idle: 59, ..Person::default() });
    for i in 0..30 {
        add(&app, &Person { name: &format!("Joanna {i}"), idle: i, ..Person::default() });
    }
    let found = hits(&app, &term("anna"), Limits { common: 10, newest: 20, shown: 5 }).await;
    assert_eq!(found.rows.len(), 5);
    assert_eq!(found.rows.first().map(|hit| hit.id.0), Some(1));
    assert!(found.more);
    let number = hits(&app, &term("@anna"), Limits { common: 10, newest: 20, shown: 5 }).await;
    assert_eq!(number.rows.first().map(|hit| hit.rank), Some(0));
}

/// The same of an external ID, whose capitals are its own, and of a username.
#[actix_web::test]
async fn an_external_id_or_a_username_is_not_lost_among_the_newest() {
    let app = spawn_app().await;
    let telegram = channel(&app, "telegram", true);
    let by_id = add(&app, &Person { name: "Zoe", external_id: "AB-77", idle: 59, ..Person::default() });
    let by_name = add(&app, &Person { name: "Max", username: "Nora99", idle: 58, ..Person::default() });
    account(&app, by_name, telegram);
    app.execute(&format!("UPDATE channel_accounts SET username = 'Nora99' WHERE customer_id = {by_name}"));
    for i in 0..30 {
        add(&app, &Person { name: &format!("xAB-77 xNora99 {i}"), idle: i, ..Person::default() });
    }
    for (typed, wanted) in [("AB-77", by_id), ("@AB-77", by_id), ("nora99", by_name), ("@NORA99", by_name)] {
        let found = hits(&app, &term(typed), Limits { common: 10, newest: 20, shown: 5 }).await;
        assert_eq!(found.rows.first().map(|hit| (hit.id.0, hit.rank)), Some((wanted, 0)), "{typed}");
        assert!(found.more, "{typed}");
    }
}
