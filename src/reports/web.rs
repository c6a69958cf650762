//! `GET /reports` and `GET /reports/csv`.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};

use super::file;
use super::model::Asked;
use super::store;
use super::views::ReportsPage;
use crate::auth::Supervisor;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Shell;
use crate::{channels, staff};

/// `GET /reports`: the figures of a period.
pub async fn page(by: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, errors) = match asked.parse(&sh.clock) {
        Ok(filter) => (Some(filter), Errors::default()),
        Err(errors) => (None, errors),
    };
    let clock = sh.clock;
    let (report, channels, staff) = db
        .read(move |conn| {
            let report = filter.map(|filter| store::report(conn, &by, &clock, &filter)).transpose()?;
            Ok((report, channels::list(conn)?, staff::choices(conn)?))
        })
        .await?;
    let is_wrong = !errors.is_empty();
    let page = ReportsPage::new(sh, asked, errors, filter.zip(report), channels, Arc::clone(&staff));
    if is_wrong { hx.invalid(&page) } else { hx.page(&page) }
}

/// `GET /reports/csv`: the figures of each day, channel and operator as a file. Where days are still being counted or the dates
/// do not fit, the page says so.
pub async fn csv(by: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let Ok(filter) = asked.parse(&sh.clock) else { return Ok(hx.on(&asked.url("/reports"))) };
    let clock = sh.clock;
    let (rows, channels, staff) = db
        .read(move |conn| {
            let rows = store::everything(conn, &by, &clock, &filter)?;
            Ok((rows, channels::list(conn)?, staff::everybody(conn)?))
        })
        .await?;
    let Some(rows) = rows else { return Ok(hx.on(&filter.url("/reports"))) };
    let name = format!("report-{}-{}.csv", filter.from, filter.to);
    // Three years of many channels and operators take seconds: nobody else waits for them.
    let written = tokio::task::spawn_blocking(move || file::csv(&rows, &channels, &staff)).await;
    let failed = |error: &dyn std::fmt::Display| Error::Internal(error.to_string());
    let bytes = written.map_err(|error| failed(&error))?.map_err(|error| failed(&error))?;
    files::download_bytes(bytes, &name, "text/csv; charset=utf-8")
}
