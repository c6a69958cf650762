//! `/inbox/filters/…`: saving the filters in force, renaming and replacing what was saved, deleting it.

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path, Query};

use crate::auth::Operator;
use crate::db::Db;
use crate::db::types::SavedFilterId;
use crate::error::{Error, Result};
use crate::inbox::actions;
use crate::inbox::choices::Choices;
use crate::inbox::model::{Filter, ListQuery, SavedFilter, SavedTyped};
use crate::inbox::store::saved;
use crate::inbox::views::{SavedDeletePage, SavedPage};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

/// `GET /inbox/filters/new`: a name for what the address narrows the list by.
pub async fn new(_: Operator, sh: Shell, hx: Hx, db: Data<Db>, list: Query<ListQuery>) -> Result<HttpResponse> {
    let filter = list.filter();
    let view = filter.query(filter.tab);
    let typed = SavedTyped { view, form_token: forms::new_token(), ..SavedTyped::default() };
    hx.page(&page_of(sh, &db, None, typed, Errors::default()).await?)
}

/// The form, with what the filters say.
async fn page_of(
    sh: Shell,
    db: &Db,
    saved: Option<SavedFilter>,
    typed: SavedTyped,
    errors: Errors,
) -> Result<SavedPage> {
    let choices = db.read(Choices::load).await?;
    let said = |filter: &Filter| choices.words(sh.lang, filter);
    let before = saved.as_ref().map(|saved| said(&ListQuery::parse(&saved.query).filter())).unwrap_or_default();
    let now = said(&typed.list());
    Ok(SavedPage { sh, saved, typed, errors, before, now })
}

/// `POST /inbox/filters`.
pub async fn add(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, form: Form<SavedTyped>) -> Result<HttpResponse> {
    let typed = form.into_inner();
    let new = match typed.parse(None) {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&page_of(sh, &db, None, typed, errors).await?),
    };
    let token = typed.form_token.clone();
    let added = db.write(move |tx| {
        if forms::spend(tx, &token)? {
            actions::save_filter(tx, &by, &new)?;
        }
        Ok(())
    });
    match added.await {
        Ok(()) => hx.done("toast-filter-saved", &typed.list().at("/inbox")),
        Err(refused) => hx.invalid(&page_of(sh, &db, None, typed, named(refused)?).await?),
    }
}

/// A refusal at the field that it is about.
fn named(refused: Error) -> Result<Errors> {
    match refused {
        Error::Refused(said) => {
            let field = if said.key == "filter-name-taken" { "name" } else { "" };
            Ok(Errors::one(field, said))
        }
        other => Err(other),
    }
}

/// The filter of this number, if this person may change it.
async fn own(by: &Operator, db: &Db, id: SavedFilterId) -> Result<SavedFilter> {
    let by = by.clone();
    db.read(move |conn| {
        let found = saved::find(conn, &by, id)?;
        if found.is_changed_by(by.id(), by.admin().is_some()) { Ok(found) } else { Err(Error::Forbidden) }
    })
    .await
}

/// `GET /inbox/filters/{id}`: its name, and whether it is to become what the address narrows the list by.
pub async fn page(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<SavedFilterId>,
    list: Query<ListQuery>,
) -> Result<HttpResponse> {
    let (saved, filter) = (own(&by, &db, id.into_inner()).await?, list.filter());
    let shared = saved.shared.to_string();
    let typed =
        SavedTyped { name: saved.name.clone(), shared, view: filter.query(filter.tab), ..SavedTyped::default() };
    hx.page(&page_of(sh, &db, Some(saved), typed, Errors::default()).await?)
}

/// `POST /inbox/filters/{id}`.
pub async fn edit(
    by: Operator,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<SavedFilterId>,
    form: Form<SavedTyped>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let saved = own(&by, &db, id).await?;
    let new = match typed.parse(Some(&saved.query)) {
        Ok(new) => new,
        Err(errors) => return hx.invalid(&page_of(sh, &db, Some(saved), typed, errors).await?),
    };
    let on = ListQuery::parse(&new.query).filter().at("/inbox");
    match db.write(move |tx| actions::change_filter(tx, &by, id, &new)).await {
        Ok(()) => hx.done("toast-filter-saved", &on),
        Err(refused) => hx.invalid(&page_of(sh, &db, Some(saved), typed, named(refused)?).await?),
    }
}

/// `GET /inbox/filters/{id}/delete`.
pub async fn ask(by: Operator, sh: Shell, hx: Hx, db: Data<Db>, id: Path<SavedFilterId>) -> Result<HttpResponse> {
    let saved = own(&by, &db, id.into_inner()).await?;
    hx.page(&SavedDeletePage { sh, saved })
}

/// `POST /inbox/filters/{id}/delete`.
pub async fn delete(by: Operator, hx: Hx, db: Data<Db>, id: Path<SavedFilterId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| actions::delete_filter(tx, &by, id)).await?;
    hx.done("toast-filter-deleted", "/inbox/filters")
}
