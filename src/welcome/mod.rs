//! The one-time link: sets a staff member's first or new password, or makes the first admin.

mod views;
pub mod web;
