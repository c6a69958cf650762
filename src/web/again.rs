//! What was typed is not lost when the database does not answer: the page that says so holds the form once more.
//!
//! The same when the session has ended: the sign-in page holds it (`sign_in`).
//!
//! For forms without scripts only. With scripts the page stays as it is, and so does what stands in it.

use std::cell::OnceCell;
use std::rc::Rc;

use actix_multipart::Multipart;
use actix_web::HttpMessage;
use actix_web::body::MessageBody;
use actix_web::dev::{Payload, ServiceRequest, ServiceResponse};
use actix_web::error::PayloadError;
use actix_web::http::header::{self, HeaderMap, HeaderValue};
use actix_web::middleware::Next;
use actix_web::web::Bytes;
use futures_util::{StreamExt, stream};
use serde::{Deserialize, Serialize};

use super::bodies::FORM_LIMIT;

/// The beginning of a form's body, as far as it has been read. Fields that come after large files are not in it.
#[derive(Clone, Default)]
pub struct Kept(Rc<OnceCell<(HeaderValue, Vec<Bytes>)>>);

/// A form as it can be sent once more.
#[derive(Serialize, Deserialize)]
pub struct Again {
    /// Path and query.
    pub target: String,
    pub fields: Vec<Typed>,
    pub is_multipart: bool,
    /// The fields that held files: they have to be chosen again.
    pub files: Vec<String>,
}

/// A field with what was typed into it.
#[derive(Serialize, Deserialize)]
pub struct Typed {
    pub name: String,
    pub value: String,
}

impl Typed {
    /// Several words, or the one of a message: a person has written them, and sees that they are still there. Numbers,
    /// choices and tokens have no spaces.
    pub fn is_prose(&self) -> bool {
        let value = self.value.trim();
        value.contains(char::is_whitespace) || (self.name == "text" && !value.is_empty())
    }

    /// Whether this is what no page may hold.
    fn is_secret(&self) -> bool {
        is_secret(&self.name) && !self.value.is_empty()
    }
}

/// Whether a field of this name holds a password or a key.
pub fn is_secret(name: &str) -> bool {
    let is_token = name.ends_with("token") && name != "form_token";
    is_token || name.contains("password") || name.contains("secret") || matches!(name, "old" | "again")
}

/// Middleware: keeps what is needed for [`Kept::form`], where the request has a place for it.
pub async fn keep(
    mut req: ServiceRequest,
    next: Next<impl MessageBody>,
) -> Result<ServiceResponse<impl MessageBody>, actix_web::Error> {
    let kept = req.extensions().get::<Kept>().cloned();
    let content_type = req.headers().get(header::CONTENT_TYPE).cloned();
    if let (Some(kept), Some(content_type)) = (kept, content_type) {
        let (begun, body) = begin(req.take_payload()).await;
        // The place is fresh with each request.
        let _ = kept.0.set((content_type, begun));
        req.set_payload(body);
    }
    next.call(req).await
}

/// Reads the first pieces of a body, and returns them with the whole of it.
async fn begin(mut body: Payload) -> (Vec<Bytes>, Payload) {
    let (mut read, mut size): (Vec<Result<Bytes, PayloadError>>, usize) = (vec![], 0);
    while size < FORM_LIMIT {
        let Some(piece) = body.next().await else { break };
        let is_end = piece.is_err();
        size += piece.as_ref().map_or(0, Bytes::len);
        read.push(piece);
        if is_end {
            break;
        }
    }
    let begun = read.iter().flatten().cloned().collect();
    (begun, Payload::Stream { payload: Box::pin(stream::iter(read).chain(body).fuse()) })
}

impl Kept {
    /// The form that was sent to `target`; nothing if there was none, or one with a secret in it.
    pub async fn form(&self, target: &str) -> Option<Again> {
        let (content_type, pieces) = self.0.get()?;
        let kind = content_type.to_str().ok()?;
        let body = Bytes::from(pieces.concat());
        let mut form = Again { target: target.to_owned(), fields: vec![], is_multipart: false, files: vec![] };
        if kind.starts_with("application/x-www-form-urlencoded") {
            let pairs = url::form_urlencoded::parse(&body);
            form.fields.extend(pairs.map(|(name, value)| Typed { name: name.into(), value: value.into() }));
        } else if kind.starts_with("multipart/form-data") {
            form.is_multipart = true;
            form.read_parts(content_type, body).await;
        }
        let is_of_use = !form.fields.is_empty() && !form.fields.iter().any(Typed::is_secret);
        is_of_use.then_some(form)
    }
}

impl Again {
    /// As many fields as there are whole ones.
    async fn read_parts(&mut self, content_type: &HeaderValue, body: Bytes) {
        let mut headers = HeaderMap::new();
        headers.insert(header::CONTENT_TYPE, content_type.clone());
        let mut parts = Multipart::new(&headers, stream::iter([Ok::<_, PayloadError>(body)]));
        while let Some(Ok(mut part)) = parts.next().await {
            let name = part.name().unwrap_or_default().to_owned();
            match part.content_disposition().and_then(|about| about.get_filename()) {
                // Browsers send an empty part for a file field in which nothing was chosen.
                Some("") => {}
                Some(_) if self.files.contains(&name) => {}
                Some(_) => self.files.push(name),
                None => match part.bytes(FORM_LIMIT).await {
                    Ok(Ok(value)) => {
                        self.fields.push(Typed { name, value: String::from_utf8_lossy(&value).into_owned() });
                    }
                    _ => return,
                },
            }
        }
    }
}
