//! The customer bar.

use super::super::load::Known;
use super::Beside;
use crate::conversations::Conversation;
use crate::db::types::ChannelId;
use crate::web::shell::Shell;

/// The customer bar.
pub struct SideView {
    pub known: Known,
    pub back: String,
    pub beside: Beside,
}

impl SideView {
    pub fn new(known: Known, beside: Beside) -> Self {
        Self { known, back: beside.here.clone(), beside }
    }

    /// The kind of the channel of this number.
    pub fn kind_of(&self, id: &ChannelId) -> &'static str {
        self.known.channels.iter().find(|c| c.id == *id).map_or("", |c| c.kind.as_str())
    }

    pub fn is_mine(&self, sh: &Shell) -> bool {
        self.known.customer.responsible_id == Some(sh.me.id)
    }

    pub fn channel_kind(&self) -> &'static str {
        self.known.customer.channel_kind.as_ref().map_or("", |kind| kind.as_str())
    }

    pub fn edit_url(&self) -> String {
        let back: String = url::form_urlencoded::byte_serialize(self.back.as_bytes()).collect();
        format!("/customers/{}/edit?back={back}", self.known.customer.id)
    }

    pub fn previous_name(&self, sh: &Shell, conversation: &Conversation) -> String {
        sh.ta("messages-conversation", "number", conversation.id)
    }
}
