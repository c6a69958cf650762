//! Slows down whoever guesses: by account and by address, in the memory of each instance.
//!
//! An account that is guessed at from one place stays open to its owner from another: who knows an admin's e-mail could
//! keep them out for ever otherwise. What keeps guessing from very many places slow is a limit for the account alone, far
//! above what one of them gets through.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::net::{IpAddr, Ipv6Addr};
use std::num::NonZeroU32;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

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
    /// Public endpoints: the widget.
    public: DefaultKeyedRateLimiter<IpAddr>,
    /// Bytes of files that come to public endpoints, in kibibytes: nobody fills the disk from one place.
    uploads: DefaultKeyedRateLimiter<IpAddr>,
    /// Unknown outside, so that nobody finds another account of the same number.
    numbers: RandomState,
    /// A provider calls for many customers from one address: what is believed is not counted.
    hooks: Strangers,
    /// So does a company's server, with a token.
    programs: Strangers,
    /// What one token may ask, by its number.
    tokens: DefaultKeyedRateLimiter<i64>,
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
            // Half a gibibyte at once, then four a day. An office shares an address.
            uploads: RateLimiter::keyed(one_in(Duration::from_millis(20), 512 * 1024)),
            numbers: RandomState::new(),
            // A bot that was disconnected may still be called, and the provider's next call from there may be for another.
            hooks: Strangers::new(one_in(Duration::from_millis(100), 200)),
            programs: Strangers::new(one_in(Duration::from_millis(100), 200)),
            // It speaks for all users of its company.
            tokens: RateLimiter::keyed(one_in(Duration::from_millis(5), 1_000)),
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

    /// Counts bytes of a file that comes to a public endpoint. What is begun of a kibibyte counts as one.
    pub fn upload(&self, address: IpAddr, bytes: u64) -> Result<()> {
        let count = u32::try_from(bytes.div_ceil(1024)).unwrap_or(u32::MAX);
        match self.uploads.check_key_n(&network(address), NonZeroU32::new(count).unwrap_or(NonZeroU32::MIN)) {
            Ok(counted) => counted.map_err(|until| self.too_many(&until)),
            // More than is ever left: the form's own limits are far below.
            Err(_) => Err(Error::TooLarge(usize::try_from(bytes).unwrap_or(usize::MAX))),
        }
    }

    /// Whether a webhook from this address is listened to: not while too many of its calls were turned away.
    pub fn hook(&self, address: IpAddr) -> Result<()> {
        self.hooks.listen(address)
    }

    /// Counts one webhook that was turned away: an unknown key, a wrong signature.
    pub fn hook_refused(&self, address: IpAddr) {
        self.hooks.refused(address, &self.clock);
    }

    /// Whether a program at this address is listened to: not while too many tokens from there were wrong.
    pub fn program(&self, address: IpAddr) -> Result<()> {
        self.programs.listen(address)
    }

    /// Counts one token that does not work.
    pub fn program_refused(&self, address: IpAddr) {
        self.programs.refused(address, &self.clock);
    }

    /// Counts one call with a token that works, wherever it comes from.
    pub fn token(&self, id: i64) -> Result<()> {
        self.tokens.check_key(&id).map_err(|until| self.too_many(&until))
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
        self.uploads.retain_recent();
        self.tokens.retain_recent();
        self.hooks.tidy();
        self.programs.tidy();
    }
}

/// Those whose calls are turned away, and nobody else. Who is turned away too often is not heard for a while.
struct Strangers {
    counted: DefaultKeyedRateLimiter<IpAddr>,
    unheard: Mutex<HashMap<IpAddr, Instant>>,
}

impl Strangers {
    fn new(quota: Quota) -> Self {
        Self { counted: RateLimiter::keyed(quota), unheard: Mutex::default() }
    }

    fn listen(&self, address: IpAddr) -> Result<()> {
        let mut unheard = self.unheard.lock().unwrap_or_else(PoisonError::into_inner);
        let Some(until) = unheard.get(&network(address)) else { return Ok(()) };
        let left = until.saturating_duration_since(Instant::now());
        if left.is_zero() {
            unheard.remove(&network(address));
            return Ok(());
        }
        Err(Error::TooMany(left.as_secs() + 1))
    }

    fn refused(&self, address: IpAddr, clock: &DefaultClock) {
        if let Err(until) = self.counted.check_key(&network(address)) {
            let until = Instant::now() + until.wait_time_from(clock.now());
            self.unheard.lock().unwrap_or_else(PoisonError::into_inner).insert(network(address), until);
        }
    }

    fn tidy(&self) {
        self.counted.retain_recent();
        let now = Instant::now();
        self.unheard.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, until| *until > now);
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

    /// Half a gibibyte comes in from one place at once, and then little; from elsewhere as much.
    #[test]
    fn bytes_are_counted_by_network() {
        const MEBIBYTE: u64 = 1024 * 1024;
        let throttle = Throttle::default();
        let taken = |address: &str| (0..600).take_while(|_| throttle.upload(at(address), MEBIBYTE).is_ok()).count();
        let first = taken("192.0.2.1");
        assert!((512..530).contains(&first), "{first}");
        assert!(matches!(throttle.upload(at("192.0.2.1"), MEBIBYTE), Err(Error::TooMany(1..=60))));
        assert!(taken("2001:db8::1") >= 512);
        assert!(throttle.upload(at("2001:db8::2"), MEBIBYTE).is_err(), "the same /64");
    }

    /// A program that asks too often slows down itself alone.
    #[test]
    fn each_token_is_counted_alone() {
        let throttle = Throttle::default();
        let refused = (0..100_000).find_map(|asked| throttle.token(1).err().map(|error| (asked, error)));
        assert!(matches!(refused, Some((1_000..50_000, Error::TooMany(1)))), "{refused:?}");
        assert!((0..1_000).all(|_| throttle.token(2).is_ok()), "another token waits for the busy one");
    }

    /// What providers are believed is not counted; who is turned away again and again is not heard for a while.
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
