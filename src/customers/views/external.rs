//! Writing first by an external ID.

use askama::Template;

use crate::channels::Channel;
use crate::tags::TagPath;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct TypedExternal {
    pub channel: String,
    pub external_id: String,
    /// Of somebody new.
    pub newcomer: String,
    pub body: String,
    pub tag: String,
    pub token: String,
}

/// `/external/new`.
#[derive(Template)]
#[template(path = "customers/external.html", blocks = ["external_form"])]
pub struct ExternalPage {
    pub sh: Shell,
    /// Those that can be used.
    pub channels: Vec<Channel>,
    /// Tags of which one has to be chosen.
    pub needed_tags: Vec<TagPath>,
    pub typed: TypedExternal,
    pub errors: Errors,
}

impl ExternalPage {
    fn is_chosen(&self, channel: &Channel) -> bool {
        self.typed.channel.parse() == Ok(channel.id)
    }
}

impl Regions for ExternalPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "external_form").then(|| self.as_external_form().render())
    }
}
