//! Message templates, by channel.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::channels::{self, Channel, Link, Net, TemplateSource, TemplateState, Templates, registry};
use crate::db::Db;
use crate::db::types::{ChannelId, TemplateId, UtcTime};
use crate::error::{Error, Result};
use crate::secrets::Secrets;
use crate::settings::hold;
use crate::settings::views::templates::{OfChannel, TemplatePage, TemplatesPage, templates_of};
use crate::templates::{self, NewTemplate};
use crate::web::forms::{self, Errors};
use crate::web::meanwhile::{Meets, Over};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/templates";

/// `GET /settings/templates`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<TemplatesPage> {
    let (channels, all) = db.read(|conn| Ok((channels::list(conn)?, templates::all(conn)?))).await?;
    // Templates come from providers that a channel is connected with.
    let connected = channels.into_iter().filter(|channel| channel.secret.is_some());
    let able = connected.filter_map(|channel| templates_of(&channel).map(|of| (channel, of.source)));
    let of_channel = |(channel, source): (Channel, TemplateSource)| OfChannel {
        all: all.iter().filter(|template| template.channel_id == channel.id).cloned().collect(),
        channel,
        source,
        failed: String::new(),
    };
    Ok(TemplatesPage { sh, channels: able.map(of_channel).collect() })
}

/// `POST /settings/channels/{id}/templates`: fetches them from the provider.
pub async fn fetch(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    secrets: Data<Secrets>,
    net: Data<Net>,
    id: Path<ChannelId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let channel = db.read(move |conn| channels::find(conn, id)).await?;
    templates_of(&channel).filter(|of| of.source == TemplateSource::Provider).ok_or(Error::NotFound)?;
    if channel.secret.is_none() {
        return Err(Error::refused("refused-not-connected"));
    }
    let connector = registry::find(channel.kind).ok_or(Error::NotFound)?;
    let link = Link::open(&channel, &secrets, &net)?;
    match connector.templates(&link).await {
        Ok(fetched) => {
            let fetched = std::sync::Arc::new(fetched);
            db.write(move |tx| {
                channels::note_success(tx, id, UtcTime::now())?;
                templates::take_over(tx, &by, id, &fetched)
            })
            .await?;
            hx.updated(sh.lang, "toast-templates-fetched", HERE, load(sh, &db)).await
        }
        Err(failure) => {
            let words = failure.words.clone();
            db.write(move |tx| channels::note_failure(tx, id, UtcTime::now(), &words)).await?;
            let said = sh.ta("templates-fetch-failed", "words", failure.words);
            let mut page = load(sh, &db).await?;
            if let Some(of) = page.channels.iter_mut().find(|of| of.channel.id == id) {
                of.failed = said;
            }
            hx.invalid(&page)
        }
    }
}

#[derive(Deserialize)]
pub struct OfChannelQuery {
    channel: ChannelId,
}

/// `GET /settings/templates/new?channel=…`.
pub async fn new(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, query: Query<OfChannelQuery>) -> Result<HttpResponse> {
    let (channel, limits) = writable(&db, query.channel).await?;
    let form = NewTemplate { language: sh.lang.to_string(), state: "approved".into(), ..NewTemplate::default() };
    hx.page(&page(sh, &channel, limits, None, form))
}

/// The channel, if its templates are written here.
pub(super) async fn writable(db: &Db, id: ChannelId) -> Result<(Channel, Templates)> {
    let channel = db.read(move |conn| channels::find(conn, id)).await?;
    let limits = templates_of(&channel).filter(|of| of.source == TemplateSource::ByHand).ok_or(Error::NotFound)?;
    Ok((channel, limits))
}

fn page(sh: Shell, channel: &Channel, limits: Templates, id: Option<TemplateId>, form: NewTemplate) -> TemplatePage {
    TemplatePage {
        sh,
        channel: channel.id,
        channel_name: channel.name.clone(),
        id,
        limits,
        version: form.version(),
        form,
        token: forms::new_token(),
        errors: Errors::default(),
    }
}

#[derive(Deserialize)]
pub struct TemplateForm {
    channel: Option<ChannelId>,
    #[serde(default)]
    name: String,
    #[serde(default)]
    language: String,
    #[serde(default)]
    title: String,
    #[serde(default)]
    body: String,
    #[serde(default)]
    signature: String,
    #[serde(default)]
    state: String,
    #[serde(default)]
    form_token: String,
    #[serde(default)]
    version: String,
}

impl TemplateForm {
    fn typed(&self) -> NewTemplate {
        NewTemplate {
            name: self.name.clone(),
            language: self.language.clone(),
            title: self.title.clone(),
            body: self.body.clone(),
            signature: self.signature.clone(),
            state: self.state.clone(),
        }
    }
}

/// `POST /settings/templates`.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<TemplateForm>) -> Result<HttpResponse> {
    let (channel, limits) = writable(&db, form.channel.ok_or(Error::NotFound)?).await?;
    let outcome = match form.typed().parse(&limits) {
        Err(errors) => Err(errors),
        Ok((new, state)) => {
            let (id, token) = (channel.id, form.form_token.clone());
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    templates::add(tx, &by, id, &new, state)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    match outcome {
        Ok(()) => hx.done("toast-template-saved", HERE),
        Err(errors) => {
            let token = form.form_token.clone();
            hx.invalid(&TemplatePage { errors, token, ..page(sh, &channel, limits, None, form.typed()) })
        }
    }
}

/// `GET /settings/templates/{id}`.
pub async fn template(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<TemplateId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let template = db.read(move |conn| templates::find(conn, id)).await?;
    let (channel, limits) = writable(&db, template.channel_id).await?;
    hx.page(&page(sh, &channel, limits, Some(id), (&template).into()))
}

/// `POST /settings/templates/{id}`.
pub async fn save(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<TemplateId>,
    form: Form<TemplateForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let template = db.read(move |conn| templates::find(conn, id)).await?;
    let (channel, limits) = writable(&db, template.channel_id).await?;
    // What it was opened over, as long as nobody has been asked.
    let page = TemplatePage { version: form.version.clone(), ..page(sh, &channel, limits, Some(id), form.typed()) };
    let (new, state) = match page.form.parse(&page.limits) {
        Ok(parsed) => parsed,
        Err(errors) => return hx.invalid(&TemplatePage { errors, ..page }),
    };
    let saved = db.write(move |tx| {
        hold(tx)?;
        let now = NewTemplate::from(&templates::find(tx, id)?);
        match new.clone().since(&form.version, &now) {
            Ok(new) => {
                let state = TemplateState::parse(&new.state).unwrap_or(state);
                templates::edit(tx, &by, id, &new, state).map(Ok)
            }
            Err(over) => Ok(Err(over)),
        }
    });
    match saved.await {
        Ok(Ok(())) => hx.done("toast-template-saved", HERE),
        Ok(Err(Over { typed: form, version, errors })) => hx.invalid(&TemplatePage { form, version, errors, ..page }),
        Err(Error::Refused(said)) => hx.invalid(&TemplatePage { errors: Errors::one("name", said), ..page }),
        Err(other) => Err(other),
    }
}

/// `POST /settings/templates/{id}/delete`.
pub async fn delete(by: Admin, hx: Hx, db: Data<Db>, id: Path<TemplateId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| templates::delete(tx, &by, id)).await?;
    hx.done("toast-template-deleted", HERE)
}
