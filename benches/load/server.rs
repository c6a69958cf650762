//! The binary under load.

use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Options;
use crate::data::Set;
use crate::drive::{Ask, Line};

/// Of everybody in the demo, as the README says.
const PASSWORD: &str = "demo-password";
/// How long the server may take to stop.
const STOP: Duration = Duration::from_secs(20);
/// After this time from its start the desk has looked over its tables, for a second at a million customers: once an hour it
/// does so again, and whichever page is measured just then would take the blame.
const SETTLED: Duration = Duration::from_secs(25);

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub ready_after: Duration,
    begun: Instant,
    /// Of a supervisor, who sees everybody.
    pub cookie: String,
    /// The most private memory that was seen, in KB.
    pub most_rss: u64,
}

impl Server {
    /// Returns once it answers, with a supervisor signed in. `provider` stands for the messenger's own address.
    pub async fn start(options: &Options, set: &Set, provider: &str) -> Self {
        // It says its public address, not where it listens: a port that was free a moment ago.
        let address = TcpListener::bind("127.0.0.1:0").and_then(|free| free.local_addr()).expect("a port");
        let begun = Instant::now();
        let mut child = Command::new(options.binary())
            .args(["serve", "--listen", &address.to_string(), "--trusted-proxy", "127.0.0.1"])
            // A messenger calls https only.
            .args(["--public-url", "https://desk.example", "--provider", provider])
            .args(set.arguments())
            .env_remove("DATABASE_URL")
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        assert!(line.contains("ready"), "not ready: {line}");
        let ready_after = begun.elapsed();
        let cookie = sign_in(address, "supervisor@demo.example").await;
        Self { child, address, ready_after, begun, cookie, most_rss: 0 }
    }

    /// Waits until what it does soon after its start is over.
    pub async fn settled(&self) {
        tokio::time::sleep(SETTLED.saturating_sub(self.begun.elapsed())).await;
    }

    pub fn pid(&self) -> u32 {
        self.child.id()
    }

    /// Private memory, in KB, kept if it is the most so far.
    pub fn rss_anon(&mut self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.pid())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
        let now = line.trim().trim_end_matches(" kB").parse().unwrap_or(0);
        self.most_rss = self.most_rss.max(now);
        now
    }

    /// Asks it to stop, as an administrator does, and waits for it.
    pub async fn stop(mut self) {
        let _ = Command::new("kill").arg(self.child.id().to_string()).status();
        let begun = Instant::now();
        while begun.elapsed() < STOP {
            if let Ok(Some(_)) = self.child.try_wait() {
                return;
            }
            tokio::time::sleep(Duration::from_millis(20)).await;
        }
        eprintln!("the server did not stop within {} s", STOP.as_secs());
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// The session's cookie.
pub async fn sign_in(address: SocketAddr, email: &str) -> String {
    let form = Ask::form("/login", "", &[("email", email), ("password", PASSWORD)]);
    let answer = Line::open(address).await.start(&form).await.expect("an answer");
    assert_eq!(answer.status().as_u16(), 303, "sign-in");
    let cookies = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let cookie = cookies.filter_map(|value| value.split(';').next()).find(|value| value.starts_with("switchboard="));
    cookie.expect("a session").to_owned()
}
