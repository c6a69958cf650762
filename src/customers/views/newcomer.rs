//! Write to WhatsApp, and to other messengers that go by phone numbers.

use askama::Template;

use crate::channels::{Channel, ChannelKind};
use crate::tags::TagPath;
use crate::templates::Picker;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/customers/new/{kind}`.
#[derive(Template)]
#[template(path = "customers/newcomer.html", blocks = ["newcomer_form"])]
pub struct NewcomerPage {
    pub sh: Shell,
    pub kind: ChannelKind,
    /// Those that can be written through.
    pub channels: Vec<Channel>,
    /// The number of the chosen one.
    pub channel: String,
    pub phone: String,
    pub newcomer: String,
    pub body: String,
    pub picker: Picker,
    /// Nobody new can be sent anything but a template.
    pub only_templates: bool,
    /// Tags of which one has to be chosen.
    pub needed_tags: Vec<TagPath>,
    pub tag: String,
    pub token: String,
    pub errors: Errors,
}

impl NewcomerPage {
    fn is_chosen(&self, channel: &Channel) -> bool {
        self.channel.parse() == Ok(channel.id)
    }
}

impl Regions for NewcomerPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "newcomer_form").then(|| self.as_newcomer_form().render())
    }
}
