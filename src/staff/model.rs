//! A staff member and the words to make one.

use diesel::prelude::*;

use crate::auth::{Presence, Role};
use crate::db::schema::staff;
use crate::db::types::{StaffId, UtcTime};
use crate::text;
use crate::web::forms::Errors;

/// A staff member, enabled or not.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = staff)]
pub struct StaffMember {
    pub id: StaffId,
    pub email: String,
    pub name: String,
    pub role: Role,
    pub presence: Presence,
    pub disabled_at: Option<UtcTime>,
    pub created_at: UtcTime,
}

/// A staff member to add, checked.
#[derive(Clone, Debug)]
pub struct NewStaff {
    pub email: String,
    pub name: String,
    pub role: Role,
}

impl NewStaff {
    /// From what was typed; without a name the part before the @ stands in.
    pub fn parse(email: &str, name: &str, role: Role) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let typed = errors.email("email", email);
        if typed.is_none() {
            errors.add("email", "error-email");
        }
        let email = text::fold(&typed.unwrap_or_default());
        let mut name = errors.optional_line("name", name);
        if name.is_empty() {
            name = email.split('@').next().unwrap_or_default().to_owned();
        }
        errors.or(Self { email, name, role })
    }
}
