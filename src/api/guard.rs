//! Who asks: a program with a token.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};

use crate::auth::sessions::hash_key;
use crate::auth::throttle::Throttle;
use crate::channels::{self, ApiToken, Channel, ChannelKind};
use crate::db::Db;
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::portal::{self, Seat};
use crate::web::address::{bearer, client_ip};

/// Uses of a token are noted at most this often.
const NOTED_EVERY: chrono::Duration = chrono::Duration::seconds(60);

/// A program with a working token of an app channel that is switched on.
pub struct App {
    pub channel: Channel,
    /// The token's name.
    pub name: String,
}

impl App {
    /// The account of the customer with this ID of the app's.
    pub async fn seat(&self, db: &Db, external_id: &str) -> Result<Seat> {
        let (channel, address) = (self.channel.id, external_id.to_owned());
        db.read(move |conn| portal::seat_of(conn, channel, &address)?.ok_or(Error::NotFound)).await
    }
}

impl FromRequest for App {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            let missing = || Error::Internal("something is missing in the app".into());
            let throttle = req.app_data::<Data<Throttle>>().ok_or_else(missing)?;
            let (db, address) = (req.app_data::<Data<Db>>().ok_or_else(missing)?, client_ip(&req));
            throttle.program(address)?;
            let (token, channel) = match known(db, &req).await {
                Err(Error::SignIn) => {
                    throttle.program_refused(address);
                    return Err(Error::SignIn);
                }
                other => other?,
            };
            throttle.token(token.id)?;
            // The token is good: a program that is told so comes again, and asks for no new one.
            if !channel.enabled {
                return Err(Error::Paused);
            }
            let now = UtcTime::now();
            if token.last_used_at.is_none_or(|last| last.until(now) > NOTED_EVERY) {
                let noted = db.write(move |tx| {
                    tx.concerns_nothing_kept();
                    channels::note_token_used(tx, token.id, now)
                });
                noted.await?;
            }
            Ok(Self { channel, name: token.name })
        })
    }
}

/// The token that was sent, if it works, and its channel.
async fn known(db: &Db, req: &HttpRequest) -> Result<(ApiToken, Channel)> {
    let hash = hash_key(bearer(req).ok_or(Error::SignIn)?);
    let (token, channel) = db.read(move |conn| channels::by_token(conn, &hash)?.ok_or(Error::SignIn)).await?;
    if channel.kind == ChannelKind::App { Ok((token, channel)) } else { Err(Error::SignIn) }
}
