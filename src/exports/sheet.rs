//! Writing the file: rows go out as they come, so that a million of them take no more memory than a thousand.

use std::borrow::Cow;
use std::collections::HashMap;
use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use chrono::SecondsFormat;
use chrono_tz::Tz;
use rust_xlsxwriter::{Format as Look, Workbook, XlsxError};

use super::csv_table::CsvTable;
use super::model::{COLUMNS, Format, Line};
use crate::db::types::UtcTime;
use crate::funnels::Entry;

/// The most characters that Excel keeps in a cell.
const CELL: usize = 32_767;
/// The most rows below the head of an Excel sheet.
const ROWS: u32 = 1_048_575;
/// How wide the columns of a sheet are, in characters.
const WIDTHS: [f64; COLUMNS.len()] = [10.0, 28.0, 12.0, 22.0, 26.0, 26.0, 26.0, 30.0, 16.0, 16.0, 16.0];

/// Why there is no file.
#[derive(Debug)]
pub enum Broken {
    TooLarge,
    /// In the words of the machine.
    Failed(String),
}

impl From<io::Error> for Broken {
    fn from(error: io::Error) -> Self {
        Self::Failed(error.to_string())
    }
}

/// What a file is like.
pub struct Wanted {
    pub format: Format,
    /// Where it is written: a file without a name, which goes with the process.
    pub folder: PathBuf,
    /// The most bytes.
    pub limit: u64,
    /// The time zone of its times.
    pub zone: Tz,
    /// What links in it begin with.
    pub base: String,
    /// Names of custom fields and variables: the columns behind the eleven.
    pub values: Vec<String>,
}

/// A file that is being written.
pub struct Sheet {
    zone: Tz,
    base: String,
    values: Vec<String>,
    kind: Kind,
}

enum Kind {
    Csv(Box<CsvTable<Bounded>>),
    Xlsx { book: Box<Workbook>, row: u32, to: Bounded },
}

impl Sheet {
    /// Begins a file, with the names of its columns.
    pub fn begin(wanted: Wanted) -> Result<Self, Broken> {
        let Wanted { format, folder, limit, zone, base, values } = wanted;
        let to = Bounded::new(tempfile::tempfile_in(&folder)?, limit);
        let kind = match format {
            Format::Csv => {
                let mut table = CsvTable::begin(to)?;
                table.row(COLUMNS.into_iter().chain(values.iter().map(String::as_str)))?;
                Kind::Csv(Box::new(table))
            }
            Format::Xlsx => {
                let book = Box::new(book(&folder).map_err(failed)?);
                Kind::Xlsx { book, row: 0, to }
            }
        };
        Ok(Self { zone, base, values, kind })
    }

    pub fn write(&mut self, lines: &[Line]) -> Result<(), Broken> {
        for line in lines {
            let texts = texts(line, self.zone, &self.base);
            match &mut self.kind {
                Kind::Csv(table) => {
                    let id = line.id.to_string();
                    let own = values(line, &self.values);
                    table.row(std::iter::once(id.as_str()).chain(texts.iter().map(AsRef::as_ref)).chain(own))?;
                }
                Kind::Xlsx { book, row, .. } => {
                    *row += 1;
                    if *row > ROWS {
                        return Err(Broken::TooLarge);
                    }
                    put(book, *row, line.id.0, &texts).map_err(failed)?;
                }
            }
        }
        match &self.kind {
            Kind::Csv(table) if table.to().is_over => Err(Broken::TooLarge),
            _ => Ok(()),
        }
    }

    /// The whole file, and how many bytes it has.
    pub fn finish(self) -> Result<(File, u64), Broken> {
        let to = match self.kind {
            Kind::Csv(table) => table.finish()?,
            // How large a workbook is shows when it is packed.
            Kind::Xlsx { mut book, mut to, .. } => {
                book.save_to_writer(&mut to).map_err(failed)?;
                to
            }
        };
        to.finish()
    }
}

/// What a customer has under these names; empty where they have nothing.
fn values<'a>(line: &'a Line, names: &[String]) -> impl Iterator<Item = &'a str> {
    let of: HashMap<&str, &str> = line.values.iter().map(|own| (own.name.as_str(), own.value.as_str())).collect();
    names.iter().map(move |name| of.get(name.as_str()).copied().unwrap_or_default())
}

/// A workbook whose rows go to a temporary file of its own.
fn book(folder: &Path) -> Result<Workbook, XlsxError> {
    let mut book = Workbook::new();
    book.set_tempdir(folder)?;
    let head = Look::new().set_bold();
    let sheet = book.add_worksheet_with_constant_memory()?;
    sheet.set_name("Customers")?;
    sheet.set_freeze_panes(1, 0)?;
    for ((column, name), width) in (0..).zip(COLUMNS).zip(WIDTHS) {
        sheet.set_column_width(column, width)?;
        sheet.write_string_with_format(0, column, name, &head)?;
    }
    Ok(book)
}

/// A row: everything but the number is text, so that nothing is run.
fn put(book: &mut Workbook, row: u32, id: i64, texts: &[Cow<str>]) -> Result<(), XlsxError> {
    let sheet = book.worksheet_from_index(0)?;
    sheet.write(row, 0, id)?;
    for (column, text) in (1..).zip(texts).filter(|(_, text)| !text.is_empty()) {
        sheet.write_string(row, column, cut(text))?;
    }
    Ok(())
}

fn cut(text: &str) -> &str {
    if text.len() <= CELL {
        return text;
    }
    text.char_indices().nth(CELL).map_or(text, |(end, _)| &text[..end])
}

/// The columns behind the number.
fn texts<'a>(line: &'a Line, zone: Tz, base: &str) -> [Cow<'a, str>; COLUMNS.len() - 1] {
    let avatar = match line.avatar_url.strip_prefix('/') {
        Some(path) => format!("{base}/{path}").into(),
        None => line.avatar_url.as_str().into(),
    };
    [
        line.name.as_str().into(),
        line.messenger.as_ref().map_or("", |kind| kind.as_str()).into(),
        line.channel.as_str().into(),
        line.address.as_str().into(),
        local(line.first_contact, zone).into(),
        local(line.last_activity, zone).into(),
        avatar,
        line.block.map(|id| id.to_string()).unwrap_or_default().into(),
        history(line, zone).into(),
        line.source_tag.as_str().into(),
    ]
}

/// The blocks that the customer has been in, each with its time.
fn history(line: &Line, zone: Tz) -> String {
    let entry = |entry: &Entry| format!("{} {}", entry.block_id, local(entry.entered_at, zone));
    line.entries.iter().map(entry).collect::<Vec<_>>().join("; ")
}

/// 2026-11-28T14:32:05+03:00
fn local(time: UtcTime, zone: Tz) -> String {
    time.utc().with_timezone(&zone).to_rfc3339_opts(SecondsFormat::Secs, false)
}

/// A file that keeps no more than its limit. What comes behind that is let go and not refused: whoever writes an archive
/// cannot stop in the middle.
struct Bounded {
    file: BufWriter<File>,
    size: u64,
    limit: u64,
    is_over: bool,
}

impl Bounded {
    fn new(file: File, limit: u64) -> Self {
        Self { file: BufWriter::with_capacity(64 * 1024, file), size: 0, limit, is_over: false }
    }

    fn finish(self) -> Result<(File, u64), Broken> {
        if self.is_over {
            return Err(Broken::TooLarge);
        }
        let file = self.file.into_inner().map_err(io::IntoInnerError::into_error)?;
        Ok((file, self.size))
    }
}

impl Write for Bounded {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.is_over = self.is_over || self.size + bytes.len() as u64 > self.limit;
        if self.is_over {
            return Ok(bytes.len());
        }
        let written = self.file.write(bytes)?;
        self.size += written as u64;
        Ok(written)
    }

    fn flush(&mut self) -> io::Result<()> {
        self.file.flush()
    }
}

fn failed(error: impl ToString) -> Broken {
    Broken::Failed(error.to_string())
}

#[cfg(test)]
mod tests {
    use std::io::{Read, Seek};

    use super::super::csv_table::MARK;
    use super::*;
    use crate::db::types::{CustomerId, FunnelBlockId};
    use crate::fields::Variable;

    fn line(name: &str) -> Line {
        Line {
            id: CustomerId(7),
            name: name.into(),
            messenger: None,
            channel: String::new(),
            address: "+79017880795".into(),
            first_contact: UtcTime::from_micros(0).unwrap(),
            last_activity: UtcTime::from_micros(0).unwrap(),
            avatar_url: "/avatars/3".into(),
            block: Some(FunnelBlockId(12)),
            entries: [(9, 0), (12, 60_000_000)]
                .map(|(block, at)| Entry {
                    customer_id: CustomerId(7),
                    block_id: FunnelBlockId(block),
                    entered_at: UtcTime::from_micros(at).unwrap(),
                })
                .to_vec(),
            source_tag: "ads".into(),
            values: vec![Variable { name: "Size".into(), value: "@M".into() }],
        }
    }

    fn written(format: Format, limit: u64, lines: &[Line]) -> Result<Vec<u8>, Broken> {
        let folder = tempfile::tempdir().unwrap();
        let (zone, base) = (chrono_tz::Europe::Moscow, "https://desk.example".to_owned());
        let values = ["Colour", "Size", "=x"].map(String::from).to_vec();
        let mut sheet = Sheet::begin(Wanted { format, folder: folder.path().into(), limit, zone, base, values })?;
        sheet.write(lines)?;
        let (mut file, size) = sheet.finish()?;
        let mut bytes = vec![];
        file.rewind()?;
        file.read_to_end(&mut bytes)?;
        assert_eq!(bytes.len() as u64, size);
        Ok(bytes)
    }

    /// LIST-88, LIST-101: what a spreadsheet would run comes as text; Cyrillic is told to be UTF-8.
    #[test]
    fn a_row_of_csv() {
        let text = String::from_utf8(written(Format::Csv, 10_000, &[line("=1+1, \"Анна\"")]).unwrap()).unwrap();
        let rows: Vec<&str> = text.strip_prefix(MARK).unwrap().split("\r\n").collect();
        assert_eq!(
            rows[1],
            "7,\"'=1+1, \"\"Анна\"\"\",,,'+79017880795,1970-01-01T03:00:00+03:00,1970-01-01T03:00:00+03:00,\
             https://desk.example/avatars/3,12,9 1970-01-01T03:00:00+03:00; 12 1970-01-01T03:01:00+03:00,ads,,'@M,"
        );
        assert_eq!((rows[0].split_once("source tag,").unwrap().1, rows[2], rows.len()), ("Colour,Size,'=x", "", 3));
    }

    /// CUST-45: a file that would be larger than its limit by one byte is none.
    #[test]
    fn the_limit_is_exact() {
        for format in Format::ALL {
            let size = written(*format, 1_000_000, &[line("Anna")]).unwrap().len() as u64;
            assert!(written(*format, size, &[line("Anna")]).is_ok(), "{format}");
            assert!(matches!(written(*format, size - 1, &[line("Anna")]), Err(Broken::TooLarge)), "{format}");
        }
    }

    proptest::proptest! {
        #[test]
        fn a_cell_is_cut_between_characters(text in "[а-яa-z😀]{0,50}", times in 1_usize..2_000) {
            let long = text.repeat(times);
            proptest::prop_assert!(cut(&long).chars().count() <= CELL);
        }
    }
}
