//! The process as an admin and a service manager see it: ready soon, stopped in order, killed without loss, and one
//! clear line when it cannot start.

use std::cell::Cell;
use std::path::Path;
use std::process::Command;
use std::rc::Rc;
use std::time::{Duration, Instant};

use reqwest::Method;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

use crate::support::process::{Process, refusal, serve};
use crate::support::{ADMIN, Client, Content, Database, PASSWORD, Page, eventually};

/// In which streams end at a stop: more than they need on a busy machine, less than what is waited for those that do not end.
const STOP: Duration = Duration::from_secs(8);
/// In which the process ends.
const END: Duration = Duration::from_secs(30);

struct Desk {
    data: TempDir,
    database: Database,
}

impl Desk {
    fn with(make: impl Fn(&Path) -> Database) -> Desk {
        let data = tempfile::tempdir().expect("a folder");
        Desk { database: make(data.path()), data }
    }

    /// A desk with staff.
    fn new() -> Desk {
        Desk::with(|folder| Database::create(Content::Staff, folder))
    }

    fn serve(&self) -> Command {
        serve(self.data.path(), &self.database)
    }

    fn number(&self, sql: &str) -> i64 {
        self.database.connect().number(sql).expect("a number")
    }
}

async fn sign_in(client: &Client) -> Page {
    let login = client.get("/login").await;
    let answer = client.submit(&login, "form", &[("email", ADMIN), ("password", PASSWORD)]).await;
    answer.assert_status(303);
    answer
}

/// A form of somebody who is signed in that the desk has begun to read: its body, of this length, is yet to come.
async fn begin_form(process: &Process, length: usize) -> TcpStream {
    let answer = sign_in(&process.client()).await;
    let cookies = answer.headers.get_all("set-cookie").iter();
    let cookies: Vec<&str> = cookies.filter_map(|cookie| cookie.to_str().ok()?.split(';').next()).collect();
    let mut socket = TcpStream::connect(process.address).await.expect("connected");
    let head = format!(
        "POST /companies/new HTTP/1.1\r\nHost: {address}\r\nOrigin: http://{address}\r\nCookie: {}\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\nExpect: 100-continue\r\n\r\n",
        cookies.join("; "),
        address = process.address,
    );
    socket.write_all(head.as_bytes()).await.expect("sent");
    // Which is said when the request is taken up.
    let mut said = [0; "HTTP/1.1 100 Continue\r\n\r\n".len()];
    socket.read_exact(&mut said).await.expect("an answer");
    assert!(said.starts_with(b"HTTP/1.1 100"), "{}", String::from_utf8_lossy(&said));
    socket
}

/// The product is ready in under a second on an empty database, which is SQLite's: the best of many starts, since this machine runs other
/// tests at the same time, of a build that is not optimised.
#[test]
fn ready_in_under_a_second_on_an_empty_database() {
    let (since, mut took) = (Instant::now(), vec![]);
    while since.elapsed() < Duration::from_secs(120) {
        let desk = Desk::with(|folder| Database::Sqlite { url: folder.join("switchboard.db").display().to_string() });
        took.push(Process::start(desk.serve()).took);
        if took.iter().min() < Some(&Duration::from_secs(1)) {
            return;
        }
    }
    panic!("{took:?}");
}

/// Two desks on one SQLite file would do each other's work and not hear of it: the second says so. The lock ends with the process,
/// killed or not, and other commands do not ask for it. On PostgreSQL there may be several.
#[test]
fn one_desk_alone_runs_on_an_sqlite_file() {
    let desk = Desk::new();
    let mut first = Process::start(desk.serve());
    if !desk.database.is_sqlite() {
        drop(Process::start(desk.serve()));
        return;
    }
    let said = refusal(desk.serve());
    assert!(said.contains("another desk is running") && said.contains(&format!("(process {})", first.id())), "{said}");
    let mut list = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    list.args(["staff", "list", "--data"]).arg(desk.data.path()).env("DATABASE_URL", desk.database.url());
    assert!(list.output().expect("it ends").status.success());
    // By whatever name it is asked for, a file is one file.
    let linked = desk.data.path().join("linked.sqlite");
    std::os::unix::fs::symlink(desk.database.url(), &linked).expect("a link");
    let other = tempfile::tempdir().expect("a folder");
    let second = serve(other.path(), &Database::Sqlite { url: linked.display().to_string() });
    assert!(refusal(second).contains("another desk is running"));
    first.kill();
    drop(Process::start(desk.serve()));
}

/// A large demo empties tables and puts their indexes away: never below a desk that runs. When that has gone, it looks at what is
/// there.
#[actix_web::test]
async fn a_demo_keeps_off_a_running_desk() {
    let desk = Desk::new();
    let process = Process::start(desk.serve());
    if !desk.database.is_sqlite() {
        let held = "SELECT count(*) FROM pg_locks WHERE locktype = 'advisory' AND mode = 'ShareLock' AND granted \
                    AND database = (SELECT oid FROM pg_database WHERE datname = current_database())";
        eventually("the desk listens", async || (desk.number(held) > 0).then_some(())).await;
    }
    let demo = || {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["demo", "--data"]).arg(desk.data.path()).env("DATABASE_URL", desk.database.url());
        refusal(command)
    };
    let said = demo();
    assert!(said.contains("another desk is running"), "{said}");
    drop(process);
    // PostgreSQL notices a moment later that somebody has gone.
    eventually("the desk has gone", async || demo().contains("holds real data").then_some(())).await;
}

/// A newer program brings no database up to date while an older desk runs on it, which would not know what it finds there.
#[test]
fn a_running_desk_keeps_its_schema() {
    let desk = Desk::new();
    if !desk.database.is_sqlite() {
        return;
    }
    let mut older = Process::start(desk.serve());
    let newest = "SELECT max(version) FROM __diesel_schema_migrations";
    desk.database.connect().execute(&format!("DELETE FROM __diesel_schema_migrations WHERE version = ({newest})"));
    let mut list = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    list.args(["staff", "list", "--data"]).arg(desk.data.path()).env("DATABASE_URL", desk.database.url());
    assert!(refusal(list).contains("another desk is running"));
    older.kill();
}

/// SIGTERM: a request under way is answered, event streams end, the process ends well and soon.
#[actix_web::test]
async fn a_stop_finishes_what_is_under_way() {
    let desk = Desk::new();
    let mut process = Process::start(desk.serve());
    let client = process.client();
    sign_in(&client).await;
    let mut stream = client.events("/live").await;
    assert_eq!(stream.next().await.name, "sync");

    // A form of which one half has arrived when the signal comes.
    let mut form = begin_form(&process, "name=Under+way&note=and+finished".len()).await;
    form.write_all(b"name=Under+way").await.expect("the first half");
    process.terminate();
    assert_eq!(stream.within(STOP).await, None, "the stream ends");
    form.write_all(b"&note=and+finished").await.expect("the second half");
    let mut answer = String::new();
    form.read_to_string(&mut answer).await.expect("an answer");
    assert!(answer.starts_with("HTTP/1.1 303"), "{answer}");
    let status = tokio::task::spawn_blocking(move || process.ended(END)).await.expect("joined");
    assert_eq!(status.code(), Some(0), "{status}");
    assert_eq!(desk.number("SELECT count(*) FROM companies WHERE name = 'Under way' AND note = 'and finished'"), 1);
}

/// A second signal does not wait for whoever keeps the first one waiting.
#[actix_web::test]
async fn a_second_signal_stops_at_once() {
    let desk = Desk::new();
    let mut process = Process::start(desk.serve());
    // A form that never ends keeps the process from ending in order.
    let _form = begin_form(&process, 1000).await;
    // Two signals to a process that does not get to run meanwhile are one: it may take a third.
    let signalled = tokio::task::spawn_blocking(move || {
        let since = Instant::now();
        loop {
            process.terminate();
            std::thread::sleep(Duration::from_millis(500));
            if let Some(status) = process.has_ended() {
                return (status, since.elapsed());
            }
            assert!(since.elapsed() < END, "it does not end");
        }
    });
    let (status, took) = signalled.await.expect("joined");
    // An orderly end would have waited for the form for ten seconds, and been a success.
    assert_eq!(status.code(), Some(1), "{status} after {took:?}");
}

/// Killed and stopped in turn, twenty times under load, on one database: whatever was answered is there.
#[actix_web::test]
async fn twenty_violent_ends_lose_nothing_acknowledged() {
    const ROUNDS: usize = 20;
    let desk = Desk::new();
    let mut acknowledged = vec![];
    for round in 0..ROUNDS {
        let mut process = Process::start(desk.serve());
        let client = process.client();
        sign_in(&client).await;
        let answered = Rc::new(Cell::new(0));
        let writers: Vec<_> = (0..3)
            .map(|writer| {
                let (client, answered) = (client.clone(), answered.clone());
                actix_web::rt::spawn(async move {
                    let mut done = vec![];
                    for number in 0.. {
                        let name = format!("c {round}.{writer}.{number}");
                        match client.request(Method::POST, "/companies/new").form(&[("name", &name)]).send().await {
                            Ok(answer) if answer.status().as_u16() == 303 => {
                                done.push(name);
                                answered.set(answered.get() + 1);
                            }
                            // Refused while it stops: not acknowledged.
                            Ok(answer) => assert_eq!(answer.status().as_u16(), 503),
                            Err(_) => break,
                        }
                    }
                    done
                })
            })
            .collect();
        eventually("it writes", async || (answered.get() >= 2 + round).then_some(())).await;
        if round % 2 == 0 {
            process.kill();
        } else {
            process.terminate();
            process.terminate();
            process = tokio::task::spawn_blocking(move || {
                process.ended(END);
                process
            })
            .await
            .expect("joined");
        }
        drop(process);
        for writer in writers {
            acknowledged.extend(writer.await.expect("joined"));
        }
    }
    assert!(acknowledged.len() > ROUNDS, "{} writes", acknowledged.len());
    let there = desk.database.connect().text(&names(desk.database.is_sqlite())).unwrap_or_default();
    let there: std::collections::BTreeSet<&str> = there.lines().collect();
    let lost: Vec<&String> = acknowledged.iter().filter(|name| !there.contains(name.as_str())).collect();
    assert!(lost.is_empty(), "lost of {}: {lost:?}", acknowledged.len());
}

fn names(is_sqlite: bool) -> String {
    let all = if is_sqlite { "group_concat(name, char(10))" } else { "string_agg(name, chr(10))" };
    format!("SELECT {all} FROM companies")
}

#[test]
fn a_database_of_a_newer_version_is_refused() {
    let desk = Desk::new();
    let mut direct = desk.database.connect();
    direct.execute("INSERT INTO __diesel_schema_migrations (version) VALUES ('99990101000001')");
    let said = refusal(desk.serve());
    assert!(said.contains("newer version") && said.contains("99990101000001"), "{said}");
    // And nothing was done to it.
    assert_eq!(direct.number("SELECT count(*) FROM staff"), Some(4));
}

#[test]
fn a_wrong_address_of_the_database_is_said() {
    let desk = Desk::new();
    for (url, word) in [
        ("mysql://root@localhost/desk", "mysql"),
        ("localhost", "postgres://"),
        ("postgres:/localhost/desk", "postgres"),
        ("http://localhost/", "http"),
        ("postgres://nobody@127.0.0.1:1/desk", "127.0.0.1"),
        ("postgres://[broken", "postgres"),
    ] {
        let mut command = desk.serve();
        let said = refusal(take(command.env("DATABASE_URL", url)));
        assert!(said.to_lowercase().contains(word), "{url}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    // A typing error makes no database.
    let files = std::fs::read_dir(desk.data.path()).expect("the folder").count();
    assert!(files <= 2, "{files} files");
}

fn take(command: &mut Command) -> Command {
    std::mem::replace(command, Command::new("true"))
}

#[test]
fn a_folder_that_cannot_be_used_is_said() {
    let desk = Desk::new();
    let file = desk.data.path().join("a file");
    std::fs::write(&file, "x").expect("a file");
    let said = refusal(serve(&file.join("data"), &desk.database));
    assert!(said.contains("data folder") && said.contains("a file"), "{said}");
}

#[test]
fn a_port_in_use_is_said() {
    let desk = Desk::new();
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    let said = refusal(take(desk.serve().args(["--listen", &address])));
    assert!(said.contains("cannot listen on") && said.contains(&address), "{said}");
    let said = refusal(take(desk.serve().args(["--listen", "nowhere"])));
    assert!(said.contains("cannot listen on nowhere"), "{said}");
}

/// Sent means sent, once. A desk that cannot listen has begun nothing: what waits to go out goes on waiting, and no job
/// has had a try.
#[test]
fn a_desk_that_cannot_listen_sends_nothing() {
    let desk = Desk::new();
    desk.database.connect().execute(
        "INSERT INTO jobs (name, payload, run_at, created_at) \
         VALUES ('export.make', '{\"export\":1}', '2026-01-01 00:00:00', '2026-01-01 00:00:00')",
    );
    let taken = std::net::TcpListener::bind("127.0.0.1:0").expect("a port");
    let address = taken.local_addr().expect("its address").to_string();
    refusal(take(desk.serve().args(["--listen", &address])));
    assert_eq!(desk.number("SELECT count(*) FROM jobs WHERE tries = 0 AND leased_until IS NULL"), 1);
}

#[test]
fn a_wrong_key_file_is_said() {
    let desk = Desk::new();
    let key = desk.data.path().join("secret.key");
    std::fs::write(&key, "not a key").expect("a file");
    let said = refusal(desk.serve());
    assert!(said.contains("secret.key") && said.contains("64 hexadecimal digits"), "{said}");
    std::fs::write(&key, [0xff, 0xfe, 0x00]).expect("a file");
    assert!(refusal(desk.serve()).contains("secret.key"));
}

/// Another key than the one that sealed the secrets in the database: said at the start, not when a webhook fails.
#[test]
fn the_key_of_another_installation_is_said() {
    let desk = Desk::new();
    drop(Process::start(desk.serve()));
    std::fs::write(desk.data.path().join("secret.key"), "ab".repeat(32)).expect("another key");
    let said = refusal(desk.serve());
    assert!(said.contains("secret.key") && said.contains("another"), "{said}");
}

/// A key that is missing is not made anew: the wrong one would lie there from then on.
#[test]
fn a_missing_key_is_said_and_not_replaced() {
    let desk = Desk::new();
    drop(Process::start(desk.serve()));
    let key = desk.data.path().join("secret.key");
    let away = desk.data.path().join("elsewhere");
    std::fs::rename(&key, &away).expect("put away");
    let said = refusal(desk.serve());
    assert!(said.contains("secret.key is missing"), "{said}");
    assert!(!key.exists());
    std::fs::rename(&away, &key).expect("brought back");
    drop(Process::start(desk.serve()));
}

#[test]
fn a_broken_settings_file_is_said() {
    let desk = Desk::new();
    let file = desk.data.path().join("switchboard.toml");
    for (text, word) in [
        ("listen = ", "switchboard.toml"),
        ("lisen = \"x\"", "lisen"),
        ("time_zone = \"Mars\"", "Mars"),
        ("metrics_token = \"short\"", "metrics_token"),
    ] {
        std::fs::write(&file, text).expect("a file");
        let output = desk.serve().output().expect("the binary starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert!(!output.status.success() && said.contains(word) && !said.contains("panicked"), "{said}");
    }
}

/// A process that has gone leaves its port and its data to the next.
#[actix_web::test]
async fn a_restarted_process_takes_up_where_the_last_one_was_killed() {
    let desk = Desk::new();
    let mut process = Process::start(desk.serve());
    sign_in(&process.client()).await;
    process.kill();
    let again = Process::start(desk.serve());
    let client = again.client();
    eventually("the next one answers", async || (client.get("/login").await.status == 200).then_some(())).await;
    sign_in(&client).await;
}
