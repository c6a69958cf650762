//! `GET /inbox/{customer}/slash`: quick replies and commands, for the list under a slash in the composer, or as a page.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::super::slash::{self, SlashPage};
use crate::auth::Operator;
use crate::db::Db;
use crate::db::types::CustomerId;
use crate::error::Result;
use crate::text;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Entries of the list, and of the page.
const LISTED: i64 = 30;
const SHOWN: i64 = 200;

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    /// Set where the slash stands at the beginning: only there it calls a command.
    start: String,
}

pub async fn slash(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let q: String = text::clean(asked.q.trim_start_matches('/')).chars().take(100).collect();
    let (with_commands, limit) = if hx.region.is_some() { (asked.start == "1", LISTED) } else { (true, SHOWN) };
    let words = q.clone();
    let (customer, choices) = db.read(move |conn| slash::choices(conn, &by, id, &words, with_commands, limit)).await?;
    hx.page(&SlashPage { sh, customer, q, choices })
}
