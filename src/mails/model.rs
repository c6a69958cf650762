//! A mail beside its message.

use diesel::prelude::*;

use crate::channels::email::address::Person;
use crate::db::schema::mails;
use crate::db::types::{CustomerId, FileId, MessageId};
use crate::error::{Error, Result};
use crate::files::StoredFile;

/// A mail as the database has it; people are JSON there.
#[derive(Clone, Debug, Queryable, Selectable)]
#[diesel(table_name = mails)]
pub struct Row {
    pub message_id: MessageId,
    pub customer_id: CustomerId,
    pub subject: String,
    pub sender: String,
    pub recipients: String,
    pub copies: String,
    pub bcc: String,
    pub quoted: String,
    pub is_cut: bool,
    pub html_file_id: Option<FileId>,
    pub original_file_id: Option<FileId>,
}

/// A mail.
#[derive(Clone, Debug)]
pub struct Mail {
    pub message: MessageId,
    pub customer: CustomerId,
    pub subject: String,
    pub sender: Person,
    pub recipients: Vec<Person>,
    pub copies: Vec<Person>,
    /// For staff only.
    pub bcc: Vec<String>,
    /// The history below what was written.
    pub quoted: String,
    /// It was too large to be taken whole.
    pub is_cut: bool,
    pub html: Option<FileId>,
    pub original: Option<FileId>,
}

impl From<Row> for Mail {
    fn from(row: Row) -> Self {
        Self {
            message: row.message_id,
            customer: row.customer_id,
            subject: row.subject,
            sender: serde_json::from_str(&row.sender).unwrap_or_default(),
            recipients: serde_json::from_str(&row.recipients).unwrap_or_default(),
            copies: serde_json::from_str(&row.copies).unwrap_or_default(),
            bcc: serde_json::from_str(&row.bcc).unwrap_or_default(),
            quoted: row.quoted,
            is_cut: row.is_cut,
            html: row.html_file_id,
            original: row.original_file_id,
        }
    }
}

/// A mail to store beside its message.
#[derive(Clone, Debug, Default)]
pub struct NewMail {
    pub subject: String,
    pub sender: Person,
    pub recipients: Vec<Person>,
    pub copies: Vec<Person>,
    pub bcc: Vec<String>,
    pub quoted: String,
    pub is_cut: bool,
    pub html: Option<StoredFile>,
    pub original: Option<StoredFile>,
    /// Pictures inside the HTML by their Content-ID.
    pub pictures: Vec<(String, StoredFile)>,
}

pub(super) fn json<T: serde::Serialize>(value: &T) -> Result<String> {
    serde_json::to_string(value).map_err(|e| Error::Internal(e.to_string()))
}

/// The subject of an answer: with one "Re:", whatever the customer's program put before it.
pub fn reply_subject(subject: &str) -> String {
    let mut bare = subject.trim();
    loop {
        let lower = bare.to_lowercase();
        let known = ["re:", "aw:", "sv:", "отв:", "ответ:", "回复:", "回复："];
        let Some(prefix) = known.iter().find(|prefix| lower.starts_with(*prefix)) else { break };
        let rest = bare.char_indices().nth(prefix.chars().count()).and_then(|(at, _)| bare.get(at..));
        bare = rest.unwrap_or_default().trim_start();
    }
    if bare.is_empty() { "Re:".into() } else { format!("Re: {bare}") }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_answer_has_one_re() {
        assert_eq!(reply_subject("Order"), "Re: Order");
        assert_eq!(reply_subject("RE: re:  Отв: Заказ"), "Re: Заказ");
        assert_eq!(reply_subject("AW: Bestellung"), "Re: Bestellung");
        assert_eq!(reply_subject("Report: x"), "Re: Report: x");
        assert_eq!(reply_subject(""), "Re:");
    }
}
