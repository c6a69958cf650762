//! The heading of a conversation.

use super::super::load::State;
use super::{Beside, region};
use crate::conversations::Status;
use crate::web::shell::Shell;

/// The heading of a conversation.
pub struct HeadView {
    pub state: State,
    pub beside: Beside,
    /// For its buttons.
    pub token: String,
}

impl HeadView {
    pub fn new(state: State, beside: Beside) -> Self {
        Self { state, beside, token: crate::web::forms::new_token() }
    }

    /// Where the region asks again: about the same conversation, as long as that is open.
    pub fn region(&self) -> String {
        let conversation = self.state.conversation.as_ref().map(|c| c.id);
        region(&format!("/inbox/{}/head", self.state.customer.id), conversation)
    }

    /// Whether a block can be asked for, or done.
    pub fn may_block(&self, sh: &Shell) -> bool {
        !self.state.customer.blocked && (sh.is_supervisor() || !self.state.request_waits)
    }

    pub fn is_queued(&self) -> bool {
        self.state.conversation.as_ref().is_some_and(|c| c.status == Status::Queued)
    }

    /// Whether a button offers to take the conversation.
    pub fn may_take(&self, sh: &Shell) -> bool {
        self.state.may_reply && self.state.conversation.as_ref().is_some_and(|c| c.assignee_id != Some(sh.me.id))
    }

    /// Channel and state in one line.
    pub fn line(&self, sh: &Shell) -> String {
        let state = match (&self.state.conversation, self.state.assignee.as_str()) {
            (None, _) => sh.t("inbox-state-none").to_string(),
            (Some(_), "") => sh.t("inbox-state-queued").to_string(),
            (Some(c), _) if c.assignee_id == Some(sh.me.id) => sh.t("inbox-state-yours").to_string(),
            (Some(_), name) => sh.ta("inbox-state-with", "name", crate::text::isolate(name)),
        };
        match &self.state.channel {
            Some(channel) => format!("{} · {state}", channel.name),
            None => state,
        }
    }

    pub fn channel_kind(&self) -> &'static str {
        self.state.channel.as_ref().map_or("", |c| c.kind.as_str())
    }
}
