//! The tokens of all app channels.

use askama::Template;

use super::section_is_region;
use crate::channels::{ApiToken, Channel};
use crate::web::shell::Shell;

/// `/settings/api-tokens`.
#[derive(Template)]
#[template(path = "settings/api_tokens.html", blocks = ["section"])]
pub struct ApiTokensPage {
    pub sh: Shell,
    /// Each with its channel.
    pub all: Vec<(ApiToken, Channel)>,
    /// The app channels, on whose pages tokens are made.
    pub apps: Vec<Channel>,
}

section_is_region!(ApiTokensPage);
