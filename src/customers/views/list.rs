//! The Customers page.

use std::sync::Arc;

use askama::Template;

use crate::channels::ChannelKind;
use crate::customers::ListedCustomer;
use crate::customers::filter::{Filter, Period};
use crate::db::page::Page;
use crate::tags::CustomerTag;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// A customer in the table.
pub struct Row {
    pub customer: ListedCustomer,
    pub tags: Vec<Arc<CustomerTag>>,
    pub is_mine: bool,
    /// Whose customer it is; empty if nobody's.
    pub responsible: String,
}

impl Row {
    /// The tags that have no place beside the first one.
    pub fn further_tags(&self) -> String {
        self.tags.iter().skip(1).map(|tag| tag.name.as_str()).collect::<Vec<_>>().join(", ")
    }
}

/// `/customers`.
#[derive(Template)]
#[template(path = "customers/list.html", blocks = ["customers"])]
pub struct CustomersPage {
    pub sh: Shell,
    pub filter: Filter,
    /// Words in the place of a number.
    pub unread_id: Option<String>,
    pub page: Page<Row>,
    /// To choose from.
    pub tags: Vec<Arc<CustomerTag>>,
    /// Customers that match, counted up to `shown_to`.
    pub shown: i64,
    pub shown_to: i64,
    /// Customers that there are, counted up to a thousand.
    pub total: i64,
    /// Messengers in which anybody with a phone number can be written to.
    pub writes: Vec<ChannelKind>,
    /// Mails can be written.
    pub mails: bool,
    /// Whoever a web chat or an app knows by an external ID can be written to.
    pub by_external_id: bool,
}

impl CustomersPage {
    fn typed_id(&self) -> &str {
        self.unread_id.as_ref().unwrap_or(&self.filter.id)
    }

    fn id_error(&self) -> String {
        self.unread_id.as_ref().map(|_| self.sh.t("customers-id-number").to_string()).unwrap_or_default()
    }

    fn previous(&self) -> String {
        self.page.previous.as_deref().map(|at| self.filter.url(Some(at))).unwrap_or_default()
    }

    fn next(&self) -> String {
        self.page.next.as_deref().map(|at| self.filter.url(Some(at))).unwrap_or_default()
    }

    /// The form that exports whoever matches.
    fn export_url(&self) -> String {
        self.filter.url(None).replacen("/customers", "/customers/export", 1)
    }

    /// What the chip says.
    fn period(&self) -> String {
        match self.filter.period {
            Period::Dates => self.filter.dates_text(self.sh.lang),
            period => self.sh.t(period.name_key()).to_string(),
        }
    }

    fn count_text(&self) -> String {
        let sh = &self.sh;
        if !self.filter.is_narrow() {
            return count(sh, "customers-count", self.total, &[]);
        }
        count(sh, "customers-count-of", self.total, &[("shown", sh.capped_at(self.shown, self.shown_to))])
    }
}

/// A sentence with a capped number, whose plural follows the number itself.
fn count(sh: &Shell, key: &str, total: i64, more: &[(&'static str, String)]) -> String {
    let mut args = vec![("count", total.into()), ("total", sh.capped(total).into())];
    args.extend(more.iter().map(|(name, value)| (*name, value.clone().into())));
    sh.lang.args(key, args)
}

impl Regions for CustomersPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        let title = format!("{} · Switchboard", self.sh.t("nav-customers"));
        (id == "customers").then(|| Ok(region_with(&title, self.as_customers().render()?, &[])))
    }
}
