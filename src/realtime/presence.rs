//! Who is here and who is typing: in memory, with expiry, fed by topics so that every instance knows.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};
use std::time::{Duration, Instant};

use super::Doing;
use crate::db::types::{CustomerId, StaffId};

/// An open page says "here" again well within this time.
const HERE: Duration = Duration::from_secs(45);
/// Typing shows this long after the last key.
const TYPING: Duration = Duration::from_secs(6);

/// The staff at one customer.
type Here = HashMap<StaffId, Seen>;

/// What somebody does.
#[derive(Clone, Copy)]
struct Seen {
    doing: Doing,
    /// When they did it last.
    when: Instant,
    /// When others heard of it last: other instances know no more than they are told.
    told: Instant,
}

/// Staff at customers, and customers typing.
#[derive(Default)]
pub struct Presences {
    staff: Mutex<HashMap<CustomerId, Here>>,
    customers: Mutex<HashMap<CustomerId, Instant>>,
}

impl Presences {
    /// Notes what a staff member does. True if others should be told: something new, or the same before what they were told
    /// expires.
    pub fn note(&self, customer: CustomerId, staff: StaffId, doing: Doing) -> bool {
        self.note_at(customer, staff, doing, Instant::now())
    }

    fn note_at(&self, customer: CustomerId, staff: StaffId, doing: Doing, now: Instant) -> bool {
        let mut all = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        if doing == Doing::Gone {
            let Some(here) = all.get_mut(&customer) else { return false };
            let was = here.remove(&staff).is_some();
            if here.is_empty() {
                all.remove(&customer);
            }
            return was;
        }
        let here = all.entry(customer).or_default();
        let known = here.get(&staff).filter(|seen| seen.doing == doing && now - seen.told < Self::lasts(doing) / 2);
        let told = known.map_or(now, |seen| seen.told);
        let is_news = known.is_none();
        here.insert(staff, Seen { doing, when: now, told });
        is_news
    }

    /// Notes that a customer types or has stopped.
    pub fn note_customer(&self, customer: CustomerId, typing: bool) {
        let mut all = self.customers.lock().unwrap_or_else(PoisonError::into_inner);
        if typing {
            all.insert(customer, Instant::now());
        } else {
            all.remove(&customer);
        }
    }

    /// Staff at a customer now, without `except`, and what they do.
    pub fn at(&self, customer: CustomerId, except: StaffId) -> Vec<(StaffId, Doing)> {
        let all = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        let mut found: Vec<_> = all
            .get(&customer)
            .into_iter()
            .flatten()
            .filter(|(id, seen)| **id != except && seen.when.elapsed() < HERE)
            .map(|(id, seen)| {
                let typing = seen.doing == Doing::Typing && seen.when.elapsed() < TYPING;
                (*id, if typing { Doing::Typing } else { Doing::Here })
            })
            .collect();
        found.sort_by_key(|(id, _)| *id);
        found
    }

    /// Whether the customer is typing now.
    pub fn customer_types(&self, customer: CustomerId) -> bool {
        let all = self.customers.lock().unwrap_or_else(PoisonError::into_inner);
        all.get(&customer).is_some_and(|when| when.elapsed() < TYPING)
    }

    /// Forgets what has expired.
    pub fn tidy(&self) {
        let mut staff = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        staff.retain(|_, here| {
            here.retain(|_, seen| seen.when.elapsed() < HERE);
            !here.is_empty()
        });
        self.customers.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, when| when.elapsed() < TYPING);
    }

    fn lasts(doing: Doing) -> Duration {
        if doing == Doing::Typing { TYPING } else { HERE }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn others_hear_of_it_again_before_it_expires() {
        let presences = Presences::default();
        let began = Instant::now();
        let told = |doing, every: u64, until: u64| -> Vec<u64> {
            let at = |second: &u64| began + Duration::from_secs(*second);
            let says = |second: &u64| presences.note_at(CustomerId(1), StaffId(1), doing, at(second));
            (0..=until).step_by(usize::try_from(every).unwrap()).filter(says).collect()
        };
        // As the page says it.
        assert_eq!(told(Doing::Here, 25, 100), [0, 25, 50, 75, 100]);
        assert_eq!(told(Doing::Typing, 1, 9), [0, 3, 6, 9]);
        // With each message that comes in.
        assert_eq!(told(Doing::Here, 5, 50), [0, 25, 50]);
    }
}
