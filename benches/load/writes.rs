//! Messages through the web chat, by many visitors at once, and pages while that goes on.

use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::Method;

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line, Taken, drive};
use crate::report::Report;
use crate::server::Server;

const WRITERS: usize = 64;
const BOUNDARY: &str = "switchboard-load";

/// A visitor's token, from an address of its own: the limit for one address is not what is measured.
pub async fn visitor(line: &mut Line, number: usize) -> String {
    let ask = Ask {
        method: Method::POST,
        path: format!("/chat/{}/session", switchboard::demo::WEB_CHAT_KEY),
        headers: vec![("content-type", "application/json".into()), ("x-forwarded-for", address(number))],
        body: r#"{"token":"","external_id":"","hmac":""}"#.into(),
    };
    let (status, body) = line.send(&ask).await.expect("an answer");
    assert_eq!(status, 200, "{}", String::from_utf8_lossy(&body));
    let answer: serde_json::Value = serde_json::from_slice(&body).expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

pub fn address(number: usize) -> String {
    format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255)
}

/// A message of a visitor.
pub fn message(token: &str, number: usize) -> Ask {
    let mut body = String::new();
    for (name, value) in [
        ("text", format!("Message {number} under load")),
        ("client_uuid", uuid::Uuid::new_v4().to_string()),
        ("name", "Load".into()),
        ("page", "https://northwind.example/track".into()),
    ] {
        body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    Ask {
        method: Method::POST,
        path: format!("/chat/{}/messages", switchboard::demo::WEB_CHAT_KEY),
        headers: vec![
            ("content-type", format!("multipart/form-data; boundary={BOUNDARY}")),
            ("authorization", format!("Bearer {token}")),
            ("x-forwarded-for", address(number)),
        ],
        body: body.into(),
    }
}

/// So many visitors write for so long.
async fn write(server: &Server, writers: usize, time: Duration) -> Taken {
    let address = server.address;
    let mut lines = vec![];
    for number in 0..writers {
        let mut line = Line::open(address).await;
        let token = visitor(&mut line, number).await;
        lines.push((line, token));
    }
    let begun = Instant::now();
    let mut workers = vec![];
    for (writer, (mut line, token)) in lines.into_iter().enumerate() {
        workers.push(tokio::task::spawn_local(async move {
            let (mut taken, mut number) = (Taken::default(), writer);
            while begun.elapsed() < time {
                let ask = message(&token, number);
                let asked = Instant::now();
                let answer = line.send(&ask).await;
                taken.note(asked.elapsed());
                match answer {
                    Some((200, body)) => taken.bytes += body.len() as u64,
                    _ => taken.errors += 1,
                }
                number += WRITERS;
            }
            taken
        }));
    }
    let mut parts = vec![];
    for worker in workers {
        parts.push(worker.await.expect("a writer"));
    }
    Taken::join(parts, begun.elapsed())
}

pub async fn measure(options: &Options, set: &Set, server: &Server, report: &mut Report) {
    let local = tokio::task::LocalSet::new();
    let alone = local.run_until(write(server, WRITERS, options.time())).await;
    report.text(set, "worst wait of a write", format!("{:.0} ms", alone.within(100.0)));
    report.taken(set, &format!("messages posted, {WRITERS} writers"), alone, None, None);

    let cookie = Rc::new(server.cookie.clone());
    for (name, path) in [("inbox", "/inbox"), ("customers", "/customers?period=all")] {
        let ask = |cookie: Rc<String>| move |_| Ask::get(path, &cookie);
        let quiet = drive(server.address, 1, options.time(), ask(cookie.clone())).await;
        let writers = tokio::task::LocalSet::new();
        let (written, busy) = tokio::join!(
            writers.run_until(write(server, WRITERS, options.time())),
            drive(server.address, 1, options.time(), ask(cookie.clone())),
        );
        let ratio = busy.within(95.0) / quiet.within(95.0).max(0.001);
        report.text(set, &format!("{name}: p95 while messages are posted, against quiet"), format!("× {ratio:.1}"));
        report.taken(set, &format!("{name}, quiet"), quiet, None, None);
        report.taken(set, &format!("{name}, while messages are posted"), busy, None, None);
        report.taken(set, &format!("messages posted, while {name} is read"), written, None, None);
    }
}
