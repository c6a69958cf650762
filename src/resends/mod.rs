//! "Resend failed messages": what did not arrive is sent again, to every customer whose newest outgoing message failed.
//!
//! - A run knows from the start what it sends, in which order; it was counted before it began. One run goes at a time.
//! - A job takes one message a step, and its successor is enqueued for after the interval: a run outlives a restart, and
//!   a step that comes twice is done once.
//! - Each step looks again: a customer who has been blocked, who has left, or who has been written to meanwhile is
//!   passed over. No conversation is opened; the message itself goes once more.
//! - What waits for its next try by itself ("Too many requests") has not failed, so it is never among them.

mod actions;
mod jobs;
mod model;
mod store;
mod views;
pub mod web;

pub use model::{Progress, Step};
pub use store::going;
