//! The page before what cannot be undone.

use askama::Template;

use super::section_is_region;
use crate::web::shell::Shell;

/// Asks before a deed; its form does it.
#[derive(Template)]
#[template(path = "settings/ask.html", blocks = ["section"])]
pub struct AskPage {
    pub sh: Shell,
    /// Says what is about to be done, and to what.
    pub title: String,
    /// What comes of it.
    pub text: String,
    /// The message id of the button.
    pub deed: &'static str,
    /// Where the form leads.
    pub action: String,
    /// The page that one came from: its address and its name.
    pub back: (String, String),
}

section_is_region!(AskPage);
