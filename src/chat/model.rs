//! What the panel and the server say to each other.

use serde::{Deserialize, Serialize};

use super::identity;
use crate::channels::{Channel, FieldRule};
use crate::customers::{Claim, ClaimKind};
use crate::db::types::{AccountId, ConversationId, MessageId, UtcTime};
use crate::portal::{self, Author, Said, Seat};
use crate::secrets::Secrets;
use crate::text;
use crate::web::forms::Errors;
use crate::web::i18n::Lang;
use crate::web::numbers;

/// What the launcher hands the panel, and the panel the server.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Hello {
    /// From an earlier visit.
    pub token: String,
    /// The site's own name for the visitor, with its signature.
    pub external_id: String,
    pub hmac: String,
}

/// How far the visitor has read.
#[derive(Debug, Deserialize)]
pub struct ReadMark {
    pub up_to: MessageId,
}

#[derive(Debug, Deserialize)]
pub struct Typing {
    pub typing: bool,
}

/// What a visitor types of themselves before the chat.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Told {
    pub name: String,
    pub email: String,
    pub phone: String,
}

#[derive(Debug, Deserialize)]
pub struct Rating {
    pub conversation: ConversationId,
    pub rating: i32,
    #[serde(default)]
    pub comment: String,
}

#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Look {
    pub after: Option<MessageId>,
    pub before: Option<MessageId>,
}

/// The answer to a hello.
#[derive(Serialize)]
pub struct Session {
    pub token: String,
    /// Whether they have written before.
    pub known: bool,
    /// Whether their site vouches for them.
    pub vouched: bool,
    pub name: String,
    pub online: bool,
    pub settings: Settings,
}

/// How the panel looks and what it asks.
#[derive(Serialize)]
pub struct Settings {
    /// Whom the visitor writes to; empty where the installation has no name.
    pub title: String,
    pub initials: String,
    pub greeting: String,
    pub offline_note: String,
    pub ask_name: FieldRule,
    pub ask_email: FieldRule,
    pub ask_phone: FieldRule,
    pub file_limit: u64,
}

impl Settings {
    /// `business` is what visitors know the house by. The name of the channel is for staff.
    pub fn of(channel: &Channel, business: String) -> Self {
        let set = channel.web_chat();
        Self {
            initials: if business.is_empty() { String::new() } else { text::initials(&business) },
            title: business,
            greeting: set.greeting,
            offline_note: set.offline_note,
            ask_name: set.ask_name,
            ask_email: set.ask_email,
            ask_phone: set.ask_phone,
            file_limit: crate::files::Limits::of(channel.kind).file,
        }
    }
}

/// Some messages and everything else that may have changed.
#[derive(Serialize)]
pub struct View {
    pub messages: Vec<Message>,
    pub more: bool,
    pub seen: MessageId,
    /// The newest message that the visitor has read.
    pub read: MessageId,
    pub online: bool,
    pub conversation: Option<Conversation>,
}

#[derive(Serialize)]
pub struct Message {
    pub id: MessageId,
    pub kind: &'static str,
    pub text: String,
    pub at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub author: Option<Person>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub client_uuid: Option<String>,
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub files: Vec<File>,
}

/// A staff member, as an avatar and a name.
#[derive(Serialize)]
pub struct Person {
    pub name: String,
    pub initials: String,
    pub hue: u8,
}

#[derive(Serialize)]
pub struct File {
    pub name: String,
    pub size: String,
    pub picture: bool,
    pub url: String,
}

#[derive(Serialize)]
pub struct Conversation {
    pub id: ConversationId,
    pub open: bool,
    pub rated: bool,
    pub with: Option<Person>,
}

impl From<Author> for Person {
    fn from(author: Author) -> Self {
        Self { initials: text::initials(&author.name), hue: text::hue(author.id.0), name: author.name }
    }
}

impl From<portal::Conversation> for Conversation {
    fn from(found: portal::Conversation) -> Self {
        Self { id: found.id, open: found.is_open, rated: found.rating.is_some(), with: found.with.map(Person::from) }
    }
}

/// A message as the panel draws it.
pub fn message(secrets: &Secrets, lang: Lang, key: &str, account: AccountId, said: Said) -> Message {
    let now = UtcTime::now();
    let files = said.files.into_iter().map(|file| {
        let pass = identity::file_pass(secrets, account, file.id, now);
        File {
            url: format!("/chat/{key}/files/{}?pass={pass}", file.id),
            size: numbers::size(lang, file.size),
            picture: file.is_picture(),
            name: file.name,
        }
    });
    Message {
        id: said.id,
        kind: said.kind.as_str(),
        text: said.text,
        at: said.at.rfc3339(),
        author: said.author.map(Person::from),
        client_uuid: said.client_uuid,
        files: files.collect(),
    }
}

/// What a visitor says about themselves, checked.
#[derive(Clone, Debug, Default)]
pub struct About {
    pub name: String,
    pub email: Option<String>,
    pub phone: Option<String>,
}

impl About {
    /// Checks what was typed against what the form must have; `asked` is `None` for whoever is not asked.
    pub fn parse(errors: &mut Errors, asked: Option<&Settings>, name: &str, email: &str, phone: &str) -> Self {
        let Some(asked) = asked else {
            // Told by the site's own page: what does not fit is left out, and the message goes through.
            let mut wrong = Errors::default();
            let (name, email, phone) =
                (wrong.optional_line("name", name), wrong.email("email", email), wrong.phone("phone", phone));
            let fits = |field| !wrong.has(field);
            return Self {
                name: if fits("name") { name } else { String::new() },
                email: email.filter(|_| fits("email")),
                phone: phone.filter(|_| fits("phone")),
            };
        };
        let about = Self {
            name: errors.optional_line("name", name),
            email: errors.email("email", email),
            phone: errors.phone("phone", phone),
        };
        let fields = [
            ("name", asked.ask_name, about.name.is_empty()),
            ("email", asked.ask_email, about.email.is_none()),
            ("phone", asked.ask_phone, about.phone.is_none()),
        ];
        for (field, rule, missing) in fields {
            if rule == FieldRule::Required && missing {
                errors.add(field, "chat-field-missing");
            }
        }
        about
    }

    /// What is kept of it without being believed.
    pub fn claims(&self) -> Vec<Claim> {
        let claim = |kind, value: &Option<String>| value.clone().map(|value| Claim { kind, value });
        [claim(ClaimKind::Email, &self.email), claim(ClaimKind::Phone, &self.phone)].into_iter().flatten().collect()
    }
}

/// How the panel's account is named, for one that has a seat and one that has none.
pub fn display_name(seat: Option<&Seat>, vouched: bool, typed: &str) -> String {
    match seat {
        // Their first name stands; only a site that vouches for them may change it.
        Some(seat) if !seat.display_name.is_empty() && (!vouched || typed.is_empty()) => seat.display_name.clone(),
        _ => typed.to_owned(),
    }
}
