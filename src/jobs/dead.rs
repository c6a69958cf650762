//! What admins do about work that has failed for good.

use serde_json::json;

use super::store;
use crate::audit;
use crate::auth::Admin;
use crate::db::Tx;
use crate::error::{Error, Result};

/// Puts a dead job into the queue once more, with all its tries.
pub fn try_again(tx: &mut Tx, by: &Admin, id: i64) -> Result<()> {
    let Some(job) = store::find_dead(tx, id)? else { return Err(Error::NotFound) };
    if job.is_over || store::is_waiting(tx, &job)? {
        return Err(Error::refused("work-over"));
    }
    store::revive(tx, id)?;
    audit::record_with(tx, by, "job.tried_again", None, &json!({ "job": id, "name": job.name }))
}

/// Takes a dead job off the list: nobody wants it done any more.
pub fn remove_dead(tx: &mut Tx, by: &Admin, id: i64) -> Result<()> {
    let Some(job) = store::find_dead(tx, id)? else { return Err(Error::NotFound) };
    store::delete(tx, id)?;
    audit::record_with(tx, by, "job.removed", None, &json!({ "job": id, "name": job.name }))
}
