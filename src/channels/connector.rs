//! What a channel kind can do: the one trait behind all of them.

use async_trait::async_trait;
use bytes::Bytes;

use super::abilities::{Abilities, WritesFirst};
use super::failure::Failure;
use super::form::{Checked, Field, Problem, Values};
use super::hook::{Accepted, Hook, HookRefused};
use super::inbound::{Event, Fetched, RemoteFile};
use super::link::Link;
use super::outbound::{Outbound, Receipt};
use super::polling::{Polling, Receives};
use super::template::RemoteTemplate;
use super::{AppSettings, ChannelKind, WebChatSettings};

/// A kind of channel. It knows no database and no domain: it says what it needs and allows, reads what its provider
/// says, and sends one message at a time. It keeps nothing between two calls; all that it works with is in the [`Link`].
///
/// What has no default is what every kind must say. A kind whose messages travel by roads of their own (web chat, app)
/// leaves the rest.
#[async_trait]
pub trait Connector: Send + Sync {
    /// Which kind this is.
    fn kind(&self) -> ChannelKind;

    /// The fields that connect a channel and change it, in the order of the page.
    fn form(&self) -> &'static [Field];

    /// What was typed, as settings (JSON of the kind's own shape) and secrets; or what is wrong with it. Fields that
    /// must be there, and lengths, have been looked at. A secret that was left empty, of a channel that has one, is
    /// not among `typed`.
    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>>;

    /// Secrets that have to be typed again when the settings change so: one that is stored is shown to no other server
    /// than the one that it was typed for.
    fn asked_again(&self, was: &str, now: &str) -> &'static [&'static str] {
        let _ = (was, now);
        &[]
    }

    /// The settings as the form shows them. Secrets are never shown.
    fn typed(&self, settings: &str) -> Values;

    /// The id of the words that say what to do at the provider, or what comes next; below the form that connects it.
    fn connect_hint(&self) -> &'static str;

    /// Whether people have to enter the address of the webhook at the provider; the channel's page shows it then.
    fn hook_by_hand(&self) -> bool {
        false
    }

    /// A secret that is made here when the channel is connected, and shown once: the ids of its name and of what it
    /// is for.
    fn made_secret(&self) -> Option<(&'static str, &'static str)> {
        None
    }

    /// What may be sent and how: told to people before they send.
    fn abilities(&self) -> &'static Abilities;

    /// Whom staff can write to first through a channel with these settings.
    fn first(&self, settings: &str) -> WritesFirst {
        let _ = settings;
        self.abilities().first
    }

    /// Under which address the channel knows whoever has this external ID, for kinds that reach people by it.
    fn address_of(&self, external_id: &str) -> Option<String> {
        let _ = external_id;
        None
    }

    /// How messages come in.
    fn receives(&self, link: &Link) -> Receives {
        let _ = link;
        Receives::Elsewhere
    }

    /// Whether the settings work, asked of the provider. The answer names who the channel is there, for example
    /// `@acme_bot`; a failure says in words what is wrong.
    async fn test(&self, link: &Link) -> Result<String, Failure> {
        let _ = link;
        Ok(String::new())
    }

    /// Makes the provider ready after the channel was connected, changed or switched on: its webhook set or removed.
    /// Repeats itself harmlessly.
    async fn set_up(&self, link: &Link) -> Result<(), Failure> {
        let _ = link;
        Ok(())
    }

    /// The channel is paused. Where the provider keeps what comes meanwhile, its webhook is removed; elsewhere it stays,
    /// and what comes is kept here.
    async fn rest(&self, link: &Link) -> Result<(), Failure> {
        self.tear_down(link).await
    }

    /// Says goodbye when the channel is disconnected: its webhook removed.
    async fn tear_down(&self, link: &Link) -> Result<(), Failure> {
        let _ = link;
        Ok(())
    }

    /// The answer to a provider's challenge (`GET /hooks/{key}`), if it is right.
    fn challenge(&self, link: &Link, query: &Values) -> Option<String> {
        let _ = (link, query);
        None
    }

    /// Looks at a webhook's signature over its raw bytes, and takes it apart into events by their dedupe keys. Fast:
    /// nothing is read that the keys do not need.
    fn accept(&self, link: &Link, hook: &Hook) -> Result<Accepted, HookRefused> {
        let _ = (link, hook);
        Err(HookRefused::NotHere)
    }

    /// What receives by asking, for kinds that do. It may keep a connection; it is thrown away after a failure.
    fn polling(&self, link: &Link) -> Option<Box<dyn Polling>> {
        let _ = link;
        None
    }

    /// Reads the raw bytes of one event. `Err` says why they cannot be read; the bytes are kept then. It may take as long
    /// as the event is large: not for an async thread.
    fn read(&self, link: &Link, raw: &Bytes) -> Result<Vec<Event>, String> {
        let _ = (link, raw);
        Err("this kind of channel receives nothing here".into())
    }

    /// Fetches a file that an event named, of `limit` bytes at most.
    async fn fetch(&self, link: &Link, file: &RemoteFile, limit: u64) -> Result<Fetched, Failure> {
        let _ = (link, file, limit);
        Err(Failure::permanent("no_files", "this kind of channel has no files to fetch"))
    }

    /// The templates that the provider keeps for this channel, all of them; for kinds whose templates come from there.
    async fn templates(&self, link: &Link) -> Result<Vec<RemoteTemplate>, Failure> {
        let _ = link;
        Ok(vec![])
    }

    /// In how many calls of [`Connector::send`] this message goes out. Each is remembered, so that a message that
    /// broke off goes on where it stopped.
    fn parts(&self, out: &Outbound) -> usize {
        let _ = out;
        1
    }

    /// Sends one part of a message, the first being 0.
    async fn send(&self, link: &Link, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
        let _ = (link, out, part);
        Err(Failure::permanent("not_sent_here", "this kind of channel sends nothing here"))
    }
}

/// Typed settings of the kinds that live in this program.
impl super::Channel {
    /// The settings of a web chat; those of another kind, or of an older version, give the defaults.
    pub fn web_chat(&self) -> WebChatSettings {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }

    /// The settings of an app.
    pub fn app(&self) -> AppSettings {
        serde_json::from_str(&self.settings).unwrap_or_default()
    }
}
