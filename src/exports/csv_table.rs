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

/// What a spreadsheet would run as a formula.
const FIRST: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];
/// Where a cell ends for programs of other countries, whatever the file says: many expect semicolons.
const ENDS: [char; 2] = [';', '\t'];

/// An apostrophe stands before what a spreadsheet would run as a formula, at the beginning of the cell and of each that another
/// program would see in it: <https://owasp.org/www-community/attacks/CSV_Injection>.
fn harmless(text: &str) -> Cow<'_, str> {
    // Programs may pass over the blanks before it.
    let runs = |cell: &str| cell.trim_start_matches(' ').starts_with(FIRST);
    if !runs(text) && !text.contains(ENDS) {
        return text.into();
    }
    let mut safe = String::with_capacity(text.len() + 1);
    let (mut begins, mut rest) = (true, text.chars());
    loop {
        if begins && runs(rest.as_str()) {
            safe.push('\'');
        }
        let Some(next) = rest.next() else { return safe.into() };
        safe.push(next);
        begins = ENDS.contains(&next);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const RUN: [char; 8] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝'];

    proptest::proptest! {
        #[test]
        fn no_cell_is_a_formula(text in "[=+\\-@\t\r\n＝]?.*") {
            let safe = harmless(&text);
            proptest::prop_assert!(!safe.starts_with(RUN));
            proptest::prop_assert_eq!(safe.replace('\'', ""), text.replace('\'', ""));
        }

        /// Where Excel expects semicolons, a name is several cells.
        #[test]
        fn nor_is_a_cell_that_another_program_sees_in_it(text in "(.?[;\t] ?[=+\\-@]?){1,5}.*") {
            let safe = harmless(&text);
            for cell in safe.split([';', '\t']).skip(1) {
                proptest::prop_assert!(!cell.trim_start_matches(' ').starts_with(RUN), "{:?}", safe);
            }
        }
    }

    #[test]
    fn a_cell_without_formulas_stays_as_it_is() {
        for text in ["Anna; Ben", "a - b", "1;2", ""] {
            assert_eq!(harmless(text), text);
        }
        assert_eq!(harmless("Anna;=1"), "Anna;'=1");
        assert_eq!(harmless("=1; @A"), "'=1;' @A");
    }
}
