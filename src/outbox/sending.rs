//! One try: the message is put together, handed over part by part, and what came of it is written down.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{BoxStream, StreamExt};

use super::model::Delivery;
use super::{actions, store};
use crate::auth::CustomerScope;
use crate::channels::{self, Content, Failure, Link, OutFile, Outbound, Way, registry};
use crate::db::Conn;
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::files::{Files, links};
use crate::jobs::Ctx;
use crate::{customers, messages, staff};

/// How long a delivery is its sender's; renewed while it is being sent.
pub const LEASE: chrono::Duration = chrono::Duration::seconds(30);
const RENEW: Duration = Duration::from_secs(10);

/// Sends what was taken, and writes down how it went. An error here means that nothing could be written down: the
/// lease runs out, and the delivery shows as unknown.
pub async fn send(ctx: &Ctx, delivery: &Delivery) -> Result<()> {
    leased(ctx, delivery, try_once(ctx, delivery)).await
}

async fn try_once(ctx: &Ctx, delivery: &Delivery) -> Result<()> {
    let found = ctx.db.read({
        let delivery = delivery.clone();
        move |conn| load(conn, &delivery)
    });
    let loaded = match found.await {
        Ok(Ok(loaded)) => loaded,
        Ok(Err(failure)) => return settle(ctx, delivery, failure, false).await,
        // Nothing has left yet.
        Err(error) => return settle(ctx, delivery, Failure::again("database", error.to_string()), false).await,
    };
    let Some(connector) = registry::find(loaded.channel.kind) else {
        return settle(ctx, delivery, Failure::permanent("no_connector", "this channel cannot send"), false).await;
    };
    let idempotent = connector.abilities().idempotent;
    let link = match Link::open(&loaded.channel, &ctx.secrets, &ctx.net) {
        Ok(link) => link,
        Err(error) => return settle(ctx, delivery, Failure::permanent("secret", error.to_string()), false).await,
    };
    let out = loaded.outbound(delivery, ctx);
    let parts = i32::try_from(connector.parts(&out)).unwrap_or(i32::MAX).max(1);
    let pace = connector.abilities().pace;
    if parts != delivery.parts {
        write_down(ctx, delivery, move |tx, delivery| store::count_parts(tx, delivery.id, parts)).await?;
    }
    let missing: Vec<i32> = (0..parts).filter(|part| !loaded.has_left.contains(part)).collect();
    for (turn, part) in missing.iter().copied().enumerate() {
        if turn > 0 {
            tokio::time::sleep(pace.recipient).await;
            match renew(ctx, delivery).await {
                Ok(true) => {}
                // Its lease ran out, and it is in other hands: whoever goes on with it sends what is missing.
                Ok(false) => {
                    tracing::warn!(delivery = %delivery.id, "a delivery was taken over in the middle");
                    return Ok(());
                }
                // Nothing of this part has left yet.
                Err(error) => {
                    return settle(ctx, delivery, Failure::again("database", error.to_string()), false).await;
                }
            }
        }
        let position = usize::try_from(part).unwrap_or_default();
        let handed = connector.send(&link, &out, position).await;
        if let Err(error) = channels::keep_renewed(&ctx.db, &ctx.secrets, &link).await {
            tracing::warn!(%error, delivery = %delivery.id, "a secret that the provider has replaced was not stored");
        }
        let receipt = match handed {
            Ok(receipt) => receipt,
            Err(failure) => return settle(ctx, delivery, failure, idempotent).await,
        };
        let is_last = turn + 1 == missing.len();
        write_down(ctx, delivery, move |tx, delivery| {
            actions::part_sent(tx, delivery, part, &receipt)?;
            if is_last { actions::sent(tx, delivery, pace) } else { Ok(()) }
        })
        .await?;
    }
    if missing.is_empty() {
        return write_down(ctx, delivery, move |tx, delivery| actions::sent(tx, delivery, pace)).await;
    }
    Ok(())
}

/// Waits for a try, its calls and its pauses, and renews its lease meanwhile: what merely takes long is nobody else's.
async fn leased<T>(ctx: &Ctx, delivery: &Delivery, sending: impl Future<Output = T>) -> T {
    let mut sending = std::pin::pin!(sending);
    loop {
        if let Ok(done) = tokio::time::timeout(RENEW, &mut sending).await {
            return done;
        }
        if let Err(error) = renew(ctx, delivery).await {
            tracing::warn!(%error, delivery = %delivery.id, "a lease was not renewed");
        }
    }
}

/// Renews the lease; false if the delivery is not this try's any more.
async fn renew(ctx: &Ctx, delivery: &Delivery) -> Result<bool> {
    let (id, attempt) = (delivery.id, delivery.attempts);
    let renewed = ctx.db.write(move |tx| {
        tx.concerns_nothing_kept();
        store::renew(tx, id, attempt, UtcTime::now().plus(LEASE))
    });
    renewed.await
}

async fn settle(ctx: &Ctx, delivery: &Delivery, failure: Failure, idempotent: bool) -> Result<()> {
    tracing::info!(delivery = %delivery.id, code = failure.code, words = failure.words, "a message was not sent");
    write_down(ctx, delivery, move |tx, delivery| actions::failed(tx, delivery, &failure, idempotent)).await
}

/// What a provider has answered must not be lost to a database that is busy for a moment.
async fn write_down(
    ctx: &Ctx,
    delivery: &Delivery,
    what: impl Fn(&mut crate::db::Tx, &Delivery) -> Result<()> + Send + Sync + 'static,
) -> Result<()> {
    let delivery = delivery.clone();
    let written = ctx.db.write_patiently(move |tx| {
        tx.concerns_one_customer();
        what(tx, &delivery)
    });
    written.await
}

struct Loaded {
    channel: channels::Channel,
    address: String,
    text: String,
    author: String,
    files: Vec<(messages::Attachment, String)>,
    /// Parts that the provider has.
    has_left: Vec<i32>,
}

/// What there is to send; a failure if it must not go any more.
fn load(conn: &mut Conn, delivery: &Delivery) -> Result<Result<Loaded, Failure>> {
    let customer = customers::find(conn, &CustomerScope::system(), delivery.customer_id)?;
    if customer.blocked {
        return Ok(Err(Failure::permanent("blocked", "the customer is blocked")));
    }
    let (address, left) = store::address(conn, delivery.account_id)?;
    if left.is_some() {
        return Ok(Err(Failure::new("unsubscribed", "the customer has unsubscribed", Way::Unsubscribed)));
    }
    let message = messages::store::find(conn, delivery.message_id)?;
    let author = match message.author_id {
        Some(id) => staff::names(conn, &[id])?.remove(&id).unwrap_or_default(),
        None => String::new(),
    };
    let files = messages::store::contents_of(conn, delivery.message_id)?;
    let channel = channels::find(conn, delivery.channel_id)?;
    let has_left = store::parts(conn, delivery.message_id)?.iter().map(|part| part.number).collect();
    Ok(Ok(Loaded { channel, address, text: message.body, author, files, has_left }))
}

impl Loaded {
    fn outbound(&self, delivery: &Delivery, ctx: &Ctx) -> Outbound {
        let base = ctx.config.public_url.as_deref().filter(|url| url.starts_with("https://"));
        let link = |file: &messages::Attachment| {
            base.map(|base| links::make(&ctx.secrets, base, file.id, &file.name, UtcTime::now()))
        };
        let file = |(file, sha256): &(messages::Attachment, String)| OutFile {
            name: file.name.clone(),
            content_type: file.content_type.clone(),
            size: u64::try_from(file.size).unwrap_or_default(),
            content: Arc::new(Stored { files: ctx.files.clone(), sha256: sha256.clone() }),
            link: link(file),
        };
        Outbound {
            key: delivery.idempotency_key.clone(),
            to: self.address.clone(),
            text: self.text.clone(),
            files: self.files.iter().map(file).collect(),
            author: self.author.clone(),
            extra: delivery.extra(),
        }
    }
}

/// A content in the file store.
struct Stored {
    files: Files,
    sha256: String,
}

#[async_trait]
impl Content for Stored {
    async fn stream(&self) -> std::io::Result<BoxStream<'static, std::io::Result<Bytes>>> {
        let told = |error: Error| std::io::Error::other(error.to_string());
        let stream = self.files.read(&self.sha256).await.map_err(told)?;
        Ok(stream.map(move |chunk| chunk.map_err(told)).boxed())
    }
}
