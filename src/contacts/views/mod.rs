//! The two panes: contacts.

mod book;

use std::sync::Arc;

use askama::Template;

use crate::channels::Channel;
use crate::companies::Company;
use crate::conversations::Conversation;
use crate::customers::{Customer, EditForm, Handle, ListedCustomer, StoredClaim};
use crate::db::types::CustomerId;
use crate::fields::{Placed, SystemField, Values};
use crate::tags::CustomerTag;
use crate::web::forms::Errors;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

pub use book::Book;

/// A contact's details.
pub struct Details {
    pub customer: Customer,
    pub handles: Vec<Handle>,
    pub company: Option<Company>,
    pub is_pending: bool,
    /// Custom fields and variables, and the order of all fields.
    pub values: Values,
    pub tags: Vec<Arc<CustomerTag>>,
    /// What they typed about themselves that the record does not say.
    pub claims: Vec<StoredClaim>,
    /// Others who may be the same person.
    pub duplicates: Vec<ListedCustomer>,
    /// The newest conversations, each with its channel.
    pub recent: Vec<(Conversation, Option<Channel>)>,
}

impl Details {
    /// The word of the channel on the avatar.
    pub fn channel(&self) -> &'static str {
        self.customer.channel_kind.map_or("", |kind| kind.as_str())
    }
}

/// What the right pane of contacts shows.
pub enum Pane {
    Nothing,
    Details(Box<Details>),
    New(Box<NewContact>),
}

/// The form of a new contact.
pub struct NewContact {
    pub form: EditForm,
    pub errors: Errors,
    /// Names to choose from.
    pub companies: Vec<String>,
    /// Others with the same phone or e-mail.
    pub lookalikes: Vec<ListedCustomer>,
}

/// What the form has made, offered to be opened by whoever stays where they were.
#[derive(Template)]
#[template(path = "contacts/made.html")]
pub struct MadeContact {
    pub sh: Shell,
    pub name: String,
    /// The conversation with them.
    pub open: String,
    /// Where they were.
    pub back: String,
}

impl MadeContact {
    pub fn new(sh: Shell, id: CustomerId, name: String, back: &str) -> Self {
        Self { sh, name, open: book::conversation(back, id), back: back.to_owned() }
    }
}

impl Regions for MadeContact {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "contact_form").then(|| self.render())
    }
}

/// The form of a new contact alone.
#[derive(Template)]
#[template(path = "contacts/new.html")]
struct NewForm<'a> {
    sh: &'a Shell,
    book: &'a Book<ListedCustomer>,
    new: &'a NewContact,
    is_dialog: bool,
}

/// The same over the inbox.
#[derive(Template)]
#[template(path = "contacts/new_dialog.html")]
struct NewDialog<'a> {
    sh: &'a Shell,
    book: &'a Book<ListedCustomer>,
    new: &'a NewContact,
}

/// The contacts over the inbox.
#[derive(Template)]
#[template(path = "contacts/drawer.html")]
struct Drawer<'a> {
    sh: &'a Shell,
    book: &'a Book<ListedCustomer>,
    shown: Option<i64>,
}

impl Drawer<'_> {
    fn is_shown(&self, customer: &ListedCustomer) -> bool {
        self.shown == Some(customer.id.0)
    }
}

/// `/contacts`, `/contacts/{id}`, `/contacts/new`.
#[derive(Template)]
#[template(path = "contacts/page.html", blocks = ["contact_list", "detail"])]
pub struct ContactsPage {
    pub sh: Shell,
    pub book: Book<ListedCustomer>,
    /// The entry whose details are shown.
    pub shown: Option<i64>,
    pub pane: Pane,
}

impl ContactsPage {
    /// The form of the contact's fields, which leads back here.
    fn edit_url(&self, id: &CustomerId) -> String {
        let back = match self.book.back.as_str() {
            "" => self.book.entry(id),
            back => back.to_owned(),
        };
        let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
        format!("/customers/{id}/edit?back={back}")
    }

    /// Whether the right pane holds something: on a phone it is then the one that shows.
    fn is_open(&self) -> bool {
        !matches!(self.pane, Pane::Nothing)
    }

    fn is_shown(&self, customer: &ListedCustomer) -> bool {
        self.shown == Some(customer.id.0)
    }
}

impl Regions for ContactsPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let title = format!("{} · Switchboard", self.sh.t("nav-contacts"));
        let (sh, book) = (&self.sh, &self.book);
        match (id, &self.pane) {
            ("contact_form", Pane::New(new)) => return Some(NewForm { sh, book, new, is_dialog: false }.render()),
            ("contact-dialog", Pane::New(new)) => return Some(NewDialog { sh, book, new }.render()),
            ("contact-dialog", _) => return Some(Drawer { sh, book, shown: None }.render()),
            _ => {}
        }
        match id {
            "detail" => Some(self.as_detail().render().map(|html| region_with(&title, html, &[]))),
            "contact_list" => Some(self.as_contact_list().render().map(|html| region_with(&title, html, &[]))),
            _ => None,
        }
    }
}
