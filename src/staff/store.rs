//! Rows of staff and of their one-time links.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{NewStaff, StaffMember};
use crate::auth::sessions::hash_key;
use crate::db::schema::{sessions, staff, staff_links};
use crate::db::types::{StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;

/// Everybody, by name.
pub fn list(conn: &mut Conn) -> Result<Vec<StaffMember>> {
    Ok(staff::table.select(StaffMember::as_select()).order((staff::name, staff::id)).load(conn)?)
}

/// Names by number, for lists that show who.
pub fn names(conn: &mut Conn, ids: &[StaffId]) -> Result<HashMap<StaffId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(StaffId, String)> =
        staff::table.filter(staff::id.eq_any(ids)).select((staff::id, staff::name)).load(conn)?;
    Ok(rows.into_iter().collect())
}

pub fn any(conn: &mut Conn) -> Result<bool> {
    Ok(staff::table.select(staff::id).first::<StaffId>(conn).optional()?.is_some())
}

pub fn by_email(conn: &mut Conn, email: &str) -> Result<StaffMember> {
    Ok(staff::table.filter(staff::email.eq(email)).select(StaffMember::as_select()).first(conn)?)
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

pub fn set_disabled(tx: &mut Tx, id: StaffId, at: Option<UtcTime>) -> Result<()> {
    diesel::update(staff::table.find(id)).set(staff::disabled_at.eq(at)).execute(&mut **tx)?;
    Ok(())
}

pub fn end_sessions(tx: &mut Tx, id: StaffId) -> Result<()> {
    diesel::delete(sessions::table.filter(sessions::staff_id.eq(id))).execute(&mut **tx)?;
    Ok(())
}

/// Stores a one-time link's hash; earlier ones of the same person stop working.
pub fn insert_link(
    tx: &mut Tx,
    staff_id: Option<StaffId>,
    token: &str,
    now: UtcTime,
    expires_at: UtcTime,
) -> Result<()> {
    match staff_id {
        Some(id) => diesel::delete(staff_links::table.filter(staff_links::staff_id.eq(id))).execute(&mut **tx)?,
        None => diesel::delete(staff_links::table.filter(staff_links::staff_id.is_null())).execute(&mut **tx)?,
    };
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
