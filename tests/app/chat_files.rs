//! Files that come from visitors whom nobody knows.

use std::time::Duration;

use reqwest::multipart::Part;
use serde_json::json;
use tokio::io::AsyncWriteExt;
use tokio::net::TcpStream;

use crate::support::{TestApp, spawn_app};
use crate::webchat::{KEY, Panel, channel, message, new_uuid, visit};

const MEBIBYTE: usize = 1024 * 1024;

fn text_file(bytes: usize) -> Part {
    Part::bytes(vec![b'a'; bytes]).file_name("a.txt")
}

/// Files that wait in the folder where they come in.
fn waiting(app: &TestApp) -> usize {
    std::fs::read_dir(app.data().join("files/incoming")).map_or(0, |entries| entries.flatten().count())
}

/// A message that does not pass leaves none of its files: without a good number, with too long a text, without what is asked
/// before the first message.
#[actix_web::test]
async fn files_of_a_refused_message_are_not_kept() {
    let app = spawn_app().await;
    channel(&app, r#"{"ask_email":"required"}"#);
    let panel = visit(&app, json!({})).await;
    let long = "я".repeat(20_000);
    let refused = [
        ("client_uuid", message("nobody", "Hello").text("email", "a@example.com")),
        ("text", message(&new_uuid(), &long).text("email", "a@example.com")),
        ("email", message(&new_uuid(), "Hello")),
    ];
    for (field, form) in refused {
        let page = panel.send(form.part("file", text_file(1_000))).await;
        page.assert_status(422);
        assert_eq!(page.json()["error"]["field"], field);
        assert_eq!((app.number("SELECT COUNT(*) FROM files"), waiting(&app)), (0, 0), "{field}");
    }
    let good = message(&new_uuid(), "Hello").text("email", "a@example.com").part("file", text_file(1_000));
    panel.send(good).await.assert_status(200);
    assert_eq!(app.number("SELECT COUNT(*) FROM files"), 1);
    // Whoever has written once is asked no more.
    panel.send(message(&new_uuid(), "").part("file", text_file(2_000))).await.assert_status(200);
    assert_eq!((app.number("SELECT COUNT(*) FROM files"), waiting(&app)), (2, 0));
}

/// Begins a form of this length, and leaves.
async fn announce(app: &TestApp, panel: &Panel, length: usize) {
    let mut socket = TcpStream::connect(app.address).await.unwrap();
    let head = format!(
        "POST /chat/{KEY}/messages HTTP/1.1\r\nHost: desk\r\nAuthorization: bearer {}\r\n\
         Content-Type: multipart/form-data; boundary=b\r\nContent-Length: {length}\r\n\r\n--b\r\n",
        panel.token
    );
    socket.write_all(head.as_bytes()).await.unwrap();
    // The desk reads the head meanwhile.
    tokio::time::sleep(Duration::from_millis(200)).await;
}

/// One network sends so much and no more: then it is told how long to wait. Words pass all the same.
#[actix_web::test]
async fn nobody_fills_the_disk() {
    let app = spawn_app().await;
    channel(&app, "{}");
    let panel = visit(&app, json!({})).await;
    let (mut posts, mut late) = (0, None);
    while late.is_none() {
        assert!(posts < 12, "never told to wait");
        announce(&app, &panel, 90 * MEBIBYTE).await;
        let page = panel.send(message(&new_uuid(), "").part("file", text_file(10 * MEBIBYTE + posts))).await;
        posts += 1;
        late = (page.status.as_u16() != 200).then_some(page);
    }
    let late = late.unwrap();
    late.assert_status(429);
    assert!(late.header("retry-after").parse::<u64>().is_ok_and(|seconds| seconds <= 600), "{}", late.text);
    assert!(posts >= 5, "{posts}");
    assert_eq!(waiting(&app), 0);
    panel.say("Anybody here?").await;
}
