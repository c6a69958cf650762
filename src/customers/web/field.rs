//! `POST /customers/{id}/fields/{field}`: one field, edited where it stands on the profile.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use super::edit::{Now, company_of, parse, same};
use super::profile::{Asked, load};
use crate::auth::Operator;
use crate::config::Config;
use crate::customers::views::{Edited, Field, ProfilePage, Tab};
use crate::customers::{Details, actions, find_held};
use crate::db::types::CustomerId;
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::web::forms::Errors;
use crate::web::meanwhile::changed_to;
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Clone, Deserialize)]
pub struct FieldForm {
    #[serde(default)]
    typed: String,
    /// The value that the form was opened over.
    #[serde(default)]
    was: String,
}

pub async fn save(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    path: Path<(CustomerId, String)>,
    form: Form<FieldForm>,
) -> Result<HttpResponse> {
    let ((id, word), form) = (path.into_inner(), form.into_inner());
    let field = Field::parse(&word).ok_or(Error::NotFound)?;
    let (who, sent, region) = (by.clone(), form.clone(), config.phone_region.clone());
    let outcome = match parse(&field.alone(&form.typed)) {
        Err(errors) => Err(errors),
        Ok((parsed, company)) => {
            let saved = db.write(move |tx| write(tx, &who, id, field, &sent.was, &parsed, &company, &region)).await;
            match saved {
                Ok(outcome) => outcome,
                Err(Error::Refused(said)) => Err(Errors::one(field.as_str(), said)),
                Err(other) => return Err(other),
            }
        }
    };
    let fresh = load(&by, sh.clone(), &db, id, Asked::default());
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &customer_url(id), fresh).await,
        Err(errors) => hx.invalid(&open_again(fresh.await?, field, form.typed, errors)),
    }
}

/// Saves the field, unless somebody else changed it since the form was opened.
#[expect(clippy::too_many_arguments, reason = "the field, what it was, and what it becomes")]
fn write(
    tx: &mut Tx,
    by: &Operator,
    id: CustomerId,
    field: Field,
    was: &str,
    parsed: &Details,
    company: &str,
    region: &str,
) -> Result<Result<(), Errors>> {
    let customer = find_held(tx, &by.scope(), id)?;
    let now = Now::of(tx, &customer)?;
    let value = field.of(&now.form(String::new())).to_owned();
    if !same(&value, was) {
        return Ok(Err(Errors::one(field.as_str(), changed_to(&value))));
    }
    let mut details = now.details.clone();
    let parsed = parsed.clone();
    match field {
        Field::Name => details.name = parsed.name,
        Field::RealName => details.real_name = parsed.real_name,
        Field::Phone => details.phone = parsed.phone,
        Field::Email => details.email = parsed.email,
        Field::Handles => details.handles = parsed.handles,
        Field::Company => details.company_id = company_of(tx, by, &now, company)?,
        Field::ExternalId => details.external_id = parsed.external_id,
        Field::Language => details.language = parsed.language,
        Field::Note => details.note = parsed.note,
    }
    if details != now.details {
        actions::edit(tx, by, &customer, &details, region)?;
    }
    Ok(Ok(()))
}

/// The page with the field's form as it was sent, over the value that stands there now.
fn open_again(mut page: ProfilePage, field: Field, typed: String, errors: Errors) -> ProfilePage {
    if let Tab::Fields(fields) = &mut page.tab {
        let was = field.of(&fields.now).to_owned();
        fields.edited = Some(Edited { field, typed, was, errors });
    }
    page
}
