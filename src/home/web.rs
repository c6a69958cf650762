//! `GET /`.

use actix_web::HttpResponse;

use crate::error::Result;
use crate::web::shell::Shell;

pub async fn home(sh: Shell) -> Result<HttpResponse> {
    Ok(HttpResponse::Ok().content_type("text/html; charset=utf-8").body(sh.me.name))
}
