//! Channels: the list, a new one, one channel.

use askama::Template;

use super::section_is_region;
use crate::channels::{ApiToken, Channel, ChannelKind, Connector, Field, FieldKind, Health, registry};
use crate::settings::channel_form::ChannelForm;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// `/settings/channels`.
#[derive(Template)]
#[template(path = "settings/channels.html", blocks = ["section"])]
pub struct ChannelsPage {
    pub sh: Shell,
    pub all: Vec<Channel>,
}

impl ChannelsPage {
    /// The kinds that can be connected.
    fn kinds(&self) -> Vec<ChannelKind> {
        registry::all().iter().map(|connector| connector.kind()).collect()
    }
}

/// Fields that stand together, under the id of their words if they have any.
pub struct Group {
    pub legend: &'static str,
    pub fields: Vec<Field>,
}

/// The fields of a form, in groups.
fn groups(fields: impl Iterator<Item = Field>) -> Vec<Group> {
    let mut found: Vec<Group> = vec![];
    for field in fields {
        match found.last_mut() {
            Some(last) if last.legend == field.group => last.fields.push(field),
            _ => found.push(Group { legend: field.group, fields: vec![field] }),
        }
    }
    found
}

/// The type of an `<input>`.
pub fn input_type(field: &Field) -> &'static str {
    match field.kind {
        FieldKind::Url => "url",
        FieldKind::Email => "email",
        FieldKind::Number => "number",
        FieldKind::Colour => "color",
        FieldKind::Secret => "password",
        _ => "text",
    }
}

/// The hint below a field; none is empty.
pub fn hint_of(sh: &Shell, field: &Field) -> String {
    if field.hint.is_empty() { String::new() } else { sh.t(field.hint).to_string() }
}

/// `/settings/channels/new/{kind}`.
#[derive(Template)]
#[template(path = "settings/channel_new.html", blocks = ["section"])]
pub struct NewChannelPage {
    pub sh: Shell,
    pub connector: &'static dyn Connector,
    pub form: ChannelForm,
    pub token: String,
    pub errors: Errors,
    /// The provider knows the channel, under this name.
    pub tested: Option<String>,
}

impl NewChannelPage {
    pub fn new(sh: Shell, connector: &'static dyn Connector, form: ChannelForm, token: String) -> Self {
        Self { sh, connector, form, token, errors: Errors::default(), tested: None }
    }

    fn kind(&self) -> ChannelKind {
        self.connector.kind()
    }

    fn groups(&self) -> Vec<Group> {
        groups(self.connector.form().iter().filter(|field| field.first).copied())
    }

    fn connect_hint(&self) -> &'static str {
        self.connector.connect_hint()
    }

    /// Whether there is anybody to ask.
    fn can_test(&self) -> bool {
        self.connector.abilities().outbox
    }
}

/// A secret, the one time that it is shown.
pub struct Shown {
    /// The message that says what it is.
    pub label: &'static str,
    pub hint: &'static str,
    pub value: String,
}

/// `/settings/channels/{id}`.
#[derive(Template)]
#[template(path = "settings/channel.html", blocks = ["section"])]
pub struct ChannelPage {
    pub sh: Shell,
    /// `None`: a kind that cannot be connected here, known from the history.
    pub connector: Option<&'static dyn Connector>,
    pub channel: Channel,
    pub form: ChannelForm,
    /// What the form was opened over.
    pub version: String,
    pub errors: Errors,
    /// What a test came to: the channel's name at the provider, or what is wrong.
    pub tested: Option<Result<String, String>>,
    pub tokens: Vec<ApiToken>,
    /// As typed for a new token.
    pub token_name: String,
    pub token_errors: Errors,
    pub in_use: bool,
    pub shown: Option<Shown>,
    /// The address of this installation.
    pub base: String,
    pub form_token: String,
}

impl ChannelPage {
    fn is_web_chat(&self) -> bool {
        self.channel.kind == ChannelKind::WebChat
    }

    fn is_app(&self) -> bool {
        self.channel.kind == ChannelKind::App
    }

    fn groups(&self) -> Vec<Group> {
        groups(self.connector.iter().flat_map(|connector| connector.form().iter()).copied())
    }

    /// Where an app's events go, if it is told of them.
    pub fn webhook_url(&self) -> Option<String> {
        if self.is_app() { self.channel.app().webhook_url } else { None }
    }

    fn can_test(&self) -> bool {
        self.connector.is_some_and(|connector| connector.abilities().outbox) || self.webhook_url().is_some()
    }

    /// Where the provider is to call, if people have to tell it.
    fn hook_url(&self) -> Option<String> {
        let by_hand = self.connector.is_some_and(|connector| connector.hook_by_hand());
        by_hand.then(|| format!("{}/hooks/{}", self.base, self.channel.public_key))
    }

    fn secret_hint(&self) -> Option<&'static str> {
        self.connector.and_then(|connector| connector.made_secret()).map(|(_, hint)| hint)
    }

    /// What a site puts into its pages.
    fn snippet(&self) -> String {
        let (base, key) = (&self.base, &self.channel.public_key);
        format!(r#"<script src="{base}/chat/widget.js" data-channel="{key}" async></script>"#)
    }
}

/// The health line of a channel.
pub fn health_line(sh: &Shell, channel: &Channel) -> String {
    let ago = |time: Option<crate::db::types::UtcTime>| time.map(|t| sh.when_said(&t)).unwrap_or_default();
    match channel.health() {
        Health::Unconnected => sh.t("channel-health-unconnected").to_string(),
        Health::Paused => sh.t("channel-health-paused").to_string(),
        Health::Quiet => sh.t("channel-health-quiet").to_string(),
        Health::Fine => sh.ta("channel-health-fine", "time", ago(channel.last_success_at)),
        Health::Failing => sh.ta("channel-health-failing", "time", ago(channel.last_error_at)),
    }
}

/// The class of its dot.
pub fn health_dot(channel: &Channel) -> &'static str {
    match channel.health() {
        Health::Unconnected | Health::Paused | Health::Quiet => "dot",
        Health::Fine => "dot is-ok",
        Health::Failing => "dot is-bad",
    }
}

section_is_region!(ChannelsPage, NewChannelPage, ChannelPage);
