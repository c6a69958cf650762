//! `POST /customers/{id}/responsible`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use crate::auth::Operator;
use crate::customers::{actions, find};
use crate::db::Db;
use crate::db::types::{CustomerId, StaffId};
use crate::error::{Error, Result};
use crate::staff;
use crate::web::page::Hx;

#[derive(Deserialize)]
pub struct Bind {
    /// Empty: nobody.
    #[serde(default)]
    responsible: String,
    #[serde(default)]
    back: String,
}

pub async fn responsible(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Bind>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let to = match form.responsible.trim() {
        "" => None,
        number => Some(number.parse::<StaffId>().map_err(|_| Error::Invalid("customers-staff-unknown".into()))?),
    };
    db.write(move |tx| {
        let customer = find(tx, &by.scope(), id)?;
        let is_there = |to| Ok::<_, Error>(staff::list(tx)?.iter().any(|m| m.id == to && m.disabled_at.is_none()));
        if !to.map_or(Ok(true), is_there)? {
            return Err(Error::Invalid("customers-staff-unknown".into()));
        }
        actions::bind(tx, &by, &customer, to)
    })
    .await?;
    hx.done("toast-responsible", &hx.back(&form.back, customer_url(id)))
}
