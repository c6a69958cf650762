//! Connecting channels and changing them: what admins do on the page "Channels".

use serde_json::json;

use crate::audit;
use crate::auth::Admin;
use crate::auth::sessions::hash_key;
use crate::channels::{self, Channel, ChannelKind, NewChannel};
use crate::db::Tx;
use crate::db::types::{ChannelId, UtcTime};
use crate::error::{Error, Result};
use crate::jobs;
use crate::realtime::Topic;

use super::set_up::SetUp;

/// The secret of a new channel and the name in its public addresses are made by the caller: this may run twice.
pub fn connect(tx: &mut Tx, by: &Admin, new: &NewChannel) -> Result<ChannelId> {
    let id = channels::insert(tx, new)?;
    jobs::enqueue(tx, &SetUp::of(id))?;
    told(tx, by, id, "channel.connected", &new.name)?;
    Ok(id)
}

/// Stores name, settings (JSON of the kind) and, if there are new ones, sealed secrets. Refused where somebody has stored
/// others since the channel `was` read: the provider was asked meanwhile, and that takes seconds.
pub fn save(tx: &mut Tx, by: &Admin, was: &Channel, name: &str, settings: &str, secrets: Option<&str>) -> Result<()> {
    let id = was.id;
    channels::hold_secrets(tx, id)?;
    let now = channels::find_now(tx, id)?;
    // A provider renews secrets by itself; that stands in the way of new ones only.
    let is_other = (&now.name, &now.settings) != (&was.name, &was.settings);
    if is_other || (secrets.is_some() && now.secret != was.secret) {
        return Err(Error::refused("channel-changed-meanwhile"));
    }
    channels::rename(tx, id, name)?;
    channels::set_settings(tx, id, settings)?;
    if let Some(sealed) = secrets {
        channels::set_secret(tx, id, sealed)?;
    }
    jobs::enqueue(tx, &SetUp::of(id))?;
    told(tx, by, id, "channel.edited", name)
}

/// Pauses a channel, or lets it work again.
pub fn switch(tx: &mut Tx, by: &Admin, id: ChannelId, enabled: bool) -> Result<()> {
    let channel = channels::find(tx, id)?;
    channels::set_enabled(tx, id, enabled)?;
    jobs::enqueue(tx, &SetUp::of(id))?;
    told(tx, by, id, if enabled { "channel.enabled" } else { "channel.paused" }, &channel.name)
}

/// Stores a new sealed secret; what the old one signed is not believed any more, nor what was given for it.
pub fn replace_secret(tx: &mut Tx, by: &Admin, id: ChannelId, sealed: &str) -> Result<Channel> {
    channels::hold_secrets(tx, id)?;
    let channel = channels::find(tx, id)?;
    channels::set_secret(tx, id, sealed)?;
    told(tx, by, id, "channel.secret_replaced", &channel.name)?;
    Ok(channel)
}

/// Removes a channel that no customer has used, and gives what it was; another one can only be paused, since its
/// history needs it.
pub fn disconnect(tx: &mut Tx, by: &Admin, id: ChannelId) -> Result<Channel> {
    let channel = channels::find(tx, id)?;
    if channels::in_use(tx, id)? || !channels::delete(tx, id)? {
        return Err(Error::refused("channel-in-use"));
    }
    told(tx, by, id, "channel.disconnected", &channel.name)?;
    Ok(channel)
}

/// Stores a token of an app channel by its hash.
pub fn add_token(tx: &mut Tx, by: &Admin, id: ChannelId, name: &str, token: &str) -> Result<()> {
    let channel = channels::find(tx, id)?;
    if channel.kind != ChannelKind::App {
        return Err(Error::NotFound);
    }
    channels::insert_token(tx, id, name, &hash_key(token), by.id())?;
    told(tx, by, id, "api_token.added", name)
}

/// Ends a token: the next call with it is refused.
pub fn revoke_token(tx: &mut Tx, by: &Admin, id: ChannelId, token: i64) -> Result<()> {
    if !channels::revoke_token(tx, id, token, UtcTime::now())? {
        return Err(Error::NotFound);
    }
    audit::record_with(tx, by, "api_token.revoked", None, &json!({ "channel": id, "token": token }))
}

fn told(tx: &mut Tx, by: &Admin, id: ChannelId, event: &str, name: &str) -> Result<()> {
    audit::record_with(tx, by, event, None, &json!({ "channel": id, "name": name }))?;
    tx.publish(Topic::Inbox);
    tx.publish(Topic::Channels);
    Ok(())
}
