//! The settings form of a kind of channel, described.

use std::collections::BTreeMap;

use crate::error::Said;

/// What was typed, by the fields' names.
pub type Values = BTreeMap<String, String>;

/// A field of the form.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    pub name: &'static str,
    /// Ids of its words in `locales/`. An empty hint: none.
    pub label: &'static str,
    pub hint: &'static str,
    pub required: bool,
    pub kind: FieldKind,
    /// Fields of one group that follow each other stand under these words.
    pub group: &'static str,
    /// Asked when the channel is connected; the others have a good default and wait on the channel's page.
    pub first: bool,
}

/// How a field is typed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FieldKind {
    Line,
    /// Several lines of up to so many characters.
    Lines(usize),
    Url,
    Email,
    Number,
    Colour,
    /// Sealed when it is stored and never shown again; left empty, what is stored stays.
    Secret,
    Switch,
    /// Words with the ids of their names.
    Choice(&'static [(&'static str, &'static str)]),
}

/// Whether a switch was typed as on.
pub fn is_on(typed: &str) -> bool {
    matches!(typed, "1" | "on" | "true")
}

impl Field {
    pub const fn new(name: &'static str, label: &'static str, kind: FieldKind) -> Self {
        Self { name, label, hint: "", required: false, kind, group: "", first: false }
    }

    pub const fn hint(self, hint: &'static str) -> Self {
        Self { hint, ..self }
    }

    pub const fn group(self, group: &'static str) -> Self {
        Self { group, ..self }
    }

    /// It must be there.
    pub const fn required(self) -> Self {
        Self { required: true, first: true, ..self }
    }

    /// Asked when the channel is connected.
    pub const fn first(self) -> Self {
        Self { first: true, ..self }
    }

    pub fn is_secret(&self) -> bool {
        self.kind == FieldKind::Secret
    }
}

/// What a form comes to.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Checked {
    /// JSON of the kind's settings.
    pub settings: String,
    /// In the clear; sealed by whoever stores them. Those that were not typed are not here.
    pub secrets: Values,
}

/// What is wrong with a field.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    pub field: &'static str,
    pub said: Said,
}

impl Problem {
    pub fn new(field: &'static str, said: impl Into<Said>) -> Self {
        Self { field, said: said.into() }
    }
}
