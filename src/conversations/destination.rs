//! Where a first message goes: an address in a channel, whether its customer has an account there yet or not.

use crate::channels::email::{MailSettings, address};
use crate::channels::{self, Channel, ChannelKind, WritesFirst, registry};
use crate::customers::{self, Addressing, ChannelAccount, Customer, NewAccount};
use crate::db::types::{ChannelId, CustomerId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::text;

/// An address in a channel that works now.
#[derive(Clone, Debug)]
pub struct Destination {
    channel: ChannelId,
    address: String,
    /// Said where it is the address of another customer.
    of_another: &'static str,
}

/// Channels that work now and know people by their external ID: they read it when they come.
pub fn external_channels(conn: &mut Conn) -> Result<Vec<Channel>> {
    let mut all = channels::enabled(conn)?;
    all.retain(|channel| registry::first(channel) == Some(WritesFirst::ExternalId));
    Ok(all)
}

impl Destination {
    /// Of a mail: in the mailbox of its sender.
    pub fn by_mail(conn: &mut Conn, sender: &str, email: Option<&str>) -> Result<Self> {
        let channel = mailbox_of(conn, sender)?;
        let address = email.and_then(address::normal).ok_or_else(|| Error::refused("refused-no-email"))?;
        Ok(Self { channel, address, of_another: "refused-email-of-another" })
    }

    /// In a messenger that reaches anybody by their number.
    pub fn by_phone(conn: &mut Conn, channel: ChannelId, digits: Option<&str>) -> Result<Self> {
        if !registry::goes_by_phone(&channels::find(conn, channel)?) {
            return Err(Error::refused("refused-channel"));
        }
        let address = digits.ok_or_else(|| Error::refused("refused-no-phone"))?.to_owned();
        Ok(Self { channel, address, of_another: "refused-phone-of-another" })
    }

    /// In a web chat or an app that knows people by their external ID.
    pub fn by_external_id(conn: &mut Conn, channel: ChannelId, external_id: Option<&str>) -> Result<Self> {
        let usable = external_channels(conn)?.into_iter().find(|usable| usable.id == channel);
        let usable = usable.ok_or_else(|| Error::refused("refused-channel"))?;
        let external_id = external_id.ok_or_else(|| Error::refused("refused-no-external-id"))?;
        let address = registry::find(usable.kind).and_then(|connector| connector.address_of(external_id));
        let address = address.ok_or_else(|| Error::refused("refused-channel"))?;
        Ok(Self { channel, address, of_another: "refused-external-id-of-another" })
    }

    /// Of a customer in a channel where they have no account yet: by what the channel goes by.
    pub fn of_customer(conn: &mut Conn, customer: &Customer, channel: ChannelId, region: &str) -> Result<Self> {
        let channel = channels::find(conn, channel)?;
        if registry::first(&channel) == Some(WritesFirst::ExternalId) {
            return Self::by_external_id(conn, channel.id, customer.external_id.as_deref());
        }
        let digits = customer.phone.as_deref().and_then(|phone| text::phone_digits(phone, region));
        Self::by_phone(conn, channel.id, digits.as_deref())
    }

    /// Whose address it is, as the channel knows them.
    pub fn owner(&self, conn: &mut Conn) -> Result<Option<CustomerId>> {
        let account = customers::store::find_account_by_address(conn, self.channel, &self.address)?;
        Ok(account.map(|account| account.customer_id))
    }

    /// The customer's account at it, made if there is none yet. Nobody is made known again under an address that stays blocked.
    pub fn account(&self, tx: &mut Tx, customer: &Customer, addressing: &Addressing) -> Result<ChannelAccount> {
        let (channel, address) = (self.channel, self.address.as_str());
        match customers::store::find_account_by_address(tx, channel, address)? {
            Some(account) if account.customer_id == customer.id => Ok(account),
            Some(_) => Err(Error::refused(self.of_another)),
            None => {
                let kind = channels::find(tx, channel)?.kind;
                if customers::store::is_kept_blocked(tx, &addressing.mark(kind, address))? {
                    return Err(Error::refused("refused-address-blocked"));
                }
                let new = NewAccount { channel, address, display_name: &customer.name, username: "", avatar_url: None };
                let id = customers::store::insert_account(tx, customer.id, &new)?;
                customers::refresh_search_text(tx, customer.id)?;
                customers::store::find_account(tx, id)
            }
        }
    }
}

fn mailbox_of(conn: &mut Conn, sender: &str) -> Result<ChannelId> {
    let is_of = |channel: &Channel| MailSettings::from_json(&channel.settings).senders.iter().any(|own| own == sender);
    let mut mails = channels::enabled(conn)?.into_iter().filter(|channel| channel.kind == ChannelKind::Email);
    mails.find(is_of).map(|channel| channel.id).ok_or_else(|| Error::refused("mail-sender-missing"))
}
