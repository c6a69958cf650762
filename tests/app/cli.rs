//! The command line: the real binary on a data folder of its own.

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

struct Desk {
    folder: TempDir,
}

impl Desk {
    fn new() -> Desk {
        Desk { folder: tempfile::tempdir().expect("a folder") }
    }

    fn run(&self, arguments: &[&str]) -> Output {
        self.run_with(arguments, "")
    }

    fn run_with(&self, arguments: &[&str], input: &str) -> Output {
        let mut child = Command::new(env!("CARGO_BIN_EXE_switchboard"))
            .args(arguments)
            .arg("--data")
            .arg(self.folder.path())
            .env_remove("DATABASE_URL")
            .stdin(Stdio::piped())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        // A command that reads nothing may be gone already.
        let _ = child.stdin.take().expect("standard input").write_all(input.as_bytes());
        child.wait_with_output().expect("the binary ends")
    }
}

fn out(output: &Output) -> String {
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    String::from_utf8_lossy(&output.stdout).into_owned()
}

fn failure(output: &Output) -> String {
    assert!(!output.status.success(), "{}", String::from_utf8_lossy(&output.stdout));
    let text = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!text.contains("panicked"), "{text}");
    text
}

#[test]
fn staff_are_added_listed_disabled_and_given_links() {
    let desk = Desk::new();
    let added = desk.run_with(
        &["staff", "add", "Ada@Desk.test", "--role", "admin", "--name", "Ada", "--password-stdin"],
        "long enough password\n",
    );
    assert!(out(&added).contains("Added"));
    let link = out(&desk.run(&["staff", "add", "olga@desk.test", "--role", "operator"]));
    assert!(link.contains("/welcome/"), "{link}");
    let rows: serde_json::Value = serde_json::from_str(&out(&desk.run(&["staff", "list", "--json"]))).expect("JSON");
    assert_eq!(rows[0]["email"], "ada@desk.test");
    assert_eq!((rows[1]["name"].as_str(), rows[1]["role"].as_str()), (Some("olga"), Some("operator")));
    assert_eq!(rows[1]["disabled"], false);
    assert!(out(&desk.run(&["staff", "disable", "OLGA@desk.test"])).contains("cannot sign in any more"));
    assert!(out(&desk.run(&["staff", "disable", "olga@desk.test"])).contains("was disabled already"));
    assert!(out(&desk.run(&["staff", "list"])).lines().any(|l| l.contains("olga@desk.test") && l.contains("disabled")));
    // A link for somebody who cannot sign in would be dead.
    assert!(failure(&desk.run(&["staff", "reset-password", "olga@desk.test"])).contains("is disabled"));
    assert!(out(&desk.run(&["staff", "enable", "olga@desk.test"])).contains("can sign in again"));
    assert!(out(&desk.run(&["staff", "enable", "olga@desk.test"])).contains("was enabled already"));
    assert!(!out(&desk.run(&["staff", "list"])).contains("disabled"));
    assert!(out(&desk.run(&["staff", "reset-password", "olga@desk.test"])).contains("/welcome/"));
    let reset: serde_json::Value =
        serde_json::from_str(&out(&desk.run(&["staff", "reset-password", "ada@desk.test", "--json"]))).expect("JSON");
    assert!(reset["link"].as_str().is_some_and(|link| link.contains("/welcome/")));
}

#[test]
fn wrong_input_is_one_clear_line_and_a_failure() {
    let desk = Desk::new();
    out(&desk.run(&["migrate"]));
    assert!(failure(&desk.run(&["staff", "add", "nobody", "--role", "admin"])).contains("not an e-mail address"));
    assert!(
        failure(&desk.run(&["staff", "add", "a@b.test", "--role", "owner"])).contains("operator, supervisor, admin")
    );
    assert!(failure(&desk.run(&["staff", "disable", "nobody@desk.test"])).contains("nobody@desk.test"));
    assert!(failure(&desk.run(&["staff", "reset-password", "nobody@desk.test"])).contains("nobody@desk.test"));
    let short = desk.run_with(&["staff", "add", "a@b.test", "--role", "admin", "--password-stdin"], "short\n");
    assert!(failure(&short).contains("10"));
    out(&desk.run(&["staff", "add", "a@b.test", "--role", "admin"]));
    assert!(failure(&desk.run(&["staff", "add", "A@B.test", "--role", "admin"])).contains("already"));
    failure(&desk.run(&["no-such-command"]));
}

/// What is refused is said in one line, of whatever was wrong: an argument, a variable, the file, a folder.
#[test]
fn whatever_is_wrong_is_one_line() {
    let desk = Desk::new();
    out(&desk.run(&["migrate"]));
    let long = "x".repeat(300);
    let deaf = ["serve", "--listen", "nowhere"];
    let with = |more: &[&'static str]| [&deaf[..], more].concat();
    let serve = |more: &[&'static str]| failure(&desk.run(&with(more)));
    for (said, wanted) in [
        (failure(&desk.run(&["staff", "add", "a@b.test", "--role", "admin", "--name", &long])), "--name"),
        (serve(&["--database-url", "localhost"]), "postgres://user@host/database"),
        (serve(&["--public-url", "desk.example.com"]), "https://desk.example.com"),
        (serve(&["--phone-region", "Russia"]), "phone_region"),
        (serve(&["--provider", "telegramm=http://x"]), "one of telegram,"),
        (serve(&["--connections", "many"]), "--connections"),
        (failure(&desk.run(&["staff", "add"])), "<EMAIL>"),
        (failure(&desk.run(&["staff"])), "a command is missing"),
        (failure(&desk.run(&["no-such-command"])), "no-such-command"),
    ] {
        assert!(said.contains(wanted) && said.starts_with("switchboard: "), "{wanted}: {said}");
        assert_eq!(said.trim().lines().count(), 1, "{said}");
    }
    assert!(!Path::new("localhost").exists(), "a typing error makes no database");
    let file = desk.folder.path().join("switchboard.toml");
    std::fs::write(&file, "\nlisten = [").expect("a file");
    let said = failure(&desk.run(&["staff", "list"]));
    assert!(said.contains("switchboard.toml, line 2: ") && said.trim().lines().count() == 1, "{said}");
    std::fs::remove_file(&file).expect("gone");

    std::fs::write(
        desk.folder.path().join("switchboard.sqlite"),
        "no database at all, but longer than its head would be",
    )
    .expect("a file");
    let said = failure(&desk.run(&["staff", "list", "--json"]));
    let said: serde_json::Value = serde_json::from_str(&said).expect("JSON, as everything else with --json");
    assert!(said["error"].as_str().is_some_and(|said| said.contains("switchboard.sqlite")), "{said}");
}

/// A variable that is set to nothing is as good as none, and a switch is turned on as people write it.
#[test]
fn variables_may_be_empty_and_switches_say_yes() {
    let desk = Desk::new();
    let run = |variables: &[(&str, &str)]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["serve", "--listen", "nowhere", "--data"]).arg(desk.folder.path()).env_remove("DATABASE_URL");
        command.envs(variables.iter().copied()).env("RUST_LOG", "info");
        failure(&command.output().expect("the binary ends"))
    };
    // A desk that opens its database, and then meets a key that is none.
    let other = Desk::new();
    std::fs::write(other.folder.path().join("secret.key"), "no key").expect("a file");
    let mut opens = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    opens.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(other.folder.path()).env_remove("DATABASE_URL");
    let first = failure(&opens.env("RUST_LOG", "info").output().expect("the binary ends"));
    assert!(first.contains(" INFO ") && !first.contains('\u{1b}'), "no colours in a file: {first}");
    let names = [
        "DATABASE_URL",
        "DATABASE_DIRECT_URL",
        "SWITCHBOARD_PUBLIC_URL",
        "SWITCHBOARD_FILES",
        "SWITCHBOARD_PROVIDERS",
        "SWITCHBOARD_METRICS_TOKEN",
        "SWITCHBOARD_TRUSTED_PROXIES",
        "SWITCHBOARD_CONNECTIONS",
        "SWITCHBOARD_LOG_JSON",
        "SWITCHBOARD_PHONE_REGION",
        "SWITCHBOARD_TIME_ZONE",
        "SWITCHBOARD_GEO_DB",
        "SWITCHBOARD_KEY_FILE",
    ];
    let empty: Vec<_> = names.iter().map(|name| (*name, "")).collect();
    assert!(run(&empty).contains("cannot listen on nowhere"));
    for yes in ["1", "yes", "TRUE", "true"] {
        let said = run(&[("SWITCHBOARD_LOG_JSON", yes), ("SWITCHBOARD_ALLOW_PRIVATE_WEBHOOKS", yes)]);
        assert!(said.contains("cannot listen on nowhere"), "{yes}: {said}");
    }
}

/// A mistyped folder is not a new desk, save for whoever adds its first staff, and is told so.
#[test]
fn staff_of_no_database_are_none() {
    let desk = Desk::new();
    let missing = desk.folder.path().join("nonexist");
    let run = |arguments: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(arguments).arg("--data").arg(&missing).env_remove("DATABASE_URL");
        command.output().expect("the binary ends")
    };
    for arguments in
        [&["staff", "list"][..], &["staff", "disable", "a@b.test"], &["staff", "reset-password", "a@b.test"]]
    {
        assert!(failure(&run(arguments)).contains("there is no database"), "{arguments:?}");
    }
    // Nor is whoever is refused anybody's first: the password here is empty.
    let short = run(&["staff", "add", "a@b.test", "--role", "admin", "--password-stdin"]);
    assert!(failure(&short).contains("a password has"));
    assert!(failure(&run(&["staff", "add", "nonsense", "--role", "admin"])).contains("not an e-mail address"));
    assert!(!missing.exists());
    assert!(out(&run(&["staff", "add", "a@b.test", "--role", "admin"])).starts_with("A new database was made: "));
    assert!(out(&run(&["staff", "list"])).contains("a@b.test"));
    out(&desk.run(&["migrate"]));
    assert!(out(&desk.run(&["staff", "list"])).contains("no staff yet"));
}

/// With `--json` one object says where the desk is and who can sign in.
#[test]
fn serve_answers_programs_too() {
    use std::io::{BufRead, BufReader};
    let desk = Desk::new();
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(["serve", "--json", "--demo", "--listen", "127.0.0.1:0", "--data"]).arg(desk.folder.path());
    command.env_remove("DATABASE_URL").stdout(Stdio::piped()).stderr(Stdio::null());
    let mut child = command.spawn().expect("the binary starts");
    let line = BufReader::new(child.stdout.take().expect("standard output")).lines().next();
    child.kill().expect("killed");
    child.wait().expect("gone");
    let said: serde_json::Value = serde_json::from_str(&line.expect("a line").expect("a text")).expect("JSON");
    assert!(said["ready"].as_str().is_some_and(|at| at.starts_with("http://127.0.0.1:")), "{said}");
    assert_eq!(said["sign_ins"][0]["email"], "admin@demo.example");
}

#[test]
fn migrate_tells_what_it_did() {
    let desk = Desk::new();
    let first: serde_json::Value = serde_json::from_str(&out(&desk.run(&["migrate", "--json"]))).expect("JSON");
    assert!(first["ran"].as_array().is_some_and(|ran| !ran.is_empty()));
    assert!(out(&desk.run(&["migrate"])).contains("up to date"));
}

#[test]
fn a_demo_is_made_once_of_the_size_that_is_asked_for() {
    let desk = Desk::new();
    let sizes = ["demo", "--customers", "60", "--conversations", "90", "--messages", "400"];
    let made = out(&desk.run(&sizes));
    assert!(made.contains("60 customers, 90 conversations, 400 messages"), "{made}");
    assert!(made.contains("operator@demo.example"), "{made}");
    assert!(failure(&desk.run(&sizes)).contains("a demo already"));
    let staff: serde_json::Value = serde_json::from_str(&out(&desk.run(&["staff", "list", "--json"]))).expect("JSON");
    assert_eq!(staff.as_array().map(Vec::len), Some(6));
    let other = Desk::new();
    assert!(failure(&other.run(&["demo", "--messages", "5", "--conversations", "9"])).contains("one message at least"));
    assert!(failure(&other.run(&["demo", "--ending", "yesterday"])).contains("--ending"));
}

/// Key and files lie where the desk that is started afterwards looks for them; with another key it does not start.
#[test]
fn a_demo_lies_where_its_desk_looks() {
    let (desk, elsewhere) = (Desk::new(), tempfile::tempdir().expect("a folder"));
    let (key, files) = (elsewhere.path().join("key"), elsewhere.path().join("files"));
    let mut demo = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    demo.args(["demo", "--customers", "20", "--conversations", "30", "--messages", "200", "--data"]);
    demo.arg(desk.folder.path()).env_remove("DATABASE_URL");
    out(&demo.env("SWITCHBOARD_KEY_FILE", &key).env("SWITCHBOARD_FILES", &files).output().expect("the binary ends"));
    let made = |path: &Path| std::fs::read_dir(path).is_ok_and(|mut there| there.next().is_some());
    assert!(key.exists() && made(&files));
    assert!(!desk.folder.path().join("secret.key").exists() && !desk.folder.path().join("files").exists());
    let serve = ["serve", "--listen", "127.0.0.1:0"];
    assert!(failure(&desk.run(&serve)).contains("secret.key is missing"));
    std::fs::write(desk.folder.path().join("secret.key"), "ab".repeat(32)).expect("another key");
    assert!(failure(&desk.run(&serve)).contains("is another one"));
}

/// What is refused is given neither a key nor a folder for files.
#[test]
fn a_refused_demo_leaves_nothing() {
    let desk = Desk::new();
    out(&desk.run(&["staff", "add", "a@b.test", "--role", "admin"]));
    assert!(failure(&desk.run(&["demo"])).contains("holds real data"));
    assert!(!desk.folder.path().join("secret.key").exists() && !desk.folder.path().join("files").exists());
}

#[test]
fn every_command_has_help() {
    let desk = Desk::new();
    for command in [
        &["--help"][..],
        &["serve", "--help"],
        &["staff", "--help"],
        &["staff", "add", "--help"],
        &["migrate", "--help"],
        &["demo", "--help"],
    ] {
        let output = Command::new(env!("CARGO_BIN_EXE_switchboard")).args(command).output().expect("the binary starts");
        assert!(out(&output).contains("Usage:"), "{command:?}");
    }
    assert!(out(&desk.run(&["staff", "add", "--help"])).contains("operator, supervisor, admin"));
}

/// A flag stands above the environment, that above the file; links that a command prints follow them.
#[test]
fn flags_stand_above_the_environment_and_that_above_the_file() {
    let desk = Desk::new();
    out(&desk.run(&["staff", "add", "a@b.test", "--role", "admin"]));
    let file = desk.folder.path().join("switchboard.toml");
    let link = |flag: Option<&str>, env: Option<&str>| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["staff", "reset-password", "a@b.test", "--data"]).arg(desk.folder.path());
        command.args(flag.map(|url| format!("--public-url={url}"))).env_remove("DATABASE_URL");
        match env {
            Some(url) => command.env("SWITCHBOARD_PUBLIC_URL", url),
            None => command.env_remove("SWITCHBOARD_PUBLIC_URL"),
        };
        out(&command.output().expect("the binary starts"))
    };
    assert!(link(None, None).contains("http://127.0.0.1:8080/welcome/"));
    std::fs::write(&file, "public_url = \"https://file.test/\"").expect("a file");
    assert!(link(None, None).contains("https://file.test/welcome/"));
    assert!(link(None, Some("https://env.test")).contains("https://env.test/welcome/"));
    assert!(link(Some("https://flag.test"), Some("https://env.test")).contains("https://flag.test/welcome/"));
    for (bad, said) in [
        ("publik_url = \"x\"", "unknown field"),
        ("listen = 5", "expected a string"),
        ("=", "line 1"),
        ("data = \"/srv/elsewhere\"", "by --data or SWITCHBOARD_DATA"),
    ] {
        std::fs::write(&file, bad).expect("a file");
        assert!(failure(&desk.run(&["staff", "list"])).contains(said), "{bad}");
    }
}

/// The last enabled admin is not locked out by the command line either.
#[test]
fn the_last_admin_is_not_disabled() {
    let desk = Desk::new();
    out(&desk.run(&["staff", "add", "ada@desk.test", "--role", "admin"]));
    assert!(failure(&desk.run(&["staff", "disable", "ada@desk.test"])).contains("last enabled admin"));
    out(&desk.run(&["staff", "add", "eve@desk.test", "--role", "admin"]));
    out(&desk.run(&["staff", "disable", "ada@desk.test"]));
    assert!(failure(&desk.run(&["staff", "disable", "eve@desk.test"])).contains("last enabled admin"));
}

/// `serve` makes its folder and what is in it for their owner alone, says where it is, prints the first admin's link, and ends cleanly when
/// it is told to; `--demo` does not touch what is there.
#[cfg(unix)]
#[test]
fn serve_starts_on_nothing_and_stops_when_told() {
    use std::io::{BufRead, BufReader};
    use std::os::unix::fs::PermissionsExt;

    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path().join("deep").join("data");
    let serve = |more: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
        command.args(["serve", "--listen", "127.0.0.1:0", "--data"]).arg(&data).args(more).env_remove("DATABASE_URL");
        command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts")
    };
    let mut child = serve(&[]);
    let mut lines = BufReader::new(child.stdout.take().expect("standard output")).lines().map_while(Result::ok);
    assert!(lines.next().expect("a line").contains("ready at http://127.0.0.1:"));
    assert!(lines.any(|line| line.contains("/welcome/")), "a link for the first admin");
    let mode = |path: &Path| std::fs::metadata(path).expect("it is there").permissions().mode() & 0o777;
    assert_eq!(mode(&data), 0o700);
    // Whatever the folder's mode is: one that was there before keeps its own.
    assert_eq!(mode(&data.join("files")), 0o700);
    for name in ["switchboard.sqlite", "switchboard.sqlite-wal", "switchboard.sqlite-shm", "secret.key"] {
        assert_eq!(mode(&data.join(name)), 0o600, "{name}");
    }
    let told = Command::new("kill").args(["-TERM", &child.id().to_string()]).status().expect("kill");
    assert!(told.success());
    assert_eq!(child.wait().expect("it ends").code(), Some(0));

    let mut add = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    add.args(["staff", "add", "ada@desk.test", "--role", "admin", "--data"]).arg(&data).env_remove("DATABASE_URL");
    out(&add.output().expect("the binary starts"));
    let refused = serve(&["--demo"]).wait_with_output().expect("it ends");
    assert!(failure(&refused).contains("holds real data"));
    assert!(refused.stdout.is_empty(), "it was ready for a moment: {}", String::from_utf8_lossy(&refused.stdout));
}
