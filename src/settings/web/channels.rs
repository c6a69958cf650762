//! Channels of every kind: the list, a new one, one channel.

use std::collections::HashMap;

use actix_web::web::{Data, Form, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use crate::app_events;
use crate::auth::Admin;
use crate::channels::{self, ChannelKind, Checked, Connector, Field, Link, Net, NewChannel, registry};
use crate::config::Config;
use crate::db::Db;
use crate::db::types::{ChannelId, UtcTime};
use crate::error::{Error, Result, Said};
use crate::outbox;
use crate::secrets::{Secrets, random_token};
use crate::settings::channel_form::ChannelForm;
use crate::settings::connecting;
use crate::settings::set_up::say_goodbye;
use crate::settings::views::channels::{ChannelPage, ChannelsPage, NewChannelPage, Shown};
use crate::web::address::{back_or, base_url};
use crate::web::forms::{self, Errors};
use crate::web::meanwhile::Meanwhile;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/channels";

fn url_of(id: ChannelId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/channels`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let all = db.read(channels::list_now).await?;
    hx.page(&ChannelsPage { sh, all })
}

/// What stands behind the kind that an address names, if channels of it can be connected.
fn connector_of(word: &str) -> Result<&'static dyn Connector> {
    ChannelKind::parse(word).and_then(registry::find).ok_or(Error::NotFound)
}

/// What is asked when a channel is connected; the rest has a good default.
fn first_fields(connector: &dyn Connector) -> Vec<Field> {
    connector.form().iter().filter(|field| field.first).copied().collect()
}

/// `GET /settings/channels/new/{kind}`.
pub async fn new(_: Admin, sh: Shell, hx: Hx, kind: Path<String>) -> Result<HttpResponse> {
    let connector = connector_of(&kind)?;
    let form = ChannelForm::new(connector, sh.t(connector.kind().name_key()).to_string());
    hx.page(&NewChannelPage::new(sh, connector, form, forms::new_token()))
}

type Typed = HashMap<String, String>;

/// `POST /settings/channels/new/{kind}`: tests the settings; unless only the test was asked for, connects. A kind with
/// a secret of our making shows it, this once.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn connect(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    kind: Path<String>,
    typed: Form<Typed>,
) -> Result<HttpResponse> {
    let connector = connector_of(&kind)?;
    let token = typed.get("form_token").cloned().unwrap_or_default();
    let form = ChannelForm::new(connector, String::new()).with(connector, &typed, &first_fields(connector));
    let mut page = NewChannelPage::new(sh, connector, form, token.clone());
    let (name, checked) = match page.form.parse(connector, false) {
        Ok(parsed) => parsed,
        Err(errors) => return hx.invalid(&NewChannelPage { errors, ..page }),
    };
    let public_key: String = random_token().chars().filter(char::is_ascii_alphanumeric).take(20).collect();
    let settings = checked.settings.clone();
    let link = Link::of_form(ChannelId(0), &public_key, settings.clone(), checked.secrets.clone(), &net);
    match connector.test(&link).await {
        Err(failure) => {
            page.errors.add("", Said::from("channel-test-failed").with("words", failure.words));
            return hx.invalid(&page);
        }
        Ok(who) if typed.contains_key("test") => return hx.page(&NewChannelPage { tested: Some(who), ..page }),
        Ok(_) => {}
    }
    let made = connector.made_secret().map(|(label, hint)| Shown { label, hint, value: random_token() });
    let secret = match &made {
        Some(made) => Some(secrets.seal(&made.value)?),
        None => {
            let mut all = checked.secrets;
            all.extend(link.renewed());
            Some(secrets.seal(&channels::pack(&all)?)?)
        }
    };
    let new = NewChannel { kind: connector.kind(), name, public_key, secret, settings };
    let id = db
        .write(
            move |tx| if forms::spend(tx, &token)? { connecting::connect(tx, &by, &new).map(Some) } else { Ok(None) },
        )
        .await?;
    match id {
        Some(id) if made.is_some() => {
            let page = load(&req, page.sh, &db, id).await?;
            // The secret is in this answer alone, but the address is the channel's: whoever reloads finds what they have made.
            hx.page_at(&url_of(id), &ChannelPage { shown: made, ..page })
        }
        Some(id) => hx.done("toast-channel-connected", &url_of(id)),
        None => hx.done("toast-saved", HERE),
    }
}

async fn load(req: &HttpRequest, sh: Shell, db: &Db, id: ChannelId) -> Result<ChannelPage> {
    let (channel, tokens, in_use) = db
        .read(move |conn| Ok((channels::find_now(conn, id)?, channels::tokens(conn, id)?, channels::in_use(conn, id)?)))
        .await?;
    let connector = registry::find(channel.kind);
    let form = connector.map(|connector| ChannelForm::of(connector, &channel)).unwrap_or_default();
    Ok(ChannelPage {
        version: connector.map(|connector| form.version(connector, sh.lang)).unwrap_or_default(),
        sh,
        form,
        connector,
        channel,
        errors: Errors::default(),
        tested: None,
        tokens,
        token_name: String::new(),
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

/// `POST /settings/channels/{id}`. Settings that lead to a provider are tested before they are stored.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn save(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    id: Path<ChannelId>,
    typed: Form<Typed>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let mut page = load(&req, sh, &db, id).await?;
    let connector = page.connector.ok_or(Error::NotFound)?;
    let mut fields = Meanwhile::since(typed.get("version").map(String::as_str).unwrap_or_default());
    let now = page.form.clone();
    page.form = page.form.with(connector, &typed, connector.form());
    page.form.meet(connector, page.sh.lang, &now, &mut fields);
    let (name, checked) = match page.form.parse(connector, page.channel.secret.is_some()) {
        Ok(parsed) if fields.errors.is_empty() => parsed,
        parsed => {
            page.errors = parsed.err().unwrap_or_default();
            page.errors.join(fields.errors);
            return hx.invalid(&page);
        }
    };
    let Checked { settings, secrets: mut new } = checked;
    let stored = page.channel.secret.as_deref().map(|sealed| secrets.open(sealed)).transpose()?;
    let mut known = channels::unpack(&stored.unwrap_or_default());
    for name in connector.asked_again(&page.channel.settings, &settings) {
        if known.get(*name).is_some_and(|stored| !stored.is_empty()) && !new.contains_key(*name) {
            page.errors.add(name, "channel-secret-again");
        }
    }
    if !page.errors.is_empty() {
        return hx.invalid(&page);
    }
    known.extend(new.clone());
    let is_tested = settings != page.channel.settings || !new.is_empty();
    if is_tested {
        let link = Link::of_form(id, &page.channel.public_key, settings.clone(), known.clone(), &net);
        if let Err(failure) = connector.test(&link).await {
            page.errors.add("", Said::from("channel-test-failed").with("words", failure.words));
            return hx.invalid(&page);
        }
        new.extend(link.renewed());
        known.extend(link.renewed());
    }
    let sealed = if new.is_empty() { None } else { Some(secrets.seal(&channels::pack(&known)?)?) };
    let was = page.channel.clone();
    let saved = db.write(move |tx| {
        connecting::save(tx, &by, &was, &name, &settings, sealed.as_deref())?;
        if is_tested { outbox::mended(tx, id) } else { Ok(()) }
    });
    match saved.await {
        Err(Error::Refused(said)) => hx.invalid(&ChannelPage { errors: Errors::one("", said), ..page }),
        saved => saved.and_then(|()| hx.done("toast-saved", &url_of(id))),
    }
}

/// `POST /settings/channels/{id}/test`: asks the provider whether the stored settings work; an app is sent a `ping`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn test(
    _: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    config: Data<Config>,
    id: Path<ChannelId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let page = load(&req, sh, &db, id).await?;
    let connector = page.connector.ok_or(Error::NotFound)?;
    let outcome = match page.webhook_url() {
        Some(url) => app_events::ping(&page.channel, &url, &secrets, &net, &config).await?,
        None => {
            let link = Link::open(&page.channel, &secrets, &net)?;
            let outcome = connector.test(&link).await.map_err(|failure| failure.words);
            channels::keep_renewed(&db, &secrets, &link).await?;
            outcome
        }
    };
    let told = outcome.clone().err();
    db.write(move |tx| match &told {
        None => channels::note_success(tx, id, UtcTime::now()),
        Some(words) => channels::note_failure(tx, id, UtcTime::now(), words),
    })
    .await?;
    let page = load(&req, page.sh, &db, id).await?;
    hx.page(&ChannelPage { tested: Some(outcome), ..page })
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
    db.write(move |tx| {
        connecting::switch(tx, &by, id, on)?;
        if on { app_events::release(tx, id) } else { Ok(()) }
    })
    .await?;
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
    let page = load(&req, sh, &db, id).await?;
    let (label, hint) = page.connector.and_then(|connector| connector.made_secret()).ok_or(Error::NotFound)?;
    db.write(move |tx| connecting::replace_secret(tx, &by, id, &sealed)).await?;
    hx.page(&ChannelPage { shown: Some(Shown { label, hint, value: secret }), ..page })
}

/// `POST /settings/channels/{id}/disconnect`. The provider is told afterwards: whatever it says, the channel is gone.
pub async fn disconnect(
    by: Admin,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    id: Path<ChannelId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let channel = db.write(move |tx| connecting::disconnect(tx, &by, id)).await?;
    if let Err(failure) = say_goodbye(&channel, &secrets, &net).await {
        tracing::warn!(channel = %id, words = failure.words, "the provider still calls a channel that is gone");
        return hx.done("toast-channel-still-called", HERE);
    }
    hx.done("toast-channel-disconnected", HERE)
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NewToken {
    name: String,
    form_token: String,
}

/// `POST /settings/channels/{id}/tokens`: a token of an app, shown this once.
pub async fn add_token(
    by: Admin,
    req: HttpRequest,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ChannelId>,
    form: Form<NewToken>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let mut token_errors = Errors::default();
    let name = token_errors.line("token_name", &form.name, "token-name-missing");
    if !token_errors.is_empty() {
        let page = load(&req, sh, &db, id).await?;
        return hx.invalid(&ChannelPage { token_name: form.name.clone(), token_errors, ..page });
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

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Back {
    pub(super) back: String,
}

/// `POST /settings/channels/{id}/tokens/{token}/revoke`.
pub async fn revoke_token(
    by: Admin,
    hx: Hx,
    db: Data<Db>,
    path: Path<(ChannelId, i64)>,
    form: Form<Back>,
) -> Result<HttpResponse> {
    let (id, token) = path.into_inner();
    db.write(move |tx| connecting::revoke_token(tx, &by, id, token)).await?;
    hx.done("toast-token-revoked", &back_or(&form.back, url_of(id)))
}
