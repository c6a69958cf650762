//! The page and its regions.

mod bulk;
mod composer;
mod dialogs;
mod head;
mod panel;
mod saved;
mod side;
mod window;

use askama::Template;

use super::list::{ListView, Mark};
use super::load::Log;
use super::model::{Tab, with_query};
use crate::customers::Customer;
use crate::db::types::{ConversationId, CustomerId};
use crate::messages::views::{Item, LogView, Look};
use crate::web::page::Regions;
use crate::web::shell::Shell;

pub use bulk::{BulkForm, BulkPage};
pub use composer::{ComposerView, Writing};
pub use dialogs::{DialogsView, MenuView};
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
    pub next: String,
}

impl Place {
    pub fn new(sh: &Shell, customer: &Customer, log: &Log) -> Self {
        let base = format!("/inbox/{}", customer.id);
        Self {
            customer: customer.id,
            again: with_query(&format!("{base}/log"), &log.again),
            next: log.next.map_or(base.clone(), |id| format!("{base}?at={id}")),
            log: LogView::new(sh, customer, &log.thread),
        }
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
