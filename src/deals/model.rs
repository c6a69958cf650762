//! Pipelines, stages and deals as they are and as they are typed.

mod typed;

use std::sync::Arc;

use diesel::prelude::*;

pub use typed::{AMOUNT, DealTyped, NewDeal, NewPipeline, NewStage, PipelineTyped, StageTyped};

use crate::db::schema::{deal_stages, deals};
use crate::db::types::{CustomerId, DealId, DealStageId, PipelineId, UtcTime};
use crate::text_enum;
use crate::web::forms::version;
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

impl Deal {
    /// Of the fields that its form shows.
    pub fn version(&self) -> String {
        version(&(&self.title, self.amount, self.stage_id.0))
    }

    /// Whether it says already what a form would have it say.
    pub fn is(&self, new: &NewDeal) -> bool {
        (&self.title, self.amount, self.stage_id) == (&new.title, new.amount, new.stage)
    }
}

/// A deal with where it stands.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Placed {
    pub deal: Deal,
    pub pipeline: Arc<Pipeline>,
    pub stage: DealStage,
    /// With the currency; empty if none was said.
    pub amount: String,
}

impl Placed {
    /// Pipeline and stage.
    pub fn path(&self) -> String {
        self.pipeline.path(&self.stage)
    }

    /// Where it goes if all goes well.
    pub fn next(&self) -> Option<&DealStage> {
        let mut after = self.pipeline.stages.iter().skip_while(|stage| stage.id != self.stage.id).skip(1);
        after.next().filter(|next| self.stage.kind == StageKind::Open && next.kind != StageKind::Lost)
    }

    /// Where else it may go.
    pub fn others(&self) -> Vec<&DealStage> {
        self.pipeline.stages.iter().filter(|stage| stage.id != self.stage.id).collect()
    }
}

/// Deals with where each of them stands.
pub fn placed(deals: Vec<Deal>, all: &[Arc<Pipeline>]) -> Vec<Placed> {
    let one = |deal: Deal| {
        let found = all.iter().find_map(|pipeline| Some((pipeline, pipeline.stage(deal.stage_id)?)));
        let (pipeline, stage) = found?;
        let amount = deal.amount.map(|amount| said(amount, &pipeline.currency)).unwrap_or_default();
        Some(Placed { pipeline: pipeline.clone(), stage: stage.clone(), amount, deal })
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
    fn a_deal_goes_on_while_it_is_open() {
        let stage = |id, kind| DealStage {
            id: DealStageId(id),
            pipeline_id: PipelineId(1),
            name: id.to_string(),
            hue: 1,
            kind,
        };
        let stages = [StageKind::Open, StageKind::Won, StageKind::Open, StageKind::Lost];
        let stages: Vec<_> = (1..).zip(stages).map(|(id, kind)| stage(id, kind)).collect();
        let pipeline = Pipeline { id: PipelineId(1), name: "Sales".into(), currency: "EUR".into(), stages };
        let all = [Arc::new(pipeline)];
        let at = |id| Deal {
            id: DealId(1),
            customer_id: CustomerId(1),
            stage_id: DealStageId(id),
            title: "Chairs".into(),
            amount: None,
            moved_at: UtcTime::now(),
        };
        let found = placed([1, 2, 3, 4].map(at).to_vec(), &all);
        let next: Vec<_> = found.iter().map(|one| one.next().map(|stage| stage.id.0)).collect();
        assert_eq!(next, [Some(2), None, None, None]);
        assert_eq!(found[2].others().len(), 3);
    }

    #[test]
    fn amounts_are_said_with_their_currency() {
        assert_eq!(said(123_450, "EUR"), "1234.50\u{a0}EUR");
        assert_eq!(said(90_000, "EUR"), "900\u{a0}EUR");
    }
}
