//! A message as calls of the Bot API.

use reqwest::Body;
use reqwest::multipart::{Form, Part};
use serde_json::{Value, json};

use super::api::Api;
use super::bot_of;
use super::update::name_of;
use crate::channels::abilities::MB;
use crate::channels::failure::Failure;
use crate::channels::outbound::{OutFile, Outbound, Receipt};

/// Characters of a caption.
const CAPTION: usize = 1024;
/// Bytes of a picture; a larger one goes as a document.
const PICTURE: u64 = 10 * MB;

/// One call.
#[derive(Debug, PartialEq, Eq)]
pub enum Call {
    Text,
    /// The file of this position, with the text below it or not.
    File {
        position: usize,
        captioned: bool,
    },
}

/// The calls of a message. A short text stands below the only file; otherwise the text comes first.
pub fn plan(out: &Outbound) -> Vec<Call> {
    let captioned = out.files.len() == 1 && !out.text.is_empty() && out.text.encode_utf16().count() <= CAPTION;
    let text = (!out.text.is_empty() && !captioned).then_some(Call::Text);
    text.into_iter().chain((0..out.files.len()).map(|position| Call::File { position, captioned })).collect()
}

/// Makes one of the calls.
pub async fn send(api: &Api<'_>, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
    let sent = match plan(out).get(part) {
        Some(Call::Text) => api.send("sendMessage", &json!({ "chat_id": out.to, "text": out.text })).await?,
        Some(Call::File { position, captioned }) => {
            let Some(file) = out.files.get(*position) else { return Err(nothing()) };
            let caption = captioned.then_some(out.text.as_str());
            file_call(api, &out.to, file, caption).await?
        }
        None => return Err(nothing()),
    };
    let (chat, message) = (sent["chat"]["id"].as_i64(), sent["message_id"].as_i64());
    let (Some(chat), Some(message)) = (chat, message) else {
        return Err(Failure::new("answer", "the answer names no message", crate::channels::Way::Unknown));
    };
    Ok(Receipt { provider_id: name_of(&bot_of(api.0), chat, message), address: None })
}

fn nothing() -> Failure {
    Failure::permanent("empty", "there is nothing to send")
}

async fn file_call(api: &Api<'_>, to: &str, file: &OutFile, caption: Option<&str>) -> Result<Value, Failure> {
    if file.is_picture() && file.size <= PICTURE {
        let done = upload(api, "sendPhoto", "photo", to, file, caption).await;
        // Too long, too narrow, or no picture after all: it was not sent, and goes as it is.
        let refused = |failure: &Failure| {
            failure.code == "400" && (failure.words.contains("PHOTO_") || failure.words.contains("IMAGE_"))
        };
        if !done.as_ref().is_err_and(refused) {
            return done;
        }
    }
    upload(api, "sendDocument", "document", to, file, caption).await
}

async fn upload(
    api: &Api<'_>,
    method: &str,
    field: &'static str,
    to: &str,
    file: &OutFile,
    caption: Option<&str>,
) -> Result<Value, Failure> {
    let unread = |error: std::io::Error| Failure::permanent("file", format!("the file could not be read: {error}"));
    let stream = file.content.stream().await.map_err(unread)?;
    let part = Part::stream_with_length(Body::wrap_stream(stream), file.size)
        .file_name(file.name.clone())
        .mime_str(&file.content_type)
        .map_err(|_| Failure::permanent("file", "the type of the file cannot be told"))?;
    let mut form = Form::new().text("chat_id", to.to_owned()).part(field, part);
    if let Some(caption) = caption {
        form = form.text("caption", caption.to_owned());
    }
    api.upload(method, form, file.size).await
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;

    use async_trait::async_trait;
    use bytes::Bytes;
    use futures_util::stream::BoxStream;

    use super::*;
    use crate::channels::outbound::{Content, Extra};

    struct Nothing;

    #[async_trait]
    impl Content for Nothing {
        async fn stream(&self) -> std::io::Result<BoxStream<'static, std::io::Result<Bytes>>> {
            Ok(Box::pin(futures_util::stream::empty()))
        }
    }

    fn out(text: &str, files: usize) -> Outbound {
        let content = Arc::new(Nothing);
        let file = OutFile { name: "a.png".into(), content_type: "image/png".into(), size: 0, content, link: None };
        Outbound {
            key: String::new(),
            to: "1".into(),
            text: text.into(),
            files: vec![file; files],
            author: String::new(),
            extra: Extra::default(),
        }
    }

    #[test]
    fn a_short_text_is_the_caption_of_the_only_file() {
        let file = |position, captioned| Call::File { position, captioned };
        assert_eq!(plan(&out("Hi", 0)), [Call::Text]);
        assert_eq!(plan(&out("Hi", 1)), [file(0, true)]);
        assert_eq!(plan(&out("", 2)), [file(0, false), file(1, false)]);
        assert_eq!(plan(&out("Hi", 2)), [Call::Text, file(0, false), file(1, false)]);
        // An emoji is two characters there.
        assert_eq!(plan(&out(&"😀".repeat(513), 1)), [Call::Text, file(0, false)]);
        assert_eq!(plan(&out(&"😀".repeat(512), 1)), [file(0, true)]);
    }
}
