//! What every form of a first message has.

use crate::files::Upload;
use crate::mails;
use crate::templates;
use crate::web::forms;

/// What was typed, whoever it is for.
#[derive(Clone, Debug, Default)]
pub struct TypedFirst {
    pub body: String,
    /// The number of the tag, where one is needed.
    pub tag: String,
    pub mail: mails::Typed,
    pub template: templates::Typed,
    /// The text is for the customer as it stands, though it looks like a command; or that is asked.
    pub plain: bool,
    pub asks_plain: bool,
    /// The same form sent twice works once.
    pub token: String,
}

impl TypedFirst {
    /// Nothing yet.
    pub fn blank() -> Self {
        Self { token: forms::new_token(), ..Self::default() }
    }

    pub fn of(upload: &Upload) -> Self {
        let of = |name: &str| upload.field(name).to_owned();
        Self {
            body: of("body"),
            tag: of("tag"),
            mail: mails::Typed { sender: of("sender"), subject: of("subject"), bcc: of("bcc") },
            template: templates::Typed::of(|name| upload.field(name)),
            plain: upload.field("plain") == "1",
            asks_plain: false,
            token: of("form_token"),
        }
    }

    /// The token, if it is one of ours.
    pub fn once(&self) -> Option<String> {
        Some(self.token.clone()).filter(|token| uuid::Uuid::parse_str(token).is_ok())
    }
}
