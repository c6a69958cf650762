//! Times as people read them, and days as the installation means them.

use chrono::{DateTime, Datelike, Duration, LocalResult, NaiveDate, NaiveTime, TimeZone, Timelike, Weekday};
use chrono_tz::Tz;

use super::i18n::Lang;
use crate::db::types::UtcTime;
use crate::text;

/// The moment of the request and the installation's time zone.
#[derive(Clone, Copy, Debug)]
pub struct Clock {
    pub now: UtcTime,
    pub zone: Tz,
}

impl Clock {
    pub fn now(zone: Tz) -> Self {
        Self { now: UtcTime::now(), zone }
    }

    /// Today, in the installation's time zone.
    pub fn today(&self) -> NaiveDate {
        self.local(self.now).date_naive()
    }

    /// The day that a moment falls on.
    pub fn day(&self, time: UtcTime) -> NaiveDate {
        self.local(time).date_naive()
    }

    /// When a day begins. Where the clock jumps over midnight, the first moment after the jump.
    pub fn start_of(&self, day: NaiveDate) -> UtcTime {
        let midnight = day.and_time(NaiveTime::MIN);
        let start = match self.zone.from_local_datetime(&midnight) {
            LocalResult::Single(t) | LocalResult::Ambiguous(t, _) => t,
            LocalResult::None => self
                .zone
                .from_local_datetime(&(midnight + Duration::hours(1)))
                .earliest()
                .unwrap_or_else(|| self.zone.from_utc_datetime(&midnight)),
        };
        start.to_utc().into()
    }

    /// Monday of this week.
    pub fn monday(&self) -> NaiveDate {
        let today = self.today();
        today - Duration::days(i64::from(today.weekday().num_days_from_monday()))
    }

    fn local(&self, time: UtcTime) -> DateTime<Tz> {
        time.utc().with_timezone(&self.zone)
    }
}

/// The short name of a month, January = 1.
fn month(lang: Lang, number: u32) -> &'static str {
    const EN: [&str; 12] = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"];
    const RU: [&str; 12] =
        ["янв.", "февр.", "мар.", "апр.", "мая", "июн.", "июл.", "авг.", "сент.", "окт.", "нояб.", "дек."];
    let names = match lang {
        Lang::En => EN,
        Lang::Ru => RU,
    };
    usize::try_from(number).ok().and_then(|n| names.get(n.wrapping_sub(1)).copied()).unwrap_or_default()
}

/// A time while it is written down. Two hundred of them stand on a page, and the machinery of `format!` took a tenth of
/// all that its request costs.
struct Written(String);

impl Written {
    /// Room for the longest.
    fn new() -> Self {
        Self(String::with_capacity(40))
    }

    fn text(mut self, text: &str) -> Self {
        self.0.push_str(text);
        self
    }

    fn space(mut self) -> Self {
        self.0.push('\u{a0}');
        self
    }

    fn day(mut self, day: u32) -> Self {
        if day < 10 {
            text::push_digits::<1>(&mut self.0, day);
        } else {
            text::push_digits::<2>(&mut self.0, day);
        }
        self
    }

    fn month(self, lang: Lang, number: u32) -> Self {
        self.text(month(lang, number))
    }

    fn year(mut self, year: i32) -> Self {
        text::push_year(&mut self.0, year);
        self
    }

    /// 23 Nov 2026.
    fn date(self, lang: Lang, date: NaiveDate) -> Self {
        self.day(date.day()).space().month(lang, date.month()).space().year(date.year())
    }

    /// 14:32.
    fn clock_time(mut self, time: &DateTime<Tz>) -> String {
        text::push_digits::<2>(&mut self.0, time.hour());
        self.0.push(':');
        text::push_digits::<2>(&mut self.0, time.minute());
        self.0
    }
}

/// Today 14:32, this year 14 Nov, older Oct 2025.
pub fn short(clock: &Clock, lang: Lang, time: UtcTime) -> String {
    let (t, now) = (clock.local(time), clock.local(clock.now));
    if t.date_naive() == now.date_naive() {
        return Written::new().clock_time(&t);
    }
    if t.year() == now.year() {
        return Written::new().day(t.day()).space().month(lang, t.month()).0;
    }
    Written::new().month(lang, t.month()).space().year(t.year()).0
}

/// 23 Nov 2026, 14:32.
pub fn full(clock: &Clock, lang: Lang, time: UtcTime) -> String {
    let t = clock.local(time);
    Written::new().date(lang, t.date_naive()).text(", ").clock_time(&t)
}

/// A time that stands alone: Today, 14:32; this year 14 Nov, 14:32; older 12 Mar 2024, 14:32.
pub fn when(clock: &Clock, lang: Lang, time: UtcTime) -> String {
    let today = match lang {
        Lang::En => "Today,",
        Lang::Ru => "Сегодня,",
    };
    day_and_time(clock, lang, time, today)
}

/// The same within a sentence: today at 14:32.
pub fn when_said(clock: &Clock, lang: Lang, time: UtcTime) -> String {
    let today = match lang {
        Lang::En => "today at",
        Lang::Ru => "сегодня в",
    };
    day_and_time(clock, lang, time, today)
}

fn day_and_time(clock: &Clock, lang: Lang, time: UtcTime, today: &str) -> String {
    let (t, now) = (clock.local(time), clock.local(clock.now));
    if t.date_naive() == now.date_naive() {
        return Written::new().text(today).space().clock_time(&t);
    }
    if t.year() == now.year() {
        return Written::new().day(t.day()).space().month(lang, t.month()).text(", ").clock_time(&t);
    }
    full(clock, lang, time)
}

/// 14:32.
pub fn hm(clock: &Clock, time: UtcTime) -> String {
    Written::new().clock_time(&clock.local(time))
}

/// A span of time in its two largest units: 35 s, 2 min 40 s, 11 min, 3 h 5 min, 2 d 4 h.
pub fn span(lang: Lang, span: Duration) -> String {
    let [d, h, min, s] = match lang {
        Lang::En => ["d", "h", "min", "s"],
        Lang::Ru => ["д", "ч", "мин", "с"],
    };
    let seconds = span.num_seconds().max(0);
    let (minutes, hours, days) = (seconds / 60, seconds / 3600, seconds / 86400);
    let (big, small) = match () {
        () if minutes == 0 => ((seconds, s), (0, s)),
        // Beyond ten minutes nobody counts seconds.
        () if hours == 0 => ((minutes, min), (if minutes < 10 { seconds % 60 } else { 0 }, s)),
        () if days == 0 => ((hours, h), (minutes % 60, min)),
        () => ((days, d), (hours % 24, h)),
    };
    let part = |(number, unit): (i64, &str)| format!("{number}\u{a0}{unit}");
    if small.0 == 0 { part(big) } else { format!("{}\u{a0}{}", part(big), part(small)) }
}

/// Message ids of a day's short and long name.
pub fn weekday(day: NaiveDate) -> (&'static str, &'static str) {
    match day.weekday() {
        Weekday::Mon => ("home-mon", "home-monday"),
        Weekday::Tue => ("home-tue", "home-tuesday"),
        Weekday::Wed => ("home-wed", "home-wednesday"),
        Weekday::Thu => ("home-thu", "home-thursday"),
        Weekday::Fri => ("home-fri", "home-friday"),
        Weekday::Sat => ("home-sat", "home-saturday"),
        Weekday::Sun => ("home-sun", "home-sunday"),
    }
}

/// 23 Nov.
pub fn day_and_month(lang: Lang, day: NaiveDate) -> String {
    Written::new().day(day.day()).space().month(lang, day.month()).0
}

/// 23 Nov 2026.
pub fn date(lang: Lang, day: NaiveDate) -> String {
    Written::new().date(lang, day).0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_names_no_more_of_its_day_than_is_needed() -> Result<(), chrono::ParseError> {
        let at = |text: &str| DateTime::parse_from_rfc3339(text).map(|t| UtcTime::from(t.to_utc()));
        let clock = Clock { now: at("2026-11-26T17:18:00Z")?, zone: Tz::UTC };
        let (today, earlier, long_ago) =
            (at("2026-11-26T09:05:00Z")?, at("2026-03-14T10:02:00Z")?, at("2024-03-12T09:14:00Z")?);
        let plain = |text: String| text.replace('\u{a0}', " ");
        assert_eq!(plain(short(&clock, Lang::En, today)), "09:05");
        assert_eq!(plain(short(&clock, Lang::Ru, earlier)), "14 мар.");
        assert_eq!(plain(short(&clock, Lang::En, long_ago)), "Mar 2024");
        assert_eq!(plain(full(&clock, Lang::En, long_ago)), "12 Mar 2024, 09:14");
        assert_eq!(plain(date(Lang::En, NaiveDate::MIN)), NaiveDate::MIN.format("%-d %b %Y").to_string());
        assert_eq!(plain(date(Lang::Ru, clock.day(at("0987-03-05T00:00:00Z")?))), "5 мар. 987");
        assert_eq!(hm(&clock, today), "09:05");
        assert_eq!(plain(when(&clock, Lang::En, today)), "Today, 09:05");
        assert_eq!(plain(when_said(&clock, Lang::En, today)), "today at 09:05");
        assert_eq!(plain(when_said(&clock, Lang::Ru, today)), "сегодня в 09:05");
        assert_eq!(plain(when(&clock, Lang::En, earlier)), "14 Mar, 10:02");
        assert_eq!(plain(when(&clock, Lang::Ru, long_ago)), "12 мар. 2024, 09:14");
        Ok(())
    }

    #[test]
    fn a_span_is_told_in_two_units() {
        let said = |seconds| span(Lang::En, Duration::seconds(seconds)).replace('\u{a0}', " ");
        assert_eq!(said(-5), "0 s");
        assert_eq!(said(35), "35 s");
        assert_eq!(said(160), "2 min 40 s");
        assert_eq!(said(665), "11 min");
        assert_eq!(said(11_100), "3 h 5 min");
        assert_eq!(said(187_200), "2 d 4 h");
        assert_eq!(span(Lang::Ru, Duration::minutes(61)), "1\u{a0}ч\u{a0}1\u{a0}мин");
    }
}
