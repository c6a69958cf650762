//! Webhooks, taken apart and read.

use serde_json::{Value, json};

use super::api;
use crate::channels::hook::RawEvent;
use crate::channels::inbound::{Event, Message, Reached, RemoteFile, Sender, Source};
use crate::channels::json::{joined, said, seconds, text};

/// The messages and statuses of a webhook that concern this number, each with a key of its own. A business account may
/// have other numbers: theirs are passed over. `None`: this is no webhook of WhatsApp's.
pub fn split(body: &[u8], number: &str) -> Option<Vec<RawEvent>> {
    let hook: Value = serde_json::from_slice(body).ok()?;
    let mut found = vec![];
    for entry in hook["entry"].as_array()? {
        for change in list(&entry["changes"]) {
            let value = &change["value"];
            if change["field"] != "messages" || value["metadata"]["phone_number_id"] != number {
                continue;
            }
            for message in list(&value["messages"]) {
                let Some(id) = message["id"].as_str() else { continue };
                let contact = contact_of(value, message);
                found.push(raw(format!("message:{id}"), &json!({ "message": message, "contact": contact })));
            }
            for status in list(&value["statuses"]) {
                let (Some(id), Some(word)) = (status["id"].as_str(), status["status"].as_str()) else { continue };
                found.push(raw(format!("status:{id}:{word}"), &json!({ "status": status })));
            }
        }
    }
    Some(found)
}

fn raw(key: String, body: &Value) -> RawEvent {
    RawEvent { key, body: body.to_string().into_bytes() }
}

fn list(of: &Value) -> &[Value] {
    of.as_array().map(Vec::as_slice).unwrap_or_default()
}

/// Who sent a message, as the webhook knows them; some have nobody.
fn contact_of<'a>(value: &'a Value, message: &Value) -> &'a Value {
    let contacts = list(&value["contacts"]);
    let own = contacts.iter().find(|contact| contact["wa_id"] == message["from"] && !message["from"].is_null());
    own.or(contacts.first().filter(|_| contacts.len() == 1)).unwrap_or(&Value::Null)
}

/// Reads what [`split`] made.
pub fn read(raw: &[u8]) -> Result<Vec<Event>, String> {
    let event: Value = serde_json::from_slice(raw).map_err(|error| error.to_string())?;
    if event["status"].is_object() {
        return Ok(status(&event["status"]).into_iter().collect());
    }
    let message = &event["message"];
    // Who has a username may hide the number, and is named by an ID of this business alone.
    let from = [&message["from"], &message["from_user_id"]].into_iter().map(text).find(|from| !from.is_empty());
    let (from, id) = (from.unwrap_or_default(), text(&message["id"]));
    if from.is_empty() || id.is_empty() {
        return Err("the message names nobody, or has no ID".into());
    }
    if message["system"]["type"] == "user_changed_number" {
        return Ok(moved(message, from).into_iter().collect());
    }
    if message["type"] == "reaction" {
        let reaction = &message["reaction"];
        let (provider_id, emoji) = (text(&reaction["message_id"]), text(&reaction["emoji"]));
        return Ok(vec![Event::Reaction { provider_id, address: from, emoji, at: seconds(&message["timestamp"]) }]);
    }
    let (body, files, unsupported) = content(message);
    let is_phone = (5..=20).contains(&from.len()) && from.bytes().all(|b| b.is_ascii_digit());
    let sender = Sender {
        display_name: text(&event["contact"]["profile"]["name"]),
        // Who is hidden behind a business-scoped ID has no number.
        phone: is_phone.then(|| format!("+{from}")),
        address: from,
        ..Sender::default()
    };
    let context = &message["context"];
    // WhatsApp names nobody whose words they are.
    let is_forwarded = context["forwarded"] == true || context["frequently_forwarded"] == true;
    let message = Message {
        sender,
        provider_id: id,
        body,
        files,
        sent_at: seconds(&message["timestamp"]),
        reply_to: context["id"].as_str().map(str::to_owned),
        forwarded_from: is_forwarded.then(String::new),
        unsupported,
        ..Message::default()
    };
    Ok(vec![Event::Message(Box::new(message))])
}

/// The customer has another number: it was `new_wa_id` up to version 12 of the API, and is `wa_id` since
/// (developers.facebook.com/docs/whatsapp/cloud-api/webhooks/components, "system").
fn moved(message: &Value, from: String) -> Option<Event> {
    let system = &message["system"];
    let to = [&system["wa_id"], &system["new_wa_id"]].into_iter().map(text).find(|to| !to.is_empty())?;
    Some(Event::Moved { from, to })
}

fn status(of: &Value) -> Option<Event> {
    let state = match of["status"].as_str()? {
        "sent" => Reached::Sent,
        "delivered" => Reached::Delivered,
        "read" | "played" => Reached::Read,
        "failed" => {
            let failure = api::meaning(list(&of["errors"]).first().unwrap_or(&Value::Null), None);
            Reached::Failed { failure, recipients: vec![] }
        }
        _ => return None,
    };
    Some(Event::Status { provider_id: text(&of["id"]), state, at: seconds(&of["timestamp"]) })
}

/// Text, files, and the word for what cannot be shown.
fn content(of: &Value) -> (String, Vec<RemoteFile>, Option<String>) {
    let kind = of["type"].as_str().unwrap_or_default();
    let part = &of[kind];
    let shown = |body: String| {
        let missing = body.is_empty().then(|| kind.to_owned());
        (body, vec![], missing)
    };
    match kind {
        "text" => (text(&part["body"]), vec![], None),
        "image" | "video" | "audio" | "voice" | "document" | "sticker" => {
            let file = file(kind, part);
            let missing = file.is_none().then(|| kind.to_owned());
            (text(&part["caption"]), file.into_iter().collect(), missing)
        }
        "location" => shown(location(part)),
        "contacts" => shown(list(part).iter().map(card).collect::<Vec<_>>().join("\n\n")),
        // An answer by a button of a template, or of a list.
        "button" => shown(text(&part["text"])),
        "interactive" => {
            let reply = &part[part["type"].as_str().unwrap_or_default()];
            shown(joined([said(&reply["title"]), said(&reply["description"])], "\n"))
        }
        // What WhatsApp itself says of the customer.
        "system" => shown(text(&part["body"])),
        _ => (String::new(), vec![], Some(unknown(of, kind))),
    }
}

/// What Meta itself could not pass on comes with an error; else the kind is new to this program.
fn unknown(of: &Value, kind: &str) -> String {
    let error = &list(&of["errors"]).first().cloned().unwrap_or_default();
    let told = [&of["unsupported"]["type"], &error["error_data"]["details"], &error["title"]];
    let word = told.into_iter().filter_map(Value::as_str).find(|word| !word.is_empty()).unwrap_or(kind);
    let word: String = word.replace('_', " ").chars().take(200).collect();
    if word.is_empty() { "message".into() } else { word }
}

fn file(kind: &str, of: &Value) -> Option<RemoteFile> {
    let usual = match kind {
        "image" => "photo",
        "document" => "document",
        "sticker" => "sticker",
        "video" => "video",
        _ => "audio",
    };
    let content_type = text(&of["mime_type"]);
    let ending = match content_type.split(';').next().unwrap_or_default().trim() {
        "image/jpeg" => ".jpg",
        "image/png" => ".png",
        "image/webp" => ".webp",
        "audio/ogg" => ".ogg",
        "audio/mpeg" => ".mp3",
        "audio/mp4" => ".m4a",
        "audio/aac" => ".aac",
        "audio/amr" => ".amr",
        "video/mp4" => ".mp4",
        "video/3gpp" => ".3gp",
        "application/pdf" => ".pdf",
        _ => "",
    };
    let named = text(&of["filename"]);
    Some(RemoteFile {
        name: if named.is_empty() { format!("{usual}{ending}") } else { named },
        content_type,
        size: 0,
        source: Source::There(of["id"].as_str()?.to_owned()),
    })
}

fn location(of: &Value) -> String {
    let named = joined([said(&of["name"]), said(&of["address"])], ", ");
    let (Some(lat), Some(lon)) = (of["latitude"].as_f64(), of["longitude"].as_f64()) else { return named };
    format!("{named}\nhttps://www.openstreetmap.org/?mlat={lat}&mlon={lon}").trim().to_owned()
}

fn card(of: &Value) -> String {
    let numbers = list(&of["phones"]).iter().map(|phone| text(&phone["phone"]));
    let mails = list(&of["emails"]).iter().map(|mail| text(&mail["email"]));
    let lines = std::iter::once(text(&of["name"]["formatted_name"])).chain(numbers).chain(mails);
    lines.filter(|line| !line.is_empty()).collect::<Vec<_>>().join("\n")
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::channels::failure::{Failure, Way};
    use crate::db::types::UtcTime;

    const NUMBER: &str = "106540352242922";

    fn hook(value: Value) -> Vec<u8> {
        let mut value = value;
        value["metadata"] = json!({ "display_phone_number": "15550783881", "phone_number_id": NUMBER });
        let changes = json!([{ "field": "messages", "value": value }]);
        json!({ "object": "whatsapp_business_account", "entry": [{ "id": "1", "changes": changes }] })
            .to_string()
            .into_bytes()
    }

    fn message(content: Value) -> Message {
        let mut message = json!({ "from": "79011234567", "id": "wamid.A", "timestamp": "1790000000" });
        message.as_object_mut().unwrap().extend(content.as_object().unwrap().clone());
        let contacts = json!([{ "profile": { "name": "Анна" }, "wa_id": "79011234567" }]);
        let events = split(&hook(json!({ "contacts": contacts, "messages": [message] })), NUMBER).unwrap();
        match read(&events[0].body).unwrap().remove(0) {
            Event::Message(message) => *message,
            other => panic!("{other:?}"),
        }
    }

    /// CONT-16, CONT-17, CONT-18: the number that WhatsApp vouches for, and the name that the customer goes by there.
    #[test]
    fn who_writes_is_known_by_number_and_name() {
        let message = message(json!({ "type": "text", "text": { "body": "Привет" }, "context": { "id": "wamid.0" } }));
        assert_eq!((message.sender.address.as_str(), message.sender.display_name.as_str()), ("79011234567", "Анна"));
        assert_eq!(message.sender.phone.as_deref(), Some("+79011234567"));
        assert_eq!((message.body.as_str(), message.reply_to.as_deref()), ("Привет", Some("wamid.0")));
        assert_eq!(message.sent_at.map(UtcTime::micros), Some(1_790_000_000_000_000));
    }

    #[test]
    fn what_is_passed_on_is_marked() {
        let text = |context: Value| message(json!({ "type": "text", "text": { "body": "x" }, "context": context }));
        for word in ["forwarded", "frequently_forwarded"] {
            assert_eq!(text(json!({ word: true })).forwarded_from.as_deref(), Some(""), "{word}");
            assert_eq!(text(json!({ word: false, "id": "wamid.0" })).forwarded_from, None, "{word}");
        }
    }

    #[test]
    fn an_id_that_is_no_number_vouches_for_none() {
        let raw = json!({ "message": { "from": "BR.ENT.1", "id": "w", "type": "text", "text": { "body": "x" } } });
        let Event::Message(message) = read(raw.to_string().as_bytes()).unwrap().remove(0) else { panic!() };
        assert_eq!((message.sender.address.as_str(), message.sender.phone), ("BR.ENT.1", None));
    }

    #[test]
    fn files_are_fetched_by_their_ids() {
        let picture = message(json!({ "type": "image", "image": {
            "id": "77", "mime_type": "image/jpeg", "caption": "This one" } }));
        assert_eq!((picture.body.as_str(), picture.files[0].name.as_str()), ("This one", "photo.jpg"));
        assert_eq!(picture.files[0].source, Source::There("77".into()));
        let named = json!({ "type": "document", "document": { "id": "78", "filename": "bill.pdf" } });
        assert_eq!(message(named).files[0].name, "bill.pdf");
        let voice = json!({ "type": "audio", "audio": { "id": "79", "mime_type": "audio/ogg; codecs=opus" } });
        assert_eq!(message(voice).files[0].name, "audio.ogg");
        assert_eq!(message(json!({ "type": "sticker", "sticker": {} })).unsupported.as_deref(), Some("sticker"));
    }

    #[test]
    fn places_cards_and_answers_are_texts() {
        let place = json!({ "type": "location", "location": { "latitude": 55.75, "longitude": 37.6, "name": "Shop" } });
        assert_eq!(message(place).body, "Shop\nhttps://www.openstreetmap.org/?mlat=55.75&mlon=37.6");
        let cards = json!({ "type": "contacts", "contacts": [
            { "name": { "formatted_name": "Boris" }, "phones": [{ "phone": "+7 901" }] }] });
        assert_eq!(message(cards).body, "Boris\n+7 901");
        assert_eq!(message(json!({ "type": "button", "button": { "text": "Yes" } })).body, "Yes");
        let reply = json!({ "type": "interactive", "interactive": {
            "type": "list_reply", "list_reply": { "id": "1", "title": "Lids", "description": "Round" } } });
        assert_eq!(message(reply).body, "Lids\nRound");
    }

    #[test]
    fn what_is_not_known_is_named() {
        let poll =
            message(json!({ "type": "unsupported", "errors": [{ "code": 131051, "title": "Message type unknown",
            "error_data": { "details": "Message type is currently not supported." } }] }));
        assert_eq!(poll.unsupported.as_deref(), Some("Message type is currently not supported."));
        assert_eq!(message(json!({ "type": "order", "order": {} })).unsupported.as_deref(), Some("order"));
        assert_eq!(message(json!({ "type": 7 })).unsupported.as_deref(), Some("message"));
    }

    #[test]
    fn other_numbers_are_passed_over_and_keys_tell_events_apart() {
        let status = |word: &str| json!({ "id": "wamid.B", "status": word, "timestamp": "1790000000" });
        let bytes = hook(json!({ "statuses": [status("sent"), status("read")] }));
        let keys: Vec<String> = split(&bytes, NUMBER).unwrap().into_iter().map(|event| event.key).collect();
        assert_eq!(keys, ["status:wamid.B:sent", "status:wamid.B:read"]);
        assert_eq!(split(&bytes, "1").unwrap(), []);
        assert_eq!(split(b"{}", NUMBER), None);
    }

    #[test]
    fn a_new_number_is_told_with_the_old_one() {
        let told = |system: Value| {
            let raw = json!({ "message": { "from": "79011234567", "id": "w", "type": "system", "system": system } });
            read(raw.to_string().as_bytes()).unwrap()
        };
        let moved = Event::Moved { from: "79011234567".into(), to: "79020000000".into() };
        let body = "Anna changed from 79011234567 to 79020000000";
        for name in ["wa_id", "new_wa_id"] {
            let system = json!({ "body": body, name: "79020000000", "type": "user_changed_number" });
            assert_eq!(told(system), std::slice::from_ref(&moved));
        }
        assert_eq!(told(json!({ "body": body, "type": "user_changed_number" })), []);
        let other = told(json!({ "body": "Anna's code changed", "type": "customer_identity_changed" }));
        assert!(matches!(&other[0], Event::Message(message) if message.body == "Anna's code changed"));
    }

    #[test]
    fn a_failure_says_why() {
        let raw = json!({ "status": { "id": "w", "status": "failed", "errors": [{ "code": 131026, "title": "No" }] } });
        let Event::Status { state, .. } = read(raw.to_string().as_bytes()).unwrap().remove(0) else { panic!() };
        let failure = Failure::new("131026", "No", Way::Unsubscribed);
        assert_eq!(state, Reached::Failed { failure, recipients: vec![] });
    }

    proptest! {
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = (split(&bytes, NUMBER), read(&bytes));
        }

        #[test]
        fn no_shape_panics(key in "[a-z_]{1,12}", number in any::<i64>(), word in ".{0,20}") {
            let kinds = ["text", "image", "location", "contacts", "interactive", "system", "reaction", key.as_str()];
            for value in [json!(number), json!(word), json!([word]), json!({ &key: number })] {
                for kind in kinds {
                    let message = json!({ "from": value, "id": word, "type": kind, kind: value, "timestamp": value });
                    let named = json!({ "from": "1", "id": "1", "type": kind, kind: value, "errors": value });
                    for message in [message, named] {
                        let all = json!({ "messages": [message], "statuses": [value], "contacts": value });
                        for event in split(&hook(all), NUMBER).unwrap() {
                            let _ = read(&event.body);
                        }
                    }
                }
            }
        }
    }
}
