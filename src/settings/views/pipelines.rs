//! Pipelines and their stages.

use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::moved::Moved;
use super::section_is_region;
use crate::db::types::DealStageId;
use crate::deals::{CURRENCY, DealStage, NAME, Pipeline, PipelineTyped, StageKind, StageTyped};
use crate::fields::Step;
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

    fn has_focus(&self, pipeline: &Pipeline, step: Step, is_first: &bool, is_last: &bool) -> bool {
        Moved::has_focus(self.moved.as_ref(), pipeline.id.0, step, is_first, is_last)
    }
}

/// What was typed into the form of a stage that did not pass, and into which; every other form shows what is stored.
#[derive(Clone, Debug, Default)]
pub struct TypedStage {
    /// The id of the form's element; empty if all is well.
    pub form: String,
    pub typed: StageTyped,
    pub errors: Errors,
}

impl TypedStage {
    /// The form of a new stage.
    pub const NEW: &str = "new-stage";

    /// The form of the stage with this number.
    pub fn of(id: impl Display) -> String {
        format!("stage-{id}")
    }
}

/// One form of a stage as it is shown.
struct StageForm<'a> {
    id: String,
    action: String,
    /// Before the names of its fields.
    prefix: String,
    typed: StageTyped,
    errors: Option<&'a Errors>,
    is_open: bool,
}

impl StageForm<'_> {
    fn error(&self, field: &str, sh: &Shell) -> String {
        self.errors.map(|errors| errors.of(field, sh.lang)).unwrap_or_default()
    }

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
    pub stage: TypedStage,
    /// How many deals stand on each stage.
    pub counts: HashMap<DealStageId, i64>,
    pub moved: Option<Moved>,
    pub token: String,
}

impl PipelinePage {
    fn count(&self, stage: &DealStage) -> i64 {
        self.counts.get(&stage.id).copied().unwrap_or(0)
    }

    fn has_focus(&self, stage: &DealStage, step: Step, is_first: &bool, is_last: &bool) -> bool {
        Moved::has_focus(self.moved.as_ref(), stage.id.0, step, is_first, is_last)
    }

    fn new_form(&self) -> StageForm<'_> {
        let action = format!("/settings/pipelines/{}/stages", self.pipeline.id);
        let (hue, kind) = ("1".to_owned(), StageKind::Open.to_string());
        let stored = StageTyped { hue, kind, form_token: self.token.clone(), ..StageTyped::default() };
        self.form(TypedStage::NEW.into(), action, "new-".into(), stored)
    }

    fn form_of(&self, stage: &DealStage) -> StageForm<'_> {
        let action = format!("/settings/pipelines/{}/stages/{}", self.pipeline.id, stage.id);
        self.form(TypedStage::of(stage.id), action, format!("s{}-", stage.id), stage.into())
    }

    fn form(&self, id: String, action: String, prefix: String, stored: StageTyped) -> StageForm<'_> {
        let is_open = self.stage.form == id;
        StageForm {
            id,
            action,
            prefix,
            typed: if is_open { self.stage.typed.clone() } else { stored },
            errors: is_open.then_some(&self.stage.errors),
            is_open,
        }
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
