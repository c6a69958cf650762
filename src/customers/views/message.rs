//! Writing first: the page, and the form that other pages hold in a dialog.

use std::sync::Arc;

use askama::Template;

use super::first::TypedFirst;
use crate::channels::ChannelKind;
use crate::customers::Customer;
use crate::db::types::{AccountId, ChannelId};
use crate::error::Said;
use crate::tags::TagPath;
use crate::templates::Picker;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// One way to write to a customer.
#[derive(Clone, Debug)]
pub struct AccountChoice {
    pub id: AccountId,
    pub kind: ChannelKind,
    /// The channel's own name.
    pub channel: String,
    /// Username or address there; empty where it says nothing to people.
    pub address: String,
    /// Why it cannot be used now.
    pub stop: Option<Said>,
    /// Addresses to write from; of the one choice only that is a mail.
    pub senders: Vec<String>,
    /// The channel, unless it is a mail.
    pub channel_id: ChannelId,
    /// The customer wrote too long ago for free text, or never.
    pub needs_template: bool,
}

/// Whether nothing but a template can be sent through any of them.
pub fn takes_only_templates<'a>(mut usable: impl Iterator<Item = &'a AccountChoice>) -> bool {
    usable.all(|account| account.needs_template)
}

impl AccountChoice {
    /// Stands for an account that the customer does not have yet: it is made from their phone number or external ID. No
    /// stored account has such a number.
    pub fn anew(channel: ChannelId) -> AccountId {
        AccountId(-channel.0)
    }

    /// The channel of such an account.
    pub fn channel_anew(id: AccountId) -> Option<ChannelId> {
        (id.0 < 0).then(|| ChannelId(id.0.saturating_neg()))
    }

    /// Whether it is a mail to the customer's address, whatever account they have for that.
    pub fn is_mail(&self) -> bool {
        self.kind == ChannelKind::Email
    }

    /// Whether this is the account that a form names.
    pub fn is(&self, typed: &str) -> bool {
        typed.parse() == Ok(self.id)
    }

    /// The channel and who the customer is there.
    pub fn label(&self) -> String {
        if self.address.is_empty() { self.channel.clone() } else { format!("{} · {}", self.channel, self.address) }
    }
}

/// Why nothing can be sent, and where to go instead.
#[derive(Clone, Debug)]
pub struct Stop {
    pub said: Said,
    pub way: Option<WayOn>,
}

/// Where to go instead: an address, and the id of its words.
pub type WayOn = (String, &'static str);

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct MessageForm {
    pub account: String,
    pub back: String,
    pub first: TypedFirst,
}

/// `/customers/{id}/message`.
#[derive(Template)]
#[template(path = "customers/message.html", blocks = ["message_form"])]
pub struct MessagePage {
    pub sh: Shell,
    pub customer: Customer,
    /// Those that can be used.
    pub accounts: Vec<AccountChoice>,
    pub stop: Option<Stop>,
    /// Tags of which one has to be chosen.
    pub needed_tags: Vec<Arc<TagPath>>,
    pub form: MessageForm,
    pub errors: Errors,
    pub back: String,
    /// Templates of the channels that can be used.
    pub picker: Picker,
}

impl MessagePage {
    fn only_templates(&self) -> bool {
        takes_only_templates(self.accounts.iter())
    }
}

impl Regions for MessagePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "message_form").then(|| self.as_message_form().render())
    }
}
