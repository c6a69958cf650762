//! What Viber tells, read. Tokens of messages are integers beyond 2^53: they are numbers here, and text outside.

use serde_json::Value;

use crate::channels::failure::Failure;
use crate::channels::inbound::{Chain, Event, Message, Reached, RemoteFile, Sender, Source};
use crate::channels::json::{joined, milliseconds, plus, said, text};
use crate::db::types::UtcTime;

/// The same for the same event, however often it comes; nothing for events that change nothing.
pub fn key(told: &Value) -> Option<String> {
    let kind = told["event"].as_str()?;
    let known = ["message", "delivered", "seen", "failed", "subscribed", "unsubscribed"].contains(&kind);
    // Some events have no token, and what became of a message is told under the token of that message.
    let token = number(&told["message_token"]).or_else(|| number(&told["timestamp"]))?;
    known.then(|| format!("{kind}:{token}:{}", who(told)))
}

/// Reads one event. `phones`: it is a gateway's, which calls people by their phone numbers.
pub fn read(raw: &[u8], phones: bool) -> Result<Vec<Event>, String> {
    let told: Value = serde_json::from_slice(raw).map_err(|error| format!("an event is no JSON: {error}"))?;
    let phone = phone_of(who(&told)).filter(|_| phones);
    let address = phone.unwrap_or(who(&told)).to_owned();
    let at = milliseconds(&told["timestamp"]);
    let status = |state| {
        let provider_id = number(&told["message_token"])?;
        Some(Event::Status { provider_id, state, at })
    };
    let events = match told["event"].as_str().unwrap_or_default() {
        "message" => message(&told, address, phone.map(|digits| format!("+{digits}")), at),
        "delivered" => status(Reached::Delivered).into_iter().collect(),
        "seen" => status(Reached::Read).into_iter().collect(),
        "failed" => status(Reached::Failed {
            failure: Failure::permanent("failed", told["desc"].as_str().unwrap_or("Viber gives no reason")),
            recipients: vec![],
        })
        .into_iter()
        .collect(),
        "subscribed" if !address.is_empty() => vec![Event::Subscribed { address, at }],
        "unsubscribed" if !address.is_empty() => vec![Event::Unsubscribed { address, at }],
        _ => vec![],
    };
    Ok(events)
}

/// Whoever an event is about.
fn who(told: &Value) -> &str {
    let places = [&told["sender"]["id"], &told["user_id"], &told["user"]["id"]];
    places.into_iter().find_map(Value::as_str).unwrap_or_default()
}

/// The digits of a phone number with its country code; Viber's own IDs have other letters.
fn phone_of(id: &str) -> Option<&str> {
    let digits = id.strip_prefix('+').unwrap_or(id);
    ((8..=15).contains(&digits.len()) && digits.bytes().all(|b| b.is_ascii_digit())).then_some(digits)
}

/// A message, and the word that its sender has subscribed: the first message says so without an event of its own.
fn message(told: &Value, address: String, phone: Option<String>, at: Option<UtcTime>) -> Vec<Event> {
    let Some(provider_id) = number(&told["message_token"]).filter(|_| !address.is_empty()) else { return vec![] };
    let (body, files, unsupported) = content(&told["message"]);
    let from = &told["sender"];
    let avatar = text(&from["avatar"]);
    let message = Message {
        sender: Sender {
            address: address.clone(),
            display_name: text(&from["name"]),
            username: String::new(),
            language: text(&from["language"]),
            phone,
            email: None,
            typed_email: None,
            avatar: Some(avatar).filter(|url| !url.is_empty()).map(Source::There),
        },
        provider_id,
        body,
        files,
        sent_at: at,
        reply_to: None,
        forwarded_from: None,
        chain: Chain::default(),
        unsupported,
        automatic: false,
        letter: None,
    };
    vec![Event::Message(Box::new(message)), Event::Subscribed { address, at }]
}

/// Text, files, and the word for what cannot be shown.
fn content(of: &Value) -> (String, Vec<RemoteFile>, Option<String>) {
    let body = text(&of["text"]);
    let kind = of["type"].as_str().unwrap_or_default();
    let media = text(&of["media"]);
    let file = |name: &str, content_type: &str| {
        let given = text(&of["file_name"]);
        RemoteFile {
            name: if given.is_empty() { name.to_owned() } else { given },
            content_type: content_type.to_owned(),
            size: of["size"].as_u64().or_else(|| of["file_size"].as_u64()).unwrap_or_default(),
            source: Source::There(media.clone()),
        }
    };
    match kind {
        "text" if !body.is_empty() => (body, vec![], None),
        "picture" if !media.is_empty() => (body, vec![file("photo.jpg", "image/jpeg")], None),
        "video" if !media.is_empty() => (body, vec![file("video.mp4", "video/mp4")], None),
        "file" if !media.is_empty() => (body, vec![file("", "")], None),
        "sticker" if !media.is_empty() => (body, vec![file("sticker.png", "image/png")], None),
        "url" if !media.is_empty() => (joined([&body, &media], "\n"), vec![], None),
        "contact" if of["contact"].is_object() => {
            let contact = &of["contact"];
            (joined([said(&contact["name"]), &plus(said(&contact["phone_number"]))], "\n"), vec![], None)
        }
        "location" if of["location"]["lat"].is_number() && of["location"]["lon"].is_number() => {
            let place = &of["location"];
            let map = format!("https://www.openstreetmap.org/?mlat={}&mlon={}", place["lat"], place["lon"]);
            (joined([said(&place["address"]), &map], "\n"), vec![], None)
        }
        "" => (body, vec![], Some("message".into())),
        other => (body, vec![], Some(other.chars().take(60).collect::<String>().replace('_', " "))),
    }
}

/// A token or a time, as text.
fn number(of: &Value) -> Option<String> {
    match of {
        Value::Number(number) if number.is_i64() || number.is_u64() => Some(number.to_string()),
        Value::String(text) if !text.is_empty() && text.len() <= 40 => Some(text.clone()),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    const TOKEN: i64 = 4_912_661_846_655_238_145;

    fn told(content: Value) -> Value {
        json!({
            "event": "message", "timestamp": 1_790_000_000_123_i64, "message_token": TOKEN, "message": content,
            "sender": { "id": "01234567890A=", "name": "Анна К", "avatar": "https://media.example/a", "language": "ru" },
        })
    }

    fn read_message(content: Value) -> Message {
        let events = read(told(content).to_string().as_bytes(), false).unwrap();
        assert!(matches!(&events[1], Event::Subscribed { address, .. } if address == "01234567890A="));
        match events.into_iter().next() {
            Some(Event::Message(message)) => *message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_writes_is_known_by_their_id_and_every_digit_of_a_token_counts() {
        let message = read_message(json!({ "type": "text", "text": "Привет" }));
        assert_eq!(message.sender.address, "01234567890A=");
        assert_eq!((message.sender.display_name.as_str(), message.body.as_str()), ("Анна К", "Привет"));
        assert_eq!(message.provider_id, "4912661846655238145");
        assert_eq!(message.sender.avatar, Some(Source::There("https://media.example/a".into())));
        assert_eq!(message.sent_at.unwrap().utc().timestamp_millis(), 1_790_000_000_123);
    }

    #[test]
    fn every_kind_has_its_form() {
        let media = "https://dl-media.example/x";
        let picture = read_message(json!({ "type": "picture", "media": media, "text": "Look" }));
        assert_eq!((picture.body.as_str(), picture.files[0].name.as_str()), ("Look", "photo.jpg"));
        let file = read_message(json!({ "type": "file", "media": media, "file_name": "a.pdf", "size": 9 }));
        assert_eq!((file.files[0].name.as_str(), file.files[0].size), ("a.pdf", 9));
        let sticker = read_message(json!({ "type": "sticker", "sticker_id": 46105, "media": media }));
        assert_eq!(sticker.files[0].name, "sticker.png");
        let bare = read_message(json!({ "type": "sticker", "sticker_id": 46105 }));
        assert_eq!((bare.files.len(), bare.unsupported.as_deref()), (0, Some("sticker")));
        let contact = json!({ "type": "contact", "contact": { "name": "Bo", "phone_number": "79123456789" } });
        let contact = read_message(contact);
        assert_eq!((contact.body.as_str(), contact.sender.phone), ("Bo\n+79123456789", None));
        let place = read_message(json!({ "type": "location", "location": { "lat": 50.76, "lon": 6.1 } }));
        assert_eq!(place.body, "https://www.openstreetmap.org/?mlat=50.76&mlon=6.1");
        let link = read_message(json!({ "type": "url", "media": "https://x.example/" }));
        assert_eq!(link.body, "https://x.example/");
        assert_eq!(read_message(json!({ "type": "rich_media" })).unsupported.as_deref(), Some("rich media"));
        assert_eq!(read_message(json!({})).unsupported.as_deref(), Some("message"));
    }

    #[test]
    fn a_gateway_calls_people_by_their_numbers() {
        let sender = |id: &str, phones| {
            let mut told = told(json!({ "type": "text", "text": "Hi" }));
            told["sender"]["id"] = json!(id);
            match read(told.to_string().as_bytes(), phones).unwrap().remove(0) {
                Event::Message(message) => (message.sender.address, message.sender.phone),
                other => panic!("{other:?}"),
            }
        };
        let by_number = ("79011234567".to_owned(), Some("+79011234567".to_owned()));
        assert_eq!(sender("79011234567", true), by_number);
        assert_eq!(sender("+79011234567", true), by_number);
        assert_eq!(sender("79011234567", false), ("79011234567".to_owned(), None), "nobody vouches for it");
        assert_eq!(sender("01234567890A=", true), ("01234567890A=".to_owned(), None));
    }

    #[test]
    fn what_became_of_a_message_is_read_and_told_apart() {
        let of = |event: &str| json!({ "event": event, "timestamp": 1, "message_token": TOKEN, "user_id": "A=" });
        let state = |event: &str| match read(of(event).to_string().as_bytes(), false).unwrap().remove(0) {
            Event::Status { provider_id, state, .. } => (provider_id, state),
            other => panic!("{other:?}"),
        };
        assert_eq!(state("delivered"), (TOKEN.to_string(), Reached::Delivered));
        assert_eq!(state("seen"), (TOKEN.to_string(), Reached::Read));
        assert!(matches!(state("failed").1, Reached::Failed { .. }));
        assert_ne!(key(&of("delivered")), key(&of("seen")));
        assert_eq!(key(&of("webhook")), None);
        assert_eq!(
            key(&json!({ "event": "unsubscribed", "timestamp": 5, "user_id": "A=" })).unwrap(),
            "unsubscribed:5:A="
        );
    }

    proptest! {
        /// The bytes are a provider's, and may be anybody's: nothing brings the reader down.
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, true);
        }

        #[test]
        fn no_shape_panics(number in any::<i64>(), word in ".{0,20}") {
            for value in [json!(number), json!(word), json!([word]), json!({ "id": number, "lat": 1 })] {
                for event in ["message", "delivered", "seen", "failed", "subscribed", "unsubscribed"] {
                    for kind in ["text", "picture", "file", "sticker", "url", "contact", "location", &word] {
                        let told = json!({
                            "event": event, "timestamp": value, "message_token": number, "sender": value,
                            "user": value, "user_id": value,
                            "message": { "type": kind, "text": value, "media": value, "contact": value,
                                "location": value, "size": value, "file_name": value },
                        });
                        let _ = (key(&told), read(told.to_string().as_bytes(), true));
                    }
                }
            }
        }
    }
}
