//! What a person's inbox shows: on the cards of its list, and in its chat.

use std::borrow::Borrow;
use std::collections::HashMap;

use crate::db::types::CustomFieldId;
use crate::text_enum;

text_enum!(
    /// A part of a card that can be left out. The name, the time and what is unread stand on every one.
    Part {
        Message = "message",
        Channel = "channel",
        Responsible = "responsible",
        Tags = "tags",
        Phone = "phone",
        Email = "email",
    }
);

impl Part {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Part::Message => "display-message",
            Part::Channel => "display-channel",
            Part::Responsible => "display-responsible",
            Part::Tags => "display-tags",
            Part::Phone => "display-phone",
            Part::Email => "display-email",
        }
    }
}

text_enum!(
    /// A kind of messages that the chat can hide. What customers and staff say to each other is always shown, and so are
    /// the edges of conversations.
    Hideable { System = "system", Bot = "bot", Comment = "comment", Command = "command" }
);

impl Hideable {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        match self {
            Hideable::System => "display-kind-system",
            Hideable::Bot => "display-kind-bot",
            Hideable::Comment => "display-kind-comment",
            Hideable::Command => "display-kind-command",
        }
    }
}

/// What one person's inbox shows.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Display {
    pub parts: Vec<Part>,
    /// Custom fields on the cards.
    pub fields: Vec<CustomFieldId>,
    pub hidden: Vec<Hideable>,
}

impl Default for Display {
    fn default() -> Self {
        Self { parts: vec![Part::Message, Part::Channel, Part::Responsible], fields: vec![], hidden: vec![] }
    }
}

impl Display {
    /// As it is stored; words that no version knows any more say nothing.
    pub fn stored(card: &str, hidden: &str) -> Self {
        Self {
            parts: card.split(' ').filter_map(Part::parse).collect(),
            fields: card.split(' ').filter_map(|word| word.parse().ok()).collect(),
            hidden: hidden.split(' ').filter_map(Hideable::parse).collect(),
        }
    }

    /// The parts of a card as one text.
    pub fn card(&self) -> String {
        let parts = self.parts.iter().map(Part::to_string);
        parts.chain(self.fields.iter().map(CustomFieldId::to_string)).collect::<Vec<_>>().join(" ")
    }

    /// The hidden kinds as one text.
    pub fn hidden(&self) -> String {
        self.hidden.iter().map(Hideable::as_str).collect::<Vec<_>>().join(" ")
    }

    /// With the parts of a card that are ticked in a form; custom fields are ticked by their numbers.
    pub fn with_card(self, ticked: &HashMap<String, String>, fields: &[CustomFieldId]) -> Self {
        let is_ticked = |word: &str| ticked.contains_key(word);
        Self {
            parts: Part::ALL.iter().copied().filter(|part| is_ticked(part.as_str())).collect(),
            fields: fields.iter().copied().filter(|id| is_ticked(&id.to_string())).collect(),
            ..self
        }
    }

    /// With the kinds of messages that are not ticked in a form hidden.
    pub fn with_kinds(self, ticked: &HashMap<String, String>) -> Self {
        let hidden = Hideable::ALL.iter().copied().filter(|kind| !ticked.contains_key(kind.as_str())).collect();
        Self { hidden, ..self }
    }

    pub fn shows(&self, part: impl Borrow<Part>) -> bool {
        self.parts.contains(part.borrow())
    }

    pub fn hides(&self, kind: impl Borrow<Hideable>) -> bool {
        self.hidden.contains(kind.borrow())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_stored_reads_the_same() {
        let all = Display {
            parts: Part::ALL.to_vec(),
            fields: vec![CustomFieldId(3), CustomFieldId(12)],
            hidden: Hideable::ALL.to_vec(),
        };
        for display in [all, Display::default(), Display::stored("", "")] {
            assert_eq!(Display::stored(&display.card(), &display.hidden()), display);
        }
        assert_eq!(
            Display::stored("gone 7 tags", "x bot"),
            Display { parts: vec![Part::Tags], fields: vec![CustomFieldId(7)], hidden: vec![Hideable::Bot] }
        );
    }
}
