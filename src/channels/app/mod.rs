//! A company's own app: it talks to `/api/v1`, and events go to its webhook.

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
use super::form::{Checked, Field, FieldKind, Problem, Values};
use super::{ChannelKind, Connector};
use crate::error::{Error, Result};
use crate::http::is_web_address;

/// The connector of apps. What it sends is told by `app_events`, in the transaction of the message.
pub struct App;

const FORM: &[Field] =
    &[Field::new("webhook_url", "channel-webhook", FieldKind::Url).hint("channel-webhook-hint").first()];

static ABILITIES: Abilities = Abilities {
    text: 10_000,
    files: FileLimits { file: 20 * MB, total: 100 * MB, count: 10, takes: Takes::Anything },
    outbox: false,
    first: WritesFirst::ExternalId,
    window: None,
    templates: None,
    mail: false,
    chains: false,
    idempotent: true,
    pace: Pace { channel: Duration::ZERO, recipient: Duration::ZERO },
};

impl Connector for App {
    fn kind(&self) -> ChannelKind {
        ChannelKind::App
    }

    fn form(&self) -> &'static [Field] {
        FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        let line = typed.get("webhook_url").filter(|line| !line.is_empty()).cloned();
        if line.as_deref().is_some_and(|line| !is_web_address(line)) {
            return Err(vec![Problem::new("webhook_url", "channel-webhook-wrong")]);
        }
        let settings =
            AppSettings { webhook_url: line }.to_json().map_err(|_| vec![Problem::new("", "error-internal")])?;
        Ok(Checked { settings, ..Checked::default() })
    }

    fn typed(&self, settings: &str) -> Values {
        let settings: AppSettings = serde_json::from_str(settings).unwrap_or_default();
        Values::from([("webhook_url".into(), settings.webhook_url.unwrap_or_default())])
    }

    fn connect_hint(&self) -> &'static str {
        "channel-connect-app-hint"
    }

    fn made_secret(&self) -> Option<(&'static str, &'static str)> {
        Some(("channel-webhook-secret", "channel-webhook-secret-hint"))
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn address_of(&self, external_id: &str) -> Option<String> {
        Some(external_id.to_owned())
    }
}

/// Where an app's events go.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct AppSettings {
    /// Events are posted here, signed with the channel's secret. None: the app asks for them.
    pub webhook_url: Option<String>,
}

impl AppSettings {
    /// The form that the database keeps.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_webhook_is_an_address_without_a_password() {
        let check = |line: &str| App.check(&Values::from([("webhook_url".into(), line.into())]));
        for bad in ["x", "ftp://a.example", "https://user:pass@a.example/hook", "javascript:alert(1)"] {
            assert_eq!(check(bad), Err(vec![Problem::new("webhook_url", "channel-webhook-wrong")]), "{bad}");
        }
        let checked = check("https://a.example/hook?x=1").unwrap();
        assert_eq!(App.typed(&checked.settings)["webhook_url"], "https://a.example/hook?x=1");
        assert!(check("").unwrap().settings.contains("null"));
    }
}
