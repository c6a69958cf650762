//! An error as whoever asked can use it: a page with a way on, a toast that leaves the page as it is, or JSON.

use actix_session::storage::{SaveError, UpdateError};
use actix_web::body::{BoxBody, EitherBody, MessageBody};
use actix_web::dev::{ServiceRequest, ServiceResponse};
use actix_web::error::InternalError;
use actix_web::http::header::{self, HeaderValue};
use actix_web::http::{Method, StatusCode};
use actix_web::middleware::Next;
use actix_web::{HttpMessage, HttpRequest, HttpResponse, ResponseError};
use askama::Template;
use tracing::{error, warn};

use super::address;
use super::again::{Again, Kept};
use super::bodies::FORM_LIMIT;
use super::forms::Errors;
use super::i18n::Lang;
use super::page::{Hx, ascii_json, html_response};
use super::security;
use super::shell::{Bare, Shell};
use super::sign_in::{self, LoginPage, Words};
use crate::auth::Visit;
use crate::db::Failure;
use crate::db::types::StaffId;
use crate::error::{Error, Said, is_away};
use crate::secrets::Secrets;

/// What the page of an error says.
struct Told {
    status: u16,
    title: String,
    text: String,
    /// The form that met the error, where sending it once more makes sense.
    again: Option<Again>,
}

/// The page of an error for whoever is not signed in.
#[derive(Template)]
#[template(path = "errors/signed_out.html")]
struct SignedOutPage {
    bare: Bare,
    told: Told,
}

/// The same within the desk: everything else stays in reach.
#[derive(Template)]
#[template(path = "errors/signed_in.html")]
struct SignedInPage {
    sh: Shell,
    told: Told,
}

/// What the answer to an error needs of its request. Kept apart from the request itself, of which nothing may hold a
/// second copy while it is routed.
struct Asked {
    hx: Hx,
    bare: Bare,
    /// Of somebody whom the request has been found to be of, once it is answered.
    shell: Option<Shell>,
    is_get: bool,
    is_post: bool,
    is_api: bool,
    /// Asked by a company's program, whose maker reads the answer.
    is_program: bool,
    is_https: bool,
    /// Path and query.
    target: String,
    /// The page that the form of a browser without scripts stood on.
    from: String,
    /// Who was signed in last in this browser.
    last: Option<(StaffId, Secrets)>,
}

impl Asked {
    fn of(req: &HttpRequest) -> Self {
        // The chat's own page is asked for by an iframe, which shows what it gets.
        let is_page = req.path().ends_with("/frame");
        Self {
            hx: Hx::of(req.headers()),
            bare: Bare::of(req),
            shell: None,
            is_get: req.method() == Method::GET,
            is_post: req.method() == Method::POST,
            is_program: req.path().starts_with("/api/"),
            is_api: ["/api/", "/chat/", "/hooks/"].iter().any(|programs| req.path().starts_with(programs)) && !is_page,
            is_https: address::is_https(req),
            target: req.uri().path_and_query().map_or("/", |p| p.as_str()).to_owned(),
            from: address::referring_path(req).to_owned(),
            last: sign_in::last(req),
        }
    }

    /// With what has become known of whoever asked: they are answered in their language and theme.
    fn by_now(mut self, req: &HttpRequest) -> Self {
        self.shell = Visit::known(req).map(|visit| Shell::of(req, &visit));
        if let Some(Shell { lang, theme, .. }) = self.shell {
            self.bare = Bare { lang, theme };
        }
        self
    }

    /// Sent by a page without scripts.
    fn is_plain_form(&self) -> bool {
        self.is_post && !self.is_api && !self.hx.is_htmx
    }
}

/// Middleware: gives every error its final form, logged here, once, and every answer its security headers.
pub async fn answer(
    req: ServiceRequest,
    next: Next<impl MessageBody + 'static>,
) -> Result<ServiceResponse<EitherBody<impl MessageBody + 'static, BoxBody>>, actix_web::Error> {
    let asked = Asked::of(req.request());
    let kept = Kept::default();
    if asked.is_plain_form() {
        req.extensions_mut().insert(kept.clone());
    }
    let answer = match next.call(req).await {
        Ok(answer) => answer,
        Err(error) => {
            let is_https = asked.is_https;
            let mut answer = render(asked, &own_error(&error), &kept).await;
            security::put_headers(answer.headers_mut(), is_https);
            return Err(InternalError::from_response("answered", answer).into());
        }
    };
    let own = answer.response().error().map(own_error);
    let is_https = asked.is_https;
    let mut answer = match own {
        Some(own) => {
            let asked = asked.by_now(answer.request());
            answer.into_response(render(asked, &own, &kept).await).map_into_right_body()
        }
        None => answer.map_into_left_body(),
    };
    security::put_headers(answer.headers_mut(), is_https);
    Ok(answer)
}

/// A value that does not fit, for programs: 422 with its field.
pub fn field_json(lang: Lang, field: &str, said: &Said) -> HttpResponse {
    let error = serde_json::json!({ "code": "invalid", "message": lang.say(said), "field": field });
    HttpResponse::UnprocessableEntity().json(serde_json::json!({ "error": error }))
}

/// Values that do not fit, for programs that show all at once: the first as [`field_json`] has it, and each under `fields`.
/// `None` if all fit.
pub fn fields_json(lang: Lang, errors: &Errors) -> Option<HttpResponse> {
    let (field, said) = errors.first()?;
    let fields: serde_json::Map<_, _> =
        errors.iter().map(|(field, said)| (field.to_owned(), lang.say(said).into())).collect();
    let error = serde_json::json!({ "code": "invalid", "message": lang.say(said), "field": field, "fields": fields });
    Some(HttpResponse::UnprocessableEntity().json(serde_json::json!({ "error": error })))
}

/// The answer for a path that no route knows. Who asks is found out for the page that says so; nobody need have.
pub async fn not_found(req: HttpRequest) -> Result<HttpResponse, Error> {
    if let Err(error @ Error::Db(_)) = Visit::of(&req).await {
        warn!(%error, "nobody is known to whoever asked for nothing");
    }
    Err(Error::NotFound)
}

/// Errors of actix itself (a path that is no number, a body that is no form) in our words.
fn own_error(error: &actix_web::Error) -> Error {
    if let Some(own) = error.as_error::<Error>() {
        return copy(own);
    }
    // Sessions are in the database. actix-session hides what its store says behind a bare 500; the words are kept.
    let is_of_sessions = error.as_error::<InternalError<anyhow::Error>>().is_some()
        || error.as_error::<InternalError<SaveError>>().is_some()
        || error.as_error::<InternalError<UpdateError>>().is_some();
    if is_of_sessions {
        return Error::Db(Failure::Unreachable(format!("sessions: {error}")));
    }
    match error.as_response_error().status_code() {
        StatusCode::NOT_FOUND => Error::NotFound,
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(FORM_LIMIT),
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
        Error::TooSlow => Error::TooSlow,
        Error::Paused => Error::Paused,
        Error::TooMany(seconds) => Error::TooMany(*seconds),
        Error::Db(failure) if failure.is_temporary() => {
            warn!(%failure, "the database did not answer");
            Error::Db(Failure::Busy)
        }
        Error::File(error) if is_away(error) => {
            error!(%error, "the place of the files failed");
            Error::File(object_store::Error::Generic { store: "files", source: "told already".into() })
        }
        other => {
            error!(error = %other, "a request failed");
            Error::Internal(String::new())
        }
    }
}

async fn render(asked: Asked, error: &Error, kept: &Kept) -> HttpResponse {
    let (status, bare) = (error.status_code(), asked.bare);
    let text = bare.say(&match error {
        Error::BadRequest(why) if asked.is_program => Said::from("api-request").with("why", why),
        Error::SignIn if asked.is_program => "api-token".into(),
        other => other.said(),
    });
    let is_htmx = asked.hx.is_htmx;
    let needs_person = matches!(error, Error::SignIn);
    // The page that asked, not what it asked for: a region is no place to come back to.
    let back = if is_htmx { address::own_path(&asked.hx.here) } else { &asked.target };
    let mut answer = if asked.is_api {
        HttpResponse::build(status).json(serde_json::json!({ "error": { "code": error.code(), "message": text } }))
    } else if needs_person && is_htmx {
        HttpResponse::build(status).insert_header(("HX-Redirect", sign_in_url(back))).finish()
    } else if needs_person && asked.is_get {
        HttpResponse::SeeOther().insert_header((header::LOCATION, sign_in_url(back))).finish()
    } else if needs_person
        && let Some(words) = kept.form(&asked.target).await.and_then(|form| Words::of(form, asked.last))
    {
        let (next, errors) = (asked.from, Errors::default());
        let page = LoginPage { bare, business: String::new(), email: String::new(), next, errors, words: Some(words) };
        html(status, page.render())
    } else if is_htmx {
        let event = ascii_json(&serde_json::json!({ "toast": { "text": text, "bad": true } }).to_string());
        HttpResponse::build(status)
            .insert_header(("HX-Reswap", "none"))
            .insert_header(("HX-Trigger", event))
            .content_type("text/plain; charset=utf-8")
            .body(text)
    } else {
        let again = if error.retry_after().is_some() { kept.form(&asked.target).await } else { None };
        page(bare, asked.shell, status, Told { status: status.as_u16(), title: title(bare, status), text, again })
    };
    if let Some(seconds) = error.retry_after() {
        answer.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from(seconds));
    }
    answer
}

/// The sign-in page, from which one comes back to this path and query.
fn sign_in_url(back: &str) -> String {
    let next: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
    format!("/login?next={next}")
}

fn title(bare: Bare, status: StatusCode) -> String {
    let key = match status {
        StatusCode::NOT_FOUND => "error-title-not-found",
        StatusCode::FORBIDDEN => "error-title-forbidden",
        StatusCode::SERVICE_UNAVAILABLE => "error-title-unavailable",
        status if status.is_client_error() => "error-title-request",
        _ => "error-title-internal",
    };
    bare.t(key).to_string()
}

fn page(bare: Bare, shell: Option<Shell>, status: StatusCode, told: Told) -> HttpResponse {
    let page = match shell {
        Some(sh) => SignedInPage { sh, told }.render(),
        None => SignedOutPage { bare, told }.render(),
    };
    html(status, page)
}

fn html(status: StatusCode, page: askama::Result<String>) -> HttpResponse {
    match page {
        Ok(html) => html_response(status, html),
        Err(error) => {
            error!(%error, "the error page did not render");
            HttpResponse::build(status).finish()
        }
    }
}
