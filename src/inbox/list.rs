//! The list of customers, read and made ready to show.

use std::collections::HashMap;
use std::sync::Arc;

use super::choices::{Choices, Said};
use super::model::display::Display;
use super::model::{Filter, Tab, Task, with_query};
use super::store::displays::{self, More};
use super::store::{self, Listed, Viewer};
use crate::auth::Operator;
use crate::batches::{self, Going};
use crate::channels::{self, ChannelKind, registry};
use crate::db::Conn;
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::error::Result;
use crate::mails;
use crate::messages::MessageKind;
use crate::resends::{self, Progress};
use crate::staff;
use crate::tags::CustomerTag;
use crate::text;
use crate::web::shell::Shell;
use crate::web::times::Clock;

/// The list as it was read.
pub struct List {
    pub filter: Filter,
    /// Those whom this person has pinned, above the others.
    pinned: Vec<Listed>,
    customers: Vec<Listed>,
    more: bool,
    /// Of each tab; of a list that is narrowed none are counted, and those of all customers would belie it.
    counts: Vec<i64>,
    people: Arc<HashMap<StaffId, (String, String)>>,
    /// What the filters of the panel are called, where any is set.
    choices: Option<Choices>,
    resend: Option<Progress>,
    batch: Option<Going>,
    writes: Vec<ChannelKind>,
    mails: bool,
    display: Arc<Display>,
    more_of: More,
}

/// Reads the list.
pub fn load(conn: &mut Conn, by: &Operator, clock: Clock, filter: Filter) -> Result<List> {
    let viewer = viewer(by, clock);
    let pinned = store::pinned(conn, &viewer, &filter)?;
    let mut rows = store::rows(conn, &viewer, &filter)?;
    let depth = usize::try_from(filter.depth).unwrap_or(usize::MAX);
    let more = rows.len() > depth;
    rows.truncate(depth);
    let display = displays::of(conn, by.id())?;
    let ids: Vec<CustomerId> = pinned.iter().chain(&rows).map(|customer| customer.id).collect();
    let more_of = More::of(conn, &display, &ids)?;
    let people = staff::everybody(conn)?;
    let resend = if by.supervisor().is_some() { resends::going(conn)? } else { None };
    let batch = batches::going(conn, by.id())?;
    let enabled = channels::enabled(conn)?;
    let (writes, mails) = (registry::open_to_phones(&enabled), !mails::senders(&enabled).is_empty());
    let choices = if filter.facets.set().is_empty() { None } else { Some(Choices::load(conn)?) };
    Ok(List {
        counts: if filter.is_narrow() || filter.failed { vec![] } else { store::counts(conn, &viewer.scope, by.id())? },
        filter,
        pinned,
        customers: rows,
        more,
        people,
        choices,
        resend,
        batch,
        writes,
        mails,
        display,
        more_of,
    })
}

/// This person, at this time.
pub fn viewer(by: &Operator, clock: Clock) -> Viewer {
    Viewer { scope: by.scope(), me: by.id(), clock }
}

/// The list as the page shows it.
pub struct ListView {
    pub filter: Filter,
    pub tabs: Vec<TabView>,
    pub cards: Vec<Card>,
    /// Where the region fetches itself again.
    pub region: String,
    /// The next page, by a link.
    pub next: String,
    /// The same list with more rows, in one piece.
    pub deeper: String,
    /// Rows of it.
    pub depth: i64,
    /// Failed messages that are being sent again, for those who may do that.
    pub resend: Option<Progress>,
    /// What this person has had done to many customers, while it goes on.
    pub batch: Option<Going>,
    /// Messengers in which anybody with a phone number can be written to.
    pub writes: Vec<ChannelKind>,
    /// Mails can be written.
    pub mails: bool,
    /// What this person has chosen to see on the cards.
    pub display: Arc<Display>,
    /// What is set in the panel.
    pub chips: Vec<Chip>,
}

/// A filter of the panel that is set, with the address of the list without it.
pub struct Chip {
    pub said: Said,
    pub without: String,
}

pub struct TabView {
    pub href: String,
    pub name: &'static str,
    /// None: the list is narrowed.
    pub count: Option<i64>,
    pub is_here: bool,
}

/// A customer in the list.
pub struct Card {
    pub id: CustomerId,
    pub href: String,
    pub name: String,
    pub initials: String,
    pub hue: u8,
    pub channel: &'static str,
    pub blocked: bool,
    pub paused: bool,
    /// They have unsubscribed in the channel where they were last in touch.
    pub has_left: bool,
    /// Whose last message it is: a word of `locales/`, or a colleague's e-mail.
    pub mark: Mark,
    pub text: String,
    pub mine: bool,
    /// A colleague's name.
    pub responsible: String,
    pub time: UtcTime,
    pub unread: i64,
    pub is_open: bool,
    /// The newest outgoing message has not arrived.
    pub failed: bool,
    /// By whoever looks.
    pub is_pinned: bool,
    pub tags: Vec<Arc<CustomerTag>>,
    /// Contacts, and custom fields with their names.
    pub facts: Vec<(String, String)>,
}

/// The mark before the last message.
pub enum Mark {
    None,
    Word { icon: &'static str, key: &'static str },
    Staff(String),
}

impl ListView {
    /// What this person may do to marked customers.
    pub fn tasks(&self, sh: &Shell) -> impl Iterator<Item = &'static Task> {
        Task::allowed_to(sh.me.role)
    }

    /// What the button of the panel is called.
    pub fn panel_label(&self, sh: &Shell) -> String {
        let set = i64::try_from(self.chips.len()).unwrap_or(0);
        if set == 0 { sh.t("filter-title").to_string() } else { sh.tn("filter-title-set", set) }
    }

    pub fn names_what_is_gone(&self) -> bool {
        self.chips.iter().any(|chip| chip.said.is_gone)
    }

    pub fn new(sh: &Shell, list: List) -> Self {
        let List {
            filter,
            pinned,
            customers,
            more,
            counts,
            people,
            choices,
            resend,
            batch,
            writes,
            mails,
            display,
            mut more_of,
        } = list;
        let tabs = Tab::ALL
            .iter()
            .enumerate()
            .map(|(place, tab)| TabView {
                href: with_query("/inbox", &filter.query(*tab)),
                name: tab.name_key(),
                count: counts.get(place).copied(),
                is_here: *tab == filter.tab,
            })
            .collect();
        let next = customers.last().filter(|_| more).map(|last| {
            let cursor = last.place(filter.facets.sort).encode();
            let query = filter.query(filter.tab);
            let and = if query.is_empty() { "" } else { "&" };
            format!("/inbox?{query}{and}before={cursor}")
        });
        let deeper = filter.deeper().filter(|_| more).map(|depth| filter.region(depth));
        let mut view = |customer: Listed, is_pinned| {
            let (tags, facts) = (more_of.tags.remove(&customer.id).unwrap_or_default(), more_of.facts(customer.id));
            Card { tags, facts, ..card(sh, &filter, &people, customer, is_pinned) }
        };
        let all = pinned.into_iter().map(|customer| (customer, true));
        let all = all.chain(customers.into_iter().map(|customer| (customer, false)));
        let cards = all.map(|(customer, is_pinned)| view(customer, is_pinned)).collect();
        let said = choices.map(|choices| choices.said(sh.lang, &filter.facets)).unwrap_or_default();
        let chips = said.into_iter().map(|said| Chip { without: filter.without(said.name), said });
        Self {
            chips: chips.collect(),
            tabs,
            cards,
            region: filter.region(filter.depth),
            next: next.unwrap_or_default(),
            deeper: deeper.unwrap_or_default(),
            depth: filter.depth,
            resend,
            batch,
            writes,
            mails,
            display,
            filter,
        }
    }
}

fn card(
    sh: &Shell,
    filter: &Filter,
    people: &HashMap<StaffId, (String, String)>,
    customer: Listed,
    is_pinned: bool,
) -> Card {
    let mine = customer.responsible_id == Some(sh.me.id);
    let responsible = customer.responsible_id.filter(|_| !mine).and_then(|id| people.get(&id));
    Card {
        id: customer.id,
        href: filter.at(&format!("/inbox/{}", customer.id)),
        initials: text::initials(&customer.name),
        hue: text::hue(customer.id.0),
        channel: customer.channel_kind.as_ref().map_or("", |kind| kind.as_str()),
        blocked: customer.blocked,
        paused: customer.paused,
        has_left: customer.has_left,
        mark: mark(sh, people, &customer),
        mine,
        responsible: responsible.map(|(name, _)| name.clone()).unwrap_or_default(),
        time: customer.last_activity_at,
        unread: customer.unread_count,
        failed: customer.send_failed,
        is_pinned,
        is_open: filter.open == Some(customer.id),
        text: customer.last_message_text,
        name: customer.name,
        tags: vec![],
        facts: vec![],
    }
}

fn mark(sh: &Shell, people: &HashMap<StaffId, (String, String)>, customer: &Listed) -> Mark {
    let word = |icon, key| Mark::Word { icon, key };
    match customer.last_message_kind {
        None => Mark::None,
        Some(MessageKind::Comment) => word("note", "inbox-mark-comment"),
        Some(_) if customer.last_message_attachment => word("paperclip", "inbox-mark-attachment"),
        Some(MessageKind::Customer) => word("", "inbox-mark-customer"),
        Some(MessageKind::Staff) => match customer.last_message_author_id {
            Some(id) if id == sh.me.id => word("", "inbox-mark-you"),
            Some(id) => Mark::Staff(people.get(&id).map(|(_, email)| email.clone()).unwrap_or_default()),
            None => Mark::None,
        },
        Some(_) => word("robot", "inbox-mark-bot"),
    }
}
