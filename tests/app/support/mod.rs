//! How a test is written:
//!
//! ```ignore
//! let app = spawn_app().await;                        // a server and a database of its own, four staff
//! let operator = app.sign_in(OPERATOR).await;         // cookies, no redirects followed
//! let page = operator.get("/customers").await;
//! page.assert_status(200);
//! assert_eq!(page.select("h1"), ["Customers"]);
//! let region = operator.htmx("/customers?q=anna", "section#results").await;
//! region.assert_region("results");
//! let sent = operator.submit(&page, "form#new", &[("name", "Anna")]).await;   // hidden fields come along
//! sent.assert_status(303);
//! ```
//!
//! `app.db` is the product's own door to the database; `app.number`, `app.text` and `app.execute` go round it.
//! The same tests run on PostgreSQL when `TEST_DATABASE_URL` names a server where databases may be created.

// Each test binary uses its part of this.
#![allow(dead_code, unused_imports)]

mod client;
pub mod database;
pub mod desk;
pub mod holding;
mod page;
pub mod process;
pub mod staff;
pub mod telegram;
mod waiting;
pub mod whatsapp;

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::sync::mpsc::{Receiver, channel};
use std::time::Duration;

use switchboard::config::Config;
use switchboard::customers::Addressing;
use switchboard::db::Db;
use switchboard::secrets::Secrets;
use tempfile::TempDir;
use tokio::sync::oneshot;

pub use client::{Client, Event, Events};
pub use database::{Content, Database, Direct};
use holding::make_connections;
pub use page::Page;
pub use staff::{ADMIN, OPERATOR, PASSWORD, SECOND_OPERATOR, SUPERVISOR};
pub use waiting::eventually;

/// Longer than any start or graceful stop on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// How long a desk waits for a double of a provider: longer than a double takes on a busy machine.
pub const PROVIDER_PATIENCE: Duration = Duration::from_secs(20);
/// The same where a double keeps silent.
pub const SHORT_PATIENCE: Duration = Duration::from_secs(4);

type Settings = Arc<dyn Fn(&mut Config)>;

/// A running desk with a database and a data folder of its own.
// Fields are dropped in this order: the server stops before its database goes.
pub struct TestApp {
    server: Option<Server>,
    pub address: SocketAddr,
    pub db: Db,
    settings: Settings,
    database: Database,
    data: TempDir,
}

/// A desk with the staff of [`staff`].
pub async fn spawn_app() -> TestApp {
    spawn_app_with(|_| ()).await
}

/// The same with settings of its own.
pub async fn spawn_app_with(settings: impl Fn(&mut Config) + 'static) -> TestApp {
    TestApp::start(Content::Staff, Arc::new(settings)).await
}

/// A desk with staff on SQLite, whatever engine the run is on.
pub async fn spawn_embedded_app() -> TestApp {
    let data = tempfile::tempdir().expect("a temporary folder");
    let database = Database::embedded(Content::Staff, data.path());
    TestApp::on(data, database, Arc::new(|_| ())).await
}

/// A desk on its first day: migrated, nobody in it.
pub async fn spawn_empty_app() -> TestApp {
    spawn_empty_app_with(|_| ()).await
}

/// The same with settings of its own.
pub async fn spawn_empty_app_with(settings: impl Fn(&mut Config) + 'static) -> TestApp {
    TestApp::start(Content::Nobody, Arc::new(settings)).await
}

impl TestApp {
    async fn start(content: Content, settings: Settings) -> TestApp {
        let data = tempfile::tempdir().expect("a temporary folder");
        let database = Database::create(content, data.path());
        TestApp::on(data, database, settings).await
    }

    async fn on(data: TempDir, database: Database, settings: Settings) -> TestApp {
        let (server, address, db) = started(config(&data, &database, &settings)).await;
        TestApp { server: Some(server), address, db, settings, database, data }
    }

    /// Stops the server and starts it again on the same data, at another port.
    pub async fn restart(&mut self) {
        drop(self.server.take());
        let (server, address, db) = started(config(&self.data, &self.database, &self.settings)).await;
        (self.server, self.address, self.db) = (Some(server), address, db);
    }

    /// Stops the server, as for an upgrade.
    pub fn stop(&mut self) {
        drop(self.server.take());
    }

    /// Starts it again on the same data, at the same address: open pages find it there.
    pub async fn start_again(&mut self) {
        let mut config = config(&self.data, &self.database, &self.settings);
        config.listen = self.address.to_string();
        let (server, address, db) = started(config).await;
        (self.server, self.address, self.db) = (Some(server), address, db);
    }

    /// How this desk reads addresses: by its key file.
    pub fn addressing(&self) -> Addressing {
        let config = config(&self.data, &self.database, &self.settings);
        Addressing::new(&config, &Secrets::load(&config.key_path()).expect("the key file"))
    }

    /// The address of a path, which begins with a slash.
    pub fn url(&self, path: &str) -> String {
        format!("http://{}{path}", self.address)
    }

    pub fn data(&self) -> PathBuf {
        self.data.path().to_owned()
    }

    /// Whether this run is on the embedded engine.
    pub fn is_sqlite(&self) -> bool {
        self.database.is_sqlite()
    }

    /// A browser that nobody has signed in with.
    pub fn anonymous(&self) -> Client {
        Client::new(self.address)
    }

    /// A browser signed in through the login page.
    pub async fn sign_in(&self, email: &str) -> Client {
        let client = self.anonymous();
        let login = client.get("/login").await;
        login.assert_status(200);
        let answer = client.submit(&login, "form", &[("email", email), ("password", PASSWORD)]).await;
        answer.assert_status(303);
        client
    }

    /// Adds a member of staff with [`PASSWORD`] and returns their id.
    pub fn staff(&self, email: &str, role: &str) -> i64 {
        self.execute(&staff::insert(email, email.split('@').next().unwrap_or(email), role));
        self.staff_id(email)
    }

    pub fn staff_id(&self, email: &str) -> i64 {
        self.number(&format!("SELECT id FROM staff WHERE email = '{email}'"))
    }

    /// The one number that a query answers; panics when there is none.
    pub fn number(&self, sql: &str) -> i64 {
        self.database.connect().number(sql).unwrap_or_else(|| panic!("no number: {sql}"))
    }

    /// The one text that a query answers; nothing for NULL and for no row.
    pub fn text(&self, sql: &str) -> Option<String> {
        self.database.connect().text(sql)
    }

    /// Runs statements past the product: for states that no page can bring about.
    pub fn execute(&self, sql: &str) {
        self.database.connect().execute(sql);
        self.db.written_elsewhere();
    }

    /// From now on, what is done to rows of a table that fit fails with these words, as it would in a broken database.
    /// `deed`: INSERT or UPDATE; `rows`: a condition of `NEW`.
    pub fn breaks(&self, table: &str, deed: &str, rows: &str, words: &str) {
        let begin = format!("CREATE TRIGGER broken BEFORE {deed} ON {table} FOR EACH ROW WHEN ({rows})");
        self.execute(&if self.is_sqlite() {
            format!("{begin} BEGIN SELECT RAISE(ABORT, '{words}'); END")
        } else {
            format!(
                "CREATE FUNCTION breaks() RETURNS trigger AS $$ BEGIN RAISE EXCEPTION '{words}'; END $$ \
                 LANGUAGE plpgsql; {begin} EXECUTE FUNCTION breaks()"
            )
        });
    }

    /// Ends that.
    pub fn mended(&self, table: &str) {
        let on = if self.is_sqlite() { String::new() } else { format!(" ON {table}; DROP FUNCTION breaks()") };
        self.execute(&format!("DROP TRIGGER broken{on}"));
    }

    /// A connection past the product, for many questions in a row.
    pub fn direct(&self) -> Direct {
        self.database.connect()
    }

    /// A connection to the PostgreSQL server, past this desk's database.
    pub fn server(&self) -> Direct {
        self.database.server()
    }

    /// Waits until no background job is due.
    pub async fn jobs_done(&self) {
        let due = self.database.jobs_due();
        eventually("no job due", async || (self.number(&due) == 0).then_some(())).await;
    }
}

/// The one number that a query on an SQLite file answers, for databases that no desk here runs on.
pub fn sqlite_number(file: &str, sql: &str) -> i64 {
    Direct::sqlite(file).number(sql).unwrap_or_else(|| panic!("no number: {sql}"))
}

/// Runs statements on an SQLite file.
pub fn sqlite_execute(file: &str, sql: &str) {
    Direct::sqlite(file).execute(sql);
}

fn config(data: &TempDir, database: &Database, settings: &Settings) -> Config {
    let mut config = Config {
        data: data.path().to_owned(),
        listen: "127.0.0.1:0".into(),
        database_url: Some(database.url().to_owned()),
        // Made when they are needed. With few, whoever comes at the same moment as others is told to come again.
        connections: 16,
        // Many desks run at once.
        workers: Some(2),
        // A test does such work itself, when it is its turn.
        rounds: false,
        ..Config::default()
    };
    settings(&mut config);
    config
}

/// A running server that has its usual connections.
async fn started(config: Config) -> (Server, SocketAddr, Db) {
    let (server, address, db) = Server::start(config).await;
    make_connections(&db, 4).await;
    (server, address, db)
}

/// The server on a thread and a runtime of its own, so that dropping it can wait for its end, in a failing test too.
struct Server {
    stop: Option<oneshot::Sender<()>>,
    stopped: Receiver<()>,
}

impl Server {
    async fn start(config: Config) -> (Server, SocketAddr, Db) {
        let (started, starting) = oneshot::channel();
        let (stop, stopping) = oneshot::channel::<()>();
        let (end, stopped) = channel();
        let serve = move || {
            actix_web::rt::System::new().block_on(async move {
                match switchboard::app::start(config).await {
                    Ok(running) => {
                        let _ = started.send(Ok((running.address, running.db.clone())));
                        let _ = stopping.await;
                        running.stop().await.expect("the desk stops");
                    }
                    Err(error) => {
                        let _ = started.send(Err(format!("{error:?}")));
                    }
                }
            });
            let _ = end.send(());
        };
        std::thread::Builder::new().name("desk".into()).spawn(serve).expect("a thread");
        let (address, db) = tokio::time::timeout(PATIENCE, starting)
            .await
            .expect("the desk starts in time")
            .expect("the desk does not panic while it starts")
            .unwrap_or_else(|error| panic!("the desk does not start: {error}"));
        (Server { stop: Some(stop), stopped }, address, db)
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        drop(self.stop.take());
        let stopped = self.stopped.recv_timeout(PATIENCE);
        if !std::thread::panicking() {
            stopped.expect("the desk stops in time and without a panic");
        }
    }
}
