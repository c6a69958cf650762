//! Keeping what a mail was.

use super::model::NewMail;
use crate::channels::inbound::Letter;
use crate::db::Db;
use crate::error::Result;
use crate::files::{self, Files};

/// Stores the contents of a mail that has come, before the write that puts it beside its message.
pub async fn keep(db: &Db, stored: &Files, letter: &Letter) -> Result<NewMail> {
    let html = match &letter.html {
        Some(html) => Some(files::keep_bytes(db, stored, "mail.html", html).await?),
        None => None,
    };
    let mut pictures = vec![];
    for (cid, bytes) in &letter.pictures {
        pictures.push((cid.clone(), files::keep_bytes(db, stored, "picture", bytes).await?));
    }
    Ok(NewMail {
        subject: letter.subject.clone(),
        sender: letter.from.clone(),
        recipients: letter.to.clone(),
        copies: letter.cc.clone(),
        bcc: vec![],
        quoted: letter.quoted.clone(),
        is_cut: letter.is_cut,
        html,
        original: Some(files::keep_bytes(db, stored, "mail.eml", &letter.original).await?),
        pictures,
    })
}
