//! Reports: how many conversations were opened and closed, how soon they were answered and how they were rated, by day,
//! operator and channel. For supervisors and admins, who see everybody's.
//!
//! - A day counts what no longer changes when it is over: conversations opened on it, closed on it (with their times to the
//!   first reply and to the end), rated on it. The first reply is asked of conversations that customers began.
//! - The operator is the assignee. Whoever has closed or was rated stays that; a conversation that was opened counts for
//!   whoever works it when its day is counted, which is soon after midnight.
//! - Days that are over are counted once, by the work that comes round, newest first, and kept: `report_days` has a row for
//!   each channel and operator, and the sums that a page shows; whole weeks of them once more, for long periods.
//!   `reported_days` says which days are counted. Today, and a few days that are not counted yet, are counted on the spot, by
//!   the same statement. Where more are missing, the page says so and shows no figures.
//! - Days are those of the installation's time zone. Where that changes, all are counted anew.
//! - A rating that is changed on a later day counts on that one: the day before it loses it (`conversations::store::ratings`).
//! - What is kept are anonymous numbers: customers who are deleted stay in the figures of days that are over.

mod actions;
mod charts;
pub mod days;
mod file;
pub mod model;
pub mod store;
mod tiles;
mod views;
pub mod web;

pub use actions::count_days;
