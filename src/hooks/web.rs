//! `/hooks/{key}`: providers call, and are answered at once.

use std::collections::BTreeMap;

use actix_web::web::{Bytes, Data, Path, Payload, Query};
use actix_web::{HttpRequest, HttpResponse};

use super::store;
use crate::auth::throttle::Throttle;
use crate::channels::{self, Channel, Connector, Hook, HookRefused, Link, Net, Receives, Values, registry};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::realtime::Topic;
use crate::secrets::Secrets;
use crate::web::address::client_ip;

/// Bytes of one webhook: Meta sends up to 3 MB.
const LIMIT: usize = 3 * 1024 * 1024 + 1024;

/// `GET /hooks/{key}`: a provider's challenge.
pub async fn challenge(
    req: HttpRequest,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    throttle: Data<Throttle>,
    key: Path<String>,
    query: Query<BTreeMap<String, String>>,
) -> Result<HttpResponse> {
    let asked = async {
        let (_, connector, link) = called(&db, &secrets, &net, &key).await?;
        let query: Values = query.into_inner();
        let answer = connector.challenge(&link, &query).ok_or(Error::Forbidden)?;
        Ok(HttpResponse::Ok().content_type("text/plain").body(answer))
    };
    counted(&throttle, &req, asked).await
}

/// `POST /hooks/{key}`.
pub async fn receive(
    req: HttpRequest,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    throttle: Data<Throttle>,
    key: Path<String>,
    body: Payload,
) -> Result<HttpResponse> {
    counted(&throttle, &req, take(&req, &db, &secrets, &net, &key, body)).await
}

/// Answers a call, unless too many from its address were turned away; and counts it if it is.
async fn counted(
    throttle: &Throttle,
    req: &HttpRequest,
    call: impl Future<Output = Result<HttpResponse>>,
) -> Result<HttpResponse> {
    let address = client_ip(req);
    throttle.hook(address)?;
    let answer = call.await;
    if let Err(Error::NotFound | Error::Forbidden) = answer {
        throttle.hook_refused(address);
    }
    answer
}

/// Whose webhook it is. Nothing of a call is read before: anybody may send megabytes to a key that nobody has.
async fn called(db: &Db, secrets: &Secrets, net: &Net, key: &str) -> Result<(Channel, &'static dyn Connector, Link)> {
    let channel = channels::find_by_public_key(db, key).await?;
    let connector = registry::find(channel.kind).ok_or(Error::NotFound)?;
    let link = Link::open(&channel, secrets, net)?;
    // The key of a web chat stands in every page that has one.
    if connector.receives(&link) == Receives::Elsewhere {
        return Err(Error::NotFound);
    }
    Ok((channel, connector, link))
}

async fn take(
    req: &HttpRequest,
    db: &Db,
    secrets: &Secrets,
    net: &Net,
    key: &str,
    body: Payload,
) -> Result<HttpResponse> {
    let (channel, connector, link) = called(db, secrets, net, key).await?;
    let body = read(body).await?;
    let headers = headers(req);
    let accepted = match connector.accept(&link, &Hook { headers: &headers, body: &body }) {
        Ok(accepted) => accepted,
        Err(HookRefused::NotHere) => return Err(Error::NotFound),
        Err(HookRefused::Signature) => return Err(Error::Forbidden),
        // Sent again it would be the same: it is thrown away, and the log tells.
        Err(HookRefused::Unreadable) => {
            tracing::warn!(channel = %channel.id, bytes = body.len(), "a webhook cannot be read");
            return Ok(HttpResponse::Ok().finish());
        }
    };
    // What comes while the channel is on pause is kept, and read when it goes on.
    if !accepted.events.is_empty() {
        let (id, events) = (channel.id, accepted.events);
        db.write(move |tx| {
            tx.concerns_nothing_kept();
            if store::insert(tx, id, &events)? > 0 {
                tx.publish(Topic::Hooks);
            }
            Ok(())
        })
        .await?;
    }
    Ok(match accepted.answer {
        Some(json) => HttpResponse::Ok().content_type("application/json").body(json),
        None => HttpResponse::Ok().finish(),
    })
}

async fn read(body: Payload) -> Result<Bytes> {
    match body.to_bytes_limited(LIMIT).await {
        Ok(Ok(bytes)) => Ok(bytes),
        Ok(Err(error)) => Err(Error::BadRequest(error.to_string())),
        Err(_) => Err(Error::TooLarge(LIMIT)),
    }
}

fn headers(req: &HttpRequest) -> Vec<(String, String)> {
    let text = req.headers().iter().filter_map(|(name, value)| Some((name.as_str(), value.to_str().ok()?)));
    text.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect()
}
