//! Custom fields, and the order of all fields.

use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::section_is_region;
use crate::fields::{CustomField, NAME, Placed, Step};
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

/// The field that has just been moved: its button keeps the focus, so that the next press moves it on.
pub struct Moved {
    pub field: String,
    pub step: Step,
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

    /// Whether this button takes the focus: that of the last move, or at the end of the sequence the other one.
    fn has_focus(&self, field: &Placed, step: Step, is_first: &bool, is_last: &bool) -> bool {
        let Some(moved) = self.moved.as_ref().filter(|moved| moved.field == field.key()) else { return false };
        let goes_on = match moved.step {
            Step::Up if *is_first => Step::Down,
            Step::Down if *is_last => Step::Up,
            step => step,
        };
        goes_on == step
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
