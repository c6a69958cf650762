//! What became of an outgoing message, as its bubble shows it.

use crate::db::types::{DeliveryId, UtcTime};
use crate::error::Said;
use crate::outbox::{self, Attempt, Delivery, Outcome, State};
use crate::text;
use crate::web::shell::Shell;

/// The mark of a delivery and what stands behind it.
pub struct DeliveryView {
    pub id: DeliveryId,
    pub state: State,
    pub icon: &'static str,
    /// The state in a word or two.
    pub said: String,
    /// What is wrong, in the provider's words where it has any.
    pub error: String,
    /// Every state that it has been in, with its time.
    pub times: Vec<(String, UtcTime)>,
    /// Every try, in a sentence.
    pub tries: Vec<String>,
    pub may_retry: bool,
}

impl DeliveryView {
    /// `may_work`: whether the reader may write in its conversation.
    pub fn new(sh: &Shell, delivery: &Delivery, tries: &[Attempt], may_work: bool) -> Self {
        let waits = delivery.state == State::Queued && delivery.attempts > 0;
        let said = match (delivery.state, waits) {
            (_, true) => sh.ta("delivery-waiting", "time", sh.full(&delivery.not_before)),
            (state, _) => sh.t(state_key(state)).to_string(),
        };
        let times = [
            (State::Queued, Some(delivery.queued_at)),
            (State::Sent, delivery.sent_at),
            (State::Delivered, delivery.delivered_at),
            (State::Read, delivery.read_at),
            (State::Failed, delivery.failed_at.filter(|_| delivery.state == State::Failed)),
            (State::Unknown, delivery.failed_at.filter(|_| delivery.state == State::Unknown)),
        ];
        let error = delivery.error.as_deref().filter(|_| delivery.state.is_bad() || waits);
        Self {
            id: delivery.id,
            state: delivery.state,
            icon: icon(delivery.state),
            said,
            error: error.map(|words| words_of(sh, delivery.error_code.as_deref(), words)).unwrap_or_default(),
            times: times
                .into_iter()
                .filter_map(|(state, at)| Some((sh.t(state_key(state)).to_string(), at?)))
                .collect(),
            tries: tries.iter().map(|attempt| sentence(sh, attempt)).collect(),
            may_retry: may_work && delivery.may_retry(),
        }
    }

    pub fn is_bad(&self) -> bool {
        self.state.is_bad()
    }

    /// Whether whoever has looked may say that the customer has it.
    pub fn may_arrive(&self) -> bool {
        self.may_retry && self.state == State::Unknown
    }
}

fn state_key(state: State) -> &'static str {
    match state {
        State::Queued => "delivery-queued",
        State::Sending => "delivery-sending",
        State::Sent => "delivery-sent",
        State::Delivered => "delivery-delivered",
        State::Read => "delivery-read",
        State::Failed => "delivery-failed",
        State::Unknown => "delivery-unknown",
    }
}

fn icon(state: State) -> &'static str {
    match state {
        State::Queued => "clock",
        State::Sending => "send",
        State::Sent => "check",
        State::Delivered => "checks",
        State::Read => "eye",
        State::Failed => "alert-circle",
        State::Unknown => "help-circle",
    }
}

/// Our own reasons in the reader's language, the provider's as they are.
fn words_of(sh: &Shell, code: Option<&str>, words: &str) -> String {
    let key = match code {
        Some("interrupted") => "delivery-interrupted",
        Some("blocked") => "delivery-blocked",
        Some("unsubscribed") => "delivery-unsubscribed",
        Some("timeout") => "delivery-timeout",
        Some("no_link") => "delivery-no-link",
        Some("no_connector" | "not_sent_here") => "delivery-no-connector",
        Some("empty") => "delivery-empty",
        _ => return words.to_owned(),
    };
    sh.t(key).to_string()
}

fn sentence(sh: &Shell, attempt: &Attempt) -> String {
    let words = words_of(sh, attempt.code.as_deref(), attempt.words.as_deref().unwrap_or_default());
    let is_found = attempt.code.as_deref() == Some(outbox::ARRIVED);
    let key = match attempt.outcome {
        None => "delivery-try-runs",
        Some(Outcome::Sent) if is_found => "delivery-try-arrived",
        Some(Outcome::Sent) => "delivery-try-sent",
        Some(Outcome::Again) => "delivery-try-again",
        Some(Outcome::Failed) => "delivery-try-failed",
        Some(Outcome::Unknown) => "delivery-try-unknown",
    };
    let said = Said::from(key).with("number", attempt.number).with("time", sh.full(&attempt.started_at));
    sh.say(&match attempt.outcome {
        Some(Outcome::Sent) if is_found => said.with("by", text::isolate(&words)),
        None | Some(Outcome::Sent) => said,
        Some(Outcome::Again) => {
            let at = attempt.again_at.map(|at| sh.full(&at)).unwrap_or_default();
            said.with("words", words).with("again", at)
        }
        Some(_) => said.with("words", words),
    })
}
