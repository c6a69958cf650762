//! The log as a file.

use std::io;

use super::model::Row;
use super::names::Names;
use super::views::what;
use crate::exports::CsvTable;
use crate::web::i18n::Lang;

/// Rows of a file, at the most.
pub const MOST: i64 = 10_000;

/// The columns, named as programs read them, in every language.
const COLUMNS: [&str; 8] = ["time", "who", "e-mail", "event", "what", "client_id", "client", "details"];

/// The whole file; times are in UTC, words in the reader's language.
pub fn csv(rows: &[Row], names: &Names, lang: Lang) -> io::Result<Vec<u8>> {
    let mut table = CsvTable::begin(vec![])?;
    table.row(COLUMNS.into_iter())?;
    for row in rows {
        let who = names.who(row, lang);
        let details: Vec<String> =
            names.details(row, lang, true).iter().map(|detail| format!("{}: {}", detail.label, detail.value)).collect();
        let (at, what, details) = (row.at.rfc3339().to_string(), what(row, lang), details.join("; "));
        let id = row.customer_id.map(|id| id.to_string()).unwrap_or_default();
        let name = row.customer_id.map(|id| names.whom(id, lang)).unwrap_or_default();
        table.row([at.as_str(), &who.name, &who.email, &row.event, &what, &id, &name, &details].into_iter())?;
    }
    table.finish()
}
