//! Messages of a messenger by webhook, at a fixed pace, and pages while they are taken in and read.

use std::rc::Rc;
use std::time::{Duration, Instant};

use hyper::Method;
use serde_json::json;
use switchboard::channels::{Values, pack};
use switchboard::secrets::{Secrets, hmac_sha256};

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line, Taken, drive};
use crate::report::Report;
use crate::server::Server;

/// Webhooks a second.
const PACE: usize = 500;
const CONNECTIONS: usize = 20;
/// People who write, again and again.
const SENDERS: usize = 400;
const TOKEN: &str = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
/// How long the last of them may wait for their reader.
const PATIENCE: Duration = Duration::from_secs(60);

/// A Viber channel that is only there while it is measured: nobody sets its webhook.
struct Bot {
    id: i64,
    key: String,
    /// Of the next event.
    next: usize,
}

impl Bot {
    fn connect(set: &Set) -> Self {
        let secrets = Secrets::load(&set.folder.join("secret.key")).expect("the key of the data set");
        let sealed = pack(&Values::from([("token".into(), TOKEN.into())])).and_then(|text| secrets.seal(&text));
        let key = format!("bench{}", uuid::Uuid::new_v4().simple());
        set.change(&format!(
            "INSERT INTO channels (kind, name, public_key, enabled, secret, settings, created_at) \
             VALUES ('viber', 'Load', '{key}', TRUE, '{}', '{{}}', '2026-01-05 09:00:00')",
            sealed.expect("a sealed token")
        ));
        let id = set.connect().number(&format!("SELECT id FROM channels WHERE public_key = '{key}'"));
        Self { id, key, next: 0 }
    }

    fn waiting(&self, set: &Set) -> i64 {
        let sql = format!("SELECT count(*) FROM hook_events WHERE channel_id = {} AND read_at IS NULL", self.id);
        set.connect().number(&sql)
    }

    fn messages(&self, set: &Set) -> i64 {
        set.connect().number(&format!("SELECT count(*) FROM messages WHERE channel_id = {}", self.id))
    }

    fn disconnect(self, set: &Set) {
        set.change(&format!("UPDATE channels SET enabled = FALSE, secret = NULL WHERE id = {}", self.id));
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
    let signature = hex::encode(hmac_sha256(TOKEN.as_bytes(), body.as_bytes()));
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
                taken.note(due.elapsed());
                match answer {
                    Some((200, body)) => taken.bytes += body.len() as u64,
                    _ => taken.errors += 1,
                }
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

pub async fn measure(options: &Options, set: &Set, server: &Server, report: &mut Report) {
    let mut bot = Bot::connect(set);
    let cookie = Rc::new(server.cookie.clone());
    let time = options.time();
    let count = PACE * time.as_secs().max(1) as usize;
    for (name, path) in [("inbox", "/inbox"), ("customers", "/customers?period=all")] {
        let ask = |cookie: Rc<String>| move |_| Ask::get(path, &cookie);
        let quiet = drive(server.address, 1, time, ask(cookie.clone())).await;
        let before = bot.messages(set);
        let local = tokio::task::LocalSet::new();
        let begun = Instant::now();
        let (sent, busy) = tokio::join!(
            local.run_until(send(server, &bot.key, bot.next, count)),
            drive(server.address, 1, time, ask(cookie.clone())),
        );
        bot.next += count;
        let behind = bot.waiting(set);
        while bot.waiting(set) > 0 && begun.elapsed() < time + PATIENCE {
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        let (lasted, made) = (begun.elapsed().as_secs_f64(), bot.messages(set) - before);
        let told = format!(
            "{made} messages of {count} webhooks after {lasted:.2} s ({:.0} a second); {behind} waited when the last was sent",
            made as f64 / lasted
        );
        report.text(set, &format!("webhooks while {name} is read"), told);
        report.taken(set, &format!("{name}, no webhooks"), quiet, None, None);
        report.taken(set, &format!("{name}, with {PACE} webhooks a second"), busy, None, None);
        report.taken(set, &format!("webhooks accepted, while {name} is read"), sent, None, None);
    }
    bot.disconnect(set);
}
