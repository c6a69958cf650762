//! A double of Viber's REST API, and a desk with a bot on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};
use switchboard::config::Config;
use switchboard::secrets::hmac_sha256;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use crate::support::{ADMIN, PROVIDER_PATIENCE, Page, TestApp, eventually, spawn_app_with};

/// The bot's token.
pub const TOKEN: &str = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
/// Where the desk is reached.
pub const BASE: &str = "https://desk.example";
/// Who writes: an ID as Viber makes them.
pub const ANNA: &str = "01234567890A=";

/// What the double has been told and asked.
#[derive(Default)]
struct State {
    sent: Vec<Value>,
    hooks: Vec<Value>,
    next: u64,
    /// Answers to the next messages, instead of success.
    answers: VecDeque<ResponseTemplate>,
    /// The same for webhooks.
    hook_answers: VecDeque<ResponseTemplate>,
    /// Contents by path.
    files: Vec<(String, Vec<u8>)>,
}

/// A running double.
pub struct Viber {
    pub server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Answers(Arc<Mutex<State>>);

/// An answer as Viber gives them: 200, whatever happened.
pub fn status(code: i64, words: &str) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(json!({ "status": code, "status_message": words }))
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let path = request.url.path();
        if let Some(name) = path.strip_prefix("/media/") {
            let found = state.files.iter().find(|(known, _)| known == name);
            return found.map_or(ResponseTemplate::new(404), |(_, bytes)| {
                ResponseTemplate::new(200).set_body_bytes(bytes.clone())
            });
        }
        if request.headers.get("x-viber-auth-token").and_then(|token| token.to_str().ok()) != Some(TOKEN) {
            return status(2, "invalidAuthToken");
        }
        let body: Value = serde_json::from_slice(&request.body).unwrap_or_default();
        match path {
            "/pa/get_account_info" => ResponseTemplate::new(200)
                .set_body_json(json!({ "status": 0, "status_message": "ok", "id": "pa:1", "name": "Northwind" })),
            "/pa/set_webhook" => {
                state.hooks.push(body);
                state.hook_answers.pop_front().unwrap_or_else(|| status(0, "ok"))
            }
            "/pa/send_message" => {
                state.sent.push(body);
                if let Some(answer) = state.answers.pop_front() {
                    return answer;
                }
                state.next += 1;
                let token = 4_912_661_846_655_238_000_u64 + state.next;
                ResponseTemplate::new(200)
                    .set_body_json(json!({ "status": 0, "status_message": "ok", "message_token": token }))
            }
            _ => ResponseTemplate::new(404),
        }
    }
}

impl Viber {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State::default()));
        Mock::given(any()).respond_with(Answers(state.clone())).mount(&server).await;
        Self { server, state }
    }

    /// The settings of a desk that talks to this double, and that Viber can reach.
    pub fn settings(&self) -> impl Fn(&mut Config) + 'static {
        let uri = self.server.uri();
        move |config| {
            config.providers.insert("viber".into(), format!("{uri}/pa"));
            config.providers.insert("viber_media".into(), format!("{uri}/media"));
            config.provider_patience = PROVIDER_PATIENCE;
            config.public_url = Some(BASE.into());
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How the next messages are answered.
    pub fn answers(&self, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.state().answers.extend(answers);
    }

    /// How the next webhooks are answered.
    pub fn hook_answers(&self, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.state().hook_answers.extend(answers);
    }

    /// The address of a file at Viber, now that it is there.
    pub fn has_file(&self, name: &str, bytes: &[u8]) -> String {
        self.state().files.push((name.into(), bytes.to_vec()));
        format!("{}/media/{name}", self.server.uri())
    }

    /// Messages that were sent.
    pub fn sent(&self) -> Vec<Value> {
        self.state().sent.clone()
    }

    /// Texts that were sent, in their order.
    pub fn texts(&self) -> Vec<String> {
        self.sent().iter().filter_map(|sent| Some(sent["text"].as_str()?.to_owned())).collect()
    }

    /// Webhooks that were set, and removed.
    pub fn hooks(&self) -> Vec<Value> {
        self.state().hooks.clone()
    }

    /// Where it calls the desk.
    pub async fn path(&self) -> String {
        let found = eventually("the webhook is set", async || self.hooks().first().cloned()).await;
        found["url"].as_str().unwrap().strip_prefix(BASE).unwrap().to_owned()
    }

    /// It calls the desk with these bytes, signed by `token`.
    pub async fn calls_with(&self, app: &TestApp, token: &str, body: &str) -> Page {
        let signature = hex::encode(hmac_sha256(token.as_bytes(), body.as_bytes()));
        let client = app.anonymous().with_header("X-Viber-Content-Signature", &signature);
        let request = client.request(Method::POST, &self.path().await).body(body.to_owned());
        client.page(request).await
    }

    /// It tells of an event.
    pub async fn tells(&self, app: &TestApp, event: &Value) -> Page {
        let answer = self.calls_with(app, TOKEN, &event.to_string()).await;
        answer.assert_status(200);
        answer
    }

    /// Anna writes.
    pub async fn writes(&self, app: &TestApp, token: i64, message: Value) {
        self.tells(app, &said(token, message)).await;
    }
}

/// A message of Anna's as Viber tells it. Later ones have the greater token.
pub fn said(token: i64, message: Value) -> Value {
    json!({
        "event": "message", "timestamp": 1_790_000_000_000_i64 + token, "chat_hostname": "SN-CHAT-1",
        "message_token": 5_741_311_803_571_721_000_i64 + token, "silent": false, "message": message,
        "sender": { "id": ANNA, "name": "Anna Orlova", "language": "ru", "country": "RU", "api_version": 10 },
    })
}

/// Something else that happens to Anna, at `second`.
pub fn happens(event: &str, second: i64) -> Value {
    let user = json!({ "id": ANNA, "name": "Anna Orlova" });
    let timestamp = 1_790_000_000_000_i64 + second * 1000;
    json!({ "event": event, "timestamp": timestamp, "user_id": ANNA, "user": user, "message_token": timestamp + 7 })
}

/// What became of a message of ours.
pub fn became(event: &str, provider_id: &str) -> Value {
    let token: u64 = provider_id.parse().expect("a token");
    json!({ "event": event, "timestamp": 1_790_000_100_000_i64, "message_token": token, "user_id": ANNA, "desc": "no" })
}

/// A desk with a bot that was connected through the page of the settings; the channel's number.
pub async fn desk(viber: &Viber, fields: &[(&str, &str)]) -> (TestApp, i64) {
    desk_with(viber, fields, PROVIDER_PATIENCE).await
}

/// The same with so much patience.
pub async fn desk_with(viber: &Viber, fields: &[(&str, &str)], patience: Duration) -> (TestApp, i64) {
    let settings = viber.settings();
    let app = spawn_app_with(move |config| {
        settings(config);
        config.provider_patience = patience;
    })
    .await;
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/viber").await;
    let typed = [("name", "Shop bot"), ("token", TOKEN), ("sender", "Northwind")];
    admin.submit(&form, "#new-channel", &typed).await.assert_status(303);
    let id = app.number("SELECT id FROM channels");
    if !fields.is_empty() {
        let url = format!("/settings/channels/{id}");
        let page = admin.get(&url).await;
        admin.submit(&page, "#channel", fields).await.assert_redirect(&url);
    }
    viber.path().await;
    (app, id)
}

/// Anna, who has written through the bot; her number.
pub async fn anna(app: &TestApp, viber: &Viber) -> i64 {
    viber.writes(app, 1, json!({ "type": "text", "text": "Hello" })).await;
    let sql = format!("SELECT COALESCE(MAX(customer_id), 0) FROM channel_accounts WHERE address = '{ANNA}'");
    eventually("the customer is there", async || Some(app.number(&sql)).filter(|id| *id > 0)).await
}
