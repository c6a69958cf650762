//! E-mail against real servers: Postfix and Dovecot, which `lab` starts. One module a capability.

// Helpers outside `#[test]` functions count as ordinary code to clippy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

#[path = "../app/support/mod.rs"]
mod app;
mod corpus;
mod desk;
mod lab;
mod servers;
mod tokens;
