//! A list by name, with the addresses that lead through it.

use std::fmt::Display;

use url::form_urlencoded::Serializer;

use crate::db::page::Page;

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
    /// Those alone whose contact details are missing.
    pub is_pending: bool,
    /// It lies over the inbox, whose conversations its entries open.
    pub is_over: bool,
}

impl<T> Book<T> {
    /// The address of one entry, beside the same list.
    pub fn entry(&self, id: impl Display) -> String {
        if self.is_over { conversation(&self.back, id) } else { self.url(&format!("{}/{id}", self.base), &self.at) }
    }

    /// Another page that leads back to the inbox as this one does.
    pub fn other(&self, path: impl Display) -> String {
        with(&path.to_string(), &[("back", &self.back)])
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
        self.other(format!("{}/new", self.base))
    }

    /// The same list with, or without, the narrowing to whose details are missing.
    pub fn switched(&self) -> String {
        let pending = if self.is_pending { "" } else { "1" };
        with(self.base, &[("q", &self.q), ("pending", pending), ("over", self.over()), ("back", &self.back)])
    }

    /// Whether a page of the list is an address of its own: over the inbox, that is the inbox's.
    pub fn pushes(&self) -> &'static str {
        if self.is_over { "false" } else { "true" }
    }

    fn over(&self) -> &'static str {
        if self.is_over { "1" } else { "" }
    }

    fn url(&self, path: &str, at: &str) -> String {
        let pending = if self.is_pending { "1" } else { "" };
        let query =
            [("q", self.q.as_str()), ("at", at), ("pending", pending), ("over", self.over()), ("back", &self.back)];
        with(path, &query)
    }
}

/// The conversation with a customer, in the list of the inbox that `back` shows.
pub(super) fn conversation(back: &str, id: impl Display) -> String {
    let list = back.strip_prefix("/inbox").and_then(|rest| rest.split_once('?')).map(|(_, list)| list);
    list.map_or_else(|| format!("/inbox/{id}"), |list| format!("/inbox/{id}?{list}"))
}

/// `path` with those of these fields that say something.
fn with(path: &str, fields: &[(&str, &str)]) -> String {
    let mut query = Serializer::new(String::new());
    query.extend_pairs(fields.iter().filter(|(_, value)| !value.is_empty()));
    let query = query.finish();
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}
