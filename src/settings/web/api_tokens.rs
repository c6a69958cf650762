//! `/settings/api-tokens`: the tokens of all app channels. They are made on the page of their channel, and revoked here or there.

use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::auth::Admin;
use crate::channels::{self, ChannelKind};
use crate::db::Db;
use crate::error::Result;
use crate::settings::views::api_tokens::ApiTokensPage;
use crate::web::page::Hx;
use crate::web::shell::Shell;

pub(super) const HERE: &str = "/settings/api-tokens";

/// `GET /settings/api-tokens`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let (all, mut apps) = db.read(|conn| Ok((channels::all_tokens(conn)?, channels::list(conn)?))).await?;
    apps.retain(|channel| channel.kind == ChannelKind::App);
    hx.page(&ApiTokensPage { sh, all, apps })
}
