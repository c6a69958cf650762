//! Which part of a shown text matched: folding changes lengths, so the match is traced back to what was written.

use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

use super::model::Term;
use crate::text;

/// A stretch of a text, marked or not.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Piece {
    pub text: String,
    pub marked: bool,
}

/// The text with its first match marked; whole and unmarked if it holds none.
pub fn highlight(shown: &str, term: &Term) -> Vec<Piece> {
    mark(shown, &folded(shown), term.folded())
}

/// A phone number as it is written, with the digits that matched marked.
pub fn highlight_phone(shown: &str, term: &Term) -> Vec<Piece> {
    let Some(needle) = term.digits() else { return mark(shown, &[], "") };
    let digits: Vec<Folded> = folded(shown).into_iter().filter(|f| f.folded.is_ascii_digit()).collect();
    let marked = mark(shown, &digits, needle);
    match term.from_code() {
        Some(needle) if !is_marked(&marked) => mark(shown, &digits, needle),
        _ => marked,
    }
}

/// Whether any piece is marked.
pub fn is_marked(pieces: &[Piece]) -> bool {
    pieces.iter().any(|piece| piece.marked)
}

/// One character of the folded text and the bytes of the written text that it stands for.
struct Folded {
    folded: char,
    start: usize,
    end: usize,
}

fn folded(shown: &str) -> Vec<Folded> {
    let mut out = vec![];
    let mut chars = shown.char_indices().peekable();
    while let Some((start, c)) = chars.next() {
        let mut end = start + c.len_utf8();
        // A letter and its accents fold as one.
        while let Some((at, mark)) = chars.next_if(|(_, next)| is_combining_mark(*next)) {
            end = at + mark.len_utf8();
        }
        if c.is_whitespace() {
            out.push(Folded { folded: ' ', start, end });
            continue;
        }
        let cluster = shown.get(start..end).unwrap_or_default().nfkc().collect::<String>();
        out.extend(text::fold(&cluster).chars().map(|folded| Folded { folded, start, end }));
    }
    out
}

fn mark(shown: &str, folded: &[Folded], needle: &str) -> Vec<Piece> {
    let needle: Vec<char> = needle.chars().collect();
    let found = (!needle.is_empty())
        .then(|| folded.windows(needle.len()).find(|window| window.iter().map(|f| f.folded).eq(needle.iter().copied())))
        .flatten();
    let (start, end) = match found.and_then(|window| Some((window.first()?.start, window.last()?.end))) {
        Some(range) => range,
        None => return vec![Piece { text: shown.to_owned(), marked: false }],
    };
    let piece =
        |from: usize, to: usize, marked| Piece { text: shown.get(from..to).unwrap_or_default().to_owned(), marked };
    let pieces = [piece(0, start, false), piece(start, end, true), piece(end, shown.len(), false)];
    pieces.into_iter().filter(|piece| !piece.text.is_empty()).collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::search::Query;

    fn shown(pieces: Vec<Piece>) -> String {
        pieces.iter().map(|p| if p.marked { format!("[{}]", p.text) } else { p.text.clone() }).collect()
    }

    fn marked(text: &str, typed: &str) -> String {
        shown(highlight(text, Query::parse(typed).term().unwrap()))
    }

    #[test]
    fn what_matched_is_marked_as_it_is_written() {
        assert_eq!(marked("Anna Kowalska", "KOW"), "Anna [Kow]alska");
        assert_eq!(marked("Алёна Семёнова", "семенов"), "Алёна [Семёнов]а");
        assert_eq!(marked("ＡＢＣ GmbH", "abc g"), "[ＡＢＣ G]mbH");
        assert_eq!(marked("Rene\u{301}e Dubois", "renée"), "[Rene\u{301}e] Dubois");
        assert_eq!(marked("مريم الزهراء", "الزه"), "مريم [الزه]راء");
        assert_eq!(marked("ﬃne", "ffi"), "[ﬃ]ne");
        assert_eq!(marked("Nobody", "kow"), "Nobody");
        assert_eq!(marked("<b>&", "<b>"), "[<b>]&");
    }

    #[test]
    fn a_phone_is_marked_across_its_punctuation() {
        let term = Query::parse("8 (901) 788-07-95");
        let pieces = highlight_phone("+7 901 788-07-95", term.term().unwrap());
        assert_eq!(shown(pieces), "+7 [901 788-07-95]");
        let term = Query::parse("8901788");
        let pieces = highlight_phone("+7 901 788-07-95", term.term().unwrap());
        assert_eq!(shown(pieces), "+[7 901 788]-07-95");
        let term = Query::parse("anna");
        assert_eq!(shown(highlight_phone("+7 901", term.term().unwrap())), "+7 901");
    }
}
