//! A PostgreSQL server of the test's own, which it may restart under everybody's feet.

use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;

/// How long a server is away that is stopped and started again: longer than the desk lets anybody wait for it.
const AWAY: Duration = Duration::from_millis(1_200);

/// Stopped when dropped.
pub struct Cluster {
    bin: PathBuf,
    folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Running, with the durability of PostgreSQL's own defaults: what it has acknowledged outlives a crash.
    pub fn start() -> Cluster {
        let folder = tempfile::tempdir().expect("a folder");
        if is_root() {
            run(Command::new("chown").arg("postgres").arg(folder.path()));
        }
        let port = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a free port").port();
        let cluster = Cluster { bin: newest_server(), folder, port };
        let initdb = ["-U", "postgres", "-A", "trust", "-E", "UTF8", "--locale=C.UTF-8", "-N"];
        run(cluster.command("initdb").args(initdb).arg("-D").arg(cluster.data()));
        run(&mut cluster.control("start"));
        cluster
    }

    /// The address of the database `postgres`.
    pub fn url(&self) -> String {
        format!("postgres://postgres@127.0.0.1:{}/postgres", self.port)
    }

    /// Stops it as an upgrade does, so that every connection ends, and starts it again.
    pub fn restart(&self) {
        self.stop_and_start("fast");
    }

    /// Stops it as a power cut does, without a word to anybody, and starts it again.
    pub fn crash(&self) {
        self.stop_and_start("immediate");
    }

    /// It is away for longer than a call waits: one that is back in time, nobody notices.
    fn stop_and_start(&self, mode: &str) {
        run(self.control("stop").args(["-m", mode]));
        std::thread::sleep(AWAY);
        run(&mut self.control("start"));
    }

    fn control(&self, what: &str) -> Command {
        let folder = self.folder.path();
        let options = format!("-p {} -k {} -c listen_addresses=127.0.0.1", self.port, folder.display());
        let mut command = self.command("pg_ctl");
        command.arg(what).args(["-w", "-s", "-o", &options, "-D"]).arg(self.data());
        // A log of its own: the server must not hold this process's pipes open.
        command.arg("-l").arg(folder.join("log"));
        command
    }

    fn data(&self) -> PathBuf {
        self.folder.path().join("data")
    }

    /// PostgreSQL refuses to run as root.
    fn command(&self, program: &str) -> Command {
        let program = self.bin.join(program);
        let mut command = if is_root() {
            let mut command = Command::new("setpriv");
            command.args(["--reuid=postgres", "--regid=postgres", "--init-groups", "--"]).arg(program);
            command
        } else {
            Command::new(program)
        };
        command.stdout(Stdio::null());
        command
    }
}

impl Drop for Cluster {
    fn drop(&mut self) {
        let _ = self.control("stop").args(["-m", "immediate"]).status();
    }
}

fn run(command: &mut Command) {
    let status = command.status().unwrap_or_else(|error| panic!("{command:?}: {error}"));
    assert!(status.success(), "{command:?}: {status}");
}

fn is_root() -> bool {
    let id = Command::new("id").arg("-u").output().expect("id");
    id.stdout.trim_ascii() == b"0"
}

/// Where Debian keeps the servers, the newest first; else the one on the PATH.
fn newest_server() -> PathBuf {
    let version = |folder: &Path| folder.file_name()?.to_str()?.parse::<u32>().ok();
    let installed = std::fs::read_dir("/usr/lib/postgresql").into_iter().flatten().flatten();
    let newest = installed
        .map(|entry| entry.path())
        .filter(|folder| folder.join("bin/initdb").exists())
        .max_by_key(|folder| version(folder));
    match newest {
        Some(folder) => folder.join("bin"),
        None => {
            let paths = std::env::var_os("PATH").expect("a PATH");
            std::env::split_paths(&paths)
                .find(|folder| folder.join("initdb").exists())
                .expect("PostgreSQL is installed")
        }
    }
}
