//! Rows of quick replies and of their files.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Checked, FileRef, QuickReply, ReplyFile, stored};
use crate::auth::Operator;
use crate::db::page::{NameCursor, PAGE, Page};
use crate::db::schema::{files, quick_replies as replies, quick_reply_files as links};
use crate::db::sql::{Limited, among, past_name};
use crate::db::types::{FileId, QuickReplyId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::{Error, Result};
use crate::files::StoredFile;
use crate::text::{fold, like_escape};

/// Characters of a text that the search looks at.
const SEARCHED: usize = 1_000;

/// Those that this person may use.
macro_rules! visible {
    ($by:expr) => {
        replies::owner_id.is_null().or(replies::owner_id.eq($by.id().0))
    };
}

/// A reply that this person may use.
pub fn find(conn: &mut Conn, by: &Operator, id: QuickReplyId) -> Result<QuickReply> {
    Ok(replies::table.find(id).filter(visible!(by)).select(QuickReply::as_select()).one(conn)?)
}

/// A page of them by shortcut; `q`: a part of the shortcut or of the text.
pub fn page(conn: &mut Conn, by: &Operator, q: &str, cursor: Option<&NameCursor>) -> Result<Page<QuickReply>> {
    let mut query = replies::table.filter(visible!(by)).select(QuickReply::as_select()).into_boxed();
    if !q.is_empty() {
        query = query.filter(replies::search.like(pattern(q)).escape('\\'));
    }
    let is_back = cursor.is_some_and(|cursor| cursor.back);
    if let Some(cursor) = cursor {
        query = query.filter(past_name("quick_replies.shortcut_folded, quick_replies.id", cursor));
    }
    query = if is_back {
        query.order((replies::shortcut_folded.desc(), replies::id.desc()))
    } else {
        query.order((replies::shortcut_folded, replies::id))
    };
    let rows: Vec<QuickReply> = query.at_most(PAGE + 1).load(conn)?;
    Ok(Page::by_name(rows, cursor, |reply| (fold(&reply.shortcut), reply.id.0)))
}

/// What fits to the beginning of a shortcut, then what holds the words anywhere.
pub fn matching(conn: &mut Conn, by: &Operator, q: &str, limit: i64) -> Result<Vec<QuickReply>> {
    let folded = fold(q);
    let all = || replies::table.filter(visible!(by)).order((replies::shortcut_folded, replies::id));
    let begins = format!("{}%", like_escape(&folded));
    let mut found: Vec<QuickReply> = all()
        .filter(replies::shortcut_folded.like(begins.clone()).escape('\\'))
        .select(QuickReply::as_select())
        .at_most(limit)
        .load(conn)?;
    let room = limit - i64::try_from(found.len()).unwrap_or(limit);
    if !folded.is_empty() && room > 0 {
        let further: Vec<QuickReply> = all()
            .filter(replies::search.like(pattern(&folded)).escape('\\'))
            .filter(diesel::dsl::not(replies::shortcut_folded.like(begins).escape('\\')))
            .select(QuickReply::as_select())
            .at_most(room)
            .load(conn)?;
        found.extend(further.into_iter().take(usize::try_from(room).unwrap_or_default()));
    }
    Ok(found)
}

fn pattern(q: &str) -> String {
    format!("%{}%", like_escape(&fold(q)))
}

/// Files of many replies, each in its order, in one query.
pub fn files_of(conn: &mut Conn, ids: &[QuickReplyId]) -> Result<HashMap<QuickReplyId, Vec<ReplyFile>>> {
    let mut found: HashMap<QuickReplyId, Vec<ReplyFile>> = HashMap::new();
    if ids.is_empty() {
        return Ok(found);
    }
    type Row = (QuickReplyId, i32, String, FileId, String, i64, String);
    let rows: Vec<Row> = links::table
        .inner_join(files::table)
        .filter(among(conn, links::reply_id, ids.iter().copied()))
        .order((links::reply_id, links::position))
        .select((
            links::reply_id,
            links::position,
            links::name,
            files::id,
            files::sha256,
            files::size,
            files::content_type,
        ))
        .load(conn)?;
    for (reply, position, name, id, sha256, size, content_type) in rows {
        let file = stored(id, sha256, size, content_type, name);
        found.entry(reply).or_default().push(ReplyFile { reply, position, file });
    }
    Ok(found)
}

/// The files that a composer names, each of a reply that this person may use, in two queries; `None` for one that is gone.
fn named_files(conn: &mut Conn, by: &Operator, named: &[FileRef]) -> Result<Vec<Option<StoredFile>>> {
    if named.is_empty() {
        return Ok(vec![]);
    }
    let theirs: Vec<QuickReplyId> = replies::table
        .filter(among(conn, replies::id, named.iter().map(|name| name.reply)))
        .filter(visible!(by))
        .select(replies::id)
        .load(conn)?;
    let files = files_of(conn, &theirs)?;
    let file_of = |name: &FileRef| files.get(&name.reply)?.iter().find(|file| file.position == name.position);
    Ok(named.iter().map(|name| file_of(name).map(|found| found.file.clone())).collect())
}

/// The files that a composer names.
pub fn pick_files(conn: &mut Conn, by: &Operator, named: &[FileRef]) -> Result<Vec<StoredFile>> {
    let files = named_files(conn, by, named)?;
    files.into_iter().map(|file| file.ok_or_else(|| Error::refused("quick-reply-file-gone"))).collect()
}

/// The names of those files among them that are still there.
pub fn names_of(conn: &mut Conn, by: &Operator, named: &[FileRef]) -> Result<Vec<(FileRef, String)>> {
    let files = named_files(conn, by, named)?;
    Ok(named.iter().zip(files).filter_map(|(name, file)| Some((*name, file?.name))).collect())
}

/// Whether another reply of the same owner (`None`: among the shared ones) has this shortcut.
pub(super) fn is_taken(
    conn: &mut Conn,
    owner: Option<StaffId>,
    shortcut: &str,
    but: Option<QuickReplyId>,
) -> Result<bool> {
    let named = replies::table.filter(replies::shortcut_folded.eq(fold(shortcut))).into_boxed();
    let named = match owner {
        Some(id) => named.filter(replies::owner_id.eq(id)),
        None => named.filter(replies::owner_id.is_null()),
    };
    let found: Option<QuickReplyId> = named.select(replies::id).one(conn).optional()?;
    Ok(found.is_some_and(|id| Some(id) != but))
}

fn search_text(new: &Checked) -> String {
    let body: String = fold(&new.body).chars().take(SEARCHED).collect();
    format!("{}\n{body}", fold(&new.shortcut))
}

pub(super) fn insert(tx: &mut Tx, owner: Option<StaffId>, new: &Checked) -> Result<QuickReplyId> {
    Ok(diesel::insert_into(replies::table)
        .values((
            replies::owner_id.eq(owner),
            replies::shortcut.eq(&new.shortcut),
            replies::shortcut_folded.eq(fold(&new.shortcut)),
            replies::body.eq(&new.body),
            replies::search.eq(search_text(new)),
            replies::created_at.eq(UtcTime::now()),
        ))
        .returning(replies::id)
        .get_result(&mut **tx)?)
}

pub(super) fn update(tx: &mut Tx, id: QuickReplyId, owner: Option<StaffId>, new: &Checked) -> Result<()> {
    diesel::update(replies::table.find(id))
        .set((
            replies::owner_id.eq(owner),
            replies::shortcut.eq(&new.shortcut),
            replies::shortcut_folded.eq(fold(&new.shortcut)),
            replies::body.eq(&new.body),
            replies::search.eq(search_text(new)),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The files of a reply from now on. A place is never given to another file, so that an open composer cannot send the
/// wrong one.
pub(super) fn change_files(tx: &mut Tx, id: QuickReplyId, gone: &[i32], new: &[StoredFile]) -> Result<()> {
    for position in gone {
        diesel::delete(links::table.find((id, *position))).execute(&mut **tx)?;
    }
    let mut place: i32 = replies::table.find(id).select(replies::last_place).one(tx)?;
    for file in new {
        place += 1;
        diesel::insert_into(links::table)
            .values((
                links::reply_id.eq(id),
                links::position.eq(place),
                links::file_id.eq(file.file_id),
                links::name.eq(&file.name),
            ))
            .execute(&mut **tx)?;
    }
    diesel::update(replies::table.find(id)).set(replies::last_place.eq(place)).execute(&mut **tx)?;
    Ok(())
}

pub(super) fn delete(tx: &mut Tx, id: QuickReplyId) -> Result<()> {
    diesel::delete(replies::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
