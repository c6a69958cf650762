//! Pipelines: the list, and each with its stages.

use std::sync::Arc;

use actix_web::HttpResponse;
use actix_web::web::{Data, Form, Path};
use serde::Deserialize;

use super::refusal;
use crate::auth::Admin;
use crate::db::Db;
use crate::db::types::{DealStageId, PipelineId};
use crate::deals::{self, Pipeline, PipelineTyped, StageTyped};
use crate::error::{Error, Result, Said, why_refused};
use crate::fields::Step;
use crate::settings::views::moved::Moved;
use crate::settings::views::part::{TypedPart, form_of};
use crate::settings::views::pipelines::{NEW, PipelineDeletePage, PipelinePage, PipelinesPage, STAGE};
use crate::web::forms::{self, Errors};
use crate::web::page::Hx;
use crate::web::shell::Shell;

const HERE: &str = "/settings/pipelines";

fn url_of(id: PipelineId) -> String {
    format!("{HERE}/{id}")
}

/// `GET /settings/pipelines`.
pub async fn list(_: Admin, sh: Shell, hx: Hx, db: Data<Db>) -> Result<HttpResponse> {
    hx.page(&load_all(sh, &db).await?)
}

async fn load_all(sh: Shell, db: &Db) -> Result<PipelinesPage> {
    let all = db.read(deals::all).await?;
    let typed = PipelineTyped { form_token: forms::new_token(), ..PipelineTyped::default() };
    Ok(PipelinesPage { sh, all, typed, errors: Errors::default(), moved: None })
}

/// `POST /settings/pipelines`: a new one, with its first stages.
pub async fn add(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<PipelineTyped>) -> Result<HttpResponse> {
    let typed = form.into_inner();
    let names = ["pipeline-stage-new", "pipeline-stage-in-progress", "pipeline-stage-won", "pipeline-stage-lost"];
    let names = names.map(|key| sh.t(key).to_string());
    let token = typed.form_token.clone();
    let outcome = match typed.parse() {
        Err(errors) => Err(errors),
        Ok(new) => {
            let added = db.write(move |tx| {
                if !forms::spend(tx, &token)? {
                    return Ok(None);
                }
                deals::add_pipeline(tx, &by, &new, &names).map(Some)
            });
            match added.await {
                Ok(id) => Ok(id),
                Err(Error::Refused(said)) => Err(Errors::one("name", said)),
                Err(other) => return Err(other),
            }
        }
    };
    match outcome {
        Ok(id) => hx.done("toast-saved", &id.map_or_else(|| HERE.to_owned(), url_of)),
        Err(errors) => hx.invalid(&PipelinesPage { typed, errors, ..load_all(sh, &db).await? }),
    }
}

#[derive(Deserialize, Default)]
#[serde(default)]
pub struct MoveForm {
    pipeline: String,
    stage: String,
    step: String,
}

/// `POST /settings/pipelines/move`: one place up or down.
pub async fn move_pipeline(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, form: Form<MoveForm>) -> Result<HttpResponse> {
    let id: PipelineId = form.pipeline.parse().map_err(|_| Error::NotFound)?;
    let step = Step::parse(&form.step).ok_or(Error::NotFound)?;
    db.write(move |tx| deals::move_pipeline(tx, &by, id, step)).await?;
    let moved = Some(Moved::new(id, step));
    let fresh = async { Ok(PipelinesPage { moved, ..load_all(sh.clone(), &db).await? }) };
    hx.updated(sh.lang, "toast-saved", HERE, fresh).await
}

async fn load(sh: Shell, db: &Db, id: PipelineId) -> Result<PipelinePage> {
    let (pipeline, counts) = db.read(move |conn| Ok((deals::find(conn, id)?, deals::deals_in(conn, id)?))).await?;
    let (typed, token) = (PipelineTyped::from(&*pipeline), forms::new_token());
    let (errors, stage) = (Errors::default(), TypedPart::default());
    Ok(PipelinePage { sh, pipeline, typed, errors, stage, counts, moved: None, token })
}

/// `GET /settings/pipelines/{id}`.
pub async fn page(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<PipelineId>) -> Result<HttpResponse> {
    hx.page(&load(sh, &db, id.into_inner()).await?)
}

/// `POST /settings/pipelines/{id}`: its name and currency.
pub async fn edit(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<PipelineId>,
    form: Form<PipelineTyped>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let page = load(sh.clone(), &db, id).await?;
    let outcome = match typed.parse() {
        Err(errors) => Err(errors),
        Ok(new) => refusal("name", db.write(move |tx| deals::edit_pipeline(tx, &by, id, &new)).await)?,
    };
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &url_of(id), load(sh, &db, id)).await,
        Err(errors) => hx.invalid(&PipelinePage { typed, errors, ..page }),
    }
}

/// `GET /settings/pipelines/{id}/delete`.
pub async fn ask(_: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<PipelineId>) -> Result<HttpResponse> {
    hx.page(&deleting(sh, &db, id.into_inner(), None, None).await?)
}

/// `POST /settings/pipelines/{id}/delete`.
pub async fn delete(by: Admin, sh: Shell, hx: Hx, db: Data<Db>, id: Path<PipelineId>) -> Result<HttpResponse> {
    let id = id.into_inner();
    match why_refused(db.write(move |tx| deals::delete_pipeline(tx, &by, id)).await)? {
        None => hx.done("toast-pipeline-deleted", HERE),
        said => hx.invalid(&deleting(sh, &db, id, None, said).await?),
    }
}

/// The question before a pipeline or a stage goes. `refused`: why it did not.
async fn deleting(
    sh: Shell,
    db: &Db,
    id: PipelineId,
    stage: Option<DealStageId>,
    refused: Option<Said>,
) -> Result<PipelineDeletePage> {
    let pipeline = found(db, id).await?;
    let (name, action) = match stage {
        Some(stage) => {
            let name = pipeline.stage(stage).ok_or(Error::NotFound)?.name.clone();
            (name, format!("{HERE}/{id}/stages/{stage}/delete"))
        }
        None => (pipeline.name.clone(), format!("{HERE}/{id}/delete")),
    };
    let refused = refused.map(|said| sh.say(&said)).unwrap_or_default();
    Ok(PipelineDeletePage { sh, name, is_stage: stage.is_some(), refused, back: url_of(id), action })
}

/// `POST /settings/pipelines/{id}/stages`: a new one at the end.
pub async fn add_stage(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<PipelineId>,
    form: Form<StageTyped>,
) -> Result<HttpResponse> {
    let (id, typed) = (id.into_inner(), form.into_inner());
    let token = typed.form_token.clone();
    let outcome = match typed.parse() {
        Err(errors) => Err(errors),
        Ok(new) => {
            let added = db.write(move |tx| {
                if forms::spend(tx, &token)? {
                    deals::add_stage(tx, &by, id, &new)?;
                }
                Ok(())
            });
            refusal("name", added.await)?
        }
    };
    shown(sh, hx, &db, id, outcome, TypedPart::of(NEW.into(), typed)).await
}

/// `POST /settings/pipelines/{id}/stages/move`: one place up or down.
pub async fn move_stage(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    id: Path<PipelineId>,
    form: Form<MoveForm>,
) -> Result<HttpResponse> {
    let id = id.into_inner();
    let stage: DealStageId = form.stage.parse().map_err(|_| Error::NotFound)?;
    let step = Step::parse(&form.step).ok_or(Error::NotFound)?;
    db.write(move |tx| deals::move_stage(tx, &by, id, stage, step)).await?;
    let moved = Some(Moved::new(stage, step));
    let fresh = async { Ok(PipelinePage { moved, ..load(sh.clone(), &db, id).await? }) };
    hx.updated(sh.lang, "toast-saved", &url_of(id), fresh).await
}

/// `POST /settings/pipelines/{id}/stages/{stage}`.
pub async fn edit_stage(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(PipelineId, DealStageId)>,
    form: Form<StageTyped>,
) -> Result<HttpResponse> {
    let ((id, stage), typed) = (path.into_inner(), form.into_inner());
    found(&db, id).await?.stage(stage).ok_or(Error::NotFound)?;
    let outcome = match typed.parse() {
        Err(errors) => Err(errors),
        Ok(new) => refusal("name", db.write(move |tx| deals::edit_stage(tx, &by, id, stage, &new)).await)?,
    };
    shown(sh, hx, &db, id, outcome, TypedPart::of(form_of(STAGE, stage), typed)).await
}

/// `GET /settings/pipelines/{id}/stages/{stage}/delete`.
pub async fn ask_stage(
    _: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(PipelineId, DealStageId)>,
) -> Result<HttpResponse> {
    let (id, stage) = path.into_inner();
    hx.page(&deleting(sh, &db, id, Some(stage), None).await?)
}

/// `POST /settings/pipelines/{id}/stages/{stage}/delete`.
pub async fn delete_stage(
    by: Admin,
    sh: Shell,
    hx: Hx,
    db: Data<Db>,
    path: Path<(PipelineId, DealStageId)>,
) -> Result<HttpResponse> {
    let (id, stage) = path.into_inner();
    match why_refused(db.write(move |tx| deals::delete_stage(tx, &by, id, stage)).await)? {
        None => hx.done("toast-deal-stage-deleted", &url_of(id)),
        said => hx.invalid(&deleting(sh, &db, id, Some(stage), said).await?),
    }
}

async fn found(db: &Db, id: PipelineId) -> Result<Arc<Pipeline>> {
    db.read(move |conn| deals::find(conn, id)).await
}

/// The pipeline after a change of one of its stages, or with what is wrong in that form.
async fn shown(
    sh: Shell,
    hx: Hx,
    db: &Db,
    id: PipelineId,
    outcome: Result<(), Errors>,
    stage: TypedPart<StageTyped>,
) -> Result<HttpResponse> {
    match outcome {
        Ok(()) => hx.updated(sh.lang, "toast-saved", &url_of(id), load(sh, db, id)).await,
        Err(errors) => {
            let stage = TypedPart { errors, ..stage };
            hx.invalid(&PipelinePage { stage, ..load(sh, db, id).await? })
        }
    }
}
