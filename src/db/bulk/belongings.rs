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

/// The names of the text indexes on SQLite, or of the tables that number their rows on PostgreSQL.
pub fn to_finish(conn: &mut Conn) -> QueryResult<Vec<String>> {
    let sql = match conn {
        Conn::Sqlite(_) => {
            "SELECT name AS drops, '' AS makes FROM sqlite_schema WHERE sql LIKE 'CREATE VIRTUAL TABLE%USING fts5%'"
        }
        Conn::Postgres(_) => {
            "SELECT table_name::text AS drops, '' AS makes FROM information_schema.columns \
             WHERE table_schema = current_schema() AND column_name = 'id' AND is_identity = 'YES'"
        }
    };
    let found: Vec<Belonging> = sql_query(sql).load(conn)?;
    Ok(found.into_iter().map(|belonging| belonging.drops).collect())
}

/// Names as SQL's lists have them; none as a list of nothing.
fn list(names: &[&str]) -> String {
    names.iter().map(|name| format!("'{name}'")).collect::<Vec<_>>().join(", ")
}
