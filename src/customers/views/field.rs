//! The fields of a profile, each shown or edited where it stands.

use super::edit::EditForm;
pub use crate::fields::SystemField as Field;
use crate::web::forms::{Errors, LINE, LINES};

impl Field {
    /// The message that says how to fill it in; empty if there is none.
    pub fn hint(&self) -> &'static str {
        match self {
            Field::Handles => "customers-handles-hint",
            Field::Company => "customers-company-hint",
            Field::ExternalId => "customers-external-id-hint",
            _ => "",
        }
    }

    /// Whether it has several lines.
    pub fn is_long(&self) -> bool {
        matches!(self, Field::Handles | Field::Note)
    }

    /// The most characters that a browser lets in.
    pub fn limit(&self) -> usize {
        if self.is_long() { LINES } else { LINE }
    }

    /// Whether it is written from left to right in every language.
    pub fn is_ltr(&self) -> bool {
        matches!(self, Field::Phone | Field::Email | Field::ExternalId)
    }

    /// Its value in a form of all fields.
    pub fn of<'a>(&self, form: &'a EditForm) -> &'a str {
        match self {
            Field::Name => &form.name,
            Field::RealName => &form.real_name,
            Field::Phone => &form.phone,
            Field::Email => &form.email,
            Field::Handles => &form.handles,
            Field::Company => &form.company,
            Field::ExternalId => &form.external_id,
            Field::Language => &form.language,
            Field::Note => &form.note,
        }
    }

    /// A form in which this field alone is filled in; the name, which must be there, with a stand-in.
    pub fn alone(&self, typed: &str) -> EditForm {
        let mut form = EditForm { name: "-".into(), ..EditForm::default() };
        *match self {
            Field::Name => &mut form.name,
            Field::RealName => &mut form.real_name,
            Field::Phone => &mut form.phone,
            Field::Email => &mut form.email,
            Field::Handles => &mut form.handles,
            Field::Company => &mut form.company,
            Field::ExternalId => &mut form.external_id,
            Field::Language => &mut form.language,
            Field::Note => &mut form.note,
        } = typed.to_owned();
        form
    }
}

/// The field that is being edited.
pub struct Edited {
    pub field: Field,
    /// What stands in its form.
    pub typed: String,
    /// The value that the form was opened over.
    pub was: String,
    pub errors: Errors,
}

impl Edited {
    /// The form as it opens.
    pub fn open(field: Field, now: &EditForm) -> Self {
        let value = field.of(now).to_owned();
        Self { field, typed: value.clone(), was: value, errors: Errors::default() }
    }
}
