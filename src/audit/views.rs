//! The page of the audit log.

use std::sync::Arc;

use askama::Template;

use super::model::{Asked, By, Group, Row, event_key};
use super::names::{Detail, Names, Who};
use crate::db::page::Page;
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::text;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// Where the page is.
pub const PATH: &str = "/settings/audit";

/// A line of the log.
pub struct Line {
    pub id: i64,
    pub at: UtcTime,
    pub who: Who,
    pub what: String,
    /// Whom it is about.
    pub whom: Option<Whom>,
    pub details: Vec<Detail>,
}

/// A customer, who may be there no more: then nameless.
pub struct Whom {
    pub id: CustomerId,
    pub name: String,
}

impl Line {
    pub fn new(row: &Row, names: &Names, lang: Lang) -> Self {
        Self {
            id: row.id,
            at: row.at,
            who: names.who(row, lang),
            what: what(row, lang),
            whom: row.customer_id.map(|id| Whom { id, name: names.customer(id).unwrap_or_default().to_owned() }),
            details: names.details(row, lang, false),
        }
    }

    fn initials(&self) -> String {
        text::initials(&self.who.name)
    }
}

/// What happened, in words.
pub fn what(row: &Row, lang: Lang) -> String {
    event_key(&row.event).map_or_else(|| row.event.clone(), |key| lang.t(key).to_string())
}

/// `/settings/audit`.
#[derive(Template)]
#[template(path = "audit/page.html", blocks = ["audit"])]
pub struct AuditPage {
    pub sh: Shell,
    pub asked: Asked,
    pub errors: Errors,
    /// `None`: what is asked for does not fit.
    pub lines: Option<Page<Line>>,
    pub staff: Arc<Vec<(StaffId, String)>>,
}

impl AuditPage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("settings-audit"))
    }

    fn groups(&self) -> &'static [Group] {
        Group::ALL
    }

    fn is_group(&self, group: &Group) -> bool {
        self.asked.kind == group.as_str()
    }

    fn is_program(&self) -> bool {
        self.asked.by == By::PROGRAM
    }

    fn file(&self) -> String {
        self.asked.url("/settings/audit/csv", "")
    }

    fn turn(&self, cursor: &Option<String>) -> String {
        cursor.as_ref().map(|at| self.asked.url(PATH, at)).unwrap_or_default()
    }
}

impl Regions for AuditPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "audit").then(|| self.as_audit().render().map(|html| region_with(&self.title(), html, &[])))
    }
}
