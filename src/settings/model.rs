//! What the installation decides for everybody.

use crate::error::Said;
use crate::web::i18n::Lang;
use crate::web::meanwhile::{Meanwhile, Meets, changed_to};

pub(super) const SEE_OTHERS: &str = "operators_see_others";
pub(super) const LANGUAGE: &str = "default_language";
pub(super) const BUSINESS: &str = "business_name";
pub(super) const REQUIRE_TAG: &str = "require_conversation_tag";
pub(super) const DISTRIBUTE: &str = "distribute_conversations";
pub(super) const AT_MOST: &str = "conversations_at_most";
/// What the key file signs, so that another one is noticed.
pub(super) const KEY: &str = "key_mark";

/// The settings of the page "General".
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct General {
    /// Whether operators see customers that are bound to others.
    pub operators_see_others: bool,
    /// For whoever has chosen none. None: as the browser asks.
    pub language: Option<Lang>,
    /// What visitors read in the widget; may be empty.
    pub business_name: String,
}

impl Meets for General {
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
        let said =
            |now: &Option<Lang>| now.map_or(Said::from("general-language-reset"), |lang| changed_to(lang.own_name()));
        fields.text("business_name", &mut self.business_name, &now.business_name);
        fields.field("language", &mut self.language, &now.language, said);
        fields.switch("operators_see_others", &mut self.operators_see_others, &now.operators_see_others);
    }
}

/// The settings of the page "Rules": what happens to conversations by itself, and what they need.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Rules {
    /// Whether new conversations are given to operators.
    pub distribute: bool,
    /// Whoever has as many is given no more. `None`: there is no limit.
    pub at_most: Option<i64>,
    /// Whether a conversation needs a tag before somebody writes first, and before it is closed.
    pub require_tag: bool,
}

impl Rules {
    /// The greatest limit of a person's conversations.
    pub const MOST: i64 = 1_000;

    /// A limit as it was typed; nothing is none. `Err`: it is no such number.
    pub fn parse_at_most(typed: &str) -> Result<Option<i64>, Said> {
        let typed = typed.trim();
        if typed.is_empty() {
            return Ok(None);
        }
        let number = typed.parse().ok().filter(|number| (1..=Self::MOST).contains(number));
        number.map(Some).ok_or_else(|| Said::from("rules-at-most-wrong").with("limit", Self::MOST))
    }
}

impl Meets for Rules {
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
        fields.switch("distribute", &mut self.distribute, &now.distribute);
        let said = |now: &Option<i64>| changed_to(&now.map(|limit| limit.to_string()).unwrap_or_default());
        fields.field("at_most", &mut self.at_most, &now.at_most, said);
        fields.switch("require_tag", &mut self.require_tag, &now.require_tag);
    }
}
