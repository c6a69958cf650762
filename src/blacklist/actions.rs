//! Blocking and unblocking, asking and deciding.

use super::model::{Block, BlockRequest, RequestStatus};
use super::store;
use crate::audit;
use crate::auth::{Operator, Supervisor};
use crate::conversations::{close_for_block, tell, who};
use crate::customers::{self, Customer};
use crate::db::Tx;
use crate::db::types::{BlockRequestId, CustomerId, UtcTime};
use crate::error::{Error, Result};
use crate::messages::Event;
use crate::realtime::Topic;

/// Blocks that end in one write.
const AT_ONCE: i64 = 100;

/// Puts a customer on the blacklist, closes what is open with them, and decides a request that waits.
pub fn block(
    tx: &mut Tx,
    by: &Supervisor,
    customer: &Customer,
    reason: &str,
    expires_at: Option<UtcTime>,
) -> Result<()> {
    if store::current(tx, customer.id)?.is_some() {
        return Err(Error::refused("refused-already-blocked"));
    }
    begin(tx, Some(by), customer.id, reason, expires_at)
}

/// Somebody has just come by the address of this mark. If it was kept blocked as its customer was deleted, they are blocked
/// as they were, for as long; from then on like anybody else. The program's own work.
pub fn block_as_before(tx: &mut Tx, customer: CustomerId, mark: &str) -> Result<()> {
    let Some((since, until)) = customers::store::take_kept_block(tx, mark)? else { return Ok(()) };
    customers::store::hold(tx, customer)?;
    // Of somebody with several addresses each has its mark. Who was let in again by one of them is not locked out by the next.
    if store::was_unblocked(tx, customer, since)? {
        return Ok(());
    }
    let Some(block) = store::current(tx, customer)? else { return begin(tx, None, customer, "", until) };
    if block.expires_at.is_some_and(|ends| until.is_none_or(|until| until > ends)) {
        store::prolong(tx, block.id, until)?;
        note_in_log(tx, None, customer, "")?;
        changed(tx, customer);
    }
    Ok(())
}

/// A block begins: by somebody, or by the program.
fn begin(
    tx: &mut Tx,
    by: Option<&Supervisor>,
    customer: CustomerId,
    reason: &str,
    expires_at: Option<UtcTime>,
) -> Result<()> {
    if let Some(request) = store::waiting_of(tx, customer)? {
        settle(tx, by, &request, true, "")?;
    }
    store::insert(tx, customer, by.map(|by| by.id()), reason, expires_at)?;
    customers::store::set_blocked(tx, customer, true)?;
    // Nobody will open what they have written before: it would count for ever.
    customers::store::set_unread(tx, customer, 0)?;
    note(tx, customer, Event::Blocked { by: by.map(|by| who(by)), reason: reason.to_owned() })?;
    close_for_block(tx, by.map(|by| &**by), customer)?;
    note_in_log(tx, by, customer, reason)?;
    changed(tx, customer);
    Ok(())
}

fn note_in_log(tx: &mut Tx, by: Option<&Supervisor>, customer: CustomerId, reason: &str) -> Result<()> {
    const EVENT: &str = "customer.blocked";
    match by {
        Some(by) => audit::record_with(tx, by, EVENT, Some(customer), &serde_json::json!({ "reason": reason })),
        None => audit::record_as(tx, "system", EVENT, Some(customer), &serde_json::json!({})),
    }
}

/// Takes a customer off the blacklist. What they wrote meanwhile stays as it is.
pub fn unblock(tx: &mut Tx, by: &Supervisor, customer: &Customer) -> Result<()> {
    let Some(block) = store::current(tx, customer.id)? else {
        return Err(Error::refused("refused-not-blocked"));
    };
    store::lift(tx, block.id, Some(by.id()))?;
    customers::store::set_blocked(tx, customer.id, false)?;
    note(tx, customer.id, Event::Unblocked { by: Some(who(by)) })?;
    audit::record(tx, by, "customer.unblocked", Some(customer.id))?;
    changed(tx, customer.id);
    Ok(())
}

/// Lifts some of the blocks whose time has come; true while there may be more. The program's own work.
pub fn lift_expired(tx: &mut Tx) -> Result<bool> {
    let now = UtcTime::now();
    let more_marks = customers::store::forget_ended_blocks(tx, now)?;
    let expired = store::expired(tx, now, AT_ONCE)?;
    let more = more_marks || i64::try_from(expired.len()) == Ok(AT_ONCE);
    for Block { id, customer_id, .. } in expired {
        store::lift(tx, id, None)?;
        customers::store::set_blocked(tx, customer_id, false)?;
        note(tx, customer_id, Event::Unblocked { by: None })?;
        audit::record_as(tx, "system", "customer.unblocked", Some(customer_id), &serde_json::json!({}))?;
        changed(tx, customer_id);
    }
    Ok(more)
}

/// Asks for a block.
pub fn request_block(tx: &mut Tx, by: &Operator, customer: &Customer, reason: &str) -> Result<()> {
    if customer.blocked {
        return Err(Error::refused("refused-already-blocked"));
    }
    if store::waiting_of(tx, customer.id)?.is_some() {
        return Err(Error::refused("refused-request-waits"));
    }
    store::insert_request(tx, customer.id, by.id(), reason)?;
    note(tx, customer.id, Event::BlockRequested { by: who(by), reason: reason.to_owned() })?;
    audit::record(tx, by, "block.requested", Some(customer.id))?;
    changed(tx, customer.id);
    Ok(())
}

/// Decides a request; approving it blocks for the reason that was given.
pub fn decide(tx: &mut Tx, by: &Supervisor, id: BlockRequestId, approve: bool, words: &str) -> Result<()> {
    let request = store::find_request(tx, &by.scope(), id)?;
    if request.status != RequestStatus::Waiting {
        return Err(Error::refused("refused-request-decided"));
    }
    settle(tx, Some(by), &request, approve, words)?;
    let customer = customers::find(tx, &by.scope(), request.customer_id)?;
    if approve && !customer.blocked {
        block(tx, by, &customer, &request.reason, None)?;
    }
    changed(tx, customer.id);
    Ok(())
}

/// Decides a request: somebody has, or the program has done what was asked for, which its note of the block says.
fn settle(tx: &mut Tx, by: Option<&Supervisor>, request: &BlockRequest, approved: bool, words: &str) -> Result<()> {
    let status = if approved { RequestStatus::Approved } else { RequestStatus::Declined };
    store::decide(tx, request.id, by.map(|by| by.id()), status, words)?;
    let audited = if approved { "block.approved" } else { "block.declined" };
    let Some(by) = by else {
        return audit::record_as(tx, "system", audited, Some(request.customer_id), &serde_json::json!({}));
    };
    note(tx, request.customer_id, Event::BlockRequestDecided { by: who(by), approved, note: words.to_owned() })?;
    audit::record(tx, by, audited, Some(request.customer_id))
}

/// Writes what happened where staff read it; nowhere before there is a channel.
fn note(tx: &mut Tx, customer: CustomerId, event: Event) -> Result<()> {
    if let Some((conversation, channel)) = store::place(tx, customer)? {
        tell(tx, customer, conversation, channel, event)?;
    }
    Ok(())
}

fn changed(tx: &mut Tx, customer: CustomerId) {
    tx.publish(Topic::Customer(customer));
    tx.publish(Topic::Inbox);
    tx.publish(Topic::Blacklist);
}
