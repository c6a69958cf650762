//! Rows of staff and of their one-time links.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;

use super::model::{EditedStaff, Link, NewStaff, StaffMember};
use crate::auth::sessions::hash_key;
use crate::auth::{Presence, Role, Theme};
use crate::db::schema::{sessions, staff, staff_channels, staff_links};
use crate::db::sql::Limited;
use crate::db::types::{ChannelId, StaffId, UtcTime};
use crate::db::{Conn, Failure, Tx, kept};
use crate::error::Result;
use crate::text;
use crate::web::i18n::Lang;

/// Sorts by name as people do, in the same way whatever the database's own order of letters is.
fn by_name<T>(mut all: Vec<T>, name: impl Fn(&T) -> &str, id: impl Fn(&T) -> StaffId) -> Vec<T> {
    all.sort_by_cached_key(|one| (text::fold(name(one)), id(one)));
    all
}

/// Everybody, by name.
pub fn list(conn: &mut Conn) -> Result<Vec<StaffMember>> {
    let all = staff::table.select(StaffMember::as_select()).load(conn)?;
    Ok(by_name(all, |member: &StaffMember| &member.name, |member| member.id))
}

/// Everybody's number and name, by name: for choosing whose.
pub fn choices(conn: &mut Conn) -> Result<Arc<Vec<(StaffId, String)>>> {
    kept::settled("staff to choose from".into(), || {
        let all = staff::table.select((staff::id, staff::name)).load(conn)?;
        Ok(by_name(all, |(_, name): &(StaffId, String)| name, |(id, _)| *id))
    })
}

/// Whoever a conversation can be handed to, by name: everybody whose account is enabled. What is handed to them they see.
pub fn serving(conn: &mut Conn) -> Result<Vec<StaffMember>> {
    let all: Result<_> = kept::settled("staff who serve".into(), || {
        let all = staff::table.filter(staff::disabled_at.is_null()).select(StaffMember::as_select()).load(conn)?;
        Ok(by_name(all, |member: &StaffMember| &member.name, |member| member.id))
    });
    Ok(all?.to_vec())
}

/// Names by number, for lists that show who. There are few staff, so all are known and a page asks for none.
pub fn names(conn: &mut Conn, ids: &[StaffId]) -> Result<HashMap<StaffId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let all = everybody(conn)?;
    Ok(ids.iter().filter_map(|id| Some((*id, all.get(id)?.0.clone()))).collect())
}

/// Names and e-mails of everybody who has ever worked here, by number.
pub fn everybody(conn: &mut Conn) -> Result<Arc<HashMap<StaffId, (String, String)>>> {
    kept::settled("staff by number".into(), || {
        let rows: Vec<(StaffId, String, String)> =
            staff::table.select((staff::id, staff::name, staff::email)).load(conn)?;
        Ok(rows.into_iter().map(|(id, name, email)| (id, (name, email))).collect())
    })
}

pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(staff::table.select(staff::id).one::<StaffId>(conn).optional()?.is_some())
}

pub fn by_email(conn: &mut Conn, email: &str) -> Result<StaffMember> {
    Ok(staff::table.filter(staff::email.eq(email)).select(StaffMember::as_select()).one(conn)?)
}

pub fn find(conn: &mut Conn, id: StaffId) -> Result<StaffMember> {
    Ok(staff::table.find(id).select(StaffMember::as_select()).one(conn)?)
}

pub fn email_taken(conn: &mut Conn, email: &str) -> Result<bool> {
    let found = staff::table.filter(staff::email.eq(email)).select(staff::id).one::<StaffId>(conn);
    Ok(found.optional()?.is_some())
}

/// Whether an enabled admin would be left without this person.
pub fn another_admin(conn: &mut Conn, but: StaffId) -> Result<bool> {
    let others = staff::table
        .filter(staff::role.eq(Role::Admin).and(staff::disabled_at.is_null()).and(staff::id.ne(but)))
        .select(staff::id);
    Ok(others.one::<StaffId>(conn).optional()?.is_some())
}

/// When each person was last seen in a session that is still there.
pub fn last_seen(conn: &mut Conn) -> Result<HashMap<StaffId, UtcTime>> {
    let rows: Vec<(Option<StaffId>, Option<UtcTime>)> = sessions::table
        .group_by(sessions::staff_id)
        .select((sessions::staff_id, diesel::dsl::max(sessions::last_seen_at)))
        .load(conn)?;
    Ok(rows.into_iter().filter_map(|(id, at)| Some((id?, at?))).collect())
}

pub fn password_hash(conn: &mut Conn, id: StaffId) -> Result<Option<String>> {
    Ok(staff::table.find(id).select(staff::password_hash).one(conn)?)
}

pub fn set_password_hash(tx: &mut Tx, id: StaffId, hash: &str) -> Result<()> {
    diesel::update(staff::table.find(id)).set(staff::password_hash.eq(hash)).execute(&mut **tx)?;
    Ok(())
}

pub fn update(tx: &mut Tx, id: StaffId, edited: &EditedStaff) -> Result<()> {
    diesel::update(staff::table.find(id))
        .set((staff::email.eq(&edited.email), staff::name.eq(&edited.name), staff::role.eq(edited.role)))
        .execute(&mut **tx)?;
    Ok(())
}

/// What a person sets for themselves. No language: that of the installation, or of the browser.
pub fn set_profile(tx: &mut Tx, id: StaffId, name: &str, language: Option<Lang>, theme: Theme) -> Result<()> {
    diesel::update(staff::table.find(id))
        .set((staff::name.eq(name), staff::language.eq(language.map(|l| l.as_str())), staff::theme.eq(theme)))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn insert(tx: &mut Tx, new: &NewStaff, password_hash: Option<&str>) -> Result<StaffId> {
    let id = diesel::insert_into(staff::table)
        .values((
            staff::email.eq(&new.email),
            staff::name.eq(&new.name),
            staff::role.eq(new.role),
            staff::password_hash.eq(password_hash),
            staff::theme.eq("auto"),
            staff::presence.eq("offline"),
            staff::created_at.eq(UtcTime::now()),
        ))
        .returning(staff::id)
        .get_result(&mut **tx)?;
    Ok(id)
}

/// Switches an account off, at this time, or on. Whoever is switched off is offline.
pub fn set_disabled(tx: &mut Tx, id: StaffId, at: Option<UtcTime>) -> Result<()> {
    diesel::update(staff::table.find(id)).set(staff::disabled_at.eq(at)).execute(&mut **tx)?;
    if at.is_some() {
        diesel::update(staff::table.find(id)).set(staff::presence.eq(Presence::Offline)).execute(&mut **tx)?;
    }
    Ok(())
}

pub fn end_sessions(tx: &mut Tx, id: StaffId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::staff_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

pub fn delete_links(tx: &mut Tx, id: StaffId) -> Result<()> {
    diesel::delete(staff_links::table.filter(staff_links::staff_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

/// The one-time link of this token, used and run out or not.
pub fn find_link(conn: &mut Conn, token: &str) -> Result<Option<Link>> {
    Ok(staff_links::table
        .filter(staff_links::token_hash.eq(hash_key(token)))
        .select(Link::as_select())
        .one(conn)
        .optional()?)
}

/// Spends a link. Whoever is second has been overtaken: one works once, however many open it at the same moment.
pub fn use_link(tx: &mut Tx, id: i64, at: UtcTime) -> Result<()> {
    let unused = staff_links::table.filter(staff_links::id.eq(id).and(staff_links::used_at.is_null()));
    let spent = diesel::update(unused).set(staff_links::used_at.eq(at)).execute(&mut **tx)?;
    if spent > 0 { Ok(()) } else { Err(Failure::Overtaken.into()) }
}

/// Stores a one-time link's hash; earlier ones of the same person stop working. Links that make the first admin stand beside each
/// other: each copy of the desk that starts on an empty database prints one. All of them end with the first admin.
pub fn insert_link(
    tx: &mut Tx,
    staff_id: Option<StaffId>,
    token: &str,
    now: UtcTime,
    expires_at: UtcTime,
) -> Result<()> {
    match staff_id {
        Some(id) => delete_links(tx, id)?,
        None => {
            let over = staff_links::staff_id.is_null().and(staff_links::expires_at.le(now));
            diesel::delete(staff_links::table.filter(over)).execute(&mut **tx)?;
        }
    }
    diesel::insert_into(staff_links::table)
        .values((
            staff_links::staff_id.eq(staff_id),
            staff_links::token_hash.eq(hash_key(token)),
            staff_links::created_at.eq(now),
            staff_links::expires_at.eq(expires_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// The channels whose new conversations somebody is given; without any: every channel's.
pub fn channels_of(conn: &mut Conn, id: StaffId) -> Result<Vec<ChannelId>> {
    let theirs = staff_channels::table.filter(staff_channels::staff_id.eq(id));
    Ok(theirs.select(staff_channels::channel_id).order(staff_channels::channel_id).load(conn)?)
}

/// The same of everybody who has chosen some.
pub fn channels_by_staff(conn: &mut Conn) -> Result<HashMap<StaffId, Vec<ChannelId>>> {
    let rows: Vec<(StaffId, ChannelId)> =
        staff_channels::table.select((staff_channels::staff_id, staff_channels::channel_id)).load(conn)?;
    let mut of: HashMap<StaffId, Vec<ChannelId>> = HashMap::new();
    for (id, channel) in rows {
        of.entry(id).or_default().push(channel);
    }
    Ok(of)
}

pub fn set_channels(tx: &mut Tx, id: StaffId, chosen: &[ChannelId]) -> Result<()> {
    diesel::delete(staff_channels::table.filter(staff_channels::staff_id.eq(id))).execute(&mut **tx)?;
    for channel in chosen {
        diesel::insert_into(staff_channels::table)
            .values((staff_channels::staff_id.eq(id), staff_channels::channel_id.eq(channel)))
            .execute(&mut **tx)?;
    }
    Ok(())
}
