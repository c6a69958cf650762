//! The open conversation, read: the log at a place, the state of things, and what is known of the customer.

use std::sync::Arc;

use super::model::display::Hideable;
use super::model::{Place, Spot};
use super::store;
use crate::auth::Operator;
use crate::blacklist;
use crate::channels::{self, Channel, ChannelKind};
use crate::conversations::{self, Conversation, Window, may_work};
use crate::customers::{self, Belongings, Customer, ListedCustomer, StoredClaim};
use crate::db::Conn;
use crate::db::types::{ChannelId, ConversationId, CustomerId, MessageId};
use crate::deals;
use crate::error::{Result, Said};
use crate::fields::{self, Values};
use crate::files::Limits;
use crate::funnels;
use crate::mails;
use crate::messages::thread::{self, Thread};
use crate::messages::{At, Stretch, first_of, last_of, stretch};
use crate::staff;
use crate::tags::{self, CustomerTag, TagPath};
use crate::templates::{self, Offer};

/// Messages that are fetched at once.
const PIECE: i64 = 50;
/// The longest log in one piece; older ones come as pages.
const LONGEST: i64 = 400;

/// A part of the log.
pub struct Log {
    pub thread: Thread,
    /// The query under which it is fetched again.
    pub again: String,
    /// The conversation after the last one here, when newer messages follow.
    pub next: Option<ConversationId>,
    /// Kinds of messages that this person hides.
    pub hidden: Vec<Hideable>,
    /// Which are shown here all the same.
    pub is_whole: bool,
}

/// The log at a place, as this person sees it.
pub fn log(conn: &mut Conn, by: &Operator, customer: &Customer, spot: Spot) -> Result<Log> {
    let place = settled(conn, customer, spot.place)?;
    let hidden = store::displays::of(conn, by.id())?.hidden.clone();
    let found = at(conn, customer, place)?;
    let thread = thread::of(conn, customer, found)?;
    let last = thread.messages.iter().rev().find_map(|m| m.conversation_id).filter(|_| thread.has_newer);
    let after = if let Place::At(id) = place { last.map(|_| id) } else { last };
    let next = after.map(|id| store::next_conversation(conn, customer.id, id)).transpose()?.flatten();
    Ok(Log { again: again(place, spot.conversation, &thread), thread, next, hidden, is_whole: spot.is_whole })
}

/// Whether the log at this place goes up to the newest message: whoever opens it there has seen all.
pub fn shows_end(conn: &mut Conn, customer: &Customer, place: Place) -> Result<bool> {
    match settled(conn, customer, place)? {
        Place::End | Place::From(_) => Ok(true),
        Place::Before(_) => Ok(false),
        place @ (Place::Older(_) | Place::At(_)) => Ok(!at(conn, customer, place)?.has_newer),
    }
}

/// A conversation that goes on is read at its end, where the answer to it belongs.
fn settled(conn: &mut Conn, customer: &Customer, place: Place) -> Result<Place> {
    let Place::At(id) = place else { return Ok(place) };
    let open = conversations::store::of_customer::open(conn, customer)?;
    if !open.iter().any(|open| open.id == id) {
        return Ok(place);
    }
    let last = last_of(conn, customer.id, id)?;
    Ok(last.map_or(Place::End, |last| Place::Older(MessageId(last.0.saturating_add(1)))))
}

/// The messages at a place.
fn at(conn: &mut Conn, customer: &Customer, place: Place) -> Result<Stretch> {
    let mut read = |at, limit| stretch(conn, customer, at, limit);
    match place {
        Place::End => read(At::End, PIECE),
        Place::Older(id) => {
            let older = read(At::Before(id), PIECE)?;
            let first = older.messages.first().map_or(id, |m| m.id);
            let whole = read(since(first), LONGEST)?;
            Ok(if whole.has_newer { older } else { whole })
        }
        Place::From(id) => {
            let whole = read(since(id), LONGEST)?;
            if whole.has_newer { read(At::End, PIECE) } else { Ok(whole) }
        }
        Place::Before(id) => read(At::Before(id), PIECE),
        Place::At(conversation) => match first_of(conn, customer.id, conversation)? {
            Some(first) => stretch(conn, customer, since(first), PIECE),
            None => stretch(conn, customer, At::End, PIECE),
        },
    }
}

/// The query under which this log is fetched again. One that goes up to the end grows with what comes in; any other stays
/// where it is.
fn again(place: Place, of: Option<ConversationId>, thread: &Thread) -> String {
    let place = match (place, thread.messages.first()) {
        (Place::Before(id) | Place::Older(id), _) if thread.has_newer => Some(format!("before={id}")),
        (_, Some(first)) if !thread.has_newer => Some(format!("from={}", first.id)),
        _ => None,
    };
    [of.map(|id| format!("at={id}")), place].into_iter().flatten().collect::<Vec<_>>().join("&")
}

fn since(id: MessageId) -> At {
    At::After(MessageId(id.0.saturating_sub(1)))
}

/// The customer and the conversation that goes on with them.
pub struct State {
    pub customer: Customer,
    /// The one that is answered: the one that is shown, else the newest that is open.
    pub conversation: Option<Conversation>,
    /// What else is open.
    pub others: Vec<Conversation>,
    pub channel: Option<Channel>,
    pub assignee: String,
    /// From whom an answer goes out that is a mail.
    pub mail_sender: String,
    /// Whether this person can answer now.
    pub may_reply: bool,
    /// This person has pinned the customer.
    pub is_pinned: bool,
    /// A request to block the customer waits for its decision.
    pub request_waits: bool,
    /// Why nothing leaves through the channel now.
    pub stop: Option<Said>,
    /// Tags of which one has to be chosen before the conversation is closed.
    pub needed_tags: Vec<Arc<TagPath>>,
    /// A mail can be written, whatever else is open.
    pub has_mail_way: bool,
    /// How long free text reaches the customer.
    pub window: Window,
    /// Templates that can be sent.
    pub offers: Vec<Offer>,
}

impl State {
    /// The address at which this conversation is the one that is answered.
    pub fn address(&self) -> String {
        let id = self.customer.id;
        let age = |open: &Conversation| (open.opened_at, open.id);
        match (&self.conversation, self.others.first()) {
            (Some(shown), Some(newest)) if age(newest) > age(shown) => format!("/inbox/{id}?at={}", shown.id),
            _ => format!("/inbox/{id}"),
        }
    }
}

/// What passes in any conversation of a customer that may be answered: which one is, the form says together with its files.
pub fn limits(conn: &mut Conn, by: &Operator, id: CustomerId) -> Result<Limits> {
    let customer = customers::find(conn, &by.scope(), id)?;
    let open = conversations::store::of_customer::open(conn, &customer)?;
    let channels = channels::list(conn)?;
    let meant = channels.iter().filter(|channel| {
        customer.channel_id == Some(channel.id) || open.iter().any(|one| one.channel_id == channel.id)
    });
    let each = meant.map(|channel| Limits::of(channel.kind));
    Ok(each.reduce(Limits::or).unwrap_or_else(|| Limits::of(ChannelKind::WebChat)))
}

/// What goes on with a customer, in this conversation if it is open.
pub fn state(conn: &mut Conn, by: &Operator, customer: Customer, shown: Option<ConversationId>) -> Result<State> {
    let mut others = conversations::store::of_customer::open(conn, &customer)?;
    let place = others.iter().position(|open| Some(open.id) == shown).unwrap_or(0);
    let conversation = (place < others.len()).then(|| others.remove(place));
    let channel = channel_of(conn, conversation.as_ref().map(|c| c.channel_id).or(customer.channel_id))?;
    let mail_sender = match (&channel, &conversation) {
        (Some(channel), Some(conversation)) if channel.kind == ChannelKind::Email => {
            mails::sender_for(conn, channel, conversation.id)?
        }
        _ => String::new(),
    };
    let assignee = conversation.as_ref().and_then(|c| c.assignee_id);
    let assignee = staff::names(conn, assignee.as_slice())?.into_values().next().unwrap_or_default();
    let may_reply = conversation.as_ref().is_some_and(|c| !customer.blocked && may_work(by, &customer, c).is_ok());
    let request_waits = blacklist::waiting_of(conn, customer.id)?.is_some();
    let stop = match &conversation {
        Some(conversation) => conversations::why_not(conn, conversation)?,
        None => None,
    };
    let needed_tags = match &conversation {
        Some(open) if may_reply => conversations::missing_tag(conn, Some(open.id))?,
        _ => vec![],
    };
    let window = match (&channel, &conversation) {
        (Some(channel), Some(conversation)) => conversations::window(conn, channel.kind, conversation.account_id)?,
        _ => Window::Always,
    };
    let offers = match &channel {
        Some(channel) if may_reply => templates::offers(conn, std::slice::from_ref(channel))?,
        _ => vec![],
    };
    Ok(State {
        is_pinned: store::pins::of(conn, by.id())?.contains(&customer.id),
        has_mail_way: conversations::has_mail_way(conn, &customer)?,
        mail_sender,
        customer,
        conversation,
        others,
        channel,
        assignee,
        may_reply,
        request_waits,
        stop,
        needed_tags,
        window,
        offers,
    })
}

fn channel_of(conn: &mut Conn, id: Option<ChannelId>) -> Result<Option<Channel>> {
    id.map(|id| channels::find(conn, id)).transpose()
}

/// What is known of a customer.
pub struct Known {
    pub customer: Customer,
    pub company: Option<String>,
    pub responsible: String,
    pub tags: Vec<Arc<CustomerTag>>,
    pub other_tags: Vec<Arc<CustomerTag>>,
    pub lists: customers::Lists,
    pub place: funnels::Place,
    /// Of the built-in CRM; `None` where it is not used.
    pub deals: Option<Vec<deals::Placed>>,
    pub handles: Vec<(String, String)>,
    pub is_pending: bool,
    /// They have unsubscribed in the channel where they were last in touch.
    pub has_left: bool,
    /// What they typed about themselves that the record does not say.
    pub claims: Vec<StoredClaim>,
    /// Others of that phone or e-mail.
    pub duplicates: Vec<ListedCustomer>,
    /// The newest, without the one that goes on.
    pub previous: Vec<Conversation>,
    /// The newest conversation with details of a visit.
    pub visit: Option<Conversation>,
    pub channels: Vec<Channel>,
    /// Custom fields and variables, and the order of all fields.
    pub values: Values,
}

/// Reads what is known of a customer.
pub fn known(conn: &mut Conn, by: &Operator, customer: Customer) -> Result<Known> {
    let id = customer.id;
    let recent = conversations::store::of_customer::recent(conn, &customer, 11)?;
    let Belongings { tags, lists, variables, handles, claims, is_pending, has_left, block } =
        customers::store::belongings_of(conn, id)?;
    // Of those alone who typed something: for others the profile asks.
    let duplicates = if claims.is_empty() {
        vec![]
    } else {
        customers::store::profile::duplicates(conn, &by.scope(), &customer, &claims)?
    };
    let other_tags = tags::customer_tags(conn)?.into_iter().filter(|tag| !tags.contains(tag)).take(200).collect();
    let handles = handles.into_iter().map(|h| (h.label, h.value)).collect();
    let people: Vec<_> = customer.responsible_id.into_iter().collect();
    let responsible = staff::names(conn, &people)?.into_values().next().unwrap_or_default();
    Ok(Known {
        company: store::company_name(conn, customer.company_id)?,
        place: funnels::place_among_all(conn, block)?,
        values: fields::values(conn, id, variables, &format!("/inbox/{id}"))?,
        deals: deals::shown(conn, id)?,
        is_pending,
        has_left,
        visit: recent.iter().find(|c| c.ip.is_some() || c.environment.is_some()).cloned(),
        previous: recent.into_iter().filter(|c| !c.is_open()).take(10).collect(),
        channels: channels::list(conn)?,
        claims: StoredClaim::unknown(&customer, claims),
        customer,
        responsible,
        tags,
        other_tags,
        lists,
        handles,
        duplicates,
    })
}
