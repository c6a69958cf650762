//! Messages on their way to providers: sent means sent, once.
//!
//! - A delivery is written in the transaction of its message. Web chat and app have none: their readers fetch.
//! - One process sends a delivery at a time (a lease), messages to one account leave in their order, and a channel's and
//!   a recipient's pace hold over all instances.
//! - What may work later is tried again, after the seconds that the provider names or with growing pauses, up to a
//!   ceiling. A try whose end nobody knows (a crash, a broken connection) is never repeated unless the provider takes
//!   an idempotency key: it shows as "unknown, check", and people decide.
//! - States only go forward: a provider may tell "read" before "delivered".
//! - A message may leave in several parts, each with a name of its own at the provider and a state of its own
//!   (`message_refs`). While some have not left, the state of the whole is the sender's matter: queued and sending say
//!   that it goes on at the first part that is missing, failed and unknown that it stopped there. What the provider tells
//!   then is noted at its part alone. Sent, delivered and read mean that every part is out (`sent_at`) and at least so
//!   far; failed after that, that some part came back, whatever became of the others. "Send again" forgets the parts
//!   that failed, and sends those without a name.

mod actions;
mod model;
mod receipts;
mod sending;
pub mod store;
mod worker;

pub use actions::{ARRIVED, Outgoing, arrived, enqueue, mended, retry, send_again};
pub use model::{Attempt, Delivery, Outcome, State};
pub use receipts::reached;
pub use store::{attempts_of, find, load, of_messages, remember, whose};
pub use worker::Worker;
