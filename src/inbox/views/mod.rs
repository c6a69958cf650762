//! The page and its regions.

mod bulk;
mod composer;
mod dialogs;
mod displays;
mod head;
mod panel;
mod saved;
mod side;
mod window;

use askama::Template;

use super::list::{ListView, Mark};
use super::load::Log;
use super::model::display::{Hideable, Part};
use super::model::{ListQuery, Tab, with_query};
use crate::customers::Customer;
use crate::db::types::{ConversationId, CustomerId, MessageId};
use crate::messages::views::{Item, LogView, Look};
use crate::web::page::Regions;
use crate::web::shell::Shell;

pub use bulk::{BulkForm, BulkPage};
pub use composer::{ComposerView, Writing};
pub use dialogs::{DialogsView, MenuView};
pub use displays::{DisplayForm, DisplayPage, Which};
pub use head::HeadView;
pub use panel::{FilterForm, FiltersPage};
pub use saved::{SavedDeletePage, SavedPage};
pub use side::SideView;
pub use window::WindowView;

/// `/inbox` and `/inbox/{customer}`.
#[derive(Template)]
#[template(path = "inbox/page.html")]
pub struct InboxPage {
    pub sh: Shell,
    pub list: ListView,
    pub open: Option<Box<Open>>,
}

impl Regions for InboxPage {}

/// The conversation that is open.
pub struct Open {
    pub customer: Customer,
    pub head: HeadView,
    pub log: Place,
    pub composer: ComposerView,
    pub side: SideView,
    pub here: HereView,
    pub dialogs: DialogsView,
}

/// Where a conversation is open: beside which list.
#[derive(Clone)]
pub struct Beside {
    /// The page itself, where its forms come back to.
    pub here: String,
    /// The list alone.
    pub list: String,
    /// The end of the conversation, beside the same list.
    end: String,
}

impl Beside {
    /// Of the path and query of a page; anything but the inbox counts as its beginning.
    pub fn of(page: &str, customer: CustomerId) -> Self {
        let here = if page.starts_with("/inbox") { page } else { "/inbox" };
        let (path, query) = here.split_once('?').unwrap_or((here, ""));
        let conversation = format!("/inbox/{customer}");
        Self {
            list: if path == conversation { with_query("/inbox", query) } else { here.to_owned() },
            end: ListQuery::parse(query).filter().at(&conversation),
            here: here.to_owned(),
        }
    }

    /// The page of another place in what was said with the customer, which a query names; none is the end.
    pub fn place(&self, query: &str) -> String {
        match query {
            "" => self.end.clone(),
            query => format!("{}{}{query}", self.end, if self.end.contains('?') { '&' } else { '?' }),
        }
    }

    /// The page of another conversation with the customer.
    pub fn at(&self, conversation: &ConversationId) -> String {
        self.place(&format!("at={conversation}"))
    }
}

/// The address of a region about a conversation.
fn region(address: &str, conversation: Option<ConversationId>) -> String {
    let and = if address.contains('?') { '&' } else { '?' };
    conversation.map_or_else(|| address.to_owned(), |id| format!("{address}{and}conversation={id}"))
}

/// A part of a log with its ways on.
pub struct Place {
    pub customer: CustomerId,
    pub log: LogView,
    pub again: String,
    /// The page of the conversation after the last one here, when newer messages follow.
    pub next: Option<String>,
    /// The newest message that there is, here or not.
    pub newest: Option<MessageId>,
    /// Messages that are left out as this person has chosen.
    pub hidden: usize,
    /// Nothing is left out, though this person has chosen so.
    pub is_whole: bool,
    beside: Beside,
}

impl Place {
    pub fn new(sh: &Shell, customer: &Customer, log: &Log, beside: Beside) -> Self {
        let is_whole = log.is_whole && !log.hidden.is_empty();
        let mut view = LogView::new(sh, customer, &log.thread);
        let all = view.items.len();
        // Left out of what is shown only: the composer goes by the newest message of all.
        if !is_whole {
            view.items.retain(|item| hideable(item).is_none_or(|kind| !log.hidden.contains(&kind)));
        }
        let whole = if is_whole { "whole=1" } else { "" };
        let again =
            [log.again.as_str(), whole].into_iter().filter(|part| !part.is_empty()).collect::<Vec<_>>().join("&");
        Self {
            customer: customer.id,
            again: with_query(&format!("/inbox/{}/log", customer.id), &again),
            next: log.next.map(|id| beside.at(&id)),
            newest: customer.last_message_id,
            hidden: all - view.items.len(),
            log: view.rated_once(),
            is_whole,
            beside,
        }
    }

    fn hidden(&self) -> i64 {
        i64::try_from(self.hidden).unwrap_or(i64::MAX)
    }

    /// The same place with all that is hidden, in this region.
    pub fn whole_region(&self) -> String {
        format!("/inbox/{}/log?{}", self.customer, self.whole())
    }

    /// The same on its page.
    pub fn whole_url(&self) -> String {
        self.beside.place(&self.whole())
    }

    fn whole(&self) -> String {
        match self.query() {
            "" => "whole=1".to_owned(),
            query => format!("{query}&whole=1"),
        }
    }

    /// The same place without it.
    pub fn hiding_url(&self) -> String {
        self.beside.place(self.query().trim_end_matches("whole=1").trim_end_matches('&'))
    }

    /// The query of this place.
    fn query(&self) -> &str {
        self.again.split_once('?').map_or("", |(_, query)| query)
    }

    /// The page of what was said before this message.
    pub fn older_url(&self, first: &MessageId) -> String {
        self.beside.place(&format!("before={first}{}", self.and_whole()))
    }

    /// The page of the newest messages.
    pub fn newest_url(&self) -> String {
        self.beside.place("")
    }

    /// What further places of this log add to their addresses.
    pub fn and_whole(&self) -> &'static str {
        if self.is_whole { "&whole=1" } else { "" }
    }
}

/// The kind of what stands in a log, if it is one that can be hidden.
fn hideable(item: &Item) -> Option<Hideable> {
    match item {
        Item::System(_) => Some(Hideable::System),
        Item::Message(message) => match message.look {
            Look::Bot => Some(Hideable::Bot),
            Look::Comment => Some(Hideable::Comment),
            Look::Command => Some(Hideable::Command),
            Look::Customer | Look::Staff => None,
        },
        Item::Day { .. } | Item::Start(_) | Item::End(_) => None,
    }
}

/// Who else is here.
pub struct HereView {
    pub customer: CustomerId,
    pub lines: Vec<String>,
}

macro_rules! fragments {
    ($($(#[$doc:meta])* $name:ident $path:literal { $($field:ident: $type:ty),* };)+) => {
        $($(#[$doc])*
        #[derive(Template)]
        #[template(path = $path)]
        #[allow(dead_code, reason = "one of the templates says no words of its own")]
        pub struct $name<'a> { pub sh: &'a Shell, $(pub $field: $type),* })+
    };
}

fragments! {
    /// The tabs and the cards.
    CardsFragment "inbox/cards.html" { list: &'a ListView };
    HeadFragment "inbox/head.html" { head: &'a HeadView, customer: &'a Customer };
    LogFragment "inbox/log.html" { place: &'a Place };
    ComposerFragment "inbox/composer.html" { composer: &'a ComposerView };
    SideFragment "inbox/side.html" { side: &'a SideView };
    HereFragment "inbox/here.html" { here: &'a HereView };
    WindowFragment "inbox/window.html" { window: &'a WindowView };
    /// A card's menu and its dialogs.
    MenuFragment "inbox/menu.html" { menu: &'a MenuView };
    DialogsFragment "inbox/dialogs.html" { dialogs: &'a DialogsView };
}
