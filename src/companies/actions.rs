//! What changes companies, with its audit row and its announcement.

use super::model::{Company, NewCompany};
use super::store;
use crate::audit;
use crate::auth::Operator;
use crate::db::Tx;
use crate::db::types::{CompanyId, CustomerId};
use crate::error::Result;
use crate::realtime::Topic;

/// Members of whom each is announced. Where there are more, every open page looks again.
const ANNOUNCED: usize = 100;

pub fn create(tx: &mut Tx, by: &Operator, new: &NewCompany) -> Result<CompanyId> {
    let id = store::insert(tx, new)?;
    record(tx, by, "company.created", id, &new.name)?;
    Ok(id)
}

pub fn edit(tx: &mut Tx, by: &Operator, company: &Company, new: &NewCompany) -> Result<()> {
    store::update(tx, company.id, new)?;
    record(tx, by, "company.edited", company.id, &new.name)?;
    let members = store::some_members(tx, company.id, ANNOUNCED + 1)?;
    changed(tx, members);
    Ok(())
}

/// Deletes a company; its members stay, without one.
pub fn delete(tx: &mut Tx, by: &Operator, company: &Company) -> Result<()> {
    let members = store::some_members(tx, company.id, ANNOUNCED + 1)?;
    store::delete(tx, company.id)?;
    record(tx, by, "company.deleted", company.id, &company.name)?;
    changed(tx, members);
    Ok(())
}

/// The company of this name, made if there is none.
pub fn find_or_create(tx: &mut Tx, by: &Operator, name: &str) -> Result<CompanyId> {
    match store::find_by_name(tx, name)? {
        Some(company) => Ok(company.id),
        None => create(tx, by, &NewCompany { name: name.to_owned(), ..NewCompany::default() }),
    }
}

/// Pages that show a member name the company, and so do lists.
fn changed(tx: &mut Tx, members: Vec<CustomerId>) {
    tx.publish(Topic::Inbox);
    if members.len() > ANNOUNCED {
        tx.publish(Topic::Everything);
        return;
    }
    for member in members {
        tx.publish(Topic::Customer(member));
    }
}

fn record(tx: &mut Tx, by: &Operator, event: &str, id: CompanyId, name: &str) -> Result<()> {
    audit::record_with(tx, by, event, None, &serde_json::json!({ "company": id, "name": name }))
}
