//! An event as the app gets it.

use diesel::prelude::*;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};

use crate::db::schema::app_events;
use crate::db::types::{AccountId, ChannelId, ConversationId, CustomerId, UtcTime};

/// Whose matter an event is.
#[derive(Clone, Copy, Debug)]
pub struct Matter {
    pub channel: ChannelId,
    pub customer: CustomerId,
    pub account: Option<AccountId>,
    pub conversation: ConversationId,
}

/// Something that happened.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = app_events)]
pub struct Event {
    pub id: i64,
    pub channel_id: ChannelId,
    pub customer_id: Option<CustomerId>,
    pub kind: String,
    /// JSON.
    pub payload: String,
    pub created_at: UtcTime,
}

impl Event {
    /// The same for polling and for the webhook.
    pub fn json(&self) -> Value {
        let data: Value = serde_json::from_str(&self.payload).unwrap_or(Value::Null);
        json!({ "id": self.id, "kind": self.kind, "at": self.created_at.rfc3339(), "data": data })
    }
}

/// The work of pushing one event; `deliver` does it.
#[derive(Debug, Serialize, Deserialize)]
pub struct Deliver {
    pub event: i64,
}
