//! A double of the Cloud API, and a desk with a number on it.

use std::collections::VecDeque;
use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};
use switchboard::config::Config;
use switchboard::secrets::hmac_sha256;
use switchboard::web::page::ascii_json;
use wiremock::matchers::any;
use wiremock::{Mock, MockServer, Request, Respond, ResponseTemplate};

use super::{ADMIN, Client, PROVIDER_PATIENCE, Page, TestApp, eventually, spawn_app_with};

pub const TOKEN: &str = "EAAExampleExampleExample";
pub const APP_SECRET: &str = "0123456789abcdef0123456789abcdef";
pub const VERIFY: &str = "a word of ours";
pub const NUMBER: &str = "106540352242922";
pub const ACCOUNT: &str = "102290129340398";
/// What connects the number, as it is typed.
pub const SETTINGS: [(&str, &str); 6] = [
    ("name", "Shop number"),
    ("phone_number_id", NUMBER),
    ("business_account_id", ACCOUNT),
    ("token", TOKEN),
    ("app_secret", APP_SECRET),
    ("verify_token", VERIFY),
];

#[derive(Default)]
struct State {
    uri: String,
    next: i64,
    /// Messages that were sent.
    sent: Vec<Value>,
    /// Bodies of uploads.
    uploads: Vec<String>,
    calls: Vec<String>,
    answers: VecDeque<ResponseTemplate>,
    files: Vec<(String, Vec<u8>)>,
    /// How long a file is on its way.
    slow: Duration,
    /// Each a page of a list.
    templates: Vec<Vec<Value>>,
}

/// A running double.
pub struct WhatsApp {
    pub server: MockServer,
    state: Arc<Mutex<State>>,
}

struct Answers(Arc<Mutex<State>>);

fn ok(result: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(result)
}

/// An error as the Graph API tells it.
pub fn error(status: u16, code: i64, message: &str) -> ResponseTemplate {
    let error = json!({ "message": format!("(#{code}) {message}"), "type": "OAuthException", "code": code,
        "error_data": { "messaging_product": "whatsapp", "details": message }, "fbtrace_id": "A" });
    ResponseTemplate::new(status).set_body_json(json!({ "error": error }))
}

impl Respond for Answers {
    fn respond(&self, request: &Request) -> ResponseTemplate {
        let mut state = self.0.lock().unwrap();
        let path = request.url.path().to_owned();
        let bearer = request.headers.get("authorization").and_then(|value| value.to_str().ok()).unwrap_or_default();
        if bearer != format!("Bearer {TOKEN}") {
            return error(401, 190, "Invalid OAuth access token");
        }
        let query =
            |name: &str| request.url.query_pairs().find(|(key, _)| key == name).map(|(_, value)| value.into_owned());
        if let Some(id) = path.strip_prefix("/media/") {
            return match state.files.iter().find(|(known, _)| known == id) {
                Some((_, bytes)) => ResponseTemplate::new(200).set_body_bytes(bytes.clone()).set_delay(state.slow),
                None => ResponseTemplate::new(404),
            };
        }
        let Some(call) = path.strip_prefix("/v23.0/") else { return ResponseTemplate::new(404) };
        state.calls.push(call.to_owned());
        match call.strip_prefix(ACCOUNT).or(call.strip_prefix(NUMBER)).unwrap_or(call) {
            "/phone_numbers" => {
                let proof = hex::encode(hmac_sha256(APP_SECRET.as_bytes(), TOKEN.as_bytes()));
                if query("appsecret_proof") != Some(proof) {
                    return error(400, 100, "Invalid appsecret_proof provided in the API argument");
                }
                let number =
                    json!({ "id": NUMBER, "display_phone_number": "+1 555-078-3881", "verified_name": "Northwind" });
                ok(json!({ "data": [number] }))
            }
            "/subscribed_apps" => ok(json!({ "success": true })),
            "/message_templates" => {
                let page = query("after").and_then(|after| after.parse().ok()).unwrap_or(0_usize);
                let rows = state.templates.get(page).cloned().unwrap_or_default();
                let mut answer = json!({ "data": rows, "paging": { "cursors": { "after": (page + 1).to_string() } } });
                if page + 1 < state.templates.len() {
                    answer["paging"]["next"] = json!("https://graph.facebook.com/next");
                }
                ok(answer)
            }
            "/media" => {
                state.uploads.push(String::from_utf8_lossy(&request.body).into_owned());
                ok(json!({ "id": format!("up-{}", state.uploads.len()) }))
            }
            "/messages" => {
                state.sent.push(serde_json::from_slice(&request.body).unwrap_or_default());
                if let Some(answer) = state.answers.pop_front() {
                    return answer;
                }
                state.next += 1;
                let id = format!("wamid.OUT{}", state.next);
                ok(json!({ "messaging_product": "whatsapp", "messages": [{ "id": id }] }))
            }
            id if state.files.iter().any(|(known, _)| known == id) => {
                ok(json!({ "id": id, "url": format!("{}/media/{id}", state.uri), "mime_type": "image/png" }))
            }
            id => error(400, 100, &format!("Object with ID '{id}' does not exist")),
        }
    }
}

impl WhatsApp {
    pub async fn start() -> Self {
        let server = MockServer::start().await;
        let state = Arc::new(Mutex::new(State { uri: server.uri(), ..State::default() }));
        Mock::given(any()).respond_with(Answers(state.clone())).mount(&server).await;
        Self { server, state }
    }

    /// The settings of a desk that talks to this double.
    pub fn settings(&self) -> impl Fn(&mut Config) + 'static {
        let uri = self.server.uri();
        move |config| {
            config.providers.insert("whatsapp".into(), uri.clone());
            config.provider_patience = PROVIDER_PATIENCE;
        }
    }

    fn state(&self) -> std::sync::MutexGuard<'_, State> {
        self.state.lock().unwrap()
    }

    /// How the next messages are answered.
    pub fn answers(&self, answers: impl IntoIterator<Item = ResponseTemplate>) {
        self.state().answers.extend(answers);
    }

    pub fn has_file(&self, id: &str, bytes: &[u8]) {
        self.state().files.push((id.into(), bytes.to_vec()));
    }

    /// How long each file is on its way from now on.
    pub fn gives_files_after(&self, time: Duration) {
        self.state().slow = time;
    }

    /// What the account has of templates, in pages.
    pub fn has_templates(&self, pages: Vec<Vec<Value>>) {
        self.state().templates = pages;
    }

    /// Messages that were sent, as they were asked for.
    pub fn sent(&self) -> Vec<Value> {
        self.state().sent.clone()
    }

    /// Texts that were sent, in their order.
    pub fn texts(&self) -> Vec<String> {
        self.sent().iter().filter_map(|sent| sent["text"]["body"].as_str().map(str::to_owned)).collect()
    }

    pub fn uploads(&self) -> Vec<String> {
        self.state().uploads.clone()
    }

    pub fn called(&self, call: &str) -> usize {
        self.state().calls.iter().filter(|known| known.ends_with(call)).count()
    }
}

/// A template as Meta has it.
pub fn template(name: &str, status: &str, components: Value) -> Value {
    json!({ "id": format!("id-{name}"), "name": name, "language": "en", "status": status, "components": components })
}

/// One whose title and text have a place each, with a signature.
pub fn order_ready() -> Value {
    template(
        "order_ready",
        "APPROVED",
        json!([
            { "type": "HEADER", "format": "TEXT", "text": "Order {{1}}" },
            { "type": "BODY", "text": "Dear {{1}}, come and fetch it until {{2}}." },
            { "type": "FOOTER", "text": "Northwind" },
        ]),
    )
}

/// A webhook's envelope, in the bytes that Meta signs: nothing but ASCII.
pub fn envelope(value: Value) -> String {
    let mut value = value;
    value["messaging_product"] = json!("whatsapp");
    value["metadata"] = json!({ "display_phone_number": "15550783881", "phone_number_id": NUMBER });
    let changes = json!([{ "field": "messages", "value": value }]);
    let entry = json!([{ "id": ACCOUNT, "changes": changes }]);
    ascii_json(&json!({ "object": "whatsapp_business_account", "entry": entry }).to_string())
}

/// This moment as Meta writes it: free text goes out for a day after it.
fn now() -> String {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH);
    since.expect("a time after 1970").as_secs().to_string()
}

/// A message of a customer who is called Anna.
pub fn said(from: &str, id: &str, content: Value) -> Value {
    let mut message = json!({ "from": from, "id": id, "timestamp": now() });
    message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
    json!({ "contacts": [{ "profile": { "name": "Анна Орлова" }, "wa_id": from }], "messages": [message] })
}

/// What became of a message.
pub fn status(id: &str, word: &str) -> Value {
    json!({ "statuses": [{ "id": id, "status": word, "timestamp": "1790000100", "recipient_id": "79011234567" }] })
}

/// Posts bytes to the webhook of the only number, signed with this secret.
pub async fn post_signed(app: &TestApp, secret: &str, body: &str) -> Page {
    let key = app.text("SELECT public_key FROM channels WHERE kind = 'whatsapp'").expect("a number");
    let code = hex::encode(hmac_sha256(secret.as_bytes(), body.as_bytes()));
    let client = app.anonymous().with_header("X-Hub-Signature-256", &format!("sha256={code}"));
    let request = client.request(reqwest::Method::POST, &format!("/hooks/{key}"));
    client.page(request.header("content-type", "application/json").body(body.to_owned())).await
}

/// Something happens at WhatsApp.
pub async fn happens(app: &TestApp, value: Value) {
    post_signed(app, APP_SECRET, &envelope(value)).await.assert_status(200);
}

/// A desk with a number that was connected through the page of the settings.
pub async fn desk(whatsapp: &WhatsApp) -> TestApp {
    desk_with(whatsapp, PROVIDER_PATIENCE).await
}

/// The same with so much patience.
pub async fn desk_with(whatsapp: &WhatsApp, patience: Duration) -> TestApp {
    let settings = whatsapp.settings();
    let app = spawn_app_with(move |config| {
        settings(config);
        config.provider_patience = patience;
    })
    .await;
    connect(&app, &SETTINGS).await;
    app
}

/// Connects a number.
pub async fn connect(app: &TestApp, fields: &[(&str, &str)]) {
    let admin = app.sign_in(ADMIN).await;
    let form = admin.get("/settings/channels/new/whatsapp").await;
    admin.submit(&form, "#new-channel", fields).await.assert_status(303);
}

/// A desk with templates that were fetched; their pages are `pages`.
pub async fn desk_with_templates(whatsapp: &WhatsApp, pages: Vec<Vec<Value>>) -> TestApp {
    whatsapp.has_templates(pages);
    let app = desk(whatsapp).await;
    let admin = app.sign_in(ADMIN).await;
    let id = app.number("SELECT id FROM channels");
    let page = admin.get("/settings/templates").await;
    admin.submit(&page, &format!("#fetch-{id}"), &[]).await.assert_redirect("/settings/templates");
    app
}

/// A customer who has written; their number.
pub async fn customer(app: &TestApp, from: &str) -> i64 {
    happens(app, said(from, &format!("wamid.IN{from}"), json!({ "type": "text", "text": { "body": "Hello" } }))).await;
    let sql = format!("SELECT COALESCE(MAX(customer_id), 0) FROM channel_accounts WHERE address = '{from}'");
    eventually("the customer is there", async || Some(app.number(&sql)).filter(|id| *id > 0)).await
}

/// The customer wrote last so many hours ago.
pub fn silent_for(app: &TestApp, hours: i64) {
    let at = switchboard::db::types::UtcTime::now().utc() - chrono::Duration::hours(hours);
    let at = at.format("%Y-%m-%d %H:%M:%S%.6f");
    app.execute(&format!("UPDATE messages SET created_at = '{at}' WHERE kind = 'customer'"));
}

/// Sends what the composer holds.
pub async fn compose(client: &Client, customer: i64, fields: &[(&str, &str)], file: Option<(&str, Vec<u8>)>) -> Page {
    let page = client.get(&format!("/inbox/{customer}")).await;
    let mut filled = page.form("#composer").filled(fields);
    for name in ["shown", "from"] {
        filled.push((name.into(), page.attribute(&format!("input[form=composer][name={name}]"), "value")));
    }
    let mut form = reqwest::multipart::Form::new();
    for (name, value) in filled {
        form = form.text(name, value);
    }
    if let Some((name, bytes)) = file {
        form = form.part("file", reqwest::multipart::Part::bytes(bytes).file_name(name.to_owned()));
    }
    client.post_multipart(&format!("/inbox/{customer}/messages"), form).await
}
