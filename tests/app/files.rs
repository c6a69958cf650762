//! Files for staff: what is shown, what is only ever a download, and whose they are.

use std::path::{Path, PathBuf};

use switchboard::config::Config;
use switchboard::files::{Files, actions};

use crate::support::{OPERATOR, SECOND_OPERATOR, TestApp, eventually, spawn_app};
use crate::webchat;

/// A customer with one message that carries these files.
async fn with_files(app: &TestApp, files: &[(&str, &[u8])]) {
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    app.execute(
        "INSERT INTO channels (kind, name, public_key, settings, created_at) VALUES ('app', 'a', 'a', '{}', '2026-01-05 09:00:00');
         INSERT INTO customers (name, name_folded, search_text, last_activity_at, created_at) VALUES ('Anna', 'anna', 'anna', '2026-01-05 09:00:00', '2026-01-05 09:00:00');
         INSERT INTO messages (customer_id, channel_id, kind, has_attachments, created_at) SELECT c.id, ch.id, 'customer', TRUE, '2026-01-05 09:00:00' FROM customers c, channels ch",
    );
    for (name, bytes) in files {
        let kept = actions::keep_bytes(&app.db, &store, name, bytes).await.unwrap();
        app.execute(&format!(
            "INSERT INTO attachments (message_id, customer_id, file_id, name) SELECT id, customer_id, {}, '{}' FROM messages",
            kept.file_id, kept.name
        ));
    }
}

/// What lies in the store, as paths below it.
fn stored(app: &TestApp) -> Vec<String> {
    fn walk(folder: &Path, found: &mut Vec<PathBuf>) {
        for entry in std::fs::read_dir(folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() { walk(&path, found) } else { found.push(path) }
        }
    }
    let (folder, mut found) = (app.data().join("files"), vec![]);
    walk(&folder, &mut found);
    let mut found: Vec<String> =
        found.iter().map(|path| path.strip_prefix(&folder).unwrap().to_str().unwrap().to_owned()).collect();
    found.sort();
    found
}

const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

#[actix_web::test]
async fn pictures_are_shown_and_everything_else_is_a_download_that_runs_nothing() {
    let app = spawn_app().await;
    let html = b"<!doctype html><script>alert(document.cookie)</script>";
    let svg = b"<svg xmlns='http://www.w3.org/2000/svg'><script>alert(1)</script></svg>";
    with_files(&app, &[("a.png", PNG), ("b.png", html), ("c.png", svg), ("..\\..\\d.pdf", b"%PDF-1.7 x")]).await;
    let operator = app.sign_in(OPERATOR).await;
    let picture = operator.get("/files/1").await;
    picture.assert_status(200);
    assert_eq!(picture.bytes.as_ref(), PNG);
    assert_eq!(picture.headers["content-type"], "image/png");
    assert!(picture.headers["content-disposition"].to_str().unwrap().starts_with("inline"));
    for id in [2, 3] {
        let attack = operator.get(&format!("/files/{id}")).await;
        assert_eq!(attack.headers["content-type"], "application/octet-stream");
        assert!(attack.headers["content-disposition"].to_str().unwrap().starts_with("attachment"));
    }
    let bill = operator.get("/files/4").await;
    assert!(bill.headers["content-disposition"].to_str().unwrap().contains("filename=\"d.pdf\""));
    for id in 1..=4 {
        let got = operator.get(&format!("/files/{id}")).await;
        assert_eq!(got.headers["content-security-policy"], "default-src 'none'; sandbox");
        assert_eq!(got.headers["x-content-type-options"], "nosniff");
    }
}

#[actix_web::test]
async fn files_of_others_customers_are_not_there() {
    let app = spawn_app().await;
    with_files(&app, &[("a.png", PNG)]).await;
    app.anonymous().get("/files/1").await.assert_redirect("/login");
    let second = app.staff_id(SECOND_OPERATOR);
    app.execute(&format!("UPDATE customers SET responsible_id = {second}"));
    app.execute("INSERT INTO settings (key, value) VALUES ('operators_see_others', 'false')");
    let operator = app.sign_in(OPERATOR).await;
    operator.get("/files/1").await.assert_status(404);
    operator.get("/files/999").await.assert_status(404);
    operator.get("/files/x").await.assert_status(404);
    app.sign_in(SECOND_OPERATOR).await.get("/files/1").await.assert_status(200);
}

/// Old office files are told apart by their names alone: one that once came without its ending is what a later name says.
#[actix_web::test]
async fn a_later_name_may_say_what_a_file_is() {
    let app = spawn_app().await;
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    let bytes = b"\xD0\xCF\x11\xE0\xA1\xB1\x1A\xE1 prices";
    for (name, kind) in [
        ("prices", "application/octet-stream"),
        ("prices.xls", "application/vnd.ms-excel"),
        ("prices", "application/vnd.ms-excel"),
    ] {
        let kept = actions::keep_bytes(&app.db, &store, name, bytes).await.unwrap();
        assert_eq!(kept.content_type, kind, "{name}");
        assert_eq!(app.text("SELECT content_type FROM files").as_deref(), Some(kind), "{name}");
    }
}

#[actix_web::test]
async fn equal_content_is_kept_once_and_unused_content_is_swept() {
    let app = spawn_app().await;
    with_files(&app, &[("a.txt", b"same"), ("b.txt", b"same"), ("c.txt", b"other")]).await;
    assert_eq!(app.number("SELECT count(*) FROM files"), 2);
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    app.execute("DELETE FROM attachments WHERE name = 'c.txt'");
    actions::sweep(&app.db, &store).await.unwrap();
    assert_eq!(app.number("SELECT count(*) FROM files"), 2, "young content stays");
    app.execute("UPDATE files SET created_at = '2026-01-05 09:00:00'");
    // Somebody sends the same once more: it is young.
    actions::keep_bytes(&app.db, &store, "d.txt", b"other").await.unwrap();
    actions::sweep(&app.db, &store).await.unwrap();
    assert_eq!((app.number("SELECT count(*) FROM files"), stored(&app).len()), (2, 2));
    app.execute("UPDATE files SET created_at = '2026-01-05 09:00:00'");
    actions::sweep(&app.db, &store).await.unwrap();
    let kept = app.text("SELECT sha256 FROM files").unwrap();
    assert_eq!(stored(&app), [format!("{}/{kept}", &kept[..2])]);
    assert_eq!(store.bytes(&kept).await.unwrap().as_ref(), b"same");
    assert_eq!(app.number("SELECT count(*) FROM file_removals"), 0);
}

/// An anonymous visitor cannot fill the disk with what is refused: nothing of it stays, not even what came before it in
/// the same form and would have been taken.
#[actix_web::test]
async fn what_is_refused_leaves_nothing_on_disk() {
    let app = spawn_app().await;
    webchat::channel(&app, "{}");
    let visitor = webchat::visit(&app, serde_json::json!({})).await;
    let program = b"MZ\x90\0 a program";
    let forms: [&[(&str, &[u8])]; 4] = [
        &[("a.exe", program)],
        &[("a.png", PNG), ("b.exe", program)],
        &[("a.txt", b"text"), ("empty.txt", b"")],
        &[("a.txt", &b"text"[..]); 11],
    ];
    for files in forms {
        let form = webchat::message(&webchat::new_uuid(), "");
        let form = files.iter().fold(form, |form, (name, bytes)| {
            form.part("files", reqwest::multipart::Part::bytes(bytes.to_vec()).file_name(name.to_string()))
        });
        visitor.send(form).await.assert_status(422);
    }
    eventually("nothing is left", async || stored(&app).is_empty().then_some(())).await;
    assert_eq!(app.number("SELECT count(*) FROM files"), 0);
}

/// What a crash left is removed after a day: half of a file, a whole one without its row. What is young, what is kept and
/// what is no file of the desk stays.
#[actix_web::test]
async fn what_a_crash_left_is_removed_after_a_day() {
    let app = spawn_app().await;
    with_files(&app, &[("a.txt", b"kept")]).await;
    let kept = app.text("SELECT sha256 FROM files").unwrap();
    let kept = format!("{}/{kept}", &kept[..2]);
    let put = |path: &str, days: u64| {
        let path = app.data().join("files").join(path);
        std::fs::create_dir_all(path.parent().unwrap()).unwrap();
        let file = std::fs::File::create(path).unwrap();
        file.set_modified(std::time::SystemTime::now() - std::time::Duration::from_secs(days * 86_400)).unwrap();
    };
    let stray = |letter: &str| format!("{0}{0}/{1}", letter, letter.repeat(64));
    for (path, days) in [
        ("incoming/x#1", 2),
        ("incoming/y#1", 0),
        ("incoming/z", 2),
        (stray("a").as_str(), 2),
        (stray("b").as_str(), 0),
        ("no/notes.txt", 2),
    ] {
        put(path, days);
    }
    put(&kept, 30);
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    actions::sweep(&app.db, &store).await.unwrap();
    actions::sweep_strays(&app.db, &store).await.unwrap();
    let mut expected = vec![stray("b"), kept, "incoming/y#1".into(), "no/notes.txt".into()];
    expected.sort();
    assert_eq!(stored(&app), expected);
    assert_eq!(app.number("SELECT count(*) FROM file_removals"), 0);
}

/// While a content is being removed somebody sends an equal one: it lies beside it, and the removal does not take it away.
#[actix_web::test]
async fn an_equal_file_that_comes_during_a_removal_is_kept() {
    let app = spawn_app().await;
    with_files(&app, &[("a.txt", b"same")]).await;
    let removed = app.text("SELECT sha256 FROM files").unwrap();
    app.execute(&format!(
        "DELETE FROM attachments; DELETE FROM files; \
         INSERT INTO file_removals (name, since) VALUES ('{removed}', '2026-01-05 09:00:00')"
    ));
    let store = Files::open(&Config { data: app.data(), ..Config::default() }).unwrap();
    let kept = actions::keep_bytes(&app.db, &store, "b.txt", b"same").await.unwrap();
    // The removal that was cut off is taken up again.
    actions::sweep(&app.db, &store).await.unwrap();
    assert!(store.bytes(&removed).await.is_err());
    assert_eq!(store.bytes(&kept.sha256).await.unwrap().as_ref(), b"same");
    let again = actions::keep_bytes(&app.db, &store, "c.txt", b"same").await.unwrap();
    assert_eq!((again.sha256, app.number("SELECT count(*) FROM file_removals")), (removed, 0));
}
