//! A double of the Bot API, and a desk with a bot on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::{ADMIN, PROVIDER_PATIENCE, TestApp, eventually, spawn_app_with};
use switchboard::config::Config;

/// The bot's token.
pub const TOKEN: &str = "777000111:AAExampleExampleExampleExample-_12";

/// That of another bot, to whom people write in the same chats.
pub const OTHER_TOKEN: &str = "888000222:AAExampleExampleExampleExample-_34";

/// The number before that of the first update.
const FIRST_UPDATE: i64 = 500;

/// What the double has been told and asked.
#[derive(Default)]
struct State {
    updates: Vec<Value>,
    next_update: i64,
    next_message: i64,
    /// Calls that send: method and body.
    sent: Vec<(String, String)>,
    calls: Vec<String>,
    /// Answers to the next calls that send, instead of success.
    answers: VecDeque<ResponseTemplate>,
    /// Nobody who asks for updates gets any.
    out: bool,
    /// Contents by file ID.
    files: Vec<(String, Vec<u8>)>,
    /// Before a test of the connection is answered.
    wait: Duration,
}

/// A running double.
pub struct Telegram {
    pub server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Answers(Arc<Mutex<State>>);

fn ok(result: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "ok": true, "result": result }))
}

/// An error as the Bot API tells it.
pub fn error(code: u16, description: &str) -> ResponseTemplate {
    let body = json!({ "ok": false, "error_code": code, "description": description });
    ResponseTemplate::new(code).set_body_json(body)
}

/// "Too Many Requests", with the seconds to wait.
pub fn too_many(seconds: u64) -> ResponseTemplate {
    ResponseTemplate::new(429).set_body_json(json!({
        "ok": false, "error_code": 429, "description": format!("Too Many Requests: retry after {seconds}"),
        "parameters": { "retry_after": seconds },
    }))
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let path = request.url.path().to_owned();
        if let Some(file) = path.strip_prefix(&format!("/file/bot{TOKEN}/")) {
            let id = file.rsplit('/').next().unwrap_or_default().split('.').next().unwrap_or_default();
            return match state.files.iter().find(|(known, _)| known == id) {
                Some((_, bytes)) => ResponseTemplate::new(200).set_body_bytes(bytes.clone()),
                None => ResponseTemplate::new(404).set_body_string("Not Found"),
            };
        }
        let below = |token: &str| path.strip_prefix(&format!("/bot{token}/"));
        let Some(method) = below(TOKEN).or_else(|| below(OTHER_TOKEN)) else {
            return error(401, "Unauthorized");
        };
        state.calls.push(method.to_owned());
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match method {
            "getMe" => {
                ok(json!({ "id": 777000111, "is_bot": true, "username": "northwind_bot" })).set_delay(state.wait)
            }
            "getUpdates" if state.out => error(502, "Bad Gateway"),
            "getUpdates" => {
                let offset = body["offset"].as_i64().unwrap_or_default();
                state.updates.retain(|update| update["update_id"].as_i64() >= Some(offset));
                let found = state.updates.clone();
                // A long poll ends when something comes; the double is short of breath.
                let wait = if found.is_empty() { 1100 } else { 0 };
                ok(json!(found)).set_delay(Duration::from_millis(wait))
            }
            "getFile" => {
                let id = body["file_id"].as_str().unwrap_or_default();
                if state.files.iter().any(|(known, _)| known == id) {
                    ok(json!({ "file_id": id, "file_path": format!("files/{id}.bin") }))
                } else {
                    error(400, "Bad Request: wrong file_id or the file is temporarily unavailable")
                }
            }
            "getUserProfilePhotos" => {
                let has = state.files.iter().any(|(known, _)| known == "face");
                ok(json!({ "photos": if has { json!([[{ "file_id": "face" }]]) } else { json!([]) } }))
            }
            "deleteWebhook" | "setWebhook" => ok(json!(true)),
            _ => {
                let text = String::from_utf8_lossy(&request.body).into_owned();
                state.sent.push((method.to_owned(), text));
                if let Some(answer) = state.answers.pop_front() {
                    return answer;
                }
                state.next_message += 1;
                let chat = body["chat_id"].as_str().and_then(|id| id.parse::<i64>().ok()).unwrap_or(42);
                ok(json!({ "message_id": 1000 + state.next_message, "chat": { "id": chat, "type": "private" } }))
            }
        }
    }
}

impl Telegram {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State { next_update: FIRST_UPDATE, ..State::default() }));
        Mock::given(any()).respond_with(Answers(state.clone())).mount(&server).await;
        Self { server, state }
    }

    /// Lets whoever tests the connection wait so long.
    pub fn takes_its_time(&self, wait: Duration) {
        self.state().wait = wait;
    }

    /// The settings of a desk that talks to this double.
    pub fn settings(&self) -> impl Fn(&mut Config) + 'static {
        let uri = self.server.uri();
        move |config| {
            config.providers.insert("telegram".into(), uri.clone());
            config.provider_patience = PROVIDER_PATIENCE;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// Something happens at Telegram; returns the number of the update.
    pub fn happens(&self, kind: &str, what: Value) -> i64 {
        let mut state = self.state();
        state.next_update += 1;
        let id = state.next_update;
        state.updates.push(json!({ "update_id": id, kind: what }));
        id
    }

    /// Updates that there have been.
    pub fn told(&self) -> i64 {
        self.state().next_update - FIRST_UPDATE
    }

    /// A customer writes.
    pub fn writes(&self, chat: i64, message: i64, content: Value) -> i64 {
        self.happens("message", said(chat, message, content))
    }

    /// The same update once more.
    pub fn repeats(&self, update: Value) {
        self.state().updates.push(update);
    }

    /// How the next calls that send are answered.
    pub fn answers(&self, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.state().answers.extend(answers);
    }

    /// Whether Telegram fails whoever asks for updates.
    pub fn is_out(&self, out: bool) {
        self.state().out = out;
    }

    pub fn has_file(&self, id: &str, bytes: &[u8]) {
        self.state().files.push((id.into(), bytes.to_vec()));
    }

    /// Calls that sent something: method and body.
    pub fn sent(&self) -> Vec<(String, String)> {
        self.state().sent.clone()
    }

    /// Texts that were sent, in their order.
    pub fn texts(&self) -> Vec<String> {
        let texts = self.sent().into_iter().filter(|(method, _)| method == "sendMessage");
        texts.map(|(_, body)| serde_json::from_str::<Value>(&body).unwrap()["text"].as_str().unwrap().into()).collect()
    }

    pub fn called(&self, method: &str) -> usize {
        self.state().calls.iter().filter(|call| *call == method).count()
    }
}

/// A message as Telegram tells it.
pub fn said(chat: i64, message: i64, content: Value) -> Value {
    let mut told = json!({
        "message_id": message, "date": 1_790_000_000, "chat": { "id": chat, "type": "private" },
        "from": { "id": chat, "is_bot": false, "first_name": "Anna", "last_name": "Orlova", "username": "annaor" },
    });
    for (key, value) in content.as_object().expect("an object") {
        told[key] = value.clone();
    }
    told
}

/// A desk with a bot that was connected through the page of the settings; the channel's number.
pub async fn desk(telegram: &Telegram) -> (TestApp, i64) {
    desk_with(telegram, |_| ()).await
}

/// The same with settings of its own.
pub async fn desk_with(telegram: &Telegram, more: impl Fn(&mut Config) + 'static) -> (TestApp, i64) {
    let settings = telegram.settings();
    let app = spawn_app_with(move |config| {
        settings(config);
        more(config);
    })
    .await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/telegram").await;
    let made = admin.submit(&form, "#new-channel", &[("name", "Shop bot"), ("token", TOKEN)]).await;
    made.assert_status(303);
    let id = app.number("SELECT id FROM channels");
    (app, id)
}

/// A customer who has written through the bot; their number.
pub async fn customer(app: &TestApp, telegram: &Telegram, chat: i64) -> i64 {
    telegram.writes(chat, 1, json!({ "text": "Hello" }));
    let sql = format!("SELECT COALESCE(MAX(customer_id), 0) FROM channel_accounts WHERE address = '{chat}'");
    eventually("the customer is there", async || Some(app.number(&sql)).filter(|id| *id > 0)).await
}
