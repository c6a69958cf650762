//! Writing first: the page, and the form that other pages hold in a dialog.

use askama::Template;

use crate::channels::ChannelKind;
use crate::customers::Customer;
use crate::db::types::AccountId;
use crate::error::Said;
use crate::mails::Typed;
use crate::tags::TagPath;
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
}

impl AccountChoice {
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
    /// Address and the id of its words.
    pub way: Option<(String, &'static str)>,
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct MessageForm {
    pub account: String,
    pub tag: String,
    pub body: String,
    pub mail: Typed,
    pub token: String,
    pub back: String,
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
    pub needed_tags: Vec<TagPath>,
    pub form: MessageForm,
    pub errors: Errors,
    pub back: String,
}

impl Regions for MessagePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "message_form").then(|| self.as_message_form().render())
    }
}
