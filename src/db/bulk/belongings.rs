//! What belongs to the loaded tables and is put away meanwhile: indexes, triggers and foreign keys.

use diesel::prelude::*;
use diesel::sql_query;
use diesel::sql_types::Text;

use crate::db::Conn;

#[derive(QueryableByName)]
struct Belonging {
    #[diesel(sql_type = Text)]
    drops: String,
    #[diesel(sql_type = Text)]
    makes: String,
}

#[derive(QueryableByName)]
struct Named {
    #[diesel(sql_type = Text)]
    name: String,
}

/// The statements that put away what belongs to these tables, and those that make it again.
pub fn of(conn: &mut Conn, tables: &[&str], sparse: &[&str]) -> QueryResult<(Vec<String>, Vec<String>)> {
    let (tables, sparse) = (list(tables), list(sparse));
    let sql = match conn {
        Conn::Sqlite(_) => format!(
            "SELECT 'DROP ' || type || ' ' || name AS drops, sql AS makes FROM sqlite_schema \
             WHERE type IN ('index', 'trigger') AND sql IS NOT NULL AND tbl_name IN ({tables}) \
             AND name NOT IN ({sparse}) ORDER BY rowid"
        ),
        Conn::Postgres(_) => format!(
            "SELECT format('ALTER TABLE %s DROP CONSTRAINT %I', conrelid::regclass, conname) AS drops, \
             format('ALTER TABLE %s ADD CONSTRAINT %I %s', conrelid::regclass, conname, pg_get_constraintdef(oid)) AS makes \
             FROM pg_constraint WHERE contype = 'f' AND conrelid::regclass::text IN ({tables}) \
             UNION ALL \
             SELECT format('DROP INDEX %s', i.indexrelid::regclass), pg_get_indexdef(i.indexrelid) FROM pg_index i \
             WHERE i.indrelid::regclass::text IN ({tables}) \
             AND NOT EXISTS (SELECT 1 FROM pg_constraint c WHERE c.conindid = i.indexrelid)"
        ),
    };
    let found: Vec<Belonging> = sql_query(sql).load(conn)?;
    Ok(found.into_iter().map(|belonging| (belonging.drops, belonging.makes)).unzip())
}

/// The statement that makes a text index.
pub fn text_index(sqlite: &mut SqliteConnection, name: &str) -> QueryResult<String> {
    let found: Named =
        sql_query("SELECT sql AS name FROM sqlite_schema WHERE name = ?").bind::<Text, _>(name).get_result(sqlite)?;
    Ok(found.name)
}

/// The names of the tables that number their rows by what PostgreSQL calls an identity.
pub fn numbered(pg: &mut PgConnection) -> QueryResult<Vec<String>> {
    let found: Vec<Named> = sql_query(
        "SELECT table_name::text AS name FROM information_schema.columns \
         WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'",
    )
    .load(pg)?;
    Ok(found.into_iter().map(|found| found.name).collect())
}

/// Names as SQL's lists have them; none as a list of nothing.
fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}
