//! Who a visitor is: a signed token, or an external ID that the site's own server has signed.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::web::Data;
use actix_web::{FromRequest, HttpRequest};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use super::store;
use crate::auth::throttle::Throttle;
use crate::channels::{Channel, VOUCHED};
use crate::db::Db;
use crate::db::types::{AccountId, AttachmentId, UtcTime};
use crate::error::{Error, Result};
use crate::portal::{self, Seat};
use crate::secrets::{Secrets, hmac_sha256, verify_hmac};
use crate::web::address::{bearer, client_ip};

const VISITOR: &str = "visitor";
const VOUCHER: &str = "visitor voucher";
const FILE: &str = "visitor file";
/// How long an address of a file works, in days. The panel gets new ones with every look.
const FILE_DAYS: i64 = 7;

/// A web chat that is open to the public, by the key in the path. Counts as one call of this address.
pub struct Open(pub Channel);

/// Somebody with a valid token for this channel. Counts as one call of this address.
pub struct Caller {
    pub channel: Channel,
    /// Their address in the channel.
    pub address: String,
}

impl Caller {
    /// The external ID that their site has signed, if it has.
    pub fn external_id(&self) -> Option<&str> {
        self.address.strip_prefix(VOUCHED)
    }
}

/// A caller, and their account.
pub struct Visitor {
    pub channel: Channel,
    /// `None` until they have written.
    pub seat: Option<Seat>,
}

impl Visitor {
    /// The account; whoever has never written has nothing to see.
    pub fn seat(&self) -> Result<&Seat> {
        self.seat.as_ref().ok_or(Error::NotFound)
    }
}

/// A new address for somebody who has none.
pub fn new_address() -> String {
    Uuid::new_v4().to_string()
}

/// The address of whoever has this external ID, if the hash is the site's own (hex HMAC-SHA-256 with the channel's
/// identity secret).
pub fn vouched_address(secret: &str, external_id: &str, hash: &str) -> Option<String> {
    let hash = hex::decode(hash.trim()).ok()?;
    let right = verify_hmac(secret.as_bytes(), external_id.as_bytes(), &hash);
    (right && !external_id.is_empty()).then(|| format!("{VOUCHED}{external_id}"))
}

/// The token that names an address in a channel. That of a vouched one also names the identity secret by which the site
/// vouched: with another secret, whoever had the old one is nobody.
pub fn token(secrets: &Secrets, channel: &Channel, address: &str) -> Result<String> {
    let named = format!("{}~{}", channel.id, URL_SAFE_NO_PAD.encode(address));
    let voucher = if address.starts_with(VOUCHED) { format!("~{}", voucher(secrets, channel)?) } else { String::new() };
    Ok(secrets.sign(VISITOR, &format!("{named}{voucher}")))
}

/// The address that a token names, if it is ours, for this channel, and by its identity secret as it is now.
pub fn address_of(secrets: &Secrets, channel: &Channel, token: &str) -> Option<String> {
    let mut parts = secrets.verify(VISITOR, token)?.split('~');
    let (id, address, voucher_named) = (parts.next()?, parts.next()?, parts.next());
    let address = String::from_utf8(URL_SAFE_NO_PAD.decode(address).ok()?).ok()?;
    let is_vouched = || voucher_named.is_some() && voucher(secrets, channel).ok().as_deref() == voucher_named;
    let holds = id == channel.id.to_string() && (!address.starts_with(VOUCHED) || is_vouched());
    holds.then_some(address)
}

/// What tells one identity secret of a channel from another, and nothing of it.
fn voucher(secrets: &Secrets, channel: &Channel) -> Result<String> {
    let secret = identity_secret(secrets, channel)?;
    let mac = hmac_sha256(&secrets.derive(VOUCHER), secret.as_bytes());
    Ok(URL_SAFE_NO_PAD.encode(mac.get(..16).unwrap_or_default()))
}

/// The secret with which the site signs external IDs; empty if there is none.
pub fn identity_secret(secrets: &Secrets, channel: &Channel) -> Result<String> {
    Ok(channel.secret.as_deref().map(|sealed| secrets.open(sealed)).transpose()?.unwrap_or_default())
}

/// Signs the address of a file for one account: an image cannot send a token.
pub fn file_pass(secrets: &Secrets, account: AccountId, file: AttachmentId, now: UtcTime) -> String {
    let last_day = now.utc().timestamp() / 86_400 + FILE_DAYS;
    secrets.sign(FILE, &format!("{account}-{file}-{last_day}"))
}

/// Whether a pass opens this file now.
pub fn opens(secrets: &Secrets, pass: &str, file: AttachmentId, now: UtcTime) -> bool {
    let read = || {
        let mut parts = secrets.verify(FILE, pass)?.split('-').skip(1);
        let named: i64 = parts.next()?.parse().ok()?;
        let last_day: i64 = parts.next()?.parse().ok()?;
        Some(named == file.0 && now.utc().timestamp() / 86_400 <= last_day)
    };
    read().unwrap_or(false)
}

type Found<T> = Pin<Box<dyn Future<Output = Result<T>>>>;

impl FromRequest for Open {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            allow(&req)?;
            channel_of(&req).await.map(Open)
        })
    }
}

impl FromRequest for Caller {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let req = req.clone();
        Box::pin(async move {
            allow(&req)?;
            let channel = channel_of(&req).await?;
            let token = bearer(&req).unwrap_or_default();
            let address = address_of(&*shared::<Secrets>(&req)?, &channel, token).ok_or(Error::SignIn)?;
            Ok(Caller { channel, address })
        })
    }
}

impl FromRequest for Visitor {
    type Error = Error;
    type Future = Found<Self>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (req, caller) = (req.clone(), Caller::from_request(req, payload));
        Box::pin(async move {
            let Caller { channel, address } = caller.await?;
            let id = channel.id;
            let seat = shared::<Db>(&req)?.read(move |conn| portal::seat_of(conn, id, &address)).await?;
            Ok(Visitor { channel, seat })
        })
    }
}

async fn channel_of(req: &HttpRequest) -> Result<Channel> {
    let key = req.match_info().get("key").unwrap_or_default();
    store::open_channel(&*shared::<Db>(req)?, key).await
}

fn allow(req: &HttpRequest) -> Result<()> {
    shared::<Throttle>(req)?.public(client_ip(req))
}

fn shared<T: 'static>(req: &HttpRequest) -> Result<Data<T>> {
    req.app_data::<Data<T>>().cloned().ok_or_else(|| Error::Internal("something is missing in the app".into()))
}
