//! `GET /healthz`, `GET /readyz` and `GET /metrics`.

use std::time::Duration;

use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use actix_web::{HttpRequest, HttpResponse};
use tokio::time::timeout;

use super::{Stopping, figures, store};
use crate::config::Config;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::measures::Measures;
use crate::secrets::{Secrets, hmac_sha256, verify_hmac};
use crate::web::address::bearer;

/// How long the database may take.
const PATIENCE: Duration = Duration::from_secs(1);

/// `GET /healthz`: the process answers. It asks nobody else: an outage of the database is no reason to start it anew.
pub async fn health() -> HttpResponse {
    said(StatusCode::OK, "ok")
}

/// `GET /readyz`: 200 where requests can be served, else 503 with the reason.
pub async fn ready(db: Data<Db>, stopping: Data<Stopping>) -> HttpResponse {
    if stopping.is_begun() {
        return said(StatusCode::SERVICE_UNAVAILABLE, "stopping");
    }
    match timeout(PATIENCE, db.look(store::is_migrated)).await {
        Ok(Ok(true)) => said(StatusCode::OK, "ok"),
        Ok(Ok(false)) => said(StatusCode::SERVICE_UNAVAILABLE, "migrations: not all are done"),
        Ok(Err(error)) => {
            // Its words may hold an address.
            tracing::debug!(%error, "not ready");
            said(StatusCode::SERVICE_UNAVAILABLE, "database: no answer")
        }
        Err(_) => said(StatusCode::SERVICE_UNAVAILABLE, "database: no answer within a second"),
    }
}

/// `GET /metrics`: what is measured, in Prometheus' text format, for whoever has the token of the settings. Where the database
/// does not answer, its figures are those of the last time, and what is counted here is there all the same.
pub async fn metrics(
    req: HttpRequest,
    db: Data<Db>,
    config: Data<Config>,
    secrets: Data<Secrets>,
) -> Result<HttpResponse> {
    let measures = req.app_data::<Data<Measures>>().cloned();
    let Some((measures, token)) = measures.zip(config.metrics_token.as_deref()) else { return Err(Error::NotFound) };
    if !is_sent(&req, token, &secrets) {
        let mut answer = said(StatusCode::UNAUTHORIZED, "a token is needed: Authorization: Bearer …");
        answer.headers_mut().insert(header::WWW_AUTHENTICATE, header::HeaderValue::from_static("Bearer"));
        return Ok(answer);
    }
    let (load, into) = (db.load(), measures.figures.clone());
    match timeout(PATIENCE, db.look(move |conn| figures::gather(conn, load, &into))).await {
        Ok(Ok(())) => {}
        Ok(Err(error)) => tracing::debug!(%error, "measured without the database"),
        Err(_) => tracing::debug!("measured without the database, which took too long"),
    }
    Ok(HttpResponse::Ok()
        .content_type("text/plain; version=0.0.4; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(measures.text()?))
}

/// Whether the request bears this token. Digests of both are compared, in a time that tells neither length nor beginning.
fn is_sent(req: &HttpRequest, token: &str, secrets: &Secrets) -> bool {
    let key = secrets.derive("metrics token");
    bearer(req).is_some_and(|sent| verify_hmac(&key, token.as_bytes(), &hmac_sha256(&key, sent.as_bytes())))
}

fn said(status: StatusCode, words: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(words)
}
