//! Rows of what is set up once: staff, channels, companies, tags, lists, a funnel, a pipeline, quick replies, commands, exports.

use diesel::prelude::*;

use crate::auth::Role;
use crate::channels::ChannelKind;
use crate::db::Tx;
use crate::db::schema::{
    channels, commands, companies, conversation_tags, custom_fields, customer_lists, customer_tags,
    deal_stages as stages, exports, funnel_blocks as blocks, funnels, pipelines, quick_replies, saved_filters, staff,
};
use crate::db::types::{
    ChannelId, CompanyId, ConversationTagId, CustomerListId, CustomerTagId, DealStageId, ExportId, FunnelBlockId,
    FunnelId, PipelineId, StaffId, UtcTime,
};
use crate::deals::StageKind;
use crate::error::Result;
use crate::text;

pub fn staff(tx: &mut Tx, email: &str, name: &str, role: Role, hash: &str, presence: &str) -> Result<StaffId> {
    Ok(diesel::insert_into(staff::table)
        .values((
            staff::email.eq(email),
            staff::name.eq(name),
            staff::role.eq(role),
            staff::password_hash.eq(hash),
            staff::presence.eq(presence),
            staff::created_at.eq(UtcTime::now().plus(-chrono::Duration::days(90))),
        ))
        .returning(staff::id)
        .get_result(&mut **tx)?)
}

pub fn channel(
    tx: &mut Tx,
    kind: ChannelKind,
    name: &str,
    key: &str,
    enabled: bool,
    sealed: Option<&str>,
) -> Result<ChannelId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(channels::table)
        .values((
            channels::kind.eq(kind),
            channels::name.eq(name),
            channels::public_key.eq(key),
            channels::enabled.eq(enabled),
            channels::secret.eq(sealed),
            channels::settings.eq("{}"),
            channels::last_success_at.eq(enabled.then_some(now)),
            channels::created_at.eq(now.plus(-chrono::Duration::days(60))),
        ))
        .returning(channels::id)
        .get_result(&mut **tx)?)
}

/// What of a channel is no secret.
pub fn set_settings(tx: &mut Tx, id: ChannelId, json: &str) -> Result<()> {
    diesel::update(channels::table.find(id)).set(channels::settings.eq(json)).execute(&mut **tx)?;
    Ok(())
}

pub fn company(tx: &mut Tx, name: &str, domain: &str) -> Result<CompanyId> {
    Ok(diesel::insert_into(companies::table)
        .values((
            companies::name.eq(name),
            companies::name_folded.eq(text::fold(name)),
            companies::domain.eq(domain),
            companies::note.eq(""),
            companies::created_at.eq(UtcTime::now()),
        ))
        .returning(companies::id)
        .get_result(&mut **tx)?)
}

pub fn customer_tag(tx: &mut Tx, name: &str, hue: i32) -> Result<CustomerTagId> {
    Ok(diesel::insert_into(customer_tags::table)
        .values((
            customer_tags::name.eq(name),
            customer_tags::name_folded.eq(text::fold(name)),
            customer_tags::hue.eq(hue),
            customer_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(customer_tags::id)
        .get_result(&mut **tx)?)
}

pub fn list(tx: &mut Tx, name: &str) -> Result<CustomerListId> {
    Ok(diesel::insert_into(customer_lists::table)
        .values((
            customer_lists::name.eq(name),
            customer_lists::name_folded.eq(text::fold(name)),
            customer_lists::created_at.eq(UtcTime::now()),
        ))
        .returning(customer_lists::id)
        .get_result(&mut **tx)?)
}

pub fn subject(tx: &mut Tx, name: &str, parent: Option<ConversationTagId>) -> Result<ConversationTagId> {
    Ok(diesel::insert_into(conversation_tags::table)
        .values((
            conversation_tags::parent_id.eq(parent),
            conversation_tags::name.eq(name),
            conversation_tags::name_folded.eq(text::fold(name)),
            conversation_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(conversation_tags::id)
        .get_result(&mut **tx)?)
}

/// A funnel of blocks, each of which leads to the next. It is switched off: visitors of the demo talk to whoever tries it.
pub fn funnel(tx: &mut Tx, name: &str, texts: &[(&str, &str)]) -> Result<Vec<FunnelBlockId>> {
    let now = UtcTime::now();
    let id: FunnelId = diesel::insert_into(funnels::table)
        .values((
            funnels::name.eq(name),
            funnels::name_folded.eq(text::fold(name)),
            funnels::position.eq(0_i64),
            funnels::enabled.eq(false),
            funnels::starts.eq("everywhere"),
            funnels::created_at.eq(now),
        ))
        .returning(funnels::id)
        .get_result(&mut **tx)?;
    let mut made: Vec<FunnelBlockId> = vec![];
    for (position, (name, said)) in (0_i64..).zip(texts) {
        let block = diesel::insert_into(blocks::table)
            .values((
                blocks::funnel_id.eq(id),
                blocks::name.eq(*name),
                blocks::name_folded.eq(text::fold(name)),
                blocks::position.eq(position),
                blocks::text.eq(*said),
                blocks::created_at.eq(now),
            ))
            .returning(blocks::id)
            .get_result(&mut **tx)?;
        if let Some(before) = made.last() {
            diesel::update(blocks::table.find(*before)).set(blocks::next_id.eq(block)).execute(&mut **tx)?;
        }
        made.push(block);
    }
    Ok(made)
}

/// A pipeline with its stages.
pub fn pipeline(
    tx: &mut Tx,
    (name, currency): (&str, &str),
    all: &[(&str, i32, StageKind)],
) -> Result<Vec<DealStageId>> {
    let now = UtcTime::now();
    let id: PipelineId = diesel::insert_into(pipelines::table)
        .values((
            pipelines::name.eq(name),
            pipelines::name_folded.eq(text::fold(name)),
            pipelines::currency.eq(currency),
            pipelines::position.eq(0_i64),
            pipelines::created_at.eq(now),
        ))
        .returning(pipelines::id)
        .get_result(&mut **tx)?;
    let mut made = vec![];
    for (position, (name, hue, kind)) in (0_i64..).zip(all) {
        let stage = diesel::insert_into(stages::table)
            .values((
                stages::pipeline_id.eq(id),
                stages::name.eq(*name),
                stages::name_folded.eq(text::fold(name)),
                stages::hue.eq(*hue),
                stages::position.eq(position),
                stages::kind.eq(*kind),
                stages::created_at.eq(now),
            ))
            .returning(stages::id)
            .get_result(&mut **tx)?;
        made.push(stage);
    }
    Ok(made)
}

/// A quick reply that everybody may use.
pub fn quick_reply(tx: &mut Tx, shortcut: &str, body: &str) -> Result<()> {
    let folded = text::fold(shortcut);
    diesel::insert_into(quick_replies::table)
        .values((
            quick_replies::shortcut.eq(shortcut),
            quick_replies::shortcut_folded.eq(&folded),
            quick_replies::body.eq(body),
            quick_replies::search.eq(format!("{folded}\n{}", text::fold(body))),
            quick_replies::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Filters of the inbox that everybody may use.
pub fn saved_filter(tx: &mut Tx, owner: StaffId, name: &str, query: &str) -> Result<()> {
    diesel::insert_into(saved_filters::table)
        .values((
            saved_filters::owner_id.eq(owner),
            saved_filters::name.eq(name),
            saved_filters::name_folded.eq(text::fold(name)),
            saved_filters::shared.eq(true),
            saved_filters::query.eq(query),
            saved_filters::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// An export that was ordered so long ago: one that is still made, one whose week is over, one that failed.
pub fn export(tx: &mut Tx, by: StaffId, view: &str, state: &str, age: chrono::Duration) -> Result<ExportId> {
    let at = UtcTime::now().plus(-age);
    let is_made = state == "expired";
    Ok(diesel::insert_into(exports::table)
        .values((
            exports::staff_id.eq(by),
            exports::format.eq(if is_made { "xlsx" } else { "csv" }),
            exports::view.eq(view),
            exports::state.eq(state),
            exports::reason.eq((state == "failed").then_some("storage")),
            exports::rows_total.eq(if is_made { 17 } else { 150 }),
            exports::size.eq(is_made.then_some(6_810_i64)),
            exports::created_at.eq(at),
            exports::valid_until.eq(is_made.then(|| at.plus(chrono::Duration::days(7)))),
        ))
        .returning(exports::id)
        .get_result(&mut **tx)?)
}

/// A command. Its server is nowhere: a run shows how a failure is told.
pub fn command(tx: &mut Tx, name: &str, about: &str, parameters: &str, sealed: &str) -> Result<()> {
    diesel::insert_into(commands::table)
        .values((
            commands::name.eq(name),
            commands::name_folded.eq(text::fold(name)),
            commands::about.eq(about),
            commands::url.eq(format!("https://shop.northwind.example/desk/{name}")),
            commands::secret.eq(sealed),
            commands::parameters.eq(parameters),
            commands::created_at.eq(UtcTime::now()),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn custom_field(tx: &mut Tx, name: &str) -> Result<()> {
    diesel::insert_into(custom_fields::table)
        .values((custom_fields::name.eq(name), custom_fields::created_at.eq(UtcTime::now())))
        .execute(&mut **tx)?;
    Ok(())
}
