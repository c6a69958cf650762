//! Reading; pinning and saved filters: what a person arranges for themselves, and filters for the team.

use serde_json::json;

use super::model::{SavedFilter, Saving};
use super::store::{pins, saved};
use crate::audit;
use crate::auth::Operator;
use crate::customers;
use crate::db::Tx;
use crate::db::types::{CustomerId, MessageId, SavedFilterId};
use crate::error::{Error, Result, Said};
use crate::messages;
use crate::realtime::Topic;

/// Customers whom one person pins at the most: they stand on the first page, whatever its length.
const MOST: usize = 50;

/// Whoever sees this message and those before it reads the customer for all; unless they have written since, which is not
/// seen yet.
pub fn read_up_to(tx: &mut Tx, customer: CustomerId, shown: MessageId) -> Result<()> {
    if messages::has_written_after(tx, customer, shown)? {
        return Ok(());
    }
    customers::actions::mark_read(tx, customer)
}

/// Pins a customer for this person alone, or takes the pin away.
pub fn pin(tx: &mut Tx, by: &Operator, customer: CustomerId, pinned: bool) -> Result<()> {
    if !pinned {
        pins::delete(tx, by.id(), customer)?;
    } else {
        let there = pins::of(tx, by.id())?;
        if !there.contains(&customer) && there.len() >= MOST {
            return Err(Error::Refused(Said::from("refused-pins").with("limit", MOST)));
        }
        pins::insert(tx, by.id(), customer)?;
    }
    tx.publish(Topic::Staff(by.id()));
    Ok(())
}

/// Filters that one person saves at the most: they stand in one list.
const MOST_SAVED: i64 = 100;

pub fn save_filter(tx: &mut Tx, by: &Operator, new: &Saving) -> Result<SavedFilterId> {
    tx.concerns_nothing_kept();
    if saved::number_of(tx, by.id())? >= MOST_SAVED {
        return Err(Error::Refused(Said::from("filter-too-many").with("limit", MOST_SAVED)));
    }
    if saved::is_taken(tx, by.id(), new, None)? {
        return Err(Error::refused("filter-name-taken"));
    }
    let id = saved::insert(tx, by.id(), new)?;
    note(tx, by, "saved_filter.added", id, &new.name, new.shared)?;
    Ok(id)
}

/// A saved filter, if this person may change it.
fn own_filter(tx: &mut Tx, by: &Operator, id: SavedFilterId) -> Result<SavedFilter> {
    let filter = saved::find(tx, by, id)?;
    if filter.is_changed_by(by.id(), by.admin().is_some()) { Ok(filter) } else { Err(Error::Forbidden) }
}

pub fn change_filter(tx: &mut Tx, by: &Operator, id: SavedFilterId, new: &Saving) -> Result<()> {
    tx.concerns_nothing_kept();
    let filter = own_filter(tx, by, id)?;
    if saved::is_taken(tx, filter.owner_id, new, Some(id))? {
        return Err(Error::refused("filter-name-taken"));
    }
    saved::update(tx, id, new)?;
    note(tx, by, "saved_filter.edited", id, &new.name, new.shared)
}

pub fn delete_filter(tx: &mut Tx, by: &Operator, id: SavedFilterId) -> Result<()> {
    tx.concerns_nothing_kept();
    let filter = own_filter(tx, by, id)?;
    saved::delete(tx, id)?;
    note(tx, by, "saved_filter.deleted", id, &filter.name, filter.shared)
}

fn note(tx: &mut Tx, by: &Operator, event: &str, id: SavedFilterId, name: &str, shared: bool) -> Result<()> {
    audit::record_with(tx, by, event, None, &json!({ "filter": id, "name": name, "shared": shared }))
}
