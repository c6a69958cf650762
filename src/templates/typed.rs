//! What staff type to send a template.

use super::model::{MessageTemplate, places};
use crate::channels::{self, Templates};
use crate::error::Said;
use crate::web::forms::Errors;

/// Names of the fields for the places of a title and of a body, by number. Errors keep to them.
pub const TITLE: [&str; 5] = ["title_1", "title_2", "title_3", "title_4", "title_5"];
pub const BODY: [&str; super::model::MOST] = [
    "body_1", "body_2", "body_3", "body_4", "body_5", "body_6", "body_7", "body_8", "body_9", "body_10", "body_11",
    "body_12", "body_13", "body_14", "body_15", "body_16", "body_17", "body_18", "body_19", "body_20", "body_21",
    "body_22", "body_23", "body_24", "body_25", "body_26", "body_27", "body_28", "body_29", "body_30",
];

/// A template that can be sent now.
#[derive(Clone, Debug)]
pub struct Offer {
    pub template: MessageTemplate,
    /// The name of its channel.
    pub channel: String,
    pub limits: Templates,
}

/// What was typed.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Typed {
    /// The number of the template.
    pub template: String,
    pub title: Vec<String>,
    pub body: Vec<String>,
}

impl Typed {
    /// Reads the fields of a form.
    pub fn of<'a>(field: impl Fn(&str) -> &'a str) -> Self {
        let all = |names: &[&str]| names.iter().map(|name| field(name).to_owned()).collect();
        Self { template: field("template").to_owned(), title: all(&TITLE), body: all(&BODY) }
    }

    /// The offer that was chosen.
    pub fn chosen<'a>(&self, offers: &'a [Offer]) -> Option<&'a Offer> {
        let id = self.template.parse().ok()?;
        offers.iter().find(|offer| offer.template.id == id)
    }

    /// Checked: a template that is offered, a value in every place, parts that are short enough.
    pub fn parse(&self, errors: &mut Errors, offers: &[Offer]) -> Option<channels::Template> {
        let Some(Offer { template, limits, .. }) = self.chosen(offers) else {
            let missing = self.template.trim().is_empty();
            errors.add("template", if missing { "template-missing" } else { "template-gone" });
            return None;
        };
        let mut found = Errors::default();
        let title = values(&mut found, &TITLE, &self.title, places(&template.title));
        let body = values(&mut found, &BODY, &self.body, places(&template.body));
        if found.is_empty() {
            let parts = template.filled(&title, &body);
            for (field, text, limit) in [(TITLE[0], &parts.title, limits.title), (BODY[0], &parts.body, limits.body)] {
                if text.chars().count() > limit {
                    found.add(field, Said::from("template-too-long").with("limit", limit));
                }
            }
        }
        let is_good = found.is_empty();
        errors.join(found);
        is_good.then(|| channels::Template {
            id: Some(template.id),
            name: template.name.clone(),
            language: template.language.clone(),
            title,
            body,
        })
    }
}

fn values(errors: &mut Errors, names: &[&'static str], typed: &[String], count: usize) -> Vec<String> {
    let typed = typed.iter().map(String::as_str).chain(std::iter::repeat(""));
    names.iter().zip(typed).take(count).map(|(name, text)| errors.line(name, text, "template-value-missing")).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::{TemplateSource, TemplateState};
    use crate::db::types::{ChannelId, TemplateId, UtcTime};

    fn offers() -> Vec<Offer> {
        let template = MessageTemplate {
            id: TemplateId(7),
            channel_id: ChannelId(1),
            provider_id: None,
            name: "order_ready".into(),
            language: "en".into(),
            title: "Order {{1}}".into(),
            body: "Dear {{1}}, it is {{2}}.".into(),
            signature: "Northwind".into(),
            state: TemplateState::Approved,
            note: String::new(),
            updated_at: UtcTime::now(),
        };
        let limits = Templates { source: TemplateSource::ByHand, title: 12, body: 40, signature: 20 };
        vec![Offer { template, channel: "Shop".into(), limits }]
    }

    fn parsed(fields: &[(&str, &str)]) -> Result<channels::Template, &'static str> {
        let typed = Typed::of(|name| fields.iter().find(|(field, _)| *field == name).map_or("", |(_, value)| value));
        let mut errors = Errors::default();
        let filled = typed.parse(&mut errors, &offers());
        filled.ok_or_else(|| errors.first().unwrap().0)
    }

    /// SEND-23, SEND-24: a template goes out when each place has its value.
    #[test]
    fn every_place_wants_its_value() {
        let good = [("template", "7"), ("title_1", "12"), ("body_1", " Anna "), ("body_2", "ready")];
        let filled = parsed(&good).unwrap();
        assert_eq!((filled.title, filled.body), (vec!["12".to_owned()], vec!["Anna".to_owned(), "ready".to_owned()]));
        assert_eq!(parsed(&[]), Err("template"));
        assert_eq!(parsed(&[("template", "8")]), Err("template"));
        assert_eq!(parsed(&good[..3]), Err("body_2"));
        assert_eq!(parsed(&[good[0], ("title_1", "1234567"), good[2], good[3]]), Err("title_1"));
        assert_eq!(parsed(&[good[0], good[1], ("body_1", &"x".repeat(41)), good[3]]), Err("body_1"));
    }
}
