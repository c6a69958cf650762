//! What a customer has in custom fields and variables, as profiles and customer bars show it.

use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::model::{CustomField, Placed, Variable};
use crate::db::types::{CustomFieldId, CustomerId};
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// The values of one customer.
pub struct Values {
    pub customer: CustomerId,
    pub sequence: Arc<Vec<Placed>>,
    pub all: Vec<Variable>,
    /// The form that is open among them.
    pub open: Option<Open>,
    /// Where a form leads that was opened from another page; empty: to the profile.
    pub back: String,
}

/// A form that is open.
pub struct Open {
    pub at: At,
    /// The name as typed, of a new variable.
    pub name: String,
    pub typed: String,
    /// The value that the form was opened over.
    pub was: String,
    pub errors: Errors,
}

/// What a form is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum At {
    Field(CustomFieldId),
    Variable(String),
    New,
}

impl Values {
    /// Opens a form over the value that is there.
    pub fn open(&mut self, at: At) {
        let name = match &at {
            At::Field(id) => self.field(*id).map(|field| field.name.clone()),
            At::Variable(name) => Some(name.clone()),
            At::New => None,
        };
        let was = name.map(|name| self.named(&name).to_owned()).unwrap_or_default();
        self.open = Some(Open { at, name: String::new(), typed: was.clone(), was, errors: Errors::default() });
    }

    /// Whether there is something to open this form over.
    pub fn has(&self, at: &At) -> bool {
        match at {
            At::Field(id) => self.field(*id).is_some(),
            At::Variable(name) => self.variables().iter().any(|variable| variable.name == *name),
            At::New => true,
        }
    }

    /// The value under a name; empty if there is none.
    pub fn named(&self, name: &str) -> &str {
        self.all.iter().find(|variable| variable.name == name).map_or("", |variable| &variable.value)
    }

    pub fn of(&self, field: &CustomField) -> &str {
        self.named(&field.name)
    }

    /// The custom field of this number.
    pub fn field(&self, id: CustomFieldId) -> Option<&CustomField> {
        self.declared().find(|field| field.id == id)
    }

    fn declared(&self) -> impl Iterator<Item = &CustomField> {
        self.sequence.iter().filter_map(|placed| if let Placed::Custom(field) = placed { Some(&**field) } else { None })
    }

    /// Values that no field declares.
    pub fn variables(&self) -> Vec<&Variable> {
        self.all.iter().filter(|variable| !self.declared().any(|field| field.name == variable.name)).collect()
    }

    /// The form of this field, if it is open.
    pub fn open_field(&self, field: &CustomField) -> Option<&Open> {
        self.open.as_ref().filter(|open| open.at == At::Field(field.id))
    }

    /// The form of this variable, if it is open.
    pub fn open_variable(&self, variable: &Variable) -> Option<&Open> {
        self.open.as_ref().filter(|open| matches!(&open.at, At::Variable(name) if *name == variable.name))
    }

    /// The form of a new variable, if it is open.
    pub fn open_new(&self) -> Option<&Open> {
        self.open.as_ref().filter(|open| open.at == At::New)
    }

    /// Whether a form is open among the variables.
    pub fn is_editing(&self) -> bool {
        self.open.as_ref().is_some_and(|open| !matches!(open.at, At::Field(_)))
    }

    /// The address that opens a form.
    pub fn form_url(&self, key: &str, value: impl Display) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair(key, &value.to_string());
        if !self.back.is_empty() {
            query.append_pair("back", &self.back);
        }
        format!("/customers/{}?{}", self.customer, query.finish())
    }

    /// Where Cancel leads, without scripts.
    pub fn way_back(&self) -> String {
        if self.back.is_empty() { self.profile() } else { self.back.clone() }
    }

    pub fn profile(&self) -> String {
        format!("/customers/{}", self.customer)
    }

    /// The profile, whose regions know the way back.
    pub fn closed_url(&self) -> String {
        if self.back.is_empty() { self.profile() } else { self.form_url("edit", "") }
    }
}

/// A custom field, shown or edited.
#[derive(Template)]
#[template(path = "fields/field.html")]
pub struct FieldRegion<'a> {
    pub sh: &'a Shell,
    pub values: &'a Values,
    pub field: &'a CustomField,
}

/// The variables, one of them perhaps edited.
#[derive(Template)]
#[template(path = "fields/variables.html")]
pub struct VariablesRegion<'a> {
    pub sh: &'a Shell,
    pub values: &'a Values,
}
