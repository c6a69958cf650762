//! The right to work on a channel, which one instance has at a time.

use std::future::Future;
use std::time::Duration;

use super::store::{self, Work};
use crate::db::Db;
use crate::db::types::{ChannelId, UtcTime};
use crate::error::Result;

/// How long a lease lasts without being renewed: what a crash costs.
const LASTS: chrono::Duration = chrono::Duration::seconds(30);
const RENEW: Duration = Duration::from_secs(10);

/// A lease on one work on one channel.
#[derive(Clone)]
pub struct Lease {
    db: Db,
    work: Work,
    channel: ChannelId,
    owner: String,
}

impl Lease {
    /// Takes the lease; `None` if another instance has it.
    pub async fn take(db: &Db, work: Work, channel: ChannelId) -> Result<Option<Self>> {
        let lease = Self { db: db.clone(), work, channel, owner: uuid::Uuid::new_v4().to_string() };
        Ok(lease.renew().await?.then_some(lease))
    }

    /// False: it has run out, and another instance has it now.
    async fn renew(&self) -> Result<bool> {
        let Self { work, channel, owner, .. } = self.clone();
        let now = UtcTime::now();
        let taken = self.db.write(move |tx| {
            tx.concerns_nothing_kept();
            store::lease(tx, work, channel, &owner, now, now.plus(LASTS))
        });
        taken.await
    }

    /// Does `work` while the lease is kept, then gives it to whoever comes next. `None`: it was lost, and the work was
    /// stopped where it stood.
    pub async fn during<T>(self, work: impl Future<Output = T>) -> Option<T> {
        let done = self.keep(work).await;
        self.release().await;
        done
    }

    async fn keep<T>(&self, work: impl Future<Output = T>) -> Option<T> {
        let mut work = std::pin::pin!(work);
        loop {
            match tokio::time::timeout(RENEW, &mut work).await {
                Ok(done) => return Some(done),
                Err(_) => match self.renew().await {
                    Ok(true) => {}
                    Ok(false) => return None,
                    // It still lasts for a while; the next round may find the database again.
                    Err(error) => tracing::warn!(%error, "a lease was not renewed"),
                },
            }
        }
    }

    async fn release(self) {
        let Self { db, work, channel, owner } = self;
        let released = db.write(move |tx| {
            tx.concerns_nothing_kept();
            store::release(tx, work, channel, &owner)
        });
        if let Err(error) = released.await {
            tracing::warn!(%error, "a lease was not given back");
        }
    }
}
