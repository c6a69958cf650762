//! What staff do with a conversation: take, hand over, close, tag.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::model::{CloseReason, Conversation};
use super::views::{CloseForm, ClosePage, TransferForm, TransferPage};
use super::{actions, chosen_tag, field_of, missing_tag, store};
use crate::auth::Operator;
use crate::customers::{self, Customer};
use crate::db::types::{ConversationId, ConversationTagId, CustomerId, DeliveryId, StaffId};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::staff::{self, StaffMember};
use crate::web::address::back_or;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// The longest note on a transfer or a closure, in characters.
const NOTE: usize = 1_000;

/// Where the person came from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    back: String,
}

/// A button without any field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Button {
    form_token: String,
    back: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedTransfer {
    /// A staff member, or empty for the queue.
    to: String,
    note: String,
    form_token: String,
    back: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedClosure {
    reason: String,
    tag: String,
    note: String,
    form_token: String,
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TypedTag {
    tag: String,
    form_token: String,
    back: String,
}

/// `POST /conversations/{id}/assignment`.
pub async fn take(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    form: Form<Button>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let customer = db.write(move |tx| once(tx, &by, id, &form.form_token, actions::take)).await?;
    hx.done("toast-conversation-taken", &hx.back(&form.back, inbox(customer)))
}

/// `POST /deliveries/{id}/retry`: once more, now. The page that shows it hears of it by itself.
pub async fn send_again(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<DeliveryId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let customer = db.write(move |tx| actions::send_again(tx, &by, id)).await?;
    if hx.is_htmx {
        return hx.toast(&sh.t("toast-retried"));
    }
    hx.done("toast-retried", &inbox(customer))
}

/// `POST /deliveries/{id}/arrival`: somebody has looked, and the customer has it.
pub async fn note_arrival(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<DeliveryId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let customer = db.write(move |tx| actions::note_arrival(tx, &by, id)).await?;
    if hx.is_htmx {
        return hx.toast(&sh.t("toast-arrived"));
    }
    hx.done("toast-arrived", &inbox(customer))
}

/// `GET /conversations/{id}/transfer`: the dialog's form as a page.
pub async fn transfer_form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    from: Query<From>,
) -> Result<HttpResponse> {
    let (id, back) = (id.into_inner(), from.into_inner().back);
    let (conversation, customer, colleagues) = db.read(move |conn| look(conn, &by, id)).await?;
    let form = TransferForm::new(&conversation, colleagues, back_or(&back, inbox(customer.id)));
    hx.page(&TransferPage { sh, customer, form })
}

/// `POST /conversations/{id}/transfer`.
pub async fn transfer(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    form: Form<TypedTransfer>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let looking = by.clone();
    let (conversation, customer, colleagues) = db.read(move |conn| look(conn, &looking, id)).await?;
    let mut errors = Errors::default();
    let note = errors.lines("note", &typed.note, NOTE);
    let to = colleagues.iter().find(|member| typed.to.parse() == Ok(member.id)).map(|member| member.id);
    if to.is_none() && !typed.to.trim().is_empty() {
        errors.add("to", "conversations-colleague-unknown");
    }
    let back = hx.back(&typed.back, inbox(customer.id));
    if !errors.is_empty() {
        let form = TransferForm {
            to: typed.to.parse::<StaffId>().ok(),
            note: typed.note,
            errors,
            ..TransferForm::new(&conversation, colleagues, back)
        };
        return hx.invalid(&TransferPage { sh, customer, form });
    }
    db.write(move |tx| {
        once(tx, &by, id, &typed.form_token, |tx, by, conversation| actions::transfer(tx, by, conversation, to, &note))
    })
    .await?;
    hx.done("toast-conversation-transferred", &back)
}

/// `GET /conversations/{id}/closure`: the dialog's form as a page.
pub async fn close_form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    from: Query<From>,
) -> Result<HttpResponse> {
    let (id, back) = (id.into_inner(), from.into_inner().back);
    let ((conversation, customer, _), needed) =
        db.read(move |conn| Ok((look(conn, &by, id)?, missing_tag(conn, Some(id))?))).await?;
    let form = CloseForm::new(&conversation, needed, back_or(&back, inbox(customer.id)));
    hx.page(&ClosePage { sh, customer, form })
}

/// `POST /conversations/{id}/closure`.
pub async fn close(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    form: Form<TypedClosure>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let looking = by.clone();
    let ((conversation, customer, _), needed) =
        db.read(move |conn| Ok((look(conn, &looking, id)?, missing_tag(conn, Some(id))?))).await?;
    let mut errors = Errors::default();
    let note = errors.lines("note", &typed.note, NOTE);
    let tag = chosen_tag(&needed, &typed.tag).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let chosen = CloseReason::CHOICES.into_iter().find(|reason| reason.as_str() == typed.reason);
    let back = hx.back(&typed.back, inbox(customer.id));
    if chosen.is_none() {
        errors.add("reason", "conversations-reason-missing");
    }
    let form = CloseForm {
        chosen,
        tag: typed.tag,
        note: typed.note,
        errors,
        ..CloseForm::new(&conversation, needed, back.clone())
    };
    let Some(reason) = chosen.filter(|_| form.errors.is_empty()) else {
        return hx.invalid(&ClosePage { sh, customer, form });
    };
    let closed = db
        .write(move |tx| {
            once(tx, &by, id, &typed.form_token, |tx, by, conversation| {
                actions::close(tx, by, conversation, tag, reason, &note)
            })
        })
        .await;
    match closed {
        Ok(_) => hx.done("toast-conversation-closed", &back),
        // The last tag was taken off, or the setting was switched on, in this moment.
        Err(Error::Refused(said)) if field_of(&said) == "tag" => {
            let needed = db.read(move |conn| missing_tag(conn, Some(id))).await?;
            let form = CloseForm { needed, errors: Errors::one("tag", said), ..form };
            hx.invalid(&ClosePage { sh, customer, form })
        }
        Err(other) => Err(other),
    }
}

/// `POST /conversations/{id}/tags`.
pub async fn add_tag(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    form: Form<TypedTag>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let tag = tag_of(&form)?;
    db.write(move |tx| once(tx, &by, id, &form.form_token, |tx, by, of| actions::add_tag(tx, by, of, tag))).await?;
    hx.done("toast-conversation-tag-added", &hx.back(&form.back, format!("/conversations/{id}")))
}

/// `POST /conversations/{id}/tags/delete`.
pub async fn remove_tag(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<ConversationId>,
    form: Form<TypedTag>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let tag = tag_of(&form)?;
    db.write(move |tx| once(tx, &by, id, &form.form_token, |tx, by, of| actions::remove_tag(tx, by, of, tag))).await?;
    hx.done("toast-conversation-tag-removed", &hx.back(&form.back, format!("/conversations/{id}")))
}

fn tag_of(form: &TypedTag) -> Result<ConversationTagId> {
    form.tag.parse().map_err(|_| Error::Invalid("conversations-tag-unknown".into()))
}

/// Does a form's work unless the same form was sent before.
fn once(
    tx: &mut Tx,
    by: &Operator,
    id: ConversationId,
    token: &str,
    work: impl FnOnce(&mut Tx, &Operator, &Conversation) -> Result<()>,
) -> Result<CustomerId> {
    let conversation = store::find(tx, &by.scope(), id)?;
    if forms::spend(tx, token)? {
        work(tx, by, &conversation)?;
    }
    Ok(conversation.customer_id)
}

/// The conversation, its customer, and who could take it over.
fn look(conn: &mut Conn, by: &Operator, id: ConversationId) -> Result<(Conversation, Customer, Vec<StaffMember>)> {
    let conversation = store::find(conn, &by.scope(), id)?;
    let customer = customers::find(conn, &by.scope(), conversation.customer_id)?;
    Ok((conversation, customer, staff::serving(conn)?))
}

fn inbox(customer: CustomerId) -> String {
    format!("/inbox/{customer}")
}
