//! Slows down whoever guesses: by account and by address, in the memory of each instance.
//!
//! An account that is guessed at from one place stays open to its owner from another: who knows an admin's e-mail could
//! keep them out for ever otherwise. What keeps guessing from very many places slow is a limit for the account alone, far
//! above what one of them gets through.

use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::time::Duration;

use governor::clock::{Clock, DefaultClock};
use governor::{DefaultKeyedRateLimiter, Quota, RateLimiter};

use crate::db::types::StaffId;
use crate::error::{Error, Result};

/// The limits of one process.
pub struct Throttle {
    /// An account and where its password is tried from, as a number: what is typed can be long.
    by_account: DefaultKeyedRateLimiter<u64>,
    by_account_anywhere: DefaultKeyedRateLimiter<u64>,
    by_network: DefaultKeyedRateLimiter<IpAddr>,
    /// Whoever is signed in and asked for their password.
    passwords: DefaultKeyedRateLimiter<StaffId>,
    /// Public endpoints: the widget and the API.
    public: DefaultKeyedRateLimiter<IpAddr>,
    /// Unknown outside, so that nobody finds another account of the same number.
    numbers: RandomState,
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
            // As many as from six places.
            by_account_anywhere: RateLimiter::keyed(one_in(Duration::from_secs(5), 60)),
            // An office shares an address: more at once, and one every 3 seconds.
            by_network: RateLimiter::keyed(one_in(Duration::from_secs(3), 30)),
            passwords: RateLimiter::keyed(one_in(Duration::from_secs(30), 5)),
            public: RateLimiter::keyed(one_in(Duration::from_millis(50), 200)),
            numbers: RandomState::new(),
            clock: DefaultClock::default(),
        }
    }
}

impl Throttle {
    /// Counts one try to sign in.
    pub fn sign_in(&self, account: &str, address: IpAddr) -> Result<()> {
        let network = network(address);
        self.by_network.check_key(&network).map_err(|until| self.too_many(&until))?;
        let here = self.numbers.hash_one((account, network));
        self.by_account.check_key(&here).map_err(|until| self.too_many(&until))?;
        let anywhere = self.numbers.hash_one(account);
        self.by_account_anywhere.check_key(&anywhere).map_err(|until| self.too_many(&until))
    }

    /// Counts one try at the password of somebody who is signed in: as slow as signing in, without keeping them out.
    pub fn password(&self, id: StaffId) -> Result<()> {
        self.passwords.check_key(&id).map_err(|until| self.too_many(&until))
    }

    /// Counts one call to a public endpoint.
    pub fn public(&self, address: IpAddr) -> Result<()> {
        self.public.check_key(&network(address)).map_err(|until| self.too_many(&until))
    }

    fn too_many(&self, until: &governor::NotUntil<<DefaultClock as Clock>::Instant>) -> Error {
        Error::TooMany(until.wait_time_from(self.clock.now()).as_secs() + 1)
    }

    /// Forgets whoever has been quiet, so that memory does not grow with every address ever seen.
    pub fn tidy(&self) {
        self.by_account.retain_recent();
        self.by_account_anywhere.retain_recent();
        self.by_network.retain_recent();
        self.passwords.retain_recent();
        self.public.retain_recent();
    }
}

/// Where an address belongs: whoever has one of IPv6 has all of its /64.
fn network(address: IpAddr) -> IpAddr {
    match address.to_canonical() {
        IpAddr::V6(long) => Ipv6Addr::from_bits(long.to_bits() & (u128::MAX << 64)).into(),
        short => short,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(address: &str) -> IpAddr {
        address.parse().unwrap()
    }

    /// Who guesses at an account keeps its owner out only from where they guess themselves, until they guess from very many
    /// places.
    #[test]
    fn an_account_stays_open_to_its_owner() {
        let throttle = Throttle::default();
        let tries = |address: &str| (0..7).filter(|_| throttle.sign_in("admin@desk.test", at(address)).is_ok()).count();
        assert_eq!(tries("203.0.113.7"), 5);
        assert_eq!(tries("198.51.100.1"), 5, "the owner, from elsewhere");
        let many: usize = (0..20).map(|n| tries(&format!("192.0.2.{n}"))).sum();
        assert!((50..53).contains(&many), "{many}");
    }

    /// A /64 is one place, and so is an address of IPv4 that a socket of IPv6 shows.
    #[test]
    fn a_network_is_one_place() {
        assert_eq!(network(at("2001:db8:1:2:aaaa::1")), network(at("2001:db8:1:2:bbbb::2")));
        assert_ne!(network(at("2001:db8:1:2::1")), network(at("2001:db8:1:3::1")));
        assert_eq!(network(at("::ffff:192.0.2.1")), at("192.0.2.1"));
    }

    /// An e-mail can read like anything: it never counts against a password that is asked of somebody signed in.
    #[test]
    fn signing_in_and_showing_a_password_are_counted_apart() {
        let throttle = Throttle::default();
        for _ in 0..6 {
            let _ = throttle.sign_in("staff 1", at("192.0.2.1"));
        }
        assert!(throttle.password(StaffId(1)).is_ok());
    }
}
