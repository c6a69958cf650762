//! The audit log's rows.

use diesel::prelude::*;

use crate::db::Tx;
use crate::db::schema::audit_events as audit;
use crate::db::types::{CustomerId, StaffId, UtcTime};
use crate::error::Result;

pub fn insert(
    tx: &mut Tx,
    staff: Option<StaffId>,
    actor: &str,
    event: &str,
    customer: Option<CustomerId>,
    detail: &str,
) -> Result<()> {
    diesel::insert_into(audit::table)
        .values((
            audit::at.eq(UtcTime::now()),
            audit::staff_id.eq(staff),
            audit::actor.eq(actor),
            audit::event.eq(event),
            audit::customer_id.eq(customer),
            audit::detail.eq(detail),
        ))
        .execute(&mut **tx)?;
    Ok(())
}
