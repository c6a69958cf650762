//! Where customers write from: connected bots, numbers, mailboxes, widgets and apps.
//!
//! What is here knows its own rows only, never a customer or a conversation: a [`Connector`] for each kind parses, sends
//! and says what it allows. `registry.rs` is the list of kinds; a kind has a folder of its own. Secrets are kept sealed;
//! a [`Link`] holds them in the clear for as long as a call lasts.

mod abilities;
mod answer;
mod app;
mod connector;
pub mod email;
mod failure;
mod form;
mod hook;
pub mod inbound;
mod json;
mod kind;
mod link;
mod model;
mod outbound;
mod polling;
pub mod registry;
mod store;
mod telegram;
mod template;
mod viber;
mod web_chat;
mod whatsapp;

pub use abilities::{Abilities, FileLimits, MB, Pace, Takes, WritesFirst};
pub use app::AppSettings;
pub use connector::Connector;
pub use failure::{Failure, Way};
pub use form::{Checked, Field, FieldKind, Problem, Values};
pub use hook::{Accepted, Hook, HookRefused, RawEvent};
pub use kind::ChannelKind;
pub use link::{Link, Net, pack, unpack};
pub use model::{ApiToken, Channel, Health, NewChannel};
pub use outbound::{Content, Extra, Mail, OutFile, Outbound, Receipt, Template};
pub use polling::{Polled, Polling, Receives};
pub use store::{
    all_tokens, by_token, delete, enabled, find, find_by_public_key, find_now, in_use, insert, insert_token, list,
    list_now, names, note_failure, note_success, note_token_used, rename, revoke_token, set_enabled, set_secret,
    set_settings, tokens,
};
pub use template::{RemoteTemplate, TemplateSource, TemplateState, Templates};
pub use web_chat::{ACCENT, FieldRule, Position, VOUCHED, WebChatSettings};
