//! Rows of templates.

use diesel::prelude::*;

use super::model::{MessageTemplate, NewTemplate};
use super::typed::Offer;
use crate::channels::{self, Channel, RemoteTemplate, TemplateState, registry};
use crate::db::schema::message_templates as templates;
use crate::db::sql::{Limited, among};
use crate::db::types::{ChannelId, TemplateId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};

/// All, by channel and name.
pub fn all(conn: &mut Conn) -> Result<Vec<MessageTemplate>> {
    Ok(templates::table
        .order((templates::channel_id, templates::name, templates::language))
        .select(MessageTemplate::as_select())
        .load(conn)?)
}

pub fn find(conn: &mut Conn, id: TemplateId) -> Result<MessageTemplate> {
    Ok(templates::table.find(id).select(MessageTemplate::as_select()).one(conn)?)
}

/// The approved templates of those of these channels that work and have any, by channel and name.
pub fn offers(conn: &mut Conn, of: &[Channel]) -> Result<Vec<Offer>> {
    let able = of.iter().filter(|channel| channel.enabled).filter_map(|channel| {
        let limits = registry::find(channel.kind)?.abilities().templates?;
        Some((channel, limits))
    });
    let able: Vec<_> = able.collect();
    if able.is_empty() {
        return Ok(vec![]);
    }
    let ids: Vec<ChannelId> = able.iter().map(|(channel, _)| channel.id).collect();
    let rows: Vec<MessageTemplate> = templates::table
        .filter(among(conn, templates::channel_id, ids))
        .filter(templates::state.eq(TemplateState::Approved))
        .order((templates::channel_id, templates::name, templates::language))
        .select(MessageTemplate::as_select())
        .load(conn)?;
    let found = rows.into_iter().filter_map(|template| {
        let (channel, limits) = able.iter().find(|(channel, _)| channel.id == template.channel_id)?;
        Some(Offer { template, channel: channel.name.clone(), limits: *limits })
    });
    Ok(found.collect())
}

/// The text of a template that is sent through a channel now. What was approved when the form was shown, and is not any
/// more, is refused.
pub fn rendered(conn: &mut Conn, channel: ChannelId, filled: &channels::Template) -> Result<String> {
    let found = match filled.id {
        Some(id) => templates::table.find(id).select(MessageTemplate::as_select()).one(conn).optional()?,
        None => None,
    };
    let usable = found.filter(|template: &MessageTemplate| {
        template.channel_id == channel
            && template.state == TemplateState::Approved
            && super::model::places(&template.title) == filled.title.len()
            && super::model::places(&template.body) == filled.body.len()
    });
    let template = usable.ok_or_else(|| Error::refused("template-gone"))?;
    Ok(template.filled(&filled.title, &filled.body).text())
}

/// Whether another template of the channel has this name in this language.
pub(super) fn is_named(
    conn: &mut Conn,
    channel: ChannelId,
    new: &NewTemplate,
    but: Option<TemplateId>,
) -> Result<bool> {
    Ok(named(conn, channel, &new.name, &new.language)?.is_some_and(|id| Some(id) != but))
}

fn named(conn: &mut Conn, channel: ChannelId, name: &str, language: &str) -> Result<Option<TemplateId>> {
    let own = templates::channel_id.eq(channel).and(templates::name.eq(name)).and(templates::language.eq(language));
    Ok(templates::table.filter(own).select(templates::id).one(conn).optional()?)
}

pub(super) fn insert(tx: &mut Tx, channel: ChannelId, new: &NewTemplate, state: TemplateState) -> Result<TemplateId> {
    Ok(diesel::insert_into(templates::table)
        .values((
            templates::channel_id.eq(channel),
            templates::name.eq(&new.name),
            templates::language.eq(&new.language),
            templates::title.eq(&new.title),
            templates::body.eq(&new.body),
            templates::signature.eq(&new.signature),
            templates::state.eq(state),
            templates::updated_at.eq(UtcTime::now()),
        ))
        .returning(templates::id)
        .get_result(&mut **tx)?)
}

pub(super) fn update(tx: &mut Tx, id: TemplateId, new: &NewTemplate, state: TemplateState) -> Result<()> {
    diesel::update(templates::table.find(id))
        .set((
            templates::name.eq(&new.name),
            templates::language.eq(&new.language),
            templates::title.eq(&new.title),
            templates::body.eq(&new.body),
            templates::signature.eq(&new.signature),
            templates::state.eq(state),
            templates::updated_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, id: TemplateId) -> Result<()> {
    diesel::delete(templates::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// Brings a channel's templates into step with what its provider has.
pub(super) fn replace(tx: &mut Tx, channel: ChannelId, fetched: &[RemoteTemplate]) -> Result<()> {
    let mut kept = vec![];
    for remote in fetched {
        let id = match named(tx, channel, &remote.name, &remote.language)? {
            Some(id) => id,
            None => insert(
                tx,
                channel,
                &NewTemplate { name: remote.name.clone(), language: remote.language.clone(), ..NewTemplate::default() },
                remote.state,
            )?,
        };
        diesel::update(templates::table.find(id))
            .set((
                templates::provider_id.eq(&remote.provider_id),
                templates::title.eq(&remote.title),
                templates::body.eq(&remote.body),
                templates::signature.eq(&remote.signature),
                templates::state.eq(remote.state),
                templates::note.eq(&remote.note),
                templates::updated_at.eq(UtcTime::now()),
            ))
            .execute(&mut **tx)?;
        kept.push(id);
    }
    diesel::delete(templates::table.filter(templates::channel_id.eq(channel).and(templates::id.ne_all(&kept))))
        .execute(&mut **tx)?;
    Ok(())
}
