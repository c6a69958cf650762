//! The mailbox as the desk asks it: what is new after a cursor, and what a mail says.

use std::time::Duration;

use async_trait::async_trait;
use bytes::Bytes;
use chrono::{Days, NaiveDate};
use sha2::{Digest, Sha256};

use super::address::Person;
use super::imap::{Folder, RawMail};
use super::nature::{Nature, Report};
use super::parse::{self, Mail};
use super::settings::MailSettings;
use super::writer;
use crate::channels::inbound::{Chain, Event, Letter, Message, Reached, RemoteFile, Source};
use crate::channels::{Failure, Link, Polled, Polling, RawEvent, Way};
use crate::db::types::UtcTime;

/// Bytes of mails that are taken at once; a larger one is taken alone.
const AT_ONCE: usize = 8 * 1024 * 1024;
/// Mails that are taken at once.
const MANY: usize = 50;
/// The longest wait of one call.
const WAIT: Duration = Duration::from_secs(50);
/// How often a mail is asked for that the server does not give, before its head is asked for alone; and, after one more
/// failure, before the desk goes on without it.
const TRIES: u32 = 3;
/// Stands before the beginning of a mail that was too large to be taken whole.
const CUT: &[u8] = b"X-Switchboard-Beginning: yes\r\n";
/// Stands, with the mail's number and a line's end, before the head of one that the server did not give.
const HEAD_ONLY: &[u8] = b"X-Switchboard-Head-Only: ";

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
    /// Which mailbox it is of: another one may count from the same validity (that of every INBOX at Google is 1). `None`
    /// was left by a version that did not say so.
    mailbox: Option<u32>,
    /// The mail after it, if the server did not give that.
    failed: Option<Failed>,
}

/// A mail that the server did not give, and how often.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Failed {
    uid: u32,
    tries: u32,
}

impl Cursor {
    fn parse(text: &str) -> Option<Self> {
        let mut parts = text.split(' ');
        let (validity, uid) = (parts.next()?.parse().ok()?, parts.next()?.parse().ok()?);
        let day = parts.next()?.parse().ok()?;
        let mut parts = parts.peekable();
        let mailbox = match parts.next_if(|part| part.starts_with('m')) {
            None => None,
            Some(part) => Some(u32::from_str_radix(part.strip_prefix('m')?, 16).ok()?),
        };
        let failed = match parts.next() {
            None => None,
            Some(uid) => Some(Failed { uid: uid.parse().ok()?, tries: parts.next()?.parse().ok()? }),
        };
        parts.next().is_none().then_some(Self { validity, uid, day, mailbox, failed })
    }

    /// The same of this mailbox: one of a mailbox that was asked before says nothing.
    fn of(mailbox: u32, text: &str) -> Option<Self> {
        Self::parse(text).filter(|cursor| cursor.mailbox.is_none_or(|other| other == mailbox))
    }

    fn text(self) -> String {
        let mailbox = self.mailbox.map(|mailbox| format!(" m{mailbox:08x}")).unwrap_or_default();
        let failed = self.failed.map(|failed| format!(" {} {}", failed.uid, failed.tries)).unwrap_or_default();
        format!("{} {} {}{mailbox}{failed}", self.validity, self.uid, self.day)
    }
}

/// Tells mailboxes apart: a digest of where the folder is, and whose.
fn mark_of(settings: &MailSettings) -> u32 {
    let MailSettings { imap, user, folder, .. } = settings;
    let digest = Sha256::digest(format!("{}\n{user}\n{folder}", imap.host.to_lowercase()));
    digest.iter().take(4).fold(0, |mark, byte| mark << 8 | u32::from(*byte))
}

impl Mailbox {
    pub fn new(link: &Link) -> Self {
        Self { link: link.clone(), folder: None, given: vec![] }
    }

    async fn news(&mut self, folder: &mut Folder, mailbox: u32, cursor: Option<Cursor>) -> Result<Polled, Failure> {
        let today = UtcTime::now().utc().date_naive();
        let yesterday = |day: NaiveDate| day.checked_sub_days(Days::new(1)).unwrap_or(day);
        let (uids, base) = match cursor {
            Some(cursor) if cursor.validity == folder.validity => (folder.uids_after(cursor.uid).await?, cursor.uid),
            // The numbers mean other mails now: what came since is taken again, and what is known is told by its name.
            Some(cursor) => (folder.uids_since(yesterday(cursor.day), false).await?, folder.next_uid.saturating_sub(1)),
            // A new channel begins with what waits unread since yesterday, not with the archive.
            None => (folder.uids_since(yesterday(today), true).await?, folder.next_uid.saturating_sub(1)),
        };
        let failed_before = cursor.filter(|cursor| cursor.validity == folder.validity).and_then(|cursor| cursor.failed);
        let (mut events, mut bytes, mut last, mut failure) = (vec![], 0, None, None);
        for uid in uids.iter().copied() {
            if bytes >= AT_ONCE || events.len() == MANY {
                break;
            }
            let tries = failed_before.filter(|failed| failed.uid == uid).map_or(0, |failed| failed.tries);
            match take(folder, uid, tries).await {
                Ok(event) => {
                    last = Some(uid);
                    bytes += event.as_ref().map_or(0, |event| event.body.len());
                    // What was not given stays unread there.
                    self.given.extend(event.as_ref().filter(|_| tries < TRIES).map(|_| uid));
                    events.extend(event);
                }
                Err(why) => {
                    let words = format!("mail {uid}: {}", why.words);
                    failure = Some((Failed { uid, tries: tries + 1 }, Failure { words, ..why }));
                    break;
                }
            }
        }
        let is_all = last == uids.last().copied();
        let uid = match (&failure, last) {
            (Some((failed, _)), _) => failed.uid.saturating_sub(1),
            (None, None) => base,
            // Of an unread few, the newest may lie below what was there already.
            (None, Some(last)) if is_all => last.max(base),
            (None, Some(last)) => last,
        };
        let (failed, failure) = failure.unzip();
        let cursor = Cursor { validity: folder.validity, uid, day: today, mailbox: Some(mailbox), failed };
        Ok(Polled { events, cursor: Some(cursor.text()), failure })
    }
}

/// The mail of this number as an event, or nothing if it has gone. After some failures its head must do, then word that
/// it is there: one mail that the server does not give must not stand before all that follow.
async fn take(folder: &mut Folder, uid: u32, tries: u32) -> Result<Option<RawEvent>, Failure> {
    if tries < TRIES {
        return Ok(folder.fetch(uid).await?.map(raw_event));
    }
    let head = if tries == TRIES { folder.head(uid).await? } else { Some(vec![]) };
    Ok(head.map(|head| {
        let key = if head.is_empty() { format!("not given {} {uid}", folder.validity) } else { parse::name_of(&head) };
        RawEvent { key, body: [HEAD_ONLY, uid.to_string().as_bytes(), b"\r\n", &head].concat() }
    }))
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
        let here = mark_of(&settings);
        let cursor = cursor.and_then(|cursor| Cursor::of(here, cursor));
        let mut folder = match self.folder.take() {
            Some(folder) => folder,
            None => Folder::open(&super::connector::imap_way(&self.link, &settings).await?).await?,
        };
        let given = std::mem::take(&mut self.given);
        if settings.mark_read {
            folder.mark_read(&given).await?;
        }
        let mut polled = self.news(&mut folder, here, cursor).await?;
        let is_first = cursor.is_none();
        if polled.events.is_empty() && polled.failure.is_none() && !is_first {
            folder = folder.wait(Duration::from_secs(settings.poll.max(1)).min(WAIT)).await?;
            polled = self.news(&mut folder, here, cursor).await?;
        }
        let Some(failure) = polled.failure.take() else {
            self.folder = Some(folder);
            return Ok(polled);
        };
        // The connection goes: of an answer that broke off the rest may be on its way. The next look asks again, no sooner,
        // since a server in trouble may need a while.
        let way = Way::Again(Some(Duration::from_secs(settings.poll)));
        Ok(Polled { failure: Some(Failure { way, ..failure }), ..polled })
    }
}

/// How much of a mail is there.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Extent {
    Whole,
    /// It was too large to be taken whole.
    Beginning,
    /// The server gave no more, or not even that.
    Head,
}

/// The mail in an event's bytes, and how much of it.
fn unpacked(raw: &Bytes) -> Result<(Bytes, Extent), String> {
    if let Some(rest) = raw.strip_prefix(CUT) {
        return Ok((raw.slice_ref(rest), Extent::Beginning));
    }
    let Some(rest) = raw.strip_prefix(HEAD_ONLY) else { return Ok((raw.clone(), Extent::Whole)) };
    let line = rest.iter().position(|byte| *byte == b'\n').map_or(rest.len(), |at| at + 1);
    let (number, head) = rest.split_at(line);
    if head.is_empty() {
        let number = String::from_utf8_lossy(number);
        return Err(format!("the server does not give mail {} of the folder: look for it there", number.trim()));
    }
    Ok((raw.slice_ref(head), Extent::Head))
}

/// What a mail says. Takes as long as the mail is large.
pub fn read(settings: &MailSettings, raw: &Bytes) -> Result<Vec<Event>, String> {
    let (raw, extent) = unpacked(raw)?;
    let mail = parse::parse(&raw);
    match &mail.nature {
        // What did not arrive stands in the rest.
        Nature::Bounce(_) if extent == Extent::Head => Err("the server does not give a delivery report".into()),
        Nature::Bounce(reports) => Ok(reports.iter().filter_map(not_arrived).collect()),
        nature => {
            let Some(from) = mail.from.clone() else { return Err("the mail names no sender".into()) };
            let automatic = *nature == Nature::AutoReply;
            let Some(sender) = writer::sender_of(settings, &mail, &from) else { return Ok(vec![]) };
            let message = message(settings, mail, raw, extent, from);
            Ok(vec![Event::Message(Box::new(Message { sender, automatic, ..message }))])
        }
    }
}

fn not_arrived(report: &Report) -> Option<Event> {
    let provider_id = report.original.clone().filter(|_| report.is_final)?;
    let way = if report.is_hard() { Way::Unsubscribed } else { Way::Permanent };
    let failure = Failure::new(&report.status, &report.words, way);
    Some(Event::Status {
        provider_id,
        state: Reached::Failed { failure, recipients: report.recipients.clone() },
        at: None,
    })
}

/// The message without its sender.
fn message(settings: &MailSettings, mut mail: Mail, raw: Bytes, extent: Extent, from: Person) -> Message {
    let tokens = mail.tokens(|address| settings.is_own(address));
    let chain = Chain {
        references: mail.chain().into_iter().map(str::to_owned).collect(),
        tokens: tokens.into_iter().map(str::to_owned).collect(),
        subject: mail.subject.clone(),
    };
    let unsupported = match extent {
        Extent::Head => Some("not_given"),
        _ if mail.is_unreadable => Some("unreadable"),
        Extent::Beginning => Some("too_large"),
        Extent::Whole if mail.left_out > 0 => Some("attachments"),
        Extent::Whole => None,
    };
    let body = match mail.text.is_empty() && mail.attachments.is_empty() {
        true => mail.subject.clone(),
        false => mail.text.clone(),
    };
    let attachments = std::mem::take(&mut mail.attachments);
    // Of a mail that was cut the last file is broken, and which files follow nobody knows.
    let files = if extent == Extent::Whole { attachments.into_iter().map(file).collect() } else { vec![] };
    Message {
        sent_at: mail.sent_at,
        provider_id: mail.message_id.clone(),
        body,
        files,
        chain,
        unsupported: unsupported.map(str::to_owned),
        letter: Some(Box::new(letter(mail, raw, from, extent == Extent::Beginning))),
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
        let day = NaiveDate::from_ymd_opt(2026, 11, 26).unwrap();
        for failed in [None, Some(Failed { uid: 4_000_000_001, tries: 2 })] {
            for mailbox in [None, Some(0xab)] {
                let cursor = Cursor { validity: 7, uid: 4_000_000_000, day, mailbox, failed };
                assert_eq!(Cursor::parse(&cursor.text()), Some(cursor));
            }
        }
        for broken in
            ["", "7", "7 8", "7 8 9", "7 8 2026-11-26 x", "7 8 2026-11-26 9", "7 8 2026-11-26 9 1 1", "-1 8 2026-11-26"]
        {
            assert_eq!(Cursor::parse(broken), None, "{broken}");
        }
    }

    #[test]
    fn a_cursor_of_another_mailbox_says_nothing() {
        let support = MailSettings { user: "support@shop.test".into(), ..MailSettings::default() };
        let help = MailSettings { user: "help@shop.test".into(), ..MailSettings::default() };
        let archive = MailSettings { folder: "Archive".into(), ..support.clone() };
        let text = format!("1 54321 2026-11-26 m{:08x}", mark_of(&support));
        assert_eq!(Cursor::of(mark_of(&support), &text).map(|cursor| cursor.uid), Some(54_321));
        for other in [help, archive] {
            assert_eq!(Cursor::of(mark_of(&other), &text), None);
        }
        // Left by a version that did not say whose it is.
        assert!(Cursor::of(mark_of(&support), "1 54321 2026-11-26").is_some());
    }
}
