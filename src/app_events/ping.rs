//! Tries the webhook of an app: an event that tells nothing, and what the app says to it.

use std::time::Duration;

use futures_util::StreamExt;
use reqwest::Response;

use super::model::Event;
use crate::channels::{Channel, Net};
use crate::config::Config;
use crate::db::types::UtcTime;
use crate::error::Result;
use crate::jobs;
use crate::secrets::Secrets;
use crate::text;

/// How long the app may take: somebody waits for it.
const PATIENCE: Duration = Duration::from_secs(10);
/// Bytes of the answer that are read, and characters of them that are shown.
const READ: usize = 4 * 1024;
const SHOWN: usize = 200;

/// Posts a `ping` to `url`, signed as all events are. What came back, for people; the inner `Err`: it is not what an app answers
/// that has taken an event. Nothing is stored, so `/api/v1/events` does not have it.
pub async fn ping(
    channel: &Channel,
    url: &str,
    secrets: &Secrets,
    net: &Net,
    config: &Config,
) -> Result<Result<String, String>> {
    let secret = channel.secret.as_deref().map(|sealed| secrets.open(sealed)).transpose()?.unwrap_or_default();
    let event = Event {
        id: 0,
        channel_id: channel.id,
        customer_id: None,
        kind: "ping".into(),
        payload: "{}".into(),
        created_at: UtcTime::now(),
    };
    let (name, body) = (("Switchboard-Event", event.id), event.json().to_string());
    let post = jobs::Post { url, secret: &secret, name, body, patience: PATIENCE };
    Ok(match jobs::post(net, config, post).await {
        Ok(answer) if answer.status().is_success() => Ok(said(answer).await),
        Ok(answer) => Err(said(answer).await),
        Err(why) => Err(why),
    })
}

/// The status, and what the answer begins with.
async fn said(answer: Response) -> String {
    let status = answer.status();
    let (mut stream, mut bytes) = (answer.bytes_stream(), vec![]);
    while let Some(Ok(chunk)) = stream.next().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() >= READ {
            break;
        }
    }
    let words = text::preview(&String::from_utf8_lossy(&bytes), SHOWN);
    if words.is_empty() { status.to_string() } else { format!("{status}: {words}") }
}
