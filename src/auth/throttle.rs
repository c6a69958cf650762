//! Slows down whoever guesses: by account and by address, in the memory of each instance.

use std::collections::HashMap;
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::db::types::StaffId;
use crate::error::{Error, Result};

/// The limits of one process.
pub struct Throttle {
    by_account: DefaultKeyedRateLimiter<String>,
    by_address: DefaultKeyedRateLimiter<IpAddr>,
    /// Public endpoints: the widget and the API.
    public: DefaultKeyedRateLimiter<IpAddr>,
    /// Webhooks that were turned away. A provider calls for many customers from one address: what is believed is not
    /// counted.
    strangers: DefaultKeyedRateLimiter<IpAddr>,
    /// Until when an address is not heard that was turned away too often.
    unheard: Mutex<HashMap<IpAddr, Instant>>,
    /// Made once: a new one asks the processor what it can do.
    clock: DefaultClock,
}

const fn times(n: u32) -> NonZeroU32 {
    match NonZeroU32::new(n) {
        Some(n) => n,
        None => NonZeroU32::MIN,
    }
}

impl Default for Throttle {
    fn default() -> Self {
        let one_in =
            |period, burst| Quota::with_period(period).unwrap_or(Quota::per_minute(times(1))).allow_burst(times(burst));
        Self {
            // Five tries at once, then one every 30 seconds.
            by_account: RateLimiter::keyed(one_in(Duration::from_secs(30), 5)),
            // An office shares an address: more at once, and one every 3 seconds.
            by_address: RateLimiter::keyed(one_in(Duration::from_secs(3), 30)),
            public: RateLimiter::keyed(one_in(Duration::from_millis(50), 200)),
            // A bot that was disconnected may still be called, and the provider's next call from there may be for another.
            strangers: RateLimiter::keyed(one_in(Duration::from_millis(100), 200)),
            unheard: Mutex::default(),
            clock: DefaultClock::default(),
        }
    }
}

impl Throttle {
    /// Counts one try to sign in.
    pub fn sign_in(&self, account: &str, address: IpAddr) -> Result<()> {
        self.by_address.check_key(&address).map_err(|until| self.too_many(&until))?;
        self.by_account.check_key(&account.to_owned()).map_err(|until| self.too_many(&until))
    }

    /// Counts one try at the password of somebody who is signed in: as slow as signing in, without keeping them out.
    pub fn password(&self, id: StaffId) -> Result<()> {
        self.by_account.check_key(&format!("staff {id}")).map_err(|until| self.too_many(&until))
    }

    /// Counts one call to a public endpoint.
    pub fn public(&self, address: IpAddr) -> Result<()> {
        self.public.check_key(&address).map_err(|until| self.too_many(&until))
    }

    /// Whether a webhook from this address is listened to: not while too many of its calls were turned away.
    pub fn hook(&self, address: IpAddr) -> Result<()> {
        let mut unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = unheard.get(&address) else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            unheard.remove(&address);
            return Ok(());
        }
        Err(Error::TooMany(left.as_secs() + 1))
    }

    /// Counts one webhook that was turned away: an unknown key, a wrong signature.
    pub fn hook_refused(&self, address: IpAddr) {
        if let Err(until) = self.strangers.check_key(&address) {
            let until = Instant::now() + until.wait_time_from(self.clock.now());
            self.unheard.lock().unwrap_or_else(PoisonError::into_inner).insert(address, until);
        }
    }

    fn too_many(&self, until: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> Error {
        Error::TooMany(until.wait_time_from(self.clock.now()).as_secs() + 1)
    }

    /// Forgets whoever has been quiet, so that memory does not grow with every address ever seen.
    pub fn tidy(&self) {
        self.by_account.retain_recent();
        self.by_address.retain_recent();
        self.public.retain_recent();
        self.strangers.retain_recent();
        let now = Instant::now();
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_is_turned_away_too_often_is_not_heard() {
        let (throttle, [stranger, provider]) = (Throttle::default(), [1, 2].map(|n| IpAddr::from([10, 0, 0, n])));
        for _ in 0..200 {
            throttle.hook_refused(stranger);
            throttle.hook(stranger).unwrap();
        }
        // Some may have been forgiven meanwhile, ten a second.
        let turned_away = (0..1000).any(|_| {
            throttle.hook_refused(stranger);
            throttle.hook(stranger).is_err()
        });
        assert!(turned_away);
        throttle.hook(provider).unwrap();
        std::thread::sleep(Duration::from_millis(150));
        throttle.hook(stranger).unwrap();
    }
}
