//! Exports: the customers of a list as a file, made in the background, kept for a week.

use std::io::Cursor;
use std::time::{Duration, Instant};

use calamine::{Data, Reader, Xlsx};
use switchboard::config::Config;
use switchboard::exports::{self, COLUMNS};
use switchboard::files::Files;

use crate::support::desk::{Letter, Person, moment};
use crate::support::{ADMIN, Client, OPERATOR, Page, SUPERVISOR, TestApp, eventually, spawn_app, spawn_app_with};

/// Orders an export at the form of this list; its number.
async fn order(app: &TestApp, admin: &Client, form: &str, format: &str) -> i64 {
    let page = admin.get(form).await;
    page.assert_status(200);
    admin.submit(&page, "#export_form", &[("format", format)]).await.assert_redirect("/exports");
    app.number("SELECT MAX(id) FROM exports")
}

/// The state of an export once it is made, or not.
async fn end_of(app: &TestApp, id: i64) -> String {
    let sql = format!("SELECT state FROM exports WHERE id = {id} AND state <> 'making'");
    eventually("the export has ended", async || app.text(&sql)).await
}

/// The file of an export of this list.
async fn file(app: &TestApp, admin: &Client, form: &str, format: &str) -> Page {
    let id = order(app, admin, form, format).await;
    assert_eq!(end_of(app, id).await, "ready");
    let file = admin.get(&format!("/exports/{id}/file")).await;
    file.assert_status(200);
    file
}

/// The rows of a CSV file, the names of its columns first.
fn rows(file: &Page) -> Vec<Vec<String>> {
    let text = file.text.strip_prefix('\u{feff}').expect("a mark for Excel");
    let mut reader = csv::ReaderBuilder::new().has_headers(false).from_reader(text.as_bytes());
    reader.records().map(|row| row.expect("a row").iter().map(str::to_owned).collect()).collect()
}

fn names(file: &Page) -> Vec<String> {
    rows(file).into_iter().skip(1).map(|row| row[1].clone()).collect()
}

/// Puts an export and its job into the database, as if it had been begun so often.
fn put(app: &TestApp, staff: &str, attempt: i32) -> i64 {
    let now = moment(0);
    app.execute(&format!(
        "INSERT INTO exports (staff_id, format, view, state, attempt, rows_done, created_at) \
         SELECT id, 'csv', '/customers?period=all', 'making', {attempt}, 1, '{now}' FROM staff WHERE email = '{staff}'"
    ));
    let id = app.number("SELECT MAX(id) FROM exports");
    put_job(app, id);
    id
}

fn put_job(app: &TestApp, id: i64) {
    let now = moment(0);
    app.execute(&format!(
        "INSERT INTO jobs (name, payload, run_at, tries, created_at) \
         VALUES ('export.make', '{{\"export\":{id},\"base\":\"\"}}', '{now}', 0, '{now}')"
    ));
}

/// CUST-40, CUST-41, LIST-85, LIST-86, LIST-89, LIST-90, LIST-91, LIST-92, LIST-93, LIST-94, LIST-95, LIST-96, LIST-97,
/// LIST-98, LIST-99: the button on the Customers page makes a file of those whom the filters show; it waits on the page of
/// exports, with eleven columns, and nothing in it is run as a formula.
#[actix_web::test]
async fn whom_the_filters_show_becomes_a_file() {
    let app = spawn_app_with(|config| config.time_zone = chrono_tz::Asia::Tokyo).await;
    let (old, new) = (app.channel("telegram"), app.channel("whatsapp"));
    let anna = app.writes(Letter { channel: old, address: "4242", name: "Анна", ..Letter::default() }).await;
    app.customer(Person::named("Boris"));
    app.execute(&format!(
        "UPDATE customers SET name = '=Анна, \"Ltd\"', name_folded = '=анна, \"ltd\"', channel_id = {new}, source_tag = 'ads', \
         avatar_url = '/avatars/7', created_at = '2026-01-10 20:30:00', last_activity_at = '2026-02-11 01:02:03' \
         WHERE id = {anna}; \
         INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         VALUES ({anna}, {new}, '79017880795', '2026-01-10 20:30:00', '2026-01-10 20:30:00')"
    ));
    let admin = app.sign_in(ADMIN).await;
    let mut events = admin.events("/live").await;
    let list = admin.get("/customers?period=all&name=%D0%90%D0%BD%D0%BD%D0%B0").await;
    let form = list.attribute("a[hx-target='#export-dialog']", "href");
    admin.htmx(&form, "div#export-dialog").await.assert_has("dialog[data-open] #export_form");
    admin.get(&form).await.assert_says("The file will hold 1 customer.").assert_says("Name: Анна");
    let file = file(&app, &admin, &form, "csv").await;
    events.until("exports").await;
    let whatsapp = app.text(&format!("SELECT name FROM channels WHERE id = {new}")).unwrap();
    let (id, avatar) = (anna.to_string(), app.url("/avatars/7"));
    let (first, last) = ("2026-01-11T05:30:00+09:00", "2026-02-11T10:02:03+09:00");
    let row =
        [&id, "'=Анна, \"Ltd\"", "whatsapp", &whatsapp, "79017880795", first, last, avatar.as_str(), "", "", "ads"];
    assert_eq!(rows(&file), [COLUMNS.map(str::to_owned).to_vec(), row.map(str::to_owned).to_vec()]);
    assert!(file.header("content-disposition").starts_with("attachment; filename=\"customers-"), "{:?}", file.headers);
    assert_eq!((file.header("x-content-type-options"), file.header("cache-control")), ("nosniff", "no-store"));
    let page = admin.get("/exports").await;
    page.assert_has("tr[data-state=ready]").assert_says("Ready").assert_says("1 customer · CSV").assert_says("You,");
    page.assert_says("Name: Анна").assert_says("Valid until");
    let audit = "SELECT COUNT(*) FROM audit_events WHERE event IN ('customers.exported', 'export.downloaded')";
    assert_eq!(app.number(audit), 2);
}

/// LIST-101, LIST-102: behind the eleven columns CSV has one for each name under which a customer of the file has a value:
/// custom fields in their order, then variables. Nothing in them is run as a formula, and Excel gets none of them.
#[actix_web::test]
async fn custom_fields_and_variables_follow_in_csv_alone() {
    let app = spawn_app().await;
    let (anna, boris) = (app.customer(Person::named("Anna")), app.customer(Person::named("Boris")));
    let other = app.customer(Person::named("Other"));
    let admin = app.sign_in(ADMIN).await;
    for name in ["Size", "City", "Unused"] {
        admin.post_form("/settings/custom-fields", &[("name", name)]).await.assert_status(303);
    }
    let city = app.number("SELECT id FROM custom_fields WHERE name = 'City'").to_string();
    admin.post_form("/settings/custom-fields/move", &[("field", &city), ("step", "up")]).await.assert_status(303);
    for (customer, name, value) in [
        (anna, "Size", "=1+1"),
        (anna, "=cmd", "b"),
        (boris, "City", "Leeds"),
        (boris, "Age", "40"),
        (other, "Elsewhere", "x"),
    ] {
        app.execute(&format!("INSERT INTO customer_variables VALUES ({customer}, '{name}', '{value}')"));
    }
    app.execute(&format!("UPDATE customers SET created_at = '2020-01-01 00:00:00' WHERE id = {other}"));
    let form = "/customers/export?period=month";
    let csv = rows(&file(&app, &admin, form, "csv").await);
    assert_eq!(csv[0][11..], ["City", "Size", "Unused", "'=cmd", "Age"], "fields in their order first");
    let own = |name: &str| csv.iter().find(|row| row[1] == name).unwrap()[11..].to_vec();
    assert_eq!(own("Anna"), ["", "'=1+1", "", "b", ""]);
    assert_eq!(own("Boris"), ["Leeds", "", "", "", "40"]);
    assert_eq!(csv.len(), 3);
    let excel = file(&app, &admin, form, "xlsx").await;
    let mut book: Xlsx<_> = Xlsx::new(Cursor::new(excel.bytes.to_vec())).expect("a workbook");
    let sheet = book.worksheet_range("Customers").expect("a sheet");
    assert_eq!(sheet.width(), COLUMNS.len());
}

/// LIST-87, LIST-88, LIST-100, LIST-102: Excel gets the eleven columns, all of them text but the number.
#[actix_web::test]
async fn excel_gets_the_main_columns() {
    let app = spawn_app().await;
    let id = app.customer(Person::named("=1+1"));
    let admin = app.sign_in(ADMIN).await;
    let file = file(&app, &admin, "/customers/export?period=all", "xlsx").await;
    let mut book = Xlsx::new(Cursor::new(file.bytes.to_vec())).expect("a workbook");
    let sheet = book.worksheet_range_at(0).expect("a sheet").expect("that can be read");
    let text = |text: &str| Data::String(text.into());
    assert_eq!(sheet.rows().next().expect("a head"), COLUMNS.map(text));
    let row = sheet.rows().nth(1).expect("a row");
    assert_eq!((sheet.height(), row.len(), row[1].clone()), (2, 11, text("=1+1")));
    assert_eq!(row[0].to_string(), id.to_string());
    assert!(book.worksheet_formula("Customers").expect("formulas").is_empty());
    assert!(file.header("content-type").contains("spreadsheetml"));
}

/// LIST-85: in the inbox the file follows the tab and what is typed; "All" holds everybody.
#[actix_web::test]
async fn the_list_of_the_inbox_becomes_a_file() {
    let app = spawn_app().await;
    let admin_id = app.staff_id(ADMIN);
    for (name, responsible) in [("Anna", Some(admin_id)), ("Annabel", None), ("Boris", Some(admin_id))] {
        app.customer(Person { name, responsible, age: 400, idle: 1, ..Person::default() });
    }
    let admin = app.sign_in(ADMIN).await;
    let inbox = admin.get("/inbox?tab=mine&search=ann").await;
    let form = inbox.attribute("#m-list a[hx-target='#export-dialog']", "href");
    inbox.assert_has("#m-list a[hx-target='#export-dialog'][hx-include='#inbox-filter']");
    admin.get(&form).await.assert_says("The file will hold 1 customer.");
    assert_eq!(names(&file(&app, &admin, &form, "csv").await), ["Anna"]);
    let all = admin.get("/inbox").await.attribute("#m-list a[hx-target='#export-dialog']", "href");
    assert_eq!(names(&file(&app, &admin, &all, "csv").await), ["Anna", "Annabel", "Boris"]);
    assert_eq!(names(&file(&app, &admin, "/inbox/export?customer_id=x", "csv").await), Vec::<String>::new());
    admin.get("/exports").await.assert_says("Inbox: Mine · Search: ann");
}

/// LIST-103: supervisors and admins export the customers of one list, in both formats. A supervisor sees and takes the
/// files of lists that they ordered themselves, and no others; operators get none.
#[actix_web::test]
async fn the_customers_of_a_list_become_a_file() {
    let app = spawn_app().await;
    let [anna, _, vera] = ["Anna", "Boris", "Vera"].map(|name| app.customer(Person::named(name)));
    let list = app.list("Autumn newsletter", &[anna, vera]);
    let (supervisor, admin) = (app.sign_in(SUPERVISOR).await, app.sign_in(ADMIN).await);
    let form = format!("/lists/{list}/export");
    supervisor.get("/lists").await.assert_has(&format!("a[href='{form}'][hx-target='#export-dialog']"));
    supervisor.htmx(&form, "div#export-dialog").await.assert_has("dialog[data-open] #export_form");
    supervisor.get(&form).await.assert_says("The file will hold 2 customers.").assert_says("List: Autumn newsletter");
    assert_eq!(names(&file(&app, &supervisor, &form, "csv").await), ["Anna", "Vera"]);
    assert!(file(&app, &supervisor, &form, "xlsx").await.header("content-type").contains("spreadsheetml"));
    let page = supervisor.get("/exports").await;
    page.assert_says("List: Autumn newsletter").assert_has(&format!("tbody a[href='/inbox?list={list}']"));
    page.assert_lacks("a[href*='/customers/export']").assert_has("nav a[href='/exports']");
    let own = app.number("SELECT MAX(id) FROM exports");
    // What an admin ordered, of the base or of a list, is not the supervisor's; the other way it is.
    let base = order(&app, &admin, "/customers/export?period=all", "csv").await;
    let theirs = order(&app, &admin, &form, "csv").await;
    for id in [base, theirs] {
        assert_eq!(end_of(&app, id).await, "ready");
        supervisor.get(&format!("/exports/{id}/file")).await.assert_status(404);
    }
    assert_eq!(supervisor.get("/exports").await.count("tbody tr"), 2);
    assert_eq!(admin.get("/exports").await.count("tbody tr"), 4);
    admin.get(&format!("/exports/{own}/file")).await.assert_status(200);
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/lists").await.assert_lacks("a[href*=export]");
    for page in [form.as_str(), "/exports", &format!("/exports/{own}/file")] {
        operator.get(page).await.assert_status(403);
    }
    let view = format!("/lists/{list}");
    operator.post_form("/exports", &[("view", &view), ("format", "csv")]).await.assert_status(403);
    // What is gone is exported no more; of what was, the files tell.
    supervisor.get("/lists/999/export").await.assert_status(404);
    app.execute(&format!("DELETE FROM customer_lists WHERE id = {list}"));
    app.db.written_elsewhere();
    supervisor.get("/exports").await.assert_says("List: a deleted list");
    supervisor.post_form("/exports", &[("view", &view), ("format", "csv")]).await.assert_status(404);
}

/// The base is for admins only: nobody else sees its buttons or gets through; an order that no page makes is refused
/// with words.
#[actix_web::test]
async fn admins_only() {
    let app = spawn_app().await;
    app.customer(Person::named("Anna"));
    for email in [OPERATOR, SUPERVISOR] {
        let client = app.sign_in(email).await;
        for page in ["/customers", "/inbox"] {
            client.get(page).await.assert_lacks("#main a[href*=export]").assert_lacks("#export-dialog");
        }
        for page in ["/customers/export", "/inbox/export"] {
            client.get(page).await.assert_status(403);
        }
        client.post_form("/exports", &[("view", "/customers"), ("format", "csv")]).await.assert_status(403);
    }
    let admin = app.sign_in(ADMIN).await;
    admin.get("/customers").await.assert_has("nav a[href='/exports']").assert_has("#m-more a[href='/exports']");
    let wrong = admin.post_form("/exports", &[("view", "/customers?name=x"), ("format", "pdf")]).await;
    wrong
        .assert_status(422)
        .assert_says("Choose CSV or XLSX.")
        .assert_has("input[name=view][value='/customers?name=x']");
    let nowhere = admin.post_form("/exports", &[("view", "/staff"), ("format", "csv")]).await;
    nowhere.assert_status(422).assert_says("The list is not known.");
    admin.get("/exports/999/file").await.assert_status(404);
    assert_eq!(app.number("SELECT COUNT(*) FROM exports"), 0);
    admin.get("/exports").await.assert_says("No exports yet");
}

/// CUST-44, CUST-45: what would be larger than the limit is no file, and says what to do.
#[actix_web::test]
async fn a_file_over_the_limit_is_none() {
    let app = spawn_app_with(|config| config.export_limit = 400).await;
    for name in ["Anna", "Boris", "Clara", "Doris", "Emil"] {
        app.customer(Person::named(name));
    }
    let admin = app.sign_in(ADMIN).await;
    for format in ["csv", "xlsx"] {
        let id = order(&app, &admin, "/customers/export?period=all", format).await;
        assert_eq!(end_of(&app, id).await, "too_large");
        admin.get(&format!("/exports/{id}/file")).await.assert_status(404);
    }
    assert_eq!(app.number("SELECT COUNT(*) FROM files"), 0);
    let page = admin.get("/exports").await;
    page.assert_says("Too large").assert_says("The limit for a file is 50 MB. Narrow the filter");
    page.assert_has("a[href='/customers?period=all']").assert_lacks("a[href$='/file']");
    // One customer fits.
    assert_eq!(names(&file(&app, &admin, "/customers/export?name=emil", "csv").await), ["Emil"]);
}

/// CUST-42, CUST-43: after seven days there is no button and no file, and both pages say so.
#[actix_web::test]
async fn a_file_lives_for_seven_days() {
    let app = spawn_app().await;
    app.customer(Person::named("Anna"));
    let admin = app.sign_in(ADMIN).await;
    file(&app, &admin, "/customers/export", "csv").await;
    let page = admin.get("/exports").await;
    let link = page.attribute("tr[data-state=ready] a[download]", "href");
    let (soon, late) = (moment(-6), moment(-8));
    let sql = format!("SELECT COUNT(*) FROM exports WHERE valid_until > '{soon}' AND valid_until < '{late}'");
    assert_eq!(app.number(&sql), 1);
    // What is not over stays.
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    exports::expire(&app.db, &store).await.unwrap();
    admin.get(&link).await.assert_status(200);
    app.execute(&format!(
        "UPDATE exports SET valid_until = '{}'; UPDATE files SET created_at = '{}'",
        moment(0),
        moment(7)
    ));
    let gone = admin.get(&link).await;
    gone.assert_status(410).assert_says("This file is no longer there").assert_says("It was valid until");
    assert_eq!(gone.attribute("main .btn-primary", "href"), "/customers/export");
    admin.get("/exports").await.assert_says("Expired").assert_lacks("a[download]");
    let sha256 = app.text("SELECT sha256 FROM files").unwrap();
    let content = app.data().join("files").join(&sha256[..2]).join(&sha256);
    exports::expire(&app.db, &store).await.unwrap();
    assert_eq!((app.number("SELECT COUNT(*) FROM files"), content.exists()), (0, false));
    assert_eq!(app.text("SELECT state FROM exports").as_deref(), Some("expired"));
    admin.get(&link).await.assert_status(410);
}

/// Many customers are all in it, each once; so they are when the job runs again, after a crash in the middle or after the
/// end, and there is one file.
#[actix_web::test]
async fn a_job_that_runs_again_makes_one_file() {
    let app = spawn_app().await;
    let at = moment(0);
    let people: Vec<String> =
        (1..=2_300).map(|n| format!("('Customer {n}', 'customer {n}', '', '{at}', '{at}')")).collect();
    app.execute(&format!(
        "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) VALUES {}; \
         DELETE FROM customers WHERE id BETWEEN 700 AND 999",
        people.join(", ")
    ));
    let admin = app.sign_in(ADMIN).await;
    // Begun once, and left by a crash with something done.
    let id = put(&app, ADMIN, 1);
    assert_eq!(end_of(&app, id).await, "ready");
    let expected: Vec<String> =
        (1..=2_300).filter(|n| !(700..1_000).contains(n)).map(|n| format!("Customer {n}")).collect();
    assert_eq!(names(&admin.get(&format!("/exports/{id}/file")).await), expected);
    let facts = format!("SELECT rows_total FROM exports WHERE id = {id} AND attempt = 2 AND rows_done = rows_total");
    assert_eq!(app.number(&facts), 2_000);
    let until = format!("SELECT CAST(valid_until AS TEXT) FROM exports WHERE id = {id}");
    let before = app.text(&until);
    put_job(&app, id);
    eventually("the job is done", async || (app.number("SELECT COUNT(*) FROM jobs") == 0).then_some(())).await;
    assert_eq!((app.number("SELECT COUNT(*) FROM files"), app.text(&until)), (1, before));
    admin.get("/exports").await.assert_says("2000 customers · CSV");
}

/// An export that cannot be made says why, and offers the way to order it again.
#[actix_web::test]
async fn what_fails_says_why() {
    let app = spawn_app().await;
    app.customer(Person::named("Anna"));
    let admin = app.sign_in(ADMIN).await;
    // Rights are those of the time when it is made.
    let (supervisors, crashed) = (put(&app, SUPERVISOR, 0), put(&app, ADMIN, 5));
    assert_eq!((end_of(&app, supervisors).await, end_of(&app, crashed).await), ("failed".into(), "failed".into()));
    let folder = app.data().join("files");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let full = put(&app, ADMIN, 4);
    assert_eq!(end_of(&app, full).await, "failed");
    let page = admin.get("/exports").await;
    for words in ["may no longer do so", "was stopped several times", "could not be stored"] {
        page.assert_says(words);
    }
    let again = page.attribute(&format!("#e{full} a.btn"), "href");
    admin.get(&again).await.assert_status(200).assert_says("The file will hold 1 customer.");
    admin.get(&format!("/exports/{full}/file")).await.assert_status(404);
}

/// A restart is no failure: the attempt that it cuts short, be it the last, is made by the next process.
#[actix_web::test]
async fn a_restart_costs_no_attempt() {
    let mut app = spawn_app().await;
    let at = moment(0);
    let people: Vec<String> = (0..20_000).map(|n| format!("('C{n}', 'c{n}', '', '{at}', '{at}')")).collect();
    app.execute(&format!(
        "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) VALUES {}",
        people.join(", ")
    ));
    let id = put(&app, ADMIN, 4);
    let attempts = format!("SELECT attempt FROM exports WHERE id = {id}");
    eventually("it is being made", async || (app.number(&attempts) == 5).then_some(())).await;
    app.restart().await;
    app.execute(&format!("UPDATE jobs SET run_at = '{at}'"));
    // Twenty thousand, beside other tests.
    let (since, is_made) =
        (Instant::now(), format!("SELECT count(*) FROM exports WHERE id = {id} AND state = 'ready'"));
    while app.number(&is_made) == 0 {
        assert!(since.elapsed() < Duration::from_secs(120), "it is not made");
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
    // The sixth would have been one too many.
    assert_eq!(app.number(&attempts), 5, "cut short, and not counted");
}

/// An export ends, however often its job has been tried: it is never being made for ever.
#[actix_web::test]
async fn no_export_is_being_made_for_ever() {
    let app = spawn_app().await;
    app.customer(Person::named("Anna"));
    let folder = app.data().join("files");
    std::fs::remove_dir_all(&folder).unwrap();
    std::fs::write(&folder, "in the way").unwrap();
    let id = put(&app, ADMIN, 1);
    let at = moment(1);
    eventually("it has failed", async || {
        // As if its job had been tried more often than the export has been begun, and without its pauses.
        app.execute(&format!("UPDATE jobs SET tries = 7, run_at = '{at}' WHERE leased_until IS NULL"));
        (app.text(&format!("SELECT state FROM exports WHERE id = {id}")).as_deref() == Some("failed")).then_some(())
    })
    .await;
    assert_eq!(app.number("SELECT COUNT(*) FROM jobs WHERE dead_at IS NOT NULL"), 0);
}

/// The list goes on: older ones stand on the next page, and the region of a page fetches that page.
#[actix_web::test]
async fn older_exports_stand_on_the_next_page() {
    let app = spawn_app().await;
    let rows: Vec<String> = (0..60)
        .map(|n| format!("('csv', '/customers?id={n}', 'expired', '{}', '{}')", moment(n), moment(n - 7)))
        .collect();
    app.execute(&format!(
        "INSERT INTO exports (format, view, state, created_at, valid_until) VALUES {}",
        rows.join(", ")
    ));
    let admin = app.sign_in(ADMIN).await;
    let first = admin.get("/exports").await;
    assert_eq!(first.count("tbody tr"), 50);
    assert!(first.select("tbody a bdi")[0].ends_with("ID: 0"), "{:?}", first.select("tbody a bdi"));
    let second = admin.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.count("tbody tr"), 10);
    second.assert_lacks("a[rel=next]").assert_says("ID: 59");
    let region = admin.htmx(&second.attribute("#exports", "hx-get"), "div#exports").await;
    assert_eq!(region.assert_region("exports").count("tbody tr"), 10);
    assert_eq!(admin.get(&second.attribute("a[rel=prev]", "href")).await.count("tbody tr"), 50);
}

/// A supervisor's page follows, too: they export lists.
#[actix_web::test]
async fn the_page_of_exports_follows_for_supervisors() {
    let app = spawn_app().await;
    app.customer(Person::named("Anna"));
    let (admin, supervisor) = (app.sign_in(ADMIN).await, app.sign_in(SUPERVISOR).await);
    let mut events = supervisor.events("/live").await;
    order(&app, &admin, "/customers/export?period=all", "csv").await;
    events.until("exports").await;
}
