//! Calls of the REST API, and what its status codes mean. It answers 200 and tells in the body what went wrong.

use std::time::Duration;

use reqwest::StatusCode;
use serde_json::Value;

use crate::channels::answer::{limited, unreadable};
use crate::channels::failure::{Failure, Way};
use crate::channels::link::Link;

/// Bytes of an answer.
const ANSWER: u64 = 1024 * 1024;
const VIBER: &str = "https://chatapi.viber.com/pa";
/// After "too many requests", of which Viber does not say how long they last. As often as it is tried, that makes the
/// hour after which a silent customer may be written to again.
const PAUSE: Duration = Duration::from_secs(60);

/// The REST API for one bot.
pub struct Api<'a>(pub &'a Link);

impl Api<'_> {
    /// A call that may simply be repeated: a question, or a setting.
    pub async fn ask(&self, method: &str, body: &Value) -> Result<Value, Failure> {
        self.send(method, body).await.map_err(Failure::of_question)
    }

    /// A call that sends.
    pub async fn send(&self, method: &str, body: &Value) -> Result<Value, Failure> {
        let (client, url) = self.0.net.to("viber", VIBER, &format!("/{method}"))?;
        let request = client.post(url).timeout(self.0.net.patience).json(body);
        let request = request.header("X-Viber-Auth-Token", self.0.secret("token"));
        let response = request.send().await.map_err(|error| Failure::of_request(&error))?;
        let http = response.status();
        let named = response.headers().get("retry-after").and_then(|value| value.to_str().ok()?.parse().ok());
        if http == StatusCode::TOO_MANY_REQUESTS {
            return Err(too_many("429", "Too Many Requests", named));
        }
        let bytes = limited(response, ANSWER).await?;
        let Ok(answer) = serde_json::from_slice::<Value>(&bytes) else { return Err(unreadable(http)) };
        match answer["status"].as_i64() {
            Some(0) => Ok(answer),
            Some(status) => Err(meaning(status, answer["status_message"].as_str().unwrap_or_default(), named)),
            None => Err(unreadable(http)),
        }
    }
}

fn too_many(code: &str, words: &str, seconds: Option<u64>) -> Failure {
    let pause = seconds.map_or(PAUSE, |seconds| Duration::from_secs(seconds.clamp(1, 86_400)));
    Failure::new(code, words, Way::Again(Some(pause)))
}

/// What a status other than 0 means. Codes up to 15: creators.viber.com/docs/bots-api/resources/error-codes. Those above
/// differ between Viber's own libraries, and are told with their number.
fn meaning(status: i64, words: &str, seconds: Option<u64>) -> Failure {
    let code = status.to_string();
    let said = match (words, status) {
        ("", _) => format!("Viber gives no reason (status {status})"),
        (words, 0..=15) => words.to_owned(),
        (words, _) => format!("{words} (status {status})"),
    };
    match status {
        // Bad data, a receiver who is not there, a device or a version that cannot show it.
        1 | 3 | 4 | 5 | 11 | 13 | 14 => Failure::permanent(code, said),
        // The token is wrong, or the bot is blocked, gone, suspended or not allowed.
        2 | 7 | 8 | 9 | 15 => Failure::until_mended(code, said),
        6 => Failure::new(code, said, Way::Unsubscribed),
        // The webhook is being set.
        10 => Failure::again(code, said).of_channel(),
        12 => too_many(&code, &said, seconds),
        _ => Failure::permanent(code, said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn status_codes_say_how_it_goes_on() {
        let way = |status| meaning(status, "words", None).way;
        for status in [1, 3, 4, 5, 11, 13, 14, 16, 99, -1] {
            assert_eq!(way(status), Way::Permanent, "{status}");
        }
        assert_eq!(way(6), Way::Unsubscribed);
        assert_eq!(way(10), Way::Again(None));
        assert_eq!(way(12), Way::Again(Some(PAUSE)));
        assert_eq!(meaning(12, "words", Some(7)).way, Way::Again(Some(Duration::from_secs(7))));
        for status in [2, 7, 8, 9, 10, 15] {
            assert!(meaning(status, "words", None).of_channel, "{status}");
        }
        for status in [2, 7, 8, 9, 15] {
            assert!(matches!(way(status), Way::UntilMended(_)), "{status}");
        }
        for status in [3, 6, 12] {
            assert!(!meaning(status, "words", None).of_channel, "{status}");
        }
        assert_eq!(meaning(6, "notSubscribed", None).words, "notSubscribed");
        assert_eq!(meaning(17, "strange", None).words, "strange (status 17)");
    }
}
