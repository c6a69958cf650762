//! Finding customers: one query over name, phone digits, e-mail, external ID, usernames and addresses.
//!
//! - Three characters or more, any case in any script, anywhere in a line of `customers.search_text`; a leading `@` is
//!   dropped. What looks like a phone number is tried by its digits too.
//! - Blocked customers are found like all others; what the person may not see is not.
//! - Best match first, then latest activity. The first 50 are shown.
//! - A list of results is exactly what a plain substring comparison of all customers gives: trigrams only say where to
//!   look. Of a term that thousands share, the exact matches and the newest are shown.

mod highlight;
mod model;
mod results;
pub mod store;
mod views;
pub mod web;

pub use highlight::{Piece, highlight, highlight_phone};
pub use model::{Query, SHORTEST, Term};
