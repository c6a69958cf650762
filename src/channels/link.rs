//! A channel as its connector sees it.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use reqwest::{Client, Url};
use serde::de::DeserializeOwned;

use super::failure::Failure;
use super::form::Values;
use super::model::Channel;
use crate::config::Config;
use crate::db::types::ChannelId;
use crate::error::{Error, Result};
use crate::http::Http;
use crate::secrets::Secrets;

/// What every call of a connector works with: settings and secrets in the clear, for as long as the call lasts, and
/// the way out.
#[derive(Clone, Debug)]
pub struct Link {
    pub channel: ChannelId,
    /// JSON of the kind's settings.
    pub settings: String,
    secrets: Secretly,
    /// Secrets that the provider has given since in the place of others.
    renewed: Arc<Mutex<Secretly>>,
    /// Where the provider reaches the channel's webhook, if the installation can be reached at all.
    pub hook_url: Option<String>,
    pub net: Net,
}

/// Never written to a log.
#[derive(Clone, Default)]
struct Secretly(Values);

impl std::fmt::Debug for Secretly {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

impl Link {
    /// The link of a stored channel.
    pub fn open(channel: &Channel, secrets: &Secrets, net: &Net) -> Result<Self> {
        let opened = channel.secret.as_deref().map(|sealed| secrets.open(sealed)).transpose()?;
        Ok(Self {
            channel: channel.id,
            settings: channel.settings.clone(),
            secrets: Secretly(opened.map(|text| unpack(&text)).unwrap_or_default()),
            renewed: Arc::default(),
            hook_url: net.hook_url(&channel.public_key),
            net: net.clone(),
        })
    }

    /// A link of settings that are not stored yet, to test them.
    pub fn of_form(channel: ChannelId, public_key: &str, settings: String, secrets: Values, net: &Net) -> Self {
        let (hook_url, net) = (net.hook_url(public_key), net.clone());
        Self { channel, settings, secrets: Secretly(secrets), renewed: Arc::default(), hook_url, net }
    }

    /// The settings in the kind's own shape; those of an older version give what they have.
    pub fn settings<T: DeserializeOwned + Default>(&self) -> T {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// A secret; empty if the channel has none of this name.
    pub fn secret(&self, name: &str) -> &str {
        self.secrets.0.get(name).map(String::as_str).unwrap_or_default()
    }

    /// The provider has given another secret in the place of this one, which may end.
    pub fn renew(&self, name: &str, secret: &str) {
        let mut renewed = self.renewed.lock().unwrap_or_else(PoisonError::into_inner);
        renewed.0.insert(name.to_owned(), secret.to_owned());
    }

    /// What was given so, to be stored by whoever has the link.
    pub fn renewed(&self) -> Values {
        self.renewed.lock().unwrap_or_else(PoisonError::into_inner).0.clone()
    }
}

/// Secrets of a channel as one text to seal.
pub fn pack(secrets: &Values) -> Result<String> {
    serde_json::to_string(secrets).map_err(|e| Error::Internal(e.to_string()))
}

/// What [`pack`] made. A text that is no set of secrets (web chat, app) has no names.
pub fn unpack(text: &str) -> Values {
    serde_json::from_str(text).unwrap_or_default()
}

/// The ways out of this installation. Cheap to clone. Mail servers are reached without it, wherever they are: admins name
/// them, and a small team's mail server often stands in the team's own network.
#[derive(Clone, Debug)]
pub struct Net {
    pub http: Http,
    /// How long a provider may take to answer.
    pub patience: Duration,
    /// Addresses of providers that the settings replace: a gateway of one's own, or a test's double.
    bases: Arc<BTreeMap<String, String>>,
    public_url: Option<String>,
}

impl Net {
    pub fn new(config: &Config, http: Http) -> Self {
        Self {
            http,
            patience: config.provider_patience,
            bases: Arc::new(config.providers.clone()),
            public_url: config.public_url.clone(),
        }
    }

    /// The client and the address for a call to a provider: `path` below the provider's own address, or below the one
    /// that the settings give for `name`. Only the latter may be private.
    pub fn to(&self, name: &str, provider: &str, path: &str) -> Result<(&Client, Url), Failure> {
        let own = self.bases.get(name);
        let url = Url::parse(&format!("{}{path}", own.map_or(provider, String::as_str)))
            .map_err(|_| Failure::permanent("address", format!("the address set for {name} is none")))?;
        let client = if own.is_some() { self.http.anywhere(&url) } else { self.http.public(&url) };
        Ok((client.map_err(|e| Failure::permanent("address", e.to_string()))?, url))
    }

    /// The client for an address that a provider has named. A private one is reached only below the address that the
    /// settings give for `name`.
    pub fn named(&self, name: &str, url: &Url) -> Result<&Client, Failure> {
        let own = self.bases.get(name).and_then(|base| Url::parse(base).ok());
        let below = own.is_some_and(|own| own.origin() == url.origin() && url.path().starts_with(own.path()));
        let client = if below { self.http.anywhere(url) } else { self.http.public(url) };
        client.map_err(|e| Failure::permanent("address", e.to_string()))
    }

    /// Whether an address that a provider has named is on the server that the settings give for `name`.
    pub fn is_at(&self, name: &str, url: &Url) -> bool {
        let own = self.bases.get(name).and_then(|base| Url::parse(base).ok());
        own.is_some_and(|own| own.origin() == url.origin())
    }

    /// Webhooks need an address that the world reaches, by HTTPS.
    fn hook_url(&self, public_key: &str) -> Option<String> {
        let base = self.public_url.as_deref().filter(|url| url.starts_with("https://"))?;
        Some(format!("{base}/hooks/{public_key}"))
    }
}
