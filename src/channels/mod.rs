//! Where customers write from: connected bots, numbers, mailboxes, widgets and apps.
//!
//! What is here knows its own rows only, never a customer or a conversation: connectors parse, send and say what they
//! allow. Secrets are kept sealed; whoever needs one opens it with `Secrets`.

mod kind;
mod model;
mod store;

pub use kind::ChannelKind;
pub use model::{ACCENT, ApiToken, AppSettings, Channel, FieldRule, Health, NewChannel, Position, WebChatSettings};
pub use store::{
    by_token, delete, enabled, find, find_by_public_key, has_enabled_kind, in_use, insert, insert_token, list, names,
    note_failure, note_success, note_token_used, rename, revoke_token, set_enabled, set_secret, set_settings, tokens,
};
