//! The two panes: companies.

use askama::Template;

use super::model::{Company, TypedCompany};
use crate::contacts::Book;
use crate::customers::ListedCustomer;
use crate::db::page::Page;
use crate::web::forms::Errors;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// A company with a page of its members.
pub struct Details {
    pub company: Company,
    pub members: Page<ListedCustomer>,
    /// What was typed to add a member, and those whose name holds it.
    pub find: String,
    pub found: Vec<ListedCustomer>,
}

/// A form for a new company (no `company`) or a known one.
pub struct CompanyForm {
    pub company: Option<Company>,
    pub typed: TypedCompany,
    pub version: String,
    pub token: String,
    pub errors: Errors,
    /// Another company that has the name already.
    pub namesake: Option<Company>,
}

/// What the right pane shows.
pub enum Pane {
    Nothing,
    Details(Box<Details>),
    Form(Box<CompanyForm>),
    /// Asks before it deletes.
    Delete(Box<Company>),
}

/// `/companies` and what lies below it.
#[derive(Template)]
#[template(path = "companies/page.html", blocks = ["company_list", "detail"])]
pub struct CompaniesPage {
    pub sh: Shell,
    pub book: Book<Company>,
    /// The entry whose details are shown.
    pub shown: Option<i64>,
    pub pane: Pane,
}

impl CompaniesPage {
    /// Whether the right pane holds something: on a phone it is then the one that shows.
    fn is_open(&self) -> bool {
        !matches!(self.pane, Pane::Nothing)
    }

    fn is_shown(&self, company: &Company) -> bool {
        self.shown == Some(company.id.0)
    }
}

impl Regions for CompaniesPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let title = format!("{} · Switchboard", self.sh.t("contacts-companies"));
        match id {
            "detail" => Some(self.as_detail().render().map(|html| region_with(&title, html, &[]))),
            "company_list" => Some(self.as_company_list().render().map(|html| region_with(&title, html, &[]))),
            _ => None,
        }
    }
}
