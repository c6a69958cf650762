//! A message as calls of the REST API.

use serde_json::{Value, json};

use super::api::Api;
use crate::channels::abilities::MB;
use crate::channels::failure::{Failure, Way};
use crate::channels::outbound::{OutFile, Outbound, Receipt};

/// Characters below a picture (infobip.com/docs/viber/bots/message-types).
const CAPTION: usize = 512;
/// Bytes of a picture; a larger one goes as a file.
const PICTURE: u64 = MB;
/// Characters of a file's name, with its ending.
const NAME: usize = 256;

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

/// The calls of a message. A short text stands below the only picture; otherwise the text comes first.
pub fn plan(out: &Outbound) -> Vec<Call> {
    let captioned = match out.files.as_slice() {
        [only] => is_picture(only) && !out.text.is_empty() && out.text.encode_utf16().count() <= CAPTION,
        _ => false,
    };
    let text = (!out.text.is_empty() && !captioned).then_some(Call::Text);
    text.into_iter().chain((0..out.files.len()).map(|position| Call::File { position, captioned })).collect()
}

/// Makes one of the calls.
pub async fn send(api: &Api<'_>, sender: &Value, out: &Outbound, part: usize) -> Result<Receipt, Failure> {
    let mut body = match plan(out).get(part) {
        Some(Call::Text) => json!({ "type": "text", "text": out.text }),
        Some(Call::File { position, captioned }) => {
            let file = out.files.get(*position).ok_or_else(nothing)?;
            file_of(file, if *captioned { &out.text } else { "" })?
        }
        None => return Err(nothing()),
    };
    body["receiver"] = json!(out.to);
    body["min_api_version"] = json!(1);
    body["sender"] = sender.clone();
    let sent = api.send("send_message", &body).await?;
    // An integer beyond 2^53.
    let token = &sent["message_token"];
    let token = token.as_str().map(str::to_owned).or_else(|| token.as_u64().map(|token| token.to_string()));
    let unnamed = || Failure::new("answer", "the answer names no message", Way::Unknown);
    Ok(Receipt { provider_id: token.ok_or_else(unnamed)?, address: None })
}

fn nothing() -> Failure {
    Failure::permanent("empty", "there is nothing to send")
}

fn file_of(file: &OutFile, caption: &str) -> Result<Value, Failure> {
    let words = "Viber fetches files from this installation: it needs a public URL";
    let link = file.link.as_deref().ok_or_else(|| Failure::permanent("no_link", words))?;
    if is_picture(file) {
        return Ok(json!({ "type": "picture", "text": caption, "media": link }));
    }
    Ok(json!({ "type": "file", "media": link, "size": file.size, "file_name": name_of(file) }))
}

fn is_picture(file: &OutFile) -> bool {
    matches!(file.content_type.as_str(), "image/png" | "image/jpeg") && file.size <= PICTURE
}

/// A name with an ending: some phones open nothing without one.
fn name_of(file: &OutFile) -> String {
    let ending = file.name.rsplit_once('.').map(|(_, ending)| ending).filter(|ending| !ending.is_empty());
    if ending.is_some() {
        return file.name.chars().take(NAME).collect();
    }
    let ending = mime_guess::get_mime_extensions_str(&file.content_type).and_then(|known| known.first());
    let ending = ending.copied().unwrap_or("bin");
    let stem: String = file.name.chars().take(NAME - 1 - ending.len()).collect();
    format!("{stem}.{ending}")
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

    fn file(name: &str, content_type: &str, size: u64) -> OutFile {
        let link = Some("https://desk.example/shared/x/file.png".into());
        OutFile { name: name.into(), content_type: content_type.into(), size, content: Arc::new(Nothing), link }
    }

    fn out(text: &str, files: Vec<OutFile>) -> Outbound {
        let (key, author) = (String::new(), String::new());
        Outbound { key, to: "A=".into(), text: text.into(), files, author, extra: Extra::default() }
    }

    #[test]
    fn a_short_text_is_the_caption_of_the_only_picture() {
        let picture = || file("a.png", "image/png", 10);
        let call = |position, captioned| Call::File { position, captioned };
        assert_eq!(plan(&out("Hi", vec![])), [Call::Text]);
        assert_eq!(plan(&out("Hi", vec![picture()])), [call(0, true)]);
        assert_eq!(plan(&out("Hi", vec![file("a.pdf", "application/pdf", 10)])), [Call::Text, call(0, false)]);
        assert_eq!(plan(&out("Hi", vec![file("a.png", "image/png", 2 * MB)])), [Call::Text, call(0, false)]);
        assert_eq!(plan(&out("Hi", vec![picture(), picture()])), [Call::Text, call(0, false), call(1, false)]);
        assert_eq!(plan(&out(&"x".repeat(513), vec![picture()])), [Call::Text, call(0, false)]);
    }

    #[test]
    fn a_file_without_a_link_is_not_sent() {
        let mut bare = file("a.png", "image/png", 10);
        bare.link = None;
        assert_eq!(file_of(&bare, "").unwrap_err().code, "no_link");
    }

    #[test]
    fn names_have_an_ending() {
        assert_eq!(name_of(&file("Отчёт.pdf", "application/pdf", 1)), "Отчёт.pdf");
        assert!(name_of(&file("report", "application/pdf", 1)).starts_with("report."));
        assert_eq!(name_of(&file("x", "what/ever", 1)), "x.bin");
    }
}
