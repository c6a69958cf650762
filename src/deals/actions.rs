//! What admins do with pipelines, and staff with customers' deals.

use serde_json::{Value, json};

use super::model::{Deal, NewDeal, NewPipeline, NewStage, StageKind, path};
use super::store;
use crate::audit;
use crate::auth::{Admin, Operator};
use crate::customers::Customer;
use crate::db::types::{DealId, DealStageId, PipelineId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result, Said};
use crate::fields::Step;
use crate::realtime::Topic;

/// What a fresh pipeline begins with: its colour and what it means.
const FIRST: [(i32, StageKind); 4] =
    [(6, StageKind::Open), (3, StageKind::Open), (4, StageKind::Won), (1, StageKind::Lost)];

/// Adds a pipeline with its first stages, which have these names: New, In progress, Won, Lost.
pub fn add_pipeline(tx: &mut Tx, by: &Admin, new: &NewPipeline, names: &[String; 4]) -> Result<PipelineId> {
    store::hold_all(tx)?;
    if store::named(tx, &new.name)?.is_some() {
        return Err(Error::refused("pipeline-name-taken"));
    }
    let id = store::insert(tx, new)?;
    for ((hue, kind), name) in FIRST.into_iter().zip(names) {
        store::insert_stage(tx, id, &NewStage { name: name.clone(), hue, kind })?;
    }
    record(tx, by, "pipeline.added", id, &new.name)?;
    Ok(id)
}

/// Renames a pipeline, or says in which currency its deals are.
pub fn edit_pipeline(tx: &mut Tx, by: &Admin, id: PipelineId, new: &NewPipeline) -> Result<()> {
    store::hold(tx, id)?;
    if store::named(tx, &new.name)?.is_some_and(|other| other != id) {
        return Err(Error::refused("pipeline-name-taken"));
    }
    store::update(tx, id, new)?;
    record(tx, by, "pipeline.edited", id, &new.name)
}

/// Moves a pipeline past its neighbour. At the end of the list it stays.
pub fn move_pipeline(tx: &mut Tx, by: &Admin, id: PipelineId, step: Step) -> Result<()> {
    let mut ids = store::hold_all(tx)?;
    let name = store::find(tx, id)?.name.clone();
    if step.past(&mut ids, &id).ok_or(Error::NotFound)? {
        store::set_positions(tx, &ids)?;
        audited(tx, by, "pipeline.moved", &json!({ "pipeline": id, "name": name, "step": step }))?;
    }
    Ok(())
}

/// Deletes a pipeline that has no deals, with its stages.
pub fn delete_pipeline(tx: &mut Tx, by: &Admin, id: PipelineId) -> Result<()> {
    store::hold(tx, id)?;
    let name = store::find(tx, id)?.name.clone();
    let count = store::deals_in(tx, id)?.values().sum();
    none_stands(count, "pipeline-has-deals", "pipeline-has-many-deals")?;
    store::delete(tx, id)?;
    record(tx, by, "pipeline.deleted", id, &name)
}

pub fn add_stage(tx: &mut Tx, by: &Admin, pipeline: PipelineId, new: &NewStage) -> Result<DealStageId> {
    store::hold(tx, pipeline)?;
    if store::stage_named(tx, pipeline, &new.name)?.is_some() {
        return Err(Error::refused("deal-stage-name-taken"));
    }
    let id = store::insert_stage(tx, pipeline, new)?;
    record_stage(tx, by, "deal_stage.added", id, &new.name)?;
    Ok(id)
}

pub fn edit_stage(tx: &mut Tx, by: &Admin, pipeline: PipelineId, id: DealStageId, new: &NewStage) -> Result<()> {
    store::hold(tx, pipeline)?;
    store::find_stage(tx, pipeline, id)?;
    if store::stage_named(tx, pipeline, &new.name)?.is_some_and(|other| other != id) {
        return Err(Error::refused("deal-stage-name-taken"));
    }
    store::update_stage(tx, id, new)?;
    record_stage(tx, by, "deal_stage.edited", id, &new.name)
}

/// Moves a stage past its neighbour. At the end of its pipeline it stays.
pub fn move_stage(tx: &mut Tx, by: &Admin, pipeline: PipelineId, id: DealStageId, step: Step) -> Result<()> {
    store::hold(tx, pipeline)?;
    let stage = store::find_stage(tx, pipeline, id)?;
    let mut ids = store::stage_ids(tx, pipeline)?;
    if step.past(&mut ids, &id).ok_or(Error::NotFound)? {
        store::set_stage_positions(tx, &ids)?;
        audited(tx, by, "deal_stage.moved", &json!({ "deal_stage": id, "name": stage.name, "step": step }))?;
    }
    Ok(())
}

/// Deletes a stage that has no deals.
pub fn delete_stage(tx: &mut Tx, by: &Admin, pipeline: PipelineId, id: DealStageId) -> Result<()> {
    store::hold(tx, pipeline)?;
    let stage = store::find_stage(tx, pipeline, id)?;
    let count = store::deals_in(tx, pipeline)?.get(&id).copied().unwrap_or(0);
    none_stands(count, "deal-stage-has-deals", "deal-stage-has-many-deals")?;
    store::delete_stage(tx, id)?;
    record_stage(tx, by, "deal_stage.deleted", id, &stage.name)
}

/// Who works with a customer's deals.
#[derive(Clone, Copy)]
pub enum By<'a> {
    Staff(&'a Operator),
    /// The program of the channel of this name.
    Program(&'a str),
}

/// Adds a deal of a customer who is held.
pub fn add(tx: &mut Tx, by: &Operator, customer: &Customer, new: &NewDeal) -> Result<DealId> {
    require_stage(tx, new.stage)?;
    let id = store::insert_deal(tx, customer.id, Some(by.id()), new, None)?;
    changed(tx, By::Staff(by), customer, "customer.deal_added", id, new)?;
    Ok(id)
}

/// The same for a program, which names each of its deals. The second: whether it is new.
pub fn add_once(tx: &mut Tx, by: By, customer: &Customer, new: &NewDeal, client_uuid: &str) -> Result<(DealId, bool)> {
    if let Some(known) = store::deal_named(tx, customer.id, client_uuid)? {
        return Ok((known, false));
    }
    require_stage(tx, new.stage)?;
    let id = store::insert_deal(tx, customer.id, None, new, Some(client_uuid))?;
    changed(tx, by, customer, "customer.deal_added", id, new)?;
    Ok((id, true))
}

/// Moves a deal of a customer who is held to another stage. `seen`: where it stood when that was decided.
pub fn move_to(
    tx: &mut Tx,
    by: By,
    customer: &Customer,
    id: DealId,
    to: DealStageId,
    seen: Option<DealStageId>,
) -> Result<()> {
    let was = store::find_deal(tx, customer.id, id)?;
    if was.stage_id != to {
        stands_where_seen(tx, &was, seen)?;
    }
    edit(tx, by, customer, id, &NewDeal { title: was.title, amount: was.amount, stage: to })
}

/// Refuses where others have moved a deal since it was seen.
pub fn stands_where_seen(conn: &mut Conn, deal: &Deal, seen: Option<DealStageId>) -> Result<()> {
    if seen.is_none_or(|seen| seen == deal.stage_id) {
        return Ok(());
    }
    let now = path(&store::all(conn)?, deal.stage_id).unwrap_or_default();
    Err(Error::Refused(Said::from("deal-moved-meanwhile").with("stage", now)))
}

/// Changes a deal of a customer who is held, or moves it to another stage.
pub fn edit(tx: &mut Tx, by: By, customer: &Customer, id: DealId, new: &NewDeal) -> Result<()> {
    let was = store::find_deal(tx, customer.id, id)?;
    if was.is(new) {
        return Ok(());
    }
    require_stage(tx, new.stage)?;
    let is_moved = was.stage_id != new.stage;
    store::update_deal(tx, id, new, if is_moved { UtcTime::now() } else { was.moved_at })?;
    let event = if is_moved { "customer.deal_moved" } else { "customer.deal_edited" };
    changed(tx, by, customer, event, id, new)
}

/// Deletes a deal of a customer who is held.
pub fn delete(tx: &mut Tx, by: By, customer: &Customer, id: DealId) -> Result<()> {
    let was = store::find_deal(tx, customer.id, id)?;
    store::delete_deal(tx, id)?;
    let was = NewDeal { title: was.title, amount: was.amount, stage: was.stage_id };
    changed(tx, by, customer, "customer.deal_deleted", id, &was)
}

/// The form has looked; an admin may have deleted it since.
fn require_stage(tx: &mut Tx, stage: DealStageId) -> Result<()> {
    if store::is_stage(tx, stage)? { Ok(()) } else { Err(Error::refused("deal-stage-missing")) }
}

fn changed(tx: &mut Tx, by: By, customer: &Customer, event: &str, id: DealId, deal: &NewDeal) -> Result<()> {
    let stage = path(&store::all(tx)?, deal.stage).unwrap_or_default();
    let detail = json!({ "deal": id, "name": format!("{}: {stage}", deal.title) });
    match by {
        By::Staff(by) => audit::record_with(tx, by, event, Some(customer.id), &detail)?,
        By::Program(name) => audit::record_as(tx, &format!("API: {name}"), event, Some(customer.id), &detail)?,
    }
    tx.publish(Topic::Customer(customer.id));
    tx.publish(Topic::Inbox);
    Ok(())
}

/// Refuses where so many deals stand in the way. A thousand were counted no further.
fn none_stands(count: i64, some: &'static str, many: &'static str) -> Result<()> {
    match count {
        0 => Ok(()),
        1000.. => Err(Error::refused(many)),
        count => Err(Error::Refused(Said::from(some).with("count", count))),
    }
}

fn record(tx: &mut Tx, by: &Admin, event: &str, id: PipelineId, name: &str) -> Result<()> {
    audited(tx, by, event, &json!({ "pipeline": id, "name": name }))
}

fn record_stage(tx: &mut Tx, by: &Admin, event: &str, id: DealStageId, name: &str) -> Result<()> {
    audited(tx, by, event, &json!({ "deal_stage": id, "name": name }))
}

fn audited(tx: &mut Tx, by: &Admin, event: &str, detail: &Value) -> Result<()> {
    audit::record_with(tx, by, event, None, detail)?;
    // Filters that are set name stages, and cards stand in lists that go by them.
    tx.publish(Topic::Inbox);
    Ok(())
}
