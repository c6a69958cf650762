//! Pipelines, stages and deals as they are and as they are typed.

mod typed;

use std::sync::Arc;

use diesel::prelude::*;

pub use typed::{DealTyped, NewDeal, NewPipeline, NewStage, PipelineTyped, StageTyped};

use crate::db::schema::{deal_stages, deals};
use crate::db::types::{CustomerId, DealId, DealStageId, PipelineId, UtcTime};
use crate::text_enum;
use crate::web::i18n::group_digits;

/// The longest name of a pipeline or a stage, in characters: it must fit on a chip.
pub const NAME: usize = 60;
/// The length of a currency's code.
pub const CURRENCY: usize = 3;
text_enum!(
    /// What a stage means for its deals.
    StageKind {
        Open = "open",
        Won = "won",
        Lost = "lost",
    }
);

impl StageKind {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            StageKind::Open => "deal-stage-open",
            StageKind::Won => "deal-stage-won",
            StageKind::Lost => "deal-stage-lost",
        }
    }
}

/// A row of stages.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Pipeline {
    pub id: PipelineId,
    pub name: String,
    /// Three letters.
    pub currency: String,
    /// In their order.
    pub stages: Vec<DealStage>,
}

impl Pipeline {
    pub fn stage(&self, id: DealStageId) -> Option<&DealStage> {
        self.stages.iter().find(|stage| stage.id == id)
    }

    /// What people call a stage of it.
    pub fn path(&self, stage: &DealStage) -> String {
        format!("{} / {}", self.name, stage.name)
    }
}

/// Where a deal may stand.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deal_stages)]
pub struct DealStage {
    pub id: DealStageId,
    pub pipeline_id: PipelineId,
    pub name: String,
    /// 1 to 8, for the class `u{hue}`.
    pub hue: i32,
    pub kind: StageKind,
}

/// What people call a stage: Sales / New. `None`: it is not there any more.
pub fn path(all: &[Arc<Pipeline>], id: DealStageId) -> Option<String> {
    all.iter().find_map(|pipeline| Some(pipeline.path(pipeline.stage(id)?)))
}

/// Something that a customer may buy.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = deals)]
pub struct Deal {
    pub id: DealId,
    pub customer_id: CustomerId,
    pub stage_id: DealStageId,
    pub title: String,
    /// In hundredths of the pipeline's currency.
    pub amount: Option<i64>,
    /// When it came to its stage.
    pub moved_at: UtcTime,
}

/// A deal with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub deal: Deal,
    pub hue: i32,
    /// Pipeline and stage.
    pub path: String,
    /// With the currency; empty if none was said.
    pub amount: String,
}

/// Deals with where each of them stands.
pub fn placed(deals: Vec<Deal>, all: &[Arc<Pipeline>]) -> Vec<Placed> {
    let one = |deal: Deal| {
        let found = all.iter().find_map(|pipeline| Some((pipeline, pipeline.stage(deal.stage_id)?)));
        let (pipeline, stage) = found?;
        let amount = deal.amount.map(|amount| said(amount, &pipeline.currency)).unwrap_or_default();
        Some(Placed { hue: stage.hue, path: pipeline.path(stage), amount, deal })
    };
    deals.into_iter().filter_map(one).collect()
}

/// An amount as people read it: 1 234.50 EUR, 900 EUR.
fn said(amount: i64, currency: &str) -> String {
    let whole = group_digits(amount / 100);
    match amount % 100 {
        0 => format!("{whole}\u{a0}{currency}"),
        rest => format!("{whole}.{rest:02}\u{a0}{currency}"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_said_with_their_currency() {
        assert_eq!(said(123_450, "EUR"), "1234.50\u{a0}EUR");
        assert_eq!(said(90_000, "EUR"), "900\u{a0}EUR");
    }
}
