//! `move`: everything from the embedded SQLite to PostgreSQL, compared row by row.

use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

use crate::support::process::{Process, refusal, serve};
use crate::support::{Client, Database, Direct};

/// An installation on SQLite with a demo in it, and an empty PostgreSQL database.
struct Way {
    data: TempDir,
    target: Database,
}

impl Way {
    fn new() -> Way {
        let data = tempfile::tempdir().expect("a folder");
        let target = Database::unmigrated(data.path());
        assert!(!target.is_sqlite(), "set TEST_DATABASE_URL to a PostgreSQL server");
        let way = Way { data, target };
        let sizes = ["--customers", "600", "--conversations", "1200", "--messages", "9000"];
        let made = way.command("demo").args(sizes).output().expect("the binary starts");
        assert!(made.status.success(), "{made:?}");
        way
    }

    fn command(&self, name: &str) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.arg(name).arg("--data").arg(self.data.path()).env_remove("DATABASE_URL").stdin(Stdio::null());
        command
    }

    fn moving(&self) -> Command {
        let mut command = self.command("move");
        command.args(["--to", self.target.url()]);
        command
    }

    /// One that tells no progress: what it says is why it failed.
    fn quiet(&self) -> Command {
        let mut command = self.moving();
        command.arg("--json");
        command
    }

    fn source(&self) -> Direct {
        Direct::sqlite(self.file().to_str().expect("a path"))
    }

    fn file(&self) -> std::path::PathBuf {
        self.data.path().join("switchboard.sqlite")
    }

    /// Of every table of the product on PostgreSQL: its name and how many rows are here and there.
    fn counts(&self) -> Vec<(String, i64, i64)> {
        let (mut here, mut there) = (self.source(), self.target.connect());
        let names = there.text(
            "SELECT string_agg(tablename, ',') FROM pg_tables WHERE schemaname = 'public' AND tablename <> '__diesel_schema_migrations'",
        );
        let names = names.expect("tables");
        let count = |direct: &mut Direct, name: &str| direct.number(&format!("SELECT count(*) FROM {name}")).unwrap();
        names.split(',').map(|name| (name.to_owned(), count(&mut here, name), count(&mut there, name))).collect()
    }
}

fn assert_moved(output: &Output) {
    let said = String::from_utf8_lossy(&output.stdout);
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    assert!(said.contains("rows moved and compared"), "{said}");
}

fn assert_refused(command: Command, why: &str) {
    let said = refusal(command);
    assert!(said.contains(why), "{said}");
}

async fn sign_in(client: &Client) {
    let login = client.get("/login").await;
    let form = [("email", "supervisor@demo.example"), ("password", switchboard::demo::PASSWORD)];
    client.submit(&login, "form", &form).await.assert_status(303);
}

/// Every row of every table arrives as it was, whatever stands in it, and the desk goes on there with the same folder.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn everything_moves_and_the_desk_goes_on_there() {
    let way = Way::new();
    way.source().execute(
        "INSERT INTO companies (name, name_folded, note, created_at) VALUES \
         ('Tab\t\"quote\" \\N', 'x', 'line' || char(10) || char(13) || char(31) || '😀 中文', '2026-01-05 09:00:00.123456789'), \
         ('', '', '', '2026-01-05 09:00:00.5');
         INSERT INTO hook_events (channel_id, dedupe_key, body, received_at, not_before) \
         SELECT min(id), 'k', x'00ff5c0a', '2026-01-05 09:00:00', '2026-01-05 09:00:00' FROM channels;
         INSERT INTO settings (key, value) VALUES ('zeta', '{}')",
    );
    assert_moved(&way.moving().output().expect("the binary starts"));
    for (name, here, there) in way.counts() {
        assert_eq!(here, there, "{name}");
    }
    let mut there = way.target.connect();
    assert_eq!(there.text("SELECT encode(body, 'hex') FROM hook_events").as_deref(), Some("00ff5c0a"));
    assert_eq!(
        there.text("SELECT created_at FROM companies WHERE name_folded = 'x'").as_deref(),
        Some("2026-01-05 09:00:00.123456")
    );
    let constraints = "SELECT count(*) FROM pg_constraint WHERE contype = 'f'";
    let fresh = Database::create(crate::support::Content::Nobody, Path::new("/"));
    assert_eq!(there.number(constraints), fresh.connect().number(constraints), "foreign keys are back");
    let indexes = "SELECT count(*) FROM pg_indexes WHERE schemaname = 'public'";
    assert_eq!(there.number(indexes), fresh.connect().number(indexes), "indexes are back");

    let process = Process::start(serve(way.data.path(), &way.target));
    let client = process.client();
    sign_in(&client).await;
    client.get("/inbox").await.assert_status(200);
    // Its number is a new one.
    client.post_form("/companies/new", &[("name", "Made there")]).await.assert_status(303);
    client.get("/companies?q=made").await.assert_says("Made there");
}

/// Numbers of deleted rows are not given again: apps ask for what came behind a number, and the audit log names people by
/// theirs.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn what_was_deleted_leaves_its_number_behind() {
    let way = Way::new();
    let last = {
        let mut source = way.source();
        source.execute(
            "INSERT INTO companies (name, name_folded, note, created_at) VALUES ('Gone', 'gone', '', '2026-01-05 09:00:00');
             DELETE FROM companies WHERE name = 'Gone';
             INSERT INTO app_events (channel_id, customer_id, kind, payload, created_at) \
             SELECT min(h.id), min(c.id), 'message', '{}', '2026-01-05 09:00:00' FROM channels h, customers c;
             DELETE FROM app_events",
        );
        source.number("SELECT seq FROM sqlite_sequence WHERE name = 'companies'").expect("a number")
    };
    assert_moved(&way.moving().output().expect("the binary starts"));
    let mut there = way.target.connect();
    there.execute(
        "INSERT INTO companies (name, name_folded, note, created_at) VALUES ('New', 'new', '', '2026-01-05 09:00:00')",
    );
    assert_eq!(there.number("SELECT MAX(id) FROM companies"), Some(last + 1));
    assert_eq!(there.number("SELECT nextval(pg_get_serial_sequence('app_events', 'id'))"), Some(2));
    // Nothing was ever given here.
    assert_eq!(there.number("SELECT nextval(pg_get_serial_sequence('resends', 'id'))"), Some(1));
}

/// A move that was killed half way: the database says so, the desk does not start on it, and a second run begins again.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn an_interrupted_move_says_so_and_begins_again() {
    let way = Way::new();
    let mut child = way.moving().stderr(Stdio::piped()).spawn().expect("the binary starts");
    let mut lines = BufReader::new(child.stderr.take().expect("standard error")).lines();
    let first = lines.next().expect("a line").expect("text");
    assert!(first.contains("copying"), "{first}");
    child.kill().expect("killed");
    child.wait().expect("gone");
    assert_refused(serve(way.data.path(), &way.target), "a move to this database was interrupted");
    assert_moved(&way.moving().output().expect("the binary starts"));
    for (name, here, there) in way.counts() {
        assert_eq!(here, there, "{name}");
    }
    Process::start(serve(way.data.path(), &way.target));
}

/// What cannot end well is refused in one line, and changes nothing.
#[actix_web::test]
#[ignore = "needs TEST_DATABASE_URL"]
async fn what_cannot_end_well_is_refused() {
    let way = Way::new();
    // The desk runs.
    let mut command = serve(way.data.path(), &way.target);
    command.env_remove("DATABASE_URL");
    let running = Process::start(command);
    running.client().get("/login").await.assert_status(200);
    assert_refused(way.quiet(), "another desk is running");
    drop(running);
    // Somebody is there already.
    let mut made = way.command("migrate");
    assert!(made.env("DATABASE_URL", way.target.url()).output().expect("it ends").status.success());
    way.target.connect().execute(
        "INSERT INTO staff (email, name, role, created_at) VALUES ('a@desk.test', 'A', 'admin', '2026-01-05 09:00:00')",
    );
    assert_refused(way.quiet(), "not empty: there are rows in staff");
    assert_eq!(way.target.connect().number("SELECT count(*) FROM staff"), Some(1));
    way.target.connect().execute("DELETE FROM staff");
    // PostgreSQL keeps no NUL: the table is named, and what was copied is no installation.
    way.source().execute("UPDATE companies SET note = 'a' || char(0) || 'b' WHERE id = 1");
    assert_refused(way.quiet(), "companies:");
    assert_refused(serve(way.data.path(), &way.target), "a move to this database was interrupted");
    // Neither way round, nor from nothing.
    let mut back = way.command("move");
    back.args(["--to", "/tmp/somewhere.sqlite"]);
    assert_refused(back, "--to postgres://");
    let mut nothing = way.quiet();
    nothing.env("SWITCHBOARD_DATA", way.data.path().join("none")).env("DATABASE_URL", way.target.url());
    assert_refused(nothing, "uses PostgreSQL already");
}
