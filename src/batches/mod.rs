//! One action on many customers at once: those who were marked, or all who match a filter.
//!
//! - A batch knows from the start whom it is about, and how many they are. Their numbers are read before it begins and kept
//!   a thousand a row, so that the write that begins it is short also where they are a million. Whose turn it is leaves the
//!   list; to whom it could not be done is noted, with the reason.
//! - Up to a page of them is done in the write that starts it. More are done by a job, a hundred a step, whose
//!   successor is enqueued with it: a batch outlives a restart, and a step that comes twice is done once.
//! - Each step asks anew what the person who started it may do and see. Who is gone or out of sight by then is told
//!   as gone; who is already as they should be is no failure.

mod actions;
mod jobs;
mod model;
mod store;
mod views;
pub mod web;

pub use actions::start;
pub use model::{Action, Batch, Deed, Step, Those, Whom};
pub use store::{Going, count, going, read};
