//! A person the business talks to: one record a person.
//!
//! - The number never changes and is never given again.
//! - A name that staff edited is never overwritten by a channel.
//! - A customer without phone and e-mail has a pending action, which ends when either is filled in.
//! - `search_text` holds whatever the customer can be found by, folded; every change of those fields refreshes it here.
//! - Every read takes a `CustomerScope`; what it does not show is not there.

pub mod actions;
mod model;
pub mod store;

pub use model::{ChannelAccount, Claim, ClaimKind, Customer, CustomerTag, Details, Handle, StoredClaim, TypedDetails};
pub use store::{find, require_visible};
