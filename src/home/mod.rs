//! Home: the way to every section, and today in numbers.
//!
//! - Numbers and charts count what the person may see, in days of the installation's time zone.
//! - Every count is capped or bounded by a week, and is read from an index.

mod charts;
mod model;
mod store;
mod views;
pub mod web;
