//! What happened for the customers of an app channel: asked for at `/api/v1/events`, and pushed by signed webhook.
//!
//! - An event is written in the transaction of the change that it tells, with the job that pushes it. Nothing else is
//!   told: no comment, no block. That a conversation has ended is told without its reason.
//! - While its channel is on pause, what is to be pushed waits for the end of that.
//! - A push carries `Switchboard-Timestamp` and `Switchboard-Signature: v1=` with the hex HMAC-SHA-256 of
//!   `timestamp.body` by the channel's secret. It follows no redirect and, unless the settings allow it, reaches no
//!   private address.

mod deliver;
mod model;
mod ping;
mod store;

pub use model::{Deliver, Event, Matter};
pub use ping::ping;
pub use store::{closed, forget, release, said, since};
