//! An error as whoever asked can use it: a page with a way on, a toast that leaves the page as it is, or JSON.

use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use tracing::{error, warn};

use super::page::{Hx, ascii_json, html_response};
use super::shell::Bare;
use crate::error::Error;

/// The page of an error.
#[derive(Template)]
#[template(path = "error.html")]
struct ErrorPage {
    bare: Bare,
    status: u16,
    title: String,
    text: String,
    /// Where to go from here.
    back: &'static str,
}

/// Middleware: gives every error its final form. Logged here, once.
pub async fn answer(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody + 'static, BoxBody>>, actix_web::Error> {
    let request = req.request().clone();
    let answer = match next.call(req).await {
        Ok(answer) => answer,
        Err(error) => {
            let own = own_error(&error);
            return Ok(ServiceResponse::new(request.clone(), render(&request, &own)).map_into_right_body());
        }
    };
    let own = answer.response().error().map(own_error);
    match own {
        Some(own) => Ok(ServiceResponse::new(request.clone(), render(&request, &own)).map_into_right_body()),
        None => Ok(answer.map_into_left_body()),
    }
}

/// The answer for a path that no route knows.
pub async fn not_found() -> Result<HttpResponse, Error> {
    Err(Error::NotFound)
}

/// Errors of actix itself (a path that is no number, a body that is no form) in our words.
fn own_error(error: &actix_web::Error) -> Error {
    if let Some(own) = error.as_error::<Error>() {
        return copy(own);
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(super::routes::FORM_LIMIT),
        status if status.is_client_error() => Error::BadRequest(error.to_string()),
        _ => Error::Internal(error.to_string()),
    }
}

/// The same error for the answer. Only what the answer needs is kept; the rest goes to the log here.
fn copy(error: &Error) -> Error {
    match error {
        Error::NotFound => Error::NotFound,
        Error::SignIn => Error::SignIn,
        Error::Forbidden => Error::Forbidden,
        Error::BadRequest(why) => Error::BadRequest(why.clone()),
        Error::Invalid(said) => Error::Invalid(said.clone()),
        Error::Refused(said) => Error::Refused(said.clone()),
        Error::TooLarge(limit) => Error::TooLarge(*limit),
        Error::TooMany(seconds) => Error::TooMany(*seconds),
        Error::Db(failure) if failure.is_temporary() => {
            warn!(%failure, "the database did not answer");
            Error::Db(crate::db::Failure::Busy)
        }
        other => {
            error!(error = %other, "a request failed");
            Error::Internal(String::new())
        }
    }
}

fn render(req: &HttpRequest, error: &Error) -> HttpResponse {
    let status = error.status_code();
    let bare = Bare::of(req);
    let text = bare.say(&error.said());
    let hx = Hx::of(req.headers());
    let mut answer = if req.path().starts_with("/api/") {
        HttpResponse::build(status).json(serde_json::json!({ "error": { "code": error.code(), "message": text } }))
    } else if matches!(error, Error::SignIn) && !hx.is_htmx && req.method() == Method::GET {
        let to = format!("/login?next={}", next_url(req));
        HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
    } else if matches!(error, Error::SignIn) && hx.is_htmx {
        HttpResponse::build(status).insert_header(("HX-Redirect", "/login")).finish()
    } else if hx.is_htmx {
        let event = ascii_json(&serde_json::json!({ "toast": { "text": text, "bad": true } }).to_string());
        HttpResponse::build(status)
            .insert_header(("HX-Reswap", "none"))
            .insert_header(("HX-Trigger", event))
            .content_type("text/plain; charset=utf-8")
            .body(text)
    } else {
        page(bare, status, text)
    };
    if let Some(seconds) = error.retry_after() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

fn page(bare: Bare, status: StatusCode, text: String) -> HttpResponse {
    let title = match status {
        StatusCode::NOT_FOUND => bare.t("error-title-not-found"),
        StatusCode::FORBIDDEN => bare.t("error-title-forbidden"),
        StatusCode::SERVICE_UNAVAILABLE => bare.t("error-title-unavailable"),
        status if status.is_client_error() => bare.t("error-title-request"),
        _ => bare.t("error-title-internal"),
    };
    let page = ErrorPage { bare, status: status.as_u16(), title: title.to_string(), text, back: "/" };
    match page.render() {
        Ok(html) => html_response(status, html),
        Err(error) => {
            error!(%error, "the error page did not render");
            HttpResponse::build(status).finish()
        }
    }
}

fn next_url(req: &HttpRequest) -> String {
    let path = req.uri().path_and_query().map_or("/", |p| p.as_str());
    url::form_urlencoded::byte_serialize(path.as_bytes()).collect()
}
