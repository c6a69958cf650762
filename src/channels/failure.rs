//! Why a provider did not do what it was asked to.

use std::time::Duration;

use crate::http;

/// How long a channel rests that an admin has to look at, between two tries.
const MENDING: Duration = Duration::from_secs(300);

/// A failure in the provider's own words.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{words}")]
pub struct Failure {
    /// The provider's code; for failures on the way there, ours: `timeout`, `connection`, `answer`.
    pub code: String,
    /// What the provider said, or what happened on the way; no secret is in it.
    pub words: String,
    pub way: Way,
    /// It concerns the whole channel, not this message or customer: its health line tells.
    pub of_channel: bool,
}

/// How it goes on after a failure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Way {
    /// It will fail the same way again.
    Permanent,
    /// The same message may be sent again: after this time if the provider names one, else by the usual back-off.
    Again(Option<Duration>),
    /// As `Again`, for every message of the channel: the provider has had too many.
    ChannelAgain(Duration),
    /// As `ChannelAgain`, but it is the channel that has to be looked at: the provider names no time, this one is ours.
    UntilMended(Duration),
    /// It may have been sent: nobody can tell.
    Unknown,
    /// The customer does not want to hear from us there.
    Unsubscribed,
}

impl Way {
    /// Whether the same may work later.
    pub fn is_temporary(self) -> bool {
        matches!(self, Way::Again(_) | Way::ChannelAgain(_) | Way::UntilMended(_))
    }

    /// Whether every message of the channel waits.
    pub fn holds_channel(self) -> bool {
        matches!(self, Way::ChannelAgain(_) | Way::UntilMended(_))
    }

    /// Whether it is the provider who has named how long it wants to be left alone.
    pub fn is_named(self) -> bool {
        matches!(self, Way::Again(Some(_)) | Way::ChannelAgain(_))
    }
}

impl Failure {
    pub fn new(code: impl Into<String>, words: impl Into<String>, way: Way) -> Self {
        Self { code: code.into(), words: words.into(), way, of_channel: false }
    }

    /// The same, as a matter of the whole channel.
    pub fn of_channel(self) -> Self {
        Self { of_channel: true, ..self }
    }

    pub fn permanent(code: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(code, words, Way::Permanent)
    }

    /// The channel has to be looked at first: its token, its rights, its account. No message is at fault, so none fails;
    /// the channel is tried again from time to time.
    pub fn until_mended(code: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(code, words, Way::UntilMended(MENDING)).of_channel()
    }

    pub fn again(code: impl Into<String>, words: impl Into<String>) -> Self {
        Self::new(code, words, Way::Again(None))
    }

    /// A request that failed on its way. One whose connection did not come about was not heard; of any other nobody
    /// can tell. The address stays out of the words: it may hold a token.
    pub fn of_request(error: &reqwest::Error) -> Self {
        let code = if error.is_timeout() { "timeout" } else { "connection" };
        let way = if error.is_connect() || error.is_builder() { Way::Again(None) } else { Way::Unknown };
        Self::new(code, http::reason(error), way).of_channel()
    }

    /// For requests that change nothing at the provider: what is unknown may simply be asked again.
    pub fn of_question(self) -> Self {
        let way = if self.way == Way::Unknown { Way::Again(None) } else { self.way };
        Self { way, ..self }
    }
}
