//! Whoever a first message goes to, as a form names them: known under it already, or somebody new.

use crate::auth::Operator;
use crate::conversations::{self, Outgoing};
use crate::customers::views::Way;
use crate::customers::{ChannelAccount, Customer, Details, actions, find, store};
use crate::db::Tx;
use crate::db::types::{ChannelId, CustomerId};
use crate::error::{Error, Result};
use crate::text;
use crate::web::forms::Errors;

/// An address that was checked, with the channel that leads there.
pub enum Recipient {
    Email(String),
    Phone { channel: ChannelId, phone: String, digits: String },
    ExternalId { channel: ChannelId, id: String },
}

/// The recipient that was typed. What is wrong with it stands in `errors`; without a channel there is none, either.
pub fn read(way: Way, typed: &str, channel: Option<ChannelId>, region: &str, errors: &mut Errors) -> Option<Recipient> {
    match way {
        Way::Email => {
            let email = errors.email("email", typed);
            if email.is_none() {
                errors.add("email", "mail-to-missing");
            }
            email.map(Recipient::Email)
        }
        Way::Phone(_) => {
            let phone = errors.phone("phone", typed);
            let digits = phone.as_deref().and_then(|phone| text::phone_digits(phone, region));
            if phone.is_none() {
                errors.add("phone", "newcomer-phone-missing");
            } else if !digits.as_ref().is_some_and(|digits| (8..=15).contains(&digits.len())) {
                errors.add("phone", "newcomer-phone-short");
            }
            Some(Recipient::Phone { channel: channel?, phone: phone?, digits: digits? })
        }
        Way::ExternalId => {
            let id = errors.line("external_id", typed, "external-id-missing");
            Some(Recipient::ExternalId { channel: channel?, id })
        }
    }
}

impl Recipient {
    /// Whoever is known under it, or somebody new of this name.
    pub fn customer(&self, tx: &mut Tx, by: &Operator, name: &str, region: &str) -> Result<Customer> {
        let id = match self.known(tx)? {
            Some(id) => id,
            None => actions::create(tx, by, &self.details(name), region)?,
        };
        // Whoever is there but not for this person to see is a colleague's.
        find(tx, &by.scope(), id).map_err(|error| match error {
            Error::NotFound => Error::refused("refused-customer-not-yours"),
            other => other,
        })
    }

    fn known(&self, tx: &mut Tx) -> Result<Option<CustomerId>> {
        match self {
            Recipient::Email(email) => store::find_or_hold_contact(tx, None, None, Some(&text::fold_address(email))),
            Recipient::Phone { channel, digits, .. } => match store::find_account_by_address(tx, *channel, digits)? {
                Some(account) => Ok(Some(account.customer_id)),
                None => store::find_or_hold_contact(tx, None, Some(digits), None),
            },
            Recipient::ExternalId { id, .. } => store::find_or_hold_contact(tx, Some(id), None, None),
        }
    }

    /// Of somebody new, who is called by the address as long as nobody knows better.
    fn details(&self, name: &str) -> Details {
        let mut details = Details::default();
        let address = match self {
            Recipient::Email(email) => details.email.insert(email.clone()),
            Recipient::Phone { phone, .. } => details.phone.insert(phone.clone()),
            Recipient::ExternalId { id, .. } => details.external_id.insert(id.clone()),
        };
        details.name = if name.is_empty() { address.clone() } else { name.to_owned() };
        details
    }

    /// The customer's account there, made if there is none yet. A mail goes through its sender's mailbox.
    pub fn account(&self, tx: &mut Tx, customer: &Customer, out: &Outgoing) -> Result<ChannelAccount> {
        match self {
            Recipient::Email(_) => {
                let sender = out.extra.mail.as_ref().map_or("", |mail| mail.from.as_str());
                conversations::mail_account(tx, customer, sender)
            }
            Recipient::Phone { channel, digits, .. } => conversations::account_at(tx, customer, *channel, digits),
            Recipient::ExternalId { channel, .. } => conversations::external_account(tx, customer, *channel),
        }
    }
}
