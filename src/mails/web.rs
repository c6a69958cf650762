//! `/mails/{message}`: how a mail looks, made harmless, and its bytes.

use actix_web::HttpResponse;
use actix_web::http::header::{self, HeaderName, HeaderValue};
use actix_web::web::{Data, Path, Query};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use bytes::Bytes;
use serde::Deserialize;

use super::model::Mail;
use super::store::{self, Stored};
use super::views::MailPage;
use crate::auth::Operator;
use crate::channels::email::{Clean, Remote, for_showing, has_remote};
use crate::db::Db;
use crate::db::types::{AttachmentId, MessageId};
use crate::error::{Error, Result};
use crate::files::{self, Attachment, Files};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Bytes of pictures that a look holds in all. More can be had from the original.
const PICTURES: i64 = 8 * 1024 * 1024;

#[derive(Deserialize)]
pub struct Asked {
    /// `shown`: pictures from elsewhere too.
    #[serde(default)]
    pictures: String,
}

impl Asked {
    fn remote(&self) -> Remote {
        if self.pictures == "shown" { Remote::Shown } else { Remote::Blocked }
    }
}

/// `GET /mails/{message}`.
pub async fn page(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    stored: Data<Files>,
    id: Path<MessageId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let (mail, html, _) = found(by, &db, &stored, id.into_inner()).await?;
    let has_remote = tokio::task::spawn_blocking(move || has_remote(&String::from_utf8_lossy(&html)));
    let has_remote = has_remote.await.map_err(|e| Error::Internal(e.to_string()))?;
    let shows_remote = asked.remote() == Remote::Shown;
    hx.page(&MailPage { sh, head: (&mail).into(), mail, has_remote, shows_remote })
}

/// `GET /mails/{message}/look`: the HTML for the frame of the page.
pub async fn look(
    by: Operator,
    db: Data<Db>,
    stored: Data<Files>,
    id: Path<MessageId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let remote = asked.remote();
    let clean = look_of(by, &db, &stored, id.into_inner(), remote).await?;
    let html = format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"><title></title></head><body>\n{}\n</body></html>\n",
        clean.html
    );
    let pictures = if remote == Remote::Shown { "data: https:" } else { "data:" };
    // What the cleaning should ever overlook can run nothing, fetch nothing and reach nothing of ours.
    let policy = format!(
        "default-src 'none'; img-src {pictures}; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; \
         frame-ancestors 'self'; sandbox allow-popups allow-popups-to-escape-sandbox"
    );
    let policy = HeaderValue::from_str(&policy).map_err(|e| Error::Internal(e.to_string()))?;
    let mut answer = HttpResponse::Ok().content_type("text/html; charset=utf-8").body(html);
    for (name, value) in [
        (header::CONTENT_SECURITY_POLICY, policy),
        (header::REFERRER_POLICY, HeaderValue::from_static("no-referrer")),
        (header::CACHE_CONTROL, HeaderValue::from_static("private, no-store")),
        (header::X_CONTENT_TYPE_OPTIONS, HeaderValue::from_static("nosniff")),
        (HeaderName::from_static("cross-origin-resource-policy"), HeaderValue::from_static("same-origin")),
    ] {
        answer.headers_mut().insert(name, value);
    }
    Ok(answer)
}

/// `GET /mails/{message}/original`: the mail as it came, to download.
pub async fn original(by: Operator, db: Data<Db>, stored: Data<Files>, id: Path<MessageId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (mail, content) = db
        .read(move |conn| {
            let mail = store::find(conn, &by.scope(), id)?;
            let (_, original) = store::contents(conn, &mail)?;
            Ok((mail, original))
        })
        .await?;
    let (sha256, size, _) = content.ok_or(Error::NotFound)?;
    let subject = if mail.subject.is_empty() { "mail" } else { mail.subject.as_str() };
    let file = Attachment {
        id: AttachmentId(0),
        message: mail.message,
        customer: mail.customer,
        name: files::clean_name(&format!("{subject}.eml")),
        sha256,
        size,
        content_type: "message/rfc822".into(),
    };
    files::web::answer(&stored, &file).await
}

/// A mail, its HTML as it came, and where the pictures inside are kept.
async fn found(by: Operator, db: &Db, stored: &Files, id: MessageId) -> Result<(Mail, Bytes, Vec<(String, Stored)>)> {
    let (mail, html, pictures) = db
        .read(move |conn| {
            let mail = store::find(conn, &by.scope(), id)?;
            let (html, _) = store::contents(conn, &mail)?;
            Ok((mail, html, store::pictures(conn, id)?))
        })
        .await?;
    let (sha256, ..) = html.ok_or(Error::NotFound)?;
    Ok((mail, stored.bytes(&sha256).await?, pictures))
}

/// A mail's HTML, made harmless, with the pictures inside.
async fn look_of(by: Operator, db: &Db, stored: &Files, id: MessageId, remote: Remote) -> Result<Clean> {
    let (_, html, pictures) = found(by, db, stored, id).await?;
    let pictures = inlined(stored, pictures).await?;
    // Two megabytes of markup take their time.
    let clean = tokio::task::spawn_blocking(move || {
        let html = String::from_utf8_lossy(&html);
        for_showing(&html, remote, &|cid| pictures.iter().find(|(known, _)| known == cid).map(|(_, url)| url.clone()))
    });
    clean.await.map_err(|e| Error::Internal(e.to_string()))
}

/// Pictures as part of the page: the frame is a stranger to us and is let in nowhere, so it could fetch none.
async fn inlined(stored: &Files, pictures: Vec<(String, Stored)>) -> Result<Vec<(String, String)>> {
    let (mut found, mut total) = (vec![], 0);
    for (cid, (sha256, size, content_type)) in pictures {
        let is_harmless = matches!(content_type.as_str(), "image/png" | "image/jpeg" | "image/gif" | "image/webp");
        if !is_harmless || total + size > PICTURES {
            continue;
        }
        total += size;
        let bytes = stored.bytes(&sha256).await?;
        found.push((cid, format!("data:{content_type};base64,{}", STANDARD.encode(&bytes))));
    }
    Ok(found)
}
