//! What is to be done to many customers, in a dialog or as a page.

use std::sync::Arc;

use askama::Template;

use super::super::model::{BulkQuery, Task};
use crate::batches::Action;
use crate::lists::CustomerList;
use crate::tags::CustomerTag;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// The form of a task, or the choice of one.
pub struct BulkForm {
    pub asked: BulkQuery,
    /// Whom it is about, by now.
    pub count: i64,
    pub tags: Vec<Arc<CustomerTag>>,
    pub lists: Vec<Arc<CustomerList>>,
    pub errors: Errors,
    pub token: String,
}

impl BulkForm {
    fn is_chosen(&self, tag: &CustomerTag) -> bool {
        self.asked.tags.contains(&tag.id)
    }

    fn is_chosen_list(&self, list: &CustomerList) -> bool {
        self.asked.lists.contains(&list.id)
    }

    /// Marked customers who are not there any more, or not to be seen.
    fn vanished(&self) -> i64 {
        if self.asked.is_all { 0 } else { i64::try_from(self.asked.rows.len()).unwrap_or(0) - self.count }
    }

    /// The id of what is said where it is about nobody.
    fn nobody_key(&self) -> &'static str {
        if self.asked.task == Some(Task::DeleteUnsubscribed) { "bulk-unsubscribed-none" } else { "bulk-none" }
    }

    /// The id of how many they are.
    fn count_key(&self) -> &'static str {
        match self.asked.task {
            Some(Task::DeleteUnsubscribed) => "bulk-unsubscribed-count",
            _ if self.asked.is_all => "bulk-count-all",
            _ => "bulk-count",
        }
    }

    fn title_key(&self) -> &'static str {
        self.asked.task.map_or("bulk-choose", |task| task.name_key())
    }
}

/// `/inbox/bulk`.
#[derive(Template)]
#[template(path = "inbox/bulk.html", blocks = ["bulk_form"])]
pub struct BulkPage {
    pub sh: Shell,
    pub form: BulkForm,
}

/// The same in a dialog, over the list.
#[derive(Template)]
#[template(path = "inbox/bulk_dialog.html")]
struct Dialog<'a> {
    sh: &'a Shell,
    form: &'a BulkForm,
}

impl Regions for BulkPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "bulk_form" => Some(self.as_bulk_form().render()),
            "bulk-dialog" => Some(Dialog { sh: &self.sh, form: &self.form }.render()),
            _ => None,
        }
    }
}
