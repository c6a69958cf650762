//! Counting the days that are over.

use tokio::sync::broadcast::error::TryRecvError;

use super::store;
use crate::db::Db;
use crate::error::Result;
use crate::realtime::Topic;
use crate::web::times::Clock;

/// Days that are counted in one go, so that other work that comes round has its turn: of two thousand conversations each, they
/// take some seconds.
const AT_ONCE: usize = 400;

/// Counts days that are over and not counted yet, newest first, each in a transaction of its own. Gives how many it counted.
pub async fn count_days(db: &Db, clock: Clock) -> Result<usize> {
    let mut changes = db.subscribe();
    let waiting = db.read(move |conn| store::uncounted(conn, &clock)).await?;
    let mut counted = 0;
    for day in waiting.into_iter().take(AT_ONCE) {
        let is_new = db.write(move |tx| {
            // What pages keep of counted days names the days.
            tx.concerns_nothing_kept();
            store::count(tx, &clock, day)
        });
        counted += usize::from(is_new.await?);
        // The next process goes on where this one stops.
        loop {
            match changes.try_recv() {
                Ok(Topic::Stopping) | Err(TryRecvError::Closed) => return Ok(counted),
                Ok(_) | Err(TryRecvError::Lagged(_)) => {}
                Err(TryRecvError::Empty) => break,
            }
        }
    }
    Ok(counted)
}
