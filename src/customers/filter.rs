//! What the Customers page shows: its filters as they stand in the address.

use chrono::NaiveDate;
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use crate::db::types::{CustomerTagId, UtcTime};
use crate::text;
use crate::text_enum;
use crate::web::times::{self, Clock};

/// The longest term that is looked at.
const LONGEST: usize = 200;

text_enum!(
    /// When the customers were first seen.
    Period { Week = "week", Today = "today", Month = "30d", All = "all", Dates = "dates" }
);

impl Period {
    /// Those that need no dates.
    pub const PLAIN: [Period; 4] = [Period::Today, Period::Week, Period::Month, Period::All];

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Period::Week => "customers-period-week",
            Period::Today => "customers-period-today",
            Period::Month => "customers-period-month",
            Period::All => "customers-period-all",
            Period::Dates => "customers-period-dates",
        }
    }
}

/// The address of the page as it comes; whatever cannot be read there filters nothing.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub period: String,
    pub from: String,
    pub to: String,
    pub tag: String,
    pub name: String,
    pub id: String,
    pub at: String,
}

/// The filters, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Filter {
    pub period: Period,
    /// First and last day, both inclusive, of [`Period::Dates`].
    pub from: Option<NaiveDate>,
    pub to: Option<NaiveDate>,
    pub tag: Option<CustomerTagId>,
    /// As typed.
    pub name: String,
    /// Digits.
    pub id: String,
}

impl Asked {
    /// The filters that these words name. This week, unless the address says otherwise.
    pub fn filter(&self) -> Filter {
        let day = |typed: &str| NaiveDate::parse_from_str(typed.trim(), "%Y-%m-%d").ok().filter(is_sane);
        let (from, to) = (day(&self.from), day(&self.to));
        let named = Period::parse(&self.period);
        let period = match named {
            Some(Period::Dates) | None if from.is_some() || to.is_some() => Period::Dates,
            Some(Period::Dates) => Period::All,
            Some(period) => period,
            None => Period::Week,
        };
        let (from, to) = if period == Period::Dates { (from, to) } else { (None, None) };
        // Told the other way round, they mean the same days.
        let (from, to) = if to.is_some() && to < from { (to, from) } else { (from, to) };
        Filter {
            period,
            from,
            to,
            tag: self.tag.parse().ok(),
            name: text::clean(&self.name).chars().take(LONGEST).collect(),
            id: number_part(&self.id),
        }
    }
}

impl Asked {
    /// What was typed for the number although it has no digit, and so filters nothing.
    pub fn unread_id(&self) -> Option<String> {
        let typed = text::clean(&self.id);
        (!typed.is_empty() && number_part(&typed).is_empty()).then_some(typed)
    }
}

/// The digits to look for within customers' numbers; empty where none were typed.
pub fn number_part(typed: &str) -> String {
    text::digits(typed).chars().take(20).collect()
}

/// Far-off years would leave the calendar when a day is added to them.
fn is_sane(day: &NaiveDate) -> bool {
    use chrono::Datelike;
    (1900..=9000).contains(&day.year())
}

impl Filter {
    /// From when on, and before when, the customers were created.
    pub fn bounds(&self, clock: &Clock) -> (Option<UtcTime>, Option<UtcTime>) {
        let start = |day| Some(clock.start_of(day));
        match self.period {
            Period::Week => (start(clock.monday()), None),
            Period::Today => (start(clock.today()), None),
            Period::Month => (start(clock.today() - chrono::Duration::days(29)), None),
            Period::All => (None, None),
            Period::Dates => {
                let after = self.to.and_then(|day| day.succ_opt());
                (self.from.map(|day| clock.start_of(day)), after.map(|day| clock.start_of(day)))
            }
        }
    }

    /// Whether anything narrows the list down.
    pub fn is_narrow(&self) -> bool {
        self.period != Period::All || self.tag.is_some() || !self.name.is_empty() || !self.id.is_empty()
    }

    /// Whether anything but the period does.
    pub fn is_searching(&self) -> bool {
        self.tag.is_some() || !self.name.is_empty() || !self.id.is_empty()
    }

    /// The tag, if nothing else narrows the list down.
    pub fn only_tag(&self) -> Option<CustomerTagId> {
        let is_alone = self.period == Period::All && self.name.is_empty() && self.id.is_empty();
        self.tag.filter(|_| is_alone)
    }

    pub fn is_tag(&self, tag: &CustomerTagId) -> bool {
        self.tag == Some(*tag)
    }

    pub fn is_period(&self, period: &Period) -> bool {
        self.period == *period
    }

    /// The same filters with another period.
    pub fn with(&self, period: &Period) -> Self {
        Self { period: *period, from: None, to: None, ..self.clone() }
    }

    /// The address of these filters, at a page of theirs.
    pub fn url(&self, at: Option<&str>) -> String {
        let mut query = Serializer::new(String::new());
        if self.period != Period::Week {
            query.append_pair("period", self.period.as_str());
        }
        for (name, day) in [("from", self.from), ("to", self.to)] {
            if let Some(day) = day {
                query.append_pair(name, &day.to_string());
            }
        }
        if let Some(tag) = self.tag {
            query.append_pair("tag", &tag.to_string());
        }
        for (name, value) in [("name", self.name.as_str()), ("id", &self.id), ("at", at.unwrap_or_default())] {
            if !value.is_empty() {
                query.append_pair(name, value);
            }
        }
        let query = query.finish();
        if query.is_empty() { "/customers".into() } else { format!("/customers?{query}") }
    }

    /// The day in an input of type date.
    pub fn from_value(&self) -> String {
        self.from.map(|day| day.to_string()).unwrap_or_default()
    }

    pub fn to_value(&self) -> String {
        self.to.map(|day| day.to_string()).unwrap_or_default()
    }

    /// The dates as people read them.
    pub fn dates_text(&self, lang: crate::web::i18n::Lang) -> String {
        let day = |day: Option<NaiveDate>| day.map(|day| times::date(lang, day)).unwrap_or_default();
        format!("{} – {}", day(self.from), day(self.to)).trim().to_owned()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn asked(period: &str, from: &str, to: &str) -> Filter {
        Asked { period: period.into(), from: from.into(), to: to.into(), ..Asked::default() }.filter()
    }

    #[test]
    fn this_week_unless_the_address_says_otherwise() {
        assert_eq!(asked("", "", "").period, Period::Week);
        assert_eq!(asked("nonsense", "", "").period, Period::Week);
        assert_eq!(asked("all", "2026-01-01", "").period, Period::All);
        assert_eq!(asked("", "2026-01-01", "").period, Period::Dates);
        assert_eq!(asked("dates", "31.12.2026", "").period, Period::All);
        assert_eq!(asked("dates", "2026-01-01", "+262142-12-31").to, None);
        assert_eq!(asked("dates", "2026-02-01", "2026-01-01"), asked("dates", "2026-01-01", "2026-02-01"));
    }

    #[test]
    fn an_address_comes_back_as_the_same_filters() {
        let filter =
            Filter { name: "Анна & Co".into(), id: "104".into(), ..asked("dates", "2026-01-01", "2026-02-01") };
        let url = filter.url(Some("x"));
        let query: std::collections::HashMap<String, String> =
            url::form_urlencoded::parse(url.split_once('?').unwrap().1.as_bytes()).into_owned().collect();
        let get = |name: &str| query.get(name).cloned().unwrap_or_default();
        let again = Asked {
            period: get("period"),
            from: get("from"),
            to: get("to"),
            name: get("name"),
            id: get("id"),
            ..Asked::default()
        };
        assert_eq!(again.filter(), filter);
        assert_eq!(asked("", "", "").url(None), "/customers");
    }
}
