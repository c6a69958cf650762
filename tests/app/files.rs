//! Files for staff: what is shown, what is only ever a download, and whose they are.

use switchboard::config::Config;
use switchboard::db::types::UtcTime;
use switchboard::files::{Files, actions};

use crate::support::{OPERATOR, SECOND_OPERATOR, TestApp, spawn_app};

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
    actions::sweep(&app.db, &store).await.unwrap();
    assert_eq!(app.number("SELECT count(*) FROM files"), 2, "somebody may just have sent the same once more");
    let unused = "SELECT sha256 FROM files WHERE id NOT IN (SELECT file_id FROM attachments)";
    let sha256 = app.text(unused).unwrap();
    let content = app.data().join("files").join(&sha256[..2]).join(&sha256);
    let content = std::fs::File::options().write(true).open(content).unwrap();
    let written = content.metadata().unwrap().modified().unwrap();
    content.set_modified(written - std::time::Duration::from_secs(2 * 86_400)).unwrap();
    actions::sweep(&app.db, &store).await.unwrap();
    assert_eq!(app.number("SELECT count(*) FROM files"), 1);
    let kept = app.text("SELECT sha256 FROM files").unwrap();
    assert!(!store.remove(&kept, UtcTime::now().plus(-chrono::Duration::days(1))).await.unwrap());
    assert_eq!(store.bytes(&kept).await.unwrap().as_ref(), b"same");
}
