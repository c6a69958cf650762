//! What changed, told to open pages: names only, so nothing can leak.
//!
//! A write publishes topics with its commit; each open page follows the ones that it shows (`sse.rs`) and fetches its
//! regions again. On PostgreSQL the topics of one instance reach the others by LISTEN/NOTIFY (`listen.rs`).
//! Presence and typing live in memory, with expiry, and travel the same way (`presence.rs`).

mod changes;
mod listen;
pub mod presence;
pub mod sse;
pub mod web;

use serde::{Deserialize, Serialize};
use tokio::sync::broadcast::error::RecvError;

use crate::db::types::{AccountId, CustomerId, StaffId};

pub use changes::{Bus, Changes};
pub use listen::follow_other_instances;

/// Something that changed.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Topic {
    /// This customer's record, conversations or messages.
    Customer(CustomerId),
    /// Cards, tabs and counts of the inbox.
    Inbox,
    /// A staff member's own things: presence status, rights.
    Staff(StaffId),
    /// Blocks and block requests.
    Blacklist,
    /// What this visitor or app user may see of their conversation.
    Visitor(AccountId),
    /// A staff member looks at a customer, types, or has gone.
    Seen(CustomerId, StaffId, Doing),
    /// The customer is typing (true) or has stopped.
    CustomerTyping(CustomerId, bool),
    /// Staff are typing to this visitor.
    StaffTyping(AccountId),
    /// Something waits to be sent, or may be sent now.
    Outbox,
    /// Providers have told something that waits to be read.
    Hooks,
    /// A conversation waits for somebody, or somebody may be given one more. Told to this process alone: it gives.
    Distribution,
    /// Tags that there are to choose from.
    Tags,
    /// Fields that customers have: names, order, which are shown.
    Fields,
    /// An export has begun, come further, or ended.
    Exports,
    /// A channel was connected, changed, paused or disconnected.
    Channels,
    /// Announcements may have been missed: look at everything again.
    Everything,
    /// This process stops: its event streams end, and their pages come back to whoever answers then.
    Stopping,
}

/// What a staff member does at a customer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Doing {
    Here,
    Typing,
    Gone,
}

/// Waits until this topic is announced, or may have been. Whoever waits has a clock beside: an announcement from another
/// instance can be lost with its connection.
pub async fn heard(changes: &mut Changes, topic: &Topic) {
    loop {
        match changes.recv().await {
            Ok(Topic::Everything) | Err(RecvError::Lagged(_)) => return,
            Ok(heard) if heard == *topic => return,
            Ok(_) => {}
            // Nobody will call again: the clock does.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

impl Topic {
    /// Whether it stands for something in the database of which pages keep anything. Not so what lives in memory, and
    /// calls to those who work through a queue.
    pub fn may_change_what_is_kept(&self) -> bool {
        use Topic::{CustomerTyping, Distribution, Hooks, Outbox, Seen, StaffTyping, Stopping};
        !matches!(self, Seen(..) | CustomerTyping(..) | StaffTyping(_) | Outbox | Hooks | Distribution | Stopping)
    }

    /// Whether other instances are told of it.
    pub fn travels(&self) -> bool {
        *self != Topic::Distribution
    }
}
