//! Days as numbers: the form in which figures are kept and added up.

use std::collections::BTreeSet;
use std::ops::Range;

use chrono::{Duration, NaiveDate};

use crate::db::types::UtcTime;
use crate::web::times::Clock;

/// How long a day is over before it is counted: whoever closes a conversation in its last second has committed then, and the
/// clocks of several instances may differ.
const SETTLED: Duration = Duration::minutes(10);

/// Days since 1970-01-01.
pub type Day = i64;
/// Days of a week.
pub const WEEK: i64 = 7;

/// The number of a day.
pub fn number(day: NaiveDate) -> Day {
    (day - NaiveDate::default()).num_days()
}

/// The day of a number; the first day of all for what no calendar has.
pub fn date(day: Day) -> NaiveDate {
    Duration::try_days(day).and_then(|days| NaiveDate::default().checked_add_signed(days)).unwrap_or_default()
}

/// The Monday of a day's week.
pub fn monday(day: Day) -> Day {
    // 1970-01-01 was a Thursday.
    day - (day + 3).rem_euclid(WEEK)
}

/// When a day begins and when it is over.
pub fn bounds(clock: &Clock, day: Day) -> (UtcTime, UtcTime) {
    (clock.start_of(date(day)), clock.start_of(date(day + 1)))
}

/// The first day that may still change: all before it can be counted.
pub fn first_unsettled(clock: &Clock) -> Day {
    number(clock.day(clock.now.plus(-SETTLED)))
}

/// What is known of days: which can be counted, and which are.
#[derive(Clone, Debug, Default)]
pub struct Known {
    /// The day of the first conversation. Nothing happened before.
    pub first: Option<Day>,
    /// See [`first_unsettled`].
    pub unsettled: Day,
    /// Days that are counted, within what was asked for.
    pub counted: BTreeSet<Day>,
}

/// Where the figures of a stretch of days come from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sources {
    /// Mondays of whole weeks that are counted.
    pub weeks: Vec<Day>,
    /// Days that are counted, but for those of the weeks.
    pub days: Vec<Day>,
    /// Days that are over and not counted yet.
    pub missing: Vec<Day>,
    /// Days that may still change.
    pub open: Vec<Day>,
}

impl Sources {
    /// What a stretch is put together from; with whole weeks, or day by day.
    pub fn of(known: &Known, stretch: &Range<Day>, by_week: bool) -> Self {
        let mut sources = Self::default();
        let is_whole = |monday: Day| {
            let week = monday..monday + WEEK;
            stretch.start <= week.start
                && week.end <= stretch.end
                && week.clone().all(|day| known.counted.contains(&day))
        };
        let mut day = stretch.start;
        while day < stretch.end {
            if by_week && monday(day) == day && is_whole(day) {
                sources.weeks.push(day);
                day += WEEK;
                continue;
            }
            if known.counted.contains(&day) {
                sources.days.push(day);
            } else if day >= known.unsettled {
                sources.open.push(day);
            } else if known.first.is_some_and(|first| first <= day) {
                sources.missing.push(day);
            }
            day += 1;
        }
        sources
    }

    /// What is counted when somebody asks.
    pub fn on_the_spot(&self) -> impl Iterator<Item = Day> {
        self.missing.iter().chain(&self.open).copied()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(text: &str) -> Day {
        number(text.parse().unwrap())
    }

    #[test]
    fn days_have_numbers_and_weeks_begin_on_monday() {
        assert_eq!((day("1970-01-01"), day("2026-11-29"), day("1969-12-31")), (0, 20_786, -1));
        for number in [-400, -1, 0, 3, 4, 20_786] {
            assert_eq!(super::number(date(number)), number);
        }
        assert_eq!(monday(day("2026-11-29")), day("2026-11-23"));
        assert_eq!(monday(day("2026-11-23")), day("2026-11-23"));
        assert_eq!(monday(day("1969-12-31")), day("1969-12-29"));
    }

    /// Whole weeks that are counted are taken as such, the days around them one by one; what is neither counted nor open is
    /// missing, but not before the first conversation.
    #[test]
    fn a_stretch_is_put_together() {
        let (first, unsettled) = (day("2026-10-01"), day("2026-11-29"));
        let mut known = Known { first: Some(first), unsettled, counted: (first..unsettled).collect() };
        let stretch = day("2026-09-20")..day("2026-11-30");
        let sources = Sources::of(&known, &stretch, true);
        assert_eq!(
            (sources.weeks.len(), sources.weeks[0], sources.weeks[6]),
            (7, day("2026-10-05"), day("2026-11-16"))
        );
        let around: Vec<Day> = (first..day("2026-10-05")).chain(day("2026-11-23")..unsettled).collect();
        assert_eq!((&sources.days, &sources.missing, &sources.open), (&around, &vec![], &vec![unsettled]));
        known.counted.remove(&day("2026-10-15"));
        let sources = Sources::of(&known, &stretch, true);
        assert_eq!((sources.weeks.len(), &sources.missing), (6, &vec![day("2026-10-15")]));
        assert!(Sources::of(&known, &stretch, false).weeks.is_empty());
        assert!(Sources::of(&Known { unsettled, ..Known::default() }, &stretch, true).missing.is_empty());
    }

    /// A day is over where the installation is, and ten minutes later it can be counted.
    #[test]
    fn a_day_settles_after_its_midnight() {
        let at = |text: &str| {
            let now = text.parse::<chrono::DateTime<chrono::Utc>>().unwrap().into();
            first_unsettled(&Clock { now, zone: chrono_tz::Europe::Moscow })
        };
        assert_eq!(at("2026-11-28T21:09:59Z"), day("2026-11-28"));
        assert_eq!(at("2026-11-28T21:10:00Z"), day("2026-11-29"));
    }
}
