//! The mailbox as the desk asks it: what is new after a cursor, and what a mail says.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{Days, NaiveDate};

use super::address::Person;
use super::imap::{Folder, RawMail};
use super::nature::Nature;
use super::parse::{self, Mail};
use super::settings::MailSettings;
use crate::channels::inbound::{Chain, Event, Letter, Message, Reached, RemoteFile, Sender, Source};
use crate::channels::{Failure, Link, Polled, Polling, RawEvent, Way};
use crate::db::types::UtcTime;

/// Bytes of mails that are taken at once; a larger one is taken alone.
const AT_ONCE: usize = 8 * 1024 * 1024;
/// Mails that are taken at once.
const MANY: usize = 50;
/// The longest wait of one call.
const WAIT: Duration = Duration::from_secs(50);
/// Stands before the beginning of a mail that was too large to be taken whole.
const CUT: &[u8] = b"X-Switchboard-Beginning: yes\r\n";

/// Asks one mailbox.
pub struct Mailbox {
    link: Link,
    folder: Option<Folder>,
    /// Given with the last answer; the next call says that they are stored.
    given: Vec<u32>,
}

/// Where the last call ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Cursor {
    validity: u32,
    uid: u32,
    /// The day of that call, for when the server's numbers have lost their meaning.
    day: NaiveDate,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let cursor = Self {
            validity: parts.next()?.parse().ok()?,
            uid: parts.next()?.parse().ok()?,
            day: parts.next()?.parse().ok()?,
        };
        parts.next().is_none().then_some(cursor)
    }

    fn text(self) -> String {
        format!("{} {} {}", self.validity, self.uid, self.day)
    }
}

impl Mailbox {
    pub fn new(link: &Link) -> Self {
        Self { link: link.clone(), folder: None, given: vec![] }
    }

    async fn news(&mut self, folder: &mut Folder, cursor: Option<Cursor>) -> Result<Polled, Failure> {
        let today = UtcTime::now().utc().date_naive();
        let yesterday = |day: NaiveDate| day.checked_sub_days(Days::new(1)).unwrap_or(day);
        let (uids, base) = match cursor {
            Some(cursor) if cursor.validity == folder.validity => (folder.uids_after(cursor.uid).await?, cursor.uid),
            // The numbers mean other mails now: what came since is taken again, and what is known is told by its name.
            Some(cursor) => (folder.uids_since(yesterday(cursor.day), false).await?, folder.next_uid.saturating_sub(1)),
            // A new channel begins with what waits unread since yesterday, not with the archive.
            None => (folder.uids_since(yesterday(today), true).await?, folder.next_uid.saturating_sub(1)),
        };
        let (mut events, mut bytes, mut last) = (vec![], 0, None);
        for uid in uids.iter().copied() {
            if bytes >= AT_ONCE || events.len() == MANY {
                break;
            }
            last = Some(uid);
            let Some(mail) = folder.fetch(uid).await? else { continue };
            bytes += mail.bytes.len();
            self.given.push(uid);
            events.push(raw_event(mail));
        }
        let is_all = last == uids.last().copied();
        let uid = match last {
            None => base,
            // Of an unread few, the newest may lie below what was there already.
            Some(last) if is_all => last.max(base),
            Some(last) => last,
        };
        let cursor = Cursor { validity: folder.validity, uid, day: today };
        Ok(Polled { events, cursor: Some(cursor.text()) })
    }
}

fn raw_event(mail: RawMail) -> RawEvent {
    let key = parse::name_of(&mail.bytes);
    let body = if mail.is_cut { [CUT, &mail.bytes].concat() } else { mail.bytes };
    RawEvent { key, body }
}

#[async_trait]
impl Polling for Mailbox {
    async fn next(&mut self, cursor: Option<&str>) -> Result<Polled, Failure> {
        let settings: MailSettings = self.link.settings();
        let cursor = cursor.and_then(Cursor::parse);
        let mut folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::open(&super::connector::imap_way(&self.link, &settings).await?).await?,
        };
        let given = std::mem::take(&mut self.given);
        if settings.mark_read {
            folder.mark_read(&given).await?;
        }
        let mut polled = self.news(&mut folder, cursor).await?;
        let is_first = cursor.is_none();
        if polled.events.is_empty() && !is_first {
            folder = folder.wait(Duration::from_secs(settings.poll.max(1)).min(WAIT)).await?;
            polled = self.news(&mut folder, cursor).await?;
        }
        self.folder = Some(folder);
        Ok(polled)
    }
}

/// What a mail says. Takes as long as the mail is large.
pub fn read(settings: &MailSettings, raw: &Bytes) -> Result<Vec<Event>, String> {
    let (raw, is_cut) = match raw.strip_prefix(CUT) {
        Some(rest) => (raw.slice_ref(rest), true),
        None => (raw.clone(), false),
    };
    let mail = parse::parse(&raw);
    match &mail.nature {
        Nature::Bounce(report) => {
            let Some(provider_id) = report.original.clone().filter(|_| report.is_final) else { return Ok(vec![]) };
            let way = if report.is_hard() { Way::Unsubscribed } else { Way::Permanent };
            let failure = Failure::new(&report.status, &report.words, way);
            let state = Reached::Failed { failure, recipient: report.recipient.clone() };
            Ok(vec![Event::Status { provider_id, state, at: None }])
        }
        nature => {
            let Some(from) = mail.from.clone() else { return Err("the mail names no sender".into()) };
            // Our own mail, come back: by a rule, a list, or a loop.
            if settings.is_own(&from.address) {
                return Ok(vec![]);
            }
            let automatic = *nature == Nature::AutoReply;
            Ok(vec![Event::Message(Box::new(message(settings, mail, raw, is_cut, from, automatic)))])
        }
    }
}

fn message(settings: &MailSettings, mut mail: Mail, raw: Bytes, is_cut: bool, from: Person, automatic: bool) -> Message {
    let tokens = mail.tokens(|address| settings.is_own(address));
    let chain = Chain {
        references: mail.chain().into_iter().map(str::to_owned).collect(),
        token: tokens.first().map(|token| (*token).to_owned()),
        subject: mail.subject.clone(),
    };
    let unsupported = match (mail.is_unreadable, is_cut) {
        (true, _) => Some("unreadable".to_owned()),
        (_, true) => Some("too_large".to_owned()),
        _ if mail.left_out > 0 => Some("attachments".to_owned()),
        _ => None,
    };
    let body = match mail.text.is_empty() && mail.attachments.is_empty() {
        true => mail.subject.clone(),
        false => mail.text.clone(),
    };
    let attachments = std::mem::take(&mut mail.attachments);
    // Of a mail that was cut the last file is broken, and which files follow nobody knows.
    let files = if is_cut { vec![] } else { attachments.into_iter().map(file).collect() };
    Message {
        sender: Sender {
            address: from.address.clone(),
            display_name: from.name.clone(),
            email: Some(from.address.clone()),
            ..Sender::default()
        },
        provider_id: mail.message_id.clone(),
        body,
        files,
        chain,
        unsupported,
        automatic,
        letter: Some(Box::new(letter(mail, raw, from, is_cut))),
        ..Message::default()
    }
}

fn letter(mail: Mail, original: Bytes, from: Person, is_cut: bool) -> Letter {
    Letter {
        subject: mail.subject,
        from,
        to: mail.to,
        cc: mail.cc,
        quoted: mail.quoted,
        html: mail.html.map(|html| Bytes::from(html.into_bytes())),
        pictures: mail.pictures.into_iter().map(|picture| (picture.cid, Bytes::from(picture.file.bytes))).collect(),
        original,
        is_cut,
    }
}

fn file(attachment: parse::Attachment) -> RemoteFile {
    RemoteFile {
        name: attachment.name,
        content_type: attachment.content_type,
        size: u64::try_from(attachment.bytes.len()).unwrap_or(u64::MAX),
        source: Source::Here(Bytes::from(attachment.bytes)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cursor_survives_its_text() {
        let cursor = Cursor { validity: 7, uid: 4_000_000_000, day: NaiveDate::from_ymd_opt(2026, 11, 26).unwrap() };
        assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
        for broken in ["", "7", "7 8", "7 8 9", "7 8 2026-11-26 x", "-1 8 2026-11-26"] {
            assert_eq!(Cursor::parse(broken), None, "{broken}");
        }
    }
}
