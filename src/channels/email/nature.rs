//! What a mail is: a letter, a machine's answer, or the news that a letter of ours did not arrive.

use mail_parser::{Message, MessageParser, MimeHeaders, PartType};

use super::address;
use crate::text;

/// Who or what wrote.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub enum Nature {
    /// A person, as far as anybody can tell.
    #[default]
    Letter,
    /// To many at once: a list, a newsletter. It is a letter, but nothing answers it by itself.
    Bulk,
    /// Out of office and its like: opens nothing, is answered by nothing.
    AutoReply,
    /// A mail server tells about a letter of ours: each recipient who did not get it, else the first that it names.
    Bounce(Vec<Report>),
}

/// What a mail server tells about one letter (RFC 3464).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Report {
    /// The Message-ID of our letter, if the report holds it.
    pub original: Option<String>,
    /// Who did not get it: at last, and under which address it had been sent where that is another.
    pub recipients: Vec<String>,
    /// As `5.1.1` (RFC 3463); empty if the report names none.
    pub status: String,
    pub is_final: bool,
    /// The server's words.
    pub words: String,
}

impl Report {
    /// Whether the address itself is no good: it does not exist or has been closed. (A full mailbox, a size limit or a
    /// suspicion of spam may pass.)
    pub fn is_hard(&self) -> bool {
        self.is_final && is_gone(&self.status)
    }
}

/// Whether a status (RFC 3463) says that there is nobody at the address.
pub fn is_gone(status: &str) -> bool {
    matches!(status, "5.1.0" | "5.1.1" | "5.1.2" | "5.1.3" | "5.1.6" | "5.1.10" | "5.2.1")
}

/// The first enhanced status code (`5.1.1`) of a text.
pub fn status_in(words: &str) -> Option<&str> {
    words.split(|c: char| !(c.is_ascii_digit() || c == '.')).map(|word| word.trim_matches('.')).find(|word| {
        let parts: Vec<&str> = word.split('.').collect();
        parts.len() == 3
            && matches!(parts.first(), Some(&"2" | &"4" | &"5"))
            && parts.iter().all(|part| (1..=3).contains(&part.len()))
    })
}

/// Recipients of one report that are told of: a letter of ours goes to the customer and some blind copies.
const FAILED: usize = 50;
/// The longest words of a server that are kept, in characters.
const WORDS: usize = 500;

pub(super) fn of(message: &Message) -> Nature {
    let head = Head::of(message);
    if let Some(reports) = reports(message, &head) {
        return Nature::Bounce(reports);
    }
    let submitted = head.first("auto-submitted");
    let submitted = submitted.split(';').next().unwrap_or_default().trim();
    let is_auto_reply = match submitted {
        // "auto-generated" stands on whatever a form, a shop or a ticket system sends, a person's words among it, and whichever
        // mail it refers to; what answers by itself has to say "auto-replied" (RFC 3834, 5.2).
        "" | "no" | "auto-generated" | "auto-notified" => {
            head.is_of_vacation() || (submitted == "auto-generated" && head.is_of_exchange() && is_answer(message))
        }
        _ => true,
    };
    if is_auto_reply || head.is_from_nobody() {
        Nature::AutoReply
    } else if head.is_bulk() || !matches!(submitted, "" | "no") {
        Nature::Bulk
    } else {
        Nature::Letter
    }
}

/// Whether a list passed it on.
pub(super) fn is_of_list(message: &Message) -> bool {
    let head = Head::of(message);
    head.first("precedence") == "list" || ["list-id", "list-post"].iter().any(|name| head.has(name))
}

fn is_answer(message: &Message) -> bool {
    !message.in_reply_to().is_empty() || !message.references().is_empty()
}

/// The headers that tell machines from people, in lower case.
struct Head(Vec<(String, String)>);

impl Head {
    fn of(message: &Message) -> Self {
        let kept = message.headers_raw().filter(|(_, value)| value.len() < 2000);
        Self(kept.map(|(name, value)| (name.to_ascii_lowercase(), text::clean(value).to_lowercase())).collect())
    }

    fn first(&self, name: &str) -> &str {
        self.0.iter().find(|(known, _)| known == name).map_or("", |(_, value)| value)
    }

    fn has(&self, name: &str) -> bool {
        self.0.iter().any(|(known, _)| known == name)
    }

    /// An empty return path: whoever sent it wants no answer.
    fn is_from_nobody(&self) -> bool {
        self.first("return-path") == "<>"
    }

    /// Programs that are older than RFC 3834.
    fn is_of_vacation(&self) -> bool {
        self.first("precedence") == "auto_reply"
            || ["x-autoreply", "x-autorespond", "x-auto-reply-from", "x-mail-autoreply"]
                .iter()
                .any(|name| self.has(name))
    }

    /// Made by Exchange itself, which says "auto-generated" where a mailbox's rule answers.
    fn is_of_exchange(&self) -> bool {
        self.has("x-ms-exchange-generated-message-source")
    }

    fn is_bulk(&self) -> bool {
        matches!(self.first("precedence"), "bulk" | "list" | "junk")
            || ["list-id", "list-unsubscribe", "list-post"].iter().any(|name| self.has(name))
    }

    fn is_from_postmaster(&self) -> bool {
        let from = self.first("from");
        ["mailer-daemon", "postmaster", "mail delivery"].iter().any(|name| from.contains(name))
    }
}

fn reports(message: &Message, head: &Head) -> Option<Vec<Report>> {
    let kind = message.content_type();
    let is_report = kind.is_some_and(|t| {
        t.ctype().eq_ignore_ascii_case("multipart")
            && t.subtype().is_some_and(|s| s.eq_ignore_ascii_case("report"))
            && t.attribute("report-type").is_none_or(|r| r.eq_ignore_ascii_case("delivery-status"))
    });
    let status = message.parts.iter().find(|part| {
        part.is_content_type("message", "delivery-status") || part.is_content_type("message", "global-delivery-status")
    });
    match status {
        Some(part) if is_report || head.is_from_postmaster() => {
            let mut reports = delivery_status(&String::from_utf8_lossy(part.contents()));
            let original = original(message);
            for report in &mut reports {
                report.original.clone_from(&original);
                if report.words.is_empty() {
                    report.words = words_of(message);
                }
            }
            Some(reports)
        }
        // Servers older than RFC 3464 tell in words only.
        None if head.is_from_nobody() && head.is_from_postmaster() => {
            let words = words_of(message);
            let status = status_in(&words).unwrap_or_default().to_owned();
            let is_final = !status.starts_with('4') && !status.starts_with('2');
            Some(vec![Report { original: original(message), recipients: vec![], is_final, status, words }])
        }
        _ => None,
    }
}

/// The per-recipient fields: of those that failed, else of the first.
fn delivery_status(text: &str) -> Vec<Report> {
    let text = text.replace("\r\n", "\n");
    let (mut failed, mut first): (Vec<Report>, Option<Report>) = (vec![], None);
    for block in text.split("\n\n").filter(|block| !block.trim().is_empty()).take(500) {
        let fields = fields(block);
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        let Some(action) = field("action") else { continue };
        let typed = |value: &str| value.split_once(';').map_or(value, |(_, rest)| rest).trim().to_owned();
        let is_final = action.eq_ignore_ascii_case("failed");
        let words = field("diagnostic-code").map(typed).unwrap_or_default();
        let named = ["final-recipient", "original-recipient"].into_iter().filter_map(field);
        let mut recipients: Vec<String> = named.filter_map(|value| address::normal(&typed(value))).collect();
        recipients.dedup();
        let report = Report {
            original: None,
            recipients,
            // Some servers append words to the number.
            status: field("status").and_then(status_in).unwrap_or_default().to_owned(),
            is_final,
            words: words.chars().take(WORDS).collect(),
        };
        if !is_final {
            first.get_or_insert(report);
        } else if failed.iter().all(|known| known.recipients != report.recipients) && failed.len() < FAILED {
            failed.push(report);
        }
    }
    if failed.is_empty() { vec![first.unwrap_or_default()] } else { failed }
}

/// `Name: value` lines with their continuations; names in lower case.
fn fields(block: &str) -> Vec<(String, String)> {
    let mut found: Vec<(String, String)> = vec![];
    for line in block.lines() {
        if line.starts_with([' ', '\t']) {
            if let Some((_, value)) = found.last_mut() {
                value.push(' ');
                value.push_str(line.trim());
            }
        } else if let Some((name, value)) = line.split_once(':') {
            found.push((name.trim().to_ascii_lowercase(), text::clean(value)));
        }
    }
    found
}

/// The Message-ID in the returned letter or its returned head.
fn original(message: &Message) -> Option<String> {
    for part in &message.parts {
        let id = match &part.body {
            PartType::Message(inner) => first_id(inner),
            PartType::Text(text) if part.is_content_type("text", "rfc822-headers") => in_text(text),
            PartType::Binary(bytes) if part.is_content_type("text", "rfc822-headers") => {
                in_text(&String::from_utf8_lossy(bytes))
            }
            _ => None,
        };
        if id.is_some() {
            return id;
        }
    }
    // In words, below the server's own.
    message.text_bodies().find_map(|part| in_words(part.text_contents()?))
}

fn in_text(headers: &str) -> Option<String> {
    MessageParser::default().parse_headers(headers.as_bytes()).and_then(|m| first_id(&m))
}

fn in_words(text: &str) -> Option<String> {
    let line = text.lines().map(str::trim).find(|line| line.to_ascii_lowercase().starts_with("message-id:"))?;
    let (_, id) = line.split_once(':')?;
    let id = id.trim().trim_matches(['<', '>']);
    (id.contains('@') && !id.contains(char::is_whitespace)).then(|| id.to_owned())
}

fn first_id(message: &Message) -> Option<String> {
    let found = message.headers().iter().find(|h| h.name == mail_parser::HeaderName::MessageId)?;
    let id = found.value.as_text_list()?.first()?.trim().trim_matches(['<', '>']).to_owned();
    (!id.is_empty()).then_some(id)
}

/// What the report says to people, shortened.
fn words_of(message: &Message) -> String {
    let text = message.body_text(0).unwrap_or_default();
    text::clean(&text).chars().take(WORDS).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn nature(head: &str) -> Nature {
        let raw = format!("From: a@b.test\r\nSubject: x\r\n{head}\r\nhello\r\n");
        of(&MessageParser::default().parse(raw.as_bytes()).unwrap())
    }

    #[test]
    fn machines_are_told_from_people() {
        assert_eq!(nature(""), Nature::Letter);
        assert_eq!(nature("Auto-Submitted: no\r\n"), Nature::Letter);
        for machine in [
            "Auto-Submitted: auto-replied\r\n",
            "Auto-Submitted: auto-replied; type=vacation\r\n",
            "Auto-Submitted: auto-generated\r\nX-Autoreply: yes\r\n",
            "Auto-Submitted: auto-generated\r\nX-MS-Exchange-Generated-Message-Source: Mailbox Rules Agent\r\n\
             In-Reply-To: <1@x>\r\n",
            "X-Autoreply: yes\r\n",
            "Precedence: auto_reply\r\n",
            "Return-Path: <>\r\n",
        ] {
            assert_eq!(nature(machine), Nature::AutoReply, "{machine}");
        }
        for many in [
            "List-Id: <news.b.test>\r\n",
            "Precedence: bulk\r\n",
            "Auto-Submitted: auto-generated\r\n",
            // A ticket system passes on what somebody wrote there.
            "Auto-Submitted: auto-generated\r\nX-Auto-Response-Suppress: All\r\nIn-Reply-To: <1@x>\r\n",
            "Auto-Submitted: auto-notified\r\nReferences: <issue-5@x>\r\n",
        ] {
            assert_eq!(nature(many), Nature::Bulk, "{many}");
        }
        // It asks for no automatic answer; a person may have written it.
        assert_eq!(nature("X-Auto-Response-Suppress: All\r\n"), Nature::Letter);
    }

    #[test]
    fn a_status_is_found_among_words() {
        assert_eq!(status_in("550 5.1.1 <a@b>: no such user"), Some("5.1.1"));
        assert_eq!(status_in("said: 452-4.2.2 mailbox full (10.0.0.1)"), Some("4.2.2"));
        assert_eq!(status_in("version 1.2.3 of 2026"), None);
        assert!(is_gone("5.1.1") && is_gone("5.1.10") && !is_gone("5.2.2") && !is_gone("4.1.1") && !is_gone("5.7.1"));
    }

    #[test]
    fn the_recipients_that_failed_count() {
        let reports = delivery_status(
            "Reporting-MTA: dns; mx.b.test\r\n\r\nFinal-Recipient: rfc822; ok@b.test\r\nAction: delayed\r\nStatus: 4.4.1\r\n\
             \r\nFinal-Recipient: rfc822; <Gone@b.test>\r\nAction: failed\r\nStatus: 5.1.1 (no such user)\r\n\
             Diagnostic-Code: smtp; 550 5.1.1\r\n mailbox does not exist\r\n\r\n\
             Final-Recipient: rfc822; copy@b.test\r\nAction: failed\r\nStatus: 5.2.2\r\n",
        );
        let [report, copy] = reports.as_slice() else { panic!("{reports:?}") };
        assert_eq!(
            (copy.recipients.as_slice(), copy.status.as_str()),
            (["copy@b.test".to_owned()].as_slice(), "5.2.2")
        );
        assert_eq!(report.recipients, ["gone@b.test"]);
        assert_eq!(report.words, "550 5.1.1 mailbox does not exist");
        assert!(report.is_hard());
        let delayed = delivery_status("Final-Recipient: rfc822; a@b.test\nAction: delayed\nStatus: 4.4.1\n").remove(0);
        assert!(!delayed.is_final && !delayed.is_hard());
        assert_eq!(delivery_status("nothing of the kind"), [Report::default()]);
        let passed_on =
            "Original-Recipient: rfc822;Archive@b.test\nFinal-Recipient: rfc822;left@c.test\nAction: failed\n";
        assert_eq!(delivery_status(passed_on).remove(0).recipients, ["left@c.test", "archive@b.test"]);
    }
}
