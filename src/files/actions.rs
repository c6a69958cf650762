//! Keeping what is named, sweeping what is not.

use std::sync::Arc;

use chrono::Duration;
use futures_util::{StreamExt, TryStreamExt};

use super::contents::{Content, Files};
use super::model::{StoredFile, clean_name};
use super::store;
use crate::db::Db;
use crate::db::types::{FileId, UtcTime};
use crate::error::Result;

/// How long a removal belongs to whoever began it: much longer than that many requests to a bucket take.
const REMOVING: i64 = 6;

/// Keeps contents that have arrived, each with a name, for a message. First come their rows, then the contents: what a
/// crash cuts off has a row that nothing names, and is swept.
pub async fn keep(db: &Db, files: &Files, arrived: Vec<(Content, String)>) -> Result<Vec<StoredFile>> {
    let arrived = Arc::new(arrived);
    let named = arrived.clone();
    let rows = db.write(move |tx| named.iter().map(|(content, name)| store::keep(tx, content, name)).collect()).await;
    let rows: Vec<StoredFile> = match rows {
        Ok(rows) => rows,
        Err(error) => {
            files.discard(arrived.iter().map(|(content, _)| content)).await;
            return Err(error);
        }
    };
    for ((content, _), row) in arrived.iter().zip(&rows) {
        files.settle(content, &row.sha256).await?;
    }
    Ok(rows)
}

/// The same of one content.
pub async fn keep_one(db: &Db, files: &Files, content: Content, name: String) -> Result<StoredFile> {
    let kept = keep(db, files, vec![(content, name)]).await?;
    kept.into_iter().next().ok_or(crate::error::Error::NotFound)
}

/// Keeps bytes that are already here, as a file for a message.
pub async fn keep_bytes(db: &Db, files: &Files, name: &str, bytes: &[u8]) -> Result<StoredFile> {
    let name = clean_name(name);
    let content = files.put(bytes, &name).await?;
    keep_one(db, files, content, name).await
}

fn a_day_ago() -> UtcTime {
    UtcTime::now().plus(-Duration::days(1))
}

/// Removes contents that nothing has named for a day: messages that were not sent, customers that were deleted. The row
/// goes first, and a note that the content is being removed takes its place: whoever brings an equal one meanwhile puts
/// it elsewhere, and a removal that was cut off is taken up again.
pub async fn sweep(db: &Db, files: &Files) -> Result<()> {
    take_up_removals(db, files).await?;
    let before = a_day_ago();
    let mut after = FileId(0);
    loop {
        let unused = db.read(move |conn| store::unused(conn, before, after)).await?;
        let Some((last, _)) = unused.last() else { break };
        after = *last;
        let names = db.write(move |tx| store::give_up(tx, &unused, before)).await?;
        remove(db, files, names).await?;
    }
    files.remove_unfinished(before).await
}

/// Removes contents at their places that no row names: those that a crash left there, or an earlier version. Walks the
/// whole store, some names at a time.
pub async fn sweep_strays(db: &Db, files: &Files) -> Result<()> {
    let mut pages = files.names(a_day_ago()).try_chunks(store::AT_ONCE);
    while let Some(names) = pages.next().await.transpose().map_err(|error| error.1)? {
        let strays = db.read(move |conn| store::strays(conn, &names)).await?;
        if !strays.is_empty() {
            let names = db.write(move |tx| store::give_up_strays(tx, &strays)).await?;
            remove(db, files, names).await?;
        }
    }
    Ok(())
}

async fn take_up_removals(db: &Db, files: &Files) -> Result<()> {
    let before = UtcTime::now().plus(-Duration::hours(REMOVING));
    loop {
        let names = db.write(move |tx| {
            tx.concerns_nothing_kept();
            store::take_over_removals(tx, before)
        });
        let names = names.await?;
        if names.is_empty() {
            return Ok(());
        }
        remove(db, files, names).await?;
    }
}

/// Removes contents whose removal is noted, and then the notes.
async fn remove(db: &Db, files: &Files, names: Vec<String>) -> Result<()> {
    for name in &names {
        files.remove(name).await?;
    }
    db.write(move |tx| {
        tx.concerns_nothing_kept();
        store::removed(tx, &names)
    })
    .await
}
