//! The page of lists, and the forms that rename and delete one.

use std::sync::Arc;

use askama::Template;

use super::model::CustomerList;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// A list with how many of its customers the reader sees, up to a thousand.
pub struct Line {
    pub list: Arc<CustomerList>,
    pub count: i64,
}

/// `/lists`.
#[derive(Template)]
#[template(path = "lists/page.html", blocks = ["lists"])]
pub struct ListsPage {
    pub sh: Shell,
    pub lines: Vec<Line>,
    /// The name of a new one, as typed.
    pub typed: String,
    pub errors: Errors,
    pub token: String,
}

/// `/lists/{id}/edit`.
#[derive(Template)]
#[template(path = "lists/edit.html", blocks = ["list_form"])]
pub struct RenamePage {
    pub sh: Shell,
    pub list: CustomerList,
    /// The new name, as typed.
    pub typed: String,
    pub errors: Errors,
}

/// `/lists/{id}/delete`.
#[derive(Template)]
#[template(path = "lists/delete.html")]
pub struct DeletePage {
    pub sh: Shell,
    pub list: CustomerList,
    pub count: i64,
}

impl Regions for ListsPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "lists").then(|| self.as_lists().render())
    }
}

impl Regions for RenamePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "list_form").then(|| self.as_list_form().render())
    }
}

impl Regions for DeletePage {}
