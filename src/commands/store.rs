//! Rows of commands and of their runs.

use diesel::prelude::*;

use super::model::{Call, Checked, Command};
use crate::db::schema::{command_runs as runs, commands};
use crate::db::sql::Limited;
use crate::db::types::{CommandId, ConversationId, CustomerId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::text::{fold, like_escape};

/// All, by name.
pub fn list(conn: &mut Conn) -> Result<Vec<Command>> {
    Ok(commands::table.order(commands::name_folded).select(Command::as_select()).load(conn)?)
}

pub fn find(conn: &mut Conn, id: CommandId) -> Result<Command> {
    Ok(commands::table.find(id).select(Command::as_select()).one(conn)?)
}

/// Those that can be run and whose names begin so.
pub fn matching(conn: &mut Conn, q: &str, limit: i64) -> Result<Vec<Command>> {
    Ok(commands::table
        .filter(commands::enabled)
        .filter(commands::name_folded.like(format!("{}%", like_escape(&fold(q)))).escape('\\'))
        .order(commands::name_folded)
        .select(Command::as_select())
        .at_most(limit)
        .load(conn)?)
}

/// The command that a text calls: it begins with a slash and the name of one that can be run.
pub fn call_of(conn: &mut Conn, text: &str) -> Result<Option<Call>> {
    let Some(text) = text.trim_start().strip_prefix('/') else { return Ok(None) };
    let (name, typed) = text.split_once(char::is_whitespace).unwrap_or((text, ""));
    if name.is_empty() {
        return Ok(None);
    }
    let command = commands::table
        .filter(commands::enabled.and(commands::name_folded.eq(fold(name))))
        .select(Command::as_select())
        .one(conn)
        .optional()?;
    Ok(command.map(|command| Call { command, typed: typed.to_owned() }))
}

pub(super) fn is_taken(conn: &mut Conn, name: &str, but: Option<CommandId>) -> Result<bool> {
    let found: Option<CommandId> =
        commands::table.filter(commands::name_folded.eq(fold(name))).select(commands::id).one(conn).optional()?;
    Ok(found.is_some_and(|id| Some(id) != but))
}

fn json(new: &Checked) -> Result<String> {
    serde_json::to_string(&new.parameters).map_err(|e| Error::Internal(e.to_string()))
}

pub(super) fn insert(tx: &mut Tx, new: &Checked, sealed: &str) -> Result<CommandId> {
    Ok(diesel::insert_into(commands::table)
        .values((
            commands::name.eq(&new.name),
            commands::name_folded.eq(fold(&new.name)),
            commands::about.eq(&new.about),
            commands::url.eq(&new.url),
            commands::secret.eq(sealed),
            commands::parameters.eq(json(new)?),
            commands::created_at.eq(UtcTime::now()),
        ))
        .returning(commands::id)
        .get_result(&mut **tx)?)
}

pub(super) fn update(tx: &mut Tx, id: CommandId, new: &Checked) -> Result<()> {
    diesel::update(commands::table.find(id))
        .set((
            commands::name.eq(&new.name),
            commands::name_folded.eq(fold(&new.name)),
            commands::about.eq(&new.about),
            commands::url.eq(&new.url),
            commands::parameters.eq(json(new)?),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_secret(tx: &mut Tx, id: CommandId, sealed: &str) -> Result<()> {
    diesel::update(commands::table.find(id)).set(commands::secret.eq(sealed)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn set_enabled(tx: &mut Tx, id: CommandId, enabled: bool) -> Result<()> {
    diesel::update(commands::table.find(id)).set(commands::enabled.eq(enabled)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, id: CommandId) -> Result<()> {
    diesel::delete(commands::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// A run as it is posted.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = runs)]
pub(super) struct RunRow {
    pub id: i64,
    pub command_id: CommandId,
    pub customer_id: CustomerId,
    pub conversation_id: ConversationId,
    pub staff_id: Option<StaffId>,
    /// JSON of an object.
    pub parameters: String,
    pub created_at: UtcTime,
}

pub(super) fn insert_run(
    tx: &mut Tx,
    command: CommandId,
    of: (CustomerId, ConversationId),
    by: StaffId,
    parameters: &str,
) -> Result<i64> {
    Ok(diesel::insert_into(runs::table)
        .values((
            runs::command_id.eq(command),
            runs::customer_id.eq(of.0),
            runs::conversation_id.eq(of.1),
            runs::staff_id.eq(by),
            runs::parameters.eq(parameters),
            runs::state.eq("queued"),
            runs::created_at.eq(UtcTime::now()),
        ))
        .returning(runs::id)
        .get_result(&mut **tx)?)
}

/// A run, unless its command or its customer has been deleted since.
pub(super) fn find_run(conn: &mut Conn, id: i64) -> Result<Option<RunRow>> {
    Ok(runs::table.find(id).select(RunRow::as_select()).one(conn).optional()?)
}

/// Moves a run from one state to the next; false if it was not there.
pub(super) fn move_run(tx: &mut Tx, id: i64, from: &str, to: &str) -> Result<bool> {
    let there = runs::table.filter(runs::id.eq(id).and(runs::state.eq(from)));
    Ok(diesel::update(there).set(runs::state.eq(to)).execute(&mut **tx)? > 0)
}
