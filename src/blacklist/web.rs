//! `/blacklist`, and blocking, unblocking, asking, deciding.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::model::{Lasts, REASON};
use super::views::{BlacklistPage, BlockForm, BlockPage, Known, Row, address};
use super::{actions, store};
use crate::auth::{Operator, Supervisor};
use crate::customers::{self, Customer};
use crate::db::page::{Cursor, Page};
use crate::db::types::{BlockRequestId, CustomerId, UtcTime};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::staff;
use crate::text;
use crate::web::address::back_or;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    tab: String,
    q: String,
    at: String,
}

impl Asked {
    fn is_requests(&self) -> bool {
        self.tab == "requests"
    }
}

/// `GET /blacklist`.
pub async fn page(by: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    hx.page(&list(by, sh, &db, asked.into_inner()).await?)
}

async fn list(by: Supervisor, sh: Shell, db: &Db, asked: Asked) -> Result<BlacklistPage> {
    let (q, is_requests) = (text::clean(&asked.q), asked.is_requests());
    let typed = q.clone();
    let cursor = Cursor::decode(&asked.at);
    let (rows, (waiting, blocked)) = db
        .read(move |conn| {
            let rows = if is_requests { requests(conn, &by, cursor)? } else { blocks(conn, &by, &typed, cursor)? };
            Ok((rows, store::counts(conn)?))
        })
        .await?;
    let here = address(is_requests, &q, cursor.map(|c| c.encode()).as_deref());
    Ok(BlacklistPage { sh, is_requests, q, waiting, blocked, rows, here })
}

fn blocks(conn: &mut Conn, by: &Supervisor, typed: &str, cursor: Option<Cursor>) -> Result<Page<Row>> {
    let Page { rows, next, previous } = store::page(conn, &by.scope(), typed, cursor)?;
    let ids: Vec<_> = rows.iter().map(|row| row.customer_id).collect();
    let people: Vec<_> = rows.iter().filter_map(|row| row.created_by_id).collect();
    let customers = customers::store::find_many(conn, &by.scope(), &ids)?;
    let mut known = Known { customers, staff: staff::names(conn, &people)? };
    let rows = rows.into_iter().filter_map(|block| Row::of_block(block, &mut known, by.id())).collect();
    Ok(Page { rows, next, previous })
}

fn requests(conn: &mut Conn, by: &Supervisor, cursor: Option<Cursor>) -> Result<Page<Row>> {
    let Page { rows, next, previous } = store::waiting(conn, &by.scope(), cursor)?;
    let ids: Vec<_> = rows.iter().map(|row| row.customer_id).collect();
    let people: Vec<_> = rows.iter().filter_map(|row| row.requested_by_id).collect();
    let customers = customers::store::find_many(conn, &by.scope(), &ids)?;
    let mut known = Known { customers, staff: staff::names(conn, &people)? };
    let rows = rows.into_iter().filter_map(|request| Row::of_request(request, &mut known, by.id())).collect();
    Ok(Page { rows, next, previous })
}

/// Where the person came from.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct From {
    back: String,
}

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct TypedBlock {
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
    let customer = look(&db, &by, id.into_inner()).await?;
    let block = BlockForm::new(customer.id, false, back_or(&from.back, profile(customer.id)));
    hx.page(&BlockPage { sh, customer, block })
}

/// `POST /customers/{id}/block`.
pub async fn block(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<TypedBlock>,
) -> Result<HttpResponse> {
    let customer = look(&db, &by, id.into_inner()).await?;
    let (id, typed) = (customer.id, form.into_inner());
    let back = back_or(&typed.back, profile(id));
    let mut errors = Errors::default();
    let reason = reason(&mut errors, &typed.reason);
    let lasts = Lasts::parse(&typed.expires);
    if lasts.is_none() {
        errors.add("expires", "blacklist-expires-unknown");
    }
    if !errors.is_empty() {
        let lasts = lasts.unwrap_or(Lasts::ForGood);
        let block = BlockForm { reason: typed.reason, lasts, errors, ..BlockForm::new(id, false, back) };
        return hx.invalid(&BlockPage { sh, customer, block });
    }
    let expires_at = lasts.and_then(|lasts| lasts.until(UtcTime::now()));
    db.write(move |tx| {
        let customer = customers::find(tx, &by.scope(), id)?;
        if forms::spend(tx, &typed.form_token)? {
            actions::block(tx, &by, &customer, &reason, expires_at)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-blocked", &back)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Button {
    form_token: String,
    back: String,
}

/// `POST /customers/{id}/block/delete`.
pub async fn unblock(
    by: Supervisor,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<Button>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    db.write(move |tx| {
        let customer = customers::find(tx, &by.scope(), id)?;
        if forms::spend(tx, &form.form_token)? {
            actions::unblock(tx, &by, &customer)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-unblocked", &back_or(&form.back, profile(id)))
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
    let customer = look(&db, &by, id.into_inner()).await?;
    let block = BlockForm::new(customer.id, true, back_or(&from.back, profile(customer.id)));
    hx.page(&BlockPage { sh, customer, block })
}

/// `POST /customers/{id}/block-requests`.
pub async fn request(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<TypedBlock>,
) -> Result<HttpResponse> {
    let customer = look(&db, &by, id.into_inner()).await?;
    let (id, typed) = (customer.id, form.into_inner());
    let back = back_or(&typed.back, profile(id));
    let mut errors = Errors::default();
    let reason = reason(&mut errors, &typed.reason);
    if !errors.is_empty() {
        let block = BlockForm { reason: typed.reason, errors, ..BlockForm::new(id, true, back) };
        return hx.invalid(&BlockPage { sh, customer, block });
    }
    db.write(move |tx| {
        let customer = customers::find(tx, &by.scope(), id)?;
        if forms::spend(tx, &typed.form_token)? {
            actions::request_block(tx, &by, &customer, &reason)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-block-requested", &back)
}

#[derive(Default, Deserialize)]
#[serde(default)]
pub struct TypedDecision {
    approve: String,
    note: String,
    form_token: String,
    back: String,
}

/// `POST /block-requests/{id}/decision`.
pub async fn decide(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<BlockRequestId>,
    form: Form<TypedDecision>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let approve = match typed.approve.as_str() {
        "true" => true,
        "false" => false,
        _ => return Err(Error::Invalid("blacklist-decision-missing".into())),
    };
    let mut errors = Errors::default();
    let note = errors.lines("note", &typed.note, REASON);
    if !errors.is_empty() {
        let mut page = list(by, sh, &db, Asked { tab: "requests".into(), ..Asked::default() }).await?;
        if let Some(row) = page.rows.rows.iter_mut().find(|row| row.request == Some(id)) {
            (row.wrong, row.note) = (errors.of("note", page.sh.lang), typed.note);
        }
        return hx.invalid(&page);
    }
    db.write(move |tx| {
        if forms::spend(tx, &typed.form_token)? {
            actions::decide(tx, &by, id, approve, &note)?;
        }
        Ok(())
    })
    .await?;
    let toast = if approve { "toast-blocked" } else { "toast-block-declined" };
    hx.done(toast, &back_or(&typed.back, address(true, "", None)))
}

async fn look(db: &Db, by: &Operator, id: CustomerId) -> Result<Customer> {
    let scope = by.scope();
    db.read(move |conn| customers::find(conn, &scope, id)).await
}

/// A reason, which must be there.
fn reason(errors: &mut Errors, typed: &str) -> String {
    let reason = errors.lines("reason", typed, REASON);
    if reason.is_empty() {
        errors.add("reason", "blacklist-reason-missing");
    }
    reason
}

fn profile(id: CustomerId) -> String {
    format!("/customers/{id}")
}
