//! `/blacklist`, unblocking and deciding; `form` blocks and asks.

mod form;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::model::REASON;
use super::views::{BlacklistPage, Known, Row, address};
use super::{actions, store};
use crate::auth::Supervisor;
use crate::customers;
use crate::db::page::{Cursor, Page};
use crate::db::types::{BlockRequestId, CustomerId};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::staff;
use crate::text;
use crate::web::address::back_or;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

pub use form::{block, block_form, request, request_form};

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
    let q: String = text::clean(&asked.q).chars().take(200).collect();
    let is_requests = asked.is_requests();
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
    hx.done("toast-unblocked", &hx.back(&form.back, profile(id)))
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
        let row = page.rows.rows.iter_mut().find(|row| row.request == Some(id)).ok_or(Error::NotFound)?;
        (row.wrong, row.note) = (errors.of("note", page.sh.lang), typed.note);
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

fn profile(id: CustomerId) -> String {
    format!("/customers/{id}")
}
