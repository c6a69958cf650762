//! `GET /`.

use actix_web::HttpResponse;
use actix_web::web::Data;

use super::model::Week;
use super::store;
use super::views::HomePage;
use crate::auth::Operator;
use crate::config::Config;
use crate::db::Db;
use crate::error::Result;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Home; to htmx the numbers of today alone.
pub async fn home(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, config: Data<Config>) -> Result<HttpResponse> {
    let week = Week::ending_today(&sh.clock);
    let today = db.read(move |conn| store::today(conn, &by, &week)).await?;
    hx.page(&HomePage::new(sh, week, today, config.demo))
}
