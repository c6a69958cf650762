//! A customer's place in a funnel, for bots that run elsewhere.

use actix_web::web::{Data, Path};
use actix_web::{HttpRequest, HttpResponse};
use serde_json::json;

use super::body::Body;
use super::guard::App;
use super::model::{FunnelBlock, FunnelPlace, NewFunnelPlace, Problem};
use crate::audit;
use crate::auth::CustomerScope;
use crate::customers;
use crate::db::types::{CustomerId, FunnelBlockId};
use crate::db::{Conn, Db};
use crate::error::{Result, Said};
use crate::funnels;
use crate::web::errors::field_json;
use crate::web::shell::Shell;

/// The funnel block that a customer is in.
#[utoipa::path(get, path = "/api/v1/customers/{external_id}/funnel-block", tag = "customers",
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = FunnelPlace), (status = 404, body = Problem)))]
pub async fn block(app: App, db: Data<Db>, external_id: Path<String>) -> Result<HttpResponse> {
    let seat = app.seat(&db, &external_id).await?;
    let place = db.read(move |conn| place_of(conn, seat.customer)).await?;
    Ok(HttpResponse::Ok().json(place))
}

fn place_of(conn: &mut Conn, customer: CustomerId) -> Result<FunnelPlace> {
    let Some(id) = funnels::place_of(conn, customer)? else { return Ok(FunnelPlace { block: None }) };
    let all = funnels::all(conn)?;
    let found = all.iter().find_map(|funnel| Some((funnel, funnel.block(id)?)));
    let block = found.map(|(funnel, block)| FunnelBlock {
        id: block.id.0,
        name: block.name.clone(),
        funnel: funnel.name.clone(),
    });
    Ok(FunnelPlace { block })
}

/// Moves a customer to a block, or with `null` out of the funnel. Nothing is sent: the program has its own words.
#[utoipa::path(put, path = "/api/v1/customers/{external_id}/funnel-block", tag = "customers", request_body = NewFunnelPlace,
    params(("external_id" = String, Path, description = "The app's own ID")),
    responses((status = 200, body = FunnelPlace), (status = 404, body = Problem), (status = 422, body = Problem)))]
pub async fn put_block(
    app: App,
    req: HttpRequest,
    db: Data<Db>,
    external_id: Path<String>,
    body: Body<NewFunnelPlace>,
) -> Result<HttpResponse> {
    let to = body.read()?.block.map(FunnelBlockId);
    let seat = app.seat(&db, &external_id).await?;
    let program = app.name;
    let moved = db.write(move |tx| {
        tx.concerns_one_customer();
        let customer = customers::find_held(tx, &CustomerScope::system(), seat.customer)?.id;
        let all = funnels::all(tx)?;
        let before = funnels::place_of(tx, customer)?.and_then(|id| funnels::path(&all, id));
        let (moved, event, detail) = match to {
            Some(id) => {
                let Some(name) = funnels::path(&all, id) else { return Ok(None) };
                let detail = json!({ "funnel_block": id, "name": name });
                (funnels::enter(tx, customer, id)?, "customer.funnel_moved", detail)
            }
            None => (funnels::leave(tx, customer)?, "customer.funnel_left", json!({ "name": before })),
        };
        if moved {
            audit::record_as(tx, &program, event, Some(customer), &detail)?;
        }
        place_of(tx, customer).map(Some)
    });
    match moved.await? {
        Some(place) => Ok(HttpResponse::Ok().json(place)),
        None => Ok(field_json(Shell::language_of(&req), "block", &Said::from("funnel-block-unknown"))),
    }
}
