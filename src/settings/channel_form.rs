//! The form of a channel of any kind: what was typed, and what it comes to. What the fields are, the kind says.

use std::collections::HashMap;

use crate::channels::{Channel, Checked, Connector, Field, FieldKind, Values};
use crate::error::Said;
use crate::text;
use crate::web::forms::{Errors, LINE};
use crate::web::i18n::Lang;
use crate::web::meanwhile::{Meanwhile, changed_to};

/// The longest secret, in characters: keys of service accounts are long.
const SECRET: usize = 8_000;

/// What was typed.
#[derive(Clone, Debug, Default)]
pub struct ChannelForm {
    pub name: String,
    pub values: Values,
}

impl ChannelForm {
    /// A new channel of this kind.
    pub fn new(connector: &dyn Connector, name: String) -> Self {
        Self { name, values: connector.typed("{}") }
    }

    /// As the channel is now.
    pub fn of(connector: &dyn Connector, channel: &Channel) -> Self {
        Self { name: channel.name.clone(), values: connector.typed(&channel.settings) }
    }

    /// With what a page has sent; fields that it does not have stay as they are.
    pub fn with(mut self, connector: &dyn Connector, typed: &HashMap<String, String>, shown: &[Field]) -> Self {
        self.name = typed.get("name").cloned().unwrap_or_default();
        for field in connector.form().iter().filter(|field| shown.iter().any(|other| other.name == field.name)) {
            // A switch that is off is not sent.
            let value = typed.get(field.name).cloned().unwrap_or_default();
            self.values.insert(field.name.to_owned(), value);
        }
        self
    }

    /// Sets each field beside what is stored. Secrets are no part of it: a page never shows them.
    pub fn meet(&mut self, connector: &dyn Connector, lang: Lang, now: &Self, fields: &mut Meanwhile) {
        self.name = text::clean(&self.name);
        fields.text("name", &mut self.name, &now.name);
        for field in connector.form().iter().filter(|field| !field.is_secret()) {
            let stored = cleaned(&mut Errors::default(), field, now.value(field.name));
            let mine = self.values.entry(field.name.to_owned()).or_default();
            *mine = cleaned(&mut Errors::default(), field, mine);
            let said = |now: &String| match field.kind {
                FieldKind::Choice(words) => {
                    let label = words.iter().find(|(word, _)| word == now).map(|(_, label)| lang.t(label));
                    changed_to(label.as_deref().unwrap_or(now))
                }
                _ => changed_to(now),
            };
            fields.field(field.name, mine, &stored, said);
        }
    }

    /// What a page that shows these values carries.
    pub fn version(&self, connector: &dyn Connector, lang: Lang) -> String {
        let mut fields = Meanwhile::default();
        self.clone().meet(connector, lang, self, &mut fields);
        fields.version()
    }

    /// What was typed into a field.
    pub fn value(&self, name: &str) -> &str {
        self.values.get(name).map(String::as_str).unwrap_or_default()
    }

    /// Name, settings and secrets. `kept`: the channel has its secrets already, and an empty field leaves them.
    pub fn parse(&self, connector: &dyn Connector, kept: bool) -> Result<(String, Checked), Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "channel-name-missing");
        let mut clean = Values::new();
        for field in connector.form() {
            let value = cleaned(&mut errors, field, self.value(field.name));
            let stays = field.is_secret() && value.is_empty();
            if field.required && value.is_empty() && !(stays && kept) {
                errors.add(field.name, "channel-field-missing");
            }
            if !stays {
                clean.insert(field.name.to_owned(), value);
            }
        }
        let checked = match connector.check(&clean) {
            Ok(checked) => checked,
            Err(problems) => {
                problems.into_iter().for_each(|problem| errors.add(problem.field, problem.said));
                Checked::default()
            }
        };
        errors.or((name, checked))
    }
}

fn cleaned(errors: &mut Errors, field: &Field, typed: &str) -> String {
    match field.kind {
        FieldKind::Lines(limit) => errors.lines(field.name, typed, limit),
        FieldKind::Secret => {
            let secret = typed.trim().to_owned();
            if secret.chars().count() > SECRET {
                errors.add(field.name, Said::from("error-too-long").with("limit", SECRET));
            }
            secret
        }
        FieldKind::Switch => String::from(if typed.is_empty() { "" } else { "1" }),
        FieldKind::Choice(words) => {
            let known = words.iter().find(|(word, _)| *word == typed.trim()).or(words.first());
            known.map(|(word, _)| (*word).to_owned()).unwrap_or_default()
        }
        FieldKind::Number => text::clean(typed).chars().filter(|c| !c.is_whitespace()).take(LINE).collect(),
        FieldKind::Line | FieldKind::Url | FieldKind::Email | FieldKind::Colour => {
            errors.optional_line(field.name, typed)
        }
    }
}
