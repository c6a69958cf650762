//! A message as calls of the Cloud API.

use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::api::Api;
use crate::channels::failure::{Failure, Way};
use crate::channels::outbound::{OutFile, Outbound, Receipt, Template};

/// Characters of a caption.
const CAPTION: usize = 1024;

/// One message there.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    Template,
    Text,
    /// The file of this position, with the text below it or not.
    File {
        position: usize,
        captioned: bool,
    },
}

/// The calls of a message.
pub fn plan_of(out: &Outbound) -> Vec<Call> {
    let types: Vec<&str> = out.files.iter().map(|file| file.content_type.as_str()).collect();
    plan(&out.text, &types, out.extra.template.is_some())
}

/// A short text stands below the only file, unless that is a sound; otherwise the text comes first.
fn plan(text: &str, types: &[&str], is_template: bool) -> Vec<Call> {
    if is_template {
        return vec![Call::Template];
    }
    let takes = matches!(types, [only] if kind_of(only) != "audio");
    let captioned = takes && !text.is_empty() && text.encode_utf16().count() <= CAPTION;
    let first = (!text.is_empty() && !captioned).then_some(Call::Text);
    first.into_iter().chain((0..types.len()).map(|position| Call::File { position, captioned })).collect()
}

/// The kind of message that a file of this type is.
fn kind_of(content_type: &str) -> &'static str {
    match content_type {
        "image/jpeg" | "image/png" => "image",
        video if video.starts_with("video/") => "video",
        audio if audio.starts_with("audio/") => "audio",
        _ => "document",
    }
}

/// By what name Meta takes a file of this type: we call sounds after what is in them, Meta after what they are in.
fn type_of(content_type: &str) -> &str {
    match content_type {
        "audio/m4a" => "audio/mp4",
        "audio/opus" => "audio/ogg",
        other => other,
    }
}

/// Makes one of the calls.
pub async fn send(api: &Api<'_>, number: &str, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
    let nothing = || Failure::permanent("empty", "there is nothing to send");
    let content = match plan_of(out).get(part).ok_or_else(nothing)? {
        Call::Template => template(out.extra.template.as_ref().ok_or_else(nothing)?),
        Call::Text => json!({ "type": "text", "text": { "body": out.text, "preview_url": true } }),
        Call::File { position, captioned } => {
            let file = out.files.get(*position).ok_or_else(nothing)?;
            let id = upload(api, number, file).await?;
            media(file, &id, captioned.then_some(out.text.as_str()))
        }
    };
    // Who hides the number has an ID of this business alone.
    let to = if out.to.bytes().all(|b| b.is_ascii_digit() || b == b'+') { "to" } else { "recipient" };
    let mut message = json!({ "messaging_product": "whatsapp", "recipient_type": "individual", to: out.to });
    if let (Some(message), Value::Object(content)) = (message.as_object_mut(), content) {
        message.extend(content);
    }
    let answer = api.post(&format!("/{number}/messages"), &message).await?;
    match answer["messages"][0]["id"].as_str() {
        Some(id) => Ok(Receipt { provider_id: id.to_owned(), address: known_as(&answer, &out.to) }),
        None => Err(Failure::new("answer", "the answer names no message", Way::Unknown)),
    }
}

/// The number by which WhatsApp knows whoever was written to as `to`, where it has other digits: in Brazil, Mexico and
/// Argentina many have one more or one less there than people write.
fn known_as(answer: &Value, to: &str) -> Option<String> {
    let is_number = |text: &str| !text.is_empty() && text.bytes().all(|b| b.is_ascii_digit());
    let to = to.strip_prefix('+').unwrap_or(to);
    let known = answer["contacts"][0]["wa_id"].as_str()?;
    (is_number(known) && is_number(to) && known != to).then(|| known.to_owned())
}

fn template(of: &Template) -> Value {
    let parameters = |values: &[String]| -> Vec<Value> {
        values.iter().map(|text| json!({ "type": "text", "text": text })).collect()
    };
    let parts = [("header", &of.title), ("body", &of.body)].into_iter().filter(|(_, values)| !values.is_empty());
    let components: Vec<Value> =
        parts.map(|(part, values)| json!({ "type": part, "parameters": parameters(values) })).collect();
    let language = json!({ "policy": "deterministic", "code": of.language });
    json!({ "type": "template", "template": { "name": of.name, "language": language, "components": components } })
}

fn media(file: &OutFile, id: &str, caption: Option<&str>) -> Value {
    let kind = kind_of(&file.content_type);
    let mut media = json!({ "id": id });
    if let Some(caption) = caption {
        media["caption"] = json!(caption);
    }
    if kind == "document" {
        media["filename"] = json!(file.name);
    }
    json!({ "type": kind, kind: media })
}

/// Hands over a file; its ID there.
async fn upload(api: &Api<'_>, number: &str, file: &OutFile) -> Result<String, Failure> {
    let unread = |error: std::io::Error| Failure::permanent("file", format!("the file could not be read: {error}"));
    let stream = file.content.stream().await.map_err(unread)?;
    let content_type = type_of(&file.content_type);
    let part = Part::stream_with_length(Body::wrap_stream(stream), file.size)
        .file_name(file.name.clone())
        .mime_str(content_type)
        .map_err(|_| Failure::permanent("file", "the type of the file cannot be told"))?;
    let form =
        Form::new().text("messaging_product", "whatsapp").text("type", content_type.to_owned()).part("file", part);
    let answer = api.upload(&format!("/{number}/media"), form, file.size).await?;
    let id = answer["id"].as_str().ok_or_else(|| Failure::again("answer", "the answer names no file"))?;
    Ok(id.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::channels::whatsapp::MEDIA;

    /// What Meta names when it refuses an upload for its type, and in its page on media.
    const TAKEN: &[&str] = &[
        "text/plain",
        "application/pdf",
        "application/msword",
        "application/vnd.ms-excel",
        "application/vnd.ms-powerpoint",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/vnd.openxmlformats-officedocument.presentationml.presentation",
        "audio/aac",
        "audio/amr",
        "audio/mp4",
        "audio/mpeg",
        "audio/ogg",
        "image/jpeg",
        "image/png",
        "image/webp",
        "video/3gpp",
        "video/mp4",
    ];

    #[test]
    fn meta_takes_what_is_offered() {
        for (kind, _) in MEDIA {
            assert!(TAKEN.iter().any(|taken| taken.starts_with(type_of(kind))), "{kind}");
        }
    }

    #[test]
    fn a_short_text_is_the_caption_of_the_only_file() {
        let file = |position, captioned| Call::File { position, captioned };
        assert_eq!(plan("Hi", &[], false), [Call::Text]);
        assert_eq!(plan("Hi", &["image/png"], false), [file(0, true)]);
        assert_eq!(plan("Hi", &["audio/ogg"], false), [Call::Text, file(0, false)]);
        assert_eq!(plan("", &["image/png", "application/pdf"], false), [file(0, false), file(1, false)]);
        assert_eq!(plan(&"x".repeat(1025), &["image/png"], false), [Call::Text, file(0, false)]);
        assert_eq!(plan("what it says", &[], true), [Call::Template]);
    }

    #[test]
    fn another_number_is_told_where_it_is_one() {
        let told = |known: Value, to: &str| known_as(&json!({ "contacts": [{ "input": to, "wa_id": known }] }), to);
        assert_eq!(told(json!("558299448232"), "5582999448232").as_deref(), Some("558299448232"));
        for (known, to) in [("79011234567", "79011234567"), ("79011234567", "+79011234567"), ("", "1"), ("US.1", "1")] {
            assert_eq!(told(json!(known), to), None, "{known} {to}");
        }
        assert_eq!(told(json!("79011234567"), "US.13491208655302741918"), None, "nobody's number is made known by it");
        assert_eq!(told(json!(7), "1").or(known_as(&json!({}), "1")), None);
    }

    /// SEND-23: a template as the API takes it.
    #[test]
    fn a_template_carries_its_values() {
        let filled = Template {
            id: None,
            name: "order_ready".into(),
            language: "en_US".into(),
            title: vec![],
            body: vec!["Anna".into(), "12".into()],
        };
        assert_eq!(
            template(&filled)["template"],
            json!({
                "name": "order_ready", "language": { "policy": "deterministic", "code": "en_US" },
                "components": [{ "type": "body", "parameters": [
                    { "type": "text", "text": "Anna" }, { "type": "text", "text": "12" }] }],
            })
        );
    }
}
