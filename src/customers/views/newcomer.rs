//! Writing first to somebody who may be new: by an e-mail address, a phone number or an external ID.

use std::rc::Rc;
use std::sync::Arc;

use askama::Template;

use super::first::TypedFirst;
use super::message::WayOn;
use crate::channels::{Channel, ChannelKind};
use crate::customers::Customer;
use crate::tags::TagPath;
use crate::templates::Picker;
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// By what whoever is written to is named, and so through what.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    Email,
    /// A messenger that goes by phone numbers.
    Phone(ChannelKind),
    ExternalId,
}

impl Way {
    /// The address of the page.
    pub fn url(self) -> String {
        match self {
            Way::Email => "/mails/new".into(),
            Way::Phone(kind) => format!("/customers/new/{kind}"),
            Way::ExternalId => "/external/new".into(),
        }
    }

    /// The field that names whoever is written to.
    pub fn field(self) -> &'static str {
        match self {
            Way::Email => "email",
            Way::Phone(_) => "phone",
            Way::ExternalId => "external_id",
        }
    }

    fn is_mail(self) -> bool {
        self == Way::Email
    }

    /// Ids of words: the field, what is said below it, and below the name of somebody new.
    fn words(self) -> (&'static str, &'static str, &'static str) {
        match self {
            Way::Email => ("mail-to", "", "mail-name-hint"),
            Way::Phone(_) => ("newcomer-phone", "newcomer-phone-hint", "newcomer-name-hint"),
            Way::ExternalId => ("customers-external-id", "customers-external-id-hint", "external-name-hint"),
        }
    }

    /// The type of the field.
    fn input(self) -> &'static str {
        match self {
            Way::Email => "email",
            Way::Phone(_) => "tel",
            Way::ExternalId => "text",
        }
    }

    /// Ids of words below the files, and at the end; some ways need none.
    fn files_hint(self) -> &'static str {
        if self.is_mail() { "mail-files-hint" } else { "" }
    }

    fn after(self) -> &'static str {
        if self == Way::ExternalId { "external-hint" } else { "" }
    }

    /// The id of the words that say that nothing is connected for it.
    pub fn nowhere(self) -> &'static str {
        match self {
            Way::Email => "mail-no-sender",
            Way::Phone(_) => "newcomer-no-channel",
            Way::ExternalId => "external-no-channel",
        }
    }
}

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct TypedNewcomer {
    /// The number of the channel; a mail has a sender instead.
    pub channel: String,
    /// The value of [`Way::field`].
    pub address: String,
    /// Of somebody new.
    pub name: String,
    pub first: TypedFirst,
}

/// `/mails/new`, `/customers/new/{kind}`, `/external/new`.
#[derive(Template)]
#[template(path = "customers/newcomer.html", blocks = ["newcomer_form"])]
pub struct NewcomerPage {
    pub sh: Shell,
    pub way: Way,
    /// Those that can be written through.
    pub channels: Vec<Channel>,
    /// Addresses that mails can be sent from, each with its channel.
    pub senders: Vec<(String, Channel)>,
    pub picker: Picker,
    /// Nobody new can be sent anything but a template.
    pub only_templates: bool,
    /// Tags of which one has to be chosen.
    pub needed_tags: Vec<Arc<TagPath>>,
    pub typed: TypedNewcomer,
    pub errors: Errors,
    /// Whoever is known under the address, where they are why nothing was sent, and where to go instead.
    pub known: Option<(Customer, WayOn)>,
}

impl NewcomerPage {
    /// With what is wrong.
    pub fn with(self, errors: Errors) -> Self {
        let picker = self.picker.with(self.typed.first.template.clone(), errors.clone());
        Self { picker, errors, ..self }
    }

    /// Nothing is connected through which anybody could be written to.
    pub fn is_nowhere(&self) -> bool {
        if self.way.is_mail() { self.senders.is_empty() } else { self.channels.is_empty() }
    }

    fn title(&self) -> String {
        match self.way {
            Way::Email => self.sh.t("mail-write").to_string(),
            Way::Phone(kind) => self.sh.ta("newcomer-title", "channel", self.sh.t(kind.name_key())),
            Way::ExternalId => self.sh.t("external-write").to_string(),
        }
    }

    /// The words of an id; none for none.
    fn said(&self, key: &str) -> Rc<str> {
        if key.is_empty() { "".into() } else { self.sh.t(key) }
    }

    fn sender_list(&self) -> Vec<&str> {
        self.senders.iter().map(|(sender, _)| sender.as_str()).collect()
    }

    fn is_chosen(&self, channel: &Channel) -> bool {
        self.typed.channel.parse() == Ok(channel.id)
    }
}

impl Regions for NewcomerPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "newcomer_form").then(|| self.as_newcomer_form().render())
    }
}
