//! Calls of the Bot API, and what its errors mean. The token is in every address: no address is told or logged.

use std::time::Duration;

use bytes::Bytes;
use reqwest::RequestBuilder;
use reqwest::multipart::Form;
use serde_json::Value;

use crate::channels::answer::{self, limited, unreadable};
use crate::channels::failure::{Failure, Way};
use crate::channels::link::Link;

/// Bytes of an answer: a hundred long messages fit.
const ANSWER: u64 = 8 * 1024 * 1024;
const TELEGRAM: &str = "https://api.telegram.org";

/// The Bot API for one bot.
pub struct Api<'a>(pub &'a Link);

impl Api<'_> {
    /// A call that may simply be repeated: a question, or a setting.
    pub async fn ask(&self, method: &str, body: &Value) -> Result<Value, Failure> {
        self.ask_for(method, body, self.0.net.patience).await
    }

    /// The same with a patience of its own.
    pub async fn ask_for(&self, method: &str, body: &Value, patience: Duration) -> Result<Value, Failure> {
        let request = self.request(method)?.timeout(patience).json(body);
        self.answer(request).await.map_err(Failure::of_question)
    }

    /// A call that sends: JSON.
    pub async fn send(&self, method: &str, body: &Value) -> Result<Value, Failure> {
        self.answer(self.request(method)?.timeout(self.0.net.patience).json(body)).await
    }

    /// A call that sends: a form with a file of `size` bytes, which takes its time.
    pub async fn upload(&self, method: &str, form: Form, size: u64) -> Result<Value, Failure> {
        let patience = self.0.net.patience + Duration::from_secs(size / (100 * 1024));
        self.answer(self.request(method)?.timeout(patience).multipart(form)).await
    }

    fn request(&self, method: &str) -> Result<RequestBuilder, Failure> {
        let path = format!("/bot{}/{method}", self.0.secret("token"));
        let (client, url) = self.0.net.to("telegram", TELEGRAM, &path)?;
        Ok(client.post(url))
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let response = request.send().await.map_err(|error| self.clean(Failure::of_request(&error)))?;
        let status = response.status();
        let bytes = limited(response, ANSWER).await.map_err(|failure| self.clean(failure))?;
        let Ok(mut answer) = serde_json::from_slice::<Value>(&bytes) else { return Err(unreadable(status)) };
        if answer["ok"].as_bool() == Some(true) {
            return Ok(answer["result"].take());
        }
        if answer["ok"].as_bool() != Some(false) {
            return Err(unreadable(status));
        }
        Err(self.clean(meaning(&answer)))
    }

    /// A file, of `limit` bytes at most.
    pub async fn file(&self, path: &str, limit: u64) -> Result<Bytes, Failure> {
        let place = format!("/file/bot{}/{path}", self.0.secret("token"));
        let (client, url) = self.0.net.to("telegram", TELEGRAM, &place)?;
        let patience = self.0.net.patience + Duration::from_secs(limit / (1024 * 1024));
        let response = client.get(url).timeout(patience).send().await;
        let response = response.map_err(|error| self.clean(Failure::of_request(&error).of_question()))?;
        answer::file(response, limit, "Telegram").await.map_err(|failure| self.clean(failure))
    }

    /// Whatever words come from below, the token is not in them.
    fn clean(&self, failure: Failure) -> Failure {
        let token = self.0.secret("token");
        if token.is_empty() || !failure.words.contains(token) {
            return failure;
        }
        Failure { words: failure.words.replace(token, "…"), ..failure }
    }
}

/// What an error of the Bot API means. Codes and words: core.telegram.org/bots/api#making-requests, vrumger/telegram-errors.
fn meaning(answer: &Value) -> Failure {
    let code = answer["error_code"].as_i64().unwrap_or_default();
    let words = answer["description"].as_str().unwrap_or("Telegram gives no reason").to_owned();
    let failure = |way| Failure::new(code.to_string(), words.clone(), way);
    match code {
        429 => {
            let seconds = answer["parameters"]["retry_after"].as_u64().unwrap_or(5);
            failure(Way::ChannelAgain(Duration::from_secs(seconds.clamp(1, 86_400)))).of_channel()
        }
        // The token is wrong; a token of the wrong form is not found.
        401 | 404 => Failure::until_mended(code.to_string(), words),
        403 if words.contains("blocked by the user") || words.contains("deactivated") => failure(Way::Unsubscribed),
        409 => failure(Way::Again(None)).of_channel(),
        500.. => failure(Way::Again(None)).of_channel(),
        _ => failure(Way::Permanent),
    }
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn error(code: i64, description: &str) -> Failure {
        meaning(&json!({ "ok": false, "error_code": code, "description": description }))
    }

    #[test]
    fn errors_say_how_it_goes_on() {
        let wait = meaning(&json!({
            "ok": false, "error_code": 429, "description": "Too Many Requests: retry after 7",
            "parameters": { "retry_after": 7 },
        }));
        assert_eq!((wait.way, wait.of_channel), (Way::ChannelAgain(Duration::from_secs(7)), true));
        assert_eq!(error(403, "Forbidden: bot was blocked by the user").way, Way::Unsubscribed);
        assert_eq!(error(403, "Forbidden: user is deactivated").way, Way::Unsubscribed);
        assert_eq!(error(403, "Forbidden: bot can't initiate conversation with a user").way, Way::Permanent);
        assert_eq!(error(400, "Bad Request: chat not found").way, Way::Permanent);
        assert_eq!(error(502, "Bad Gateway").way, Way::Again(None));
        for code in [401, 404] {
            let revoked = error(code, "Unauthorized");
            assert!(matches!(revoked.way, Way::UntilMended(_)) && revoked.of_channel, "{code}");
        }
    }
}
