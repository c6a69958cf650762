//! Rows of companies.

use std::collections::HashMap;

use diesel::prelude::*;

use super::model::{Company, NewCompany};
use crate::db::page::{NameCursor, PAGE, Page};
use crate::db::schema::{companies, customers};
use crate::db::sql::{Limited, Sql, among, past_name};
use crate::db::types::{CompanyId, CustomerId, UtcTime};
use crate::db::{Conn, Tx, dialect, kept};
use crate::error::Result;
use crate::text;

/// Names that a field offers.
const OFFERED: i64 = 100;

pub fn find(conn: &mut Conn, id: CompanyId) -> Result<Company> {
    let found = kept::settled(format!("company {id}"), || {
        companies::table.find(id).select(Company::as_select()).one::<Company>(conn)
    });
    Ok(Company::clone(&*found?))
}

/// Keeps a company as it is until the end of the transaction, once others are done with it: on PostgreSQL writes run side by
/// side.
pub fn hold(tx: &mut Tx, id: CompanyId) -> Result<()> {
    let lock = dialect::row_lock(tx);
    if !lock.is_empty() {
        Sql::new(format!("SELECT id FROM companies WHERE id = $1{lock}")).bind(id.0).execute(&mut **tx)?;
    }
    Ok(())
}

/// The oldest company of this name, however it is written.
pub fn find_by_name(conn: &mut Conn, name: &str) -> Result<Option<Company>> {
    Ok(companies::table
        .filter(companies::name_folded.eq(text::fold(name)))
        .order(companies::id)
        .select(Company::as_select())
        .one(conn)
        .optional()?)
}

/// Some of those who belong to a company.
pub fn some_members(conn: &mut Conn, id: CompanyId, most: usize) -> Result<Vec<CustomerId>> {
    let members = customers::table.filter(customers::company_id.eq(id)).select(customers::id);
    Ok(members.at_most(i64::try_from(most).unwrap_or(i64::MAX)).load(conn)?)
}

/// Names by number, for lists that show where somebody works.
pub fn names(conn: &mut Conn, ids: &[CompanyId]) -> Result<HashMap<CompanyId, String>> {
    if ids.is_empty() {
        return Ok(HashMap::new());
    }
    let rows: Vec<(CompanyId, String)> = companies::table
        .filter(among(conn, companies::id, ids.iter().copied()))
        .select((companies::id, companies::name))
        .load(conn)?;
    Ok(rows.into_iter().collect())
}

/// Some names to choose from while typing.
pub fn offered(conn: &mut Conn) -> Result<Vec<String>> {
    let names = kept::settled("companies to choose from".into(), || {
        companies::table
            .order((companies::name_folded, companies::id))
            .select(companies::name)
            .at_most(OFFERED)
            .load(conn)
    });
    Ok(names?.to_vec())
}

/// A page of companies whose name holds `name` (folded; empty: all), by name.
pub fn by_name(conn: &mut Conn, name: &str, cursor: Option<&NameCursor>) -> Result<Page<Company>> {
    let mut query = companies::table.select(Company::as_select()).into_boxed();
    if !name.is_empty() {
        let pattern = format!("%{}%", text::like_escape(name));
        query = query.filter(companies::name_folded.like(pattern).escape('\\'));
    }
    if let Some(cursor) = cursor {
        query = query.filter(past_name("companies.name_folded, companies.id", cursor));
    }
    query = if cursor.is_some_and(|c| c.back) {
        query.order((companies::name_folded.desc(), companies::id.desc()))
    } else {
        query.order((companies::name_folded.asc(), companies::id.asc()))
    };
    Ok(Page::by_name(query.at_most(PAGE + 1).load(conn)?, cursor, |row| (row.name_folded.clone(), row.id.0)))
}

pub fn insert(tx: &mut Tx, new: &NewCompany) -> Result<CompanyId> {
    Ok(diesel::insert_into(companies::table)
        .values((
            companies::name.eq(&new.name),
            companies::name_folded.eq(text::fold(&new.name)),
            companies::domain.eq(&new.domain),
            companies::note.eq(&new.note),
            companies::created_at.eq(UtcTime::now()),
        ))
        .returning(companies::id)
        .get_result(&mut **tx)?)
}

pub fn update(tx: &mut Tx, id: CompanyId, new: &NewCompany) -> Result<()> {
    diesel::update(companies::table.find(id))
        .set((
            companies::name.eq(&new.name),
            companies::name_folded.eq(text::fold(&new.name)),
            companies::domain.eq(&new.domain),
            companies::note.eq(&new.note),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, id: CompanyId) -> Result<()> {
    diesel::delete(companies::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
