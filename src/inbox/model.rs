//! What the URL says: the list's tab and filters, and the place in a log.

mod bulk;
pub mod display;
mod facets;
mod saved;

use serde::Deserialize;
use serde::de::{Deserializer, MapAccess, Visitor};

use crate::db::page::{Cursor, PAGE};
use crate::db::types::{ConversationId, CustomerId, MessageId};
use crate::text;
use crate::text_enum;

pub use bulk::{BulkQuery, Task};
pub use facets::{Facets, Responsible, Sort};
pub use saved::{SavedFilter, SavedTyped, Saving, with_variable_renamed};

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

/// The list's part of a URL, as it came: a name may stand there several times.
#[derive(Clone, Debug, Default)]
pub struct ListQuery(Vec<(String, String)>);

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
    /// What is chosen in the panel.
    pub facets: Facets,
    pub before: Option<Cursor>,
    /// Rows from there on.
    pub depth: i64,
    /// The customer whose conversation is open.
    pub open: Option<CustomerId>,
}

impl ListQuery {
    /// The list that these fields are about.
    pub fn of(fields: impl IntoIterator<Item = (String, String)>) -> Self {
        Self(fields.into_iter().collect())
    }

    /// The list that this query of an address is about.
    pub fn parse(query: &str) -> Self {
        Self::of(url::form_urlencoded::parse(query.as_bytes()).into_owned())
    }

    fn one(&self, name: &str) -> &str {
        self.0.iter().find(|(key, _)| key == name).map_or("", |(_, value)| value)
    }

    /// Whether somebody is typing in the filters: the address follows.
    pub fn is_typed(&self) -> bool {
        !self.one("typed").is_empty()
    }

    /// What it means; what cannot be read means nothing.
    pub fn filter(&self) -> Filter {
        let short = |name| text::clean(self.one(name)).chars().take(200).collect::<String>();
        Filter {
            tab: Tab::parse(self.one("tab")).unwrap_or(Tab::All),
            search: short("search"),
            customer_id: short("customer_id"),
            failed: self.one("failed") == "1",
            facets: Facets::parse(&self.0),
            before: Cursor::decode(self.one("before")),
            depth: self.one("depth").parse().unwrap_or(PAGE).clamp(PAGE, DEEPEST),
            open: self.one("open").parse().ok(),
        }
    }
}

impl<'de> Deserialize<'de> for ListQuery {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct Fields;

        impl<'de> Visitor<'de> for Fields {
            type Value = ListQuery;

            fn expecting(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str("the fields of a query")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<ListQuery, A::Error> {
                let mut fields = vec![];
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(ListQuery(fields))
            }
        }

        from.deserialize_map(Fields)
    }
}

impl Filter {
    /// Whether more than the tab narrows the list.
    pub fn is_narrow(&self) -> bool {
        !self.search.is_empty() || !self.customer_id.is_empty() || self.facets.is_narrow()
    }

    /// The fields of this list under another tab.
    pub fn pairs(&self, tab: Tab) -> Vec<(&'static str, String)> {
        let mut pairs = self.above(tab);
        pairs.extend(self.facets.pairs());
        pairs
    }

    /// Those of them that stand above the list.
    fn above(&self, tab: Tab) -> Vec<(&'static str, String)> {
        let tab = if tab == Tab::All { "" } else { tab.as_str() };
        let failed = if self.failed { "1" } else { "" };
        let fields = [("tab", tab), ("search", &self.search), ("customer_id", &self.customer_id), ("failed", failed)];
        fields
            .into_iter()
            .filter(|(_, value)| !value.is_empty())
            .map(|(name, value)| (name, value.to_owned()))
            .collect()
    }

    /// The fields of this list in a form about all who match, which has names of its own for tags and lists: what is chosen
    /// in the panel is one field there, [`Filter::CHOSEN`].
    pub fn whole(&self) -> Vec<(&'static str, String)> {
        let mut pairs = self.above(self.tab);
        let chosen = query_of(self.facets.pairs());
        if !chosen.is_empty() {
            pairs.push((Self::CHOSEN, chosen));
        }
        pairs.push(("all", "1".into()));
        pairs
    }

    /// See [`Filter::whole`].
    pub const CHOSEN: &str = "filters";

    /// The query of this list under another tab.
    pub fn query(&self, tab: Tab) -> String {
        query_of(self.pairs(tab))
    }

    /// Where it is chosen what becomes of all in this list.
    pub fn bulk(&self) -> String {
        with_query("/inbox/bulk", &query_of(self.whole()))
    }

    /// The address of this list without one filter of the panel.
    pub fn without(&self, name: &str) -> String {
        Filter { facets: self.facets.without(name), ..self.clone() }.at(&self.page())
    }

    /// The panel in which its filters are chosen.
    pub fn panel(&self) -> String {
        let mut pairs = self.pairs(self.tab);
        pairs.extend(self.open.map(|open| ("open", open.to_string())));
        with_query("/inbox/filters", &query_of(pairs))
    }

    /// This list with everybody under its tab, in the usual order.
    pub fn reset(&self) -> String {
        with_query(&self.page(), &query_of(Filter { tab: self.tab, ..ListQuery::default().filter() }.pairs(self.tab)))
    }

    /// The page of the list: that of the open conversation, if one is.
    pub fn page(&self) -> String {
        self.open.map_or("/inbox".to_owned(), |id| format!("/inbox/{id}"))
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

/// Fields as the query of an address.
fn query_of(pairs: Vec<(&'static str, String)>) -> String {
    url::form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish()
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
    /// Where this conversation goes on; from its beginning on, if it is closed.
    At(ConversationId),
}

/// A place, and how it is shown.
#[derive(Clone, Copy, Debug)]
pub struct Spot {
    pub place: Place,
    /// The conversation that is answered there; without one, the newest.
    pub conversation: Option<ConversationId>,
    /// Kinds of messages that this person hides are shown all the same.
    pub is_whole: bool,
}

impl PlaceQuery {
    pub fn spot(&self) -> Spot {
        Spot { place: self.place(), conversation: self.at.parse().ok(), is_whole: self.whole == "1" }
    }

    pub fn place(&self) -> Place {
        let id = |typed: &str| typed.parse().ok();
        None.or_else(|| id(&self.from).map(Place::From))
            .or_else(|| id(&self.older).map(Place::Older))
            .or_else(|| id(&self.before).map(Place::Before))
            .or_else(|| self.at.parse().ok().map(Place::At))
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
        let filter = ListQuery::parse("tab=mine&search=+a%26b+&depth=9999&tag=2&tag=1&open=7").filter();
        assert_eq!(filter.at("/inbox"), "/inbox?tab=mine&search=a%26b&tag=1&tag=2");
        assert_eq!(filter.bulk(), "/inbox/bulk?tab=mine&search=a%26b&filters=tag%3D1%26tag%3D2&all=1");
        assert_eq!(filter.reset(), "/inbox/7?tab=mine");
        assert_eq!(filter.depth, 300);
        assert_eq!(filter.deeper(), None);
        let odd = ListQuery::parse("tab='; --&before=x&depth=-1&tag=x");
        assert_eq!(odd.filter().at("/inbox"), "/inbox");
        assert_eq!(PlaceQuery { from: "x".into(), ..PlaceQuery::default() }.place(), Place::End);
    }

    #[test]
    fn a_place_in_a_log_keeps_the_conversation_that_is_answered() {
        let query = |from: &str| PlaceQuery { at: "7".into(), from: from.into(), ..PlaceQuery::default() }.spot();
        assert_eq!((query("").place, query("").conversation), (Place::At(ConversationId(7)), Some(ConversationId(7))));
        assert_eq!(
            (query("40").place, query("40").conversation),
            (Place::From(MessageId(40)), Some(ConversationId(7)))
        );
    }
}
