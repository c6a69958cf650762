//! Pushes an event to the app.

use std::time::{Duration, Instant};

use super::model::{Deliver, Event};
use super::store;
use crate::channels::{self, Channel};
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::jobs::{self, Ctx, Job};

/// How long the app may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);
/// How long an app is left alone that has not answered in time: the places are for the events of others meanwhile.
const REST: chrono::Duration = chrono::Duration::seconds(30);

impl Job for Deliver {
    const NAME: &'static str = "app_event.deliver";
    const TRIES: i32 = 10;

    fn unique_key(&self) -> Option<String> {
        Some(self.event.to_string())
    }

    async fn run(self, ctx: &Ctx) -> Result<()> {
        let id = self.event;
        let found = ctx
            .db
            .read(move |conn| {
                let Some(event) = store::find(conn, id)? else { return Ok(None) };
                let channel = channels::find(conn, event.channel_id)?;
                Ok(Some((event, channel)))
            })
            .await?;
        let Some((event, channel)) = found else { return Ok(()) };
        let Some(url) = channel.app().webhook_url else { return Ok(()) };
        // It waits for the end of the pause; if that came in this moment, it goes out after all.
        if !channel.enabled && ctx.db.write(move |tx| store::wait(tx, id)).await? {
            return Ok(());
        }
        let begun = Instant::now();
        let outcome = push(ctx, &channel, &event, &url).await;
        let hangs = outcome.is_err() && begun.elapsed() >= PATIENCE;
        let told = outcome.as_ref().err().map(ToString::to_string);
        ctx.db
            .write(move |tx| {
                tx.concerns_nothing_kept();
                if hangs {
                    store::put_off(tx, channel.id, UtcTime::now().plus(REST))?;
                }
                match &told {
                    None => channels::note_success(tx, channel.id, UtcTime::now()),
                    Some(why) => channels::note_failure(tx, channel.id, UtcTime::now(), why),
                }
            })
            .await?;
        outcome
    }
}

async fn push(ctx: &Ctx, channel: &Channel, event: &Event, url: &str) -> Result<()> {
    let secret = channel.secret.as_deref().map(|sealed| ctx.secrets.open(sealed)).transpose()?.unwrap_or_default();
    let (name, body) = (("Switchboard-Event", event.id), event.json().to_string());
    let post = jobs::Post { url, secret: &secret, name, body, patience: PATIENCE };
    let answer =
        jobs::post(&ctx.net, &ctx.config, post).await.map_err(|why| Error::Internal(format!("webhook: {why}")))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(Error::Internal(format!("webhook: the app answered {}", answer.status())))
}
