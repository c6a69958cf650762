//! The fields of a customer that staff fill in: checked, and as they were typed.

use super::{Customer, Handle};
use crate::db::types::CompanyId;
use crate::web::forms::{Errors, LINES, version};

/// The fields of a customer that staff fill in, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Details {
    pub name: String,
    pub real_name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub company_id: Option<CompanyId>,
    pub language: String,
    pub note: String,
    pub handles: Vec<(String, String)>,
}

impl Details {
    /// Those of a customer.
    pub fn of(customer: &Customer, handles: &[Handle]) -> Self {
        Self {
            name: customer.name.clone(),
            real_name: customer.real_name.clone(),
            phone: customer.phone.clone(),
            email: customer.email.clone(),
            external_id: customer.external_id.clone(),
            company_id: customer.company_id,
            language: customer.language.clone(),
            note: customer.note.clone(),
            handles: handles.iter().map(|h| (h.label.clone(), h.value.clone())).collect(),
        }
    }

    /// Of the fields that a form shows.
    pub fn version(&self) -> String {
        version(self)
    }
}

/// The same fields as they were typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct TypedDetails {
    pub name: String,
    pub real_name: String,
    pub phone: String,
    pub email: String,
    pub external_id: String,
    pub company_id: String,
    pub language: String,
    pub note: String,
    /// One a line: `QQ: 12345`.
    pub handles: String,
}

impl TypedDetails {
    /// As a form shows fields that are there.
    pub fn of(details: &Details) -> Self {
        let lines: Vec<String> = details.handles.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        Self {
            name: details.name.clone(),
            real_name: details.real_name.clone(),
            phone: details.phone.clone().unwrap_or_default(),
            email: details.email.clone().unwrap_or_default(),
            external_id: details.external_id.clone().unwrap_or_default(),
            company_id: details.company_id.map(|id| id.to_string()).unwrap_or_default(),
            language: details.language.clone(),
            note: details.note.clone(),
            handles: lines.join("\n"),
        }
    }

    /// The checked fields, or what is wrong with each.
    pub fn parse(&self) -> Result<Details, Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "customers-name-missing");
        let external_id = errors.optional_line("external_id", &self.external_id);
        let company = errors.optional_line("company_id", &self.company_id);
        let company_id = if company.is_empty() { None } else { company.parse().ok() };
        if company_id.is_none() && !company.is_empty() {
            errors.add("company_id", "customers-company-unknown");
        }
        let details = Details {
            name,
            real_name: errors.optional_line("real_name", &self.real_name),
            phone: errors.phone("phone", &self.phone),
            email: errors.email("email", &self.email),
            external_id: Some(external_id).filter(|id| !id.is_empty()),
            company_id,
            language: errors.optional_line("language", &self.language),
            note: errors.lines("note", &self.note, LINES),
            handles: parse_handles(&mut errors, &self.handles),
        };
        errors.or(details)
    }
}

fn parse_handles(errors: &mut Errors, typed: &str) -> Vec<(String, String)> {
    let mut handles = vec![];
    for line in typed.lines().filter(|line| !line.trim().is_empty()) {
        let (label, value) = line.split_once(':').unwrap_or(("", line));
        let (label, value) = (errors.optional_line("handles", label), errors.optional_line("handles", value));
        if label.is_empty() || value.is_empty() {
            errors.add("handles", "customers-handles-form");
        }
        handles.push((label, value));
    }
    if handles.len() > 20 {
        errors.add("handles", "customers-handles-many");
    }
    handles
}
