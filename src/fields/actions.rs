//! What admins do with fields.

use serde_json::json;

use super::model::{CustomField, Placed, Step};
use super::store;
use crate::audit;
use crate::auth::Admin;
use crate::db::Tx;
use crate::db::types::CustomFieldId;
use crate::error::{Error, Result};
use crate::realtime::Topic;

/// Declares a field: last in the sequence, and shown. Values under its name become its own.
pub fn declare(tx: &mut Tx, by: &Admin, name: &str) -> Result<CustomFieldId> {
    free(tx, name, None)?;
    let id = store::insert(tx, name)?;
    record(tx, by, "custom_field.added", id, name)?;
    Ok(id)
}

/// Renames a field with all its values. Refused where a customer has a value under the new name already: one of the two
/// would be lost.
pub fn rename(tx: &mut Tx, by: &Admin, id: CustomFieldId, name: &str) -> Result<()> {
    let field = store::find(tx, id)?;
    if field.name == name {
        return Ok(());
    }
    free(tx, name, Some(id))?;
    if store::anybody_has_both(tx, &field.name, name)? {
        return Err(Error::refused("fields-name-in-use"));
    }
    store::rename(tx, &field, name)?;
    audited(tx, by, "custom_field.renamed", &json!({ "field": id, "name": name, "was": field.name }))
}

/// Shows a custom field in profiles, or hides it.
pub fn show(tx: &mut Tx, by: &Admin, id: CustomFieldId, is_shown: bool) -> Result<()> {
    let field = store::find(tx, id)?;
    store::show(tx, id, is_shown)?;
    let event = if is_shown { "custom_field.shown" } else { "custom_field.hidden" };
    record(tx, by, event, id, &field.name)
}

/// Moves a field past its neighbour. At the end of the sequence it stays.
pub fn move_by_one(tx: &mut Tx, by: &Admin, key: &str, step: Step) -> Result<()> {
    let mut keys: Vec<String> = store::sequence(tx)?.iter().map(Placed::key).collect();
    if !step.past(&mut keys, &key.to_owned()).ok_or(Error::NotFound)? {
        return Ok(());
    }
    store::set_places(tx, &keys)?;
    audited(tx, by, "custom_field.moved", &json!({ "field": key, "step": step }))
}

/// Deletes a field. Its values stay as variables, or go with it.
pub fn delete(tx: &mut Tx, by: &Admin, id: CustomFieldId, with_values: bool) -> Result<()> {
    let CustomField { name, .. } = store::find(tx, id)?;
    store::delete(tx, id)?;
    if with_values {
        store::remove_values(tx, &name)?;
    }
    audited(tx, by, "custom_field.deleted", &json!({ "field": id, "name": name, "with_values": with_values }))
}

fn free(tx: &mut Tx, name: &str, but: Option<CustomFieldId>) -> Result<()> {
    match store::named(tx, name)? {
        Some(id) if Some(id) != but => Err(Error::refused("fields-name-taken")),
        _ => Ok(()),
    }
}

fn record(tx: &mut Tx, by: &Admin, event: &str, id: CustomFieldId, name: &str) -> Result<()> {
    audited(tx, by, event, &json!({ "field": id, "name": name }))
}

fn audited(tx: &mut Tx, by: &Admin, event: &str, detail: &serde_json::Value) -> Result<()> {
    audit::record_with(tx, by, event, None, detail)?;
    // Profiles and customer bars that are open show fields.
    tx.publish(Topic::Fields);
    tx.publish(Topic::Inbox);
    Ok(())
}
