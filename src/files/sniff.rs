//! What a file is, by its bytes.

/// Bytes from the beginning that are looked at: enough for the third entry of an office file.
pub const HEAD: usize = 16 * 1024;

const OLE: &[u8] = &[0xD0, 0xCF, 0x11, 0xE0, 0xA1, 0xB1, 0x1A, 0xE1];
const UNKNOWN: &str = "application/octet-stream";
const TEXT: &str = "text/plain";

/// Whether bytes can be part of a text: any encoding without control characters in it.
pub fn is_text(bytes: &[u8]) -> bool {
    !bytes.iter().any(|b| matches!(b, 0..=8 | 11 | 14..=26 | 28..=31 | 127))
}

/// The type of a file that begins with `head`. `text`: whether [`is_text`] held all along. The name only tells apart
/// what the bytes leave open among harmless kinds.
pub fn content_type(head: &[u8], text: bool, name: &str) -> &'static str {
    let extension = name.rsplit_once('.').map(|(_, ext)| ext.to_ascii_lowercase()).unwrap_or_default();
    if let Some(markup) = markup(head).filter(|_| text) {
        return markup;
    }
    if head.starts_with(OLE) {
        return match extension.as_str() {
            "doc" => "application/msword",
            "xls" => "application/vnd.ms-excel",
            "ppt" => "application/vnd.ms-powerpoint",
            _ => UNKNOWN,
        };
    }
    match infer::get(head) {
        Some(kind) => kind.mime_type(),
        None if text && extension == "csv" => "text/csv",
        None if text && !head.is_empty() => TEXT,
        None => UNKNOWN,
    }
}

/// Of two types of the same bytes, which came under two names, the one that says more: an old office file without its ending
/// could be anything, and a table is a text, too.
pub fn closer<'a>(known: &'a str, told: &'a str) -> &'a str {
    let is_vague = known == UNKNOWN || (known == TEXT && told != UNKNOWN);
    if is_vague { told } else { known }
}

/// Text that a browser would run or draw if it were let.
fn markup(head: &[u8]) -> Option<&'static str> {
    let beginning = String::from_utf8_lossy(head.get(..2048).unwrap_or(head)).to_ascii_lowercase();
    let beginning = beginning.trim_start_matches(|c: char| c == '\u{feff}' || c.is_whitespace());
    if !beginning.starts_with('<') {
        return None;
    }
    let has = |words: &[&str]| words.iter().any(|word| beginning.contains(word));
    if has(&["<svg"]) {
        Some("image/svg+xml")
    } else if has(&["<!doctype html", "<html", "<head", "<body", "<script", "<iframe", "<img", "<a ", "<div", "<style"])
    {
        Some("text/html")
    } else if has(&["<?xml", "<!doctype", "xmlns"]) {
        Some("text/xml")
    } else {
        None
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn bytes_decide_and_names_do_not() {
        let png = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR";
        assert_eq!(content_type(png, false, "letter.pdf"), "image/png");
        assert_eq!(content_type(b"%PDF-1.7\n", true, "photo.png"), "application/pdf");
        assert_eq!(content_type(b"  <!DOCTYPE html><p>hi", true, "photo.png"), "text/html");
        assert_eq!(content_type("\u{feff}<svg onload=x>".as_bytes(), true, "a.txt"), "image/svg+xml");
        assert_eq!(content_type(b"<?xml version='1.0'?><a/>", true, "a.txt"), "text/xml");
        assert_eq!(content_type("Привет".as_bytes(), true, "a.exe"), "text/plain");
        assert_eq!(content_type(b"a;b\n1;2", true, "a.csv"), "text/csv");
        assert_eq!(content_type(b"a\0b", false, "a.txt"), "application/octet-stream");
        assert_eq!(content_type(OLE, false, "old.XLS"), "application/vnd.ms-excel");
        assert_eq!(content_type(b"MZ\x90\0", false, "a.png"), "application/vnd.microsoft.portable-executable");
    }

    #[test]
    fn the_name_that_says_more_counts() {
        let excel = "application/vnd.ms-excel";
        assert_eq!([closer(UNKNOWN, excel), closer(excel, UNKNOWN), closer(UNKNOWN, UNKNOWN)], [excel, excel, UNKNOWN]);
        assert_eq!(
            [closer(TEXT, "text/csv"), closer("text/csv", TEXT), closer(TEXT, TEXT)],
            ["text/csv", "text/csv", TEXT]
        );
        assert_eq!(closer("application/msword", excel), "application/msword");
    }

    proptest! {
        /// The bytes are strangers': no beginning, cut anywhere, may bring the reader down.
        #[test]
        fn no_beginning_panics(mut head in proptest::collection::vec(any::<u8>(), 0..200), start in 0usize..5) {
            let starts: [&[u8]; 5] = [b"", b"PK\x03\x04", OLE, b"RIFF", b"\x00\x00\x00\x18ftyp"];
            let mut all = starts[start].to_vec();
            all.append(&mut head);
            content_type(&all, is_text(&all), "x.doc");
        }
    }
}
