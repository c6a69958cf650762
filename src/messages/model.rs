//! Messages and what system messages tell.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};

use crate::db::schema::messages;
use crate::db::types::{
    AccountId, AttachmentId, ChannelId, ConversationId, CustomerId, FileId, MessageId, StaffId, UtcTime,
};
use crate::files::StoredFile;
use crate::text_enum;

/// The longest text that is taken as one message, in characters. What a channel sends may be shorter.
pub const LONGEST: usize = 10_000;

text_enum!(
    /// Who speaks in a message, and to whom.
    MessageKind {
        Customer = "customer",
        Staff = "staff",
        Bot = "bot",
        /// What happened; only staff see it.
        System = "system",
        /// Staff to staff; customers never see it.
        Comment = "comment",
        /// What a command answered; only staff see it.
        CommandResult = "command_result",
    }
);

impl MessageKind {
    /// Whether customers see such a message, in any channel, widget or API.
    pub fn is_public(self) -> bool {
        matches!(self, MessageKind::Customer | MessageKind::Staff | MessageKind::Bot)
    }

    /// The kinds that customers see.
    pub const PUBLIC: [MessageKind; 3] = [MessageKind::Customer, MessageKind::Staff, MessageKind::Bot];
}

/// A message.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = messages)]
pub struct Message {
    pub id: MessageId,
    pub customer_id: CustomerId,
    /// `None`: received while the customer was blocked.
    pub conversation_id: Option<ConversationId>,
    pub channel_id: ChannelId,
    pub kind: MessageKind,
    pub author_id: Option<StaffId>,
    pub body: String,
    /// JSON of an [`Event`], on system messages.
    pub event: Option<String>,
    pub has_attachments: bool,
    pub received_while_blocked: bool,
    pub created_at: UtcTime,
    /// When the customer wrote it, where that was long before it came here.
    pub sent_at: Option<UtcTime>,
    pub edited_at: Option<UtcTime>,
    /// What it said before it was edited.
    pub first_body: Option<String>,
    /// The message that it answers.
    pub reply_to_id: Option<MessageId>,
    /// The words are somebody else's, passed on by the customer: whose, or empty where nobody says.
    pub forwarded_from: Option<String>,
    /// What of it cannot be shown, by the provider's word.
    pub unsupported: Option<String>,
}

impl Message {
    /// Whether it goes to the customer.
    pub fn is_outgoing(&self) -> bool {
        matches!(self.kind, MessageKind::Staff | MessageKind::Bot)
    }

    /// What a system message tells. `None` on other kinds, and on events that this version does not know.
    pub fn event(&self) -> Option<Event> {
        serde_json::from_str(self.event.as_deref()?).ok()
    }
}

/// A staff member as an event remembers them.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Who {
    pub id: StaffId,
    pub name: String,
}

/// What a system message tells, said in the reader's language.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "event", rename_all = "snake_case")]
pub enum Event {
    /// A conversation begins; outgoing ones name who wrote first.
    Opened {
        by: Option<Who>,
    },
    Taken {
        by: Who,
    },
    /// Given to a person by the program.
    Distributed {
        to: Who,
    },
    /// To a person, or back to the queue.
    Transferred {
        by: Who,
        to: Option<Who>,
        note: String,
    },
    /// From somebody who has gone to a colleague, or back to the queue.
    HandedOver {
        from: Who,
        to: Option<Who>,
    },
    /// A conversation ends; `by` is empty when the program closed it.
    Closed {
        by: Option<Who>,
        reason: String,
        note: String,
    },
    Rated {
        stars: i32,
        comment: String,
    },
    BlockRequested {
        by: Who,
        reason: String,
    },
    BlockRequestDecided {
        by: Who,
        approved: bool,
        note: String,
    },
    Blocked {
        by: Option<Who>,
        reason: String,
    },
    Unblocked {
        by: Option<Who>,
    },
    /// A command was run, with its `parameter: value` lines.
    CommandSent {
        by: Who,
        name: String,
        parameters: String,
    },
    /// It was done, and had nothing to say.
    CommandDone {
        name: String,
    },
    CommandFailed {
        name: String,
        words: String,
    },
    /// A blind copy of a mail came back.
    CopyFailed {
        address: String,
        /// The server's.
        words: String,
    },
    /// The customer has another address in a channel.
    AddressChanged {
        from: String,
        to: String,
        /// False: somebody else has that address here, so it stayed.
        moved: bool,
    },
}

/// A file on a message, with what is needed to show it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable)]
pub struct Attachment {
    pub id: AttachmentId,
    pub message_id: MessageId,
    pub file_id: FileId,
    pub name: String,
    pub size: i64,
    pub content_type: String,
}

impl Attachment {
    /// Whether browsers show it in place without risk.
    pub fn is_picture(&self) -> bool {
        crate::files::is_picture(&self.content_type)
    }
}

/// Stands before the name of a file that could not be had yet, among what of a message cannot be shown.
pub const AWAITED: &str = "awaited: ";

/// A message to store.
#[derive(Clone, Debug)]
pub struct NewMessage {
    pub customer_id: CustomerId,
    pub conversation_id: Option<ConversationId>,
    pub channel_id: ChannelId,
    pub kind: MessageKind,
    pub author_id: Option<StaffId>,
    pub body: String,
    pub event: Option<Event>,
    pub files: Vec<StoredFile>,
    pub client_uuid: Option<String>,
    /// The account that somebody wrote from while they were blocked.
    pub from_blocked: Option<AccountId>,
}
