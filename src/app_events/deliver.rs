//! Pushes an event to the app.

use std::net::{IpAddr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};
use serde::{Deserialize, Serialize};

use super::model::Event;
use super::store;
use crate::channels::{self, Channel};
use crate::db::types::UtcTime;
use crate::error::{Error, Result};
use crate::jobs::{Ctx, Job};
use crate::secrets::hmac_sha256;

/// How long the app may take to answer.
const PATIENCE: Duration = Duration::from_secs(10);

/// Pushes one event.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    pub event: i64,
}

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
            .write(move |tx| match &told {
                None => channels::note_success(tx, channel.id, UtcTime::now()),
                Some(why) => channels::note_failure(tx, channel.id, UtcTime::now(), why),
            })
            .await?;
        outcome
    }
}

async fn push(ctx: &Ctx, channel: &Channel, event: &Event, url: &str) -> Result<()> {
    let url = Url::parse(url).map_err(|e| Error::Internal(format!("webhook: {e}")))?;
    let client = client(&url, ctx.config.allow_private_webhooks)?;
    let secret = channel.secret.as_deref().map(|sealed| ctx.secrets.open(sealed)).transpose()?.unwrap_or_default();
    let body = event.json().to_string();
    let time = UtcTime::now().utc().timestamp().to_string();
    let signature = hex::encode(hmac_sha256(secret.as_bytes(), format!("{time}.{body}").as_bytes()));
    let answer = client
        .post(url)
        .header("Content-Type", "application/json")
        .header("User-Agent", concat!("Switchboard/", env!("CARGO_PKG_VERSION")))
        .header("Switchboard-Event", event.id.to_string())
        .header("Switchboard-Timestamp", &time)
        .header("Switchboard-Signature", format!("v1={signature}"))
        .body(body)
        .send()
        .await
        .map_err(|e| Error::Internal(format!("webhook: {}", reason(&e))))?;
    if answer.status().is_success() {
        return Ok(());
    }
    Err(Error::Internal(format!("webhook: the app answered {}", answer.status())))
}

/// The innermost reason: the outer ones only repeat the address.
fn reason(error: &dyn std::error::Error) -> String {
    let mut inner = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    inner.to_string()
}

/// A client that goes nowhere but to where the admin has sent it.
fn client(url: &Url, allow_private: bool) -> Result<Client> {
    let refused = || Error::Internal("webhook: private addresses are not allowed".into());
    if !matches!(url.scheme(), "http" | "https") {
        return Err(refused());
    }
    let mut builder = Client::builder().redirect(Policy::none()).timeout(PATIENCE).no_proxy();
    if !allow_private {
        let literal =
            url.host_str().map(|host| host.trim_matches(['[', ']'])).and_then(|host| host.parse::<IpAddr>().ok());
        if literal.is_some_and(is_private) {
            return Err(refused());
        }
        // Looked at when the name is resolved for the connection itself, so that no second answer can differ.
        builder = builder.dns_resolver(Arc::new(PublicOnly));
    }
    builder.build().map_err(|e| Error::Internal(format!("webhook: {e}")))
}

struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| !is_private(address.ip())).collect();
            if public.is_empty() {
                return Err("private addresses are not allowed".into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to this machine, this network, or to nobody.
fn is_private(ip: IpAddr) -> bool {
    match ip {
        IpAddr::V4(v4) => {
            let [a, b, ..] = v4.octets();
            v4.is_private()
                || v4.is_loopback()
                || v4.is_link_local()
                || v4.is_unspecified()
                || v4.is_broadcast()
                || v4.is_documentation()
                || v4.is_multicast()
                || a == 0
                || a >= 240
                || (a == 100 && (64..128).contains(&b))
                || (a == 192 && b == 0)
                || (a == 198 && (18..20).contains(&b))
        }
        IpAddr::V6(v6) => is_private_v6(v6),
    }
}

fn is_private_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    let embedded = v6.to_ipv4_mapped().or_else(|| {
        let [_, _, _, _, _, _, high, low] = v6.segments();
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        // NAT64 reaches the IPv4 address that it carries.
        (first == 0x64 && second == 0xff9b).then(|| std::net::Ipv4Addr::new(a, b, c, d))
    });
    match embedded {
        Some(v4) => is_private(IpAddr::V4(v4)),
        None => {
            v6.is_loopback()
                || v6.is_unspecified()
                || v6.is_multicast()
                || (first & 0xfe00) == 0xfc00
                || (first & 0xffc0) == 0xfe80
                || first == 0x2002
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn private_addresses_are_known_in_every_disguise() {
        for private in [
            "127.0.0.1",
            "10.1.2.3",
            "172.16.0.1",
            "192.168.1.1",
            "169.254.169.254",
            "100.64.0.1",
            "0.0.0.0",
            "::1",
            "::ffff:10.0.0.1",
            "fd00::1",
            "fe80::1",
            "64:ff9b::a00:1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in ["8.8.8.8", "93.184.216.34", "2606:4700::1111"] {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn an_address_in_the_url_is_looked_at_too() {
        for url in ["http://127.0.0.1/x", "http://[::1]:80/", "http://2130706433/", "file:///etc/passwd"] {
            assert!(client(&Url::parse(url).unwrap(), false).is_err(), "{url}");
        }
        assert!(client(&Url::parse("http://127.0.0.1/x").unwrap(), true).is_ok());
    }
}
