//! Quick replies: prepared texts with files, called from the composer by `/` and their shortcut. In every channel.
//!
//! - Personal ones are their owner's alone; shared ones are everybody's, and supervisors and admins keep them.
//! - A shortcut is unique among the shared ones, and among each person's own.
//! - `{name}` stands for the customer's name, `{me}` for the name of whoever writes.
//! - The composer takes the text over as if it had been typed; a file goes along under its number and its place.

mod actions;
mod model;
mod store;

pub use actions::{add, delete, edit};
pub use model::{Checked, FileRef, QuickReply, ReplyFile, Typed, Words, filled, shortcut};
pub use store::{files_of, find, matching, names_of, page, pick_files};
