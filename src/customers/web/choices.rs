//! The ways to write to a customer, and why one cannot be used, if it cannot.

use crate::auth::Operator;
use crate::channels::email::address;
use crate::channels::{self, Channel, ChannelKind, WritesFirst, registry};
use crate::conversations::{self, Window};
use crate::customers::views::AccountChoice;
use crate::customers::{ChannelAccount, Customer, store};
use crate::db::Conn;
use crate::db::types::{AccountId, ChannelId};
use crate::error::{Result, why_refused};
use crate::mails;
use crate::templates::{self, Offer};

/// Every way: the customer's accounts, the channels that reach them by their number or external ID, and their address for
/// mails.
pub fn choices(conn: &mut Conn, by: &Operator, customer: &Customer) -> Result<Vec<AccountChoice>> {
    let accounts = store::accounts_of(conn, customer.id)?;
    let channels = channels::list(conn)?;
    let mut found = vec![];
    for account in &accounts {
        let channel = channels.iter().find(|channel| channel.id == account.channel_id);
        // Who writes decides through which mailbox: one choice for all of them.
        if let Some(channel) = channel.filter(|channel| channel.kind != ChannelKind::Email) {
            found.push(by_account(conn, by, customer, account, channel)?);
        }
    }
    let is_new = |channel: &&Channel| !accounts.iter().any(|account| account.channel_id == channel.id);
    for channel in channels.iter().filter(|channel| channel.enabled).filter(is_new) {
        found.extend(anew(conn, by, customer, channel)?);
    }
    found.extend(by_mail(by, customer, &accounts, &channels)?);
    Ok(found)
}

/// The templates that can be sent through those of these that can be used.
pub fn offers(conn: &mut Conn, accounts: &[AccountChoice]) -> Result<Vec<Offer>> {
    let mut channels = channels::enabled(conn)?;
    channels.retain(|channel| accounts.iter().any(|one| one.stop.is_none() && one.channel_id == channel.id));
    templates::offers(conn, &channels)
}

fn by_account(
    conn: &mut Conn,
    by: &Operator,
    customer: &Customer,
    account: &ChannelAccount,
    channel: &Channel,
) -> Result<AccountChoice> {
    // A visitor's address is a random number of ours.
    let address = if !account.username.is_empty() {
        account.username.clone()
    } else if channel.kind == ChannelKind::WebChat {
        String::new()
    } else {
        account.address.clone()
    };
    Ok(AccountChoice {
        id: account.id,
        kind: channel.kind,
        channel: channel.name.clone(),
        address,
        stop: why_refused(conversations::may_write_first(conn, by, customer, account))?,
        senders: vec![],
        channel_id: channel.id,
        needs_template: conversations::window(conn, channel.kind, Some(account.id))? == Window::Closed,
    })
}

/// In a channel where the customer has no account yet: by what the channel goes by.
fn anew(conn: &mut Conn, by: &Operator, customer: &Customer, channel: &Channel) -> Result<Option<AccountChoice>> {
    let address = match registry::first(channel) {
        Some(WritesFirst::Phone) => customer.phone.clone(),
        Some(WritesFirst::ExternalId) => customer.external_id.clone(),
        _ => None,
    };
    let Some(address) = address else { return Ok(None) };
    Ok(Some(AccountChoice {
        id: AccountChoice::anew(channel.id),
        kind: channel.kind,
        channel: channel.name.clone(),
        address,
        stop: why_refused(conversations::may_write_anew(by, customer, channel))?,
        senders: vec![],
        channel_id: channel.id,
        needs_template: conversations::window(conn, channel.kind, None)? == Window::Closed,
    }))
}

fn by_mail(
    by: &Operator,
    customer: &Customer,
    accounts: &[ChannelAccount],
    channels: &[Channel],
) -> Result<Option<AccountChoice>> {
    let senders: Vec<String> = mails::senders(channels).into_iter().map(|(sender, _)| sender).collect();
    let Some(address) = customer.email.clone().filter(|_| !senders.is_empty()) else { return Ok(None) };
    let normal = address::normal(&address).unwrap_or_default();
    let is_gone = accounts.iter().any(|account| account.address == normal && account.unsubscribed_at.is_some());
    let stop = why_refused(conversations::may_write_mail(by, customer))?;
    Ok(Some(AccountChoice {
        id: AccountId(0),
        kind: ChannelKind::Email,
        channel: String::new(),
        address,
        stop: stop.or_else(|| is_gone.then(|| "refused-unsubscribed".into())),
        senders,
        channel_id: ChannelId(0),
        needs_template: false,
    }))
}
