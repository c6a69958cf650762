//! Blocking, and asking for it: one form, one story. They differ in who may, and in what becomes of it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::profile;
use crate::auth::{Operator, Supervisor};
use crate::blacklist::actions;
use crate::blacklist::model::{Lasts, REASON};
use crate::blacklist::views::{BlockForm, BlockPage, Place};
use crate::customers::{self, Customer};
use crate::db::types::{CustomerId, UtcTime};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::web::address::back_or;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Where the person came from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    back: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    reason: String,
    expires: String,
    form_token: String,
    back: String,
}

/// `GET /customers/{id}/block`.
pub async fn block_form(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    from: Query<From>,
) -> Result<HttpResponse> {
    show(&by, sh, &hx, &db, *id, &from.back, false).await
}

/// `GET /customers/{id}/block-requests`.
pub async fn request_form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    from: Query<From>,
) -> Result<HttpResponse> {
    show(&by, sh, &hx, &db, *id, &from.back, true).await
}

async fn show(
    by: &Operator,
    sh: Shell,
    hx: &Hx,
    db: &Db,
    id: CustomerId,
    back: &str,
    asks: bool,
) -> Result<HttpResponse> {
    let customer = look(db, by, id).await?;
    let block = BlockForm::new(id, asks, back_or(back, profile(id)));
    hx.page(&BlockPage { sh, customer, block })
}

/// `POST /customers/{id}/block`.
pub async fn block(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let sent = Sent { customer: look(&db, &by, *id).await?, asks: false, typed: form.into_inner() };
    sent.pass(Operator::clone(&by), sh, &hx, &db, move |tx, customer, reason, lasts| {
        actions::block(tx, &by, customer, reason, lasts.until(UtcTime::now()))
    })
    .await
}

/// `POST /customers/{id}/block-requests`.
pub async fn request(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let sent = Sent { customer: look(&db, &by, *id).await?, asks: true, typed: form.into_inner() };
    sent.pass(by.clone(), sh, &hx, &db, move |tx, customer, reason, _| {
        actions::request_block(tx, &by, customer, reason)
    })
    .await
}

/// A form as it was sent.
struct Sent {
    customer: Customer,
    asks: bool,
    typed: Typed,
}

impl Sent {
    /// Does `deed` once with what was typed, or shows the form again with what is wrong.
    async fn pass(
        self,
        by: Operator,
        sh: Shell,
        hx: &Hx,
        db: &Db,
        deed: impl Fn(&mut Tx, &Customer, &str, Lasts) -> Result<()> + Send + 'static,
    ) -> Result<HttpResponse> {
        let Sent { customer, asks, typed } = self;
        let (id, back) = (customer.id, back_or(&typed.back, profile(customer.id)));
        let mut errors = Errors::default();
        let reason = errors.lines("reason", &typed.reason, REASON);
        if reason.is_empty() {
            errors.add("reason", "blacklist-reason-missing");
        }
        let lasts = Lasts::parse(&typed.expires);
        if lasts.is_none() {
            errors.add("expires", "blacklist-expires-unknown");
        }
        let (Some(lasts), true) = (lasts, errors.is_empty()) else {
            let form = BlockForm::new(id, asks, back);
            let (lasts, place) = (lasts.unwrap_or(form.lasts), Place::of(hx.region.as_deref()));
            let block = BlockForm { reason: typed.reason, lasts, errors, place, ..form };
            return hx.invalid(&BlockPage { sh, customer, block });
        };
        db.write(move |tx| {
            let customer = customers::find(tx, &by.scope(), id)?;
            if forms::spend(tx, &typed.form_token)? { deed(tx, &customer, &reason, lasts) } else { Ok(()) }
        })
        .await?;
        hx.done(if asks { "toast-block-requested" } else { "toast-blocked" }, &back)
    }
}

async fn look(db: &Db, by: &Operator, id: CustomerId) -> Result<Customer> {
    let scope = by.scope();
    db.read(move |conn| customers::find(conn, &scope, id)).await
}
