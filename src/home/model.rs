//! Today's numbers and the last seven days, as they were counted.

use chrono::{Duration, NaiveDate};

use crate::channels::ChannelKind;
use crate::db::types::UtcTime;
use crate::web::times::Clock;

/// The days that the charts show, today among them.
pub const DAYS: usize = 7;

/// The last seven days, oldest first.
#[derive(Clone, Copy, Debug)]
pub struct Week {
    pub days: [NaiveDate; DAYS],
    /// When each of them begins.
    pub starts: [UtcTime; DAYS],
    /// When the same weekday a week before began, and when it was over. A day has 23 hours at times, or 25.
    pub week_before: (UtcTime, UtcTime),
}

impl Week {
    pub fn ending_today(clock: &Clock) -> Self {
        let mut back = i64::try_from(DAYS).unwrap_or(i64::MAX);
        let days = [(); DAYS].map(|()| {
            back -= 1;
            clock.today() - Duration::days(back)
        });
        let before = clock.today() - Duration::days(7);
        let week_before = (clock.start_of(before), clock.start_of(before + Duration::days(1)));
        Self { days, starts: days.map(|day| clock.start_of(day)), week_before }
    }
}

/// What Home tells.
#[derive(Clone, Debug, Default)]
pub struct Today {
    /// Customers with unread messages, capped.
    pub unread_customers: i64,
    /// Conversations that are not closed, capped, of operators those that they have a part in; and those that this person works.
    pub open: i64,
    pub mine: i64,
    /// Customers that nobody is responsible for and that wait in the queue, capped; the longest wait.
    pub waiting: i64,
    pub waiting_since: Option<UtcTime>,
    /// Median time to the first reply today, and on the same weekday a week before.
    pub reply: Option<Duration>,
    pub reply_before: Option<Duration>,
    /// Staff who are there: online by their own choice, and seen lately.
    pub online: i64,
    /// Block requests that wait; counted for those who decide them.
    pub block_requests: i64,
    pub has_channels: bool,
    pub opened: Vec<Opened>,
    pub rated: [Rated; DAYS],
}

/// Conversations that were opened on one day in one messenger.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Opened {
    pub day: usize,
    pub kind: ChannelKind,
    pub count: i64,
}

/// Ratings of one day.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rated {
    /// Four and five stars.
    pub good: i64,
    pub count: i64,
}

impl Rated {
    /// The share of good ones, in whole percent.
    pub fn percent(&self) -> Option<i64> {
        (self.count > 0).then(|| (self.good * 100 + self.count / 2) / self.count)
    }
}

/// The middle one; of an even number, half-way between the two.
pub fn median(mut spans: Vec<Duration>) -> Option<Duration> {
    spans.sort_unstable();
    let upper = *spans.get(spans.len() / 2)?;
    let lower = *spans.get((spans.len() - 1) / 2)?;
    Some(lower + (upper - lower) / 2)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_median_is_the_middle() {
        let of = |seconds: &[i64]| median(seconds.iter().map(|s| Duration::seconds(*s)).collect());
        assert_eq!(of(&[]), None);
        assert_eq!(of(&[9]), Some(Duration::seconds(9)));
        assert_eq!(of(&[30, 10, 20]), Some(Duration::seconds(20)));
        assert_eq!(of(&[10, 40, 20, 30]), Some(Duration::seconds(25)));
    }

    #[test]
    fn a_week_ends_today_where_the_installation_is() {
        let at = "2026-03-02T22:30:00Z".parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        let week = Week::ending_today(&Clock { now: at.into(), zone: chrono_tz::Europe::Moscow });
        assert_eq!(week.days.map(|d| d.to_string())[0], "2026-02-25");
        assert_eq!(week.days.map(|d| d.to_string())[6], "2026-03-03");
        assert_eq!(week.starts[6].rfc3339(), "2026-03-02T21:00:00.000Z");
    }

    #[test]
    fn a_share_is_rounded() {
        assert_eq!(Rated::default().percent(), None);
        assert_eq!(Rated { good: 2, count: 3 }.percent(), Some(67));
        assert_eq!(Rated { good: 3, count: 3 }.percent(), Some(100));
    }
}
