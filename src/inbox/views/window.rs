//! How long free text may be written.

use super::super::load::State;
use super::region;
use crate::conversations::Window;
use crate::db::types::{ConversationId, CustomerId, UtcTime};

/// How long free text reaches the customer.
pub struct WindowView {
    pub customer: CustomerId,
    pub conversation: Option<ConversationId>,
    /// `None`: not any more.
    pub until: Option<UtcTime>,
    /// Those that are left.
    pub minutes: i64,
}

impl WindowView {
    /// Nothing where free text can always be written.
    pub fn new(state: &State) -> Option<Self> {
        let until = match state.window {
            Window::Always => return None,
            Window::Until(until) => Some(until),
            Window::Closed => None,
        };
        let seconds = until.map_or(0, |until| UtcTime::now().until(until).num_seconds().max(0));
        let minutes = (seconds + 59) / 60;
        let conversation = state.conversation.as_ref().map(|conversation| conversation.id);
        Some(Self { customer: state.customer.id, conversation, until, minutes })
    }

    /// Where the region asks again: about the same conversation.
    pub fn region(&self) -> String {
        region(&format!("/inbox/{}/window", self.customer), self.conversation)
    }

    pub fn hours(&self) -> i64 {
        self.minutes / 60
    }

    pub fn minutes(&self) -> i64 {
        self.minutes % 60
    }
}
