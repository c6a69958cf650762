//! Customer tags.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::db::Db;
use crate::db::types::CustomerTagId;
use crate::error::Result;
use crate::settings::views::tags::{CustomerTagsPage, TagDeletePage, Typed};
use crate::tags::{self, NewCustomerTag};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/customer-tags";

/// `GET /settings/customer-tags`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<CustomerTagsPage> {
    with_typed(sh, db, Typed::default(), forms::new_token()).await
}

async fn with_typed(sh: Shell, db: &Db, typed: Typed, token: String) -> Result<CustomerTagsPage> {
    let (all, counts) = db.read(|conn| Ok((tags::customer_tags(conn)?, tags::customers_with(conn)?))).await?;
    Ok(CustomerTagsPage { sh, all, counts, typed, token })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct TagForm {
    name: String,
    hue: String,
    form_token: String,
}

impl TagForm {
    fn typed(&self, form: String, errors: Errors) -> Typed {
        let hue = self.hue.parse().ok().filter(|hue| (1..=8).contains(hue)).unwrap_or(1);
        Typed { form, name: self.name.clone(), hue, errors }
    }
}

/// `POST /settings/customer-tags`.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<TagForm>) -> Result<HttpResponse> {
    let token = form.form_token.clone();
    let outcome = match NewCustomerTag::parse(&form.name, &form.hue) {
        Err(errors) => Err(errors),
        Ok(new) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    tags::add_customer_tag(tx, &by, &new)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-tag-added", HERE, load(sh, &db)).await,
        Err(errors) => {
            let typed = form.typed(Typed::NEW.to_owned(), errors);
            hx.invalid(&with_typed(sh, &db, typed, form.form_token.clone()).await?)
        }
    }
}

/// `POST /settings/customer-tags/{id}`.
pub async fn edit(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerTagId>,
    form: Form<TagForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let outcome = match NewCustomerTag::parse(&form.name, &form.hue) {
        Err(errors) => Err(errors),
        Ok(new) => refusal("name", db.write(move |tx| tags::edit_customer_tag(tx, &by, id, &new)).await)?,
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", HERE, load(sh, &db)).await,
        Err(errors) => {
            db.read(move |conn| tags::find_customer_tag(conn, id)).await?;
            let typed = form.typed(Typed::of(id), errors);
            hx.invalid(&with_typed(sh, &db, typed, forms::new_token()).await?)
        }
    }
}

/// `GET /settings/customer-tags/{id}/delete`: how many customers carry it, before it goes.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CustomerTagId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (tag, counts) =
        db.read(move |conn| Ok((tags::find_customer_tag(conn, id)?, tags::customers_with(conn)?))).await?;
    let count = counts.get(&id).copied().unwrap_or(0);
    let consequence =
        if count > 999 { sh.t("tag-delete-many").to_string() } else { sh.tn("tag-delete-customers", count) };
    let (consequences, action) = (vec![consequence], format!("{HERE}/{id}/delete"));
    hx.page(&TagDeletePage { sh, name: tag.name, consequences, back: HERE, action })
}

/// `POST /settings/customer-tags/{id}/delete`.
pub async fn delete(by: Admin, hx: Hx, db: Data<Db>, id: Path<CustomerTagId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| tags::delete_customer_tag(tx, &by, id)).await?;
    hx.done("toast-tag-deleted", HERE)
}
