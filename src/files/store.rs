//! Rows of contents, of whom they belong to, and of what is about to be removed.

use diesel::prelude::*;
use uuid::Uuid;

use super::contents::Content;
use super::model::{Attachment, StoredFile};
use super::sniff;
use crate::auth::CustomerScope;
use crate::db::schema::{
    attachments, channel_accounts as accounts, exports, file_removals as removals, files, mail_pictures, mails,
    quick_reply_files as prepared,
};
use crate::db::sql::{Limited, Sql, among, among_texts, one_of_texts};
use crate::db::types::{AccountId, AttachmentId, CustomerId, FileId, MessageId, UtcTime};
use crate::db::{Conn, Tx, dialect};
use crate::error::{Error, Result};

/// Contents that are looked at in one go.
pub(super) const AT_ONCE: usize = 200;

/// The row of a content, made or made young again: what is young is not swept.
pub fn keep(tx: &mut Tx, content: &Content, name: &str) -> Result<StoredFile> {
    let size = i64::try_from(content.size).unwrap_or(i64::MAX);
    let now = UtcTime::now();
    hold(tx, std::slice::from_ref(&content.sha256))?;
    let is_going: Option<String> = removals::table.find(&content.sha256).select(removals::name).one(tx).optional()?;
    // Somebody is removing an equal one in this moment: this one lies beside it.
    let place = match is_going {
        Some(sha256) => format!("{sha256}-{}", Uuid::new_v4().simple()),
        None => content.sha256.clone(),
    };
    let known: Option<(FileId, String)> =
        files::table.filter(files::sha256.eq(&place)).select((files::id, files::content_type)).one(tx).optional()?;
    let (id, content_type) = match known {
        Some((id, known)) => {
            let content_type = sniff::closer(&known, content.content_type).to_owned();
            diesel::update(files::table.find(id))
                .set((files::created_at.eq(now), files::content_type.eq(&content_type)))
                .execute(&mut **tx)?;
            (id, content_type)
        }
        None => {
            let id = diesel::insert_into(files::table)
                .values((
                    files::sha256.eq(&place),
                    files::size.eq(size),
                    files::content_type.eq(content.content_type),
                    files::created_at.eq(now),
                ))
                .returning(files::id)
                .get_result(&mut **tx)?;
            (id, content.content_type.to_owned())
        }
    };
    Ok(StoredFile { file_id: id, sha256: place, size, content_type, name: name.to_owned() })
}

/// A file on a message of a customer that the scope shows.
pub fn find(conn: &mut Conn, scope: &CustomerScope, id: AttachmentId) -> Result<Attachment> {
    let found: Attachment = attachments::table
        .inner_join(files::table)
        .filter(attachments::id.eq(id))
        .select((
            attachments::id,
            attachments::message_id,
            attachments::customer_id,
            attachments::name,
            files::sha256,
            files::size,
            files::content_type,
        ))
        .one(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    crate::customers::require_visible(conn, scope, found.customer)?;
    Ok(found)
}

/// The picture of a customer that the scope shows.
pub fn find_avatar(conn: &mut Conn, scope: &CustomerScope, account: AccountId) -> Result<Attachment> {
    let (customer, sha256, size, content_type): (CustomerId, String, i64, String) = accounts::table
        .inner_join(files::table)
        .filter(accounts::id.eq(account))
        .select((accounts::customer_id, files::sha256, files::size, files::content_type))
        .one(conn)
        .optional()?
        .ok_or(Error::NotFound)?;
    crate::customers::require_visible(conn, scope, customer)?;
    let (id, message) = (AttachmentId(0), MessageId(0));
    Ok(Attachment { id, message, customer, name: "avatar".into(), sha256, size, content_type })
}

/// Condition of files: nothing has named them since `before`.
macro_rules! unused {
    ($before:expr) => {{
        use diesel::dsl::{exists, not};
        let used = attachments::table.filter(attachments::file_id.eq(files::id)).select(attachments::id);
        let shown = accounts::table.filter(accounts::avatar_file_id.eq(files::id.nullable())).select(accounts::id);
        let looks = mails::table.filter(mails::html_file_id.eq(files::id.nullable())).select(mails::message_id);
        let originals = mails::table.filter(mails::original_file_id.eq(files::id.nullable())).select(mails::message_id);
        let pictures =
            mail_pictures::table.filter(mail_pictures::file_id.eq(files::id)).select(mail_pictures::message_id);
        let ready = prepared::table.filter(prepared::file_id.eq(files::id)).select(prepared::reply_id);
        let exported = exports::table.filter(exports::file_id.eq(files::id.nullable())).select(exports::id);
        files::created_at
            .lt($before)
            .and(not(exists(ready)))
            .and(not(exists(exported)))
            .and(not(exists(looks)))
            .and(not(exists(originals)))
            .and(not(exists(pictures)))
            .and(not(exists(used)))
            .and(not(exists(shown)))
    }};
}

/// Contents that nothing has named since `before`: number and hash, some at a time, those behind `after`.
pub fn unused(conn: &mut Conn, before: UtcTime, after: FileId) -> Result<Vec<(FileId, String)>> {
    Ok(files::table
        .filter(files::id.gt(after))
        .filter(unused!(before))
        .select((files::id, files::sha256))
        .order(files::id)
        .at_most(200)
        .load(conn)?)
}

/// Whoever keeps or gives up a content of these names waits until this transaction is over.
fn hold(tx: &mut Tx, names: &[String]) -> Result<()> {
    dialect::hold_words(tx, names.iter().map(|name| format!("file {name}")))?;
    Ok(())
}

/// Forgets those of these contents that are still unused, and notes that they are to be removed. Gives their names.
pub(super) fn give_up(tx: &mut Tx, these: &[(FileId, String)], before: UtcTime) -> Result<Vec<String>> {
    let names: Vec<String> = these.iter().map(|(_, name)| name.clone()).collect();
    hold(tx, &names)?;
    let still: Vec<(FileId, String)> = files::table
        .filter(among(tx, files::id, these.iter().map(|(id, _)| *id)))
        .filter(unused!(before))
        .select((files::id, files::sha256))
        .load(&mut **tx)?;
    let (ids, names): (Vec<FileId>, Vec<String>) = still.into_iter().unzip();
    note_removal(tx, &names)?;
    if !ids.is_empty() {
        diesel::delete(files::table.filter(among(tx, files::id, ids))).execute(&mut **tx)?;
    }
    Ok(names)
}

/// Those of these names that no row has: what a crash left at its place.
pub(super) fn strays(conn: &mut Conn, names: &[String]) -> Result<Vec<String>> {
    let known: Vec<String> = files::table.filter(among_texts(files::sha256, names)).select(files::sha256).load(conn)?;
    let going: Vec<String> =
        removals::table.filter(among_texts(removals::name, names)).select(removals::name).load(conn)?;
    Ok(names.iter().filter(|name| !known.contains(name) && !going.contains(name)).cloned().collect())
}

/// Notes that those of these contents that have no row are to be removed. Gives their names.
pub(super) fn give_up_strays(tx: &mut Tx, names: &[String]) -> Result<Vec<String>> {
    hold(tx, names)?;
    let names = strays(tx, names)?;
    note_removal(tx, &names)?;
    Ok(names)
}

fn note_removal(tx: &mut Tx, names: &[String]) -> Result<()> {
    if names.is_empty() {
        return Ok(());
    }
    let mut sql = Sql::default();
    let now = sql.put(UtcTime::now());
    let rows: Vec<String> = names.iter().map(|name| format!("({}, {now})", sql.put(name.as_str()))).collect();
    sql.text = format!("INSERT INTO file_removals (name, since) VALUES {}", rows.join(", "));
    sql.execute(&mut **tx)?;
    Ok(())
}

/// Takes over removals that somebody began before `before` and did not end. Gives the names.
pub(super) fn take_over_removals(tx: &mut Tx, before: UtcTime) -> Result<Vec<String>> {
    let names: Vec<String> =
        removals::table.filter(removals::since.lt(before)).select(removals::name).at_most(200).load(&mut **tx)?;
    if names.is_empty() {
        return Ok(names);
    }
    let mut sql = Sql::default();
    let (now, before) = (sql.put(UtcTime::now()), sql.put(before));
    let these = one_of_texts(&mut sql, "name", &names);
    sql.text = format!("UPDATE file_removals SET since = {now} WHERE since < {before} AND {these}");
    if sql.execute(&mut **tx)? < names.len() {
        // Another instance takes them in this moment.
        return Err(crate::db::Failure::Overtaken.into());
    }
    Ok(names)
}

/// Notes that contents are gone.
pub(super) fn removed(tx: &mut Tx, names: &[String]) -> Result<()> {
    diesel::delete(removals::table.filter(among_texts(removals::name, names))).execute(&mut **tx)?;
    Ok(())
}
