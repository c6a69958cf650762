//! What an event changes. Each may come twice, late, or before what it is about.

use super::known::Known;
use super::store;
use crate::channels::Channel;
use crate::channels::inbound::{Event, Message};
use crate::conversations::{self, Belongs, Inbound, Sender};
use crate::customers::{self, Addressing, Claim, ClaimKind};
use crate::db::Tx;
use crate::db::types::{CustomerId, MessageId, UtcTime};
use crate::error::Result;
use crate::files::StoredFile;
use crate::mails::{self, NewMail};
use crate::messages::{self, AWAITED};
use crate::outbox;
use crate::realtime::Topic;
use crate::text;

/// A message that was so long on its way is shown with the time at which it was written.
const LATE: chrono::Duration = chrono::Duration::minutes(1);

/// The files of an event, fetched.
#[derive(Clone, Debug, Default)]
pub struct Fetched {
    pub files: Vec<StoredFile>,
    /// Those that could not be had, each with the reason.
    pub missing: Vec<String>,
    /// Names of those that cannot be had at the moment.
    pub awaited: Vec<String>,
    /// The message was stored before; only files that it lacked are brought.
    pub is_rest: bool,
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
    /// It is done but for files that cannot be had at the moment.
    FilesLater,
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
            receive(tx, channel, message, fetched, received_at, (addressing, bot))?;
            return Ok(if fetched.awaited.is_empty() { Outcome::Done } else { Outcome::FilesLater });
        }
        Event::Edited { provider_id, body, at } => edit(tx, channel, provider_id, body, at.unwrap_or(received_at))?,
        Event::Reaction { provider_id, address, emoji, at } => {
            react(tx, channel, provider_id, address, emoji, at.unwrap_or(received_at))?
        }
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
    received_at: UtcTime,
    (addressing, bot): (&Addressing, bool),
) -> Result<()> {
    let Known { belongs, address, name, message: known } = Known::find(tx, channel, message)?;
    if let Some((id, customer)) = known {
        return if fetched.is_rest { complete(tx, message, fetched, id, customer) } else { Ok(()) };
    }
    if fetched.is_rest {
        // It has been deleted meanwhile.
        return Ok(());
    }
    let sender = &message.sender;
    let typed_email = sender.typed_email.clone().map(|value| Claim { kind: ClaimKind::Email, value });
    let inbound = Inbound {
        channel: channel.id,
        sender: Sender {
            address: address.clone(),
            display_name: text::clean(&sender.display_name),
            username: text::clean(&sender.username),
            phone: sender.phone.clone(),
            email: sender.email.clone(),
            claims: typed_email.into_iter().collect(),
            wrote_at: message.sent_at,
            ..Sender::default()
        },
        body: text::clean_lines(&message.body),
        files: fetched.files.clone(),
        client_uuid: None,
        visit: None,
        bot,
        addressing: addressing.clone(),
    };
    if message.automatic && !goes_on(tx, channel, &address, belongs)? {
        // A machine's answer opens nothing.
        return Ok(());
    }
    let received = conversations::receive_in(tx, &inbound, belongs)?;
    // Somebody who is known may only now tell their number: Telegram's people share it after their first words.
    let (email, phone) = (sender.email.as_deref(), sender.phone.as_deref());
    customers::store::fill_contact(tx, received.customer, email, phone, &addressing.phone_region)?;
    outbox::remember(tx, channel.id, &name, received.message, received.customer, None)?;
    let reply_to = match &message.reply_to {
        Some(name) => outbox::whose(tx, channel.id, name)?.map(|(id, _)| id),
        None => None,
    };
    let addition = store::Addition {
        reply_to_id: reply_to,
        forwarded_from: message.forwarded_from.as_deref().map(text::clean),
        unsupported: not_shown(message, fetched),
        sent_at: message.sent_at.filter(|sent| sent.until(received_at) >= LATE),
    };
    store::complete(tx, received.message, &addition)?;
    if let Some(mail) = &fetched.mail {
        mails::attach(tx, received.message, received.customer, mail)?;
    }
    if let Some(avatar) = &fetched.avatar {
        store::set_avatar(tx, received.account, received.customer, avatar.file_id)?;
    }
    Ok(())
}

/// Brings what a message lacked that was stored before.
fn complete(tx: &mut Tx, message: &Message, fetched: &Fetched, id: MessageId, customer: CustomerId) -> Result<()> {
    messages::add_files(tx, id, customer, &fetched.files)?;
    store::set_unsupported(tx, id, not_shown(message, fetched).as_deref())?;
    tx.publish(Topic::Customer(customer));
    tx.publish(Topic::Inbox);
    Ok(())
}

/// What of a message cannot be shown: its kind, files that are gone, and files that may still come.
fn not_shown(message: &Message, fetched: &Fetched) -> Option<String> {
    let awaited = fetched.awaited.iter().map(|name| format!("{AWAITED}{name}"));
    let all: Vec<String> = message.unsupported.iter().chain(&fetched.missing).cloned().chain(awaited).collect();
    (!all.is_empty()).then(|| all.join("; "))
}

/// Whether a message finds its conversation open, or the one that goes on with it.
fn goes_on(tx: &mut Tx, channel: &Channel, address: &str, belongs: Belongs) -> Result<bool> {
    match belongs {
        Belongs::Account => Ok(true),
        Belongs::Chain(None) => Ok(false),
        Belongs::Chain(Some(id)) => match store::account(tx, channel.id, address)? {
            Some((_, customer)) => conversations::is_chain_open(tx, customer, id),
            None => Ok(false),
        },
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

fn react(tx: &mut Tx, channel: &Channel, provider_id: &str, address: &str, emoji: &str, at: UtcTime) -> Result<bool> {
    let Some((message, customer)) = outbox::whose(tx, channel.id, provider_id)? else { return Ok(false) };
    let Some((account, _)) = store::account(tx, channel.id, address)? else { return Ok(false) };
    let emoji: String = text::clean(emoji).chars().take(16).collect();
    if store::react(tx, message, account, &emoji, at)? {
        tx.publish(Topic::Customer(customer));
    }
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
