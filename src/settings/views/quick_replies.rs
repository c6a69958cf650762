//! Quick replies.

use std::collections::HashMap;

use askama::Template;

use super::section_is_region;
use crate::db::page::Page;
use crate::db::types::QuickReplyId;
use crate::quick_replies::{QuickReply, ReplyFile, Typed};
use crate::text;
use crate::web::forms::Errors;
use crate::web::meanwhile::Meets;
use crate::web::shell::Shell;

/// Characters of a text that the list shows.
const SHOWN: usize = 140;

/// `/settings/quick-replies`.
#[derive(Template)]
#[template(path = "settings/quick_replies.html", blocks = ["section", "quick_replies"])]
pub struct QuickRepliesPage {
    pub sh: Shell,
    pub q: String,
    pub page: Page<QuickReply>,
    pub files: HashMap<QuickReplyId, Vec<ReplyFile>>,
}

impl QuickRepliesPage {
    fn preview(&self, reply: &QuickReply) -> String {
        text::preview(&reply.body, SHOWN)
    }

    fn file_count(&self, reply: &QuickReply) -> usize {
        self.files.get(&reply.id).map_or(0, Vec::len)
    }

    fn may_change(&self, reply: &QuickReply) -> bool {
        !reply.is_shared() || self.sh.is_supervisor()
    }

    fn url(&self, at: &Option<String>) -> String {
        let Some(at) = at else { return String::new() };
        let mut query = url::form_urlencoded::Serializer::new(String::new());
        query.append_pair("at", at);
        if !self.q.is_empty() {
            query.append_pair("q", &self.q);
        }
        format!("/settings/quick-replies?{}", query.finish())
    }
}

impl crate::web::page::Regions for QuickRepliesPage {
    fn region(&self, id: &str) -> Option<askama::Result<String>> {
        match id {
            "section" => Some(self.as_section().render()),
            "quick_replies" => Some(self.as_quick_replies().render()),
            _ => None,
        }
    }
}

/// `/settings/quick-replies/new` and `/settings/quick-replies/{id}`.
#[derive(Template)]
#[template(path = "settings/quick_reply.html", blocks = ["section"])]
pub struct QuickReplyPage {
    pub sh: Shell,
    /// `None`: a new one.
    pub reply: Option<QuickReply>,
    pub files: Vec<ReplyFile>,
    pub typed: Typed,
    /// What the form was opened over.
    pub version: String,
    pub token: String,
    pub errors: Errors,
}

impl QuickReplyPage {
    pub fn new(sh: Shell, reply: Option<QuickReply>, files: Vec<ReplyFile>, typed: Typed, token: String) -> Self {
        let version = reply.as_ref().map(|reply| reply.checked().version()).unwrap_or_default();
        Self { sh, reply, files, typed, version, token, errors: Errors::default() }
    }

    fn action(&self) -> String {
        match &self.reply {
            Some(reply) => format!("/settings/quick-replies/{}", reply.id),
            None => "/settings/quick-replies".into(),
        }
    }

    /// A shared one is shown to everybody, and changed by supervisors and admins.
    fn may_change(&self) -> bool {
        self.sh.is_supervisor() || !self.reply.as_ref().is_some_and(QuickReply::is_shared)
    }
}

/// `/settings/quick-replies/{id}/delete`.
#[derive(Template)]
#[template(path = "settings/quick_reply_delete.html", blocks = ["section"])]
pub struct QuickReplyDeletePage {
    pub sh: Shell,
    pub reply: QuickReply,
}

section_is_region!(QuickReplyPage, QuickReplyDeletePage);
