//! A template, its places, and what it says when they are filled in.

use diesel::prelude::*;

use crate::channels::{TemplateState, Templates};
use crate::db::schema::message_templates;
use crate::db::types::{ChannelId, TemplateId, UtcTime};
use crate::error::Said;
use crate::web::forms::Errors;
use crate::web::meanwhile::{Meanwhile, Meets};

/// The longest name of a template, in characters.
const NAME: usize = 100;
/// The most places of one part.
pub const MOST: usize = 30;

/// A template as the database has it.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = message_templates)]
pub struct MessageTemplate {
    pub id: TemplateId,
    pub channel_id: ChannelId,
    /// The provider's own; `None`: written here.
    pub provider_id: Option<String>,
    pub name: String,
    pub language: String,
    /// Empty: it has none.
    pub title: String,
    pub body: String,
    /// Empty: it has none.
    pub signature: String,
    pub state: TemplateState,
    pub note: String,
    pub updated_at: UtcTime,
}

impl MessageTemplate {
    /// The parts with these values in their places. A place without a value stays as it is.
    pub fn filled(&self, title: &[String], body: &[String]) -> Parts {
        Parts { title: filled(&self.title, title), body: filled(&self.body, body), signature: self.signature.clone() }
    }
}

/// The parts of a template, filled in.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Parts {
    pub title: String,
    pub body: String,
    pub signature: String,
}

impl Parts {
    /// One text, as the customer reads it.
    pub fn text(&self) -> String {
        let parts = [&self.title, &self.body, &self.signature];
        parts.into_iter().filter(|part| !part.is_empty()).map(String::as_str).collect::<Vec<_>>().join("\n\n")
    }
}

/// A piece of a template's text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Piece<'a> {
    Words(&'a str),
    /// A place to fill in, by its number from 1 on.
    Place(usize),
}

/// A text as words and places. Braces around anything but a number are words.
pub fn pieces(text: &str) -> Vec<Piece<'_>> {
    let (mut found, mut words_from, mut at) = (vec![], 0, 0);
    while let Some(open) = text[at..].find("{{").map(|offset| at + offset) {
        let Some(close) = text[open..].find("}}").map(|offset| open + offset) else { break };
        match text[open + 2..close].trim().parse() {
            Ok(number @ 1..=MOST) => {
                if words_from < open {
                    found.push(Piece::Words(&text[words_from..open]));
                }
                found.push(Piece::Place(number));
                (words_from, at) = (close + 2, close + 2);
            }
            _ => at = open + 2,
        }
    }
    if words_from < text.len() {
        found.push(Piece::Words(&text[words_from..]));
    }
    found
}

/// How many values a text takes: its highest number.
pub fn places(text: &str) -> usize {
    pieces(text).iter().map(|piece| if let Piece::Place(number) = piece { *number } else { 0 }).max().unwrap_or(0)
}

fn filled(text: &str, values: &[String]) -> String {
    let mut out = String::new();
    for piece in pieces(text) {
        match piece {
            Piece::Words(words) => out.push_str(words),
            Piece::Place(number) => match values.get(number - 1).filter(|value| !value.is_empty()) {
                Some(value) => out.push_str(value),
                None => out.push_str(&format!("{{{{{number}}}}}")),
            },
        }
    }
    out
}

/// A template as it is written here, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct NewTemplate {
    pub name: String,
    pub language: String,
    pub title: String,
    pub body: String,
    pub signature: String,
    /// A word of [`TemplateState`].
    pub state: String,
}

impl NewTemplate {
    /// Checked against what the channel allows.
    pub fn parse(&self, limits: &Templates) -> Result<(NewTemplate, TemplateState), Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "template-name-missing");
        short(&mut errors, "name", &name, NAME);
        let language = errors.line("language", &self.language, "template-language-missing");
        if !language.is_empty() && !is_language(&language) {
            errors.add("language", "template-language-wrong");
        }
        let title = errors.optional_line("title", &self.title);
        short(&mut errors, "title", &title, limits.title);
        let body = errors.lines("body", &self.body, limits.body);
        if body.is_empty() {
            errors.add("body", "template-body-missing");
        }
        let signature = errors.optional_line("signature", &self.signature);
        short(&mut errors, "signature", &signature, limits.signature);
        for (field, text, most) in [("title", &title, super::typed::TITLE.len()), ("body", &body, MOST)] {
            if !is_numbered(text) || places(text) > most {
                errors.add(field, "template-numbers");
            }
        }
        if places(&signature) > 0 {
            errors.add("signature", "template-signature-fixed");
        }
        let state = TemplateState::parse(&self.state).filter(|state| TemplateState::BY_HAND.contains(state));
        let Some(state) = state else {
            errors.add("state", "template-state-missing");
            return Err(errors);
        };
        errors.or((NewTemplate { name, language, title, body, signature, state: state.to_string() }, state))
    }
}

impl Meets for NewTemplate {
    fn meet(&mut self, now: &Self, fields: &mut Meanwhile) {
        fields.text("name", &mut self.name, &now.name);
        fields.text("language", &mut self.language, &now.language);
        fields.text("title", &mut self.title, &now.title);
        fields.text("body", &mut self.body, &now.body);
        fields.text("signature", &mut self.signature, &now.signature);
        fields.field("state", &mut self.state, &now.state, |_| "template-state-changed".into());
    }
}

impl From<&MessageTemplate> for NewTemplate {
    fn from(of: &MessageTemplate) -> Self {
        Self {
            name: of.name.clone(),
            language: of.language.clone(),
            title: of.title.clone(),
            body: of.body.clone(),
            signature: of.signature.clone(),
            state: of.state.to_string(),
        }
    }
}

fn short(errors: &mut Errors, field: &'static str, text: &str, limit: usize) {
    if text.chars().count() > limit {
        errors.add(field, Said::from("error-too-long").with("limit", limit));
    }
}

/// Numbers from 1 on without a gap.
fn is_numbered(text: &str) -> bool {
    let numbers: Vec<usize> =
        pieces(text).iter().filter_map(|piece| if let Piece::Place(n) = piece { Some(*n) } else { None }).collect();
    (1..=places(text)).all(|number| numbers.contains(&number))
}

/// `en`, `pt_BR`, `zh-Hant`.
fn is_language(text: &str) -> bool {
    let parts: Vec<&str> = text.split(['_', '-']).collect();
    let is_word = |part: &&str| (2..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric());
    parts.len() <= 3 && parts.iter().all(is_word)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::channels::TemplateSource;

    const LIMITS: Templates = Templates { source: TemplateSource::ByHand, title: 20, body: 100, signature: 20 };

    fn new(title: &str, body: &str, signature: &str) -> NewTemplate {
        let (name, language, state) = ("order_ready".into(), "en".into(), "approved".into());
        NewTemplate { name, language, title: title.into(), body: body.into(), signature: signature.into(), state }
    }

    fn wrong(new: NewTemplate) -> &'static str {
        new.parse(&LIMITS).unwrap_err().first().unwrap().0
    }

    #[test]
    fn places_are_numbers_in_braces() {
        assert_eq!(
            pieces("Dear {{1}}, {{ 2 }}!"),
            [Piece::Words("Dear "), Piece::Place(1), Piece::Words(", "), Piece::Place(2), Piece::Words("!")]
        );
        assert_eq!(pieces("{{name}} {{0}} {{"), [Piece::Words("{{name}} {{0}} {{")]);
        assert_eq!(pieces("{{x {{1}}"), [Piece::Words("{{x "), Piece::Place(1)]);
        assert_eq!((places("{{2}} {{1}} {{2}}"), places("none")), (2, 0));
    }

    #[test]
    fn values_stand_in_their_places_and_are_not_read_again() {
        let values = ["{{2}}".to_owned(), "B".to_owned()];
        assert_eq!(filled("{{1}}-{{2}}-{{3}}", &values), "{{2}}-B-{{3}}");
    }

    /// SEND-26, SEND-27: title and signature are optional, and stand where they belong.
    #[test]
    fn a_text_has_the_parts_that_there_are() {
        let parts = |title: &str, signature: &str| {
            Parts { title: title.into(), body: "Body".into(), signature: signature.into() }.text()
        };
        assert_eq!(parts("Title", "Northwind"), "Title\n\nBody\n\nNorthwind");
        assert_eq!(parts("", ""), "Body");
    }

    #[test]
    fn what_is_written_here_is_checked() {
        let (checked, state) = new("Order {{1}}", "Dear {{1}},\n{{2}}", "Northwind").parse(&LIMITS).unwrap();
        assert_eq!((checked.body.as_str(), state), ("Dear {{1}},\n{{2}}", TemplateState::Approved));
        assert!(new("", "Hello", "").parse(&LIMITS).is_ok());
        assert_eq!(wrong(new(&"x".repeat(21), "b", "")), "title");
        assert_eq!(wrong(new("", "", "")), "body");
        assert_eq!(wrong(new("", "{{1}} {{3}}", "")), "body");
        assert_eq!(wrong(new("", "b", "{{1}}")), "signature");
        assert_eq!(wrong(NewTemplate { language: "English!".into(), ..new("", "b", "") }), "language");
        assert_eq!(wrong(NewTemplate { state: "unsupported".into(), ..new("", "b", "") }), "state");
    }

    proptest! {
        #[test]
        fn pieces_lose_nothing(text in "[{}a1é ]{0,30}") {
            let again: String = pieces(&text).iter().map(|piece| match piece {
                Piece::Words(words) => (*words).to_owned(),
                Piece::Place(number) => format!("{{{{{number}}}}}"),
            }).collect();
            prop_assert_eq!(again.replace(' ', "").replace("{{01}}", "{{1}}"), text.replace(' ', ""));
        }
    }
}
