//! WhatsApp: a number of the Cloud API, by webhook.
//!
//! Facts from Meta's own OpenAPI document (business-messaging-api_v23.0.yaml) and its pages on templates, media,
//! throughput and error codes: a text has up to 4,096 characters, a caption 1,024; a picture 5 MB, sound and video 16 MB,
//! a document 100 MB; a number sends 80 messages a second. Free text reaches a customer for 24 hours after each of their
//! messages, later only a template does. A template's title and signature have up to 60 characters, its text 1,024.

mod api;
mod event;
mod sending;
mod templates;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::json;

use self::api::Api;
use super::abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
use super::failure::Failure;
use super::form::{Checked, Field, FieldKind, Problem, Values};
use super::hook::{Accepted, Hook, HookRefused};
use super::inbound::{Event, Fetched, RemoteFile, Source};
use super::link::Link;
use super::outbound::{Outbound, Receipt};
use super::polling::Receives;
use super::template::{RemoteTemplate, TemplateSource, Templates};
use super::{ChannelKind, Connector};
use crate::secrets::{hmac_sha256, verify_hmac};

/// The connector of WhatsApp numbers.
pub struct WhatsApp;

const FORM: &[Field] = &[
    Field::new("phone_number_id", "whatsapp-number", FieldKind::Line).hint("whatsapp-number-hint").required(),
    Field::new("business_account_id", "whatsapp-account", FieldKind::Line).hint("whatsapp-account-hint").required(),
    Field::new("token", "whatsapp-token", FieldKind::Secret).hint("whatsapp-token-hint").required(),
    Field::new("app_secret", "whatsapp-app-secret", FieldKind::Secret).hint("whatsapp-app-secret-hint").required(),
    Field::new("verify_token", "whatsapp-verify", FieldKind::Secret).hint("whatsapp-verify-hint").required(),
];

static ABILITIES: Abilities = Abilities {
    text: 4096,
    files: FileLimits { file: 100 * MB, total: 200 * MB, count: 10, takes: Takes::Only(MEDIA) },
    outbox: true,
    first: WritesFirst::Phone,
    window: Some(Duration::from_secs(24 * 60 * 60)),
    templates: Some(Templates { source: TemplateSource::Provider, title: 60, body: 1024, signature: 60 }),
    mail: false,
    chains: false,
    idempotent: false,
    pace: Pace { channel: Duration::from_millis(13), recipient: Duration::from_millis(500) },
};

/// What can be sent, with its limit in bytes: by what we call it, which is not always Meta's word (`sending::type_of`).
const MEDIA: &[(&str, u64)] = &[
    ("image/jpeg", 5 * MB),
    ("image/png", 5 * MB),
    ("audio/aac", 16 * MB),
    ("audio/amr", 16 * MB),
    ("audio/m4a", 16 * MB),
    ("audio/mp4", 16 * MB),
    ("audio/mpeg", 16 * MB),
    ("audio/ogg", 16 * MB),
    ("audio/opus", 16 * MB),
    ("video/mp4", 16 * MB),
    ("video/3gpp", 16 * MB),
    ("application/pdf", 100 * MB),
    ("application/msword", 100 * MB),
    ("application/vnd.ms-excel", 100 * MB),
    ("application/vnd.ms-powerpoint", 100 * MB),
    ("application/vnd.openxmlformats-officedocument", 100 * MB),
    ("text/plain", 100 * MB),
];

/// What of a number is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    phone_number_id: String,
    business_account_id: String,
}

#[async_trait]
impl Connector for WhatsApp {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WhatsApp
    }

    fn form(&self) -> &'static [Field] {
        FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        let of = |name: &str| typed.get(name).cloned().unwrap_or_default();
        let settings =
            Settings { phone_number_id: of("phone_number_id"), business_account_id: of("business_account_id") };
        let is_id = |text: &str| (5..=30).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_digit());
        let mut problems = vec![];
        for (field, value) in
            [("phone_number_id", &settings.phone_number_id), ("business_account_id", &settings.business_account_id)]
        {
            // An empty one has been told of.
            if !value.is_empty() && !is_id(value) {
                problems.push(Problem::new(field, "whatsapp-id-wrong"));
            }
        }
        let secrets: Values = ["token", "app_secret", "verify_token"]
            .into_iter()
            .filter_map(|name| Some((name.to_owned(), typed.get(name)?.clone())))
            .collect();
        let token = secrets.get("token");
        if token.is_some_and(|token| !token.bytes().all(|b| b.is_ascii_graphic())) {
            problems.push(Problem::new("token", "whatsapp-token-wrong"));
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let settings = serde_json::to_string(&settings).map_err(|_| vec![Problem::new("", "error-internal")])?;
        Ok(Checked { settings, secrets })
    }

    fn typed(&self, settings: &str) -> Values {
        let settings: Settings = serde_json::from_str(settings).unwrap_or_default();
        Values::from([
            ("phone_number_id".into(), settings.phone_number_id),
            ("business_account_id".into(), settings.business_account_id),
        ])
    }

    fn connect_hint(&self) -> &'static str {
        "whatsapp-connect-hint"
    }

    fn hook_by_hand(&self) -> bool {
        true
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn receives(&self, _: &Link) -> Receives {
        Receives::Hooks
    }

    async fn test(&self, link: &Link) -> Result<String, Failure> {
        let settings: Settings = link.settings();
        let path = format!("/{}/phone_numbers", settings.business_account_id);
        // Signed with the app's secret, so that a wrong one is noticed here and not by webhooks that nobody believes.
        let proof = hex::encode(hmac_sha256(link.secret("app_secret").as_bytes(), link.secret("token").as_bytes()));
        let query =
            [("fields", "id,display_phone_number,verified_name"), ("limit", "100"), ("appsecret_proof", &proof)];
        let answer = Api(link).ask(&path, &query).await?;
        let numbers = answer["data"].as_array().map(Vec::as_slice).unwrap_or_default();
        let own = numbers.iter().find(|number| number["id"].as_str() == Some(settings.phone_number_id.as_str()));
        let own = own.ok_or_else(|| {
            Failure::permanent("number", "the business account has no phone number with this ID").of_channel()
        })?;
        let of = |key: &str| own[key].as_str().unwrap_or_default();
        Ok(format!("{} {}", of("verified_name"), of("display_phone_number")).trim().to_owned())
    }

    async fn set_up(&self, link: &Link) -> Result<(), Failure> {
        let settings: Settings = link.settings();
        // The account's events go to the app. Other numbers of the account may need that, too: it is never taken back.
        let path = format!("/{}/subscribed_apps", settings.business_account_id);
        Api(link).post(&path, &json!({})).await.map(drop).map_err(Failure::of_question)
    }

    fn challenge(&self, link: &Link, query: &Values) -> Option<String> {
        let of = |name: &str| query.get(name).map(String::as_str).unwrap_or_default();
        let expected = link.secret("verify_token");
        // Compared as codes, in constant time.
        let code = hmac_sha256(b"whatsapp", expected.as_bytes());
        let is_right = !expected.is_empty() && verify_hmac(b"whatsapp", of("hub.verify_token").as_bytes(), &code);
        (of("hub.mode") == "subscribe" && is_right).then(|| of("hub.challenge").to_owned())
    }

    fn accept(&self, link: &Link, hook: &Hook) -> Result<Accepted, HookRefused> {
        let secret = link.secret("app_secret");
        let given = hook.header("x-hub-signature-256").and_then(|header| header.strip_prefix("sha256="));
        let code = given.and_then(|code| hex::decode(code).ok()).ok_or(HookRefused::Signature)?;
        if secret.is_empty() || !verify_hmac(secret.as_bytes(), hook.body, &code) {
            return Err(HookRefused::Signature);
        }
        let settings: Settings = link.settings();
        let events = event::split(hook.body, &settings.phone_number_id).ok_or(HookRefused::Unreadable)?;
        Ok(Accepted { events, answer: None })
    }

    fn read(&self, _: &Link, raw: &Bytes) -> Result<Vec<Event>, String> {
        event::read(raw)
    }

    async fn fetch(&self, link: &Link, file: &RemoteFile, limit: u64) -> Result<Fetched, Failure> {
        let Source::There(id) = &file.source else {
            return Err(Failure::permanent("no_file", "the file is not at WhatsApp"));
        };
        let bytes = Api(link).media(id, limit).await?;
        Ok(Fetched { bytes, name: None })
    }

    async fn templates(&self, link: &Link) -> Result<Vec<RemoteTemplate>, Failure> {
        let settings: Settings = link.settings();
        templates::fetch(&Api(link), &settings.business_account_id).await
    }

    fn parts(&self, out: &Outbound) -> usize {
        sending::plan_of(out).len()
    }

    async fn send(&self, link: &Link, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
        let settings: Settings = link.settings();
        sending::send(&Api(link), &settings.phone_number_id, out, part).await
    }
}
