//! `GET /settings/audit` and `GET /settings/audit/csv`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde_json::json;

use super::model::{Asked, Filter};
use super::names::Names;
use super::views::{AuditPage, Line, PATH};
use super::{file, store};
use crate::auth::Admin;
use crate::db::page::{Cursor, Page};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::files;
use crate::staff;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /settings/audit`: who did what, newest first.
pub async fn page(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let (filter, errors) = match asked.parse(&sh.clock) {
        Ok(filter) => (Some(filter), Errors::default()),
        Err(errors) => (None, errors),
    };
    let (cursor, lang) = (Cursor::decode(&asked.at), sh.lang);
    let (lines, staff) = db
        .read(move |conn| {
            let lines = filter.map(|filter| lines(conn, &by, &filter, cursor, lang)).transpose()?;
            Ok((lines, staff::choices(conn)?))
        })
        .await?;
    let is_wrong = lines.is_none();
    let page = AuditPage { sh, asked, errors, lines, staff };
    if is_wrong { hx.invalid(&page) } else { hx.page(&page) }
}

fn lines(conn: &mut Conn, by: &Admin, filter: &Filter, cursor: Option<Cursor>, lang: Lang) -> Result<Page<Line>> {
    let rows = store::page(conn, filter, cursor)?;
    let names = Names::read(conn, by, &rows.rows)?;
    Ok(rows.map(|row| Line::new(&row, &names, lang)))
}

/// `GET /settings/audit/csv`: the newest rows of what is filtered as a file. That it was taken away is noted in the log. Where
/// the filters do not fit, the page says so.
pub async fn csv(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let Ok(filter) = asked.parse(&sh.clock) else { return Ok(hx.on(&asked.url(PATH, ""))) };
    let admin = by.clone();
    let (rows, names) = db
        .read(move |conn| {
            let rows = store::newest(conn, &filter, file::MOST)?;
            let names = Names::read(conn, &admin, &rows)?;
            Ok((rows, names))
        })
        .await?;
    let (count, lang) = (rows.len(), sh.lang);
    // Thousands of rows are put into words: not while others wait for this thread.
    let written = tokio::task::spawn_blocking(move || file::csv(&rows, &names, lang)).await;
    let bytes = written.map_err(|error| Error::Internal(error.to_string()))?;
    let bytes = bytes.map_err(|error| Error::Internal(error.to_string()))?;
    let detail = json!({ "rows": count, "view": asked.url(PATH, "") });
    db.write(move |tx| super::record_with(tx, &by, "audit.downloaded", None, &detail)).await?;
    files::download_bytes(bytes, &format!("audit-{}.csv", sh.clock.today()), "text/csv; charset=utf-8")
}
