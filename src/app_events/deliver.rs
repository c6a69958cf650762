//! Pushes an event to the app.

use std::time::Duration;

use reqwest::Url;

use super::model::{Deliver, Event};
use super::store;
use crate::channels::{self, Channel};
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::http;
use crate::jobs::{Ctx, Job};
use crate::secrets::signed_at;

/// How long the app may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

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
        let Some(url) = channel.app().webhook_url.filter(|_| channel.enabled) else { return Ok(()) };
        let outcome = push(ctx, &channel, &event, &url).await;
        let told = outcome.as_ref().err().map(ToString::to_string);
        ctx.db
            .write(move |tx| {
                tx.concerns_nothing_kept();
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
    let url = Url::parse(url).map_err(|e| Error::Internal(format!("webhook: {e}")))?;
    let client =
        if ctx.config.allow_private_webhooks { ctx.net.http.anywhere(&url) } else { ctx.net.http.public(&url) };
    let client = client.map_err(|e| Error::Internal(format!("webhook: {e}")))?;
    let secret = channel.secret.as_deref().map(|sealed| ctx.secrets.open(sealed)).transpose()?.unwrap_or_default();
    let body = event.json().to_string();
    let (time, signature) = signed_at(&secret, UtcTime::now().utc().timestamp(), &body);
    let answer = client
        .post(url)
        .timeout(PATIENCE)
        .header("Content-Type", "application/json")
        .header("Switchboard-Event", event.id.to_string())
        .header("Switchboard-Timestamp", &time)
        .header("Switchboard-Signature", signature)
        .body(body)
        .send()
        .await
        .map_err(|e| Error::Internal(format!("webhook: {}", http::reason(&e))))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(Error::Internal(format!("webhook: the app answered {}", answer.status())))
}
