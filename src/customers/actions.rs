//! What changes a customer's record, with its audit row and its announcement.

use serde_json::json;

use super::model::{Addressing, Customer, Details};
use super::store::{self, Origin};
use crate::audit;
use crate::auth::{Admin, Operator};
use crate::channels;
use crate::db::types::{CompanyId, CustomerId, CustomerListId, CustomerTagId, StaffId};
use crate::db::{Db, Tx};
use crate::error::{Error, Result};
use crate::fields;
use crate::realtime::Topic;

/// Customers in one transaction: some milliseconds.
const AT_ONCE: i64 = 200;

/// Adds a customer by hand. The creator does not become responsible: that comes with taking a conversation.
pub fn create(tx: &mut Tx, by: &Operator, details: &Details, phone_region: &str) -> Result<CustomerId> {
    // Somebody entered by their address alone has no name yet: a channel may tell it.
    let named = ![&details.phone, &details.email, &details.external_id]
        .into_iter()
        .flatten()
        .any(|contact| *contact == details.name);
    let origin = Origin { channel: None, source_tag: "manual", avatar_url: None, name_edited: named, phone_region };
    let id = store::insert(tx, details, &origin).map_err(taken_external_id)?;
    store::refresh_pending(tx, id)?;
    audit::record(tx, by, "customer.created", Some(id))?;
    tx.publish(Topic::Inbox);
    Ok(id)
}

/// Edits a customer's fields. A name that is changed here belongs to staff from then on.
pub fn edit(tx: &mut Tx, by: &Operator, customer: &Customer, details: &Details, phone_region: &str) -> Result<()> {
    let name_edited = customer.name_edited || customer.name != details.name;
    store::update_details(tx, customer.id, details, name_edited, phone_region).map_err(taken_external_id)?;
    store::refresh_pending(tx, customer.id)?;
    audit::record(tx, by, "customer.edited", Some(customer.id))?;
    changed(tx, customer.id);
    Ok(())
}

/// Gives a customer a value under a name; an empty one takes it away.
pub fn set_variable(tx: &mut Tx, by: &Operator, customer: &Customer, name: &str, value: &str) -> Result<()> {
    if value.is_empty() {
        fields::remove_value(tx, customer.id, name)?;
    } else {
        fields::put_value(tx, customer.id, name, value)?;
    }
    audit::record_with(tx, by, "customer.edited", Some(customer.id), &json!({ "variable": name }))?;
    changed(tx, customer.id);
    Ok(())
}

/// Binds a customer to a staff member, or to nobody. Operators take free ones and let their own go; others decide for
/// anybody.
pub fn bind(tx: &mut Tx, by: &Operator, customer: &Customer, responsible: Option<StaffId>) -> Result<()> {
    let own_or_none = |id: Option<StaffId>| id.is_none_or(|id| id == by.id());
    if by.supervisor().is_none() && !(own_or_none(customer.responsible_id) && own_or_none(responsible)) {
        return Err(Error::refused("refused-bind"));
    }
    store::set_responsible(tx, customer.id, customer.responsible_id, responsible)?;
    audit::record_with(tx, by, "customer.bound", Some(customer.id), &json!({ "responsible": responsible }))?;
    changed(tx, customer.id);
    Ok(())
}

/// Puts a customer into a company, out of the one that they were in; or out of any.
pub fn set_company(tx: &mut Tx, by: &Operator, customer: &Customer, company: Option<CompanyId>) -> Result<()> {
    store::set_company(tx, customer.id, company)?;
    audit::record_with(tx, by, "customer.edited", Some(customer.id), &json!({ "company": company }))?;
    changed(tx, customer.id);
    Ok(())
}

pub fn add_tag(tx: &mut Tx, by: &Operator, customer: &Customer, tag: CustomerTagId) -> Result<()> {
    store::add_tag(tx, customer.id, tag)?;
    audit::record_with(tx, by, "customer.tagged", Some(customer.id), &json!({ "tag": tag }))?;
    changed(tx, customer.id);
    Ok(())
}

pub fn remove_tag(tx: &mut Tx, by: &Operator, customer: &Customer, tag: CustomerTagId) -> Result<()> {
    store::remove_tag(tx, customer.id, tag)?;
    audit::record_with(tx, by, "customer.untagged", Some(customer.id), &json!({ "tag": tag }))?;
    changed(tx, customer.id);
    Ok(())
}

pub fn add_to_list(tx: &mut Tx, by: &Operator, customer: &Customer, list: CustomerListId) -> Result<()> {
    store::add_to_list(tx, customer.id, list)?;
    audit::record_with(tx, by, "customer.listed", Some(customer.id), &json!({ "list": list }))?;
    changed(tx, customer.id);
    Ok(())
}

pub fn remove_from_list(tx: &mut Tx, by: &Operator, customer: &Customer, list: CustomerListId) -> Result<()> {
    store::remove_from_list(tx, customer.id, list)?;
    audit::record_with(tx, by, "customer.unlisted", Some(customer.id), &json!({ "list": list }))?;
    changed(tx, customer.id);
    Ok(())
}

/// Whoever opens the conversation reads it for all.
pub fn mark_read(tx: &mut Tx, customer: CustomerId) -> Result<()> {
    if store::set_unread(tx, customer, 0)? {
        changed(tx, customer);
        // Visitors see that their messages have been read.
        for account in store::accounts_of(tx, customer)? {
            tx.publish(Topic::Visitor(account.id));
        }
    }
    Ok(())
}

/// Puts the customer back among the unanswered; counts one message.
pub fn mark_unread(tx: &mut Tx, customer: &Customer) -> Result<()> {
    if store::set_unread(tx, customer.id, customer.unread_count.max(1))? {
        // The lists alone: a page that shows the conversation would look at it anew, which reads it.
        tx.publish(Topic::Inbox);
    }
    Ok(())
}

/// Destroys the record with its conversations, messages and attachments, and what was written about it in the audit log. There
/// is no way back.
pub fn delete(tx: &mut Tx, by: &Admin, customer: &Customer) -> Result<()> {
    store::delete(tx, customer.id)?;
    // Afterwards: whoever has written of them at this moment is done by now.
    audit::forget_words(tx, customer.id)?;
    audit::record(tx, by, "customer.deleted", Some(customer.id))?;
    changed(tx, customer.id);
    tx.publish(Topic::Blacklist);
    Ok(())
}

/// The same for somebody who is blocked, or has unsubscribed wherever they had an account; refused for anybody else. A block
/// outlives its customer: whoever writes from one of their addresses is blocked from the start.
pub fn delete_unsubscribed(tx: &mut Tx, by: &Admin, customer: &Customer, addressing: &Addressing) -> Result<()> {
    let accounts = store::accounts_of(tx, customer.id)?;
    let has_left = !accounts.is_empty() && accounts.iter().all(|account| account.unsubscribed_at.is_some());
    if customer.blocked {
        let until = store::profile::current_block(tx, customer.id)?.and_then(|block| block.expires_at);
        for account in accounts {
            let kind = channels::find(tx, account.channel_id)?.kind;
            store::keep_blocked(tx, &addressing.mark(kind, &account.address), until)?;
        }
    } else if !has_left {
        return Err(Error::refused("refused-still-subscribed"));
    }
    delete(tx, by, customer)
}

fn changed(tx: &mut Tx, id: CustomerId) {
    tx.publish(Topic::Customer(id));
    tx.publish(Topic::Inbox);
}

fn taken_external_id(error: Error) -> Error {
    match error {
        Error::Db(failure) if failure.is_duplicate() => Error::refused("customers-external-id-taken"),
        other => other,
    }
}

/// Makes what customers are found by as it would be made now, for those who were there before an upgrade.
pub async fn mend_search(db: &Db) -> Result<()> {
    while db.write(store::refold).await? {}
    make_pairs(db).await
}

/// Makes the bits of everybody who has none yet: who was there before there were bits, or was put in by hand. PostgreSQL has
/// no use for them.
pub async fn make_pairs(db: &Db) -> Result<()> {
    let mut last = db.is_sqlite().then_some(CustomerId(0));
    while let Some(past) = last {
        last = db.write(move |tx| store::make_pairs(tx, past, AT_ONCE)).await?;
    }
    Ok(())
}
