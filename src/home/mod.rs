//! Home: the way to every section, and today in numbers.

pub mod web;
