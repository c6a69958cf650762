//! What happened in a conversation, in the reader's language.

use crate::conversations::CloseReason;
use crate::error::Said;
use crate::messages::{Event, Who};
use crate::text;
use crate::web::shell::Shell;

/// A colleague by name, or "you", safe inside a sentence.
pub(super) fn person(sh: &Shell, who: &Who) -> String {
    if who.id == sh.me.id { sh.t("messages-by-you").to_string() } else { text::isolate(&who.name) }
}

/// How it ended, by whom if somebody ended it, and why if they said so.
pub(super) fn closed_text(sh: &Shell, by: Option<String>, reason: &str) -> String {
    let reason = CloseReason::parse(reason).map(|r| sh.t(r.name_key()).to_string());
    let said = match (by, reason) {
        (Some(by), Some(reason)) => Said::from("messages-closed-by-for").with("by", by).with("reason", reason),
        (Some(by), None) => Said::from("messages-closed-by").with("by", by),
        (None, Some(reason)) => Said::from("messages-closed-for").with("reason", reason),
        (None, None) => Said::from("messages-closed"),
    };
    sh.say(&said)
}

/// What happened, in the reader's language: its icon, the sentence, and what somebody wrote to it. `None` where the
/// edges of the log say it already.
pub(super) fn sentence(sh: &Shell, event: &Event) -> Option<(&'static str, String, String)> {
    let told = |icon, said: Said, note: &str| Some((icon, sh.say(&said), note.to_owned()));
    match event {
        Event::Opened { by: None } => None,
        Event::Opened { by: Some(by) } => {
            told("message-plus", Said::from("messages-opened").with("by", person(sh, by)), "")
        }
        Event::Taken { by } => told("user-check", Said::from("messages-taken").with("by", person(sh, by)), ""),
        Event::Distributed { to } => {
            told("user-check", Said::from("messages-distributed").with("to", target(sh, to)), "")
        }
        Event::Transferred { by, to: Some(to), note } => {
            let said = Said::from("messages-transferred").with("by", person(sh, by));
            told("arrows-exchange", said.with("to", target(sh, to)), note)
        }
        Event::Transferred { by, to: None, note } => {
            told("arrows-exchange", Said::from("messages-requeued").with("by", person(sh, by)), note)
        }
        Event::HandedOver { from, to: Some(to) } => {
            let said = Said::from("messages-handed-over").with("from", person(sh, from));
            told("arrows-exchange", said.with("to", target(sh, to)), "")
        }
        Event::HandedOver { from, to: None } => {
            told("arrows-exchange", Said::from("messages-left-in-queue").with("from", person(sh, from)), "")
        }
        Event::Closed { by, reason, note } => {
            let said = closed_text(sh, by.as_ref().map(|who| person(sh, who)), reason);
            Some(("circle-check", said, note.clone()))
        }
        Event::Rated { stars, comment } => told("star", Said::from("messages-rated").with("stars", *stars), comment),
        Event::BlockRequested { by, reason } => {
            told("shield-lock", Said::from("messages-block-requested").with("by", person(sh, by)), reason)
        }
        Event::BlockRequestDecided { by, approved, note } => {
            let key = if *approved { "messages-block-approved" } else { "messages-block-declined" };
            told("shield-lock", Said::from(key).with("by", person(sh, by)), note)
        }
        Event::Blocked { by: Some(by), reason } => {
            told("ban", Said::from("messages-blocked-by").with("by", person(sh, by)), reason)
        }
        Event::Blocked { by: None, reason } => told("ban", "messages-blocked".into(), reason),
        Event::Unblocked { by: Some(by) } => {
            told("circle-check", Said::from("messages-unblocked-by").with("by", person(sh, by)), "")
        }
        Event::CommandSent { by, name, parameters } => {
            let said = Said::from("messages-command-sent").with("by", person(sh, by));
            told("code", said.with("name", format!("/{name}")), parameters)
        }
        Event::CommandDone { name } => {
            told("circle-check", Said::from("messages-command-done").with("name", format!("/{name}")), "")
        }
        Event::CommandFailed { name, words } => {
            told("alert-triangle", Said::from("messages-command-failed").with("name", format!("/{name}")), words)
        }
        Event::CopyFailed { address, words } => {
            told("mail", Said::from("messages-copy-failed").with("address", text::isolate(address)), words)
        }
        Event::AddressChanged { from, to, moved } => {
            let key = if *moved { "messages-address-changed" } else { "messages-address-of-another" };
            let said = Said::from(key).with("from", text::isolate(from));
            told("arrows-exchange", said.with("to", text::isolate(to)), "")
        }
        Event::Unblocked { by: None } => told("circle-check", "messages-unblocked".into(), ""),
    }
}

fn target(sh: &Shell, who: &Who) -> String {
    if who.id == sh.me.id { sh.t("messages-to-you").to_string() } else { text::isolate(&who.name) }
}
