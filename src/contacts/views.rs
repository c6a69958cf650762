//! The two panes: contacts.

use askama::Template;
use url::form_urlencoded::Serializer;

use crate::channels::Channel;
use crate::companies::Company;
use crate::conversations::Conversation;
use crate::customers::{Customer, EditForm, Handle, ListedCustomer};
use crate::db::page::Page;
use crate::web::forms::Errors;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// The left pane: what was searched, and what there is.
pub struct Book<T> {
    /// `/contacts` or `/companies`.
    pub base: &'static str,
    pub q: String,
    /// The place of this page, for links that stay on it.
    pub at: String,
    pub page: Page<T>,
    /// Where the inbox sent us from; empty if it did not.
    pub back: String,
}

impl<T> Book<T> {
    /// The address of one entry, beside the same list.
    pub fn entry(&self, id: impl std::fmt::Display) -> String {
        self.url(&format!("{}/{id}", self.base), &self.at)
    }

    /// What leads back to the inbox from the other tab, too.
    pub fn back_query(&self) -> String {
        match self.back.as_str() {
            "" => String::new(),
            back => format!("?{}", Serializer::new(String::new()).append_pair("back", back).finish()),
        }
    }

    pub fn previous(&self) -> String {
        self.page.previous.as_deref().map(|at| self.url(self.base, at)).unwrap_or_default()
    }

    pub fn next(&self) -> String {
        self.page.next.as_deref().map(|at| self.url(self.base, at)).unwrap_or_default()
    }

    /// The list alone.
    pub fn list(&self) -> String {
        self.url(self.base, &self.at)
    }

    /// The address of the form for a new entry.
    pub fn new_url(&self) -> String {
        match self.back.as_str() {
            "" => format!("{}/new", self.base),
            back => {
                let back: String = url::form_urlencoded::byte_serialize(back.as_bytes()).collect();
                format!("{}/new?back={back}", self.base)
            }
        }
    }

    fn url(&self, path: &str, at: &str) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        for (name, value) in [("q", self.q.as_str()), ("at", at), ("back", &self.back)] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
    }
}

/// A contact's details.
pub struct Details {
    pub customer: Customer,
    pub handles: Vec<Handle>,
    pub company: Option<Company>,
    pub is_pending: bool,
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
    fn edit_url(&self, id: &crate::db::types::CustomerId) -> String {
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
        match id {
            "detail" => Some(self.as_detail().render().map(|html| region_with(&title, html, &[]))),
            "contact_list" => Some(self.as_contact_list().render().map(|html| region_with(&title, html, &[]))),
            _ => None,
        }
    }
}
