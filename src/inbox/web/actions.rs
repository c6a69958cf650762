//! Read and unread, pins, presence.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use crate::auth::Operator;
use crate::conversations;
use crate::customers;
use crate::db::Db;
use crate::db::types::{ConversationId, CustomerId, MessageId};
use crate::error::{Error, Result};
use crate::inbox::actions;
use crate::realtime::presence::Presences;
use crate::realtime::{Doing, Topic};
use crate::web::page::Hx;

/// A button without any field.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Button {
    back: String,
}

/// `POST /inbox/{customer}/read`.
pub async fn read(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Button>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| {
        customers::require_visible(tx, &by.scope(), id)?;
        customers::actions::mark_read(tx, id)
    })
    .await?;
    hx.done("toast-read", &hx.back(&form.back, "/inbox"))
}

/// `POST /inbox/{customer}/unread`: on to the list, since the conversation would be read again at once.
pub async fn unread(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Button>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| {
        let customer = customers::find(tx, &by.scope(), id)?;
        if customer.blocked {
            return Err(Error::refused("refused-blocked"));
        }
        customers::actions::mark_unread(tx, &customer)
    })
    .await?;
    hx.done("toast-unread", &hx.back(&form.back, "/inbox"))
}

/// What a pin becomes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Pin {
    /// Empty or "0": it is taken away.
    pinned: String,
    back: String,
}

/// `POST /inbox/{customer}/pin`.
pub async fn pin(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>, form: Form<Pin>) -> Result<HttpResponse> {
    let (id, pinned) = (id.into_inner(), form.pinned == "1");
    db.write(move |tx| {
        // A pin of somebody who is out of sight by now still goes.
        if pinned {
            customers::require_visible(tx, &by.scope(), id)?;
        }
        actions::pin(tx, &by, id, pinned)
    })
    .await?;
    hx.done(if pinned { "toast-pinned" } else { "toast-unpinned" }, &hx.back(&form.back, "/inbox"))
}

#[derive(Deserialize)]
pub struct Present {
    doing: Option<Doing>,
    /// The newest message of the customer's that it shows, where it has not said so before.
    shown: Option<String>,
    /// Of a composer in which somebody types.
    mode: Option<String>,
    /// The conversation that it answers.
    conversation: Option<String>,
}

/// `POST /inbox/{customer}/presence`: a visible page says that it is here, and reads what it shows; a composer that
/// somebody types. What a page does not show it does not read; nor what it has shown before, which a colleague may have
/// marked as unread since.
pub async fn presence(
    by: Operator,
    db: Data<Db>,
    presences: Data<Presences>,
    id: Path<CustomerId>,
    form: Form<Present>,
) -> Result<HttpResponse> {
    let (id, me, scope) = (id.into_inner(), by.id(), by.scope());
    let doing = form.doing.unwrap_or(Doing::Typing);
    let of: Option<ConversationId> = form.conversation.as_deref().and_then(|id| id.parse().ok());
    let shown: Option<MessageId> = form.shown.as_deref().and_then(|id| id.parse().ok());
    let to_customer = form.mode.as_deref() == Some("reply");
    let (unread, account) = db
        .read(move |conn| {
            let customer = customers::find(conn, &scope, id)?;
            if !to_customer {
                return Ok((customer.is_unread(), None));
            }
            let open = conversations::store::of_customer::open(conn, &customer)?;
            let answered = open.iter().find(|open| Some(open.id) == of).or(open.first());
            Ok((customer.is_unread(), answered.and_then(|c| c.account_id)))
        })
        .await?;
    if doing == Doing::Here
        && unread
        && let Some(shown) = shown
    {
        db.write(move |tx| {
            tx.concerns_one_customer();
            actions::read_up_to(tx, id, shown)
        })
        .await?;
    }
    if presences.note(id, me, doing) {
        db.spread(Topic::Seen(id, me, doing));
    }
    if let Some(account) = account {
        db.spread(Topic::StaffTyping(account));
    }
    Ok(HttpResponse::NoContent().finish())
}
