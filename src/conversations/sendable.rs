//! What a channel lets through: said before anybody sends, and looked at once more in the transaction that does.

use super::model::Conversation;
use super::outgoing::Outgoing;
use super::store;
use crate::channels::{self, Abilities, Channel, ChannelKind, registry};
use crate::customers;
use crate::db::Conn;
use crate::db::types::{AccountId, ChannelId, UtcTime};
use crate::error::{Error, Result, Said, why_refused};
use crate::files::StoredFile;

/// How long free text reaches a customer. A template does at any time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Window {
    Always,
    Until(UtcTime),
    /// Only a template does now.
    Closed,
}

/// The window of a customer in a channel: it is open for some time after each of their messages.
pub fn window(conn: &mut Conn, kind: ChannelKind, account: Option<AccountId>) -> Result<Window> {
    let Some(length) = registry::find(kind).and_then(|connector| connector.abilities().window) else {
        return Ok(Window::Always);
    };
    let heard = account.map(|account| store::last_heard(conn, account)).transpose()?.flatten();
    let end = heard.map(|at| at.plus(chrono::Duration::from_std(length).unwrap_or_default()));
    Ok(end.filter(|end| *end > UtcTime::now()).map_or(Window::Closed, Window::Until))
}

/// Why nothing can be sent in this conversation now, if nothing can: the channel is not connected or on pause, or the
/// customer has left it. What goes to a widget or an app waits there, whatever the channel does. Whether it has to be a
/// template, [`window`] tells.
pub fn why_not(conn: &mut Conn, conversation: &Conversation) -> Result<Option<Said>> {
    why_refused(may_reach(conn, conversation.channel_id, conversation.account_id))
}

/// Whether a message can be handed over to the channel at all.
pub(super) fn may_reach(conn: &mut Conn, channel: ChannelId, account: Option<AccountId>) -> Result<()> {
    let channel = channels::find(conn, channel)?;
    if !may_use(&channel)?.outbox {
        return Ok(());
    }
    let account = account.ok_or_else(|| Error::refused("refused-channel"))?;
    if customers::store::find_account(conn, account)?.unsubscribed_at.is_some() {
        return Err(Error::refused("refused-unsubscribed"));
    }
    Ok(())
}

/// Whether the channel takes anything now, and what.
pub(super) fn may_use(channel: &Channel) -> Result<&'static Abilities> {
    let Some(connector) = registry::find(channel.kind) else { return Err(Error::refused("refused-channel")) };
    let abilities = connector.abilities();
    if abilities.outbox && channel.secret.is_none() {
        return Err(Error::refused("refused-not-connected"));
    }
    if abilities.outbox && !channel.enabled {
        return Err(Error::refused("refused-channel"));
    }
    Ok(abilities)
}

/// Whether this message fits the kind of channel, and this moment.
pub(super) fn fits(conn: &mut Conn, kind: ChannelKind, account: Option<AccountId>, out: &Outgoing) -> Result<()> {
    let Some(connector) = registry::find(kind) else { return Ok(()) };
    let abilities: &Abilities = connector.abilities();
    if out.extra.template.is_some() {
        return if out.files.is_empty() { Ok(()) } else { Err(Error::refused("template-no-files")) };
    }
    if window(conn, kind, account)? == Window::Closed {
        return Err(Error::refused("refused-window"));
    }
    if abilities.length(&out.body) > abilities.text {
        return Err(Error::Refused(Said::from("refused-too-long").with("limit", abilities.text)));
    }
    if out.files.len() > abilities.files.count {
        return Err(Error::Refused(Said::from("file-too-many").with("count", abilities.files.count)));
    }
    let size_of = |file: &StoredFile| u64::try_from(file.size).unwrap_or(u64::MAX);
    if out.files.iter().map(size_of).fold(0, u64::saturating_add) > abilities.files.total {
        return Err(Error::Refused(
            Said::from("refused-files-size").with("megabytes", abilities.files.total / channels::MB),
        ));
    }
    for file in &out.files {
        if !abilities.files.takes(&file.content_type) {
            return Err(Error::Refused(Said::from("file-type").with("name", &file.name)));
        }
        let limit = abilities.files.of_type(&file.content_type);
        if size_of(file) > limit {
            let said = Said::from("refused-file-size").with("name", &file.name);
            return Err(Error::Refused(said.with("megabytes", limit / channels::MB)));
        }
    }
    Ok(())
}
