//! How a web chat looks and what it asks.

use serde::{Deserialize, Serialize};

use crate::error::{Error, Result};
use crate::text_enum;

text_enum!(
    /// What the pre-chat form does with one field.
    FieldRule { Hidden = "hidden", Optional = "optional", Required = "required" }
);
text_enum!(
    /// The lower corner that the launcher stands in: where lines end, or where they begin.
    Position { End = "end", Start = "start" }
);

/// The launcher's colour until somebody chooses another.
pub const ACCENT: &str = "#0b6b86";

/// How a web chat looks and what it asks.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct WebChatSettings {
    /// Sites that may show the widget, as `https://example.com`. None: any site.
    pub origins: Vec<String>,
    /// Shown before the first message. Empty: the widget's own words.
    pub greeting: String,
    pub ask_name: FieldRule,
    pub ask_email: FieldRule,
    pub ask_phone: FieldRule,
    /// Shown when nobody is online. Empty: the widget's own words.
    pub offline_note: String,
    pub position: Position,
    /// `#rrggbb`, dark enough for white text.
    pub accent: String,
}

impl Default for WebChatSettings {
    fn default() -> Self {
        Self {
            origins: vec![],
            greeting: String::new(),
            ask_name: FieldRule::Hidden,
            ask_email: FieldRule::Hidden,
            ask_phone: FieldRule::Hidden,
            offline_note: String::new(),
            position: Position::End,
            accent: ACCENT.into(),
        }
    }
}

impl WebChatSettings {
    /// Whether a page of this origin may show the widget.
    pub fn allows(&self, origin: &str) -> bool {
        self.origins.is_empty() || self.origins.iter().any(|allowed| allowed.eq_ignore_ascii_case(origin))
    }

    /// Whether anything is asked before the first message.
    pub fn asks(&self) -> bool {
        [self.ask_name, self.ask_email, self.ask_phone].iter().any(|rule| *rule != FieldRule::Hidden)
    }

    /// The form that the database keeps.
    pub fn to_json(&self) -> Result<String> {
        serde_json::to_string(self).map_err(|e| Error::Internal(e.to_string()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn settings_of_an_older_version_are_read() {
        let old: WebChatSettings = serde_json::from_str(r#"{"greeting":"Hi","something":"else"}"#).unwrap();
        assert_eq!(old, WebChatSettings { greeting: "Hi".into(), ..WebChatSettings::default() });
        let json = old.to_json().unwrap();
        assert_eq!(serde_json::from_str::<WebChatSettings>(&json).unwrap(), old);
    }

    #[test]
    fn without_a_list_any_site_may_show_the_widget() {
        let mut settings = WebChatSettings::default();
        assert!(settings.allows("https://any.example"));
        settings.origins.push("https://shop.example".into());
        assert!(settings.allows("https://SHOP.example"));
        assert!(!settings.allows("https://shop.example.evil.test"));
        assert!(!settings.allows("null"));
    }
}
