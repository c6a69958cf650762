//! What a report is asked for, and its figures.

mod figures;

use std::ops::Range;

use chrono::{Days, NaiveDate};
use serde::Deserialize;
use url::form_urlencoded::Serializer;

use super::days::{self, Day};
use crate::db::types::{ChannelId, StaffId};
use crate::error::Said;
use crate::text_enum;
use crate::web::forms::Errors;
use crate::web::times::Clock;
pub use figures::{Figures, Row};

/// The longest period, in days: three years.
pub const LONGEST: i64 = 1_096;
/// Longer periods are drawn by week.
const BY_DAY: i64 = 62;

text_enum!(
    /// Which days.
    Period { Today = "today", Week = "week", Month = "30d", Quarter = "90d", Year = "year", Dates = "dates" }
);

impl Period {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Period::Today => "reports-period-today",
            Period::Week => "reports-period-week",
            Period::Month => "reports-period-month",
            Period::Quarter => "reports-period-quarter",
            Period::Year => "reports-period-year",
            Period::Dates => "reports-period-dates",
        }
    }

    /// How many days, today among them.
    fn length(self) -> u64 {
        match self {
            Period::Today => 1,
            Period::Week | Period::Dates => 7,
            Period::Month => 30,
            Period::Quarter => 90,
            Period::Year => 365,
        }
    }
}

/// The filters as the address carries them.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default)]
pub struct Asked {
    pub period: String,
    pub from: String,
    pub to: String,
    pub channel: String,
    pub operator: String,
}

/// The same, checked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Filter {
    pub period: Period,
    /// First and last day, both inclusive.
    pub from: NaiveDate,
    pub to: NaiveDate,
    pub channel: Option<ChannelId>,
    /// `None`: everybody, and conversations of nobody.
    pub operator: Option<StaffId>,
}

impl Asked {
    /// The period that is named: the last seven days, unless the address says otherwise. Dates alone name themselves.
    pub fn period(&self) -> Period {
        let has_dates = !self.from.trim().is_empty() || !self.to.trim().is_empty();
        Period::parse(&self.period).unwrap_or(if has_dates { Period::Dates } else { Period::Week })
    }

    /// The filter, or what is wrong with the dates. A channel or an operator that cannot be read filters nothing.
    pub fn parse(&self, clock: &Clock) -> Result<Filter, Errors> {
        let (period, today) = (self.period(), clock.today());
        let mut errors = Errors::default();
        let (mut from, mut to) = (None, None);
        if period == Period::Dates {
            (from, to) = (errors.day("from", &self.from), errors.day("to", &self.to));
            if from.is_none() && to.is_some() {
                errors.add("from", "history-day");
            }
            if from.is_some_and(|from| from > today) {
                errors.add("from", "reports-future");
            }
        }
        let to = to.unwrap_or(today).min(today);
        let from = from.unwrap_or_else(|| to.checked_sub_days(Days::new(period.length() - 1)).unwrap_or(to));
        if from > to {
            errors.add("to", "reports-reversed");
        } else if days::number(to) - days::number(from) >= LONGEST {
            errors.add("from", Said::from("reports-too-long").with("days", LONGEST));
        }
        let channel = self.channel.parse().ok().filter(|channel| *channel > ALL_CHANNELS);
        let operator = self.operator.parse().ok().filter(|operator| *operator > NOBODY);
        errors.or(Filter { period, from, to, channel, operator })
    }
}

impl Asked {
    /// The address with these words at `path`, whether they fit or not.
    pub fn url(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        for (name, word) in [
            ("period", &self.period),
            ("from", &self.from),
            ("to", &self.to),
            ("channel", &self.channel),
            ("operator", &self.operator),
        ] {
            if !word.trim().is_empty() {
                query.append_pair(name, word.trim());
            }
        }
        address(path, &mut query)
    }
}

/// An address with its query, if there is any.
fn address(path: &str, query: &mut Serializer<'_, String>) -> String {
    match query.finish() {
        empty if empty.is_empty() => path.into(),
        query => format!("{path}?{query}"),
    }
}

impl Filter {
    /// The days of the period.
    pub fn days(&self) -> Range<Day> {
        days::number(self.from)..days::number(self.to) + 1
    }

    /// As many days before it.
    pub fn days_before(&self) -> Range<Day> {
        let days = self.days();
        2 * days.start - days.end..days.start
    }

    /// Whether the chart has a place for each week, and not for each day.
    pub fn by_week(&self) -> bool {
        let days = self.days();
        days.end - days.start > BY_DAY
    }

    /// Whether anything but the period narrows it.
    pub fn is_narrow(&self) -> bool {
        self.channel.is_some() || self.operator.is_some()
    }

    /// The address of this report at `path`.
    pub fn url(&self, path: &str) -> String {
        let mut query = Serializer::new(String::new());
        if self.period != Period::Week {
            query.append_pair("period", self.period.as_str());
        }
        if self.period == Period::Dates {
            query.append_pair("from", &self.from.to_string()).append_pair("to", &self.to.to_string());
        }
        if let Some(channel) = self.channel {
            query.append_pair("channel", &channel.to_string());
        }
        if let Some(operator) = self.operator {
            query.append_pair("operator", &operator.to_string());
        }
        address(path, &mut query)
    }

    /// The address of History with the conversations behind a row: those of an operator, or of a channel.
    pub fn history_url(&self, operator: Option<StaffId>, channel: Option<ChannelId>) -> String {
        let mut query = Serializer::new(String::from("/history?tab=history"));
        if let Some(operator) = operator.or(self.operator) {
            query.append_pair("operator", &operator.to_string());
        }
        if let Some(channel) = channel.or(self.channel) {
            query.append_pair("channel", &channel.to_string());
        }
        query.append_pair("from", &self.from.to_string()).append_pair("to", &self.to.to_string());
        // A row counts what ended in its period, whenever it began.
        query.append_pair("by", "ended");
        query.finish()
    }
}

/// The channel of rows that count all channels.
pub const ALL_CHANNELS: ChannelId = ChannelId(0);
/// The operator of rows that count everybody.
pub const EVERYBODY: StaffId = StaffId(-1);
/// The operator of conversations that nobody worked.
pub const NOBODY: StaffId = StaffId(0);

/// A place of the chart.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Slot {
    /// First and last day.
    pub from: Day,
    pub to: Day,
    pub figures: Figures,
}

/// What the page shows.
#[derive(Clone, Debug, Default)]
pub struct Report {
    pub total: Figures,
    /// Of the period before. `None`: days of it are not counted yet.
    pub before: Option<Figures>,
    /// Days or weeks, oldest first.
    pub slots: Vec<Slot>,
    /// Most closed first.
    pub operators: Vec<(StaffId, Figures)>,
    pub channels: Vec<(ChannelId, Figures)>,
    /// Days of the period that are still being counted. While there are any, there are no figures.
    pub counting: usize,
}

#[cfg(test)]
mod tests {
    use super::*;

    fn clock() -> Clock {
        let now = "2026-11-29T10:00:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap().into();
        Clock { now, zone: chrono_tz::Tz::UTC }
    }

    fn asked(period: &str, from: &str, to: &str) -> Result<(Period, String, String), (&'static str, &'static str)> {
        let asked = Asked { period: period.into(), from: from.into(), to: to.into(), ..Asked::default() };
        match asked.parse(&clock()) {
            Ok(filter) => Ok((filter.period, filter.from.to_string(), filter.to.to_string())),
            Err(errors) => Err(errors.first().map(|(field, said)| (field, said.key)).unwrap()),
        }
    }

    /// Seven days unless the address says otherwise; dates are whole, in order, begun and not too many.
    #[test]
    fn a_period_is_what_the_address_says() {
        let days = |period, from: &str, to: &str| Ok((period, from.to_owned(), to.to_owned()));
        let week = days(Period::Week, "2026-11-23", "2026-11-29");
        assert_eq!(asked("", "", ""), week);
        assert_eq!(asked("nonsense", "", ""), week);
        assert_eq!(asked("week", "2020-01-01", "nonsense"), week);
        assert_eq!(asked("today", "", ""), days(Period::Today, "2026-11-29", "2026-11-29"));
        assert_eq!(asked("year", "", ""), days(Period::Year, "2025-11-30", "2026-11-29"));
        assert_eq!(asked("dates", "", ""), days(Period::Dates, "2026-11-23", "2026-11-29"));
        assert_eq!(asked("", "2026-01-01", "2026-02-01"), days(Period::Dates, "2026-01-01", "2026-02-01"));
        assert_eq!(asked("dates", "2026-11-01", "2027-02-01"), days(Period::Dates, "2026-11-01", "2026-11-29"));
        assert_eq!(asked("dates", "yesterday", ""), Err(("from", "history-day")));
        assert_eq!(asked("dates", "", "2026-01-01"), Err(("from", "history-day")));
        assert_eq!(asked("dates", "2026-01-02", "2026-01-01"), Err(("to", "reports-reversed")));
        assert_eq!(asked("dates", "2026-11-30", ""), Err(("from", "reports-future")));
        assert_eq!(asked("dates", "0001-01-01", ""), Err(("from", "reports-too-long")));
        assert_eq!(asked("dates", "2023-11-30", ""), days(Period::Dates, "2023-11-30", "2026-11-29"));
        assert_eq!(asked("dates", "2023-11-29", ""), Err(("from", "reports-too-long")));
        assert_eq!(asked("dates", "+262142-12-31", ""), Err(("from", "history-day")));
    }

    #[test]
    fn an_address_comes_back_as_the_same_report() {
        let asked = Asked {
            from: "2026-01-01".into(),
            to: "2026-02-01".into(),
            channel: "3".into(),
            operator: "5".into(),
            ..Asked::default()
        };
        let filter = asked.parse(&clock()).unwrap();
        assert_eq!(filter.url("/reports"), "/reports?period=dates&from=2026-01-01&to=2026-02-01&channel=3&operator=5");
        assert_eq!(Asked::default().parse(&clock()).unwrap().url("/reports"), "/reports");
        assert_eq!((filter.days().end - filter.days().start, filter.days_before().end), (32, filter.days().start));
        assert_eq!(
            filter.history_url(Some(StaffId(7)), None),
            "/history?tab=history&operator=7&channel=3&from=2026-01-01&to=2026-02-01&by=ended"
        );
    }
}
