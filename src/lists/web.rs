//! `/lists`: all of them, a new one, renaming and deleting.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::model::CustomerList;
use super::views::{DeletePage, Line, ListsPage, RenamePage};
use super::{actions, model, store};
use crate::auth::Operator;
use crate::db::Db;
use crate::db::types::CustomerListId;
use crate::error::{Error, Result};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/lists";

/// A name as it comes.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    name: String,
    form_token: String,
}

/// `GET /lists`.
pub async fn list(by: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&page(by, sh, &db, Typed::fresh(), Errors::default()).await?)
}

impl Typed {
    fn fresh() -> Self {
        Self { form_token: forms::new_token(), ..Self::default() }
    }
}

async fn page(by: Operator, sh: Shell, db: &Db, typed: Typed, errors: Errors) -> Result<ListsPage> {
    let (all, sizes) = db.read(move |conn| Ok((store::all(conn)?, store::sizes(conn, &by.scope())?))).await?;
    let line = |list: Arc<CustomerList>| Line { count: sizes.get(&list.id).copied().unwrap_or(0), list };
    Ok(ListsPage { lines: all.into_iter().map(line).collect(), typed: typed.name, errors, token: typed.form_token, sh })
}

/// `POST /lists`.
pub async fn add(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, form: Form<Typed>) -> Result<HttpResponse> {
    let typed = form.into_inner();
    let (who, token) = (by.clone(), typed.form_token.clone());
    let added = match model::name(&typed.name) {
        Err(errors) => Err(errors),
        Ok(name) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    actions::add(tx, &who, &name)?;
                }
                Ok(())
            });
            at_name(added.await)?
        }
    };
    match added {
        Ok(()) => {
            hx.updated(sh.lang, "toast-list-added", HERE, page(by, sh, &db, Typed::fresh(), Errors::default())).await
        }
        Err(errors) => hx.invalid(&page(by, sh, &db, typed, errors).await?),
    }
}

/// A refusal as what is wrong with the name; other errors go on.
fn at_name(outcome: Result<()>) -> Result<Result<(), Errors>> {
    match outcome {
        Err(Error::Refused(said)) => Ok(Err(Errors::one("name", said))),
        other => other.map(Ok),
    }
}

/// `GET /lists/{id}/edit`.
pub async fn edit_form(_: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CustomerListId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let list = db.read(move |conn| store::find(conn, id)).await?;
    hx.page(&RenamePage { typed: list.name.clone(), list, errors: Errors::default(), sh })
}

/// `POST /lists/{id}/edit`.
pub async fn edit(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerListId>,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let renamed = match model::name(&form.name) {
        Err(errors) => Err(errors),
        Ok(name) => at_name(db.write(move |tx| actions::rename(tx, &by, id, &name)).await)?,
    };
    match renamed {
        Ok(()) => hx.done("toast-saved", HERE),
        Err(errors) => {
            let list = db.read(move |conn| store::find(conn, id)).await?;
            hx.invalid(&RenamePage { list, typed: form.into_inner().name, errors, sh })
        }
    }
}

/// `GET /lists/{id}/delete`: how many customers are on it, before it goes.
pub async fn delete_form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerListId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (list, count) = db.read(move |conn| Ok((store::find(conn, id)?, store::count(conn, &by.scope(), id)?))).await?;
    hx.page(&DeletePage { list, count, sh })
}

/// `POST /lists/{id}/delete`.
pub async fn delete(by: Operator, hx: Hx, db: Data<Db>, id: Path<CustomerListId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| actions::delete(tx, &by, id)).await?;
    hx.done("toast-list-deleted", HERE)
}
