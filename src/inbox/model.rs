//! What the URL says: the list's tab and filters, and the place in a log.

mod bulk;
pub mod display;

use serde::Deserialize;

use crate::db::page::{Cursor, PAGE};
use crate::db::types::{ConversationId, CustomerId, MessageId};
use crate::text;
use crate::text_enum;

pub use bulk::{BulkQuery, Task};

/// The longest list that is shown in one piece; from there on pages follow.
const DEEPEST: i64 = 300;

text_enum!(
    /// Whose customers are shown.
    Tab { All = "all", Unanswered = "unanswered", Mine = "mine", Others = "others", Free = "free" }
);

impl Tab {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Tab::All => "inbox-tab-all",
            Tab::Unanswered => "inbox-tab-unanswered",
            Tab::Mine => "inbox-tab-mine",
            Tab::Others => "inbox-tab-others",
            Tab::Free => "inbox-tab-free",
        }
    }
}

/// The list's part of a URL, as it came.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ListQuery {
    tab: String,
    search: String,
    customer_id: String,
    failed: String,
    before: String,
    depth: String,
    open: String,
    /// Set while somebody types in the filters: the address follows.
    pub typed: String,
}

/// What is shown in the list.
#[derive(Clone, Debug)]
pub struct Filter {
    pub tab: Tab,
    /// As typed, cleaned.
    pub search: String,
    /// As typed, cleaned: a part of the number.
    pub customer_id: String,
    /// Only those whose newest outgoing message has not arrived.
    pub failed: bool,
    pub before: Option<Cursor>,
    /// Rows from there on.
    pub depth: i64,
    /// The customer whose conversation is open.
    pub open: Option<CustomerId>,
}

impl ListQuery {
    /// The list that a form with these fields is about, from its beginning.
    pub fn of(field: impl Fn(&'static str) -> String) -> Self {
        Self {
            tab: field("tab"),
            search: field("search"),
            customer_id: field("customer_id"),
            failed: field("failed"),
            ..Self::default()
        }
    }

    /// What it means; what cannot be read means nothing.
    pub fn filter(&self) -> Filter {
        let short = |typed: &str| text::clean(typed).chars().take(200).collect::<String>();
        Filter {
            tab: Tab::parse(&self.tab).unwrap_or(Tab::All),
            search: short(&self.search),
            customer_id: short(&self.customer_id),
            failed: self.failed == "1",
            before: Cursor::decode(&self.before),
            depth: self.depth.parse().unwrap_or(PAGE).clamp(PAGE, DEEPEST),
            open: self.open.parse().ok(),
        }
    }
}

impl Filter {
    /// Whether more than the tab narrows the list.
    pub fn is_narrow(&self) -> bool {
        !self.search.is_empty() || !self.customer_id.is_empty()
    }

    /// The fields of this list under another tab.
    pub fn pairs(&self, tab: Tab) -> Vec<(&'static str, String)> {
        let tab = if tab == Tab::All { "" } else { tab.as_str() };
        let failed = if self.failed { "1" } else { "" };
        let fields = [("tab", tab), ("search", &self.search), ("customer_id", &self.customer_id), ("failed", failed)];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect()
    }

    /// The query of this list under another tab.
    pub fn query(&self, tab: Tab) -> String {
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs(self.pairs(tab)).finish()
    }

    /// Where it is chosen what becomes of all in this list.
    pub fn bulk(&self) -> String {
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.extend_pairs(self.pairs(self.tab)).append_pair("all", "1");
        with_query("/inbox/bulk", &query.finish())
    }

    /// The address of this list with, or without, the narrowing to what has not arrived.
    pub fn with_failed(&self, failed: bool) -> String {
        Filter { failed, ..self.clone() }.at("/inbox")
    }

    /// `path` with the query of this list.
    pub fn at(&self, path: &str) -> String {
        with_query(path, &self.query(self.tab))
    }

    /// Where this very list comes from as a region, `depth` rows long.
    pub fn region(&self, depth: i64) -> String {
        let mut query = url::form_urlencoded::Serializer::new(self.query(self.tab));
        if let Some(before) = self.before {
            query.append_pair("before", &before.encode());
        }
        if depth > PAGE {
            query.append_pair("depth", &depth.to_string());
        }
        if let Some(open) = self.open {
            query.append_pair("open", &open.to_string());
        }
        with_query("/inbox/cards", &query.finish())
    }

    /// How long the list is after "More", while it may still grow in one piece.
    pub fn deeper(&self) -> Option<i64> {
        (self.depth < DEEPEST).then(|| (self.depth + PAGE).min(DEEPEST))
    }
}

/// `path?query`, or `path`.
pub fn with_query(path: &str, query: &str) -> String {
    if query.is_empty() { path.to_owned() } else { format!("{path}?{query}") }
}

/// A place in a customer's log, as a URL names it.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct PlaceQuery {
    from: String,
    older: String,
    before: String,
    at: String,
    whole: String,
}

/// A place in a customer's log.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// The newest messages.
    End,
    /// All from this message on.
    From(MessageId),
    /// All from some messages before this one on.
    Older(MessageId),
    /// A page of those before this one.
    Before(MessageId),
    /// From the beginning of this conversation on.
    At(ConversationId),
}

impl Place {
    /// The conversation that it is the place of.
    pub fn conversation(self) -> Option<ConversationId> {
        if let Place::At(id) = self { Some(id) } else { None }
    }
}

/// A place, and whether kinds of messages are shown there that this person hides.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub place: Place,
    pub is_whole: bool,
}

impl PlaceQuery {
    pub fn spot(&self) -> Spot {
        Spot { place: self.place(), is_whole: self.whole == "1" }
    }

    pub fn place(&self) -> Place {
        let id = |typed: &str| typed.parse().ok();
        if let Ok(conversation) = self.at.parse() {
            return Place::At(conversation);
        }
        None.or_else(|| id(&self.from).map(Place::From))
            .or_else(|| id(&self.older).map(Place::Older))
            .or_else(|| id(&self.before).map(Place::Before))
            .unwrap_or(Place::End)
    }

    /// The place of a log whose oldest message is this one.
    pub fn from(typed: &str) -> Place {
        typed.parse().map_or(Place::End, Place::From)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_list_is_its_address() {
        let query =
            ListQuery { tab: "mine".into(), search: " a&b ".into(), depth: "9999".into(), ..ListQuery::default() };
        let filter = query.filter();
        assert_eq!(filter.at("/inbox"), "/inbox?tab=mine&search=a%26b");
        assert_eq!(filter.depth, 300);
        assert_eq!(filter.deeper(), None);
        let odd = ListQuery { tab: "'; --".into(), before: "x".into(), depth: "-1".into(), ..ListQuery::default() };
        assert_eq!(odd.filter().at("/inbox"), "/inbox");
        assert_eq!(PlaceQuery { from: "x".into(), ..PlaceQuery::default() }.place(), Place::End);
    }
}
