//! Telegram: a bot, by long polling or by webhook.
//!
//! Facts from core.telegram.org/bots/api (Bot API 10.1) and core.telegram.org/bots/faq: a text has up to 4,096
//! characters, a caption 1,024; a picture 10 MB, any other file 50 MB; a bot can fetch files of 20 MB; about 30
//! messages a second, one a second to the same chat. Only private chats are conversations with customers.

mod api;
mod sending;
mod update;

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use self::api::Api;
use super::abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
use super::failure::Failure;
use super::form::{Checked, Field, FieldKind, Problem, Values};
use super::hook::{Accepted, Hook, HookRefused, RawEvent};
use super::inbound::{Event, Fetched, RemoteFile, Source};
use super::link::Link;
use super::outbound::{Outbound, Receipt};
use super::polling::{Polled, Polling, Receives};
use super::{ChannelKind, Connector};
use crate::secrets::{hmac_sha256, random_token, verify_hmac};

/// The connector of Telegram bots.
pub struct Telegram;

const FORM: &[Field] = &[
    Field::new("token", "telegram-token", FieldKind::Secret).hint("telegram-token-hint").required(),
    Field::new(
        "way",
        "telegram-way",
        FieldKind::Choice(&[("auto", "telegram-way-auto"), ("polling", "telegram-way-polling")]),
    )
    .hint("telegram-way-hint"),
];

static ABILITIES: Abilities = Abilities {
    text: TEXT,
    files: FileLimits { file: 50 * MB, total: 100 * MB, count: 10, takes: Takes::Anything },
    outbox: true,
    first: WritesFirst::Known,
    window: None,
    templates: None,
    mail: false,
    chains: false,
    idempotent: false,
    pace: Pace { channel: Duration::from_millis(34), recipient: Duration::from_secs(1) },
};

/// Characters of a text, counted as UTF-16 has them.
const TEXT: usize = 4096;
/// What the bot wants to hear of.
const UPDATES: [&str; 3] = ["message", "edited_message", "my_chat_member"];
/// Updates that are given at a time, and seconds that Telegram waits for the first of them.
const UPDATES_AT_ONCE: u32 = 100;
const WAIT: Duration = Duration::from_secs(25);

/// What of a bot is no secret.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
struct Settings {
    /// Ask even where the installation could be called.
    polling: bool,
}

#[async_trait]
impl Connector for Telegram {
    fn kind(&self) -> ChannelKind {
        ChannelKind::Telegram
    }

    fn form(&self) -> &'static [Field] {
        FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        let settings = Settings { polling: typed.get("way").is_some_and(|way| way == "polling") };
        let settings = serde_json::to_string(&settings).map_err(|_| vec![Problem::new("", "error-internal")])?;
        let mut secrets = Values::new();
        if let Some(token) = typed.get("token") {
            if !is_token(token) {
                return Err(vec![Problem::new("token", "telegram-token-wrong")]);
            }
            secrets.insert("token".into(), token.clone());
            secrets.insert("hook".into(), random_token());
        }
        Ok(Checked { settings, secrets })
    }

    fn typed(&self, settings: &str) -> Values {
        let settings: Settings = serde_json::from_str(settings).unwrap_or_default();
        Values::from([("way".into(), if settings.polling { "polling" } else { "auto" }.into())])
    }

    fn connect_hint(&self) -> &'static str {
        "telegram-connect-hint"
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn receives(&self, link: &Link) -> Receives {
        let settings: Settings = link.settings();
        if link.hook_url.is_some() && !settings.polling { Receives::Hooks } else { Receives::Polling }
    }

    async fn test(&self, link: &Link) -> Result<String, Failure> {
        let me = Api(link).ask("getMe", &json!({})).await?;
        Ok(format!("@{}", me["username"].as_str().unwrap_or_default()))
    }

    async fn set_up(&self, link: &Link) -> Result<(), Failure> {
        let api = Api(link);
        match (&link.hook_url, self.receives(link)) {
            (Some(url), Receives::Hooks) => {
                let hook = json!({ "url": url, "secret_token": link.secret("hook"), "allowed_updates": UPDATES });
                api.ask("setWebhook", &hook).await?;
            }
            _ => {
                api.ask("deleteWebhook", &json!({})).await?;
            }
        }
        Ok(())
    }

    async fn tear_down(&self, link: &Link) -> Result<(), Failure> {
        Api(link).ask("deleteWebhook", &json!({})).await.map(drop)
    }

    fn accept(&self, link: &Link, hook: &Hook) -> Result<Accepted, HookRefused> {
        let given = hook.header("x-telegram-bot-api-secret-token").unwrap_or_default();
        let expected = link.secret("hook");
        // Compared as codes, in constant time.
        let code = hmac_sha256(b"telegram", expected.as_bytes());
        if expected.is_empty() || !verify_hmac(b"telegram", given.as_bytes(), &code) {
            return Err(HookRefused::Signature);
        }
        let update: Value = serde_json::from_slice(hook.body).map_err(|_| HookRefused::Unreadable)?;
        let event = kept(&bot_of(link), update).ok_or(HookRefused::Unreadable)?;
        Ok(Accepted { events: vec![event], answer: None })
    }

    fn polling(&self, link: &Link) -> Option<Box<dyn Polling>> {
        Some(Box::new(Asking(link.clone())))
    }

    fn read(&self, link: &Link, raw: &Bytes) -> Result<Vec<Event>, String> {
        update::read(raw, &bot_of(link))
    }

    async fn fetch(&self, link: &Link, file: &RemoteFile, limit: u64) -> Result<Fetched, Failure> {
        let Source::There(name) = &file.source else {
            return Err(Failure::permanent("no_file", "the file is not at Telegram"));
        };
        let api = Api(link);
        let id = match name.strip_prefix("avatar:") {
            None => name.clone(),
            Some(user) => {
                let photos = api.ask("getUserProfilePhotos", &json!({ "user_id": number(user), "limit": 1 })).await?;
                // Sizes grow; the middle one is plenty for a circle.
                let sizes = photos["photos"][0].as_array().cloned().unwrap_or_default();
                let size = sizes.get(sizes.len() / 2).and_then(|size| size["file_id"].as_str());
                size.ok_or_else(|| Failure::permanent("no_photo", "there is no profile picture"))?.to_owned()
            }
        };
        let found = api.ask("getFile", &json!({ "file_id": id })).await?;
        let path = found["file_path"].as_str().ok_or_else(|| Failure::permanent("no_file", "the file is gone"))?;
        let bytes = api.file(path, limit).await?;
        Ok(Fetched { bytes, name: path.rsplit('/').next().map(str::to_owned) })
    }

    fn parts(&self, out: &Outbound) -> usize {
        sending::plan(out).len()
    }

    async fn send(&self, link: &Link, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
        sending::send(&Api(link), out, part).await
    }
}

/// Long polling.
struct Asking(Link);

#[async_trait]
impl Polling for Asking {
    async fn next(&mut self, cursor: Option<&str>) -> Result<Polled, Failure> {
        let api = Api(&self.0);
        let bot = bot_of(&self.0);
        // A cursor of the bot that was here before says nothing.
        let offset = cursor.and_then(|cursor| cursor.strip_prefix(&format!("{bot}:"))).map_or(0, number);
        let question = json!({
            "offset": offset, "limit": UPDATES_AT_ONCE, "timeout": WAIT.as_secs(), "allowed_updates": UPDATES,
        });
        let found = match api.ask_for("getUpdates", &question, WAIT + self.0.net.patience).await {
            Err(failure) if failure.code == "409" => {
                // A webhook that was set before stands in the way. If it is another program that asks, its words stay.
                api.ask("deleteWebhook", &json!({})).await?;
                return Err(failure);
            }
            found => found?,
        };
        let updates = found.as_array().cloned().unwrap_or_default();
        let ids = updates.iter().filter_map(|update| update["update_id"].as_i64());
        let cursor = ids.max().map(|last| format!("{bot}:{}", last + 1));
        let events = updates.into_iter().filter_map(|update| kept(&bot, update)).collect();
        Ok(Polled { events, cursor, failure: None })
    }
}

/// An update as it waits to be read: with its bot, since the channel may have another one by then.
fn kept(bot: &str, mut told: Value) -> Option<RawEvent> {
    let key = format!("{bot}:{}", told["update_id"].as_i64()?);
    told[update::BOT] = json!(bot);
    Some(RawEvent { key, body: told.to_string().into_bytes() })
}

/// The bot's number, which its token begins with: updates and messages of two bots are told apart by it.
fn bot_of(link: &Link) -> String {
    link.secret("token").split(':').next().unwrap_or_default().to_owned()
}

fn number(text: &str) -> i64 {
    text.parse().unwrap_or_default()
}

/// `123456789:AA…`
fn is_token(text: &str) -> bool {
    text.split_once(':').is_some_and(|(bot, rest)| {
        !bot.is_empty()
            && bot.len() <= 20
            && bot.bytes().all(|b| b.is_ascii_digit())
            && (20..=100).contains(&rest.len())
            && rest.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'_' || b == b'-')
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_has_a_form() {
        for good in ["123456789:AAExampleExampleExampleExample_-12345", "1:ABCDEFGHIJKLMNOPQRSTU"] {
            assert!(is_token(good), "{good}");
        }
        for bad in
            ["", "123456789", "abc:AAExampleExampleExampleExample", "1:short", "1:AAExample ExampleExampleExample/"]
        {
            assert!(!is_token(bad), "{bad}");
        }
    }

    #[test]
    fn a_token_that_is_kept_is_not_asked_for_again() {
        let checked = Telegram.check(&Values::from([("way".into(), "polling".into())])).unwrap();
        assert!(checked.secrets.is_empty());
        assert_eq!(Telegram.typed(&checked.settings)["way"], "polling");
    }
}
