//! `/customers/{id}/delete`: shows what goes, asks for its number, destroys it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use crate::auth::Admin;
use crate::customers::views::DeletePage;
use crate::customers::{Customer, Records, actions, find, store};
use crate::db::types::CustomerId;
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::web::address::back_or;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /customers/{id}/delete`.
pub async fn form(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    from: Query<From>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (customer, records) = db.read(move |conn| look(conn, &by, id)).await?;
    let back = back_or(&from.back, "");
    hx.page(&DeletePage { sh, customer, records, typed: String::new(), errors: Errors::default(), back })
}

/// Where the person came from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    back: String,
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    count: String,
    back: String,
}

/// `POST /customers/{id}/delete`.
pub async fn delete(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let (id, Typed { count: typed, back }) = (id.into_inner(), form.into_inner());
    // As the page writes it, with or without the spaces between groups of digits.
    let number: Option<i64> = typed.split_whitespace().collect::<String>().parse().ok();
    let wrong = db
        .write(move |tx| {
            let (customer, records) = look(tx, &by, id)?;
            if number != Some(records.total()) {
                return Ok(Some((customer, records)));
            }
            actions::delete(tx, &by, &customer)?;
            Ok(None)
        })
        .await?;
    match wrong {
        None => hx.done("toast-customer-deleted", &back_or(&back, "/customers")),
        Some((customer, records)) => hx.invalid(&DeletePage {
            sh,
            customer,
            records,
            typed,
            errors: Errors::one("count", "customers-delete-wrong"),
            back: back_or(&back, ""),
        }),
    }
}

fn look(conn: &mut Conn, by: &Admin, id: CustomerId) -> Result<(Customer, Records)> {
    Ok((find(conn, &by.scope(), id)?, store::profile::records(conn, id)?))
}
