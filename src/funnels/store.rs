//! Rows of funnels and blocks, of customers' places, and of the history of them.

mod places;

use std::collections::HashMap;
use std::sync::Arc;

use diesel::prelude::*;
use diesel::sql_types::BigInt;

pub use places::{customers_in, entries_of, place_of, places_of};
pub(super) use places::{enter, first_for, following, leave};

use super::model::{Funnel, FunnelBlock, NewBlock, NewFunnel, Starts};
use crate::db::schema::{funnel_blocks as blocks, funnel_channels as chosen, funnels};
use crate::db::sql::{Limited, Sql};
use crate::db::types::{ChannelId, FunnelBlockId, FunnelId, UtcTime};
use crate::db::{Conn, Tx, dialect, kept};
use crate::error::{Error, Result};
use crate::text;

/// Under which it is kept whether any funnel is enabled.
pub(super) const ON: &str = "a funnel is enabled";

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    n: i64,
}

#[derive(Queryable, Selectable)]
#[diesel(table_name = funnels)]
struct Row {
    id: FunnelId,
    name: String,
    enabled: bool,
    starts: Starts,
}

/// All funnels with their blocks, in their order.
pub fn all(conn: &mut Conn) -> Result<Vec<Arc<Funnel>>> {
    let all = kept::settled("funnels".into(), || load(conn));
    Ok(all?.to_vec())
}

fn load(conn: &mut Conn) -> Result<Vec<Arc<Funnel>>> {
    let rows: Vec<Row> = funnels::table.order((funnels::position, funnels::id)).select(Row::as_select()).load(conn)?;
    let mut of: HashMap<FunnelId, (Vec<FunnelBlock>, Vec<ChannelId>)> = HashMap::new();
    let all: Vec<FunnelBlock> =
        blocks::table.order((blocks::position, blocks::id)).select(FunnelBlock::as_select()).load(conn)?;
    for block in all {
        of.entry(block.funnel_id).or_default().0.push(block);
    }
    let channels: Vec<(FunnelId, ChannelId)> =
        chosen::table.order(chosen::channel_id).select((chosen::funnel_id, chosen::channel_id)).load(conn)?;
    for (funnel, channel) in channels {
        of.entry(funnel).or_default().1.push(channel);
    }
    let whole = |Row { id, name, enabled, starts }| {
        let (blocks, channels) = of.remove(&id).unwrap_or_default();
        Arc::new(Funnel { id, name, enabled, starts, channels, blocks })
    };
    Ok(rows.into_iter().map(whole).collect())
}

/// A funnel as it is now.
pub fn find(conn: &mut Conn, id: FunnelId) -> Result<Arc<Funnel>> {
    all(conn)?.into_iter().find(|funnel| funnel.id == id).ok_or(Error::NotFound)
}

pub fn find_block(conn: &mut Conn, funnel: FunnelId, id: FunnelBlockId) -> Result<FunnelBlock> {
    let own = blocks::table.filter(blocks::id.eq(id).and(blocks::funnel_id.eq(funnel)));
    Ok(own.select(FunnelBlock::as_select()).one(conn)?)
}

/// Whether any funnel is enabled.
pub fn is_any_enabled(conn: &mut Conn) -> Result<bool> {
    let asked = kept::settled(ON.into(), || {
        let sql = Sql::new("SELECT COUNT(*) AS n FROM (SELECT 1 AS one FROM funnels WHERE enabled LIMIT 1) AS found");
        sql.get_result::<Number>(conn).map(|found| found.n > 0)
    });
    Ok(*asked?)
}

/// Keeps a funnel and its blocks as they are until the end of the transaction, once others are done with them.
pub fn hold(tx: &mut Tx, id: FunnelId) -> Result<()> {
    let lock = dialect::row_lock(tx);
    Sql::new(format!("SELECT id AS n FROM funnels WHERE id = $1{lock}")).bind(id.0).get_result::<Number>(&mut **tx)?;
    Ok(())
}

/// The same for all funnels; gives their numbers, in their order.
pub fn hold_all(tx: &mut Tx) -> Result<Vec<FunnelId>> {
    let lock = dialect::row_lock(tx);
    if !lock.is_empty() {
        Sql::new(format!("SELECT id FROM funnels ORDER BY id{lock}")).execute(&mut **tx)?;
    }
    Ok(funnels::table.order((funnels::position, funnels::id)).select(funnels::id).load(&mut **tx)?)
}

/// The funnel of this name, in whatever case.
pub fn named(conn: &mut Conn, name: &str) -> Result<Option<FunnelId>> {
    Ok(funnels::table.filter(funnels::name_folded.eq(text::fold(name))).select(funnels::id).one(conn).optional()?)
}

/// The same of a funnel's blocks.
pub fn block_named(conn: &mut Conn, funnel: FunnelId, name: &str) -> Result<Option<FunnelBlockId>> {
    let named = blocks::table.filter(blocks::funnel_id.eq(funnel).and(blocks::name_folded.eq(text::fold(name))));
    Ok(named.select(blocks::id).one(conn).optional()?)
}

/// A funnel at the end, switched off, without blocks.
pub fn insert(tx: &mut Tx, name: &str) -> Result<FunnelId> {
    let last: Option<i64> =
        funnels::table.order(funnels::position.desc()).select(funnels::position).one(tx).optional()?;
    Ok(diesel::insert_into(funnels::table)
        .values((
            funnels::name.eq(name),
            funnels::name_folded.eq(text::fold(name)),
            funnels::position.eq(last.map_or(0, |last| last + 1)),
            funnels::created_at.eq(UtcTime::now()),
        ))
        .returning(funnels::id)
        .get_result(&mut **tx)?)
}

pub fn update(tx: &mut Tx, id: FunnelId, new: &NewFunnel) -> Result<()> {
    diesel::update(funnels::table.find(id))
        .set((
            funnels::name.eq(&new.name),
            funnels::name_folded.eq(text::fold(&new.name)),
            funnels::enabled.eq(new.enabled),
            funnels::starts.eq(new.starts),
        ))
        .execute(&mut **tx)?;
    diesel::delete(chosen::table.filter(chosen::funnel_id.eq(id))).execute(&mut **tx)?;
    for channel in &new.channels {
        let row = (chosen::funnel_id.eq(id), chosen::channel_id.eq(*channel));
        diesel::insert_into(chosen::table).values(row).execute(&mut **tx)?;
    }
    Ok(())
}

/// Sets the order of all funnels.
pub fn set_positions(tx: &mut Tx, ids: &[FunnelId]) -> Result<()> {
    for (position, id) in (0_i64..).zip(ids) {
        diesel::update(funnels::table.find(*id)).set(funnels::position.eq(position)).execute(&mut **tx)?;
    }
    Ok(())
}

/// With its blocks; who is in one of them is in none afterwards.
pub fn delete(tx: &mut Tx, id: FunnelId) -> Result<()> {
    diesel::delete(funnels::table.find(id)).execute(&mut **tx)?;
    Ok(())
}

/// The numbers of a funnel's blocks, in their order.
pub fn block_ids(conn: &mut Conn, funnel: FunnelId) -> Result<Vec<FunnelBlockId>> {
    let own = blocks::table.filter(blocks::funnel_id.eq(funnel)).order((blocks::position, blocks::id));
    Ok(own.select(blocks::id).load(conn)?)
}

/// A block at the end of its funnel.
pub fn insert_block(tx: &mut Tx, funnel: FunnelId, new: &NewBlock) -> Result<FunnelBlockId> {
    let own = blocks::table.filter(blocks::funnel_id.eq(funnel)).order(blocks::position.desc());
    let last: Option<i64> = own.select(blocks::position).one(tx).optional()?;
    Ok(diesel::insert_into(blocks::table)
        .values((
            blocks::funnel_id.eq(funnel),
            blocks::name.eq(&new.name),
            blocks::name_folded.eq(text::fold(&new.name)),
            blocks::position.eq(last.map_or(0, |last| last + 1)),
            blocks::text.eq(&new.text),
            blocks::next_id.eq(new.next),
            blocks::created_at.eq(UtcTime::now()),
        ))
        .returning(blocks::id)
        .get_result(&mut **tx)?)
}

pub fn update_block(tx: &mut Tx, id: FunnelBlockId, new: &NewBlock) -> Result<()> {
    diesel::update(blocks::table.find(id))
        .set((
            blocks::name.eq(&new.name),
            blocks::name_folded.eq(text::fold(&new.name)),
            blocks::text.eq(&new.text),
            blocks::next_id.eq(new.next),
        ))
        .execute(&mut **tx)?;
    Ok(())
}

/// Sets the order of a funnel's blocks.
pub fn set_block_positions(tx: &mut Tx, ids: &[FunnelBlockId]) -> Result<()> {
    for (position, id) in (0_i64..).zip(ids) {
        diesel::update(blocks::table.find(*id)).set(blocks::position.eq(position)).execute(&mut **tx)?;
    }
    Ok(())
}

/// Who is in it is in none afterwards; blocks that led to it lead nowhere.
pub fn delete_block(tx: &mut Tx, id: FunnelBlockId) -> Result<()> {
    diesel::delete(blocks::table.find(id)).execute(&mut **tx)?;
    Ok(())
}
