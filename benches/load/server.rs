//! The binary under load.

use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use crate::Options;
use crate::data::Set;

pub struct Server {
    child: Child,
    pub address: SocketAddr,
    pub ready_after: Duration,
    /// Of a supervisor, who sees everybody.
    pub cookie: String,
    /// The most private memory that was seen, in KB.
    pub most_rss: u64,
}

impl Server {
    /// Returns once it answers, with a supervisor signed in.
    pub async fn start(options: &Options, set: &Set) -> Self {
        let begun = Instant::now();
        let mut child = Command::new(&options.binary)
            .args(["serve", "--listen", "127.0.0.1:0", "--trusted-proxy", "127.0.0.1"])
            .args(set.arguments())
            .env_remove("DATABASE_URL")
            .env("RUST_LOG", "error")
            .stdout(Stdio::piped())
            .spawn()
            .expect("the binary starts");
        let mut line = String::new();
        BufReader::new(child.stdout.take().expect("its output")).read_line(&mut line).expect("a line");
        let (_, address) = line.trim().rsplit_once("//").unwrap_or_else(|| panic!("not ready: {line}"));
        let address: SocketAddr = address.parse().expect("an address");
        let ready_after = begun.elapsed();
        let cookie = sign_in(address, "supervisor@demo.example").await;
        Self { child, address, ready_after, cookie, most_rss: 0 }
    }

    /// Private memory, in KB, kept if it is the most so far.
    pub fn rss_anon(&mut self) -> u64 {
        self.most_rss = self.most_rss.max(self.memory());
        self.memory()
    }

    /// Private memory, in KB.
    pub fn memory(&self) -> u64 {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id())).unwrap_or_default();
        let line = status.lines().find_map(|line| line.strip_prefix("RssAnon:")).unwrap_or_default();
        line.trim().trim_end_matches(" kB").parse().unwrap_or(0)
    }

    pub fn stop(mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
    }
}

async fn sign_in(address: SocketAddr, email: &str) -> String {
    let client =
        reqwest::Client::builder().redirect(reqwest::redirect::Policy::none()).no_proxy().build().expect("a client");
    let answer = client
        .post(format!("http://{address}/login"))
        .form(&[("email", email), ("password", switchboard::demo::PASSWORD)])
        .send()
        .await
        .expect("signed in");
    assert_eq!(answer.status().as_u16(), 303, "sign-in");
    let cookie = answer.headers().get_all("set-cookie").iter().filter_map(|value| value.to_str().ok());
    let cookie = cookie.filter_map(|value| value.split(';').next()).find(|value| value.starts_with("switchboard="));
    cookie.expect("a session").to_owned()
}
