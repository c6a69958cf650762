//! A conversation as the database has it.

use diesel::prelude::*;

use crate::app_events::Matter;
use crate::db::schema::conversations;
use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, StaffId, UtcTime};
use crate::text_enum;

text_enum!(
    /// Where a conversation stands.
    Status { Queued = "queued", Active = "active", Closed = "closed" }
);
text_enum!(
    /// Who began it.
    Origin { Incoming = "incoming", Outgoing = "outgoing" }
);
text_enum!(
    /// Why a conversation was closed.
    CloseReason {
        Solved = "solved",
        NoAnswer = "no_answer",
        Spam = "spam",
        Other = "other",
        /// By the block itself; nobody chooses it.
        CustomerBlocked = "customer_blocked",
    }
);

impl CloseReason {
    /// What staff may choose.
    pub const CHOICES: [CloseReason; 4] =
        [CloseReason::Solved, CloseReason::NoAnswer, CloseReason::Spam, CloseReason::Other];

    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            CloseReason::Solved => "close-reason-solved",
            CloseReason::NoAnswer => "close-reason-no-answer",
            CloseReason::Spam => "close-reason-spam",
            CloseReason::Other => "close-reason-other",
            CloseReason::CustomerBlocked => "close-reason-customer-blocked",
        }
    }
}

/// A conversation.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = conversations)]
pub struct Conversation {
    pub id: ConversationId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    pub account_id: Option<AccountId>,
    pub status: Status,
    pub origin: Origin,
    pub assignee_id: Option<StaffId>,
    pub opened_at: UtcTime,
    pub taken_at: Option<UtcTime>,
    pub first_reply_at: Option<UtcTime>,
    pub last_message_at: UtcTime,
    pub closed_at: Option<UtcTime>,
    pub closed_by_id: Option<StaffId>,
    pub close_reason: Option<CloseReason>,
    pub close_note: String,
    /// 1 to 5.
    pub rating: Option<i32>,
    pub rating_comment: String,
    pub rated_at: Option<UtcTime>,
    pub ip: Option<String>,
    pub region: Option<String>,
    /// Browser and system.
    pub environment: Option<String>,
    pub page_url: Option<String>,
    pub referrer: Option<String>,
}

impl Conversation {
    pub fn is_open(&self) -> bool {
        self.status != Status::Closed
    }

    /// Whose matter it is, for those who tell the customer's app.
    pub fn matter(&self) -> Matter {
        Matter { channel: self.channel_id, customer: self.customer_id, account: self.account_id, conversation: self.id }
    }
}

/// Where a web customer's first message came from.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct VisitDetails {
    pub ip: Option<String>,
    pub region: Option<String>,
    pub environment: Option<String>,
    pub page_url: Option<String>,
    pub referrer: Option<String>,
}
