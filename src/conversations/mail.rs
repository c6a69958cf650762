//! Mails that staff write: what a form leaves open is taken from the chain.

use super::model::Conversation;
use crate::channels::email::MailSettings;
use crate::channels::email::address::{self, Person};
use crate::channels::{self, Channel, ChannelKind, Extra};
use crate::customers::{self, ChannelAccount, Customer, NewAccount};
use crate::db::types::{ChannelId, MessageId};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::mails::{self, NewMail};

/// Completes what makes a message a mail: sender, subject, chain, and the token of its reply address. Other kinds of
/// channels get what they gave.
pub(super) fn complete(tx: &mut Tx, conversation: &Conversation, extra: &Extra) -> Result<Extra> {
    let channel = channels::find(tx, conversation.channel_id)?;
    if channel.kind != ChannelKind::Email {
        return Ok(extra.clone());
    }
    let settings = MailSettings::from_json(&channel.settings);
    let last = mails::last_of(tx, conversation.id)?;
    let mut mail = extra.mail.clone().unwrap_or_default();
    if mail.from.is_empty() {
        mail.from = mails::sender_for(tx, &channel, conversation.id)?;
    }
    if !settings.senders.contains(&mail.from) {
        return Err(Error::refused("mail-sender-missing"));
    }
    if mail.subject.is_empty() {
        mail.subject = mails::reply_subject(last.as_ref().map_or("", |last| last.subject.as_str()));
    }
    mail.references = mails::chain_of(tx, conversation.id)?;
    mail.token = match mails::token_of(tx, conversation.id)? {
        Some(token) => token,
        None => {
            // Nobody guesses it, and no mail program spoils it: digits and small letters.
            let token = hex::encode(rand::random::<[u8; 10]>());
            mails::set_token(tx, conversation.id, &token)?;
            token
        }
    };
    Ok(Extra { mail: Some(mail), ..extra.clone() })
}

/// Keeps what the mail was beside its message.
pub(super) fn keep(tx: &mut Tx, conversation: &Conversation, message: MessageId, extra: &Extra) -> Result<()> {
    let (Some(mail), Some(account)) = (&extra.mail, conversation.account_id) else { return Ok(()) };
    let settings = MailSettings::from_json(&channels::find(tx, conversation.channel_id)?.settings);
    let account = customers::store::find_account(tx, account)?;
    let new = NewMail {
        subject: mail.subject.clone(),
        sender: Person { name: settings.display_name, address: mail.from.clone() },
        recipients: vec![Person { name: account.display_name, address: address::reached(&account.address).to_owned() }],
        bcc: mail.bcc.clone(),
        ..NewMail::default()
    };
    mails::attach(tx, message, conversation.customer_id, &new)
}

/// Whether a mail can be written to this customer, whatever else goes on with them.
pub fn has_mail_way(conn: &mut Conn, customer: &Customer) -> Result<bool> {
    Ok(customer.email.is_some() && !mails::senders(&channels::enabled(conn)?).is_empty())
}

/// The customer's account for mails in the channel that a sender belongs to, made if there is none yet.
pub fn mail_account(tx: &mut Tx, customer: &Customer, sender: &str) -> Result<ChannelAccount> {
    let channel = channel_of(tx, sender)?;
    let email =
        customer.email.as_deref().and_then(address::normal).ok_or_else(|| Error::refused("refused-no-email"))?;
    let id = match customers::store::find_account_by_address(tx, channel, &email)? {
        Some(account) if account.customer_id == customer.id => account.id,
        Some(_) => return Err(Error::refused("refused-email-of-another")),
        None => {
            let new =
                NewAccount { channel, address: &email, display_name: &customer.name, username: "", avatar_url: None };
            let id = customers::store::insert_account(tx, customer.id, &new)?;
            customers::refresh_search_text(tx, customer.id)?;
            id
        }
    };
    customers::store::find_account(tx, id)
}

fn channel_of(tx: &mut Tx, sender: &str) -> Result<ChannelId> {
    let is_of = |channel: &Channel| MailSettings::from_json(&channel.settings).senders.iter().any(|own| own == sender);
    let mut mails = channels::enabled(tx)?.into_iter().filter(|channel| channel.kind == ChannelKind::Email);
    mails.find(is_of).map(|channel| channel.id).ok_or_else(|| Error::refused("mail-sender-missing"))
}
