//! What only PostgreSQL has: several instances of the desk on one database and one data folder, and a database server
//! that can go away on its own. `tests/run` runs it where it has a server; a plain `cargo test` lists it as ignored:
//!
//! `TEST_DATABASE_URL=postgres://… cargo test --test instances -- --include-ignored`

// Helpers outside `#[test]` functions count as ordinary code to clippy.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::print_stderr)]

#[path = "../app/support/mod.rs"]
mod support;

mod balanced;
mod bucket;
mod busy;
mod cluster;
mod moving;
mod outage;
mod pooled;
mod restart;
mod two;
