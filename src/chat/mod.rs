//! The web chat: a launcher on somebody's site, and the panel that it opens.
//!
//! - The launcher (`static/widget/widget.js`) runs in the host page and knows nothing but its channel's look. The panel is
//!   an iframe of ours (`chat.js`), so that the host's styles and scripts do not reach it.
//! - A visitor is known again by a token that the host page keeps (`identity.rs`): third-party cookies are blocked. The
//!   token names an address in the channel; a customer is made by the first message, not by opening the panel.
//! - Staff-only matter never gets here: everything is read through `portal`.

mod details;
mod identity;
mod model;
pub mod pages;
mod store;
mod views;
pub mod web;

pub use details::Geo;
