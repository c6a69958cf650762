//! Makes a provider ready for a channel, lets it rest, or says goodbye to it: its webhook is set or removed.

use serde::{Deserialize, Serialize};

use crate::channels::{self, Channel, Failure, Health, Link, Net, Receives, registry};
use crate::db::Tx;
use crate::db::types::{ChannelId, UtcTime};
use crate::error::{Error, Result};
use crate::jobs::{self, Ctx, Job};
use crate::secrets::Secrets;

/// Brings the provider into step with the channel as it is now.
#[derive(Debug, Serialize, Deserialize)]
pub struct SetUp {
    pub channel: ChannelId,
    /// Of a start, not of a change: the address that the installation has there, empty if it has none.
    #[serde(default)]
    pub at_start: Option<String>,
}

impl SetUp {
    /// After a change.
    pub fn of(channel: ChannelId) -> Self {
        Self { channel, at_start: None }
    }
}

impl Job for SetUp {
    const NAME: &'static str = "channel.set_up";

    /// Instances that start together ask the provider once. A change is never dropped: the job before it may have looked at
    /// the channel already.
    fn unique_key(&self) -> Option<String> {
        self.at_start.as_ref().map(|address| format!("{} {address}", self.channel))
    }

    async fn run(self, ctx: &Ctx) -> Result<()> {
        let id = self.channel;
        let channel = match ctx.db.read(move |conn| channels::find_now(conn, id)).await {
            Err(Error::NotFound) => return Ok(()),
            found => found?,
        };
        let Some(connector) = registry::find(channel.kind) else { return Ok(()) };
        let link = Link::open(&channel, &ctx.secrets, &ctx.net)?;
        let done = if channel.enabled { connector.set_up(&link).await } else { connector.rest(&link).await };
        let Err(failure) = done else {
            // What is registered with its provider does not fail any more, though nothing may come for days. Of one that is
            // asked, or told nothing here, this proves nothing.
            if channel.health() == Health::Failing && connector.receives(&link) == Receives::Hooks {
                ctx.db.write(move |tx| channels::note_success(tx, id, UtcTime::now())).await?;
            }
            return Ok(());
        };
        let words = failure.words.clone();
        ctx.db.write(move |tx| channels::note_failure(tx, id, UtcTime::now(), &words)).await?;
        Err(Error::Internal(failure.words))
    }
}

/// Tells the provider of a channel that is gone from here not to call any more.
pub async fn say_goodbye(channel: &Channel, secrets: &Secrets, net: &Net) -> Result<(), Failure> {
    let Some(connector) = registry::find(channel.kind).filter(|connector| connector.abilities().outbox) else {
        return Ok(());
    };
    let link = Link::open(channel, secrets, net).map_err(|error| Failure::permanent("secret", error.to_string()))?;
    connector.tear_down(&link).await
}

/// At the start: the installation may have another address since, or have been told none.
pub fn set_up_all(tx: &mut Tx, address: Option<&str>) -> Result<()> {
    for channel in channels::enabled(tx)? {
        if registry::find(channel.kind).is_some_and(|connector| connector.abilities().outbox)
            && channel.secret.is_some()
        {
            let at_start = Some(address.unwrap_or_default().to_owned());
            jobs::enqueue(tx, &SetUp { channel: channel.id, at_start })?;
        }
    }
    Ok(())
}
