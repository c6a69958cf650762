//! The forms of what a thing is made of: blocks of a funnel, stages of a pipeline. Each opens where its part stands.

use std::fmt::Display;

use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// What was typed into the form of a part that did not pass, and into which; every other form shows what is stored.
#[derive(Clone, Debug, Default)]
pub struct TypedPart<T> {
    /// The id of the form's element; empty if all is well.
    pub form: String,
    pub typed: T,
    pub errors: Errors,
}

impl<T: Clone> TypedPart<T> {
    /// The form of this id with what was typed, before it is looked at.
    pub fn of(form: String, typed: T) -> Self {
        Self { form, typed, errors: Errors::default() }
    }

    /// A form as it is shown: with what was typed, if it is this one, else with what is stored.
    pub fn shown(&self, id: String, action: String, prefix: String, stored: T) -> PartForm<'_, T> {
        let is_open = self.form == id;
        PartForm {
            id,
            action,
            prefix,
            typed: if is_open { self.typed.clone() } else { stored },
            errors: is_open.then_some(&self.errors),
            is_open,
        }
    }
}

/// The id of the form of a part with this number; `word` says what it is.
pub fn form_of(word: &str, id: impl Display) -> String {
    format!("{word}-{id}")
}

/// One form of a part as it is shown.
pub struct PartForm<'a, T> {
    pub id: String,
    pub action: String,
    /// Before the names of its fields.
    pub prefix: String,
    pub typed: T,
    errors: Option<&'a Errors>,
    pub is_open: bool,
}

impl<T> PartForm<'_, T> {
    pub fn error(&self, field: &str, sh: &Shell) -> String {
        self.errors.map(|errors| errors.of(field, sh.lang)).unwrap_or_default()
    }
}
