//! The forms of pipelines, stages and deals.

use std::sync::Arc;

use serde::Deserialize;

use super::{CURRENCY, Deal, DealStage, NAME, Pipeline, StageKind, path};
use crate::db::types::DealStageId;
use crate::error::Said;
use crate::text;
use crate::web::forms::Errors;

/// The largest amount, in hundredths: ten figures before the point.
pub const AMOUNT: i64 = 999_999_999_999;

/// The form of a pipeline, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct PipelineTyped {
    pub name: String,
    pub currency: String,
    pub form_token: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewPipeline {
    pub name: String,
    pub currency: String,
}

impl PipelineTyped {
    pub fn parse(&self) -> Result<NewPipeline, Errors> {
        let mut errors = Errors::default();
        let name = name(&mut errors, &self.name);
        let currency = self.currency.trim().to_ascii_uppercase();
        if currency.len() != CURRENCY || !currency.bytes().all(|letter| letter.is_ascii_uppercase()) {
            errors.add("currency", "pipeline-currency-wrong");
        }
        errors.or(NewPipeline { name, currency })
    }
}

impl From<&Pipeline> for PipelineTyped {
    fn from(pipeline: &Pipeline) -> Self {
        let (name, currency) = (pipeline.name.clone(), pipeline.currency.clone());
        Self { name, currency, form_token: String::new() }
    }
}

/// The form of a stage, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct StageTyped {
    pub name: String,
    pub hue: String,
    pub kind: String,
    pub form_token: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStage {
    pub name: String,
    pub hue: i32,
    pub kind: StageKind,
}

impl StageTyped {
    pub fn parse(&self) -> Result<NewStage, Errors> {
        let mut errors = Errors::default();
        let name = name(&mut errors, &self.name);
        let hue = self.hue.trim().parse().ok().filter(|hue| (1..=8).contains(hue)).unwrap_or_else(|| {
            errors.add("hue", "tag-hue-missing");
            1
        });
        let kind = StageKind::parse(&self.kind).unwrap_or_else(|| {
            errors.add("kind", "deal-stage-kind-missing");
            StageKind::Open
        });
        errors.or(NewStage { name, hue, kind })
    }
}

impl From<&DealStage> for StageTyped {
    fn from(stage: &DealStage) -> Self {
        Self {
            name: stage.name.clone(),
            hue: stage.hue.to_string(),
            kind: stage.kind.to_string(),
            form_token: String::new(),
        }
    }
}

/// The form of a deal, as it came.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct DealTyped {
    pub title: String,
    pub amount: String,
    pub stage: String,
    /// Of the deal that the form was opened over.
    pub version: String,
    pub back: String,
    pub form_token: String,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewDeal {
    pub title: String,
    pub amount: Option<i64>,
    pub stage: DealStageId,
}

impl DealTyped {
    pub fn parse(&self, all: &[Arc<Pipeline>]) -> Result<NewDeal, Errors> {
        let mut errors = Errors::default();
        let title = errors.line("title", &self.title, "deal-title-missing");
        let amount = match hundredths(&self.amount) {
            Some(amount) => amount,
            None => {
                errors.add("amount", "deal-amount-wrong");
                None
            }
        };
        let stage = self.stage.parse().ok().filter(|id| path(all, *id).is_some()).unwrap_or_else(|| {
            errors.add("stage", "deal-stage-missing");
            DealStageId(0)
        });
        errors.or(NewDeal { title, amount, stage })
    }

    /// What stands in the deal otherwise than in the form: the id of a field's name, and the value.
    pub fn differences(&self, deal: &Deal, all: &[Arc<Pipeline>]) -> Vec<(&'static str, String)> {
        let now = Self::from(deal);
        let stage = path(all, deal.stage_id).unwrap_or_default();
        let fields = [
            ("deal-title", now.title == text::clean(&self.title), now.title),
            ("deal-amount", hundredths(&self.amount) == Some(deal.amount), now.amount),
            ("deal-stage", self.stage.trim() == now.stage, stage),
        ];
        fields.into_iter().filter(|(_, is_same, _)| !is_same).map(|(name, _, value)| (name, value)).collect()
    }

    /// Whether the form stands on this stage.
    pub fn is_on(&self, stage: &DealStage) -> bool {
        self.stage.parse() == Ok(stage.id)
    }
}

impl From<&Deal> for DealTyped {
    fn from(deal: &Deal) -> Self {
        let amount = deal.amount.map(|amount| match amount % 100 {
            0 => (amount / 100).to_string(),
            rest => format!("{}.{rest:02}", amount / 100),
        });
        Self {
            title: deal.title.clone(),
            amount: amount.unwrap_or_default(),
            stage: deal.stage_id.to_string(),
            version: deal.version(),
            ..Self::default()
        }
    }
}

/// An amount as typed, with or without spaces between its figures; `Some(None)`: nothing was typed.
#[expect(clippy::option_option, reason = "nothing typed is no mistake")]
fn hundredths(typed: &str) -> Option<Option<i64>> {
    let plain: String = typed.chars().filter(|c| !c.is_whitespace()).collect();
    if plain.is_empty() {
        return Some(None);
    }
    let (whole, rest) = plain.split_once(['.', ',']).unwrap_or((&plain, ""));
    let is_number = |text: &str| text.bytes().all(|figure| figure.is_ascii_digit());
    if whole.is_empty() || rest.len() > 2 || !is_number(whole) || !is_number(rest) {
        return None;
    }
    let amount: i64 = format!("{whole}{rest:0<2}").parse().ok()?;
    (amount <= AMOUNT).then_some(Some(amount))
}

fn name(errors: &mut Errors, typed: &str) -> String {
    let name = errors.line("name", typed, "pipeline-name-missing");
    if name.chars().count() > NAME {
        errors.add("name", Said::from("error-too-long").with("limit", NAME));
    }
    name
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn amounts_are_read_as_people_write_them() {
        for (typed, wanted) in
            [("", None), ("1 234,5", Some(123_450)), ("0.05", Some(5)), ("1\u{a0}000", Some(100_000))]
        {
            assert_eq!(hundredths(typed), Some(wanted), "{typed}");
        }
        for wrong in ["-1", "1.234", "1.2.3", ".5", "x", "99999999999", "1e3"] {
            assert_eq!(hundredths(wrong), None, "{wrong}");
        }
    }
}
