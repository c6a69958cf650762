//! Writing first: what its forms share, whoever the message is for.

use std::sync::Arc;

use crate::channels::Channel;
use crate::commands;
use crate::conversations::{self, Outgoing};
use crate::customers::views::TypedFirst;
use crate::db::Conn;
use crate::db::types::ChannelId;
use crate::error::{Error, Result, Said};
use crate::files::Upload;
use crate::tags::TagPath;
use crate::templates::Offer;
use crate::text;
use crate::web::forms::{Errors, LINES};

/// What a message has to keep to.
pub struct Rules<'a> {
    /// Tags of which one has to be chosen.
    pub needed_tags: &'a [Arc<TagPath>],
    /// Where a template can be sent at all.
    pub templates: Option<Templates<'a>>,
    /// Where it is a mail: the addresses that it can be sent from.
    pub senders: Option<&'a [(String, Channel)]>,
    /// The field at which the channel is chosen; empty where there is no choice.
    pub choice: &'static str,
}

/// What templates have to keep to.
pub struct Templates<'a> {
    pub offers: &'a [Offer],
    /// The channel that was chosen.
    pub channel: Option<ChannelId>,
    /// Free text does not reach the customer.
    pub only: bool,
}

/// The message that was typed. What is wrong with it stands in `errors`, each at its field.
pub fn read(typed: &TypedFirst, upload: Upload, rules: &Rules, errors: &mut Errors) -> Outgoing {
    upload.refused.into_iter().for_each(|said| errors.add("files", said));
    let tag = conversations::chosen_tag(rules.needed_tags, &typed.tag).unwrap_or_else(|said| {
        errors.add("tag", said);
        None
    });
    let mut out = Outgoing { files: upload.files, client_uuid: typed.once(), tag, ..Outgoing::default() };
    out.extra.mail = rules.senders.map(|senders| typed.mail.parse(errors, senders, true));
    if out.extra.mail.is_none() && typed.mail.is_more_than_a_sender() {
        errors.add(rules.choice, "mail-fields-need-mail");
    }
    match &rules.templates {
        Some(templates) if templates.only || !typed.template.template.trim().is_empty() => {
            let chosen = typed.template.chosen(templates.offers);
            if chosen.is_some_and(|offer| Some(offer.template.channel_id) != templates.channel) {
                errors.add("template", "template-other-channel");
            }
            out.extra.template = typed.template.parse(errors, templates.offers);
            if !typed.body.trim().is_empty() {
                errors.add("body", "template-no-text");
            }
        }
        _ => {
            out.body = errors.lines("body", &typed.body, LINES);
            if out.body.is_empty() && out.files.is_empty() && !errors.has("files") {
                errors.add("body", "customers-message-empty");
            }
        }
    }
    out
}

/// The text calls a command.
const COMMAND: &str = "first-command";
/// It looks as if it did.
const NO_COMMAND: &str = "first-no-command";

/// What calls a command is for nobody outside to read, and there is no conversation yet that it could be run in. What looks
/// like one is asked about, unless it is meant as it stands (`plain`).
pub fn hold_commands(conn: &mut Conn, body: &str, plain: bool) -> Result<()> {
    let said = |key: &'static str, name: &str| Err(Error::Refused(Said::from(key).with("name", text::isolate(name))));
    if let Some(call) = commands::call_of(conn, body)? {
        return said(COMMAND, &format!("/{}", call.command.name));
    }
    commands::looks_like_call(body).filter(|_| !plain).map_or(Ok(()), |word| said(NO_COMMAND, word))
}

/// Whether a refusal asks if the text is meant as it stands.
pub fn is_question(said: &Said) -> bool {
    said.key == NO_COMMAND
}

/// A refusal at the field that it is about.
pub fn refused(said: Said) -> Errors {
    let field = if matches!(said.key, COMMAND | NO_COMMAND) { "body" } else { conversations::field_of(&said) };
    Errors::one(field, said)
}
