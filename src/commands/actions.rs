//! Defining commands, running them, and what comes of it.

use serde_json::{Map, Value, json};

use super::model::{Call, Checked, Run};
use super::store;
use crate::audit;
use crate::auth::{Admin, CustomerScope, Operator};
use crate::conversations::{self, Conversation, may_work, who};
use crate::customers;
use crate::db::Tx;
use crate::db::types::CommandId;
use crate::error::{Error, Result};
use crate::jobs;
use crate::messages::{self, Event, MessageKind, NewMessage};
use crate::realtime::Topic;

/// What is told of a run of which nobody knows the end.
const CUT_OFF: &str = "the program stopped while the command ran: it may have been done, check";

pub fn add(tx: &mut Tx, by: &Admin, new: &Checked, sealed: &str) -> Result<CommandId> {
    if store::is_taken(tx, &new.name, None)? {
        return Err(Error::refused("command-name-taken"));
    }
    let id = store::insert(tx, new, sealed)?;
    audit::record_with(tx, by, "command.added", None, &json!({ "command": id, "name": new.name, "url": new.url }))?;
    Ok(id)
}

pub fn edit(tx: &mut Tx, by: &Admin, id: CommandId, new: &Checked) -> Result<()> {
    store::find(tx, id)?;
    if store::is_taken(tx, &new.name, Some(id))? {
        return Err(Error::refused("command-name-taken"));
    }
    store::update(tx, id, new)?;
    audit::record_with(tx, by, "command.edited", None, &json!({ "command": id, "name": new.name, "url": new.url }))
}

/// A new secret: the old one signs nothing any more.
pub fn renew_secret(tx: &mut Tx, by: &Admin, id: CommandId, sealed: &str) -> Result<()> {
    store::find(tx, id)?;
    store::set_secret(tx, id, sealed)?;
    audit::record_with(tx, by, "command.secret_renewed", None, &json!({ "command": id }))
}

/// Lets it be run, or not.
pub fn switch(tx: &mut Tx, by: &Admin, id: CommandId, on: bool) -> Result<()> {
    let command = store::find(tx, id)?;
    store::set_enabled(tx, id, on)?;
    let event = if on { "command.enabled" } else { "command.disabled" };
    audit::record_with(tx, by, event, None, &json!({ "command": id, "name": command.name }))
}

/// Deletes a command; what it has said in conversations stays.
pub fn delete(tx: &mut Tx, by: &Admin, id: CommandId) -> Result<()> {
    let command = store::find(tx, id)?;
    store::delete(tx, id)?;
    audit::record_with(tx, by, "command.deleted", None, &json!({ "command": id, "name": command.name }))
}

/// Runs a command about a conversation: written down now, posted by a job.
pub fn run(tx: &mut Tx, by: &Operator, conversation: &Conversation, call: &Call) -> Result<()> {
    let customer = customers::find(tx, &by.scope(), conversation.customer_id)?;
    may_work(by, &customer, conversation)?;
    let values = call.values().map_err(Error::Refused)?;
    let parameters: Map<String, Value> = values.iter().map(|(k, v)| (k.clone(), Value::String(v.clone()))).collect();
    let of = (customer.id, conversation.id);
    let run = store::insert_run(tx, call.command.id, of, by.id(), &Value::Object(parameters).to_string())?;
    let lines: Vec<String> = values.iter().map(|(name, value)| format!("{name}: {value}")).collect();
    let event = Event::CommandSent { by: who(by), name: call.command.name.clone(), parameters: lines.join("\n") };
    conversations::tell(tx, customer.id, Some(conversation.id), conversation.channel_id, event)?;
    let detail = json!({ "command": call.command.id, "name": call.command.name, "run": run });
    audit::record_with(tx, by, "command.run", Some(customer.id), &detail)?;
    jobs::enqueue(tx, &Run { run })
}

/// Takes a run to post it. False: it was taken before, by a process that ended in the middle, or it is over.
pub(super) fn begin(tx: &mut Tx, id: i64) -> Result<bool> {
    if store::move_run(tx, id, "queued", "running")? {
        return Ok(true);
    }
    finish(tx, id, &Err(CUT_OFF.into()))?;
    Ok(false)
}

/// Ends a run that could not be posted, however often it was tried.
pub(super) fn died(tx: &mut Tx, id: i64) -> Result<()> {
    if store::move_run(tx, id, "queued", "running")? {
        return finish(tx, id, &Err("the program failed before it could be sent: it has not been done".into()));
    }
    finish(tx, id, &Err(CUT_OFF.into()))
}

/// Writes down what came of a run, where staff read it.
pub(super) fn finish(tx: &mut Tx, id: i64, outcome: &Result<String, String>) -> Result<()> {
    let to = if outcome.is_ok() { "done" } else { "failed" };
    if !store::move_run(tx, id, "running", to)? {
        return Ok(());
    }
    let Some(row) = store::find_run(tx, id)? else { return Ok(()) };
    let name = store::find(tx, row.command_id)?.name;
    let conversation = conversations::store::find(tx, &CustomerScope::system(), row.conversation_id)?;
    let (of, channel) = (Some(row.conversation_id), conversation.channel_id);
    match outcome {
        Err(words) => {
            let event = Event::CommandFailed { name, words: words.clone() };
            conversations::tell(tx, row.customer_id, of, channel, event)?;
        }
        Ok(lines) if lines.is_empty() => {
            conversations::tell(tx, row.customer_id, of, channel, Event::CommandDone { name })?;
        }
        Ok(lines) => {
            tx.publish(Topic::Customer(row.customer_id));
            let new = NewMessage {
                customer_id: row.customer_id,
                conversation_id: of,
                channel_id: channel,
                kind: MessageKind::CommandResult,
                author_id: row.staff_id,
                body: format!("/{name}\n{lines}"),
                event: None,
                files: vec![],
                client_uuid: None,
                from_blocked: None,
            };
            messages::insert(tx, &new)?;
        }
    }
    Ok(())
}
