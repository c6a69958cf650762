//! A message comes in: whose it is, which conversation it belongs to, and who is told.

use super::model::{Origin, VisitDetails};
use super::store;
use crate::blacklist;
use crate::channels::{self, ChannelKind};
use crate::customers::{self, Addressing, Claim, Details, KnownAccount, NewAccount, Origin as CustomerOrigin};
use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, MessageId, UtcTime};
use crate::db::{Failure, Tx};
use crate::error::{Error, Result};
use crate::messages::{self, Event, MessageKind, NewMessage, StoredFile};
use crate::realtime::Topic;
use crate::settings;
use crate::text;
use crate::web::i18n::Lang;

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
    /// Whether a funnel may be enabled: looked up before the write ([`crate::funnels::are_on`]).
    pub bot: bool,
    pub addressing: Addressing,
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
    /// When they wrote, by the channel's clock; `None`: now.
    pub wrote_at: Option<UtcTime>,
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
    /// This one while it is open; otherwise the one that its chain goes on in, or a new one. Mails: each chain is a
    /// conversation of its own.
    Chain(Option<ConversationId>),
}

/// Stores an inbound message: finds or makes its customer, finds or opens its conversation, counts it as unread.
pub fn receive(tx: &mut Tx, inbound: &Inbound) -> Result<Received> {
    receive_in(tx, inbound, Belongs::Account)
}

/// The same for a message that may belong to a certain conversation.
pub fn receive_in(tx: &mut Tx, inbound: &Inbound, belongs: Belongs) -> Result<Received> {
    let who = identify(tx, inbound)?;
    if let Some(uuid) = &inbound.client_uuid
        && let Some(known) = messages::store::find_by_client_uuid(tx, who.customer, uuid)?
    {
        return Ok(Received {
            customer: who.customer,
            account: who.account,
            conversation: known.conversation_id,
            message: known.id,
            is_new: false,
        });
    }
    let open = if who.blocked { None } else { Some(open(tx, inbound, &who, belongs)?) };
    let conversation = open.as_ref().map(|(id, _)| *id);
    let message = messages::insert(
        tx,
        &NewMessage {
            customer_id: who.customer,
            conversation_id: conversation,
            channel_id: inbound.channel,
            kind: MessageKind::Customer,
            author_id: None,
            body: inbound.body.clone(),
            event: None,
            files: inbound.files.clone(),
            client_uuid: inbound.client_uuid.clone(),
            from_blocked: who.blocked.then_some(who.account),
        },
    )?;
    if let Some((id, waits)) = open {
        store::touch(tx, id, false)?;
        super::bot::turn(tx, inbound, &who, id)?;
        if waits {
            tx.publish(Topic::Distribution);
        }
        tx.publish(Topic::Inbox);
    }
    tx.publish(Topic::Customer(who.customer));
    tx.publish(Topic::Visitor(who.account));
    Ok(Received { customer: who.customer, account: who.account, conversation, message, is_new: true })
}

/// Whose message it is.
#[derive(Clone, Copy, Debug)]
pub struct Identified {
    pub customer: CustomerId,
    pub account: AccountId,
    pub blocked: bool,
    /// There is no message of theirs yet, and none to them.
    pub is_new: bool,
}

/// Finds the account and its customer, or makes them; takes over what the channel says now.
pub fn identify(tx: &mut Tx, inbound: &Inbound) -> Result<Identified> {
    let sender = &inbound.sender;
    let said = NewAccount {
        channel: inbound.channel,
        address: &sender.address,
        display_name: &sender.display_name,
        username: &sender.username,
        avatar_url: sender.avatar_url.as_deref(),
    };
    let known = match customers::store::known_account(tx, inbound.channel, &sender.address)? {
        Some(known) => {
            if known.is_news(&said) {
                let wrote_at = sender.wrote_at.unwrap_or_else(UtcTime::now);
                customers::store::update_account(tx, known.account, &said, wrote_at)?;
            }
            known
        }
        None => join(tx, inbound, &said)?,
    };
    for claim in &sender.claims {
        customers::store::insert_claim(tx, known.customer, claim, &inbound.addressing.phone_region)?;
    }
    let name = text::clean(&sender.display_name);
    if !known.name_edited && !name.is_empty() && name != known.name {
        customers::store::set_channel_name(tx, known.customer, &name)?;
    } else if !known.has_messages {
        // They have just got their account, whose names search must know.
        customers::store::refresh_search_text(tx, known.customer)?;
    }
    let KnownAccount { customer, account, blocked, has_messages, .. } = known;
    Ok(Identified { customer, account, blocked, is_new: !has_messages })
}

/// A new account: of a customer whom the channel's word leads to, or of a new one.
fn join(tx: &mut Tx, inbound: &Inbound, said: &NewAccount) -> Result<KnownAccount> {
    let kind = channels::find(tx, inbound.channel)?.kind;
    let customer = match vouched_match(tx, inbound)? {
        Some(id) => {
            if let Some(external_id) = &inbound.sender.external_id {
                customers::store::fill_external_id(tx, id, external_id)?;
            }
            id
        }
        None => create(tx, inbound, kind)?,
    };
    customers::store::insert_account(tx, customer, said)?;
    customers::store::refresh_pending(tx, customer)?;
    blacklist::block_as_before(tx, customer, &inbound.addressing.mark(kind, said.address))?;
    customers::store::known_account(tx, said.channel, said.address)?.ok_or(Error::NotFound)
}

fn vouched_match(tx: &mut Tx, inbound: &Inbound) -> Result<Option<CustomerId>> {
    let sender = &inbound.sender;
    let phone = sender.phone.as_deref().and_then(|p| text::phone_digits(p, &inbound.addressing.phone_region));
    let email = sender.email.as_deref().map(text::fold_address);
    customers::store::find_or_hold_contact(tx, sender.external_id.as_deref(), phone.as_deref(), email.as_deref())
}

fn create(tx: &mut Tx, inbound: &Inbound, kind: ChannelKind) -> Result<CustomerId> {
    let sender = &inbound.sender;
    let named = [&sender.display_name, &sender.username, sender.email.as_ref().unwrap_or(&sender.username)];
    let name = named.into_iter().map(|n| text::clean(n)).find(|n| !n.is_empty()).or_else(|| sender.phone.clone());
    // A visitor without any name is told apart by a number of their own.
    let name = match name {
        Some(name) => name,
        None => visitor_name(settings::language(tx)?.unwrap_or(Lang::En), &sender.address),
    };
    let details = Details {
        name,
        phone: sender.phone.clone(),
        email: sender.email.clone(),
        external_id: sender.external_id.clone(),
        ..Details::default()
    };
    let source = if sender.source_tag.is_empty() { kind.as_str() } else { &sender.source_tag };
    let origin = CustomerOrigin {
        channel: Some((inbound.channel, kind)),
        source_tag: source,
        avatar_url: sender.avatar_url.as_deref(),
        name_edited: false,
        phone_region: &inbound.addressing.phone_region,
    };
    customers::store::insert(tx, &details, &origin)
}

fn visitor_name(lang: Lang, address: &str) -> String {
    let tail: String = address.chars().filter(|c| c.is_ascii_alphanumeric()).take(4).collect();
    lang.with("conversations-visitor", "number", tail.to_uppercase())
}

/// The conversation that the message belongs to, and whether it has just been opened and is to be given to somebody.
fn open(tx: &mut Tx, inbound: &Inbound, who: &Identified, belongs: Belongs) -> Result<(ConversationId, bool)> {
    if let Some(id) = going_on(tx, who, belongs)? {
        return Ok((id, false));
    }
    // Another message of theirs may be opening one right now, or somebody may be blocking them.
    let opening = customers::store::hold_to_open(tx, who.customer)?;
    if opening.blocked {
        return Err(Failure::Overtaken.into());
    }
    if let Some(id) = going_on(tx, who, belongs)? {
        return Ok((id, false));
    }
    let continues = match belongs {
        Belongs::Chain(Some(named)) => store::first_of_chain(tx, named)?,
        _ => None,
    };
    let id = store::insert(
        tx,
        &store::New {
            customer: who.customer,
            channel: inbound.channel,
            account: who.account,
            origin: Origin::Incoming,
            assignee: None,
            visit: inbound.visit.as_ref(),
            continues,
        },
    )?;
    super::actions::tell(tx, who.customer, Some(id), inbound.channel, Event::Opened { by: None })?;
    Ok((id, opening.distributes))
}

/// Whether a message of the customer that names this conversation goes on with one, and opens none.
pub fn is_chain_open(tx: &mut Tx, customer: CustomerId, named: ConversationId) -> Result<bool> {
    Ok(store::open_of_chain(tx, customer, named)?.is_some())
}

/// The conversation that the message goes on with, while that is open.
fn going_on(tx: &mut Tx, who: &Identified, belongs: Belongs) -> Result<Option<ConversationId>> {
    match belongs {
        Belongs::Account => store::open_of_account(tx, who.customer, who.account),
        Belongs::Chain(Some(id)) => store::open_of_chain(tx, who.customer, id),
        Belongs::Chain(None) => Ok(None),
    }
}
