//! Files for staff, and the answer that carries any file.

use actix_web::HttpResponse;
use actix_web::body::SizedStream;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Data, Path};

use super::contents::Files;
use super::model::Attachment;
use super::{links, store};
use crate::auth::{CustomerScope, Operator};
use crate::db::Db;
use crate::db::types::{AccountId, AttachmentId, UtcTime};
use crate::error::{Error, Result};
use crate::secrets::Secrets;

/// `GET /files/{attachment}`.
pub async fn file(by: Operator, db: Data<Db>, files: Data<Files>, id: Path<AttachmentId>) -> Result<HttpResponse> {
    let scope = by.scope();
    let found = db.read(move |conn| store::find(conn, &scope, *id)).await?;
    answer(&files, &found).await
}

/// `GET /avatars/{account}`: the picture of a customer, as their messenger shows it.
pub async fn avatar(by: Operator, db: Data<Db>, files: Data<Files>, id: Path<AccountId>) -> Result<HttpResponse> {
    let scope = by.scope();
    let found = db.read(move |conn| store::find_avatar(conn, &scope, *id)).await?;
    answer(&files, &found).await
}

/// `GET /shared/{signed}/{name}`, and `HEAD`: a file for whoever has a link that works. The signature is the right; any
/// other link is as if there were no such file.
pub async fn shared(
    db: Data<Db>,
    secrets: Data<Secrets>,
    files: Data<Files>,
    path: Path<(String, String)>,
) -> Result<HttpResponse> {
    let id = links::open(&secrets, &path.0, UtcTime::now()).ok_or(Error::NotFound)?;
    let found = db.read(move |conn| store::find(conn, &CustomerScope::system(), id)).await?;
    answer(&files, &found).await
}

/// A file as an answer: harmless pictures in place, everything else as a download that can run nothing.
pub async fn answer(files: &Files, file: &Attachment) -> Result<HttpResponse> {
    let (kind, way) =
        if file.is_picture() { (file.content_type.as_str(), "inline") } else { (download_type(file), "attachment") };
    let content = Stored { sha256: &file.sha256, size: file.size, name: &file.name };
    stream(files, &content, kind, way, "private, max-age=86400").await
}

/// A file that the program has made, as a download that no cache keeps: its time is limited.
pub async fn download(files: &Files, content: &Stored<'_>, kind: &str) -> Result<HttpResponse> {
    stream(files, content, kind, "attachment", "no-store").await
}

/// The same for bytes that are made as they are asked for.
pub fn download_bytes(bytes: Vec<u8>, name: &str, kind: &str) -> Result<HttpResponse> {
    as_file(HttpResponse::Ok().content_type(kind).body(bytes), &disposition("attachment", name), "no-store")
}

/// What is sent of the store, and under which name.
pub struct Stored<'a> {
    pub sha256: &'a str,
    pub size: i64,
    pub name: &'a str,
}

async fn stream(
    files: &Files,
    content: &Stored<'_>,
    kind: &str,
    way: &str,
    cache: &'static str,
) -> Result<HttpResponse> {
    let stream = files.read(content.sha256).await?;
    let size = u64::try_from(content.size).unwrap_or_default();
    let answer = HttpResponse::Ok().content_type(kind).body(SizedStream::new(size, stream));
    let mut answer = as_file(answer, &disposition(way, content.name), cache)?;
    // What is compressed already stays as it is, with its length.
    answer.headers_mut().insert(header::CONTENT_ENCODING, HeaderValue::from_static("identity"));
    Ok(answer)
}

/// An answer as a file that can run nothing.
fn as_file(mut answer: HttpResponse, disposition: &str, cache: &'static str) -> Result<HttpResponse> {
    let disposition = HeaderValue::from_str(disposition).map_err(|e| Error::Internal(e.to_string()))?;
    for (name, value) in [
        (header::CONTENT_DISPOSITION, disposition),
        (header::CONTENT_SECURITY_POLICY, HeaderValue::from_static("default-src 'none'; sandbox")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (header::CACHE_CONTROL, HeaderValue::from_static(cache)),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ] {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

/// Nothing that a browser would run goes out under a type that lets it.
fn download_type(file: &Attachment) -> &str {
    match file.content_type.as_str() {
        "text/html" | "text/xml" | "image/svg+xml" | "application/xhtml+xml" => "application/octet-stream",
        "text/plain" => "text/plain; charset=utf-8",
        other => other,
    }
}

/// RFC 6266: a plain name for old programs, the real one in UTF-8.
fn disposition(way: &str, name: &str) -> String {
    let plain: String =
        name.chars().map(|c| if c.is_ascii_alphanumeric() || " ._-()".contains(c) { c } else { '_' }).collect();
    let mut coded = String::with_capacity(name.len() * 3);
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || b"._-".contains(&byte) {
            coded.push(char::from(byte));
        } else {
            coded.push_str(&format!("%{byte:02X}"));
        }
    }
    format!("{way}; filename=\"{plain}\"; filename*=UTF-8''{coded}")
}

#[cfg(test)]
mod tests {
    #[test]
    fn a_name_cannot_leave_its_header() {
        let made = super::disposition("attachment", "Отчёт \"x\".pdf");
        assert!(made.starts_with("attachment; filename=\"_____ _x_.pdf\"; filename*=UTF-8''%D0%9E"));
    }
}
