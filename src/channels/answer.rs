//! Answers of providers, read with care: they may be long, broken off, or somebody else's.

use bytes::{Bytes, BytesMut};
use reqwest::{Response, StatusCode};

use super::failure::{Failure, Way};

const TOO_LARGE: &str = "too_large";

/// An answer's body, of `limit` bytes at most. What answered at such length may have done what it was asked to.
pub async fn limited(mut response: Response, limit: u64) -> Result<Bytes, Failure> {
    let too_large = || Failure::new(TOO_LARGE, format!("more than {} MB", limit / (1024 * 1024)), Way::Unknown);
    if response.content_length().is_some_and(|length| length > limit) {
        return Err(too_large());
    }
    let mut bytes = BytesMut::new();
    loop {
        match response.chunk().await {
            Ok(Some(chunk)) => bytes.extend_from_slice(&chunk),
            Ok(None) => return Ok(bytes.freeze()),
            Err(error) => {
                // It has begun to answer: nobody can tell what it has done.
                return Err(Failure { way: Way::Unknown, ..Failure::of_request(&error) });
            }
        }
        if u64::try_from(bytes.len()).unwrap_or(u64::MAX) > limit {
            return Err(too_large());
        }
    }
}

/// An answer that is not the provider's. A server that fails, or that breaks off after it has said yes, may have sent.
pub fn unreadable(status: StatusCode) -> Failure {
    let words = if status.is_redirection() {
        format!("the answer leads elsewhere ({status}); this is not followed")
    } else {
        format!("the answer cannot be read ({status})")
    };
    let way = if status.is_success() || status.is_server_error() { Way::Unknown } else { Way::Again(None) };
    Failure::new("answer", words, way).of_channel()
}

/// A file's answer: its bytes, `limit` of them at most, or why there are none. `who` answers.
pub async fn file(response: Response, limit: u64, who: &str) -> Result<Bytes, Failure> {
    match response.status() {
        StatusCode::OK => limited(response, limit).await.map_err(|failure| match failure.code.as_str() {
            // However often it is asked for, it is as large.
            TOO_LARGE => Failure { way: Way::Permanent, ..failure },
            _ => failure.of_question(),
        }),
        status if status.is_server_error() || status == StatusCode::TOO_MANY_REQUESTS => {
            Err(Failure::again(status.as_str(), format!("{who} answered {status}")))
        }
        status => Err(Failure::permanent(status.as_str(), format!("the file is gone ({status})"))),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_may_have_been_done_is_unknown() {
        assert_eq!(unreadable(StatusCode::OK).way, Way::Unknown);
        assert_eq!(unreadable(StatusCode::BAD_GATEWAY).way, Way::Unknown);
        assert_eq!(unreadable(StatusCode::FOUND).way, Way::Again(None));
        assert_eq!(unreadable(StatusCode::NOT_FOUND).way, Way::Again(None));
    }
}
