//! The blacklist, the requests, and the form to block or to ask.

use std::collections::HashMap;

use askama::Template;

use super::model::{Block, BlockRequest, Lasts};
use crate::customers::Customer;
use crate::db::page::Page;
use crate::db::types::{BlockRequestId, CustomerId, StaffId, UtcTime};
use crate::web::forms::{self, Errors};
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// The form to block or to ask, as `blacklist/block_form.html` shows it as `block`: on a page of its own, or in a dialog.
pub struct BlockForm {
    pub customer: CustomerId,
    /// Ask a supervisor instead of blocking.
    pub asks: bool,
    pub reason: String,
    pub lasts: Lasts,
    pub token: String,
    pub back: String,
    pub errors: Errors,
    /// Where it stands, which tells two forms of one page apart.
    pub place: Place,
    /// Its dialog is open from the start.
    pub is_open: bool,
}

/// Where a form to block stands on its page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Place {
    /// It is about the customer of the page.
    #[default]
    Page,
    /// It came with the menu of a customer in a list.
    Menu,
}

impl Place {
    /// The place of the form that asks for this region.
    pub fn of(region: Option<&str>) -> Self {
        if region == Some(Place::Menu.form_id()) { Place::Menu } else { Place::Page }
    }

    fn form_id(self) -> &'static str {
        match self {
            Place::Page => "block_form",
            Place::Menu => "menu_block_form",
        }
    }
}

impl BlockForm {
    pub fn new(customer: CustomerId, asks: bool, back: impl Into<String>) -> Self {
        Self {
            customer,
            asks,
            reason: String::new(),
            lasts: Lasts::ForGood,
            token: forms::new_token(),
            back: back.into(),
            errors: Errors::default(),
            place: Place::Page,
            is_open: false,
        }
    }

    /// What this person may do about the customer; `None` if the customer is blocked, or asking is done.
    pub fn offered(sh: &Shell, customer: &Customer, request_waits: bool, back: impl Into<String>) -> Option<Self> {
        let asks = !sh.is_supervisor();
        let is_done = customer.blocked || (asks && request_waits);
        (!is_done).then(|| Self::new(customer.id, asks, back))
    }

    /// The same form as it comes with a menu.
    pub fn in_menu(self) -> Self {
        Self { place: Place::Menu, ..self }
    }

    /// Where it is sent.
    pub fn action(&self) -> String {
        let what = if self.asks { "block-requests" } else { "block" };
        format!("/customers/{}/{what}", self.customer)
    }

    /// The id of the form.
    pub fn id(&self) -> &'static str {
        self.place.form_id()
    }

    /// Before the names of its fields, in their ids.
    pub fn prefix(&self) -> &'static str {
        match self.place {
            Place::Page => "b-",
            Place::Menu => "mb-",
        }
    }

    /// The id of its dialog.
    pub fn dialog_id(&self) -> &'static str {
        match self.place {
            Place::Page => "d-block",
            Place::Menu => "d-menu-block",
        }
    }

    /// The id of its title in `locales/`.
    pub fn title_key(&self) -> &'static str {
        if self.asks { "blacklist-ask-title" } else { "blacklist-block-title" }
    }

    /// How long a block may last.
    pub fn all_lasts(&self) -> &'static [Lasts] {
        Lasts::ALL
    }

    /// Whether this one is chosen.
    pub fn is_chosen(&self, lasts: &Lasts) -> bool {
        self.lasts == *lasts
    }
}

/// `/customers/{id}/block` and `/customers/{id}/block-requests`.
#[derive(Template)]
#[template(path = "blacklist/block.html", blocks = ["block_form"])]
pub struct BlockPage {
    pub sh: Shell,
    pub customer: Customer,
    pub block: BlockForm,
}

impl Regions for BlockPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == self.block.id()).then(|| self.as_block_form().render())
    }
}

/// A block or a request in its row.
pub struct Row {
    pub customer: Customer,
    pub reason: String,
    /// Empty: somebody who is no longer known.
    pub by: String,
    pub is_mine: bool,
    pub at: UtcTime,
    pub expires_at: Option<UtcTime>,
    /// Set on requests.
    pub request: Option<BlockRequestId>,
    pub token: String,
    /// What was typed into a request's note, and what is wrong with it.
    pub note: String,
    pub wrong: String,
}

/// `/blacklist`.
#[derive(Template)]
#[template(path = "blacklist/page.html", blocks = ["blacklist"])]
pub struct BlacklistPage {
    pub sh: Shell,
    /// The requests, not the blocked.
    pub is_requests: bool,
    pub q: String,
    pub waiting: i64,
    pub blocked: i64,
    pub rows: Page<Row>,
    /// The address of this very page.
    pub here: String,
}

/// Names that rows show.
pub struct Known {
    pub customers: HashMap<CustomerId, Customer>,
    pub staff: HashMap<StaffId, String>,
}

impl Row {
    pub fn of_block(block: Block, known: &mut Known, me: StaffId) -> Option<Self> {
        let customer = known.customers.remove(&block.customer_id)?;
        let expires_at = block.expires_at;
        let row = Self::new(customer, block.reason, block.created_by_id, block.created_at, known, me);
        Some(Self { expires_at, ..row })
    }

    pub fn of_request(request: BlockRequest, known: &mut Known, me: StaffId) -> Option<Self> {
        let customer = known.customers.remove(&request.customer_id)?;
        let row = Self::new(customer, request.reason, request.requested_by_id, request.created_at, known, me);
        Some(Self { request: Some(request.id), ..row })
    }

    fn new(customer: Customer, reason: String, by: Option<StaffId>, at: UtcTime, known: &Known, me: StaffId) -> Self {
        Self {
            customer,
            reason,
            by: by.and_then(|id| known.staff.get(&id).cloned()).unwrap_or_default(),
            is_mine: by == Some(me),
            at,
            expires_at: None,
            request: None,
            token: forms::new_token(),
            note: String::new(),
            wrong: String::new(),
        }
    }

    /// The kind of the latest contact's channel, or empty.
    fn channel(&self) -> &'static str {
        self.customer.channel_kind.as_ref().map(|kind| kind.as_str()).unwrap_or_default()
    }
}

impl BlacklistPage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("nav-blacklist"))
    }

    /// The address of the page before or after, or empty.
    fn turn(&self, cursor: &Option<String>) -> String {
        cursor.as_ref().map(|at| address(self.is_requests, &self.q, Some(at))).unwrap_or_default()
    }
}

/// The address of a view of the blacklist.
pub fn address(is_requests: bool, q: &str, at: Option<&str>) -> String {
    let mut query = url::form_urlencoded::Serializer::new(String::new());
    if is_requests {
        query.append_pair("tab", "requests");
    }
    if !q.is_empty() {
        query.append_pair("q", q);
    }
    if let Some(at) = at {
        query.append_pair("at", at);
    }
    match query.finish() {
        query if query.is_empty() => "/blacklist".into(),
        query => format!("/blacklist?{query}"),
    }
}

impl Regions for BlacklistPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "blacklist").then(|| self.as_blacklist().render().map(|html| region_with(&self.title(), html, &[])))
    }
}
