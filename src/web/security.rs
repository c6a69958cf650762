//! Headers that every answer carries, and the refusal of writes from other sites.

use actix_web::body::MessageBody;
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::Method;
use actix_web::http::header::{self, HeaderMap, HeaderName, HeaderValue};
use actix_web::middleware::Next;

use super::address;
use crate::error::Error;

/// No inline script or style, nothing from elsewhere, no eval (Trusted Types).
const CSP: &str = "default-src 'self'; script-src 'self'; style-src 'self'; img-src 'self' blob:; base-uri 'none'; \
    form-action 'self'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types htmx";

const HEADERS: &[(&str, &str)] = &[
    ("content-security-policy", CSP),
    ("x-content-type-options", "nosniff"),
    ("referrer-policy", "same-origin"),
    ("cross-origin-opener-policy", "same-origin"),
    ("permissions-policy", "camera=(), microphone=(), geolocation=()"),
];

/// Adds the headers that the handler has not set itself (the widget's frame has its own policy).
pub fn put_headers(map: &mut HeaderMap, is_https: bool) {
    for (name, value) in HEADERS {
        let name = HeaderName::from_static(name);
        if !map.contains_key(&name) {
            map.insert(name, HeaderValue::from_static(value));
        }
    }
    if is_https {
        map.insert(header::STRICT_TRANSPORT_SECURITY, HeaderValue::from_static("max-age=31536000"));
        secure_cookies(map);
    }
}

/// Keeps the cookies of an answer over TLS to TLS, whoever has made them.
fn secure_cookies(map: &mut HeaderMap) {
    let cookies: Vec<HeaderValue> = map.remove(header::SET_COOKIE).collect();
    for cookie in cookies {
        let secure = HeaderValue::from_bytes(&[cookie.as_bytes(), b"; Secure"].concat()).unwrap_or(cookie);
        map.append(header::SET_COOKIE, secure);
    }
}

/// Paths that other sites and programs call on purpose; they carry their own proof.
const OPEN: &[&str] = &["/api/", "/hooks/"];

/// Refuses a write that a page of another site makes in our visitor's name.
pub async fn same_origin(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let reads = matches!(*req.method(), Method::GET | Method::HEAD | Method::OPTIONS);
    if !reads && !OPEN.iter().any(|open| req.path().starts_with(open)) && is_foreign(&req) {
        return Err(Error::BadRequest("a write from another site".into()).into());
    }
    next.call(req).await
}

fn is_foreign(req: &ServiceRequest) -> bool {
    let text = |name: &str| req.headers().get(name).and_then(|v| v.to_str().ok());
    if let Some(site) = text("Sec-Fetch-Site") {
        return !matches!(site, "same-origin" | "none");
    }
    // Browsers that do not tell the site tell the origin with every write. Programs tell neither and have no cookie to steal.
    match text("Origin") {
        Some(origin) => {
            let host = origin.split_once("://").map(|(_, host)| host);
            let public = address::base_url(req.request());
            host != text("Host") && Some(origin) != Some(public.as_str())
        }
        None => false,
    }
}
