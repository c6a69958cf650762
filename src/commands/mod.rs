//! Commands: what staff run from the composer by `/name`, and what the company's own server does then.
//!
//! - Admins define them: a name, an address, a secret (sealed), parameters.
//! - A run is written down in the conversation at once ("sent"); a job posts it as signed JSON, and writes what came of
//!   it: `parameter: value` lines, or why it failed. All of that is for staff only.
//! - The post carries `Switchboard-Timestamp` and `Switchboard-Signature: v1=` with the hex HMAC-SHA-256 of
//!   `timestamp.body` by the command's secret, as the events of an app do. It follows no redirect and, unless the
//!   settings allow it, reaches no private address.
//! - A run is posted once: what is cut off in the middle has failed, and people look.

mod actions;
mod answer;
mod jobs;
mod model;
mod store;

pub use actions::{add, delete, edit, renew_secret, run, switch};
pub use model::{Call, Checked, Command, Parameter, Run, Typed, looks_like_call};
pub use store::{call_of, find, list, matching};
