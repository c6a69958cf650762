//! What one customer's conversations tell together. Whoever has a [`Customer`] has been shown them by a scope.

use diesel::prelude::*;

use crate::conversations::model::Conversation;
use crate::customers::Customer;
use crate::db::Conn;
use crate::db::page::{Cursor, PAGE, Page};
use crate::db::schema::conversations;
use crate::db::sql::{Limited, among, is_open, past};
use crate::db::types::{ConversationId, StaffId};
use crate::error::Result;

/// Those that are not closed, newest first. Of somebody whom nothing is open with, nothing is asked.
pub fn open(conn: &mut Conn, customer: &Customer) -> Result<Vec<Conversation>> {
    if !customer.is_active() {
        return Ok(vec![]);
    }
    Ok(conversations::table
        .filter(conversations::customer_id.eq(customer.id))
        .filter(is_open())
        .order((conversations::opened_at.desc(), conversations::id.desc()))
        .select(Conversation::as_select())
        .load(conn)?)
}

/// The newest, open or closed.
pub fn recent(conn: &mut Conn, customer: &Customer, limit: i64) -> Result<Vec<Conversation>> {
    Ok(conversations::table
        .filter(conversations::customer_id.eq(customer.id))
        .order((conversations::opened_at.desc(), conversations::id.desc()))
        .select(Conversation::as_select())
        .at_most(limit)
        .load(conn)?)
}

/// Those of these numbers that are the customer's.
pub fn find_many(conn: &mut Conn, customer: &Customer, ids: &[ConversationId]) -> Result<Vec<Conversation>> {
    if ids.is_empty() {
        return Ok(vec![]);
    }
    Ok(conversations::table
        .filter(conversations::customer_id.eq(customer.id).and(among(conn, conversations::id, ids.iter().copied())))
        .select(Conversation::as_select())
        .load(conn)?)
}

/// A page of a customer's conversations, newest first.
pub fn page(conn: &mut Conn, customer: &Customer, cursor: Option<Cursor>) -> Result<Page<Conversation>> {
    let mut query = conversations::table
        .filter(conversations::customer_id.eq(customer.id))
        .select(Conversation::as_select())
        .into_boxed();
    if let Some(cursor) = cursor {
        query = query.filter(past("conversations.opened_at, conversations.id", cursor));
    }
    query = if cursor.is_some_and(|c| c.back) {
        query.order((conversations::opened_at.asc(), conversations::id.asc()))
    } else {
        query.order((conversations::opened_at.desc(), conversations::id.desc()))
    };
    Ok(Page::new(query.at_most(PAGE + 1).load(conn)?, cursor, |row| (row.opened_at, row.id.0)))
}

/// Number and sum of the ratings that a customer gave. Of most customers the page holds every conversation, and nothing more
/// is asked.
pub fn ratings(conn: &mut Conn, customer: &Customer, page: &Page<Conversation>) -> Result<(i64, i64)> {
    if page.is_whole() {
        let given = page.rows.iter().filter_map(|conversation| conversation.rating.map(i64::from));
        return Ok(given.fold((0, 0), |(count, sum), stars| (count + 1, sum + stars)));
    }
    let (count, sum): (i64, Option<i64>) = conversations::table
        .filter(conversations::customer_id.eq(customer.id).and(conversations::rating.is_not_null()))
        .select((diesel::dsl::count(conversations::id), diesel::dsl::sum(conversations::rating)))
        .one(conn)?;
    Ok((count, sum.unwrap_or(0)))
}

/// The newest conversation that knows where a web customer came from.
pub fn last_visit(conn: &mut Conn, customer: &Customer) -> Result<Option<Conversation>> {
    Ok(conversations::table
        .filter(conversations::customer_id.eq(customer.id).and(conversations::ip.is_not_null()))
        .order((conversations::opened_at.desc(), conversations::id.desc()))
        .select(Conversation::as_select())
        .one(conn)
        .optional()?)
}

/// The customer's newest conversation that is not closed, and whose it is: one that `me` works, if there is one.
pub fn active(conn: &mut Conn, customer: &Customer, me: StaffId) -> Result<Option<(ConversationId, Option<StaffId>)>> {
    let open = open(conn, customer)?;
    let own = open.iter().find(|conversation| conversation.assignee_id == Some(me));
    Ok(own.or(open.first()).map(|conversation| (conversation.id, conversation.assignee_id)))
}
