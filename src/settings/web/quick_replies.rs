//! Quick replies: everybody's own, and the shared ones.

use actix_multipart::Multipart;
use actix_web::HttpResponse;
use actix_web::web::{Data, Path, Query};
use serde::Deserialize;

use super::refusal;
use crate::auth::Operator;
use crate::channels::ChannelKind;
use crate::db::Db;
use crate::db::page::NameCursor;
use crate::db::types::QuickReplyId;
use crate::error::{Error, Result};
use crate::files::{self, Files, Limits, Upload};
use crate::quick_replies::{self, Checked, QuickReply, ReplyFile, Typed};
use crate::settings::hold;
use crate::settings::views::quick_replies::{QuickRepliesPage, QuickReplyDeletePage, QuickReplyPage};
use crate::text;
use crate::web::forms::{self, Errors};
use crate::web::meanwhile::{Meets, Over};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/quick-replies";

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    q: String,
    at: String,
}

/// `GET /settings/quick-replies`.
pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let q: String = text::clean(&asked.q).chars().take(200).collect();
    let (words, cursor) = (q.clone(), NameCursor::decode(&asked.at));
    let (page, files) = db
        .read(move |conn| {
            let page = quick_replies::page(conn, &by, &words, cursor.as_ref())?;
            let ids: Vec<_> = page.rows.iter().map(|reply| reply.id).collect();
            Ok((page, quick_replies::files_of(conn, &ids)?))
        })
        .await?;
    hx.page(&QuickRepliesPage { sh, q, page, files })
}

/// `GET /settings/quick-replies/new`.
pub async fn new(_: Operator, sh: Shell, hx: Hx) -> Result<HttpResponse> {
    hx.page(&QuickReplyPage::new(sh, None, vec![], Typed::default(), forms::new_token()))
}

/// The reply of this number with its files, if this person may use it.
async fn found(by: &Operator, db: &Db, id: QuickReplyId) -> Result<(QuickReply, Vec<ReplyFile>)> {
    let by = by.clone();
    db.read(move |conn| {
        let reply = quick_replies::find(conn, &by, id)?;
        let files = quick_replies::files_of(conn, &[id])?.remove(&id).unwrap_or_default();
        Ok((reply, files))
    })
    .await
}

/// `GET /settings/quick-replies/{id}`.
pub async fn page(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<QuickReplyId>) -> Result<HttpResponse> {
    let (reply, files) = found(&by, &db, id.into_inner()).await?;
    let typed = Typed { shortcut: reply.shortcut.clone(), body: reply.body.clone(), shared: reply.is_shared() };
    hx.page(&QuickReplyPage::new(sh, Some(reply), files, typed, String::new()))
}

fn typed_of(by: &Operator, form: &Upload) -> Typed {
    Typed {
        shortcut: form.field("shortcut").to_owned(),
        body: form.field("body").to_owned(),
        // Operators have their own ones only, and see no choice.
        shared: form.field("shared") == "true" && by.supervisor().is_some(),
    }
}

/// What was typed, with the files beside it. `kept`: those that are there already, and stay.
fn parse(typed: &Typed, form: &Upload, kept: usize) -> Result<Checked, Errors> {
    let Some(refused) = &form.refused else { return typed.parse(kept + form.files.len()) };
    let mut errors = typed.parse(kept + 1).err().unwrap_or_default();
    errors.add("files", refused.clone());
    Err(errors)
}

/// `POST /settings/quick-replies`.
pub async fn add(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    stored: Data<Files>,
    form: Multipart,
) -> Result<HttpResponse> {
    let form = files::accept_form(&db, &stored, form, &Limits::of(ChannelKind::App)).await?;
    let (typed, token) = (typed_of(&by, &form), form.field("form_token").to_owned());
    let outcome = match parse(&typed, &form, 0) {
        Err(errors) => Err(errors),
        Ok(new) => {
            let token = token.clone();
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    quick_replies::add(tx, &by, &new, &form.files)?;
                }
                Ok(())
            });
            refusal("shortcut", added.await)?
        }
    };
    match outcome {
        Ok(()) => hx.done("toast-quick-reply-saved", HERE),
        Err(errors) => hx.invalid(&QuickReplyPage { errors, ..QuickReplyPage::new(sh, None, vec![], typed, token) }),
    }
}

/// `POST /settings/quick-replies/{id}`.
pub async fn edit(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    stored: Data<Files>,
    id: Path<QuickReplyId>,
    form: Multipart,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (reply, known) = found(&by, &db, id).await?;
    let form = files::accept_form(&db, &stored, form, &Limits::of(ChannelKind::App)).await?;
    if reply.is_shared() && by.supervisor().is_none() {
        return Err(Error::Forbidden);
    }
    let typed = typed_of(&by, &form);
    let gone: Vec<i32> = form.all("gone").filter_map(|position| position.parse().ok()).collect();
    let kept = known.iter().filter(|file| !gone.contains(&file.position)).count();
    let seen = form.field("version").to_owned();
    // What it was opened over, as long as nobody has been asked.
    let page =
        QuickReplyPage { version: seen.clone(), ..QuickReplyPage::new(sh, Some(reply), known, typed, String::new()) };
    let new = match parse(&page.typed, &form, kept) {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&QuickReplyPage { errors, ..page }),
    };
    let edited = db.write(move |tx| {
        hold(tx)?;
        match new.clone().since(&seen, &quick_replies::find(tx, &by, id)?.checked()) {
            Ok(new) => quick_replies::edit(tx, &by, id, &new, &gone, &form.files).map(Ok),
            Err(over) => Ok(Err(over)),
        }
    });
    match edited.await {
        Ok(Ok(())) => hx.done("toast-quick-reply-saved", HERE),
        Ok(Err(Over { typed: Checked { shortcut, body, shared }, version, errors })) => {
            let typed = Typed { shortcut, body, shared };
            hx.invalid(&QuickReplyPage { typed, version, errors, ..page })
        }
        Err(Error::Refused(said)) => hx.invalid(&QuickReplyPage { errors: Errors::one("shortcut", said), ..page }),
        Err(other) => Err(other),
    }
}

/// `GET /settings/quick-replies/{id}/delete`.
pub async fn ask(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<QuickReplyId>) -> Result<HttpResponse> {
    let (reply, _) = found(&by, &db, id.into_inner()).await?;
    if reply.is_shared() && by.supervisor().is_none() {
        return Err(Error::Forbidden);
    }
    hx.page(&QuickReplyDeletePage { sh, reply })
}

/// `POST /settings/quick-replies/{id}/delete`.
pub async fn delete(by: Operator, hx: Hx, db: Data<Db>, id: Path<QuickReplyId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| quick_replies::delete(tx, &by, id)).await?;
    hx.done("toast-quick-reply-deleted", HERE)
}
