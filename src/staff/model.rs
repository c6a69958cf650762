//! A staff member and the words to make one.

use diesel::prelude::*;

use crate::auth::{self, Presence, Role, passwords};
use crate::db::schema::{staff, staff_links};
use crate::db::types::{StaffId, UtcTime};
use crate::error::Said;
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
    /// None: that of the installation, or of the browser.
    pub language: Option<String>,
    /// What they have chosen.
    pub presence: Presence,
    /// When a page of theirs was last open.
    pub seen_at: Option<UtcTime>,
    pub disabled_at: Option<UtcTime>,
    pub created_at: UtcTime,
}

impl StaffMember {
    pub fn is_enabled(&self) -> bool {
        self.disabled_at.is_none()
    }

    /// What they have chosen while they are there; offline once no page of theirs is open.
    pub fn presence_now(&self) -> Presence {
        let is_here = self.seen_at.is_some_and(|at| at > auth::store::here_since());
        if is_here { self.presence } else { Presence::Offline }
    }

    pub fn initials(&self) -> String {
        text::initials(&self.name)
    }

    /// 1 to 8, for the class `u{hue}`.
    pub fn hue(&self) -> u8 {
        text::hue(self.id.0)
    }
}

/// The message that names a role.
pub fn role_key(role: impl std::borrow::Borrow<Role>) -> &'static str {
    match role.borrow() {
        Role::Operator => "role-operator",
        Role::Supervisor => "role-supervisor",
        Role::Admin => "role-admin",
    }
}

/// A one-time link, as stored.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = staff_links)]
pub struct Link {
    pub id: i64,
    /// None: it makes the first admin.
    pub staff_id: Option<StaffId>,
    pub expires_at: UtcTime,
    pub used_at: Option<UtcTime>,
}

/// What a one-time link is good for.
#[derive(Clone, Debug)]
pub enum Invitation {
    /// Makes the first admin.
    FirstAdmin,
    /// Sets this person's password.
    Password(StaffMember),
    /// It worked once already.
    Used,
    /// Its day is over, or the account is switched off.
    Expired,
    /// There is no such link, or a newer one took its place.
    Unknown,
}

/// A password that may be set, from what was typed twice.
pub fn new_password(errors: &mut Errors, password: &str, again: &str) -> String {
    let length = password.chars().count();
    if length < passwords::SHORTEST {
        errors.add("password", Said::from("password-short").with("limit", passwords::SHORTEST));
    } else if length > passwords::LONGEST {
        errors.add("password", Said::from("password-long").with("limit", passwords::LONGEST));
    } else if password != again {
        errors.add("again", "password-differs");
    }
    password.to_owned()
}

/// A staff member to add, checked.
#[derive(Clone, Debug)]
pub struct NewStaff {
    pub email: String,
    pub name: String,
    pub role: Role,
}

/// What an admin changes of a staff member, checked.
#[derive(Clone, Debug)]
pub struct EditedStaff {
    pub email: String,
    pub name: String,
    pub role: Role,
}

impl EditedStaff {
    pub fn parse(email: &str, name: &str, role: Role) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", name, "staff-name-missing");
        let email = sign_in_email(&mut errors, email);
        errors.or(Self { email, name, role })
    }
}

/// The e-mail that a person signs in with, as it is stored: neither its case matters nor whether ё is written е.
pub fn sign_in_name(email: &str) -> String {
    text::fold_address(email).replace('ё', "е")
}

/// The same from a form.
fn sign_in_email(errors: &mut Errors, typed: &str) -> String {
    let email = errors.email("email", typed);
    if email.is_none() {
        errors.add("email", "error-email");
    }
    sign_in_name(&email.unwrap_or_default())
}

impl NewStaff {
    /// From what was typed; without a name the part before the @ stands in.
    pub fn parse(email: &str, name: &str, role: Role) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let email = sign_in_email(&mut errors, email);
        let mut name = errors.optional_line("name", name);
        if name.is_empty() {
            name = email.split('@').next().unwrap_or_default().to_owned();
        }
        errors.or(Self { email, name, role })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sign_in_name_is_the_same_however_it_is_typed() {
        for typed in ["алена@дом.рф", " Алёна@Дом.РФ "] {
            assert_eq!(sign_in_name(typed), "алена@дом.рф");
        }
    }
}
