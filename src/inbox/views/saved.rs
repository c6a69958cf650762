//! A saved filter: its form, and the question before it is deleted.

use askama::Template;

use super::super::model::{SavedFilter, SavedTyped};
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/inbox/filters/new`, and `/inbox/filters/{id}`.
#[derive(Template)]
#[template(path = "inbox/saved_filter.html", blocks = ["saved_filter"])]
pub struct SavedPage {
    pub sh: Shell,
    pub saved: Option<SavedFilter>,
    pub typed: SavedTyped,
    pub errors: Errors,
    /// What it says by now, and what the list is narrowed by.
    pub before: Vec<String>,
    pub now: Vec<String>,
}

impl SavedPage {
    fn action(&self) -> String {
        self.saved.as_ref().map_or("/inbox/filters".into(), |saved| format!("/inbox/filters/{}", saved.id))
    }

    fn title(&self) -> String {
        match &self.saved {
            Some(saved) => self.sh.ta("filter-change", "name", &saved.name),
            None => self.sh.t("filter-save-title").to_string(),
        }
    }

    /// Whether it can become something else.
    fn is_replaceable(&self) -> bool {
        !self.now.is_empty() && self.now != self.before
    }
}

impl Regions for SavedPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "saved_filter").then(|| self.as_saved_filter().render())
    }
}

/// `/inbox/filters/{id}/delete`.
#[derive(Template)]
#[template(path = "inbox/saved_filter_delete.html")]
pub struct SavedDeletePage {
    pub sh: Shell,
    pub saved: SavedFilter,
}

impl Regions for SavedDeletePage {}
