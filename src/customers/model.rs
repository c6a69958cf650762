//! A customer as the database has them, and the checked words to make or edit one.

use diesel::prelude::*;

use crate::channels::ChannelKind;
use crate::db::schema::{channel_accounts, contact_claims, customer_handles, customer_tags, customers};
use crate::db::types::{AccountId, ChannelId, CompanyId, CustomerId, CustomerTagId, MessageId, StaffId, UtcTime};
use crate::messages::MessageKind;
use crate::text;
use crate::web::forms::{Errors, LINES};

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

/// A mark on customers.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = customer_tags)]
pub struct CustomerTag {
    pub id: CustomerTagId,
    pub name: String,
    /// 1 to 8.
    pub hue: i32,
}

/// A handle in a messenger that is no channel here.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable, Insertable)]
#[diesel(table_name = customer_handles)]
pub struct Handle {
    pub customer_id: CustomerId,
    pub label: String,
    pub value: String,
}

/// What an unverified visitor typed about themselves.
#[derive(Clone, Debug, PartialEq, Eq, Queryable, Selectable)]
#[diesel(table_name = contact_claims)]
pub struct StoredClaim {
    pub id: i64,
    pub kind: ClaimKind,
    pub value: String,
    pub value_folded: String,
}

crate::text_enum!(
    /// What can be claimed.
    ClaimKind { Phone = "phone", Email = "email" }
);

/// A claim to store.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Claim {
    pub kind: ClaimKind,
    pub value: String,
}

/// The fields of a customer that staff fill in, checked.
#[derive(Clone, Debug, Default, PartialEq, Eq, Hash)]
pub struct Details {
    pub name: String,
    pub real_name: String,
    pub phone: Option<String>,
    pub email: Option<String>,
    pub external_id: Option<String>,
    pub company_id: Option<CompanyId>,
    pub language: String,
    pub note: String,
    pub handles: Vec<(String, String)>,
}

impl Details {
    /// Those of a customer.
    pub fn of(customer: &Customer, handles: &[Handle]) -> Self {
        Self {
            name: customer.name.clone(),
            real_name: customer.real_name.clone(),
            phone: customer.phone.clone(),
            email: customer.email.clone(),
            external_id: customer.external_id.clone(),
            company_id: customer.company_id,
            language: customer.language.clone(),
            note: customer.note.clone(),
            handles: handles.iter().map(|h| (h.label.clone(), h.value.clone())).collect(),
        }
    }

    /// Changes when any of the fields does: a form that shows them carries it, so that nobody overwrites what they
    /// have not seen.
    pub fn version(&self) -> String {
        use std::hash::{DefaultHasher, Hash, Hasher};
        let mut hasher = DefaultHasher::new();
        self.hash(&mut hasher);
        format!("{:016x}", hasher.finish())
    }
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

/// The same fields as they were typed.
#[derive(Clone, Debug, Default, serde::Deserialize)]
#[serde(default)]
pub struct TypedDetails {
    pub name: String,
    pub real_name: String,
    pub phone: String,
    pub email: String,
    pub external_id: String,
    pub company_id: String,
    pub language: String,
    pub note: String,
    /// One a line: `QQ: 12345`.
    pub handles: String,
}

impl TypedDetails {
    /// As a form shows fields that are there.
    pub fn of(details: &Details) -> Self {
        let lines: Vec<String> = details.handles.iter().map(|(label, value)| format!("{label}: {value}")).collect();
        Self {
            name: details.name.clone(),
            real_name: details.real_name.clone(),
            phone: details.phone.clone().unwrap_or_default(),
            email: details.email.clone().unwrap_or_default(),
            external_id: details.external_id.clone().unwrap_or_default(),
            company_id: details.company_id.map(|id| id.to_string()).unwrap_or_default(),
            language: details.language.clone(),
            note: details.note.clone(),
            handles: lines.join("\n"),
        }
    }

    /// The checked fields. The name falls back to the phone or e-mail only where `name_needed` is false.
    pub fn parse(&self) -> Result<Details, Errors> {
        let mut errors = Errors::default();
        let name = errors.line("name", &self.name, "customers-name-missing");
        let external_id = errors.optional_line("external_id", &self.external_id);
        let company = errors.optional_line("company_id", &self.company_id);
        let company_id = if company.is_empty() { None } else { company.parse().ok() };
        if company_id.is_none() && !company.is_empty() {
            errors.add("company_id", "customers-company-unknown");
        }
        let details = Details {
            name,
            real_name: errors.optional_line("real_name", &self.real_name),
            phone: errors.phone("phone", &self.phone),
            email: errors.email("email", &self.email),
            external_id: Some(external_id).filter(|id| !id.is_empty()),
            company_id,
            language: errors.optional_line("language", &self.language),
            note: errors.lines("note", &self.note, LINES),
            handles: parse_handles(&mut errors, &self.handles),
        };
        errors.or(details)
    }
}

fn parse_handles(errors: &mut Errors, typed: &str) -> Vec<(String, String)> {
    let mut handles = vec![];
    for line in typed.lines().filter(|line| !line.trim().is_empty()) {
        let (label, value) = line.split_once(':').unwrap_or(("", line));
        let (label, value) = (errors.optional_line("handles", label), errors.optional_line("handles", value));
        if label.is_empty() || value.is_empty() {
            errors.add("handles", "customers-handles-form");
        }
        handles.push((label, value));
    }
    if handles.len() > 20 {
        errors.add("handles", "customers-handles-many");
    }
    handles
}
