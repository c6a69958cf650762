//! The tag that the settings may ask for: before somebody writes first, and before a conversation is closed.

use std::sync::Arc;

use super::store;
use crate::db::Conn;
use crate::db::types::{ConversationId, ConversationTagId};
use crate::error::{Error, Result, Said};
use crate::settings;
use crate::tags::{self, TagPath};

const REQUIRED: &str = "conversations-tag-required";
const UNKNOWN: &str = "conversations-tag-unknown";

/// The tags of which one has to be chosen for this conversation, or for one that is about to open (`None`). Empty: none
/// has to. Where there are no tags at all, nobody can be asked for one.
pub fn missing_tag(conn: &mut Conn, conversation: Option<ConversationId>) -> Result<Vec<Arc<TagPath>>> {
    if !settings::requires_tag(conn)? {
        return Ok(vec![]);
    }
    if let Some(id) = conversation
        && !store::tags_of(conn, &[id])?.is_empty()
    {
        return Ok(vec![]);
    }
    tags::paths(conn)
}

/// The tag that a form names, out of those of which one has to be chosen; or what is wrong with the field.
pub fn chosen_tag(needed: &[Arc<TagPath>], typed: &str) -> Result<Option<ConversationTagId>, Said> {
    if needed.is_empty() {
        return Ok(None);
    }
    match needed.iter().find(|path| path.is(typed)) {
        Some(path) => Ok(Some(path.tag.id)),
        None => Err(if typed.trim().is_empty() { REQUIRED.into() } else { UNKNOWN.into() }),
    }
}

/// Refuses what lacks a tag that it needs.
pub(super) fn hold_to(conn: &mut Conn, of: Option<ConversationId>, tag: Option<ConversationTagId>) -> Result<()> {
    let is_missing = tag.is_none() && !missing_tag(conn, of)?.is_empty();
    if is_missing { Err(Error::refused(REQUIRED)) } else { Ok(()) }
}

/// The field of a form that a refusal is about: the tag, or the form as a whole.
pub fn field_of(said: &Said) -> &'static str {
    if matches!(said.key, REQUIRED | UNKNOWN) { "tag" } else { "" }
}
