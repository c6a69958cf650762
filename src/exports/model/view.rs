//! The list that an export is of, as its address says it.

use actix_web::web::Query;

use crate::auth::Role;
use crate::customers::filter::{Asked, Filter, Period};
use crate::db::types::{CustomerListId, CustomerTagId};
use crate::inbox::{self, ListQuery, Tab};
use crate::web::i18n::Lang;
use crate::web::times::{self, Clock};

/// A list of customers with its filters.
#[derive(Clone, Debug)]
pub enum View {
    /// The Customers page.
    Customers(Filter),
    /// The list of the inbox.
    Inbox(Box<inbox::Filter>),
    /// Whoever is on a named list.
    List(CustomerListId),
}

/// What the address of a named list begins with.
pub const LISTS: &str = "/lists/";

impl View {
    /// Everybody.
    pub fn all() -> Self {
        Self::Customers(Asked { period: Period::All.to_string(), ..Asked::default() }.filter())
    }

    /// The list at this address; what cannot be read in its query filters nothing, as on the page itself.
    pub fn parse(address: &str) -> Option<Self> {
        let (path, query) = address.split_once('?').unwrap_or((address, ""));
        match path {
            "/customers" => Query::<Asked>::from_query(query).ok().map(|asked| Self::Customers(asked.filter())),
            "/inbox" => Query::<ListQuery>::from_query(query).ok().map(|asked| Self::Inbox(Box::new(asked.filter()))),
            _ => path.strip_prefix(LISTS).and_then(|id| id.parse().ok()).map(Self::List),
        }
    }

    /// Whether this role may order it: the base is for admins, named lists are for supervisors, too.
    pub fn is_allowed(&self, role: Role) -> bool {
        role >= if matches!(self, Self::List(_)) { Role::Supervisor } else { Role::Admin }
    }

    /// The address of the list.
    pub fn address(&self) -> String {
        match self {
            Self::Customers(filter) => filter.url(None),
            Self::Inbox(filter) => filter.at("/inbox"),
            Self::List(id) => format!("{LISTS}{id}"),
        }
    }

    /// The page that shows these customers.
    pub fn page(&self) -> String {
        if let Self::List(id) = self { format!("/inbox?list={id}") } else { self.address() }
    }

    /// The address of the form that orders an export of it.
    pub fn form_address(&self) -> String {
        let address = self.address();
        let (path, query) = address.split_once('?').unwrap_or((&address, ""));
        if query.is_empty() { format!("{path}/export") } else { format!("{path}/export?{query}") }
    }

    /// The tag that they must have.
    pub fn tag(&self) -> Option<CustomerTagId> {
        if let Self::Customers(filter) = self { filter.tag } else { None }
    }

    /// The named list that it is of.
    pub fn list(&self) -> Option<CustomerListId> {
        if let Self::List(id) = self { Some(*id) } else { None }
    }

    /// What the filters say, but for the tag and the list. `clock` is that of the order: the days of "this week" stay.
    pub fn words(&self, lang: Lang, clock: &Clock) -> Vec<String> {
        let mut words = vec![];
        let mut add = |key, text: &str| {
            if !text.is_empty() {
                words.push(lang.with(key, "text", text));
            }
        };
        match self {
            Self::Customers(filter) => {
                match (filter.period, filter.bounds(clock)) {
                    (Period::Dates, _) => add("export-dates", &filter.dates_text(lang)),
                    (_, (Some(from), _)) => add("export-since", &times::date(lang, clock.day(from))),
                    _ => {}
                }
                add("export-name", &filter.name);
                add("export-id", &filter.id);
            }
            Self::Inbox(filter) => {
                if filter.tab != Tab::All {
                    add("export-tab", &lang.t(filter.tab.name_key()));
                }
                if filter.failed {
                    add("export-tab", &lang.t("inbox-filter-failed"));
                }
                add("export-search", &filter.search);
                add("export-id", &filter.customer_id);
            }
            Self::List(_) => {}
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_view_is_its_address() {
        for address in [
            "/customers",
            "/customers?period=all&tag=3&name=%D0%90&id=104",
            "/inbox",
            "/inbox?tab=mine&search=a%26b&customer_id=4&failed=1",
            "/lists/3",
        ] {
            assert_eq!(View::parse(address).unwrap().address(), address);
        }
        assert_eq!(View::parse("/inbox?tab=mine&depth=100&open=4&before=x").unwrap().address(), "/inbox?tab=mine");
        assert_eq!(View::parse("/customers?at=x&period=nonsense").unwrap().address(), "/customers");
        assert_eq!(View::all().form_address(), "/customers/export?period=all");
        assert_eq!(View::parse("/inbox").unwrap().form_address(), "/inbox/export");
        let list = View::parse("/lists/3").unwrap();
        assert_eq!((list.form_address(), list.page()), ("/lists/3/export".into(), "/inbox?list=3".into()));
        for nowhere in
            ["", "/", "/customers/3", "/lists/", "/lists/x", "https://elsewhere.example/customers", "customers"]
        {
            assert!(View::parse(nowhere).is_none(), "{nowhere}");
        }
    }
}
