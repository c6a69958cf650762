//! A person the business talks to: one record a person.
//!
//! - The number never changes and is never given again.
//! - A name that staff edited is never overwritten by a channel.
//! - Who is deleted as unsubscribed while blocked leaves marks of their addresses, and comes back blocked.
//! - A customer without phone and e-mail has a pending action, which ends when either is filled in.
//! - `search_text` holds whatever the customer can be found by, folded; every change of those fields refreshes it here;
//!   `search_pairs` says without reading it who cannot hold a text.
//! - Every read takes a `CustomerScope`; what it does not show is not there.

pub mod actions;
pub mod filter;
mod model;
pub mod store;
mod views;
pub mod web;

pub use actions::{make_pairs, mend_search};
pub use model::{
    Addressing, ChannelAccount, Claim, ClaimKind, CurrentBlock, Customer, Details, Handle, ListedCustomer, Lists,
    Records, StoredClaim, TypedDetails,
};
pub use store::{
    Belongings, FoundBy, KnownAccount, NewAccount, Origin, Told, find, find_held, finding, list, numbered,
    numbered_customers, pairs, refresh_pending, refresh_search_text, require_visible, search_text,
};
pub use views::EditForm;
pub use web::edit::parse as parse_form;
