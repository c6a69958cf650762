//! A sentence that says what was done, on the page after a redirect.

use actix_web::HttpRequest;
use actix_web::body::MessageBody;
use actix_web::cookie::time::Duration;
use actix_web::cookie::{Cookie, SameSite};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::{Method, header};
use actix_web::middleware::Next;

use super::i18n::{self, Lang};

const TOAST: &str = "toast";

/// What is said: the id of a message, and to how many it was done where the message tells.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Toast {
    key: &'static str,
    count: Option<i64>,
}

impl Toast {
    pub fn of_many(key: &'static str, count: i64) -> Self {
        Self { key, count: Some(count) }
    }

    pub fn said(self, lang: Lang) -> String {
        self.count.map_or_else(|| lang.t(self.key).to_string(), |count| lang.tn(self.key, count))
    }
}

impl From<&'static str> for Toast {
    fn from(key: &'static str) -> Self {
        Self { key, count: None }
    }
}

/// Carries a toast over a redirect. Without a next page it lasts a few seconds.
pub fn cookie(Toast { key, count }: Toast) -> Cookie<'static> {
    let value = count.map_or_else(|| key.to_owned(), |count| format!("{key}.{count}"));
    with(value, Duration::seconds(5))
}

fn with(value: String, age: Duration) -> Cookie<'static> {
    Cookie::build(TOAST, value).path("/").http_only(true).same_site(SameSite::Lax).max_age(age).finish()
}

/// The toast that the page before left. Only ids of toasts are taken: a cookie is the browser's word.
pub fn of(req: &HttpRequest) -> Option<Toast> {
    let cookie = req.cookie(TOAST)?;
    let (key, count) = cookie.value().split_once('.').unwrap_or((cookie.value(), ""));
    Some(Toast { key: i18n::toast_key(key)?, count: count.parse().ok() })
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
        answer.response_mut().add_cookie(&with(String::new(), Duration::ZERO))?;
    }
    Ok(answer)
}
