//! Files in a bucket: two instances, as real processes, and a real S3-compatible server, moto's, which checks signatures.
//! `tests/run` installs it; `TEST_S3_PYTHON` names the Python that has it.

use std::io::{BufRead, BufReader, Write};
use std::net::SocketAddr;
use std::process::{Child, ChildStdin, ChildStdout, Command, Stdio};
use std::time::{Duration, Instant};

use reqwest::Method;
use reqwest::multipart::{Form, Part};
use serde_json::json;
use switchboard::files::{Files, actions};
use tempfile::TempDir;
use tokio::net::{TcpListener, TcpStream};
use tokio::task::{AbortHandle, JoinSet};
use uuid::Uuid;

use crate::support::process::{Process, refusal, serve};
use crate::support::{Client, Content, Database, OPERATOR, PASSWORD, Page, eventually, spawn_app};

const PLACE: &str = "s3://desk/files";
const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR\0\0\0\x01\0\0\0\x01";

/// The storage server; it ends with its input.
struct Bucket {
    child: Child,
    told: ChildStdin,
    says: BufReader<ChildStdout>,
    address: String,
    key: String,
    secret: String,
}

impl Bucket {
    #[expect(clippy::disallowed_methods, reason = "no setting of the desk's")]
    fn start() -> Bucket {
        let python = std::env::var("TEST_S3_PYTHON").expect("TEST_S3_PYTHON: a Python that has moto");
        let script = concat!(env!("CARGO_MANIFEST_DIR"), "/tests/instances/s3/server.py");
        let mut command = Command::new(python);
        command.arg(script).stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::null());
        let mut child = command.spawn().expect("the storage server starts");
        let told = child.stdin.take().expect("its input");
        let mut says = BufReader::new(child.stdout.take().expect("its output"));
        let mut line = String::new();
        says.read_line(&mut line).expect("a line");
        let words: Vec<String> = line.split_whitespace().map(str::to_owned).collect();
        let [address, key, secret] = words.try_into().unwrap_or_else(|_| panic!("not ready: {line}"));
        Bucket { child, told, says, address, key, secret }
    }

    /// What a desk is given to find it, by way of `endpoint`.
    fn settings(&self, endpoint: &str) -> [(String, String); 5] {
        [
            ("AWS_ACCESS_KEY_ID", self.key.as_str()),
            ("AWS_SECRET_ACCESS_KEY", self.secret.as_str()),
            ("AWS_REGION", "us-east-1"),
            ("AWS_ENDPOINT", endpoint),
            ("AWS_ALLOW_HTTP", "true"),
        ]
        .map(|(name, value)| (name.to_owned(), value.to_owned()))
    }

    /// Does as it is told, and says which objects there are.
    fn tell(&mut self, what: &str) -> Vec<String> {
        writeln!(self.told, "{what}").expect("told");
        let mut line = String::new();
        self.says.read_line(&mut line).expect("a line");
        serde_json::from_str(&line).unwrap_or_else(|_| panic!("{what}: {line}"))
    }
}

impl Drop for Bucket {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The way to the bucket, which can be closed: connections are refused, those that there are end.
struct Way {
    here: SocketAddr,
    there: String,
    open: Option<AbortHandle>,
}

impl Way {
    async fn to(bucket: &Bucket) -> Way {
        let there = bucket.address.trim_start_matches("http://").to_owned();
        let listener = TcpListener::bind("127.0.0.1:0").await.expect("a port");
        let mut way = Way { here: listener.local_addr().expect("an address"), there, open: None };
        way.carry(listener);
        way
    }

    fn carry(&mut self, listener: TcpListener) {
        let there = self.there.clone();
        let carrying = tokio::spawn(async move {
            // Dropped with this task, and every connection with it.
            let mut connections = JoinSet::new();
            while let Ok((mut near, _)) = listener.accept().await {
                let there = there.clone();
                connections.spawn(async move {
                    let mut far = TcpStream::connect(there).await.expect("the storage server is there");
                    let _ = tokio::io::copy_bidirectional(&mut near, &mut far).await;
                });
            }
        });
        self.open = Some(carrying.abort_handle());
    }

    async fn close(&mut self) {
        if let Some(open) = self.open.take() {
            open.abort();
        }
        eventually("nobody listens", async || TcpStream::connect(self.here).await.err()).await;
    }

    async fn open(&mut self) {
        let listener = eventually("the port is free", async || TcpListener::bind(self.here).await.ok()).await;
        self.carry(listener);
    }

    fn address(&self) -> String {
        format!("http://{}", self.here)
    }
}

/// Two instances on one database, their files in the bucket.
struct Desks {
    one: Process,
    other: Process,
    database: Database,
    _data: TempDir,
}

impl Desks {
    /// Started beside this thread, which carries what goes to the bucket.
    async fn start(settings: impl IntoIterator<Item = (String, String)>) -> Desks {
        let settings: Vec<_> = settings.into_iter().collect();
        tokio::task::spawn_blocking(move || Desks::start_now(&settings)).await.expect("they start")
    }

    fn start_now(settings: &[(String, String)]) -> Desks {
        let data = tempfile::tempdir().expect("a folder");
        let database = Database::create(Content::Staff, data.path());
        assert!(!database.is_sqlite(), "set TEST_DATABASE_URL to a PostgreSQL server");
        database.connect().execute(
            "INSERT INTO channels (kind, name, public_key, enabled, created_at) \
             VALUES ('web_chat', 'Shop', 'shop', TRUE, '2026-01-05 09:00:00')",
        );
        let start = || {
            let mut command = serve(data.path(), &database);
            command.args(["--files", PLACE]).envs(settings.iter().cloned()).env("SWITCHBOARD_CONNECTIONS", "16");
            Process::start(command)
        };
        let (one, other) = (start(), start());
        assert!(!data.path().join("files").exists(), "nothing is kept on this machine");
        Desks { one, other, database, _data: data }
    }

    fn number(&self, sql: &str) -> i64 {
        self.database.connect().number(sql).expect("a number")
    }

    /// On the other instance.
    async fn operator(&self) -> Client {
        let client = self.other.client();
        let login = client.get("/login").await;
        client.submit(&login, "form", &[("email", OPERATOR), ("password", PASSWORD)]).await.assert_status(303);
        client
    }

    /// On the first instance.
    async fn visitor(&self) -> Client {
        let http = self.one.client();
        let hello = http.page(http.request(Method::POST, "/chat/shop/session").json(&json!({}))).await;
        http.with_header("authorization", &format!("Bearer {}", hello.json()["token"].as_str().expect("a token")))
    }
}

async fn send(visitor: &Client, token: Uuid, text: &str, files: &[(&'static str, Vec<u8>)]) -> Page {
    let form = Form::new().text("client_uuid", token.to_string()).text("text", text.to_owned());
    let form =
        files.iter().fold(form, |form, (name, bytes)| form.part("file", Part::bytes(bytes.clone()).file_name(*name)));
    visitor.post_multipart("/chat/shop/messages", form).await
}

/// A picture in one piece and a text of 13 MB in several: each is what it was, at the other instance too, and nothing
/// else is left in the bucket.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_file_that_one_instance_took_is_served_by_the_other() {
    let mut bucket = Bucket::start();
    let desks = Desks::start(bucket.settings(&bucket.address)).await;
    let visitor = desks.visitor().await;
    let long: Vec<u8> = (0..1_000_000_u32).flat_map(|n| format!("line {n:07}\n").into_bytes()).collect();
    let files = [("face.png", PNG.to_vec()), ("long.txt", long.clone())];
    send(&visitor, Uuid::new_v4(), "Two files", &files).await.assert_status(200);

    let operator = desks.operator().await;
    for (name, bytes) in [("face.png", PNG), ("long.txt", long.as_slice())] {
        let id = desks.number(&format!("SELECT id FROM attachments WHERE name = '{name}'"));
        let got = operator.get(&format!("/files/{id}")).await;
        got.assert_status(200);
        assert!(got.bytes.as_ref() == bytes, "{name} has {} bytes", got.bytes.len());
    }
    let objects = bucket.tell("list");
    assert_eq!(objects.len(), 2, "{objects:?}");
    assert!(objects.iter().all(|name| name.starts_with("files/") && !name.contains("incoming")), "{objects:?}");

    // The same once more: kept once.
    send(&visitor, Uuid::new_v4(), "Again", &[("again.png", PNG.to_vec())]).await.assert_status(200);
    assert_eq!(bucket.tell("list"), objects);
    assert_eq!((desks.number("SELECT count(*) FROM files"), desks.number("SELECT count(*) FROM attachments")), (2, 3));
}

/// While the bucket is away, files are refused in time with words and with when to try again, messages without files go
/// on, and nothing is half done; when it is back, the same message goes through.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_bucket_that_is_away_stops_files_and_nothing_else() {
    let mut bucket = Bucket::start();
    let mut way = Way::to(&bucket).await;
    let desks = Desks::start(bucket.settings(&way.address())).await;
    let (visitor, operator) = (desks.visitor().await, desks.operator().await);
    send(&visitor, Uuid::new_v4(), "Here", &[("face.png", PNG.to_vec())]).await.assert_status(200);
    let file = format!("/files/{}", desks.number("SELECT id FROM attachments"));
    operator.get(&file).await.assert_status(200);

    way.close().await;
    let (token, since) = (Uuid::new_v4(), Instant::now());
    let letter = [("letter.txt", b"Dear all".to_vec())];
    let refused = send(&visitor, token, "With a letter", &letter).await;
    refused.assert_status(503);
    assert!(since.elapsed() < Duration::from_secs(30), "{:?}", since.elapsed());
    assert_eq!(refused.json()["error"]["code"], "unavailable");
    assert!(refused.text.contains("Files can be neither stored nor read"), "{}", refused.text);
    assert_eq!(refused.header("retry-after"), "5");
    let page = operator.get(&file).await;
    page.assert_status(503).assert_says("Not available right now");
    assert_eq!(desks.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 1);
    assert_eq!(desks.number("SELECT count(*) FROM files"), 1);
    send(&visitor, Uuid::new_v4(), "Without", &[]).await.assert_status(200);
    operator.get("/inbox").await.assert_status(200);
    // An instance starts all the same.
    let mut command = serve(desks._data.path(), &desks.database);
    command.args(["--files", PLACE]).envs(bucket.settings(&way.address()));
    Process::start(command).client().get("/login").await.assert_status(200);

    way.open().await;
    send(&visitor, token, "With a letter", &letter).await.assert_status(200);
    operator.get(&file).await.assert_status(200);
    assert_eq!(desks.number("SELECT count(*) FROM messages WHERE kind = 'customer'"), 3);
    let objects = bucket.tell("list");
    assert_eq!(objects.len(), 2, "{objects:?}");
}

/// What no message names is removed from the bucket after a day, and no sooner; should the bucket be away just then, the
/// next sweep does it.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn what_nobody_needs_is_swept_from_the_bucket() {
    let mut bucket = Bucket::start();
    let mut way = Way::to(&bucket).await;
    let app = spawn_app().await;
    let files = Files::in_bucket(PLACE, bucket.settings(&way.address())).expect("a bucket");
    for (name, bytes) in [("a.txt", b"one"), ("b.txt", b"two")] {
        // A machine that is busy makes a first connection to PostgreSQL wait longer than a request may.
        eventually("kept", async || actions::keep_bytes(&app.db, &files, name, bytes).await.ok()).await;
    }
    actions::sweep(&app.db, &files).await.expect("swept");
    assert_eq!((bucket.tell("list").len(), app.number("SELECT count(*) FROM files")), (2, 2), "young");
    app.execute("UPDATE files SET created_at = '2026-01-05 09:00:00'");
    way.close().await;
    actions::sweep(&app.db, &files).await.expect_err("nobody answers");
    assert_eq!((bucket.tell("list").len(), app.number("SELECT count(*) FROM file_removals")), (2, 2));
    way.open().await;
    // For some hours they are the business of whoever began it.
    actions::sweep(&app.db, &files).await.expect("swept");
    assert_eq!(bucket.tell("list").len(), 2);
    app.execute("UPDATE file_removals SET since = '2026-01-05 09:00:00'");
    actions::sweep(&app.db, &files).await.expect("swept");
    assert_eq!((bucket.tell("list").len(), app.number("SELECT count(*) FROM files")), (0, 0));
    assert_eq!(app.number("SELECT count(*) FROM file_removals"), 0);
}

/// Keys that do not fit, and a bucket that is not there, are told of at the start, in one line.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn a_bucket_that_takes_nothing_is_refused_at_the_start() {
    let bucket = Bucket::start();
    let data = tempfile::tempdir().expect("a folder");
    let database = Database::create(Content::Staff, data.path());
    let start = |place: &str, more: &[(&str, &str)]| {
        let mut command = serve(data.path(), &database);
        command.args(["--files", place]).envs(bucket.settings(&bucket.address)).envs(more.iter().copied());
        refusal(command)
    };
    let said = start(PLACE, &[("AWS_SECRET_ACCESS_KEY", "not the secret")]);
    assert!(said.contains("files cannot be stored in s3://desk/files"), "{said}");
    let said = start(PLACE, &[("AWS_ACCESS_KEY_ID", "AKIANOBODY")]);
    assert!(said.contains("files cannot be stored in s3://desk/files"), "{said}");
    let said = start("s3://elsewhere/files", &[]);
    assert!(said.contains("files cannot be stored in s3://elsewhere/files"), "{said}");
}
