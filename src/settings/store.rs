//! The installation's settings, one row each.

use diesel::prelude::*;

use crate::db::schema::settings;
use crate::db::{Conn, Tx};
use crate::error::Result;

/// The values of these keys that are set.
pub fn values(conn: &mut Conn, keys: &[&str]) -> Result<Vec<(String, String)>> {
    Ok(settings::table.filter(settings::key.eq_any(keys)).select((settings::key, settings::value)).load(conn)?)
}

pub fn set(tx: &mut Tx, key: &str, value: &str) -> Result<()> {
    let changed = diesel::update(settings::table.find(key)).set(settings::value.eq(value)).execute(&mut **tx)?;
    if changed == 0 {
        diesel::insert_into(settings::table)
            .values((settings::key.eq(key), settings::value.eq(value)))
            .execute(&mut **tx)?;
    }
    Ok(())
}
