//! The matrix of rights, in one place: PRODUCT.md's table as code. `web::routes` names one of these for each route.

use super::model::Role;
use crate::text_enum;

text_enum!(
    /// Who may use a route.
    Right {
        /// Anybody: sign-in, assets, health.
        Public = "public",
        /// A visitor of a web chat, by their signed token.
        Visitor = "visitor",
        /// A program with a token: of an app channel, or of the settings for `/metrics`.
        App = "app",
        /// Any staff member: search, history, inbox, contacts, customers, tags, write first, answer, close, transfer.
        Operator = "operator",
        /// Block and unblock, the blacklist, decide block requests.
        Supervisor = "supervisor",
        /// Export the base, delete customers, settings, staff, channels, API tokens.
        Admin = "admin",
    }
);

impl Right {
    /// Whether a staff member of this role (`None`: nobody signed in) passes. Tokens are checked by their own routes.
    pub fn allows(self, role: Option<Role>) -> bool {
        match self {
            Right::Public | Right::Visitor | Right::App => true,
            Right::Operator => role.is_some(),
            Right::Supervisor => role >= Some(Role::Supervisor),
            Right::Admin => role == Some(Role::Admin),
        }
    }
}
