//! Funnels: the list, and each with its blocks.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::channels;
use crate::db::Db;
use crate::db::types::{FunnelBlockId, FunnelId};
use crate::error::{Error, Result};
use crate::fields::Step;
use crate::funnels::{self, BlockTyped, Funnel, FunnelTyped};
use crate::settings::views::funnels::{BLOCK, FunnelDeletePage, FunnelPage, FunnelsPage, NEW};
use crate::settings::views::moved::Moved;
use crate::settings::views::part::{TypedPart, form_of};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/funnels";

fn url_of(id: FunnelId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/funnels`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load_all(sh, &db).await?)
}

async fn load_all(sh: Shell, db: &Db) -> Result<FunnelsPage> {
    let all = db.read(funnels::all).await?;
    let (typed, errors) = (String::new(), Errors::default());
    Ok(FunnelsPage { sh, all, typed, errors, moved: None, token: forms::new_token() })
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct NameForm {
    name: String,
    form_token: String,
}

/// `POST /settings/funnels`: a new one; its blocks come next.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<NameForm>) -> Result<HttpResponse> {
    let NameForm { name: typed, form_token: token } = form.into_inner();
    let (mut errors, mut added) = (Errors::default(), None);
    let name = funnels::name(&mut errors, &typed);
    if errors.is_empty() {
        let token = token.clone();
        let done = db.write(
            move |tx| {
                if forms::spend(tx, &token)? { funnels::add(tx, &by, &name).map(Some) } else { Ok(None) }
            },
        );
        match done.await {
            Ok(id) => added = id,
            Err(Error::Refused(said)) => errors.add("name", said),
            Err(other) => return Err(other),
        }
    }
    if !errors.is_empty() {
        return hx.invalid(&FunnelsPage { typed, errors, token, ..load_all(sh, &db).await? });
    }
    hx.done("toast-saved", &added.map_or_else(|| HERE.to_owned(), url_of))
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MoveForm {
    funnel: String,
    block: String,
    step: String,
}

/// `POST /settings/funnels/move`: one place up or down.
pub async fn move_funnel(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<MoveForm>) -> Result<HttpResponse> {
    let id: FunnelId = form.funnel.parse().map_err(|_| Error::NotFound)?;
    let step = Step::parse(&form.step).ok_or(Error::NotFound)?;
    db.write(move |tx| funnels::move_funnel(tx, &by, id, step)).await?;
    let moved = Some(Moved::new(id, step));
    let fresh = async { Ok(FunnelsPage { moved, ..load_all(sh.clone(), &db).await? }) };
    hx.updated(sh.lang, "toast-saved", HERE, fresh).await
}

async fn load(sh: Shell, db: &Db, id: FunnelId) -> Result<FunnelPage> {
    let (funnel, channels, counts) = db
        .read(move |conn| Ok((funnels::find(conn, id)?, channels::list(conn)?, funnels::customers_in(conn, id)?)))
        .await?;
    let typed = FunnelTyped::from(&*funnel);
    let (errors, block) = (Errors::default(), TypedPart::default());
    Ok(FunnelPage { sh, funnel, channels, typed, errors, block, counts, moved: None, token: forms::new_token() })
}

/// `GET /settings/funnels/{id}`.
pub async fn page(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<FunnelId>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db, id.into_inner()).await?)
}

/// `POST /settings/funnels/{id}`: its name, whether it is on, and where it begins.
pub async fn edit(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<FunnelId>,
    form: Form<Vec<(String, String)>>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), FunnelTyped::of(&form));
    let page = load(sh.clone(), &db, id).await?;
    let there: Vec<_> = page.channels.iter().map(|channel| channel.id).collect();
    let outcome = match typed.parse(&there) {
        Err(errors) => Err(errors),
        Ok(new) => refusal("name", db.write(move |tx| funnels::edit(tx, &by, id, &new)).await)?,
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &url_of(id), load(sh, &db, id)).await,
        Err(errors) => hx.invalid(&FunnelPage { typed, errors, ..page }),
    }
}

/// `GET /settings/funnels/{id}/delete`.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<FunnelId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    let name = db.read(move |conn| funnels::find(conn, id)).await?.name.clone();
    let (back, action) = (url_of(id), format!("{HERE}/{id}/delete"));
    hx.page(&FunnelDeletePage { sh, name, customers: None, back, action })
}

/// `POST /settings/funnels/{id}/delete`.
pub async fn delete(by: Admin, hx: Hx, db: Data<Db>, id: Path<FunnelId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    db.write(move |tx| funnels::delete(tx, &by, id)).await?;
    hx.done("toast-funnel-deleted", HERE)
}

/// `POST /settings/funnels/{id}/blocks`: a new one at the end.
pub async fn add_block(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<FunnelId>,
    form: Form<BlockTyped>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let (funnel, token) = (found(&db, id).await?, typed.form_token.clone());
    let outcome = match typed.parse(&funnel, None) {
        Err(errors) => Err(errors),
        Ok(new) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    funnels::add_block(tx, &by, id, &new)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    shown(sh, hx, &db, id, outcome, TypedPart::of(NEW.into(), typed)).await
}

/// `POST /settings/funnels/{id}/blocks/move`: one place up or down.
pub async fn move_block(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<FunnelId>,
    form: Form<MoveForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let block: FunnelBlockId = form.block.parse().map_err(|_| Error::NotFound)?;
    let step = Step::parse(&form.step).ok_or(Error::NotFound)?;
    db.write(move |tx| funnels::move_block(tx, &by, id, block, step)).await?;
    let moved = Some(Moved::new(block, step));
    let fresh = async { Ok(FunnelPage { moved, ..load(sh.clone(), &db, id).await? }) };
    hx.updated(sh.lang, "toast-saved", &url_of(id), fresh).await
}

/// `POST /settings/funnels/{id}/blocks/{block}`.
pub async fn edit_block(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(FunnelId, FunnelBlockId)>,
    form: Form<BlockTyped>,
) -> Result<HttpResponse> {
    let ((id, block), typed) = (path.into_inner(), form.into_inner());
    let funnel = found(&db, id).await?;
    funnel.block(block).ok_or(Error::NotFound)?;
    let outcome = match typed.parse(&funnel, Some(block)) {
        Err(errors) => Err(errors),
        Ok(new) => refusal("name", db.write(move |tx| funnels::edit_block(tx, &by, id, block, &new)).await)?,
    };
    shown(sh, hx, &db, id, outcome, TypedPart::of(form_of(BLOCK, block), typed)).await
}

/// `GET /settings/funnels/{id}/blocks/{block}/delete`: how many customers are in it, before it goes.
pub async fn ask_block(
    _: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(FunnelId, FunnelBlockId)>,
) -> Result<HttpResponse> {
    let (id, block) = path.into_inner();
    let (funnel, counts) =
        db.read(move |conn| Ok((funnels::find(conn, id)?, funnels::customers_in(conn, id)?))).await?;
    let name = funnel.block(block).ok_or(Error::NotFound)?.name.clone();
    let customers = Some(counts.get(&block).copied().unwrap_or(0));
    let (back, action) = (url_of(id), format!("{HERE}/{id}/blocks/{block}/delete"));
    hx.page(&FunnelDeletePage { sh, name, customers, back, action })
}

/// `POST /settings/funnels/{id}/blocks/{block}/delete`.
pub async fn delete_block(
    by: Admin,
    hx: Hx,
    db: Data<Db>,
    path: Path<(FunnelId, FunnelBlockId)>,
) -> Result<HttpResponse> {
    let (id, block) = path.into_inner();
    db.write(move |tx| funnels::delete_block(tx, &by, id, block)).await?;
    hx.done("toast-funnel-block-deleted", &url_of(id))
}

async fn found(db: &Db, id: FunnelId) -> Result<Arc<Funnel>> {
    db.read(move |conn| funnels::find(conn, id)).await
}

/// The funnel after a change of one of its blocks, or with what is wrong in that form.
async fn shown(
    sh: Shell,
    hx: Hx,
    db: &Db,
    id: FunnelId,
    outcome: Result<(), Errors>,
    block: TypedPart<BlockTyped>,
) -> Result<HttpResponse> {
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &url_of(id), load(sh, db, id)).await,
        Err(errors) => {
            let block = TypedPart { errors, ..block };
            hx.invalid(&FunnelPage { block, ..load(sh, db, id).await? })
        }
    }
}
