//! The settings of a run, in a dialog or as a page, and the runs with their progress.

use askama::Template;

use super::model::{Count, Resend, Tally, Typed};
use crate::channels::ChannelKind;
use crate::jobs;
use crate::web::forms::Errors;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// The form of the settings, with what they mean.
pub struct ResendForm {
    pub typed: Typed,
    pub kinds: Vec<ChannelKind>,
    /// `None`: the settings do not say what to count.
    pub count: Option<Count>,
    pub is_going: bool,
    pub errors: Errors,
}

impl ResendForm {
    fn is_kind(&self, kind: &ChannelKind) -> bool {
        self.typed.kind == kind.as_str()
    }
}

/// `/resends/new`.
#[derive(Template)]
#[template(path = "resends/new.html", blocks = ["resend_form"])]
pub struct NewResendPage {
    pub sh: Shell,
    pub form: ResendForm,
}

/// The form in a dialog, over the inbox.
#[derive(Template)]
#[template(path = "resends/dialog.html")]
struct Dialog<'a> {
    sh: &'a Shell,
    form: &'a ResendForm,
}

/// How many messages the settings mean.
#[derive(Template)]
#[template(path = "resends/count.html")]
struct Counted<'a> {
    sh: &'a Shell,
    form: &'a ResendForm,
}

impl Regions for NewResendPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let (sh, form) = (&self.sh, &self.form);
        match id {
            "resend_form" => Some(self.as_resend_form().render()),
            "resend_count" => Some(Counted { sh, form }.render()),
            "resend-dialog" => Some(Dialog { sh, form }.render()),
            _ => None,
        }
    }
}

/// A run with what became of it.
pub struct Line {
    pub run: Resend,
    pub tally: Tally,
    pub by: String,
}

impl Line {
    /// Messages that it is done with.
    fn done(&self) -> i64 {
        self.tally.done().min(self.run.total)
    }

    /// The message id of its state, and the kind of its flag.
    fn state(&self) -> (&'static str, &'static str) {
        jobs::run_state(self.run.ended_at.is_some(), self.run.stopped, self.run.broken)
    }
}

/// `/resends`.
#[derive(Template)]
#[template(path = "resends/list.html", blocks = ["resends"])]
pub struct ResendsPage {
    pub sh: Shell,
    pub lines: Vec<Line>,
    pub is_going: bool,
}

impl ResendsPage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("resend-title"))
    }
}

impl Regions for ResendsPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "resends").then(|| self.as_resends().render().map(|html| region_with(&self.title(), html, &[])))
    }
}
