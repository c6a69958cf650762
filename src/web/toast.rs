//! A sentence that says what was done, on the page after a redirect.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;

use super::i18n;

const TOAST: &str = "toast";

/// Carries a toast over a redirect, by its message id. Without a next page it lasts a few seconds.
pub fn cookie(key: &'static str) -> Cookie<'static> {
    with(key, Duration::seconds(5))
}

fn with(key: &'static str, age: Duration) -> Cookie<'static> {
    Cookie::build(TOAST, key).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

/// The toast that the page before left. Only ids of toasts are taken: a cookie is the browser's word.
pub fn of(req: &HttpRequest) -> Option<&'static str> {
    let cookie = req.cookie(TOAST)?;
    i18n::toast_key(cookie.value())
}

/// Takes the toast back once a page has shown it: the page after that would say it again.
pub async fn shown_once(
    req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let is_part = req.headers().get("HX-Request-Type").is_some_and(|kind| kind == "partial");
    let shows = req.method() == Method::GET && !is_part && req.cookie(TOAST).is_some();
    let mut answer = next.call(req).await?;
    let html = answer.headers().get(header::CONTENT_TYPE).is_some_and(|kind| kind.as_bytes().starts_with(b"text/html"));
    if shows && html {
        answer.response_mut().add_cookie(&with("", Duration::ZERO))?;
    }
    Ok(answer)
}
