//! What is asked of the database.

use diesel::prelude::*;
use diesel::sql_types::Text;

use crate::db::sql::Sql;
use crate::db::{Conn, migrate};
use crate::error::Result;

#[derive(QueryableByName)]
struct Version {
    #[diesel(sql_type = Text)]
    version: String,
}

/// Whether the database has every migration that this program knows. It may have more: those of a newer one that takes over.
pub(super) fn is_migrated(conn: &mut Conn) -> Result<bool> {
    let done: Vec<Version> = Sql::new("SELECT version FROM __diesel_schema_migrations").load(conn)?;
    Ok(migrate::known()?.iter().all(|known| done.iter().any(|row| row.version == *known)))
}
