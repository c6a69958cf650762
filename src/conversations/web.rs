//! What staff do with a conversation: take, hand over, close, tag.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::model::{CloseReason, Conversation};
use super::views::{CloseForm, ClosePage, TransferForm, TransferPage};
use super::{actions, chosen_tag, field_of, missing_tag, store};
use crate::auth::Operator;
use crate::customers::{self, Customer};
use crate::db::types::{ConversationId, ConversationTagId, CustomerId, DeliveryId};
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
    /// A colleague's number, or [`TransferForm::QUEUE`].
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
    if typed.to.trim().is_empty() {
        errors.add("to", "conversations-to-missing");
    } else if to.is_none() && typed.to != TransferForm::QUEUE {
        errors.add("to", "conversations-colleague-unknown");
    }
    let back = hx.back(&typed.back, inbox(customer.id));
    if !errors.is_empty() {
        let form = TransferForm {
            to: typed.to,
            note: typed.note,
            errors,
            ..TransferForm::new(&conversation, colleagues, back)
        };
        return hx.invalid(&TransferPage { sh, customer, form });
    }
    let is_seen = db
        .write(move |tx| {
            once(tx, &by, id, &typed.form_token, |tx, by, conversation| {
                actions::transfer(tx, by, conversation, to, &note)
            })?;
            still_sees(tx, &by, customer.id)
        })
        .await?;
    hx.done("toast-conversation-transferred", &way_on(back, customer.id, is_seen))
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
            })?;
            still_sees(tx, &by, customer.id)
        })
        .await;
    match closed {
        Ok(is_seen) => hx.done("toast-conversation-closed", &way_on(back, customer.id, is_seen)),
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

/// Whether somebody sees the customer after what they did.
fn still_sees(tx: &mut Tx, by: &Operator, customer: CustomerId) -> Result<bool> {
    match customers::require_visible(tx, &by.scope(), customer) {
        Ok(()) => Ok(true),
        Err(Error::NotFound) => Ok(false),
        Err(other) => Err(other),
    }
}

/// Where somebody goes on who has handed a conversation on or closed it: back. Where they do not see others' customers, that very
/// deed may have taken this one from them; then no page about the customer is there for them any more, and a list is the way on.
fn way_on(back: String, customer: CustomerId, is_seen: bool) -> String {
    if is_seen {
        return back;
    }
    let (path, query) = back.split_once('?').unwrap_or((back.as_str(), ""));
    if path == inbox(customer) {
        return if query.is_empty() { "/inbox".into() } else { format!("/inbox?{query}") };
    }
    if path.starts_with("/conversations/") { "/history".into() } else { back }
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nobody_goes_back_to_a_customer_who_is_out_of_sight() {
        for (back, gone) in [
            ("/inbox/7", "/inbox"),
            ("/inbox/7?tab=mine&search=a", "/inbox?tab=mine&search=a"),
            ("/conversations/12", "/history"),
            ("/conversations/12?before=40", "/history"),
            ("/inbox/8?tab=mine", "/inbox/8?tab=mine"),
            ("/history?tab=history", "/history?tab=history"),
        ] {
            assert_eq!(way_on(back.into(), CustomerId(7), true), back);
            assert_eq!(way_on(back.into(), CustomerId(7), false), gone, "{back}");
        }
    }
}
