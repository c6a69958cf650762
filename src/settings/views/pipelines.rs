//! Pipelines and their stages.

use std::collections::HashMap;
use std::sync::Arc;

use askama::Template;

use super::moved::{Focus, Moved};
use super::part::{PartForm, TypedPart, form_of};
use super::section_is_region;
use crate::db::types::DealStageId;
use crate::deals::{CURRENCY, DealStage, NAME, Pipeline, PipelineTyped, StageKind, StageTyped};
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/pipelines`.
#[derive(Template)]
#[template(path = "settings/pipelines.html", blocks = ["section"])]
pub struct PipelinesPage {
    pub sh: Shell,
    pub all: Vec<Arc<Pipeline>>,
    /// The form of a new one.
    pub typed: PipelineTyped,
    pub errors: Errors,
    pub moved: Option<Moved>,
}

impl PipelinesPage {
    fn stages(&self, pipeline: &Pipeline) -> i64 {
        i64::try_from(pipeline.stages.len()).unwrap_or(i64::MAX)
    }

    fn focus(&self, pipeline: &Pipeline, is_first: &bool, is_last: &bool) -> Focus {
        Moved::focus(self.moved.as_ref(), pipeline.id, is_first, is_last)
    }
}

/// The form of a new stage.
pub const NEW: &str = "new-stage";
/// Before the number of the stage of a form.
pub const STAGE: &str = "stage";

type StageForm<'a> = PartForm<'a, StageTyped>;

impl StageForm<'_> {
    fn hue(&self) -> i32 {
        self.typed.hue.parse().unwrap_or(1)
    }

    fn is_kind(&self, kind: &StageKind) -> bool {
        self.typed.kind == kind.as_str()
    }
}

/// `/settings/pipelines/{id}`.
#[derive(Template)]
#[template(path = "settings/pipeline.html", blocks = ["section"])]
pub struct PipelinePage {
    pub sh: Shell,
    pub pipeline: Arc<Pipeline>,
    pub typed: PipelineTyped,
    pub errors: Errors,
    pub stage: TypedPart<StageTyped>,
    /// How many deals stand on each stage.
    pub counts: HashMap<DealStageId, i64>,
    pub moved: Option<Moved>,
    pub token: String,
}

impl PipelinePage {
    fn count(&self, stage: &DealStage) -> i64 {
        self.counts.get(&stage.id).copied().unwrap_or(0)
    }

    fn focus(&self, stage: &DealStage, is_first: &bool, is_last: &bool) -> Focus {
        Moved::focus(self.moved.as_ref(), stage.id, is_first, is_last)
    }

    fn new_form(&self) -> StageForm<'_> {
        let action = format!("/settings/pipelines/{}/stages", self.pipeline.id);
        let (hue, kind) = ("1".to_owned(), StageKind::Open.to_string());
        let stored = StageTyped { hue, kind, form_token: self.token.clone(), ..StageTyped::default() };
        self.stage.shown(NEW.into(), action, "new-".into(), stored)
    }

    fn form_of(&self, stage: &DealStage) -> StageForm<'_> {
        let action = format!("/settings/pipelines/{}/stages/{}", self.pipeline.id, stage.id);
        self.stage.shown(form_of(STAGE, stage.id), action, format!("s{}-", stage.id), stage.into())
    }
}

/// Asks before a pipeline or a stage goes.
#[derive(Template)]
#[template(path = "settings/pipeline_delete.html", blocks = ["section"])]
pub struct PipelineDeletePage {
    pub sh: Shell,
    pub name: String,
    pub is_stage: bool,
    /// Why it does not go; empty before that was asked.
    pub refused: String,
    pub back: String,
    pub action: String,
}

section_is_region!(PipelinesPage, PipelinePage, PipelineDeletePage);
