//! The profile and its tabs.

use std::sync::Arc;

use askama::Template;

use super::edit::EditForm;
use super::field::{Edited, Field};
use super::interaction::InteractionTab;
use super::message::{AccountChoice, takes_only_templates};
use crate::blacklist::BlockForm;
use crate::channels::ChannelKind;
use crate::companies::Company;
use crate::conversations::Conversation;
use crate::customers::{CurrentBlock, Customer, Handle, ListedCustomer, Lists, StoredClaim};
use crate::db::types::{ConversationId, StaffId};
use crate::deals;
use crate::fields::{FieldRegion as CustomFieldRegion, Placed, Values, VariablesRegion};
use crate::funnels::Place;
use crate::tags::{CustomerTag, TagPath};
use crate::templates::Picker;
use crate::web::page::{Regions, region_with};
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
    /// Tags of which one has to be chosen by whoever writes first.
    pub needed_tags: Vec<Arc<TagPath>>,
    /// Templates of the channels that can be used.
    pub picker: Picker,
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
        // Ways by a phone or an address for mails are no account yet.
        let accounts = self.accounts.iter().filter(|account| account.id.0 > 0).map(|account| account.kind);
        for kind in accounts.chain(self.customer.channel_kind) {
            if !kinds.contains(&kind) {
                kinds.push(kind);
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

    /// Whether nothing but a template can be sent.
    pub fn only_templates(&self) -> bool {
        takes_only_templates(self.usable().into_iter())
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
    /// The values of the fields as a form has them.
    pub now: EditForm,
    /// The field whose form is open.
    pub edited: Option<Edited>,
    /// Custom fields and variables, and the order of all fields.
    pub values: Values,
    /// Names of companies to choose from, for that form.
    pub companies: Vec<String>,
    pub handles: Vec<Handle>,
    pub company: Option<Company>,
    pub tags: Vec<Arc<CustomerTag>>,
    pub lists: Lists,
    pub place: Place,
    /// Of the built-in CRM; `None` where it is not used.
    pub deals: Option<Vec<deals::Placed>>,
    pub is_pending: bool,
    /// What they typed about themselves that the record does not say.
    pub claims: Vec<StoredClaim>,
    pub lookalikes: Vec<ListedCustomer>,
    /// Where a web customer came from, when they last wrote.
    pub visit: Option<Conversation>,
    /// Whom the reader may bind the customer to.
    pub staff: Vec<(StaffId, String)>,
}

/// The tab Customer tags.
pub struct TagsTab {
    pub on: Vec<Arc<CustomerTag>>,
    pub others: Vec<Arc<CustomerTag>>,
}

/// `/customers/{id}`.
#[derive(Template)]
#[template(path = "customers/profile.html", blocks = ["profile", "profile_name"])]
pub struct ProfilePage {
    pub sh: Shell,
    pub head: Head,
    pub tab: Tab,
    /// For its forms.
    pub token: String,
    /// The dialog that is open from the start.
    pub dialog: String,
    /// The form to block or to ask for it, where there is something to block or to ask.
    pub block: Option<BlockForm>,
}

impl ProfilePage {
    fn title(&self) -> String {
        format!("{} · Switchboard", self.head.customer.name)
    }

    /// The region of the page, with the heading above it.
    fn whole(&self) -> askama::Result<String> {
        let name = self.as_profile_name().render()?;
        Ok(region_with(&self.title(), self.as_profile().render()?, &[("profile_name", name)]))
    }

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

impl Fields {
    /// The form of a field, if it is open.
    pub fn open(&self, field: &Field) -> Option<&Edited> {
        self.edited.as_ref().filter(|edited| edited.field == *field)
    }
}

/// One field of the profile, shown or edited.
#[derive(Template)]
#[template(path = "customers/field.html")]
struct FieldRegion<'a> {
    sh: &'a Shell,
    c: &'a Customer,
    fields: &'a Fields,
    field: Field,
}

impl Regions for ProfilePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        if id == "profile" {
            return Some(self.whole());
        }
        let (sh, Tab::Fields(fields)) = (&self.sh, &self.tab) else { return None };
        if id == "variables" {
            return Some(VariablesRegion { sh, values: &fields.values }.render());
        }
        if let Some(number) = id.strip_prefix("custom-") {
            let field = fields.values.field(number.parse().ok()?)?;
            return Some(CustomFieldRegion { sh, values: &fields.values, field }.render());
        }
        let field = Field::parse(id.strip_prefix("field-")?)?;
        Some(FieldRegion { sh, c: &self.head.customer, fields, field }.render())
    }
}
