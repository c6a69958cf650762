//! Adding, renaming, recolouring, deleting tags.

use serde_json::json;

use super::model::{LEVELS, NewCustomerTag};
use super::store;
use crate::audit;
use crate::auth::Admin;
use crate::db::Tx;
use crate::db::types::{ConversationTagId, CustomerTagId};
use crate::error::{Error, Result};
use crate::realtime::Topic;

pub fn add_customer_tag(tx: &mut Tx, by: &Admin, new: &NewCustomerTag) -> Result<CustomerTagId> {
    if store::customer_tag_named(tx, &new.name, None)? {
        return Err(Error::refused("tag-name-taken"));
    }
    let id = store::insert_customer_tag(tx, new)?;
    audit::record_with(tx, by, "customer_tag.added", None, &json!({ "tag": id, "name": new.name }))?;
    Ok(id)
}

/// Renames or recolours a customer tag.
pub fn edit_customer_tag(tx: &mut Tx, by: &Admin, id: CustomerTagId, new: &NewCustomerTag) -> Result<()> {
    store::find_customer_tag(tx, id)?;
    if store::customer_tag_named(tx, &new.name, Some(id))? {
        return Err(Error::refused("tag-name-taken"));
    }
    store::update_customer_tag(tx, id, new)?;
    audit::record_with(tx, by, "customer_tag.edited", None, &json!({ "tag": id, "name": new.name }))?;
    tx.publish(Topic::Inbox);
    Ok(())
}

/// Deletes a customer tag and takes it off everybody who carries it.
pub fn delete_customer_tag(tx: &mut Tx, by: &Admin, id: CustomerTagId) -> Result<()> {
    let tag = store::find_customer_tag(tx, id)?;
    store::delete_customer_tag(tx, id)?;
    audit::record_with(tx, by, "customer_tag.deleted", None, &json!({ "tag": id, "name": tag.name }))?;
    tx.publish(Topic::Inbox);
    Ok(())
}

/// Adds a conversation tag, below another one or at the top.
pub fn add_conversation_tag(
    tx: &mut Tx,
    by: &Admin,
    parent: Option<ConversationTagId>,
    name: &str,
) -> Result<ConversationTagId> {
    if level_below(tx, parent)? > LEVELS {
        return Err(Error::refused("tag-too-deep"));
    }
    if store::conversation_tag_named(tx, parent, name, None)? {
        return Err(Error::refused("tag-name-taken"));
    }
    let id = store::insert_conversation_tag(tx, parent, name)?;
    audit::record_with(tx, by, "conversation_tag.added", None, &json!({ "tag": id, "name": name }))?;
    Ok(id)
}

pub fn rename_conversation_tag(tx: &mut Tx, by: &Admin, id: ConversationTagId, name: &str) -> Result<()> {
    let tag = store::find_conversation_tag(tx, id)?;
    if store::conversation_tag_named(tx, tag.parent_id, name, Some(id))? {
        return Err(Error::refused("tag-name-taken"));
    }
    store::rename_conversation_tag(tx, id, name)?;
    audit::record_with(tx, by, "conversation_tag.renamed", None, &json!({ "tag": id, "name": name }))
}

/// Deletes a conversation tag with those below it, and takes them off every conversation.
pub fn delete_conversation_tag(tx: &mut Tx, by: &Admin, id: ConversationTagId) -> Result<()> {
    let tag = store::find_conversation_tag(tx, id)?;
    store::delete_conversation_tag(tx, id)?;
    audit::record_with(tx, by, "conversation_tag.deleted", None, &json!({ "tag": id, "name": tag.name }))
}

/// The level of a tag below `parent`, 1 at the top.
fn level_below(tx: &mut Tx, parent: Option<ConversationTagId>) -> Result<usize> {
    let (mut level, mut above) = (1, parent);
    while let Some(id) = above {
        level += 1;
        above = store::find_conversation_tag(tx, id)?.parent_id;
        if level > LEVELS {
            break;
        }
    }
    Ok(level)
}
