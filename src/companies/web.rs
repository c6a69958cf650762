//! `/companies`.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};
use serde::Deserialize;

use super::model::{Company, TypedCompany};
use super::views::{CompaniesPage, CompanyForm, Details, Pane};
use super::{actions, store};
use crate::auth::Operator;
use crate::contacts::{Asked, Book};
use crate::customers;
use crate::db::page::NameCursor;
use crate::db::types::{CompanyId, CustomerId};
use crate::db::{Conn, Db};
use crate::error::Result;
use crate::text;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// Customers that are offered as members.
const OFFERED: usize = 8;

/// `GET /companies`.
pub async fn list(_by: Operator, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let asked = asked.into_inner();
    let book = db.read(move |conn| book(conn, &asked)).await?;
    hx.page(&CompaniesPage { sh, book, shown: None, pane: Pane::Nothing })
}

/// What the address of one company says beside the list.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Members {
    /// A page of members.
    members: String,
    /// Whom to add.
    find: String,
}

/// `GET /companies/{id}`.
pub async fn details(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CompanyId>,
    asked: Query<Asked>,
    members: Query<Members>,
) -> Result<HttpResponse> {
    let (id, asked, wanted) = (id.into_inner(), asked.into_inner(), members.into_inner());
    let (book, details) = db
        .read(move |conn| {
            let company = store::find(conn, id)?;
            let cursor = NameCursor::decode(&wanted.members);
            let members = customers::store::by_name::of_company(conn, &by.scope(), id, cursor.as_ref())?;
            let find: String = text::clean(&wanted.find).chars().take(200).collect();
            let mut found = vec![];
            if !find.is_empty() {
                found = customers::store::by_name::by_name(conn, &by.scope(), &text::fold(&find), false, None)?.rows;
                found.retain(|customer| customer.company_id != Some(id));
                found.truncate(OFFERED);
            }
            Ok((book(conn, &asked)?, Details { company, members, find, found }))
        })
        .await?;
    hx.page(&CompaniesPage { sh, book, shown: Some(id.0), pane: Pane::Details(Box::new(details)) })
}

fn book(conn: &mut Conn, asked: &Asked) -> Result<Book<Company>> {
    let (q, cursor) = (asked.name(), NameCursor::decode(&asked.at));
    let page = store::by_name(conn, &text::fold(&q), cursor.as_ref())?;
    let at = if cursor.is_some() { asked.at.clone() } else { String::new() };
    Ok(Book { base: "/companies", q, at, page, back: asked.way_back(), is_pending: false, is_over: false })
}

/// A form as it was sent.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Sent {
    name: String,
    domain: String,
    note: String,
    version: String,
    form_token: String,
    /// The company that has this name already, if it was asked about: another one is meant.
    anyway: String,
}

impl Sent {
    fn typed(&self) -> TypedCompany {
        TypedCompany { name: self.name.clone(), domain: self.domain.clone(), note: self.note.clone() }
    }
}

/// `GET /companies/new`.
pub async fn new(_by: Operator, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    let sent = Sent { form_token: forms::new_token(), ..Sent::default() };
    show_form(sh, hx, db, None, sent, Errors::default()).await
}

/// `POST /companies/new`.
pub async fn create(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, form: Form<Sent>) -> Result<HttpResponse> {
    let sent = form.into_inner();
    let new = match sent.typed().parse() {
        Ok(new) => new,
        Err(errors) => return show_form(sh, hx, db, None, sent, errors).await,
    };
    if let Some(other) = namesake(&db, None, &sent, &new.name).await? {
        return ask_again(sh, hx, db, None, sent, other).await;
    }
    let token = sent.form_token.clone();
    let made = db
        .write(move |tx| if forms::spend(tx, &token)? { actions::create(tx, &by, &new).map(Some) } else { Ok(None) })
        .await?;
    let url = made.map_or("/companies".into(), |id| format!("/companies/{id}"));
    hx.done("toast-company-created", &url)
}

/// `GET /companies/{id}/edit`.
pub async fn edit_form(_by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CompanyId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let company = db.read(move |conn| store::find(conn, id)).await?;
    let typed = TypedCompany::of(&company);
    let sent = Sent {
        name: typed.name,
        domain: typed.domain,
        note: typed.note,
        version: company.version(),
        ..Sent::default()
    };
    show_form(sh, hx, db, Some(id), sent, Errors::default()).await
}

/// `POST /companies/{id}/edit`.
pub async fn edit(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CompanyId>,
    form: Form<Sent>,
) -> Result<HttpResponse> {
    let (id, mut sent) = (id.into_inner(), form.into_inner());
    let new = match sent.typed().parse() {
        Ok(new) => new,
        Err(errors) => return show_form(sh, hx, db, Some(id), sent, errors).await,
    };
    if let Some(other) = namesake(&db, Some(id), &sent, &new.name).await? {
        return ask_again(sh, hx, db, Some(id), sent, other).await;
    }
    let version = sent.version.clone();
    let newer = db
        .write(move |tx| {
            store::hold(tx, id)?;
            let company = store::find(tx, id)?;
            // Sent twice, or nothing was changed: there is nobody to ask about.
            if company.is(&new) {
                return Ok(None);
            }
            if !version.is_empty() && version != company.version() {
                return Ok(Some(company.version()));
            }
            actions::edit(tx, &by, &company, &new)?;
            Ok(None)
        })
        .await?;
    match newer {
        None => hx.done("toast-saved", &format!("/companies/{id}")),
        Some(version) => {
            sent.version = version;
            show_form(sh, hx, db, Some(id), sent, Errors::one("", "companies-changed-meanwhile")).await
        }
    }
}

/// Another company of this name, unless it was asked about, or the company is called so already. A second click meets the
/// company that the first one has made, which is no other.
async fn namesake(db: &Db, of: Option<CompanyId>, sent: &Sent, name: &str) -> Result<Option<Company>> {
    let (name, token, asked) = (name.to_owned(), sent.form_token.clone(), sent.anyway.clone());
    db.read(move |conn| {
        let is_kept = match of {
            Some(id) => text::fold(&store::find(conn, id)?.name) == text::fold(&name),
            None => forms::is_spent(conn, &token)?,
        };
        if is_kept {
            return Ok(None);
        }
        Ok(store::find_by_name(conn, &name)?.filter(|other| !forms::is_meant(&asked, [other.id.0])))
    })
    .await
}

/// The form with the company that has the name, and the question whether another one is meant.
async fn ask_again(
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Option<CompanyId>,
    sent: Sent,
    other: Company,
) -> Result<HttpResponse> {
    let mut page = form_page(sh, &db, id, sent, Errors::default()).await?;
    if let Pane::Form(form) = &mut page.pane {
        form.namesake = Some(other);
    }
    hx.invalid(&page)
}

async fn show_form(
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Option<CompanyId>,
    sent: Sent,
    errors: Errors,
) -> Result<HttpResponse> {
    let is_wrong = !errors.is_empty();
    let page = form_page(sh, &db, id, sent, errors).await?;
    if is_wrong { hx.invalid(&page) } else { hx.page(&page) }
}

async fn form_page(sh: Shell, db: &Db, id: Option<CompanyId>, sent: Sent, errors: Errors) -> Result<CompaniesPage> {
    let (book, company) = db
        .read(move |conn| {
            let company = id.map(|id| store::find(conn, id)).transpose()?;
            Ok((book(conn, &Asked::default())?, company))
        })
        .await?;
    let typed = sent.typed();
    let form = CompanyForm { company, typed, version: sent.version, token: sent.form_token, errors, namesake: None };
    Ok(CompaniesPage { sh, book, shown: id.map(|id| id.0), pane: Pane::Form(Box::new(form)) })
}

/// `GET /companies/{id}/delete`.
pub async fn delete_form(_by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<CompanyId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let (book, company) = db.read(move |conn| Ok((book(conn, &Asked::default())?, store::find(conn, id)?))).await?;
    hx.page(&CompaniesPage { sh, book, shown: Some(id.0), pane: Pane::Delete(Box::new(company)) })
}

/// `POST /companies/{id}/delete`.
pub async fn delete(by: Operator, hx: Hx, db: Data<Db>, id: Path<CompanyId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| {
        let company = store::find(tx, id)?;
        actions::delete(tx, &by, &company)
    })
    .await?;
    hx.done("toast-company-deleted", "/companies")
}

/// Whom to add to a company, or to take from it.
#[derive(Clone, Debug, Deserialize)]
pub struct Member {
    add: Option<CustomerId>,
    remove: Option<CustomerId>,
}

/// `POST /companies/{id}/members`.
pub async fn members(
    by: Operator,
    hx: Hx,
    db: Data<Db>,
    id: Path<CompanyId>,
    form: Form<Member>,
) -> Result<HttpResponse> {
    let (id, member) = (id.into_inner(), form.into_inner());
    db.write(move |tx| {
        let company = store::find(tx, id)?;
        if let Some(customer) = member.add {
            let customer = customers::find(tx, &by.scope(), customer)?;
            customers::actions::set_company(tx, &by, &customer, Some(company.id))?;
        }
        if let Some(customer) = member.remove {
            let customer = customers::find(tx, &by.scope(), customer)?;
            if customer.company_id == Some(company.id) {
                customers::actions::set_company(tx, &by, &customer, None)?;
            }
        }
        Ok(())
    })
    .await?;
    hx.done("toast-saved", &format!("/companies/{id}"))
}
