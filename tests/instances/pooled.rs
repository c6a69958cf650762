//! PgBouncer in transaction mode between the desk and PostgreSQL: each transaction may run on another connection.

use std::net::SocketAddr;
use std::process::{Command, Stdio};
use std::time::Duration;

use reqwest::Method;
use reqwest::multipart::Form;
use serde_json::json;
use tempfile::TempDir;
use uuid::Uuid;

use crate::balanced::{Killed, free_port, listening};
use crate::busy::answered;
use crate::support::process::{Process, serve};
use crate::support::{Client, Content, Database, OPERATOR, PASSWORD};

struct Pooled {
    database: Database,
    /// The database's address at the pooler.
    url: String,
    pooler: Killed,
    data: TempDir,
}

impl Pooled {
    /// Few connections for many, so that they are shared at once.
    fn new() -> Pooled {
        let data = tempfile::tempdir().expect("a folder");
        let database = Database::create(Content::Staff, data.path());
        assert!(!database.is_sqlite(), "set TEST_DATABASE_URL to a PostgreSQL server");
        let mut url = url::Url::parse(database.url()).expect("an address");
        let port = free_port();
        let (host, server) = (url.host_str().unwrap_or("127.0.0.1").to_owned(), url.port().unwrap_or(5432));
        let (user, folder) = (url.username().to_owned(), data.path().display());
        let users = data.path().join("users");
        std::fs::write(&users, format!("\"{user}\" \"{}\"\n", url.password().unwrap_or_default())).expect("written");
        let conf = format!(
            "[databases]\n* = host={host} port={server}\n[pgbouncer]\nlisten_addr = 127.0.0.1\nlisten_port = {port}\n\
             pool_mode = transaction\ndefault_pool_size = 3\nauth_type = trust\nauth_file = {}\nunix_socket_dir =\n\
             logfile = {folder}/pgbouncer.log\npidfile = {folder}/pgbouncer.pid\nignore_startup_parameters = extra_float_digits\n",
            users.display()
        );
        let file = data.path().join("pgbouncer.ini");
        std::fs::write(&file, conf).expect("written");
        let mut command = Command::new("pgbouncer");
        // It refuses to be root, so it reads its folder as the user that PostgreSQL has.
        if nix_root() {
            let status = Command::new("chown").args(["-R", "postgres"]).arg(data.path()).status().expect("chown");
            assert!(status.success());
            command.args(["--user", "postgres"]);
        }
        let mut child = command.arg(&file).stderr(Stdio::null()).spawn().expect("pgbouncer is installed");
        listening(SocketAddr::from(([127, 0, 0, 1], port)), &mut child);
        url.set_port(Some(port)).expect("a port");
        Pooled { database, url: url.into(), pooler: Killed(child), data }
    }

    /// As the README says.
    fn start(&self) -> Process {
        let mut command = serve(self.data.path(), &self.database);
        command.env("DATABASE_URL", &self.url).env("DATABASE_DIRECT_URL", self.database.url());
        command.env("SWITCHBOARD_PREPARED_STATEMENTS", "false");
        Process::start(command)
    }
}

fn nix_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.starts_with(b"0\n")
}

async fn sign_in(process: &Process) -> Client {
    let client = process.client();
    let login = answered(async || client.get("/login").await).await;
    let fields = [("email", OPERATOR), ("password", PASSWORD)];
    answered(async || client.submit(&login, "form", &fields).await).await.assert_status(303);
    client
}

/// Two instances behind it: pages, writes by many at once, and live updates from one to the other, which take the
/// direct way.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn two_instances_work_behind_a_pooler() {
    let pooled = Pooled::new();
    pooled.database.connect().execute(
        "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
         VALUES ('web_chat', 'Shop', 'shop', TRUE, '2026-01-05 09:00:00')",
    );
    let (one, other) = (pooled.start(), pooled.start());
    let operator = sign_in(&one).await;
    let mut stream = operator.events("/live").await;
    stream.until("sync").await;
    let mut visitors = vec![];
    for _ in 0..12 {
        let http = other.client();
        let hello = || http.request(Method::POST, "/chat/shop/session").json(&json!({}));
        let hello = answered(async || http.page(hello()).await).await;
        visitors
            .push(http.with_header("authorization", &format!("Bearer {}", hello.json()["token"].as_str().unwrap())));
    }
    let say = async |visitor: &Client, number: usize| {
        for round in 0..5 {
            // Sent again while the desk is busy, and kept once.
            let uuid = Uuid::new_v4().to_string();
            let text = format!("Visitor {number}, message {round}");
            let form = || Form::new().text("client_uuid", uuid.clone()).text("text", text.clone());
            let said = answered(async || visitor.post_multipart("/chat/shop/messages", form()).await).await;
            said.assert_status(200);
            answered(async || operator.get("/inbox").await).await.assert_status(200);
        }
    };
    futures_util::future::join_all(visitors.iter().enumerate().map(|(number, visitor)| say(visitor, number))).await;
    stream.until("inbox").await;
    assert_eq!(pooled.database.connect().number("SELECT count(*) FROM messages WHERE kind = 'customer'"), Some(60));
    operator.get("/customers?period=all").await.assert_status(200);
    operator.get("/search?q=visitor").await.assert_status(200);
}

/// The pooler goes away and comes back, as at its own upgrade.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_pooler_that_restarts_is_found_again() {
    let mut pooled = Pooled::new();
    let one = pooled.start();
    let operator = sign_in(&one).await;
    operator.get("/companies").await.assert_status(200);
    pooled.pooler.0.kill().expect("killed");
    pooled.pooler.0.wait().expect("gone");
    operator.get("/companies").await.assert_status(503);
    let mut command = Command::new("pgbouncer");
    if nix_root() {
        command.args(["--user", "postgres"]);
    }
    let child = command.arg(pooled.data.path().join("pgbouncer.ini")).stderr(Stdio::null()).spawn().expect("started");
    pooled.pooler = Killed(child);
    crate::support::eventually("a page again", async || (operator.get("/companies").await.status == 200).then_some(()))
        .await;
    tokio::time::sleep(Duration::from_millis(50)).await;
    operator.get("/companies").await.assert_status(200);
}
