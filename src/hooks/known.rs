//! What of a message is here already: whose it is, and whether it came before.

use super::store;
use crate::channels::inbound::Message;
use crate::channels::{Channel, registry};
use crate::conversations::Belongs;
use crate::db::Conn;
use crate::db::types::{CustomerId, MessageId};
use crate::error::Result;
use crate::{mails, outbox};

/// A message among what is here.
pub struct Known {
    pub belongs: Belongs,
    /// The sender's address in the channel.
    pub address: String,
    /// Under which name it is remembered.
    pub name: String,
    /// The message of that name, and its customer: it came before.
    pub message: Option<(MessageId, CustomerId)>,
}

impl Known {
    /// Looks for it.
    pub fn find(conn: &mut Conn, channel: &Channel, message: &Message) -> Result<Self> {
        let sender = &message.sender.address;
        if !registry::find(channel.kind).is_some_and(|connector| connector.abilities().chains) {
            let (address, name) = (sender.clone(), message.provider_id.clone());
            let known = outbox::whose(conn, channel.id, &name)?;
            return Ok(Self { belongs: Belongs::Account, address, name, message: known });
        }
        let chain = mails::conversation_of_chain(conn, channel.id, &message.chain)?;
        let in_chain = chain.map(|id| mails::writer_in(conn, id, sender)).transpose()?.flatten();
        let address = in_chain.unwrap_or_else(|| sender.clone());
        let (name, known) = named(conn, channel, message, &address)?;
        Ok(Self { belongs: Belongs::Chain(chain), address, name, message: known })
    }
}

type Named = (String, Option<(MessageId, CustomerId)>);

/// Programs that write mails repeat their names: one of the same name from somebody else is another mail.
fn named(conn: &mut Conn, channel: &Channel, message: &Message, address: &str) -> Result<Named> {
    let name = message.provider_id.clone();
    let Some(known) = outbox::whose(conn, channel.id, &name)? else { return Ok((name, None)) };
    if store::account(conn, channel.id, address)?.is_some_and(|(_, customer)| customer == known.1) {
        return Ok((name, Some(known)));
    }
    let name = format!("{name} {address}");
    let known = outbox::whose(conn, channel.id, &name)?;
    Ok((name, known))
}
