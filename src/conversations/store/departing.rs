//! The open conversations of somebody who goes.

use diesel::prelude::*;

use crate::conversations::model::Conversation;
use crate::db::schema::conversations;
use crate::db::sql::{Limited, is_open};
use crate::db::types::StaffId;
use crate::db::{Conn, Tx};
use crate::error::Result;

pub fn count(conn: &mut Conn, of: StaffId) -> Result<i64> {
    Ok(conversations::table.filter(conversations::assignee_id.eq(of)).filter(is_open()).count().get_result(conn)?)
}

/// Some of them.
pub fn some(tx: &mut Tx, of: StaffId, most: i64) -> Result<Vec<Conversation>> {
    Ok(conversations::table
        .filter(conversations::assignee_id.eq(of))
        .filter(is_open())
        .order((conversations::customer_id, conversations::id))
        .select(Conversation::as_select())
        .at_most(most)
        .load(&mut **tx)?)
}
