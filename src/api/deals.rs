//! Customers' deals, for programs that sell.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use uuid::Uuid;

use super::body::Body;
use super::guard::App;
use super::model::Problem;
use super::model::deals::{Deal, DealChange, Deals, NewDeal, Pipeline, Pipelines};
use crate::auth::CustomerScope;
use crate::customers;
use crate::db::types::{CustomerId, DealId, DealStageId};
use crate::db::{Conn, Db};
use crate::deals::{self, AMOUNT, By};
use crate::error::{Error, Result};
use crate::web::errors::field_json;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// All pipelines with their stages, in their order.
#[utoipa::path(get, path = "/api/v1/pipelines", tag = "deals", responses((status = 200, body = Pipelines)))]
pub async fn pipelines(_app: App, db: Data<Db>) -> Result<HttpResponse> {
    let all = db.read(deals::all).await?;
    Ok(HttpResponse::Ok().json(Pipelines { pipelines: all.iter().map(|one| Pipeline::from(one.as_ref())).collect() }))
}

/// The deals of a customer, the newest first.
#[utoipa::path(get, path = "/api/v1/customers/{external_id}/deals", tag = "deals",
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = Deals), (status = 404, body = Problem)))]
pub async fn list(app: App, db: Data<Db>, external_id: Path<String>) -> Result<HttpResponse> {
    let seat = app.seat(&db, &external_id).await?;
    let found = db.read(move |conn| deals::shown(conn, seat.customer)).await?.unwrap_or_default();
    Ok(HttpResponse::Ok().json(Deals { deals: found.into_iter().map(Deal::from).collect() }))
}

/// Makes a deal of a customer. The same one sent again changes nothing, and is answered with 200.
#[utoipa::path(post, path = "/api/v1/customers/{external_id}/deals", tag = "deals", request_body = NewDeal,
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = Deal), (status = 201, body = Deal), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn add(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    external_id: Path<String>,
    body: Body<NewDeal>,
) -> Result<HttpResponse> {
    let sent = body.read()?;
    let new = checked(&sent.title, sent.amount, DealStageId(sent.stage)).and_then(|new| {
        let uuid = Uuid::parse_str(&sent.client_uuid).map_err(|_| Errors::one("client_uuid", "api-client-uuid"))?;
        Ok((new, uuid.to_string()))
    });
    let (new, uuid) = match new {
        Ok(fine) => fine,
        Err(errors) => return wrong(&req, &errors),
    };
    let seat = app.seat(&db, &external_id).await?;
    let added = db.write(move |tx| {
        tx.concerns_one_customer();
        let customer = customers::find_held(tx, &CustomerScope::system(), seat.customer)?;
        let by = By::Program(&app.channel.name);
        let (id, is_new) = deals::add_once(tx, by, &customer, &new, &uuid)?;
        Ok((one(tx, customer.id, id)?, is_new))
    });
    match added.await {
        Ok((deal, true)) => Ok(HttpResponse::Created().json(deal)),
        Ok((deal, false)) => Ok(HttpResponse::Ok().json(deal)),
        Err(Error::Refused(said)) => wrong(&req, &Errors::one("stage", said)),
        Err(other) => Err(other),
    }
}

/// Changes a deal of a customer, or moves it to another stage.
#[utoipa::path(put, path = "/api/v1/customers/{external_id}/deals/{deal}", tag = "deals", request_body = DealChange,
    params(("external_id" = String, Path, description = "The app's own ID"), ("deal" = i64, Path)),
    responses((status = 200, body = Deal), (status = 404, body = Problem), (status = 409, body = Problem, description = "Others have moved it since"), (status = 422, body = Problem)))]
pub async fn change(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    path: Path<(String, DealId)>,
    body: Body<DealChange>,
) -> Result<HttpResponse> {
    let ((external_id, deal), sent) = (path.into_inner(), body.read()?);
    let seat = app.seat(&db, &external_id).await?;
    let changed = db.write(move |tx| {
        tx.concerns_one_customer();
        let customer = customers::find_held(tx, &CustomerScope::system(), seat.customer)?;
        let was = deals::find_deal(tx, customer.id, deal)?;
        let title = sent.title.as_ref().unwrap_or(&was.title);
        let stage = sent.stage.map_or(was.stage_id, DealStageId);
        let new = match checked(title, sent.amount.unwrap_or(was.amount), stage) {
            Ok(new) => new,
            Err(errors) => return Ok(Err(errors)),
        };
        if deals::path(&deals::all(tx)?, new.stage).is_none() {
            return Ok(Err(Errors::one("stage", "deal-stage-missing")));
        }
        deals::stands_where_seen(tx, &was, sent.seen_stage.map(DealStageId))?;
        deals::edit(tx, By::Program(&app.channel.name), &customer, deal, &new)?;
        Ok(Ok(one(tx, customer.id, deal)?))
    });
    match changed.await? {
        Ok(deal) => Ok(HttpResponse::Ok().json(deal)),
        Err(errors) => wrong(&req, &errors),
    }
}

/// Deletes a deal of a customer. One that is gone is answered with 404, as one that never was.
#[utoipa::path(delete, path = "/api/v1/customers/{external_id}/deals/{deal}", tag = "deals",
    params(("external_id" = String, Path, description = "The app's own ID"), ("deal" = i64, Path)),
    responses((status = 204), (status = 404, body = Problem)))]
pub async fn delete(app: App, db: Data<Db>, path: Path<(String, DealId)>) -> Result<HttpResponse> {
    let (external_id, deal) = path.into_inner();
    let seat = app.seat(&db, &external_id).await?;
    db.write(move |tx| {
        tx.concerns_one_customer();
        let customer = customers::find_held(tx, &CustomerScope::system(), seat.customer)?;
        deals::delete(tx, By::Program(&app.channel.name), &customer, deal)
    })
    .await?;
    Ok(HttpResponse::NoContent().finish())
}

/// What a program says of a deal, checked but for the stage, which has to be there in the transaction.
fn checked(title: &str, amount: Option<i64>, stage: DealStageId) -> Result<deals::NewDeal, Errors> {
    let mut errors = Errors::default();
    let title = errors.line("title", title, "deal-title-missing");
    if amount.is_some_and(|amount| !(0..=AMOUNT).contains(&amount)) {
        errors.add("amount", "api-deal-amount");
    }
    errors.or(deals::NewDeal { title, amount, stage })
}

fn wrong(req: &HttpRequest, errors: &Errors) -> Result<HttpResponse> {
    let (field, said) = errors.first().ok_or_else(|| Error::Internal("a refusal without a reason".into()))?;
    Ok(field_json(Shell::language_of(req), field, said))
}

fn one(conn: &mut Conn, customer: CustomerId, id: DealId) -> Result<Deal> {
    let deal = deals::find_deal(conn, customer, id)?;
    let placed = deals::placed(vec![deal], &deals::all(conn)?);
    placed.into_iter().next().map(Deal::from).ok_or(Error::NotFound)
}
