//! Viber: a bot, by webhook.
//!
//! Facts from creators.viber.com/docs/bots-api and developers.viber.com/docs/api/rest-bot-api: a text has up to 7,000
//! characters, a picture 1 MB, any other file 50 MB. Nothing is uploaded: Viber fetches pictures and files from an
//! address, which the desk signs and lets expire. A bot of Viber's own writes to those who have written to it or
//! subscribed, never to a phone number. Partners do: Viber sells messages to numbers ("Viber Business Messages") through
//! them only, each with an API of its own; a gateway before it that speaks the bot API can stand in at the base address.
//! Where the settings say that it takes numbers, digits with their country code are a `receiver`, and whoever it names
//! so in its events is that number. Templates are texts of the desk's own: the API knows none, and what they say goes as a text. Of more
//! than a hundred messages an hour to somebody who does not answer, the rest is refused.

mod api;
mod event;
mod sending;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use reqwest::Url;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::api::Api;
use super::abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
use super::answer;
use super::failure::Failure;
use super::form::{Checked, Field, FieldKind, Problem, Values, is_on};
use super::hook::{Accepted, Hook, HookRefused, RawEvent};
use super::inbound::{Event, Fetched, RemoteFile, Source};
use super::json::joined;
use super::link::Link;
use super::outbound::{Outbound, Receipt};
use super::polling::Receives;
use super::template::{TemplateSource, Templates};
use super::{ChannelKind, Connector};
use crate::error::Said;
use crate::http::is_web_address;
use crate::secrets::verify_hmac;

/// The connector of Viber bots.
pub struct Viber;

const FORM: &[Field] = &[
    Field::new("token", "viber-token", FieldKind::Secret).hint("viber-token-hint").required(),
    Field::new("sender", "viber-sender", FieldKind::Line).hint("viber-sender-hint").required(),
    Field::new("avatar", "viber-avatar", FieldKind::Url).hint("viber-avatar-hint"),
    Field::new("welcome", "viber-welcome", FieldKind::Lines(TEXT)).hint("viber-welcome-hint"),
    Field::new("phones", "viber-phones", FieldKind::Switch).hint("viber-phones-hint"),
];

static ABILITIES: Abilities = Abilities {
    text: TEXT,
    files: FileLimits { file: 50 * MB, total: 100 * MB, count: 10, takes: Takes::Anything },
    outbox: true,
    first: WritesFirst::PhoneIfSet,
    window: None,
    templates: Some(Templates { source: TemplateSource::ByHand, title: 200, body: 6500, signature: 200 }),
    mail: false,
    chains: false,
    idempotent: false,
    pace: Pace { channel: Duration::from_millis(20), recipient: Duration::from_millis(500) },
};

/// Characters of a text.
const TEXT: usize = 7000;
/// Characters of the name that stands over each message.
const SENDER: usize = 28;
/// What the bot wants to hear of, beside messages.
const EVENTS: [&str; 6] = ["delivered", "seen", "failed", "subscribed", "unsubscribed", "conversation_started"];

/// What of a bot is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Who the messages are from, as customers see it.
    sender: String,
    /// Address of a picture; empty: the bot's own.
    avatar: String,
    /// Said to whoever opens the chat and has not subscribed; empty: nothing.
    welcome: String,
    /// What stands at the base address takes phone numbers; Viber's own API does not.
    phones: bool,
}

impl Settings {
    /// As messages carry it: under the name of whoever writes, and the channel's where both have room.
    fn sender(&self, author: &str) -> Value {
        let both = joined([author, &self.sender], ", ");
        let fits = author.is_empty() || both.chars().count() <= SENDER;
        let name: String = if fits { both } else { author.chars().take(SENDER).collect() };
        if self.avatar.is_empty() { json!({ "name": name }) } else { json!({ "name": name, "avatar": self.avatar }) }
    }
}

#[async_trait]
impl Connector for Viber {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Viber
    }

    fn form(&self) -> &'static [Field] {
        FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        let text = |name: &str| typed.get(name).cloned().unwrap_or_default();
        let settings = Settings {
            sender: text("sender"),
            avatar: text("avatar"),
            welcome: text("welcome"),
            phones: is_on(&text("phones")),
        };
        let mut problems = vec![];
        if settings.sender.chars().count() > SENDER {
            problems.push(Problem::new("sender", Said::from("error-too-long").with("limit", SENDER)));
        }
        if !settings.avatar.is_empty() && !is_web_address(&settings.avatar) {
            problems.push(Problem::new("avatar", "viber-avatar-wrong"));
        }
        let mut secrets = Values::new();
        if let Some(token) = typed.get("token") {
            if !token.is_empty() && !is_token(token) {
                problems.push(Problem::new("token", "viber-token-wrong"));
            }
            secrets.insert("token".into(), token.clone());
        }
        if !problems.is_empty() {
            return Err(problems);
        }
        let settings = serde_json::to_string(&settings).map_err(|_| vec![Problem::new("", "error-internal")])?;
        Ok(Checked { settings, secrets })
    }

    fn typed(&self, settings: &str) -> Values {
        let Settings { sender, avatar, welcome, phones } = serde_json::from_str(settings).unwrap_or_default();
        let phones = if phones { "1" } else { "" }.to_owned();
        Values::from([
            ("sender".into(), sender),
            ("avatar".into(), avatar),
            ("welcome".into(), welcome),
            ("phones".into(), phones),
        ])
    }

    fn connect_hint(&self) -> &'static str {
        "viber-connect-hint"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn first(&self, settings: &str) -> WritesFirst {
        let Settings { phones, .. } = serde_json::from_str(settings).unwrap_or_default();
        if phones { WritesFirst::Phone } else { WritesFirst::Known }
    }

    fn receives(&self, _: &Link) -> Receives {
        Receives::Hooks
    }

    async fn test(&self, link: &Link) -> Result<String, Failure> {
        let account = Api(link).ask("get_account_info", &json!({})).await?;
        if link.hook_url.is_none() {
            return Err(no_address());
        }
        Ok(account["name"].as_str().unwrap_or_default().to_owned())
    }

    async fn set_up(&self, link: &Link) -> Result<(), Failure> {
        let url = link.hook_url.as_deref().ok_or_else(no_address)?;
        let hook = json!({ "url": url, "event_types": EVENTS, "send_name": true, "send_photo": true });
        Api(link).ask("set_webhook", &hook).await.map(drop)
    }

    /// Viber keeps nothing for a bot without a webhook: what comes during a pause is kept here.
    async fn rest(&self, _: &Link) -> Result<(), Failure> {
        Ok(())
    }

    async fn tear_down(&self, link: &Link) -> Result<(), Failure> {
        Api(link).ask("set_webhook", &json!({ "url": "" })).await.map(drop)
    }

    fn accept(&self, link: &Link, hook: &Hook) -> Result<Accepted, HookRefused> {
        let token = link.secret("token");
        let given = hook.header("x-viber-content-signature").and_then(|text| hex::decode(text.trim()).ok());
        if token.is_empty() || !given.is_some_and(|given| verify_hmac(token.as_bytes(), hook.body, &given)) {
            return Err(HookRefused::Signature);
        }
        let told: Value = serde_json::from_slice(hook.body).map_err(|_| HookRefused::Unreadable)?;
        let kind = told["event"].as_str().ok_or(HookRefused::Unreadable)?;
        if kind == "conversation_started" {
            return Ok(Accepted { events: vec![], answer: welcome(&link.settings(), &told) });
        }
        let Some(key) = event::key(&told) else { return Ok(Accepted::default()) };
        Ok(Accepted { events: vec![RawEvent { key, body: hook.body.to_vec() }], answer: None })
    }

    fn read(&self, link: &Link, raw: &Bytes) -> Result<Vec<Event>, String> {
        let settings: Settings = link.settings();
        event::read(raw, settings.phones)
    }

    async fn fetch(&self, link: &Link, file: &RemoteFile, limit: u64) -> Result<Fetched, Failure> {
        let Source::There(address) = &file.source else {
            return Err(Failure::permanent("no_file", "the file is not at Viber"));
        };
        let url = Url::parse(address).map_err(|_| Failure::permanent("address", "the address of the file is none"))?;
        let patience = link.net.patience + Duration::from_secs(limit / MB);
        let request = link.net.named("viber_media", &url)?.get(url).timeout(patience);
        let response = request.send().await.map_err(|error| Failure::of_request(&error).of_question())?;
        Ok(Fetched { bytes: answer::file(response, limit, "Viber").await?, name: None })
    }

    fn parts(&self, out: &Outbound) -> usize {
        sending::plan(out).len()
    }

    async fn send(&self, link: &Link, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
        let settings: Settings = link.settings();
        sending::send(&Api(link), &settings.sender(&out.author), out, part).await
    }
}

/// The one message that may go to somebody who has opened the chat without having subscribed: it is the answer.
fn welcome(settings: &Settings, told: &Value) -> Option<String> {
    if settings.welcome.is_empty() || told["subscribed"] == true {
        return None;
    }
    Some(json!({ "type": "text", "text": settings.welcome, "sender": settings.sender("") }).to_string())
}

fn no_address() -> Failure {
    let words = "Viber calls this installation: it needs a public URL that begins with https://";
    Failure::permanent("no_address", words).of_channel()
}

/// `445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9`
fn is_token(text: &str) -> bool {
    (20..=200).contains(&text.len()) && text.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-')
}

#[cfg(test)]
mod tests {
    use super::*;

    fn typed(token: &str, sender: &str, avatar: &str) -> Values {
        [("token", token), ("sender", sender), ("avatar", avatar), ("welcome", "Hi")]
            .map(|(name, value)| (name.to_owned(), value.to_owned()))
            .into()
    }

    #[test]
    fn a_form_says_what_is_wrong_with_it() {
        let fields = |typed: &Values| match Viber.check(typed) {
            Ok(_) => vec![],
            Err(problems) => problems.into_iter().map(|problem| problem.field).collect(),
        };
        let token = "445da6az1s345z78-dazcczb2542zv51a-e0vc5fva17480im9";
        assert_eq!(fields(&typed(token, "Northwind", "https://shop.example/face.png")), Vec::<&str>::new());
        assert_eq!(fields(&typed("no token", &"я".repeat(29), "javascript:alert(1)")), ["sender", "avatar", "token"]);
        let mut kept = typed(token, "Northwind", "");
        kept.remove("token");
        kept.insert("phones".into(), "on".into());
        let checked = Viber.check(&kept).unwrap();
        assert_eq!(Viber.first(&checked.settings), WritesFirst::Phone);
        assert_eq!(Viber.typed(&checked.settings)["phones"], "1");
        assert_eq!(Viber.first("{}"), WritesFirst::Known);
        assert!(checked.secrets.is_empty());
        assert_eq!(Viber.typed(&checked.settings)["welcome"], "Hi");
    }

    #[test]
    fn a_welcome_is_for_those_who_have_not_subscribed() {
        let settings = Settings { sender: "N".into(), welcome: "Hi".into(), ..Settings::default() };
        assert_eq!(settings.sender("Anna")["name"], "Anna, N");
        assert_eq!(settings.sender(&"я".repeat(28))["name"], "я".repeat(28));
        let said: Value = serde_json::from_str(&welcome(&settings, &json!({ "subscribed": false })).unwrap()).unwrap();
        assert_eq!(said, json!({ "type": "text", "text": "Hi", "sender": { "name": "N" } }));
        assert_eq!(welcome(&settings, &json!({ "subscribed": true })), None);
        assert_eq!(welcome(&Settings::default(), &json!({})), None);
    }
}
