//! Messengers that reach anybody by their phone number.

use crate::channels::{self, registry};
use crate::customers::{self, ChannelAccount, Customer, NewAccount};
use crate::db::Tx;
use crate::db::types::ChannelId;
use crate::error::{Error, Result};
use crate::text;

/// The customer's account in a channel that goes by numbers, made from their phone if there is none yet.
pub fn phone_account(tx: &mut Tx, customer: &Customer, channel: ChannelId, region: &str) -> Result<ChannelAccount> {
    let known = customers::store::accounts_of(tx, customer.id)?;
    if let Some(own) = known.into_iter().find(|account| account.channel_id == channel) {
        return Ok(own);
    }
    let digits = customer.phone.as_deref().and_then(|phone| text::phone_digits(phone, region));
    account_at(tx, customer, channel, &digits.ok_or_else(|| Error::refused("refused-no-phone"))?)
}

/// Their account at this very number, whatever others they have.
pub fn account_at(tx: &mut Tx, customer: &Customer, channel: ChannelId, digits: &str) -> Result<ChannelAccount> {
    if !registry::goes_by_phone(&channels::find(tx, channel)?) {
        return Err(Error::refused("refused-channel"));
    }
    let id = match customers::store::find_account_by_address(tx, channel, digits)? {
        Some(account) if account.customer_id == customer.id => account.id,
        Some(_) => return Err(Error::refused("refused-phone-of-another")),
        None => {
            let (address, display_name) = (digits, customer.name.as_str());
            let new = NewAccount { channel, address, display_name, username: "", avatar_url: None };
            let id = customers::store::insert_account(tx, customer.id, &new)?;
            customers::refresh_search_text(tx, customer.id)?;
            id
        }
    };
    customers::store::find_account(tx, id)
}
