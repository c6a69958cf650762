//! Writing first to people whom a web chat or an app knows by their external ID: they read it when they come.

use crate::channels::{self, Channel, WritesFirst, registry};
use crate::customers::{self, ChannelAccount, Customer, NewAccount};
use crate::db::types::ChannelId;
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};

/// Channels that work now and know people by their external ID.
pub fn external_channels(conn: &mut Conn) -> Result<Vec<Channel>> {
    let mut all = channels::enabled(conn)?;
    all.retain(|channel| registry::first(channel) == Some(WritesFirst::ExternalId));
    Ok(all)
}

/// The customer's account under their external ID in such a channel, made if there is none yet.
pub fn external_account(tx: &mut Tx, customer: &Customer, channel: ChannelId) -> Result<ChannelAccount> {
    let usable = external_channels(tx)?.into_iter().find(|usable| usable.id == channel);
    let usable = usable.ok_or_else(|| Error::refused("refused-channel"))?;
    let external_id = customer.external_id.as_deref().ok_or_else(|| Error::refused("refused-no-external-id"))?;
    let address = registry::find(usable.kind).and_then(|connector| connector.address_of(external_id));
    let address = address.ok_or_else(|| Error::refused("refused-channel"))?;
    let id = match customers::store::find_account_by_address(tx, channel, &address)? {
        Some(account) if account.customer_id == customer.id => account.id,
        Some(_) => return Err(Error::refused("refused-external-id-of-another")),
        None => {
            let new =
                NewAccount { channel, address: &address, display_name: &customer.name, username: "", avatar_url: None };
            let id = customers::store::insert_account(tx, customer.id, &new)?;
            customers::refresh_search_text(tx, customer.id)?;
            id
        }
    };
    customers::store::find_account(tx, id)
}
