//! The audit log's page: who did what, to whom, when; found again among many.

use std::collections::BTreeSet;
use std::path::Path;

use switchboard::audit::model::{EVENTS, event_key};
use switchboard::db::migrate;
use switchboard::web::i18n::Lang;

use crate::support::desk::{Person, moment};
use crate::support::{ADMIN, OPERATOR, SUPERVISOR, TestApp, spawn_app};

const PAGE: &str = "/settings/audit";

/// A row of the log, as if it had been recorded so many days ago.
fn note(app: &TestApp, days_ago: i64, staff: &str, actor: &str, event: &str, customer: &str, detail: &str) {
    app.execute(&format!(
        "INSERT INTO audit_events (at, staff_id, actor, event, customer_id, detail) \
         VALUES ('{}', {staff}, '{actor}', '{event}', {customer}, '{detail}')",
        moment(days_ago)
    ));
}

/// What is done is read in words, newest first: who, what, to whom, and what else is known, by its name of today. A
/// customer who was deleted is a number. Operators and supervisors do not see the page, and it stands in the settings' tabs.
#[actix_web::test]
async fn what_is_done_is_told_in_words() {
    let app = spawn_app().await;
    let (anna, boris) = (app.customer(Person::named("Anna Kowalska")), app.customer(Person::named("Boris")));
    let (tag, list) = (app.tag("Wholesale", 3), app.list("Autumn", &[]));
    let operator = app.sign_in(OPERATOR).await;
    operator.post_form(&format!("/customers/{anna}/tags"), &[("add", &tag.to_string())]).await.assert_status(303);
    note(&app, 0, "NULL", "system", "customer.unblocked", &boris.to_string(), "{}");
    note(
        &app,
        0,
        "NULL",
        "command line",
        "staff.added",
        "NULL",
        &format!(r#"{{"staff":{}}}"#, app.staff_id(SUPERVISOR)),
    );
    let detail = format!(r#"{{"list":{list}}}"#);
    note(&app, 0, "777", "left@example.com", "customer.listed", &anna.to_string(), &detail);
    note(&app, 0, "NULL", "system", "moon.landed", "NULL", r#"{"craft":"Eagle","list":99}"#);
    note(&app, 0, "NULL", "system", "customer.deleted", "424242", "{}");
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(PAGE).await;
    page.assert_status(200).assert_has("nav.tabs a[href='/settings/audit'][aria-current=page]");
    let lines = page.select("#audit tbody tr");
    let line =
        |words: &str| lines.iter().find(|line| line.contains(words)).unwrap_or_else(|| panic!("{words}: {lines:?}"));
    // The newest is the admin's own sign-in, with the address that it came from.
    let newest = lines.first().expect("a line");
    assert!(newest.contains("Signed in") && newest.contains(ADMIN) && newest.contains("From: 127.0.0.1"), "{newest}");
    assert!(line("Added a staff member").contains("Command line"));
    assert!(line("Added a staff member").contains("Staff member: "));
    assert!(line("Added a customer tag").contains("Tag: Wholesale") && line("Added a customer tag").contains(OPERATOR));
    let listed = line("Put a customer on a list");
    assert!(listed.contains("left@example.com") && listed.contains("Anna Kowalska"), "{listed}");
    assert!(listed.contains("List: Autumn"), "{listed}");
    assert!(line("moon.landed").contains("craft: Eagle") && line("moon.landed").contains("List: No. 99"));
    assert!(line("Deleted a customer").contains("No. 424242, deleted"));
    assert!(line("Unblocked a customer").contains("Switchboard itself"));
    page.assert_has(&format!("#audit a[href='/customers/{boris}']"));
    page.assert_lacks("#audit a[href='/customers/424242']");
    for email in [OPERATOR, SUPERVISOR] {
        let client = app.sign_in(email).await;
        client.get(PAGE).await.assert_status(403);
        client.get("/settings/profile").await.assert_lacks("a[href='/settings/audit']");
    }
    admin.post_form("/preferences", &[("language", "ru")]).await;
    admin.get(PAGE).await.assert_says("Журнал действий").assert_says("Клиент добавлен в список");
}

/// What the desk itself records of tags and lists names them.
#[actix_web::test]
async fn a_change_names_what_was_changed() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let list = app.list("Autumn", &[]);
    let operator = app.sign_in(OPERATOR).await;
    operator.post_form(&format!("/customers/{anna}/lists"), &[("add", &list.to_string())]).await.assert_status(303);
    let detail = app.text("SELECT detail FROM audit_events WHERE event = 'customer.listed'");
    assert_eq!(detail, Some(format!(r#"{{"list":{list}}}"#)));
    let signed_in = app.number("SELECT staff_id FROM audit_events WHERE event = 'signed_in' ORDER BY id DESC LIMIT 1");
    assert_eq!(signed_in, app.staff_id(OPERATOR));
}

/// Whose rights somebody changed, from what to what, and with what they sign in since; a corrected name needs no more words.
#[actix_web::test]
async fn a_change_of_rights_says_what_it_was() {
    let app = spawn_app().await;
    let admin = app.sign_in(ADMIN).await;
    let url = format!("/settings/staff/{}", app.staff_id(OPERATOR));
    let edit = [("email", "olga@desk.test"), ("name", "Olga Operator"), ("role", "supervisor")];
    admin.post_form(&url, &edit).await.assert_status(303);
    let page = admin.get(PAGE).await;
    page.assert_says("Supervisor").assert_says("Operator").assert_says("olga@desk.test").assert_says(OPERATOR);
    let told = app.text("SELECT detail FROM audit_events WHERE event = 'staff.edited'").unwrap();
    assert!(told.contains(r#""role":"supervisor""#) && told.contains(r#""role_was":"operator""#), "{told}");
    admin.post_form(&url, &[("email", "olga@desk.test"), ("name", "Olga O."), ("role", "supervisor")]).await;
    let told = app.text("SELECT detail FROM audit_events WHERE event = 'staff.edited' ORDER BY id DESC LIMIT 1");
    assert!(!told.unwrap().contains("role"));
}

/// Sign-ins of before the page was there, noted in words, become those of the person, with the address.
#[actix_web::test]
async fn old_sign_ins_find_their_person() {
    let app = spawn_app().await;
    let operator = app.staff_id(OPERATOR);
    for index in ["staff", "event", "staff_event", "customer"] {
        app.execute(&format!("DROP INDEX audit_events_{index}"));
    }
    app.execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261129000640'");
    note(&app, 1, "NULL", &format!("staff {operator} from 2001:db8::7"), "signed_in", "NULL", "{}");
    note(&app, 1, "NULL", "staff 999999 from 192.0.2.1", "signed_in", "NULL", "{}");
    migrate::run(app.db.url()).expect("migrated again");
    let page = app.sign_in(ADMIN).await.get(&format!("{PAGE}?by={operator}")).await;
    let lines = page.select("#audit tbody tr");
    assert_eq!(lines.len(), 1, "{lines:?}");
    assert!(lines[0].contains(OPERATOR) && lines[0].contains("From: 2001:db8::7"), "{lines:?}");
    assert_eq!(app.number("SELECT staff_id FROM audit_events WHERE detail LIKE '%192.0.2.1%'"), 999_999);
}

/// Whoever is erased is erased from the log, too: what was done stays, with a number; what somebody wrote about them is gone from
/// the page and from the file, and nobody else's with it.
#[actix_web::test]
async fn what_was_written_about_a_customer_goes_with_them() {
    let app = spawn_app().await;
    let (anna, boris) = (app.customer(Person::named("Anna")), app.customer(Person::named("Boris")));
    let stage = app.pipeline("Sales", &["New"])[0].to_string();
    let admin = app.sign_in(ADMIN).await;
    for id in [anna, boris] {
        let form = admin.get(&format!("/customers/{id}/deals/new")).await;
        let deal = [("title", "Kidney test"), ("stage", stage.as_str())];
        admin.submit(&form, "#deal_form", &deal).await.assert_status(303);
        let reason = [("reason", "Insults")];
        admin.post_form(&format!("/customers/{id}/block"), &reason).await.assert_status(303);
    }
    let gone = anna.to_string();
    let delete = [("action", "delete"), ("row", gone.as_str()), ("count", "1")];
    admin.post_form("/inbox/bulk", &delete).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM customers"), 1);
    for place in [PAGE.to_owned(), format!("{PAGE}/csv")] {
        let told = admin.get(&format!("{place}?customer={anna}")).await;
        told.assert_status(200).assert_silent_about("Kidney").assert_silent_about("Insults");
        let what = ["Added a deal", "Blocked a customer", "Deleted a customer"];
        assert!(what.iter().all(|what| told.text.contains(what)), "{}", told.text);
        let kept = admin.get(&format!("{place}?customer={boris}")).await;
        assert!(kept.text.contains("Kidney test: Sales / New") && kept.text.contains("Insults"), "{}", kept.text);
    }
}

/// The same of those who were deleted before the log forgot: of whoever is there, and of everything else, it stays.
#[actix_web::test]
async fn what_was_written_about_those_who_are_gone_goes_with_an_upgrade() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna")).to_string();
    for customer in [anna.as_str(), "424242"] {
        note(&app, 3, "NULL", "a", "customer.blocked", customer, r#"{"reason":"Insults"}"#);
        note(&app, 2, "NULL", "a", "customer.deal_moved", customer, r#"{"deal":7,"name":"Kidney test: Sales / New"}"#);
        note(&app, 1, "NULL", "a", "customer.funnel_moved", customer, r#"{"name":"Welcome / Hello"}"#);
    }
    app.execute("DELETE FROM __diesel_schema_migrations WHERE version = '20261130008000'");
    migrate::run(app.db.url()).expect("migrated again");
    let with = |customer: &str, words: &str| {
        app.number(&format!(
            "SELECT COUNT(*) FROM audit_events WHERE customer_id = {customer} AND detail LIKE '%{words}%'"
        ))
    };
    for (words, left) in [("Insults", 0), ("Kidney", 0), ("\"deal\"", 1), ("Welcome", 1)] {
        assert_eq!((with("424242", words), with(&anna, words)), (left, 1), "{words}");
    }
}

/// Each filter narrows the list, alone and with others, by the address and without scripts; what does not fit is said at
/// its field, and a list without a line says why.
#[actix_web::test]
async fn filters_narrow_the_log() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let (operator, supervisor) = (app.staff_id(OPERATOR).to_string(), app.staff_id(SUPERVISOR).to_string());
    let anna = anna.to_string();
    note(&app, 9, &operator, OPERATOR, "customer.edited", &anna, "{}");
    note(&app, 8, &operator, OPERATOR, "list.added", "NULL", r#"{"list":1,"name":"Autumn"}"#);
    note(&app, 7, &supervisor, SUPERVISOR, "customer.blocked", &anna, r#"{"reason":"Spam again"}"#);
    note(&app, 6, "NULL", "command line", "staff.disabled", "NULL", "{}");
    note(&app, 5, &supervisor, SUPERVISOR, "customers.exported", "NULL", r#"{"format":"csv","customers":12000}"#);
    let admin = app.sign_in(ADMIN).await;
    let day = |days_ago: i64| moment(days_ago)[..10].to_owned();
    let whats = async |query: &str| admin.get(&format!("{PAGE}?{query}")).await.select("#audit tbody td:nth-child(2)");
    assert_eq!(whats(&format!("by={operator}")).await, ["Added a list", "Changed a customer"]);
    assert_eq!(whats("by=program").await, ["Disabled a staff member"]);
    assert_eq!(whats("kind=customers").await, ["Added a list", "Changed a customer"]);
    assert_eq!(whats("kind=sign-ins").await, ["Signed in"]);
    assert_eq!(whats("kind=blacklist").await, ["Blocked a customer"]);
    assert_eq!(whats("kind=exports").await, ["Started an export of customers"]);
    assert_eq!(whats("kind=staff&by=program").await, ["Disabled a staff member"]);
    assert_eq!(whats(&format!("customer={anna}")).await, ["Blocked a customer", "Changed a customer"]);
    assert_eq!(whats(&format!("customer={anna}&by={supervisor}")).await, ["Blocked a customer"]);
    assert_eq!(whats(&format!("customer={anna}&kind=customers")).await, ["Changed a customer"]);
    assert_eq!(whats(&format!("from={}&to={}", day(8), day(7))).await, ["Blocked a customer", "Added a list"]);
    assert_eq!(whats(&format!("kind=customers&to={}", day(9))).await, ["Changed a customer"]);
    let page = admin.get(&format!("{PAGE}?kind=exports&by={supervisor}")).await;
    page.assert_says("Customers: 12 000").assert_has("#a-kind option[value=exports][selected]");
    page.assert_has(&format!("#a-by option[value='{supervisor}'][selected]"));
    let none = admin.get(&format!("{PAGE}?customer=424242")).await;
    none.assert_status(200).assert_says("No such event").assert_lacks("#audit table");
    for (query, field) in
        [("from=soon", "from"), ("customer=Anna", "customer"), ("from=2026-02-01&to=2026-01-01", "to")]
    {
        let wrong = admin.get(&format!("{PAGE}?{query}")).await;
        wrong
            .assert_status(422)
            .assert_has(&format!("#a-{field}[aria-invalid=true]"))
            .assert_has(&format!("#a-{field}-err"));
        wrong.assert_says("Nothing to show").assert_lacks("#audit table");
    }
}

/// Pages go on where the last one ended, in both directions, with and without filters.
#[actix_web::test]
async fn the_log_is_turned_page_by_page() {
    let app = spawn_app().await;
    let operator = app.staff_id(OPERATOR);
    let rows: Vec<String> = (0..120)
        .map(|number| {
            let event = if number % 2 == 0 { "list.added" } else { "list.deleted" };
            // Some of one moment: their numbers decide.
            format!("('{}', {operator}, 'o', '{event}', '{{\"name\":\"List {number}.\"}}')", moment(200 - number / 3))
        })
        .collect();
    app.execute(&format!("INSERT INTO audit_events (at, staff_id, actor, event, detail) VALUES {}", rows.join(", ")));
    let admin = app.sign_in(ADMIN).await;
    for query in ["kind=customers".to_owned(), format!("by={operator}"), format!("by={operator}&kind=customers")] {
        let mut page = admin.get(&format!("{PAGE}?{query}")).await;
        let (mut seen, mut pages) = (vec![], vec![]);
        loop {
            seen.extend(page.select("#audit tbody td:nth-child(4)"));
            let next = page.attributes("a[rel=next]", "href");
            pages.push(page.select("#audit tbody td:nth-child(4)"));
            let Some(next) = next.first() else { break };
            page = admin.get(next).await;
        }
        let wanted: Vec<String> = (0..120).rev().map(|number| format!("Name: List {number}.")).collect();
        assert_eq!(seen, wanted, "{query}");
        assert_eq!(pages.len(), 3);
        let back = admin.htmx(&page.attribute("a[rel=prev]", "href"), "div#audit").await;
        back.assert_region("audit");
        assert_eq!(back.select("tbody td:nth-child(4)"), pages[1], "{query}");
    }
}

/// The file has what the filters show, and that it was taken away stands in the log.
#[actix_web::test]
async fn what_is_filtered_is_taken_away_as_a_file() {
    let app = spawn_app().await;
    let anna = app.customer(Person::named("Anna"));
    let supervisor = app.staff_id(SUPERVISOR).to_string();
    let detail = r#"{"reason":"=1+1; never again"}"#;
    note(&app, 3, &supervisor, SUPERVISOR, "customer.blocked", &anna.to_string(), detail);
    note(&app, 2, "NULL", "command line", "staff.disabled", "NULL", "{}");
    note(&app, 1, &supervisor, SUPERVISOR, "customer.tagged", "424242", &format!(r#"{{"staff":{supervisor}}}"#));
    let admin = app.sign_in(ADMIN).await;
    let gone = admin.get(&format!("{PAGE}/csv?customer=424242")).await.text;
    assert!(gone.lines().any(|line| line.contains(",424242,\"No. 424242, deleted\",")), "{gone}");
    assert!(gone.contains("Staff member: Sam Supervisor"), "{gone}");
    let page = admin.get(&format!("{PAGE}?customer={anna}")).await;
    let file = admin.get(&page.attribute("#audit a[download]", "href")).await;
    file.assert_status(200);
    assert!(file.header("content-disposition").starts_with("attachment"), "{}", file.header("content-disposition"));
    let lines: Vec<&str> = file.text.lines().collect();
    assert_eq!(lines.len(), 2, "{}", file.text);
    assert!(lines[0].ends_with("time,who,e-mail,event,what,client_id,client,details"), "{}", lines[0]);
    let wanted = format!("{SUPERVISOR},customer.blocked,Blocked a customer,{anna},Anna,Reason: =1+1; never again");
    assert!(lines[1].ends_with(&wanted), "{}", lines[1]);
    admin.get(&format!("{PAGE}?kind=exports")).await.assert_says("Downloaded the audit log").assert_says("Rows: 1");
    let wrong = admin.get("/settings/audit/csv?from=soon").await;
    wrong.assert_redirect("/settings/audit?from=soon");
}

/// Every event that the sources record has its name in each language: who records a new one without a name fails here.
#[test]
fn every_recorded_event_has_a_name() {
    let mut recorded = BTreeSet::new();
    let mut folders = vec![Path::new(env!("CARGO_MANIFEST_DIR")).join("src")];
    while let Some(folder) = folders.pop() {
        for path in std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()) {
            if path.is_dir() {
                folders.push(path);
                continue;
            }
            if path.extension().is_none_or(|extension| extension != "rs") {
                continue;
            }
            let text = std::fs::read_to_string(&path).unwrap();
            let code = text.split("#[cfg(test)]").next().unwrap_or_default();
            if !code.contains("audit::record") && !code.contains("super::record_with") {
                continue;
            }
            // A word with a dot in it, in quotes; and what the sign-in records.
            let words = code.split('"').skip(1).step_by(2);
            let fits = |word: &&str| {
                let plain = |part: &str| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_');
                word.split_once('.').is_some_and(|(what, did)| plain(what) && plain(did)) || word.starts_with("signed_")
            };
            recorded.extend(words.filter(fits).map(str::to_owned));
        }
    }
    let unknown: Vec<&String> = recorded.iter().filter(|event| event_key(event).is_none()).collect();
    assert!(unknown.is_empty(), "recorded, but not in audit::model::EVENTS: {unknown:?}");
    let never: Vec<&str> =
        EVENTS.iter().map(|(event, _, _)| *event).filter(|event| !recorded.contains(*event)).collect();
    assert!(never.is_empty(), "in audit::model::EVENTS, but never recorded: {never:?}");
    for (event, _, key) in EVENTS {
        for lang in [Lang::En, Lang::Ru] {
            let name = lang.t(key);
            assert!(!name.contains("Unknown"), "{event} has no name: {name}");
        }
    }
}
