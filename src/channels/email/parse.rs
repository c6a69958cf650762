//! A mail as it comes from the server, read into what the desk needs of it.
//!
//! Whatever the bytes are, this gives an answer: what cannot be read is kept as it came (the original is stored beside
//! the message) and said to be unreadable.

use chrono::DateTime;
use mail_parser::{
    Address, HeaderForm, HeaderName, HeaderValue, Message, MessageParser, MessagePart, MimeHeaders, PartType,
};
use sha2::{Digest, Sha256};

use super::address::{self, Person};
use super::bomb;
use super::nature::{self, Nature};
use super::{plain, sanitise};
use crate::db::types::UtcTime;
use crate::text;

/// Attachments of one mail that are kept; more are counted only.
const ATTACHMENTS: usize = 100;
/// Characters of text, and bytes of HTML, that are read. The original holds the rest.
const TEXT: usize = 100_000;
const HTML: usize = 2 * 1024 * 1024;
/// Ids of a chain that are looked at: the first, and the last ones.
const CHAIN: usize = 50;
/// The longest line of RFC 5322.
const ID: usize = 998;
const SUBJECT: usize = 500;

/// A mail, read.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mail {
    /// The first Message-ID, without brackets. A mail without one gets the hash of its bytes.
    pub message_id: String,
    /// Whether the sender gave the Message-ID.
    pub has_message_id: bool,
    pub in_reply_to: Vec<String>,
    /// Oldest first.
    pub references: Vec<String>,
    pub from: Option<Person>,
    pub reply_to: Option<Person>,
    pub to: Vec<Person>,
    pub cc: Vec<Person>,
    /// To whom the server delivered it, as Delivered-To and its like say, newest first.
    pub delivered_to: Vec<String>,
    pub subject: String,
    /// When the mailbox's own server got it, as it says itself; else when the sender says to have sent it.
    pub sent_at: Option<UtcTime>,
    /// What was written, without the history below it.
    pub text: String,
    /// The history that was quoted below.
    pub quoted: String,
    /// As it came: never shown before `sanitise` has been over it.
    pub html: Option<String>,
    /// Pictures that the HTML names by `cid:`.
    pub pictures: Vec<Picture>,
    pub attachments: Vec<Attachment>,
    /// Attachments that were too many.
    pub left_out: usize,
    pub nature: Nature,
    /// A list passed it on, which may have named another address for answers.
    pub is_list: bool,
    /// Where one writes to that list.
    pub list_addresses: Vec<String>,
    /// What stood in From before somebody who passed it on put their own address there.
    pub original_from: Option<Person>,
    /// The mail is broken or made to harm; only its head was read.
    pub is_unreadable: bool,
}

/// A picture inside the HTML.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Picture {
    /// The Content-ID, without brackets.
    pub cid: String,
    pub file: Attachment,
}

/// A file of a mail.
#[derive(Clone, PartialEq, Eq)]
pub struct Attachment {
    /// Only a name: no folders, no marks that turn the text around.
    pub name: String,
    /// As the sender says; what it is, its bytes decide when it is stored.
    pub content_type: String,
    pub bytes: Vec<u8>,
}

impl std::fmt::Debug for Attachment {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Attachment({}, {}, {} bytes)", self.name, self.content_type, self.bytes.len())
    }
}

impl Mail {
    /// The ids of older mails that this one says to belong to, nearest first.
    pub fn chain(&self) -> Vec<&str> {
        let mut ids: Vec<&str> = vec![];
        for id in self.in_reply_to.iter().chain(self.references.iter().rev()) {
            if !ids.contains(&id.as_str()) {
                ids.push(id);
            }
        }
        ids
    }

    /// Every token that one of our own addresses carries, among those to which the mail came.
    pub fn tokens(&self, is_own: impl Fn(&str) -> bool) -> Vec<&str> {
        let addresses = self.delivered_to.iter().map(String::as_str);
        let named = self.to.iter().chain(&self.cc).map(|person| person.address.as_str());
        let mut found: Vec<&str> = vec![];
        for token in addresses.chain(named).filter(|address| is_own(address)).filter_map(address::token_of) {
            if !found.contains(&token) {
                found.push(token);
            }
        }
        found
    }
}

/// Reads a mail. Takes as long as the mail is large: not for an async thread.
pub fn parse(raw: &[u8]) -> Mail {
    let Some(tamed) = bomb::tame(raw) else { return head_only(raw) };
    // The parser promises not to panic, but the bytes are strangers'.
    let read = std::panic::catch_unwind(|| MessageParser::default().parse(tamed.as_ref()).map(|m| read(&m, raw)));
    match read {
        Ok(Some(mail)) => mail,
        Ok(None) | Err(_) => head_only(raw),
    }
}

/// The name under which a mail is known again, however often and by whatever way it comes: its Message-ID and who
/// sent it.
pub fn name_of(raw: &[u8]) -> String {
    let mail = head_only(raw);
    let from = mail.from.map(|from| from.address).unwrap_or_default();
    format!("{} {from}", mail.message_id)
}

/// What the head says, for mails whose body is not to be read.
fn head_only(raw: &[u8]) -> Mail {
    let read = std::panic::catch_unwind(|| MessageParser::default().parse_headers(raw).map(|m| head(&m, raw)));
    let mail = read.ok().flatten().unwrap_or_else(|| Mail { message_id: hash_id(raw), ..Mail::default() });
    Mail { is_unreadable: true, ..mail }
}

fn head(message: &Message, raw: &[u8]) -> Mail {
    let given = message.headers().iter().find(|h| h.name == HeaderName::MessageId).and_then(|h| ids(&h.value).pop());
    Mail {
        has_message_id: given.is_some(),
        message_id: given.unwrap_or_else(|| hash_id(raw)),
        in_reply_to: chain_of(message.in_reply_to()),
        references: chain_of(message.references()),
        from: message.from().and_then(|a| people(a).into_iter().next()),
        reply_to: message.reply_to().and_then(|a| people(a).into_iter().next()),
        to: message.all_to().flat_map(people).take(ATTACHMENTS).collect(),
        cc: message.all_cc().flat_map(people).take(ATTACHMENTS).collect(),
        delivered_to: delivered_to(message),
        subject: text::clean(message.subject().unwrap_or_default()).chars().take(SUBJECT).collect(),
        sent_at: sent_at(message),
        nature: nature::of(message),
        is_list: nature::is_of_list(message),
        list_addresses: list_addresses(message),
        original_from: original_from(message),
        ..Mail::default()
    }
}

fn read(message: &Message, raw: &[u8]) -> Mail {
    let mut mail = head(message, raw);
    let html = html_of(message);
    let written = match text_of(message) {
        Some(text) => text,
        None => html.as_deref().map(|html| plain::from_html(&sanitise::for_reading(html))).unwrap_or_default(),
    };
    let written: String = text::clean_lines(&written).chars().take(TEXT).collect();
    (mail.text, mail.quoted) = plain::split(&written);
    let is_text = lone_text(message).is_some();
    for (index, part) in (0u32..).zip(&message.parts) {
        let is_file = message.attachments.contains(&index)
            || matches!(part.body, PartType::Binary(_) | PartType::InlineBinary(_));
        if !is_file || is_text || is_machine_readable(part) {
            continue;
        }
        if mail.attachments.len() + mail.pictures.len() == ATTACHMENTS {
            mail.left_out += 1;
            continue;
        }
        let file = file_of(part, message);
        let cid = part.content_id().map(|id| id.trim_matches(['<', '>', ' ']).to_owned()).filter(|id| !id.is_empty());
        let is_named = |cid: &str| html.as_deref().is_some_and(|html| sanitise::names_picture(html, cid));
        match cid.filter(|cid| file.content_type.starts_with("image/") && is_named(cid)) {
            Some(cid) => mail.pictures.push(Picture { cid, file }),
            None => mail.attachments.push(file),
        }
    }
    mail.html = html;
    mail
}

/// Parts of a bounce that are for programs.
fn is_machine_readable(part: &MessagePart) -> bool {
    part.is_content_type("message", "delivery-status") || part.is_content_type("message", "feedback-report")
}

fn text_of(message: &Message) -> Option<String> {
    let texts: Vec<&str> = message
        .text_bodies()
        .filter_map(|part| match &part.body {
            PartType::Text(text) => Some(text.trim()),
            _ => None,
        })
        .filter(|text| !text.is_empty())
        .collect();
    if texts.is_empty() { lone_text(message) } else { Some(texts.join("\n\n")) }
}

/// The text of a mail whose structure is broken: it stands in the only part that holds anything.
fn lone_text(message: &Message) -> Option<String> {
    let mut leaves = message.parts.iter().filter(|part| !matches!(part.body, PartType::Multipart(_)));
    let (Some(part), None) = (leaves.next(), leaves.next()) else { return None };
    match &part.body {
        PartType::Text(text) => Some(text.clone().into_owned()),
        // A multipart without its boundary.
        PartType::Binary(bytes) if part.content_type().is_some_and(|t| t.ctype() == "multipart") => {
            Some(String::from_utf8_lossy(bytes).into_owned())
        }
        _ => None,
    }
}

fn html_of(message: &Message) -> Option<String> {
    let mut html = String::new();
    let mut has_markup = false;
    for part in message.html_bodies() {
        match &part.body {
            PartType::Html(markup) => {
                has_markup = true;
                html.push_str(markup);
            }
            PartType::Text(text) => html.push_str(&plain::to_html(text)),
            _ => {}
        }
    }
    let end = html.floor_char_boundary(HTML);
    html.truncate(end);
    has_markup.then_some(html)
}

fn file_of(part: &MessagePart, message: &Message) -> Attachment {
    let content_type = part.content_type().map_or_else(
        || "application/octet-stream".to_owned(),
        |t| format!("{}/{}", t.ctype(), t.subtype().unwrap_or("octet-stream")).to_ascii_lowercase(),
    );
    let bytes = match &part.body {
        // The parser gives a message inside a message the bytes of the whole.
        PartType::Message(_) => {
            let (start, end) = (part.raw_body_offset() as usize, part.raw_end_offset() as usize);
            message.raw_message().get(start..end).unwrap_or_default().to_vec()
        }
        PartType::Multipart(_) => vec![],
        other => contents(other).to_vec(),
    };
    let name = part.attachment_name().map(str::to_owned).unwrap_or_else(|| match &part.body {
        PartType::Message(inner) => format!("{}.eml", inner.subject().unwrap_or("message")),
        _ => default_name(&content_type),
    });
    Attachment { name: file_name(&name), content_type, bytes }
}

fn contents<'a>(body: &'a PartType<'_>) -> &'a [u8] {
    match body {
        PartType::Text(text) | PartType::Html(text) => text.as_bytes(),
        PartType::Binary(bytes) | PartType::InlineBinary(bytes) => bytes,
        PartType::Message(_) | PartType::Multipart(_) => &[],
    }
}

/// The name alone, whatever path stands before it.
fn file_name(typed: &str) -> String {
    let last = typed.rsplit(['/', '\\']).next().unwrap_or_default();
    let name = text::clean(last);
    if name.trim_matches('.').is_empty() { "file".into() } else { name }
}

fn default_name(content_type: &str) -> String {
    let ending = mime_guess::get_mime_extensions_str(content_type).and_then(|all| all.first()).copied();
    format!("file.{}", ending.unwrap_or("bin"))
}

fn people(address: &Address) -> Vec<Person> {
    address
        .iter()
        .filter_map(|one| {
            let address = address::normal(one.address().unwrap_or_default())?;
            let name: String = text::clean(one.name().unwrap_or_default()).chars().take(200).collect();
            Some(Person { name, address })
        })
        .collect()
}

/// The uppermost Received is the last one: its server is the mailbox's. A sender's clock may be wrong.
fn sent_at(message: &Message) -> Option<UtcTime> {
    let received = message.received_all().next().and_then(|received| received.date());
    let told = received.or_else(|| message.date().copied())?;
    DateTime::from_timestamp(told.to_timestamp(), 0).map(UtcTime::from)
}

fn delivered_to(message: &Message) -> Vec<String> {
    const NAMES: [&str; 4] = ["delivered-to", "x-original-to", "envelope-to", "x-delivered-to"];
    message
        .headers_raw()
        .filter(|(name, _)| NAMES.iter().any(|known| name.eq_ignore_ascii_case(known)))
        .filter_map(|(_, value)| address::normal(value))
        .take(20)
        .collect()
}

/// List-Post (RFC 2369) holds them as `<mailto:…>`, among other links.
fn list_addresses(message: &Message) -> Vec<String> {
    message
        .headers_raw()
        .filter(|(name, _)| name.eq_ignore_ascii_case("list-post"))
        .flat_map(|(_, value)| value.split(['<', '>']))
        .filter_map(|link| link.trim().split_once(':'))
        .filter(|(scheme, _)| scheme.eq_ignore_ascii_case("mailto"))
        .filter_map(|(_, address)| address::normal(address.split('?').next().unwrap_or_default()))
        .take(20)
        .collect()
}

/// As Google Groups keeps it.
fn original_from(message: &Message) -> Option<Person> {
    let given = message.header_as("X-Original-From", HeaderForm::Addresses);
    given.iter().filter_map(|value| value.as_address()).flat_map(people).next()
}

fn chain_of(value: &HeaderValue) -> Vec<String> {
    let mut all = ids(value);
    if all.len() > CHAIN {
        let rest = all.split_off(all.len() - (CHAIN - 1));
        all.truncate(1);
        all.extend(rest);
    }
    all
}

/// The ids of a header; what is no id is passed over.
fn ids(value: &HeaderValue) -> Vec<String> {
    let listed = value.as_text_list().map(<[_]>::to_vec).unwrap_or_default();
    listed
        .iter()
        .map(|id| id.trim().trim_matches(['<', '>']))
        .filter(|id| !id.is_empty() && id.len() <= ID && !id.contains(|c: char| c.is_whitespace() || c.is_control()))
        .map(str::to_owned)
        .collect()
}

fn hash_id(raw: &[u8]) -> String {
    format!("{}@no-message-id", hex::encode(Sha256::digest(raw)))
}
