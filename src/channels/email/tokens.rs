//! Access tokens for XOAUTH2: got with the refresh token, kept until shortly before they end.

use std::collections::HashMap;
use std::sync::{LazyLock, Mutex, PoisonError};
use std::time::{Duration, Instant};

use serde::Deserialize;
use sha2::{Digest, Sha256};

use super::settings::TokenSource;
use crate::channels::answer::limited;
use crate::channels::{Failure, Link};

/// Providers say how long a token lives; those that do not are believed for so long.
const USUAL: u64 = 600;
/// The longest life that is believed, in seconds: whatever number is told, another token is asked for after a day.
const LONGEST: u64 = 24 * 60 * 60;
/// Bytes of an answer; a token has a few thousand at most.
const ANSWER: u64 = 256 * 1024;
/// A token is not used in its last minute.
const MARGIN: Duration = Duration::from_secs(60);

/// Tokens in use, and until when they work. Lost with the process: others are asked for then.
static KEPT: LazyLock<Mutex<Kept>> = LazyLock::new(Mutex::default);

/// Refresh tokens that were replaced, by what they were shown with, and the newest in their place: whoever has read the
/// channel before goes on with that. What is stored outlives the process.
static RENEWED: LazyLock<tokio::sync::Mutex<HashMap<[u8; 32], String>>> = LazyLock::new(Default::default);

/// By what they are got with.
type Kept = HashMap<[u8; 32], (String, Instant)>;

#[derive(Deserialize)]
struct Answer {
    access_token: String,
    expires_in: Option<u64>,
    /// It takes the place of the one that was shown (RFC 6749, 6).
    refresh_token: Option<String>,
}

#[derive(Deserialize)]
struct Refusal {
    error: String,
    error_description: Option<String>,
}

/// Forgets a token that a server has refused, so that the next try asks for another.
pub fn forget(refused: &str) {
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, (token, _)| token != refused);
}

/// A token that works now (RFC 6749, 6).
pub async fn access(link: &Link, source: &TokenSource) -> Result<String, Failure> {
    let key_of = |refresh: &str| -> [u8; 32] {
        Sha256::digest(format!("{}\n{}\n{refresh}", source.token_url, source.client_id)).into()
    };
    let given = link.secret("refresh_token");
    // Of two who ask at once with a token that is replaced, the second would show one that has ended.
    let mut renewed = RENEWED.lock().await;
    let refresh = renewed.get(&key_of(given)).cloned().unwrap_or_else(|| given.to_owned());
    if refresh != given {
        link.renew("refresh_token", &refresh);
    }
    let known = KEPT.lock().unwrap_or_else(PoisonError::into_inner).get(&key_of(&refresh)).cloned();
    if let Some((token, _)) = known.filter(|(_, until)| *until > Instant::now() + MARGIN) {
        return Ok(token);
    }
    let (client, url) = link.net.to("mail_tokens", &source.token_url, "")?;
    let mut form = vec![
        ("grant_type", "refresh_token"),
        ("client_id", source.client_id.as_str()),
        ("refresh_token", refresh.as_str()),
    ];
    // A public client has none, and may be refused for an empty one.
    let client_secret = link.secret("client_secret");
    if !client_secret.is_empty() {
        form.push(("client_secret", client_secret));
    }
    if !source.scope.is_empty() {
        form.push(("scope", source.scope.as_str()));
    }
    let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(form).finish();
    let asked = client.post(url).header("Content-Type", "application/x-www-form-urlencoded").body(body).send().await;
    let answer = asked.map_err(|e| Failure::of_request(&e).of_question())?;
    let status = answer.status();
    let body = limited(answer, ANSWER).await.map_err(Failure::of_question)?;
    if !status.is_success() {
        let words = serde_json::from_slice::<Refusal>(&body)
            .map(|refusal| refusal.error_description.unwrap_or(refusal.error))
            .unwrap_or_else(|_| format!("the token endpoint answered {status}"));
        return Err(match status.is_client_error() {
            true => Failure::until_mended("login", words),
            false => Failure::again("login", words).of_channel(),
        });
    }
    let answer: Answer = serde_json::from_slice(&body)
        .map_err(|_| Failure::again("login", "the token endpoint answered something else than a token").of_channel())?;
    let until = Instant::now() + Duration::from_secs(answer.expires_in.unwrap_or(USUAL).min(LONGEST));
    let newest = answer.refresh_token.filter(|newest| !newest.is_empty()).unwrap_or_else(|| refresh.clone());
    if newest != refresh {
        for shown in renewed.values_mut().filter(|shown| **shown == refresh) {
            shown.clone_from(&newest);
        }
        renewed.insert(key_of(&refresh), newest.clone());
        link.renew("refresh_token", &newest);
    }
    KEPT.lock().unwrap_or_else(PoisonError::into_inner).insert(key_of(&newest), (answer.access_token.clone(), until));
    Ok(answer.access_token)
}

#[cfg(test)]
mod tests {
    use wiremock::matchers::path;
    use wiremock::{Mock, MockServer, ResponseTemplate};

    use super::*;
    use crate::channels::{Net, Values};
    use crate::config::Config;
    use crate::db::types::ChannelId;
    use crate::http::Http;

    /// An endpoint may be wrong, or somebody else's: whatever it says, and however much, it brings nothing down.
    #[tokio::test]
    async fn an_endpoint_is_not_believed_blindly() {
        let server = MockServer::start().await;
        let says = async |at: &str, answer: ResponseTemplate| {
            Mock::given(path(at)).respond_with(answer).expect(1).mount(&server).await;
            let config = Config {
                providers: [("mail_tokens".to_owned(), format!("{}{at}", server.uri()))].into(),
                ..Config::default()
            };
            let net = Net::new(&config, Http::new(Duration::from_secs(5)).unwrap());
            let secrets = Values::from([("refresh_token".into(), format!("{} {at}", server.uri()))]);
            let link = Link::of_form(ChannelId(1), "key", "{}".into(), secrets, &net);
            let first = access(&link, &TokenSource::default()).await;
            if first.is_ok() {
                assert_eq!(access(&link, &TokenSource::default()).await, first, "kept");
            }
            first
        };
        let token = |seconds: u64| format!(r#"{{ "access_token": "a", "expires_in": {seconds} }}"#);
        let long = ResponseTemplate::new(200).set_body_string(token(u64::MAX));
        assert_eq!(says("/long", long).await, Ok("a".to_owned()));
        let large = ResponseTemplate::new(200).set_body_string(token(9) + &" ".repeat(1024 * 1024));
        assert_eq!(says("/large", large).await.unwrap_err().code, "too_large");
    }
}
