//! One error for every request, and how it answers.
//!
//! Which error belongs where:
//! - what the person typed is wrong: the handler answers 422 with its own form (`web::forms`), or, where there is no
//!   form to show again (API, stale page), [`Error::Invalid`];
//! - what they ask for is not there, or not for them to see: [`Error::NotFound`], the same for both;
//! - they see it but may not do this: [`Error::Forbidden`];
//! - the state of things has no room for it (already closed, blocked): [`Error::Refused`], with words that say why;
//! - the database or the place of the files failed: [`Error::Db`], [`Error::File`]: logged once, here, and answered
//!   without details, with 503 where it may be there again soon.
//!
//! `web::errors` turns an error into a page, a toast or JSON, by what was asked for.

use std::panic::AssertUnwindSafe;

use actix_web::http::StatusCode;
use actix_web::{HttpResponse, ResponseError};

use futures_util::FutureExt;

use crate::db::Failure;

/// What every fallible function of the product returns.
pub type Result<T, E = Error> = std::result::Result<T, E>;

/// A message of `locales/` with its arguments: a sentence in the language of whoever reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Said {
    /// The Fluent id.
    pub key: &'static str,
    /// Arguments by name.
    pub args: Vec<(&'static str, Arg)>,
}

/// An argument of a sentence. A number is written, and counted with, in the reader's language; a text stands as it is, though
/// it be of digits, as phone numbers are.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Arg {
    Number(i64),
    Text(String),
}

impl From<String> for Arg {
    fn from(text: String) -> Self {
        Self::Text(text)
    }
}

impl From<&str> for Arg {
    fn from(text: &str) -> Self {
        Self::Text(text.to_owned())
    }
}

impl From<&String> for Arg {
    fn from(text: &String) -> Self {
        Self::Text(text.clone())
    }
}

macro_rules! numbers {
    ($($number:ty),*) => {$(
        impl From<$number> for Arg {
            fn from(number: $number) -> Self {
                // Nobody reads a number beyond these.
                Self::Number(i64::try_from(number).unwrap_or(i64::MAX))
            }
        }
    )*};
}

numbers!(i32, i64, u32, u64, usize);

impl From<&'static str> for Said {
    fn from(key: &'static str) -> Self {
        Self { key, args: vec![] }
    }
}

impl Said {
    /// With one more argument.
    pub fn with(mut self, name: &'static str, value: impl Into<Arg>) -> Self {
        self.args.push((name, value.into()));
        self
    }
}

/// What work in the background comes to; a panic is an error of it, so that whoever runs it goes on with what is next.
pub async fn caught<T>(work: impl Future<Output = Result<T>>) -> Result<T> {
    let outcome = AssertUnwindSafe(work).catch_unwind().await;
    outcome.unwrap_or_else(|_| Err(Error::Internal("it panicked".into())))
}

/// Why something was refused; `None` if it was not.
pub fn why_refused(done: Result<()>) -> Result<Option<Said>> {
    match done {
        Ok(()) => Ok(None),
        Err(Error::Refused(said)) => Ok(Some(said)),
        Err(other) => Err(other),
    }
}

/// Why a request was not done.
#[derive(Debug, thiserror::Error)]
pub enum Error {
    /// Nothing is there, or nothing that this person may see.
    #[error("not found")]
    NotFound,
    /// Nobody is signed in.
    #[error("sign in first")]
    SignIn,
    /// The role does not allow it.
    #[error("forbidden")]
    Forbidden,
    /// A request from another site, or one that no page of ours makes.
    #[error("bad request: {0}")]
    BadRequest(String),
    /// A value does not fit, where no form can be shown again.
    #[error("invalid: {}", .0.key)]
    Invalid(Said),
    /// The state of things has no room for it.
    #[error("refused: {}", .0.key)]
    Refused(Said),
    /// More than is accepted, in bytes.
    #[error("too large, the limit is {0} bytes")]
    TooLarge(usize),
    /// A body that came too slowly, or stopped coming.
    #[error("the body did not come in time")]
    TooSlow,
    /// The channel that is meant is on pause; a program may come again.
    #[error("the channel is on pause")]
    Paused,
    /// Too often; seconds until it may be tried again.
    #[error("too many requests, try again in {0} s")]
    TooMany(u64),
    /// The database.
    #[error(transparent)]
    Db(#[from] Failure),
    /// The file store.
    #[error("file store: {0}")]
    File(#[from] object_store::Error),
    /// A template did not render: a bug.
    #[error("template: {0}")]
    Render(#[from] askama::Error),
    /// Anything else that only a bug or a broken machine brings about.
    #[error("{0}")]
    Internal(String),
}

impl From<diesel::result::Error> for Error {
    fn from(error: diesel::result::Error) -> Self {
        match error {
            diesel::result::Error::NotFound => Error::NotFound,
            // PostgreSQL keeps no NUL in its texts; nobody types one.
            diesel::result::Error::DatabaseError(_, info)
                if info.message().starts_with("invalid byte sequence for encoding") =>
            {
                Error::BadRequest(info.message().to_owned())
            }
            other => Error::Db(other.into()),
        }
    }
}

impl Error {
    /// A refusal, by its message's id.
    pub fn refused(key: &'static str) -> Self {
        Error::Refused(key.into())
    }

    /// The sentence for people.
    pub fn said(&self) -> Said {
        match self {
            Error::NotFound => "error-not-found".into(),
            Error::SignIn => "error-sign-in".into(),
            Error::Forbidden => "error-forbidden".into(),
            Error::BadRequest(_) => "error-bad-request".into(),
            Error::Invalid(said) | Error::Refused(said) => said.clone(),
            Error::TooLarge(limit) => too_large(*limit),
            Error::TooSlow => "error-too-slow".into(),
            Error::Paused => "api-paused".into(),
            Error::TooMany(seconds) => Said::from("error-too-many").with("seconds", *seconds),
            Error::Db(failure) if failure.is_temporary() => "error-database".into(),
            Error::File(error) if is_away(error) => "error-files".into(),
            Error::Db(_) | Error::File(_) | Error::Render(_) | Error::Internal(_) => "error-internal".into(),
        }
    }

    /// A short name for programs, as the API answers it.
    pub fn code(&self) -> &'static str {
        match self {
            Error::NotFound => "not_found",
            Error::SignIn => "unauthorized",
            Error::Forbidden => "forbidden",
            Error::BadRequest(_) => "bad_request",
            Error::Invalid(_) => "invalid",
            Error::Refused(_) => "refused",
            Error::TooLarge(_) => "too_large",
            Error::TooSlow => "too_slow",
            Error::Paused => "channel_paused",
            Error::TooMany(_) => "too_many_requests",
            Error::Db(failure) if failure.is_temporary() => "unavailable",
            Error::File(error) if is_away(error) => "unavailable",
            Error::Db(_) | Error::File(_) | Error::Render(_) | Error::Internal(_) => "internal",
        }
    }

    /// Seconds after which trying again makes sense.
    pub fn retry_after(&self) -> Option<u64> {
        match self {
            Error::TooMany(seconds) => Some(*seconds),
            Error::Paused => Some(60),
            Error::Db(failure) if failure.is_temporary() => Some(1),
            Error::File(error) if is_away(error) => Some(5),
            _ => None,
        }
    }
}

/// Whether it is the place of the files that fails: it does not answer, is full, or does not let us in. A file that is
/// missing there is another matter, and trying again does not help.
pub fn is_away(error: &object_store::Error) -> bool {
    use object_store::Error::{Generic, PermissionDenied, Unauthenticated};
    matches!(error, Generic { .. } | PermissionDenied { .. } | Unauthenticated { .. })
}

/// The limit as people count it.
fn too_large(bytes: usize) -> Said {
    const KB: usize = 1024;
    let (limit, unit) = if bytes < KB * KB { (bytes / KB, "kb") } else { (bytes / (KB * KB), "mb") };
    Said::from("error-too-large").with("limit", limit).with("unit", unit)
}

impl ResponseError for Error {
    fn status_code(&self) -> StatusCode {
        match self {
            Error::NotFound => StatusCode::NOT_FOUND,
            Error::SignIn => StatusCode::UNAUTHORIZED,
            Error::Forbidden => StatusCode::FORBIDDEN,
            Error::BadRequest(_) => StatusCode::BAD_REQUEST,
            Error::Invalid(_) => StatusCode::UNPROCESSABLE_ENTITY,
            Error::Refused(_) => StatusCode::CONFLICT,
            Error::TooLarge(_) => StatusCode::PAYLOAD_TOO_LARGE,
            Error::TooSlow => StatusCode::REQUEST_TIMEOUT,
            Error::Paused => StatusCode::SERVICE_UNAVAILABLE,
            Error::TooMany(_) => StatusCode::TOO_MANY_REQUESTS,
            Error::Db(failure) if failure.is_temporary() => StatusCode::SERVICE_UNAVAILABLE,
            Error::File(error) if is_away(error) => StatusCode::SERVICE_UNAVAILABLE,
            Error::Db(_) | Error::File(_) | Error::Render(_) | Error::Internal(_) => StatusCode::INTERNAL_SERVER_ERROR,
        }
    }

    /// The bare answer; `web::errors` makes a page, a toast or JSON of it.
    fn error_response(&self) -> HttpResponse {
        HttpResponse::build(self.status_code()).finish()
    }
}
