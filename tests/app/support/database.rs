//! A fresh database for each test, cloned from one that was migrated once: a file of this process on SQLite, a template
//! database on PostgreSQL that all processes of a run share.

use std::hash::{DefaultHasher, Hash, Hasher};
use std::path::{Path, PathBuf};
use std::sync::OnceLock;
use std::sync::atomic::{AtomicU32, Ordering};

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Nullable, Text};

use super::staff;

/// What a new database holds.
#[derive(Clone, Copy)]
pub enum Content {
    Staff,
    Nobody,
}

/// Dropped with the test.
pub enum Database {
    Sqlite { url: String },
    Postgres { url: String, name: String },
}

impl Database {
    pub fn create(content: Content, folder: &Path) -> Database {
        match server() {
            None => Database::embedded(content, folder),
            Some(server) => Database::on_server(server, postgres_template(server, content)),
        }
    }

    /// On SQLite whatever the run is on: for what only a file can suffer.
    pub fn embedded(content: Content, folder: &Path) -> Database {
        let file = folder.join("switchboard.db");
        std::fs::write(&file, sqlite_template(content)).expect("a copy of the template");
        Database::Sqlite { url: file.to_str().expect("a path in UTF-8").into() }
    }

    /// One in which nothing is, not even a table: what an admin begins with.
    pub fn unmigrated(folder: &Path) -> Database {
        match server() {
            None => Database::Sqlite { url: folder.join("switchboard.db").to_str().expect("a path in UTF-8").into() },
            Some(server) => Database::on_server(server, "template0"),
        }
    }

    fn on_server(server: &str, template: &str) -> Database {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let name = format!("test_{}_{}", std::process::id(), COUNT.fetch_add(1, Ordering::Relaxed));
        // Left over from a killed process that had the same number.
        Direct::postgres(server).execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
        Direct::postgres(server).execute(&format!("CREATE DATABASE {name} TEMPLATE {template} ENCODING 'UTF8'"));
        Database::Postgres { url: at(server, &name), name }
    }

    pub fn url(&self) -> &str {
        match self {
            Database::Sqlite { url } | Database::Postgres { url, .. } => url,
        }
    }

    pub fn is_sqlite(&self) -> bool {
        matches!(self, Database::Sqlite { .. })
    }

    pub fn connect(&self) -> Direct {
        match self {
            Database::Sqlite { url } => Direct::sqlite(url),
            Database::Postgres { url, .. } => Direct::postgres(url),
        }
    }

    /// A connection to the server itself, past this database; on SQLite there is none.
    pub fn server(&self) -> Direct {
        Direct::postgres(server().expect("a server"))
    }

    /// Counts the jobs that the runner has yet to do, or is doing.
    pub fn jobs_due(&self) -> String {
        let now = match self {
            Database::Sqlite { .. } => "strftime('%Y-%m-%d %H:%M:%f', 'now')",
            Database::Postgres { .. } => "(now() AT TIME ZONE 'UTC')",
        };
        format!("SELECT count(*) FROM jobs WHERE dead_at IS NULL AND run_at <= {now}")
    }
}

impl Drop for Database {
    fn drop(&mut self) {
        if let (Database::Postgres { name, .. }, Some(server)) = (&*self, server()) {
            // A server that is gone takes its databases along; a failing test must not fail twice.
            if let Ok(mut connection) = PgConnection::establish(server) {
                let _ = connection.batch_execute(&format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)"));
            }
        }
    }
}

/// A connection past the product.
pub enum Direct {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = Nullable<BigInt>)]
    value: Option<i64>,
}

#[derive(QueryableByName)]
struct Words {
    #[diesel(sql_type = Nullable<Text>)]
    value: Option<String>,
}

impl Direct {
    pub fn sqlite(file: &str) -> Direct {
        let mut connection = SqliteConnection::establish(file).expect("the file opens");
        connection.batch_execute("PRAGMA busy_timeout = 10000; PRAGMA foreign_keys = ON").expect("settings");
        Direct::Sqlite(connection)
    }

    pub fn postgres(url: &str) -> Direct {
        let mut connection = PgConnection::establish(url).unwrap_or_else(|error| panic!("{url}: {error}"));
        connection.batch_execute("SET client_min_messages = warning; SET TIME ZONE 'UTC'").expect("settings");
        Direct::Postgres(connection)
    }

    pub fn execute(&mut self, sql: &str) {
        match self {
            Direct::Sqlite(connection) => connection.batch_execute(sql),
            Direct::Postgres(connection) => connection.batch_execute(sql),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub fn number(&mut self, sql: &str) -> Option<i64> {
        let query = format!("SELECT CAST(({sql}) AS BIGINT) AS value");
        match self {
            Direct::Sqlite(connection) => diesel::sql_query(query).get_result::<Number>(connection),
            Direct::Postgres(connection) => diesel::sql_query(query).get_result::<Number>(connection),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"))
        .value
    }

    pub fn text(&mut self, sql: &str) -> Option<String> {
        let query = format!("SELECT CAST(({sql}) AS TEXT) AS value");
        match self {
            Direct::Sqlite(connection) => diesel::sql_query(query).get_result::<Words>(connection),
            Direct::Postgres(connection) => diesel::sql_query(query).get_result::<Words>(connection),
        }
        .unwrap_or_else(|error| panic!("{error}: {sql}"))
        .value
    }
}

/// The PostgreSQL server of this run, if it is not a run on SQLite.
fn server() -> Option<&'static str> {
    static SERVER: OnceLock<Option<String>> = OnceLock::new();
    SERVER
        .get_or_init(|| {
            std::env::var_os("TEST_DATABASE_URL")
                .map(|url| url.into_string().expect("an address in UTF-8"))
                .filter(|url| !url.is_empty())
        })
        .as_deref()
}

/// The same server, another database.
fn at(server: &str, name: &str) -> String {
    let mut url = url::Url::parse(server).expect("TEST_DATABASE_URL is postgres://user@host:port/database");
    url.set_path(name);
    url.into()
}

/// The bytes of a migrated file, made once a process.
fn sqlite_template(content: Content) -> &'static [u8] {
    static STAFF: OnceLock<Vec<u8>> = OnceLock::new();
    static NOBODY: OnceLock<Vec<u8>> = OnceLock::new();
    let made = match content {
        Content::Staff => &STAFF,
        Content::Nobody => &NOBODY,
    };
    made.get_or_init(|| {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let file: PathBuf = folder.path().join("template.db");
        let path = file.to_str().expect("a path in UTF-8");
        switchboard::db::migrate::run(path).expect("the migrations run");
        let mut direct = Direct::sqlite(path);
        fill(&mut direct, content);
        // One file without its log, so that its bytes are all of it.
        direct.execute("PRAGMA wal_checkpoint(TRUNCATE)");
        drop(direct);
        std::fs::read(&file).expect("the template")
    })
}

/// The name of a migrated database, made once for these migrations and this content on this server.
fn postgres_template(server: &str, content: Content) -> &'static str {
    static STAFF: OnceLock<String> = OnceLock::new();
    static NOBODY: OnceLock<String> = OnceLock::new();
    let (made, kind) = match content {
        Content::Staff => (&STAFF, "staff"),
        Content::Nobody => (&NOBODY, "nobody"),
    };
    made.get_or_init(|| {
        let name = format!("template_{kind}_{:016x}", migrations_hash());
        let unfinished = format!("{name}_new");
        let mut direct = Direct::postgres(server);
        // One process makes it, the others wait; the lock ends with the connection.
        direct.execute("SELECT pg_advisory_lock(20260105)");
        if direct.number(&format!("SELECT count(*) FROM pg_database WHERE datname = '{name}'")) == Some(0) {
            direct.execute(&format!("DROP DATABASE IF EXISTS {unfinished} WITH (FORCE)"));
            direct.execute(&format!("CREATE DATABASE {unfinished} TEMPLATE template0 ENCODING 'UTF8'"));
            let url = at(server, &unfinished);
            switchboard::db::migrate::run(&url).expect("the migrations run");
            fill(&mut Direct::postgres(&url), content);
            direct.execute(&format!("ALTER DATABASE {unfinished} RENAME TO {name}"));
        }
        name
    })
}

fn fill(direct: &mut Direct, content: Content) {
    if matches!(content, Content::Staff) {
        direct.execute(&staff::everyone());
    }
}

/// Changes when a migration does, or the staff of a template.
fn migrations_hash() -> u64 {
    let mut hasher = DefaultHasher::new();
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("migrations/postgres");
    let mut files: Vec<PathBuf> =
        std::fs::read_dir(&folder).expect("migrations").map(|entry| entry.expect("an entry").path()).collect();
    files.sort();
    for file in files {
        file.file_name().hash(&mut hasher);
        std::fs::read(file.join("up.sql")).expect("up.sql").hash(&mut hasher);
    }
    include_str!("staff.rs").hash(&mut hasher);
    hasher.finish()
}
