//! Tables as CSV, the way spreadsheets read them without running anything.

use std::borrow::Cow;
use std::io::{self, Write};

use csv::{IntoInnerError, Terminator, Writer, WriterBuilder};

/// Tells Excel that the text is UTF-8.
pub(super) const MARK: &str = "\u{feff}";

/// A table that is being written, row by row.
pub struct CsvTable<W: Write>(Writer<W>);

impl<W: Write> CsvTable<W> {
    /// Begins a table.
    pub fn begin(mut to: W) -> io::Result<Self> {
        to.write_all(MARK.as_bytes())?;
        Ok(Self(WriterBuilder::new().terminator(Terminator::CRLF).from_writer(to)))
    }

    /// Writes a row, whose cells are made harmless.
    pub fn row<'a>(&mut self, cells: impl Iterator<Item = &'a str>) -> io::Result<()> {
        for cell in cells {
            self.0.write_field(harmless(cell).as_bytes())?;
        }
        Ok(self.0.write_record(None::<&[u8]>)?)
    }

    /// Where it is written to; the last rows may still be on their way.
    pub fn to(&self) -> &W {
        self.0.get_ref()
    }

    /// Ends the table.
    pub fn finish(self) -> io::Result<W> {
        self.0.into_inner().map_err(IntoInnerError::into_error)
    }
}

/// What a spreadsheet would run as a formula begins with an apostrophe: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn harmless(text: &str) -> Cow<'_, str> {
    const FIRST: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
    if text.starts_with(FIRST) { format!("'{text}").into() } else { text.into() }
}

#[cfg(test)]
mod tests {
    use super::*;

    proptest::proptest! {
        #[test]
        fn no_cell_is_a_formula(text in "[=+\\-@\t\r\n＝]?.*") {
            let safe = harmless(&text);
            proptest::prop_assert!(!safe.starts_with(['=', '+', '-', '@', '\t', '\r', '\n', '＝']));
            proptest::prop_assert!(safe.ends_with(&text));
        }
    }
}
