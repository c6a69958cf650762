//! Every kind of channel: a new one is added here.

use super::ChannelKind;
use super::app::App;
use super::connector::Connector;
use super::email::Email;
use super::telegram::Telegram;
use super::viber::Viber;
use super::web_chat::WebChat;

/// In the order in which Settings offers them.
static ALL: &[&dyn Connector] = &[&WebChat, &Email, &Telegram, &Viber, &App];

/// The kinds that can be connected.
pub fn all() -> &'static [&'static dyn Connector] {
    ALL
}

/// The kinds through which staff can write.
pub fn writable() -> Vec<ChannelKind> {
    ALL.iter().map(|connector| connector.kind()).collect()
}

/// What stands behind a kind; `None` for one that cannot be connected here yet.
pub fn find(kind: ChannelKind) -> Option<&'static dyn Connector> {
    ALL.iter().copied().find(|connector| connector.kind() == kind)
}
