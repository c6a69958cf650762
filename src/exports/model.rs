//! What an export is, and of which customers.

mod view;

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::auth::Supervisor;
use crate::channels::ChannelKind;
use crate::db::schema::exports;
use crate::db::types::{CustomerId, ExportId, FileId, FunnelBlockId, StaffId, UtcTime};
use crate::fields::Variable;
use crate::funnels::Entry;
use crate::text_enum;

pub use view::{LISTS, View};

/// How long a file can be downloaded.
pub const LIFE: chrono::Duration = chrono::Duration::days(7);
/// How often it is tried before an export has failed.
pub const TRIES: i32 = 5;

/// The columns of a file, named as programs read them.
pub const COLUMNS: [&str; 11] = [
    "client_id",
    "name",
    "messenger",
    "channel",
    "messenger id",
    "first contact",
    "last activity",
    "avatar URL",
    "funnel block ID",
    "block history",
    "source tag",
];

text_enum!(
    /// What kind of file it is.
    Format { Csv = "csv", Xlsx = "xlsx" }
);

impl Format {
    pub fn name(&self) -> &'static str {
        match self {
            Format::Csv => "CSV",
            Format::Xlsx => "XLSX",
        }
    }

    pub fn content_type(&self) -> &'static str {
        match self {
            Format::Csv => "text/csv; charset=utf-8",
            Format::Xlsx => "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        }
    }
}

text_enum!(
    /// How far an export is.
    State { Making = "making", Ready = "ready", Expired = "expired", TooLarge = "too_large", Failed = "failed" }
);

text_enum!(
    /// Why an export has failed.
    Reason {
        /// Whoever ordered it is no admin any more.
        Rights = "rights",
        /// The place of the files does not take it, or the disk is full.
        Storage = "storage",
        /// The program was stopped in the middle, again and again.
        Interrupted = "interrupted",
        Internal = "internal",
    }
);

impl Reason {
    /// The id of its sentence in `locales/`.
    pub fn key(&self) -> &'static str {
        match self {
            Reason::Rights => "export-failed-rights",
            Reason::Storage => "export-failed-storage",
            Reason::Interrupted => "export-failed-interrupted",
            Reason::Internal => "export-failed-internal",
        }
    }
}

/// An export.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = exports)]
pub struct Export {
    pub id: ExportId,
    pub staff_id: Option<StaffId>,
    pub format: Format,
    /// The address of the list.
    pub view: String,
    pub state: State,
    pub reason: Option<Reason>,
    /// How often it has been begun; zero: it waits for its turn.
    pub attempt: i32,
    pub rows_done: i64,
    pub rows_total: i64,
    pub size: Option<i64>,
    pub file_id: Option<FileId>,
    pub created_at: UtcTime,
    pub valid_until: Option<UtcTime>,
}

impl Export {
    /// Whose file it is to take: admins take every one; a supervisor, those of lists that they ordered themselves.
    pub fn is_for(&self, by: &Supervisor) -> bool {
        let is_allowed = || View::parse(&self.view).is_some_and(|view| view.is_allowed(by.me().role));
        by.admin().is_some() || (self.staff_id == Some(by.id()) && is_allowed())
    }

    /// How far it is at this moment: the work that takes files away comes round once an hour.
    pub fn state_at(&self, now: UtcTime) -> State {
        let is_over = self.valid_until.is_none_or(|until| until <= now);
        if self.state == State::Ready && is_over { State::Expired } else { self.state }
    }

    /// Percent of the customers that are done.
    pub fn percent(&self) -> i64 {
        (self.rows_done * 100).checked_div(self.rows_total).unwrap_or(0).clamp(0, 100)
    }
}

/// The job that makes an export.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Make {
    pub export: ExportId,
    /// The address of the installation as whoever ordered it sees it: links in the file begin with it.
    pub base: String,
}

/// A customer as a file shows them.
#[derive(Clone, Debug)]
pub struct Line {
    pub id: CustomerId,
    pub name: String,
    pub messenger: Option<ChannelKind>,
    pub channel: String,
    /// Their address there.
    pub address: String,
    pub first_contact: UtcTime,
    pub last_activity: UtcTime,
    pub avatar_url: String,
    /// The funnel block that they are in.
    pub block: Option<FunnelBlockId>,
    /// Those that they have been in, in their order.
    pub entries: Vec<Entry>,
    pub source_tag: String,
    /// Custom fields and variables, where the file has columns for them.
    pub values: Vec<Variable>,
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Config;

    /// CUST-42, CUST-44: 50 MB, and seven days.
    #[test]
    fn the_limits_are_those_of_the_product() {
        assert_eq!(Config::default().export_limit, 52_428_800);
        assert_eq!(LIFE.num_hours(), 7 * 24);
    }
}
