//! Keeping what is named, sweeping what is not.

use super::model::{StoredFile, clean_name};
use super::store::{self, Files};
use crate::db::Db;
use crate::db::types::{FileId, UtcTime};
use crate::error::Result;

/// Keeps bytes that are already here, as a file for a message.
pub async fn keep_bytes(db: &Db, files: &Files, name: &str, bytes: &[u8]) -> Result<StoredFile> {
    let name = clean_name(name);
    let content = std::sync::Arc::new(files.put(bytes, &name).await?);
    db.write(move |tx| store::keep(tx, &content, &name)).await
}

/// Removes contents that no message has named for a day: forms that were refused, customers that were deleted. The
/// content goes first: where the store does not answer, its row is still there for the next sweep.
pub async fn sweep(db: &Db, files: &Files) -> Result<()> {
    let before = UtcTime::now().plus(-chrono::Duration::days(1));
    let mut after = FileId(0);
    loop {
        let unused = db.read(move |conn| store::unused(conn, before, after)).await?;
        let Some((last, _)) = unused.last() else { break };
        after = *last;
        for (id, sha256) in unused {
            // Written again in this moment, it is young and stays.
            if files.remove(&sha256, before).await? {
                db.write(move |tx| store::forget(tx, id, before)).await?;
            }
        }
    }
    files.remove_unfinished(before).await
}
