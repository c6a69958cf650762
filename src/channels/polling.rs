//! Receiving by asking.

use async_trait::async_trait;

use super::failure::Failure;
use super::hook::RawEvent;

/// How messages come in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Receives {
    /// By roads of their own (web chat, app).
    Elsewhere,
    /// The provider calls `/hooks/{key}`.
    Hooks,
    /// One instance asks, all the time.
    Polling,
}

/// Asks a provider, again and again.
#[async_trait]
pub trait Polling: Send {
    /// Waits for news after `cursor` (none: from now on, or from where the provider keeps it), for at most the
    /// better part of a minute, and gives what has come. What it gives is stored with the new cursor in one
    /// transaction, and only then is it asked again: a call with a cursor confirms all before it.
    async fn next(&mut self, cursor: Option<&str>) -> Result<Polled, Failure>;
}

/// What has come.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Polled {
    pub events: Vec<RawEvent>,
    /// Where to go on. `None`: as before.
    pub cursor: Option<String>,
    /// What ended the call too early. What has come, and the cursor, are stored all the same; then it is told, and asked
    /// again after a while.
    pub failure: Option<Failure>,
}
