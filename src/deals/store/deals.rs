//! Deals.

use std::collections::HashMap;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

use crate::db::schema::deals;
use crate::db::sql::{Limited, Sql};
use crate::db::types::{CustomerId, DealId, DealStageId, PipelineId, StaffId, UtcTime};
use crate::db::{Conn, Tx};
use crate::deals::model::{Deal, NewDeal};
use crate::error::Result;

/// A customer's deals, the newest first.
pub fn of_customer(conn: &mut Conn, customer: CustomerId) -> Result<Vec<Deal>> {
    let own = deals::table.filter(deals::customer_id.eq(customer)).order(deals::id.desc());
    Ok(own.select(Deal::as_select()).load(conn)?)
}

/// A deal of this customer.
pub fn find_deal(conn: &mut Conn, customer: CustomerId, id: DealId) -> Result<Deal> {
    let own = deals::table.filter(deals::id.eq(id).and(deals::customer_id.eq(customer)));
    Ok(own.select(Deal::as_select()).one(conn)?)
}

#[derive(QueryableByName)]
struct Count {
    #[diesel(sql_type = BigInt)]
    id: DealStageId,
    #[diesel(sql_type = BigInt)]
    n: i64,
}

/// How many deals stand on each stage of a pipeline, up to a thousand.
pub fn deals_in(conn: &mut Conn, pipeline: PipelineId) -> Result<HashMap<DealStageId, i64>> {
    let rows: Vec<Count> = Sql::new(
        "SELECT s.id AS id, (SELECT COUNT(*) FROM (SELECT 1 AS one FROM deals AS d \
         WHERE d.stage_id = s.id LIMIT 1000) AS capped) AS n FROM deal_stages AS s WHERE s.pipeline_id = $1",
    )
    .bind(pipeline.0)
    .load(conn)?;
    Ok(rows.into_iter().map(|row| (row.id, row.n)).collect())
}

/// The deal that a program calls so.
pub fn deal_named(conn: &mut Conn, customer: CustomerId, client_uuid: &str) -> Result<Option<DealId>> {
    let named = deals::table.filter(deals::customer_id.eq(customer).and(deals::client_uuid.eq(client_uuid)));
    Ok(named.select(deals::id).one(conn).optional()?)
}

/// `by`: the staff member who made it; `client_uuid`: how the program calls it that did.
pub fn insert_deal(
    tx: &mut Tx,
    customer: CustomerId,
    by: Option<StaffId>,
    new: &NewDeal,
    client_uuid: Option<&str>,
) -> Result<DealId> {
    let now = UtcTime::now();
    Ok(diesel::insert_into(deals::table)
        .values((
            deals::customer_id.eq(customer),
            deals::stage_id.eq(new.stage),
            deals::title.eq(&new.title),
            deals::amount.eq(new.amount),
            deals::created_by_id.eq(by),
            deals::created_at.eq(now),
            deals::moved_at.eq(now),
            deals::client_uuid.eq(client_uuid),
        ))
        .returning(deals::id)
        .get_result(&mut **tx)?)
}

/// `moved_at`: when it came to the stage that it stands on now.
pub fn update_deal(tx: &mut Tx, id: DealId, new: &NewDeal, moved_at: UtcTime) -> Result<()> {
    diesel::update(deals::table.find(id))
        .set((
            deals::title.eq(&new.title),
            deals::amount.eq(new.amount),
            deals::stage_id.eq(new.stage),
            deals::moved_at.eq(moved_at),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

pub fn delete_deal(tx: &mut Tx, id: DealId) -> Result<()> {
    diesel::delete(deals::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
