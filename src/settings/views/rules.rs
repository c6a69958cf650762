//! What happens to conversations by itself, and what they need.

use askama::Template;

use super::section_is_region;
use crate::settings::Rules;
use crate::staff::StaffMember;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/rules`.
#[derive(Template)]
#[template(path = "settings/rules.html", blocks = ["section"])]
pub struct RulesPage {
    pub sh: Shell,
    pub rules: Rules,
    /// What the form was opened over.
    pub version: String,
    /// The limit as it was typed.
    pub at_most: String,
    pub errors: Errors,
    pub serving: Vec<Serving>,
}

/// An operator, and the channels whose new conversations they are given.
pub struct Serving {
    pub member: StaffMember,
    /// Their names; none: every channel's.
    pub channels: Vec<String>,
}

section_is_region!(RulesPage);
