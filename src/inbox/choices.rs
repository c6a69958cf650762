//! What the filters of the panel offer, and what is set in them, in words.

use std::collections::HashMap;
use std::sync::Arc;

use crate::channels::{self, Channel};
use crate::db::Conn;
use crate::db::types::StaffId;
use crate::deals::{self, Pipeline};
use crate::error::Result;
use crate::funnels::{self, Funnel};
use crate::inbox::model::{Facets, Filter, Responsible, Tab};
use crate::lists::{self, CustomerList};
use crate::staff;
use crate::tags::{self, CustomerTag};
use crate::web::i18n::Lang;
use crate::web::times;

/// Whatever a customer can be filtered by, as it is called.
pub struct Choices {
    pub tags: Vec<Arc<CustomerTag>>,
    pub lists: Vec<Arc<CustomerList>>,
    pub channels: Vec<Channel>,
    pub funnels: Vec<Arc<Funnel>>,
    pub pipelines: Vec<Arc<Pipeline>>,
    people: Arc<HashMap<StaffId, (String, String)>>,
}

/// A filter that is set.
pub struct Said {
    /// Its name in the address.
    pub name: &'static str,
    pub text: String,
    /// It names something that is not there any more.
    pub is_gone: bool,
}

impl Choices {
    pub fn load(conn: &mut Conn) -> Result<Self> {
        Ok(Self {
            tags: tags::customer_tags(conn)?,
            lists: lists::all(conn)?,
            channels: channels::list(conn)?,
            funnels: funnels::all(conn)?,
            pipelines: deals::all(conn)?,
            people: staff::everybody(conn)?,
        })
    }

    /// The name of somebody who works here, or has.
    pub fn person(&self, id: StaffId) -> Option<&str> {
        self.people.get(&id).map(|(name, _)| name.as_str())
    }

    /// What is set, in the order of the panel.
    pub fn said(&self, lang: Lang, facets: &Facets) -> Vec<Said> {
        facets.set().into_iter().map(|name| self.say(lang, facets, name)).collect()
    }

    /// All that a list says, tab and text included.
    pub fn words(&self, lang: Lang, filter: &Filter) -> Vec<String> {
        let mut words = vec![];
        if filter.tab != Tab::All {
            words.push(lang.t(filter.tab.name_key()).to_string());
        }
        if filter.failed {
            words.push(lang.t("inbox-filter-failed").to_string());
        }
        for (key, text) in [("inbox-filter-search", &filter.search), ("inbox-filter-id", &filter.customer_id)] {
            if !text.is_empty() {
                words.push(format!("{}: {text}", lang.t(key)));
            }
        }
        words.extend(self.said(lang, &filter.facets).into_iter().map(|said| said.text));
        words
    }

    fn say(&self, lang: Lang, facets: &Facets, name: &'static str) -> Said {
        let (key, values) = match name {
            "responsible" => ("filter-responsible", self.responsible(lang, facets)),
            "registered_after" => ("filter-registered-after", day(lang, facets.registered_after)),
            "registered_before" => ("filter-registered-before", day(lang, facets.registered_before)),
            "tag" => ("filter-tags", names(&facets.tags, &self.tags, |tag| (tag.id, &tag.name))),
            "not_tag" => ("filter-not-tags", names(&facets.not_tags, &self.tags, |tag| (tag.id, &tag.name))),
            "list" => ("filter-lists", names(&facets.lists, &self.lists, |list| (list.id, &list.name))),
            "not_list" => ("filter-not-lists", names(&facets.not_lists, &self.lists, |list| (list.id, &list.name))),
            "channel" => ("filter-channels", names(&facets.channels, &self.channels, |one| (one.id, &one.name))),
            "variable" => ("filter-variable", vec![Some(facets.variable.clone())]),
            "value" => ("filter-value", vec![Some(facets.value.clone())]),
            "unanswered" => ("filter-unanswered", vec![]),
            "unsubscribed" => ("filter-unsubscribed", vec![]),
            "funnel_block" => {
                ("filter-funnel-blocks", named(&facets.funnel_blocks, |id| funnels::path(&self.funnels, id)))
            }
            "deal_stage" => ("filter-deal-stages", named(&facets.deal_stages, |id| deals::path(&self.pipelines, id))),
            _ => ("filter-sort", vec![]),
        };
        let is_gone = values.contains(&None);
        let gone = || lang.t("filter-gone").to_string();
        let words: Vec<String> = values.into_iter().map(|value| value.unwrap_or_else(gone)).collect();
        let label = lang.t(key);
        let text = if words.is_empty() { label.to_string() } else { format!("{label}: {}", words.join(", ")) };
        Said { name, text, is_gone }
    }

    fn responsible(&self, lang: Lang, facets: &Facets) -> Vec<Option<String>> {
        let name = facets.responsible.map(|whose| match whose {
            Responsible::Nobody => Some(lang.t("filter-nobody").to_string()),
            Responsible::Staff(id) => self.person(id).map(str::to_owned),
        });
        name.into_iter().collect()
    }
}

fn day(lang: Lang, day: Option<chrono::NaiveDate>) -> Vec<Option<String>> {
    day.map(|day| Some(times::date(lang, day))).into_iter().collect()
}

/// The names of those that are set; none in the place of all that are not there any more.
fn names<'a, T, I: Copy + PartialEq>(
    set: &[I],
    all: &'a [T],
    of: impl Fn(&'a T) -> (I, &'a String),
) -> Vec<Option<String>> {
    named(set, |id| all.iter().map(&of).find(|(other, _)| *other == id).map(|(_, name)| name.clone()))
}

fn named<I: Copy>(set: &[I], name_of: impl Fn(I) -> Option<String>) -> Vec<Option<String>> {
    let mut names: Vec<Option<String>> = set.iter().copied().map(name_of).collect();
    names.sort_by_key(Option::is_none);
    names.dedup_by(|a, b| a.is_none() && b.is_none());
    names
}
