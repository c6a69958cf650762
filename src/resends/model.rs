//! What a run is asked to do, and how far it is.

use chrono::NaiveDate;
use diesel::prelude::*;
use diesel::sql_types::BigInt;
use serde::{Deserialize, Serialize};

use crate::channels::ChannelKind;
use crate::db::schema::resends;
use crate::db::types::{ResendId, StaffId, UtcTime};
use crate::error::Said;
use crate::web::forms::Errors;
use crate::web::times::Clock;

/// The longest pause between two messages, in seconds.
const LONGEST: i32 = 3600;
/// The pause that the form begins with, in seconds.
const USUAL: i32 = 2;

/// The settings as they are typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct Typed {
    pub since: String,
    /// A kind of channel; empty: every messenger.
    pub kind: String,
    pub interval: String,
    pub form_token: String,
}

/// The settings, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Asked {
    /// What failed from this moment on: the beginning of a day.
    pub since: UtcTime,
    pub kind: Option<ChannelKind>,
    /// Seconds between two messages.
    pub interval: i32,
}

impl Typed {
    /// As the form begins: today, every messenger.
    pub fn usual(clock: &Clock) -> Self {
        Self { since: clock.today().to_string(), interval: USUAL.to_string(), ..Self::default() }
    }

    pub fn parse(&self, clock: &Clock) -> Result<Asked, Errors> {
        let mut errors = Errors::default();
        let day =
            NaiveDate::parse_from_str(self.since.trim(), "%Y-%m-%d").ok().filter(|_| self.since.trim().len() == 10);
        if day.is_none() {
            errors.add("since", "resend-since-wrong");
        }
        let kind = ChannelKind::parse(self.kind.trim());
        if kind.is_none() && !self.kind.trim().is_empty() {
            errors.add("kind", "resend-kind-wrong");
        }
        let interval = self.interval.trim().parse().ok().filter(|seconds| (0..=LONGEST).contains(seconds));
        if interval.is_none() {
            errors.add("interval", Said::from("resend-interval-wrong").with("limit", LONGEST));
        }
        let asked = Asked {
            since: clock.start_of(day.unwrap_or_else(|| clock.today())),
            kind,
            interval: interval.unwrap_or(USUAL),
        };
        errors.or(asked)
    }
}

/// How many messages there are to send again.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, QueryableByName)]
pub struct Count {
    /// They go out.
    #[diesel(sql_type = BigInt)]
    pub sendable: i64,
    /// Their customers are blocked or have left, or the channel is on pause.
    #[diesel(sql_type = BigInt)]
    pub passed: i64,
}

/// A run.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = resends)]
pub struct Resend {
    pub id: ResendId,
    pub staff_id: Option<StaffId>,
    pub since: UtcTime,
    pub channel_kind: Option<ChannelKind>,
    pub interval_seconds: i32,
    pub total: i64,
    pub started_at: UtcTime,
    pub ended_at: Option<UtcTime>,
    pub stopped: bool,
    /// It was ended because its steps failed.
    pub broken: bool,
}

/// What a run did with a message.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Outcome {
    /// It is on its way once more.
    Again,
    Passed,
    /// It could not be put on its way.
    Failed,
}

/// How far the run that is going has come.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    pub done: i64,
    pub total: i64,
}

/// What became of the messages of a run.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Tally {
    /// They have arrived at the provider.
    pub sent: i64,
    /// On their way.
    pub waiting: i64,
    /// They have failed once more.
    pub failed: i64,
    pub passed: i64,
}

impl Tally {
    /// Messages that the run is done with.
    pub fn done(&self) -> i64 {
        self.sent + self.waiting + self.failed + self.passed
    }
}

/// One message of a run: the job that `jobs` does.
#[derive(Clone, Copy, Debug, Serialize, Deserialize)]
pub struct Step {
    pub resend: ResendId,
    pub turn: i64,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_say_what_is_wrong_with_them() {
        let clock = Clock::now(chrono_tz::Tz::UTC);
        let typed = Typed::usual(&clock);
        assert_eq!(typed.parse(&clock).unwrap().interval, USUAL);
        for (since, kind, interval, field) in [
            ("", "", "1", "since"),
            ("2026-2-30", "", "1", "since"),
            ("2026-02-03", "smoke", "1", "kind"),
            ("2026-02-03", "telegram", "-1", "interval"),
            ("2026-02-03", "telegram", "3601", "interval"),
            ("2026-02-03", "telegram", "soon", "interval"),
        ] {
            let typed = Typed { since: since.into(), kind: kind.into(), interval: interval.into(), ..Typed::default() };
            let errors = typed.parse(&clock).unwrap_err();
            assert!(errors.has(field), "{since} {kind} {interval}: {errors:?}");
        }
    }
}
