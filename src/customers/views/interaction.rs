//! The profile's tab Interaction: conversations, and one with its details.

use std::collections::HashMap;

use crate::channels::{Channel, ChannelKind};
use crate::conversations::{Conversation, Status};
use crate::db::page::Page;
use crate::db::types::{ConversationId, CustomerId, StaffId, UtcTime};
use crate::web::numbers::decimal;
use crate::web::shell::Shell;

/// The tab Interaction.
pub struct InteractionTab {
    pub page: Page<ConversationRow>,
    /// The page's place, for links that stay on it.
    pub at: String,
    pub selected: Option<Selected>,
    /// Ratings, and the sum of their stars.
    pub rated: i64,
    pub stars: i64,
}

impl InteractionTab {
    pub fn is_selected(&self, id: &ConversationId) -> bool {
        self.selected.as_ref().is_some_and(|selected| selected.row.conversation.id == *id)
    }

    /// The address of a conversation's details, beside the same list.
    pub fn details_url(&self, customer: &CustomerId, id: &ConversationId) -> String {
        let at = if self.at.is_empty() { String::new() } else { format!("&at={}", self.at) };
        format!("/customers/{customer}?tab=interaction&conversation={id}{at}#details")
    }

    pub fn previous(&self, customer: &CustomerId) -> String {
        self.page.previous.as_deref().map(|at| page_url(customer, at)).unwrap_or_default()
    }

    pub fn next(&self, customer: &CustomerId) -> String {
        self.page.next.as_deref().map(|at| page_url(customer, at)).unwrap_or_default()
    }

    pub fn is_rated(&self) -> bool {
        self.rated > 0
    }

    pub fn rated(&self) -> i64 {
        self.rated
    }

    /// The mean of the ratings, as 4.7.
    pub fn mean(&self, sh: &Shell) -> String {
        let tenths = if self.rated == 0 { 0 } else { (self.stars * 10 + self.rated / 2) / self.rated };
        decimal(sh.lang, tenths)
    }

    /// The mean in whole stars.
    pub fn whole(&self) -> i32 {
        let stars = if self.rated == 0 { 0 } else { (self.stars * 2 + self.rated) / (self.rated * 2) };
        i32::try_from(stars).unwrap_or_default()
    }
}

fn page_url(customer: &CustomerId, at: &str) -> String {
    format!("/customers/{customer}?tab=interaction&at={at}")
}

/// A conversation in the list.
pub struct ConversationRow {
    pub conversation: Conversation,
    pub kind: Option<ChannelKind>,
    pub channel: String,
    /// Who works or worked it; empty if nobody.
    pub operator: String,
}

impl ConversationRow {
    pub fn of(conversation: Conversation, names: &HashMap<StaffId, String>, channels: &[Channel]) -> Self {
        let channel = channels.iter().find(|channel| channel.id == conversation.channel_id);
        Self {
            kind: channel.map(|channel| channel.kind),
            channel: channel.map(|channel| channel.name.clone()).unwrap_or_default(),
            operator: conversation.assignee_id.and_then(|id| names.get(&id).cloned()).unwrap_or_default(),
            conversation,
        }
    }

    pub fn kind_word(&self) -> &'static str {
        self.kind.map_or("", |kind| kind.as_str())
    }

    pub fn is_queued(&self) -> bool {
        self.conversation.status == Status::Queued
    }

    pub fn is_open(&self) -> bool {
        self.conversation.is_open()
    }

    /// Where the customer's software, address and way are known.
    pub fn is_web(&self) -> bool {
        self.kind == Some(ChannelKind::WebChat)
    }

    pub fn is_over(&self) -> bool {
        self.conversation.closed_at.is_some()
    }

    /// Minutes from start to end.
    pub fn minutes(&self) -> i64 {
        let end: UtcTime = self.conversation.closed_at.unwrap_or_else(UtcTime::now);
        self.conversation.opened_at.until(end).num_minutes().max(1)
    }
}

/// The conversation whose details are shown.
pub struct Selected {
    pub row: ConversationRow,
    pub closed_by: Option<String>,
}
