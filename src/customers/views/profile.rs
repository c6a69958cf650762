//! The profile, its tabs, its forms.

use std::collections::HashMap;

use askama::Template;

use super::message::AccountChoice;
use crate::channels::{Channel, ChannelKind};
use crate::companies::Company;
use crate::conversations::{Conversation, Status};
use crate::customers::{
    ClaimKind, CurrentBlock, Customer, CustomerTag, Handle, ListedCustomer, Records, StoredClaim, TypedDetails,
};
use crate::db::page::Page;
use crate::db::types::{ConversationId, CustomerId, StaffId, UtcTime};
use crate::text;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// What stands above every tab.
pub struct Head {
    pub customer: Customer,
    pub is_mine: bool,
    /// Whose customer it is; empty if nobody's.
    pub responsible: String,
    /// The conversation that is not closed.
    pub active: Option<ConversationId>,
    /// The same, if the reader works it.
    pub goes_to: Option<ConversationId>,
    pub accounts: Vec<AccountChoice>,
    pub block: Option<CurrentBlock>,
    pub request_waits: bool,
}

impl Head {
    /// The word of the channel on the avatar.
    pub fn channel(&self) -> &'static str {
        self.customer.channel_kind.map_or("", |kind| kind.as_str())
    }

    /// The kinds of channels that the customer wrote through, each once.
    pub fn kinds(&self) -> Vec<ChannelKind> {
        let mut kinds: Vec<ChannelKind> = vec![];
        for account in &self.accounts {
            if !kinds.contains(&account.kind) {
                kinds.push(account.kind);
            }
        }
        kinds
    }

    pub fn is_responsible(&self, id: &StaffId) -> bool {
        self.customer.responsible_id == Some(*id)
    }

    /// The accounts that can be written to now.
    pub fn usable(&self) -> Vec<&AccountChoice> {
        self.accounts.iter().filter(|account| account.stop.is_none()).collect()
    }

    /// Whether anybody could be written to at all.
    pub fn is_reachable(&self) -> bool {
        self.accounts.iter().any(|account| account.stop.is_none())
    }
}

/// One tab with what it shows.
pub enum Tab {
    Fields(Box<Fields>),
    Tags(TagsTab),
    Interaction(Box<InteractionTab>),
}

/// The tab Profile.
pub struct Fields {
    pub handles: Vec<Handle>,
    pub company: Option<Company>,
    pub tags: Vec<CustomerTag>,
    pub is_pending: bool,
    pub claims: Vec<Claimed>,
    pub lookalikes: Vec<ListedCustomer>,
    /// Where a web customer came from, when they last wrote.
    pub visit: Option<Conversation>,
    /// Whom the reader may bind the customer to.
    pub staff: Vec<(StaffId, String)>,
}

/// What the customer typed about themselves, not verified.
pub struct Claimed {
    pub id: i64,
    pub kind: ClaimKind,
    pub value: String,
    /// It stands in the record already.
    pub is_known: bool,
}

impl Claimed {
    pub fn of(customer: &Customer, claim: StoredClaim, region: &str) -> Self {
        let own = match claim.kind {
            ClaimKind::Phone => customer.phone.as_deref().and_then(|phone| text::phone_digits(phone, region)),
            ClaimKind::Email => customer.email.as_deref().map(text::fold),
        };
        Self { id: claim.id, kind: claim.kind, is_known: own == Some(claim.value_folded), value: claim.value }
    }
}

/// The tab Customer tags.
pub struct TagsTab {
    pub on: Vec<CustomerTag>,
    pub others: Vec<CustomerTag>,
}

/// The tab Interaction.
pub struct InteractionTab {
    pub page: Page<ConversationRow>,
    /// The page's place, for links that stay on it.
    pub at: String,
    pub selected: Option<Selected>,
    /// Ratings, and the sum of their stars.
    pub rated: i64,
    pub stars: i64,
}

impl InteractionTab {
    pub fn is_selected(&self, id: &ConversationId) -> bool {
        self.selected.as_ref().is_some_and(|selected| selected.row.conversation.id == *id)
    }

    /// The address of a conversation's details, beside the same list.
    pub fn details_url(&self, customer: &CustomerId, id: &ConversationId) -> String {
        let at = if self.at.is_empty() { String::new() } else { format!("&at={}", self.at) };
        format!("/customers/{customer}?tab=interaction&conversation={id}{at}#details")
    }

    pub fn previous(&self, customer: &CustomerId) -> String {
        self.page.previous.as_deref().map(|at| page_url(customer, at)).unwrap_or_default()
    }

    pub fn next(&self, customer: &CustomerId) -> String {
        self.page.next.as_deref().map(|at| page_url(customer, at)).unwrap_or_default()
    }

    pub fn is_rated(&self) -> bool {
        self.rated > 0
    }

    pub fn rated(&self) -> i64 {
        self.rated
    }

    /// The mean of the ratings, as 4.7.
    pub fn mean(&self) -> String {
        let tenths = if self.rated == 0 { 0 } else { (self.stars * 10 + self.rated / 2) / self.rated };
        format!("{}.{}", tenths / 10, tenths % 10)
    }

    /// The mean in whole stars.
    pub fn whole(&self) -> i32 {
        let stars = if self.rated == 0 { 0 } else { (self.stars * 2 + self.rated) / (self.rated * 2) };
        i32::try_from(stars).unwrap_or_default()
    }
}

/// Five stars, the first `count` of them lit.
pub fn star_row(count: impl std::fmt::Display) -> [bool; 5] {
    // As text, because a template borrows it as deeply as its macros are nested.
    let count: i32 = count.to_string().parse().unwrap_or_default();
    [1, 2, 3, 4, 5].map(|star| star <= count)
}

fn page_url(customer: &CustomerId, at: &str) -> String {
    format!("/customers/{customer}?tab=interaction&at={at}")
}

/// A conversation in the list.
pub struct ConversationRow {
    pub conversation: Conversation,
    pub kind: Option<ChannelKind>,
    pub channel: String,
    /// Who works or worked it; empty if nobody.
    pub operator: String,
}

impl ConversationRow {
    pub fn of(conversation: Conversation, names: &HashMap<StaffId, String>, channels: &[Channel]) -> Self {
        let channel = channels.iter().find(|channel| channel.id == conversation.channel_id);
        Self {
            kind: channel.map(|channel| channel.kind),
            channel: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
            operator: conversation.assignee_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            conversation,
        }
    }

    pub fn kind_word(&self) -> &'static str {
        self.kind.map_or("", |kind| kind.as_str())
    }

    pub fn is_queued(&self) -> bool {
        self.conversation.status == Status::Queued
    }

    pub fn is_open(&self) -> bool {
        self.conversation.is_open()
    }

    /// Where the customer's software, address and way are known.
    pub fn is_web(&self) -> bool {
        self.kind == Some(ChannelKind::WebChat)
    }

    pub fn is_over(&self) -> bool {
        self.conversation.closed_at.is_some()
    }

    /// Minutes from start to end.
    pub fn minutes(&self) -> i64 {
        let end: UtcTime = self.conversation.closed_at.unwrap_or_else(UtcTime::now);
        self.conversation.opened_at.until(end).num_minutes().max(1)
    }
}

/// The conversation whose details are shown.
pub struct Selected {
    pub row: ConversationRow,
    pub closed_by: Option<String>,
}

/// `/customers/{id}`.
#[derive(Template)]
#[template(path = "customers/profile.html", blocks = ["profile"])]
pub struct ProfilePage {
    pub sh: Shell,
    pub head: Head,
    pub tab: Tab,
    /// For its forms.
    pub token: String,
    /// The dialog that is open from the start.
    pub dialog: String,
}

impl ProfilePage {
    /// The address that shows the same again.
    fn here(&self) -> String {
        let id = self.head.customer.id;
        match &self.tab {
            Tab::Fields(_) => format!("/customers/{id}"),
            Tab::Tags(_) => format!("/customers/{id}?tab=tags"),
            Tab::Interaction(it) => {
                let at = if it.at.is_empty() { String::new() } else { format!("&at={}", it.at) };
                let chosen = it.selected.as_ref().map(|s| format!("&conversation={}", s.row.conversation.id));
                format!("/customers/{id}?tab=interaction{at}{}", chosen.unwrap_or_default())
            }
        }
    }
}

impl Regions for ProfilePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "profile").then(|| self.as_profile().render())
    }
}

/// The fields of a customer in a form.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct EditForm {
    pub name: String,
    pub real_name: String,
    pub phone: String,
    pub email: String,
    pub external_id: String,
    /// A company's name: a known one, or one to be made.
    pub company: String,
    pub language: String,
    pub note: String,
    pub handles: String,
    /// Of the fields that the form showed.
    pub version: String,
    pub back: String,
    pub form_token: String,
    /// Make a new contact though another looks like it.
    pub anyway: String,
}

impl EditForm {
    /// The fields that a customer's model checks; the company is looked up by name.
    pub fn details(&self) -> TypedDetails {
        TypedDetails {
            name: self.name.clone(),
            real_name: self.real_name.clone(),
            phone: self.phone.clone(),
            email: self.email.clone(),
            external_id: self.external_id.clone(),
            company_id: String::new(),
            language: self.language.clone(),
            note: self.note.clone(),
            handles: self.handles.clone(),
        }
    }

    /// A form that shows these fields.
    pub fn of(details: TypedDetails, company: String, version: String, back: String) -> Self {
        Self {
            name: details.name,
            real_name: details.real_name,
            phone: details.phone,
            email: details.email,
            external_id: details.external_id,
            company,
            language: details.language,
            note: details.note,
            handles: details.handles,
            version,
            back,
            ..Self::default()
        }
    }
}

/// `/customers/{id}/edit`.
#[derive(Template)]
#[template(path = "customers/edit.html", blocks = ["edit_form"])]
pub struct EditPage {
    pub sh: Shell,
    pub customer: Customer,
    pub form: EditForm,
    pub errors: Errors,
    /// Names to choose from.
    pub companies: Vec<String>,
    /// What stands in the record now, where somebody changed it meanwhile: the field's name and its value.
    pub newer: Vec<(&'static str, String)>,
    pub back: String,
}

impl Regions for EditPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "edit_form").then(|| self.as_edit_form().render())
    }
}

/// `/customers/{id}/delete`.
#[derive(Template)]
#[template(path = "customers/delete.html", blocks = ["delete_form"])]
pub struct DeletePage {
    pub sh: Shell,
    pub customer: Customer,
    pub records: Records,
    pub typed: String,
    pub errors: Errors,
}

impl Regions for DeletePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "delete_form").then(|| self.as_delete_form().render())
    }
}
