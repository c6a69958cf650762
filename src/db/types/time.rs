//! The time, as both engines keep it.

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SubsecRound, TimeZone, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::Timestamp;
use diesel::sqlite::Sqlite;

use crate::db::Backend as EitherEngine;
use crate::text;

/// A moment in UTC, cut to microseconds: what both engines keep exactly.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, AsExpression, FromSqlRow)]
#[diesel(sql_type = Timestamp)]
pub struct UtcTime(NaiveDateTime);

impl UtcTime {
    /// Now.
    #[expect(clippy::disallowed_methods, reason = "the one place that asks for the time")]
    pub fn now() -> Self {
        Self::from(Utc::now())
    }

    /// The same moment for chrono.
    pub fn utc(self) -> DateTime<Utc> {
        Utc.from_utc_datetime(&self.0)
    }

    /// Microseconds since 1970: the form that cursors carry.
    pub fn micros(self) -> i64 {
        self.utc().timestamp_micros()
    }

    /// The moment that `micros` microseconds after 1970 name, if both engines can hold it: years 1 to 9999.
    pub fn from_micros(micros: i64) -> Option<Self> {
        DateTime::from_timestamp_micros(micros).filter(|at| (1..=9999).contains(&at.year())).map(Self::from)
    }

    /// Later by `by` (earlier if negative); the same moment if that would leave the calendar.
    pub fn plus(self, by: chrono::Duration) -> Self {
        Self(self.0.checked_add_signed(by).unwrap_or(self.0))
    }

    /// How long before `later` this was.
    pub fn until(self, later: Self) -> chrono::Duration {
        later.0 - self.0
    }

    /// RFC 3339 in UTC, for JSON and `<time datetime>`.
    pub fn rfc3339(self) -> String {
        let (date, time) = (self.0.date(), self.0.time());
        // What databases and forms give. Whatever else there may be is written as chrono writes it.
        if !(0..=9999).contains(&date.year()) || time.nanosecond() >= 1_000_000_000 {
            return self.utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true);
        }
        let mut out = String::with_capacity(24);
        text::push_digits::<4>(&mut out, date.year().unsigned_abs());
        for (before, number) in
            [('-', date.month()), ('-', date.day()), ('T', time.hour()), (':', time.minute()), (':', time.second())]
        {
            out.push(before);
            text::push_digits::<2>(&mut out, number);
        }
        out.push('.');
        text::push_digits::<3>(&mut out, time.nanosecond() / 1_000_000);
        out.push('Z');
        out
    }
}

impl From<DateTime<Utc>> for UtcTime {
    fn from(time: DateTime<Utc>) -> Self {
        Self(time.naive_utc().trunc_subsecs(6))
    }
}

impl FromSql<Timestamp, EitherEngine> for UtcTime {
    fn from_sql(value: <EitherEngine as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        value.from_sql::<Self, Timestamp>()
    }
}

impl FromSql<Timestamp, Pg> for UtcTime {
    fn from_sql(value: <Pg as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        <NaiveDateTime as FromSql<Timestamp, Pg>>::from_sql(value).map(Self)
    }
}

/// SQLite keeps times as text. A list page reads some two hundred, and a parser that works from a description of the form
/// took a twelfth of its time; any other form than our own goes to that parser.
impl FromSql<Timestamp, Sqlite> for UtcTime {
    fn from_sql(mut value: <Sqlite as Backend>::RawValue<'_>) -> deserialize::Result<Self> {
        let text = value.read_text();
        match own_form(text.as_bytes()) {
            Some(time) => Ok(Self(time)),
            None => Ok(Self(NaiveDateTime::parse_from_str(text, "%F %T%.f")?)),
        }
    }
}

/// `2026-11-23 12:00:00`, with up to nine digits after a point.
fn own_form(text: &[u8]) -> Option<NaiveDateTime> {
    let (whole, fraction) = text.split_at_checked(19)?;
    let [y1, y2, y3, y4, b'-', mo1, mo2, b'-', d1, d2, b' ', h1, h2, b':', mi1, mi2, b':', s1, s2] = whole else {
        return None;
    };
    let number = |digits: &[&u8]| {
        digits.iter().try_fold(0_u32, |sum, digit| digit.is_ascii_digit().then(|| sum * 10 + u32::from(**digit - b'0')))
    };
    let nanos = match fraction {
        [] => 0,
        [b'.', digits @ ..] if (1..=9).contains(&digits.len()) => {
            let shown = number(&digits.iter().collect::<Vec<_>>())?;
            shown * 10_u32.pow(9 - u32::try_from(digits.len()).ok()?)
        }
        _ => return None,
    };
    let year = i32::try_from(number(&[y1, y2, y3, y4])?).ok()?;
    let day = NaiveDate::from_ymd_opt(year, number(&[mo1, mo2])?, number(&[d1, d2])?)?;
    day.and_hms_nano_opt(number(&[h1, h2])?, number(&[mi1, mi2])?, number(&[s1, s2])?, nanos)
}

impl<DB: Backend> ToSql<Timestamp, DB> for UtcTime
where
    NaiveDateTime: ToSql<Timestamp, DB>,
{
    fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
        self.0.to_sql(out)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        /// The quick reader reads what the general one reads, to the nanosecond.
        #[test]
        fn times_are_read_as_they_were_written(seconds in -62_135_596_800_i64..253_402_300_800, nanos in 0..1_000_000_000_u32) {
            let time = DateTime::from_timestamp(seconds, nanos).unwrap().naive_utc();
            let text = time.format("%F %T%.f").to_string();
            prop_assert_eq!(own_form(text.as_bytes()), Some(time));
        }

        /// A time is written as the general writer writes it, years of five digits and before the first included.
        #[test]
        fn times_are_written_as_chrono_writes_them(seconds in -99_135_596_800_i64..353_402_300_800, nanos in 0..1_000_000_000_u32) {
            let time = UtcTime::from(DateTime::from_timestamp(seconds, nanos).unwrap());
            prop_assert_eq!(time.rfc3339(), time.utc().to_rfc3339_opts(chrono::SecondsFormat::Millis, true));
        }

        #[test]
        fn no_text_is_misread(text in "[0-9]{4}-[0-9]{2}-[0-9]{2}[ T][0-9]{2}:[0-9]{2}:[0-9]{2}(\\.[0-9]{0,10})?", noise in ".*") {
            for text in [text.as_str(), &noise] {
                if let Some(time) = own_form(text.as_bytes()) {
                    prop_assert_eq!(NaiveDateTime::parse_from_str(text, "%F %T%.f").ok(), Some(time));
                }
            }
        }
    }
}
