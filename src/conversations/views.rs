//! The forms to hand over and to close: in a dialog, or as pages of their own.

use std::sync::Arc;

use askama::Template;

use super::model::{CloseReason, Conversation};
use crate::auth::Presence;
use crate::customers::Customer;
use crate::db::types::{ConversationId, StaffId};
use crate::staff::StaffMember;
use crate::tags::TagPath;
use crate::text;
use crate::web::forms::{self, Errors};
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// The form to hand over, as `conversations/transfer_form.html` shows it.
pub struct TransferForm {
    pub id: ConversationId,
    pub assignee: Option<StaffId>,
    pub colleagues: Vec<StaffMember>,
    /// As typed: a colleague's number, [`TransferForm::QUEUE`], or nothing yet. Nobody is suggested: a conversation that was given
    /// to the first of a list by a slip is out of sight for whoever meant another.
    pub to: String,
    pub note: String,
    pub token: String,
    pub back: String,
    pub errors: Errors,
}

/// The form to close, as `conversations/close_form.html` shows it.
pub struct CloseForm {
    pub id: ConversationId,
    /// Tags of which one has to be chosen; none if there is one already, or if none is asked for.
    pub needed: Vec<Arc<TagPath>>,
    pub tag: String,
    pub chosen: Option<CloseReason>,
    pub note: String,
    pub token: String,
    pub back: String,
    pub errors: Errors,
}

impl TransferForm {
    /// The word for the queue.
    pub const QUEUE: &str = "queue";

    pub fn new(conversation: &Conversation, colleagues: Vec<StaffMember>, back: String) -> Self {
        Self {
            id: conversation.id,
            assignee: conversation.assignee_id,
            colleagues,
            to: String::new(),
            note: String::new(),
            token: forms::new_token(),
            back,
            errors: Errors::default(),
        }
    }

    /// Whoever could have it: not the one who has it.
    pub fn targets(&self) -> impl Iterator<Item = &StaffMember> {
        self.colleagues.iter().filter(|member| Some(member.id) != self.assignee)
    }

    /// A colleague's name, and whether they are there to take it.
    pub fn said_of(&self, sh: &Shell, member: &StaffMember) -> String {
        let key = match member.presence_now() {
            Presence::Online => "presence-online",
            Presence::Away => "presence-away",
            Presence::Offline => "presence-offline",
        };
        format!("{} · {}", text::isolate(&member.name), sh.t(key))
    }

    /// Whether this one is chosen.
    pub fn is_to(&self, id: &StaffId) -> bool {
        self.to.parse() == Ok(*id)
    }

    /// Whether the queue is chosen.
    pub fn is_to_queue(&self) -> bool {
        self.to == Self::QUEUE
    }
}

impl CloseForm {
    pub fn new(conversation: &Conversation, needed: Vec<Arc<TagPath>>, back: String) -> Self {
        Self {
            id: conversation.id,
            needed,
            tag: String::new(),
            chosen: None,
            note: String::new(),
            token: forms::new_token(),
            back,
            errors: Errors::default(),
        }
    }

    pub fn reasons(&self) -> [CloseReason; 4] {
        CloseReason::CHOICES
    }

    /// Whether this one is chosen.
    pub fn is_chosen(&self, reason: &CloseReason) -> bool {
        self.chosen.as_ref() == Some(reason)
    }
}

/// `/conversations/{id}/transfer`.
#[derive(Template)]
#[template(path = "conversations/transfer.html", blocks = ["transfer_form"])]
pub struct TransferPage {
    pub sh: Shell,
    pub customer: Customer,
    pub form: TransferForm,
}

/// `/conversations/{id}/closure`.
#[derive(Template)]
#[template(path = "conversations/close.html", blocks = ["close_form"])]
pub struct ClosePage {
    pub sh: Shell,
    pub customer: Customer,
    pub form: CloseForm,
}

impl Regions for TransferPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "transfer_form").then(|| self.as_transfer_form().render())
    }
}

impl Regions for ClosePage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        (id == "close_form").then(|| self.as_close_form().render())
    }
}
