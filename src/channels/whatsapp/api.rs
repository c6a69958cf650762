//! Calls of the Graph API, and what its errors mean. The token is in a header, never in an address.

use std::time::Duration;

use bytes::Bytes;
use reqwest::multipart::Form;
use reqwest::{RequestBuilder, Url, header};
use serde_json::Value;

use crate::channels::answer::{self, limited, unreadable};
use crate::channels::failure::{Failure, Way};
use crate::channels::link::Link;

/// Bytes of an answer: a hundred templates fit.
const ANSWER: u64 = 8 * 1024 * 1024;
const GRAPH: &str = "https://graph.facebook.com";
const VERSION: &str = "v23.0";
/// Where Meta keeps media.
const HOSTS: [&str; 4] = [".fbsbx.com", ".facebook.com", ".fbcdn.net", ".whatsapp.net"];

/// The Graph API for one number.
pub struct Api<'a>(pub &'a Link);

impl Api<'_> {
    /// A question.
    pub async fn ask(&self, path: &str, query: &[(&str, &str)]) -> Result<Value, Failure> {
        let (client, mut url) = self.0.net.to("whatsapp", GRAPH, &format!("/{VERSION}{path}"))?;
        url.query_pairs_mut().extend_pairs(query);
        self.answer(client.get(url).timeout(self.0.net.patience)).await.map_err(Failure::of_question)
    }

    /// A call that changes something there.
    pub async fn post(&self, path: &str, body: &Value) -> Result<Value, Failure> {
        let (client, url) = self.0.net.to("whatsapp", GRAPH, &format!("/{VERSION}{path}"))?;
        self.answer(client.post(url).timeout(self.0.net.patience).json(body)).await
    }

    /// Hands over a file of `size` bytes, which takes its time. Nobody gets it by that alone, so it may be repeated.
    pub async fn upload(&self, path: &str, form: Form, size: u64) -> Result<Value, Failure> {
        let (client, url) = self.0.net.to("whatsapp", GRAPH, &format!("/{VERSION}{path}"))?;
        let patience = self.0.net.patience + Duration::from_secs(size / (100 * 1024));
        self.answer(client.post(url).timeout(patience).multipart(form)).await.map_err(Failure::of_question)
    }

    /// A file of a message, of `limit` bytes at most. Its address lasts for five minutes, and its ID for seven days.
    pub async fn media(&self, id: &str, limit: u64) -> Result<Bytes, Failure> {
        if !id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_') {
            return Err(Failure::permanent("no_file", "this is no ID of a file"));
        }
        let found = self.ask(&format!("/{id}"), &[]).await?;
        let named = found["url"].as_str().and_then(|url| Url::parse(url).ok());
        let url = named.ok_or_else(|| Failure::permanent("no_file", "the file has no address"))?;
        // The token goes to nobody else.
        let gateway = ["whatsapp_media", "whatsapp"].into_iter().find(|name| self.0.net.is_at(name, &url));
        if gateway.is_none() && !is_meta(&url) {
            return Err(Failure::permanent("no_file", "the file's address is not Meta's"));
        }
        let client = self.0.net.named(gateway.unwrap_or("whatsapp"), &url)?;
        let patience = self.0.net.patience + Duration::from_secs(limit / (1024 * 1024));
        let request = client.get(url).bearer_auth(self.0.secret("token")).timeout(patience);
        let response = request.send().await.map_err(|error| Failure::of_request(&error).of_question())?;
        answer::file(response, limit, "WhatsApp").await
    }

    async fn answer(&self, request: RequestBuilder) -> Result<Value, Failure> {
        let request = request.bearer_auth(self.0.secret("token"));
        let response = request.send().await.map_err(|error| Failure::of_request(&error))?;
        let status = response.status();
        let seconds = response.headers().get(header::RETRY_AFTER).and_then(|value| value.to_str().ok()?.parse().ok());
        let bytes = limited(response, ANSWER).await?;
        let Ok(answer) = serde_json::from_slice::<Value>(&bytes) else { return Err(unreadable(status)) };
        if answer["error"].is_object() {
            return Err(meaning(&answer["error"], seconds));
        }
        if status.is_success() && answer.is_object() { Ok(answer) } else { Err(unreadable(status)) }
    }
}

fn is_meta(url: &Url) -> bool {
    url.scheme() == "https" && url.host_str().is_some_and(|host| HOSTS.iter().any(|end| host.ends_with(end)))
}

/// What an error means, in an answer or in a status. Only its code counts: Meta says that titles and HTTP statuses
/// change. Codes from Meta's page "Error codes" and pywa 4.5.0; `seconds`: those that the answer names.
pub fn meaning(error: &Value, seconds: Option<u64>) -> Failure {
    let code = error["code"].as_i64().unwrap_or_default();
    let failure = Failure::new(code.to_string(), words(error), Way::Permanent);
    let pause = |usual: u64| Duration::from_secs(seconds.unwrap_or(usual).clamp(1, 86_400));
    match code {
        // The number is too fast.
        130_429 => Failure { way: Way::ChannelAgain(pause(5)), ..failure }.of_channel(),
        // The app, or the business account, has asked too often.
        4 | 80_007 => Failure { way: Way::ChannelAgain(pause(60)), ..failure }.of_channel(),
        // Too many to this customer: the others are not held up.
        131_056 => Failure { way: Way::Again(Some(pause(6))), ..failure },
        // Not on WhatsApp, or too old an app, or its terms were not accepted.
        131_026 => Failure { way: Way::Unsubscribed, ..failure },
        // The token, its rights, the account or the number: nothing leaves until an admin has looked.
        0 | 3 | 10 | 190 | 200..=299 | 368 | 131_005 | 131_031 | 131_042 | 131_045 | 131_048 | 133_010 => {
            Failure::until_mended(failure.code, failure.words)
        }
        // Their own trouble.
        1 | 2 | 131_000 | 131_016 | 131_057 | 133_004 => Failure { way: Way::Again(None), ..failure },
        _ if error["is_transient"].as_bool() == Some(true) => Failure { way: Way::Again(None), ..failure },
        _ => failure,
    }
}

/// Meta's words: the details where there are any.
fn words(error: &Value) -> String {
    let all = [&error["error_data"]["details"], &error["error_user_msg"], &error["message"], &error["title"]];
    let found = all.into_iter().filter_map(Value::as_str).find(|text| !text.is_empty());
    found.unwrap_or("WhatsApp gives no reason").chars().take(1000).collect()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn way(code: i64) -> Way {
        meaning(&json!({ "code": code, "message": "no" }), None).way
    }

    #[test]
    fn codes_tell_how_to_go_on() {
        assert_eq!(way(131_047), Way::Permanent);
        assert_eq!(way(131_026), Way::Unsubscribed);
        assert_eq!(way(131_056), Way::Again(Some(Duration::from_secs(6))));
        assert_eq!(way(130_429), Way::ChannelAgain(Duration::from_secs(5)));
        assert_eq!(way(131_000), Way::Again(None));
        assert_eq!(meaning(&json!({ "code": 4 }), Some(30)).way, Way::ChannelAgain(Duration::from_secs(30)));
        for code in [190, 200, 368, 131_042] {
            assert!(matches!(way(code), Way::UntilMended(_)), "{code}");
            assert!(meaning(&json!({ "code": code }), None).of_channel, "{code}");
        }
        assert_eq!(meaning(&json!({ "code": 555, "is_transient": true }), None).way, Way::Again(None));
    }

    #[test]
    fn details_say_more_than_messages() {
        let error = json!({ "code": 131_047, "message": "(#131047) Re-engagement message",
            "error_data": { "details": "More than 24 hours have passed" } });
        assert_eq!(words(&error), "More than 24 hours have passed");
        assert_eq!(words(&json!({ "title": "Message undeliverable" })), "Message undeliverable");
        assert_eq!(words(&json!({})), "WhatsApp gives no reason");
    }

    #[test]
    fn the_token_goes_to_meta_only() {
        assert!(is_meta(&Url::parse("https://lookaside.fbsbx.com/whatsapp_business/attachments/?mid=1").unwrap()));
        for other in ["http://lookaside.fbsbx.com/", "https://fbsbx.com.evil.example/", "https://evilfbsbx.com/"] {
            assert!(!is_meta(&Url::parse(other).unwrap()), "{other}");
        }
    }
}
