//! E-mail: any mailbox that speaks IMAP and SMTP.
//!
//! - Coming in: `imap` brings the bytes, `parse` reads them, `nature` tells people from machines and bounces, `writer` says
//!   who wrote, `sanitise` makes their HTML harmless, `plain` makes text of it.
//! - Going out: `compose` makes the mail, `smtp` hands it to the server and says how that ended.
//! - Mails that belong together are a chain: by the Message-IDs of both directions, then by the token that a reply's
//!   address carries, never by subject.

pub mod address;
mod bomb;
mod compose;
mod connector;
mod form;
mod imap;
mod nature;
mod parse;
mod plain;
mod proof;
mod receive;
mod sanitise;
mod settings;
mod smtp;
mod tokens;
mod writer;

pub use compose::{Composed, File, Letter, compose};
pub use connector::Email;
pub use imap::{Folder, ImapWay, RawMail, folders};
pub use nature::{Nature, Report, is_gone, status_in};
pub use parse::{Attachment, Mail, Picture, parse};
pub use plain::{split, to_html};
pub use proof::Proof;
pub use sanitise::{Clean, Remote, for_showing, has_remote};
pub use settings::{Login, MailSecrets, MailSettings, Security, Server, TokenSource};
pub use smtp::{SmtpWay, check, send};
