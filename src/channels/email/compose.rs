//! A mail on its way out: plain text and HTML that says the same, with files.

use bytes::Bytes;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, Message, MultiPart, SinglePart};
use lettre::{Address, address::Envelope};

use super::address::{self, Person};
use super::plain;
use crate::channels::Failure;
use crate::text;

/// What a mail is made of.
#[derive(Clone, Debug, Default)]
pub struct Letter {
    /// Without brackets; the same at every try.
    pub message_id: String,
    pub from: Person,
    pub to: String,
    /// In the envelope only: no head, no body names them.
    pub bcc: Vec<String>,
    pub subject: String,
    pub text: String,
    pub signature: String,
    /// Message-IDs of the chain without brackets, oldest first; the last is answered.
    pub references: Vec<String>,
    /// Goes into the address for replies. Empty: none.
    pub token: String,
    pub files: Vec<File>,
    /// Written by the desk itself, not by a person.
    pub is_automatic: bool,
}

/// A file of it.
#[derive(Clone, Debug)]
pub struct File {
    pub name: String,
    pub content_type: String,
    pub bytes: Bytes,
}

/// A mail as a server takes it.
#[derive(Clone, Debug)]
pub struct Composed {
    pub from: Address,
    /// The customer first, then the blind copies.
    pub recipients: Vec<Address>,
    pub bytes: Vec<u8>,
}

/// Ids in a References header: the first and the last ones, as RFC 5322 advises for long chains.
const REFERENCES: usize = 20;

/// Makes the mail. Takes as long as its files are large: not for an async thread.
pub fn compose(letter: &Letter) -> Result<Composed, Failure> {
    let from = parsed(&letter.from.address)?;
    let to = parsed(&letter.to)?;
    let mut recipients = vec![to.clone()];
    for bcc in &letter.bcc {
        recipients.push(parsed(bcc)?);
    }
    let name = Some(text::clean(&letter.from.name)).filter(|name| !name.is_empty());
    let mut builder = Message::builder()
        .message_id(Some(format!("<{}>", letter.message_id)))
        .date_now()
        .from(Mailbox::new(name.clone(), from.clone()))
        .to(Mailbox::new(None, to))
        .subject(text::clean(&letter.subject));
    if !letter.token.is_empty() {
        let reply = parsed(&address::with_token(&letter.from.address, &letter.token))?;
        builder = builder.reply_to(Mailbox::new(name, reply));
    }
    if let Some(answered) = letter.references.last() {
        builder = builder.in_reply_to(format!("<{answered}>")).references(references(&letter.references));
    }
    if letter.is_automatic {
        builder = builder.raw_header(raw("Auto-Submitted", "auto-generated")).raw_header(raw("Precedence", "bulk"));
    }
    let envelope = Envelope::new(Some(from.clone()), recipients.clone()).map_err(unfit)?;
    let builder = builder.envelope(envelope);
    let words = MultiPart::alternative_plain_html(plain_text(letter), html(letter));
    let message = if letter.files.is_empty() {
        builder.multipart(words)
    } else {
        let parts =
            letter.files.iter().fold(MultiPart::mixed().multipart(words), |all, file| all.singlepart(part(file)));
        builder.multipart(parts)
    };
    Ok(Composed { from, recipients, bytes: message.map_err(unfit)?.formatted() })
}

fn parsed(address: &str) -> Result<Address, Failure> {
    address.parse().map_err(|e| Failure::permanent("address", format!("{address}: {e}")))
}

fn unfit(error: impl std::fmt::Display) -> Failure {
    Failure::permanent("mail", error.to_string())
}

fn raw(name: &'static str, value: &str) -> HeaderValue {
    HeaderValue::new(HeaderName::new_from_ascii_str(name), value.to_owned())
}

fn references(ids: &[String]) -> String {
    let skipped = ids.len().saturating_sub(REFERENCES);
    let kept = ids.iter().enumerate().filter(|(at, _)| *at == 0 || *at > skipped);
    kept.map(|(_, id)| format!("<{id}>")).collect::<Vec<_>>().join(" ")
}

/// The signature stands below the mark that programs know it by (RFC 3676, 4.3).
fn plain_text(letter: &Letter) -> String {
    let signature = letter.signature.trim();
    if signature.is_empty() { letter.text.clone() } else { format!("{}\n\n-- \n{signature}", letter.text) }
}

fn html(letter: &Letter) -> String {
    let signature = letter.signature.trim();
    let below = if signature.is_empty() { String::new() } else { format!("<p>-- </p>\n{}", plain::to_html(signature)) };
    format!(
        "<!DOCTYPE html>\n<html><head><meta charset=\"utf-8\"></head><body>\n{}{below}</body></html>\n",
        plain::to_html(&letter.text)
    )
}

fn part(file: &File) -> SinglePart {
    // A message or a multipart inside may not be encoded (RFC 2045, 6.4), and whatever is attached is encoded.
    let composite = file.content_type.starts_with("message/") || file.content_type.starts_with("multipart/");
    let given = if composite { "application/octet-stream" } else { file.content_type.as_str() };
    let content_type = ContentType::parse(given).ok().unwrap_or(ContentType::TEXT_PLAIN);
    let content_type = if content_type == ContentType::TEXT_PLAIN && given != "text/plain" {
        ContentType::parse("application/octet-stream").unwrap_or(ContentType::TEXT_PLAIN)
    } else {
        content_type
    };
    Attachment::new(text::clean(&file.name)).body(file.bytes.to_vec(), content_type)
}

#[cfg(test)]
mod tests {
    use super::super::parse;
    use super::*;

    fn letter() -> Letter {
        Letter {
            message_id: "7.31@shop.test".into(),
            from: Person { name: "Магазин \"Ромашка\"".into(), address: "support@shop.test".into() },
            to: "anna@customer.test".into(),
            bcc: vec!["boss@shop.test".into(), "law@shop.test".into()],
            subject: "Ваш заказ № 5".into(),
            text: "Здравствуйте!\n\nЗаказ готов: https://shop.test/5".into(),
            signature: "Ромашка".into(),
            references: vec!["a@customer.test".into(), "b@customer.test".into()],
            token: "k3v9".into(),
            ..Letter::default()
        }
    }

    fn text_of(composed: &Composed) -> String {
        String::from_utf8(composed.bytes.clone()).unwrap()
    }

    /// SEND-44, SEND-45, SEND-47: blind copies are in the envelope and nowhere else.
    #[test]
    fn blind_copies_are_in_the_envelope_only() {
        let composed = compose(&letter()).unwrap();
        let all: Vec<String> = composed.recipients.iter().map(ToString::to_string).collect();
        assert_eq!(all, ["anna@customer.test", "boss@shop.test", "law@shop.test"]);
        let text = text_of(&composed).to_lowercase();
        assert!(!text.contains("boss@") && !text.contains("law@") && !text.contains("bcc"), "{text}");
    }

    #[test]
    fn what_goes_out_reads_the_same_when_it_comes_in() {
        let file = File {
            name: "счёт за май.pdf".into(),
            content_type: "application/pdf".into(),
            bytes: Bytes::from_static(b"%PDF-1.7\n"),
        };
        let composed = compose(&Letter { files: vec![file], ..letter() }).unwrap();
        let mail = parse::parse(&composed.bytes);
        assert_eq!(mail.message_id, "7.31@shop.test");
        assert_eq!(mail.from, Some(letter().from));
        assert_eq!(mail.subject, "Ваш заказ № 5");
        assert_eq!(mail.in_reply_to, ["b@customer.test"]);
        assert_eq!(mail.references, ["a@customer.test", "b@customer.test"]);
        assert_eq!(mail.reply_to.unwrap().address, "support+k3v9@shop.test");
        assert!(
            mail.text.starts_with("Здравствуйте!\n\nЗаказ готов") && mail.text.ends_with("-- \nРомашка"),
            "{}",
            mail.text
        );
        assert!(mail.html.unwrap().contains("<a href=\"https://shop.test/5\">"));
        assert_eq!(mail.attachments.len(), 1);
        assert_eq!(mail.attachments[0].name, "счёт за май.pdf");
        assert_eq!(mail.attachments[0].bytes, b"%PDF-1.7\n");
        assert!(composed.bytes.is_ascii(), "no server has to know 8BITMIME");
    }

    #[test]
    fn the_desk_s_own_mails_say_that_no_person_wrote_them() {
        let composed = compose(&Letter { is_automatic: true, references: vec![], ..letter() }).unwrap();
        assert!(text_of(&composed).contains("Auto-Submitted: auto-generated\r\n"));
        assert!(!text_of(&compose(&letter()).unwrap()).contains("Auto-Submitted"));
    }

    #[test]
    fn no_field_can_add_a_header() {
        let tricky = "x\r\nBcc: evil@evil.test\r\n\r\nbody";
        let composed = compose(&Letter {
            subject: tricky.into(),
            from: Person { name: tricky.into(), address: "support@shop.test".into() },
            files: vec![File { name: tricky.into(), content_type: tricky.into(), bytes: Bytes::from_static(b"x") }],
            ..letter()
        })
        .unwrap();
        let text = text_of(&composed);
        assert!(!text.lines().any(|line| line.to_lowercase().starts_with("bcc:")), "{text}");
        for address in ["a@b.test\r\nRCPT TO:<evil@evil.test>", "a b@c.test", "", "a@b.test>"] {
            assert!(compose(&Letter { to: address.into(), ..letter() }).is_err(), "{address}");
        }
    }

    #[test]
    fn a_long_chain_keeps_its_beginning_and_its_end() {
        let ids: Vec<String> = (0..50).map(|n| format!("{n}@x")).collect();
        let text = references(&ids);
        assert!(text.starts_with("<0@x> <31@x> ") && text.ends_with("<49@x>"), "{text}");
    }
}
