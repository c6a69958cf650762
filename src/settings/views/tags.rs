//! Customer tags and conversation tags.

use std::borrow::Borrow;
use std::collections::HashMap;
use std::fmt::Display;
use std::sync::Arc;

use askama::Template;

use super::section_is_region;
use crate::db::types::{ConversationTagId, CustomerTagId};
use crate::tags::{Branch, ConversationTag, CustomerTag, LEVELS};
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::shell::Shell;

/// What was typed into a form that did not pass, and into which; every other form shows what is stored.
#[derive(Clone, Debug, Default)]
pub struct Typed {
    /// The id of the form's element; empty if all is well.
    pub form: String,
    pub name: String,
    pub hue: i32,
    pub errors: Errors,
}

impl Typed {
    /// The form of a new tag at the top.
    pub const NEW: &str = "new-tag";

    /// The form of the tag with this number.
    pub fn of(id: impl Display) -> String {
        format!("tag-{id}")
    }

    /// The form of a new tag below the one with this number.
    pub fn below(id: impl Display) -> String {
        format!("below-{id}")
    }

    pub fn is(&self, form: &str) -> bool {
        self.form == form
    }

    /// The name that a form shows.
    pub fn name<'a>(&'a self, form: &str, stored: &'a str) -> &'a str {
        if self.is(form) { &self.name } else { stored }
    }

    /// The colour that a form shows.
    pub fn hue(&self, form: &str, stored: impl Borrow<i32>) -> i32 {
        if self.is(form) { self.hue } else { *stored.borrow() }
    }

    /// What is wrong with a field of a form.
    pub fn error(&self, form: &str, field: &str, lang: &Lang) -> String {
        if self.is(form) { self.errors.of(field, *lang) } else { String::new() }
    }
}

/// `/settings/customer-tags`.
#[derive(Template)]
#[template(path = "settings/customer_tags.html", blocks = ["section"])]
pub struct CustomerTagsPage {
    pub sh: Shell,
    pub all: Vec<Arc<CustomerTag>>,
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
#[template(path = "settings/conversation_tags.html", blocks = ["section"])]
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
#[template(path = "settings/tag_delete.html", blocks = ["section"])]
pub struct TagDeletePage {
    pub sh: Shell,
    pub name: String,
    /// Sentences that say what goes.
    pub consequences: Vec<String>,
    /// The list that the tag stands in.
    pub back: &'static str,
    pub action: String,
}

impl TagDeletePage {
    /// The id of the name of the list that the tag stands in.
    fn list_key(&self) -> &'static str {
        if self.back == "/settings/customer-tags" { "settings-customer-tags" } else { "settings-conversation-tags" }
    }
}

section_is_region!(CustomerTagsPage, ConversationTagsPage, TagDeletePage);
