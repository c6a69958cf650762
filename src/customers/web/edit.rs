//! `/customers/{id}/edit`, and taking over what a customer typed about themselves.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::customer_url;
use crate::auth::Operator;
use crate::companies;
use crate::config::Config;
use crate::customers::views::{EditForm, EditPage};
use crate::customers::{ClaimKind, Customer, Details, Handle, TypedDetails, actions, find, find_held, store};
use crate::db::types::{CompanyId, CustomerId};
use crate::db::{Conn, Db, Tx};
use crate::error::{Error, Result};
use crate::web::address::back_or;
use crate::web::forms::Errors;
use crate::web::page::Hx;
use crate::web::shell::Shell;

#[derive(Deserialize)]
pub struct Back {
    #[serde(default)]
    back: String,
}

/// `GET /customers/{id}/edit`.
pub async fn form(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerId>,
    back: Query<Back>,
) -> Result<HttpResponse> {
    let (id, back) = (id.into_inner(), back.into_inner().back);
    let (customer, now, companies) = db
        .read(move |conn| {
            let customer = find(conn, &by.scope(), id)?;
            let now = Now::of(conn, &customer)?;
            Ok((customer, now, companies::store::offered(conn)?))
        })
        .await?;
    let form = now.form(back);
    hx.page(&page(sh, customer, form, companies))
}

/// `POST /customers/{id}/edit`.
pub async fn save(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    id: Path<CustomerId>,
    form: Form<EditForm>,
) -> Result<HttpResponse> {
    let (id, form, region) = (id.into_inner(), form.into_inner(), config.phone_region.clone());
    let reader = by.clone();
    let errors = match parse(&form) {
        Err(errors) => errors,
        Ok((details, company)) => {
            let version = form.version.clone();
            let outcome = db
                .write(move |tx| {
                    let customer = find_held(tx, &by.scope(), id)?;
                    let now = Now::of(tx, &customer)?;
                    if !version.is_empty() && version != now.details.version() {
                        return Ok(false);
                    }
                    let company_id = company_of(tx, &by, &now, &company)?;
                    actions::edit(tx, &by, &customer, &Details { company_id, ..details.clone() }, &region)?;
                    Ok(true)
                })
                .await;
            match outcome {
                Ok(true) => return hx.done("toast-saved", &back_or(&form.back, customer_url(id))),
                Ok(false) => Errors::one("", "customers-changed-meanwhile"),
                Err(Error::Refused(said)) => Errors::one("external_id", said),
                Err(other) => return Err(other),
            }
        }
    };
    again(reader, sh, hx, db, id, form, errors).await
}

/// The form once more, with what is wrong and what others changed meanwhile.
async fn again(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: CustomerId,
    mut form: EditForm,
    errors: Errors,
) -> Result<HttpResponse> {
    let (customer, now, companies) = db
        .read(move |conn| {
            let customer = find(conn, &by.scope(), id)?;
            let now = Now::of(conn, &customer)?;
            Ok((customer, now, companies::store::offered(conn)?))
        })
        .await?;
    let mut page = page(sh, customer, form.clone(), companies);
    if form.version != now.details.version() {
        page.newer = now.differences(&form);
        form.version = now.details.version();
    }
    page.form = form;
    page.errors = errors;
    hx.invalid(&page)
}

fn page(sh: Shell, customer: Customer, form: EditForm, companies: Vec<String>) -> EditPage {
    let back = back_or(&form.back, customer_url(customer.id));
    EditPage { sh, customer, form, errors: Errors::default(), companies, newer: vec![], back }
}

/// The checked fields and the name of the company.
pub fn parse(form: &EditForm) -> Result<(Details, String), Errors> {
    let mut errors = Errors::default();
    let company = errors.optional_line("company", &form.company);
    match form.details().parse() {
        Ok(details) => errors.or((details, company)),
        Err(mut wrong) => {
            wrong.join(errors);
            Err(wrong)
        }
    }
}

/// What the record holds now.
pub(super) struct Now {
    pub details: Details,
    pub company: String,
}

impl Now {
    pub fn of(conn: &mut Conn, customer: &Customer) -> Result<Self> {
        let handles = store::handles_of(conn, customer.id)?;
        let company = match customer.company_id {
            Some(id) => companies::store::find(conn, id)?.name,
            None => String::new(),
        };
        Ok(Self::with(customer, &handles, company))
    }

    /// The same of what is known already.
    pub fn with(customer: &Customer, handles: &[Handle], company: String) -> Self {
        Self { details: Details::of(customer, handles), company }
    }

    pub fn form(&self, back: String) -> EditForm {
        EditForm::of(TypedDetails::of(&self.details), self.company.clone(), self.details.version(), back)
    }

    /// The fields whose values are not those of the form, with the values.
    fn differences(&self, form: &EditForm) -> Vec<(&'static str, String)> {
        let now = self.form(String::new());
        let fields = [
            ("customers-name", now.name, &form.name),
            ("customers-real-name", now.real_name, &form.real_name),
            ("customers-phone", now.phone, &form.phone),
            ("customers-email", now.email, &form.email),
            ("customers-company", now.company, &form.company),
            ("customers-external-id", now.external_id, &form.external_id),
            ("customers-language", now.language, &form.language),
            ("customers-handles", now.handles, &form.handles),
            ("customers-note", now.note, &form.note),
        ];
        fields.into_iter().filter(|(_, now, typed)| !same(now, typed)).map(|(name, now, _)| (name, now)).collect()
    }
}

/// Whether two values are the same, though a browser sent one of them.
pub(super) fn same(one: &str, other: &str) -> bool {
    one.replace("\r\n", "\n").trim() == other.replace("\r\n", "\n").trim()
}

/// The company that was typed: the customer's own if its name stands there still, else a known one, else a new one.
pub(super) fn company_of(tx: &mut Tx, by: &Operator, now: &Now, typed: &str) -> Result<Option<CompanyId>> {
    if typed.is_empty() {
        return Ok(None);
    }
    if typed == now.company {
        return Ok(now.details.company_id);
    }
    companies::actions::find_or_create(tx, by, typed).map(Some)
}

#[derive(Deserialize)]
pub struct UseClaim {
    claim: i64,
    /// The page that asks; empty: the profile.
    #[serde(default)]
    back: String,
}

/// `POST /customers/{id}/claims`: takes a phone or e-mail that the customer typed into the record.
pub async fn use_claim(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    config: Data<Config>,
    id: Path<CustomerId>,
    form: Form<UseClaim>,
) -> Result<HttpResponse> {
    let (id, wanted, region) = (id.into_inner(), form.claim, config.phone_region.clone());
    db.write(move |tx| {
        let customer = find_held(tx, &by.scope(), id)?;
        let claims = store::claims_of(tx, id)?;
        let claim = claims.into_iter().find(|claim| claim.id == wanted).ok_or(Error::NotFound)?;
        let mut details = Now::of(tx, &customer)?.details;
        match claim.kind {
            ClaimKind::Phone => details.phone = Some(claim.value),
            ClaimKind::Email => details.email = Some(claim.value),
        }
        actions::edit(tx, &by, &customer, &details, &region)
    })
    .await?;
    hx.done("toast-saved", &hx.back(&form.back, customer_url(id)))
}
