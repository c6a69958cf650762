//! The list of conversations, and the page of one.

use std::sync::Arc;

use askama::Template;

use super::model::{Asked, Listed, Tab, Whose};
use crate::blacklist::BlockForm;
use crate::channels::Channel;
use crate::conversations::views::{CloseForm, TransferForm};
use crate::conversations::{CloseReason, Conversation, Origin, Status};
use crate::customers::Customer;
use crate::db::types::{ConversationId, StaffId, UtcTime};
use crate::messages::views::{Item, LogView, Look};
use crate::tags::TagPath;
use crate::text;
use crate::web::forms::Errors;
use crate::web::page::{Regions, region_with};
use crate::web::shell::Shell;

/// The message id and the flag of a status.
fn status_of(status: &Status) -> (&'static str, &'static str) {
    match status {
        Status::Queued => ("history-queued", "warn"),
        Status::Active => ("history-active", "ok"),
        Status::Closed => ("history-closed", ""),
    }
}

/// From the start to the first answer; empty while there is none.
fn first_reply(sh: &Shell, opened: UtcTime, replied: Option<UtcTime>) -> String {
    let Some(replied) = replied else { return String::new() };
    let minutes = opened.until(replied).num_minutes().max(0);
    match minutes {
        0 => sh.t("history-under-minute").to_string(),
        1..60 => sh.tn("history-minutes", minutes),
        60..1440 => sh.tn("history-hours", minutes / 60),
        _ => sh.tn("history-days", minutes / 1440),
    }
}

/// A line of the list.
pub struct Line {
    pub conversation: Listed,
    pub customer: Whose,
    /// The code of the channel's kind.
    pub kind: &'static str,
    /// The channel's name.
    pub channel: String,
    /// Who works it or did; empty when nobody does.
    pub operator: String,
    pub tags: Vec<Arc<TagPath>>,
}

impl Line {
    fn status(&self) -> (&'static str, &'static str) {
        status_of(&self.conversation.status)
    }

    fn reason(&self) -> &'static str {
        self.conversation.close_reason.as_ref().map_or("", CloseReason::name_key)
    }

    fn initials(&self) -> String {
        text::initials(&self.customer.name)
    }

    fn hue(&self) -> u8 {
        text::hue(self.customer.id.0)
    }

    fn first_reply(&self, sh: &Shell) -> String {
        // The first words of a conversation that we began are no reply.
        let replied = self.conversation.first_reply_at.filter(|_| self.conversation.origin != Origin::Outgoing);
        first_reply(sh, self.conversation.opened_at, replied)
    }

    /// 1 to 5, or 0.
    fn stars(&self) -> i32 {
        self.conversation.rating.unwrap_or(0)
    }

    /// The end, or the latest message where there is none.
    fn latest(&self) -> UtcTime {
        self.conversation.closed_at.unwrap_or(self.conversation.last_message_at)
    }
}

/// `/history`.
#[derive(Template)]
#[template(path = "history/list.html", blocks = ["history"])]
pub struct HistoryPage {
    pub sh: Shell,
    pub tab: Tab,
    pub asked: Asked,
    pub errors: Errors,
    pub lines: Vec<Line>,
    pub active: i64,
    pub previous: Option<String>,
    pub next: Option<String>,
    pub staff: Arc<Vec<(StaffId, String)>>,
    pub channels: Vec<Channel>,
    pub tags: Vec<Arc<TagPath>>,
}

impl HistoryPage {
    fn is_history(&self) -> bool {
        self.tab == Tab::History
    }

    /// What the first and the last day are called.
    fn days(&self) -> (&'static str, &'static str) {
        if self.is_by_end() { ("history-ended-from", "history-ended-to") } else { ("history-from", "history-to") }
    }

    /// Whether the days are those on which conversations ended.
    fn is_by_end(&self) -> bool {
        self.is_history() && self.asked.is_by_end()
    }

    fn tab_url(&self, history: bool) -> String {
        self.asked.url(if history { Tab::History } else { Tab::Active }, "")
    }

    fn here(&self) -> String {
        self.asked.url(self.tab, &self.asked.at)
    }

    fn reset(&self) -> String {
        Asked::default().url(self.tab, "")
    }

    fn page_url(&self, cursor: &Option<String>) -> String {
        cursor.as_ref().map(|at| self.asked.url(self.tab, at)).unwrap_or_default()
    }

    fn title(&self) -> String {
        format!("{} · Switchboard", self.sh.t("nav-history"))
    }
}

impl Regions for HistoryPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "history").then(|| self.as_history().render().map(|html| region_with(&self.title(), html, &[])))
    }
}

/// `/conversations/{id}`.
#[derive(Template)]
#[template(path = "history/conversation.html", blocks = ["conversation"])]
pub struct ConversationPage {
    pub sh: Shell,
    pub customer: Customer,
    pub conversation: Conversation,
    pub channel: Channel,
    /// Who works it or did; empty when nobody does.
    pub assignee: String,
    pub log: LogView,
    pub tags: Vec<Arc<TagPath>>,
    /// Tags that can be added.
    pub other_tags: Vec<Arc<TagPath>>,
    pub previous: Option<ConversationId>,
    pub next: Option<ConversationId>,
    /// The forms to hand over and to close, for whoever may.
    pub work: Option<(TransferForm, CloseForm)>,
    /// The form to block or to ask for it, where there is something to block or to ask.
    pub block: Option<BlockForm>,
    /// Somebody may write first: nothing is open with the customer, or they have an address for mails.
    pub may_message: bool,
    /// A request to block the customer waits for its decision.
    pub request_waits: bool,
    /// The log ends before this message; empty: at the newest.
    pub before: String,
    pub token: String,
}

impl ConversationPage {
    /// The address of this page: where its forms come back to.
    fn here(&self) -> String {
        format!("/conversations/{}", self.conversation.id)
    }

    /// The address of what is shown now.
    fn shown(&self) -> String {
        if self.before.is_empty() { self.here() } else { format!("{}?before={}", self.here(), self.before) }
    }

    fn title(&self) -> String {
        let number = self.sh.ta("history-number", "id", self.conversation.id);
        format!("{number} · {} · Switchboard", self.customer.name)
    }

    fn is_mine(&self) -> bool {
        self.conversation.assignee_id == Some(self.sh.me.id)
    }

    fn status(&self) -> (&'static str, &'static str) {
        status_of(&self.conversation.status)
    }

    fn reason(&self) -> &'static str {
        self.conversation.close_reason.as_ref().map_or("", CloseReason::name_key)
    }

    fn first_reply(&self) -> String {
        let replied = self.conversation.first_reply_at.filter(|_| self.conversation.origin != Origin::Outgoing);
        first_reply(&self.sh, self.conversation.opened_at, replied)
    }

    /// 1 to 5, or 0.
    fn stars(&self) -> i32 {
        self.conversation.rating.unwrap_or(0)
    }

    /// What a web customer's first message told.
    fn has_visit(&self) -> bool {
        let c = &self.conversation;
        [&c.ip, &c.region, &c.environment, &c.page_url, &c.referrer].iter().any(|field| field.is_some())
    }
}

impl Regions for ConversationPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "conversation")
            .then(|| self.as_conversation().render().map(|html| region_with(&self.title(), html, &[])))
    }
}
