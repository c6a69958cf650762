//! What customers and staff attach: bytes in a folder under their SHA-256, rows that say what they are.
//!
//! - A file is streamed from the request to the folder; nothing holds it whole. Equal content is stored once.
//! - Its type is decided by its bytes, never by what the sender says; what a channel takes is a list of types and sizes.
//! - Only PNG, JPEG, GIF and WebP are ever shown in a page of ours. Everything else is a download, in a sandbox.
//! - A provider that cannot be given bytes gets a link: signed, for one file, for a while (`links`).
//! - What is refused is never stored. What no message, no quick reply and no export names is swept away after a day
//!   (`actions::sweep`), and so is what a crash left without a row (`actions::sweep_strays`).

pub mod actions;
mod contents;
pub mod links;
mod model;
mod sniff;
pub mod store;
mod upload;
pub mod web;

pub use crate::channels::FileLimits as Limits;
pub use actions::{keep_bytes, keep_one, sweep, sweep_strays};
pub use contents::{Content, Files, Incoming};
pub use model::{Attachment, StoredFile, clean_name, is_picture};
pub use upload::{Arrived, Spend, Upload, accept, accept_form, arrive};
pub use web::{Stored, download, download_bytes};
