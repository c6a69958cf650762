//! A channel and its settings.

use diesel::prelude::*;

use super::{ChannelKind, registry};
use crate::db::schema::{api_tokens, channels};
use crate::db::types::{ChannelId, UtcTime};

/// One connected bot, number, mailbox, widget or app.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = channels)]
pub struct Channel {
    pub id: ChannelId,
    pub kind: ChannelKind,
    pub name: String,
    /// Names the channel in public addresses.
    pub public_key: String,
    pub enabled: bool,
    /// Sealed. Web chat: what signs visitors' external IDs. App: what signs webhooks.
    pub secret: Option<String>,
    /// JSON of the kind's settings.
    pub settings: String,
    pub last_success_at: Option<UtcTime>,
    pub last_error_at: Option<UtcTime>,
    pub last_error: Option<String>,
    pub created_at: UtcTime,
}

/// How a channel is doing, as its health line says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Health {
    /// Nobody has told the desk how to prove itself there: nothing comes, and nothing leaves.
    Unconnected,
    Paused,
    /// Nothing has come or gone yet.
    Quiet,
    Fine,
    Failing,
}

impl Channel {
    /// Whether it has what its provider asks for; a kind that lives in this program asks for nothing.
    pub fn is_connected(&self) -> bool {
        self.secret.is_some() || !registry::find(self.kind).is_some_and(|connector| connector.abilities().outbox)
    }

    /// What the newest news of it say.
    pub fn health(&self) -> Health {
        match (self.enabled, self.last_success_at, self.last_error_at) {
            _ if !self.is_connected() => Health::Unconnected,
            (false, _, _) => Health::Paused,
            (true, None, None) => Health::Quiet,
            (true, good, bad) if bad > good => Health::Failing,
            _ => Health::Fine,
        }
    }
}

/// A channel to connect, checked.
#[derive(Clone, Debug)]
pub struct NewChannel {
    pub kind: ChannelKind,
    pub name: String,
    pub public_key: String,
    /// Sealed.
    pub secret: Option<String>,
    pub settings: String,
}

/// A key of a program; what it is made of is shown once and not kept.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = api_tokens)]
pub struct ApiToken {
    pub id: i64,
    pub channel_id: ChannelId,
    pub name: String,
    pub created_at: UtcTime,
    pub last_used_at: Option<UtcTime>,
    pub revoked_at: Option<UtcTime>,
}
