//! Message templates: the list by channel, and one that is written here.

use askama::Template;

use super::section_is_region;
use crate::channels::{Channel, TemplateSource, TemplateState, Templates, registry};
use crate::db::types::{ChannelId, TemplateId};
use crate::templates::{MessageTemplate, NewTemplate};
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// What a channel has of templates, if its kind has any.
pub fn templates_of(channel: &Channel) -> Option<Templates> {
    registry::find(channel.kind).and_then(|connector| connector.abilities().templates)
}

/// The templates of one channel.
pub struct OfChannel {
    pub channel: Channel,
    pub source: TemplateSource,
    pub all: Vec<MessageTemplate>,
    /// What a fetch came to, if that was bad.
    pub failed: String,
}

impl OfChannel {
    pub fn is_fetched(&self) -> bool {
        self.source == TemplateSource::Provider
    }
}

/// `/settings/templates`.
#[derive(Template)]
#[template(path = "settings/templates.html", blocks = ["section"])]
pub struct TemplatesPage {
    pub sh: Shell,
    pub channels: Vec<OfChannel>,
}

/// Why a template cannot be used: in the provider's words, or what of it cannot be filled in here.
pub fn note_of(sh: &Shell, template: &MessageTemplate) -> String {
    if template.state != TemplateState::Unsupported {
        return template.note.clone();
    }
    let key = match template.note.as_str() {
        "title" => "template-has-title",
        "button" => "template-has-button",
        "named" => "template-has-names",
        _ => "template-has-part",
    };
    sh.t(key).to_string()
}

/// The class of a state's mark.
pub fn mark_of(state: TemplateState) -> &'static str {
    match state {
        TemplateState::Approved => "ok",
        TemplateState::Pending => "info",
        TemplateState::Rejected => "bad",
        TemplateState::Paused | TemplateState::Unsupported => "warn",
    }
}

/// `/settings/templates/new?channel=…` and `/settings/templates/{id}`.
#[derive(Template)]
#[template(path = "settings/template.html", blocks = ["section"])]
pub struct TemplatePage {
    pub sh: Shell,
    pub channel: ChannelId,
    pub channel_name: String,
    /// `None`: a new one.
    pub id: Option<TemplateId>,
    pub limits: Templates,
    pub form: NewTemplate,
    /// What the form was opened over.
    pub version: String,
    pub token: String,
    pub errors: Errors,
}

impl TemplatePage {
    fn action(&self) -> String {
        match self.id {
            Some(id) => format!("/settings/templates/{id}"),
            None => "/settings/templates".into(),
        }
    }

    fn states(&self) -> &'static [TemplateState] {
        &TemplateState::BY_HAND
    }
}

section_is_region!(TemplatesPage, TemplatePage);
