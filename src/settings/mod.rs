//! Settings: what the installation decides for everybody, and the pages on which admins (and everybody, for their own
//! profile) change things. The pages call the domains' actions; only the general settings and the rules are this module's own.

mod actions;
pub mod channel_form;
mod connecting;
mod model;
pub mod set_up;
mod store;
pub mod views;
pub mod web;

pub use actions::{
    at_most, business_name, distributes, general, hold, is_sealed, is_sealed_by, language, requires_tag, rules,
    save_general, save_rules,
};
pub use model::{General, Rules};
pub use set_up::{SetUp, set_up_all};
pub use store::DISTRIBUTES;
