//! Handlers of the settings.

pub mod api_tokens;
pub mod ask;
pub mod channels;
pub mod commands;
pub mod conversation_tags;
pub mod custom_fields;
pub mod customer_tags;
pub mod departure;
pub mod funnels;
pub mod pipelines;
pub mod profile;
pub mod quick_replies;
pub mod rules;
pub mod staff;
pub mod templates;
pub mod work;

use actix_web::HttpResponse;
use actix_web::http::header;
use actix_web::web::{Data, Form};
use serde::Deserialize;

use super::views::{GeneralPage, groups};
use super::{General, general, hold, save_general};
use crate::auth::Admin;
use crate::db::Db;
use crate::error::{Error, Result};
use crate::jobs;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::meanwhile::{Meets, Over};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /settings`: the first section that the person may use.
pub async fn first(sh: Shell) -> HttpResponse {
    let to = groups(sh.is_admin()).first().and_then(|group| group.sections.first()).map_or("/", |(href, _)| href);
    HttpResponse::SeeOther().insert_header((header::LOCATION, to)).finish()
}

/// `GET /settings/lists`: lists have a page of their own, which everybody may use.
pub async fn lists(_: Admin) -> HttpResponse {
    HttpResponse::SeeOther().insert_header((header::LOCATION, "/lists")).finish()
}

/// `GET /settings/general`.
pub async fn general_page(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db).await?)
}

async fn load(sh: Shell, db: &Db) -> Result<GeneralPage> {
    let (general, dead) = db.read(|conn| Ok((general(conn)?, jobs::dead(conn)?))).await?;
    Ok(GeneralPage { sh, version: general.version(), general, dead, errors: Errors::default() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct GeneralForm {
    operators_see_others: String,
    language: String,
    business_name: String,
    version: String,
}

/// `POST /settings/general`.
pub async fn save(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<GeneralForm>) -> Result<HttpResponse> {
    let mut errors = Errors::default();
    let general = General {
        operators_see_others: form.operators_see_others == "true",
        language: Lang::parse(&form.language),
        business_name: errors.optional_line("business_name", &form.business_name),
    };
    if !errors.is_empty() {
        let page = load(sh, &db).await?;
        return hx.invalid(&GeneralPage { general, errors, version: form.into_inner().version, ..page });
    }
    let saved = db.write(move |tx| {
        hold(tx)?;
        match general.clone().since(&form.version, &super::general(tx)?) {
            Ok(new) => save_general(tx, &by, &new).map(Ok),
            Err(over) => Ok(Err(over)),
        }
    });
    if let Err(Over { typed: general, version, errors }) = saved.await? {
        return hx.invalid(&GeneralPage { general, version, errors, ..load(sh, &db).await? });
    }
    hx.updated(sh.lang, "toast-saved", "/settings/general", load(sh, &db)).await
}

/// A refusal as what is wrong with a field; other errors go on.
fn refusal<T>(field: &'static str, outcome: Result<T>) -> Result<Result<(), Errors>> {
    match outcome {
        Ok(_) => Ok(Ok(())),
        Err(Error::Refused(said)) => Ok(Err(Errors::one(field, said))),
        Err(other) => Err(other),
    }
}
