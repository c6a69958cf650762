//! What a mail is looked at for before the parser sees it: mails that are made to bring a reader down.
//!
//! The parser keeps messages inside messages as it finds them, one in the other, and gives them up one in the other: a
//! mail of a few megabytes that nests a hundred thousand of them would overflow the stack, which ends the process.
//! Only the number of nestings decides that, and each of them needs one of three words.

use std::borrow::Cow;

/// Messages inside messages; a bounce to many recipients holds the word twice for each.
const NESTED: usize = 400;
/// Parts made of parts. The parser may look through the whole mail for the end of each.
const MULTIPARTS: usize = 100;
/// Parts of any kind.
const PARTS: usize = 5_000;

/// The bytes as the parser may have them, or nothing for a mail that is made to harm.
pub fn tame(raw: &[u8]) -> Option<Cow<'_, [u8]>> {
    let found = Found::in_mail(raw);
    if found.nested > NESTED || found.multiparts > MULTIPARTS || found.parts > PARTS {
        return None;
    }
    Some(if found.nested == 0 { Cow::Borrowed(raw) } else { without_encoded_messages(raw) })
}

/// How often the words stand in a mail that make parts.
#[derive(Default)]
struct Found {
    nested: usize,
    multiparts: usize,
    parts: usize,
}

impl Found {
    /// One pass over the bytes: most of them are attachments, in which no word begins.
    fn in_mail(raw: &[u8]) -> Self {
        let mut found = Self::default();
        let mut before = b'\n';
        for (at, byte) in raw.iter().copied().enumerate() {
            let begins = !before.is_ascii_alphanumeric();
            before = byte;
            if !begins {
                continue;
            }
            let is = |word: &str| {
                raw.get(at..at + word.len()).is_some_and(|text| text.eq_ignore_ascii_case(word.as_bytes()))
            };
            match byte.to_ascii_lowercase() {
                b'r' if is("rfc822") => found.nested += 1,
                b'g' if is("global") => found.nested += 1,
                b'd' if is("digest") => found.nested += 1,
                b'm' if is("multipart/") => found.multiparts += 1,
                b'c' if is("content-type") => found.parts += 1,
                _ => {}
            }
        }
        found
    }
}

/// RFC 2045, 6.4: a message inside a message is never in base64 or quoted-printable. The parser reads such ones all the
/// same, and what nests in them cannot be counted from outside, so they lose the header that says how to read them. The
/// words elsewhere (a file "Global report.pdf", a host, a subject) make no message.
fn without_encoded_messages(raw: &[u8]) -> Cow<'_, [u8]> {
    const NAME: &str = "content-transfer-encoding";
    let mut out = Cow::Borrowed(raw);
    let in_digest = types(raw).any(|kind| find(kind, "digest").is_some());
    let mut start = 0;
    // A header block ends at an empty line; what is no header block never holds the name at the start of a line.
    while start < raw.len() {
        let end = block_end(raw, start);
        let block = raw.get(start..end).unwrap_or_default();
        let is_message = types(block).any(|kind| find(kind, "rfc822").or_else(|| find(kind, "global")).is_some())
            || (in_digest && find(block, "content-type").is_none());
        let encoded = find(block, "base64").is_some() || find(block, "quoted-printable").is_some();
        if is_message && encoded {
            let mut at = 0;
            while let Some(found) = find(block.get(at..).unwrap_or_default(), NAME) {
                at += found;
                if let Some(first) = out.to_mut().get_mut(start + at) {
                    *first = b'x';
                }
                at += NAME.len();
            }
        }
        start = end;
    }
    out
}

/// What follows each "Content-Type", wherever that stands: the type without its parameters. With a comment in it, which
/// may hold anything, all of the header.
fn types(block: &[u8]) -> impl Iterator<Item = &[u8]> {
    const NAME: &str = "content-type";
    let mut rest = block;
    std::iter::from_fn(move || {
        rest = rest.get(find(rest, NAME)? + NAME.len()..)?;
        let value = rest.get(..header_end(rest))?;
        let kind = value.split(|byte| *byte == b';').next().unwrap_or_default();
        Some(if kind.contains(&b'(') { value } else { kind })
    })
}

/// Where a header ends: with the first line that is not folded.
fn header_end(rest: &[u8]) -> usize {
    let ends = |pair: &[u8]| matches!(pair, [b'\n', next] if !matches!(next, b' ' | b'\t'));
    rest.windows(2).position(ends).unwrap_or(rest.len())
}

/// Where the block of lines that begins at `start` ends, the empty line included.
fn block_end(raw: &[u8], start: usize) -> usize {
    let mut at = start;
    while let Some(line) = raw.get(at..).and_then(|rest| rest.iter().position(|b| *b == b'\n')) {
        let is_empty = raw.get(at..at + line).is_some_and(|text| text.iter().all(|b| *b == b'\r'));
        at += line + 1;
        if is_empty {
            return at;
        }
    }
    raw.len()
}

/// Where `word` (in lower case) stands first, in any case.
fn find(raw: &[u8], word: &str) -> Option<usize> {
    let word = word.as_bytes();
    let first = *word.first()?;
    raw.windows(word.len()).position(|window| {
        window.first().is_some_and(|b| b.to_ascii_lowercase() == first) && window.eq_ignore_ascii_case(word)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_plain_mail_passes_as_it_is() {
        let raw = b"From: a@b.test\r\nContent-Transfer-Encoding: base64\r\n\r\nSGk=\r\n";
        assert!(matches!(tame(raw), Some(Cow::Borrowed(_))));
    }

    #[test]
    fn a_mail_that_nests_without_end_is_refused() {
        let level = "Content-Type: MESSAGE/rfc822\r\n\r\n";
        assert!(tame(level.repeat(300).as_bytes()).is_some());
        assert!(tame(level.repeat(500).as_bytes()).is_none());
        assert!(tame("Content-Type: multipart/mixed; boundary=a\r\n\r\n--a\r\n".repeat(200).as_bytes()).is_none());
        assert!(tame("\r\n--a\r\nContent-Type: text/plain\r\n\r\nx".repeat(6000).as_bytes()).is_none());
    }

    #[test]
    fn an_encoded_message_is_not_read_as_one() {
        let raw = b"A: b\r\nContent-Type: message/rfc822\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n";
        let tamed = String::from_utf8(tame(raw).unwrap().into_owned()).unwrap();
        assert!(tamed.contains("xontent-Transfer-Encoding: base64"), "{tamed}");
        for kind in [
            "Message / RFC822; x=y",
            "message/(;\\))rfc822",
            "message/\r\n global",
            "multipart/digest\r\n\r\n--a\r\nA: b",
        ] {
            let raw = format!("Content-Type: {kind}\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n");
            let tamed = String::from_utf8(tame(raw.as_bytes()).unwrap().into_owned()).unwrap();
            assert!(tamed.contains("xontent-Transfer-Encoding: base64"), "{tamed}");
        }
        let text =
            b"Content-Type: text/plain\r\nContent-Transfer-Encoding: base64\r\n\r\nAAAA\r\n\r\nrfc822 is a word\r\n";
        assert_eq!(tame(text).unwrap().as_ref(), text);
    }

    /// Names of files and hosts, and subjects.
    #[test]
    fn the_words_elsewhere_make_no_message() {
        for head in [
            "Content-Type: application/pdf; name=\"Global report.pdf\"\r\nContent-Disposition: attachment; filename=\"Global report.pdf\"",
            "Content-Type: text/plain;\r\n name=rfc822.txt",
            "Received: from mx1.global-freight.test\r\nContent-Type: text/html; charset=utf-8",
            "Subject: Weekly digest\r\nMIME-Version: 1.0",
            "Subject: Global message/rfc822",
        ] {
            for encoding in ["base64", "quoted-printable"] {
                let raw = format!("{head}\r\nContent-Transfer-Encoding: {encoding}\r\n\r\nAAAA\r\n");
                assert_eq!(tame(raw.as_bytes()).unwrap().as_ref(), raw.as_bytes(), "{head}");
            }
        }
    }
}
