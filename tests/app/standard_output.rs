//! Standard output that takes nothing, because it is full or whoever read it has gone: one clear line, and no panic.
#![cfg(target_os = "linux")]

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Output, Stdio};

/// The real binary on this data folder.
fn switchboard(data: &Path, arguments: &[&str]) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(arguments).arg("--data").arg(data).env_remove("DATABASE_URL").stdin(Stdio::null());
    command
}

/// A device without room.
fn full() -> File {
    File::options().write(true).open("/dev/full").expect("a device")
}

/// A pipe that nobody reads any more.
fn closed() -> Stdio {
    let (reader, writer) = std::io::pipe().expect("a pipe");
    drop(reader);
    writer.into()
}

fn run(data: &Path, arguments: &[&str], stdout: impl Into<Stdio>) -> Output {
    switchboard(data, arguments)
        .stdout(stdout)
        .stderr(Stdio::piped())
        .spawn()
        .expect("it starts")
        .wait_with_output()
        .expect("it ends")
}

/// Whoever reads one line of many is no failure; what finds no room is, and says whether something was done.
#[test]
fn a_command_that_nobody_hears_ends_in_one_line() {
    let folder = tempfile::tempdir().expect("a folder");
    let data = folder.path();
    assert!(run(data, &["migrate"], closed()).status.success());
    for arguments in [&["staff", "list"][..], &["staff", "list", "--json"], &["migrate"], &["staff", "--help"]] {
        let output = run(data, arguments, closed());
        assert_eq!((output.status.code(), output.stderr.as_slice()), (Some(0), &b""[..]), "{arguments:?}");
    }
    for (arguments, wanted) in [
        (&["staff", "list"][..], "switchboard: standard output: "),
        (&["migrate", "--json"][..], "{\"error\":\"standard output: "),
        (&["staff", "--help"][..], "switchboard: standard output: "),
        (&["staff", "add", "zed@desk.test", "--role", "operator"][..], "switchboard: it is done, but cannot be told: "),
        (&["staff", "reset-password", "zed@desk.test"][..], "switchboard: it is done, but cannot be told: "),
    ] {
        let output = run(data, arguments, full());
        let said = String::from_utf8_lossy(&output.stderr);
        assert_eq!(output.status.code(), Some(1), "{arguments:?}: {said}");
        assert!(said.starts_with(wanted) && said.trim().lines().count() == 1, "{arguments:?}: {said}");
    }
    let list = run(data, &["staff", "list"], Stdio::piped());
    assert!(String::from_utf8_lossy(&list.stdout).contains("zed@desk.test"));
}

/// A desk goes on: what it would have said is told of in its log, and it stops in order.
#[test]
fn a_desk_that_nobody_hears_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut serve = switchboard(folder.path(), &["serve", "--listen", "127.0.0.1:0"]);
    let serve = serve.env("RUST_LOG", "warn").stdout(full()).stderr(Stdio::piped());
    let mut desk = serve.spawn().expect("it starts");
    let mut log = BufReader::new(desk.stderr.take().expect("standard error")).lines().map_while(Result::ok);
    // That it is ready, and the link for the first admin, which is the last.
    let lost = log.by_ref().filter(|line| line.contains("standard output takes nothing")).take(2).count();
    assert_eq!(lost, 2, "it has ended");
    let told = Command::new("kill").args(["-TERM", &desk.id().to_string()]).status().expect("kill");
    assert!(told.success());
    log.for_each(drop);
    assert_eq!(desk.wait().expect("it ends").code(), Some(0));
}
