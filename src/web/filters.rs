//! askama filters.
