//! What providers tell: kept as it came, answered at once, read afterwards.
//!
//! - `POST /hooks/{key}` looks at the signature over the raw bytes, stores each event under its dedupe key and answers.
//!   Kinds that are asked (long polling, IMAP) give events of the same form, stored with the cursor that confirms them.
//! - One reader a channel goes through them in their order. Files are fetched before the write, for a few seconds; a file
//!   that is not there by then is named in the message instead, fetched beside the line, and put there once it can be
//!   had. An event that is read twice, late or in another order changes nothing twice.
//! - So many are read together that their bytes are a few megabytes; a mail may have 36 MB, and is read alone.
//! - Bytes go when they have been read; keys stay for a month, longer than any provider repeats.

mod actions;
mod batch;
mod contents;
mod known;
mod lease;
mod poller;
mod reader;
pub mod store;
pub mod web;

pub use poller::Poller;
pub use reader::Reader;
pub use store::forget_read as forget;
