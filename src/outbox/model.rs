//! A delivery and its tries.

use diesel::prelude::*;

use crate::channels::Extra;
use crate::db::schema::{deliveries, delivery_attempts};
use crate::db::types::{AccountId, ChannelId, CustomerId, DeliveryId, MessageId, UtcTime};
use crate::text_enum;

text_enum!(
    /// Where a delivery stands.
    State {
        Queued = "queued",
        Sending = "sending",
        /// The provider has it.
        Sent = "sent",
        /// The customer's device has it.
        Delivered = "delivered",
        Read = "read",
        Failed = "failed",
        /// It may have been sent: somebody has to look.
        Unknown = "unknown",
    }
);

impl State {
    /// Whether it needs somebody: red.
    pub fn is_bad(self) -> bool {
        matches!(self, State::Failed | State::Unknown)
    }

    /// Whether the provider's later word may still change it to `next`: never backwards.
    pub fn may_become(self, next: State) -> bool {
        let rank = |state| match state {
            State::Queued => 0,
            State::Sending => 1,
            State::Unknown => 2,
            State::Sent => 3,
            State::Failed => 4,
            State::Delivered => 5,
            State::Read => 6,
        };
        rank(next) > rank(self)
    }
}

text_enum!(
    /// How one try ended.
    Outcome { Sent = "sent", Again = "again", Failed = "failed", Unknown = "unknown" }
);

/// A message on its way.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = deliveries)]
pub struct Delivery {
    pub id: DeliveryId,
    pub message_id: MessageId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    pub account_id: AccountId,
    pub idempotency_key: String,
    /// JSON of [`Extra`].
    pub extra: String,
    pub state: State,
    /// All tries.
    pub attempts: i32,
    /// Tries since it was queued last.
    pub tries: i32,
    /// The calls that it takes, once it has been tried.
    pub parts: i32,
    pub not_before: UtcTime,
    pub error_code: Option<String>,
    /// In the provider's words.
    pub error: Option<String>,
    pub queued_at: UtcTime,
    pub sending_at: Option<UtcTime>,
    /// When the provider had every part.
    pub sent_at: Option<UtcTime>,
    pub delivered_at: Option<UtcTime>,
    pub read_at: Option<UtcTime>,
    pub failed_at: Option<UtcTime>,
}

impl Delivery {
    /// What only some kinds of channels have.
    pub fn extra(&self) -> Extra {
        serde_json::from_str(&self.extra).unwrap_or_default()
    }

    /// Whether people may send it again by hand.
    pub fn may_retry(&self) -> bool {
        self.state.is_bad() || (self.state == State::Queued && self.attempts > 0)
    }
}

/// A part that the provider has.
#[derive(Clone, Debug, Queryable)]
pub struct Part {
    /// The first is 0.
    pub number: i32,
    pub state: State,
    pub error_code: Option<String>,
    /// In the provider's words.
    pub error: Option<String>,
}

impl Part {
    /// What the parts of a message say of it: one that failed fails it, else it is as far as the one that lags.
    pub fn whole(parts: &[Self]) -> State {
        let order = [State::Failed, State::Sent, State::Delivered, State::Read];
        let found = order.into_iter().find(|state| parts.iter().any(|part| part.state == *state));
        found.unwrap_or(State::Sent)
    }
}

/// One try.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = delivery_attempts)]
pub struct Attempt {
    pub delivery_id: DeliveryId,
    pub number: i32,
    pub started_at: UtcTime,
    pub ended_at: Option<UtcTime>,
    /// `None`: under way.
    pub outcome: Option<Outcome>,
    pub code: Option<String>,
    pub words: Option<String>,
    /// When it is tried again.
    pub again_at: Option<UtcTime>,
}

#[cfg(test)]
mod tests {
    use super::*;

    /// A provider tells "read" before "delivered", and repeats itself.
    #[test]
    fn states_only_go_forward() {
        assert!(State::Sent.may_become(State::Read));
        assert!(!State::Read.may_become(State::Delivered));
        assert!(!State::Delivered.may_become(State::Failed));
        assert!(State::Sent.may_become(State::Failed));
        assert!(State::Unknown.may_become(State::Delivered));
        assert!(State::ALL.iter().all(|state| !state.may_become(*state)));
    }

    #[test]
    fn a_message_of_parts_is_as_far_as_the_slowest() {
        let whole = |states: &[State]| {
            let part = |state: &State| Part { number: 0, state: *state, error_code: None, error: None };
            Part::whole(&states.iter().map(part).collect::<Vec<_>>())
        };
        assert_eq!(whole(&[State::Read, State::Delivered]), State::Delivered);
        assert_eq!(whole(&[State::Read, State::Read]), State::Read);
        assert_eq!(whole(&[State::Read, State::Failed, State::Sent]), State::Failed);
    }
}
