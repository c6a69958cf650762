//! What providers tell in JSON, read with care: what is missing, or of another kind, is empty.

use chrono::DateTime;
use serde_json::Value;

use crate::db::types::UtcTime;

/// A text as it stands there.
pub fn said(of: &Value) -> &str {
    of.as_str().unwrap_or_default()
}

/// The same, to keep.
pub fn text(of: &Value) -> String {
    said(of).to_owned()
}

/// Those parts that are not empty.
pub fn joined<const N: usize>(parts: [&str; N], between: &str) -> String {
    let parts: Vec<&str> = parts.into_iter().filter(|part| !part.is_empty()).collect();
    parts.join(between)
}

/// A phone number with its plus: messengers write the country code, and often the digits alone.
pub fn plus(phone: &str) -> String {
    let bare = !phone.is_empty() && phone.bytes().all(|b| b.is_ascii_digit());
    if bare { format!("+{phone}") } else { phone.to_owned() }
}

/// A time in seconds since 1970, as a number or as a text.
pub fn seconds(of: &Value) -> Option<UtcTime> {
    let seconds = of.as_str().and_then(|text| text.parse().ok()).or_else(|| of.as_i64())?;
    DateTime::from_timestamp(seconds, 0).map(UtcTime::from)
}

/// A time in milliseconds since 1970.
pub fn milliseconds(of: &Value) -> Option<UtcTime> {
    of.as_i64().and_then(DateTime::from_timestamp_millis).map(UtcTime::from)
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    #[test]
    fn what_is_not_there_is_empty() {
        assert_eq!((said(&json!(7)), text(&Value::Null)), ("", String::new()));
        assert_eq!(joined(["Anna", "", "K"], " "), "Anna K");
        assert_eq!(["79011234567", "+7901", "8 (901)", ""].map(plus), ["+79011234567", "+7901", "8 (901)", ""]);
    }

    #[test]
    fn times_are_read_as_providers_write_them() {
        let at = |time: Option<UtcTime>| time.map(UtcTime::micros);
        assert_eq!(at(seconds(&json!(1_790_000_000))), Some(1_790_000_000_000_000));
        assert_eq!(at(seconds(&json!("1790000000"))), Some(1_790_000_000_000_000));
        assert_eq!(at(milliseconds(&json!(1_790_000_000_123_i64))), Some(1_790_000_000_123_000));
        for none in [json!(null), json!("soon"), json!(i64::MAX), json!([1])] {
            assert_eq!((at(seconds(&none)), at(milliseconds(&none))), (None, None), "{none}");
        }
    }
}
