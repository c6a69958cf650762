//! The address of whoever asks: the connection's, or the one that a trusted proxy names.

use std::net::{IpAddr, Ipv4Addr};

use actix_web::HttpRequest;
use actix_web::web::Data;

use crate::config::Config;

/// The client's address. `X-Forwarded-For` is believed only from a proxy of the settings, and there the last entry
/// that no such proxy added.
pub fn client_ip(req: &HttpRequest) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| addr.ip());
    let trusted = req.app_data::<Data<Config>>().map(|c| c.trusted_proxies.clone()).unwrap_or_default();
    if !trusted.contains(&peer) {
        return peer;
    }
    let header = req.headers().get("X-Forwarded-For").and_then(|v| v.to_str().ok()).unwrap_or_default();
    header
        .split(',')
        .rev()
        .filter_map(|part| part.trim().parse::<IpAddr>().ok())
        .find(|ip| !trusted.contains(ip))
        .unwrap_or(peer)
}

/// Whether the browser speaks TLS, to us or to the trusted proxy.
pub fn is_https(req: &HttpRequest) -> bool {
    let peer = req.peer_addr().map(|addr| addr.ip());
    let config = req.app_data::<Data<Config>>();
    if config.is_some_and(|c| c.public_url.as_deref().is_some_and(|url| url.starts_with("https://"))) {
        return true;
    }
    config.is_some_and(|c| peer.is_some_and(|ip| c.trusted_proxies.contains(&ip)))
        && req.headers().get("X-Forwarded-Proto").is_some_and(|v| v == "https")
}

/// The address of this installation as its visitors see it, without a slash at the end.
pub fn base_url(req: &HttpRequest) -> String {
    if let Some(url) = req.app_data::<Data<Config>>().and_then(|c| c.public_url.clone()) {
        return url;
    }
    let scheme = if is_https(req) { "https" } else { "http" };
    let host = req.headers().get("Host").and_then(|v| v.to_str().ok()).unwrap_or("localhost");
    format!("{scheme}://{host}")
}

/// `next` if it is a path of this site, else Home: a link to the sign-in page cannot send people elsewhere.
pub fn own_path(next: &str) -> &str {
    let plain = next.starts_with('/') && !next.starts_with("//") && !next.contains(['\\', '\r', '\n', '\t']);
    if plain { next } else { "/" }
}

/// The way back that a form carries, else `otherwise`. Only paths of this site are taken.
pub fn back_or(back: &str, otherwise: impl Into<String>) -> String {
    match own_path(back) {
        "/" => otherwise.into(),
        path => path.to_owned(),
    }
}
