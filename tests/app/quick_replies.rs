//! Quick replies: kept in the settings, used from the composer.

use reqwest::multipart::{Form, Part};
use switchboard::db::types::{FileId, UtcTime};

use crate::support::desk::Letter;
use crate::support::{ADMIN, Client, OPERATOR, Page, SECOND_OPERATOR, SUPERVISOR, TestApp, spawn_app};

const HERE: &str = "/settings/quick-replies";

/// Adds one through the page, with these files.
async fn add(client: &Client, shortcut: &str, body: &str, shared: bool, files: &[(&str, &[u8])]) -> Page {
    let page = client.get("/settings/quick-replies/new").await;
    let shared = if shared { "true" } else { "false" };
    let fields = page.form("#quick-reply").filled(&[("shortcut", shortcut), ("body", body), ("shared", shared)]);
    let form = fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    let form = files.iter().fold(form, |form, (name, bytes)| {
        form.part("files", Part::bytes(bytes.to_vec()).file_name((*name).to_owned()))
    });
    client.post_multipart(HERE, form).await
}

/// Changes one through its page: the files at these places go, these come.
async fn change_files(client: &Client, id: i64, gone: &[(&str, &str)], files: &[(&str, &[u8])]) {
    let page = client.get(&format!("{HERE}/{id}")).await;
    let fields = page.form("#quick-reply").filled(gone);
    let form = fields.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    let form = files.iter().fold(form, |form, (name, bytes)| {
        form.part("files", Part::bytes(bytes.to_vec()).file_name((*name).to_owned()))
    });
    client.post_multipart(&format!("{HERE}/{id}"), form).await.assert_redirect(HERE);
}

fn id_of(app: &TestApp, shortcut: &str) -> i64 {
    app.number(&format!("SELECT MAX(id) FROM quick_replies WHERE shortcut = '{shortcut}'"))
}

/// What a slash and these letters offer, as the composer asks for it.
async fn offered(client: &Client, customer: i64, q: &str) -> Vec<String> {
    let list = client.htmx(&format!("/inbox/{customer}/slash?q={q}"), "div#slash-list").await;
    list.assert_region("slash-list").assert_has("[role=status]");
    list.select("[role=option] b")
}

async fn anna(app: &TestApp) -> i64 {
    app.writes(Letter { channel: app.channel("web_chat"), address: "a", name: "Anna", ..Letter::default() }).await
}

/// Sends the composer of a page, with these fields on top.
async fn say(client: &Client, customer: i64, page: &Page, fields: &[(&str, &str)]) -> Page {
    let filled = page.form("#composer").filled(fields);
    let form = filled.into_iter().fold(Form::new(), |form, (name, value)| form.text(name, value));
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await
}

/// Everybody has their own; the shared ones are for all, and supervisors and admins keep them.
#[actix_web::test]
async fn personal_ones_are_their_owners_and_shared_ones_everybodys() {
    let app = spawn_app().await;
    let anna = anna(&app).await;
    let (olga, otto) = (app.sign_in(OPERATOR).await, app.sign_in(SECOND_OPERATOR).await);
    let supervisor = app.sign_in(SUPERVISOR).await;
    add(&olga, "hi", "Hi from Olga", false, &[]).await.assert_redirect(HERE);
    add(&otto, "/hi", "Hi from Otto", false, &[]).await.assert_redirect(HERE);
    add(&supervisor, "hi-all", "Hi from all", true, &[]).await.assert_redirect(HERE);
    assert_eq!(offered(&olga, anna, "hi").await, ["/hi", "/hi-all"]);
    let list = olga.get(HERE).await;
    list.assert_says("Hi from Olga").assert_says("Hi from all").assert_silent_about("Hi from Otto");
    // An operator has no choice of that, and cannot take it.
    olga.get("/settings/quick-replies/new").await.assert_lacks("[name=shared]");
    add(&olga, "mine", "Still mine", true, &[]).await.assert_status(303);
    assert_eq!(app.number("SELECT COUNT(*) FROM quick_replies WHERE owner_id IS NULL"), 1);
    let (own, shared, foreign) = (
        app.number("SELECT id FROM quick_replies WHERE body = 'Hi from Olga'"),
        id_of(&app, "hi-all"),
        app.number("SELECT id FROM quick_replies WHERE body = 'Hi from Otto'"),
    );
    let page = olga.get(&format!("{HERE}/{shared}")).await;
    page.assert_status(200).assert_says("Hi from all").assert_lacks("#quick-reply");
    olga.get(&format!("{HERE}/{shared}/delete")).await.assert_status(403);
    olga.post_form(&format!("{HERE}/{shared}/delete"), &[]).await.assert_status(403);
    olga.post_multipart(&format!("{HERE}/{shared}"), Form::new().text("shortcut", "x")).await.assert_status(403);
    olga.get(&format!("{HERE}/{foreign}")).await.assert_status(404);
    olga.post_form(&format!("{HERE}/{foreign}/delete"), &[]).await.assert_status(404);
    let admin = app.sign_in(ADMIN).await;
    admin.get(&format!("{HERE}/{own}")).await.assert_status(404);
    let page = olga.get(&format!("{HERE}/{own}/delete")).await;
    olga.submit(&page, "#quick-reply-delete", &[]).await.assert_redirect(HERE);
    assert_eq!(offered(&olga, anna, "hi").await, ["/hi-all"]);
}

/// A shortcut is one word, and each owner's only once; what was typed stays.
#[actix_web::test]
async fn wrong_ones_are_told_at_their_fields() {
    let app = spawn_app().await;
    let olga = app.sign_in(OPERATOR).await;
    for (shortcut, body, field, said) in [
        ("", "text", "shortcut", "Enter a shortcut."),
        ("two words", "text", "shortcut", "Use letters, digits"),
        ("hello", "", "body", "Write a text or attach a file."),
    ] {
        let refused = add(&olga, shortcut, body, false, &[]).await;
        refused.assert_status(422).assert_has(&format!("#{field}[aria-invalid]")).assert_says(said);
        assert_eq!(refused.attribute("#shortcut", "value"), shortcut);
    }
    let refused = add(&olga, "hello", "text", false, &[("empty.txt", b"")]).await;
    refused.assert_status(422).assert_has("#files[aria-invalid]");
    assert_eq!(refused.select("#body"), ["text"]);
    add(&olga, "Hello", "one", false, &[]).await.assert_status(303);
    let refused = add(&olga, "hELLO", "two", false, &[]).await;
    refused.assert_status(422).assert_says("There is a quick reply with this shortcut already.");
    assert_eq!(refused.select("#body"), ["two"]);
    assert_eq!(app.number("SELECT COUNT(*) FROM quick_replies"), 1);
}

/// Hundreds of them: the beginning of a shortcut comes first, then the words anywhere; the settings show pages.
#[actix_web::test]
async fn hundreds_are_found_by_a_few_letters() {
    let app = spawn_app().await;
    let anna = anna(&app).await;
    for number in 0..300 {
        app.execute(&format!(
            "INSERT INTO quick_replies (shortcut, shortcut_folded, body, search, created_at) VALUES \
             ('r{number}', 'r{number}', 'Text {number}', 'r{number}' || chr_10 || 'text {number}', '2026-01-05 09:00:00')"
        ).replace("chr_10", if app.is_sqlite() { "char(10)" } else { "chr(10)" }));
    }
    let olga = app.sign_in(OPERATOR).await;
    add(&olga, "привет", "Здравствуйте, {name}", false, &[]).await.assert_status(303);
    assert_eq!(offered(&olga, anna, "r29").await[..2], ["/r29", "/r290"]);
    assert_eq!(offered(&olga, anna, "").await.len(), 30);
    assert_eq!(offered(&olga, anna, "ПРИВ").await, ["/привет"]);
    assert_eq!(offered(&olga, anna, "text%20277").await, ["/r277"]);
    assert_eq!(offered(&olga, anna, "%25").await, Vec::<String>::new());
    let first = olga.get(HERE).await;
    assert_eq!(first.count(".quick-rows li"), 50);
    let second = olga.get(&first.attribute("a[rel=next]", "href")).await;
    assert_eq!(second.count(".quick-rows li"), 50);
    assert_ne!(first.select(".quick-rows a.b"), second.select(".quick-rows a.b"));
    let found = olga.get(&format!("{HERE}?q=text+299")).await;
    assert_eq!(found.select(".quick-rows a.b"), ["/r299"]);
}

/// In the composer the names stand in their places, and the files go along, each once; without scripts, too.
#[actix_web::test]
async fn a_quick_reply_is_sent_with_its_files() {
    let app = spawn_app().await;
    let anna = anna(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let files: &[(&str, &[u8])] = &[("prices.txt", b"one, two"), ("map.png", b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR")];
    add(&supervisor, "prices", "Dear {name}, here they are. {me}", true, files).await.assert_status(303);
    let id = id_of(&app, "prices");
    let olga = app.sign_in(OPERATOR).await;
    let list = olga.htmx(&format!("/inbox/{anna}/slash?q=pri"), "div#slash-list").await;
    assert_eq!(list.attribute("[role=option]", "data-insert"), "Dear Anna, here they are. Olga Operator");
    assert_eq!(list.attributes("[data-file]", "data-file"), [format!("{id}.1"), format!("{id}.2")]);
    // The link of the composer leads to the page, the page to the filled composer.
    let inbox = olga.get(&format!("/inbox/{anna}")).await;
    let page = olga.get(&inbox.attribute("[data-slash-open]", "href")).await;
    page.assert_status(200).assert_says("/prices");
    let filled = olga.get(&page.attribute(".quick-rows a.b", "href")).await;
    assert_eq!(filled.select("#composer textarea"), ["Dear Anna, here they are. Olga Operator"]);
    filled.assert_has("input[name=quick][checked]").assert_says("prices.txt");
    say(&olga, anna, &filled, &[("quick", &format!("{id}.2")), ("mode", "reply")]).await.assert_status(303);
    let sent = "SELECT COUNT(*) FROM attachments WHERE name = 'map.png'";
    assert_eq!((app.number(sent), app.number("SELECT COUNT(*) FROM attachments")), (1, 1));
    // A file that is gone meanwhile, or is somebody else's, is refused; the words stay.
    change_files(&supervisor, id, &[("gone", "1")], &[]).await;
    let refused = say(&olga, anna, &filled, &[("quick", &format!("{id}.1")), ("text", "With a file")]).await;
    refused.assert_status(422).assert_says("A file of the quick reply is not there any more.");
    assert_eq!(refused.select("#composer textarea"), ["With a file"]);
    // A file alone is a message, too; the sweep leaves what a quick reply names.
    app.execute("UPDATE files SET created_at = '2026-01-01 00:00:00'");
    let unused = app.db.read(|conn| switchboard::files::store::unused(conn, UtcTime::now(), FileId(0))).await;
    assert_eq!(unused.unwrap().len(), 1, "only the file that was taken off");
    let fresh = olga.get(&format!("/inbox/{anna}")).await;
    let alone = say(&olga, anna, &fresh, &[("quick", &format!("{id}.2")), ("text", ""), ("mode", "reply")]).await;
    alone.assert_status(303);
    assert_eq!(app.number(sent), 2);
}

/// A composer that is open sends the file that its writer saw, or none: the place of one that has gone is not given again.
#[actix_web::test]
async fn the_place_of_a_file_is_never_given_to_another() {
    let app = spawn_app().await;
    let anna = anna(&app).await;
    let supervisor = app.sign_in(SUPERVISOR).await;
    let first: &[(&str, &[u8])] = &[("price-a.txt", b"one")];
    add(&supervisor, "prices", "Here it is.", true, first).await.assert_status(303);
    let id = id_of(&app, "prices");
    let olga = app.sign_in(OPERATOR).await;
    let open = olga.get(&format!("/inbox/{anna}?reply={id}")).await;
    open.assert_says("price-a.txt");
    change_files(&supervisor, id, &[("gone", "1")], &[]).await;
    change_files(&supervisor, id, &[], &[("secret-b.txt", b"two")]).await;
    let places = |name: &str| app.number(&format!("SELECT position FROM quick_reply_files WHERE name = '{name}'"));
    assert_eq!(places("secret-b.txt"), 2);
    let refused = say(&olga, anna, &open, &[("quick", &format!("{id}.1")), ("mode", "reply")]).await;
    refused.assert_status(422).assert_says("A file of the quick reply is not there any more.");
    assert_eq!(app.number("SELECT COUNT(*) FROM attachments"), 0);
    // The last one in the same save as the next.
    change_files(&supervisor, id, &[("gone", "2")], &[("c.txt", b"three"), ("d.txt", b"four")]).await;
    assert_eq!((places("c.txt"), places("d.txt")), (3, 4));
}
