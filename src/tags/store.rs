//! Rows of both kinds of tags.

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use super::model::{self, ConversationTag, CustomerTag, LEVELS, NewCustomerTag, TagPath};
use crate::db::schema::{conversation_tags, customer_tags};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{ConversationTagId, CustomerTagId, UtcTime};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;
use crate::realtime::Topic;
use crate::text;

/// All customer tags, by name.
pub fn customer_tags(conn: &mut Conn) -> Result<Vec<Arc<CustomerTag>>> {
    let all = kept::settled("customer tags".into(), || -> QueryResult<Vec<Arc<CustomerTag>>> {
        let rows: Vec<CustomerTag> =
            customer_tags::table.order(customer_tags::name_folded).select(CustomerTag::as_select()).load(conn)?;
        Ok(rows.into_iter().map(Arc::new).collect())
    });
    Ok(all?.to_vec())
}

pub fn find_customer_tag(conn: &mut Conn, id: CustomerTagId) -> Result<CustomerTag> {
    Ok(customer_tags::table.find(id).select(CustomerTag::as_select()).one(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    id: i64,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many customers carry each tag, up to a thousand.
pub fn customers_with(conn: &mut Conn) -> Result<HashMap<CustomerTagId, i64>> {
    let rows: Vec<Count> = Sql::new(
        "SELECT t.id AS id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM customer_tag_links AS l \
         WHERE l.tag_id = t.id LIMIT 1000) AS capped) AS n FROM customer_tags AS t",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (CustomerTagId(row.id), row.n)).collect())
}

/// Whether another customer tag has this name.
pub fn customer_tag_named(conn: &mut Conn, name: &str, but: Option<CustomerTagId>) -> Result<bool> {
    let found: Option<CustomerTagId> = customer_tags::table
        .filter(customer_tags::name_folded.eq(text::fold(name)))
        .select(customer_tags::id)
        .one(conn)
        .optional()?;
    Ok(found.is_some_and(|id| Some(id) != but))
}

pub fn insert_customer_tag(tx: &mut Tx, new: &NewCustomerTag) -> Result<CustomerTagId> {
    tx.publish(Topic::Tags);
    Ok(diesel::insert_into(customer_tags::table)
        .values((
            customer_tags::name.eq(&new.name),
            customer_tags::name_folded.eq(text::fold(&new.name)),
            customer_tags::hue.eq(new.hue),
            customer_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(customer_tags::id)
        .get_result(&mut **tx)?)
}

pub fn update_customer_tag(tx: &mut Tx, id: CustomerTagId, new: &NewCustomerTag) -> Result<()> {
    tx.publish(Topic::Tags);
    diesel::update(customer_tags::table.find(id))
        .set((
            customer_tags::name.eq(&new.name),
            customer_tags::name_folded.eq(text::fold(&new.name)),
            customer_tags::hue.eq(new.hue),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete_customer_tag(tx: &mut Tx, id: CustomerTagId) -> Result<()> {
    tx.publish(Topic::Tags);
    diesel::delete(customer_tags::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// All conversation tags, by name.
pub fn conversation_tags(conn: &mut Conn) -> Result<Vec<ConversationTag>> {
    let all = kept::settled("conversation tags".into(), || {
        conversation_tags::table
            .order((conversation_tags::name_folded, conversation_tags::id))
            .select(ConversationTag::as_select())
            .load(conn)
    });
    Ok(all?.to_vec())
}

/// All conversation tags by their paths, each parent before its children.
pub fn paths(conn: &mut Conn) -> Result<Vec<Arc<TagPath>>> {
    let all = kept::settled("paths of conversation tags".into(), || -> Result<Vec<Arc<TagPath>>> {
        Ok(model::paths(conversation_tags(conn)?).into_iter().map(Arc::new).collect())
    });
    Ok(all?.to_vec())
}

pub fn find_conversation_tag(conn: &mut Conn, id: ConversationTagId) -> Result<ConversationTag> {
    Ok(conversation_tags::table.find(id).select(ConversationTag::as_select()).one(conn)?)
}

/// How many conversations carry each tag itself, up to a thousand.
pub fn conversations_with(conn: &mut Conn) -> Result<HashMap<ConversationTagId, i64>> {
    let rows: Vec<Count> = Sql::new(
        "SELECT t.id AS id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM conversation_tag_links AS l \
         WHERE l.tag_id = t.id LIMIT 1000) AS capped) AS n FROM conversation_tags AS t",
    )
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (ConversationTagId(row.id), row.n)).collect())
}

/// The number of tags below this one, and of conversations that carry it or one of them (up to a thousand): what goes
/// with it.
pub fn in_branch(conn: &mut Conn, id: ConversationTagId) -> Result<(i64, i64)> {
    let all: Vec<String> = with_those_below(conn, id)?.iter().map(|id| id.0.to_string()).collect();
    // The numbers are our own, so they stand in the text.
    let row: Count = Sql::new(format!(
        "SELECT CAST(0 AS BIGINT) AS id, COUNT(*) AS n FROM (SELECT DISTINCT conversation_id \
         FROM conversation_tag_links WHERE tag_id IN ({}) LIMIT 1000) AS capped",
        all.join(", ")
    ))
    .get_result(conn)?;
    Ok((i64::try_from(all.len()).unwrap_or(i64::MAX) - 1, row.n))
}

/// This tag, and all that stand below it.
pub fn with_those_below(conn: &mut Conn, id: ConversationTagId) -> Result<Vec<ConversationTagId>> {
    let all = conversation_tags(conn)?;
    let mut found = vec![id];
    // A level of the tree at a time.
    for _ in 1..LEVELS {
        let is_below = |tag: &&ConversationTag| tag.parent_id.is_some_and(|above| found.contains(&above));
        let below = all.iter().filter(is_below).map(|tag| tag.id);
        found = [id].into_iter().chain(below).collect();
    }
    Ok(found)
}

/// Whether another tag beside it has this name.
pub fn conversation_tag_named(
    conn: &mut Conn,
    parent: Option<ConversationTagId>,
    name: &str,
    but: Option<ConversationTagId>,
) -> Result<bool> {
    let named: Vec<(ConversationTagId, Option<ConversationTagId>)> = conversation_tags::table
        .filter(conversation_tags::name_folded.eq(text::fold(name)))
        .select((conversation_tags::id, conversation_tags::parent_id))
        .load(conn)?;
    Ok(named.into_iter().any(|(id, under)| under == parent && Some(id) != but))
}

pub fn insert_conversation_tag(
    tx: &mut Tx,
    parent: Option<ConversationTagId>,
    name: &str,
) -> Result<ConversationTagId> {
    tx.publish(Topic::Tags);
    Ok(diesel::insert_into(conversation_tags::table)
        .values((
            conversation_tags::parent_id.eq(parent),
            conversation_tags::name.eq(name),
            conversation_tags::name_folded.eq(text::fold(name)),
            conversation_tags::created_at.eq(UtcTime::now()),
        ))
        .returning(conversation_tags::id)
        .get_result(&mut **tx)?)
}

pub fn rename_conversation_tag(tx: &mut Tx, id: ConversationTagId, name: &str) -> Result<()> {
    tx.publish(Topic::Tags);
    diesel::update(conversation_tags::table.find(id))
        .set((conversation_tags::name.eq(name), conversation_tags::name_folded.eq(text::fold(name))))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete_conversation_tag(tx: &mut Tx, id: ConversationTagId) -> Result<()> {
    tx.publish(Topic::Tags);
    diesel::delete(conversation_tags::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
