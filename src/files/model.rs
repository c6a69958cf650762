//! A stored file and its place on a message.

use diesel::prelude::Queryable;

use crate::db::types::{AttachmentId, CustomerId, FileId, MessageId};
use crate::text;

/// A file in the store, not yet on a message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct StoredFile {
    pub file_id: FileId,
    /// Its name in the store.
    pub sha256: String,
    pub size: i64,
    /// By its bytes.
    pub content_type: String,
    /// As the sender calls it, cleaned.
    pub name: String,
}

/// A file on a message.
#[derive(Clone, Debug, Queryable)]
pub struct Attachment {
    pub id: AttachmentId,
    pub message: MessageId,
    pub customer: CustomerId,
    pub name: String,
    pub sha256: String,
    pub size: i64,
    pub content_type: String,
}

impl Attachment {
    /// Whether browsers may show it in a page of ours.
    pub fn is_picture(&self) -> bool {
        is_picture(&self.content_type)
    }
}

/// Pictures that cannot carry a script.
pub fn is_picture(content_type: &str) -> bool {
    matches!(content_type, "image/png" | "image/jpeg" | "image/gif" | "image/webp")
}

/// The longest file name, in characters.
const NAME: usize = 120;

/// A sender's file name as a name only: no folders, no marks that turn the text around, nothing that a file system
/// or a header would read as something else. The ending survives the cut.
pub fn clean_name(typed: &str) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let kept: String = text::clean(last).chars().map(|c| if "<>:\"|?*".contains(c) { '_' } else { c }).collect();
    let kept = kept.trim_matches(['.', ' ']);
    if kept.is_empty() {
        return "file".into();
    }
    if kept.chars().count() <= NAME {
        return kept.to_owned();
    }
    let (stem, ending) = kept.rsplit_once('.').filter(|(_, e)| e.chars().count() <= 10).unwrap_or((kept, ""));
    let stem: String = stem.chars().take(NAME - 1 - ending.chars().count()).collect();
    if ending.is_empty() { stem } else { format!("{stem}.{ending}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_only_a_name() {
        assert_eq!(clean_name("../../etc/passwd"), "passwd");
        assert_eq!(clean_name("C:\\Users\\анна\\Отчёт за май.pdf"), "Отчёт за май.pdf");
        assert_eq!(clean_name("ph\u{202e}gpj.exe"), "phgpj.exe");
        assert_eq!(clean_name("a\r\nb\"c.txt"), "a b_c.txt");
        assert_eq!(clean_name(".."), "file");
        assert_eq!(clean_name(".htaccess"), "htaccess");
        let long = clean_name(&format!("{}.jpeg", "я".repeat(500)));
        assert_eq!(long.chars().count(), 120);
        assert!(long.ends_with("я.jpeg"));
    }

    proptest::proptest! {
        #[test]
        fn any_name_becomes_a_name(typed in ".*", ending in "[a-z]{1,8}") {
            for typed in [typed.clone(), format!("{}.{ending}", typed.repeat(40))] {
                let name = clean_name(&typed);
                proptest::prop_assert!((1..=NAME).contains(&name.chars().count()));
                proptest::prop_assert!(!name.contains(['/', '\\', ':', '*', '?', '"', '<', '>', '|']));
                proptest::prop_assert!(!name.starts_with('.') && !name.ends_with('.'));
                proptest::prop_assert!(!name.chars().any(char::is_control));
                proptest::prop_assert_eq!(clean_name(&name), name);
            }
        }
    }
}
