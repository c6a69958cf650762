//! Rows of mails.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Mail, NewMail, Row, json};
use crate::auth::CustomerScope;
use crate::channels::Channel;
use crate::channels::email::MailSettings;
use crate::channels::email::address::{reached, through};
use crate::channels::inbound::Chain;
use crate::db::schema::{
    channel_accounts as accounts, conversations, files, mail_pictures, mails, message_refs, messages,
};
use crate::db::sql::{Limited, among};
use crate::db::types::{ChannelId, ConversationId, CustomerId, MessageId};
use crate::db::{Conn, Tx};
use crate::error::Result;

/// Names of a chain that an answer refers to.
const CHAIN: i64 = 20;

/// Puts a mail beside its message.
pub fn attach(tx: &mut Tx, message: MessageId, customer: CustomerId, new: &NewMail) -> Result<()> {
    diesel::insert_into(mails::table)
        .values((
            mails::message_id.eq(message),
            mails::customer_id.eq(customer),
            mails::subject.eq(&new.subject),
            mails::sender.eq(json(&new.sender)?),
            mails::recipients.eq(json(&new.recipients)?),
            mails::copies.eq(json(&new.copies)?),
            mails::bcc.eq(json(&new.bcc)?),
            mails::quoted.eq(&new.quoted),
            mails::is_cut.eq(new.is_cut),
            mails::html_file_id.eq(new.html.as_ref().map(|file| file.file_id)),
            mails::original_file_id.eq(new.original.as_ref().map(|file| file.file_id)),
        ))
        .execute(&mut **tx)?;
    let mut known: Vec<&str> = vec![];
    for (cid, file) in &new.pictures {
        if known.contains(&cid.as_str()) {
            continue;
        }
        known.push(cid);
        diesel::insert_into(mail_pictures::table)
            .values((
                mail_pictures::message_id.eq(message),
                mail_pictures::cid.eq(cid),
                mail_pictures::file_id.eq(file.file_id),
            ))
            .execute(&mut **tx)?;
    }
    Ok(())
}

/// The mail of a message of a customer that the scope shows.
pub fn find(conn: &mut Conn, scope: &CustomerScope, message: MessageId) -> Result<Mail> {
    let row: Row = mails::table.find(message).select(Row::as_select()).one(conn)?;
    crate::customers::require_visible(conn, scope, row.customer_id)?;
    Ok(row.into())
}

/// The mails of these messages, in one query.
pub fn find_many(conn: &mut Conn, ids: &[MessageId]) -> Result<HashMap<MessageId, Mail>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<Row> =
        mails::table.filter(among(conn, mails::message_id, ids.iter().copied())).select(Row::as_select()).load(conn)?;
    Ok(rows.into_iter().map(|row| (row.message_id, row.into())).collect())
}

/// A stored content: its hash, size and type.
pub type Stored = (String, i64, String);

/// The contents of a mail: HTML and original.
pub fn contents(conn: &mut Conn, mail: &Mail) -> Result<(Option<Stored>, Option<Stored>)> {
    let mut of = |id| -> Result<Option<Stored>> {
        let Some(id) = id else { return Ok(None) };
        let columns = (files::sha256, files::size, files::content_type);
        Ok(Some(files::table.filter(files::id.eq(id)).select(columns).one(conn)?))
    };
    Ok((of(mail.html)?, of(mail.original)?))
}

/// The pictures inside a mail by Content-ID.
pub fn pictures(conn: &mut Conn, message: MessageId) -> Result<Vec<(String, Stored)>> {
    Ok(mail_pictures::table
        .inner_join(files::table)
        .filter(mail_pictures::message_id.eq(message))
        .select((mail_pictures::cid, (files::sha256, files::size, files::content_type)))
        .order(mail_pictures::cid)
        .load(conn)?)
}

/// The newest mail of a conversation.
pub fn last_of(conn: &mut Conn, conversation: ConversationId) -> Result<Option<Mail>> {
    let row: Option<Row> = mails::table
        .inner_join(messages::table)
        .filter(messages::conversation_id.eq(conversation))
        .order(messages::id.desc())
        .select(Row::as_select())
        .one(conn)
        .optional()?;
    Ok(row.map(Mail::from))
}

/// From whom a mail of this conversation goes out: the address that the customer knows, else the mailbox's first.
pub fn sender_for(conn: &mut Conn, channel: &Channel, conversation: ConversationId) -> Result<String> {
    let settings = MailSettings::from_json(&channel.settings);
    let last = last_of(conn, conversation)?;
    let people = last.iter().flat_map(|last| std::iter::once(&last.sender).chain(&last.recipients).chain(&last.copies));
    let known = people.into_iter().find_map(|person| settings.sender_of(&person.address));
    Ok(known.unwrap_or(settings.first_sender()).to_owned())
}

/// The ids of the last mails of a conversation, oldest first: what an answer refers to.
pub fn chain_of(conn: &mut Conn, conversation: ConversationId) -> Result<Vec<String>> {
    let mut names: Vec<String> = message_refs::table
        .inner_join(messages::table)
        .filter(messages::conversation_id.eq(conversation))
        .order(message_refs::id.desc())
        .select(message_refs::provider_id)
        .at_most(CHAIN)
        .load(conn)?;
    names.reverse();
    // An id that two have given their mails is remembered as one of them with the address behind it.
    let ids = names.iter().filter_map(|name| name.split(' ').next());
    Ok(ids.map(str::to_owned).collect())
}

/// The conversation of a chain: that of the nearest mail which it names, then that of the first token which is known.
pub fn conversation_of_chain(conn: &mut Conn, channel: ChannelId, chain: &Chain) -> Result<Option<ConversationId>> {
    let rows: Vec<(String, Option<ConversationId>)> = message_refs::table
        .inner_join(messages::table)
        .filter(message_refs::channel_id.eq(channel).and(message_refs::provider_id.eq_any(&chain.references)))
        .select((message_refs::provider_id, messages::conversation_id))
        .load(conn)?;
    let of = |name: &String| rows.iter().find(|(known, _)| known == name).and_then(|(_, conversation)| *conversation);
    if let Some(found) = chain.references.iter().find_map(of) {
        return Ok(Some(found));
    }
    if chain.tokens.is_empty() {
        return Ok(None);
    }
    let known: Vec<(Option<String>, ConversationId)> = conversations::table
        .filter(conversations::mail_token.eq_any(&chain.tokens).and(conversations::channel_id.eq(channel)))
        .select((conversations::mail_token, conversations::id))
        .load(conn)?;
    let of = |token: &String| known.iter().find(|(own, _)| own.as_ref() == Some(token)).map(|(_, id)| *id);
    Ok(chain.tokens.iter().find_map(of))
}

/// Under which address of the channel a chain knows whoever sends from `address`: the chain may have begun with a form in
/// which they named it, or go on through one.
pub fn writer_in(conn: &mut Conn, conversation: ConversationId, address: &str) -> Result<Option<String>> {
    let account: Option<String> = conversations::table
        .inner_join(accounts::table)
        .filter(conversations::id.eq(conversation))
        .select(accounts::address)
        .one(conn)
        .optional()?;
    let is_theirs = |account: &String| reached(account) == address || through(address) == Some(account.as_str());
    Ok(account.filter(is_theirs))
}

/// What the reply address of a conversation carries, if it has something yet.
pub fn token_of(conn: &mut Conn, conversation: ConversationId) -> Result<Option<String>> {
    Ok(conversations::table.filter(conversations::id.eq(conversation)).select(conversations::mail_token).one(conn)?)
}

/// Gives a conversation what its reply address carries.
pub fn set_token(tx: &mut Tx, conversation: ConversationId, token: &str) -> Result<()> {
    diesel::update(conversations::table.filter(conversations::id.eq(conversation)))
        .set(conversations::mail_token.eq(token))
        .execute(&mut **tx)?;
    Ok(())
}
