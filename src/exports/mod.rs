//! Exports: the customers of a list as a file.
//!
//! - An export is of a list as its filters stand: the Customers page or the inbox, named by the address of the view; or of
//!   a named list. These are for supervisors, too, who see and take their own; all others are the admins'. What
//!   the filters mean in days ("this week") is what they meant when it was ordered.
//! - It is made by a job, for whoever ordered it: with their rights and their scope at the time when it runs. The job walks
//!   customers by number in short reads, and writes to a temporary file of which a crash leaves nothing; then it begins
//!   anew. An attempt that another one has replaced stores nothing.
//! - CSV and XLSX have the eleven columns of [`COLUMNS`], in this order and under these names in every language. After
//!   them CSV has a column for each name under which a customer of the file has a value: custom fields in their order, then
//!   variables by name. Which those are is looked up before the first row: a name that comes to be meanwhile has no column.
//! - Of funnels a file has the number of the block that the customer is in, and which they have been in, in their order, each
//!   with its time: `12 2026-11-28T14:32:05+03:00; 15 2026-11-28T14:40:11+03:00`. A block that was deleted stays in there.
//! - One row a customer. Who has several accounts stands there with the one in the channel of their latest contact; of two
//!   there, with the one that was seen last.
//! - A file over the limit is not cut: the export is "too large", and there is none. A file lives for seven days.

mod actions;
mod csv_table;
mod jobs;
mod make;
mod model;
mod sheet;
mod store;
mod views;
pub mod web;

pub use actions::expire;
pub use csv_table::CsvTable;
pub use model::{COLUMNS, Make};
