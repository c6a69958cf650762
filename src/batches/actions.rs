//! Starting, going on, stopping.

use serde_json::json;

use super::model::{Action, Batch, Deed, Step, Those, Why};
use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::blacklist;
use crate::customers::{self, Addressing, Customer};
use crate::db::Tx;
use crate::db::types::{BatchId, CustomerListId, CustomerTagId};
use crate::error::{Error, Result};
use crate::jobs;
use crate::lists;
use crate::realtime::Topic;
use crate::tags;

/// Starts a batch, and finishes it if it is small.
pub fn start(tx: &mut Tx, by: &Operator, deed: &Deed, whom: &Those, addressing: &Addressing) -> Result<Batch> {
    deed.action.require(by)?;
    // Those that were chosen may have been deleted meanwhile.
    if !deed.tags.is_empty() && known(tx, &deed.tags)?.is_empty() {
        return Err(Error::refused("bulk-tags-missing"));
    }
    if !deed.lists.is_empty() && known_lists(tx, &deed.lists)?.is_empty() {
        return Err(Error::refused("bulk-lists-missing"));
    }
    let id = store::insert(tx, by.id(), deed)?;
    let total = store::fill(tx, id, whom)?;
    if total == 0 {
        return Err(Error::refused("bulk-none"));
    }
    let detail = json!({ "batch": id, "action": deed.action.as_str(), "total": total });
    audit::record_with(tx, by, "customers.bulk", None, &detail)?;
    if usize::try_from(total).is_ok_and(|total| total <= deed.action.at_once()) {
        some(tx, by, id, deed, addressing)?;
        store::end(tx, id, false)?;
    } else {
        jobs::enqueue(tx, &Step { batch: id, turn: 0 })?;
    }
    tx.publish(Topic::Inbox);
    store::find(tx, id)
}

/// The next customers of a batch, and the job of those after them.
pub(super) fn step(tx: &mut Tx, step: Step, addressing: &Addressing) -> Result<()> {
    if !store::take_turn(tx, step.batch, step.turn)? {
        return Ok(());
    }
    tx.publish(Topic::Inbox);
    let batch = store::find(tx, step.batch)?;
    let by = batch.staff_id.map(|id| Operator::now(tx, id)).transpose()?.flatten();
    let Some(by) = by.filter(|by| batch.action.is_allowed(by.me().role)) else {
        return store::end_without_right(tx, batch.id);
    };
    some(tx, &by, batch.id, &batch.deed()?, addressing)?;
    if store::is_through(tx, batch.id)? {
        return store::end(tx, batch.id, false).map(drop);
    }
    jobs::enqueue(tx, &Step { turn: step.turn + 1, ..step })
}

fn some(tx: &mut Tx, by: &Operator, id: BatchId, deed: &Deed, addressing: &Addressing) -> Result<()> {
    let ids = store::take(tx, id, deed.action.at_once())?;
    customers::store::hold_all(tx, &ids)?;
    let mut there = customers::store::find_many(tx, &by.scope(), &ids)?;
    let deed = Deed { tags: known(tx, &deed.tags)?, lists: known_lists(tx, &deed.lists)?, ..deed.clone() };
    let mut failed = vec![];
    for customer in &ids {
        let why = match there.remove(customer) {
            None => Some(Why::Gone),
            // One who fails keeps nobody else from it, and nothing of it stays with them.
            Some(customer) => tx.part(|tx| apply(tx, by, &deed, &customer, addressing))?.err().map(|error| {
                let why = Why::of(&error);
                if why == Why::Failed {
                    tracing::warn!(batch = id.0, customer = customer.id.0, %error, "a step of a bulk action failed");
                }
                why
            }),
        };
        failed.extend(why.map(|why| (*customer, why)));
    }
    store::note(tx, id, ids.len(), &failed)
}

/// Those of these tags that there are: one that was deleted meanwhile is on nobody.
fn known(tx: &mut Tx, of: &[CustomerTagId]) -> Result<Vec<CustomerTagId>> {
    let all = tags::customer_tags(tx)?;
    Ok(of.iter().copied().filter(|id| all.iter().any(|tag| tag.id == *id)).collect())
}

/// Those of these lists that there are.
fn known_lists(tx: &mut Tx, of: &[CustomerListId]) -> Result<Vec<CustomerListId>> {
    let all = lists::all(tx)?;
    Ok(of.iter().copied().filter(|id| all.iter().any(|list| list.id == *id)).collect())
}

fn apply(tx: &mut Tx, by: &Operator, deed: &Deed, customer: &Customer, addressing: &Addressing) -> Result<()> {
    match deed.action {
        Action::Read if customer.is_unread() => customers::actions::mark_read(tx, customer.id),
        Action::Read => Ok(()),
        Action::Unread if customer.blocked => Err(Error::refused("refused-blocked")),
        Action::Unread => customers::actions::mark_unread(tx, customer),
        // Whoever is already as they should be is left alone: one reason or end does not write over another.
        Action::Block if customer.blocked => Ok(()),
        Action::Block => {
            let by = by.supervisor().ok_or(Error::Forbidden)?;
            blacklist::actions::block(tx, &by, customer, &deed.reason, None)
        }
        Action::Unblock if !customer.blocked => Ok(()),
        Action::Unblock => blacklist::actions::unblock(tx, &by.supervisor().ok_or(Error::Forbidden)?, customer),
        Action::AddTags => deed.tags.iter().try_for_each(|tag| customers::actions::add_tag(tx, by, customer, *tag)),
        Action::RemoveTags => {
            deed.tags.iter().try_for_each(|tag| customers::actions::remove_tag(tx, by, customer, *tag))
        }
        Action::AddToLists => {
            deed.lists.iter().try_for_each(|list| customers::actions::add_to_list(tx, by, customer, *list))
        }
        Action::RemoveFromLists => {
            deed.lists.iter().try_for_each(|list| customers::actions::remove_from_list(tx, by, customer, *list))
        }
        Action::Delete => customers::actions::delete(tx, &by.admin().ok_or(Error::Forbidden)?, customer),
        Action::DeleteUnsubscribed => {
            let by = by.admin().ok_or(Error::Forbidden)?;
            customers::actions::delete_unsubscribed(tx, &by, customer, addressing)
        }
    }
}

/// Ends a batch whose steps fail again and again.
pub(super) fn broke(tx: &mut Tx, id: BatchId) -> Result<()> {
    store::end_broken(tx, id)?;
    tx.publish(Topic::Inbox);
    Ok(())
}

/// Stops a batch: whom it has not come to stay as they are. Everybody stops their own; supervisors, anybody's. False: it was
/// done already, and nobody was spared.
pub fn stop(tx: &mut Tx, by: &Operator, id: BatchId) -> Result<bool> {
    let batch = store::find(tx, id)?;
    if batch.staff_id != Some(by.id()) && by.supervisor().is_none() {
        return Err(Error::NotFound);
    }
    if !store::end(tx, id, true)? {
        return Ok(store::find(tx, id)?.stopped);
    }
    audit::record_with(tx, by, "customers.bulk_stopped", None, &json!({ "batch": id }))?;
    tx.publish(Topic::Inbox);
    Ok(true)
}
