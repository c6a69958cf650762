//! What a kind of channel allows, said before anybody sends.

use std::time::Duration;

use super::template::Templates;
use super::{ChannelKind, registry};

/// Bytes of a megabyte, as people count them.
pub const MB: u64 = 1024 * 1024;

/// What may be sent through a kind of channel, and how.
#[derive(Clone, Debug)]
pub struct Abilities {
    /// Characters of one message, see [`Abilities::length`].
    pub text: usize,
    pub files: FileLimits,
    /// Whether messages leave through the outbox. The others are fetched by their readers (web chat, app).
    pub outbox: bool,
    /// Whom staff can write to first, unless a channel's settings say otherwise.
    pub first: WritesFirst,
    /// Free text may be sent for this long after the customer's last message; later only a template. `None`: always.
    pub window: Option<Duration>,
    /// Messages of a fixed wording; `None`: there are none.
    pub templates: Option<Templates>,
    /// A subject, blind copies and a choice of senders: a mail.
    pub mail: bool,
    /// Each chain of replies is a conversation of its own; otherwise an account has one that is open.
    pub chains: bool,
    /// The provider sends the same message once when it gets the same key twice: what is unknown may be tried again.
    pub idempotent: bool,
    pub pace: Pace,
}

impl Abilities {
    /// The length of a text as limits count it: in UTF-16, where an emoji is two.
    pub fn length(&self, text: &str) -> usize {
        text.encode_utf16().count()
    }
}

/// How fast a provider wants it.
#[derive(Clone, Copy, Debug)]
pub struct Pace {
    /// Between two messages of a channel.
    pub channel: Duration,
    /// Between two messages to the same recipient.
    pub recipient: Duration,
}

/// To whom staff can write before they have been written to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum WritesFirst {
    /// Only those who have written there once.
    Known,
    /// Anybody with a phone number.
    Phone,
    /// The same where the channel's settings say so; else only those who have written there once.
    PhoneIfSet,
    /// Anybody with an e-mail address.
    Email,
    /// Anybody with an external ID.
    ExternalId,
}

impl WritesFirst {
    /// Whether some channel of the kind reaches anybody with a phone number.
    pub fn may_be_by_phone(self) -> bool {
        matches!(self, Self::Phone | Self::PhoneIfSet)
    }
}

/// Which types of files are taken.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Takes {
    /// Everything; what is no picture is only ever a download.
    Anything,
    /// Pictures, PDF, office files, text, zip.
    Documents,
    /// These, each with its own limit in bytes: a type, or its beginning (`audio/`).
    Only(&'static [(&'static str, u64)]),
}

/// Sizes and types of the files of one kind of channel.
#[derive(Clone, Copy, Debug)]
pub struct FileLimits {
    /// Bytes of one file.
    pub file: u64,
    /// Bytes of all files of one message.
    pub total: u64,
    /// Files of one message.
    pub count: usize,
    pub takes: Takes,
}

impl FileLimits {
    /// The limits of a kind of channel; of one that cannot be connected here (it is in the history), the usual ones.
    pub fn of(kind: ChannelKind) -> Self {
        let usual = Self { file: 20 * MB, total: 100 * MB, count: 10, takes: Takes::Documents };
        registry::find(kind).map_or(usual, |connector| connector.abilities().files)
    }

    /// What passes here or there.
    pub fn or(self, other: Self) -> Self {
        let takes = if self.takes == other.takes { self.takes } else { Takes::Anything };
        Self {
            file: self.file.max(other.file),
            total: self.total.max(other.total),
            count: self.count.max(other.count),
            takes,
        }
    }

    /// Whether a file of this type may pass.
    pub fn takes(&self, content_type: &str) -> bool {
        match self.takes {
            Takes::Anything => true,
            Takes::Documents => DOCUMENTS.contains(&content_type),
            Takes::Only(types) => types.iter().any(|(kind, _)| content_type.starts_with(kind)),
        }
    }

    /// Bytes that a file of this type may have.
    pub fn of_type(&self, content_type: &str) -> u64 {
        match self.takes {
            Takes::Only(types) => {
                types.iter().find(|(kind, _)| content_type.starts_with(kind)).map_or(self.file, |(_, limit)| *limit)
            }
            _ => self.file,
        }
    }
}

const DOCUMENTS: &[&str] = &[
    "image/png",
    "image/jpeg",
    "image/gif",
    "image/webp",
    "image/bmp",
    "image/tiff",
    "image/heif",
    "image/avif",
    "application/pdf",
    "application/rtf",
    "application/msword",
    "application/vnd.ms-excel",
    "application/vnd.ms-powerpoint",
    "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
    "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "application/vnd.openxmlformats-officedocument.presentationml.presentation",
    "application/vnd.oasis.opendocument.text",
    "application/vnd.oasis.opendocument.spreadsheet",
    "application/vnd.oasis.opendocument.presentation",
    "application/zip",
    "text/plain",
    "text/csv",
];
