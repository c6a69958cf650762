//! Updates, read. Telegram adds kinds of messages every year: what is not known is named, never lost.

use serde_json::Value;

use crate::channels::inbound::{Chain, Event, Message, RemoteFile, Sender, Source};
use crate::channels::json::{joined, plus, said, seconds, text};

/// Stands in a kept update, beside what Telegram says there: the number of the bot that it was given to.
pub const BOT: &str = "bot";

/// Reads one update. `bot`: that of the channel now, for an update that names none.
pub fn read(raw: &[u8], bot: &str) -> Result<Vec<Event>, String> {
    let update: Value = serde_json::from_slice(raw).map_err(|error| format!("an update is no JSON: {error}"))?;
    let bot = update[BOT].as_str().unwrap_or(bot);
    let event = if update["message"].is_object() {
        message(&update["message"], bot)
    } else if update["edited_message"].is_object() {
        edited(&update["edited_message"], bot)
    } else if update["my_chat_member"].is_object() {
        member(&update["my_chat_member"])
    } else {
        None
    };
    Ok(event.into_iter().collect())
}

/// Under which name a message is remembered. A chat is the customer's number, the same for every bot, and each bot counts
/// its messages from 1: without the bot, the first messages to another one would be those of the bot before it.
pub fn name_of(bot: &str, chat: i64, message: i64) -> String {
    format!("{bot}:{chat}:{message}")
}

/// Groups and channels are no conversations with a customer.
fn chat_of(of: &Value) -> Option<i64> {
    (of["chat"]["type"] == "private").then(|| of["chat"]["id"].as_i64()).flatten()
}

fn message(of: &Value, bot: &str) -> Option<Event> {
    let chat = chat_of(of)?;
    let name = |id: &Value| id.as_i64().map(|id| name_of(bot, chat, id));
    let (body, files, unsupported) = content(of);
    if body.is_empty() && files.is_empty() && unsupported.is_none() {
        return None;
    }
    let from = &of["from"];
    let contact = &of["contact"];
    // Their own contact, shared by their own button: Telegram vouches for it.
    let is_own = contact["user_id"].is_i64() && contact["user_id"] == from["id"];
    Some(Event::Message(Box::new(Message {
        sender: Sender {
            address: chat.to_string(),
            display_name: joined([said(&from["first_name"]), said(&from["last_name"])], " "),
            username: text(&from["username"]),
            language: text(&from["language_code"]),
            phone: is_own.then(|| plus(said(&contact["phone_number"]))).filter(|phone| !phone.is_empty()),
            email: None,
            typed_email: None,
            avatar: from["id"].as_i64().map(|id| Source::There(format!("avatar:{id}"))),
        },
        provider_id: name(&of["message_id"])?,
        body,
        files,
        sent_at: seconds(&of["date"]),
        reply_to: name(&of["reply_to_message"]["message_id"]),
        forwarded_from: of["forward_origin"].is_object().then(|| whose(&of["forward_origin"])),
        chain: Chain::default(),
        unsupported,
        automatic: false,
        letter: None,
    })))
}

/// Who wrote what was passed on: a user, one who hides who they are, a group or a channel.
fn whose(origin: &Value) -> String {
    let user = &origin["sender_user"];
    let name = joined([said(&user["first_name"]), said(&user["last_name"])], " ");
    let others = [&origin["sender_user_name"], &origin["sender_chat"]["title"], &origin["chat"]["title"]];
    let mut names = std::iter::once(name.as_str()).chain(others.into_iter().map(said));
    names.find(|name| !name.is_empty()).unwrap_or_default().to_owned()
}

fn edited(of: &Value, bot: &str) -> Option<Event> {
    let chat = chat_of(of)?;
    Some(Event::Edited {
        provider_id: name_of(bot, chat, of["message_id"].as_i64()?),
        body: content(of).0,
        at: seconds(&of["edit_date"]),
    })
}

/// Of private chats this comes only when the user blocks the bot or comes back.
fn member(of: &Value) -> Option<Event> {
    let (address, at) = (chat_of(of)?.to_string(), seconds(&of["date"]));
    match of["new_chat_member"]["status"].as_str()? {
        "kicked" | "left" => Some(Event::Unsubscribed { address, at }),
        "member" => Some(Event::Subscribed { address, at }),
        _ => None,
    }
}

/// Text, files, and the word for what cannot be shown.
fn content(of: &Value) -> (String, Vec<RemoteFile>, Option<String>) {
    let mut body = text(&of["text"]);
    if body.is_empty() {
        body = text(&of["caption"]);
    }
    let mut files = vec![];
    if let Some(largest) = of["photo"].as_array().and_then(|sizes| sizes.last()) {
        files.extend(file(largest, "photo.jpg", "image/jpeg"));
    }
    for (key, name, kind) in [
        ("document", "", ""),
        ("voice", "voice.ogg", "audio/ogg"),
        ("audio", "audio.mp3", "audio/mpeg"),
        ("video", "video.mp4", "video/mp4"),
        ("video_note", "video.mp4", "video/mp4"),
        ("animation", "animation.mp4", "video/mp4"),
    ] {
        // An animation comes as a document, too.
        let is_double = key == "animation" && of["document"].is_object();
        if of[key].is_object() && !is_double {
            files.extend(file(&of[key], name, kind));
        }
    }
    if of["sticker"].is_object() {
        let sticker = &of["sticker"];
        let moves = sticker["is_animated"] == true || sticker["is_video"] == true;
        // One that moves is shown as its still picture.
        files.extend(match moves {
            true => file(&sticker["thumbnail"], "", "image/webp"),
            false => file(sticker, "sticker.webp", "image/webp"),
        });
        if files.is_empty() {
            body = text(&sticker["emoji"]);
        }
    }
    if !body.is_empty() || !files.is_empty() {
        return (body, files, None);
    }
    if of["contact"].is_object() {
        let contact = &of["contact"];
        let name = joined([said(&contact["first_name"]), said(&contact["last_name"])], " ");
        return (format!("{name}\n{}", plus(said(&contact["phone_number"]))), files, None);
    }
    if of["location"].is_object() {
        let (place, venue) = (&of["location"], &of["venue"]);
        let named = joined([said(&venue["title"]), said(&venue["address"])], ", ");
        let map = format!("https://www.openstreetmap.org/?mlat={}&mlon={}", place["latitude"], place["longitude"]);
        return (format!("{named}\n{map}").trim().to_owned(), files, None);
    }
    (body, files, of.as_object().and_then(unknown))
}

/// The word for a kind of message that is not known. What only says who and when is none, nor what tells of the chat.
fn unknown(of: &serde_json::Map<String, Value>) -> Option<String> {
    const FRAME: &[&str] = &[
        "message_id",
        "message_thread_id",
        "from",
        "sender_chat",
        "sender_business_bot",
        "business_connection_id",
        "sender_boost_count",
        "paid_star_count",
        "date",
        "chat",
        "edit_date",
        "reply_to_message",
        "external_reply",
        "quote",
        "via_bot",
        "media_group_id",
        "author_signature",
        "entities",
        "caption_entities",
        "link_preview_options",
        "effect_id",
        "reply_markup",
        "has_protected_content",
        "is_from_offline",
        "forward_origin",
        "forward_from_chat",
        "forward_from_message_id",
        "forward_signature",
        "is_automatic_forward",
        "forward_from",
        "forward_date",
        "forward_sender_name",
        "has_media_spoiler",
        "show_caption_above_media",
    ];
    const SILENT: &[&str] =
        &["pinned_message", "message_auto_delete_timer_changed", "write_access_allowed", "chat_background_set"];
    let mut keys = of.keys().map(String::as_str).filter(|key| !FRAME.contains(key) && !SILENT.contains(key));
    keys.next().map(|key| key.replace('_', " "))
}

fn file(of: &Value, name: &str, kind: &str) -> Option<RemoteFile> {
    let id = of["file_id"].as_str()?;
    let given = |key: &str, usual: &str| of[key].as_str().unwrap_or(usual).to_owned();
    Some(RemoteFile {
        name: given("file_name", name),
        content_type: given("mime_type", kind),
        size: of["file_size"].as_u64().unwrap_or_default(),
        source: Source::There(id.to_owned()),
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::json;

    use super::*;

    fn read_message(content: Value) -> Message {
        let mut message = json!({
            "message_id": 7, "date": 1_790_000_000,
            "chat": { "id": 5_000_000_123_i64, "type": "private" },
            "from": { "id": 5_000_000_123_i64, "first_name": "Анна", "last_name": "К", "username": "anna" },
        });
        for (key, value) in content.as_object().unwrap() {
            message[key] = value.clone();
        }
        let raw = json!({ "update_id": 1, "message": message }).to_string();
        match read(raw.as_bytes(), "777").unwrap().remove(0) {
            Event::Message(message) => *message,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn who_writes_is_known_by_their_chat() {
        let message = read_message(json!({ "text": "Привет", "reply_to_message": { "message_id": 3 } }));
        assert_eq!(message.sender.address, "5000000123");
        assert_eq!((message.sender.display_name.as_str(), message.sender.username.as_str()), ("Анна К", "anna"));
        assert_eq!((message.provider_id.as_str(), message.body.as_str()), ("777:5000000123:7", "Привет"));
        assert_eq!(message.reply_to.as_deref(), Some("777:5000000123:3"));
    }

    /// An update that waits is its own bot's, whichever the channel has by the time it is read.
    #[test]
    fn messages_are_named_after_the_bot_that_was_told() {
        let said = |bot: &Value| {
            let chat = json!({ "id": 42, "type": "private" });
            let update = json!({ "edited_message": { "message_id": 7, "chat": chat, "text": "x" }, BOT: bot });
            match read(update.to_string().as_bytes(), "778").unwrap().remove(0) {
                Event::Edited { provider_id, .. } => provider_id,
                other => panic!("{other:?}"),
            }
        };
        assert_eq!([said(&json!("777")), said(&Value::Null)], ["777:42:7", "778:42:7"]);
    }

    #[test]
    fn pictures_stickers_and_voices_are_files() {
        let sizes = json!([{ "file_id": "small" }, { "file_id": "large", "file_size": 9 }]);
        let photo = read_message(json!({ "photo": sizes, "caption": "Look" }));
        assert_eq!((photo.body.as_str(), &photo.files[0].source), ("Look", &Source::There("large".into())));
        let sticker = read_message(json!({ "sticker": { "file_id": "s", "emoji": "😀" } }));
        assert_eq!(sticker.files[0].name, "sticker.webp");
        let moving = read_message(json!({ "sticker": { "file_id": "s", "is_video": true, "emoji": "😀" } }));
        assert_eq!((moving.body.as_str(), moving.files.len()), ("😀", 0));
        let voice = read_message(json!({ "voice": { "file_id": "v", "mime_type": "audio/ogg" } }));
        assert_eq!(voice.files[0].name, "voice.ogg");
    }

    #[test]
    fn only_the_own_contact_is_vouched_for() {
        let contact =
            |id: i64| json!({ "contact": { "user_id": id, "first_name": "A", "phone_number": "79123456789" } });
        assert_eq!(read_message(contact(5_000_000_123)).sender.phone.as_deref(), Some("+79123456789"));
        let other = read_message(contact(9));
        assert_eq!((other.sender.phone, other.body.as_str()), (None, "A\n+79123456789"));
    }

    #[test]
    fn what_is_passed_on_is_somebody_elses() {
        let from =
            |origin: Value| read_message(json!({ "text": "Pay it back", "forward_origin": origin })).forwarded_from;
        let boris = json!({ "id": 9, "first_name": "Boris", "last_name": "K" });
        for (origin, name) in [
            (json!({ "type": "user", "sender_user": boris }), "Boris K"),
            (json!({ "type": "hidden_user", "sender_user_name": "B." }), "B."),
            (json!({ "type": "chat", "sender_chat": { "title": "Neighbours" } }), "Neighbours"),
            (json!({ "type": "channel", "chat": { "title": "News" }, "message_id": 5 }), "News"),
            (json!({ "type": "new" }), ""),
        ] {
            assert_eq!(from(origin).as_deref(), Some(name));
        }
        assert_eq!(from(Value::Null), None);
    }

    #[test]
    fn what_is_not_known_is_named() {
        let message = read_message(json!({ "checklist": { "title": "x" } }));
        assert_eq!((message.body.as_str(), message.unsupported.as_deref()), ("", Some("checklist")));
    }

    #[test]
    fn groups_are_passed_over() {
        let raw = json!({ "update_id": 1, "message": {
            "message_id": 1, "text": "x", "chat": { "id": -5, "type": "supergroup" }, "from": { "id": 1 },
        } });
        assert_eq!(read(raw.to_string().as_bytes(), "777").unwrap(), []);
    }

    proptest! {
        /// The bytes are a provider's, and may be anybody's: nothing brings the reader down.
        #[test]
        fn nothing_panics(bytes in proptest::collection::vec(any::<u8>(), 0..300)) {
            let _ = read(&bytes, "777");
        }

        #[test]
        fn no_shape_panics(key in "[a-z_]{1,12}", number in any::<i64>(), word in ".{0,20}") {
            for value in [json!(number), json!(word), json!([word]), json!({ &key: number })] {
                let message = json!({
                    "message_id": number, "chat": { "id": number, "type": "private" }, "from": value, "photo": value,
                    "contact": value, "sticker": value, "location": value, "forward_origin": value, &key: value,
                });
                for update in [
                    json!({ "update_id": 1, "message": message, BOT: value }),
                    json!({ "update_id": 1, "my_chat_member": value }),
                    json!({ "update_id": 1, "edited_message": message }),
                ] {
                    let _ = read(update.to_string().as_bytes(), "777");
                }
            }
        }
    }
}
