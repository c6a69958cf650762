//! The file: the figures of each day, channel and operator. What they sum up to is left to the spreadsheet.

use std::collections::HashMap;
use std::io;

use super::days;
use super::model::Row;
use crate::channels::Channel;
use crate::db::types::StaffId;
use crate::exports::CsvTable;

/// The columns, named as programs read them, in every language. Whatever is in seconds or stars is a sum.
const COLUMNS: [&str; 20] = [
    "day",
    "messenger",
    "channel",
    "operator",
    "operator email",
    "opened",
    "opened by customers",
    "closed",
    "first reply under 1 min",
    "first reply 1-5 min",
    "first reply 5-15 min",
    "first reply 15-60 min",
    "first reply 1-4 h",
    "first reply 4-24 h",
    "first reply later",
    "first reply never",
    "seconds to first reply",
    "seconds to close",
    "rated",
    "stars",
];

/// The whole file. `staff` are names and e-mails by number; a conversation of nobody has no operator.
pub fn csv(rows: &[Row], channels: &[Channel], staff: &HashMap<StaffId, (String, String)>) -> io::Result<Vec<u8>> {
    let mut table = CsvTable::begin(vec![])?;
    table.row(COLUMNS.into_iter())?;
    for Row { day, channel_id, operator_id, figures } in rows {
        let channel = channels.iter().find(|channel| channel.id == *channel_id);
        let operator = staff.get(operator_id);
        let day = days::date(*day).to_string();
        let words = [
            day.as_str(),
            channel.map_or("", |channel| channel.kind.as_str()),
            channel.map_or("", |channel| channel.name.as_str()),
            operator.map_or("", |(name, _)| name.as_str()),
            operator.map_or("", |(_, email)| email.as_str()),
        ];
        let before = [figures.opened, figures.by_customers, figures.closed];
        let after = [figures.reply_seconds, figures.close_seconds, figures.rated, figures.stars];
        let numbers = before.iter().chain(&figures.replies()).chain(&after).map(i64::to_string).collect::<Vec<_>>();
        table.row(words.into_iter().chain(numbers.iter().map(String::as_str)))?;
    }
    table.finish()
}
