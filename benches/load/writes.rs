//! Messages through the web chat, by many visitors at once, and pages while that goes on.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use hyper::Method;

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line, Taken, drive_apart};
use crate::floors::{self, Fixed};
use crate::report::Report;
use crate::server::Server;

const WRITERS: usize = 64;
/// Messages a second that pages are read beside: what the desk is to bear. Beside, too, as many as it takes.
const PACE: u32 = 3_000;
/// The public key of the demo's web chat: it stands in the page of the demo's site.
const WEB_CHAT_KEY: &str = "northwind";
/// The size of the fixed page that is read beside them, in bytes: about a list's.
const FIXED: u64 = 70_000;
const BOUNDARY: &str = "switchboard-load";

/// A visitor's token, from an address of its own: the limit for one address is not what is measured.
pub async fn visitor(line: &mut Line, number: usize) -> String {
    let ask = Ask {
        method: Method::POST,
        path: format!("/chat/{}/session", WEB_CHAT_KEY),
        headers: vec![("content-type", "application/json".into()), ("x-forwarded-for", address(number))],
        body: r#"{"token":"","external_id":"","hmac":""}"#.into(),
    };
    let answer: serde_json::Value = serde_json::from_str(&line.page(&ask).await).expect("JSON");
    answer["token"].as_str().expect("a token").to_owned()
}

pub fn address(number: usize) -> String {
    format!("10.{}.{}.{}", number >> 16 & 255, number >> 8 & 255, number & 255)
}

/// A UUID that no run has made before: of the time and a count.
fn client_uuid() -> String {
    static COUNT: AtomicU64 = AtomicU64::new(0);
    let count = COUNT.fetch_add(1, Ordering::Relaxed) & 0xffff_ffff_ffff;
    let now = SystemTime::now().duration_since(UNIX_EPOCH).map_or(0, |time| time.as_secs()) & 0xffff_ffff;
    format!("{now:08x}-0000-4000-8000-{count:012x}")
}

/// A message of a visitor.
pub fn message(token: &str, number: usize) -> Ask {
    let mut body = String::new();
    for (name, value) in [
        ("text", format!("Message {number} under load")),
        ("client_uuid", client_uuid()),
        ("name", "Load".into()),
        ("page", "https://northwind.example/track".into()),
    ] {
        body.push_str(&format!("--{BOUNDARY}\r\nContent-Disposition: form-data; name=\"{name}\"\r\n\r\n{value}\r\n"));
    }
    body.push_str(&format!("--{BOUNDARY}--\r\n"));
    Ask {
        method: Method::POST,
        path: format!("/chat/{}/messages", WEB_CHAT_KEY),
        headers: vec![
            ("content-type", format!("multipart/form-data; boundary={BOUNDARY}")),
            ("authorization", format!("Bearer {token}")),
            ("x-forwarded-for", address(number)),
        ],
        body: body.into(),
    }
}

/// So many visitors write for so long: each as soon as they have their answer, or all together so many messages a second.
async fn write(server: &Server, writers: usize, time: Duration, pace: Option<u32>) -> Taken {
    let address = server.address;
    let mut lines = vec![];
    for number in 0..writers {
        let mut line = Line::open(address).await;
        let token = visitor(&mut line, number).await;
        lines.push((line, token));
    }
    let pause = pace.map(|pace| Duration::from_secs(1) / pace);
    let begun = Instant::now();
    let mut workers = vec![];
    for (writer, (mut line, token)) in lines.into_iter().enumerate() {
        workers.push(tokio::task::spawn_local(async move {
            let (mut taken, mut number) = (Taken::default(), writer);
            while begun.elapsed() < time {
                // At a pace each is due at its time, whatever became of the one before: what waits for its turn counts as
                // waiting.
                let due = match pause {
                    Some(pause) => begun + pause * u32::try_from(number).unwrap_or(u32::MAX),
                    None => Instant::now(),
                };
                tokio::time::sleep_until(due.into()).await;
                let answer = line.send(&message(&token, number)).await;
                taken.answered(due.elapsed(), answer);
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

pub async fn measure(options: &Options, set: &Set, server: &mut Server, fixed: &Fixed, report: &mut Report) {
    let bare = floors::bare_writes(set, options.time() / 3).await;
    let floor = bare.within(50.0);
    report.taken(set, "a bare row on disk, 1 connection", bare, None, None);
    let alone = write(server, WRITERS, options.time(), None).await;
    report.text(set, "worst wait of a write", format!("{:.0} ms", alone.within(100.0)));
    let page = fixed.page(alone.bytes_each(), WRITERS).await;
    report.taken(set, &format!("messages posted, {WRITERS} writers"), alone, Some(page), Some(floor));

    for (name, path) in [("inbox", "/inbox"), ("customers", "/customers?period=all")] {
        let ask = |cookie: String| move |_| Ask::get(path, &cookie);
        let quiet = drive_apart(server.address, 1, options.time(), ask(server.cookie.clone())).await;
        for (pace, how) in [(Some(PACE), format!("while {PACE} a second are posted")), (None, "while all post".into())]
        {
            let (written, busy) = tokio::join!(
                write(server, WRITERS, options.time(), pace),
                drive_apart(server.address, 1, options.time(), ask(server.cookie.clone())),
            );
            let ratio = busy.within(95.0) / quiet.within(95.0).max(0.001);
            report.text(set, &format!("{name}: p95 {how}, against quiet"), format!("× {ratio:.1}"));
            report.taken(set, &format!("{name}, {how}"), busy, None, None);
            report.taken(set, &format!("messages posted, with {name} read {how}"), written, None, None);
        }
        report.taken(set, &format!("{name}, quiet"), quiet, None, None);
    }
    beside_nothing(options, set, server, fixed, report).await;
    report.memory(set, "after the writes", server);
}

/// What the machine takes by itself: the writers get on as above, and the page beside them is another server's, which asks
/// nobody for it. It waits for a processor alone.
async fn beside_nothing(options: &Options, set: &Set, server: &Server, fixed: &Fixed, report: &mut Report) {
    let quiet = fixed.page_apart(FIXED, options.time()).await;
    let (_, busy) =
        tokio::join!(write(server, WRITERS, options.time(), Some(PACE)), fixed.page_apart(FIXED, options.time()));
    report.taken(set, "a fixed page, quiet", quiet, None, None);
    report.taken(set, &format!("a fixed page, while {PACE} a second are posted"), busy, None, None);
}
