//! A message on its way out.

use async_trait::async_trait;
use bytes::Bytes;
use futures_util::stream::{BoxStream, TryStreamExt};
use serde::{Deserialize, Serialize};
use std::sync::Arc;

use crate::db::types::TemplateId;

/// One message to one customer.
#[derive(Clone)]
pub struct Outbound {
    /// The same at every try: for providers that take an idempotency key, and for the Message-ID of a mail.
    pub key: String,
    /// The customer's address in the channel.
    pub to: String,
    pub text: String,
    pub files: Vec<OutFile>,
    /// The name of whoever writes.
    pub author: String,
    pub extra: Extra,
}

/// What only some kinds have. Stored with the delivery, as JSON.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Extra {
    pub mail: Option<Mail>,
    pub template: Option<Template>,
}

/// What makes a message a mail.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Mail {
    /// The sender's address; empty: the channel's own.
    pub from: String,
    pub subject: String,
    /// Never shown to anybody outside.
    pub bcc: Vec<String>,
    /// Message-IDs of the chain, oldest first; the last is answered.
    pub references: Vec<String>,
    /// What the reply address carries, so that answers find their chain.
    pub token: String,
}

/// A template filled in. The text of its message is what the customer reads.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Template {
    /// Its number here.
    pub id: Option<TemplateId>,
    pub name: String,
    pub language: String,
    /// The parameters in their order: {{1}}, {{2}} ...
    pub title: Vec<String>,
    pub body: Vec<String>,
}

/// A file to send.
#[derive(Clone)]
pub struct OutFile {
    pub name: String,
    pub content_type: String,
    pub size: u64,
    pub content: Arc<dyn Content>,
    /// Where a provider that takes no bytes fetches it for a while; `None` if it cannot reach this installation.
    pub link: Option<String>,
}

impl OutFile {
    /// Whether messengers show it as a picture.
    pub fn is_picture(&self) -> bool {
        matches!(self.content_type.as_str(), "image/png" | "image/jpeg" | "image/webp")
    }
}

/// A content that is read when it is sent.
#[async_trait]
pub trait Content: Send + Sync {
    /// Piece by piece.
    async fn stream(&self) -> std::io::Result<BoxStream<'static, std::io::Result<Bytes>>>;

    /// As a whole.
    async fn bytes(&self) -> std::io::Result<Bytes> {
        let pieces: Vec<Bytes> = self.stream().await?.try_collect().await?;
        Ok(pieces.concat().into())
    }
}

/// The provider has it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Receipt {
    /// The provider's name of the message, unique in the channel: statuses and answers come back under it.
    pub provider_id: String,
    /// The customer's address by the provider's word, where it is another than the message was sent to: what they write
    /// comes from that one.
    pub address: Option<String>,
}
