//! Messages of a messenger by webhook, at a fixed pace, and pages while they are taken in and read.

use std::rc::Rc;
use std::time::{Duration, Instant};

use hmac::{Hmac, KeyInit, Mac};
use hyper::Method;
use serde_json::json;
use sha2::Sha256;

use crate::Options;
use crate::data::{Direct, Set};
use crate::drive::{Ask, Line, Taken, drive_apart};
use crate::report::Report;
use crate::server::{Server, sign_in};

/// Webhooks a second.
const PACE: usize = 500;
const CONNECTIONS: usize = 20;
/// People who write, again and again.
const SENDERS: usize = 400;
const TOKEN: &str = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
/// How long the last of them may wait for their reader.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Viber channel, connected as an admin does it.
struct Bot {
    id: i64,
    key: String,
    direct: Direct,
    /// Of the next event.
    next: usize,
}

impl Bot {
    async fn connect(set: &Set, server: &Server) -> Self {
        const FORM: &str = "/settings/channels/new/viber";
        let admin = sign_in(server.address, "admin@demo.example").await;
        let mut line = Line::open(server.address).await;
        let page = line.page(&Ask::get(FORM, &admin)).await;
        let form_token = page.split("name=\"form_token\" value=\"").nth(1).and_then(|rest| rest.split('"').next());
        let form_token = form_token.expect("the form's token");
        let fields = [("form_token", form_token), ("name", "Load"), ("token", TOKEN), ("sender", "Load")];
        let (status, body) = line.send(&Ask::form(FORM, &admin, &fields)).await.expect("an answer");
        assert_eq!(status, 303, "the bot is not connected: {}", String::from_utf8_lossy(&body));
        let direct = set.connect().await;
        let id = direct.number("SELECT max(id) FROM channels WHERE kind = 'viber'").await;
        let key = direct.text(&format!("SELECT public_key FROM channels WHERE id = {id}")).await;
        Self { id, key, direct, next: 0 }
    }

    async fn waiting(&self) -> i64 {
        let sql = format!("SELECT count(*) FROM hook_events WHERE channel_id = {} AND read_at IS NULL", self.id);
        self.direct.number(&sql).await
    }

    async fn messages(&self) -> i64 {
        let sql = format!("SELECT count(*) FROM messages WHERE channel_id = {} AND kind = 'customer'", self.id);
        self.direct.number(&sql).await
    }
}

/// A message as Viber tells it, signed over its bytes.
fn webhook(key: &str, number: usize) -> Ask {
    let sender = number % SENDERS;
    let body = json!({
        "event": "message", "timestamp": 1_790_000_000_000_i64, "chat_hostname": "SN-CHAT-1", "silent": false,
        "message_token": 5_741_311_803_571_721_087_u64 + number as u64,
        "sender": { "id": format!("load{key}{sender}="), "name": format!("Load {sender}"), "language": "en" },
        "message": { "type": "text", "text": format!("Message {number} under load") },
    })
    .to_string();
    let mut mac = Hmac::<Sha256>::new_from_slice(TOKEN.as_bytes()).expect("a key of any length");
    mac.update(body.as_bytes());
    let signature = hex::encode(mac.finalize().into_bytes());
    let headers = vec![("content-type", "application/json".into()), ("x-viber-content-signature", signature)];
    Ask { method: Method::POST, path: format!("/hooks/{key}"), headers, body: body.into() }
}

/// Sends so many, each when it is due, whatever became of the one before: what waits for its turn counts as waiting.
async fn send(server: &Server, key: &str, first: usize, count: usize) -> Taken {
    let (address, key): (_, Rc<str>) = (server.address, key.into());
    let begun = Instant::now();
    let mut workers = vec![];
    for place in 0..CONNECTIONS {
        let key = key.clone();
        workers.push(tokio::task::spawn_local(async move {
            let (mut line, mut taken) = (Line::open(address).await, Taken::default());
            for number in (place..count).step_by(CONNECTIONS) {
                let due = begun + Duration::from_secs_f64(number as f64 / PACE as f64);
                tokio::time::sleep_until(due.into()).await;
                let answer = line.send(&webhook(&key, first + number)).await;
                taken.answered(due.elapsed(), answer);
            }
            taken
        }));
    }
    let mut parts = vec![];
    for worker in workers {
        parts.push(worker.await.expect("a sender"));
    }
    Taken::join(parts, begun.elapsed())
}

pub async fn measure(options: &Options, set: &Set, server: &mut Server, report: &mut Report) {
    let mut bot = Bot::connect(set, server).await;
    let cookie = server.cookie.clone();
    let time = options.time();
    let count = PACE * time.as_secs().max(1) as usize;
    for (name, path) in [("inbox", "/inbox"), ("customers", "/customers?period=all")] {
        let ask = |cookie: String| move |_| Ask::get(path, &cookie);
        let quiet = drive_apart(server.address, 1, time, ask(cookie.clone())).await;
        let before = bot.messages().await;
        let begun = Instant::now();
        let (sent, busy) = tokio::join!(
            send(server, &bot.key, bot.next, count),
            drive_apart(server.address, 1, time, ask(cookie.clone())),
        );
        bot.next += count;
        let behind = bot.waiting().await;
        while bot.waiting().await > 0 && begun.elapsed() < time + PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (lasted, made) = (begun.elapsed().as_secs_f64(), bot.messages().await - before);
        let told = format!(
            "{made} messages of {count} webhooks after {lasted:.2} s ({:.0} a second); {behind} waited when the last was sent",
            made as f64 / lasted
        );
        report.text(set, &format!("webhooks while {name} is read"), told);
        let ratio = busy.within(95.0) / quiet.within(95.0).max(0.001);
        report.text(set, &format!("{name}: p95 with webhooks, against quiet"), format!("× {ratio:.1}"));
        report.taken(set, &format!("{name}, no webhooks"), quiet, None, None);
        report.taken(set, &format!("{name}, with {PACE} webhooks a second"), busy, None, None);
        report.taken(set, &format!("webhooks accepted, while {name} is read"), sent, None, None);
    }
    report.memory(set, "after the webhooks", server);
}
