//! Ordering an export, what its job makes of it, and its end.

use serde_json::json;

use super::model::{Export, Format, Make, Reason, TRIES, View};
use super::store;
use crate::audit;
use crate::auth::{Operator, Supervisor};
use crate::db::types::{ExportId, UtcTime};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::files::{self, Files, StoredFile};
use crate::jobs;
use crate::realtime::Topic;

/// What is ordered.
#[derive(Clone, Debug)]
pub struct Order {
    pub format: Format,
    pub view: View,
    /// Customers on the list when it was ordered.
    pub total: i64,
    /// The address of the installation.
    pub base: String,
}

/// Orders an export.
pub fn start(tx: &mut Tx, by: &Supervisor, order: &Order) -> Result<ExportId> {
    if !order.view.is_allowed(by.me().role) {
        return Err(Error::Forbidden);
    }
    let id = store::insert(tx, by.id(), order.format, &order.view, order.total)?;
    let detail = json!({
        "export": id, "format": order.format, "view": order.view.address(), "customers": order.total,
    });
    audit::record_with(tx, by, "customers.exported", None, &detail)?;
    jobs::enqueue(tx, &Make { export: id, base: order.base.clone() })?;
    tx.publish(Topic::Exports);
    Ok(id)
}

/// Notes that somebody takes a file away.
pub fn note_download(tx: &mut Tx, by: &Supervisor, id: ExportId) -> Result<()> {
    audit::record_with(tx, by, "export.downloaded", None, &json!({ "export": id }))
}

/// Begins an attempt, with the rights that whoever ordered it has now. `None`: there is nothing to make.
pub(super) fn begin(tx: &mut Tx, id: ExportId) -> Result<Option<(Export, Supervisor)>> {
    let Some(export) = store::begin(tx, id)? else { return Ok(None) };
    tx.publish(Topic::Exports);
    let by = export.staff_id.map(|staff| Operator::now(tx, staff)).transpose()?.flatten();
    let view = View::parse(&export.view);
    let may = |by: &Supervisor| view.as_ref().is_none_or(|view| view.is_allowed(by.me().role));
    let Some(by) = by.and_then(|by| by.supervisor()).filter(may) else {
        store::fail(tx, &export, Reason::Rights)?;
        return Ok(None);
    };
    if export.attempt > TRIES {
        store::fail(tx, &export, Reason::Interrupted)?;
        return Ok(None);
    }
    Ok(Some((export, by)))
}

/// Tells how far an attempt is. False: it has been replaced.
pub(super) fn report(tx: &mut Tx, export: &Export, done: i64, total: i64) -> Result<bool> {
    tx.publish(Topic::Exports);
    store::progress(tx, export, done, total)
}

/// Names the file that an attempt has made. One that has been replaced names nothing, and what it has stored is swept.
pub(super) fn finish(tx: &mut Tx, export: &Export, file: &StoredFile, done: i64) -> Result<()> {
    store::ready(tx, export, done, file.file_id, file.size)?;
    tx.publish(Topic::Exports);
    Ok(())
}

pub(super) fn too_large(tx: &mut Tx, export: &Export) -> Result<()> {
    store::too_large(tx, export)?;
    tx.publish(Topic::Exports);
    Ok(())
}

pub(super) fn fail(tx: &mut Tx, export: &Export, reason: Reason) -> Result<()> {
    store::fail(tx, export, reason)?;
    tx.publish(Topic::Exports);
    Ok(())
}

/// Ends exports whose time is over, and removes their files.
pub async fn expire(db: &Db, files: &Files) -> Result<()> {
    let now = UtcTime::now();
    let expire = move |tx: &mut Tx| {
        let ended = store::expire(tx, now)?;
        if ended > 0 {
            tx.publish(Topic::Exports);
        }
        Ok(ended)
    };
    let mut any = false;
    while db.write(expire).await? > 0 {
        any = true;
    }
    if any { files::sweep(db, files).await } else { Ok(()) }
}
