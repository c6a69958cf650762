//! Channels: the list, a new one, one channel.

use askama::Template;

use crate::channels::{ApiToken, Channel, ChannelKind, Health};
use crate::settings::channel_form::ChannelForm;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// `/settings/channels`.
#[derive(Template)]
#[template(path = "settings/channels.html")]
pub struct ChannelsPage {
    pub sh: Shell,
    pub all: Vec<Channel>,
}

/// `/settings/channels/new/{kind}`.
#[derive(Template)]
#[template(path = "settings/channel_new.html")]
pub struct NewChannelPage {
    pub sh: Shell,
    pub kind: ChannelKind,
    pub name: String,
    pub token: String,
    pub errors: Errors,
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
#[template(path = "settings/channel.html")]
pub struct ChannelPage {
    pub sh: Shell,
    pub channel: Channel,
    pub form: ChannelForm,
    pub errors: Errors,
    pub tokens: Vec<ApiToken>,
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

    /// What a site puts into its pages.
    fn snippet(&self) -> String {
        let (base, key) = (&self.base, &self.channel.public_key);
        format!(r#"<script src="{base}/chat/widget.js" data-channel="{key}" async></script>"#)
    }
}

/// The health line of a channel.
pub fn health_line(sh: &Shell, channel: &Channel) -> String {
    let ago = |time: Option<crate::db::types::UtcTime>| time.map(|t| sh.full(&t)).unwrap_or_default();
    match channel.health() {
        Health::Paused => sh.t("channel-health-paused").to_string(),
        Health::Quiet => sh.t("channel-health-quiet").to_string(),
        Health::Fine => sh.ta("channel-health-fine", "time", ago(channel.last_success_at)),
        Health::Failing => sh.ta("channel-health-failing", "time", ago(channel.last_error_at)),
    }
}

/// The class of its dot.
pub fn health_dot(channel: &Channel) -> &'static str {
    match channel.health() {
        Health::Paused | Health::Quiet => "dot",
        Health::Fine => "dot is-ok",
        Health::Failing => "dot is-bad",
    }
}

impl Regions for ChannelsPage {}
impl Regions for NewChannelPage {}
impl Regions for ChannelPage {}
