//! A quick reply as it is stored, as it is typed, and as it is filled in.

use diesel::prelude::*;

use crate::db::schema::quick_replies;
use crate::db::types::{FileId, QuickReplyId, StaffId, UtcTime};
use crate::error::Said;
use crate::files::StoredFile;
use crate::text;
use crate::web::forms::{Errors, LINES};
use crate::web::meanwhile::{Meanwhile, Meets};

/// The longest shortcut, in characters.
const SHORTCUT: usize = 40;
/// Files of one reply.
pub const FILES: usize = 10;

/// A prepared text.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = quick_replies)]
pub struct QuickReply {
    pub id: QuickReplyId,
    /// `None`: shared with everybody.
    pub owner_id: Option<StaffId>,
    /// Without the slash.
    pub shortcut: String,
    pub body: String,
    pub created_at: UtcTime,
}

/// A file of a quick reply.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReplyFile {
    pub reply: QuickReplyId,
    /// Its place: no other file of the reply ever has it.
    pub position: i32,
    pub file: StoredFile,
}

/// Names a file of a quick reply in a form: `reply.position`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct FileRef {
    pub reply: QuickReplyId,
    pub position: i32,
}

impl FileRef {
    pub fn parse(typed: &str) -> Option<Self> {
        let (reply, position) = typed.split_once('.')?;
        Some(Self { reply: reply.parse().ok()?, position: position.parse().ok()? })
    }
}

impl std::fmt::Display for FileRef {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}.{}", self.reply, self.position)
    }
}

impl ReplyFile {
    pub fn name_in_form(&self) -> FileRef {
        FileRef { reply: self.reply, position: self.position }
    }
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    pub shortcut: String,
    pub body: String,
    pub shared: bool,
}

/// The same, checked.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Checked {
    pub shortcut: String,
    pub body: String,
    pub shared: bool,
}

impl Typed {
    /// `files`: how many the reply will have.
    pub fn parse(&self, files: usize) -> Result<Checked, Errors> {
        let mut errors = Errors::default();
        let shortcut = shortcut(&mut errors, "shortcut", &self.shortcut);
        let body = errors.lines("body", &self.body, LINES);
        if body.is_empty() && files == 0 {
            errors.add("body", "quick-reply-empty");
        }
        if files > FILES {
            errors.add("files", Said::from("file-too-many").with("count", FILES));
        }
        errors.or(Checked { shortcut, body, shared: self.shared })
    }
}

impl Meets for Checked {
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
        fields.text("shortcut", &mut self.shortcut, &now.shortcut);
        fields.text("body", &mut self.body, &now.body);
        fields.switch("shared", &mut self.shared, &now.shared);
    }
}

/// A word to type behind a slash: letters and digits of any script, with `-` and `_` between them.
pub fn shortcut(errors: &mut Errors, field: &'static str, typed: &str) -> String {
    let word = text::clean(typed.trim().trim_start_matches('/'));
    let fits = word.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '_');
    if word.is_empty() {
        errors.add(field, "shortcut-missing");
    } else if !fits {
        errors.add(field, "shortcut-wrong");
    } else if word.chars().count() > SHORTCUT {
        errors.add(field, Said::from("error-too-long").with("limit", SHORTCUT));
    }
    word
}

/// What placeholders stand for.
#[derive(Clone, Copy, Debug)]
pub struct Words<'a> {
    pub customer: &'a str,
    pub me: &'a str,
}

impl QuickReply {
    pub fn is_shared(&self) -> bool {
        self.owner_id.is_none()
    }

    /// What a form of it holds.
    pub fn checked(&self) -> Checked {
        Checked { shortcut: self.shortcut.clone(), body: self.body.clone(), shared: self.is_shared() }
    }

    /// The text with names in the place of `{name}` and `{me}`.
    pub fn filled(&self, words: Words) -> String {
        filled(&self.body, &[("name", words.customer), ("me", words.me)])
    }
}

/// A text with values in the place of their keys in braces. What a value holds is no placeholder.
pub fn filled(text: &str, known: &[(&str, &str)]) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text;
    while let Some((before, after)) = rest.split_once('{') {
        out.push_str(before);
        let found = known.iter().find_map(|(key, value)| {
            let further = after.strip_prefix(*key)?.strip_prefix('}')?;
            Some((*value, further))
        });
        match found {
            Some((value, further)) => {
                out.push_str(value);
                rest = further;
            }
            None => {
                out.push('{');
                rest = after;
            }
        }
    }
    out + rest
}

/// The file as the message takes it.
pub(super) fn stored(id: FileId, sha256: String, size: i64, content_type: String, name: String) -> StoredFile {
    StoredFile { file_id: id, sha256, size, content_type, name }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn reply(body: &str) -> QuickReply {
        QuickReply {
            id: QuickReplyId(1),
            owner_id: None,
            shortcut: "hi".into(),
            body: body.into(),
            created_at: UtcTime::now(),
        }
    }

    #[test]
    fn placeholders_are_filled_once() {
        let words = Words { customer: "Anna {me}", me: "Olga" };
        assert_eq!(reply("Hi {name}, {me} here. {nam} {").filled(words), "Hi Anna {me}, Olga here. {nam} {");
        assert_eq!(reply("").filled(words), "");
    }

    #[test]
    fn shortcuts_are_one_word() {
        for good in ["hi", "/hi", "привет", "a-b_2"] {
            let mut errors = Errors::default();
            assert!(!shortcut(&mut errors, "shortcut", good).starts_with('/'));
            assert!(errors.is_empty(), "{good}");
        }
        for bad in ["", "/", "two words", "a/b", "<b>", &"x".repeat(41)] {
            let mut errors = Errors::default();
            shortcut(&mut errors, "shortcut", bad);
            assert!(errors.has("shortcut"), "{bad}");
        }
    }

    #[test]
    fn a_file_is_named_and_found() {
        let name = FileRef { reply: QuickReplyId(12), position: 3 };
        assert_eq!(FileRef::parse(&name.to_string()), Some(name));
        for bad in ["", "12", "12.", ".3", "a.b", "12.3.4"] {
            assert_eq!(FileRef::parse(bad), None, "{bad}");
        }
    }
}
