//! Both engines have the schema that `src/db/schema.rs` describes, and migrations are all or nothing.

use std::collections::BTreeMap;

use switchboard::db::{Failure, migrate};

use crate::support::{Database, TestApp, spawn_empty_app};

/// Table and column to (kind, whether it may be empty).
type Columns = BTreeMap<(String, String), (String, bool)>;

/// The columns that the program believes in.
fn described() -> Columns {
    let mut found = Columns::new();
    let mut table = String::new();
    for line in include_str!("../../src/db/schema.rs").lines().map(str::trim) {
        if let Some((name, _)) = line.strip_suffix(") {").and_then(|l| l.split_once(" (")) {
            table = name.to_owned();
        } else if let Some((column, kind)) = line.strip_suffix(',').and_then(|l| l.split_once(" -> ")) {
            let inner = kind.strip_prefix("Nullable<").and_then(|k| k.strip_suffix('>'));
            found.insert((table.clone(), column.to_owned()), (inner.unwrap_or(kind).to_owned(), inner.is_some()));
        }
    }
    assert!(found.len() > 150, "{} columns", found.len());
    found
}

/// One line a column: `table|column|type|nullable`.
fn columns_of(app: &TestApp) -> Columns {
    let sql = if app.is_sqlite() {
        "SELECT group_concat(t.name || '|' || c.name || '|' || upper(c.type) || '|' || (c.\"notnull\" = 0), char(10)) \
         FROM sqlite_master t, pragma_table_info(t.name) c \
         WHERE t.type = 'table' AND t.name NOT LIKE 'sqlite_%' AND t.name NOT LIKE 'customers_fts%' \
         AND t.name NOT LIKE '__diesel%'"
    } else {
        "SELECT string_agg(table_name || '|' || column_name || '|' || upper(data_type) || '|' || \
         (CASE is_nullable WHEN 'YES' THEN '1' ELSE '0' END), chr(10)) \
         FROM information_schema.columns WHERE table_schema = 'public' AND table_name NOT LIKE '\\_\\_diesel%' \
         AND is_generated = 'NEVER'"
    };
    let text = app.text(sql).expect("columns");
    let mut found = Columns::new();
    for line in text.lines() {
        let parts: Vec<&str> = line.split('|').collect();
        let [table, column, kind, nullable] = parts[..] else { panic!("{line}") };
        // SQLite says nothing of NOT NULL for `INTEGER PRIMARY KEY`, which is never empty.
        let is_row_number = app.is_sqlite() && column == "id" && kind == "INTEGER";
        let kind = match kind {
            _ if is_row_number => "BigInt",
            "BIGINT" => "BigInt",
            "INTEGER" => "Integer",
            "TEXT" => "Text",
            "BLOB" | "BYTEA" => "Binary",
            "BOOLEAN" => "Bool",
            "TIMESTAMP" | "TIMESTAMP WITHOUT TIME ZONE" => "Timestamp",
            other => other,
        };
        let nullable = nullable == "1" && !is_row_number;
        found.insert((table.into(), column.into()), (kind.into(), nullable));
    }
    found
}

/// What the queries are compiled against is what the migrations make, on this engine as on the other.
#[actix_web::test]
async fn the_tables_are_those_of_the_program() {
    let app = spawn_empty_app().await;
    let (real, described) = (columns_of(&app), described());
    let differ: Vec<String> = described
        .iter()
        .filter(|(name, kind)| real.get(*name) != Some(*kind))
        .map(|(name, kind)| format!("{name:?} is {:?}, the program says {kind:?}", real.get(name)))
        .chain(real.keys().filter(|name| !described.contains_key(*name)).map(|name| format!("{name:?} is unknown")))
        .collect();
    assert!(differ.is_empty(), "{}", differ.join("\n"));
}

/// A second run finds nothing to do.
#[actix_web::test]
async fn migrations_run_once() {
    let app = spawn_empty_app().await;
    assert!(migrate::run(app.db.url()).expect("a second run").is_empty());
}

/// A database from a newer version is refused with words that say what to do, and stays as it is.
#[actix_web::test]
async fn a_newer_database_is_refused() {
    let app = spawn_empty_app().await;
    app.execute(
        "INSERT INTO __diesel_schema_migrations (version, run_on) VALUES ('29991231000001', '2999-12-31 00:00:00')",
    );
    let refused = migrate::run(app.db.url()).expect_err("a newer database");
    assert!(matches!(refused, Failure::TooNew(_)), "{refused}");
    let words = refused.to_string();
    assert!(words.contains("newer version of Switchboard") && words.contains("29991231000001"), "{words}");
    assert_eq!(app.number("SELECT count(*) FROM staff"), 0);
}

/// A migration that fails leaves nothing behind: not the tables it made first, and no note that it ran.
#[test]
fn a_failing_migration_leaves_nothing() {
    // As a database of strangers: one table stands in the way of the first migration, after it has made others. No desk
    // has it open, whose workers would look into tables meanwhile.
    let folder = tempfile::tempdir().expect("a folder");
    let database = Database::unmigrated(folder.path());
    let tables = if database.is_sqlite() {
        "SELECT count(*) FROM sqlite_master WHERE type = 'table' AND name IN ('settings', 'staff', 'messages')"
    } else {
        "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'public' \
         AND table_name IN ('settings', 'staff', 'messages')"
    };
    database.connect().execute("CREATE TABLE messages (other TEXT)");
    let failed = migrate::run(database.url()).expect_err("messages is there already");
    assert!(matches!(failed, Failure::Migration(_)), "{failed}");
    assert_eq!(database.connect().number(tables), Some(1), "only the stranger's own table");
}

/// What points to rows that are deleted in ordinary use is found by an index: without one, whoever deletes a customer makes the
/// engine read whole tables, once for each row that goes along.
#[actix_web::test]
async fn what_goes_along_with_a_row_is_found_by_an_index() {
    // Nobody deletes staff, and a channel goes only before anybody has used it; the others are lists of some dozens.
    let parents = ["staff", "channels"];
    let small = ["conversation_tags.parent_id", "funnel_blocks.next_id"];
    let app = spawn_empty_app().await;
    let text = if app.is_sqlite() {
        "SELECT group_concat(t.name || '.' || f.\"from\" || ' ' || f.\"table\", char(10)) \
         FROM sqlite_master t, pragma_foreign_key_list(t.name) f WHERE t.type = 'table' AND f.seq = 0 \
         AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) p WHERE p.name = f.\"from\" AND p.pk = 1) \
         AND NOT EXISTS (SELECT 1 FROM pragma_index_list(t.name) i, pragma_index_info(i.name) c \
           LEFT JOIN sqlite_master s ON s.name = i.name \
           WHERE c.seqno = 0 AND c.name = f.\"from\" AND (i.partial = 0 OR s.sql LIKE '%WHERE ' || f.\"from\" || ' IS NOT NULL'))"
    } else {
        "SELECT string_agg(c.conrelid::regclass || '.' || a.attname || ' ' || c.confrelid::regclass, chr(10)) \
         FROM pg_constraint c JOIN pg_attribute a ON a.attrelid = c.conrelid AND a.attnum = c.conkey[1] \
         WHERE c.contype = 'f' AND NOT EXISTS (SELECT 1 FROM pg_index i WHERE i.indrelid = c.conrelid \
           AND i.indkey[0] = c.conkey[1] AND (i.indpred IS NULL \
             OR pg_get_expr(i.indpred, i.indrelid) = '(' || a.attname || ' IS NOT NULL)'))"
    };
    let all = app.text(text).unwrap_or_default();
    let found = all.lines().filter(|line| {
        let (column, parent) = line.split_once(' ').expect("a column and what it points to");
        !parents.contains(&parent) && !small.contains(&column)
    });
    assert_eq!(found.collect::<Vec<_>>(), Vec::<&str>::new());
}
