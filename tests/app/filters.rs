//! The filters of the inbox: each by itself, all together, and what goes through the whole list.

use crate::support::desk::{Letter, Person};
use crate::support::{ADMIN, Client, OPERATOR, Page, TestApp, eventually, spawn_app, spawn_app_with};

/// Who stands in the list, from the top.
fn names(page: &Page) -> Vec<String> {
    page.assert_status(200);
    page.select(".cc .cc-a")
}

async fn listed(operator: &Client, query: &str) -> Vec<String> {
    let mut names = names(&operator.get(&format!("/inbox?{query}")).await);
    names.sort();
    names
}

fn link(app: &TestApp, table: &str, column: &str, thing: i64, customers: &[i64]) {
    for customer in customers {
        app.execute(&format!("INSERT INTO {table} (customer_id, {column}) VALUES ({customer}, {thing})"));
    }
}

fn list(app: &TestApp, name: &str) -> i64 {
    app.execute(&format!(
        "INSERT INTO customer_lists (name, name_folded, created_at) VALUES ('{name}', '{name}', '2026-01-05 09:00:00')"
    ));
    app.number("SELECT MAX(id) FROM customer_lists")
}

fn variable(app: &TestApp, customer: i64, name: &str, value: &str) {
    app.execute(&format!(
        "INSERT INTO customer_variables (customer_id, name, value) VALUES ({customer}, '{name}', '{value}')"
    ));
}

/// LIST-35, LIST-54, LIST-55, LIST-56, LIST-57, LIST-82: several values of one filter are OR, and who is excluded is out,
/// whatever else fits.
#[actix_web::test]
async fn tags_and_lists_choose_and_exclude() {
    let app = spawn_app().await;
    let [a, b, c] = ["A", "B", "C"].map(|name| app.customer(Person::named(name)));
    app.customer(Person::named("D"));
    let (vip, late) = (app.tag("VIP", 1), app.tag("Late", 2));
    let (autumn, beta) = (list(&app, "autumn"), list(&app, "beta"));
    link(&app, "customer_tag_links", "tag_id", vip, &[a, b]);
    link(&app, "customer_tag_links", "tag_id", late, &[b, c]);
    link(&app, "customer_list_links", "list_id", autumn, &[a, c]);
    link(&app, "customer_list_links", "list_id", beta, &[c]);
    let operator = app.sign_in(OPERATOR).await;
    for (query, wanted) in [
        (format!("tag={vip}"), &["A", "B"][..]),
        (format!("tag={vip}&tag={late}"), &["A", "B", "C"]),
        (format!("not_tag={vip}"), &["C", "D"]),
        (format!("tag={vip}&not_tag={late}"), &["A"]),
        (format!("tag={vip}&not_tag={vip}"), &[]),
        (format!("list={autumn}"), &["A", "C"]),
        (format!("list={autumn}&not_list={beta}"), &["A"]),
        (format!("not_list={autumn}&not_tag={late}"), &["D"]),
        (format!("list={autumn}&list={beta}&tag={late}"), &["C"]),
        // Nobody has what is not there; nobody is kept out by it.
        ("tag=999".into(), &[]),
        (format!("tag=999&tag={vip}"), &["A", "B"]),
        ("not_list=999".into(), &["A", "B", "C", "D"]),
        // What cannot be read filters nothing.
        ("tag=x&list=&responsible=me&registered_after=1.1.2026&sort=name".into(), &["A", "B", "C", "D"]),
    ] {
        assert_eq!(listed(&operator, &query).await, wanted, "{query}");
    }
    let gone = operator.get("/inbox?tag=999").await;
    gone.assert_says("Customer tags: deleted").assert_says("is not there any more").assert_lacks(".cc");
    operator.get("/inbox?tab=mine&search=a&tag=999").await.assert_has(".cards-chips a[href='/inbox?tab=mine']");
}

/// LIST-58, LIST-59: customers of two bots of one messenger are told apart; whoever wrote to both is found by either.
#[actix_web::test]
async fn two_bots_of_one_messenger_are_told_apart() {
    let app = spawn_app().await;
    let (sales, help) = (app.channel("telegram"), app.channel("telegram"));
    let write = |channel, address, name| Letter { channel, address, name, ..Letter::default() };
    app.writes(write(sales, "1", "Seller")).await;
    app.writes(write(help, "2", "Helped")).await;
    let both = app.writes(write(help, "3", "Both")).await;
    app.execute(&format!(
        "INSERT INTO channel_accounts (customer_id, channel_id, address, created_at, last_seen_at) \
         VALUES ({both}, {sales}, '33', '2026-01-10 20:30:00', '2026-01-10 20:30:00')"
    ));
    let operator = app.sign_in(OPERATOR).await;
    assert_eq!(listed(&operator, &format!("channel={sales}")).await, ["Both", "Seller"]);
    assert_eq!(listed(&operator, &format!("channel={help}")).await, ["Both", "Helped"]);
    assert_eq!(listed(&operator, &format!("channel={help}&channel={sales}")).await, ["Both", "Helped", "Seller"]);
}

/// LIST-60, LIST-61, LIST-62, LIST-63, LIST-64, LIST-65, LIST-66, LIST-67, LIST-68: days are those of the installation's
/// zone, which begin nine hours before those of UTC; the order by creation goes on over its pages.
#[actix_web::test]
async fn registration_has_its_boundaries_and_its_order() {
    let app = spawn_app_with(|config| config.time_zone = chrono_tz::Asia::Tokyo).await;
    for (name, created) in [
        ("22.05 23:59", "2023-05-22 14:59:00"),
        ("23.05 00:00", "2023-05-22 15:00:00"),
        ("20.05 00:00", "2023-05-19 15:00:00"),
        ("20.05 00:01", "2023-05-19 15:01:00"),
        ("19.05 23:59", "2023-05-19 14:59:00"),
    ] {
        let id = app.customer(Person::named(name));
        app.execute(&format!("UPDATE customers SET created_at = '{created}' WHERE id = {id}"));
    }
    let operator = app.sign_in(OPERATOR).await;
    let list = async |query: &str| names(&operator.get(&format!("/inbox?sort=created&{query}")).await);
    let all = ["23.05 00:00", "22.05 23:59", "20.05 00:01", "20.05 00:00", "19.05 23:59"];
    assert_eq!(list("").await, all);
    assert_eq!(list("registered_before=2023-05-23").await, all[1..]);
    assert_eq!(list("registered_after=2023-05-20").await, all[..4]);
    assert_eq!(list("registered_after=2023-05-20&registered_before=2023-05-23").await, all[1..4]);
    let mut by_activity = names(&operator.get("/inbox?registered_after=2023-05-20&registered_before=2023-05-23").await);
    by_activity.sort();
    assert_eq!(by_activity, ["20.05 00:00", "20.05 00:01", "22.05 23:59"]);
    let rows: Vec<String> = (1..=60)
        .map(|n| format!("('N{n}', 'n{n}', 'n{n}', '2026-02-01 10:00:00', '2024-01-01 10:00:{:02}')", n % 3))
        .collect();
    app.execute(&format!(
        "INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) VALUES {}",
        rows.join(", ")
    ));
    let first = operator.get("/inbox?sort=created").await;
    let second = operator.get(&first.attribute(".cc-more a", "href")).await;
    let mut pages = names(&first);
    assert_eq!((pages.len(), names(&second).len()), (50, 15));
    pages.extend(names(&second));
    assert_eq!(pages[60..], all);
    pages.sort();
    pages.dedup();
    assert_eq!(pages.len(), 65, "nobody is left out, and nobody there twice");
}

/// LIST-69, LIST-71, LIST-72, LIST-73: an unread mark, a responsible or none; the tab acts in addition to them.
#[actix_web::test]
async fn unanswered_and_responsible() {
    let app = spawn_app().await;
    let (me, admin) = (app.staff_id(OPERATOR), app.staff_id(ADMIN));
    app.customer(Person { responsible: Some(me), ..Person::named("Mine") });
    app.customer(Person { responsible: Some(admin), ..Person::named("Theirs") });
    let unread = app.customer(Person::named("Free, unread"));
    app.customer(Person::named("Free"));
    app.execute(&format!("UPDATE customers SET unread_count = 1 WHERE id = {unread} OR name = 'Theirs'"));
    let operator = app.sign_in(OPERATOR).await;
    for sort in ["", "&sort=created"] {
        let listed = async |query: String| listed(&operator, &format!("{query}{sort}")).await;
        assert_eq!(listed("unanswered=1".into()).await, ["Free, unread", "Theirs"]);
        assert_eq!(listed("responsible=free".into()).await, ["Free", "Free, unread"]);
        assert_eq!(listed(format!("responsible={admin}&unanswered=1")).await, ["Theirs"]);
        assert_eq!(listed(format!("tab=mine&responsible={admin}")).await, [""; 0]);
        assert_eq!(listed("tab=free&unanswered=1".into()).await, ["Free, unread"]);
        assert_eq!(listed("tab=others".into()).await, ["Theirs"]);
    }
    let card = operator.get(&format!("/inbox?responsible={admin}")).await;
    let name = app.text(&format!("SELECT name FROM staff WHERE id = {admin}")).unwrap();
    assert_eq!(card.select(".cc .cc-f"), [name]);
}

/// LIST-74, LIST-75, LIST-76, LIST-77, LIST-78, LIST-79, LIST-80, LIST-83, LIST-84: name and value in full, in one row;
/// with a name and a day, all four hold.
#[actix_web::test]
async fn variables_match_in_full() {
    let app = spawn_app().await;
    let ids = ["Ксения Ли", "Оксения", "Ксения Да", "Anna"].map(|name| app.customer(Person::named(name)));
    variable(&app, ids[0], "Размер", "XS");
    variable(&app, ids[1], "Размер", "XS");
    variable(&app, ids[2], "Размер", "М");
    variable(&app, ids[2], "Цена", "XS");
    variable(&app, ids[3], "размер", "xs");
    app.execute(&format!(
        "UPDATE customers SET created_at = '2021-04-19 23:59:59' WHERE id IN ({}, {})",
        ids[0], ids[2]
    ));
    let operator = app.sign_in(OPERATOR).await;
    for (query, wanted) in [
        ("variable=Размер", &["Ксения Да", "Ксения Ли", "Оксения"][..]),
        ("variable=Разм", &[]),
        ("variable=размер", &["Anna"]),
        ("value=XS", &["Ксения Да", "Ксения Ли", "Оксения"]),
        ("value=X", &[]),
        ("variable=Размер&value=М", &["Ксения Да"]),
        ("variable=Размер&value=XS", &["Ксения Ли", "Оксения"]),
        ("variable=Цена&value=М", &[]),
        ("search=ксения&registered_before=2021-04-20&variable=Размер&value=XS", &["Ксения Ли"]),
        ("search=сени&variable=Размер&value=XS", &["Ксения Ли", "Оксения"]),
    ] {
        assert_eq!(listed(&operator, query).await, wanted, "{query}");
    }
}

/// LIST-36, LIST-81: the panel shows what is set and sends what is chosen, by the shortest address; the tabs, the region, the
/// form above the list and the cards keep it; one link clears it.
#[actix_web::test]
async fn the_panel_is_the_address() {
    let app = spawn_app().await;
    let vip = app.tag("VIP", 1);
    let id = app.customer(Person::named("Anna"));
    link(&app, "customer_tag_links", "tag_id", vip, &[id]);
    let operator = app.sign_in(OPERATOR).await;
    let page = operator.get(&format!("/inbox/{id}?tab=free&tag={vip}&sort=created&value=a%26b")).await;
    let panel = operator.get(&page.attribute(".btn-n", "href")).await;
    assert_eq!(page.select(".btn-n .n"), ["3"]);
    assert_eq!(panel.attribute("#filter_form [name=value]", "value"), "a&b");
    panel.assert_has(&format!("#filter_form [name=tag][value='{vip}'][checked]")).assert_has("[name=sort][checked]");
    operator.htmx("/inbox/filters", "div#filter-dialog").await.assert_has("dialog.drawer[data-open] #filter_form");
    let fields = panel.form("#filter_form").filled(&[("show", "1"), ("value", ""), ("unanswered", "1")]);
    let query = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
    let shown = format!("/inbox/{id}?tab=free&tag={vip}&unanswered=1&sort=created");
    assert_eq!(operator.get(&format!("/inbox/filters?{query}")).await.location(), shown);
    let list = operator.get(&format!("/inbox?tag={vip}&sort=created")).await;
    let kept = format!("tag={vip}&sort=created");
    assert_eq!(names(&list), ["Anna"]);
    assert_eq!(list.attributes(".pane-tabs a", "href")[2], format!("/inbox?tab=mine&{kept}"));
    assert_eq!(list.attribute("#cards", "hx-get"), format!("/inbox/cards?{kept}"));
    assert_eq!(list.attribute(".cc-a", "href"), format!("/inbox/{id}?{kept}"));
    list.assert_has(&format!("#inbox-filter [type=hidden][name=tag][value='{vip}']"));
    list.assert_has(&format!(".cards-chips a[href='/inbox?tag={vip}']")).assert_has(".cards-chips > a[href='/inbox']");
}

/// LIST-33, LIST-82, LIST-85: what is done to all that match, and the file of the list, go by the filters of the panel; a tag
/// that is added is none of the filter's.
#[actix_web::test]
async fn whole_lists_obey_the_filters() {
    let app = spawn_app().await;
    let (vip, late, new) = (app.tag("VIP", 1), app.tag("Late", 2), app.tag("New", 3));
    let ids = ["A", "B", "C"].map(|name| app.customer(Person::named(name)));
    link(&app, "customer_tag_links", "tag_id", vip, &ids[..2]);
    link(&app, "customer_tag_links", "tag_id", late, &ids[1..]);
    let admin = app.sign_in(ADMIN).await;
    let page = admin.get(&format!("/inbox?tag={vip}&not_tag={late}")).await;
    let bulk = admin.get(&format!("{}&task=tags", page.attribute(".bulk-all", "href"))).await;
    bulk.assert_says("1 customer");
    admin.submit(&bulk, "#bulk_form", &[("action", "add_tags"), ("tag", &new.to_string())]).await.assert_status(303);
    let tagged = format!("SELECT COUNT(*) FROM customer_tag_links WHERE tag_id = {new}");
    eventually("the tag is added", async || (app.number(&tagged) > 0).then_some(())).await;
    let going = "SELECT COUNT(*) FROM batches WHERE ended_at IS NULL";
    eventually("the batch is over", async || (app.number(going) == 0).then_some(())).await;
    assert_eq!(app.number(&tagged), 1);
    assert_eq!(app.number(&format!("SELECT customer_id FROM customer_tag_links WHERE tag_id = {new}")), ids[0]);
    let form = admin.get(&page.attribute("a[hx-target='#export-dialog']", "href")).await;
    form.assert_says("The file will hold 1 customer.").assert_says("Customer tags: VIP").assert_says("Exclude");
    admin.submit(&form, "#export_form", &[("format", "csv")]).await.assert_redirect("/exports");
    let ready = "SELECT COUNT(*) FROM exports WHERE state = 'ready'";
    eventually("the file is ready", async || (app.number(ready) == 1).then_some(())).await;
    let file = admin.get(&format!("/exports/{}/file", app.number("SELECT MAX(id) FROM exports"))).await;
    assert_eq!(file.text.lines().count(), 2, "{}", file.text);
    assert!(file.text.lines().nth(1).unwrap().starts_with(&format!("{},A,", ids[0])), "{}", file.text);
}
