//! What the panel of filters narrows the list by, and its order, as the address says them.
//!
//! Several values of one filter are joined by OR, filters by AND; who is excluded is out, whatever else fits.

use chrono::{Datelike, NaiveDate};

use crate::db::types::{ChannelId, CustomerListId, CustomerTagId, DealStageId, FunnelBlockId, StaffId, UtcTime};
use crate::text_enum;
use crate::web::times::Clock;

/// Values of one filter that are looked at.
const MOST: usize = 100;

text_enum!(
    /// What the list is ordered by, newest first.
    Sort { Activity = "activity", Created = "created" }
);

/// Whose customers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Responsible {
    Nobody,
    Staff(StaffId),
}

impl Responsible {
    const NOBODY: &str = "free";

    fn parse(text: &str) -> Option<Self> {
        if text == Self::NOBODY { Some(Self::Nobody) } else { text.parse().ok().map(Self::Staff) }
    }
}

impl std::fmt::Display for Responsible {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Nobody => f.write_str(Self::NOBODY),
            Self::Staff(id) => id.fmt(f),
        }
    }
}

/// The filters of the panel but for those that stand above the list: the text and the number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Facets {
    pub responsible: Option<Responsible>,
    /// The first day of those who are shown.
    pub registered_after: Option<NaiveDate>,
    /// The first day of those who are not.
    pub registered_before: Option<NaiveDate>,
    pub tags: Vec<CustomerTagId>,
    pub not_tags: Vec<CustomerTagId>,
    pub lists: Vec<CustomerListId>,
    pub not_lists: Vec<CustomerListId>,
    pub channels: Vec<ChannelId>,
    /// The exact name and value of a variable; either may be empty.
    pub variable: String,
    pub value: String,
    pub unanswered: bool,
    /// They have unsubscribed wherever they had an account.
    pub unsubscribed: bool,
    pub sort: Sort,
    pub funnel_blocks: Vec<FunnelBlockId>,
    pub deal_stages: Vec<DealStageId>,
}

impl Facets {
    /// The names of the filters in the address, in the order of the panel.
    pub const NAMES: [&str; 15] = [
        "responsible",
        "registered_after",
        "registered_before",
        "tag",
        "not_tag",
        "list",
        "not_list",
        "channel",
        "variable",
        "value",
        "unanswered",
        "unsubscribed",
        "sort",
        "funnel_block",
        "deal_stage",
    ];

    /// What these fields of an address mean; what cannot be read filters nothing.
    pub fn parse(fields: &[(String, String)]) -> Self {
        let all = |name: &'static str| fields.iter().filter(move |(key, _)| key == name).map(|(_, value)| value.trim());
        let one = |name: &'static str| all(name).next().unwrap_or_default();
        // No engine keeps this character in a text.
        let exact = |name: &'static str| one(name).replace('\0', "");
        Self {
            responsible: Responsible::parse(one("responsible")),
            registered_after: day(one("registered_after")),
            registered_before: day(one("registered_before")),
            tags: ids(all("tag")),
            not_tags: ids(all("not_tag")),
            lists: ids(all("list")),
            not_lists: ids(all("not_list")),
            channels: ids(all("channel")),
            variable: exact("variable"),
            value: exact("value"),
            unanswered: one("unanswered") == "1",
            unsubscribed: one("unsubscribed") == "1",
            sort: Sort::parse(one("sort")).unwrap_or(Sort::Activity),
            funnel_blocks: ids(all("funnel_block")),
            deal_stages: ids(all("deal_stage")),
        }
    }

    /// The same as fields of an address.
    pub fn pairs(&self) -> Vec<(&'static str, String)> {
        let mut pairs = vec![];
        let mut add = |name, value: String| {
            if !value.is_empty() {
                pairs.push((name, value));
            }
        };
        let text = |value: Option<String>| value.unwrap_or_default();
        add("responsible", text(self.responsible.map(|whose| whose.to_string())));
        add("registered_after", text(self.registered_after.map(|day| day.to_string())));
        add("registered_before", text(self.registered_before.map(|day| day.to_string())));
        self.tags.iter().for_each(|id| add("tag", id.to_string()));
        self.not_tags.iter().for_each(|id| add("not_tag", id.to_string()));
        self.lists.iter().for_each(|id| add("list", id.to_string()));
        self.not_lists.iter().for_each(|id| add("not_list", id.to_string()));
        self.channels.iter().for_each(|id| add("channel", id.to_string()));
        add("variable", self.variable.clone());
        add("value", self.value.clone());
        let flag = |set: bool| if set { "1".to_owned() } else { String::new() };
        add("unanswered", flag(self.unanswered));
        add("unsubscribed", flag(self.unsubscribed));
        add("sort", if self.sort == Sort::Created { self.sort.to_string() } else { String::new() });
        self.funnel_blocks.iter().for_each(|id| add("funnel_block", id.to_string()));
        self.deal_stages.iter().for_each(|id| add("deal_stage", id.to_string()));
        pairs
    }

    /// Which of them are set, by their names.
    pub fn set(&self) -> Vec<&'static str> {
        let mut names: Vec<_> = self.pairs().into_iter().map(|(name, _)| name).collect();
        names.dedup();
        names
    }

    /// The others, without the one of this name.
    pub fn without(&self, name: &str) -> Self {
        let kept = self.pairs().into_iter().filter(|(key, _)| *key != name);
        Self::parse(&kept.map(|(key, value)| (key.to_owned(), value)).collect::<Vec<_>>())
    }

    /// Whether they leave anybody out.
    pub fn is_narrow(&self) -> bool {
        self.set().iter().any(|name| *name != "sort")
    }

    /// From when on, and before when, the customers were created.
    pub fn bounds(&self, clock: &Clock) -> (Option<UtcTime>, Option<UtcTime>) {
        let start = |day: Option<NaiveDate>| day.map(|day| clock.start_of(day));
        (start(self.registered_after), start(self.registered_before))
    }
}

fn ids<'a, T: std::str::FromStr + Ord>(typed: impl Iterator<Item = &'a str>) -> Vec<T> {
    let mut ids: Vec<T> = typed.filter_map(|id| id.parse().ok()).take(MOST).collect();
    ids.sort_unstable();
    ids.dedup();
    ids
}

/// A day of a calendar that knows the day after it, too.
fn day(typed: &str) -> Option<NaiveDate> {
    let day = NaiveDate::parse_from_str(typed, "%Y-%m-%d").ok();
    day.filter(|day| (1900..=9000).contains(&day.year()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn parsed(query: &str) -> Facets {
        Facets::parse(&url::form_urlencoded::parse(query.as_bytes()).into_owned().collect::<Vec<_>>())
    }

    #[test]
    fn they_come_back_as_they_went() {
        let query = "responsible=free&registered_after=2023-05-20&registered_before=2023-05-23&tag=1&tag=3&not_tag=2\
                     &list=4&not_list=5&channel=6&channel=7&variable=%D0%A6%D0%B5%D0%BD%D0%B0&value=a%26b&unanswered=1\
                     &unsubscribed=1&sort=created&funnel_block=8&funnel_block=9&deal_stage=8&deal_stage=9";
        let facets = parsed(query);
        let again = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(facets.pairs()).finish();
        assert_eq!(again, query);
        assert_eq!(facets.set(), Facets::NAMES);
        assert_eq!(facets.without("tag").set().len(), 14);
        assert!(facets.without("tag").tags.is_empty());
        assert!(!parsed("sort=created").is_narrow() && parsed("tag=9").is_narrow());
    }

    #[test]
    fn what_cannot_be_read_filters_nothing() {
        let odd = "responsible=me&registered_after=31.12.2026&registered_before=%2B262142-12-31&tag=x&tag=&not_list=1.5\
                   &channel=99999999999999999999&variable=+&value=%00&unanswered=yes&sort=name";
        assert!(parsed(odd).pairs().is_empty(), "{:?}", parsed(odd));
        assert_eq!(parsed("tag=3&tag=1&tag=3").tags, [CustomerTagId(1), CustomerTagId(3)]);
        assert_eq!(parsed(&"tag=1&".repeat(9_000)).pairs().len(), 1);
    }
}
