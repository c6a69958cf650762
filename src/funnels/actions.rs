//! What admins do with funnels, and what moves customers through them.

use serde_json::json;

use super::model::{FunnelBlock, NewBlock, NewFunnel, path};
use super::store;
use crate::audit;
use crate::auth::{Admin, Operator};
use crate::customers::Customer;
use crate::db::types::{ChannelId, CustomerId, FunnelBlockId, FunnelId};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::fields::Step;
use crate::realtime::Topic;

/// Whether any funnel is enabled, for whoever is about to store a customer's message: mostly that is kept, and nobody is
/// asked. Who could not be told looks.
pub async fn are_on(db: &Db) -> bool {
    match db.kept::<bool>(store::ON) {
        Some(kept) => *kept,
        None => db.look(store::is_any_enabled).await.unwrap_or(true),
    }
}

/// Adds a funnel, switched off and without blocks.
pub fn add(tx: &mut Tx, by: &Admin, name: &str) -> Result<FunnelId> {
    store::hold_all(tx)?;
    if store::named(tx, name)?.is_some() {
        return Err(Error::refused("funnel-name-taken"));
    }
    let id = store::insert(tx, name)?;
    record(tx, by, "funnel.added", id, name)?;
    Ok(id)
}

/// Renames a funnel, switches it on or off, and says where it begins.
pub fn edit(tx: &mut Tx, by: &Admin, id: FunnelId, new: &NewFunnel) -> Result<()> {
    store::hold(tx, id)?;
    let was = store::find(tx, id)?;
    if store::named(tx, &new.name)?.is_some_and(|other| other != id) {
        return Err(Error::refused("funnel-name-taken"));
    }
    store::update(tx, id, new)?;
    record(tx, by, "funnel.edited", id, &new.name)?;
    if was.enabled != new.enabled {
        record(tx, by, if new.enabled { "funnel.enabled" } else { "funnel.disabled" }, id, &new.name)?;
    }
    Ok(())
}

/// Moves a funnel past its neighbour. At the end of the list it stays.
pub fn move_funnel(tx: &mut Tx, by: &Admin, id: FunnelId, step: Step) -> Result<()> {
    let mut ids = store::hold_all(tx)?;
    let name = store::find(tx, id)?.name.clone();
    if step.past(&mut ids, &id).ok_or(Error::NotFound)? {
        store::set_positions(tx, &ids)?;
        audited(tx, by, "funnel.moved", &json!({ "funnel": id, "name": name, "step": step }))?;
    }
    Ok(())
}

/// Deletes a funnel with its blocks. Who is in one of them is in none afterwards.
pub fn delete(tx: &mut Tx, by: &Admin, id: FunnelId) -> Result<()> {
    store::hold(tx, id)?;
    let name = store::find(tx, id)?.name.clone();
    store::delete(tx, id)?;
    record(tx, by, "funnel.deleted", id, &name)
}

pub fn add_block(tx: &mut Tx, by: &Admin, funnel: FunnelId, new: &NewBlock) -> Result<FunnelBlockId> {
    fits(tx, funnel, new, None)?;
    let id = store::insert_block(tx, funnel, new)?;
    record_block(tx, by, "funnel_block.added", id, &new.name)?;
    Ok(id)
}

pub fn edit_block(tx: &mut Tx, by: &Admin, funnel: FunnelId, id: FunnelBlockId, new: &NewBlock) -> Result<()> {
    fits(tx, funnel, new, Some(id))?;
    store::find_block(tx, funnel, id)?;
    store::update_block(tx, id, new)?;
    record_block(tx, by, "funnel_block.edited", id, &new.name)
}

/// Moves a block past its neighbour. At the end of its funnel it stays.
pub fn move_block(tx: &mut Tx, by: &Admin, funnel: FunnelId, id: FunnelBlockId, step: Step) -> Result<()> {
    store::hold(tx, funnel)?;
    let block = store::find_block(tx, funnel, id)?;
    let mut ids = store::block_ids(tx, funnel)?;
    if step.past(&mut ids, &id).ok_or(Error::NotFound)? {
        store::set_block_positions(tx, &ids)?;
        let detail = json!({ "funnel_block": id, "name": block.name, "step": step });
        audited(tx, by, "funnel_block.moved", &detail)?;
    }
    Ok(())
}

/// Deletes a block. Who is in it is in none afterwards, and blocks that led to it lead nowhere.
pub fn delete_block(tx: &mut Tx, by: &Admin, funnel: FunnelId, id: FunnelBlockId) -> Result<()> {
    store::hold(tx, funnel)?;
    let block = store::find_block(tx, funnel, id)?;
    store::delete_block(tx, id)?;
    record_block(tx, by, "funnel_block.deleted", id, &block.name)
}

/// Moves a customer to a block, or out of all. Nothing is sent.
pub fn place(tx: &mut Tx, by: &Operator, customer: &Customer, to: Option<FunnelBlockId>) -> Result<()> {
    let all = store::all(tx)?;
    let (moved, event, detail) = match to {
        Some(id) => {
            let name = path(&all, id).ok_or_else(|| Error::Invalid("funnel-block-unknown".into()))?;
            (enter(tx, customer.id, id)?, "customer.funnel_moved", json!({ "funnel_block": id, "name": name }))
        }
        None => {
            let name = store::place_of(tx, customer.id)?.and_then(|id| path(&all, id));
            (leave(tx, customer.id)?, "customer.funnel_left", json!({ "name": name }))
        }
    };
    if moved { audit::record_with(tx, by, event, Some(customer.id), &detail) } else { Ok(()) }
}

/// Where a customer's message leads, if it leads anywhere: from the place that they have; in the channel in which they are
/// `new`, to where a funnel begins.
pub fn following(tx: &mut Tx, customer: CustomerId, new: Option<ChannelId>) -> Result<Option<FunnelBlock>> {
    match new {
        Some(channel) if store::place_of(tx, customer)?.is_none() => store::first_for(tx, channel),
        _ => store::following(tx, customer),
    }
}

/// Puts a customer into a block. False: they are there already.
pub fn enter(tx: &mut Tx, customer: CustomerId, block: FunnelBlockId) -> Result<bool> {
    let moved = store::enter(tx, customer, block)?;
    if moved {
        changed(tx, customer);
    }
    Ok(moved)
}

/// Takes a customer out of their block. False: they are in none.
pub fn leave(tx: &mut Tx, customer: CustomerId) -> Result<bool> {
    let moved = store::leave(tx, customer)?;
    if moved {
        changed(tx, customer);
    }
    Ok(moved)
}

fn changed(tx: &mut Tx, customer: CustomerId) {
    tx.publish(Topic::Customer(customer));
    tx.publish(Topic::Inbox);
}

/// Holds the funnel, and refuses what does not fit beside its other blocks.
fn fits(tx: &mut Tx, funnel: FunnelId, new: &NewBlock, own: Option<FunnelBlockId>) -> Result<()> {
    store::hold(tx, funnel)?;
    match store::block_named(tx, funnel, &new.name)? {
        Some(other) if Some(other) != own => return Err(Error::refused("funnel-block-name-taken")),
        _ => {}
    }
    // The form has looked; it may have been deleted since.
    if let Some(next) = new.next {
        store::find_block(tx, funnel, next)?;
    }
    Ok(())
}

fn record(tx: &mut Tx, by: &Admin, event: &str, id: FunnelId, name: &str) -> Result<()> {
    audited(tx, by, event, &json!({ "funnel": id, "name": name }))
}

fn record_block(tx: &mut Tx, by: &Admin, event: &str, id: FunnelBlockId, name: &str) -> Result<()> {
    audited(tx, by, event, &json!({ "funnel_block": id, "name": name }))
}

fn audited(tx: &mut Tx, by: &Admin, event: &str, detail: &serde_json::Value) -> Result<()> {
    audit::record_with(tx, by, event, None, detail)?;
    // Filters that are set name blocks, and customers may have left one.
    tx.publish(Topic::Inbox);
    Ok(())
}
