//! `POST /customers/{id}/lists`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};

use super::customer_url;
use super::tags::Change;
use crate::auth::Operator;
use crate::customers::{actions, find};
use crate::db::Db;
use crate::db::types::{CustomerId, CustomerListId};
use crate::error::{Error, Result};
use crate::lists;
use crate::web::page::Hx;

const UNKNOWN: &str = "customers-list-unknown";

pub async fn change(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Change>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (add, remove): (Option<CustomerListId>, Option<CustomerListId>) = form.parse(UNKNOWN)?;
    db.write(move |tx| {
        let customer = find(tx, &by.scope(), id)?;
        if let Some(list) = add {
            if !lists::all(tx)?.iter().any(|known| known.id == list) {
                return Err(Error::Invalid(UNKNOWN.into()));
            }
            actions::add_to_list(tx, &by, &customer, list)?;
        }
        if let Some(list) = remove {
            actions::remove_from_list(tx, &by, &customer, list)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-saved", &hx.back(&form.back, customer_url(id)))
}
