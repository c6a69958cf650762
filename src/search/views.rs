//! The search page and its lists.

use askama::Template;

use super::highlight::{Piece, highlight, highlight_phone, is_marked};
use super::model::{Query, Term};
use super::results::{Found, Offer, Results};
use crate::channels::ChannelKind;
use crate::text;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// `/search`.
#[derive(Template)]
#[template(path = "search/page.html", blocks = ["found"])]
pub struct SearchPage {
    pub sh: Shell,
    pub list: List,
}

/// The dropdown under a search bar.
#[derive(Template)]
#[template(path = "search/dropdown.html")]
struct Dropdown<'a> {
    sh: &'a Shell,
    list: &'a List,
    /// The id of the panel: each bar of a page has its own.
    id: &'a str,
}

/// What both of them show.
pub struct List {
    pub query: Query,
    pub rows: Vec<Row>,
    pub more: bool,
    pub offers: Vec<Offer>,
}

impl List {
    pub fn is_empty(&self) -> bool {
        self.rows.is_empty()
    }

    /// Whether somebody new can be written to somewhere.
    pub fn may_write(&self) -> bool {
        self.offers.iter().any(|offer| offer.with_message)
    }

    /// How many are shown, as a heading over them.
    pub fn heading(&self, sh: &Shell) -> String {
        let count = i64::try_from(self.rows.len()).unwrap_or(i64::MAX);
        sh.tn(if self.more { "search-first" } else { "search-count" }, count)
    }
}

/// One customer that was found.
pub struct Row {
    pub found: Found,
    pub name: Vec<Piece>,
    pub facts: Vec<Fact>,
}

/// A known field below the name.
pub struct Fact {
    pub pieces: Vec<Piece>,
    /// Said before it, if the field does not speak for itself: a message id.
    pub label: &'static str,
}

impl Row {
    fn new(found: Found, term: &Term) -> Self {
        let customer = &found.customer;
        let name = highlight(&customer.name, term);
        let mut facts = vec![];
        let mut add = |pieces| facts.push(Fact { pieces, label: "" });
        customer.phone.as_deref().into_iter().for_each(|phone| add(highlight_phone(phone, term)));
        customer.email.as_deref().into_iter().for_each(|email| add(highlight(email, term)));
        customer.external_id.as_deref().into_iter().for_each(|id| add(highlight(id, term)));
        let is_shown = is_marked(&name) || facts.iter().any(|fact| is_marked(&fact.pieces));
        if !is_shown {
            facts.extend(why(&found, term));
        }
        Self { name, facts, found }
    }

    /// The kind of the latest contact's channel; empty if there was none.
    pub fn channel(&self) -> &'static str {
        self.found.customer.channel_kind.as_ref().map(ChannelKind::as_str).unwrap_or_default()
    }
}

/// What was matched where no shown field was: a username, an address, the real name, the customer's number.
fn why(found: &Found, term: &Term) -> Option<Fact> {
    let customer = &found.customer;
    let line = term.lines_of(&found.search_text).next()?;
    if customer.phone.as_deref().is_some_and(|phone| is_same_number(phone, line)) {
        return None;
    }
    if text::fold(&customer.real_name) == line {
        return Some(Fact { pieces: highlight(&customer.real_name, term), label: "" });
    }
    let label = if line == customer.id.to_string() { "search-number" } else { "search-address" };
    let marked = highlight(line, term);
    let pieces = if is_marked(&marked) { marked } else { highlight_phone(line, term) };
    Some(Fact { pieces, label })
}

/// Whether a line is the number that is shown, with its country's code in place of what people dial.
fn is_same_number(phone: &str, line: &str) -> bool {
    const NATIONAL: usize = 10;
    let tail = |digits: &str| digits.get(digits.len().checked_sub(NATIONAL)?..).map(str::to_owned);
    line.bytes().all(|byte| byte.is_ascii_digit())
        && tail(line).is_some_and(|own| tail(&text::digits(phone)) == Some(own))
}

impl SearchPage {
    pub fn new(sh: Shell, query: Query, results: Results) -> Self {
        let rows = match query.term() {
            Some(term) => results.found.into_iter().map(|found| Row::new(found, term)).collect(),
            None => vec![],
        };
        Self { sh, list: List { query, rows, more: results.more, offers: results.offers } }
    }

    /// What the tab says.
    pub fn title(&self) -> String {
        let search = self.sh.t("search-title");
        if self.sh.q.is_empty() {
            format!("{search} · Switchboard")
        } else {
            format!("{} · {search} · Switchboard", self.sh.q)
        }
    }
}

impl Regions for SearchPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "search-results" | "search-results-2" => Some(Dropdown { sh: &self.sh, list: &self.list, id }.render()),
            "found" => Some(self.as_found().render().map(|html| region_with(&self.title(), html, &[]))),
            _ => None,
        }
    }
}

/// Where somebody who was not found is made, up to what was searched for: with their first message where the messenger
/// goes by phone numbers.
pub fn offer_address(offer: &Offer) -> String {
    let kind = offer.kind;
    if offer.with_message { format!("/customers/new/{kind}?q=") } else { "/contacts/new?q=".into() }
}
