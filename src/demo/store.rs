//! Rows of the demo, written directly because each has a time of its own in the past.

mod desk;
mod talks;

use diesel::prelude::*;

use crate::db::schema::{customers, settings, staff};
use crate::db::sql::Limited;
use crate::db::types::{CustomerId, StaffId};
use crate::db::{Conn, Tx};
use crate::error::Result;

pub use desk::{
    channel, command, company, custom_field, customer_tag, export, funnel, list, pipeline, quick_reply, saved_filter,
    set_settings, staff, subject,
};
pub use talks::{
    Card, Ended, NewConversation, NewCustomer, NewMessage, block, block_request, card, conversation, customer, deal,
    message, place, put_on_list, tag_customer,
};

/// What a database holds, as far as `--demo` cares.
#[derive(Debug, PartialEq, Eq)]
pub enum Holds {
    Nothing,
    Demo,
    /// A large demo whose load was interrupted.
    Unfinished,
    RealData,
}

const MARK: &str = "demo";
/// The statements that a load has yet to run, as JSON: there while it goes on, and after one that was interrupted.
const UNFINISHED: &str = "demo_unfinished";

pub fn holds(conn: &mut Conn) -> Result<Holds> {
    let marked: Option<String> = settings::table.find(MARK).select(settings::value).one(conn).optional()?;
    if marked.is_some() {
        return Ok(Holds::Demo);
    }
    if unfinished(conn)?.is_some() {
        return Ok(Holds::Unfinished);
    }
    let somebody: Option<StaffId> = staff::table.select(staff::id).one(conn).optional()?;
    let anybody: Option<CustomerId> = customers::table.select(customers::id).one(conn).optional()?;
    Ok(if somebody.is_some() || anybody.is_some() { Holds::RealData } else { Holds::Nothing })
}

/// What an interrupted load has put away.
pub fn unfinished(conn: &mut Conn) -> Result<Option<Vec<String>>> {
    let kept: Option<String> = settings::table.find(UNFINISHED).select(settings::value).one(conn).optional()?;
    Ok(kept.map(|json| serde_json::from_str(&json).unwrap_or_default()))
}

pub fn keep_unfinished(conn: &mut Conn, makes: &[String]) -> QueryResult<()> {
    let json = serde_json::to_string(makes).map_err(|e| diesel::result::Error::SerializationError(e.into()))?;
    diesel::delete(settings::table.find(UNFINISHED)).execute(conn)?;
    diesel::insert_into(settings::table)
        .values((settings::key.eq(UNFINISHED), settings::value.eq(json)))
        .execute(conn)
        .map(drop)
}

/// From here on it is a demo like the small one.
pub fn finish_load(tx: &mut Tx) -> Result<()> {
    diesel::delete(settings::table.find(UNFINISHED)).execute(&mut **tx)?;
    mark(tx)
}

pub fn mark(tx: &mut Tx) -> Result<()> {
    for (key, value) in [(MARK, "true"), ("business_name", "Northwind")] {
        diesel::insert_into(settings::table)
            .values((settings::key.eq(key), settings::value.eq(value)))
            .execute(&mut **tx)?;
    }
    Ok(())
}
