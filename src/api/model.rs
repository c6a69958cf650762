//! What goes in and out.

pub mod deals;

use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

use crate::customers::Told;
use crate::portal;

/// A customer of the app, as the app itself has described them: what others know of the same person stays with them.
#[derive(Serialize, ToSchema)]
pub struct Customer {
    pub id: i64,
    /// The app's own ID of this person.
    pub external_id: String,
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// When the app first spoke of them.
    pub created_at: String,
}

impl Customer {
    pub fn of(told: Told, external_id: &str) -> Self {
        Self {
            id: told.customer.0,
            external_id: external_id.to_owned(),
            name: told.name,
            email: told.email,
            phone: told.phone,
            created_at: told.created_at.rfc3339(),
        }
    }
}

/// What the app knows of a person. Whatever is left out stays as it is.
#[derive(Debug, Default, Deserialize, ToSchema)]
#[serde(default)]
pub struct Person {
    pub name: Option<String>,
    pub email: Option<String>,
    pub phone: Option<String>,
    /// Whether the app has made sure that e-mail and phone are this person's (by a letter or a code). Only then do they lead to
    /// a customer who is known by them from another channel. Otherwise whoever has the same ones is shown to staff as a possible
    /// duplicate.
    pub verified: bool,
}

/// A message to send.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewMessage {
    /// Made by the app: the same message sent twice is stored once.
    pub client_uuid: String,
    #[serde(default)]
    pub text: String,
    #[serde(default)]
    pub name: Option<String>,
}

/// The same as a form.
#[derive(ToSchema)]
#[expect(dead_code, reason = "describes what `files::accept` reads")]
pub struct NewMessageForm {
    /// Made by the app: the same message sent twice is stored once.
    client_uuid: String,
    text: Option<String>,
    name: Option<String>,
    /// Up to ten files of 20 MB each.
    #[schema(value_type = Vec<String>, format = Binary)]
    file: Vec<u8>,
}

/// A message of a customer, or to them.
#[derive(Serialize, ToSchema)]
pub struct Message {
    pub id: i64,
    pub conversation_id: Option<i64>,
    /// `customer`, `staff` or `bot`.
    pub kind: String,
    pub text: String,
    pub at: String,
    pub author: Option<Author>,
    pub client_uuid: Option<String>,
    pub files: Vec<File>,
}

/// Whoever answers.
#[derive(Serialize, ToSchema)]
pub struct Author {
    pub name: String,
}

/// A file of a message; it is fetched from `url` with the same token.
#[derive(Serialize, ToSchema)]
pub struct File {
    pub id: i64,
    pub name: String,
    pub size: i64,
    pub content_type: String,
    pub url: String,
}

impl From<portal::Said> for Message {
    fn from(said: portal::Said) -> Self {
        let file = |file: crate::messages::Attachment| File {
            id: file.id.0,
            url: format!("/api/v1/files/{}", file.id),
            name: file.name,
            size: file.size,
            content_type: file.content_type,
        };
        Self {
            id: said.id.0,
            conversation_id: said.conversation.map(|id| id.0),
            kind: said.kind.as_str().to_owned(),
            text: said.text,
            at: said.at.rfc3339(),
            author: said.author.map(|author| Author { name: author.name }),
            client_uuid: said.client_uuid,
            files: said.files.into_iter().map(file).collect(),
        }
    }
}

/// Some messages, oldest first.
#[derive(Serialize, ToSchema)]
pub struct Messages {
    pub messages: Vec<Message>,
    /// More lie in the direction that was asked for.
    pub more: bool,
    /// The newest message of the customer that staff have seen.
    pub seen: i64,
}

/// A conversation.
#[derive(Serialize, ToSchema)]
pub struct Conversation {
    pub id: i64,
    pub open: bool,
    pub opened_at: String,
    pub closed_at: Option<String>,
    pub rating: Option<i32>,
    pub with: Option<Author>,
}

impl From<portal::Conversation> for Conversation {
    fn from(found: portal::Conversation) -> Self {
        Self {
            id: found.id.0,
            open: found.is_open,
            opened_at: found.opened_at.rfc3339(),
            closed_at: found.closed_at.map(|at| at.rfc3339()),
            rating: found.rating,
            with: found.with.map(|author| Author { name: author.name }),
        }
    }
}

/// The newest fifty conversations, newest first.
#[derive(Serialize, ToSchema)]
pub struct Conversations {
    pub conversations: Vec<Conversation>,
}

/// What became of a message.
#[derive(Serialize, ToSchema)]
pub struct Stored {
    pub id: i64,
    /// False: it had been stored before.
    pub is_new: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Typing {
    pub typing: bool,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct ReadMark {
    /// The newest message that the customer has seen.
    pub up_to: i64,
}

#[derive(Debug, Deserialize, ToSchema)]
pub struct Rating {
    /// 1 to 5.
    #[schema(minimum = 1, maximum = 5)]
    pub rating: i32,
    #[serde(default)]
    pub comment: String,
}

/// Something that happened: `message.created`, `conversation.closed`. A webhook is also sent `ping`, with the `id` 0, when an admin
/// tries it.
#[derive(Serialize, ToSchema)]
pub struct Event {
    pub id: i64,
    pub kind: String,
    pub at: String,
    #[schema(value_type = EventData)]
    pub data: serde_json::Value,
}

/// What an event tells, by its kind.
#[derive(Serialize, ToSchema)]
#[serde(untagged)]
#[expect(dead_code, reason = "describes what `app_events` writes")]
pub enum EventData {
    /// `message.created`: staff or the bot have said something. The message's `kind` says who: what answers by itself must not answer a bot.
    MessageCreated { message: Message, customer: EventCustomer },
    /// `conversation.closed`.
    ConversationClosed { conversation: EventConversation, customer: EventCustomer },
    /// `ping`.
    Ping {},
}

/// Whose event it is.
#[derive(Serialize, ToSchema)]
pub struct EventCustomer {
    pub id: i64,
    pub external_id: Option<String>,
}

/// The conversation of an event, as it is by then.
#[derive(Serialize, ToSchema)]
pub struct EventConversation {
    pub id: i64,
    pub open: bool,
}

/// Events, oldest first. Ask again with `after` = the last `id`.
#[derive(Serialize, ToSchema)]
pub struct Events {
    #[schema(value_type = Vec<Event>)]
    pub events: Vec<serde_json::Value>,
    pub more: bool,
}

/// What every refusal looks like.
#[derive(Serialize, ToSchema)]
pub struct Problem {
    pub error: Reason,
}

#[derive(Serialize, ToSchema)]
pub struct Reason {
    /// For programs.
    pub code: String,
    /// For people, in the language of `Accept-Language`.
    pub message: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub field: Option<String>,
}

/// A block of a funnel.
#[derive(Serialize, ToSchema)]
pub struct FunnelBlock {
    pub id: i64,
    pub name: String,
    /// The name of its funnel.
    pub funnel: String,
}

/// Where a customer is; `null`: in no block.
#[derive(Serialize, ToSchema)]
pub struct FunnelPlace {
    pub block: Option<FunnelBlock>,
}

/// Where a customer goes.
#[derive(Debug, Deserialize, ToSchema)]
pub struct NewFunnelPlace {
    /// The number of the block; `null`: out of the funnel. It must be there, so that nobody is moved by a misspelt field.
    #[serde(deserialize_with = "Option::deserialize")]
    #[schema(required)]
    pub block: Option<i64>,
}
