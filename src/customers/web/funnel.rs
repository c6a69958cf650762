//! `POST /customers/{id}/funnel-block`: to another block, or out of the funnel.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use crate::auth::Operator;
use crate::customers::find_held;
use crate::db::Db;
use crate::db::types::{CustomerId, FunnelBlockId};
use crate::error::{Error, Result};
use crate::funnels;
use crate::web::page::Hx;

#[derive(Deserialize)]
pub struct Move {
    /// Empty: in no block.
    #[serde(default)]
    block: String,
    #[serde(default)]
    back: String,
}

pub async fn place(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerId>, form: Form<Move>) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let to = match form.block.trim() {
        "" => None,
        number => Some(number.parse::<FunnelBlockId>().map_err(|_| Error::Invalid("funnel-block-unknown".into()))?),
    };
    db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        funnels::place(tx, &by, &customer, to)
    })
    .await?;
    hx.done("toast-saved", &hx.back(&form.back, customer_url(id)))
}
