//! A message comes in: whose it is, which conversation it belongs to, and who is told.

use super::model::{Conversation, Origin, VisitDetails};
use super::store;
use crate::customers::{self, Claim, Customer, Details, NewAccount, Origin as CustomerOrigin};
use crate::db::Tx;
use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, MessageId};
use crate::error::Result;
use crate::messages::{self, Event, MessageKind, NewMessage, StoredFile};
use crate::realtime::Topic;
use crate::text;
use crate::{auth::CustomerScope, channels::ChannelKind};

/// A message as a channel hands it over.
#[derive(Clone, Debug)]
pub struct Inbound {
    pub channel: ChannelId,
    pub sender: Sender,
    pub body: String,
    pub files: Vec<StoredFile>,
    /// Made by the sender's program: the same message is stored once.
    pub client_uuid: Option<String>,
    pub visit: Option<VisitDetails>,
    /// Country of phone numbers without country code.
    pub phone_region: String,
}

/// Who sends, as the channel knows them.
#[derive(Clone, Debug, Default)]
pub struct Sender {
    /// Unique in the channel.
    pub address: String,
    pub display_name: String,
    pub username: String,
    pub avatar_url: Option<String>,
    /// Only what the channel itself vouches for: a signed external ID, the sender of a mail, a WhatsApp number.
    pub external_id: Option<String>,
    pub phone: Option<String>,
    pub email: Option<String>,
    /// What they typed about themselves: stored, never believed.
    pub claims: Vec<Claim>,
    /// How they first came.
    pub source_tag: String,
}

/// What became of an inbound message.
#[derive(Clone, Debug)]
pub struct Received {
    pub customer: CustomerId,
    pub account: AccountId,
    /// `None`: the customer is blocked.
    pub conversation: Option<ConversationId>,
    pub message: MessageId,
    /// False: the message had been stored before.
    pub is_new: bool,
}

/// Which conversation an inbound message belongs to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Belongs {
    /// The one of its account that is open, or a new one.
    Account,
    /// This one while it is open; otherwise a new one. Mails: each chain is a conversation of its own.
    Chain(Option<ConversationId>),
}

/// Stores an inbound message: finds or makes its customer, finds or opens its conversation, counts it as unread.
pub fn receive(tx: &mut Tx, inbound: &Inbound) -> Result<Received> {
    receive_in(tx, inbound, Belongs::Account)
}

/// The same for a message that may belong to a certain conversation.
pub fn receive_in(tx: &mut Tx, inbound: &Inbound, belongs: Belongs) -> Result<Received> {
    let (kind, _) = store::channel(tx, inbound.channel)?;
    let (customer, account) = identify(tx, inbound, kind)?;
    if let Some(uuid) = &inbound.client_uuid
        && let Some(known) = messages::store::find_by_client_uuid(tx, customer.id, uuid)?
    {
        return Ok(Received {
            customer: customer.id,
            account,
            conversation: known.conversation_id,
            message: known.id,
            is_new: false,
        });
    }
    let conversation = if customer.blocked { None } else { Some(open(tx, inbound, &customer, account, belongs)?) };
    let message = messages::insert(
        tx,
        &NewMessage {
            customer_id: customer.id,
            conversation_id: conversation,
            channel_id: inbound.channel,
            kind: MessageKind::Customer,
            author_id: None,
            body: inbound.body.clone(),
            event: None,
            files: inbound.files.clone(),
            client_uuid: inbound.client_uuid.clone(),
            received_while_blocked: customer.blocked,
        },
    )?;
    if let Some(id) = conversation {
        store::touch(tx, id, false)?;
        customers::store::note_unread(tx, customer.id, inbound.channel, kind)?;
        tx.publish(Topic::Inbox);
    }
    tx.publish(Topic::Customer(customer.id));
    tx.publish(Topic::Visitor(account));
    Ok(Received { customer: customer.id, account, conversation, message, is_new: true })
}

/// Finds the account and its customer, or makes them; takes over what the channel says now.
pub fn identify(tx: &mut Tx, inbound: &Inbound, kind: ChannelKind) -> Result<(Customer, AccountId)> {
    let sender = &inbound.sender;
    let new = NewAccount {
        channel: inbound.channel,
        address: &sender.address,
        display_name: &sender.display_name,
        username: &sender.username,
        avatar_url: sender.avatar_url.as_deref(),
    };
    let known = customers::store::find_account_by_address(tx, inbound.channel, &sender.address)?;
    let (id, account) = match known {
        Some(account) => {
            customers::store::update_account(tx, account.id, &new)?;
            (account.customer_id, account.id)
        }
        None => {
            let customer = match vouched_match(tx, inbound)? {
                Some(id) => id,
                None => create(tx, inbound, kind)?,
            };
            (customer, customers::store::insert_account(tx, customer, &new)?)
        }
    };
    for claim in &sender.claims {
        customers::store::insert_claim(tx, id, claim, &inbound.phone_region)?;
    }
    let customer = customers::find(tx, &CustomerScope::system(), id)?;
    let name = text::clean(&sender.display_name);
    if !customer.name_edited && !name.is_empty() && name != customer.name {
        customers::store::set_channel_name(tx, id, &name)?;
    } else if known_is_new(&customer) {
        customers::store::refresh_search_text(tx, id)?;
    }
    customers::store::refresh_pending(tx, id)?;
    Ok((customers::find(tx, &CustomerScope::system(), id)?, account))
}

/// A customer without any message yet has just got their account, whose names search must know.
fn known_is_new(customer: &Customer) -> bool {
    customer.last_message_id.is_none()
}

fn vouched_match(tx: &mut Tx, inbound: &Inbound) -> Result<Option<CustomerId>> {
    let sender = &inbound.sender;
    let phone = sender.phone.as_deref().and_then(|p| text::phone_digits(p, &inbound.phone_region));
    let email = sender.email.as_deref().map(text::fold);
    customers::store::find_by_contact(tx, sender.external_id.as_deref(), phone.as_deref(), email.as_deref())
}

fn create(tx: &mut Tx, inbound: &Inbound, kind: ChannelKind) -> Result<CustomerId> {
    let sender = &inbound.sender;
    let named = [&sender.display_name, &sender.username, sender.email.as_ref().unwrap_or(&sender.username)];
    let name = named.into_iter().map(|n| text::clean(n)).find(|n| !n.is_empty()).or_else(|| sender.phone.clone());
    let details = Details {
        // A visitor without any name is told apart by a number of their own.
        name: name.unwrap_or_else(|| visitor_name(&sender.address)),
        phone: sender.phone.clone(),
        email: sender.email.clone(),
        external_id: sender.external_id.clone(),
        ..Details::default()
    };
    let source = if sender.source_tag.is_empty() { kind.as_str() } else { &sender.source_tag };
    customers::store::insert(
        tx,
        &details,
        &CustomerOrigin {
            channel: Some((inbound.channel, kind)),
            source_tag: source,
            avatar_url: sender.avatar_url.as_deref(),
            name_edited: false,
            phone_region: &inbound.phone_region,
        },
    )
}

fn visitor_name(address: &str) -> String {
    let tail: String = address.chars().filter(|c| c.is_ascii_alphanumeric()).take(4).collect();
    format!("Visitor {}", tail.to_uppercase())
}

fn open(
    tx: &mut Tx,
    inbound: &Inbound,
    customer: &Customer,
    account: AccountId,
    belongs: Belongs,
) -> Result<ConversationId> {
    let goes_on = match belongs {
        Belongs::Account => store::open_of_account(tx, account)?,
        Belongs::Chain(Some(id)) => {
            let found = store::find_many(tx, &CustomerScope::system(), customer.id, &[id])?;
            found.into_iter().find(Conversation::is_open)
        }
        Belongs::Chain(None) => None,
    };
    if let Some(Conversation { id, .. }) = goes_on {
        return Ok(id);
    }
    let id = store::insert(
        tx,
        &store::New {
            customer: customer.id,
            channel: inbound.channel,
            account,
            origin: Origin::Incoming,
            assignee: None,
            visit: inbound.visit.as_ref(),
        },
    )?;
    super::actions::tell(tx, customer.id, Some(id), inbound.channel, Event::Opened { by: None })?;
    Ok(id)
}
