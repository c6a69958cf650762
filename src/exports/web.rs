//! `/exports`: the files, ordering one, and taking one away.

use actix_web::http::StatusCode;
use actix_web::web::{Data, Form, Path, Query};
use actix_web::{HttpRequest, HttpResponse};
use serde::Deserialize;

use super::actions::{self, Order};
use super::model::{Format, State, View};
use super::store;
use super::views::{ExportForm, ExportsPage, GonePage, Line, NewExportPage};
use crate::auth::{Admin, Supervisor};
use crate::customers::filter::Asked;
use crate::db::page::{Cursor, Page};
use crate::db::types::{CustomerListId, ExportId, UtcTime};
use crate::db::{Conn, Db};
use crate::error::{Error, Result};
use crate::files::{self, Files, Stored};
use crate::inbox::{self, ListQuery};
use crate::lists;
use crate::staff;
use crate::web::address;
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;
use crate::web::times::Clock;

const HERE: &str = "/exports";

/// Where the list begins.
#[derive(Default, Deserialize)]
#[serde(default)]
pub struct At {
    at: String,
}

/// `GET /exports`: the newest ones first.
pub async fn list(by: Supervisor, sh: Shell, hx: Hx, db: Data<Db>, at: Query<At>) -> Result<HttpResponse> {
    let cursor = Cursor::decode(&at.at);
    let me = by.id();
    let (found, names, choices) = db
        .read(move |conn| {
            let found = store::page(conn, &by, cursor)?;
            let people: Vec<_> = found.rows.iter().filter_map(|export| export.staff_id).collect();
            Ok((found, staff::names(conn, &people)?, inbox::Choices::load(conn)?))
        })
        .await?;
    let Page { rows, next, previous } = found.map(|export| Line {
        words: words(&sh, View::parse(&export.view), export.created_at, &choices),
        is_mine: export.staff_id == Some(me),
        by: export.staff_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
        export,
    });
    hx.page(&ExportsPage { here: place(Some(&at.at)), lines: rows, previous, next, sh })
}

fn place(at: Option<&str>) -> String {
    let at = at.filter(|at| Cursor::decode(at).is_some());
    at.map_or_else(|| HERE.into(), |at| format!("{HERE}?at={at}"))
}

/// What the filters of a list say, as people read it.
fn words(sh: &Shell, view: Option<View>, at: UtcTime, choices: &inbox::Choices) -> String {
    let Some(view) = view else { return sh.t("export-everybody").to_string() };
    let clock = Clock { now: at, ..sh.clock };
    let mut parts = view.words(sh.lang, &clock);
    if let View::Inbox(filter) = &view {
        parts.extend(choices.said(sh.lang, &filter.facets).into_iter().map(|said| said.text));
    }
    if let Some(id) = view.tag() {
        let tag = choices.tags.iter().find(|tag| tag.id == id).map(|tag| tag.name.clone());
        parts.push(sh.ta("export-tag", "text", tag.unwrap_or_else(|| sh.t("export-tag-gone").to_string())));
    }
    if let Some(id) = view.list() {
        let list = choices.lists.iter().find(|list| list.id == id).map(|list| list.name.clone());
        parts.push(sh.ta("list-one", "text", list.unwrap_or_else(|| sh.t("list-gone").to_string())));
    }
    if parts.is_empty() { sh.t("export-everybody").to_string() } else { parts.join(" · ") }
}

/// `GET /customers/export`: the form, for what the page's filters show.
pub async fn of_customers(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<Asked>) -> Result<HttpResponse> {
    let typed = Typed::of(&View::Customers(asked.filter()));
    hx.page(&page(Supervisor::clone(&by), sh, &db, typed, Errors::default()).await?)
}

/// `GET /inbox/export`: the form, for what the list's tab and filters show.
pub async fn of_inbox(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, asked: Query<ListQuery>) -> Result<HttpResponse> {
    let typed = Typed::of(&View::Inbox(Box::new(asked.filter())));
    hx.page(&page(Supervisor::clone(&by), sh, &db, typed, Errors::default()).await?)
}

/// `GET /lists/{id}/export`: the form, for whoever is on a list.
pub async fn of_list(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<CustomerListId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.read(move |conn| lists::find(conn, id)).await?;
    hx.page(&page(by, sh, &db, Typed::of(&View::List(id)), Errors::default()).await?)
}

/// The form as it comes.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    view: String,
    format: String,
    form_token: String,
}

impl Typed {
    fn of(view: &View) -> Self {
        Self { view: view.address(), format: Format::Csv.to_string(), form_token: forms::new_token() }
    }

    fn parse(&self) -> Result<(View, Format), Errors> {
        let mut errors = Errors::default();
        let view = View::parse(&self.view);
        if view.is_none() {
            errors.add("", "export-view-wrong");
        }
        let format = Format::parse(&self.format);
        if format.is_none() {
            errors.add("format", "export-format-wrong");
        }
        errors.or((view.unwrap_or_else(View::all), format.unwrap_or(Format::Csv)))
    }
}

/// The form, with how many customers the file will hold.
async fn page(by: Supervisor, sh: Shell, db: &Db, typed: Typed, errors: Errors) -> Result<NewExportPage> {
    let (view, clock) = (View::parse(&typed.view).unwrap_or_else(View::all), sh.clock);
    let asked = view.clone();
    let (count, choices) =
        db.read(move |conn| Ok((store::count(conn, &by, &asked, &clock)?, inbox::Choices::load(conn)?))).await?;
    let form = ExportForm {
        view: view.address(),
        back: if view.list().is_some() { "/lists".into() } else { view.address() },
        words: words(&sh, Some(view), clock.now, &choices),
        count,
        format: Format::parse(&typed.format),
        form_token: typed.form_token,
        errors,
    };
    Ok(NewExportPage { sh, form })
}

/// `POST /exports`.
pub async fn start(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    req: HttpRequest,
    form: Form<Typed>,
) -> Result<HttpResponse> {
    let typed = form.into_inner();
    // Before anything is counted: what is wrong with the form is told only to whoever may send it.
    if View::parse(&typed.view).is_some_and(|view| !view.is_allowed(by.me().role)) {
        return Err(Error::Forbidden);
    }
    let (view, format) = match typed.parse() {
        Ok(parsed) => parsed,
        Err(errors) => return hx.invalid(&page(by, sh, &db, typed, errors).await?),
    };
    let (asked, who, clock) = (view.clone(), by.clone(), sh.clock);
    let count = move |conn: &mut Conn| {
        // A form that was open while the list was deleted would come to an empty file.
        if let Some(list) = asked.list() {
            lists::find(conn, list)?;
        }
        store::count(conn, &who, &asked, &clock)
    };
    let total = db.read(count).await?;
    let order = Order { format, view, total, base: address::base_url(&req) };
    db.write(move |tx| {
        if forms::spend(tx, &typed.form_token)? {
            actions::start(tx, &by, &order)?;
        }
        Ok(())
    })
    .await?;
    hx.done("toast-export-started", HERE)
}

/// `GET /exports/{id}/file`: while it is there; afterwards a page that says so.
pub async fn download(
    by: Supervisor,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    files: Data<Files>,
    id: Path<ExportId>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let who = by.clone();
    let (export, content) = db
        .read(move |conn| {
            let export = Some(store::find(conn, id)?).filter(|export| export.is_for(&who)).ok_or(Error::NotFound)?;
            let content = export.file_id.map(|file| store::content(conn, file)).transpose()?;
            Ok((export, content))
        })
        .await?;
    let state = export.state_at(sh.clock.now);
    if state == State::Expired {
        return hx.with_status(StatusCode::GONE, &GonePage { sh, export });
    }
    let content = content.filter(|_| state == State::Ready).ok_or(Error::NotFound)?;
    let name = format!("customers-{}-{id}.{}", sh.clock.day(export.created_at), export.format);
    let stored = Stored { sha256: &content, size: export.size.unwrap_or_default(), name: &name };
    let answer = files::download(&files, &stored, export.format.content_type()).await?;
    db.write(move |tx| actions::note_download(tx, &by, id)).await?;
    Ok(answer)
}
