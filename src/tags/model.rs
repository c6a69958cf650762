//! Tags as they are and as they are typed.

use diesel::prelude::*;

use crate::db::schema::{conversation_tags, customer_tags};
use crate::db::types::{ConversationTagId, CustomerTagId};
use crate::web::forms::Errors;

/// The longest name of a tag, in characters: it must fit on a card.
const NAME: usize = 60;
/// How deep conversation tags go.
pub const LEVELS: usize = 3;

/// A coloured mark on customers.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = customer_tags)]
pub struct CustomerTag {
    pub id: CustomerTagId,
    pub name: String,
    /// 1 to 8, for the class `u{hue}`.
    pub hue: i32,
}

/// A customer tag as typed, checked.
#[derive(Clone, Debug)]
pub struct NewCustomerTag {
    pub name: String,
    pub hue: i32,
}

impl NewCustomerTag {
    pub fn parse(name: &str, hue: &str) -> Result<Self, Errors> {
        let mut errors = Errors::default();
        let name = tag_name(&mut errors, name);
        let hue = hue.trim().parse().ok().filter(|hue| (1..=8).contains(hue)).unwrap_or_else(|| {
            errors.add("hue", "tag-hue-missing");
            1
        });
        errors.or(Self { name, hue })
    }
}

/// The name of a tag, which must be there.
pub fn tag_name(errors: &mut Errors, typed: &str) -> String {
    let name = errors.line("name", typed, "tag-name-missing");
    if name.chars().count() > NAME {
        errors.add("name", crate::error::Said::from("error-too-long").with("limit", NAME));
    }
    name
}

/// What a conversation was about.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = conversation_tags)]
pub struct ConversationTag {
    pub id: ConversationTagId,
    pub parent_id: Option<ConversationTagId>,
    pub name: String,
}

/// A conversation tag at its place in the tree.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Branch {
    pub tag: ConversationTag,
    /// 1 to [`LEVELS`].
    pub level: usize,
}

/// The tags in the order of a tree: each parent before its children. `all` comes in order of names.
pub fn tree(all: Vec<ConversationTag>) -> Vec<Branch> {
    let mut out = Vec::with_capacity(all.len());
    grow(&all, None, 1, &mut out);
    out
}

/// A subject by its whole path.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TagPath {
    pub tag: ConversationTag,
    /// Delivery / Courier / Late.
    pub path: String,
}

impl TagPath {
    /// The colour, 1 to 8.
    pub fn hue(&self) -> u8 {
        crate::text::hue(self.tag.id.0)
    }

    /// Whether this is the tag that a form names.
    pub fn is(&self, typed: &str) -> bool {
        typed.parse() == Ok(self.tag.id)
    }
}

/// Every tag by its path, each parent before its children.
pub fn paths(all: Vec<ConversationTag>) -> Vec<TagPath> {
    let mut above: Vec<String> = vec![];
    tree(all)
        .into_iter()
        .map(|branch| {
            above.truncate(branch.level - 1);
            above.push(branch.tag.name.clone());
            TagPath { path: above.join(" / "), tag: branch.tag }
        })
        .collect()
}

fn grow(all: &[ConversationTag], parent: Option<ConversationTagId>, level: usize, out: &mut Vec<Branch>) {
    if level > LEVELS {
        return;
    }
    for tag in all.iter().filter(|tag| tag.parent_id == parent) {
        out.push(Branch { tag: tag.clone(), level });
        grow(all, Some(tag.id), level + 1, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parents_stand_before_their_children() {
        let tag = |id, parent: Option<i64>, name: &str| ConversationTag {
            id: ConversationTagId(id),
            parent_id: parent.map(ConversationTagId),
            name: name.into(),
        };
        let all = vec![tag(3, Some(2), "a"), tag(1, None, "b"), tag(4, None, "c"), tag(2, Some(1), "d")];
        let shown: Vec<(i64, usize)> = tree(all).into_iter().map(|b| (b.tag.id.0, b.level)).collect();
        assert_eq!(shown, [(1, 1), (2, 2), (3, 3), (4, 1)]);
    }
}
