//! Slows down whoever guesses: by account and by address, in the memory of each instance.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::time::Duration;

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

    fn too_many(&self, until: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> Error {
        Error::TooMany(until.wait_time_from(self.clock.now()).as_secs() + 1)
    }

    /// Forgets whoever has been quiet, so that memory does not grow with every address ever seen.
    pub fn tidy(&self) {
        self.by_account.retain_recent();
        self.by_address.retain_recent();
        self.public.retain_recent();
    }
}
