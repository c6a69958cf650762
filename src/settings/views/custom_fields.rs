//! Custom fields, and the order of all fields.

use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::moved::{Focus, Moved};
use super::section_is_region;
use crate::fields::{CustomField, NAME, Placed};
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// What was typed into a form that did not pass, and into which; every other form shows what is stored.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The id of the form's element; empty if all is well.
    pub form: String,
    pub name: String,
    pub errors: Errors,
}

impl Typed {
    /// The form of a new field.
    pub const NEW: &str = "new-field";

    /// The form of the field with this number.
    pub fn of(id: impl Display) -> String {
        format!("rename-{id}")
    }

    pub fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// The name that a form shows.
    pub fn name<'a>(&'a self, form: &str, stored: &'a str) -> &'a str {
        if self.is(form) { &self.name } else { stored }
    }

    /// What is wrong with the name in a form.
    pub fn error(&self, form: &str, lang: &Lang) -> String {
        if self.is(form) { self.errors.of("name", *lang) } else { String::new() }
    }
}

/// `/settings/custom-fields`.
#[derive(Template)]
#[template(path = "settings/custom_fields.html", blocks = ["section"])]
pub struct CustomFieldsPage {
    pub sh: Shell,
    pub sequence: Arc<Vec<Placed>>,
    pub typed: Typed,
    pub moved: Option<Moved>,
    pub token: String,
}

impl CustomFieldsPage {
    fn has_custom(&self) -> bool {
        self.sequence.iter().any(|field| matches!(field, Placed::Custom(_)))
    }

    fn name_of(&self, field: &Placed) -> String {
        match field {
            Placed::System(field) => self.sh.t(field.label()).to_string(),
            Placed::Custom(field) => field.name.clone(),
        }
    }

    fn focus(&self, field: &Placed, is_first: &bool, is_last: &bool) -> Focus {
        Moved::focus(self.moved.as_ref(), field.key(), is_first, is_last)
    }
}

/// Asks before a field goes: what becomes of its values is said first.
#[derive(Template)]
#[template(path = "settings/custom_field_delete.html", blocks = ["section"])]
pub struct CustomFieldDeletePage {
    pub sh: Shell,
    pub field: CustomField,
    /// Customers with a value, up to a thousand.
    pub count: i64,
}

section_is_region!(CustomFieldsPage, CustomFieldDeletePage);
