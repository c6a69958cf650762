//! `GET /healthz` and `GET /readyz`.

use std::time::Duration;

use actix_web::HttpResponse;
use actix_web::http::{StatusCode, header};
use actix_web::web::Data;
use tokio::time::timeout;

use super::{Stopping, store};
use crate::db::Db;

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

fn said(status: StatusCode, words: &'static str) -> HttpResponse {
    HttpResponse::build(status)
        .content_type("text/plain; charset=utf-8")
        .insert_header((header::CACHE_CONTROL, "no-store"))
        .body(words)
}
