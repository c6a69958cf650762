//! What a channel lets through: said before anybody sends, and looked at once more in the transaction that does.

use super::model::Conversation;
use super::outgoing::Outgoing;
use super::store;
use crate::channels::{self, Abilities, ChannelKind, registry};
use crate::customers;
use crate::db::Conn;
use crate::db::types::AccountId;
use crate::error::{Error, Result, Said};

/// Why nothing can be sent in this conversation now, if nothing can: the channel is not connected or on pause, or the
/// customer has left it. What goes to a widget or an app waits there, whatever the channel does.
pub fn why_not(conn: &mut Conn, conversation: &Conversation) -> Result<Option<Said>> {
    match may_reach(conn, conversation.channel_id, conversation.account_id) {
        Ok(()) => Ok(None),
        Err(Error::Refused(said)) => Ok(Some(said)),
        Err(other) => Err(other),
    }
}

/// Whether a message can be handed over to the channel at all.
pub(super) fn may_reach(
    conn: &mut Conn,
    channel: crate::db::types::ChannelId,
    account: Option<AccountId>,
) -> Result<()> {
    let channel = channels::find(conn, channel)?;
    let Some(connector) = registry::find(channel.kind) else { return Err(Error::refused("refused-channel")) };
    if !connector.abilities().outbox {
        return Ok(());
    }
    if !channel.enabled {
        return Err(Error::refused("refused-channel"));
    }
    if channel.secret.is_none() {
        return Err(Error::refused("refused-not-connected"));
    }
    let account = account.ok_or_else(|| Error::refused("refused-channel"))?;
    if customers::store::find_account(conn, account)?.unsubscribed_at.is_some() {
        return Err(Error::refused("refused-unsubscribed"));
    }
    if let Some(window) = connector.abilities().window
        && !store::wrote_within(conn, account, window)?
    {
        return Err(Error::refused("refused-window"));
    }
    Ok(())
}

/// Whether this message fits the kind of channel.
pub(super) fn fits(kind: ChannelKind, out: &Outgoing) -> Result<()> {
    let Some(connector) = registry::find(kind) else { return Ok(()) };
    let abilities: &Abilities = connector.abilities();
    if abilities.length(&out.body) > abilities.text {
        return Err(Error::Refused(Said::from("refused-too-long").with("limit", abilities.text)));
    }
    for file in &out.files {
        if !abilities.files.takes(&file.content_type) {
            return Err(Error::Refused(Said::from("file-type").with("name", &file.name)));
        }
        let limit = abilities.files.of_type(&file.content_type);
        if u64::try_from(file.size).unwrap_or(u64::MAX) > limit {
            let said = Said::from("refused-file-size").with("name", &file.name);
            return Err(Error::Refused(said.with("megabytes", limit / channels::MB)));
        }
    }
    Ok(())
}
