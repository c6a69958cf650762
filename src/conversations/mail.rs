//! Mails that staff write: what a form leaves open is taken from the chain.

use super::model::Conversation;
use crate::channels::email::MailSettings;
use crate::channels::email::address::{self, Person};
use crate::channels::{self, ChannelKind, Extra};
use crate::customers::{self, Customer};
use crate::db::types::MessageId;
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
    // Who gets the mail itself needs no copy.
    if let Some(account) = conversation.account_id {
        let recipient = customers::store::find_account(tx, account)?.address;
        mail.bcc.retain(|copy| copy != address::reached(&recipient));
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
