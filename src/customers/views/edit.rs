//! The forms over a whole record: editing it, destroying it.

use askama::Template;

use crate::customers::{Customer, Records, TypedDetails};
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// The fields of a customer in a form.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct EditForm {
    pub name: String,
    pub real_name: String,
    pub phone: String,
    pub email: String,
    pub external_id: String,
    /// A company's name: a known one, or one to be made.
    pub company: String,
    pub language: String,
    pub note: String,
    pub handles: String,
    /// Of the fields that the form showed.
    pub version: String,
    pub back: String,
    pub form_token: String,
    /// The numbers of those whom a new contact looks like, if they were asked about: it is somebody else.
    pub anyway: String,
}

impl EditForm {
    /// The fields that a customer's model checks; the company is looked up by name.
    pub fn details(&self) -> TypedDetails {
        TypedDetails {
            name: self.name.clone(),
            real_name: self.real_name.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            external_id: self.external_id.clone(),
            company_id: String::new(),
            language: self.language.clone(),
            note: self.note.clone(),
            handles: self.handles.clone(),
        }
    }

    /// A form that shows these fields.
    pub fn of(details: TypedDetails, company: String, version: String, back: String) -> Self {
        Self {
            name: details.name,
            real_name: details.real_name,
            phone: details.phone,
            email: details.email,
            external_id: details.external_id,
            company,
            language: details.language,
            note: details.note,
            handles: details.handles,
            version,
            back,
            ..Self::default()
        }
    }
}

/// `/customers/{id}/edit`.
#[derive(Template)]
#[template(path = "customers/edit.html", blocks = ["edit_form"])]
pub struct EditPage {
    pub sh: Shell,
    pub customer: Customer,
    pub form: EditForm,
    pub errors: Errors,
    /// Names to choose from.
    pub companies: Vec<String>,
    /// What stands in the record now, where somebody changed it meanwhile: the field's name and its value.
    pub newer: Vec<(&'static str, String)>,
    pub back: String,
}

impl Regions for EditPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "edit_form").then(|| self.as_edit_form().render())
    }
}

/// `/customers/{id}/delete`.
#[derive(Template)]
#[template(path = "customers/delete.html", blocks = ["delete_form"])]
pub struct DeletePage {
    pub sh: Shell,
    pub customer: Customer,
    pub records: Records,
    pub typed: String,
    pub errors: Errors,
    /// Where to go when it is done, or empty.
    pub back: String,
}

impl Regions for DeletePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "delete_form").then(|| self.as_delete_form().render())
    }
}
