//! For whoever runs the desk: whether it lives, whether it can work, and how much it does.
//!
//! - These paths stand outside the sessions: they cost no read of one, set no cookie and leave no line in the log, however often
//!   a load balancer asks.
//! - What they say names no address, no secret and no customer.
//! - Measurements are there for whoever has the token of the settings. Without one nothing is measured, and there is no page.

mod figures;
mod measured;
mod store;
pub mod web;

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};

pub use measured::measured;

/// Whether the process has been told to stop. Copies share one answer.
#[derive(Clone, Debug, Default)]
pub struct Stopping(Arc<AtomicBool>);

impl Stopping {
    /// From now on it is.
    pub fn begin(&self) {
        self.0.store(true, Ordering::Relaxed);
    }

    pub fn is_begun(&self) -> bool {
        self.0.load(Ordering::Relaxed)
    }

    /// The flag itself, for a thread that looks at it.
    pub fn flag(&self) -> Arc<AtomicBool> {
        self.0.clone()
    }
}
