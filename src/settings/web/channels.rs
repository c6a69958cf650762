//! Channels: web chats and apps.

use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::auth::Admin;
use crate::channels::{self, AppSettings, ChannelKind, NewChannel, WebChatSettings};
use crate::db::Db;
use crate::db::types::ChannelId;
use crate::error::{Error, Result};
use crate::secrets::{Secrets, random_token};
use crate::settings::channel_form::ChannelForm;
use crate::settings::connecting;
use crate::settings::views::channels::{ChannelPage, ChannelsPage, NewChannelPage, Shown};
use crate::web::address::base_url;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/channels";

fn url_of(id: ChannelId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/channels`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let all = db.read(channels::list).await?;
    hx.page(&ChannelsPage { sh, all })
}

/// The kind that an address names, if channels of it can be connected.
fn kind_of(word: &str) -> Result<ChannelKind> {
    ChannelKind::parse(word).filter(|kind| connecting::can_connect(*kind)).ok_or(Error::NotFound)
}

/// `GET /settings/channels/new/{kind}`.
pub async fn new(_: Admin, sh: Shell, hx: Hx, kind: Path<String>) -> Result<HttpResponse> {
    let kind = kind_of(&kind)?;
    let name = sh.t(kind.name_key()).to_string();
    hx.page(&NewChannelPage { sh, kind, name, token: forms::new_token(), errors: Errors::default() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewForm {
    name: String,
    form_token: String,
}

/// `POST /settings/channels/new/{kind}`. Shows the new channel with its secret, this once.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn connect(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    kind: Path<String>,
    form: Form<NewForm>,
) -> Result<HttpResponse> {
    let kind = kind_of(&kind)?;
    let mut errors = Errors::default();
    let name = errors.line("name", &form.name, "channel-name-missing");
    let token = form.form_token.clone();
    if !errors.is_empty() {
        return hx.invalid(&NewChannelPage { sh, kind, name: form.name.clone(), token, errors });
    }
    let secret = random_token();
    let settings = match kind {
        ChannelKind::App => AppSettings::default().to_json()?,
        _ => WebChatSettings::default().to_json()?,
    };
    let sealed = secrets.seal(&secret)?;
    let public_key: String = random_token().chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let new = NewChannel { kind, name, public_key, secret: Some(sealed), settings };
    let made = db
        .write(
            move |tx| if forms::spend(tx, &token)? { connecting::connect(tx, &by, &new).map(Some) } else { Ok(None) },
        )
        .await?;
    match made {
        Some(id) => {
            let page = load(&req, sh, &db, id).await?;
            hx.page(&ChannelPage { shown: Some(secret_of(kind, secret)), ..page })
        }
        None => hx.done("toast-saved", HERE),
    }
}

fn secret_of(kind: ChannelKind, value: String) -> Shown {
    let (label, hint) = match kind {
        ChannelKind::App => ("channel-webhook-secret", "channel-webhook-secret-hint"),
        _ => ("channel-identity-secret", "channel-identity-secret-hint"),
    };
    Shown { label, hint, value }
}

async fn load(req: &HttpRequest, sh: Shell, db: &Db, id: ChannelId) -> Result<ChannelPage> {
    let (channel, tokens, in_use) = db
        .read(move |conn| Ok((channels::find(conn, id)?, channels::tokens(conn, id)?, channels::in_use(conn, id)?)))
        .await?;
    Ok(ChannelPage {
        sh,
        form: ChannelForm::of(&channel),
        channel,
        errors: Errors::default(),
        tokens,
        token_errors: Errors::default(),
        in_use,
        shown: None,
        base: base_url(req),
        form_token: forms::new_token(),
    })
}

/// `GET /settings/channels/{id}`.
pub async fn channel(
    _: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ChannelId>,
) -> Result<HttpResponse> {
    hx.page(&load(&req, sh, &db, id.into_inner()).await?)
}

/// `POST /settings/channels/{id}`.
pub async fn save(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ChannelId>,
    form: Form<ChannelForm>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let page = load(&req, sh, &db, id).await?;
    let (name, settings) = match form.parse(page.channel.kind) {
        Ok(parsed) => parsed,
        Err(errors) => return hx.invalid(&ChannelPage { form, errors, ..page }),
    };
    db.write(move |tx| connecting::save(tx, &by, id, &name, &settings)).await?;
    hx.done("toast-saved", &url_of(id))
}

/// `POST /settings/channels/{id}/pause`.
pub async fn pause(by: Admin, hx: Hx, db: Data<Db>, id: Path<ChannelId>) -> Result<HttpResponse> {
    switch(by, hx, db, id.into_inner(), false, "toast-channel-paused").await
}

/// `POST /settings/channels/{id}/enable`.
pub async fn enable(by: Admin, hx: Hx, db: Data<Db>, id: Path<ChannelId>) -> Result<HttpResponse> {
    switch(by, hx, db, id.into_inner(), true, "toast-channel-enabled").await
}

async fn switch(by: Admin, hx: Hx, db: Data<Db>, id: ChannelId, on: bool, toast: &'static str) -> Result<HttpResponse> {
    db.write(move |tx| connecting::switch(tx, &by, id, on)).await?;
    hx.done(toast, &url_of(id))
}

/// `POST /settings/channels/{id}/secret`: a new one, shown this once.
pub async fn new_secret(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    id: Path<ChannelId>,
) -> Result<HttpResponse> {
    let (id, secret) = (id.into_inner(), random_token());
    let sealed = secrets.seal(&secret)?;
    let channel = db.write(move |tx| connecting::replace_secret(tx, &by, id, &sealed)).await?;
    let page = load(&req, sh, &db, id).await?;
    hx.page(&ChannelPage { shown: Some(secret_of(channel.kind, secret)), ..page })
}

/// `POST /settings/channels/{id}/disconnect`.
pub async fn disconnect(by: Admin, hx: Hx, db: Data<Db>, id: Path<ChannelId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| connecting::disconnect(tx, &by, id)).await?;
    hx.done("toast-channel-disconnected", HERE)
}

/// `POST /settings/channels/{id}/tokens`: a token of an app, shown this once.
pub async fn add_token(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ChannelId>,
    form: Form<NewForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let mut token_errors = Errors::default();
    let name = token_errors.line("token_name", &form.name, "token-name-missing");
    if !token_errors.is_empty() {
        let page = load(&req, sh, &db, id).await?;
        return hx.invalid(&ChannelPage { token_errors, ..page });
    }
    let (token, form_token) = (format!("sb_{}", random_token()), form.form_token.clone());
    let stored = token.clone();
    let made = db.write(move |tx| {
        let first = forms::spend(tx, &form_token)?;
        if first {
            connecting::add_token(tx, &by, id, &name, &stored)?;
        }
        Ok(first)
    });
    if !made.await? {
        return hx.done("toast-saved", &url_of(id));
    }
    let page = load(&req, sh, &db, id).await?;
    let shown = Shown { label: "token-new", hint: "token-new-hint", value: token };
    hx.page(&ChannelPage { shown: Some(shown), ..page })
}

/// `POST /settings/channels/{id}/tokens/{token}/revoke`.
pub async fn revoke_token(by: Admin, hx: Hx, db: Data<Db>, path: Path<(ChannelId, i64)>) -> Result<HttpResponse> {
    let (id, token) = path.into_inner();
    db.write(move |tx| connecting::revoke_token(tx, &by, id, token)).await?;
    hx.done("toast-token-revoked", &url_of(id))
}
