//! The chat on a site: the widget fetches what it shows, so nothing is sent from here.

mod settings;

use std::time::Duration;

use url::Url;

pub use settings::{ACCENT, FieldRule, Position, WebChatSettings};

use super::abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
use super::form::{Checked, Field, FieldKind, Problem, Values};
use super::{ChannelKind, Connector};
use crate::error::Said;

/// Marks the addresses of visitors whom their site vouches for; others are UUIDs.
pub const VOUCHED: &str = "id:";

/// The connector of web chats.
pub struct WebChat;

/// The longest greeting or offline note, in characters.
const NOTE: usize = 500;
/// The most sites of one widget.
const ORIGINS: usize = 50;
/// The longest address of a site.
const LINE: usize = 200;
/// White text must be readable on the accent: WCAG's AA.
const CONTRAST: f64 = 4.5;

const RULES: FieldKind = FieldKind::Choice(&[
    ("hidden", "channel-ask-hidden"),
    ("optional", "channel-ask-optional"),
    ("required", "channel-ask-required"),
]);

const FORM: &[Field] = &[
    Field::new("origins", "channel-origins", FieldKind::Lines(10_000)).hint("channel-origins-hint"),
    Field::new("greeting", "channel-greeting", FieldKind::Lines(NOTE)).hint("channel-greeting-hint"),
    Field::new("offline_note", "channel-offline-note", FieldKind::Lines(NOTE)).hint("channel-offline-note-hint"),
    Field::new("ask_name", "channel-ask-name", RULES).group("channel-ask"),
    Field::new("ask_email", "channel-ask-email", RULES).group("channel-ask"),
    Field::new("ask_phone", "channel-ask-phone", RULES).group("channel-ask"),
    Field::new(
        "position",
        "channel-position",
        FieldKind::Choice(&[("end", "channel-position-end"), ("start", "channel-position-start")]),
    ),
    Field::new("accent", "channel-accent", FieldKind::Colour).hint("channel-accent-hint"),
];

static ABILITIES: Abilities = Abilities {
    text: 10_000,
    files: FileLimits { file: 20 * MB, total: 100 * MB, count: 10, takes: Takes::Documents },
    outbox: false,
    first: WritesFirst::ExternalId,
    window: None,
    templates: None,
    mail: false,
    chains: false,
    idempotent: true,
    pace: Pace { channel: Duration::ZERO, recipient: Duration::ZERO },
};

impl Connector for WebChat {
    fn kind(&self) -> ChannelKind {
        ChannelKind::WebChat
    }

    fn form(&self) -> &'static [Field] {
        FORM
    }

    fn check(&self, typed: &Values) -> Result<Checked, Vec<Problem>> {
        let of = |name: &str| typed.get(name).map(String::as_str).unwrap_or_default();
        let rule = |name: &str| FieldRule::parse(of(name)).unwrap_or(FieldRule::Hidden);
        let mut problems = vec![];
        let settings = WebChatSettings {
            origins: origins(&mut problems, of("origins")),
            greeting: of("greeting").to_owned(),
            offline_note: of("offline_note").to_owned(),
            ask_name: rule("ask_name"),
            ask_email: rule("ask_email"),
            ask_phone: rule("ask_phone"),
            position: Position::parse(of("position")).unwrap_or(Position::End),
            accent: accent(&mut problems, of("accent")),
        };
        match settings.to_json() {
            Ok(settings) if problems.is_empty() => Ok(Checked { settings, ..Checked::default() }),
            Ok(_) => Err(problems),
            Err(_) => Err(vec![Problem::new("", "error-internal")]),
        }
    }

    fn typed(&self, settings: &str) -> Values {
        let settings: WebChatSettings = serde_json::from_str(settings).unwrap_or_default();
        Values::from([
            ("origins".into(), settings.origins.join("\n")),
            ("greeting".into(), settings.greeting),
            ("offline_note".into(), settings.offline_note),
            ("ask_name".into(), settings.ask_name.to_string()),
            ("ask_email".into(), settings.ask_email.to_string()),
            ("ask_phone".into(), settings.ask_phone.to_string()),
            ("position".into(), settings.position.to_string()),
            ("accent".into(), settings.accent),
        ])
    }

    fn connect_hint(&self) -> &'static str {
        "channel-connect-webchat-hint"
    }

    fn made_secret(&self) -> Option<(&'static str, &'static str)> {
        Some(("channel-identity-secret", "channel-identity-secret-hint"))
    }

    fn abilities(&self) -> &'static Abilities {
        &ABILITIES
    }

    fn address_of(&self, external_id: &str) -> Option<String> {
        Some(format!("{VOUCHED}{external_id}"))
    }
}

/// One site a line, as `https://example.com`.
fn origins(problems: &mut Vec<Problem>, typed: &str) -> Vec<String> {
    let mut found: Vec<String> = vec![];
    for line in typed.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match origin(line) {
            Some(origin) if !found.contains(&origin) => found.push(origin),
            Some(_) => {}
            None => problems.push(Problem::new("origins", Said::from("channel-origin-wrong").with("line", line))),
        }
    }
    if found.len() > ORIGINS {
        problems.push(Problem::new("origins", Said::from("channel-origins-many").with("limit", ORIGINS)));
    }
    found
}

fn origin(line: &str) -> Option<String> {
    let url = Url::parse(line).ok().filter(|url| matches!(url.scheme(), "http" | "https"))?;
    let plain = url.path() == "/" && url.query().is_none() && url.fragment().is_none() && url.username().is_empty();
    (plain && line.len() <= LINE).then(|| url.origin().ascii_serialization())
}

fn accent(problems: &mut Vec<Problem>, typed: &str) -> String {
    let accent = typed.trim().to_ascii_lowercase();
    match luminance(&accent) {
        None => problems.push(Problem::new("accent", "channel-accent-wrong")),
        Some(light) if 1.05 / (light + 0.05) < CONTRAST => {
            problems.push(Problem::new("accent", "channel-accent-light"));
        }
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

    fn check(name: &str, value: &str) -> Result<Checked, Vec<Problem>> {
        let mut typed = WebChat.typed("{}");
        typed.insert(name.into(), value.into());
        WebChat.check(&typed)
    }

    fn wrong(name: &str, value: &str) -> bool {
        check(name, value).is_err_and(|problems| problems.iter().all(|problem| problem.field == name))
    }

    #[test]
    fn sites_are_origins() {
        let json = check("origins", " https://Shop.example/ \n\nhttp://localhost:3000").unwrap().settings;
        assert!(json.contains(r#"["https://shop.example","http://localhost:3000"]"#), "{json}");
        for bad in ["shop.example", "https://shop.example/path", "javascript:alert(1)", "ftp://a.example", "*"] {
            assert!(wrong("origins", bad), "{bad}");
        }
    }

    #[test]
    fn white_text_stays_readable_on_the_accent() {
        for bad in ["", "red", "#fff", "#ffffff", "#ffe000", "#12345g"] {
            assert!(wrong("accent", bad), "{bad}");
        }
        assert!(check("accent", ACCENT).is_ok());
    }

    #[test]
    fn what_is_stored_is_what_is_typed() {
        let mut typed = WebChat.typed("{}");
        typed.insert("greeting".into(), "Hi\nthere".into());
        typed.insert("ask_email".into(), "required".into());
        assert_eq!(WebChat.typed(&WebChat.check(&typed).unwrap().settings), typed);
    }
}
