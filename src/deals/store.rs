//! Rows of pipelines, stages and deals.

mod deals;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

pub(super) use deals::{deal_named, delete_deal, insert_deal, update_deal};
pub use deals::{deals_in, find_deal, of_customer};

use super::model::{DealStage, NewPipeline, NewStage, Pipeline};
use crate::db::schema::{deal_stages as stages, pipelines};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{DealStageId, PipelineId, UtcTime};
use crate::db::{Conn, Tx, dialect, kept};
use crate::error::{Error, Result};
use crate::text;

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    #[expect(dead_code, reason = "the row is wanted for its lock")]
    n: i64,
}

/// All pipelines with their stages, in their order.
pub fn all(conn: &mut Conn) -> Result<Vec<Arc<Pipeline>>> {
    let all = kept::settled("pipelines".into(), || load(conn));
    Ok(all?.to_vec())
}

fn load(conn: &mut Conn) -> Result<Vec<Arc<Pipeline>>> {
    let rows: Vec<(PipelineId, String, String)> = pipelines::table
        .order((pipelines::position, pipelines::id))
        .select((pipelines::id, pipelines::name, pipelines::currency))
        .load(conn)?;
    let mut of: HashMap<PipelineId, Vec<DealStage>> = HashMap::new();
    let all: Vec<DealStage> =
        stages::table.order((stages::position, stages::id)).select(DealStage::as_select()).load(conn)?;
    for stage in all {
        of.entry(stage.pipeline_id).or_default().push(stage);
    }
    let whole = |(id, name, currency)| {
        let stages = of.remove(&id).unwrap_or_default();
        Arc::new(Pipeline { id, name, currency, stages })
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// A pipeline as it is now.
pub fn find(conn: &mut Conn, id: PipelineId) -> Result<Arc<Pipeline>> {
    all(conn)?.into_iter().find(|pipeline| pipeline.id == id).ok_or(Error::NotFound)
}

pub fn find_stage(conn: &mut Conn, pipeline: PipelineId, id: DealStageId) -> Result<DealStage> {
    let own = stages::table.filter(stages::id.eq(id).and(stages::pipeline_id.eq(pipeline)));
    Ok(own.select(DealStage::as_select()).one(conn)?)
}

/// Whether there is such a stage now.
pub fn is_stage(conn: &mut Conn, id: DealStageId) -> Result<bool> {
    let found: Option<DealStageId> = stages::table.find(id).select(stages::id).one(conn).optional()?;
    Ok(found.is_some())
}

/// Keeps a pipeline and its stages as they are until the end of the transaction, once others are done with them.
pub fn hold(tx: &mut Tx, id: PipelineId) -> Result<()> {
    let lock = dialect::row_lock(tx);
    let sql = Sql::new(format!("SELECT id AS n FROM pipelines WHERE id = $1{lock}"));
    sql.bind(id.0).get_result::<Number>(&mut **tx)?;
    Ok(())
}

/// The same for all pipelines.
pub fn hold_all(tx: &mut Tx) -> Result<Vec<PipelineId>> {
    let lock = dialect::row_lock(tx);
    Sql::new(format!("SELECT id AS n FROM pipelines ORDER BY id{lock}")).load::<Number>(&mut **tx)?;
    Ok(pipelines::table.order((pipelines::position, pipelines::id)).select(pipelines::id).load(&mut **tx)?)
}

/// The pipeline of this name, in whatever case.
pub fn named(conn: &mut Conn, name: &str) -> Result<Option<PipelineId>> {
    let named = pipelines::table.filter(pipelines::name_folded.eq(text::fold(name)));
    Ok(named.select(pipelines::id).one(conn).optional()?)
}

/// The same of a pipeline's stages.
pub fn stage_named(conn: &mut Conn, pipeline: PipelineId, name: &str) -> Result<Option<DealStageId>> {
    let named = stages::table.filter(stages::pipeline_id.eq(pipeline).and(stages::name_folded.eq(text::fold(name))));
    Ok(named.select(stages::id).one(conn).optional()?)
}

/// A pipeline at the end, without stages.
pub fn insert(tx: &mut Tx, new: &NewPipeline) -> Result<PipelineId> {
    let last: Option<i64> =
        pipelines::table.order(pipelines::position.desc()).select(pipelines::position).one(tx).optional()?;
    Ok(diesel::insert_into(pipelines::table)
        .values((
            pipelines::name.eq(&new.name),
            pipelines::name_folded.eq(text::fold(&new.name)),
            pipelines::currency.eq(&new.currency),
            pipelines::position.eq(last.map_or(0, |last| last + 1)),
            pipelines::created_at.eq(UtcTime::now()),
        ))
        .returning(pipelines::id)
        .get_result(&mut **tx)?)
}

pub fn update(tx: &mut Tx, id: PipelineId, new: &NewPipeline) -> Result<()> {
    diesel::update(pipelines::table.find(id))
        .set((
            pipelines::name.eq(&new.name),
            pipelines::name_folded.eq(text::fold(&new.name)),
            pipelines::currency.eq(&new.currency),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sets the order of all pipelines.
pub fn set_positions(tx: &mut Tx, ids: &[PipelineId]) -> Result<()> {
    for (position, id) in (0_i64..).zip(ids) {
        diesel::update(pipelines::table.find(*id)).set(pipelines::position.eq(position)).execute(&mut **tx)?;
    }
    Ok(())
}

/// With its stages, none of which has deals.
pub fn delete(tx: &mut Tx, id: PipelineId) -> Result<()> {
    diesel::delete(pipelines::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// The numbers of a pipeline's stages, in their order.
pub fn stage_ids(conn: &mut Conn, pipeline: PipelineId) -> Result<Vec<DealStageId>> {
    let own = stages::table.filter(stages::pipeline_id.eq(pipeline)).order((stages::position, stages::id));
    Ok(own.select(stages::id).load(conn)?)
}

/// A stage at the end of its pipeline.
pub fn insert_stage(tx: &mut Tx, pipeline: PipelineId, new: &NewStage) -> Result<DealStageId> {
    let own = stages::table.filter(stages::pipeline_id.eq(pipeline)).order(stages::position.desc());
    let last: Option<i64> = own.select(stages::position).one(tx).optional()?;
    Ok(diesel::insert_into(stages::table)
        .values((
            stages::pipeline_id.eq(pipeline),
            stages::name.eq(&new.name),
            stages::name_folded.eq(text::fold(&new.name)),
            stages::hue.eq(new.hue),
            stages::position.eq(last.map_or(0, |last| last + 1)),
            stages::kind.eq(new.kind),
            stages::created_at.eq(UtcTime::now()),
        ))
        .returning(stages::id)
        .get_result(&mut **tx)?)
}

pub fn update_stage(tx: &mut Tx, id: DealStageId, new: &NewStage) -> Result<()> {
    diesel::update(stages::table.find(id))
        .set((
            stages::name.eq(&new.name),
            stages::name_folded.eq(text::fold(&new.name)),
            stages::hue.eq(new.hue),
            stages::kind.eq(new.kind),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sets the order of a pipeline's stages.
pub fn set_stage_positions(tx: &mut Tx, ids: &[DealStageId]) -> Result<()> {
    for (position, id) in (0_i64..).zip(ids) {
        diesel::update(stages::table.find(*id)).set(stages::position.eq(position)).execute(&mut **tx)?;
    }
    Ok(())
}

/// A stage that has no deals.
pub fn delete_stage(tx: &mut Tx, id: DealStageId) -> Result<()> {
    diesel::delete(stages::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
