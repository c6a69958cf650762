//! What is known of staff and of their sessions when they ask for something.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::sessions;
use crate::db::types::{StaffId, UtcTime};
use crate::text_enum;

text_enum!(
    /// What a staff member may. The order is that of power.
    #[derive(PartialOrd, Ord)]
    Role { Operator = "operator", Supervisor = "supervisor", Admin = "admin" }
);
text_enum!(
    /// Whether a staff member is there.
    Presence { Online = "online", Away = "away", Offline = "offline" }
);
text_enum!(
    /// Light, dark, or as the device says.
    Theme { Auto = "auto", Light = "light", Dark = "dark" }
);

/// Unread messages of which a staff member is told, each number capped.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Unread {
    /// Of the customers that count for this person: of all, or of an operator's own.
    pub own: i64,
    /// Of free customers, whom any operator could take: a new one's first words are nobody's own. None where new conversations are
    /// given out automatically, and none beside a number of all.
    pub free: i64,
}

/// A session as it is stored.
#[derive(Insertable, Queryable, Selectable)]
#[diesel(table_name = sessions)]
pub struct SessionRow {
    pub key_hash: String,
    pub staff_id: Option<StaffId>,
    pub state: String,
    pub ip: String,
    pub user_agent: String,
    pub created_at: UtcTime,
    pub last_seen_at: UtcTime,
    pub expires_at: UtcTime,
}
