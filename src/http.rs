//! HTTP that goes out: one pool of connections a process, which follows no redirect and reaches no private address
//! unless the installation's own settings lead there.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::sync::Arc;
use std::time::Duration;

use reqwest::dns::{Addrs, Name, Resolve, Resolving};
use reqwest::redirect::Policy;
use reqwest::{Client, Url};

use crate::error::{Error, Result};

/// How long a connection may take to come about.
const CONNECT: Duration = Duration::from_secs(10);

/// The clients of this process. Cheap to clone.
#[derive(Clone, Debug)]
pub struct Http {
    public: Client,
    anywhere: Client,
}

impl Http {
    /// Clients that give up after `patience`; a request may set its own.
    pub fn new(patience: Duration) -> Result<Self> {
        // Looked at when the name is resolved for the connection itself, so that no second answer can differ.
        let public = builder(patience).dns_resolver(Arc::new(PublicOnly)).build();
        let anywhere = builder(patience).build();
        match (public, anywhere) {
            (Ok(public), Ok(anywhere)) => Ok(Self { public, anywhere }),
            (Err(error), _) | (_, Err(error)) => Err(Error::Internal(format!("HTTP: {error}"))),
        }
    }

    /// The client for an address that strangers may have chosen: private ones are refused.
    pub fn public(&self, url: &Url) -> Result<&Client, Refused> {
        let literal = url.host_str().map(|host| host.trim_matches(['[', ']'])).and_then(|host| host.parse().ok());
        if !matches!(url.scheme(), "http" | "https") || literal.is_some_and(is_private) {
            return Err(Refused);
        }
        Ok(&self.public)
    }

    /// The client for an address that the installation's settings name: any that speaks HTTP.
    pub fn anywhere(&self, url: &Url) -> Result<&Client, Refused> {
        if matches!(url.scheme(), "http" | "https") { Ok(&self.anywhere) } else { Err(Refused) }
    }
}

/// Whether what somebody typed is an address of the web: with a host, and without a password in it.
pub fn is_web_address(typed: &str) -> bool {
    Url::parse(typed).is_ok_and(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    })
}

/// The address is private, or none of HTTP.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("private addresses are not allowed")]
pub struct Refused;

fn builder(patience: Duration) -> reqwest::ClientBuilder {
    Client::builder()
        .redirect(Policy::none())
        .connect_timeout(CONNECT.min(patience))
        .timeout(patience)
        .no_proxy()
        .user_agent(concat!("Switchboard/", env!("CARGO_PKG_VERSION")))
}

/// The innermost reason of a failed request: the outer ones only repeat the address, which may hold a secret.
pub fn reason(error: &reqwest::Error) -> String {
    let mut inner: &dyn std::error::Error = error;
    while let Some(source) = inner.source() {
        inner = source;
    }
    if std::ptr::addr_eq(std::ptr::from_ref(inner), std::ptr::from_ref(error)) {
        return if error.is_timeout() { "no answer in time".into() } else { "the connection failed".into() };
    }
    inner.to_string()
}

struct PublicOnly;

impl Resolve for PublicOnly {
    fn resolve(&self, name: Name) -> Resolving {
        Box::pin(async move {
            let found: Vec<SocketAddr> = tokio::net::lookup_host((name.as_str(), 0)).await?.collect();
            let public: Vec<SocketAddr> = found.into_iter().filter(|address| !is_private(address.ip())).collect();
            if public.is_empty() {
                return Err(Refused.into());
            }
            Ok(Box::new(public.into_iter()) as Addrs)
        })
    }
}

/// Whether an address belongs to this machine, this network, or to nobody.
pub fn is_private(ip: IpAddr) -> bool {
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

/// IANA gives hosts addresses below 2000::/3 alone; below it, some prefixes carry an IPv4 address or belong to nobody
/// (iana.org/assignments/iana-ipv6-special-registry).
fn is_private_v6(v6: Ipv6Addr) -> bool {
    let [first, second, ..] = v6.segments();
    let carried = v6.to_ipv4_mapped().or_else(|| {
        let [0x64, 0xff9b, 0, 0, 0, 0, high, low] = v6.segments() else { return None };
        let [a, b] = high.to_be_bytes();
        let [c, d] = low.to_be_bytes();
        // NAT64 reaches the IPv4 address that it carries.
        Some(Ipv4Addr::new(a, b, c, d))
    });
    if let Some(v4) = carried {
        return is_private(IpAddr::V4(v4));
    }
    match first {
        // Protocols, Teredo among them, and documentation.
        0x2001 => second < 0x200 || second == 0xdb8,
        // 6to4.
        0x2002 => true,
        // Documentation.
        0x3fff => second < 0x1000,
        _ => (first & 0xe000) != 0x2000,
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
            "64:ff9b:1::808:808",
            "::",
            "::7f00:1",
            "::10.0.0.1",
            "ff02::1",
            "fec0::1",
            "100::1",
            "2001::1",
            "2001:0:4136:e378:8000:63bf:3fff:fdd2",
            "2001:db8::1",
            "2002:a00:1::1",
            "3fff:fff::1",
        ] {
            assert!(is_private(private.parse().unwrap()), "{private}");
        }
        for public in
            ["8.8.8.8", "93.184.216.34", "2606:4700::1111", "2001:4860:4860::8888", "2a00:1450::1", "64:ff9b::808:808"]
        {
            assert!(!is_private(public.parse().unwrap()), "{public}");
        }
    }

    #[test]
    fn what_is_typed_is_a_web_address_or_not() {
        for good in ["https://shop.example", "http://10.0.0.1:8080/hook?x=1"] {
            assert!(is_web_address(good), "{good}");
        }
        let bad =
            ["", "x", "shop.example", "ftp://a.example", "javascript:alert(1)", "https://", "https://a:b@c.example"];
        for bad in bad {
            assert!(!is_web_address(bad), "{bad}");
        }
    }

    #[test]
    fn an_address_in_the_url_is_looked_at_too() {
        let http = Http::new(Duration::from_secs(1)).unwrap();
        for url in ["http://127.0.0.1/x", "http://[::1]:80/", "http://2130706433/", "file:///etc/passwd"] {
            assert_eq!(http.public(&Url::parse(url).unwrap()).err(), Some(Refused), "{url}");
        }
        assert!(http.anywhere(&Url::parse("http://127.0.0.1/x").unwrap()).is_ok());
        assert!(http.anywhere(&Url::parse("file:///etc/passwd").unwrap()).is_err());
    }
}
