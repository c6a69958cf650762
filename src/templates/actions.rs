//! What admins do with templates.

use serde_json::json;

use super::model::{MessageTemplate, NewTemplate};
use super::store;
use crate::audit;
use crate::auth::Admin;
use crate::channels::{self, RemoteTemplate, TemplateSource, TemplateState, Templates, registry};
use crate::db::types::{ChannelId, TemplateId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};

/// Adds a template to a channel whose templates are written here.
pub fn add(tx: &mut Tx, by: &Admin, channel: ChannelId, new: &NewTemplate, state: TemplateState) -> Result<TemplateId> {
    require(tx, channel, TemplateSource::ByHand)?;
    if store::is_named(tx, channel, new, None)? {
        return Err(Error::refused("template-name-taken"));
    }
    let id = store::insert(tx, channel, new, state)?;
    told(tx, by, "template.added", channel, &new.name)?;
    Ok(id)
}

/// Changes a template that was written here.
pub fn edit(tx: &mut Tx, by: &Admin, id: TemplateId, new: &NewTemplate, state: TemplateState) -> Result<()> {
    let MessageTemplate { channel_id, .. } = store::find(tx, id)?;
    require(tx, channel_id, TemplateSource::ByHand)?;
    if store::is_named(tx, channel_id, new, Some(id))? {
        return Err(Error::refused("template-name-taken"));
    }
    store::update(tx, id, new, state)?;
    told(tx, by, "template.edited", channel_id, &new.name)
}

/// Deletes a template that was written here. Messages that were made with it keep their text.
pub fn delete(tx: &mut Tx, by: &Admin, id: TemplateId) -> Result<()> {
    let template = store::find(tx, id)?;
    require(tx, template.channel_id, TemplateSource::ByHand)?;
    store::delete(tx, id)?;
    told(tx, by, "template.deleted", template.channel_id, &template.name)
}

/// Takes over what the provider has: what it has no more is gone here, too.
pub fn take_over(tx: &mut Tx, by: &Admin, channel: ChannelId, fetched: &[RemoteTemplate]) -> Result<()> {
    require(tx, channel, TemplateSource::Provider)?;
    store::replace(tx, channel, fetched)?;
    audit::record_with(tx, by, "template.fetched", None, &json!({ "channel": channel, "count": fetched.len() }))
}

/// Whether the channel's templates come from there, with what it allows.
fn require(conn: &mut Conn, channel: ChannelId, source: TemplateSource) -> Result<Templates> {
    let kind = channels::find(conn, channel)?.kind;
    let templates = registry::find(kind).and_then(|connector| connector.abilities().templates);
    templates.filter(|templates| templates.source == source).ok_or(Error::NotFound)
}

fn told(tx: &mut Tx, by: &Admin, event: &str, channel: ChannelId, name: &str) -> Result<()> {
    audit::record_with(tx, by, event, None, &json!({ "channel": channel, "name": name }))
}
