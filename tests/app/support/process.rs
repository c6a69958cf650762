//! The real binary, as an admin starts it.

use std::io::{BufRead, BufReader, Read};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, ExitStatus, Stdio};
use std::time::{Duration, Instant};

use super::{Client, Database, TestApp};

/// A running `serve`. Killed when dropped.
pub struct Process {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the line that says it is ready.
    pub took: Duration,
}

/// `switchboard serve` on this folder and this database, at a free port, not yet started.
pub fn serve(data: &Path, database: &Database) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_switchboard"));
    command.args(["serve", "--data"]).arg(data);
    command.env("DATABASE_URL", database.url()).env("SWITCHBOARD_LISTEN", "127.0.0.1:0");
    command
}

impl TestApp {
    /// `switchboard serve` on this desk's data, not yet started. The desk itself is to be stopped.
    pub fn process(&self) -> Command {
        serve(self.data.path(), &self.database)
    }
}

impl Process {
    /// Starts it and waits until it is ready.
    pub fn start(mut command: Command) -> Process {
        let began = Instant::now();
        let mut child = command.stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().expect("the binary starts");
        let mut lines = BufReader::new(child.stdout.take().expect("standard output")).lines();
        let ready = lines.next().and_then(Result::ok).unwrap_or_default();
        let took = began.elapsed();
        let Some(address) = ready.rsplit("http://").next().and_then(|address| address.parse().ok()) else {
            let _ = child.kill();
            let mut said = String::new();
            let _ = child.stderr.take().expect("standard error").read_to_string(&mut said);
            panic!("not ready: {ready:?}\n{said}");
        };
        // Whatever it says from now on must not fill the pipes.
        std::thread::spawn(move || lines.map_while(Result::ok).for_each(drop));
        let mut log = child.stderr.take().expect("standard error");
        std::thread::spawn(move || std::io::copy(&mut log, &mut std::io::sink()));
        Process { child, address, took }
    }

    pub fn client(&self) -> Client {
        Client::new(self.address)
    }

    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Its private memory, in MB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).expect("its state");
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).expect("a line");
        line.trim().trim_end_matches(" kB").parse::<u64>().expect("a number") / 1024
    }

    /// Its open files, connections among them.
    pub fn open_files(&self) -> usize {
        std::fs::read_dir(format!("/proc/{}/fd", self.child.id())).expect("its files").count()
    }

    /// SIGTERM, as a service manager sends it.
    #[cfg(unix)]
    pub fn terminate(&self) {
        let sent = Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status().expect("kill");
        assert!(sent.success(), "no signal was sent");
    }

    /// SIGKILL: no handler runs, no file is closed in order.
    pub fn kill(&mut self) {
        self.child.kill().expect("killed");
        self.child.wait().expect("gone");
    }

    /// How it has ended, if it has.
    pub fn has_ended(&mut self) -> Option<ExitStatus> {
        self.child.try_wait().expect("its state")
    }

    /// Waits for its end.
    pub fn ended(&mut self, within: Duration) -> ExitStatus {
        let since = Instant::now();
        loop {
            if let Some(status) = self.has_ended() {
                return status;
            }
            assert!(since.elapsed() < within, "still runs after {within:?}");
            std::thread::sleep(Duration::from_millis(10));
        }
    }
}

impl Drop for Process {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs a command that must not succeed, and returns what it says; fails if it is more than one line, or a success.
pub fn refusal(mut command: Command) -> String {
    let output = command.stdin(Stdio::null()).output().expect("the binary starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert!(!output.status.success(), "it should have failed; it said {}", String::from_utf8_lossy(&output.stdout));
    assert_eq!(said.trim().lines().count(), 1, "not one line: {said}");
    // For people, or for programs.
    assert!(said.starts_with("switchboard: ") || said.starts_with("{\"error\":"), "{said}");
    said
}
