//! Keyset pages: a page is found by where the last one ended, never by counting rows from the start.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use super::types::UtcTime;

/// Rows of a list page.
pub const PAGE: i64 = 50;

/// Where a page begins: just past (or just before) this row.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// The row's place in the order.
    pub at: UtcTime,
    /// Decides between rows of the same moment.
    pub id: i64,
    /// Towards newer rows instead of older ones.
    pub back: bool,
}

impl Cursor {
    /// The text that a URL carries.
    pub fn encode(&self) -> String {
        sealed(self.back, format!("{}.{}", self.at.micros(), self.id))
    }

    /// A cursor that somebody has tampered with is no cursor: the list then starts at its beginning.
    pub fn decode(text: &str) -> Option<Self> {
        let (back, rest) = opened(text)?;
        let (at, id) = rest.split_once('.')?;
        Some(Self { at: UtcTime::from_micros(at.parse().ok()?)?, id: id.parse().ok()?, back })
    }
}

/// Where a page of a list by name begins.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NameCursor {
    /// The row's folded name.
    pub name: String,
    /// Decides between rows of the same name.
    pub id: i64,
    /// Towards the beginning of the alphabet.
    pub back: bool,
}

impl NameCursor {
    /// The text that a URL carries.
    pub fn encode(&self) -> String {
        sealed(self.back, format!("{}.{}", self.id, self.name))
    }

    /// As [`Cursor::decode`].
    pub fn decode(text: &str) -> Option<Self> {
        let (back, rest) = opened(text)?;
        let (id, name) = rest.split_once('.')?;
        // PostgreSQL keeps no NUL in its texts.
        (!name.contains('\0')).then_some(())?;
        Some(Self { name: name.to_owned(), id: id.parse().ok()?, back })
    }
}

/// A way and a place as a word that fits into a URL.
fn sealed(back: bool, place: String) -> String {
    let way = if back { 'b' } else { 'f' };
    URL_SAFE_NO_PAD.encode(format!("{way}{place}"))
}

fn opened(text: &str) -> Option<(bool, String)> {
    let plain = String::from_utf8(URL_SAFE_NO_PAD.decode(text).ok()?).ok()?;
    match plain.split_at_checked(1)? {
        ("b", place) => Some((true, place.to_owned())),
        ("f", place) => Some((false, place.to_owned())),
        _ => None,
    }
}

/// Some rows in the order of their list, and how to go on.
#[derive(Clone, Debug)]
pub struct Page<T> {
    pub rows: Vec<T>,
    /// Further rows follow: older ones, or later names.
    pub next: Option<String>,
    /// Others came before.
    pub previous: Option<String>,
}

impl<T> Page<T> {
    /// Whether nothing comes before it or after it.
    pub fn is_whole(&self) -> bool {
        self.next.is_none() && self.previous.is_none()
    }

    /// Makes a page of a list by time out of up to `PAGE + 1` rows that were read from `cursor` on, in reading order
    /// (newest first; oldest first when the cursor looks back).
    pub fn new(rows: Vec<T>, cursor: Option<Cursor>, key: impl Fn(&T) -> (UtcTime, i64)) -> Self {
        Self::read(rows, cursor.map(|c| c.back), |row, back| {
            let (at, id) = key(row);
            Cursor { at, id, back }.encode()
        })
    }

    /// The same of a list by name, read in the order of the alphabet, or against it when the cursor looks back.
    pub fn by_name(rows: Vec<T>, cursor: Option<&NameCursor>, key: impl Fn(&T) -> (String, i64)) -> Self {
        Self::read(rows, cursor.map(|c| c.back), |row, back| {
            let (name, id) = key(row);
            NameCursor { name, id, back }.encode()
        })
    }

    /// `from`: the way in which a cursor led here; none at the beginning. `link`: the cursor at a row.
    fn read(mut rows: Vec<T>, from: Option<bool>, link: impl Fn(&T, bool) -> String) -> Self {
        let size = usize::try_from(PAGE).unwrap_or(usize::MAX);
        let more = rows.len() > size;
        rows.truncate(size);
        let back = from == Some(true);
        if back {
            rows.reverse();
        }
        let (has_next, has_previous) = if back { (true, more) } else { (more, from.is_some()) };
        Self {
            next: rows.last().filter(|_| has_next).map(|row| link(row, false)),
            previous: rows.first().filter(|_| has_previous).map(|row| link(row, true)),
            rows,
        }
    }

    /// The same page of other things.
    pub fn map<U>(self, f: impl FnMut(T) -> U) -> Page<U> {
        Page { rows: self.rows.into_iter().map(f).collect(), next: self.next, previous: self.previous }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn a_cursor_comes_back_as_it_went(micros in -62_135_596_800_000_000_i64..253_402_300_800_000_000, id: i64, back: bool) {
            let at = UtcTime::from_micros(micros).unwrap();
            let cursor = Cursor { at, id, back };
            prop_assert_eq!(Cursor::decode(&cursor.encode()), Some(cursor));
        }

        #[test]
        fn a_cursor_by_name_comes_back_as_it_went(name in "[^\\x00]*", id: i64, back: bool) {
            let cursor = NameCursor { name, id, back };
            prop_assert_eq!(NameCursor::decode(&cursor.encode()), Some(cursor));
        }

        /// Any text is a cursor or none, and never one that an engine cannot hold.
        #[test]
        fn a_cursor_that_was_tampered_with_does_no_harm(text in ".*", way in "[fb]?", at: i64, id: i64) {
            for text in [text.clone(), URL_SAFE_NO_PAD.encode(&text), URL_SAFE_NO_PAD.encode(format!("{way}{at}.{id}"))] {
                if let Some(found) = Cursor::decode(&text) {
                    prop_assert!((-62_135_596_800_000_000..253_402_300_800_000_000).contains(&found.at.micros()));
                }
                prop_assert!(NameCursor::decode(&text).is_none_or(|found| !found.name.contains('\0')));
            }
        }
    }
}
