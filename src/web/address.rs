//! The address of whoever asks: the connection's, or the one that a trusted proxy names.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};

use actix_web::HttpRequest;
use actix_web::http::header;
use actix_web::web::Data;

use crate::config::Config;

/// The client's address. `X-Forwarded-For` is believed only from a proxy of the settings, and there the last entry
/// that no such proxy added.
pub fn client_ip(req: &HttpRequest) -> IpAddr {
    let peer = req.peer_addr().map_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED), |addr| addr.ip());
    let Some(config) = req.app_data::<Data<Config>>().filter(|c| c.trusted_proxies.contains(&peer)) else {
        return peer;
    };
    // A proxy may add a line of its own, below the client's.
    let lines: Vec<&str> = req.headers().get_all("X-Forwarded-For").map(|v| v.to_str().unwrap_or_default()).collect();
    nearest_stranger(&lines, &config.trusted_proxies).unwrap_or(peer)
}

/// The last entry that is not a trusted proxy. What stands before one that cannot be read was written by nobody knows whom.
fn nearest_stranger(lines: &[&str], trusted: &[IpAddr]) -> Option<IpAddr> {
    let entries = lines.iter().rev().flat_map(|line| line.rsplit(','));
    entries.map_while(|entry| entry_address(entry.trim())).find(|ip| !trusted.contains(ip))
}

/// The address of an entry; some proxies write the port, too.
fn entry_address(entry: &str) -> Option<IpAddr> {
    entry.parse().ok().or_else(|| entry.parse::<SocketAddr>().ok().map(|socket| socket.ip()))
}

/// The token of `Authorization: Bearer …`, the word in any case (RFC 9110, section 11.1); `None` without one.
pub fn bearer(req: &HttpRequest) -> Option<&str> {
    let sent = req.headers().get(header::AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = sent.trim_start().split_once(' ')?;
    Some(token.trim()).filter(|token| scheme.eq_ignore_ascii_case("bearer") && !token.is_empty())
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
    // As an address is written: what else stands here would not fit into a header.
    let is_written = next.bytes().all(|byte| byte.is_ascii_graphic() && byte != b'\\');
    let plain = next.starts_with('/') && !next.starts_with("//") && is_written;
    if plain { next } else { "/" }
}

/// The path of the page that a form stood on.
pub fn referring_path(req: &HttpRequest) -> &str {
    let referer = req.headers().get(header::REFERER).and_then(|v| v.to_str().ok()).unwrap_or_default();
    let path = referer.split_once("://").and_then(|(_, rest)| rest.find('/').map(|at| &rest[at..]));
    own_path(path.unwrap_or("/"))
}

/// The way back that a form carries, else `otherwise`. Only paths of this site are taken.
pub fn back_or(back: &str, otherwise: impl Into<String>) -> String {
    match own_path(back) {
        "/" => otherwise.into(),
        path => path.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use actix_web::test::TestRequest;

    use super::*;

    /// Only what a trusted proxy has added is believed.
    #[test]
    fn nobody_names_their_own_address() {
        let at = |text: &str| text.parse::<IpAddr>().unwrap();
        let trusted = [at("10.0.0.1"), at("10.0.0.2")];
        let found = |lines: &[&str]| nearest_stranger(lines, &trusted);
        assert_eq!(found(&["6.6.6.6, 203.0.113.7, 10.0.0.2"]), Some(at("203.0.113.7")));
        assert_eq!(found(&["6.6.6.6", "203.0.113.7"]), Some(at("203.0.113.7")), "the proxy's own line");
        assert_eq!(found(&["6.6.6.6, 203.0.113.7:51234"]), Some(at("203.0.113.7")), "with a port");
        assert_eq!(found(&["2001:db8::9, [2001:db8::7]:443"]), Some(at("2001:db8::7")));
        assert_eq!(found(&["6.6.6.6, unknown"]), None, "nothing before what cannot be read");
        assert_eq!(found(&["10.0.0.2"]), None);
        assert_eq!(found(&[]), None);
    }

    #[test]
    fn a_token_is_borne_in_any_case() {
        let sent = |value: &str| {
            let req = TestRequest::default().insert_header((header::AUTHORIZATION, value)).to_http_request();
            bearer(&req).map(str::to_owned)
        };
        for value in ["Bearer abc", "bearer abc", "BEARER  abc "] {
            assert_eq!(sent(value).as_deref(), Some("abc"), "{value}");
        }
        for value in ["abc", "Basic abc", "Bearer", "Bearer ", "Bearerabc"] {
            assert_eq!(sent(value), None, "{value}");
        }
    }

    #[test]
    fn a_way_back_fits_into_a_header() {
        assert_eq!(own_path("/customers?q=%D0%B8"), "/customers?q=%D0%B8");
        for elsewhere in
            ["//evil.example", "/\\evil.example", "https://evil.example", "/a\r\nb", "/имя", "/a b", "/\u{1}"]
        {
            assert_eq!(own_path(elsewhere), "/", "{elsewhere}");
        }
    }
}
