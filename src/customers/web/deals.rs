//! `/customers/{id}/deals`: adding, changing, moving and deleting a customer's deals.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::customer_url;
use crate::auth::Operator;
use crate::customers::views::{DealDeletePage, DealPage};
use crate::customers::{Customer, find, find_held};
use crate::db::Db;
use crate::db::types::{CustomerId, DealId, DealStageId};
use crate::deals::{self, By, Deal, DealTyped, NewDeal, Pipeline};
use crate::error::{Error, Result};
use crate::web::address::back_or;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Where the person came from; empty: the profile.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Back {
    back: String,
}

/// What a form of a deal is about.
struct About {
    customer: Customer,
    deal: Option<Deal>,
    pipelines: Vec<Arc<Pipeline>>,
}

async fn look(by: &Operator, db: &Db, id: CustomerId, deal: Option<DealId>) -> Result<About> {
    let by = by.clone();
    db.read(move |conn| {
        let customer = find(conn, &by.scope(), id)?;
        let deal = deal.map(|deal| deals::find_deal(conn, id, deal)).transpose()?;
        Ok(About { customer, deal, pipelines: deals::all(conn)? })
    })
    .await
}

impl About {
    /// The form, over what others have changed since it was opened.
    fn page(self, sh: Shell, typed: DealTyped, errors: Errors) -> DealPage {
        let Self { customer, deal, pipelines } = self;
        let newer = match &deal {
            Some(deal) if is_newer(deal, &typed.version) => typed.differences(deal, &pipelines),
            _ => vec![],
        };
        let version = deal.as_ref().map(Deal::version).unwrap_or_default();
        let typed = DealTyped { back: back_or(&typed.back, ""), version, ..typed };
        DealPage { sh, customer, deal: deal.map(|deal| deal.id), pipelines, typed, errors, newer }
    }
}

/// Whether a deal is not what a form was opened over. A form that does not say is an older page's.
fn is_newer(deal: &Deal, seen: &str) -> bool {
    !seen.is_empty() && deal.version() != seen
}

/// `GET /customers/{id}/deals/new`.
pub async fn new(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    from: Query<Back>,
) -> Result<HttpResponse> {
    let about = look(&by, &db, id.into_inner(), None).await?;
    let (back, form_token) = (from.into_inner().back, forms::new_token());
    hx.page(&about.page(sh, DealTyped { back, form_token, ..DealTyped::default() }, Errors::default()))
}

/// `POST /customers/{id}/deals`.
pub async fn add(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<DealTyped>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let about = look(&by, &db, id, None).await?;
    let new = match typed.parse(&about.pipelines) {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&about.page(sh, typed, errors)),
    };
    let (token, reader) = (typed.form_token.clone(), by.clone());
    let added = db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        if forms::spend(tx, &token)? {
            deals::add(tx, &by, &customer, &new)?;
        }
        Ok(())
    });
    match added.await {
        Ok(()) => hx.done("toast-deal-added", &back_or(&typed.back, customer_url(id))),
        Err(Error::Refused(said)) => {
            let about = look(&reader, &db, id, None).await?;
            hx.invalid(&about.page(sh, typed, Errors::one("stage", said)))
        }
        Err(other) => Err(other),
    }
}

/// `GET /customers/{id}/deals/{deal}`.
pub async fn form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, DealId)>,
    from: Query<Back>,
) -> Result<HttpResponse> {
    let (id, deal) = path.into_inner();
    let about = look(&by, &db, id, Some(deal)).await?;
    let stored = about.deal.as_ref().map(DealTyped::from).unwrap_or_default();
    hx.page(&about.page(sh, DealTyped { back: from.into_inner().back, ..stored }, Errors::default()))
}

/// `POST /customers/{id}/deals/{deal}`.
pub async fn edit(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, DealId)>,
    form: Form<DealTyped>,
) -> Result<HttpResponse> {
    let ((id, deal), typed) = (path.into_inner(), form.into_inner());
    let about = look(&by, &db, id, Some(deal)).await?;
    let new: NewDeal = match typed.parse(&about.pipelines) {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&about.page(sh, typed, errors)),
    };
    let (reader, seen) = (by.clone(), typed.version.clone());
    let edited = db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        let now = deals::find_deal(tx, id, deal)?;
        if is_newer(&now, &seen) && !now.is(&new) {
            return Ok(false);
        }
        deals::edit(tx, By::Staff(&by), &customer, deal, &new).map(|()| true)
    });
    let errors = match edited.await {
        Ok(true) => return hx.done("toast-saved", &back_or(&typed.back, customer_url(id))),
        Ok(false) => Errors::one("", "deal-changed-meanwhile"),
        Err(Error::Refused(said)) => Errors::one("stage", said),
        Err(other) => return Err(other),
    };
    let about = look(&reader, &db, id, Some(deal)).await?;
    hx.invalid(&about.page(sh, typed, errors))
}

#[derive(Deserialize)]
pub struct Move {
    /// Where it goes.
    #[serde(default)]
    stage: String,
    /// Where the page showed it.
    #[serde(default)]
    seen: String,
    #[serde(default)]
    back: String,
}

/// `POST /customers/{id}/deals/{deal}/stage`: on to another stage.
pub async fn place(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, DealId)>,
    form: Form<Move>,
) -> Result<HttpResponse> {
    let ((id, deal), form) = (path.into_inner(), form.into_inner());
    let to: DealStageId = form.stage.trim().parse().map_err(|_| Error::Invalid("deal-stage-missing".into()))?;
    let seen = form.seen.trim().parse().ok();
    db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        deals::move_to(tx, By::Staff(&by), &customer, deal, to, seen)
    })
    .await?;
    hx.done("toast-deal-moved", &hx.back(&form.back, customer_url(id)))
}

/// `GET /customers/{id}/deals/{deal}/delete`.
pub async fn ask(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, DealId)>,
    from: Query<Back>,
) -> Result<HttpResponse> {
    let (id, deal) = path.into_inner();
    let About { customer, deal, .. } = look(&by, &db, id, Some(deal)).await?;
    let deal = deal.ok_or(Error::NotFound)?;
    hx.page(&DealDeletePage { sh, customer, deal: deal.id, title: deal.title, back: back_or(&from.back, "") })
}

/// `POST /customers/{id}/deals/{deal}/delete`.
pub async fn delete(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, DealId)>,
    form: Form<Back>,
) -> Result<HttpResponse> {
    let (id, deal) = path.into_inner();
    db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        deals::delete(tx, By::Staff(&by), &customer, deal)
    })
    .await?;
    hx.done("toast-deal-deleted", &back_or(&form.back, customer_url(id)))
}
