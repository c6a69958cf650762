//! The JSON body of a request.

use std::future::Future;
use std::pin::Pin;

use actix_web::dev::Payload;
use actix_web::http::StatusCode;
use actix_web::web::Bytes;
use actix_web::{FromRequest, HttpRequest};
use serde::de::DeserializeOwned;

use crate::error::{Error, Result, Said};
use crate::web::bodies::FORM_LIMIT;

/// What the program sent. Extractors race, so a body that does not fit waits here until the guard has let it in.
pub struct Body<T>(Result<T>);

impl<T> Body<T> {
    /// The body, or the answer 422 that says what does not fit.
    pub fn read(self) -> Result<T> {
        self.0
    }
}

impl<T: DeserializeOwned> FromRequest for Body<T> {
    type Error = Error;
    type Future = Pin<Box<dyn Future<Output = Result<Self>>>>;

    fn from_request(req: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let bytes = Bytes::from_request(req, payload);
        Box::pin(async move { Ok(Self(bytes.await.map_err(refused).and_then(|bytes| parse(&bytes)))) })
    }
}

fn parse<T: DeserializeOwned>(bytes: &[u8]) -> Result<T> {
    serde_json::from_slice(bytes).map_err(|why| Error::Invalid(Said::from("api-json").with("why", why.to_string())))
}

fn refused(error: actix_web::Error) -> Error {
    match error.as_response_error().status_code() {
        StatusCode::PAYLOAD_TOO_LARGE => Error::TooLarge(FORM_LIMIT),
        _ => Error::BadRequest(error.to_string()),
    }
}
