//! Filters that were saved under a name: the query of the list's address, and whose they are.

use diesel::prelude::*;
use serde::Deserialize;

use super::{Filter, ListQuery, with_query};
use crate::db::schema::saved_filters;
use crate::db::types::{CustomerId, SavedFilterId, StaffId};
use crate::error::Said;
use crate::web::forms::Errors;

/// The longest name, in characters.
const NAME: usize = 60;
/// The longest query, in bytes: browsers and proxies take that much of an address.
const QUERY: usize = 6_000;

/// Filters under a name.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = saved_filters)]
pub struct SavedFilter {
    pub id: SavedFilterId,
    /// Who saved them.
    pub owner_id: StaffId,
    pub name: String,
    /// With the team.
    pub shared: bool,
    pub query: String,
}

impl SavedFilter {
    /// The list, beside the conversation that is open.
    pub fn address(&self, open: impl std::borrow::Borrow<Option<CustomerId>>) -> String {
        self.filter(*open.borrow()).at(&self.filter(*open.borrow()).page())
    }

    fn filter(&self, open: Option<CustomerId>) -> Filter {
        Filter { open, ..ListQuery::parse(&self.query).filter() }
    }

    /// Where it is renamed, or told to be what `now` is.
    pub fn form_address(&self, now: &Filter) -> String {
        with_query(&format!("/inbox/filters/{}", self.id), &now.query(now.tab))
    }

    /// Whether it may be changed, and deleted, by this person.
    pub fn is_changed_by(&self, me: impl std::borrow::Borrow<StaffId>, is_admin: bool) -> bool {
        self.owner_id == *me.borrow() || self.shared && is_admin
    }
}

/// The query of a saved filter by the variable `was`, now that this one is called `name`. `None`: it is not by that variable.
pub fn with_variable_renamed(query: &str, was: &str, name: &str) -> Option<String> {
    let mut filter = ListQuery::parse(query).filter();
    if filter.facets.variable != was {
        return None;
    }
    filter.facets.variable = name.to_owned();
    Some(filter.query(filter.tab))
}

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct SavedTyped {
    pub name: String,
    pub shared: String,
    /// The query of the list that the form came from.
    pub view: String,
    /// A saved filter becomes what `view` is.
    pub replace: String,
    pub form_token: String,
}

/// The same, checked.
#[derive(Clone, Debug)]
pub struct Saving {
    pub name: String,
    pub shared: bool,
    pub query: String,
}

impl SavedTyped {
    pub fn is_shared(&self) -> bool {
        self.shared == "true"
    }

    pub fn replaces(&self) -> bool {
        self.replace == "1"
    }

    /// The list that the form came from.
    pub fn list(&self) -> Filter {
        ListQuery::parse(&self.view).filter()
    }

    /// `before`: the query of the filter that is changed.
    pub fn parse(&self, before: Option<&str>) -> Result<Saving, Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "filter-name-missing");
        if name.chars().count() > NAME {
            errors.add("name", Said::from("error-too-long").with("limit", NAME));
        }
        let (list, as_it_was) = (self.list(), before.filter(|_| !self.replaces()));
        let query = as_it_was.map_or_else(|| list.query(list.tab), str::to_owned);
        if query.is_empty() {
            errors.add("", "filter-nothing-set");
        } else if query.len() > QUERY {
            errors.add("", "filter-too-much");
        }
        errors.or(Saving { name, shared: self.is_shared(), query })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_saved_is_the_address_as_the_list_reads_it() {
        let typed = SavedTyped {
            name: " Late  ones ".into(),
            view: "tab=mine&depth=300&open=4&tag=x&tag=7&nonsense=1".into(),
            ..SavedTyped::default()
        };
        let saving = typed.parse(None).unwrap();
        assert_eq!((saving.name.as_str(), saving.query.as_str()), ("Late ones", "tab=mine&tag=7"));
        assert_eq!(typed.parse(Some("tag=1")).unwrap().query, "tag=1");
        let replaced = SavedTyped { replace: "1".into(), ..typed.clone() };
        assert_eq!(replaced.parse(Some("tag=1")).unwrap().query, "tab=mine&tag=7");
        let wrong = SavedTyped { view: "nonsense=1".into(), name: "x".repeat(61), ..typed };
        let errors = wrong.parse(None).unwrap_err();
        assert!(errors.has("") && errors.has("name"));
    }
}
