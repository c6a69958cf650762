//! The data sets: made by the binary's own `demo`, once.

use std::path::PathBuf;
use std::process::Command;

use tokio_postgres::NoTls;

use crate::Options;

pub struct Set {
    pub customers: u64,
    pub folder: PathBuf,
    /// `None`: SQLite.
    pub url: Option<String>,
}

#[derive(Clone)]
pub struct Searched {
    pub id: i64,
    pub text: String,
}

/// A connection past the desk, of either engine.
pub enum Direct {
    Sqlite(rusqlite::Connection),
    Postgres(tokio_postgres::Client),
}

impl Direct {
    pub async fn number(&self, sql: &str) -> i64 {
        let sql = format!("SELECT CAST(({sql}) AS BIGINT)");
        let number = match self {
            Direct::Sqlite(conn) => conn.query_row(&sql, [], |row| row.get(0)).map_err(|e| e.to_string()),
            Direct::Postgres(client) => {
                client.query_one(&sql, &[]).await.and_then(|row| row.try_get(0)).map_err(|e| e.to_string())
            }
        };
        number.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    pub async fn text(&self, sql: &str) -> String {
        let text = match self {
            Direct::Sqlite(conn) => conn.query_row(sql, [], |row| row.get(0)).map_err(|e| e.to_string()),
            Direct::Postgres(client) => {
                client.query_one(sql, &[]).await.and_then(|row| row.try_get(0)).map_err(|e| e.to_string())
            }
        };
        text.unwrap_or_else(|error| panic!("{error}: {sql}"))
    }

    pub async fn change(&self, sql: &str) {
        let done = match self {
            Direct::Sqlite(conn) => conn.execute_batch(sql).map_err(|e| e.to_string()),
            Direct::Postgres(client) => client.batch_execute(sql).await.map_err(|e| e.to_string()),
        };
        done.unwrap_or_else(|error| panic!("{error}: {sql}"));
    }

    pub async fn searched(&self) -> Vec<Searched> {
        let sql = "SELECT id, search_text FROM customers ORDER BY last_activity_at DESC, id DESC";
        match self {
            Direct::Sqlite(conn) => {
                let mut statement = conn.prepare(sql).expect("a statement");
                let rows = statement.query_map([], |row| Ok(Searched { id: row.get(0)?, text: row.get(1)? }));
                rows.expect("the search texts").map(|row| row.expect("a row")).collect()
            }
            Direct::Postgres(client) => {
                let rows = client.query(sql, &[]).await.expect("the search texts");
                rows.iter().map(|row| Searched { id: row.get(0), text: row.get(1) }).collect()
            }
        }
    }
}

/// A connection to a PostgreSQL database; it ends with the client.
async fn postgres(url: &str) -> tokio_postgres::Client {
    let (client, connection) = tokio_postgres::connect(url, NoTls).await.unwrap_or_else(|e| panic!("{e}: {url}"));
    tokio::spawn(connection);
    client
}

/// The same server with another database, and that database's name.
fn beside(url: &str, name: &str) -> String {
    let (server, _) = url.rsplit_once('/').expect("postgres://user@host:port/postgres");
    format!("{server}/{name}")
}

impl Set {
    pub fn engine(&self) -> &'static str {
        if self.url.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.engine(), crate::report::thousands(self.customers))
    }

    fn file(&self) -> PathBuf {
        self.folder.join("switchboard.sqlite")
    }

    /// A connection for questions. On SQLite with the settings that the desk reads with.
    pub async fn connect(&self) -> Direct {
        match &self.url {
            Some(url) => Direct::Postgres(postgres(url).await),
            None => {
                let conn = rusqlite::Connection::open(self.file()).expect("the file");
                let settings = "PRAGMA busy_timeout = 10000; PRAGMA mmap_size = 1099511627776; PRAGMA query_only = ON";
                conn.execute_batch(settings).expect("settings");
                Direct::Sqlite(conn)
            }
        }
    }

    /// Reads the database once from end to end: what the system has put out of memory meanwhile would be measured as the
    /// disk's time.
    pub async fn read_through(&self) {
        match &self.url {
            Some(_) => {
                let all = "CREATE EXTENSION IF NOT EXISTS pg_prewarm; SELECT pg_prewarm(oid, 'read') FROM pg_class \
                           WHERE relkind IN ('r', 'i', 't') AND relnamespace <> 'pg_catalog'::regnamespace";
                self.connect().await.change(all).await;
            }
            None => {
                let mut file = std::fs::File::open(self.file()).expect("the file");
                std::io::copy(&mut file, &mut std::io::sink()).expect("the file");
            }
        }
    }

    /// A connection that may write, and whose writes are on disk when they are done, as the desk's are.
    pub async fn connect_to_write(&self) -> Direct {
        let direct = self.connect().await;
        if let Direct::Sqlite(_) = direct {
            direct.change("PRAGMA query_only = OFF; PRAGMA synchronous = FULL").await;
        }
        direct
    }

    /// What the binary is given to find it.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--data".into(), self.folder.to_string_lossy().into_owned()];
        if let Some(url) = &self.url {
            arguments.extend(["--database-url".into(), url.clone()]);
        }
        arguments
    }

    /// A copy to write to. Nobody may have the set open.
    pub async fn copy(&self) -> Set {
        let folder = PathBuf::from(format!("{}-written", self.folder.display()));
        let _ = std::fs::remove_dir_all(&folder);
        let copied = Command::new("cp").args(["-a", "--reflink=auto"]).arg(&self.folder).arg(&folder).status();
        assert!(copied.expect("cp").success(), "the data set was not copied");
        let url = match &self.url {
            Some(url) => {
                let name = url.rsplit('/').next().unwrap_or_default();
                let client = postgres(&beside(url, "postgres")).await;
                let drop = format!("DROP DATABASE IF EXISTS {name}_written");
                let make = format!("CREATE DATABASE {name}_written TEMPLATE {name} STRATEGY file_copy");
                client.batch_execute(&drop).await.expect("no old copy");
                client.batch_execute(&make).await.expect("a copy");
                Some(format!("{url}_written"))
            }
            None => None,
        };
        // Else what is measured first waits until gigabytes are on disk.
        let synced = Command::new("sync").status().expect("sync");
        assert!(synced.success(), "the copy is not on disk");
        Set { customers: self.customers, folder, url }
    }

    /// Removes a copy.
    pub async fn remove(self) {
        std::fs::remove_dir_all(&self.folder).expect("the copy is removed");
        if let Some(url) = &self.url {
            let name = url.rsplit('/').next().unwrap_or_default();
            let client = postgres(&beside(url, "postgres")).await;
            let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
            client.batch_execute(&drop).await.expect("the copy is removed");
        }
    }
}

/// The newest migration: what was made before it may lack what is there now.
fn newest_migration() -> String {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../../migrations/sqlite");
    let names = std::fs::read_dir(folder)
        .expect("the migrations")
        .filter_map(|entry| entry.ok()?.file_name().into_string().ok());
    names.max().expect("a migration")
}

/// The data set of this size; made unless it is there, by a program with the same migrations.
pub async fn make(options: &Options, customers: u64, server: Option<&str>) -> Set {
    let engine = if server.is_some() { "postgres" } else { "sqlite" };
    let folder = options.data.join(format!("{engine}-{customers}"));
    let name = format!("switchboard_bench_{customers}");
    let set = Set { customers, folder, url: server.map(|url| beside(url, &name)) };
    let done = set.folder.join("done");
    let version = newest_migration();
    match std::fs::read_to_string(&done) {
        Ok(made_at) if made_at == version => return set,
        Ok(_) => {
            eprintln!("the {engine} data set of {customers} is older than the newest migration: it is made anew");
            std::fs::remove_dir_all(&set.folder).expect("the old set is removed");
            if let Some(server) = server {
                let drop = format!("DROP DATABASE IF EXISTS {name} WITH (FORCE)");
                postgres(server).await.batch_execute(&drop).await.expect("the old set is removed");
            }
        }
        Err(_) => {}
    }
    std::fs::create_dir_all(&set.folder).expect("a folder");
    if let Some(server) = server {
        // There already: a load that was interrupted is begun again.
        let _ = postgres(server).await.batch_execute(&format!("CREATE DATABASE {name}")).await;
    }
    let status = Command::new(options.binary())
        .arg("demo")
        .args(["--customers", &customers.to_string()])
        .args(["--conversations", &(customers * 2).to_string()])
        .args(["--messages", &(customers * 10).to_string()])
        .args(set.arguments())
        .env_remove("DATABASE_URL")
        .status()
        .expect("the binary starts");
    assert!(status.success(), "the data set was not made");
    std::fs::write(done, version).expect("a note");
    set
}
