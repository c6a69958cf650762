//! The data sets: made by the binary's own `demo`, once.

use std::path::PathBuf;
use std::process::Command;

use diesel::connection::SimpleConnection;
use diesel::prelude::*;
use diesel::sql_types::{BigInt, Text};

use crate::Options;

pub struct Set {
    pub customers: u64,
    pub folder: PathBuf,
    /// `None`: SQLite.
    pub url: Option<String>,
}

#[derive(QueryableByName)]
struct Number {
    #[diesel(sql_type = BigInt)]
    value: i64,
}

#[derive(QueryableByName, Clone)]
pub struct Searched {
    #[diesel(sql_type = BigInt)]
    pub id: i64,
    #[diesel(sql_type = Text)]
    pub text: String,
}

/// A connection past the product, of either engine.
pub enum Direct {
    Sqlite(SqliteConnection),
    Postgres(PgConnection),
}

impl Direct {
    pub fn number(&mut self, sql: &str) -> i64 {
        let sql = format!("SELECT CAST(({sql}) AS BIGINT) AS value");
        match self {
            Direct::Sqlite(conn) => diesel::sql_query(sql).get_result::<Number>(conn),
            Direct::Postgres(conn) => diesel::sql_query(sql).get_result::<Number>(conn),
        }
        .expect("a number")
        .value
    }

    pub fn searched(&mut self) -> Vec<Searched> {
        let sql = "SELECT id, search_text AS text FROM customers ORDER BY last_activity_at DESC, id DESC";
        match self {
            Direct::Sqlite(conn) => diesel::sql_query(sql).load(conn),
            Direct::Postgres(conn) => diesel::sql_query(sql).load(conn),
        }
        .expect("the search texts")
    }
}

impl Set {
    pub fn engine(&self) -> &'static str {
        if self.url.is_some() { "PostgreSQL" } else { "SQLite" }
    }

    pub fn name(&self) -> String {
        format!("{} {}", self.engine(), self.customers)
    }

    pub fn connect(&self) -> Direct {
        match &self.url {
            Some(url) => Direct::Postgres(PgConnection::establish(url).expect("PostgreSQL")),
            None => {
                let path = self.folder.join("switchboard.sqlite");
                let mut conn = SqliteConnection::establish(path.to_str().expect("a path")).expect("the file");
                conn.batch_execute("PRAGMA mmap_size = 1099511627776; PRAGMA query_only = ON").expect("settings");
                Direct::Sqlite(conn)
            }
        }
    }

    /// Changes it past the product.
    pub fn change(&self, sql: &str) {
        match &self.url {
            Some(url) => PgConnection::establish(url).expect("PostgreSQL").batch_execute(sql),
            None => {
                let path = self.folder.join("switchboard.sqlite");
                let mut conn = SqliteConnection::establish(path.to_str().expect("a path")).expect("the file");
                conn.batch_execute("PRAGMA busy_timeout = 10000").and_then(|()| conn.batch_execute(sql))
            }
        }
        .expect("a change");
    }

    /// What the binary is given to find it.
    pub fn arguments(&self) -> Vec<String> {
        let mut arguments = vec!["--data".into(), self.folder.to_string_lossy().into_owned()];
        if let Some(url) = &self.url {
            arguments.extend(["--database-url".into(), url.clone()]);
        }
        arguments
    }
}

/// The data set of this size; made unless it is there.
pub fn make(options: &Options, customers: u64, postgres: Option<&str>) -> Set {
    let engine = if postgres.is_some() { "postgres" } else { "sqlite" };
    let folder = options.data.join(format!("{engine}-{customers}"));
    let url = postgres.map(|server| {
        let mut url = url::Url::parse(server).expect("postgres://user@host:port/postgres");
        url.set_path(&format!("switchboard_bench_{customers}"));
        url.to_string()
    });
    let set = Set { customers, folder, url };
    let done = set.folder.join("done");
    if done.exists() {
        return set;
    }
    std::fs::create_dir_all(&set.folder).expect("a folder");
    if let Some(server) = postgres {
        let mut conn = PgConnection::establish(server).expect("PostgreSQL");
        // There already: a load that was interrupted is begun again.
        let _ = conn.batch_execute(&format!("CREATE DATABASE switchboard_bench_{customers}"));
    }
    let status = Command::new(&options.binary)
        .arg("demo")
        .args(["--customers", &customers.to_string()])
        .args(["--conversations", &(customers * 2).to_string()])
        .args(["--messages", &(customers * 10).to_string()])
        .args(set.arguments())
        .env_remove("DATABASE_URL")
        .status()
        .expect("the binary starts");
    assert!(status.success(), "the data set was not made");
    std::fs::write(done, "").expect("a note");
    set
}
