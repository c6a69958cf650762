//! Rows of saved filters.

use diesel::prelude::*;

use super::super::model::{SavedFilter, Saving, with_variable_renamed};
use crate::auth::Operator;
use crate::db::schema::saved_filters as saved;
use crate::db::sql::Limited;
use crate::db::types::{SavedFilterId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::error::Result;
use crate::text::fold;

/// Those that are shown: as many as forty people save at the most.
const SHOWN: i64 = 4_000;

/// Those that this person may use, by name.
pub fn usable(conn: &mut Conn, by: &Operator) -> Result<Vec<SavedFilter>> {
    let theirs = saved::owner_id.eq(by.id().0).or(saved::shared);
    let query = saved::table.filter(theirs).order((saved::name_folded, saved::id));
    Ok(query.select(SavedFilter::as_select()).at_most(SHOWN).load(conn)?)
}

/// One that this person may use.
pub fn find(conn: &mut Conn, by: &Operator, id: SavedFilterId) -> Result<SavedFilter> {
    let theirs = saved::owner_id.eq(by.id().0).or(saved::shared);
    Ok(saved::table.find(id).filter(theirs).select(SavedFilter::as_select()).one(conn)?)
}

/// How many somebody has saved.
pub fn number_of(conn: &mut Conn, owner: StaffId) -> Result<i64> {
    Ok(saved::table.filter(saved::owner_id.eq(owner)).count().get_result(conn)?)
}

/// Whether another one is called so among those that its owner sees: their own and the shared ones stand in one list.
pub fn is_taken(conn: &mut Conn, owner: StaffId, new: &Saving, but: Option<SavedFilterId>) -> Result<bool> {
    let seen = saved::owner_id.eq(owner).or(saved::shared);
    let named = saved::table.filter(saved::name_folded.eq(fold(&new.name))).filter(seen);
    let found: Vec<SavedFilterId> = named.select(saved::id).at_most(3).load(conn)?;
    Ok(found.into_iter().any(|id| Some(id) != but))
}

pub fn insert(tx: &mut Tx, owner: StaffId, new: &Saving) -> Result<SavedFilterId> {
    Ok(diesel::insert_into(saved::table)
        .values((
            saved::owner_id.eq(owner),
            saved::name.eq(&new.name),
            saved::name_folded.eq(fold(&new.name)),
            saved::shared.eq(new.shared),
            saved::query.eq(&new.query),
            saved::created_at.eq(UtcTime::now()),
        ))
        .returning(saved::id)
        .get_result(&mut **tx)?)
}

pub fn update(tx: &mut Tx, id: SavedFilterId, new: &Saving) -> Result<()> {
    diesel::update(saved::table.find(id))
        .set((
            saved::name.eq(&new.name),
            saved::name_folded.eq(fold(&new.name)),
            saved::shared.eq(new.shared),
            saved::query.eq(&new.query),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Filters by a custom field go by the new name that it is given, whoever saved them.
pub fn rename_variable(tx: &mut Tx, was: &str, name: &str) -> Result<()> {
    let all: Vec<(SavedFilterId, String)> = saved::table.select((saved::id, saved::query)).load(&mut **tx)?;
    for (id, query) in all {
        if let Some(renamed) = with_variable_renamed(&query, was, name) {
            diesel::update(saved::table.find(id)).set(saved::query.eq(renamed)).execute(&mut **tx)?;
        }
    }
    Ok(())
}

pub fn delete(tx: &mut Tx, id: SavedFilterId) -> Result<()> {
    diesel::delete(saved::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
