//! A company as the database has it, and the checked words to make or edit one.

use diesel::prelude::*;

use crate::db::schema::companies;
use crate::db::types::{CompanyId, UtcTime};
use crate::text;
use crate::web::forms::{Errors, LINES, version};

/// An organisation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = companies)]
pub struct Company {
    pub id: CompanyId,
    pub name: String,
    pub name_folded: String,
    /// Of its web site or mail, or nothing.
    pub domain: String,
    pub note: String,
    pub created_at: UtcTime,
}

impl Company {
    pub fn initials(&self) -> String {
        text::initials(&self.name)
    }

    pub fn hue(&self) -> u8 {
        text::hue(self.id.0)
    }

    /// Of the fields that its form shows.
    pub fn version(&self) -> String {
        version(&(&self.name, &self.domain, &self.note))
    }

    /// Whether these fields are what it says already.
    pub fn is(&self, new: &NewCompany) -> bool {
        (&self.name, &self.domain, &self.note) == (&new.name, &new.domain, &new.note)
    }
}

/// The fields of a company, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewCompany {
    pub name: String,
    pub domain: String,
    pub note: String,
}

/// The same fields as they were typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct TypedCompany {
    pub name: String,
    pub domain: String,
    pub note: String,
}

impl TypedCompany {
    pub fn of(company: &Company) -> Self {
        Self { name: company.name.clone(), domain: company.domain.clone(), note: company.note.clone() }
    }

    /// The checked fields.
    pub fn parse(&self) -> Result<NewCompany, Errors> {
        let mut errors = Errors::default();
        let domain = bare_domain(&errors.optional_line("domain", &self.domain));
        if !domain.is_empty() && !is_domain(&domain) {
            errors.add("domain", "companies-domain-form");
        }
        let company = NewCompany {
            name: errors.line("name", &self.name, "companies-name-missing"),
            domain,
            note: errors.lines("note", &self.note, LINES),
        };
        errors.or(company)
    }
}

/// What is left of a pasted address: `https://www.example.com/about` is `example.com`.
fn bare_domain(typed: &str) -> String {
    let folded = text::fold_address(typed);
    let rest = folded.split_once("://").map_or(folded.as_str(), |(_, rest)| rest);
    let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
    host.strip_prefix("www.").unwrap_or(host).trim_start_matches('@').to_owned()
}

fn is_domain(text: &str) -> bool {
    let label = |part: &str| !part.is_empty() && part.chars().all(|c| c.is_alphanumeric() || c == '-');
    text.contains('.') && text.split('.').all(label)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn domain(typed: &str) -> Result<String, Errors> {
        let typed = TypedCompany { name: "A".into(), domain: typed.into(), ..TypedCompany::default() };
        typed.parse().map(|company| company.domain)
    }

    #[test]
    fn a_pasted_address_becomes_its_domain() {
        assert_eq!(domain(" https://WWW.Example.com/about?x=1 ").unwrap(), "example.com");
        assert_eq!(domain("@почта.рф").unwrap(), "почта.рф");
        assert_eq!(domain("").unwrap(), "");
        for bad in ["example", "a..b", "<b>.com", "exa mple.com"] {
            assert!(domain(bad).is_err(), "{bad}");
        }
    }
}
