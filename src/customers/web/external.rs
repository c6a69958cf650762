//! `/external/new`: a first message to whoever has an external ID, known or new, in a web chat or an app.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::{Data, Query};
use serde::Deserialize;

use crate::auth::Operator;
use crate::channels::{Channel, ChannelKind};
use crate::config::Config;
use crate::conversations::{self, Outgoing};
use crate::customers::views::{ExternalPage, TypedExternal};
use crate::customers::{Details, find, store};
use crate::db::Db;
use crate::db::types::ChannelId;
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits};
use crate::tags::TagPath;
use crate::web::forms::{self, Errors, LINES};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Channels that can be used, and tags of which one has to be chosen.
async fn offered(db: &Db) -> Result<(Vec<Channel>, Vec<TagPath>)> {
    db.read(|conn| Ok((conversations::external_channels(conn)?, conversations::missing_tag(conn, None)?))).await
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
}

/// `GET /external/new`; `q`: what was searched for in vain.
pub async fn form(_: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let (channels, needed_tags) = offered(&db).await?;
    let external_id: String = crate::text::clean(&asked.q).chars().take(200).collect();
    let typed = TypedExternal { external_id, token: forms::new_token(), ..TypedExternal::default() };
    hx.page(&ExternalPage { sh, channels, needed_tags, typed, errors: Errors::default() })
}

/// `POST /external/new`.
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    stored: Data<Files>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let (channels, needed_tags) = offered(&db).await?;
    // The strictest of them.
    let upload = files::accept(&db, &stored, upload, &Limits::of(ChannelKind::WebChat)).await?;
    let of = |name: &str| upload.field(name).to_owned();
    let typed = TypedExternal {
        channel: of("channel"),
        external_id: of("external_id"),
        newcomer: of("name"),
        body: of("body"),
        tag: of("tag"),
        token: of("form_token"),
    };
    let mut errors = Errors::default();
    if channels.is_empty() {
        errors.add("", "external-no-channel");
    }
    let channel = chosen(&channels, &typed.channel);
    if channel.is_none() {
        errors.add("channel", "customers-message-account");
    }
    let external_id = errors.line("external_id", &typed.external_id, "external-id-missing");
    let name = errors.optional_line("name", &typed.newcomer);
    let tag = conversations::chosen_tag(&needed_tags, &typed.tag).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let body = errors.lines("body", &typed.body, LINES);
    if body.is_empty() && upload.files.is_empty() {
        errors.add("body", "customers-message-empty");
    }
    let page = ExternalPage { sh, channels, needed_tags, typed, errors };
    let (Some(channel), true) = (channel, page.errors.is_empty()) else {
        return hx.invalid(&page);
    };
    let token = Some(page.typed.token.clone()).filter(|token| uuid::Uuid::parse_str(token).is_ok());
    let out = Outgoing { body, files: upload.files, client_uuid: token, tag, ..Outgoing::default() };
    let region = config.phone_region.clone();
    let sent = db
        .write(move |tx| {
            let id = match store::find_by_contact(tx, Some(&external_id), None, None)? {
                Some(id) => id,
                None => {
                    let name = if name.is_empty() { external_id.clone() } else { name.clone() };
                    let details = Details { name, external_id: Some(external_id.clone()), ..Details::default() };
                    crate::customers::actions::create(tx, &by, &details, &region)?
                }
            };
            // Whoever is there but not for this person to see is a colleague's.
            let customer = find(tx, &by.scope(), id).map_err(|error| match error {
                Error::NotFound => Error::refused("refused-not-yours"),
                other => other,
            })?;
            let account = conversations::external_account(tx, &customer, channel)?;
            conversations::start(tx, &by, &customer, &account, &out)?;
            Ok(id)
        })
        .await;
    match sent {
        Ok(id) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            let errors = Errors::one(conversations::field_of(&said), said);
            hx.invalid(&ExternalPage { errors, ..page })
        }
        Err(other) => Err(other),
    }
}

/// The channel that a form names; the only one needs no choice.
fn chosen(channels: &[Channel], typed: &str) -> Option<ChannelId> {
    match channels {
        [only] if typed.is_empty() => Some(only.id),
        all => all.iter().map(|channel| channel.id).find(|id| typed.parse() == Ok(*id)),
    }
}
