//! `/mails/new`, `/customers/new/{kind}`, `/external/new`: a first message to whoever has an address, a number or an
//! external ID, known or new.

use std::future::{Ready, ready};

use actix_multipart::Multipart;
use actix_web::dev::Payload;
use actix_web::web::{Data, Query};
use actix_web::{FromRequest, HttpRequest, HttpResponse};
use serde::Deserialize;

use super::first::{self, Rules, Templates};
use super::{recipient, way_on};
use crate::auth::Operator;
use crate::channels::{self, Channel, ChannelKind, registry};
use crate::conversations::{self, Window};
use crate::customers::Addressing;
use crate::customers::views::{NewcomerPage, TypedFirst, TypedNewcomer, Way};
use crate::db::types::ChannelId;
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits, Upload};
use crate::mails;
use crate::templates::{self, Picker};
use crate::text;
use crate::web::forms::{Errors, LINE};
use crate::web::page::Hx;
use crate::web::shell::Shell;

impl FromRequest for Way {
    type Error = Error;
    type Future = Ready<Result<Self>>;

    fn from_request(req: &HttpRequest, _: &mut Payload) -> Self::Future {
        let way = match req.match_pattern().as_deref() {
            Some("/mails/new") => Some(Way::Email),
            Some("/external/new") => Some(Way::ExternalId),
            _ => req.match_info().get("kind").and_then(ChannelKind::parse).map(Way::Phone),
        };
        ready(way.ok_or(Error::NotFound))
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// What was searched for in vain.
    q: String,
}

/// The empty form.
pub async fn form(_: Operator, way: Way, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let mut page = load(way, sh, &db).await?;
    let asked: String = text::clean(&asked.q).chars().take(LINE).collect();
    match way {
        Way::Phone(_) if !text::is_number(&asked) => page.typed.name = asked,
        Way::Phone(_) | Way::ExternalId => page.typed.address = asked,
        Way::Email => {}
    }
    hx.page(&page)
}

/// Sends it.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn send(
    by: Operator,
    way: Way,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    addressing: Data<Addressing>,
    stored: Data<Files>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let mut page = load(way, sh, &db).await?;
    let upload = files::accept_form(&db, &stored, upload, &limits(way)).await?;
    page.typed = typed(way, &upload);
    let mut errors = Errors::default();
    // Without scripts: the fields of a template are asked for.
    if upload.get("fields").is_some() {
        return hx.page(&page.with(errors));
    }
    let region = addressing.phone_region.clone();
    let channel = channel(&page, &mut errors);
    let to = recipient::read(way, &page.typed.address, channel, &region, &mut errors);
    let name = errors.optional_line("name", &page.typed.name);
    let out = first::read(&page.typed.first, upload, &rules(&page, channel), &mut errors);
    let (Some(to), true) = (to, errors.is_empty()) else {
        return hx.invalid(&page.with(errors));
    };
    let (reader, named, plain) = (by.clone(), to.clone(), page.typed.first.plain);
    let sender = out.extra.mail.as_ref().map(|mail| mail.from.clone()).unwrap_or_default();
    let through = sender.clone();
    let sent = db
        .write(move |tx| {
            first::hold_commands(tx, &out.body, plain)?;
            let customer = to.customer(tx, &by, &name, &region, &sender)?;
            let account = to.account(tx, &customer, &sender, &addressing)?;
            conversations::start(tx, &by, &customer, &account, &out)?;
            Ok(customer.id)
        })
        .await;
    match sent {
        Ok(id) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            if way_on::is_about_customer(&said) {
                page.known = db.read(move |conn| way_on::of_known(conn, &reader, &named, &through)).await?;
            }
            page.typed.first.asks_plain = first::is_question(&said);
            hx.invalid(&page.with(first::refused(said)))
        }
        Err(other) => Err(other),
    }
}

/// The page before anything is typed.
async fn load(way: Way, sh: Shell, db: &Db) -> Result<NewcomerPage> {
    if let Way::Phone(kind) = way
        && !registry::find(kind).is_some_and(|connector| connector.abilities().first.may_be_by_phone())
    {
        return Err(Error::NotFound);
    }
    db.read(move |conn| {
        let channels = channels_of(conn, way)?;
        let senders = if way == Way::Email { mails::senders(&channels) } else { vec![] };
        let (offers, window) = match way {
            Way::Phone(kind) => (templates::offers(conn, &channels)?, conversations::window(conn, kind, None)?),
            Way::Email | Way::ExternalId => (vec![], Window::Always),
        };
        Ok(NewcomerPage {
            sh,
            way,
            channels,
            senders,
            picker: Picker::new(offers),
            only_templates: window == Window::Closed,
            needed_tags: conversations::missing_tag(conn, None)?,
            typed: TypedNewcomer { first: TypedFirst::blank(), ..TypedNewcomer::default() },
            errors: Errors::default(),
            known: None,
        })
    })
    .await
}

/// The channels that reach people in this way now.
fn channels_of(conn: &mut Conn, way: Way) -> Result<Vec<Channel>> {
    let mut channels = match way {
        Way::ExternalId => conversations::external_channels(conn)?,
        Way::Email | Way::Phone(_) => channels::enabled(conn)?,
    };
    match way {
        Way::Email => channels.retain(|channel| channel.kind == ChannelKind::Email),
        Way::Phone(kind) => {
            channels.retain(|channel| channel.kind == kind && registry::goes_by_phone(channel));
            channels.retain(|channel| channel.secret.is_some());
        }
        Way::ExternalId => {}
    }
    Ok(channels)
}

/// Of all its channels; what the chosen one does not take, the service refuses.
fn limits(way: Way) -> Limits {
    match way {
        Way::Email => Limits::of(ChannelKind::Email),
        Way::Phone(kind) => Limits::of(kind),
        Way::ExternalId => Limits::of(ChannelKind::WebChat).or(Limits::of(ChannelKind::App)),
    }
}

fn typed(way: Way, upload: &Upload) -> TypedNewcomer {
    let of = |name: &str| upload.field(name).to_owned();
    TypedNewcomer { channel: of("channel"), address: of(way.field()), name: of("name"), first: TypedFirst::of(upload) }
}

/// The channel that was chosen; the only one needs no choice, and neither does a mail, which has a sender.
fn channel(page: &NewcomerPage, errors: &mut Errors) -> Option<ChannelId> {
    if page.is_nowhere() {
        errors.add("", page.way.nowhere());
    }
    if page.way == Way::Email {
        return None;
    }
    let chosen = match page.channels.as_slice() {
        [only] if page.typed.channel.is_empty() => Some(only.id),
        all => all.iter().map(|channel| channel.id).find(|id| page.typed.channel.parse() == Ok(*id)),
    };
    if chosen.is_none() {
        // Where there is no choice, there is no field to say it at.
        errors.add(if page.channels.len() == 1 { "" } else { "channel" }, "customers-message-account");
    }
    chosen
}

fn rules(page: &NewcomerPage, channel: Option<ChannelId>) -> Rules<'_> {
    let (offers, only) = (page.picker.offers.as_slice(), page.only_templates);
    Rules {
        needed_tags: &page.needed_tags,
        templates: matches!(page.way, Way::Phone(_)).then_some(Templates { offers, channel, only }),
        senders: (page.way == Way::Email).then_some(&page.senders),
        choice: "",
    }
}
