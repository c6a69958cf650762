//! Choosing a template and filling it in: a part of every form that can send one.

use askama::Template;

use super::model::{Piece, pieces, places};
use super::typed::{BODY, Offer, TITLE, Typed};
use crate::db::types::ChannelId;
use crate::web::forms::Errors;
use crate::web::shell::Shell;

/// Letters of a template's text that stand around a place as its hint.
const AROUND: usize = 30;

/// The fields: `templates/templates/fields.html` shows it as `picker`.
#[derive(Clone, Debug, Default)]
pub struct Picker {
    /// The channels whose templates are offered.
    pub channels: Vec<ChannelId>,
    pub offers: Vec<Offer>,
    pub typed: Typed,
    pub errors: Errors,
}

/// A place to fill in.
pub struct Place {
    pub field: &'static str,
    /// Its number.
    pub number: usize,
    pub in_title: bool,
    /// The words around it.
    pub around: String,
    pub typed: String,
}

impl Place {
    /// The id of its name in `locales/`.
    pub fn name_key(&self) -> &'static str {
        if self.in_title { "template-title-value" } else { "template-value" }
    }
}

/// A part of the preview: words, values, and places that are still empty.
pub struct Shown {
    pub text: String,
    pub is_empty_place: bool,
}

/// Templates of one channel under its name.
pub struct Group<'a> {
    pub channel: &'a str,
    pub offers: Vec<&'a Offer>,
}

impl Picker {
    pub fn new(offers: Vec<Offer>) -> Self {
        let mut channels: Vec<ChannelId> = offers.iter().map(|offer| offer.template.channel_id).collect();
        channels.dedup();
        Self { channels, offers, ..Self::default() }
    }

    /// With what was typed, and what is wrong with it.
    pub fn with(self, typed: Typed, errors: Errors) -> Self {
        Self { typed, errors, ..self }
    }

    pub fn is_empty(&self) -> bool {
        self.offers.is_empty()
    }

    /// The numbers of its channels, as a field carries them.
    pub fn channel_list(&self) -> String {
        self.channels.iter().map(ToString::to_string).collect::<Vec<_>>().join(",")
    }

    /// The template that was chosen.
    pub fn chosen(&self) -> Option<&Offer> {
        self.typed.chosen(&self.offers)
    }

    pub fn is_chosen(&self, offer: &Offer) -> bool {
        self.chosen().is_some_and(|chosen| chosen.template.id == offer.template.id)
    }

    pub fn groups(&self) -> Vec<Group<'_>> {
        let of = |id: &ChannelId| {
            let offers: Vec<&Offer> = self.offers.iter().filter(|offer| offer.template.channel_id == *id).collect();
            Group { channel: offers.first().map_or("", |offer| offer.channel.as_str()), offers }
        };
        self.channels.iter().map(of).collect()
    }

    /// The places of the chosen template, title first.
    pub fn places(&self) -> Vec<Place> {
        let Some(Offer { template, .. }) = self.chosen() else { return vec![] };
        let of = |names: &'static [&'static str], text: &str, typed: &[String], in_title: bool| {
            let all = names.iter().zip(1..=places(text));
            let place = |(field, number): (&&'static str, usize)| Place {
                field,
                number,
                in_title,
                around: around(text, number),
                typed: typed.get(number - 1).cloned().unwrap_or_default(),
            };
            all.map(place).collect::<Vec<_>>()
        };
        let mut found = of(&TITLE, &template.title, &self.typed.title, true);
        found.extend(of(&BODY, &template.body, &self.typed.body, false));
        found
    }

    pub fn title(&self) -> Vec<Shown> {
        self.chosen().map(|offer| shown(&offer.template.title, &self.typed.title)).unwrap_or_default()
    }

    pub fn body(&self) -> Vec<Shown> {
        self.chosen().map(|offer| shown(&offer.template.body, &self.typed.body)).unwrap_or_default()
    }

    pub fn signature(&self) -> &str {
        self.chosen().map_or("", |offer| offer.template.signature.as_str())
    }
}

fn shown(text: &str, values: &[String]) -> Vec<Shown> {
    let piece = |piece| match piece {
        Piece::Words(words) => Shown { text: words.to_owned(), is_empty_place: false },
        Piece::Place(number) => {
            let value = values.get(number - 1).map(|value| crate::text::clean(value)).unwrap_or_default();
            let is_empty_place = value.is_empty();
            Shown { text: if is_empty_place { format!("{{{{{number}}}}}") } else { value }, is_empty_place }
        }
    };
    pieces(text).into_iter().map(piece).collect()
}

/// The words before and after a place.
fn around(text: &str, number: usize) -> String {
    let all = pieces(text);
    let at = all.iter().position(|piece| *piece == Piece::Place(number)).unwrap_or_default();
    let words = |piece: Option<&Piece>| match piece {
        Some(Piece::Words(words)) => words.replace(char::is_whitespace, " "),
        _ => String::new(),
    };
    let before = words(at.checked_sub(1).and_then(|before| all.get(before)));
    let after = words(all.get(at + 1));
    let skipped = before.chars().count().saturating_sub(AROUND);
    // Whole words, where there is more than one.
    let tail: String = before.chars().skip(skipped).collect();
    let tail = if skipped > 0 { tail.split_once(' ').map_or(tail.as_str(), |(_, rest)| rest) } else { &tail };
    let head: String = after.chars().take(AROUND).collect();
    let is_long = after.chars().count() > AROUND;
    let head = if is_long { head.rsplit_once(' ').map_or(head.as_str(), |(whole, _)| whole) } else { &head };
    let (more_before, more_after) = (skipped > 0 || at > 1, is_long || at + 2 < all.len());
    let dots = |is_cut: bool| if is_cut { "…" } else { "" };
    format!("{}{tail}{{{{{number}}}}}{head}{}", dots(more_before), dots(more_after))
}

/// The fields, anew: another template was chosen.
#[derive(Template)]
#[template(path = "templates/fields.html")]
pub struct FieldsFragment {
    pub sh: Shell,
    pub picker: Picker,
}

/// What the customer will read, anew: something was typed.
#[derive(Template)]
#[template(path = "templates/preview.html")]
pub struct PreviewFragment {
    pub sh: Shell,
    pub picker: Picker,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_place_is_told_by_the_words_around_it() {
        assert_eq!(around("Dear {{1}}, hello", 1), "Dear {{1}}, hello");
        let long = format!("{} from {{{{1}}}}\nto {{{{2}}}}.", "word ".repeat(20));
        assert_eq!(around(&long, 1), "…word word word word  from {{1}} to …");
        assert_eq!(around(&long, 2), "… to {{2}}.");
    }
}
