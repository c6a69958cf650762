//! Whom a staff member has pinned.

use std::sync::Arc;

use diesel::prelude::*;

use crate::db::schema::customer_pins as pins;
use crate::db::sql::Sql;
use crate::db::types::{CustomerId, StaffId};
use crate::db::{Conn, Tx, kept};
use crate::error::Result;

/// The customers whom this person has pinned, in no order. Kept: hardly a page is without them, and they hardly change.
pub fn of(conn: &mut Conn, me: StaffId) -> Result<Arc<Vec<CustomerId>>> {
    Ok(kept::settled(format!("pins of {me}"), || {
        pins::table.filter(pins::staff_id.eq(me)).select(pins::customer_id).load(conn)
    })?)
}

/// Pins a customer; nothing happens if they are.
pub fn insert(tx: &mut Tx, me: StaffId, customer: CustomerId) -> Result<()> {
    let row = Sql::new("INSERT INTO customer_pins (staff_id, customer_id) VALUES ($1, $2) ON CONFLICT DO NOTHING");
    row.bind(me.0).bind(customer.0).execute(&mut **tx)?;
    Ok(())
}

pub fn delete(tx: &mut Tx, me: StaffId, customer: CustomerId) -> Result<()> {
    diesel::delete(pins::table.find((me, customer))).execute(&mut **tx)?;
    Ok(())
}
