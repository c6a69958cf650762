//! Messages on their way to providers: sent means sent, once.
//!
//! - A delivery is written in the transaction of its message. Web chat and app have none: their readers fetch.
//! - One process sends a delivery at a time (a lease), messages to one account leave in their order, and a channel's and
//!   a recipient's pace hold over all instances.
//! - What may work later is tried again, after the seconds that the provider names or with growing pauses, up to a
//!   ceiling. A try whose end nobody knows (a crash, a broken connection) is never repeated unless the provider takes
//!   an idempotency key: it shows as "unknown, check", and people decide.
//! - States only go forward: a provider may tell "read" before "delivered".

mod actions;
mod model;
mod sending;
pub mod store;
mod worker;

pub use actions::{Outgoing, enqueue, reached, retry, send_again};
pub use model::{Attempt, Delivery, Outcome, State};
pub use store::{attempts_of, find, load, of_messages, remember, whose};
pub use worker::Worker;
