//! Whom we do not hear: blocks, and the requests for them.
//!
//! - Supervisors and admins block at once, with a reason and, if they like, an end; operators ask, with a reason.
//! - Blocking closes what is open with the customer, and decides a request that waits. What a blocked customer writes
//!   is kept, opens nothing and counts as no unread; unblocking replays nothing.
//! - Whoever comes by an address that was kept blocked as its customer was deleted is blocked by the program, unless somebody has
//!   let them in since.
//! - A block with an end is lifted by the program when its time comes.
//! - Each step leaves a system message that customers never see.

pub mod actions;
mod model;
mod store;
pub mod views;
pub mod web;

pub use actions::{block_as_before, lift_expired};
pub use model::{Block, BlockRequest, Lasts, REASON, RequestStatus};
pub use store::{current, waiting_of};
pub use views::BlockForm;
