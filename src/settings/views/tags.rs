//! Customer tags and conversation tags.

use std::collections::HashMap;

use askama::Template;

use crate::db::types::{ConversationTagId, CustomerTagId};
use crate::tags::{Branch, ConversationTag, CustomerTag, LEVELS};
use crate::web::forms::Errors;
use crate::web::page::Regions;
use crate::web::shell::Shell;

/// What was typed into the form of a tag: a new one's, or that of the tag with this number.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    pub of: Option<i64>,
    /// Of a conversation tag: a new one below this number.
    pub below: Option<i64>,
    pub name: String,
    pub hue: i32,
    pub errors: Errors,
}

impl Typed {
    /// Whether a form that did not pass is that of an existing tag.
    pub fn is_of(&self, id: &i64) -> bool {
        self.of == Some(*id) && !self.errors.is_empty()
    }

    /// Whether it is that of a new tag below this one.
    pub fn is_below(&self, id: &i64) -> bool {
        self.of.is_none() && self.below == Some(*id) && !self.errors.is_empty()
    }

    /// Whether it is that of a new tag at the top.
    pub fn is_new(&self) -> bool {
        self.of.is_none() && self.below.is_none()
    }
}

/// `/settings/customer-tags`.
#[derive(Template)]
#[template(path = "settings/customer_tags.html")]
pub struct CustomerTagsPage {
    pub sh: Shell,
    pub all: Vec<CustomerTag>,
    pub counts: HashMap<CustomerTagId, i64>,
    pub typed: Typed,
    pub token: String,
}

impl CustomerTagsPage {
    fn count(&self, tag: &CustomerTag) -> i64 {
        self.counts.get(&tag.id).copied().unwrap_or(0)
    }
}

/// `/settings/conversation-tags`.
#[derive(Template)]
#[template(path = "settings/conversation_tags.html")]
pub struct ConversationTagsPage {
    pub sh: Shell,
    pub tree: Vec<Branch>,
    pub counts: HashMap<ConversationTagId, i64>,
    pub typed: Typed,
    pub token: String,
}

impl ConversationTagsPage {
    fn count(&self, tag: &ConversationTag) -> i64 {
        self.counts.get(&tag.id).copied().unwrap_or(0)
    }
}

/// Asks before a tag goes: what goes with it is said first.
#[derive(Template)]
#[template(path = "settings/tag_delete.html")]
pub struct TagDeletePage {
    pub sh: Shell,
    pub name: String,
    /// Sentences that say what goes.
    pub consequences: Vec<String>,
    /// The list that the tag stands in.
    pub back: &'static str,
    pub action: String,
}

impl Regions for CustomerTagsPage {}
impl Regions for ConversationTagsPage {}
impl Regions for TagDeletePage {}
