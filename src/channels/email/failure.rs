//! Why a mail server did not do what it was asked to.

use std::time::Duration;

/// A failure in the server's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Failure {
    /// The server's code; for failures on the way there, ours: `timeout`, `connection`, `login`.
    pub code: String,
    pub words: String,
    pub way: Way,
}

/// How it goes on after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It will fail the same way again.
    Permanent,
    /// It may be tried again: after this time if the server names one.
    Again(Option<Duration>),
    /// It may have been sent: nobody can tell.
    Unknown,
    /// Nobody is at the address.
    Unsubscribed,
}

impl Failure {
    pub fn new(code: impl Into<String>, words: impl Into<String>, way: Way) -> Self {
        Self { code: code.into(), words: words.into(), way }
    }

    pub fn permanent(code: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(code, words, Way::Permanent)
    }

    pub fn again(code: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(code, words, Way::Again(None))
    }
}
