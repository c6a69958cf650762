//! The installation's settings, one row each.

use diesel::prelude::*;

use crate::db::schema::settings;
use crate::db::sql::among_texts;
use crate::db::{Conn, Tx, kept};
use crate::error::Result;

/// Whether new conversations are given to operators, as a part of a statement that asks for something else.
pub const DISTRIBUTES: &str =
    "EXISTS (SELECT 1 FROM settings WHERE key = 'distribute_conversations' AND value = 'true')";

/// The values of these keys that are set.
pub fn values(conn: &mut Conn, keys: &[&str]) -> Result<Vec<(String, String)>> {
    let found = kept::settled(format!("settings {keys:?}"), || {
        let keys: Vec<String> = keys.iter().map(|key| (*key).to_owned()).collect();
        let these = settings::table.filter(among_texts(settings::key, &keys));
        these.select((settings::key, settings::value)).load(conn)
    });
    Ok(found?.to_vec())
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
