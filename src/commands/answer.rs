//! What a server answered to a command.

use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, Visitor};
use serde_json::Value;

/// The longest result that a conversation takes, in characters.
const LONGEST: usize = 4_000;

/// An answer with a good status: a JSON object, as `parameter: value` lines, or nothing at all. `Err`: why it cannot be
/// read.
pub fn lines(body: &[u8]) -> Result<String, String> {
    if body.iter().all(u8::is_ascii_whitespace) {
        return Ok(String::new());
    }
    match serde_json::from_slice(body) {
        Ok(Fields(fields)) => {
            let lines: Vec<String> = fields.iter().map(|(name, value)| format!("{name}: {}", shown(value))).collect();
            Ok(crate::text::clean_lines(&cut(&lines.join("\n"))))
        }
        Err(error) if error.is_data() => Err("the answer is no JSON object".into()),
        Err(_) => Err("the answer cannot be read: it is no JSON".into()),
    }
}

/// An object in the order in which it was written: whoever wrote it put first what matters most.
struct Fields(Vec<(String, Value)>);

impl<'de> Deserialize<'de> for Fields {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        struct InOrder;
        impl<'de> Visitor<'de> for InOrder {
            type Value = Fields;

            fn expecting(&self, f: &mut fmt::Formatter) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Fields, A::Error> {
                let mut fields = vec![];
                while let Some(field) = map.next_entry()? {
                    fields.push(field);
                }
                Ok(Fields(fields))
            }
        }
        from.deserialize_map(InOrder)
    }
}

/// The server's own words on a failure (`error` of a JSON object), if it has any.
pub fn error(body: &[u8]) -> Option<String> {
    let Ok(Value::Object(fields)) = serde_json::from_slice(body) else { return None };
    let words = fields.get("error").map(shown).filter(|words| !words.is_empty())?;
    Some(crate::text::preview(&words, 300))
}

fn shown(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        Value::Null => String::new(),
        other => other.to_string(),
    }
}

fn cut(text: &str) -> String {
    text.char_indices().nth(LONGEST).map_or_else(|| text.to_owned(), |(at, _)| format!("{}…", &text[..at]))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_object_becomes_lines() {
        let body = r#"{"zeta": 1, "status": "refunded", "amount": 12.5, "items": [1, 2], "note": null, "alpha": "a"}"#;
        let found = lines(body.as_bytes()).unwrap();
        let found: Vec<&str> = found.lines().map(str::trim_end).collect();
        assert_eq!(found, ["zeta: 1", "status: refunded", "amount: 12.5", "items: [1,2]", "note:", "alpha: a"]);
        assert_eq!(lines(b" \n").unwrap(), "");
        assert_eq!(lines(b"<html>"), Err("the answer cannot be read: it is no JSON".into()));
        assert_eq!(lines(b"[1]"), Err("the answer is no JSON object".into()));
        assert!(lines(format!(r#"{{"long": "{}"}}"#, "я".repeat(9_000)).as_bytes()).unwrap().chars().count() <= 4_001);
        assert_eq!(error(br#"{"error": "no such order"}"#).as_deref(), Some("no such order"));
        assert_eq!(error(b"oops"), None);
    }
}
