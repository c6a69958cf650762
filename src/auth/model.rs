//! What is known of staff and of their sessions when they ask for something.

use diesel::prelude::*;

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
