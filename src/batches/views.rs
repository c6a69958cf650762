//! The batches with their progress, and to whom they could not do it.

use askama::Template;

use super::model::{Batch, Why};
use crate::customers::Customer;
use crate::db::types::CustomerId;
use crate::jobs;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// A batch with those to whom it was not done.
pub struct Line {
    pub batch: Batch,
    pub by: String,
    pub failures: Vec<Failed>,
}

/// A customer to whom it was not done; nothing more is known of who has gone.
pub struct Failed {
    pub id: CustomerId,
    pub customer: Option<Customer>,
    pub why: Why,
}

impl Line {
    /// Customers that it is done with.
    fn done(&self) -> i64 {
        (self.batch.done + self.batch.failed).min(self.batch.total)
    }

    /// The message id of its state, and the kind of its flag.
    fn state(&self) -> (&'static str, &'static str) {
        jobs::run_state(self.batch.ended_at.is_some(), self.batch.stopped, self.batch.broken)
    }

    /// Failures that are not named.
    fn unnamed(&self) -> i64 {
        self.batch.failed - i64::try_from(self.failures.len()).unwrap_or(0)
    }
}

/// `/batches`.
#[derive(Template)]
#[template(path = "batches/list.html", blocks = ["batches"])]
pub struct BatchesPage {
    pub sh: Shell,
    pub lines: Vec<Line>,
}

impl BatchesPage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("batch-title"))
    }
}

impl Regions for BatchesPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "batches").then(|| self.as_batches().render().map(|html| region_with(&self.title(), html, &[])))
    }
}
