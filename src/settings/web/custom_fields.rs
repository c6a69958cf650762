//! Custom fields, and the order of all fields.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::db::Db;
use crate::db::types::CustomFieldId;
use crate::error::{Error, Result};
use crate::fields::{self, Step};
use crate::inbox;
use crate::settings::views::custom_fields::{CustomFieldDeletePage, CustomFieldsPage, Typed};
use crate::settings::views::moved::Moved;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/custom-fields";

/// `GET /settings/custom-fields`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<CustomFieldsPage> {
    let sequence = db.read(fields::sequence).await?;
    Ok(CustomFieldsPage { sh, sequence, typed: Typed::default(), moved: None, token: forms::new_token() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NameForm {
    name: String,
    form_token: String,
}

impl NameForm {
    fn parse(&self) -> Result<String, Errors> {
        let mut errors = Errors::default();
        let name = fields::name(&mut errors, &self.name);
        errors.or(name)
    }
}

/// `POST /settings/custom-fields`.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<NameForm>) -> Result<HttpResponse> {
    let token = form.form_token.clone();
    let outcome = match form.parse() {
        Err(errors) => Err(errors),
        Ok(name) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    fields::declare(tx, &by, &name)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-field-added", HERE, load(sh, &db)).await,
        Err(errors) => {
            let typed = Typed { form: Typed::NEW.into(), name: form.name.clone(), errors };
            hx.invalid(&CustomFieldsPage { typed, token: form.form_token.clone(), ..load(sh, &db).await? })
        }
    }
}

/// `POST /settings/custom-fields/{id}`: another name, by which saved filters go from then on, too.
pub async fn rename(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomFieldId>,
    form: Form<NameForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let outcome = match form.parse() {
        Err(errors) => Err(errors),
        Ok(name) => {
            let renamed = db.write(move |tx| {
                let was = fields::find(tx, id)?.name;
                fields::rename(tx, &by, id, &name)?;
                inbox::rename_variable(tx, &was, &name)
            });
            refusal("name", renamed.await)?
        }
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await,
        Err(errors) => {
            db.read(move |conn| fields::find(conn, id)).await?;
            let typed = Typed { form: Typed::of(id), name: form.name.clone(), errors };
            hx.invalid(&CustomFieldsPage { typed, ..load(sh, &db).await? })
        }
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct ShowForm {
    shown: String,
}

/// `POST /settings/custom-fields/{id}/show`.
pub async fn show(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomFieldId>,
    form: Form<ShowForm>,
) -> Result<HttpResponse> {
    let (id, is_shown) = (id.into_inner(), form.shown == "true");
    db.write(move |tx| fields::show(tx, &by, id, is_shown)).await?;
    hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MoveForm {
    field: String,
    step: String,
}

/// `POST /settings/custom-fields/move`: one place up or down.
pub async fn move_by_one(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<MoveForm>) -> Result<HttpResponse> {
    let (field, step) = (form.field.clone(), Step::parse(&form.step).ok_or(Error::NotFound)?);
    db.write(move |tx| fields::move_by_one(tx, &by, &field, step)).await?;
    let moved = Some(Moved::new(&form.field, step));
    let fresh = async { Ok(CustomFieldsPage { moved, ..load(sh.clone(), &db).await? }) };
    hx.updated(sh.lang, "toast-saved", HERE, fresh).await
}

/// `GET /settings/custom-fields/{id}/delete`: how many customers have a value, and what becomes of it.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CustomFieldId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (field, count) = db
        .read(move |conn| {
            let field = fields::find(conn, id)?;
            let count = fields::count_values(conn, &field.name)?;
            Ok((field, count))
        })
        .await?;
    hx.page(&CustomFieldDeletePage { sh, field, count })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct DeleteForm {
    values: String,
}

/// `POST /settings/custom-fields/{id}/delete`.
pub async fn delete(
    by: Admin,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomFieldId>,
    form: Form<DeleteForm>,
) -> Result<HttpResponse> {
    let (id, with_values) = (id.into_inner(), form.values == "delete");
    db.write(move |tx| fields::delete(tx, &by, id, with_values)).await?;
    hx.done("toast-field-deleted", HERE)
}
