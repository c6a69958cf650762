//! Whoever a first message goes to, as a form names them: known under it already, or somebody new.

use crate::auth::Operator;
use crate::conversations::Destination;
use crate::customers::views::Way;
use crate::customers::{Addressing, ChannelAccount, Customer, Details, actions, find, store};
use crate::db::types::{ChannelId, CustomerId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::text;
use crate::web::forms::Errors;

/// An address that was checked, with the channel that leads there.
#[derive(Clone)]
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
    /// Whoever is known under it, or somebody new of this name. A mail goes through the mailbox of its `sender`.
    pub fn customer(&self, tx: &mut Tx, by: &Operator, name: &str, region: &str, sender: &str) -> Result<Customer> {
        let id = match self.owner(tx, sender)? {
            Some(id) => id,
            None => {
                let (external_id, digits, email) = self.contact();
                let known = store::find_or_hold_contact(tx, external_id, digits, email.as_deref())?;
                known.map_or_else(|| actions::create(tx, by, &self.details(name), region), Ok)?
            }
        };
        // Whoever is there but not for this person to see is a colleague's.
        find(tx, &by.scope(), id).map_err(|error| match error {
            Error::NotFound => Error::refused("refused-customer-not-yours"),
            other => other,
        })
    }

    /// Whoever is known under it, if this person may see them.
    pub fn known(&self, conn: &mut Conn, by: &Operator, sender: &str) -> Result<Option<Customer>> {
        let (external_id, digits, email) = self.contact();
        let id = match self.owner(conn, sender)? {
            Some(id) => Some(id),
            None => store::find_by_contact(conn, external_id, digits, email.as_deref())?,
        };
        match id.map(|id| find(conn, &by.scope(), id)).transpose() {
            Err(Error::NotFound) => Ok(None),
            found => found,
        }
    }

    /// The customer's account there, made if there is none yet.
    pub fn account(
        &self,
        tx: &mut Tx,
        customer: &Customer,
        sender: &str,
        addressing: &Addressing,
    ) -> Result<ChannelAccount> {
        self.destination(tx, sender)?.account(tx, customer, addressing)
    }

    fn owner(&self, conn: &mut Conn, sender: &str) -> Result<Option<CustomerId>> {
        self.destination(conn, sender)?.owner(conn)
    }

    fn destination(&self, conn: &mut Conn, sender: &str) -> Result<Destination> {
        match self {
            Recipient::Email(email) => Destination::by_mail(conn, sender, Some(email)),
            Recipient::Phone { channel, digits, .. } => Destination::by_phone(conn, *channel, Some(digits)),
            Recipient::ExternalId { channel, id } => Destination::by_external_id(conn, *channel, Some(id)),
        }
    }

    /// What it is in a record: external ID, digits of a phone, folded e-mail.
    fn contact(&self) -> (Option<&str>, Option<&str>, Option<String>) {
        match self {
            Recipient::Email(email) => (None, None, Some(text::fold_address(email))),
            Recipient::Phone { digits, .. } => (None, Some(digits), None),
            Recipient::ExternalId { id, .. } => (Some(id), None, None),
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
}
