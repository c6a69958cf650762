//! `/customers/new/{kind}`: Write to WhatsApp. A message to anybody who has a number, known or new.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use crate::auth::Operator;
use crate::channels::{self, Channel, ChannelKind, WritesFirst, registry};
use crate::config::Config;
use crate::conversations::{self, Outgoing, Window};
use crate::customers::views::NewcomerPage;
use crate::customers::{Customer, Details, find, store};
use crate::db::types::{ChannelId, CustomerId};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits};
use crate::templates::{self, Picker};
use crate::text;
use crate::web::forms::{self, Errors, LINES};
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct Asked {
    /// What was searched for: a number, or a name.
    q: String,
}

/// `GET /customers/new/{kind}`.
pub async fn form(
    _: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    kind: Path<String>,
    asked: Query<Asked>,
) -> Result<HttpResponse> {
    let mut page = load(sh, &db, &kind).await?;
    let typed = text::clean(&asked.q);
    let is_number = text::digits(&typed).len() >= 5 && !typed.chars().any(char::is_alphabetic);
    if is_number {
        page.phone = typed;
    } else {
        page.newcomer = typed;
    }
    hx.page(&page)
}

/// The empty form.
async fn load(sh: Shell, db: &Db, kind: &str) -> Result<NewcomerPage> {
    let kind = ChannelKind::parse(kind).ok_or(Error::NotFound)?;
    let connector = registry::find(kind).ok_or(Error::NotFound)?;
    if connector.abilities().first != WritesFirst::Phone {
        return Err(Error::NotFound);
    }
    let (channels, offers, window, needed_tags) = db
        .read(move |conn| {
            let mut channels: Vec<Channel> = channels::enabled(conn)?;
            channels.retain(|channel| channel.kind == kind && channel.secret.is_some());
            let offers = templates::offers(conn, &channels)?;
            let window = conversations::window(conn, kind, None)?;
            Ok((channels, offers, window, conversations::missing_tag(conn, None)?))
        })
        .await?;
    Ok(NewcomerPage {
        sh,
        kind,
        channels,
        channel: String::new(),
        phone: String::new(),
        newcomer: String::new(),
        body: String::new(),
        picker: Picker::new(offers),
        only_templates: window == Window::Closed,
        needed_tags,
        tag: String::new(),
        token: forms::new_token(),
        errors: Errors::default(),
    })
}

/// `POST /customers/new/{kind}`.
#[expect(clippy::too_many_arguments, reason = "each is a part of the request")]
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    stored: Data<Files>,
    kind: Path<String>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let mut page = load(sh, &db, &kind).await?;
    let upload = files::accept(&db, &stored, upload, &Limits::of(page.kind)).await?;
    let of = |name: &str| upload.field(name).to_owned();
    (page.channel, page.phone, page.newcomer) = (of("channel"), of("phone"), of("name"));
    (page.body, page.tag, page.token) = (of("body"), of("tag"), of("form_token"));
    let typed = templates::Typed::of(|name| upload.field(name));
    let mut errors = Errors::default();
    // Without scripts: the fields of a template are asked for.
    if upload.get("fields").is_some() {
        page.picker = page.picker.with(typed, errors);
        return hx.page(&page);
    }
    let channel = channel(&page, &mut errors);
    let phone = errors.phone("phone", &page.phone);
    let digits = phone.as_deref().and_then(|phone| text::phone_digits(phone, &config.phone_region));
    if phone.is_none() {
        errors.add("phone", "newcomer-phone-missing");
    } else if !digits.as_ref().is_some_and(|digits| (8..=15).contains(&digits.len())) {
        errors.add("phone", "newcomer-phone-short");
    }
    let name = errors.optional_line("name", &page.newcomer);
    let tag = conversations::chosen_tag(&page.needed_tags, &page.tag).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let mut out = Outgoing { files: upload.files, tag, ..Outgoing::default() };
    if page.only_templates || !typed.template.trim().is_empty() {
        let chosen = typed.chosen(&page.picker.offers);
        if chosen.is_some_and(|offer| Some(offer.template.channel_id) != channel) {
            errors.add("template", "template-other-channel");
        }
        out.extra.template = typed.parse(&mut errors, &page.picker.offers);
    } else {
        out.body = errors.lines("body", &page.body, LINES);
        if out.body.is_empty() && out.files.is_empty() {
            errors.add("body", "customers-message-empty");
        }
    }
    page.picker = page.picker.with(typed, errors.clone());
    let (Some(channel), Some(phone), Some(digits), true) = (channel, phone, digits, errors.is_empty()) else {
        return hx.invalid(&NewcomerPage { errors, ..page });
    };
    out.client_uuid = Some(page.token.clone()).filter(|token| uuid::Uuid::parse_str(token).is_ok());
    let region = config.phone_region.clone();
    let sent = db
        .write(move |tx| {
            let customer = known_or_new(tx, &by, channel, &digits, &phone, &name, &region)?;
            let account = conversations::phone_account(tx, &customer, channel, &region)?;
            conversations::start(tx, &by, &customer, &account, &out)?;
            Ok(customer.id)
        })
        .await;
    match sent {
        Ok(id) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            hx.invalid(&NewcomerPage { errors: Errors::one(conversations::field_of(&said), said), ..page })
        }
        Err(other) => Err(other),
    }
}

/// The channel that was chosen; the only one needs no choice.
fn channel(page: &NewcomerPage, errors: &mut Errors) -> Option<ChannelId> {
    let chosen = match page.channels.as_slice() {
        [only] if page.channel.is_empty() => Some(only.id),
        all => all.iter().map(|channel| channel.id).find(|id| page.channel.parse() == Ok(*id)),
    };
    match page.channels.is_empty() {
        true => errors.add("", "newcomer-no-channel"),
        false if chosen.is_none() => errors.add("channel", "newcomer-channel-missing"),
        false => {}
    }
    chosen
}

/// Whoever has this number, in the channel or at all; somebody new otherwise.
fn known_or_new(
    tx: &mut Tx,
    by: &Operator,
    channel: ChannelId,
    digits: &str,
    phone: &str,
    name: &str,
    region: &str,
) -> Result<Customer> {
    let there = store::find_account_by_address(tx, channel, digits)?.map(|account| account.customer_id);
    let known: Option<CustomerId> = match there {
        Some(id) => Some(id),
        None => store::find_by_contact(tx, None, Some(digits), None)?,
    };
    let id = match known {
        Some(id) => id,
        None => {
            let name = if name.is_empty() { phone.to_owned() } else { name.to_owned() };
            let details = Details { name, phone: Some(phone.to_owned()), ..Details::default() };
            crate::customers::actions::create(tx, by, &details, region)?
        }
    };
    // Whoever is there but not for this person to see is a colleague's.
    find(tx, &by.scope(), id).map_err(|error| match error {
        Error::NotFound => Error::refused("refused-not-yours"),
        other => other,
    })
}
