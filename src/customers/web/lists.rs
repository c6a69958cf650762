//! `POST /customers/{id}/lists`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};

use super::customer_url;
use super::profile::{Asked, load};
use super::tags::{Change, asks_for_profile};
use crate::auth::Operator;
use crate::customers::{actions, find};
use crate::db::Db;
use crate::db::types::{CustomerId, CustomerListId};
use crate::error::{Error, Result};
use crate::lists;
use crate::web::page::Hx;
use crate::web::shell::Shell;

const UNKNOWN: &str = "customers-list-unknown";

pub async fn change(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Change>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let (add, remove): (Option<CustomerListId>, Option<CustomerListId>) = form.parse(UNKNOWN)?;
    let who = by.clone();
    db.write(move |tx| {
        let customer = find(tx, &who.scope(), id)?;
        if let Some(list) = add {
            if !lists::all(tx)?.iter().any(|known| known.id == list) {
                return Err(Error::Invalid(UNKNOWN.into()));
            }
            actions::add_to_list(tx, &who, &customer, list)?;
        }
        if let Some(list) = remove {
            actions::remove_from_list(tx, &who, &customer, list)?;
        }
        Ok(())
    })
    .await?;
    if asks_for_profile(&hx) {
        return hx.changed(&load(&by, sh.clone(), &db, id, Asked::default()).await?, &sh.t("toast-saved"));
    }
    hx.done("toast-saved", &hx.back(&form.back, customer_url(id)))
}
