//! What an event changes. Each may come twice, late, or before what it is about.

use super::store;
use crate::channels::inbound::{Event, Message};
use crate::channels::{Channel, registry};
use crate::conversations::{self, Belongs, Inbound, Sender};
use crate::customers::{self, Addressing};
use crate::db::Tx;
use crate::db::types::UtcTime;
use crate::error::Result;
use crate::files::StoredFile;
use crate::mails::{self, NewMail};
use crate::outbox;
use crate::realtime::Topic;
use crate::text;

/// The files of an event, fetched.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    pub files: Vec<StoredFile>,
    /// Those that could not be had, each with the reason.
    pub missing: Vec<String>,
    pub avatar: Option<StoredFile>,
    /// What it was as a mail.
    pub mail: Option<NewMail>,
}

/// What became of an event.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    Done,
    /// It is about something that is not here yet.
    Later,
}

/// Applies one event. `bot`: whether a funnel may be enabled.
pub fn apply(
    tx: &mut Tx,
    channel: &Channel,
    event: &Event,
    fetched: &Fetched,
    received_at: UtcTime,
    (addressing, bot): (&Addressing, bool),
) -> Result<Outcome> {
    let known = match event {
        Event::Message(message) => {
            return receive(tx, channel, message, fetched, (addressing, bot)).map(|()| Outcome::Done);
        }
        Event::Edited { provider_id, body, at } => edit(tx, channel, provider_id, body, at.unwrap_or(received_at))?,
        Event::Reaction { provider_id, address, emoji } => react(tx, channel, provider_id, address, emoji)?,
        Event::Status { provider_id, state, at } => {
            outbox::reached(tx, channel.id, provider_id, state, at.unwrap_or(received_at))?
        }
        Event::Subscribed { address, at } => subscribe(tx, channel, address, true, at.unwrap_or(received_at))?,
        Event::Unsubscribed { address, at } => subscribe(tx, channel, address, false, at.unwrap_or(received_at))?,
        Event::Moved { from, to } => {
            conversations::moved(tx, channel.id, from, to, &addressing.phone_region)?;
            true
        }
    };
    Ok(if known { Outcome::Done } else { Outcome::Later })
}

fn receive(
    tx: &mut Tx,
    channel: &Channel,
    message: &Message,
    fetched: &Fetched,
    (addressing, bot): (&Addressing, bool),
) -> Result<()> {
    if outbox::whose(tx, channel.id, &message.provider_id)?.is_some() {
        return Ok(());
    }
    let sender = &message.sender;
    let inbound = Inbound {
        channel: channel.id,
        sender: Sender {
            address: sender.address.clone(),
            display_name: text::clean(&sender.display_name),
            username: text::clean(&sender.username),
            phone: sender.phone.clone(),
            email: sender.email.clone(),
            ..Sender::default()
        },
        body: text::clean_lines(&message.body),
        files: fetched.files.clone(),
        client_uuid: None,
        visit: None,
        bot,
        addressing: addressing.clone(),
    };
    let belongs = belongs(tx, channel, message)?;
    if message.automatic && !goes_on(tx, channel, message, belongs)? {
        // A machine's answer opens nothing.
        return Ok(());
    }
    let received = conversations::receive_in(tx, &inbound, belongs)?;
    // Somebody who is known may only now tell their number: Telegram's people share it after their first words.
    let (email, phone) = (sender.email.as_deref(), sender.phone.as_deref());
    customers::store::fill_contact(tx, received.customer, email, phone, &addressing.phone_region)?;
    outbox::remember(tx, channel.id, &message.provider_id, received.message, received.customer, None)?;
    let reply_to = match &message.reply_to {
        Some(name) => outbox::whose(tx, channel.id, name)?.map(|(id, _)| id),
        None => None,
    };
    let missing: Vec<&str> =
        message.unsupported.iter().map(String::as_str).chain(fetched.missing.iter().map(String::as_str)).collect();
    if reply_to.is_some() || !missing.is_empty() {
        let missing = missing.join("; ");
        store::complete(tx, received.message, reply_to, Some(missing.as_str()).filter(|text| !text.is_empty()))?;
    }
    if let Some(mail) = &fetched.mail {
        mails::attach(tx, received.message, received.customer, mail)?;
    }
    if let Some(avatar) = &fetched.avatar {
        store::set_avatar(tx, received.account, received.customer, avatar.file_id)?;
    }
    Ok(())
}

/// Which conversation a message belongs to: each chain of mails is one of its own.
fn belongs(tx: &mut Tx, channel: &Channel, message: &Message) -> Result<Belongs> {
    if !registry::find(channel.kind).is_some_and(|connector| connector.abilities().chains) {
        return Ok(Belongs::Account);
    }
    Ok(Belongs::Chain(mails::conversation_of_chain(tx, channel.id, &message.chain)?))
}

/// Whether a message finds its conversation open.
fn goes_on(tx: &mut Tx, channel: &Channel, message: &Message, belongs: Belongs) -> Result<bool> {
    match belongs {
        Belongs::Account => Ok(true),
        Belongs::Chain(None) => Ok(false),
        Belongs::Chain(Some(id)) => mails::goes_on_for(tx, channel.id, id, &message.sender.address),
    }
}

fn edit(tx: &mut Tx, channel: &Channel, provider_id: &str, body: &str, at: UtcTime) -> Result<bool> {
    let Some((message, customer)) = outbox::whose(tx, channel.id, provider_id)? else { return Ok(false) };
    if store::edit(tx, message, customer, &text::clean_lines(body), at)? {
        tx.publish(Topic::Customer(customer));
        tx.publish(Topic::Inbox);
    }
    Ok(true)
}

fn react(tx: &mut Tx, channel: &Channel, provider_id: &str, address: &str, emoji: &str) -> Result<bool> {
    let Some((message, customer)) = outbox::whose(tx, channel.id, provider_id)? else { return Ok(false) };
    let Some((account, _)) = store::account(tx, channel.id, address)? else { return Ok(false) };
    let emoji: String = text::clean(emoji).chars().take(16).collect();
    store::react(tx, message, account, &emoji)?;
    tx.publish(Topic::Customer(customer));
    Ok(true)
}

/// Somebody whom nobody knows has nothing to change.
fn subscribe(tx: &mut Tx, channel: &Channel, address: &str, subscribed: bool, at: UtcTime) -> Result<bool> {
    if let Some((account, customer)) = store::account(tx, channel.id, address)?
        && store::set_subscribed(tx, account, subscribed, at)?
    {
        tx.publish(Topic::Customer(customer));
        tx.publish(Topic::Inbox);
    }
    Ok(true)
}
