//! Pages that ask before what cannot be undone: a slip on one of these buttons would cut off sites and programs.

use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};

use super::api_tokens;
use super::channels::Back;
use super::templates::writable;
use crate::auth::Admin;
use crate::channels::{self, Channel, registry};
use crate::commands;
use crate::db::Db;
use crate::db::types::{ChannelId, CommandId, TemplateId};
use crate::error::{Error, Result};
use crate::settings::views::ask::AskPage;
use crate::templates;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /settings/channels/{id}/secret`.
pub async fn new_secret(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<ChannelId>) -> Result<HttpResponse> {
    let channel = found(&db, id.into_inner()).await?;
    registry::find(channel.kind).and_then(|connector| connector.made_secret()).ok_or(Error::NotFound)?;
    hx.page(&AskPage {
        title: sh.ta("ask-secret", "name", &channel.name),
        text: sh.t("ask-secret-text").to_string(),
        deed: "channel-secret-new",
        action: format!("/settings/channels/{}/secret", channel.id),
        back: page_of(channel),
        sh,
    })
}

/// `GET /settings/channels/{id}/disconnect`.
pub async fn disconnect(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<ChannelId>) -> Result<HttpResponse> {
    let channel = found(&db, id.into_inner()).await?;
    hx.page(&AskPage {
        title: sh.ta("ask-disconnect", "name", &channel.name),
        text: sh.t("ask-disconnect-text").to_string(),
        deed: "channel-disconnect",
        action: format!("/settings/channels/{}/disconnect", channel.id),
        back: page_of(channel),
        sh,
    })
}

/// `GET /settings/channels/{id}/tokens/{token}/revoke`, from the channel's page or from that of all tokens.
pub async fn revoke_token(
    _: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(ChannelId, i64)>,
    from: Query<Back>,
) -> Result<HttpResponse> {
    let (id, token) = path.into_inner();
    let (channel, tokens) = db.read(move |conn| Ok((channels::find(conn, id)?, channels::tokens(conn, id)?))).await?;
    let token = tokens.into_iter().find(|other| other.id == token).ok_or(Error::NotFound)?;
    let back = if from.back == api_tokens::HERE {
        (from.into_inner().back, sh.t("tokens-title").to_string())
    } else {
        page_of(channel)
    };
    hx.page(&AskPage {
        title: sh.ta("ask-revoke", "name", token.name),
        text: sh.t("ask-revoke-text").to_string(),
        deed: "token-revoke",
        action: format!("/settings/channels/{id}/tokens/{}/revoke", token.id),
        back,
        sh,
    })
}

/// `GET /settings/commands/{id}/secret`.
pub async fn new_secret_of_command(
    _: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CommandId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let command = db.read(move |conn| commands::find(conn, id)).await?;
    let name = format!("/{}", command.name);
    hx.page(&AskPage {
        title: sh.ta("ask-secret", "name", &name),
        text: sh.t("ask-secret-text").to_string(),
        deed: "channel-secret-new",
        action: format!("/settings/commands/{id}/secret"),
        back: (format!("/settings/commands/{id}"), name),
        sh,
    })
}

/// `GET /settings/templates/{id}/delete`.
pub async fn delete_template(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<TemplateId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let template = db.read(move |conn| templates::find(conn, id)).await?;
    // Those of a provider are deleted there.
    writable(&db, template.channel_id).await?;
    hx.page(&AskPage {
        title: sh.ta("ask-template", "name", template.name),
        text: sh.t("ask-template-text").to_string(),
        deed: "template-delete",
        action: format!("/settings/templates/{id}/delete"),
        back: ("/settings/templates".into(), sh.t("settings-templates").to_string()),
        sh,
    })
}

async fn found(db: &Db, id: ChannelId) -> Result<Channel> {
    db.read(move |conn| channels::find(conn, id)).await
}

/// The channel's page: its address and its name.
fn page_of(channel: Channel) -> (String, String) {
    (format!("/settings/channels/{}", channel.id), channel.name)
}
