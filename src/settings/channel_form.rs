//! The form of a channel, of either kind: what was typed, and what it comes to.

use serde::Deserialize;
use url::Url;

use crate::channels::{AppSettings, Channel, ChannelKind, FieldRule, Position, WebChatSettings};
use crate::error::{Result, Said};
use crate::web::forms::{Errors, LINE};

/// The longest greeting or offline note, in characters.
const NOTE: usize = 500;
/// The most sites of one widget.
const ORIGINS: usize = 50;
/// White text must be readable on the accent: WCAG's AA.
const CONTRAST: f64 = 4.5;

/// What was typed.
#[derive(Clone, Debug, Default, Deserialize)]
#[serde(default)]
pub struct ChannelForm {
    pub name: String,
    pub origins: String,
    pub greeting: String,
    pub offline_note: String,
    pub ask_name: String,
    pub ask_email: String,
    pub ask_phone: String,
    pub position: String,
    pub accent: String,
    pub webhook_url: String,
}

impl ChannelForm {
    /// As the channel is now.
    pub fn of(channel: &Channel) -> Self {
        let (chat, app) = (channel.web_chat(), channel.app());
        Self {
            name: channel.name.clone(),
            origins: chat.origins.join("\n"),
            greeting: chat.greeting,
            offline_note: chat.offline_note,
            ask_name: chat.ask_name.to_string(),
            ask_email: chat.ask_email.to_string(),
            ask_phone: chat.ask_phone.to_string(),
            position: chat.position.to_string(),
            accent: chat.accent,
            webhook_url: app.webhook_url.unwrap_or_default(),
        }
    }

    /// Name and settings as JSON.
    pub fn parse(&self, kind: ChannelKind) -> Result<(String, String), Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "channel-name-missing");
        let json = match kind {
            ChannelKind::App => AppSettings { webhook_url: webhook(&mut errors, &self.webhook_url) }.to_json(),
            _ => self.web_chat(&mut errors).to_json(),
        };
        if json.is_err() {
            errors.add("", "error-internal");
        }
        errors.or((name, json.unwrap_or_default()))
    }

    fn web_chat(&self, errors: &mut Errors) -> WebChatSettings {
        let rule = |word: &str| FieldRule::parse(word).unwrap_or(FieldRule::Hidden);
        WebChatSettings {
            origins: origins(errors, &self.origins),
            greeting: errors.lines("greeting", &self.greeting, NOTE),
            offline_note: errors.lines("offline_note", &self.offline_note, NOTE),
            ask_name: rule(&self.ask_name),
            ask_email: rule(&self.ask_email),
            ask_phone: rule(&self.ask_phone),
            position: Position::parse(&self.position).unwrap_or(Position::End),
            accent: accent(errors, &self.accent),
        }
    }
}

/// One site a line, as `https://example.com`.
fn origins(errors: &mut Errors, typed: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match origin(line) {
            Some(origin) if !found.contains(&origin) => found.push(origin),
            Some(_) => {}
            None => errors.add("origins", Said::from("channel-origin-wrong").with("line", line)),
        }
    }
    if found.len() > ORIGINS {
        errors.add("origins", Said::from("channel-origins-many").with("limit", ORIGINS));
    }
    found
}

fn origin(line: &str) -> Option<String> {
    let url = Url::parse(line).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (plain && line.len() <= LINE).then(|| url.origin().ascii_serialization())
}

fn webhook(errors: &mut Errors, typed: &str) -> Option<String> {
    let line = errors.optional_line("webhook_url", typed);
    if line.is_empty() {
        return None;
    }
    let url = Url::parse(&line).ok().filter(|url| {
        matches!(url.scheme(), "http" | "https")
            && url.has_host()
            && url.username().is_empty()
            && url.password().is_none()
    });
    if url.is_none() {
        errors.add("webhook_url", "channel-webhook-wrong");
    }
    Some(line)
}

fn accent(errors: &mut Errors, typed: &str) -> String {
    let accent = typed.trim().to_ascii_lowercase();
    match luminance(&accent) {
        None => errors.add("accent", "channel-accent-wrong"),
        Some(light) if 1.05 / (light + 0.05) < CONTRAST => errors.add("accent", "channel-accent-light"),
        Some(_) => {}
    }
    accent
}

/// WCAG's relative luminance of `#rrggbb`.
fn luminance(colour: &str) -> Option<f64> {
    let bytes = hex::decode(colour.strip_prefix('#')?).ok()?;
    let [red, green, blue]: [u8; 3] = bytes.try_into().ok()?;
    let linear = |part: u8| {
        let part = f64::from(part) / 255.0;
        if part <= 0.040_45 { part / 12.92 } else { ((part + 0.055) / 1.055).powf(2.4) }
    };
    Some(0.2126 * linear(red) + 0.7152 * linear(green) + 0.0722 * linear(blue))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::ACCENT;

    fn wrong(form: &ChannelForm, kind: ChannelKind, field: &str) -> bool {
        use crate::web::i18n::Lang;
        form.parse(kind).is_err_and(|errors| !errors.of(field, Lang::En).is_empty())
    }

    fn chat() -> ChannelForm {
        ChannelForm { name: "Site".into(), accent: ACCENT.into(), ..ChannelForm::default() }
    }

    #[test]
    fn sites_are_origins() {
        let good = ChannelForm { origins: " https://Shop.example/ \n\nhttp://localhost:3000".into(), ..chat() };
        let (_, json) = good.parse(ChannelKind::WebChat).unwrap();
        assert!(json.contains(r#"["https://shop.example","http://localhost:3000"]"#), "{json}");
        for bad in ["shop.example", "https://shop.example/path", "javascript:alert(1)", "ftp://a.example", "*"] {
            assert!(wrong(&ChannelForm { origins: bad.into(), ..chat() }, ChannelKind::WebChat, "origins"), "{bad}");
        }
    }

    #[test]
    fn white_text_stays_readable_on_the_accent() {
        for bad in ["", "red", "#fff", "#ffffff", "#ffe000", "#12345g"] {
            assert!(wrong(&ChannelForm { accent: bad.into(), ..chat() }, ChannelKind::WebChat, "accent"), "{bad}");
        }
        assert!(chat().parse(ChannelKind::WebChat).is_ok());
    }

    #[test]
    fn a_webhook_is_an_address_without_a_password() {
        for bad in ["x", "ftp://a.example", "https://user:pass@a.example/hook", "javascript:alert(1)"] {
            let form = ChannelForm { name: "App".into(), webhook_url: bad.into(), ..ChannelForm::default() };
            assert!(wrong(&form, ChannelKind::App, "webhook_url"), "{bad}");
        }
        let form = ChannelForm {
            name: "App".into(),
            webhook_url: "https://a.example/hook?x=1".into(),
            ..ChannelForm::default()
        };
        assert!(form.parse(ChannelKind::App).is_ok());
    }
}
