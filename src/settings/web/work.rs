//! Work that has failed for good: tried again, or taken off the list.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path};

use super::load;
use crate::auth::Admin;
use crate::db::Db;
use crate::error::Result;
use crate::jobs;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/general";

/// `POST /settings/work/{id}/again`.
pub async fn again(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| jobs::try_again(tx, &by, id)).await?;
    hx.updated(sh.lang, "toast-work-again", HERE, load(sh, &db)).await
}

/// `POST /settings/work/{id}/remove`.
pub async fn remove(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<i64>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| jobs::remove_dead(tx, &by, id)).await?;
    hx.updated(sh.lang, "toast-work-removed", HERE, load(sh, &db)).await
}
