//! Journeys in a real Chromium; `support` says how one is written. `tests/run browser` runs them.

// Helpers outside `#[test]` functions count as ordinary code to clippy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

#[path = "../app/support/mod.rs"]
mod app;
mod support;

mod answers;
mod drafts;
mod keyboard;
mod manners;
mod overlays;
mod pages;
mod reading;
mod reconnecting;
mod searching;
mod signing_in;
mod tagging;
mod visiting;
mod whole_story;
mod without_scripts;
