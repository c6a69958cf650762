//! Column types: ids that cannot be mixed up, and the time.

use std::fmt;

use chrono::{DateTime, Datelike, NaiveDate, NaiveDateTime, SubsecRound, TimeZone, Timelike, Utc};
use diesel::backend::Backend;
use diesel::deserialize::{self, FromSql, FromSqlRow};
use diesel::expression::AsExpression;
use diesel::pg::Pg;
use diesel::serialize::{self, Output, ToSql};
use diesel::sql_types::{BigInt, Timestamp};
use diesel::sqlite::Sqlite;
use serde::{Deserialize, Serialize};

use super::Backend as EitherEngine;
use crate::text;

macro_rules! id {
    ($(#[$doc:meta])* $name:ident) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize, AsExpression, FromSqlRow)]
        #[diesel(sql_type = BigInt)]
        #[serde(transparent)]
        pub struct $name(pub i64);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        // In a template: digits, which neither a formatter nor an escaper has anything to do with.
        impl askama::FastWritable for $name {
            fn write_into(&self, out: &mut dyn fmt::Write, values: &dyn askama::Values) -> askama::Result<()> {
                self.0.write_into(out, values)
            }
        }

        impl askama::filters::HtmlSafe for $name {}

        impl From<$name> for i64 {
            fn from(id: $name) -> i64 {
                id.0
            }
        }

        impl std::str::FromStr for $name {
            type Err = std::num::ParseIntError;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                text.trim().parse().map(Self)
            }
        }

        impl<DB: Backend> FromSql<BigInt, DB> for $name
        where
            i64: FromSql<BigInt, DB>,
        {
            fn from_sql(bytes: DB::RawValue<'_>) -> deserialize::Result<Self> {
                i64::from_sql(bytes).map(Self)
            }
        }

        impl<DB: Backend> ToSql<BigInt, DB> for $name
        where
            i64: ToSql<BigInt, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut Output<'b, '_, DB>) -> serialize::Result {
                self.0.to_sql(out)
            }
        }
    };
}

id!(
    /// A staff member.
    StaffId
);
id!(
    /// A customer: the number that staff see and that never changes.
    CustomerId
);
id!(
    /// A conversation.
    ConversationId
);
id!(
    /// A message. Later messages have higher numbers within one conversation.
    MessageId
);
id!(
    /// A connected bot, number, mailbox, widget or app.
    ChannelId
);
id!(
    /// A customer's identity in one channel.
    AccountId
);
id!(
    /// A company.
    CompanyId
);
id!(
    /// A customer tag.
    CustomerTagId
);
id!(
    /// A named set of customers.
    CustomerListId
);
id!(
    /// Filters of the inbox under a name.
    SavedFilterId
);
id!(
    /// A declared field of customers.
    CustomFieldId
);
id!(
    /// A conversation tag.
    ConversationTagId
);
id!(
    /// A funnel: one of the bot's flows.
    FunnelId
);
id!(
    /// A block of a funnel.
    FunnelBlockId
);
id!(
    /// A row of stages.
    PipelineId
);
id!(
    /// A stage of a pipeline.
    DealStageId
);
id!(
    /// What a customer may buy.
    DealId
);
id!(
    /// A stored file's content.
    FileId
);
id!(
    /// A file on a message.
    AttachmentId
);
id!(
    /// An operator's wish that a customer be blocked.
    BlockRequestId
);
id!(
    /// A message template of a channel.
    TemplateId
);

id!(
    /// An outgoing message on its way to a provider.
    DeliveryId
);
id!(
    /// An event as its provider sent it.
    HookEventId
);
id!(
    /// A run that sends failed messages again.
    ResendId
);
id!(
    /// A file with the customers of a list.
    ExportId
);
id!(
    /// One action on many customers.
    BatchId
);
id!(
    /// A prepared text.
    QuickReplyId
);
id!(
    /// What staff run from the composer.
    CommandId
);

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

/// Declares an enum that is stored as one of its words: `text_enum!(/// doc  Name { Variant = "word", … })`.
#[macro_export]
macro_rules! text_enum {
    ($(#[$doc:meta])* $name:ident { $($(#[$vdoc:meta])* $variant:ident = $word:literal),+ $(,)? }) => {
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, serde::Serialize, serde::Deserialize,
            diesel::expression::AsExpression, diesel::deserialize::FromSqlRow)]
        #[diesel(sql_type = diesel::sql_types::Text)]
        pub enum $name { $($(#[$vdoc])* #[serde(rename = $word)] $variant),+ }

        impl $name {
            /// Every value, in the order of declaration.
            pub const ALL: &'static [Self] = &[$(Self::$variant),+];

            /// The word that the database, URLs and forms use.
            pub fn as_str(&self) -> &'static str {
                match self { $(Self::$variant => $word),+ }
            }

            /// The value that this word names.
            pub fn parse(word: &str) -> Option<Self> {
                match word { $($word => Some(Self::$variant),)+ _ => None }
            }
        }

        impl std::fmt::Display for $name {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl $name {
            fn read(word: &str) -> diesel::deserialize::Result<Self> {
                Self::parse(word).ok_or_else(|| format!("no {}: {word}", stringify!($name)).into())
            }
        }

        // Read where it lies: a list page has a hundred of them.
        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::sqlite::Sqlite> for $name {
            fn from_sql(
                mut value: <diesel::sqlite::Sqlite as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                Self::read(value.read_text())
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, diesel::pg::Pg> for $name {
            fn from_sql(
                value: <diesel::pg::Pg as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                Self::read(std::str::from_utf8(value.as_bytes())?)
            }
        }

        impl diesel::deserialize::FromSql<diesel::sql_types::Text, $crate::db::Backend> for $name {
            fn from_sql(
                value: <$crate::db::Backend as diesel::backend::Backend>::RawValue<'_>,
            ) -> diesel::deserialize::Result<Self> {
                value.from_sql::<Self, diesel::sql_types::Text>()
            }
        }

        impl<DB: diesel::backend::Backend> diesel::serialize::ToSql<diesel::sql_types::Text, DB> for $name
        where
            str: diesel::serialize::ToSql<diesel::sql_types::Text, DB>,
        {
            fn to_sql<'b>(&'b self, out: &mut diesel::serialize::Output<'b, '_, DB>) -> diesel::serialize::Result {
                diesel::serialize::ToSql::<diesel::sql_types::Text, DB>::to_sql(self.as_str(), out)
            }
        }
    };
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
