//! Webhooks as a connector sees them.

/// A webhook as it came.
#[derive(Clone, Copy, Debug)]
pub struct Hook<'a> {
    /// Names in lower case; values that are no text are left out.
    pub headers: &'a [(String, String)],
    /// Exactly what was signed.
    pub body: &'a [u8],
}

impl Hook<'_> {
    /// The first header of this name, which is written in lower case.
    pub fn header(&self, name: &str) -> Option<&str> {
        self.headers.iter().find(|(found, _)| found == name).map(|(_, value)| value.as_str())
    }
}

/// An event to keep until it is read.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RawEvent {
    /// The same for the same event, however often it comes.
    pub key: String,
    /// What [`super::Connector::read`] gets.
    pub body: Vec<u8>,
}

/// A webhook that is really the provider's.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Accepted {
    pub events: Vec<RawEvent>,
    /// JSON for the body of the answer, where the provider reads it.
    pub answer: Option<String>,
}

/// Why a webhook is turned away.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum HookRefused {
    /// This channel takes none.
    NotHere,
    /// The signature or secret is wrong or missing.
    Signature,
    /// Signed, but not what the provider sends: it would not get better by being sent again.
    Unreadable,
}
