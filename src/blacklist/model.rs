//! Blocks and block requests as the database has them.

use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text, Timestamp};

use crate::db::schema::{block_requests, blocks};
use crate::db::types::{BlockRequestId, CustomerId, StaffId, UtcTime};
use crate::text_enum;

/// The longest reason or note, in characters.
pub const REASON: usize = 500;

text_enum!(
    /// Where a request stands.
    RequestStatus { Waiting = "waiting", Approved = "approved", Declined = "declined", Withdrawn = "withdrawn" }
);
text_enum!(
    /// How long a block lasts.
    Lasts { ForGood = "", Day = "24h", Week = "7d", Month = "30d" }
);

impl Lasts {
    /// When a block that begins now ends.
    pub fn until(self, now: UtcTime) -> Option<UtcTime> {
        let days = match self {
            Lasts::ForGood => return None,
            Lasts::Day => 1,
            Lasts::Week => 7,
            Lasts::Month => 30,
        };
        Some(now.plus(chrono::Duration::days(days)))
    }

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Lasts::ForGood => "blacklist-lasts-for-good",
            Lasts::Day => "blacklist-lasts-day",
            Lasts::Week => "blacklist-lasts-week",
            Lasts::Month => "blacklist-lasts-month",
        }
    }
}

/// A block, in force or lifted.
#[derive(Clone, Debug, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = blocks)]
pub struct Block {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = BigInt)]
    pub customer_id: CustomerId,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub created_by_id: Option<StaffId>,
    #[diesel(sql_type = Timestamp)]
    pub created_at: UtcTime,
    #[diesel(sql_type = Nullable<Timestamp>)]
    pub expires_at: Option<UtcTime>,
}

/// An operator's wish that a customer be blocked.
#[derive(Clone, Debug, Queryable, Selectable, QueryableByName)]
#[diesel(table_name = block_requests)]
pub struct BlockRequest {
    #[diesel(sql_type = BigInt)]
    pub id: BlockRequestId,
    #[diesel(sql_type = BigInt)]
    pub customer_id: CustomerId,
    #[diesel(sql_type = Text)]
    pub reason: String,
    #[diesel(sql_type = Nullable<BigInt>)]
    pub requested_by_id: Option<StaffId>,
    #[diesel(sql_type = Timestamp)]
    pub created_at: UtcTime,
    #[diesel(sql_type = Text)]
    pub status: RequestStatus,
}
