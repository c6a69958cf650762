//! Brings the schema up to date: forward only, in one transaction, refusing a database from a newer version.

use std::path::Path;

use diesel::connection::{AnsiTransactionManager, SimpleConnection, TransactionManager};
use diesel::migration::{Migration, MigrationSource, MigrationVersion};
use diesel::prelude::*;
use diesel_migrations::{EmbeddedMigrations, MigrationHarness, embed_migrations};

use super::conn::{Access, Connector, is_sqlite};
use super::{Conn, Failure};
use diesel::r2d2::ManageConnection;

const SQLITE: EmbeddedMigrations = embed_migrations!("migrations/sqlite");
const POSTGRES: EmbeddedMigrations = embed_migrations!("migrations/postgres");

/// Any number, as long as every instance takes the same: one migrates, the others wait.
const ADVISORY_LOCK: i64 = 7_364_281_190;

/// Runs what is missing and returns the names of the migrations that it ran.
pub fn run(url: &str) -> Result<Vec<String>, Failure> {
    let mut opened = Connector::to(url, Access::First).connect()?;
    match &mut opened.conn {
        Conn::Sqlite(sqlite) => {
            AnsiTransactionManager::begin_transaction_sql(sqlite, "BEGIN IMMEDIATE")?;
            finish(pending(sqlite, SQLITE), sqlite)
        }
        Conn::Postgres(pg) => {
            AnsiTransactionManager::begin_transaction(pg)?;
            pg.batch_execute(&format!("SELECT pg_advisory_xact_lock({ADVISORY_LOCK})"))?;
            finish(pending(pg, POSTGRES), pg)
        }
    }
}

/// Whether a file of SQLite that is there lacks something. PostgreSQL is migrated while others work on it.
pub fn is_behind(url: &str) -> Result<bool, Failure> {
    if !is_sqlite(url) || !Path::new(url).exists() {
        return Ok(false);
    }
    match &mut Connector::to(url, Access::Write).connect()?.conn {
        Conn::Sqlite(sqlite) => Ok(!missing(sqlite, SQLITE)?.is_empty()),
        Conn::Postgres(_) => Ok(false),
    }
}

/// The versions of all migrations of this program; both engines have the same.
pub fn known() -> Result<Vec<String>, Failure> {
    let all: Vec<Box<dyn Migration<diesel::sqlite::Sqlite>>> =
        SQLITE.migrations().map_err(|e| Failure::Migration(e.to_string()))?;
    Ok(all.iter().map(|migration| migration.name().version().to_string()).collect())
}

fn pending<C>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<String>, Failure>
where
    C: MigrationHarness<C::Backend> + Connection,
    EmbeddedMigrations: MigrationSource<C::Backend>,
{
    let mut ran = vec![];
    for migration in missing(conn, source)? {
        conn.run_migration(&migration).map_err(failed)?;
        ran.push(migration.name().to_string());
    }
    Ok(ran)
}

/// What has not run there yet.
fn missing<C>(conn: &mut C, source: EmbeddedMigrations) -> Result<Vec<Box<dyn Migration<C::Backend>>>, Failure>
where
    C: MigrationHarness<C::Backend> + Connection,
    EmbeddedMigrations: MigrationSource<C::Backend>,
{
    let known: Vec<Box<dyn Migration<C::Backend>>> = source.migrations().map_err(failed)?;
    let applied = conn.applied_migrations().map_err(failed)?;
    let names: Vec<MigrationVersion> = known.iter().map(|m| m.name().version().as_owned()).collect();
    if let Some(foreign) = applied.iter().find(|version| !names.contains(version)) {
        return Err(Failure::TooNew(foreign.to_string()));
    }
    Ok(known.into_iter().filter(|m| !applied.contains(&m.name().version().as_owned())).collect())
}

fn failed(error: Box<dyn std::error::Error + Send + Sync>) -> Failure {
    Failure::Migration(error.to_string())
}

fn finish<C>(outcome: Result<Vec<String>, Failure>, conn: &mut C) -> Result<Vec<String>, Failure>
where
    C: Connection<TransactionManager = AnsiTransactionManager>,
{
    match outcome {
        Ok(ran) => AnsiTransactionManager::commit_transaction(conn).map(|()| ran).map_err(Failure::from),
        Err(failure) => {
            // The reason is worth more than a rollback that fails as well.
            let _ = AnsiTransactionManager::rollback_transaction(conn);
            Err(failure)
        }
    }
}
