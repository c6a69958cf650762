//! The kinds of channels.

use crate::text_enum;

text_enum!(
    /// A messenger: what customers write through.
    ChannelKind {
        WebChat = "web_chat",
        Email = "email",
        Telegram = "telegram",
        WhatsApp = "whatsapp",
        Viber = "viber",
        App = "app",
    }
);

impl ChannelKind {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            ChannelKind::WebChat => "channel-webchat",
            ChannelKind::Email => "channel-email",
            ChannelKind::Telegram => "channel-telegram",
            ChannelKind::WhatsApp => "channel-whatsapp",
            ChannelKind::Viber => "channel-viber",
            ChannelKind::App => "channel-app",
        }
    }
}
