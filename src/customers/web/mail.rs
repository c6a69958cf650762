//! `/mails/new`: Write to E-mail. A letter to anybody who has an address, known or new.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::Data;

use crate::auth::Operator;
use crate::channels::{self, Channel, ChannelKind};
use crate::config::Config;
use crate::conversations::{self, Outgoing};
use crate::customers::views::NewMailPage;
use crate::customers::{Details, find, store};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits};
use crate::mails::{self, Typed};
use crate::tags::TagPath;
use crate::text;
use crate::web::forms::{self, Errors, LINES};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Addresses that mails can be sent from, and tags of which one has to be chosen.
async fn offered(db: &Db) -> Result<(Vec<(String, Channel)>, Vec<TagPath>)> {
    let (enabled, tags) =
        db.read(|conn| Ok((channels::enabled(conn)?, conversations::missing_tag(conn, None)?))).await?;
    Ok((mails::senders(&enabled), tags))
}

/// `GET /mails/new`.
pub async fn form(_: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let (senders, needed_tags) = offered(&db).await?;
    let senders = senders.into_iter().map(|(sender, _)| sender).collect();
    hx.page(&NewMailPage { token: forms::new_token(), needed_tags, ..NewMailPage::new(sh, senders) })
}

/// `POST /mails/new`.
pub async fn send(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    stored: Data<Files>,
    upload: Multipart,
) -> Result<HttpResponse> {
    let (senders, needed_tags) = offered(&db).await?;
    let upload = files::accept(&db, &stored, upload, &Limits::of(ChannelKind::Email)).await?;
    let typed = Typed {
        sender: upload.field("sender").to_owned(),
        subject: upload.field("subject").to_owned(),
        bcc: upload.field("bcc").to_owned(),
    };
    let mut errors = Errors::default();
    if senders.is_empty() {
        errors.add("", "mail-no-sender");
    }
    let email = errors.email("email", upload.field("email"));
    if email.is_none() {
        errors.add("email", "mail-to-missing");
    }
    let name = errors.optional_line("name", upload.field("name"));
    let mail = typed.parse(&mut errors, &senders, true);
    let body = errors.lines("body", upload.field("body"), LINES);
    if body.is_empty() && upload.files.is_empty() {
        errors.add("body", "customers-message-empty");
    }
    let tag = conversations::chosen_tag(&needed_tags, upload.field("tag")).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let page = NewMailPage {
        needed_tags,
        tag: upload.field("tag").to_owned(),
        email: upload.field("email").to_owned(),
        newcomer: upload.field("name").to_owned(),
        typed,
        body: upload.field("body").to_owned(),
        token: upload.field("form_token").to_owned(),
        ..NewMailPage::new(sh, senders.into_iter().map(|(sender, _)| sender).collect())
    };
    let (Some(email), true) = (email, errors.is_empty()) else {
        return hx.invalid(&NewMailPage { errors, ..page });
    };
    let token = Some(page.token.clone()).filter(|token| uuid::Uuid::parse_str(token).is_ok());
    let sender = mail.from.clone();
    let mut out = Outgoing { body, files: upload.files, client_uuid: token, tag, ..Outgoing::default() };
    out.extra.mail = Some(mail);
    let (who, region) = (by, config.phone_region.clone());
    let sent = db
        .write(move |tx| {
            let known = store::find_by_contact(tx, None, None, Some(&text::fold(&email)))?;
            let id = match known {
                Some(id) => id,
                None => {
                    let name = if name.is_empty() { email.clone() } else { name.clone() };
                    let details = Details { name, email: Some(email.clone()), ..Details::default() };
                    crate::customers::actions::create(tx, &who, &details, &region)?
                }
            };
            // Whoever is there but not for this person to see is a colleague's.
            let customer = find(tx, &who.scope(), id).map_err(|error| match error {
                Error::NotFound => Error::refused("refused-not-yours"),
                other => other,
            })?;
            let account = conversations::mail_account(tx, &customer, &sender)?;
            conversations::start(tx, &who, &customer, &account, &out)?;
            Ok(id)
        })
        .await;
    match sent {
        Ok(id) => hx.done("toast-conversation-started", &format!("/inbox/{id}")),
        Err(Error::Refused(said)) => {
            hx.invalid(&NewMailPage { errors: Errors::one(conversations::field_of(&said), said), ..page })
        }
        Err(other) => Err(other),
    }
}
