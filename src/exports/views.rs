//! The list of exports, the form that orders one, and the page of a file that is gone.

use askama::Template;

use super::model::{Export, Format, LIFE, State, View};
use crate::web::forms::Errors;
use crate::web::numbers;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// An export in the list.
pub struct Line {
    pub export: Export,
    /// What the filters of its list say.
    pub words: String,
    pub is_mine: bool,
    /// Who ordered it.
    pub by: String,
}

impl Line {
    fn state(&self, sh: &Shell) -> State {
        self.export.state_at(sh.clock.now)
    }

    /// How many customers, which kind of file, how large.
    fn facts(&self, sh: &Shell) -> String {
        let rows = sh.tn("export-rows", self.export.rows_total);
        let size = self.export.size.map(|size| format!(" · {}", numbers::size(sh.lang, size))).unwrap_or_default();
        format!("{rows} · {}{size}", self.export.format.name())
    }

    /// Why it failed.
    fn reason(&self) -> &'static str {
        self.export.reason.map(|reason| reason.key()).unwrap_or("export-failed-internal")
    }

    /// The page that shows these customers.
    fn page(&self) -> String {
        View::parse(&self.export.view).unwrap_or_else(View::all).page()
    }

    /// The address of the form that orders the same once more.
    fn again(&self) -> String {
        View::parse(&self.export.view).unwrap_or_else(View::all).form_address()
    }
}

/// `/exports`.
#[derive(Template)]
#[template(path = "exports/list.html", blocks = ["exports"])]
pub struct ExportsPage {
    pub sh: Shell,
    pub lines: Vec<Line>,
    /// The address of this page of the list.
    pub here: String,
    pub previous: Option<String>,
    pub next: Option<String>,
}

impl ExportsPage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("nav-exports"))
    }

    fn turn(&self, at: &Option<String>) -> String {
        at.as_deref().map(|at| format!("/exports?at={at}")).unwrap_or_default()
    }

    fn new_address(&self) -> String {
        View::all().form_address()
    }

    fn days(&self) -> i64 {
        LIFE.num_days()
    }
}

impl Regions for ExportsPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "exports").then(|| self.as_exports().render().map(|html| region_with(&self.title(), html, &[])))
    }
}

/// The form that orders an export.
pub struct ExportForm {
    /// The list, as its address says it.
    pub view: String,
    /// Where it was asked for.
    pub back: String,
    /// What its filters say.
    pub words: String,
    /// Customers on it.
    pub count: i64,
    pub format: Option<Format>,
    pub form_token: String,
    pub errors: Errors,
}

impl ExportForm {
    fn is(&self, format: &Format) -> bool {
        self.format == Some(*format)
    }
}

/// `/customers/export`, `/inbox/export` and `/lists/{id}/export`.
#[derive(Template)]
#[template(path = "exports/new.html", blocks = ["export_form"])]
pub struct NewExportPage {
    pub sh: Shell,
    pub form: ExportForm,
}

/// The form in a dialog, over the list.
#[derive(Template)]
#[template(path = "exports/dialog.html")]
struct Dialog<'a> {
    sh: &'a Shell,
    form: &'a ExportForm,
}

impl Regions for NewExportPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "export_form" => Some(self.as_export_form().render()),
            "export-dialog" => Some(Dialog { sh: &self.sh, form: &self.form }.render()),
            _ => None,
        }
    }
}

/// `/exports/{id}/file` when the week is over.
#[derive(Template)]
#[template(path = "exports/gone.html")]
pub struct GonePage {
    pub sh: Shell,
    pub export: Export,
}

impl Regions for GonePage {}

impl GonePage {
    /// The address of the form that orders the same once more.
    fn again(&self) -> String {
        View::parse(&self.export.view).unwrap_or_else(View::all).form_address()
    }

    fn until(&self) -> String {
        self.export.valid_until.map(|until| self.sh.day(&until)).unwrap_or_default()
    }
}
