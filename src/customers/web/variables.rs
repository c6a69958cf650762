//! `POST /customers/{id}/custom-fields/{custom_field}` and `POST /customers/{id}/variables`: values that are edited where
//! they stand, on the profile or in the customer bar.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::customer_url;
use super::edit::same;
use super::profile::{Asked, load};
use crate::auth::Operator;
use crate::customers::views::{ProfilePage, Tab};
use crate::customers::{actions, find_held};
use crate::db::types::{CustomFieldId, CustomerId};
use crate::db::{Db, Tx};
use crate::error::Result;
use crate::fields::{self, At, Open};
use crate::web::address::back_or;
use crate::web::forms::Errors;
use crate::web::meanwhile::changed_to;
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Clone, Default, Deserialize)]
#[serde(default)]
pub struct ValueForm {
    name: String,
    typed: String,
    /// The value that the form was opened over.
    was: String,
    /// Set in the form of a new variable.
    new: String,
    /// Set by the button that deletes.
    delete: String,
    back: String,
}

impl ValueForm {
    /// The checked value, which may be empty where that empties a field.
    fn value(&self, errors: &mut Errors, may_be_empty: bool) -> String {
        let value = fields::value(errors, "typed", &self.typed);
        if value.is_empty() && !may_be_empty {
            errors.add("typed", "fields-value-missing");
        }
        value
    }
}

/// `POST /customers/{id}/custom-fields/{custom_field}`.
pub async fn save_field(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(CustomerId, CustomFieldId)>,
    form: Form<ValueForm>,
) -> Result<HttpResponse> {
    let ((id, field), form) = (path.into_inner(), form.into_inner());
    let mut errors = Errors::default();
    let value = form.value(&mut errors, true);
    let (who, was) = (by.clone(), form.was.clone());
    let outcome = match errors.or(value) {
        Err(errors) => Err(errors),
        Ok(value) => {
            db.write(move |tx| {
                let name = fields::find(tx, field)?.name;
                put(tx, &who, id, &name, &was, &value)
            })
            .await?
        }
    };
    answer(&by, sh, hx, &db, id, At::Field(field), form, outcome).await
}

/// `POST /customers/{id}/variables`: a new one, another value, or none any more.
pub async fn save(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    form: Form<ValueForm>,
) -> Result<HttpResponse> {
    let (id, form) = (id.into_inner(), form.into_inner());
    let is_new = !form.new.is_empty();
    let is_deleted = !form.delete.is_empty() && !is_new;
    let mut errors = Errors::default();
    let name = fields::name(&mut errors, &form.name);
    let value = if is_deleted { String::new() } else { form.value(&mut errors, false) };
    let (who, was, called) = (by.clone(), form.was.clone(), name.clone());
    let outcome =
        match errors.or(()) {
            Err(errors) => Err(errors),
            Ok(()) => {
                db.write(move |tx| {
                    if is_new { add(tx, &who, id, &called, &value) } else { put(tx, &who, id, &called, &was, &value) }
                })
                .await?
            }
        };
    let at = if is_new { At::New } else { At::Variable(name) };
    answer(&by, sh, hx, &db, id, at, form, outcome).await
}

/// Saves a value, unless somebody else changed it since the form was opened. An empty one is none.
fn put(tx: &mut Tx, by: &Operator, id: CustomerId, name: &str, was: &str, value: &str) -> Result<Result<(), Errors>> {
    let customer = find_held(tx, &by.scope(), id)?;
    let now = fields::value_of(tx, id, name)?.unwrap_or_default();
    if now == value {
        return Ok(Ok(()));
    }
    if !same(&now, was) {
        return Ok(Err(Errors::one("typed", changed_to(&now))));
    }
    actions::set_variable(tx, by, &customer, name, value).map(Ok)
}

fn add(tx: &mut Tx, by: &Operator, id: CustomerId, name: &str, value: &str) -> Result<Result<(), Errors>> {
    let customer = find_held(tx, &by.scope(), id)?;
    match fields::value_of(tx, id, name)? {
        // Sent twice, done once.
        Some(there) if there == value => Ok(Ok(())),
        Some(_) => Ok(Err(Errors::one("name", "fields-variable-there"))),
        None => actions::set_variable(tx, by, &customer, name, value).map(Ok),
    }
}

/// The values as they are now; after what did not pass, with the form as it was sent over them.
#[expect(clippy::too_many_arguments, reason = "what was sent, what came of it, and who is answered")]
async fn answer(
    by: &Operator,
    sh: Shell,
    hx: Hx,
    db: &Db,
    id: CustomerId,
    at: At,
    form: ValueForm,
    outcome: Result<(), Errors>,
) -> Result<HttpResponse> {
    let lang = sh.lang;
    let fresh = load(by, sh, db, id, Asked::back_to(&form.back));
    match outcome {
        Ok(()) => hx.updated(lang, "toast-saved", &back_or(&form.back, customer_url(id)), fresh).await,
        Err(errors) => hx.invalid(&open_again(fresh.await?, at, form, errors)),
    }
}

/// The page with the form as it was sent, over the value that stands there now. A variable that is there no more is typed
/// anew.
fn open_again(mut page: ProfilePage, at: At, form: ValueForm, errors: Errors) -> ProfilePage {
    if let Tab::Fields(tab) = &mut page.tab {
        let at = if tab.values.has(&at) { at } else { At::New };
        tab.values.open(at);
        if let Some(open) = tab.values.open.take() {
            tab.values.open = Some(Open { name: form.name, typed: form.typed, errors, ..open });
        }
    }
    page
}
