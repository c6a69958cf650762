//! Customers and what belongs to them, as the database has it.

mod addressing;
mod claims;
mod details;

use std::sync::Arc;

use diesel::prelude::*;

use crate::channels::ChannelKind;
use crate::db::schema::{channel_accounts, customer_handles, customers};
use crate::db::types::{AccountId, ChannelId, CompanyId, CustomerId, MessageId, StaffId, UtcTime};
use crate::lists::CustomerList;
use crate::messages::MessageKind;
use crate::text;

pub use addressing::Addressing;
pub use claims::{Claim, ClaimKind, StoredClaim};
pub use details::{Details, TypedDetails};

/// Lists by a customer: those that they are on, and the others.
#[derive(Clone, Debug)]
pub struct Lists {
    pub on: Vec<Arc<CustomerList>>,
    pub others: Vec<Arc<CustomerList>>,
}

/// A person the business talks to.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = customers)]
pub struct Customer {
    /// Unique, never edited, never given again.
    pub id: CustomerId,
    /// The nickname: as the channel names them, until staff edit it.
    pub name: String,
    pub name_edited: bool,
    pub real_name: String,
    pub phone: Option<String>,
    /// As a number that can be compared.
    pub phone_digits: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub company_id: Option<CompanyId>,
    pub responsible_id: Option<StaffId>,
    pub language: String,
    pub note: String,
    pub source_tag: String,
    pub avatar_url: Option<String>,
    /// The channel of the latest contact.
    pub channel_id: Option<ChannelId>,
    pub channel_kind: Option<ChannelKind>,
    pub blocked: bool,
    pub paused: bool,
    /// Conversations that are not closed.
    pub active_count: i64,
    pub unread_count: i64,
    pub last_message_id: Option<MessageId>,
    pub last_message_kind: Option<MessageKind>,
    pub last_message_author_id: Option<StaffId>,
    /// The beginning of the last message, one line.
    pub last_message_text: String,
    pub last_message_attachment: bool,
    pub last_activity_at: UtcTime,
    pub created_at: UtcTime,
    /// The newest outgoing message has not arrived.
    pub send_failed: bool,
}

impl Customer {
    /// Up to two letters for the avatar.
    pub fn initials(&self) -> String {
        text::initials(&self.name)
    }

    /// The avatar's colour, 1 to 8.
    pub fn hue(&self) -> u8 {
        text::hue(self.id.0)
    }

    pub fn is_active(&self) -> bool {
        self.active_count > 0
    }

    pub fn is_unread(&self) -> bool {
        self.unread_count > 0
    }
}

/// A customer as lists show them.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = customers)]
pub struct ListedCustomer {
    pub id: CustomerId,
    pub name: String,
    pub name_folded: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub company_id: Option<CompanyId>,
    pub responsible_id: Option<StaffId>,
    pub channel_kind: Option<ChannelKind>,
    pub blocked: bool,
    pub paused: bool,
    pub last_activity_at: UtcTime,
}

impl ListedCustomer {
    /// Up to two letters for the avatar.
    pub fn initials(&self) -> String {
        text::initials(&self.name)
    }

    /// The avatar's colour, 1 to 8.
    pub fn hue(&self) -> u8 {
        text::hue(self.id.0)
    }

    /// The channel's word, or nothing.
    pub fn channel(&self) -> &'static str {
        self.channel_kind.map_or("", |kind| kind.as_str())
    }

    /// The channel's icon in the sprite.
    pub fn channel_icon(&self) -> &'static str {
        match self.channel_kind {
            Some(ChannelKind::WebChat) => "message-circle",
            Some(ChannelKind::Email) => "mail",
            Some(ChannelKind::Telegram) => "brand-telegram",
            Some(ChannelKind::WhatsApp) => "brand-whatsapp",
            Some(ChannelKind::Viber) => "brand-viber",
            Some(ChannelKind::App) | None => "device-mobile",
        }
    }

    /// Whether a phone or an e-mail has yet to be found out: they have a pending action.
    pub fn lacks_details(&self) -> bool {
        self.phone.is_none() && self.email.is_none()
    }

    /// What tells two of the same name apart.
    pub fn contact(&self) -> &str {
        self.phone.as_deref().or(self.email.as_deref()).unwrap_or_default()
    }
}

/// A customer's identity in one channel.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = channel_accounts)]
pub struct ChannelAccount {
    pub id: AccountId,
    pub customer_id: CustomerId,
    pub channel_id: ChannelId,
    pub address: String,
    pub display_name: String,
    pub username: String,
    pub read_message_id: MessageId,
    pub unsubscribed_at: Option<UtcTime>,
    pub last_seen_at: UtcTime,
}

/// A handle in a messenger that is no channel here.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = customer_handles)]
pub struct Handle {
    pub customer_id: CustomerId,
    pub label: String,
    pub value: String,
}

/// What stands against a customer now.
#[derive(Clone, Debug, Queryable)]
pub struct CurrentBlock {
    pub reason: String,
    pub created_at: UtcTime,
    pub expires_at: Option<UtcTime>,
    /// Who blocked; nobody, if the program did.
    pub by: Option<String>,
}

/// What is destroyed with a customer, the customer not counted.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Records {
    pub accounts: i64,
    pub conversations: i64,
    pub messages: i64,
    pub files: i64,
}

impl Records {
    /// All of them and the customer: the number to type.
    pub fn total(&self) -> i64 {
        1 + self.accounts + self.conversations + self.messages + self.files
    }
}
