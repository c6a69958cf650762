//! The panel of filters, in a drawer over the list or as a page.

use std::sync::Arc;

use askama::Template;

use super::super::choices::Choices;
use super::super::model::{Filter, Responsible, SavedFilter, Sort, Tab};
use crate::db::types::{DealStageId, FunnelBlockId, StaffId};
use crate::deals::{DealStage, Pipeline};
use crate::funnels::{Funnel, FunnelBlock};
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// One value that a filter may have.
pub struct Choice {
    pub id: i64,
    pub name: String,
    /// The hue of a tag; 0 for what has none.
    pub hue: i32,
    pub is_chosen: bool,
    /// What it and those after it belong to; empty of a choice that goes on with that.
    pub group: String,
}

/// A filter of several values.
pub struct Pick {
    /// In the address.
    pub name: &'static str,
    pub label_key: &'static str,
    pub choices: Vec<Choice>,
}

impl Pick {
    fn new<T, I: Copy + PartialEq + Into<i64>>(
        (name, label_key): (&'static str, &'static str),
        set: &[I],
        all: &[T],
        of: impl Fn(&T) -> (I, &str, i32),
    ) -> Self {
        let choices = all.iter().map(|one| {
            let (id, name, hue) = of(one);
            let group = String::new();
            Choice { id: id.into(), name: name.to_owned(), hue, is_chosen: set.contains(&id), group }
        });
        Self { name, label_key, choices: choices.collect() }
    }

    /// Blocks, grouped by their funnels.
    fn of_blocks(set: &[FunnelBlockId], funnels: &[Arc<Funnel>]) -> Self {
        let of_funnel = |funnel: &Arc<Funnel>| {
            let groups = std::iter::once(funnel.name.clone()).chain(std::iter::repeat(String::new()));
            let choice = |(block, group): (&FunnelBlock, String)| {
                let is_chosen = set.contains(&block.id);
                Choice { id: block.id.0, name: block.name.clone(), hue: 0, is_chosen, group }
            };
            funnel.blocks.iter().zip(groups).map(choice).collect::<Vec<_>>()
        };
        let choices = funnels.iter().flat_map(of_funnel).collect();
        Self { name: "funnel_block", label_key: "filter-funnel-blocks", choices }
    }

    /// Stages, grouped by their pipelines.
    fn of_stages(set: &[DealStageId], pipelines: &[Arc<Pipeline>]) -> Self {
        let of_pipeline = |pipeline: &Arc<Pipeline>| {
            let groups = std::iter::once(pipeline.name.clone()).chain(std::iter::repeat(String::new()));
            let choice = |(stage, group): (&DealStage, String)| {
                let is_chosen = set.contains(&stage.id);
                Choice { id: stage.id.0, name: stage.name.clone(), hue: stage.hue, is_chosen, group }
            };
            pipeline.stages.iter().zip(groups).map(choice).collect::<Vec<_>>()
        };
        let choices = pipelines.iter().flat_map(of_pipeline).collect();
        Self { name: "deal_stage", label_key: "filter-deal-stages", choices }
    }

    fn is_set(&self) -> bool {
        self.choices.iter().any(|choice| choice.is_chosen)
    }
}

/// The form of the panel.
pub struct FilterForm {
    pub filter: Filter,
    pub picks: Vec<Pick>,
    /// Those who serve customers, and whoever is set, by name.
    pub people: Vec<(StaffId, String)>,
    pub saved: Vec<SavedFilter>,
}

impl FilterForm {
    pub fn new(filter: Filter, choices: &Choices, mut people: Vec<(StaffId, String)>, saved: Vec<SavedFilter>) -> Self {
        let facets = &filter.facets;
        if let Some(Responsible::Staff(id)) = facets.responsible
            && !people.iter().any(|(other, _)| *other == id)
            && let Some(name) = choices.person(id)
        {
            people.push((id, name.to_owned()));
        }
        let hue = |id: i64| i32::from(crate::text::hue(id));
        let picks = vec![
            Pick::new(("tag", "filter-tags"), &facets.tags, &choices.tags, |tag| (tag.id, &tag.name, tag.hue)),
            Pick::new(("not_tag", "filter-not-tags"), &facets.not_tags, &choices.tags, |tag| {
                (tag.id, &tag.name, tag.hue)
            }),
            Pick::new(("list", "filter-lists"), &facets.lists, &choices.lists, |list| {
                (list.id, &list.name, hue(list.id.0))
            }),
            Pick::new(("not_list", "filter-not-lists"), &facets.not_lists, &choices.lists, |list| {
                (list.id, &list.name, hue(list.id.0))
            }),
            Pick::new(("channel", "filter-channels"), &facets.channels, &choices.channels, |one| {
                (one.id, &one.name, 0)
            }),
            Pick::of_blocks(&facets.funnel_blocks, &choices.funnels),
            Pick::of_stages(&facets.deal_stages, &choices.pipelines),
        ];
        Self { picks, people, saved, filter }
    }

    fn day(day: &Option<chrono::NaiveDate>) -> String {
        day.map(|day| day.to_string()).unwrap_or_default()
    }

    fn is_nobody(&self) -> bool {
        self.filter.facets.responsible == Some(Responsible::Nobody)
    }

    fn is_responsible(&self, id: &StaffId) -> bool {
        self.filter.facets.responsible == Some(Responsible::Staff(*id))
    }

    /// Values that the address names and that are not there any more, so that they are not lost unsaid.
    fn gone(&self) -> Vec<(&'static str, String)> {
        let is_gone = |name: &str, value: &str| {
            let pick = self.picks.iter().find(|pick| pick.name == name);
            pick.is_some_and(|pick| pick.choices.iter().all(|choice| choice.id.to_string() != value))
        };
        self.filter.facets.pairs().into_iter().filter(|(name, value)| is_gone(name, value)).collect()
    }
}

/// `/inbox/filters`.
#[derive(Template)]
#[template(path = "inbox/filters.html", blocks = ["filter_form"])]
pub struct FiltersPage {
    pub sh: Shell,
    pub form: FilterForm,
}

/// The same in a drawer, over the list.
#[derive(Template)]
#[template(path = "inbox/filters_drawer.html")]
struct Drawer<'a> {
    sh: &'a Shell,
    form: &'a FilterForm,
}

impl Regions for FiltersPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "filter_form" => Some(self.as_filter_form().render()),
            "filter-dialog" => Some(Drawer { sh: &self.sh, form: &self.form }.render()),
            _ => None,
        }
    }
}
