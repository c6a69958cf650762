//! Starting, going on, stopping.

use serde_json::json;

use super::model::{Asked, Outcome, Step};
use super::store;
use crate::audit;
use crate::auth::Supervisor;
use crate::db::Tx;
use crate::db::types::{ResendId, UtcTime};
use crate::error::{Error, Result};
use crate::jobs;
use crate::outbox;
use crate::realtime::Topic;

/// Starts a run.
pub fn start(tx: &mut Tx, by: &Supervisor, asked: &Asked) -> Result<ResendId> {
    if store::going(tx)?.is_some() {
        return Err(Error::refused("resend-going"));
    }
    let (id, total) = store::insert(tx, by.id(), asked)?;
    if total == 0 {
        return Err(Error::refused("resend-none"));
    }
    let kind = asked.kind.map(|kind| kind.as_str());
    let detail = json!({ "resend": id, "total": total, "kind": kind, "interval": asked.interval });
    audit::record_with(tx, by, "messages.resent", None, &detail)?;
    jobs::enqueue(tx, &Step { resend: id, turn: 0 })?;
    tx.publish(Topic::Inbox);
    Ok(id)
}

/// One message of a run, and the job of the next one.
pub(super) fn step(tx: &mut Tx, step: Step) -> Result<()> {
    if !store::take_turn(tx, step.resend, step.turn)? {
        return Ok(());
    }
    tx.publish(Topic::Inbox);
    let Some((position, id)) = store::next_item(tx, step.resend)? else {
        return store::end(tx, step.resend, false).map(drop);
    };
    let run = store::find(tx, step.resend)?;
    let outcome = tx.part(|tx| {
        if !store::is_sendable(tx, &run, id)? {
            return Ok(Outcome::Passed);
        }
        let delivery = outbox::load(tx, id)?;
        outbox::send_again(tx, &delivery)?;
        Ok(Outcome::Again)
    })?;
    // One that fails keeps no other from it.
    let outcome = outcome.unwrap_or_else(|error| {
        tracing::warn!(resend = step.resend.0, delivery = id.0, %error, "a message could not be queued again");
        Outcome::Failed
    });
    store::note(tx, step.resend, position, outcome)?;
    // Whoever is passed over costs no pause.
    let pause = if outcome == Outcome::Again { run.interval_seconds } else { 0 };
    let at = UtcTime::now().plus(chrono::Duration::seconds(pause.into()));
    let last = store::next_item(tx, step.resend)?.is_none();
    if last {
        return store::end(tx, step.resend, false).map(drop);
    }
    jobs::enqueue_at(tx, &Step { turn: step.turn + 1, ..step }, at)
}

/// Ends a run whose steps fail again and again.
pub(super) fn broke(tx: &mut Tx, id: ResendId) -> Result<()> {
    store::end_broken(tx, id)?;
    tx.publish(Topic::Inbox);
    Ok(())
}

/// Stops a run: what it has not come to stays as it is. False: it was done already, and nothing was spared.
pub fn stop(tx: &mut Tx, by: &Supervisor, id: ResendId) -> Result<bool> {
    store::find(tx, id)?;
    if !store::end(tx, id, true)? {
        return Ok(store::find(tx, id)?.stopped);
    }
    audit::record_with(tx, by, "messages.resend_stopped", None, &json!({ "resend": id }))?;
    tx.publish(Topic::Inbox);
    Ok(true)
}
