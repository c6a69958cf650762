//! Adding, renaming, deleting lists.

use serde_json::json;

use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::CustomerListId;
use crate::error::{Error, Result};

pub fn add(tx: &mut Tx, by: &Operator, name: &str) -> Result<CustomerListId> {
    require_free(tx, name, None)?;
    let id = store::insert(tx, name)?;
    audit::record_with(tx, by, "list.added", None, &json!({ "list": id, "name": name }))?;
    Ok(id)
}

pub fn rename(tx: &mut Tx, by: &Operator, id: CustomerListId, name: &str) -> Result<()> {
    store::find(tx, id)?;
    require_free(tx, name, Some(id))?;
    store::rename(tx, id, name)?;
    audit::record_with(tx, by, "list.renamed", None, &json!({ "list": id, "name": name }))
}

/// Deletes a list; the customers on it stay.
pub fn delete(tx: &mut Tx, by: &Operator, id: CustomerListId) -> Result<()> {
    let list = store::find(tx, id)?;
    store::delete(tx, id)?;
    audit::record_with(tx, by, "list.deleted", None, &json!({ "list": id, "name": list.name }))
}

fn require_free(tx: &mut Tx, name: &str, but: Option<CustomerListId>) -> Result<()> {
    match store::named(tx, name)? {
        Some(id) if Some(id) != but => Err(Error::refused("list-name-taken")),
        _ => Ok(()),
    }
}
