//! Take, transfer, close, read and unread, presence.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use crate::auth::Operator;
use crate::conversations::{self, CloseReason, Conversation};
use crate::customers;
use crate::db::types::{ConversationId, CustomerId, StaffId};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::messages::Who;
use crate::realtime::presence::Presences;
use crate::realtime::{Doing, Topic};
use crate::staff;
use crate::web::forms::{Errors, LINES};
use crate::web::page::Hx;

#[derive(Deserialize)]
pub struct Deed {
    #[serde(default)]
    conversation: String,
    #[serde(default)]
    to: String,
    #[serde(default)]
    reason: String,
    #[serde(default)]
    note: String,
}

/// The conversation that the form stood for: another one that has begun since is not meant.
fn meant(tx: &mut Tx, by: &Operator, customer: CustomerId, typed: &str) -> Result<Conversation> {
    let id: ConversationId = typed.parse().map_err(|_| Error::Invalid("inbox-no-conversation".into()))?;
    let found = conversations::store::find(tx, &by.scope(), id)?;
    if found.customer_id == customer { Ok(found) } else { Err(Error::NotFound) }
}

fn note_of(typed: &str) -> Result<String> {
    let mut errors = Errors::default();
    let note = errors.lines("note", typed, LINES);
    errors.or(note).map_err(|_| Error::Invalid(crate::error::Said::from("error-too-long").with("limit", LINES)))
}

fn back(id: CustomerId) -> String {
    format!("/inbox/{id}")
}

/// `POST /inbox/{customer}/take`.
pub async fn take(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>, form: Form<Deed>) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    db.write(move |tx| {
        let conversation = meant(tx, &by, id, &form.conversation)?;
        conversations::actions::take(tx, &by, &conversation)
    })
    .await?;
    hx.done("toast-taken", &back(id))
}

/// `POST /inbox/{customer}/transfer`.
pub async fn transfer(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Deed>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let note = note_of(&form.note)?;
    let to: Option<StaffId> = match form.to.as_str() {
        "queue" => None,
        typed => Some(typed.parse().map_err(|_| Error::Invalid("inbox-no-colleague".into()))?),
    };
    db.write(move |tx| {
        let conversation = meant(tx, &by, id, &form.conversation)?;
        let to = to.map(|to| colleague(tx, to)).transpose()?;
        conversations::actions::transfer(tx, &by, &conversation, to, &note)
    })
    .await?;
    hx.done("toast-transferred", &back(id))
}

fn colleague(tx: &mut Tx, id: StaffId) -> Result<Who> {
    let found = staff::list(tx)?.into_iter().find(|member| member.id == id && member.disabled_at.is_none());
    found.map(|member| Who { id, name: member.name }).ok_or(Error::Invalid("inbox-no-colleague".into()))
}

/// `POST /inbox/{customer}/close`.
pub async fn close(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>, form: Form<Deed>) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let note = note_of(&form.note)?;
    let reason = CloseReason::parse(&form.reason)
        .filter(|reason| CloseReason::CHOICES.contains(reason))
        .ok_or(Error::Invalid("inbox-no-reason".into()))?;
    db.write(move |tx| {
        let conversation = meant(tx, &by, id, &form.conversation)?;
        conversations::actions::close(tx, &by, &conversation, reason, &note)
    })
    .await?;
    hx.done("toast-closed", &back(id))
}

/// `POST /inbox/{customer}/read`.
pub async fn read(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| {
        customers::require_visible(tx, &by.scope(), id)?;
        customers::actions::mark_read(tx, id)
    })
    .await?;
    hx.done("toast-read", "/inbox")
}

/// `POST /inbox/{customer}/unread`: on to the list, since the conversation would be read again at once.
pub async fn unread(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| {
        let customer = customers::find(tx, &by.scope(), id)?;
        if customer.blocked {
            return Err(Error::refused("refused-blocked"));
        }
        customers::actions::mark_unread(tx, &customer)
    })
    .await?;
    hx.done("toast-unread", "/inbox")
}

#[derive(Deserialize)]
pub struct Present {
    doing: Option<Doing>,
    /// Of a composer in which somebody types.
    mode: Option<String>,
}

/// `POST /inbox/{customer}/presence`: a visible page says that it is here, which reads what has come in; a composer
/// that somebody types.
pub async fn presence(
    by: Operator,
    db: Data<Db>,
    presences: Data<Presences>,
    id: Path<CustomerId>,
    form: Form<Present>,
) -> Result<HttpResponse> {
    let (id, me, scope) = (id.into_inner(), by.id(), by.scope());
    let doing = form.doing.unwrap_or(Doing::Typing);
    let to_customer = form.mode.as_deref() == Some("reply");
    let (unread, account) = db
        .read(move |conn| {
            let unread = customers::find(conn, &scope, id)?.is_unread();
            if !to_customer {
                return Ok((unread, None));
            }
            let open = conversations::store::open_of(conn, &scope, id)?.into_iter().next();
            Ok((unread, open.and_then(|c| c.account_id)))
        })
        .await?;
    if doing == Doing::Here && unread {
        db.write(move |tx| customers::actions::mark_read(tx, id)).await?;
    }
    if presences.note(id, me, doing) {
        db.spread(Topic::Seen(id, me, doing)).await;
    }
    if let Some(account) = account {
        db.spread(Topic::StaffTyping(account)).await;
    }
    Ok(HttpResponse::NoContent().finish())
}
