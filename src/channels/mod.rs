//! Channels: what customers write through. They know no database of ours and no domain: they parse, send and say what
//! they allow.

mod kind;

pub use kind::ChannelKind;
