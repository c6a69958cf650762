//! Deals and the stages on which they stand.

use serde::{Deserialize, Deserializer, Serialize};
use utoipa::ToSchema;

use crate::deals;

/// A deal of a customer.
#[derive(Serialize, ToSchema)]
pub struct Deal {
    pub id: i64,
    pub title: String,
    /// In hundredths of the currency; `null`: none was said.
    pub amount: Option<i64>,
    /// Three letters, as ISO 4217 has them.
    pub currency: String,
    /// The name of its pipeline.
    pub pipeline: String,
    pub stage: DealStage,
    /// When it came to its stage.
    pub moved_at: String,
}

impl From<deals::Placed> for Deal {
    fn from(placed: deals::Placed) -> Self {
        Self {
            id: placed.deal.id.0,
            amount: placed.deal.amount,
            currency: placed.pipeline.currency.clone(),
            pipeline: placed.pipeline.name.clone(),
            stage: DealStage::from(&placed.stage),
            moved_at: placed.deal.moved_at.rfc3339(),
            title: placed.deal.title,
        }
    }
}

/// A stage of a pipeline.
#[derive(Serialize, ToSchema)]
pub struct DealStage {
    pub id: i64,
    pub name: String,
    /// `open`, `won` or `lost`.
    pub kind: String,
}

impl From<&deals::DealStage> for DealStage {
    fn from(stage: &deals::DealStage) -> Self {
        Self { id: stage.id.0, name: stage.name.clone(), kind: stage.kind.to_string() }
    }
}

/// Deals, the newest first.
#[derive(Serialize, ToSchema)]
pub struct Deals {
    pub deals: Vec<Deal>,
}

/// A row of stages.
#[derive(Serialize, ToSchema)]
pub struct Pipeline {
    pub id: i64,
    pub name: String,
    pub currency: String,
    /// In their order.
    pub stages: Vec<DealStage>,
}

impl From<&deals::Pipeline> for Pipeline {
    fn from(pipeline: &deals::Pipeline) -> Self {
        Self {
            id: pipeline.id.0,
            name: pipeline.name.clone(),
            currency: pipeline.currency.clone(),
            stages: pipeline.stages.iter().map(DealStage::from).collect(),
        }
    }
}

/// All pipelines of the desk.
#[derive(Serialize, ToSchema)]
pub struct Pipelines {
    pub pipelines: Vec<Pipeline>,
}

/// A deal to make.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewDeal {
    /// Made by the app: the same deal sent twice is there once.
    pub client_uuid: String,
    pub title: String,
    /// In hundredths of the pipeline's currency.
    #[serde(default)]
    pub amount: Option<i64>,
    /// The number of the stage.
    pub stage: i64,
}

/// What changes in a deal. Whatever is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct DealChange {
    pub title: Option<String>,
    /// In hundredths of the pipeline's currency; `null` takes the amount away.
    #[serde(deserialize_with = "said")]
    #[schema(value_type = Option<i64>)]
    #[expect(clippy::option_option, reason = "left out and null are two things")]
    pub amount: Option<Option<i64>>,
    /// The number of the stage.
    pub stage: Option<i64>,
    /// The number of the stage on which the program believes it to stand. If others have moved it since, nothing is changed.
    pub seen_stage: Option<i64>,
}

#[expect(clippy::option_option, reason = "left out and null are two things")]
fn said<'de, D: Deserializer<'de>>(value: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(value).map(Some)
}
