//! Every kind of channel: a new one is added here.

use super::ChannelKind;
use super::abilities::WritesFirst;
use super::app::App;
use super::connector::Connector;
use super::email::Email;
use super::model::Channel;
use super::telegram::Telegram;
use super::viber::Viber;
use super::web_chat::WebChat;
use super::whatsapp::WhatsApp;

/// In the order in which Settings offers them.
static ALL: &[&dyn Connector] = &[&WebChat, &Email, &Telegram, &WhatsApp, &Viber, &App];

/// The kinds that can be connected.
pub fn all() -> &'static [&'static dyn Connector] {
    ALL
}

/// The kinds through which staff can write.
pub fn writable() -> Vec<ChannelKind> {
    ALL.iter().map(|connector| connector.kind()).collect()
}

/// Whom staff can write to first through this channel; `None` if its kind cannot be connected here.
pub fn first(channel: &Channel) -> Option<WritesFirst> {
    find(channel.kind).map(|connector| connector.first(&channel.settings))
}

/// Whether anybody with a phone number can be written to through this channel.
pub fn goes_by_phone(channel: &Channel) -> bool {
    first(channel) == Some(WritesFirst::Phone)
}

/// The kinds of those of these channels that work, through which anybody with a phone number can be written to.
pub fn open_to_phones(channels: &[Channel]) -> Vec<ChannelKind> {
    let is_open = |channel: &&Channel| channel.enabled && goes_by_phone(channel);
    let open: Vec<ChannelKind> = channels.iter().filter(is_open).map(|channel| channel.kind).collect();
    let mut kinds = writable();
    kinds.retain(|kind| open.contains(kind));
    kinds
}

/// What stands behind a kind; `None` for one that cannot be connected here yet.
pub fn find(kind: ChannelKind) -> Option<&'static dyn Connector> {
    ALL.iter().copied().find(|connector| connector.kind() == kind)
}
