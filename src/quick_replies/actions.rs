//! Adding, changing, deleting.

use serde_json::json;

use super::model::{Checked, QuickReply};
use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::{QuickReplyId, StaffId};
use crate::error::{Error, Result};
use crate::files::StoredFile;

/// Whose a reply will be: the shared ones are the supervisors' and admins' business.
fn owner(by: &Operator, shared: bool) -> Result<Option<StaffId>> {
    match (shared, by.supervisor()) {
        (false, _) => Ok(Some(by.id())),
        (true, Some(_)) => Ok(None),
        (true, None) => Err(Error::Forbidden),
    }
}

/// The reply, if this person may change it.
fn own(tx: &mut Tx, by: &Operator, id: QuickReplyId) -> Result<QuickReply> {
    let reply = store::find(tx, by, id)?;
    owner(by, reply.is_shared())?;
    Ok(reply)
}

pub fn add(tx: &mut Tx, by: &Operator, new: &Checked, files: &[StoredFile]) -> Result<QuickReplyId> {
    let owner = owner(by, new.shared)?;
    if store::is_taken(tx, owner, &new.shortcut, None)? {
        return Err(Error::refused("shortcut-taken"));
    }
    let id = store::insert(tx, owner, new)?;
    store::change_files(tx, id, &[], files)?;
    note(tx, by, "quick_reply.added", id, new)?;
    Ok(id)
}

/// `gone`: the places of files that go.
pub fn edit(
    tx: &mut Tx,
    by: &Operator,
    id: QuickReplyId,
    new: &Checked,
    gone: &[i32],
    files: &[StoredFile],
) -> Result<()> {
    own(tx, by, id)?;
    let owner = owner(by, new.shared)?;
    if store::is_taken(tx, owner, &new.shortcut, Some(id))? {
        return Err(Error::refused("shortcut-taken"));
    }
    store::update(tx, id, owner, new)?;
    store::change_files(tx, id, gone, files)?;
    note(tx, by, "quick_reply.edited", id, new)
}

pub fn delete(tx: &mut Tx, by: &Operator, id: QuickReplyId) -> Result<()> {
    let reply = own(tx, by, id)?;
    store::delete(tx, id)?;
    let detail = json!({ "reply": id, "shortcut": reply.shortcut, "shared": reply.is_shared() });
    audit::record_with(tx, by, "quick_reply.deleted", None, &detail)
}

fn note(tx: &mut Tx, by: &Operator, event: &str, id: QuickReplyId, new: &Checked) -> Result<()> {
    let detail = json!({ "reply": id, "shortcut": new.shortcut, "shared": new.shared });
    audit::record_with(tx, by, event, None, &detail)
}
