//! Fields and values as they are and as they are typed.

use std::sync::Arc;

use diesel::prelude::*;

use crate::db::schema::{custom_fields, customer_variables};
use crate::db::types::CustomFieldId;
use crate::error::Said;
use crate::text_enum;
use crate::web::forms::Errors;

/// The longest name of a field or a variable, in characters.
pub const NAME: usize = 60;
/// The longest value of one.
pub const VALUE: usize = 500;

text_enum!(
    /// A field of the system that staff fill in, by its name in forms; in the order before anybody has set another one.
    SystemField {
        Name = "name",
        RealName = "real_name",
        Phone = "phone",
        Email = "email",
        Handles = "handles",
        Company = "company",
        ExternalId = "external_id",
        Language = "language",
        Note = "note",
    }
);

impl SystemField {
    /// The message that names it.
    pub fn label(&self) -> &'static str {
        match self {
            SystemField::Name => "customers-nickname",
            SystemField::RealName => "customers-real-name",
            SystemField::Phone => "customers-phone",
            SystemField::Email => "customers-email",
            SystemField::Handles => "customers-handles",
            SystemField::Company => "customers-company",
            SystemField::ExternalId => "customers-external-id",
            SystemField::Language => "customers-language",
            SystemField::Note => "customers-note",
        }
    }
}

/// A field that an admin has declared.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = custom_fields)]
pub struct CustomField {
    pub id: CustomFieldId,
    pub name: String,
    /// Whether profiles show it.
    pub is_shown: bool,
}

/// A value that a customer has under a name.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = customer_variables)]
pub struct Variable {
    pub name: String,
    pub value: String,
}

/// A field at its place in the sequence.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Placed {
    System(SystemField),
    Custom(Arc<CustomField>),
}

impl Placed {
    /// The word that stands for it in the sequence.
    pub fn key(&self) -> String {
        match self {
            Placed::System(field) => field.to_string(),
            Placed::Custom(field) => field.id.to_string(),
        }
    }
}

text_enum!(
    /// Which way a field goes in the sequence.
    Step { Up = "up", Down = "down" }
);

impl Step {
    /// Moves one of these past its neighbour. False: it stands at that end. `None`: it is not among them.
    pub fn past<T: PartialEq>(self, all: &mut [T], one: &T) -> Option<bool> {
        let from = all.iter().position(|other| other == one)?;
        let to = match self {
            Step::Up => from.checked_sub(1),
            Step::Down => Some(from + 1).filter(|to| *to < all.len()),
        };
        if let Some(to) = to {
            all.swap(from, to);
        }
        Some(to.is_some())
    }
}

/// The sequence: what has a place by its place, then the system's fields, then the custom ones as they were declared.
pub(super) fn in_sequence(places: &[String], custom: Vec<CustomField>) -> Vec<Placed> {
    let system = SystemField::ALL.iter().copied().map(Placed::System);
    let mut all: Vec<Placed> = system.chain(custom.into_iter().map(Arc::new).map(Placed::Custom)).collect();
    all.sort_by_key(|field| {
        let key = field.key();
        places.iter().position(|place| *place == key).unwrap_or(places.len())
    });
    all
}

/// The name of a field or a variable, which must be there.
pub fn name(errors: &mut Errors, typed: &str) -> String {
    let name = errors.line("name", typed, "fields-name-missing");
    if name.chars().count() > NAME {
        errors.add("name", Said::from("error-too-long").with("limit", NAME));
    }
    name
}

/// A value, at the form field `field`; it may be empty.
pub fn value(errors: &mut Errors, field: &'static str, typed: &str) -> String {
    let value = crate::text::clean(typed);
    if value.chars().count() > VALUE {
        errors.add(field, Said::from("error-too-long").with("limit", VALUE));
    }
    value
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_has_no_place_stands_behind_what_has_one() {
        let custom = |id| CustomField { id: CustomFieldId(id), name: format!("n{id}"), is_shown: true };
        let places = ["note", "2", "gone", "email"].map(String::from);
        let keys: Vec<String> = in_sequence(&places, vec![custom(1), custom(2)]).iter().map(Placed::key).collect();
        let expected =
            ["note", "2", "email", "name", "real_name", "phone", "handles", "company", "external_id", "language", "1"];
        assert_eq!(keys, expected);
    }
}
