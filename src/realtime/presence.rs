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

/// The staff at one customer: what each does, and since when.
type Here = HashMap<StaffId, (Doing, Instant)>;

/// Staff at customers, and customers typing.
#[derive(Default)]
pub struct Presences {
    staff: Mutex<HashMap<CustomerId, Here>>,
    customers: Mutex<HashMap<CustomerId, Instant>>,
}

impl Presences {
    /// Notes what a staff member does. True if others should be told: something new, not the same again.
    pub fn note(&self, customer: CustomerId, staff: StaffId, doing: Doing) -> bool {
        let mut all = self.staff.lock().unwrap_or_else(PoisonError::into_inner);
        if doing == Doing::Gone {
            let Some(here) = all.get_mut(&customer) else { return false };
            let was = here.remove(&staff).is_some();
            if here.is_empty() {
                all.remove(&customer);
            }
            return was;
        }
        let before = all.entry(customer).or_default().insert(staff, (doing, Instant::now()));
        before.is_none_or(|(what, when)| what != doing || when.elapsed() > Self::lasts(what))
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
            .filter(|(id, (_, when))| **id != except && when.elapsed() < HERE)
            .map(|(id, (doing, when))| {
                let typing = *doing == Doing::Typing && when.elapsed() < TYPING;
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
            here.retain(|_, (_, when)| when.elapsed() < HERE);
            !here.is_empty()
        });
        self.customers.lock().unwrap_or_else(PoisonError::into_inner).retain(|_, when| when.elapsed() < TYPING);
    }

    fn lasts(doing: Doing) -> Duration {
        if doing == Doing::Typing { TYPING } else { HERE }
    }
}
