//! What providers tell.

use bytes::Bytes;

use super::email::address::Person;
use super::failure::Failure;
use crate::db::types::UtcTime;

/// Something that happened at the provider.
#[derive(Clone, Debug, PartialEq)]
pub enum Event {
    Message(Box<Message>),
    /// A message that was sent before says something else now.
    Edited {
        provider_id: String,
        body: String,
        /// By the provider's clock: the later of two counts, whichever comes first.
        at: Option<UtcTime>,
    },
    /// What somebody thinks of a message; empty takes it back.
    Reaction {
        /// The message that is meant.
        provider_id: String,
        address: String,
        emoji: String,
        /// As of an edit.
        at: Option<UtcTime>,
    },
    /// What became of a message of ours.
    Status {
        provider_id: String,
        state: Reached,
        at: Option<UtcTime>,
    },
    /// The customer wants to hear from us again.
    Subscribed {
        address: String,
        /// By the provider's clock: of two such words the later one counts, whichever comes first.
        at: Option<UtcTime>,
    },
    /// The customer has blocked us, or left.
    Unsubscribed {
        address: String,
        at: Option<UtcTime>,
    },
    /// Whoever was known under one address has another now.
    Moved {
        from: String,
        to: String,
    },
}

/// How far a message of ours has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reached {
    Sent,
    Delivered,
    Read,
    Failed {
        failure: Failure,
        /// Who did not get it, under each address that the report gives, where that may be somebody else than the
        /// customer: a blind copy, or somebody to whom it was passed on.
        recipients: Vec<String>,
    },
}

/// A message from a customer.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Message {
    pub sender: Sender,
    /// The provider's name of the message, unique in the channel.
    pub provider_id: String,
    pub body: String,
    pub files: Vec<RemoteFile>,
    pub sent_at: Option<UtcTime>,
    /// The provider's name of the message that this one answers.
    pub reply_to: Option<String>,
    /// The words are somebody else's, passed on: whose, as the provider names them; empty where it does not.
    pub forwarded_from: Option<String>,
    /// Chains of mails only.
    pub chain: Chain,
    /// A kind of message that this program cannot show, by the provider's word (`location`, `poll`). What of it is
    /// text is in `body`; the rest is said to be missing.
    pub unsupported: Option<String>,
    /// Written by a machine (out of office, a bounce): it opens no conversation and is answered by nothing.
    pub automatic: bool,
    /// What it was as a mail.
    pub letter: Option<Box<Letter>>,
}

/// What a message was as a mail, beside its text and files.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Letter {
    pub subject: String,
    pub from: Person,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    /// The history that was quoted below.
    pub quoted: String,
    /// As it came.
    pub html: Option<Bytes>,
    /// Pictures inside the HTML by their Content-ID.
    pub pictures: Vec<(String, Bytes)>,
    /// The mail as it came.
    pub original: Bytes,
    /// It was too large to be taken whole.
    pub is_cut: bool,
}

/// Who sends, as the provider knows them.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Sender {
    /// Unique in the channel; where answers go.
    pub address: String,
    pub display_name: String,
    pub username: String,
    /// IETF tag.
    pub language: String,
    /// Only what the provider itself vouches for.
    pub phone: Option<String>,
    pub email: Option<String>,
    /// An e-mail address that somebody typed, and nobody vouches for.
    pub typed_email: Option<String>,
    /// Where their picture can be fetched. Asked for once, when they first come.
    pub avatar: Option<Source>,
}

/// To which chain of mails a message belongs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Chain {
    /// Names of earlier messages, the nearest first (In-Reply-To, then References from its end).
    pub references: Vec<String>,
    /// What the addresses carry that the mail was sent to: one may be the token of a reply address.
    pub tokens: Vec<String>,
    pub subject: String,
}

/// A file of a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RemoteFile {
    /// As the sender calls it; empty: the content gives it a name.
    pub name: String,
    /// By the provider's word; what counts are the bytes.
    pub content_type: String,
    /// Bytes by the provider's word; 0 if it does not say.
    pub size: u64,
    pub source: Source,
}

/// Where a file's content is.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Source {
    /// Came along.
    Here(Bytes),
    /// At the provider, under this name; [`super::Connector::fetch`] gets it.
    There(String),
}

/// A file that was fetched.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fetched {
    pub bytes: Bytes,
    /// A name with its ending, where the provider gives one.
    pub name: Option<String>,
}
