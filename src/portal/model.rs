//! The shapes that leave the house.

use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, MessageId, StaffId, UtcTime};
use crate::messages::{Attachment, MessageKind};

/// An account that has proved itself: by a signed token, or by its app.
#[derive(Clone, Debug)]
pub struct Seat {
    pub account: AccountId,
    pub customer: CustomerId,
    pub channel: ChannelId,
    pub display_name: String,
    /// Its messages are kept and told to nobody.
    pub blocked: bool,
}

/// A staff member as customers know them.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Author {
    pub id: StaffId,
    pub name: String,
}

/// A message as customers see it.
#[derive(Clone, Debug)]
pub struct Said {
    pub id: MessageId,
    pub kind: MessageKind,
    pub conversation: Option<ConversationId>,
    pub text: String,
    pub at: UtcTime,
    pub author: Option<Author>,
    pub client_uuid: Option<String>,
    pub files: Vec<Attachment>,
}

/// The newest conversation of an account.
#[derive(Clone, Debug)]
pub struct Conversation {
    pub id: ConversationId,
    pub is_open: bool,
    pub rating: Option<i32>,
    pub opened_at: UtcTime,
    pub closed_at: Option<UtcTime>,
    /// Whoever answers, or answered.
    pub with: Option<Author>,
}

/// One look at everything that an account may see.
#[derive(Clone, Debug)]
pub struct View {
    /// Oldest first.
    pub messages: Vec<Said>,
    /// There are more in the direction that was asked for.
    pub more: bool,
    /// The newest of their own messages that staff have seen.
    pub seen: MessageId,
    /// How far they have read.
    pub read: MessageId,
    pub conversation: Option<Conversation>,
}
