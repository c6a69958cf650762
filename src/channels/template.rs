//! Templates: messages of a fixed wording that a provider has approved, with places to fill in.

use crate::text_enum;

/// What a kind of channel has of templates.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Templates {
    pub source: TemplateSource,
    /// Characters of the parts, filled in.
    pub title: usize,
    pub body: usize,
    pub signature: usize,
}

/// Where templates come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TemplateSource {
    /// The provider keeps them: [`super::Connector::templates`] fetches them, and nobody changes them here.
    Provider,
    /// Admins write them here, as they have been agreed with the provider.
    ByHand,
}

text_enum!(
    /// Whether a template can be used.
    TemplateState {
        Approved = "approved",
        /// The provider has not decided yet.
        Pending = "pending",
        Rejected = "rejected",
        /// It was approved, and has been stopped.
        Paused = "paused",
        /// It is approved, but holds what cannot be filled in here.
        Unsupported = "unsupported",
    }
);

impl TemplateState {
    /// What can be said of a template that is written here.
    pub const BY_HAND: [TemplateState; 4] =
        [TemplateState::Approved, TemplateState::Pending, TemplateState::Rejected, TemplateState::Paused];

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            TemplateState::Approved => "template-approved",
            TemplateState::Pending => "template-pending",
            TemplateState::Rejected => "template-rejected",
            TemplateState::Paused => "template-paused",
            TemplateState::Unsupported => "template-unsupported",
        }
    }
}

/// A template as its provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteTemplate {
    pub provider_id: String,
    /// Unique in the channel, together with the language.
    pub name: String,
    /// As the provider writes it: `en_US`.
    pub language: String,
    /// Empty: it has none. Numbers of its own: {{1}}.
    pub title: String,
    /// With numbered parameters: {{1}}, {{2}} ...
    pub body: String,
    pub signature: String,
    pub state: TemplateState,
    /// Why it is not approved, in the provider's words; or what of it cannot be filled in.
    pub note: String,
}
